//! The files of a rebase that is going on: `.git/rebase-merge/`, as real Git writes and reads them.

use super::cli::{Git, Stop};
use git::{ObjectId, Repo, Signature};

pub(crate) const FOLDER: &str = "rebase-merge";

/// What does not change while it goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// `refs/heads/topic`, or `detached HEAD`.
    pub head_name: String,
    pub onto: String,
    pub orig_head: String,
    pub interactive: bool,
    pub quiet: bool,
    pub verbose: bool,
    pub signoff: bool,
    pub drops_redundant: bool,
    pub keeps_redundant: bool,
    pub reschedules: bool,
    pub squash_onto: Option<ObjectId>,
    /// `-X`: who wins a conflict.
    pub favor: Option<String>,
}

pub(crate) fn read(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Option<String> {
    repo.read_state(g.files(), &format!("{FOLDER}/{name}"))
}

pub(crate) fn line(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Option<String> {
    read(g, repo, name).map(|text| text.trim_end().to_string())
}

pub(crate) fn write(g: &mut Git<'_, '_>, repo: &Repo, name: &str, text: &str) -> Result<(), Stop> {
    let when = g.when();
    Ok(repo.write_state(g.cx.files_mut(), &format!("{FOLDER}/{name}"), text, when)?)
}

pub(crate) fn remove(g: &mut Git<'_, '_>, repo: &Repo, name: &str) {
    let when = g.when();
    repo.remove_state(g.cx.files_mut(), &format!("{FOLDER}/{name}"), when);
}

impl State {
    /// `None` where no rebase is going on.
    pub fn read(g: &Git<'_, '_>, repo: &Repo) -> Option<Self> {
        let onto = line(g, repo, "onto")?;
        let has = |name: &str| read(g, repo, name).is_some();
        Some(Self {
            head_name: line(g, repo, "head-name").unwrap_or_default(),
            onto,
            orig_head: line(g, repo, "orig-head").unwrap_or_default(),
            interactive: has("interactive"),
            quiet: has("quiet"),
            verbose: has("verbose"),
            signoff: has("signoff"),
            drops_redundant: has("drop_redundant_commits"),
            keeps_redundant: has("keep_redundant_commits"),
            reschedules: has("reschedule-failed-exec"),
            squash_onto: line(g, repo, "squash-onto").and_then(|id| git::parse_id(&id)),
            favor: line(g, repo, "strategy_opts")
                .map(|text| text.trim().trim_start_matches("--").trim_matches('\'').to_string()),
        })
    }

    pub fn write(&self, g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
        write(g, repo, "head-name", &format!("{}\n", self.head_name))?;
        write(g, repo, "onto", &format!("{}\n", self.onto))?;
        write(g, repo, "orig-head", &format!("{}\n", self.orig_head))?;
        write(g, repo, "interactive", "")?;
        let reschedule = if self.reschedules { "reschedule-failed-exec" } else { "no-reschedule-failed-exec" };
        write(g, repo, reschedule, "")?;
        let flags = [
            (self.quiet, "quiet", ""),
            (self.verbose, "verbose", ""),
            (self.signoff, "signoff", "--signoff\n"),
            (self.drops_redundant, "drop_redundant_commits", ""),
            (self.keeps_redundant, "keep_redundant_commits", ""),
        ];
        for (_, name, text) in flags.iter().filter(|(on, ..)| *on) {
            write(g, repo, name, text)?;
        }
        if let Some(name) = &self.favor {
            write(g, repo, "strategy_opts", &format!(" --{name}\n"))?;
        }
        if let Some(id) = self.squash_onto {
            write(g, repo, "squash-onto", &format!("{id}\n"))?;
        }
        Ok(())
    }

    /// The branch, where it is one.
    pub fn branch(&self) -> Option<&str> {
        self.head_name.strip_prefix("refs/heads/")
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// `author-script`: the author in the shell's words.
pub(crate) fn write_author(g: &mut Git<'_, '_>, repo: &Repo, who: &Signature) -> Result<(), Stop> {
    let text = format!(
        "GIT_AUTHOR_NAME={}\nGIT_AUTHOR_EMAIL={}\nGIT_AUTHOR_DATE='@{} {}'\n",
        quoted(&who.name),
        quoted(&who.email),
        who.when.secs,
        who.when.zone()
    );
    write(g, repo, "author-script", &text)
}

pub(crate) fn read_author(g: &Git<'_, '_>, repo: &Repo) -> Option<Signature> {
    let text = read(g, repo, "author-script")?;
    let part = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(&format!("{name}=")))?;
        Some(value.replace("'\\''", "\u{0}").trim_matches('\'').replace('\u{0}', "'"))
    };
    let date = part("GIT_AUTHOR_DATE")?;
    let (name, email) = (part("GIT_AUTHOR_NAME")?, part("GIT_AUTHOR_EMAIL")?);
    Some(Signature { name, email, when: git::When::parse(&date, 0)? })
}

/// Notes that a commit is done; it is known what it became once nothing more is melded into that.
#[inline(never)]
pub(crate) fn record(g: &mut Git<'_, '_>, repo: &Repo, old: &str, melds_next: bool) -> Result<(), Stop> {
    let pending = read(g, repo, "rewritten-pending").unwrap_or_default() + old + "\n";
    if melds_next {
        return write(g, repo, "rewritten-pending", &pending);
    }
    let Some(head) = repo.head(g.files())?.id() else { return Ok(()) };
    let mut list = read(g, repo, "rewritten-list").unwrap_or_default();
    for old in pending.lines() {
        list.push_str(&format!("{old} {head}\n"));
    }
    write(g, repo, "rewritten-list", &list)?;
    remove(g, repo, "rewritten-pending");
    Ok(())
}
