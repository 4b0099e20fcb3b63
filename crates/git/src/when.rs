//! Moments and people as commits name them.

use std::fmt;

/// A moment with the clock's offset from UTC where it was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct When {
    /// Seconds since the Unix epoch.
    pub secs: i64,
    pub offset_mins: i32,
}

impl When {
    pub const fn utc(secs: i64) -> Self {
        Self { secs, offset_mins: 0 }
    }

    /// Microseconds since the Unix epoch, as the file system wants them.
    pub fn micros(self) -> u64 {
        u64::try_from(self.secs).unwrap_or(0) * 1_000_000
    }

    /// `+0200`.
    pub fn zone(self) -> String {
        let sign = if self.offset_mins < 0 { '-' } else { '+' };
        let mins = self.offset_mins.abs();
        if mins == 0 {
            return "+0000".into();
        }
        format!("{sign}{:02}{:02}", mins / 60, mins % 60)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.secs, self.zone())
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub email: String,
    pub when: When,
}

impl Signature {
    /// Reads `Name <email> 1234567890 +0200`.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('<')?;
        let (email, date) = rest.rsplit_once('>')?;
        let mut date = date.split_whitespace();
        let secs = date.next().and_then(|secs| secs.parse().ok()).unwrap_or(0);
        let offset_mins = date.next().and_then(parse_zone).unwrap_or(0);
        Some(Self { name: name.trim_end().into(), email: email.into(), when: When { secs, offset_mins } })
    }

    /// Puts it behind a text, as objects and logs hold it.
    pub(crate) fn write(&self, text: &mut String) {
        for part in [&self.name, " <", &self.email, "> ", &self.when.secs.to_string(), " ", &self.when.zone()] {
            text.push_str(part);
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} <{}> {}", self.name, self.email, self.when)
    }
}

/// Reads `+0200`, `+02:00` or `-05` into minutes.
pub(crate) fn parse_zone(text: &str) -> Option<i32> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    if digits == "0000" {
        return Some(0);
    }
    let digits = digits.replace(':', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || digits.is_empty() || digits.len() > 4 {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let mins = if digits.len() <= 2 { number * 60 } else { number / 100 * 60 + number % 100 };
    Some(sign * mins)
}
