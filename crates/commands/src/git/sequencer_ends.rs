//! How a sequence of picks goes on, leaves one out, is given up or forgotten.

use super::cli::{Answer, Git, Stop, Whose};
use super::commit_make::cleaned;
use super::draft::{Cleanup, Draft, Then, go};
use super::options::{Given, Spec, usage};
use super::pick::{dirty_index, nothing_left};
use super::reset::reset_merge;
use super::sequencer::{self, Going, failed, go_on_after};
use git::{ObjectId, Repo};

/// What `cherry-pick` and `revert` do with their words: `--continue` and its like, or a new sequence.
#[inline(never)]
pub(crate) fn begin_or_end(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, spec: &Spec, going: Going) -> Answer {
    match given.last(&["quit", "continue", "abort", "skip"]) {
        Some("continue") => return proceed(g, repo, &going),
        Some("abort") => return abort(g, repo, &going),
        Some("skip") => return skip(g, repo, &going),
        Some(_) => return quit(g, repo),
        None => {}
    }
    if given.operands.is_empty() {
        g.err(usage(spec));
        return Ok(129);
    }
    going.check_fast_forward(given.has("edit"))?;
    let (todo, single) = sequencer::chosen(g, repo, &given.operands, going.reverts)?;
    if todo.is_empty() {
        g.err("error: empty commit set passed\n");
        return failed(&going);
    }
    sequencer::start(g, repo, going, &todo, single)
}

pub(crate) fn waiting(g: &Git<'_, '_>, repo: &Repo) -> bool {
    ["CHERRY_PICK_HEAD", "REVERT_HEAD"].iter().any(|file| repo.read_state(g.files(), file).is_some())
}

pub(crate) fn none_in_progress(g: &mut Git<'_, '_>, going: &Going) -> Answer {
    g.err("error: no cherry-pick or revert in progress\n");
    failed(going)
}

/// `--continue`.
#[inline(never)]
pub(crate) fn proceed(g: &mut Git<'_, '_>, repo: &Repo, now: &Going) -> Answer {
    let listed = repo.read_state(g.files(), "sequencer/todo").is_some();
    if !listed && !waiting(g, repo) {
        return none_in_progress(g, now);
    }
    match (super::status_state::sequence(g, repo), now.reverts) {
        (Some("revert"), false) => {
            g.err("error: cannot cherry-pick during a revert.\n");
            return failed(now);
        }
        (Some("pick"), true) => {
            g.err("error: cannot revert during a cherry-pick.\n");
            return failed(now);
        }
        _ => {}
    }
    let going = if listed { Going::read(g, repo, now) } else { now.clone() };
    if waiting(g, repo) {
        super::commit::refuse_unmerged(g, repo)?;
        return commit_waiting(g, repo, &going, listed);
    }
    if !repo.read_index(g.files())?.unmerged().is_empty() {
        return super::sequencer::not_possible(g, &going);
    }
    if dirty_index(g, repo)? {
        g.err(format!("error: your local changes would be overwritten by {}.\n", going.command()));
        g.hint("commit your changes or stash them to proceed.");
        return failed(&going);
    }
    go_on_after(g, repo, going)
}

/// Commits what was resolved, as `git commit` would.
#[inline(never)]
pub(crate) fn commit_waiting(g: &mut Git<'_, '_>, repo: &Repo, going: &Going, listed: bool) -> Answer {
    let whence = super::commit_message::Whence::read(g, repo);
    let picked = whence != super::commit_message::Whence::Commit;
    if !dirty_index(g, repo)? && !going.allow_empty {
        nothing_left(g, repo, picked.then_some("cherry-pick"))?;
        return Ok(1);
    }
    let head = repo.head(g.files())?.id();
    let picked_id = repo.read_state(g.files(), "CHERRY_PICK_HEAD").and_then(|text| git::parse_id(text.trim()));
    let author = match picked_id {
        Some(id) => repo.read_commit(g.files(), &id)?.author,
        None => g.identity(Whose::Author)?,
    };
    let committer = g.identity(Whose::Committer)?;
    let text = repo.read_state(g.files(), "MERGE_MSG").unwrap_or_default();
    let reason = if picked { "commit (cherry-pick)" } else { "commit" };
    let parents: Vec<ObjectId> = head.into_iter().collect();
    let mut draft = Draft::new(&parents, &author, &committer, cleaned(&text, false), reason);
    draft.cleanup = Cleanup::Strip;
    draft.shows_date = picked;
    draft.source = vec!["merge".into()];
    draft.edits = going.edit.unwrap_or_else(|| g.cx.stdin_is_terminal() && super::editor::there_is_one(g));
    if draft.edits {
        let work = g.work()?;
        let people = super::commit_message::People { author: &author, committer: &committer, shows_date: picked };
        draft.comment = super::commit_message::comment(g, &work, whence, Cleanup::Strip, &people, false)?;
    }
    draft.then = Then::Pick(Going { listed, ..going.clone() });
    go(g, draft, None)
}

/// Whether HEAD is where the sequence left it.
pub(crate) fn unmoved(g: &Git<'_, '_>, repo: &Repo) -> Result<bool, Stop> {
    let noted = repo.read_state(g.files(), "sequencer/abort-safety").unwrap_or_default();
    let head = repo.head(g.files())?.id().map(|id| id.to_string()).unwrap_or_default();
    Ok(noted.trim() == head)
}

/// `--skip`.
#[inline(never)]
pub(crate) fn skip(g: &mut Git<'_, '_>, repo: &Repo, now: &Going) -> Answer {
    let file = if now.reverts { "REVERT_HEAD" } else { "CHERRY_PICK_HEAD" };
    if repo.read_state(g.files(), file).is_none() {
        let kind = super::status_state::sequence(g, repo);
        let wanted = if now.reverts { "revert" } else { "pick" };
        if kind != Some(wanted) {
            g.err(format!("error: no {} in progress\n", now.command()));
            return failed(now);
        }
        if !unmoved(g, repo)? {
            g.err("error: there is nothing to skip\n");
            if g.advises("resolveConflict") {
                g.hint(&format!("have you committed already?\ntry \"git {} --continue\"", now.command()));
            }
            return failed(now);
        }
    }
    let listed = repo.read_state(g.files(), "sequencer/todo").is_some();
    let going = Going::read(g, repo, now);
    let head = repo.head(g.files())?.id();
    reset_merge(g, repo, head)?;
    clear_waiting(g, repo);
    if !listed || repo.read_state(g.files(), "sequencer/todo").is_none() {
        return Ok(0);
    }
    go_on_after(g, repo, going)
}

/// `--abort`.
#[inline(never)]
pub(crate) fn abort(g: &mut Git<'_, '_>, repo: &Repo, now: &Going) -> Answer {
    let Some(start) = repo.read_state(g.files(), "sequencer/head") else {
        if !waiting(g, repo) {
            return none_in_progress(g, now);
        }
        let head = repo.head(g.files())?.id();
        if head.is_none() {
            g.err("error: cannot abort from a branch yet to be born\n");
            return failed(now);
        }
        reset_merge(g, repo, head)?;
        clear_waiting(g, repo);
        return Ok(0);
    };
    if unmoved(g, repo)? {
        reset_merge(g, repo, git::parse_id(start.trim()))?;
        clear_waiting(g, repo);
    } else {
        g.err("warning: You seem to have moved HEAD. Not rewinding, check your HEAD!\n");
    }
    let when = g.when();
    repo.remove_state(g.cx.files_mut(), "sequencer", when);
    Ok(0)
}

/// `--quit`.
pub(crate) fn quit(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    let when = g.when();
    repo.remove_state(g.cx.files_mut(), "sequencer", when);
    clear_waiting(g, repo);
    Ok(0)
}

pub(crate) fn clear_waiting(g: &mut Git<'_, '_>, repo: &Repo) {
    let when = g.when();
    for state in
        ["REVERT_HEAD", "CHERRY_PICK_HEAD", "MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "SQUASH_MSG", "AUTO_MERGE"]
    {
        repo.remove_state(g.cx.files_mut(), state, when);
    }
}
