//! Merges that are not committed at once: squashed, waiting, or in the hands of hooks and the editor.

use super::cli::{Answer, Git, Stop, fatal};
use super::merge::{Theirs, Wish};
use super::merge_true::changed_trees;
use super::merging::conflicts_comment;
use super::options::Given;
use super::reset::move_head;
use git::{ObjectId, Repo};

/// `-X ours`; of strategies there is only `ort`.
#[inline(never)]
pub(crate) fn favor(g: &mut Git<'_, '_>, given: &Given) -> Result<Option<git::Favor>, Stop> {
    if let Some(name) =
        given.value("strategy").filter(|name| !matches!(*name, "ort" | "recursive" | "resolve" | "octopus" | "ours"))
    {
        g.err(format!("error: merge strategy '{name}' is real Git, but not part of this sandbox yet\n"));
        return Err(Stop::Exit(1));
    }
    let mut favor = None;
    for option in given.values("strategy-option") {
        favor = match option {
            "diff-algorithm=myers" | "diff-algorithm=histogram" | "histogram" => favor,
            "ours" => Some(git::Favor::Ours),
            "theirs" => Some(git::Favor::Theirs),
            "no-renames"
            | "patience"
            | "minimal"
            | "diff-algorithm=patience"
            | "diff-algorithm=minimal"
            | "ignore-space-change"
            | "ignore-all-space" => {
                g.err(format!("error: option `-X {option}' is real Git, but not part of this sandbox yet\n"));
                return Err(Stop::Exit(129));
            }
            other => return fatal(format!("unknown strategy option: -X{other}")),
        };
    }
    Ok(favor)
}

/// As it is written down.
pub(crate) fn favor_name(favor: git::Favor) -> String {
    match favor {
        git::Favor::Ours => "ours",
        git::Favor::Theirs => "theirs",
        git::Favor::Union => "union",
    }
    .to_string()
}

pub(crate) fn favor_named(name: Option<&str>) -> Option<git::Favor> {
    match name {
        Some("ours") => Some(git::Favor::Ours),
        Some("theirs") => Some(git::Favor::Theirs),
        _ => None,
    }
}

/// Whether an editor or a hook has a say.
pub(crate) fn with_child(g: &mut Git<'_, '_>, repo: &Repo, wish: &Wish) -> bool {
    let hooks = ["pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-commit"];
    wish.edit || (wish.verify && hooks.iter().any(|name| super::hooks::hook(g, repo, name, &[]).is_some()))
}

/// Makes the merge through hooks and the editor.
#[inline(never)]
pub(crate) fn drafted(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    head: ObjectId,
    theirs: &Theirs,
    wish: &Wish,
    people: [git::Signature; 2],
    message: String,
) -> Answer {
    let [author, committer] = people;
    let reason = format!("{}: Merge made by the 'ort' strategy.", theirs.action);
    let mut draft = super::draft::Draft::new(&[head, theirs.id], &author, &committer, message, &reason);
    draft.edits = wish.edit;
    draft.verifies = wish.verify;
    draft.for_merge = true;
    draft.quiet = true;
    draft.source = vec!["merge".into()];
    if wish.edit {
        draft.cleanup = super::draft::Cleanup::Strip;
        draft.comment = MERGE_COMMENT.into();
    }
    let mut text = String::new();
    if !wish.quiet {
        text.push_str("Merge made by the 'ort' strategy.\n");
        if wish.stat {
            let index = repo.read_index(g.files())?;
            let when = g.when();
            let tree = repo.write_index_tree(g.cx.files_mut(), &index, when)?;
            let old = repo.read_commit(g.files(), &head)?.tree;
            text.push_str(&changed_trees(g, repo, &old, &tree)?);
        }
    }
    draft.then = super::draft::Then::Stat(text);
    super::draft::go(g, draft, None)
}

pub(crate) const MERGE_COMMENT: &str = "# Please enter a commit message to explain why this merge is necessary,
# especially if it merges an updated upstream into a topic branch.
#
# Lines starting with '#' will be ignored, and an empty message aborts
# the commit.
";

/// `SQUASH_MSG`: what the next commit will hold.
pub(crate) fn note_squash(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    head: ObjectId,
    theirs: &Theirs,
    wish: &Wish,
) -> Result<(), Stop> {
    note_squash_of(g, repo, head, &[theirs.id], wish)
}

#[inline(never)]
pub(crate) fn note_squash_of(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    head: ObjectId,
    theirs: &[ObjectId],
    wish: &Wish,
) -> Result<(), Stop> {
    let mut text = "Squashed commit of the following:\n".to_string();
    let given = super::options::parse(&["--no-decorate".to_string(), "--no-color".into()], &super::log_options::SPEC);
    if let Ok(given) = given {
        let style = super::log::style(g, repo, &given)?;
        for id in repo.walk(g.files(), theirs, &[head])? {
            let commit = repo.read_commit(g.files(), &id)?;
            text.push('\n');
            text.push_str(&style.entry(g, repo, &id, &commit, "")?);
        }
    }
    let when = g.when();
    repo.write_state(g.cx.files_mut(), "SQUASH_MSG", &text, when)?;
    if !wish.quiet {
        g.out("Squash commit -- not updating HEAD\n");
    }
    Ok(())
}

/// Leaves the merge for the learner to finish.
pub(crate) fn wait(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    theirs: &Theirs,
    message: &str,
    conflicts: Option<&[String]>,
) -> Result<(), Stop> {
    wait_for_all(g, repo, &[theirs.id], message, conflicts)
}

#[inline(never)]
pub(crate) fn wait_for_all(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    theirs: &[ObjectId],
    message: &str,
    conflicts: Option<&[String]>,
) -> Result<(), Stop> {
    let when = g.when();
    let message = format!("{}\n", message.trim_end());
    let text = conflicts.map_or(message.clone(), |paths| message + &conflicts_comment(paths));
    let heads: String = theirs.iter().map(|id| format!("{id}\n")).collect();
    repo.write_state(g.cx.files_mut(), "MERGE_HEAD", &heads, when)?;
    repo.write_state(g.cx.files_mut(), "MERGE_MSG", &text, when)?;
    Ok(repo.write_state(g.cx.files_mut(), "MERGE_MODE", "", when)?)
}

pub(crate) fn clear(g: &mut Git<'_, '_>, repo: &Repo) {
    let when = g.when();
    for state in ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "MERGE_RR"] {
        repo.remove_state(g.cx.files_mut(), state, when);
    }
}

#[inline(never)]
pub(crate) fn abort(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    if repo.read_state(g.files(), "MERGE_HEAD").is_none() {
        return fatal("There is no merge to abort (MERGE_HEAD missing).");
    }
    let head = repo.head(g.files())?.id();
    // What was changed beside the merge stays.
    super::reset::reset_merge_files(g, repo, head.as_ref(), Some("HEAD"))?;
    if let Some(id) = head {
        move_head(g, repo, id, Some(id), "reset: moving to HEAD")?;
    }
    clear(g, repo);
    Ok(0)
}
