//! `gh pr merge`.

use super::call::{Call, fail};
use super::flags::{Command, switch};
use super::{Answer, End};
use world::{Cx, MergeMethod, Mergeable, Pull, PullState};

pub(super) const COMMAND: Command = Command {
    path: "gh pr merge",
    operands: "[<number> | <url> | <branch>]",
    summary: "Merge a pull request",
    flags: &[
        switch("merge", 'm', "with a merge commit"),
        switch("squash", 's', "as one commit on top of the base branch"),
        switch("rebase", 'r', "commit by commit on top of the base branch"),
        switch("delete-branch", 'd', "delete its branch afterwards, here and on the forge"),
    ],
    missing: "admin author-email A auto body b body-file F disable-auto match-head-commit subject t",
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let given = &call.given;
    let asked = [("merge", MergeMethod::Merge), ("squash", MergeMethod::Squash), ("rebase", MergeMethod::Rebase)];
    let asked: Vec<MergeMethod> =
        asked.into_iter().filter(|(name, _)| given.on(name)).map(|(_, method)| method).collect();
    let method = match asked.as_slice() {
        [one] => *one,
        [] => return fail("--merge, --rebase, or --squash required when not running interactively"),
        _ => return fail("only one of --merge, --rebase, or --squash can be enabled"),
    };
    let pull = call.pull(cx)?;
    let name = call.name(&pull);
    match pull.state {
        PullState::Merged => {
            cx.err(format!("! Pull request {name} was already merged\n"));
            return if given.on("delete-branch") { delete(cx, call, &pull) } else { Ok(End::Exit(0)) };
        }
        PullState::Closed => return fail(format!("X Pull request {name} is not mergeable: it is closed")),
        PullState::Open => {}
    }
    if let Some(text) = obstacle(cx, call, &pull) {
        return fail(text);
    }
    let (who, causes) = (call.merger(cx), cx.causes());
    if let Err(text) = cx.world.merge_pull(&call.repo, pull.number, method, &who, &causes) {
        return fail(format!("GraphQL: {text} (mergePullRequest)"));
    }
    let word = match method {
        MergeMethod::Merge => "Merged",
        MergeMethod::Squash => "Squashed and merged",
        MergeMethod::Rebase => "Rebased and merged",
    };
    if cx.stdout_is_terminal() {
        cx.err(format!("✓ {word} pull request {name} ({})\n", pull.title));
    }
    if given.on("delete-branch") { delete(cx, call, &pull) } else { Ok(End::Exit(0)) }
}

/// Why it cannot be merged, as `gh` says it.
fn obstacle(cx: &Cx<'_>, call: &Call, pull: &Pull) -> Option<String> {
    let mergeable = cx.world.mergeable(&call.repo, pull);
    let why = match &mergeable {
        Mergeable::Clean => return None,
        Mergeable::Draft => return Some("GraphQL: Pull Request is still a draft (mergePullRequest)".into()),
        Mergeable::Conflicts => "the merge commit cannot be cleanly created",
        Mergeable::Blocked(_) => "the base branch policy prohibits the merge",
        Mergeable::Gone => "its branch is gone",
    };
    let mut text = format!("X Pull request {} is not mergeable: {why}.\n", call.name(pull));
    text.push_str("To have the pull request merged after all the requirements have been met, add the `--auto` flag.");
    match mergeable {
        Mergeable::Conflicts => {
            let Pull { number, base, .. } = pull;
            text.push_str(&format!(
                "\nRun the following to resolve the merge conflicts locally:\n  gh pr checkout {number} && git fetch origin {base} && git merge origin/{base}"
            ));
        }
        Mergeable::Blocked(wants) => {
            text.push_str(
                "\nTo use administrator privileges to immediately merge the pull request, add the `--admin` flag.",
            );
            // Unlike gh: it says what the policy still wants, which the real one shows on its page only.
            for want in wants {
                text.push_str(&format!("\n- {want}"));
            }
        }
        _ => {}
    }
    Some(text)
}

/// Deletes the branch on the forge, and here, after going to the base branch.
fn delete(cx: &mut Cx<'_>, call: &Call, pull: &Pull) -> Answer {
    let (account, causes) = (Call::account(cx), cx.causes());
    let gone = cx.world.delete_pull_branch(&call.repo, &pull.head, &account, &causes);
    let mut said = String::new();
    let mut runs = Vec::new();
    let git =
        |words: &[&str]| std::iter::once("git").chain(words.iter().copied()).map(String::from).collect::<Vec<_>>();
    let local = call.local.as_ref().filter(|_| call.given.text("repo").is_none());
    let has = |cx: &Cx<'_>, name: &str| local.is_some_and(|repo| repo.read_ref(cx.files(), name).is_some());
    if has(cx, &format!("refs/heads/{}", pull.head)) {
        let mut and = String::new();
        if call.branch.as_ref() == Some(&pull.head) {
            runs.push(git(&["checkout", "-q", &pull.base]));
            runs.push(git(&["pull", "-q", "--ff-only", "origin", &pull.base]));
            and = format!(" and switched to branch {}", pull.base);
        }
        runs.push(git(&["branch", "-q", "-D", &pull.head]));
        said.push_str(&format!("✓ Deleted local branch {}{and}\n", pull.head));
    }
    if gone {
        said.push_str(&format!("✓ Deleted remote branch {}\n", pull.head));
    }
    if !cx.stdout_is_terminal() {
        said.clear();
    }
    Ok(End::Git(runs, said))
}
