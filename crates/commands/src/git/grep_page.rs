//! What `git grep` prints of one file.

use super::cli::Git;
use super::grep::Query;
use super::options::Given;

/// What is printed of one file, and whether something was found.
#[inline(never)]
pub(crate) fn searched(
    g: &Git<'_, '_>,
    given: &Given,
    query: &Query,
    name: &str,
    bytes: &[u8],
    more: bool,
) -> (String, bool) {
    let binary = bytes[..bytes.len().min(8000)].contains(&0);
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let mut hits: Vec<usize> =
        (0..lines.len()).filter(|at| query.matches(lines[*at]) != given.has("invert-match")).collect();
    if given.has("all-match")
        && !query
            .groups
            .iter()
            .all(|group| lines.iter().any(|line| group.iter().all(|(regex, plain)| regex.is_match(line) == *plain)))
    {
        hits.clear();
    }
    if let Some(most) = given.value("max-count").and_then(|text| text.parse().ok()) {
        hits.truncate(most);
    }
    let color = match given.state("color") {
        Some(true) => g.colored("grep", Some(given.value("color"))),
        _ => g.colored("grep", None),
    };
    let paint = |code: &str, text: &str| if color { format!("\x1b[{code}m{text}\x1b[m") } else { text.to_string() };
    let end = if given.has("null") { "\0" } else { "\n" };
    let found = !hits.is_empty();
    if given.has("files-without-match") {
        return (if found { String::new() } else { format!("{}{end}", paint("35", name)) }, !found);
    }
    if given.has("files-with-matches") || given.has("name-only") {
        return (if found { format!("{}{end}", paint("35", name)) } else { String::new() }, found);
    }
    if !found || (binary && given.has("I")) {
        return (String::new(), false);
    }
    let colon = paint("36", ":");
    if given.has("count") {
        let head = if given.has("h") {
            String::new()
        } else {
            format!("{}{}", paint("35", name), if given.has("null") { "\0".to_string() } else { colon })
        };
        return (format!("{head}{}\n", hits.len()), true);
    }
    if binary {
        return (format!("Binary file {name} matches\n"), true);
    }
    let mut out = String::new();
    if more && given.has("break") {
        out.push('\n');
    }
    if given.has("heading") {
        out.push_str(&format!("{}\n", paint("35", name)));
    }
    let page = Page { given, name, color, query };
    page.print(&mut out, &lines, &hits, more);
    (out, true)
}

pub(crate) struct Page<'a> {
    pub given: &'a Given,
    pub name: &'a str,
    pub color: bool,
    pub query: &'a Query,
}

impl Page<'_> {
    pub fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[m") } else { text.to_string() }
    }

    pub fn number(&self, name: &str) -> usize {
        let own = self.given.value(name).and_then(|text| text.parse().ok());
        own.or_else(|| self.given.value("context").and_then(|text| text.parse().ok())).unwrap_or(0)
    }

    pub fn print(&self, out: &mut String, lines: &[&str], hits: &[usize], more: bool) {
        let (before, after) = (self.number("before-context"), self.number("after-context"));
        let context = before + after > 0;
        let mut last: Option<usize> = None;
        let mut function = None;
        for at in hits {
            let from = at.saturating_sub(before).max(last.map_or(0, |last| last + 1));
            if context
                && (last.is_some_and(|last| from > last + 1) || (last.is_none() && more && !self.given.has("break")))
            {
                out.push_str(&format!("{}\n", self.paint("36", "--")));
            }
            if self.given.has("show-function") {
                let begins = |line: &str| line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$');
                let found = (0..*at).rev().find(|n| begins(lines[*n]));
                if found != function && found.is_some_and(|n| last.is_none_or(|last| n > last)) && !begins(lines[*at]) {
                    function = found;
                    if let Some(n) = found {
                        out.push_str(&self.line(n, lines[n], '='));
                    }
                }
            }
            for (n, line) in lines.iter().enumerate().take(*at).skip(from) {
                out.push_str(&self.line(n, line, '-'));
            }
            if self.given.has("only-matching") {
                for (start, end) in self.query.places(lines[*at]) {
                    out.push_str(&self.line(*at, &self.paint("1;31", &lines[*at][start..end]), ':'));
                }
            } else {
                out.push_str(&self.line(*at, lines[*at], ':'));
            }
            last = Some(*at);
            let next = hits.iter().find(|next| *next > at).copied().unwrap_or(usize::MAX);
            for (n, line) in lines.iter().enumerate().take(next.min(at + 1 + after)).skip(at + 1) {
                out.push_str(&self.line(n, line, '-'));
                last = Some(n);
            }
        }
    }

    pub fn line(&self, at: usize, text: &str, sign: char) -> String {
        let mark = self.paint("36", &sign.to_string());
        let mut out = String::new();
        if !self.given.has("heading") && self.given.last(&["h", "H"]) != Some("h") {
            let mark = if self.given.has("null") { "\0" } else { mark.as_str() };
            out.push_str(&format!("{}{mark}", self.paint("35", self.name)));
        }
        if self.given.has("line-number") {
            out.push_str(&format!("{}{mark}", self.paint("32", &(at + 1).to_string())));
        }
        let places = self.query.places(text);
        if self.given.has("column") && sign == ':' {
            out.push_str(&format!(
                "{}{mark}",
                self.paint("32", &(places.first().map_or(0, |place| place.0) + 1).to_string())
            ));
        }
        if self.color && sign == ':' && !self.given.has("only-matching") && !self.given.has("invert-match") {
            let mut done = 0;
            for (start, end) in places {
                if start < done {
                    continue;
                }
                out.push_str(&text[done..start]);
                out.push_str(&self.paint("1;31", &text[start..end]));
                done = end;
            }
            out.push_str(&text[done..]);
        } else {
            out.push_str(text);
        }
        out.push('\n');
        out
    }
}
