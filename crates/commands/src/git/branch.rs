//! `git branch`.

use super::branch_list::list;
use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, if_any, maybe, only, value};
use super::switching::{NewBranch, invalid_name, make_branch, set_upstream};
use git::{Head, ObjectId, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "branch",
    usage: &[
        "branch [<options>] [-r | -a] [--merged] [--no-merged]",
        "branch [<options>] [-f] <branch-name> [<start-point>]",
        "branch [<options>] [-l] [<pattern>...]",
        "branch [<options>] [-r] (-d | -D) <branch-name>...",
        "branch [<options>] (-m | -M) [<old-branch>] <new-branch>",
    ],
    options: &[
        &[
            flag('v', "verbose", "with commit and subject; twice: with the branch that is followed"),
            flag('q', "quiet", "say nothing"),
            maybe('t', "track", "mode", "let the new branch follow its start"),
            value('u', "set-upstream-to", "upstream", "follow this branch"),
            flag('\0', "unset-upstream", "follow none"),
            maybe('\0', "color", "when", "colour: always, never or auto"),
            only('r', "remotes", "remote branches"),
            if_any('\0', "contains", "commit", "only those that contain a commit"),
        ],
        &[
            only('a', "all", "local and remote branches"),
            only('d', "delete", "delete a branch that is merged"),
            only('D', "", "delete a branch"),
            only('m', "move", "rename a branch"),
            only('M', "", "rename a branch, over another one too"),
            only('c', "copy", "copy a branch with its settings"),
            only('C', "", "copy a branch, over another one too"),
            only('l', "list", "list branches"),
            flag('\0', "show-current", "only the name of the branch that HEAD is on"),
            flag('f', "force", "move a branch that exists"),
            if_any('\0', "merged", "commit", "only those that are merged"),
            if_any('\0', "no-contains", "commit", "only those that do not contain a commit"),
            value('\0', "points-at", "object", "only those of this commit"),
            value('\0', "sort", "key", "by this field; with - the other way round"),
            value('\0', "format", "format", "each line so"),
            if_any('\0', "no-merged", "commit", "only those that are not merged"),
        ],
    ],
    missing: &[
        "--abbrev",
        "--create-reflog",
        "--edit-description",
        "--column",
        "-i",
        "--ignore-case",
        "--recurse-submodules",
        "--omit-empty",
    ],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let names = &given.operands;
    if given.has("show-current") {
        let head = repo.head(g.files())?;
        if let Some(branch) = head.branch() {
            let line = format!("{branch}\n");
            g.out(line);
        }
        return Ok(0);
    }
    if given.has("delete") || given.has("D") {
        return delete(g, &repo, given);
    }
    if given.has("move") || given.has("M") {
        return rename(g, &repo, given);
    }
    if given.has("copy") || given.has("C") {
        return copy(g, &repo, given);
    }
    if let Some(upstream) = given.value("set-upstream-to") {
        return follow(g, &repo, upstream, names.first());
    }
    if given.has("unset-upstream") {
        return unfollow(g, &repo, names.first());
    }
    let listing = given.has("list")
        || ["all", "remotes", "merged", "no-merged", "contains", "no-contains", "points-at", "sort", "format"]
            .iter()
            .any(|name| given.has(name));
    if names.is_empty() || listing {
        return list(g, &repo, given);
    }
    if names.len() > 2 {
        g.err(super::options::usage(&SPEC));
        return Ok(129);
    }
    let name = names[0].as_str();
    let head = repo.head(g.files())?;
    if given.has("force") && head.branch() == Some(name) {
        return fatal(format!("cannot force update the branch '{name}' used by worktree at '{}'", repo.work_tree()?));
    }
    if given.has("force")
        && let Some(other) = repo.used_elsewhere(g.files(), &format!("refs/heads/{name}"))
    {
        return fatal(format!("cannot force update the branch '{name}' used by worktree at '{}'", other.path));
    }
    let track = given.state("track");
    // The log names the start as it was given; without one, the branch.
    let start_name = match (names.get(1), head.branch()) {
        (None, Some(branch)) if head.id().is_some() => branch.to_string(),
        (start, _) => start.map_or("HEAD", String::as_str).to_string(),
    };
    let taken = !given.has("force") && repo.read_ref(g.files(), &format!("refs/heads/{name}")).is_some();
    if track == Some(true) && !taken && repo.try_resolve(g.files(), &start_name)?.is_none() {
        no_upstream(g, &start_name);
        return Ok(128);
    }
    make_branch(
        g,
        &repo,
        &NewBranch { name, start: &start_name, track, reset: given.has("force"), quiet: given.has("quiet") },
    )?;
    Ok(0)
}

#[inline(never)]
fn delete(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    if given.operands.is_empty() {
        return fatal("branch name required");
    }
    let remote = given.has("remotes");
    let force = given.has("D") || given.has("force");
    let head = repo.head(g.files())?;
    let mut code = 0;
    for name in &given.operands {
        let full = format!("{}{name}", if remote { "refs/remotes/" } else { "refs/heads/" });
        let rebased = super::rebase_state::State::read(g, repo).is_some_and(|state| state.head_name == full);
        if !remote && (head.branch() == Some(name.as_str()) || rebased) {
            g.err(format!("error: cannot delete branch '{name}' used by worktree at '{}'\n", repo.work_tree()?));
            code = 1;
            continue;
        }
        if let Some(other) = repo.used_elsewhere(g.files(), &full).filter(|_| !remote) {
            g.err(format!("error: cannot delete branch '{name}' used by worktree at '{}'\n", other.path));
            code = 1;
            continue;
        }
        let Some(id) = repo.read_ref(g.files(), &full) else {
            let word = if remote { "remote-tracking branch" } else { "branch" };
            g.err(format!("error: {word} '{name}' not found\n"));
            if !remote && repo.read_ref(g.files(), &format!("refs/remotes/{name}")).is_some() {
                g.hint("Did you forget --remote?");
            }
            code = 1;
            continue;
        };
        if !force && !remote && !merged(g, repo, name, &id, &head)? {
            g.err(format!("error: the branch '{name}' is not fully merged\n"));
            if g.advises("forceDeleteBranch") {
                g.hint(&format!("If you are sure you want to delete it, run 'git branch -D {name}'\nDisable this message with \"git config advice.forceDeleteBranch false\""));
            }
            code = 1;
            continue;
        }
        let when = g.when();
        repo.delete_ref(g.cx.files_mut(), &full, when)?;
        if !remote {
            let mut config = repo.config(g.files());
            if config.remove_section(&format!("branch.{name}")) {
                repo.write_state(g.cx.files_mut(), "config", config.text(), when)?;
            }
        }
        if !given.has("quiet") {
            let word = if remote { "remote-tracking branch" } else { "branch" };
            let short = repo.short_id(g.files(), &id, 7);
            g.out(format!("Deleted {word} {name} (was {short}).\n"));
        }
    }
    Ok(code)
}

/// Whether a branch's commits are in the branch it follows, or else in HEAD.
#[inline(never)]
fn merged(g: &mut Git<'_, '_>, repo: &Repo, name: &str, id: &ObjectId, head: &Head) -> Result<bool, Stop> {
    let upstream = repo.upstream(g.files(), name).and_then(|full| Some((repo.read_ref(g.files(), &full)?, full)));
    let in_head = match head.id() {
        Some(head) => repo.is_ancestor(g.files(), id, &head)?,
        None => false,
    };
    let Some((tip, full)) = upstream else { return Ok(in_head) };
    let in_upstream = repo.is_ancestor(g.files(), id, &tip)?;
    if in_upstream && !in_head {
        g.err(format!(
            "warning: deleting branch '{name}' that has been merged to\n         '{full}', but not yet merged to HEAD\n"
        ));
    } else if !in_upstream && in_head {
        g.err(format!("warning: not deleting branch '{name}' that is not yet merged to\n         '{full}', even though it is merged to HEAD\n"));
    }
    Ok(in_upstream)
}

#[inline(never)]
fn rename(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let head = repo.head(g.files())?;
    let current = head.branch().unwrap_or_default().to_string();
    let (from, to) = match given.operands.as_slice() {
        [] => return fatal("branch name required"),
        [to] if head.branch().is_some() => (current.clone(), to.clone()),
        [_] => return fatal("cannot rename the current branch while not on any"),
        [from, to] => (from.clone(), to.clone()),
        _ => return fatal("too many arguments for a rename operation"),
    };
    if !git::branch_name_ok(&to) {
        return invalid_name(g, &to);
    }
    let there = repo.read_ref(g.files(), &format!("refs/heads/{from}")).is_some();
    if !there && from != current {
        return fatal(format!("no branch named '{from}'"));
    }
    let taken = repo.read_ref(g.files(), &format!("refs/heads/{to}")).is_some();
    if taken && from != to && !given.has("M") && !given.has("force") {
        return fatal(format!("a branch named '{to}' already exists"));
    }
    let who = g.logger();
    repo.rename_branch(g.cx.files_mut(), &from, &to, &who)?;
    let config = repo.config(g.files());
    let text = config.text().replace(&format!("[branch \"{from}\"]"), &format!("[branch \"{to}\"]"));
    repo.write_state(g.cx.files_mut(), "config", &text, who.when)?;
    Ok(0)
}

/// A branch with its log and its settings under another name too.
fn copy(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let head = repo.head(g.files())?;
    let (from, to) = match given.operands.as_slice() {
        [] => return fatal("branch name required"),
        [to] => match head.branch() {
            Some(current) => (current.to_string(), to.clone()),
            None => return fatal("cannot copy the current branch while not on any"),
        },
        [from, to] => (from.clone(), to.clone()),
        _ => return fatal("too many branches for a copy operation"),
    };
    if !git::branch_name_ok(&to) {
        return invalid_name(g, &to);
    }
    let Some(new) = repo.read_ref(g.files(), &format!("refs/heads/{from}")) else {
        return fatal(format!("no branch named '{from}'"));
    };
    let full = format!("refs/heads/{to}");
    let taken = repo.read_ref(g.files(), &full).is_some();
    if taken && from != to && !given.has("C") && !given.has("force") {
        return fatal(format!("a branch named '{to}' already exists"));
    }
    let who = g.logger();
    if let Some(log) = repo.read_state(g.files(), &format!("logs/refs/heads/{from}")) {
        repo.write_state(g.cx.files_mut(), &format!("logs/{full}"), &log, who.when)?;
    }
    repo.place_ref(g.cx.files_mut(), &full, &new, who.when)?;
    let message = format!("Branch: copied refs/heads/{from} to {full}");
    repo.log_same(g.cx.files_mut(), &git::RefChange { name: &full, new, who: &who, message: &message })?;
    let mut config = repo.config(g.files());
    let prefix = format!("branch.{from}.");
    let own: Vec<(String, String)> = config
        .entries()
        .iter()
        .filter_map(|entry| Some((entry.name.strip_prefix(&prefix)?.to_string(), entry.value.clone()?)))
        .collect();
    for (name, value) in own {
        config.add(&format!("branch.{to}.{name}"), &value);
    }
    repo.write_state(g.cx.files_mut(), "config", config.text(), who.when)?;
    Ok(0)
}

fn named_branch(g: &Git<'_, '_>, repo: &Repo, name: Option<&String>, doing: &str) -> Result<String, Stop> {
    match name {
        Some(name) => Ok(name.clone()),
        None => match repo.head(g.files())?.branch() {
            Some(branch) => Ok(branch.to_string()),
            None => fatal(format!("could not {doing} HEAD when it does not point to any branch")),
        },
    }
}

fn follow(g: &mut Git<'_, '_>, repo: &Repo, upstream: &str, name: Option<&String>) -> Answer {
    let name = named_branch(
        g,
        repo,
        name,
        &format!("set upstream of HEAD to {upstream} when it does not point to any branch"),
    )
    .or_else(|_| fatal(format!("could not set upstream of HEAD to {upstream} when it does not point to any branch")))?;
    if repo.read_ref(g.files(), &format!("refs/heads/{name}")).is_none() {
        return fatal(if repo.head(g.files())?.branch() == Some(name.as_str()) {
            format!("no commit on branch '{name}' yet")
        } else {
            format!("branch '{name}' does not exist")
        });
    }
    let full = repo
        .full_ref_name(g.files(), upstream)
        .filter(|full| full.starts_with("refs/heads/") || full.starts_with("refs/remotes/"));
    let Some(full) = full else {
        no_upstream(g, upstream);
        return Ok(128);
    };
    set_upstream(g, repo, &name, &full, false)?;
    Ok(0)
}

/// Says that there is no such branch to follow.
fn no_upstream(g: &mut Git<'_, '_>, upstream: &str) {
    g.err(format!("fatal: the requested upstream branch '{upstream}' does not exist\n"));
    if g.advises("setUpstreamFailure") {
        g.hint("\nIf you are planning on basing your work on an upstream\nbranch that already exists at the remote, you may need to\nrun \"git fetch\" to retrieve it.\n\nIf you are planning to push out a new local branch that\nwill track its remote counterpart, you may want to use\n\"git push -u\" to set the upstream config as you push.\nDisable this message with \"git config advice.setUpstreamFailure false\"");
    }
}

#[inline(never)]
fn unfollow(g: &mut Git<'_, '_>, repo: &Repo, name: Option<&String>) -> Answer {
    let name = named_branch(g, repo, name, "unset upstream of")?;
    let mut config = repo.config(g.files());
    if config.get(&format!("branch.{name}.merge")).is_none() {
        return fatal(format!("branch '{name}' has no upstream information"));
    }
    config.unset(&format!("branch.{name}.remote"));
    config.unset(&format!("branch.{name}.merge"));
    let when = g.when();
    repo.write_state(g.cx.files_mut(), "config", config.text(), when)?;
    Ok(0)
}
