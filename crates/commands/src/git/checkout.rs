//! `git checkout`: both going to a branch and bringing files back.

use super::cli::{Answer, Git, error, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe, value};
use super::patch_mode::Mode;
use super::restore::{From, Restore, restore};
use super::switch::create;
use super::switching::{Goal, go, guess_remote, local_changes};
use super::tracking::tracking;
use git::{Kind, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "checkout",
    usage: &["checkout [<options>] <branch>", "checkout [<options>] [<branch>] -- <file>..."],
    options: &[&[
        value('b', "", "branch", "make a new branch and go to it"),
        value('\0', "orphan", "new-branch", "a branch without a history"),
        value('B', "", "branch", "the same; one that exists is moved"),
        flag('\0', "guess", "a name that only one remote has means that branch (default)"),
        flag('m', "merge", "merge what is not committed there; of a file, make the conflict anew"),
        value('\0', "conflict", "style", "the same, so: merge, diff3, zdiff3"),
        flag('p', "patch", "choose hunk by hunk"),
        flag('q', "quiet", "say nothing"),
        flag('d', "detach", "stand on a commit, on no branch"),
        maybe('t', "track", "mode", "let the new branch follow its start"),
        flag('f', "force", "throw away what is not committed"),
        flag('2', "ours", "of an unmerged file, our version"),
        flag('3', "theirs", "of an unmerged file, their version"),
    ]],
    missing: &[
        "-l",
        "--overlay",
        "--recurse-submodules",
        "--progress",
        "--overwrite-ignore",
        "--ignore-other-worktrees",
        "--ignore-skip-worktree-bits",
        "--pathspec-from-file",
        "--pathspec-file-nul",
    ],
    dialect: Dialect::Options,
};

const DETACHED: &str = "You are in 'detached HEAD' state. You can look around, make experimental
changes and commit them, and you can discard any commits you make in this
state without impacting any branches by switching back to a branch.

If you want to create a new branch to retain commits you create, you may
do so (now or later) by using -c with the switch command. Example:

  git switch -c <new-branch-name>

Or undo this operation with:

  git switch -

Turn off this advice by setting config variable advice.detachedHead to false

";

/// What is said before HEAD is put on a commit by itself.
pub(crate) fn detached_advice(typed: &str) -> String {
    format!("Note: switching to '{typed}'.\n\n{DETACHED}")
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    let (before, after) = given.split();
    let force = given.has("force");
    if let Some(name) = given.value("orphan") {
        return super::switch::orphan(g, &repo, name, before.first().map(String::as_str), false, force);
    }
    if let Some(name) = given.value("b").or(given.value("B")) {
        if let [start] = before
            && start != "-"
            && repo.try_resolve(g.files(), start)?.is_none()
        {
            return fatal(format!("'{start}' is not a commit and a branch '{name}' cannot be created from it"));
        }
        return create(g, &repo, name, before.first().map(String::as_str), given, given.state("track"), force);
    }
    if let (Some(true), [start]) = (given.state("track"), before) {
        let name = start.split_once('/').map_or(start.as_str(), |(_, name)| name);
        return create(g, &repo, name, Some(start), given, Some(true), force);
    }
    let first = before.first().map(String::as_str);
    let typed = match first {
        Some("-") => repo.previous_branch(g.files(), 1).unwrap_or("@{-1}".into()),
        first => first.unwrap_or_default().to_string(),
    };
    let id = if first.is_some() { repo.try_resolve(g.files(), &typed)? } else { None };
    if first == Some("-") && id.is_none() && given.dashes_at.is_none() {
        return error("pathspec '-' did not match any file(s) known to git");
    }
    let file = !typed.is_empty() && g.files().lstat(&vfs::join(&g.cwd, &typed)).is_ok();
    if given.has("patch") {
        return by_hunks(g, id, before, after);
    }
    if given.dashes_at.is_some() && !(after.is_empty() && first.is_some()) {
        let source = match (first, id) {
            (None, _) => From::Index,
            (Some(_), Some(id)) => From::Tree(id),
            (Some(first), None) => return fatal(format!("invalid reference: {first}")),
        };
        return files(g, given, source, after);
    }
    if let Some(id) = id {
        if before.len() > 1 {
            return files(g, given, From::Tree(id), &before[1..]);
        }
        if file && given.dashes_at.is_none() {
            return fatal(format!(
                "'{typed}' could be both a local file and a tracking branch.\nPlease use -- (and optionally --no-guess) to disambiguate"
            ));
        }
        return branch_or_commit(g, &repo, &typed, id, given, force);
    }
    if first.is_none() {
        if given.has("detach")
            && let Some(id) = repo.head(g.files())?.id()
        {
            return branch_or_commit(g, &repo, "HEAD", id, given, force);
        }
        return Ok(0);
    }
    if before.len() == 1
        && !file
        && given.state("guess") != Some(false)
        && let Some(full) = guess_remote(g, &repo, &typed)
    {
        return create(g, &repo, &typed, Some(&full), given, Some(true), force);
    }
    if given.has("detach") {
        return fatal(format!("git checkout: --detach does not take a path argument '{typed}'"));
    }
    files(g, given, From::Index, before)
}

/// `-p`.
fn by_hunks(g: &mut Git<'_, '_>, id: Option<git::ObjectId>, before: &[String], after: &[String]) -> Answer {
    let first = before.first().map(String::as_str);
    let (mode, paths): (Mode, Vec<String>) = match (id, first) {
        (Some(_), Some("HEAD")) => (Mode::BothFromHead, [&before[1..], after].concat()),
        (Some(_), _) => (Mode::BothFromOther, [&before[1..], after].concat()),
        (None, _) => (Mode::WorkFromIndex, [before, after].concat()),
    };
    super::patch_apply::start(g, mode, id, &paths, |_| {})
}

#[inline(never)]
fn files(g: &mut Git<'_, '_>, given: &Given, source: From, paths: &[String]) -> Answer {
    let restored = Restore {
        conflict: super::restore::conflict_wish(g, given)?,
        told: given.dashes_at.is_none() && !given.has("quiet"),
        source,
        worktree: true,
        staged: matches!(source, From::Tree(_)),
        removes: false,
        side: given.last(&["ours", "theirs"]).map(|side| if side == "ours" { 2 } else { 3 }),
    };
    let count = restore(g, &restored, paths)?;
    if !given.has("quiet") && given.dashes_at.is_none() && !(count == 0 && restored.conflict.is_some()) {
        let plural = if count == 1 { "" } else { "s" };
        let from = match source {
            From::Index => "the index".to_string(),
            From::Tree(id) => g.repo()?.short_id(g.files(), &id, 7),
        };
        g.err(format!("Updated {count} path{plural} from {from}\n"));
    }
    Ok(0)
}

#[inline(never)]
fn branch_or_commit(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    typed: &str,
    id: git::ObjectId,
    given: &Given,
    force: bool,
) -> Answer {
    let quiet = given.has("quiet");
    let Some(commit) = repo.peel(g.files(), id, Kind::Commit)? else {
        return error(format!("pathspec '{typed}' did not match any file(s) known to git"));
    };
    let is_branch = !given.has("detach") && repo.read_ref(g.files(), &format!("refs/heads/{typed}")).is_some();
    let merge = super::restore::conflict_wish(g, given)?;
    if merge.is_some() && force {
        return fatal("'-f' cannot be used with '-m'");
    }
    let head = repo.head(g.files())?;
    let branch = match typed {
        "HEAD" if !given.has("detach") => head.branch().map(str::to_string),
        typed => is_branch.then(|| typed.to_string()),
    };
    if branch.is_none() && !quiet && !given.has("detach") && head.branch().is_some() && g.advises("detachedHead") {
        super::switching::try_move(
            g,
            repo,
            &Goal {
                id: Some(commit),
                branch: None,
                typed: typed.into(),
                quiet,
                force,
                stays: false,
                note: None,
                merge,
            },
        )?;
        g.err(format!("Note: switching to '{typed}'.\n\n{DETACHED}"));
    }
    let goal = Goal { id: Some(commit), branch, typed: typed.into(), quiet, force, stays: false, note: None, merge };
    if let ("HEAD", Some(branch)) = (typed, &goal.branch) {
        if !quiet {
            local_changes(g, repo, goal.id.as_ref(), false)?;
            if let Some(tracking) = tracking(g, repo, branch)? {
                g.out(tracking.sentence(true, true));
            }
        }
        return Ok(0);
    }
    go(g, repo, &goal, None)?;
    Ok(0)
}
