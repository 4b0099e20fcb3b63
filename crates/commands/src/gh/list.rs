//! `gh pr list` and `gh pr status`.

use super::call::{Call, fail};
use super::flags::{Command, value};
use super::words::{ago, coloured, count, state, table};
use super::{Answer, End};
use world::{Cx, Mergeable, Pull, PullState};

pub(super) const COMMAND: Command = Command {
    path: "gh pr list",
    operands: "",
    summary: "List pull requests in a repository",
    flags: &[
        value("state", 's', "open, closed, merged or all"),
        value("author", 'A', "only theirs"),
        value("base", 'B', "only into this branch"),
        value("head", 'H', "only from this branch"),
        value("limit", 'L', "at most so many"),
    ],
    missing: "app assignee a draft d jq q json label l search S template t web w",
};

pub(super) const STATUS: Command = Command {
    path: "gh pr status",
    operands: "",
    summary: "Show status of relevant pull requests",
    flags: &[],
    missing: "conflict-status c jq q json template t",
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let given = &call.given;
    let wanted = given.text("state").unwrap_or("open");
    if !["open", "closed", "merged", "all"].contains(&wanted) {
        return fail(format!(
            "invalid argument \"{wanted}\" for \"-s, --state\" flag: valid values are {{open|closed|merged|all}}"
        ));
    }
    let limit = match given.text("limit").map(str::parse::<usize>) {
        None => 30,
        Some(Ok(limit)) if limit > 0 => limit,
        Some(_) => return fail(format!("invalid value for --limit: {}", given.text("limit").unwrap_or_default())),
    };
    let fits = |pull: &&Pull| {
        let by_state = match wanted {
            "open" => pull.is_open(),
            "closed" => pull.state == PullState::Closed,
            "merged" => pull.state == PullState::Merged,
            _ => true,
        };
        let is = |name: &str, value: &str| given.text(name).is_none_or(|wanted| wanted == value);
        let author = given
            .text("author")
            .is_none_or(|wanted| wanted == pull.author || wanted == "@me" && pull.author == Call::account(cx));
        by_state && author && is("base", &pull.base) && is("head", &pull.head)
    };
    let all: Vec<Pull> = cx.world.pulls(&call.repo).iter().rev().filter(fits).cloned().collect();
    let word = if wanted == "all" { String::new() } else { format!("{wanted} ") };
    let terminal = cx.stdout_is_terminal();
    if all.is_empty() {
        if terminal {
            cx.err(format!("no {word}pull requests in {}\n", call.repo));
        }
        return Ok(End::Exit(0));
    }
    let now = cx.now();
    let shown = &all[..all.len().min(limit)];
    if !terminal {
        let line = |pull: &Pull| {
            let state = state(pull).to_ascii_uppercase();
            format!("{}\t{}\t{}\t{state}\t{}\n", pull.number, pull.title, pull.head, pull.created.rfc3339())
        };
        cx.out(shown.iter().map(line).collect::<String>());
        return Ok(End::Exit(0));
    }
    let s = if all.len() == 1 { "" } else { "s" };
    cx.out(format!("\nShowing {} of {} {word}pull request{s} in {}\n\n", shown.len(), all.len(), call.repo));
    let mut rows = vec![["ID", "TITLE", "BRANCH", "CREATED AT"].map(String::from).to_vec()];
    rows.extend(
        shown.iter().map(|pull| {
            vec![format!("#{}", pull.number), pull.title.clone(), pull.head.clone(), ago(now, pull.created)]
        }),
    );
    cx.out(table(&rows));
    Ok(End::Exit(0))
}

pub(super) fn status(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let account = Call::account(cx);
    let pulls = cx.world.pulls(&call.repo).to_vec();
    let of_branch = pulls.iter().rev().find(|pull| Some(&pull.head) == call.branch.as_ref());
    let mut text = format!("\nRelevant pull requests in {}\n\nCurrent branch\n", call.repo);
    match (of_branch, &call.branch) {
        (Some(pull), _) => text.push_str(&about(cx, call, pull)),
        (None, Some(branch)) => text.push_str(&format!("  There is no pull request associated with [{branch}]\n")),
        (None, None) => text.push_str("  There is no current branch\n"),
    }
    text.push_str("\nCreated by you\n");
    let own: Vec<&Pull> = pulls.iter().rev().filter(|pull| pull.is_open() && pull.author == account).collect();
    if own.is_empty() {
        text.push_str("  You have no open pull requests\n");
    }
    for pull in own {
        text.push_str(&about(cx, call, pull));
    }
    // Unlike gh: nobody asks for a review by name here, so that every open one of somebody else is listed.
    text.push_str("\nRequesting a code review from you\n");
    let others: Vec<&Pull> = pulls.iter().rev().filter(|pull| pull.is_open() && pull.author != account).collect();
    if others.is_empty() {
        text.push_str("  You have no pull requests to review\n");
    }
    for pull in others {
        text.push_str(&about(cx, call, pull));
    }
    text.push('\n');
    cx.out(text);
    Ok(End::Exit(0))
}

fn about(cx: &Cx<'_>, call: &Call, pull: &Pull) -> String {
    let number = coloured(cx, if pull.is_open() { 32 } else { 35 }, &format!("#{}", pull.number));
    let mut text = format!("  {number}  {} [{}]\n", pull.title, pull.head);
    if !pull.is_open() {
        return text.trim_end().to_string() + &format!(" - {}\n", state(pull));
    }
    let mut parts = Vec::new();
    if let Some((_, head)) = cx.world.pull_ends(&call.repo, pull) {
        let checks = cx.world.checks(&call.repo, &head.to_string());
        let of = |bucket: &str| checks.iter().filter(|check| check.bucket() == bucket).count();
        match (checks.len(), of("fail"), of("pending")) {
            (0, ..) => {}
            (all, failing, _) if failing > 0 => parts.push(format!("× {failing}/{} failing", count(all, "check"))),
            (_, _, pending) if pending > 0 => parts.push("- Checks pending".into()),
            _ => parts.push("✓ Checks passing".into()),
        }
    }
    if pull.changes_requested() {
        parts.push("+ Changes requested".into());
    } else if pull.approvals() > 0 {
        parts.push("✓ Approved".into());
    }
    if cx.world.mergeable(&call.repo, pull) == Mergeable::Conflicts {
        parts.push("× Merge conflicts".into());
    }
    if !parts.is_empty() {
        text.push_str(&format!("  {}\n", parts.join(" ")));
    }
    text
}
