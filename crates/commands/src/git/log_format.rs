//! One commit as `git log` prints it: the named formats, and the names beside it.

use super::cli::{Git, Stop, fatal};
use git::{Commit, DateFormat, ObjectId, Repo, Signature};
use order::OrdMap;
use std::cell::Cell;

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
    /// As mails: `git format-patch`.
    Email,
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
            "email" | "mboxrd" => Self::Email,
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
    /// Of short ids.
    pub digits: usize,
    pub decorate: Decorate,
    /// Names by commit, in the order in which they are shown.
    pub names: OrdMap<ObjectId, Vec<Name>>,
    pub now: i64,
    pub show_parents: bool,
    /// `-z`: entries end, or are apart, by a NUL.
    pub nul: bool,
    pub notes: super::notes_show::Shown,
    pub sides: super::log_sides::Sides,
    /// The parent that a merge is shown against just now.
    pub from: Cell<Option<ObjectId>>,
}

/// A reference beside a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub full: String,
    /// `HEAD -> main`.
    pub head_of: Option<String>,
}

/// The references of a repository by the commit they lead to: HEAD first, then tags, remote and local branches.
#[inline(never)]
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
    /// What stands behind an entry of one line, or between others.
    pub fn end(&self) -> &'static str {
        if self.nul { "\0" } else { "\n" }
    }

    fn paint(&self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}\x1b[m") } else { text.to_string() }
    }

    #[inline(never)]
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
    pub fn decoration(&self, id: &ObjectId) -> String {
        const YELLOW: &str = "\x1b[33m";
        let names = self.names.get(id).map_or(&[][..], Vec::as_slice);
        let one = |name: &Name| match &name.head_of {
            Some(branch) => self.name("HEAD") + &self.paint(YELLOW, " -> ") + &self.name(branch),
            None => self.name(&name.full),
        };
        names.iter().map(one).collect::<Vec<_>>().join(&self.paint(YELLOW, ", "))
    }

    pub fn wrapped(&self, id: &ObjectId) -> String {
        let inner = self.decoration(id);
        if inner.is_empty() || self.decorate == Decorate::No {
            return String::new();
        }
        self.paint("\x1b[33m", " (") + &inner + &self.paint("\x1b[33m", ")")
    }

    /// The entry without what follows it (changes, empty lines); without a line end where the format has none.
    #[inline(never)]
    pub fn entry(
        &self,
        g: &Git<'_, '_>,
        repo: &Repo,
        id: &ObjectId,
        commit: &Commit,
        mark: &str,
    ) -> Result<String, Stop> {
        let hash = |id: &ObjectId| if self.abbrev { repo.short_id(g.files(), id, self.digits) } else { id.hex() };
        let parents: String = match self.show_parents {
            true => commit.parents.iter().map(|id| format!(" {}", hash(id))).collect(),
            false => String::new(),
        };
        let from = self.from.get().map_or(String::new(), |id| [" (from ", &hash(&id), ")"].concat());
        match &self.format {
            Format::User { text, ends } => {
                let line = self.placeholders(g, repo, text, id, commit)?;
                Ok(if *ends { line + self.end() } else { line })
            }
            Format::Oneline => {
                let head = self.paint("\x1b[33m", &format!("{mark}{}{parents}{from}", hash(id)));
                let notes = super::notes_show::below(g, repo, &self.notes, id, true);
                Ok([&head, self.wrapped(id).as_str(), " ", &commit.subject(), self.end(), &notes].concat())
            }
            Format::Reference => {
                let date = commit.author.when.format(DateFormat::Short, self.now);
                let short = repo.short_id(g.files(), id, self.digits);
                Ok([&short, " (", &commit.subject(), ", ", &date, ")", self.end()].concat())
            }
            Format::Email => Ok(super::format_patch::letter(id, commit, "[PATCH] ")),
            format => {
                let mut out = self.paint("\x1b[33m", &["commit ", mark, &hash(id), &parents, &from].concat());
                // Most entries fit; a text that grows is moved.
                out.reserve(160 + commit.message.len());
                out.push_str(&self.wrapped(id));
                out.push('\n');
                if commit.parents.len() > 1 && *format != Format::Raw {
                    let parents: Vec<String> =
                        commit.parents.iter().map(|id| repo.short_id(g.files(), id, self.digits)).collect();
                    out.push_str(&format!("Merge: {}\n", parents.join(" ")));
                }
                self.people(&mut out, commit);
                indented(&mut out, commit, *format == Format::Short);
                out.push_str(&super::notes_show::below(g, repo, &self.notes, id, false));
                Ok(out)
            }
        }
    }

    /// `1a2b3c4 (HEAD -> main) HEAD@{0}: commit: Subject`.
    pub fn reflog_line(&self, g: &Git<'_, '_>, repo: &Repo, entry: &git::LogEntry, selector: &str) -> String {
        let head = self.paint("\x1b[33m", &repo.short_id(g.files(), &entry.new, 7));
        format!("{head}{} {selector}: {}\n", self.wrapped(&entry.new), entry.message)
    }

    #[inline(never)]
    fn people(&self, out: &mut String, commit: &Commit) {
        let who = |who: &Signature| [&who.name, " <", &who.email, ">"].concat();
        let date = |who: &Signature| who.when.format(self.date, self.now);
        let (author, committer) = (&commit.author, &commit.committer);
        let text = match self.format {
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
            _ => {
                let parts = ["Author: ", &author.name, " <", &author.email, ">\nDate:   ", &date(author), "\n"];
                return out.extend(parts);
            }
        };
        out.push_str(&text);
    }
}

/// An empty line and the message four blanks in, if there is one; with `subject_only`, its first paragraph.
#[inline(never)]
fn indented(out: &mut String, commit: &Commit, subject_only: bool) {
    let message = commit.message.trim_start_matches('\n').trim_end();
    let end = if subject_only { message.find("\n\n").unwrap_or(message.len()) } else { message.len() };
    if end > 0 {
        out.push('\n');
    }
    for line in message[..end].lines() {
        out.push_str("    ");
        if subject_only || !line.contains('\t') {
            out.push_str(line);
        } else {
            out.push_str(&expanded(line));
        }
        out.push('\n');
    }
}

/// Tabs become blanks up to the next multiple of eight.
#[inline(never)]
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
