//! Versions and constraints on them, as Masterminds' semver 3 reads them.

use std::cmp::Ordering;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
    pub pre: String,
    pub meta: String,
    pub original: String,
}

impl Version {
    /// A version, which may leave out minor and patch and begin with `v`.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('v').unwrap_or(text);
        let (rest, meta) = rest.split_once('+').map_or((rest, ""), |(rest, meta)| (rest, meta));
        let (core, pre) = rest.split_once('-').map_or((rest, ""), |(core, pre)| (core, pre));
        let parts: Vec<&str> = core.split('.').collect();
        if parts.len() > 3 || (text.ends_with('-') || text.ends_with('+')) {
            return None;
        }
        let words = |text: &str| {
            text.is_empty()
                || text
                    .split('.')
                    .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        };
        let leading_zero =
            |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit());
        if !words(pre) || !words(meta) || pre.split('.').any(leading_zero) {
            return None;
        }
        let number = |index: usize| match parts.get(index) {
            None => Some(0),
            Some(part) => part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten(),
        };
        Some(Self {
            major: number(0)?,
            minor: number(1)?,
            patch: number(2)?,
            pre: pre.into(),
            meta: meta.into(),
            original: text.into(),
        })
    }

    /// With all three numbers, and no `v`.
    pub fn full(&self) -> String {
        let mut out = format!("{}.{}.{}", self.major, self.minor, self.patch);
        if !self.pre.is_empty() {
            out.push('-');
            out.push_str(&self.pre);
        }
        if !self.meta.is_empty() {
            out.push('+');
            out.push_str(&self.meta);
        }
        out
    }

    pub fn compare(&self, other: &Self) -> Ordering {
        let core = |v: &Self| (v.major, v.minor, v.patch);
        core(self).cmp(&core(other)).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => pre_order(&self.pre, &other.pre),
        })
    }
}

fn pre_order(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) => match (x.parse::<u64>(), y.parse::<u64>()) {
                (Ok(x), Ok(y)) => x.cmp(&y),
                (Ok(_), _) => Ordering::Less,
                (_, Ok(_)) => Ordering::Greater,
                _ => x.cmp(y),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[derive(Debug)]
struct Bound {
    op: String,
    version: Version,
    /// Minor or patch is a wildcard or not there: how many numbers are given.
    given: usize,
}

/// Alternatives of bounds that must all hold.
#[derive(Debug)]
pub struct Constraint(Vec<Vec<Bound>>);

impl Constraint {
    pub fn parse(text: &str) -> Option<Self> {
        text.split("||").map(all_of).collect::<Option<Vec<_>>>().map(Self)
    }

    pub fn fits(&self, version: &Version) -> bool {
        self.0.iter().any(|all| all.iter().all(|bound| bound.fits(version)))
    }
}

const OPERATORS: &[&str] = &["!=", ">=", "=>", "<=", "=<", "~>", "=", ">", "<", "~", "^"];

fn all_of(text: &str) -> Option<Vec<Bound>> {
    let mut rest = text.trim();
    let mut bounds = Vec::new();
    if rest.is_empty() {
        return Some(vec![bound("", "*")?]);
    }
    if let Some((low, high)) = rest.split_once(" - ") {
        return Some(vec![bound(">=", low.trim())?, bound("<=", high.trim())?]);
    }
    while !rest.is_empty() {
        let op = OPERATORS.iter().find(|op| rest.starts_with(**op)).copied().unwrap_or("");
        rest = rest[op.len()..].trim_start();
        let end = rest.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(rest.len());
        bounds.push(bound(op, &rest[..end])?);
        rest = rest[end..].trim_start();
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start();
            if rest.is_empty() {
                return None;
            }
        }
    }
    Some(bounds)
}

fn bound(op: &str, text: &str) -> Option<Bound> {
    let plain = text.strip_prefix('v').unwrap_or(text);
    let core = plain.split(['-', '+']).next().unwrap_or("");
    let parts: Vec<&str> = core.split('.').collect();
    let wild = |part: &&&str| matches!(**part, "x" | "X" | "*");
    let given = parts.iter().take_while(|part| !wild(part)).count();
    let version = if given < parts.len() {
        if parts.len() > 3 {
            return None;
        }
        let front = parts[..given].join(".");
        Version::parse(if front.is_empty() { "0" } else { &front })?
    } else {
        Version::parse(text)?
    };
    Some(Bound { op: op.into(), version, given })
}

impl Bound {
    fn fits(&self, v: &Version) -> bool {
        let c = &self.version;
        // A version before its release fits only where the constraint names one too.
        if !v.pre.is_empty() && c.pre.is_empty() {
            return false;
        }
        let order = v.compare(c);
        let within = |numbers: usize| {
            (numbers < 1 || v.major == c.major)
                && (numbers < 2 || v.minor == c.minor)
                && (numbers < 3 || v.patch == c.patch)
        };
        match self.op.as_str() {
            "" | "=" if self.given < 3 => self.tilde(v),
            "" | "=" => order.is_eq(),
            "!=" if self.given < 3 => !within(self.given),
            "!=" => order.is_ne(),
            ">" if self.given < 3 => order.is_gt() && !within(self.given),
            ">" => order.is_gt(),
            "<" => order.is_lt(),
            ">=" | "=>" => order.is_ge(),
            "<=" | "=<" if self.given < 3 => order.is_le() || within(self.given),
            "<=" | "=<" => order.is_le(),
            "~" | "~>" => self.tilde(v),
            _ => self.caret(v),
        }
    }

    fn tilde(&self, v: &Version) -> bool {
        let c = &self.version;
        if self.given == 0 {
            return v.compare(c).is_ge();
        }
        v.compare(c).is_ge() && v.major == c.major && (self.given < 2 || v.minor == c.minor)
    }

    fn caret(&self, v: &Version) -> bool {
        let c = &self.version;
        if v.compare(c).is_lt() {
            return false;
        }
        if c.major > 0 || self.given < 2 {
            return self.given == 0 || v.major == c.major;
        }
        if v.major > 0 {
            return false;
        }
        if c.minor > 0 || self.given < 3 {
            return v.minor == c.minor;
        }
        v.minor == 0 && v.patch == c.patch
    }
}
