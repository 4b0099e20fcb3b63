//! `.dockerignore`: what of a folder is no part of the build (`moby/patternmatcher`).

/// A file's patterns, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignore(Vec<(bool, String)>);

impl Ignore {
    #[inline(never)]
    pub fn parse(text: &str) -> Self {
        let mut patterns = Vec::new();
        for line in text.lines() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (keep, pattern) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest.trim()));
            let clean = vfs::join("/", pattern);
            if clean != "/" || pattern == "." {
                patterns.push((keep, clean.trim_start_matches('/').to_string()));
            }
        }
        Self(patterns)
    }

    /// Whether a path, seen from the context's folder, is left out: the last pattern that fits it or a folder above decides.
    pub fn ignores(&self, path: &str) -> bool {
        let mut out = false;
        for (keep, pattern) in &self.0 {
            if *keep == out && fits_any(pattern, path) {
                out = !keep;
            }
        }
        out
    }

    /// Whether something below a folder that is left out may be kept.
    pub fn looks_into(&self, folder: &str) -> bool {
        !self.ignores(folder) || self.0.iter().any(|(keep, _)| *keep)
    }
}

fn fits_any(pattern: &str, path: &str) -> bool {
    let mut end = path.len();
    loop {
        if fits(pattern.as_bytes(), &path.as_bytes()[..end]) {
            return true;
        }
        match path[..end].rfind('/') {
            Some(slash) => end = slash,
            None => return false,
        }
    }
}

/// `*` and `?` stop at slashes, `**` does not.
#[inline(never)]
pub(crate) fn fits(pattern: &[u8], path: &[u8]) -> bool {
    match pattern.first() {
        None => path.is_empty(),
        Some(b'*') if pattern.starts_with(b"**") => {
            let rest = pattern[2..].strip_prefix(b"/").unwrap_or(&pattern[2..]);
            if rest.is_empty() {
                return true;
            }
            // At the beginning, and behind each slash.
            (0..=path.len()).any(|at| (at == 0 || path[at - 1] == b'/') && fits(rest, &path[at..]))
        }
        Some(b'*') => {
            let reach = path.iter().position(|byte| *byte == b'/').unwrap_or(path.len());
            (0..=reach).any(|at| fits(&pattern[1..], &path[at..]))
        }
        Some(b'?') => path.first().is_some_and(|byte| *byte != b'/') && fits(&pattern[1..], &path[1..]),
        Some(b'[') => {
            let Some(end) = pattern.iter().skip(2).position(|byte| *byte == b']').map(|at| at + 2) else {
                return false;
            };
            let (Some(first), class) = (path.first(), &pattern[1..end]) else { return false };
            let (not, class) = class.strip_prefix(b"^").map_or((false, class), |class| (true, class));
            let inside = class.iter().enumerate().any(|(at, byte)| {
                byte == first
                    || (class.get(at + 1) == Some(&b'-')
                        && class.get(at + 2).is_some_and(|to| byte <= first && first <= to))
            });
            inside != not && fits(&pattern[end + 1..], &path[1..])
        }
        Some(b'\\') if pattern.len() > 1 => path.first() == pattern.get(1) && fits(&pattern[2..], &path[1..]),
        Some(byte) => path.first() == Some(byte) && fits(&pattern[1..], &path[1..]),
    }
}
