//! Picks and reverts one after another, with their state in `.git/sequencer` where there are several.

use super::cli::{Answer, Git, Stop, Whose, fatal};
use super::commit_make::{NewCommit, cleaned, make, summary};
use super::commit_message::with_trailer;
use super::draft::{Cleanup, Draft, Then, go};
use super::merging::{Joined, conflicts_comment};
use super::pick::{Pick, apply, dirty_index, nothing_left, parent_of, revert_message, unmerged};
pub(crate) use super::sequencer_going::{Empty, Going};
use git::{Commit, ObjectId, Repo};

pub(crate) fn failed<T>(going: &Going) -> Result<T, Stop> {
    fatal(format!("{} failed", going.command()))
}

/// Begins with these commits.
pub(crate) fn start(g: &mut Git<'_, '_>, repo: &Repo, going: Going, todo: &[ObjectId], single: bool) -> Answer {
    let index = repo.read_index(g.files())?;
    if !index.unmerged().is_empty() {
        if going.no_commit && single {
            return unmerged(g, &index, going.command());
        }
        if single || super::status_state::sequence(g, repo).is_some() {
            return not_possible(g, &going);
        }
        // A list is written down before its first commit is tried.
        begin(g, repo, &going, todo)?;
        return not_possible(g, &going);
    }
    if single {
        return match one(g, repo, &todo[0], &going)? {
            Some(code) => Ok(code),
            None => Ok(0),
        };
    }
    if let Some(kind) = super::status_state::sequence(g, repo) {
        let command = if kind == "revert" { "revert" } else { "cherry-pick" };
        let waiting = ["CHERRY_PICK_HEAD", "REVERT_HEAD"].iter().any(|file| repo.read_state(g.files(), file).is_some());
        g.err(format!("error: {command} is already in progress\n"));
        g.hint(&format!(
            "try \"git {command} (--continue | {}--abort | --quit)\"",
            if waiting { "--skip | " } else { "" }
        ));
        return failed(&going);
    }
    begin(g, repo, &going, todo)?;
    go_on(g, repo, Going { listed: true, ..going })
}

/// Writes down what is to be done.
fn begin(g: &mut Git<'_, '_>, repo: &Repo, going: &Going, todo: &[ObjectId]) -> Result<(), Stop> {
    let when = g.when();
    let head = repo.head(g.files())?.id();
    let Some(head) = head else {
        g.err(format!("error: can't {} as initial commit\n", going.command()));
        return failed(going);
    };
    repo.write_state(g.cx.files_mut(), "sequencer/head", &format!("{head}\n"), when)?;
    let options = going.options();
    if !options.is_empty() {
        repo.write_state(g.cx.files_mut(), "sequencer/opts", &options, when)?;
    }
    save(g, repo, going, todo)
}

pub(crate) fn not_possible(g: &mut Git<'_, '_>, going: &Going) -> Answer {
    g.err(format!(
        "error: {} is not possible because you have unmerged files.\n",
        if going.reverts { "Reverting" } else { "Cherry-picking" }
    ));
    if g.advises("resolveConflict") {
        g.hint("Fix them up in the work tree, and then use 'git add/rm <file>'\nas appropriate to mark resolution and make a commit.");
    }
    failed(going)
}

/// Writes what is left to do, and where HEAD is now.
fn save(g: &mut Git<'_, '_>, repo: &Repo, going: &Going, todo: &[ObjectId]) -> Result<(), Stop> {
    let when = g.when();
    let word = if going.reverts { "revert" } else { "pick" };
    let mut lines = String::new();
    for id in todo {
        let subject = repo.read_commit(g.files(), id)?.subject();
        lines.push_str(&format!("{word} {} {subject}\n", repo.short_id(g.files(), id, 7)));
    }
    repo.write_state(g.cx.files_mut(), "sequencer/todo", &lines, when)?;
    note_head(g, repo)
}

/// `abort-safety`: where HEAD was put by us.
fn note_head(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let when = g.when();
    let text = repo.head(g.files())?.id().map_or(String::new(), |id| format!("{id}\n"));
    Ok(repo.write_state(g.cx.files_mut(), "sequencer/abort-safety", &text, when)?)
}

fn list(g: &Git<'_, '_>, repo: &Repo) -> Result<Vec<ObjectId>, Stop> {
    let lines = repo.read_state(g.files(), "sequencer/todo").unwrap_or_default();
    let mut todo = Vec::new();
    for line in lines.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.split(' ').nth(1) {
            todo.push(repo.resolve_commit(g.files(), name)?);
        }
    }
    Ok(todo)
}

/// After a commit that an editor was opened for: the list without its first line.
pub(crate) fn go_on_after(g: &mut Git<'_, '_>, repo: &Repo, going: Going) -> Answer {
    if !going.listed {
        return Ok(0);
    }
    let todo = list(g, repo)?;
    save(g, repo, &going, todo.get(1..).unwrap_or_default())?;
    go_on(g, repo, going)
}

/// Does what the list says.
pub(crate) fn go_on(g: &mut Git<'_, '_>, repo: &Repo, going: Going) -> Answer {
    let mut todo = list(g, repo)?;
    while let Some(id) = todo.first().copied() {
        save(g, repo, &going, &todo)?;
        if let Some(code) = one(g, repo, &id, &going)? {
            note_head(g, repo)?;
            return Ok(code);
        }
        todo.remove(0);
    }
    let when = g.when();
    repo.remove_state(g.cx.files_mut(), "sequencer", when);
    Ok(0)
}

/// One commit; `None` where the next one may follow.
#[inline(never)]
fn one(g: &mut Git<'_, '_>, repo: &Repo, id: &ObjectId, going: &Going) -> Result<Option<i32>, Stop> {
    let commit = repo.read_commit(g.files(), id)?;
    let head = repo.head(g.files())?.id();
    if going.no_commit {
        let index = repo.read_index(g.files())?;
        if !index.unmerged().is_empty() {
            return unmerged(g, &index, going.command());
        }
    } else if dirty_index(g, repo)? {
        g.err(format!("error: your local changes would be overwritten by {}.\n", going.command()));
        if g.advises("commitBeforeMerge") {
            g.hint("commit your changes or stash them to proceed.");
        }
        return failed(going);
    }
    let parent = parent_of(g, id, &commit, going.mainline, going.command())?;
    if going.fast_forward && parent == head {
        super::switching::move_files(g, repo, Some(id), false, "merge", "merge").or_else(|_| failed(going))?;
        super::reset::move_head(g, repo, *id, None, &format!("{}: fast-forward", going.command()))?;
        return Ok(None);
    }
    let pick = Pick {
        id: *id,
        commit,
        parent,
        reverts: going.reverts,
        on_index: going.no_commit,
        favor: super::merge_squash::favor_named(going.favor.as_deref()),
    };
    let text = message(g, going, &pick)?;
    let when = g.when();
    let joined = apply(g, repo, &pick, false)?;
    let file = if going.reverts { "REVERT_HEAD" } else { "CHERRY_PICK_HEAD" };
    match joined {
        Joined::Blocked => failed(going),
        Joined::Conflicts(paths) => {
            let text = text + &conflicts_comment(&paths);
            repo.write_state(g.cx.files_mut(), "MERGE_MSG", &text, when)?;
            if going.reverts || !going.no_commit {
                repo.write_state(g.cx.files_mut(), file, &format!("{id}\n"), when)?;
            }
            say_conflict(g, repo, going, &pick);
            super::rerere::auto(g, repo, None)?;
            Ok(Some(1))
        }
        Joined::Clean(_) if going.no_commit => {
            repo.write_state(g.cx.files_mut(), "MERGE_MSG", &text, when)?;
            if going.reverts {
                repo.write_state(g.cx.files_mut(), file, &format!("{id}\n"), when)?;
            }
            Ok(None)
        }
        Joined::Clean(tree) => record(g, repo, going, &pick, tree, text),
    }
}

#[inline(never)]
fn say_conflict(g: &mut Git<'_, '_>, repo: &Repo, going: &Going, pick: &Pick) {
    let what = if going.reverts { "revert" } else { "apply" };
    let short = pick.short(g, repo);
    g.err(format!("error: could not {what} {short}... {}\n", pick.commit.subject()));
    if !g.advises("mergeConflict") {
        return;
    }
    let command = going.command();
    let off = "Disable this message with \"git config advice.mergeConflict false\"";
    if going.no_commit {
        g.hint(&format!(
            "after resolving the conflicts, mark the corrected paths\nwith 'git add <paths>' or 'git rm <paths>'\n{off}"
        ));
    } else {
        g.hint(&format!("After resolving the conflicts, mark them with\n\"git add/rm <pathspec>\", then run\n\"git {command} --continue\".\nYou can instead skip this commit with \"git {command} --skip\".\nTo abort and get back to the state before \"git {command}\",\nrun \"git {command} --abort\".\n{off}"));
    }
}

#[inline(never)]
fn message(g: &mut Git<'_, '_>, going: &Going, pick: &Pick) -> Result<String, Stop> {
    let mut text = if going.reverts {
        revert_message(&pick.id, &pick.commit, pick.parent.as_ref())
    } else {
        pick.commit.message.clone()
    };
    if going.names_origin {
        text = with_trailer(&text, &format!("(cherry picked from commit {})", pick.id));
    }
    if going.signoff {
        let who = g.identity(Whose::Committer)?;
        text = with_trailer(&text, &format!("Signed-off-by: {} <{}>", who.name, who.email));
    }
    Ok(text)
}

/// The merge was clean: makes the commit, or says that it would be empty.
#[inline(never)]
fn record(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    going: &Going,
    pick: &Pick,
    tree: ObjectId,
    text: String,
) -> Result<Option<i32>, Stop> {
    let when = g.when();
    let head = repo.head(g.files())?.id();
    let head_tree = match head {
        Some(id) => Some(repo.read_commit(g.files(), &id)?.tree),
        None => None,
    };
    if Some(tree) == head_tree && going.empty != Empty::Keep {
        let parent_tree = match pick.parent {
            Some(id) => Some(repo.read_commit(g.files(), &id)?.tree),
            None => None,
        };
        let was_empty = parent_tree == Some(pick.commit.tree);
        if going.empty == Empty::Drop && !was_empty {
            g.err(format!("dropping {} {} -- patch contents already upstream\n", pick.id, pick.commit.subject()));
            return Ok(None);
        }
        if !(was_empty && going.allow_empty) {
            repo.write_state(g.cx.files_mut(), "MERGE_MSG", &text, when)?;
            if !going.reverts {
                repo.write_state(g.cx.files_mut(), "CHERRY_PICK_HEAD", &format!("{}\n", pick.id), when)?;
            }
            let advice = (!going.reverts).then_some("cherry-pick");
            nothing_left(g, repo, advice)?;
            return Ok(Some(1));
        }
    }
    let author = if going.reverts { g.identity(Whose::Author)? } else { pick.commit.author.clone() };
    let committer = g.identity(Whose::Committer)?;
    let parents: Vec<ObjectId> = head.into_iter().collect();
    if edits(g, going) {
        repo.write_state(g.cx.files_mut(), "MERGE_MSG", &text, when)?;
        if !going.reverts {
            repo.write_state(g.cx.files_mut(), "CHERRY_PICK_HEAD", &format!("{}\n", pick.id), when)?;
        }
        let mut draft = Draft::new(&parents, &author, &committer, cleaned(&text, false), going.command());
        draft.edits = true;
        draft.cleanup = Cleanup::Strip;
        draft.shows_date = !going.reverts;
        draft.source = vec!["merge".into()];
        draft.then = Then::Pick(going.clone());
        let work = g.work()?;
        let whence = super::commit_message::Whence::read(g, repo);
        let people =
            super::commit_message::People { author: &author, committer: &committer, shows_date: draft.shows_date };
        draft.comment = super::commit_message::comment(g, &work, whence, Cleanup::Strip, &people, false)?;
        return go(g, draft, None).map(Some);
    }
    let message = if going.reverts || going.signoff || going.names_origin { cleaned(&text, false) } else { text };
    if message.trim().is_empty() && !going.allow_empty_message {
        g.err("Aborting commit due to empty commit message.\n");
        return Ok(Some(1));
    }
    let reason = going.command().to_string();
    let id = make(g, repo, NewCommit { tree, parents, author, committer, message, reason })?;
    let text = summary(g, repo, &id, true, false)?;
    g.out(text);
    Ok(None)
}

/// Whether the message is edited: where it was asked for, and at a terminal when a commit is taken back.
///
/// Unlike git: where the terminal has no editor, the message is taken as it is.
pub(crate) fn edits(g: &Git<'_, '_>, going: &Going) -> bool {
    going.edit.unwrap_or_else(|| going.reverts && g.cx.stdin_is_terminal() && super::editor::there_is_one(g))
}

/// The commits that the operands name, in the order in which they are dealt with; and whether it is just one commit
/// by its name.
#[inline(never)]
pub(crate) fn chosen(
    g: &Git<'_, '_>,
    repo: &Repo,
    operands: &[String],
    reverts: bool,
) -> Result<(Vec<ObjectId>, bool), Stop> {
    let range = super::range::Range::read(g, repo, operands, Some(operands.len()))?;
    let (from, hidden) = range.commits(g, repo)?;
    if hidden.is_empty() && !range.dotted {
        return Ok((from, operands.len() == 1));
    }
    let mut todo = repo.walk(g.files(), &from, &hidden)?;
    if !reverts {
        todo.reverse();
    }
    Ok((todo, false))
}

/// Commits by what they are compared with: the same change has the same text.
pub(crate) fn is_originally_empty(g: &Git<'_, '_>, repo: &Repo, commit: &Commit) -> Result<bool, Stop> {
    Ok(match commit.parents.first() {
        Some(parent) => repo.read_commit(g.files(), parent)?.tree == commit.tree,
        None => commit.tree.is_empty_tree(),
    })
}
