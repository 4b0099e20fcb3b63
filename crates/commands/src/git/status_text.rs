//! The long and the short form of `git status`, which `git commit` prints too.

use super::cli::{Git, Stop, Work, relative};
use super::tracking::{Tracking, tracking};
use git::{Change, ChangeKind, Head, Status};
use order::OrdMap;

/// A status with what has to be known to print it.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub work: &'a Work,
    pub status: &'a Status,
    pub color: bool,
    /// `git commit` prints it: "Initial commit".
    pub for_commit: bool,
    pub amend: bool,
    pub show_untracked: bool,
    pub show_ignored: bool,
    /// What could be done next; not in the file that the editor shows.
    pub hints: bool,
}

/// How the short form writes paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paths {
    Relative,
    /// Those of the repository: `--porcelain`.
    FromTop,
    /// The same as they are, with a NUL behind each: `-z`.
    Nul,
}

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";

impl Report<'_> {
    pub fn paint(&self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}\x1b[m") } else { text.to_string() }
    }

    fn path(&self, path: &str) -> String {
        quoted(&relative(&self.work.prefix, path))
    }

    /// Whether a commit made now would hold something.
    pub fn committable(&self, g: &Git<'_, '_>) -> bool {
        let merging = self.work.repo.read_state(g.files(), "MERGE_HEAD").is_some();
        !self.status.staged.is_empty() || (merging && self.status.unmerged.is_empty())
    }

    fn hint(&self, out: &mut String, text: &str) {
        if self.hints {
            out.push_str(text);
        }
    }

    #[inline(never)]
    pub fn long(&self, g: &Git<'_, '_>) -> Result<String, Stop> {
        let status = self.status;
        let repo = &self.work.repo;
        let initial = status.head.id().is_none();
        let mut out = self.branch_line(g)?;
        if let (Some(branch), false) = (status.head.branch(), initial)
            && let Some(tracking) = tracking(g, repo, branch)?
        {
            out.push_str(&tracking.sentence(self.hints && !self.for_commit, self.hints));
            out.push('\n');
        }
        out.push_str(&super::status_state::state(g, self)?);
        if initial {
            out.push_str(if self.for_commit { "\nInitial commit\n\n" } else { "\nNo commits yet\n\n" });
        }
        let special = ["MERGE_HEAD", "CHERRY_PICK_HEAD"].iter().any(|name| repo.read_state(g.files(), name).is_some());
        let unstage = match (special || !self.hints, initial) {
            (true, _) => "",
            (false, true) => "  (use \"git rm --cached <file>...\" to unstage)\n",
            (false, false) => "  (use \"git restore --staged <file>...\" to unstage)\n",
        };
        if !status.staged.is_empty() {
            out.push_str(&format!("Changes to be committed:\n{unstage}"));
            out.push_str(&self.changes(&status.staged, GREEN));
        }
        if !status.unmerged.is_empty() {
            out.push_str(&format!("Unmerged paths:\n{unstage}"));
            self.hint(&mut out, mark_hint(&status.unmerged));
            for (path, stages) in &status.unmerged {
                let line = format!("{:<17}{}", unmerged_label(stages), self.path(path));
                out.push_str(&format!("\t{}\n", self.paint(RED, &line)));
            }
            out.push('\n');
        }
        if !status.unstaged.is_empty() {
            let deleted = status.unstaged.iter().any(|change| change.kind == ChangeKind::Deleted);
            out.push_str("Changes not staged for commit:\n");
            self.hint(&mut out, &format!(
                "  (use \"git add{} <file>...\" to update what will be committed)\n  (use \"git restore <file>...\" to discard changes in working directory)\n",
                if deleted { "/rm" } else { "" }
            ));
            out.push_str(&self.changes(&status.unstaged, RED));
        }
        out.push_str(&self.others());
        Ok(out)
    }

    /// The long form with its last line; `diff` stands before it.
    pub fn whole(&self, g: &Git<'_, '_>, diff: &str) -> Result<String, Stop> {
        Ok(self.long(g)? + diff + &self.closing(g))
    }

    /// The long form as comment lines: what the editor shows below a message.
    pub fn comment(&self, g: &Git<'_, '_>) -> Result<String, Stop> {
        let mut out = String::new();
        for line in self.long(g)?.lines() {
            let gap = if line.is_empty() || line.starts_with('\t') { "" } else { " " };
            out.push_str(&format!("#{gap}{line}\n"));
        }
        Ok(out)
    }

    /// `On branch main` or `HEAD detached at 1a2b3c4`.
    #[inline(never)]
    fn branch_line(&self, g: &Git<'_, '_>) -> Result<String, Stop> {
        if let Some(line) = super::status_state::rebase_line(g, &self.work.repo) {
            return Ok(format!("{}\n", self.paint(RED, &line)));
        }
        Ok(match &self.status.head {
            Head::Branch { .. } => format!("On branch {}\n", self.status.head.branch().unwrap_or_default()),
            Head::Detached(id) => match detached_at(g, self.work, id) {
                Some((word, name)) => format!("{}{name}\n", self.paint(RED, &format!("HEAD detached {word} "))),
                None => format!("{}\n", self.paint(RED, "Not currently on any branch.")),
            },
        })
    }

    #[inline(never)]
    fn changes(&self, changes: &[Change], color: &str) -> String {
        let mut out = String::new();
        for change in changes {
            let label = match change.kind {
                ChangeKind::Added => "new file:",
                ChangeKind::Deleted => "deleted:",
                ChangeKind::Renamed => "renamed:",
                ChangeKind::Copied => "copied:",
                ChangeKind::TypeChanged => "typechange:",
                ChangeKind::Modified | ChangeKind::Unmerged => "modified:",
            };
            let path = self.path(&change.path);
            let names = if change.old_path == change.path {
                path
            } else {
                format!("{} -> {path}", self.path(&change.old_path))
            };
            out.push_str(&format!("\t{}\n", self.paint(color, &format!("{label:<12}{names}"))));
        }
        out.push('\n');
        out
    }

    #[inline(never)]
    fn others(&self) -> String {
        let mut out = String::new();
        let list = |title: &str, hint: &str, paths: &[String]| {
            let lines: String = paths.iter().map(|path| format!("\t{}\n", self.paint(RED, &self.path(path)))).collect();
            let hint = format!("  (use \"git add {hint}<file>...\" to include in what will be committed)\n");
            format!("{title}:\n{}{lines}\n", if self.hints { hint.as_str() } else { "" })
        };
        let files = &self.status.files;
        if !self.show_untracked {
            if !self.status.staged.is_empty() {
                out.push_str("Untracked files not listed");
                self.hint(&mut out, " (use -u option to show untracked files)");
                out.push('\n');
            }
            return out;
        }
        if !files.untracked.is_empty() {
            out.push_str(&list("Untracked files", "", &files.untracked));
        }
        if self.show_ignored && !files.ignored.is_empty() {
            out.push_str(&list("Ignored files", "-f ", &files.ignored));
        }
        out
    }

    #[inline(never)]
    fn closing(&self, g: &Git<'_, '_>) -> String {
        let status = self.status;
        if self.committable(g) {
            return String::new();
        }
        let (text, hint) = if self.amend {
            ("No changes", "")
        } else if !status.unstaged.is_empty() || !status.unmerged.is_empty() {
            ("no changes added to commit", " (use \"git add\" and/or \"git commit -a\")")
        } else if self.show_untracked && !status.files.untracked.is_empty() {
            ("nothing added to commit but untracked files present", " (use \"git add\" to track)")
        } else if status.head.id().is_none() {
            ("nothing to commit", " (create/copy files and use \"git add\" to track)")
        } else if !self.show_untracked {
            ("nothing to commit", " (use -u to show untracked files)")
        } else {
            ("nothing to commit, working tree clean", "")
        };
        format!("{text}{}\n", if self.hints { hint } else { "" })
    }

    /// `-s`: two letters and a path.
    #[inline(never)]
    pub fn short(&self, g: &Git<'_, '_>, branch: bool, paths: Paths) -> Result<String, Stop> {
        let mut out = String::new();
        let end = if paths == Paths::Nul { '\0' } else { '\n' };
        if branch {
            out.push_str(&self.short_branch(g)?);
            out.push(end);
        }
        let shown = |path: &str| match paths {
            Paths::Relative => quoted_blank(&relative(&self.work.prefix, path)),
            Paths::FromTop => quoted_blank(path),
            Paths::Nul => path.to_string(),
        };
        let mut rows: OrdMap<&str, (char, char, Option<&str>)> = OrdMap::new();
        for change in &self.status.staged {
            let old = Some(change.old_path.as_str()).filter(|old| *old != change.path);
            rows.insert(&change.path, (change.kind.letter(), ' ', old));
        }
        for change in &self.status.unstaged {
            let kind = if change.kind == ChangeKind::Added { 'A' } else { change.kind.letter() };
            rows.entry(&change.path).or_insert((' ', ' ', None)).1 = kind;
        }
        for (path, stages) in &self.status.unmerged {
            let (x, y) = unmerged_letters(stages);
            rows.insert(path, (x, y, None));
        }
        for (path, (x, y, old)) in rows {
            let unmerged = self.status.unmerged.contains_key(path);
            let letters = if unmerged {
                self.paint(RED, &format!("{x}{y}"))
            } else {
                self.letter(GREEN, x) + &self.letter(RED, y)
            };
            out.push_str(&letters);
            out.push(' ');
            match old {
                Some(old) if paths == Paths::Nul => out.push_str(&format!("{path}\0{old}")),
                Some(old) => out.push_str(&format!("{} -> {}", shown(old), shown(path))),
                None => out.push_str(&shown(path)),
            }
            out.push(end);
        }
        if self.show_untracked {
            for path in &self.status.files.untracked {
                out.push_str(&format!("{} {}{end}", self.paint(RED, "??"), shown(path)));
            }
        }
        if self.show_ignored {
            for path in &self.status.files.ignored {
                out.push_str(&format!("{} {}{end}", self.paint(RED, "!!"), shown(path)));
            }
        }
        Ok(out)
    }

    fn letter(&self, color: &str, letter: char) -> String {
        if letter == ' ' { " ".into() } else { self.paint(color, &letter.to_string()) }
    }

    #[inline(never)]
    fn short_branch(&self, g: &Git<'_, '_>) -> Result<String, Stop> {
        let Some(branch) = self.status.head.branch() else {
            return Ok(format!("## {}", self.paint(RED, "HEAD (no branch)")));
        };
        let local = self.paint(GREEN, branch);
        let first = if self.status.head.id().is_none() { "No commits yet on " } else { "" };
        let Some(tracking) = tracking(g, &self.work.repo, branch)? else { return Ok(format!("## {first}{local}")) };
        let remote = self.paint(RED, &tracking.short);
        let tail = match tracking.counts {
            None => " [gone]".to_string(),
            Some((0, 0)) => String::new(),
            Some((ahead, 0)) => format!(" [ahead {}]", self.paint(GREEN, &ahead.to_string())),
            Some((0, behind)) => format!(" [behind {}]", self.paint(RED, &behind.to_string())),
            Some((ahead, behind)) => format!(
                " [ahead {}, behind {}]",
                self.paint(GREEN, &ahead.to_string()),
                self.paint(RED, &behind.to_string())
            ),
        };
        Ok(format!("## {first}{local}...{remote}{tail}"))
    }
}

impl Tracking {
    /// Where the branch stands beside its upstream; `advise`: what to do where both have gone apart; `hints`: what
    /// to do else.
    #[inline(never)]
    pub fn sentence(&self, advise: bool, hints: bool) -> String {
        let name = &self.short;
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let hint = |text: &'static str| if hints { text } else { "" };
        match self.counts {
            None => format!(
                "Your branch is based on '{name}', but the upstream is gone.\n{}",
                hint("  (use \"git branch --unset-upstream\" to fixup)\n")
            ),
            Some((0, 0)) => format!("Your branch is up to date with '{name}'.\n"),
            Some((ahead, 0)) => format!(
                "Your branch is ahead of '{name}' by {ahead} commit{}.\n{}",
                plural(ahead),
                hint("  (use \"git push\" to publish your local commits)\n")
            ),
            Some((0, behind)) => format!(
                "Your branch is behind '{name}' by {behind} commit{}, and can be fast-forwarded.\n{}",
                plural(behind),
                hint("  (use \"git pull\" to update your local branch)\n")
            ),
            Some((ahead, behind)) => {
                let pull = "  (use \"git pull\" if you want to integrate the remote branch with yours)\n";
                format!(
                    "Your branch and '{name}' have diverged,\nand have {ahead} and {behind} different commits each, respectively.\n{}",
                    if advise { pull } else { "" }
                )
            }
        }
    }
}

/// Where a detached HEAD was put, by its log: `at` while it is still there, else `from`.
#[inline(never)]
pub(crate) fn detached_at(g: &Git<'_, '_>, work: &Work, head: &git::ObjectId) -> Option<(&'static str, String)> {
    let repo = &work.repo;
    let log = repo.reflog(g.files(), "HEAD");
    let entry = log.iter().rev().find(|entry| entry.message.starts_with("checkout: moving from "))?;
    let target = entry.message.rsplit(" to ").next()?;
    let word = if entry.new == *head { "at" } else { "from" };
    let named = repo.full_ref_name(g.files(), target).filter(|full| full != "HEAD");
    let there = |full: &String| {
        let id = repo.read_ref(g.files(), full)?;
        repo.peel(g.files(), id, git::Kind::Commit).ok().flatten()
    };
    let name = match named.filter(|full| there(full) == Some(entry.new)) {
        Some(full) => ["refs/tags/", "refs/remotes/"]
            .iter()
            .find_map(|kind| full.strip_prefix(kind))
            .map_or_else(|| full.clone(), str::to_string),
        None => repo.short_id(g.files(), &entry.new, 7),
    };
    Some((word, name))
}

fn mark_hint(unmerged: &OrdMap<String, Vec<u8>>) -> &'static str {
    let deleted_by_both = unmerged.values().any(|stages| stages == &[1]);
    let modified_and_deleted = unmerged.values().any(|stages| matches!(stages.as_slice(), [1, 2] | [1, 3]));
    let others = unmerged.values().any(|stages| !matches!(stages.as_slice(), [1] | [1, 2] | [1, 3]));
    match (deleted_by_both, modified_and_deleted, others) {
        (false, false, _) => "  (use \"git add <file>...\" to mark resolution)\n",
        (true, false, false) => "  (use \"git rm <file>...\" to mark resolution)\n",
        _ => "  (use \"git add/rm <file>...\" as appropriate to mark resolution)\n",
    }
}

#[inline(never)]
fn unmerged_label(stages: &[u8]) -> &'static str {
    match stages {
        [1] => "both deleted:",
        [2] => "added by us:",
        [1, 2] => "deleted by them:",
        [3] => "added by them:",
        [1, 3] => "deleted by us:",
        [2, 3] => "both added:",
        _ => "both modified:",
    }
}

#[inline(never)]
pub(crate) fn unmerged_letters(stages: &[u8]) -> (char, char) {
    match stages {
        [1] => ('D', 'D'),
        [2] => ('A', 'U'),
        [1, 2] => ('U', 'D'),
        [3] => ('U', 'A'),
        [1, 3] => ('D', 'U'),
        [2, 3] => ('A', 'A'),
        _ => ('U', 'U'),
    }
}

/// A path in quotes where it holds what a terminal could not show.
pub(crate) fn quoted(path: &str) -> String {
    git::quoted_path("", path)
}

/// The short form also quotes a path with a blank.
fn quoted_blank(path: &str) -> String {
    let quoted = quoted(path);
    if path.contains(' ') && !quoted.starts_with('"') { format!("\"{path}\"") } else { quoted }
}
