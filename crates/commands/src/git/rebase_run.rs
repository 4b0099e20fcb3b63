//! A rebase going through its list: what follows each child, each commit, the end.

use super::cli::{Answer, Git, Stop};
use super::process::{Child, Resume, wait_for};
use super::rebase_state::{self as files, State};
use super::rebase_todo::{self as todo, Command, Item};
use super::{rebase_labels, rebase_meld, rebase_pick, rebase_refs, stash};
use git::{RefChange, Repo};
use serde::{Deserialize, Serialize};

/// What a rebase waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    /// The list is edited before the start.
    Begun { onto_name: String },
    /// `--edit-todo`.
    Edited,
    /// `exec`.
    Exec { line: String },
    /// A commit whose message is edited.
    Picked { id: String, melds_next: bool, reword: bool },
    /// What was resolved is committed: `--continue`.
    Continued,
    /// The `post-rewrite` hook.
    Rewritten,
}

/// With what is only known in memory: nothing is fast-forwarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct After {
    pub what: What,
    pub forced: bool,
    /// What the logs call it: `pull --rebase`.
    pub action: Option<String>,
}

/// Whether the next line may follow.
pub(crate) enum Flow {
    Next,
    End(i32),
}

fn state(g: &mut Git<'_, '_>, repo: &Repo) -> Result<State, Stop> {
    match State::read(g, repo) {
        Some(state) => Ok(state),
        None => super::cli::fatal("no rebase in progress"),
    }
}

/// Goes on where a child has ended.
#[inline(never)]
pub(crate) fn resumed(g: &mut Git<'_, '_>, after: After, code: i32) -> Answer {
    let repo = g.work()?.repo;
    g.action.clone_from(&after.action);
    if after.what == What::Rewritten {
        return say_done(g, &repo);
    }
    let state = state(g, &repo)?;
    let forced = after.forced;
    match after.what {
        What::Begun { onto_name } => super::rebase_start::list_edited(g, &repo, &state, &onto_name, forced, code),
        What::Edited => super::rebase_start::todo_edited(g, &repo, code),
        What::Exec { line } => {
            if code == 0 {
                return go(g, &repo, &state, forced);
            }
            exec_failed(g, &repo, &state, &line, code)
        }
        What::Picked { id, melds_next, .. } => {
            rebase_meld::meld_ended(g, &repo, melds_next);
            files::record(g, &repo, &id, melds_next)?;
            go(g, &repo, &state, forced)
        }
        What::Continued => {
            rebase_meld::continued(g, &repo)?;
            go(g, &repo, &state, forced)
        }
        What::Rewritten => Ok(0),
    }
}

/// No commit came of an edited message.
#[inline(never)]
pub(crate) fn commit_failed(g: &mut Git<'_, '_>, repo: &Repo, after: &After) -> Answer {
    match &after.what {
        What::Continued => {
            g.err("error: could not commit staged changes.\n");
            Ok(1)
        }
        What::Picked { id, reword, .. } => {
            let Some(id) = git::parse_id(id) else { return Ok(1) };
            let commit = repo.read_commit(g.files(), &id)?;
            rebase_pick::stop_at(g, repo, &id, &commit, *reword, 1)
        }
        _ => Ok(1),
    }
}

#[inline(never)]
fn exec_failed(g: &mut Git<'_, '_>, repo: &Repo, state: &State, line: &str, code: i32) -> Answer {
    let text = files::read(g, repo, "git-rebase-todo").unwrap_or_default();
    let index = repo.read_index(g.files())?;
    let changed = super::pick::dirty_index(g, repo)?
        || !repo.diff_unstaged(g.files(), &index, &git::Pathspec::default())?.is_empty();
    g.err(format!("warning: execution failed: {line}\n"));
    if changed {
        g.err("and made changes to the index and/or the working tree.\n");
    }
    g.err("You can fix the problem, and then run\n\n  git rebase --continue\n\n\n");
    if state.reschedules {
        let done = files::read(g, repo, "done").unwrap_or_default();
        let kept: Vec<&str> = done.lines().collect();
        let kept: String = kept[..kept.len().saturating_sub(1)].iter().map(|line| format!("{line}\n")).collect();
        files::write(g, repo, "done", &kept)?;
        files::write(g, repo, "git-rebase-todo", &format!("exec {line}\n{text}"))?;
    }
    Ok(if code == 127 { 127 } else { 1 })
}

pub(crate) fn clear_line(g: &mut Git<'_, '_>) {
    if matches!(g.cx.fd(2), world::Fd::Terminal(_)) {
        g.err("\r\x1b[K");
    }
}

/// Does what the list says, line by line.
pub(crate) fn go(g: &mut Git<'_, '_>, repo: &Repo, state: &State, forced: bool) -> Answer {
    loop {
        let Some(mut items) = todo::read(g, repo)? else {
            g.err("error: please fix this using 'git rebase --edit-todo'.\n");
            return Ok(1);
        };
        if items.is_empty() {
            return finish(g, repo, state);
        }
        let item = items.remove(0);
        begin_line(g, repo, state, &item, &items)?;
        let flow = match item.command {
            Command::Break => Flow::End(stopped_at_head(g, repo)?),
            Command::Noop | Command::Drop => Flow::Next,
            Command::Exec => return exec(g, repo, state, &item.rest, forced),
            Command::Label => rebase_labels::label(g, repo, &item)?,
            Command::Reset => rebase_labels::reset(g, repo, &item)?,
            Command::Merge => rebase_labels::merge(g, repo, &item, forced)?,
            Command::UpdateRef => rebase_refs::note(g, repo, &item)?,
            Command::Revert => {
                g.err(format!(
                    "error: `{}' in a todo list is real Git, but not part of this sandbox yet\n",
                    item.command.name()
                ));
                Flow::End(1)
            }
            _ => rebase_pick::pick(g, repo, state, &item, items.first(), forced)?,
        };
        match flow {
            Flow::Next => {}
            Flow::End(code) => return Ok(code),
        }
    }
}

/// Moves a line from the list to what is done, and says how far it is.
#[inline(never)]
fn begin_line(g: &mut Git<'_, '_>, repo: &Repo, state: &State, item: &Item, rest: &[Item]) -> Result<(), Stop> {
    let line = todo::text(g, repo, std::slice::from_ref(item), false);
    let done = files::read(g, repo, "done").unwrap_or_default() + &line;
    let left = todo::text(g, repo, rest, false);
    files::write(g, repo, "git-rebase-todo", &left)?;
    files::write(g, repo, "done", &done)?;
    let number = todo::count(&done);
    files::write(g, repo, "msgnum", &format!("{number}\n"))?;
    let total = number + rest.len();
    files::write(g, repo, "end", &format!("{total}\n"))?;
    if !state.quiet {
        g.err(format!("Rebasing ({number}/{total}){}", if state.verbose { '\n' } else { '\r' }));
    }
    files::remove(g, repo, "message");
    files::remove(g, repo, "author-script");
    let when = g.when();
    for name in ["MERGE_HEAD", "AUTO_MERGE", "REBASE_HEAD"] {
        repo.remove_state(g.cx.files_mut(), name, when);
    }
    Ok(())
}

fn stopped_at_head(g: &mut Git<'_, '_>, repo: &Repo) -> Result<i32, Stop> {
    if let Some(id) = repo.head(g.files())?.id() {
        let subject = repo.read_commit(g.files(), &id)?.subject();
        let short = repo.short_id(g.files(), &id, 7);
        clear_line(g);
        g.err(format!("Stopped at {short} ({subject})\n"));
    }
    Ok(0)
}

fn exec(g: &mut Git<'_, '_>, repo: &Repo, state: &State, line: &str, forced: bool) -> Answer {
    clear_line(g);
    if !state.quiet {
        g.err(format!("Executing: {line}\n"));
    }
    let mut child = Child::shell(line, &[]);
    child.folder.clone_from(&repo.work_tree);
    wait_for(child, Resume::Rebase(After { what: What::Exec { line: line.into() }, forced, action: g.action.clone() }))
}

/// Nothing is left to do: the branch moves to where HEAD has come.
fn finish(g: &mut Git<'_, '_>, repo: &Repo, state: &State) -> Answer {
    let who = g.logger();
    let action = g.log_action("rebase");
    if state.head_name.starts_with("refs/")
        && let Some(head) = repo.head(g.files())?.id()
    {
        let message = format!("{action} (finish): {} onto {}", state.head_name, state.onto);
        let change = RefChange { name: &state.head_name, new: head, who: &who, message: &message };
        repo.update_ref(g.cx.files_mut(), &change)?;
        let message = format!("{action} (finish): returning to {}", state.head_name);
        repo.attach_head(g.cx.files_mut(), &state.head_name, &who, &message)?;
    }
    if state.verbose {
        changed(g, repo, state)?;
    }
    let rewritten = files::read(g, repo, "rewritten-list").unwrap_or_default();
    if !rewritten.is_empty()
        && let Some(mut child) = super::hooks::hook(g, repo, "post-rewrite", &["rebase".to_string()])
    {
        child.input = Some(rewritten);
        return wait_for(
            child,
            Resume::Rebase(After { what: What::Rewritten, forced: false, action: g.action.clone() }),
        );
    }
    say_done(g, repo)
}

/// `-v`: what changed from the old head to the new one.
fn changed(g: &mut Git<'_, '_>, repo: &Repo, state: &State) -> Result<(), Stop> {
    if let (Some(old), Some(new)) = (git::parse_id(&state.orig_head), repo.head(g.files())?.id()) {
        let text = super::merge_true::changed(g, repo, &old, &new)?;
        g.out(text);
    }
    Ok(())
}

#[inline(never)]
fn say_done(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    let state = state(g, repo)?;
    apply_autostash(g, repo)?;
    if !state.quiet {
        clear_line(g);
        g.err(format!("Successfully rebased and updated {}.\n", state.head_name));
    }
    rebase_refs::finish(g, repo, state.quiet)?;
    clear(g, repo);
    Ok(0)
}

/// Puts back what was stashed before the start.
pub(crate) fn apply_autostash(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let Some(id) = files::line(g, repo, "autostash").and_then(|id| git::parse_id(&id)) else { return Ok(()) };
    files::remove(g, repo, "autostash");
    stash::apply_autostash(g, repo, id)
}

/// Forgets the rebase.
pub(crate) fn clear(g: &mut Git<'_, '_>, repo: &Repo) {
    let when = g.when();
    // A name that is gone already is as good.
    rebase_labels::clear(g, repo).ok();
    for name in [files::FOLDER, "REBASE_HEAD", "AUTO_MERGE"] {
        repo.remove_state(g.cx.files_mut(), name, when);
    }
}
