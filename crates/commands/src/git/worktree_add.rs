//! `git worktree add`.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::Given;
use super::reset::move_head;
use super::switching::{NewBranch, flat, guess_remote, make_branch, overwrite};
use super::worktree::{ADD, forget, usage};
use git::{Kind, ObjectId, RefChange, Repo, Worktree};
use vfs::{base_name, join};

/// What a new work tree stands on.
struct Start {
    id: ObjectId,
    /// The short name of the branch, and of what a new one is made.
    branch: Option<String>,
    made_of: Option<String>,
}

pub(crate) fn add(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let (word, wanted) = match given.operands.as_slice() {
        [word] => (word, None),
        [word, commit] => (word, Some(commit.as_str())),
        _ => return usage(g, &ADD),
    };
    let path = join(&g.cwd, word);
    let start = choose(g, repo, given, &path, wanted)?;
    if !given.has("quiet") {
        preparing(g, repo, given, &start)?;
    }
    if let (Some(name), Some(made_of)) = (&start.branch, &start.made_of) {
        let full = format!("refs/heads/{name}");
        let reset = given.value("B").is_some();
        let there = repo.read_ref(g.files(), &full).is_some();
        let tree = user(g, repo, &full).filter(|_| there && reset && !given.has("force"));
        // It is another git that makes the branch; its failure is passed on as it is.
        if there && !reset {
            g.err(format!("fatal: a branch named '{name}' already exists\n"));
            return Ok(255);
        }
        if let Some(tree) = tree {
            g.err(format!("fatal: cannot force update the branch '{name}' used by worktree at '{}'\n", tree.path));
            return Ok(255);
        }
        let track = given.state("track");
        make_branch(g, repo, &NewBranch { name, start: made_of, track, reset, quiet: given.has("quiet") })?;
    }
    let empty = g.files().names(&path).is_ok_and(|names| names.is_empty());
    if g.files().exists(&path) && !empty {
        return fatal(format!("'{word}' already exists"));
    }
    if let Some(tree) = repo.worktrees(g.files()).iter().find(|tree| tree.path == path) {
        if !given.has("force") {
            return fatal(format!(
                "'{word}' is a missing but already registered worktree;\nuse 'add -f' to override, or 'prune' or 'remove' to clear"
            ));
        }
        let other = tree.repo(repo);
        forget(g, repo, &other);
    }
    if let Some(name) = &start.branch
        && let Some(tree) = user(g, repo, &format!("refs/heads/{name}")).filter(|_| !given.has("force"))
    {
        return fatal(format!("'{name}' is already used by worktree at '{}'", tree.path));
    }
    fill(g, repo, given, &path, &start)
}

/// The work tree that stands on a branch.
fn user(g: &Git<'_, '_>, repo: &Repo, full: &str) -> Option<Worktree> {
    let trees = repo.worktrees(g.files());
    trees.into_iter().find(|tree| !tree.bare && tree.branch.as_deref() == Some(full))
}

/// By the options, the second operand, or the folder's name.
#[inline(never)]
fn choose(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, path: &str, wanted: Option<&str>) -> Result<Start, Stop> {
    let new = given.value("b").or(given.value("B")).map(str::to_string);
    let typed = match wanted {
        Some("-") => repo.previous_branch(g.files(), 1).unwrap_or("@{-1}".into()),
        wanted => wanted.unwrap_or("HEAD").to_string(),
    };
    if new.is_some() && given.has("detach") {
        return fatal("options '-b', '-B', and '--detach' cannot be used together");
    }
    let commit = |g: &Git<'_, '_>, name: &str| -> Result<ObjectId, Stop> {
        let id = repo.try_resolve(g.files(), name)?;
        match id.map_or(Ok(None), |id| repo.peel(g.files(), id, Kind::Commit))? {
            Some(id) => Ok(id),
            None => fatal(format!("invalid reference: {name}")),
        }
    };
    if let Some(name) = new {
        return Ok(Start { id: commit(g, &typed)?, branch: Some(name), made_of: Some(typed) });
    }
    let is_branch = |g: &Git<'_, '_>, name: &str| repo.read_ref(g.files(), &format!("refs/heads/{name}")).is_some();
    if given.has("detach") {
        return Ok(Start { id: commit(g, &typed)?, branch: None, made_of: None });
    }
    match wanted {
        None => {
            let name = base_name(path).to_string();
            let made_of = (!is_branch(g, &name)).then(|| "HEAD".to_string());
            let id = commit(g, if made_of.is_some() { "HEAD" } else { &name })?;
            Ok(Start { id, branch: Some(name), made_of })
        }
        Some(_) if is_branch(g, &typed) => Ok(Start { id: commit(g, &typed)?, branch: Some(typed), made_of: None }),
        Some(_) => match guess_remote(g, repo, &typed)
            .filter(|_| repo.try_resolve(g.files(), &typed).is_ok_and(|id| id.is_none()))
        {
            Some(full) => {
                let start = git::shorten_ref(&full).to_string();
                Ok(Start { id: commit(g, &start)?, branch: Some(typed), made_of: Some(start) })
            }
            None => Ok(Start { id: commit(g, &typed)?, branch: None, made_of: None }),
        },
    }
}

#[inline(never)]
fn preparing(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, start: &Start) -> Result<(), Stop> {
    let text = match (&start.branch, &start.made_of) {
        (Some(name), Some(_)) => {
            let old = repo.read_ref(g.files(), &format!("refs/heads/{name}")).filter(|_| given.value("B").is_some());
            match old {
                Some(old) => {
                    let short = repo.short_id(g.files(), &old, 7);
                    format!("Preparing worktree (resetting branch '{name}'; was at {short})\n")
                }
                None => format!("Preparing worktree (new branch '{name}')\n"),
            }
        }
        (Some(name), None) => format!("Preparing worktree (checking out '{name}')\n"),
        (None, _) => {
            let short = repo.short_id(g.files(), &start.id, 7);
            format!("Preparing worktree (detached HEAD {short})\n")
        }
    };
    g.err(text);
    Ok(())
}

/// Makes its folders and files.
#[inline(never)]
fn fill(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, path: &str, start: &Start) -> Answer {
    let when = g.when();
    let base: String = base_name(path).chars().map(|c| if c.is_ascii_whitespace() { '-' } else { c }).collect();
    let taken = |g: &Git<'_, '_>, id: &str| g.files().exists(&repo.file(&format!("worktrees/{id}")));
    let mut id = base.clone();
    let mut number = 1;
    while taken(g, &id) {
        id = format!("{base}{number}");
        number += 1;
    }
    let common = repo.common_dir().to_string();
    let git_dir = format!("{common}/worktrees/{id}");
    let new = Repo { git_dir: git_dir.clone(), work_tree: Some(path.to_string()), common: Some(common) };
    let files = g.cx.files_mut();
    let failed = |why: vfs::VfsError| git::GitError::fatal(format!("could not create work tree dir '{path}': {why}"));
    files.make_dir_all(path, when.micros()).map_err(failed)?;
    files.make_dir_all(&format!("{git_dir}/refs"), when.micros()).map_err(failed)?;
    let head = match &start.branch {
        Some(name) => format!("ref: refs/heads/{name}\n"),
        None => format!("{}\n", start.id),
    };
    for (name, text) in [("gitdir", format!("{path}/.git\n")), ("commondir", "../..\n".to_string()), ("HEAD", head)] {
        new.write_state(files, name, &text, when)?;
    }
    files.write(&format!("{path}/.git"), format!("gitdir: {git_dir}\n").into_bytes(), when.micros()).map_err(failed)?;
    if given.has("lock") {
        let text = format!("{}\n", given.value("reason").unwrap_or("added with --lock"));
        new.write_state(files, "locked", &text, when)?;
    }
    let who = g.logger();
    new.log_change(g.cx.files_mut(), &RefChange { name: "HEAD", new: start.id, who: &who, message: "" })?;
    if given.state("checkout") == Some(false) {
        return Ok(0);
    }
    let tree = flat(g, &new, Some(&start.id))?;
    overwrite(g, &new, &tree)?;
    move_head(g, &new, start.id, Some(start.id), "reset: moving to HEAD")?;
    if !given.has("quiet") {
        let subject = new.read_commit(g.files(), &start.id)?.subject();
        let short = new.short_id(g.files(), &start.id, 7);
        g.out(format!("HEAD is now at {short} {subject}\n"));
    }
    Ok(0)
}
