//! The placeholders of `git log --format=…`.

use super::cli::{Git, Stop};
use super::log_format::{Decorate, Format, Style};
use git::{Commit, DateFormat, ObjectId, Repo, Signature};

impl Style {
    #[inline(never)]
    pub fn placeholders(
        &self,
        g: &Git<'_, '_>,
        repo: &Repo,
        text: &str,
        id: &ObjectId,
        commit: &Commit,
    ) -> Result<String, Stop> {
        let mut out = String::new();
        let mut rest = text;
        let mut pad: Option<Pad> = None;
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some((next, left)) = Pad::parse(rest) {
                pad = Some(next);
                rest = left;
                continue;
            }
            let (value, used) = self.placeholder(g, repo, rest, id, commit)?;
            match value {
                Some(value) => {
                    out.push_str(&pad.take().map_or(value.clone(), |pad| pad.apply(&value)));
                    rest = &rest[used..];
                }
                None => out.push('%'),
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The value of the placeholder at the start of a text, and how long it is; `None` where there is no such one.
    #[inline(never)]
    fn placeholder(
        &self,
        g: &Git<'_, '_>,
        repo: &Repo,
        rest: &str,
        id: &ObjectId,
        commit: &Commit,
    ) -> Result<(Option<String>, usize), Stop> {
        let short = |id: &ObjectId| repo.short_id(g.files(), id, self.digits);
        let bytes = rest.as_bytes();
        let (first, second) = (bytes.first().copied().unwrap_or(0), bytes.get(1).copied().unwrap_or(0));
        let joined = |f: &dyn Fn(&ObjectId) -> String| commit.parents.iter().map(f).collect::<Vec<_>>().join(" ");
        let one = match first {
            b'H' => Some(self.user_hash(id.to_string())),
            b'h' => Some(self.user_hash(short(id))),
            b'T' => Some(commit.tree.to_string()),
            b't' => Some(short(&commit.tree)),
            b'P' => Some(joined(&|id| id.to_string())),
            b'p' => Some(joined(&short)),
            b's' => Some(commit.subject()),
            b'f' => Some(file_name(commit.message.trim_start_matches('\n').lines().next().unwrap_or_default())),
            b'b' => Some(commit.body()),
            b'B' => Some(commit.message.clone()),
            b'd' => Some(
                Self {
                    decorate: Decorate::Short,
                    names: self.names.clone(),
                    format: Format::Oneline,
                    notes: Vec::new(),
                    sides: super::log_sides::Sides::default(),
                    from: self.from.clone(),
                    ..*self
                }
                .wrapped(id),
            ),
            b'D' => Some(self.decoration(id)),
            b'n' => Some("\n".into()),
            b'%' => Some("%".into()),
            b'm' => Some(self.sides.letter(id).into()),
            b'e' => Some(String::new()),
            b'N' => Some(super::notes_show::raw(g, repo, &self.notes, id)),
            _ => None,
        };
        if one.is_some() {
            return Ok((one, 1));
        }
        Ok(match first {
            b'a' => (person(&commit.author, second, self.date, self.now), 2),
            b'c' => (person(&commit.committer, second, self.date, self.now), 2),
            b'x' => {
                let byte = rest.get(1..3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
                (byte.map(|byte| char::from(byte).to_string()), 3)
            }
            b'C' => self.color_placeholder(rest),
            b'G' if second == b'?' => (Some("N".into()), 2),
            // Only entries of a reference's log have these; there they are filled in before.
            b'g' if matches!(second, b'd' | b'D' | b's' | b'n' | b'N' | b'e' | b'E') => (Some(String::new()), 2),
            b'(' if rest.starts_with("(trailers)") => (Some(super::commit_message::trailers(&commit.message)), 10),
            b'(' if rest.starts_with("(describe)") => (Some(super::describe::quietly(g, repo, *id)?), 10),
            _ => (None, 0),
        })
    }

    /// Hashes in a user's format have no colour of their own.
    fn user_hash(&self, hash: String) -> String {
        hash
    }

    /// `Cred`, `Creset`, `C(yellow)`, `C(bold blue)`, `C(auto)`.
    #[inline(never)]
    fn color_placeholder(&self, rest: &str) -> (Option<String>, usize) {
        for (name, code) in [("Cred", "\x1b[31m"), ("Cgreen", "\x1b[32m"), ("Cblue", "\x1b[34m"), ("Creset", "\x1b[m")]
        {
            if rest.starts_with(name) {
                return (Some(if self.color { code.into() } else { String::new() }), name.len());
            }
        }
        let inner = rest.strip_prefix("C(").and_then(|inner| Some((inner, inner.find(')')?)));
        let Some((inner, close)) = inner else { return (None, 0) };
        let words = inner[..close].trim_start_matches("always,").trim_start_matches("auto,");
        let mut codes: Vec<String> = Vec::new();
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            let color = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
                .iter()
                .position(|name| *name == word);
            match (word, color) {
                (_, Some(color)) => codes.push(format!("3{color}")),
                ("bold", _) => codes.push("1".into()),
                ("dim", _) => codes.push("2".into()),
                ("italic", _) => codes.push("3".into()),
                ("ul", _) => codes.push("4".into()),
                ("reset", _) => codes.push(String::new()),
                ("auto", _) => {}
                _ => return (None, 0),
            }
        }
        let code = if words == "auto" || !self.color { String::new() } else { format!("\x1b[{}m", codes.join(";")) };
        (Some(code), close + 3)
    }
}

fn person(who: &Signature, what: u8, date: DateFormat, now: i64) -> Option<String> {
    let format = |format| Some(who.when.format(format, now));
    match what {
        b'n' | b'N' => Some(who.name.clone()),
        b'e' | b'E' => Some(who.email.clone()),
        b'l' | b'L' => Some(who.email.split('@').next().unwrap_or_default().into()),
        b'd' => format(date),
        b'D' => format(DateFormat::Rfc2822),
        b'r' => format(DateFormat::Relative),
        b't' => format(DateFormat::Unix),
        b'i' => format(DateFormat::Iso),
        b'I' => format(DateFormat::IsoStrict),
        b's' => format(DateFormat::Short),
        _ => None,
    }
}

/// `%<(20)`, `%<(20,trunc)`, `%>(8)`.
#[derive(Debug, Clone, Copy)]
struct Pad {
    width: usize,
    left: bool,
    cut: bool,
}

impl Pad {
    fn parse(rest: &str) -> Option<(Self, &str)> {
        let left = match rest.as_bytes().first()? {
            b'<' => true,
            b'>' => false,
            _ => return None,
        };
        let inner = rest[1..].strip_prefix('(')?;
        let close = inner.find(')')?;
        let (width, cut) = inner[..close]
            .split_once(',')
            .map_or((&inner[..close], false), |(width, how)| (width, how.trim() == "trunc"));
        Some((Self { width: width.trim().parse().ok()?, left, cut }, &inner[close + 1..]))
    }

    fn apply(self, text: &str) -> String {
        let width = self.width;
        if self.cut && text.chars().count() > width {
            return text.chars().take(width.saturating_sub(2)).chain("..".chars()).collect();
        }
        if self.left { format!("{text:<width$}") } else { format!("{text:>width$}") }
    }
}

/// A subject as part of a file's name.
#[inline(never)]
fn file_name(subject: &str) -> String {
    let mut out = String::new();
    for c in subject.chars() {
        let keep = c.is_ascii_alphanumeric() || c == '_' || c == '.';
        if keep && !(c == '.' && out.ends_with('.')) {
            out.push(c);
        } else if !keep && !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches(['-', '.']).to_string()
}
