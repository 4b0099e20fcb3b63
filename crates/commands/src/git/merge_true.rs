//! A merge of two lines of development that have gone apart, and what is said of it.

use super::cli::{Answer, Git, Stop, Whose};
use super::commit_make::{NewCommit, cleaned, make};
use super::merge::{Theirs, Wish};
use super::merge_squash::{drafted, note_squash, wait, with_child};
use super::merging::{Join, Joined, base_label, common_files, conflict_style, conflicts_comment, join, keepers};
use super::reset::move_head;
use super::switching::flat;
use git::{FileStat, MergeLabels, ObjectId, Pathspec, Repo, find_renames};

/// The table of what a merge brought.
pub(crate) fn changed(g: &Git<'_, '_>, repo: &Repo, old: &ObjectId, new: &ObjectId) -> Result<String, Stop> {
    let files = g.files();
    let (old, new) = (repo.read_commit(files, old)?.tree, repo.read_commit(files, new)?.tree);
    changed_trees(g, repo, &old, &new)
}

#[inline(never)]
pub(crate) fn changed_trees(g: &Git<'_, '_>, repo: &Repo, old: &ObjectId, new: &ObjectId) -> Result<String, Stop> {
    let files = g.files();
    let changes = find_renames(repo, files, repo.diff_trees(files, Some(old), Some(new), &Pathspec::default())?)?;
    if changes.is_empty() {
        return Ok(String::new());
    }
    let stats: Vec<FileStat> =
        changes.iter().map(|change| FileStat::of(repo, files, change)).collect::<git::Result<_>>()?;
    let colors = if g.colored("diff", None) { git::DiffColors::TERMINAL } else { git::DiffColors::NONE };
    let mut text = git::stat_table(&stats, g.columns(), &colors) + &git::shortstat(&stats);
    text.extend(changes.iter().filter_map(git::summary_line));
    Ok(text)
}

/// Who merges, and with which words.
pub(crate) struct Signed {
    pub author: git::Signature,
    pub committer: git::Signature,
    pub message: String,
}

/// Commits what was joined, or leaves it to be finished.
pub(crate) fn conclude(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    head: ObjectId,
    theirs: &Theirs,
    wish: &Wish,
    joined: Joined,
    signed: Signed,
) -> Answer {
    let when = g.when();
    let Signed { author, committer, message } = signed;
    match joined {
        Joined::Blocked => {
            g.err("Merge with strategy ort failed.\n");
            Ok(2)
        }
        Joined::Clean(_) if wish.squash => {
            note_squash(g, repo, head, theirs, wish)?;
            g.err("Automatic merge went well; stopped before committing as requested\n");
            Ok(0)
        }
        Joined::Conflicts(paths) if wish.squash => {
            note_squash(g, repo, head, theirs, wish)?;
            repo.write_state(g.cx.files_mut(), "MERGE_MSG", &conflicts_comment(&paths), when)?;
            super::rerere::auto(g, repo, wish.rerere)?;
            g.out("Automatic merge failed; fix conflicts and then commit the result.\n");
            Ok(1)
        }
        Joined::Clean(_) if wish.commit && with_child(g, repo, wish) => {
            wait(g, repo, theirs, &message, None)?;
            drafted(g, repo, head, theirs, wish, [author, committer], message)
        }
        Joined::Clean(tree) if wish.commit => {
            let parents = vec![head, theirs.id];
            let reason = format!("{}: Merge made by the 'ort' strategy.", theirs.action);
            let message = cleaned(&message, false);
            commit_merge(g, repo, NewCommit { tree, parents, author, committer, message, reason })?;
            if !wish.quiet {
                g.out("Merge made by the 'ort' strategy.\n");
                if wish.stat {
                    let new = repo.head(g.files())?.id().unwrap_or(head);
                    let text = changed(g, repo, &head, &new)?;
                    g.out(text);
                }
            }
            Ok(0)
        }
        Joined::Clean(_) => {
            wait(g, repo, theirs, &message, None)?;
            g.err("Automatic merge went well; stopped before committing as requested\n");
            Ok(0)
        }
        Joined::Conflicts(paths) => {
            wait(g, repo, theirs, &message, Some(&paths))?;
            super::rerere::auto(g, repo, wish.rerere)?;
            g.out("Automatic merge failed; fix conflicts and then commit the result.\n");
            Ok(1)
        }
    }
}

#[inline(never)]
pub(crate) fn true_merge(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    head: ObjectId,
    bases: &[ObjectId],
    theirs: &Theirs,
    wish: &Wish,
) -> Answer {
    let author = g.identity(Whose::Author)?;
    let committer = g.identity(Whose::Committer)?;
    let when = g.when();
    let base = common_files(g, repo, bases, 0)?;
    let labels = MergeLabels {
        ours: "HEAD".into(),
        base: base_label(g, repo, bases),
        theirs: theirs.label.clone(),
        style: conflict_style(g),
        favor: wish.favor,
        keepers: keepers(g),
        classic: wish.classic,
        ..MergeLabels::default()
    };
    let mut message = wish.message.clone().unwrap_or_else(|| standard_message(g, repo, theirs));
    if wish.signoff {
        let line = format!("Signed-off-by: {} <{}>", committer.name, committer.email);
        message = super::commit_message::with_trailer(&message, &line);
    }
    let staged = staged_changes(g, repo)?;
    if !staged.is_empty() {
        let list = staged.join(" ");
        g.err(format!("error: Your local changes to the following files would be overwritten by merge:\n  {list}\n"));
        g.err("Merge with strategy ort failed.\n");
        move_head(g, repo, head, None, &format!("{}: updating HEAD", theirs.action))?;
        return Ok(2);
    }
    let theirs_files = flat(g, repo, Some(&theirs.id))?;
    let joined = join(
        g,
        repo,
        &Join { base, ours: None, theirs: theirs_files, labels, verb: "merge", before: "merge", terse: false },
    )?;
    repo.write_state(g.cx.files_mut(), "ORIG_HEAD", &format!("{head}\n"), when)?;
    conclude(g, repo, head, theirs, wish, joined, Signed { author, committer, message })
}

/// The log names the strategy, not the subject.
pub(crate) fn commit_merge(g: &mut Git<'_, '_>, repo: &Repo, new: NewCommit) -> Result<(), Stop> {
    make(g, repo, new)?;
    Ok(())
}

/// Paths that are staged and so would be mixed into the merge.
pub(crate) fn staged_changes(g: &Git<'_, '_>, repo: &Repo) -> Result<Vec<String>, Stop> {
    let index = repo.read_index(g.files())?;
    let head = repo.head(g.files())?.id();
    let tree = match head {
        Some(id) => Some(repo.read_commit(g.files(), &id)?.tree),
        None => None,
    };
    let changes = repo.diff_staged(g.files(), tree.as_ref(), &index, &Pathspec::default())?;
    Ok(changes.into_iter().map(|change| change.path).collect())
}

pub(crate) fn standard_message(g: &Git<'_, '_>, repo: &Repo, theirs: &Theirs) -> String {
    let branch = repo.head(g.files()).ok().and_then(|head| head.branch().map(str::to_string));
    let into = match branch {
        Some(branch) if branch == "master" || branch == "main" => String::new(),
        Some(branch) => format!(" into {branch}"),
        None => " into HEAD".into(),
    };
    format!("Merge {}{into}\n", theirs.described)
}
