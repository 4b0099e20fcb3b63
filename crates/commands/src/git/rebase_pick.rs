//! One commit of a rebase: picked, reworded, melded into the one before, or stopped at.

use super::cli::{Answer, Git, Stop, Whose};
use super::commit_make::{NewCommit, make};
use super::commit_message::{People, Whence, comment, with_trailer};
use super::draft::{Cleanup, Draft, Then, go};
use super::merging::{Joined, conflicts_comment};
use super::pick::{Pick, apply, dirty_index, nothing_left};
use super::rebase_meld::{meld, meld_messages};
use super::rebase_run::{After, Flow, What, clear_line};
use super::rebase_state::{self as files, State};
use super::rebase_todo::{Command, Item};
use super::{editor, sequencer};
use git::{Commit, ObjectId, PatchOptions, Repo, Signature};

/// What is known of the line while it is carried out.
pub(crate) struct Line<'a> {
    pub item: &'a Item,
    pub id: ObjectId,
    pub commit: Commit,
    pub head: ObjectId,
    /// The next line melds into this one too.
    pub melds_next: bool,
    /// On top of nothing: `--root`.
    pub root: bool,
    pub forced: bool,
}

#[inline(never)]
pub(crate) fn pick(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    state: &State,
    item: &Item,
    next: Option<&Item>,
    forced: bool,
) -> Result<Flow, Stop> {
    let (Some(id), Some(head)) = (item.id, repo.head(g.files())?.id()) else { return Ok(Flow::End(1)) };
    let commit = repo.read_commit(g.files(), &id)?;
    if dirty_index(g, repo)? {
        g.err("error: your local changes would be overwritten by rebase.\n");
        g.hint("commit your changes or stash them to proceed.");
        return rescheduled(g, repo, item);
    }
    if commit.parents.len() > 1 {
        g.err(format!("error: commit {id} is a merge but no -m option was given.\n"));
        return rescheduled(g, repo, item);
    }
    let melds_next = next.is_some_and(|next| next.command.melds());
    let root = state.squash_onto == Some(head) && !item.command.melds();
    let line = Line { item, id, commit, head, melds_next, root, forced: forced || state.signoff };
    let parent = line.commit.parents.first().copied();
    let in_place = if root { parent.is_none() } else { parent == Some(head) };
    if !line.forced && in_place && !item.command.melds() {
        return fast_forward(g, repo, &line);
    }
    onto_head(g, repo, state, &line)
}

/// The commit cannot be tried at all; it comes first again.
#[inline(never)]
fn rescheduled(g: &mut Git<'_, '_>, repo: &Repo, item: &Item) -> Result<Flow, Stop> {
    let line = super::rebase_todo::text(g, repo, std::slice::from_ref(item), false);
    let left = files::read(g, repo, "git-rebase-todo").unwrap_or_default();
    g.hint(&format!("Could not execute the todo command\n\n    {}\nIt has been rescheduled; To edit the command before continuing, please\nedit the todo list first:\n\n    git rebase --edit-todo\n    git rebase --continue", line));
    let done = files::read(g, repo, "done").unwrap_or_default();
    let kept: Vec<&str> = done.lines().collect();
    let kept: String = kept[..kept.len().saturating_sub(1)].iter().map(|line| format!("{line}\n")).collect();
    files::write(g, repo, "done", &kept)?;
    files::write(g, repo, "git-rebase-todo", &(line + &left))?;
    if let Some(id) = item.id {
        let when = g.when();
        repo.write_state(g.cx.files_mut(), "REBASE_HEAD", &format!("{id}\n"), when)?;
    }
    Ok(Flow::End(1))
}

/// The commit stands on HEAD already.
fn fast_forward(g: &mut Git<'_, '_>, repo: &Repo, line: &Line<'_>) -> Result<Flow, Stop> {
    files::write_author(g, repo, &line.commit.author)?;
    super::switching::move_files(g, repo, Some(&line.id), false, "merge", "merge")?;
    super::reset::move_head(g, repo, line.id, None, "rebase: fast-forward")?;
    match line.item.command {
        Command::Edit => stop_to_edit(g, repo, line),
        Command::Reword => reword(g, repo, line, vec![], line.commit.message.clone(), true),
        _ => done(g, repo, line),
    }
}

pub(crate) fn done(g: &mut Git<'_, '_>, repo: &Repo, line: &Line<'_>) -> Result<Flow, Stop> {
    files::record(g, repo, &line.id.to_string(), line.melds_next)?;
    Ok(Flow::Next)
}

fn stop_to_edit(g: &mut Git<'_, '_>, repo: &Repo, line: &Line<'_>) -> Result<Flow, Stop> {
    let short = repo.short_id(g.files(), &line.id, 7);
    clear_line(g);
    g.err(format!("Stopped at {short}...  {}\n", line.item.rest));
    stop_at(g, repo, &line.id, &line.commit, true, 0).map(Flow::End)
}

/// Merges the commit into HEAD's files.
#[inline(never)]
fn onto_head(g: &mut Git<'_, '_>, repo: &Repo, state: &State, line: &Line<'_>) -> Result<Flow, Stop> {
    let parent = line.commit.parents.first().copied();
    let melds = line.item.command.melds();
    let mut text = if melds { meld_messages(g, repo, line)? } else { line.commit.message.clone() };
    if state.signoff && !melds {
        let who = g.identity(Whose::Committer)?;
        text = with_trailer(&text, &format!("Signed-off-by: {} <{}>", who.name, who.email));
    }
    if !melds {
        files::write_author(g, repo, &line.commit.author)?;
    }
    let pick = Pick {
        id: line.id,
        commit: line.commit.clone(),
        parent,
        reverts: false,
        on_index: false,
        favor: super::merge_squash::favor_named(state.favor.as_deref()),
    };
    let when = g.when();
    match apply(g, repo, &pick, true)? {
        Joined::Blocked => rescheduled(g, repo, line.item),
        Joined::Conflicts(paths) => {
            let text = if melds { line.commit.message.clone() } else { text };
            let text = text + &conflicts_comment(&paths);
            repo.write_state(g.cx.files_mut(), "MERGE_MSG", &text, when)?;
            let message = if melds { files::read(g, repo, "message-squash").unwrap_or_default() } else { text.clone() };
            files::write(g, repo, "message", &message)?;
            if melds {
                repo.write_state(g.cx.files_mut(), "MERGE_MSG", &message, when)?;
                let head = line.head;
                files::write(g, repo, "amend", &format!("{head}\n"))?;
            }
            say_conflict(g, repo, line);
            super::rerere::auto(g, repo, None)?;
            let amend = line.item.command == Command::Reword && line.id == line.head;
            stop_at(g, repo, &line.id, &line.commit, amend, 1).map(Flow::End)
        }
        Joined::Clean(tree) => record(g, repo, state, line, tree, text),
    }
}

fn say_conflict(g: &mut Git<'_, '_>, repo: &Repo, line: &Line<'_>) {
    let short = repo.short_id(g.files(), &line.id, 7);
    g.err(format!("error: could not apply {short}... {}\n", line.commit.subject()));
    if g.advises("mergeConflict") {
        g.hint("Resolve all conflicts manually, mark them as resolved with\n\"git add/rm <conflicted_files>\", then run \"git rebase --continue\".\nYou can instead skip this commit: run \"git rebase --skip\".\nTo abort and get back to the state before \"git rebase\", run \"git rebase --abort\".\nDisable this message with \"git config advice.mergeConflict false\"");
    }
}

/// Leaves the rebase at a commit: to be amended, or to be resolved.
#[inline(never)]
pub(crate) fn stop_at(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    id: &ObjectId,
    commit: &Commit,
    amend: bool,
    code: i32,
) -> Answer {
    let when = g.when();
    let mut patch = String::new();
    for change in super::show::changes_of(g, repo, commit, &git::Pathspec::default())? {
        patch.push_str(&git::patch(repo, g.files(), &change, &PatchOptions::default())?);
    }
    files::write(g, repo, "patch", &patch)?;
    if files::read(g, repo, "message").is_none() {
        files::write(g, repo, "message", &format!("{}\n", commit.message))?;
    }
    files::write(g, repo, "stopped-sha", &format!("{id}\n"))?;
    repo.write_state(g.cx.files_mut(), "REBASE_HEAD", &format!("{id}\n"), when)?;
    if amend {
        if let Some(head) = repo.head(g.files())?.id() {
            files::write(g, repo, "amend", &format!("{head}\n"))?;
        }
        g.err("You can amend the commit now, with\n\n  git commit --amend \n\nOnce you are satisfied with your changes, run\n\n  git rebase --continue\n");
    } else if code != 0 {
        let short = repo.short_id(g.files(), id, 7);
        let done = files::read(g, repo, "done").unwrap_or_default();
        let subject = done.lines().last().map_or("", |line| line.splitn(3, ' ').nth(2).unwrap_or_default()).to_string();
        g.err(format!("Could not apply {short}... {subject}\n"));
    }
    Ok(code)
}

/// The merge was clean.
#[inline(never)]
pub(crate) fn record(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    state: &State,
    line: &Line<'_>,
    tree: ObjectId,
    text: String,
) -> Result<Flow, Stop> {
    let melds = line.item.command.melds();
    let head_tree = repo.read_commit(g.files(), &line.head)?.tree;
    if tree == head_tree && !melds && !line.root {
        let was_empty = sequencer::is_originally_empty(g, repo, &line.commit)?;
        if !was_empty && state.drops_redundant {
            g.err(format!("dropping {} {} -- patch contents already upstream\n", line.id, line.commit.subject()));
            return Ok(Flow::Next);
        }
        if !was_empty && !state.keeps_redundant {
            let when = g.when();
            repo.write_state(g.cx.files_mut(), "MERGE_MSG", &text, when)?;
            repo.write_state(g.cx.files_mut(), "CHERRY_PICK_HEAD", &format!("{}\n", line.id), when)?;
            repo.write_state(g.cx.files_mut(), "REBASE_HEAD", &format!("{}\n", line.id), when)?;
            nothing_left(g, repo, Some("rebase"))?;
            files::write(g, repo, "message", &text)?;
            return stop_at(g, repo, &line.id, &line.commit, false, 1).map(Flow::End);
        }
    }
    if melds {
        return meld(g, repo, line, tree, text);
    }
    let parents: Vec<ObjectId> = if line.root { Vec::new() } else { vec![line.head] };
    if line.item.command == Command::Reword {
        return reword(g, repo, line, parents, text, false);
    }
    let reason = format!("{} ({})", g.log_action("rebase"), line.item.command.name());
    let author = line.commit.author.clone();
    commit(g, repo, tree, parents, author, text, reason)?;
    if line.item.command == Command::Edit {
        return stop_to_edit(g, repo, line);
    }
    done(g, repo, line)
}

#[inline(never)]
pub(crate) fn commit(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    tree: ObjectId,
    parents: Vec<ObjectId>,
    author: Signature,
    message: String,
    reason: String,
) -> Result<ObjectId, Stop> {
    let committer = g.identity(Whose::Committer)?;
    make(g, repo, NewCommit { tree, parents, author, committer, message, reason })
}

/// Opens the editor for a message; where the terminal has none, the message is taken as it is.
#[inline(never)]
pub(crate) fn edited(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    mut draft: Draft,
    amend: bool,
    after: After,
) -> Result<Flow, Stop> {
    draft.edits = editor::named(g, false).is_none() || editor::there_is_one(g);
    draft.cleanup = Cleanup::Strip;
    let in_place = matches!(&after.what, What::Picked { reword: true, .. });
    draft.then = Then::Rebase(after);
    if !in_place && repo.read_state(g.files(), "MERGE_MSG").is_none() {
        let when = g.when();
        repo.write_state(g.cx.files_mut(), "MERGE_MSG", &draft.message, when)?;
    }
    if draft.edits {
        let work = g.work()?;
        let person = |text: &str| Signature::parse(text).expect("a draft's people were written by us");
        let (author, committer) = (person(&draft.author), person(&draft.committer));
        let people = People { author: &author, committer: &committer, shows_date: draft.shows_date };
        let whence = Whence::read(g, repo);
        draft.comment = comment(g, &work, whence, Cleanup::Strip, &people, amend)?;
    }
    go(g, draft, None).map(Flow::End)
}

#[inline(never)]
pub(crate) fn reword(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    line: &Line<'_>,
    parents: Vec<ObjectId>,
    text: String,
    in_place: bool,
) -> Result<Flow, Stop> {
    let committer = g.identity(Whose::Committer)?;
    let parents = if in_place { line.commit.parents.clone() } else { parents };
    let author = line.commit.author.clone();
    let mut draft = Draft::new(&parents, &author, &committer, text, &format!("{} (reword)", g.log_action("rebase")));
    draft.shows_date = true;
    draft.verifies = !in_place;
    draft.source = vec!["commit".into(), "HEAD".into()];
    let what = What::Picked { id: line.id.to_string(), melds_next: line.melds_next, reword: in_place };
    edited(g, repo, draft, in_place, After { what, forced: line.forced, action: g.action.clone() })
}
