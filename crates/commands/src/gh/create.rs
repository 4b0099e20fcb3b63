//! `gh pr create`.

use super::call::{Call, fail};
use super::flags::{Command, switch, value};
use super::{Answer, End};
use git::Repo;
use world::{Cx, NewPull, World};

pub(super) const COMMAND: Command = Command {
    path: "gh pr create",
    operands: "",
    summary: "Create a pull request",
    flags: &[
        value("title", 't', "its title"),
        value("body", 'b', "its text"),
        value("body-file", 'F', "read its text from a file"),
        value("base", 'B', "the branch that is to get it"),
        value("head", 'H', "the branch that is to be merged"),
        switch("fill", 'f', "title and text from the commits"),
        switch("draft", 'd', "not ready for review yet"),
        switch("dry-run", '\0', "only say what would be created"),
    ],
    missing: "assignee a editor e fill-first fill-verbose label l milestone m no-maintainer-edit project p recover \
        reviewer r template T web w",
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let given = &call.given;
    let (found, files) = cx.world.forge_repo(&call.repo).map(|(repo, files)| (repo, files.clone())).unzip();
    let default = found.zip(files).and_then(|(repo, files)| Some(repo.head(&files).ok()?.branch()?.to_string()));
    let base = given.text("base").map(str::to_string).or(default).unwrap_or_else(|| "main".into());
    let head = match given.text("head").map(str::to_string).or_else(|| call.branch.clone()) {
        Some(head) => head,
        None => return fail("could not determine the current branch: failed to run git: not on any branch"),
    };
    if head == base {
        return fail(format!("must be on a branch named differently than \"{base}\""));
    }
    if cx.world.branch_of_forge(&call.repo, &head).is_none() {
        return fail("aborted: you must first push the current branch to a remote, or use the --head flag");
    }
    let filled = given.on("fill").then(|| fill(cx, call, &base, &head)).flatten();
    let title = given.text("title").map(str::to_string).or_else(|| filled.as_ref().map(|(title, _)| title.clone()));
    let body = match given.text("body-file") {
        Some(path) => match cx.files().read(&cx.path(path)) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(_) => return fail(format!("open {path}: no such file or directory")),
        },
        None => given.text("body").map(str::to_string).or_else(|| filled.map(|(_, body)| body)),
    };
    let (Some(title), Some(body)) = (title, body) else {
        // Unlike gh: it asks for what is missing where it runs in a terminal.
        return fail(
            "must provide `--title` and `--body` (or `--fill` or `fill-first` or `--fillverbose`) when not running interactively",
        );
    };
    if title.trim().is_empty() {
        return fail("pull request create failed: GraphQL: Title can't be blank (createPullRequest)");
    }
    let word = if given.on("draft") { "draft pull request" } else { "pull request" };
    if given.on("dry-run") {
        cx.out(format!("Would have created a Pull Request with:\nTitle: {title}\nDraft: {}\nBase: {base}\nHead: {head}\nBody:\n{body}\n", given.on("draft")));
        return Ok(End::Exit(0));
    }
    let taken = |pull: &&world::Pull| pull.is_open() && pull.head == head && pull.base == base;
    if let Some(pull) = cx.world.pulls(&call.repo).iter().find(taken) {
        let url = World::pull_url(&call.repo, pull.number);
        return fail(format!("a pull request for branch \"{head}\" into branch \"{base}\" already exists:\n{url}"));
    }
    if cx.stdout_is_terminal() {
        cx.err(format!("\nCreating {word} for {head} into {base} in {}\n\n", call.repo));
    }
    let new = NewPull { title, body, author: Call::account(cx), head, base, draft: given.on("draft") };
    let causes = cx.causes();
    match cx.world.open_pull(&call.repo, new, &causes) {
        Ok(number) => {
            cx.out(format!("{}\n", World::pull_url(&call.repo, number)));
            Ok(End::Exit(0))
        }
        Err(text) => fail(format!("pull request create failed: GraphQL: {text} (createPullRequest)")),
    }
}

/// Title and text from the commits: of one its own, of several the branch's name and the list.
fn fill(cx: &Cx<'_>, call: &Call, base: &str, head: &str) -> Option<(String, String)> {
    let (repo, files) = cx.world.forge_repo(&call.repo)?;
    let tip = |branch: &str| Repo::read_ref(&repo, files, &format!("refs/heads/{branch}"));
    let ids = repo.walk(files, &[tip(head)?], &[tip(base)?]).ok()?;
    let mut commits = Vec::new();
    for id in ids.iter().rev() {
        commits.push(repo.read_commit(files, id).ok()?);
    }
    match commits.as_slice() {
        [] => None,
        [only] => {
            let body = only.message.split_once('\n').map_or("", |(_, body)| body.trim());
            Some((only.subject(), body.to_string()))
        }
        several => {
            let list = several.iter().map(|commit| format!("- {}\n", commit.subject()));
            Some((head.replace(['-', '_'], " "), list.collect()))
        }
    }
}
