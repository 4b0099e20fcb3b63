//! Making a commit from a tree: used by `commit`, `merge`, `revert` and `pull`.

use super::cli::{Git, Stop};
use super::hooks_to_world::note_commit;
use git::{Commit, FileStat, Head, ObjectId, Pathspec, RefChange, Repo, Signature, find_renames};

/// What is to be committed.
#[derive(Debug)]
pub(crate) struct NewCommit {
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
    /// What the reference log says before the subject: `commit (amend)`.
    pub reason: String,
}

/// Writes the commit, moves HEAD to it and clears what was in progress.
pub(crate) fn make(g: &mut Git<'_, '_>, repo: &Repo, new: NewCommit) -> Result<ObjectId, Stop> {
    let when = g.when();
    let NewCommit { tree, parents, author, committer, message, reason } = new;
    let commit = Commit { tree, parents, author, committer: committer.clone(), message };
    let id = g.keep(|files| repo.write_commit(files, &commit, when))?;
    let subject = commit.subject();
    // A merge names its strategy, not its subject.
    let first = commit.message.lines().next().unwrap_or_default();
    let log = if reason.ends_with('.') { reason } else { format!("{reason}: {first}") };
    let change = RefChange { name: "HEAD", new: id, who: &committer, message: &log };
    g.keep(|files| repo.update_ref(files, &change))?;
    super::rerere::after_commit(g, repo)?;
    let aside = super::merge::put_aside(g, repo);
    super::reset::clear_branch_state(g, repo);
    if let Some(aside) = aside {
        super::stash::apply_autostash(g, repo, aside)?;
    }
    note_commit(g, repo, &id, &subject);
    Ok(id)
}

/// `[main 1a2b3c4] Subject` and what changed. `initial`: there was no commit before.
pub(crate) fn summary(
    g: &Git<'_, '_>,
    repo: &Repo,
    id: &ObjectId,
    show_date: bool,
    initial: bool,
) -> Result<String, Stop> {
    let files = g.files();
    let commit = repo.read_commit(files, id)?;
    let place = match repo.head(files)? {
        Head::Detached(_) => "detached HEAD".to_string(),
        head => head.branch().unwrap_or_default().to_string(),
    };
    let root = if initial { " (root-commit)" } else { "" };
    let mut out = format!("[{place}{root} {}] {}\n", repo.short_id(files, id, 7), commit.subject());
    let (author, committer) = (&commit.author, &commit.committer);
    if (&author.name, &author.email) != (&committer.name, &committer.email) {
        out.push_str(&format!(" Author: {} <{}>\n", author.name, author.email));
    }
    if show_date {
        out.push_str(&format!(" Date: {}\n", author.when.format(git::DateFormat::Default, 0)));
    }
    if commit.parents.len() > 1 {
        return Ok(out);
    }
    let parent = match commit.parents.first() {
        Some(parent) => Some(repo.read_commit(files, parent)?.tree),
        None => None,
    };
    let changes = repo.diff_trees(files, parent.as_ref(), Some(&commit.tree), &Pathspec::default())?;
    let changes = find_renames(repo, files, changes)?;
    if !changes.is_empty() {
        let stats: Vec<FileStat> =
            changes.iter().map(|change| FileStat::of(repo, files, change)).collect::<git::Result<_>>()?;
        out.push_str(&git::shortstat(&stats));
        out.extend(changes.iter().filter_map(git::summary_line));
    }
    Ok(out)
}

/// A message without blanks at line ends, doubled empty lines, and empty lines around it; with `comments`, also
/// without lines that start with `#`.
pub(crate) fn cleaned(message: &str, comments: bool) -> String {
    let mut out = String::new();
    let mut gap = false;
    for line in message.lines().map(str::trim_end).filter(|line| !(comments && line.starts_with('#'))) {
        if line.is_empty() {
            gap = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}
