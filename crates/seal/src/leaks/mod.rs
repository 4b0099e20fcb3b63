//! The search for secrets in texts, as gitleaks 8.30 does it: a rule's keywords, its expression, the entropy of what it
//! found, and what is allowed.

mod decode;
pub mod push;
mod rules;

use decode::Segment;
use regex_lite::Regex;
use rules::{RULES, Target};
use std::sync::OnceLock;

pub use rules::{Rule, rule};

/// A piece of text: a file, or the lines that a commit adds in one place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fragment<'f> {
    /// Empty where there is none.
    pub commit: &'f str,
    pub file: &'f str,
    pub text: &'f str,
    /// What is added to a line's number, which counts from zero.
    pub start_line: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub rule: &'static Rule,
    pub start_line: usize,
    pub end_line: usize,
    pub start_column: usize,
    pub end_column: usize,
    /// All of the lines that it stands in.
    pub line: String,
    pub matched: String,
    pub secret: String,
    pub file: String,
    pub commit: String,
    pub entropy: f64,
    pub tags: Vec<String>,
}

impl Finding {
    /// `commit:file:rule:line`, by which it may be ignored.
    pub fn fingerprint(&self) -> String {
        let commit = if self.commit.is_empty() { String::new() } else { format!("{}:", self.commit) };
        format!("{commit}{}", self.place())
    }

    /// The same without the commit.
    pub fn place(&self) -> String {
        format!("{}:{}:{}", self.file, self.rule.id, self.start_line)
    }

    /// Hides this share of the secret, in per cent.
    pub fn redact(&mut self, percent: usize) {
        let len = self.secret.chars().count();
        let hidden = if percent >= 100 {
            "REDACTED".to_string()
        } else {
            let keep = (len * (100 - percent)).div_ceil(100);
            self.secret.chars().take(keep).collect::<String>() + "..."
        };
        self.line = self.line.replace(&self.secret, &hidden);
        self.matched = self.matched.replace(&self.secret, &hidden);
        self.secret = hidden;
    }
}

/// Expressions are compiled when a text first has one of their rule's keywords.
#[derive(Default)]
pub struct Scanner {
    compiled: Vec<OnceLock<Regex>>,
    allowed: Vec<OnceLock<Regex>>,
    /// Names of rules; none means all.
    pub only: Vec<String>,
    pub ignore_allow: bool,
    /// Passes of decoding at most.
    pub depth: usize,
}

impl std::fmt::Debug for Scanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scanner")
    }
}

fn regex(text: &str) -> Regex {
    Regex::new(text).expect("the table's expressions are ones")
}

impl Scanner {
    pub fn new() -> Self {
        let many = |len| std::iter::repeat_with(OnceLock::new).take(len).collect();
        Self { compiled: many(RULES.len()), allowed: many(rules::ALLOWED.len()), depth: 5, ..Self::default() }
    }

    /// In a file's order, then the rules'.
    pub fn scan(&self, fragment: &Fragment) -> Vec<Finding> {
        if self.path_allowed(fragment.file) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut text = fragment.text.to_string();
        let mut segments: Vec<Segment> = Vec::new();
        for depth in 0..=self.depth {
            let small = text.to_lowercase();
            for (at, rule) in RULES.iter().enumerate() {
                let wanted = self.only.is_empty() || self.only.iter().any(|name| name == rule.id);
                if wanted && rule.keywords.split(' ').any(|word| small.contains(word)) {
                    self.by_rule(fragment, &text, (at, rule), &segments, &mut found);
                }
            }
            if depth < self.depth {
                (text, segments) = decode::decode(&text, &segments);
            }
            if segments.is_empty() {
                break;
            }
        }
        without_generic(found)
    }

    fn path_allowed(&self, path: &str) -> bool {
        !path.is_empty() && self.any_allowed(Target::Path, None, path)
    }

    fn any_allowed(&self, target: Target, rule: Option<&str>, text: &str) -> bool {
        rules::ALLOWED.iter().enumerate().any(|(at, (of, about, expression))| {
            *about == target
                && (of.is_empty() || Some(*of) == rule)
                && self.allowed[at].get_or_init(|| regex(expression)).is_match(text)
        })
    }

    fn by_rule(
        &self,
        fragment: &Fragment,
        text: &str,
        (at, rule): (usize, &'static Rule),
        segments: &[Segment],
        found: &mut Vec<Finding>,
    ) {
        if !rule.path.is_empty() && !regex(rule.path).is_match(fragment.file) {
            return;
        }
        let expression = self.compiled[at].get_or_init(|| regex(rule.regex));
        for hit in expression.find_iter(text) {
            let matched = hit.as_str().trim_matches('\n').to_string();
            let mut range = (hit.start(), hit.start() + matched.len());
            let mut tags = Vec::new();
            if !segments.is_empty() {
                let overlapping: Vec<&Segment> =
                    segments.iter().filter(|one| decode::overlap(one.decoded, (hit.start(), hit.end()))).collect();
                let Some(first) = overlapping.first() else { continue };
                range = decode::original(&overlapping, (hit.start(), hit.end()));
                tags = vec!["decoded:base64".to_string(), format!("decode-depth:{}", first.depth)];
            }
            let mut finding = place(fragment, rule, matched, range);
            finding.tags = tags;
            if self.keeps(expression, &mut finding) {
                found.push(finding);
            }
        }
    }

    /// Finds the secret in the match, and looks whether it may stand there.
    fn keeps(&self, expression: &Regex, finding: &mut Finding) -> bool {
        if !self.ignore_allow && finding.line.contains("gitleaks:allow") {
            return false;
        }
        if let Some(groups) = expression.captures(&finding.matched)
            && let Some(group) = groups.iter().skip(1).flatten().find(|group| !group.is_empty())
        {
            finding.secret = group.as_str().to_string();
        }
        finding.entropy = entropy(&finding.secret);
        if finding.rule.entropy > 0.0 && finding.entropy <= finding.rule.entropy {
            return false;
        }
        let rule = Some(finding.rule.id);
        let texts =
            [(Target::Secret, &finding.secret), (Target::Match, &finding.matched), (Target::Line, &finding.line)];
        let small = finding.secret.to_lowercase();
        let stop = |words: &str| words.lines().any(|word| small.contains(word));
        let allowed = texts.into_iter().any(|(target, text)| self.any_allowed(target, rule, text));
        // Unlike gitleaks: the words that make a generic find none are some 300 of our own, not its 1200.
        let common = || finding.rule.id == "generic-api-key" && stop(include_str!("common.txt"));
        !allowed && !stop(rules::STOPWORDS) && !common()
    }
}

/// A generic find goes where another rule says more of the same line.
fn without_generic(found: Vec<Finding>) -> Vec<Finding> {
    let better = |one: &Finding| {
        one.rule.id.contains("generic")
            && found.iter().any(|other| {
                other.start_line == one.start_line
                    && other.rule.id != one.rule.id
                    && other.secret.contains(&one.secret)
                    && !other.rule.id.contains("generic")
            })
    };
    let keep: Vec<bool> = found.iter().map(|one| !better(one)).collect();
    found.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(one, _)| one).collect()
}

/// Where it stands: lines from the fragment's, columns from the line's end before (so the first one of later lines is 2).
fn place(fragment: &Fragment, rule: &'static Rule, matched: String, (start, end): (usize, usize)) -> Finding {
    let raw = fragment.text;
    let ends: Vec<usize> = raw.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
    let ends = if ends.is_empty() { vec![raw.len()] } else { ends };
    let (mut before, mut set) = (0, false);
    let (mut lines, mut columns, mut bounds) = ((0, 0), (0, 0), (0, 0));
    for (number, at) in ends.iter().enumerate() {
        if before <= start && start < *at {
            set = true;
            lines = (number, number);
            columns.0 = start - before + 1;
            bounds = (before, *at);
        }
        if before < end && end <= *at {
            lines.1 = number;
            columns.1 = end - before;
            bounds.1 = *at;
        }
        before = *at;
    }
    if !set {
        columns = ((start + 1).saturating_sub(before), end.saturating_sub(before));
        lines = (ends.len(), ends.len());
        bounds.1 = raw[end.min(raw.len())..].find(['\n', '\r']).map_or(raw.len(), |len| end + len);
    }
    bounds.1 = bounds.1.max(end).min(raw.len());
    Finding {
        rule,
        start_line: fragment.start_line + lines.0,
        end_line: fragment.start_line + lines.1,
        start_column: columns.0,
        end_column: columns.1,
        line: raw.get(bounds.0..bounds.1).unwrap_or_default().to_string(),
        secret: matched.clone(),
        matched,
        file: fragment.file.to_string(),
        commit: fragment.commit.to_string(),
        entropy: 0.0,
        tags: Vec::new(),
    }
}

/// Shannon's, in bits a character.
pub fn entropy(text: &str) -> f64 {
    let mut signs: Vec<char> = text.chars().collect();
    signs.sort_unstable();
    let each = 1.0 / text.len().max(1) as f64;
    let part = |same: &[char]| {
        let share = same.len() as f64 * each;
        share * libm::log2(share)
    };
    -signs.chunk_by(|one, other| one == other).map(part).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expression_is_one() {
        let own = RULES.iter().flat_map(|rule| [rule.regex, rule.path]);
        for text in own.chain(rules::ALLOWED.iter().map(|(_, _, text)| *text)) {
            assert!(Regex::new(text).is_ok(), "{text}: {:?}", Regex::new(text));
        }
    }
}
