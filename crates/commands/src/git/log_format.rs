//! One commit as `git log` prints it: the named formats, and `--format=…` with its placeholders.

use super::cli::{Git, Stop, fatal};
use git::{Commit, DateFormat, ObjectId, Repo, Signature};
use order::OrdMap;

/// The shape of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Format {
    Oneline,
    Short,
    Medium,
    Full,
    Fuller,
    Reference,
    Raw,
    /// `format:` puts line ends between entries, `tformat:` after each.
    User {
        text: String,
        ends: bool,
    },
}

impl Format {
    /// Reads the value of `--format=` or `--pretty=`.
    pub fn parse(text: &str) -> Result<Self, Stop> {
        if let Some(text) = text.strip_prefix("format:") {
            return Ok(Self::User { text: text.into(), ends: false });
        }
        if let Some(text) = text.strip_prefix("tformat:") {
            return Ok(Self::User { text: text.into(), ends: true });
        }
        Ok(match text {
            "oneline" => Self::Oneline,
            "short" => Self::Short,
            "medium" | "" => Self::Medium,
            "full" => Self::Full,
            "fuller" => Self::Fuller,
            "reference" => Self::Reference,
            "raw" => Self::Raw,
            text if text.contains('%') => Self::User { text: text.into(), ends: true },
            text => return fatal(format!("invalid --pretty format: {text}")),
        })
    }

    /// Whether each entry carries its own line end, so that no empty line stands between entries.
    pub fn terminates(&self) -> bool {
        matches!(self, Self::Oneline | Self::Reference | Self::User { ends: true, .. })
    }
}

/// How names of references are shown beside commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decorate {
    No,
    Short,
    Full,
}

/// Everything that an entry's printing depends on.
#[derive(Debug)]
pub(crate) struct Style {
    pub format: Format,
    pub date: DateFormat,
    pub color: bool,
    pub abbrev: bool,
    pub decorate: Decorate,
    /// Names by commit, in the order in which they are shown.
    pub names: OrdMap<ObjectId, Vec<Name>>,
    pub now: i64,
    pub show_parents: bool,
}

/// A reference beside a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub full: String,
    /// `HEAD -> main`.
    pub head_of: Option<String>,
}

/// The references of a repository by the commit they lead to: HEAD first, then tags, remote and local branches.
pub(crate) fn names(g: &Git<'_, '_>, repo: &Repo) -> Result<OrdMap<ObjectId, Vec<Name>>, Stop> {
    let mut names: OrdMap<ObjectId, Vec<Name>> = OrdMap::new();
    let head = repo.head(g.files())?;
    let on = head.branch().map(|branch| format!("refs/heads/{branch}"));
    if let Some(id) = head.id() {
        names.entry(id).or_default().push(Name { full: "HEAD".into(), head_of: on.clone() });
    }
    for (full, id) in repo.refs(g.files(), "refs/").into_iter().rev() {
        let Some(id) = repo.peel_tags(g.files(), id)? else { continue };
        let merged = on.as_deref() == Some(full.as_str());
        let known =
            ["refs/heads/", "refs/remotes/", "refs/tags/", "refs/stash"].iter().any(|kind| full.starts_with(kind));
        if !merged && known {
            names.entry(id).or_default().push(Name { full, head_of: None });
        }
    }
    Ok(names)
}

impl Style {
    fn paint(&self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}\x1b[m") } else { text.to_string() }
    }

    fn name(&self, full: &str) -> String {
        let whole = self.decorate == Decorate::Full || full == "refs/stash";
        let text = if whole { full } else { git::shorten_ref(full) };
        match full {
            "HEAD" => self.paint("\x1b[1;36m", "HEAD"),
            full if full.starts_with("refs/tags/") => {
                self.paint("\x1b[1;33m", "tag: ") + &self.paint("\x1b[1;33m", text)
            }
            full if full.starts_with("refs/remotes/") => self.paint("\x1b[1;31m", text),
            "refs/stash" => self.paint("\x1b[1;35m", text),
            _ => self.paint("\x1b[1;32m", text),
        }
    }

    /// `HEAD -> main, tag: v1`; empty where nothing leads here.
    fn decoration(&self, id: &ObjectId) -> String {
        const YELLOW: &str = "\x1b[33m";
        let names = self.names.get(id).map_or(&[][..], Vec::as_slice);
        let one = |name: &Name| match &name.head_of {
            Some(branch) => self.name("HEAD") + &self.paint(YELLOW, " -> ") + &self.name(branch),
            None => self.name(&name.full),
        };
        names.iter().map(one).collect::<Vec<_>>().join(&self.paint(YELLOW, ", "))
    }

    fn wrapped(&self, id: &ObjectId) -> String {
        let inner = self.decoration(id);
        if inner.is_empty() || self.decorate == Decorate::No {
            return String::new();
        }
        self.paint("\x1b[33m", " (") + &inner + &self.paint("\x1b[33m", ")")
    }

    /// The entry without what follows it (changes, empty lines); without a line end where the format has none.
    pub fn entry(
        &self,
        g: &Git<'_, '_>,
        repo: &Repo,
        id: &ObjectId,
        commit: &Commit,
        mark: &str,
    ) -> Result<String, Stop> {
        let hash = |id: &ObjectId| if self.abbrev { repo.short_id(g.files(), id, 7) } else { id.to_string() };
        let parents: String = match self.show_parents {
            true => commit.parents.iter().map(|id| format!(" {}", hash(id))).collect(),
            false => String::new(),
        };
        match &self.format {
            Format::User { text, ends } => {
                let line = self.placeholders(g, repo, text, id, commit)?;
                Ok(if *ends { format!("{line}\n") } else { line })
            }
            Format::Oneline => {
                let head = self.paint("\x1b[33m", &format!("{mark}{}{parents}", hash(id)));
                Ok(format!("{head}{} {}\n", self.wrapped(id), commit.subject()))
            }
            Format::Reference => {
                let date = commit.author.when.format(DateFormat::Short, self.now);
                Ok(format!("{} ({}, {date})\n", repo.short_id(g.files(), id, 7), commit.subject()))
            }
            format => {
                let head = self.paint("\x1b[33m", &format!("commit {mark}{}{parents}", hash(id)));
                let mut out = format!("{head}{}\n", self.wrapped(id));
                if commit.parents.len() > 1 && *format != Format::Raw {
                    let parents: Vec<String> =
                        commit.parents.iter().map(|id| repo.short_id(g.files(), id, 7)).collect();
                    out.push_str(&format!("Merge: {}\n", parents.join(" ")));
                }
                out.push_str(&self.people(commit));
                let text = indented(commit, *format == Format::Short);
                if !text.is_empty() {
                    out.push('\n');
                    out.push_str(&text);
                }
                Ok(out)
            }
        }
    }

    /// `1a2b3c4 (HEAD -> main) HEAD@{0}: commit: Subject`.
    pub fn reflog_line(&self, g: &Git<'_, '_>, repo: &Repo, entry: &git::LogEntry, selector: &str) -> String {
        let head = self.paint("\x1b[33m", &repo.short_id(g.files(), &entry.new, 7));
        format!("{head}{} {selector}: {}\n", self.wrapped(&entry.new), entry.message)
    }

    fn people(&self, commit: &Commit) -> String {
        let who = |who: &Signature| format!("{} <{}>", who.name, who.email);
        let date = |who: &Signature| who.when.format(self.date, self.now);
        let (author, committer) = (&commit.author, &commit.committer);
        match self.format {
            Format::Short => format!("Author: {}\n", who(author)),
            Format::Full => format!("Author: {}\nCommit: {}\n", who(author), who(committer)),
            Format::Fuller => format!(
                "Author:     {}\nAuthorDate: {}\nCommit:     {}\nCommitDate: {}\n",
                who(author),
                date(author),
                who(committer),
                date(committer)
            ),
            Format::Raw => {
                let parents: String = commit.parents.iter().map(|id| format!("parent {id}\n")).collect();
                format!("tree {}\n{parents}author {author}\ncommitter {committer}\n", commit.tree)
            }
            _ => format!("Author: {}\nDate:   {}\n", who(author), date(author)),
        }
    }

    fn placeholders(
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
    fn placeholder(
        &self,
        g: &Git<'_, '_>,
        repo: &Repo,
        rest: &str,
        id: &ObjectId,
        commit: &Commit,
    ) -> Result<(Option<String>, usize), Stop> {
        let short = |id: &ObjectId| repo.short_id(g.files(), id, 7);
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
            b'f' => Some(file_name(&commit.subject())),
            b'b' => Some(commit.body()),
            b'B' => Some(commit.message.clone()),
            b'd' => Some(
                Self { decorate: Decorate::Short, names: self.names.clone(), format: Format::Oneline, ..*self }
                    .wrapped(id),
            ),
            b'D' => Some(self.decoration(id)),
            b'n' => Some("\n".into()),
            b'%' => Some("%".into()),
            b'm' => Some(">".into()),
            b'e' | b'N' => Some(String::new()),
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
            _ => (None, 0),
        })
    }

    /// Hashes in a user's format have no colour of their own.
    fn user_hash(&self, hash: String) -> String {
        hash
    }

    /// `Cred`, `Creset`, `C(yellow)`, `C(bold blue)`, `C(auto)`.
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

/// The message four blanks in; with `subject_only`, its first paragraph.
fn indented(commit: &Commit, subject_only: bool) -> String {
    let message = commit.message.trim_start_matches('\n').trim_end();
    let end = if subject_only { message.find("\n\n").unwrap_or(message.len()) } else { message.len() };
    message[..end]
        .lines()
        .map(|line| format!("    {}\n", if subject_only { line.into() } else { expanded(line) }))
        .collect()
}

/// Tabs become blanks up to the next multiple of eight.
fn expanded(line: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for c in line.chars() {
        let width = if c == '\t' { 8 - column % 8 } else { 1 };
        if c == '\t' {
            out.push_str(&" ".repeat(width))
        } else {
            out.push(c)
        }
        column += width;
    }
    out
}
