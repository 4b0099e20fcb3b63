//! How a rebase begins: which commits, the list, and leaving for the new base.

use super::cli::{Answer, Git, Stop};
use super::editor::{self, Editor};
use super::process::{Resume, wait_for};
use super::rebase_run::{After, What, apply_autostash, clear, go};
use super::rebase_state::{self as files, State};
use super::rebase_todo::{self as todo, Command, Item};
use git::{ObjectId, PatchOptions, Pathspec, Repo};
use order::OrdSet;

/// All that is decided before the first file is written.
#[derive(Debug, Clone)]
pub(crate) struct Begin {
    pub state: State,
    pub onto: ObjectId,
    pub onto_name: String,
    pub upstream: Option<ObjectId>,
    /// Commits before this are upstream's, though upstream has lost them: the fork point.
    pub restrict: Option<ObjectId>,
    pub head: ObjectId,
    pub edits: bool,
    pub autosquash: bool,
    pub exec: Vec<String>,
    pub forced: bool,
    pub reapply: bool,
    pub keep_empty: bool,
    pub update_refs: bool,
    /// `--rebase-merges`.
    pub merges: bool,
    pub autostash: Option<ObjectId>,
}

/// A change without places and blanks: the same for two commits that do the same.
#[inline(never)]
fn patch_id(g: &Git<'_, '_>, repo: &Repo, id: &ObjectId) -> Result<String, Stop> {
    let commit = repo.read_commit(g.files(), id)?;
    let mut text = String::new();
    for change in super::show::changes_of(g, repo, &commit, &Pathspec::default())? {
        for line in git::patch(repo, g.files(), &change, &PatchOptions::default())?.lines() {
            if line.starts_with("@@") || line.starts_with("index ") {
                continue;
            }
            text.extend(line.chars().filter(|c| !c.is_whitespace()));
        }
    }
    Ok(text)
}

/// The commits of one side that the other does not have, and those whose change the other has already.
#[inline(never)]
pub(crate) fn equivalent(
    g: &Git<'_, '_>,
    repo: &Repo,
    ours: &[ObjectId],
    theirs: &[ObjectId],
) -> Result<OrdSet<ObjectId>, Stop> {
    let mut known = OrdSet::new();
    for id in theirs {
        if repo.read_commit(g.files(), id)?.parents.len() < 2 {
            known.insert(patch_id(g, repo, id)?);
        }
    }
    let mut same = OrdSet::new();
    for id in ours.iter().filter(|_| !known.is_empty()) {
        let text = patch_id(g, repo, id)?;
        if !text.is_empty() && known.contains(&text) {
            same.insert(*id);
        }
    }
    Ok(same)
}

#[inline(never)]
fn commits(g: &mut Git<'_, '_>, repo: &Repo, begin: &Begin) -> Result<Vec<Item>, Stop> {
    let hidden: Vec<ObjectId> = begin.upstream.into_iter().chain(begin.restrict).collect();
    let (order, lines) = repo.history(g.files(), &[begin.head], &hidden)?;
    let mut ours = repo.topo_order(&order, &lines);
    ours.reverse();
    let all = ours.clone();
    ours.retain(|id| lines[id].parents.len() < 2);
    let mut skipped = OrdSet::new();
    if let (Some(upstream), false) = (begin.upstream, begin.reapply) {
        let theirs = repo.walk(g.files(), &[upstream], &[begin.head])?;
        skipped = equivalent(g, repo, &ours, &theirs)?;
    }
    let mut items = Vec::new();
    for id in ours {
        let commit = repo.read_commit(g.files(), &id)?;
        if skipped.contains(&id) {
            let short = repo.short_id(g.files(), &id, 7);
            g.err(format!("warning: skipped previously applied commit {short}\n"));
            continue;
        }
        let empty = super::sequencer::is_originally_empty(g, repo, &commit)?;
        if empty && !begin.keep_empty {
            continue;
        }
        let mark = if empty { " # empty" } else { "" };
        items.push(Item::pick(id, format!("{}{mark}", commit.subject())));
    }
    if !skipped.is_empty() && g.advises("skippedCherryPicks") {
        g.hint("use --reapply-cherry-picks to include skipped commits\nDisable this message with \"git config advice.skippedCherryPicks false\"");
    }
    if begin.merges {
        let base = match begin.upstream {
            Some(upstream) => repo.merge_bases(g.files(), &upstream, &begin.head)?.first().copied(),
            None => None,
        };
        let picks = items.into_iter().filter_map(|item| Some((item.id?, item))).collect();
        return super::rebase_merges::list(g, repo, &all, base, &picks);
    }
    Ok(items)
}

/// Writes the state and the list, and opens the editor where that is wanted.
pub(crate) fn begin(g: &mut Git<'_, '_>, repo: &Repo, begin: &Begin) -> Answer {
    let mut items = commits(g, repo, begin)?;
    begin.state.write(g, repo)?;
    if let Some(id) = begin.autostash {
        files::write(g, repo, "autostash", &format!("{id}\n"))?;
    }
    if items.is_empty() {
        items.push(Item::noop());
    }
    if begin.update_refs {
        items = super::rebase_refs::added(g, repo, &begin.state.head_name, items);
    }
    if begin.autosquash {
        items = todo::autosquash(g, repo, items)?;
    }
    if !begin.exec.is_empty() {
        items = with_exec(items, &begin.exec);
    }
    let short = |g: &Git<'_, '_>, id: &ObjectId| repo.short_id(g.files(), id, 7);
    let onto = short(g, &begin.onto);
    let range = match begin.upstream {
        Some(upstream) => format!("{}..{}", short(g, &upstream), short(g, &begin.head)),
        None => short(g, &begin.head),
    };
    let real = items.iter().filter(|item| item.command != Command::Noop).count().max(usize::from(begin.edits));
    let count = if items.iter().all(|item| item.command == Command::Noop) { items.len() } else { real };
    let help = todo::help(Some((&range, &onto, count)));
    let backup = todo::sheet(g, repo, &items, false) + &help;
    files::write(g, repo, "git-rebase-todo.backup", &backup)?;
    let sheet = todo::sheet(g, repo, &items, true) + &help;
    files::write(g, repo, "git-rebase-todo", &sheet)?;
    let state = begin.state.clone();
    if begin.edits {
        let path = format!("{}/{}/git-rebase-todo", repo.git_dir, files::FOLDER);
        match editor::open(g, &path, true) {
            Ok(Editor::Nothing) => {}
            Ok(Editor::Run(child)) => {
                let what = What::Begun { onto_name: begin.onto_name.clone() };
                return wait_for(child, Resume::Rebase(After { what, forced: begin.forced, action: g.action.clone() }));
            }
            Err(Stop::Exit(_)) => return give_up(g, repo),
            Err(stop) => return Err(stop),
        }
    }
    list_edited(g, repo, &state, &begin.onto_name, begin.forced, 0)
}

fn give_up(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    apply_autostash(g, repo)?;
    clear(g, repo);
    Ok(1)
}

/// `exec` behind each commit, after what is melded into it.
#[inline(never)]
fn with_exec(items: Vec<Item>, lines: &[String]) -> Vec<Item> {
    let mut out: Vec<Item> = Vec::new();
    let mut open = false;
    let add = |out: &mut Vec<Item>| out.extend(lines.iter().map(|line| Item::exec(line)));
    for item in items {
        if open && !item.command.melds() {
            add(&mut out);
            open = false;
        }
        open |= matches!(item.command, Command::Pick | Command::Merge) || item.command.melds();
        out.push(item);
    }
    if open {
        add(&mut out);
    }
    out
}

/// The list is as it shall be: leaves for the new base and begins.
#[inline(never)]
pub(crate) fn list_edited(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    state: &State,
    onto_name: &str,
    forced: bool,
    code: i32,
) -> Answer {
    if code != 0 {
        editor::failed(g, true);
        return give_up(g, repo);
    }
    let text = files::read(g, repo, "git-rebase-todo").unwrap_or_default();
    if todo::count(&text) == 0 {
        give_up(g, repo)?;
        g.err("error: nothing to do\n");
        return Ok(1);
    }
    let Some(mut onto) = git::parse_id(&state.onto) else { return Ok(1) };
    let Some(items) = todo::parse(g, repo, &text, false)? else {
        g.err(TODO_ADVICE);
        // The list is kept without its comments.
        let kept: String = text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
            .map(|line| format!("{line}\n"))
            .collect();
        files::write(g, repo, "git-rebase-todo", &kept)?;
        leave(g, repo, state, onto, onto_name)?;
        return Ok(1);
    };
    super::rebase_refs::begin(g, repo, &items)?;
    let mut skip = 0;
    if !forced && !state.signoff && state.squash_onto.is_none() {
        for item in &items {
            match (item.command, item.id) {
                (Command::Noop | Command::Drop, _) => {}
                (Command::Pick, Some(id)) if repo.read_commit(g.files(), &id)?.parents == [onto] => onto = id,
                _ => break,
            }
            skip += 1;
        }
    }
    let (done, left) = items.split_at(skip);
    let texts = (todo::text(g, repo, done, false), todo::text(g, repo, left, false));
    if !texts.0.is_empty() {
        files::write(g, repo, "done", &texts.0)?;
    }
    files::write(g, repo, "git-rebase-todo", &texts.1)?;
    if left.first().is_some_and(|item| item.command.melds())
        && let Some(id) = done.last().and_then(|item| item.id)
    {
        files::write(g, repo, "rewritten-pending", &format!("{id}\n"))?;
    }
    leave(g, repo, state, onto, onto_name)?;
    go(g, repo, state, forced)
}

const TODO_ADVICE: &str = "You can fix this with 'git rebase --edit-todo' and then run 'git rebase --continue'.
Or you can abort the rebase with 'git rebase --abort'.
";

/// HEAD goes to the new base, on no branch.
#[inline(never)]
fn leave(g: &mut Git<'_, '_>, repo: &Repo, state: &State, onto: ObjectId, onto_name: &str) -> Result<(), Stop> {
    let who = g.logger();
    let from = git::parse_id(&state.orig_head);
    if super::switching::move_files(g, repo, Some(&onto), false, "checkout", "switch branches").is_err() {
        apply_autostash(g, repo)?;
        clear(g, repo);
        g.err("error: could not detach HEAD\n");
        return Err(Stop::Exit(1));
    }
    if let Some(id) = from {
        repo.write_state(g.cx.files_mut(), "ORIG_HEAD", &format!("{id}\n"), who.when)?;
    }
    let message = format!("{} (start): checkout {onto_name}", g.log_action("rebase"));
    Ok(repo.detach_head(g.cx.files_mut(), onto, &who, &message)?)
}

/// `--edit-todo`.
#[inline(never)]
pub(crate) fn edit_todo(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    let text = files::read(g, repo, "git-rebase-todo").unwrap_or_default();
    let sheet = match todo::parse(g, repo, &text, true)? {
        Some(items) => todo::text(g, repo, &items, true),
        None => text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect(),
    };
    files::write(g, repo, "git-rebase-todo", &(sheet + &todo::help(None)))?;
    let path = format!("{}/{}/git-rebase-todo", repo.git_dir, files::FOLDER);
    match editor::open(g, &path, true) {
        Ok(Editor::Nothing) => todo_edited(g, repo, 0),
        Ok(Editor::Run(child)) => {
            wait_for(child, Resume::Rebase(After { what: What::Edited, forced: false, action: g.action.clone() }))
        }
        Err(Stop::Exit(_)) => Ok(1),
        Err(stop) => Err(stop),
    }
}

#[inline(never)]
pub(crate) fn todo_edited(g: &mut Git<'_, '_>, repo: &Repo, code: i32) -> Answer {
    if code != 0 {
        editor::failed(g, true);
        return Ok(1);
    }
    let text = files::read(g, repo, "git-rebase-todo").unwrap_or_default();
    let done = files::read(g, repo, "done").unwrap_or_default();
    match todo::parse(g, repo, &text, todo::count(&done) > 0)? {
        Some(items) => {
            let text = todo::text(g, repo, &items, false);
            files::write(g, repo, "git-rebase-todo", &text)?;
            Ok(0)
        }
        None => {
            g.err(TODO_ADVICE);
            Ok(1)
        }
    }
}
