//! `git switch`.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe, value};
use super::switching::{Goal, NEW_BRANCH, NewBranch, go, guess_remote, make_branch};
use super::tracking::tracking;
use git::{Kind, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "switch",
    usage: &["switch [<options>] [<branch>]"],
    options: &[&[
        value('\0', "orphan", "new-branch", "a branch without a history"),
        value('c', "create", "branch", "make a new branch and go to it"),
        value('C', "force-create", "branch", "the same; one that exists is moved"),
        flag('\0', "guess", "a name that only one remote has means that branch (default)"),
        flag('\0', "discard-changes", "throw away what is not committed"),
        flag('q', "quiet", "say nothing"),
        flag('d', "detach", "stand on a commit, on no branch"),
        maybe('t', "track", "mode", "let the new branch follow its start"),
        flag('f', "force", "throw away what is not committed"),
        flag('m', "merge", "merge what is not committed there"),
        value('\0', "conflict", "style", "the same, and conflicts so: merge, diff3, zdiff3"),
    ]],
    missing: &["--recurse-submodules", "--progress", "--overwrite-ignore", "--ignore-other-worktrees"],
    dialect: Dialect::Options,
};

/// Refuses while a merge or a revert waits to be finished, once what was asked for makes sense.
#[inline(never)]
fn refuse_in_progress(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let merges = repo.read_state(g.files(), "MERGE_HEAD").is_some();
    if !merges && repo.read_state(g.files(), "rebase-apply/applying").is_some() {
        return fatal(
            "cannot switch branch in the middle of an am session\nConsider \"git am --quit\" or \"git worktree add\".",
        );
    }
    for (state, doing, command) in [
        ("MERGE_HEAD", "merging", "merge"),
        ("rebase-merge/onto", "rebasing", "rebase"),
        ("CHERRY_PICK_HEAD", "cherry-picking", "cherry-pick"),
        ("REVERT_HEAD", "reverting", "revert"),
    ] {
        let listed = match command {
            "cherry-pick" => super::status_state::sequence(g, repo) == Some("pick"),
            "revert" => super::status_state::sequence(g, repo) == Some("revert"),
            _ => false,
        };
        if listed || repo.read_state(g.files(), state).is_some() {
            return fatal(format!(
                "cannot switch branch while {doing}\nConsider \"git {command} --quit\" or \"git worktree add\"."
            ));
        }
    }
    if repo.read_state(g.files(), "BISECT_START").is_some() {
        g.err("warning: you are switching branch while bisecting\n");
    }
    Ok(())
}

/// `-m`, `--conflict`: how conflicts look of what is merged there.
fn merge_wish(g: &mut Git<'_, '_>, given: &Given, force: bool) -> Result<Option<git::ConflictStyle>, Stop> {
    let merge = super::restore::conflict_wish(g, given)?;
    match merge {
        Some(_) if given.has("force") => fatal("'-f' cannot be used with '-m'"),
        Some(_) if force => fatal("'--discard-changes' cannot be used with '--merge'"),
        merge => Ok(merge),
    }
}

fn refuse_taken(g: &mut Git<'_, '_>, repo: &Repo, name: &str) -> Result<(), Stop> {
    match repo.read_ref(g.files(), &format!("refs/heads/{name}")) {
        Some(_) => fatal(format!("a branch named '{name}' already exists")),
        None => refuse_in_progress(g, repo),
    }
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    let (quiet, force) = (given.has("quiet"), given.has("force") || given.has("discard-changes"));
    let merge = merge_wish(g, given, force)?;
    if let Some(name) = given.value("orphan") {
        refuse_taken(g, &repo, name)?;
        return orphan(g, &repo, name, given.operands.first().map(String::as_str), true, force);
    }
    let created = given.value("create").or(given.value("force-create")).map(str::to_string);
    let track = given.state("track");
    if given.operands.len() > 1 {
        return fatal("only one reference expected");
    }
    let arg = given.operands.first().map(String::as_str);
    if created.is_none() && arg.is_none() && !given.has("detach") && track.is_none() {
        return fatal("missing branch or commit argument");
    }
    if created.is_some() && given.has("detach") {
        return fatal("'--detach' cannot be used with '-b/-B/--orphan'");
    }
    let created = match (created, track, arg) {
        (None, Some(true), Some(start)) => match start.split_once('/') {
            Some((_, name)) if !name.is_empty() => Some(name.to_string()),
            _ => return fatal("missing branch name; try -c"),
        },
        (created, ..) => created,
    };
    if let Some(name) = created {
        new_name(g, &repo, &name, given)?;
        if let Some(start) = arg.filter(|start| *start != "-")
            && repo.try_resolve(g.files(), start)?.is_none()
        {
            return fatal(format!("invalid reference: {start}"));
        }
        refuse_in_progress(g, &repo)?;
        return create(g, &repo, &name, arg, given, track, force);
    }
    if given.has("detach") {
        let typed = arg.unwrap_or("HEAD");
        let id = repo.resolve_commit(g.files(), typed).or_else(|_| fatal(format!("invalid reference: {typed}")))?;
        let goal =
            Goal { id: Some(id), branch: None, typed: typed.into(), quiet, force, stays: false, note: None, merge };
        refuse_in_progress(g, &repo)?;
        go(g, &repo, &goal, None)?;
        return Ok(0);
    }
    let typed = arg.unwrap_or_default();
    let name = match typed {
        "-" => match repo.previous_branch(g.files(), 1) {
            Some(name) => name,
            None => return fatal("invalid reference: @{-1}"),
        },
        name => name.to_string(),
    };
    let branch = repo.read_ref(g.files(), &format!("refs/heads/{name}"));
    if let Some(id) = branch {
        let goal = Goal {
            id: Some(id),
            branch: Some(name.clone()),
            typed: name,
            quiet,
            force,
            stays: false,
            note: None,
            merge,
        };
        refuse_in_progress(g, &repo)?;
        go(g, &repo, &goal, None)?;
        return Ok(0);
    }
    not_a_branch(g, &repo, &name, given, force)
}

/// The name is no local branch: perhaps a remote one, else it is refused by what it is.
#[inline(never)]
fn not_a_branch(g: &mut Git<'_, '_>, repo: &Repo, name: &str, given: &Given, force: bool) -> Answer {
    let resolved = repo.try_resolve(g.files(), name)?;
    if let Some(id) = resolved {
        let what = match repo.full_ref_name(g.files(), name) {
            Some(full) if full.starts_with("refs/tags/") => "tag",
            Some(full) if full.starts_with("refs/remotes/") => "remote branch",
            _ if repo.peel(g.files(), id, Kind::Commit)?.is_none() => {
                return fatal(format!("invalid reference: {name}"));
            }
            _ => "commit",
        };
        g.err(format!("fatal: a branch is expected, got {what} '{name}'\n"));
        if g.advises("suggestDetachingHead") {
            g.hint("If you want to detach HEAD at the commit, try again with the --detach option.");
        }
        return Ok(128);
    }
    let remote = guess_remote(g, repo, name).filter(|_| given.state("guess") != Some(false));
    match remote {
        Some(full) => {
            refuse_in_progress(g, repo)?;
            create(g, repo, name, Some(&full), given, Some(true), force)
        }
        None => fatal(format!("invalid reference: {name}")),
    }
}

/// Whether a branch of this name is there, and whether it may be reset; refuses a name that cannot be made.
#[inline(never)]
fn new_name(g: &mut Git<'_, '_>, repo: &Repo, name: &str, given: &Given) -> Result<(bool, bool), Stop> {
    let reset = given.value("force-create").is_some() || given.value("B").is_some();
    let exists = repo.read_ref(g.files(), &format!("refs/heads/{name}")).is_some();
    if !git::branch_name_ok(name) {
        return super::switching::invalid_name(g, name);
    }
    if exists && !reset {
        return fatal(format!("a branch named '{name}' already exists"));
    }
    Ok((exists, reset))
}

/// Makes a branch and goes to it. Files first: where that fails, no branch is left behind.
#[inline(never)]
pub(crate) fn create(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    name: &str,
    start: Option<&str>,
    given: &Given,
    track: Option<bool>,
    force: bool,
) -> Answer {
    let quiet = given.has("quiet");
    let full = format!("refs/heads/{name}");
    let (exists, reset) = new_name(g, repo, name, given)?;
    let head = repo.head(g.files())?;
    let who = g.logger();
    if start.is_none() && head.id().is_none() {
        let log = format!("checkout: moving from {} to {name}", head.branch().unwrap_or_default());
        repo.attach_head(g.cx.files_mut(), &full, &who, &log)?;
        if !quiet {
            g.err(format!("Switched to a new branch '{name}'\n"));
        }
        return Ok(0);
    }
    let plain = start.is_none();
    let start = match start {
        Some("-") => repo.previous_branch(g.files(), 1).unwrap_or("@{-1}".into()),
        start => start.unwrap_or("HEAD").to_string(),
    };
    let Some(id) = repo.try_resolve(g.files(), &start)? else {
        return fatal(format!("invalid reference: {start}"));
    };
    let Some(id) = repo.peel(g.files(), id, Kind::Commit)? else {
        return fatal(format!("Cannot switch branch to a non-commit '{start}'"));
    };
    let stays = plain && !(exists && given.value("B").is_some()) && head.id() == Some(id) && !force;
    let merge = super::restore::conflict_wish(g, given)?;
    let goal =
        Goal { id: Some(id), branch: Some(name.into()), typed: name.into(), quiet, force, stays, note: None, merge };
    let followed = repo.upstream(g.files(), name).is_some();
    // Tried on a copy first: no branch is made where the files cannot follow.
    super::switching::try_move(g, repo, &goal)?;
    // Files go first: where HEAD stands on the branch that is made, it would be there already.
    super::switching::carry(g, repo, &goal)?;
    let before = repo.upstream(g.files(), name);
    make_branch(g, repo, &NewBranch { name, start: &start, track, reset, quiet: true })?;
    let mut goal = Goal { stays: true, ..goal };
    if let Some(full) = repo.upstream(g.files(), name).filter(|full| !quiet && before.as_ref() != Some(full)) {
        goal.note = Some(format!("branch '{name}' set up to track '{}'.\n", git::shorten_ref(&full)));
    }
    let said = match exists {
        true if head.branch() == Some(name) => "Reset branch",
        true => "Switched to and reset branch",
        false => NEW_BRANCH,
    };
    go(g, repo, &goal, Some(said))?;
    if let Some(tracking) = tracking(g, repo, name)?.filter(|_| followed && !quiet) {
        g.out(tracking.sentence(true, true));
    }
    Ok(0)
}

/// A branch that has no commit yet. `empties`: nor any file.
#[inline(never)]
pub(crate) fn orphan(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    name: &str,
    start: Option<&str>,
    empties: bool,
    force: bool,
) -> Answer {
    let full = format!("refs/heads/{name}");
    let id = match start {
        None => None,
        Some(start) => match repo.try_resolve(g.files(), start)? {
            Some(id) => repo.peel(g.files(), id, Kind::Commit)?,
            None => return fatal(format!("invalid reference: {start}")),
        },
    };
    if empties && id.is_some() {
        return fatal("'--orphan' cannot take <start-point>");
    }
    if !git::branch_name_ok(name) {
        return super::switching::invalid_name(g, name);
    }
    if repo.read_ref(g.files(), &full).is_some() {
        return fatal(format!("a branch named '{name}' already exists"));
    }
    if empties || id.is_some() {
        super::switching::move_files(g, repo, id.as_ref(), force, "checkout", "switch branches")?;
    }
    let who = g.logger();
    repo.attach_head(g.cx.files_mut(), &full, &who, "")?;
    g.err(format!("Switched to a new branch '{name}'\n"));
    Ok(0)
}
