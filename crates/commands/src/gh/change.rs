//! `gh pr checkout`, `close`, `reopen` and `ready`.

use super::call::{Call, fail};
use super::flags::{Command, switch, value};
use super::{Answer, End};
use world::{Cx, Pull, PullChange};

pub(super) const CHECKOUT: Command = Command {
    path: "gh pr checkout",
    operands: "[<number> | <url> | <branch>]",
    summary: "Check out a pull request in git",
    flags: &[value("branch", 'b', "under another name"), switch("force", 'f', "reset a branch that is there already")],
    missing: "detach recurse-submodules",
};

pub(super) const CLOSE: Command = Command {
    path: "gh pr close",
    operands: "{<number> | <url> | <branch>}",
    summary: "Close a pull request",
    flags: &[switch("delete-branch", 'd', "delete its branch on the forge")],
    missing: "comment c",
};

pub(super) const REOPEN: Command = Command {
    path: "gh pr reopen",
    operands: "{<number> | <url> | <branch>}",
    summary: "Reopen a pull request",
    flags: &[],
    missing: "comment c",
};

pub(super) const READY: Command = Command {
    path: "gh pr ready",
    operands: "[<number> | <url> | <branch>]",
    summary: "Mark a pull request as ready for review",
    flags: &[switch("undo", '\0', "make it a draft again")],
    missing: "",
};

pub(super) fn checkout(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let pull = call.pull(cx)?;
    let Some(local) = &call.local else { return fail("failed to run git: fatal: not a git repository") };
    let branch = call.given.text("branch").unwrap_or(&pull.head).to_string();
    let there = format!("refs/remotes/origin/{}", pull.head);
    let git =
        |words: &[&str]| std::iter::once("git").chain(words.iter().copied()).map(String::from).collect::<Vec<_>>();
    let spec = format!("+refs/heads/{}:{there}", pull.head);
    let mut runs = vec![git(&["fetch", "origin", &spec])];
    let exists = local.read_ref(cx.files(), &format!("refs/heads/{branch}")).is_some();
    if !exists {
        runs.push(git(&["checkout", "-b", &branch, "--track", &format!("origin/{}", pull.head)]));
    } else {
        if call.branch.as_ref() != Some(&branch) {
            runs.push(git(&["checkout", &branch]));
        }
        runs.push(match call.given.on("force") {
            true => git(&["reset", "--hard", &there]),
            false => git(&["merge", "--ff-only", &there]),
        });
    }
    Ok(End::Git(runs, String::new()))
}

pub(super) fn close(cx: &mut Cx<'_>, call: &Call) -> Answer {
    if call.given.words.is_empty() {
        return fail("cannot close pull request: number, url, or branch required");
    }
    let pull = call.pull(cx)?;
    let name = format!("{} ({})", call.name(&pull), pull.title);
    if !pull.is_open() {
        let merged = pull.state == world::PullState::Merged;
        if merged {
            return fail(format!("X Pull request {name} can't be closed because it was already merged"));
        }
        cx.err(format!("! Pull request {name} is already closed\n"));
        return Ok(End::Exit(0));
    }
    change(cx, call, &pull, PullChange::Close)?;
    cx.err(format!("✓ Closed pull request {name}\n"));
    if call.given.on("delete-branch") {
        let (account, causes) = (Call::account(cx), cx.causes());
        if cx.world.delete_pull_branch(&call.repo, &pull.head, &account, &causes) {
            cx.err(format!("✓ Deleted branch {}\n", pull.head));
        }
    }
    Ok(End::Exit(0))
}

pub(super) fn reopen(cx: &mut Cx<'_>, call: &Call) -> Answer {
    if call.given.words.is_empty() {
        return fail("cannot reopen pull request: number, url, or branch required");
    }
    let pull = call.pull(cx)?;
    let name = format!("{} ({})", call.name(&pull), pull.title);
    match pull.state {
        world::PullState::Merged => {
            fail(format!("X Pull request {name} can't be reopened because it was already merged"))
        }
        world::PullState::Open => {
            cx.err(format!("! Pull request {name} is already open\n"));
            Ok(End::Exit(0))
        }
        world::PullState::Closed => {
            change(cx, call, &pull, PullChange::Reopen)?;
            cx.err(format!("✓ Reopened pull request {name}\n"));
            Ok(End::Exit(0))
        }
    }
}

pub(super) fn ready(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let pull = call.pull(cx)?;
    let name = call.name(&pull);
    let undo = call.given.on("undo");
    if !pull.is_open() {
        return fail(format!(
            "X Pull request {name} is closed. Only draft pull requests can be marked as \"ready for review\""
        ));
    }
    if pull.draft == undo {
        let word = if undo { "already \"in draft\"" } else { "already \"ready for review\"" };
        cx.err(format!("! Pull request {name} is {word}\n"));
        return Ok(End::Exit(0));
    }
    change(cx, call, &pull, if undo { PullChange::Draft } else { PullChange::Ready })?;
    let word = if undo { "converted to \"draft\"" } else { "marked as \"ready for review\"" };
    cx.err(format!("✓ Pull request {name} is {word}\n"));
    Ok(End::Exit(0))
}

fn change(cx: &mut Cx<'_>, call: &Call, pull: &Pull, to: PullChange) -> Result<(), super::call::Fail> {
    let (account, causes) = (Call::account(cx), cx.causes());
    cx.world
        .set_pull(&call.repo, pull.number, to, &account, &causes)
        .or_else(|text| fail(format!("API call failed: GraphQL: {text}")))
}
