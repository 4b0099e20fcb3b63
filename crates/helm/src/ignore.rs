//! `.helmignore`: which files are not part of a chart. Helm 3.17, `pkg/ignore`; patterns are Go's `filepath.Match`.

#[derive(Debug, Default)]
pub(crate) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: String,
    negate: bool,
    folder: bool,
}

impl Rules {
    pub fn add(&mut self, line: &str) -> Result<(), String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.contains("**") {
            return Err("double-star (**) syntax is not supported".into());
        }
        if matched(line, "abc").is_none() {
            return Err("syntax error in pattern".into());
        }
        let (negate, rest) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (folder, rest) = rest.strip_suffix('/').map_or((false, rest), |rest| (true, rest));
        self.0.push(Rule { pattern: rest.into(), negate, folder });
        Ok(())
    }

    fn ignores(&self, path: &str, is_folder: bool) -> bool {
        for rule in &self.0 {
            let fits = || {
                if let Some(rest) = rule.pattern.strip_prefix('/') {
                    return matched(rest, path).unwrap_or(false);
                }
                let name = if rule.pattern.contains('/') { path } else { path.rsplit('/').next().unwrap_or(path) };
                matched(&rule.pattern, name).unwrap_or(false)
            };
            if rule.negate {
                if (rule.folder && !is_folder) || !fits() {
                    return true;
                }
            } else if (!rule.folder || is_folder) && fits() {
                return true;
            }
        }
        false
    }

    /// Whether a file, or a folder that it is in, is ignored.
    pub fn ignores_file(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        folders.into_iter().any(|folder| self.ignores(folder, true)) || self.ignores(path, false)
    }
}

/// `filepath.Match`: `*` and `?` stop at a slash, `[a-z]`, `\x`. None where the pattern is wrong.
pub fn matched(pattern: &str, text: &str) -> Option<bool> {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    well_formed(&pattern)?;
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let step = if p < pattern.len() && pattern[p] == '*' {
            star = Some((p + 1, t));
            p += 1;
            continue;
        } else if p == pattern.len() {
            if t == text.len() {
                return Some(true);
            }
            None
        } else if t < text.len() {
            one(&pattern[p..], text[t])
        } else {
            return Some(false);
        };
        match (step, star) {
            (Some(len), _) => {
                p += len;
                t += 1;
            }
            (None, Some((after, from))) if from < text.len() && text[from] != '/' => {
                star = Some((after, from + 1));
                p = after;
                t = from + 1;
            }
            _ => return Some(false),
        }
    }
}

fn well_formed(pattern: &[char]) -> Option<()> {
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            '\\' => {
                pattern.get(at + 1)?;
                at += 2;
            }
            '[' => at += class(&pattern[at..], 'a')?.1,
            _ => at += 1,
        }
    }
    Some(())
}

/// How much of the pattern one character takes; none where it does not fit.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern[0] {
        '?' => (c != '/').then_some(1),
        '[' => class(pattern, c).and_then(|(fits, len)| fits.then_some(len)),
        '\\' => (pattern.get(1) == Some(&c)).then_some(2),
        plain => (plain == c).then_some(1),
    }
}

/// Whether a character is in `[…]`, and the class's length; none where it has no end.
fn class(pattern: &[char], c: char) -> Option<(bool, usize)> {
    let negate = pattern.get(1) == Some(&'^');
    let mut at = if negate { 2 } else { 1 };
    let mut found = false;
    let mut count = 0;
    loop {
        let mut low = *pattern.get(at)?;
        if low == ']' && count > 0 {
            return Some((found != negate, at + 1));
        }
        if low == '-' || low == ']' {
            return None;
        }
        if low == '\\' {
            at += 1;
            low = *pattern.get(at)?;
        }
        at += 1;
        let mut high = low;
        if pattern.get(at) == Some(&'-') {
            high = *pattern.get(at + 1)?;
            at += 2;
            if high == '\\' {
                high = *pattern.get(at)?;
                at += 1;
            }
        }
        found |= (low..=high).contains(&c);
        count += 1;
    }
}
