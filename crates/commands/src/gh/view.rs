//! `gh pr view` and `gh pr diff`.

use super::call::{Call, fail};
use super::flags::{Command, switch};
use super::words::{ago, coloured, count, state};
use super::{Answer, End};
use git::{ObjectId, PatchOptions, Pathspec, Repo};
use world::{Cx, Pull, Verdict, World};

pub(super) const COMMAND: Command = Command {
    path: "gh pr view",
    operands: "[<number> | <url> | <branch>]",
    summary: "View a pull request",
    flags: &[switch("comments", 'c', "with its comments")],
    missing: "jq q json template t web w",
};

pub(super) const DIFF: Command = Command {
    path: "gh pr diff",
    operands: "[<number> | <url> | <branch>]",
    summary: "View changes in a pull request",
    flags: &[switch("name-only", '\0', "only the names of the files")],
    missing: "color patch web w",
};

/// The commit from which the branch went out, and its tip.
fn span(cx: &Cx<'_>, call: &Call, pull: &Pull) -> Option<(ObjectId, ObjectId)> {
    let (base, head) = cx.world.pull_ends(&call.repo, pull)?;
    let (repo, files) = cx.world.forge_repo(&call.repo)?;
    let from = repo.merge_bases(files, &base, &head).ok()?.first().copied()?;
    Some((from, head))
}

fn patches(cx: &Cx<'_>, call: &Call, pull: &Pull) -> Option<Vec<(String, String)>> {
    let (from, head) = span(cx, call, pull)?;
    let (repo, files) = cx.world.forge_repo(&call.repo)?;
    let tree =
        |id: &ObjectId| repo.read_commit(files, id).and_then(|commit| repo.flat_tree(files, Some(&commit.tree))).ok();
    let changes = Repo::diff_flat(&tree(&from)?, &tree(&head)?, &Pathspec::literal(&[]));
    let patch = |change: &git::Change| {
        Some((change.path.clone(), git::patch(&repo, files, change, &PatchOptions::default()).ok()?))
    };
    changes.iter().map(patch).collect()
}

pub(super) fn diff(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let pull = call.pull(cx)?;
    let Some(patches) = patches(cx, call, &pull) else {
        return fail("could not find pull request diff: its branch is gone");
    };
    let text: String = match call.given.on("name-only") {
        true => patches.iter().map(|(path, _)| format!("{path}\n")).collect(),
        false => patches.into_iter().map(|(_, patch)| patch).collect(),
    };
    cx.out(text);
    Ok(End::Exit(0))
}

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let pull = call.pull(cx)?;
    let patches = patches(cx, call, &pull).unwrap_or_default();
    let lines = |sign: char, header: &str| {
        let of = |patch: &str| patch.lines().filter(|line| line.starts_with(sign) && !line.starts_with(header)).count();
        patches.iter().map(|(_, patch)| of(patch)).sum::<usize>()
    };
    let (added, removed) = (lines('+', "+++ "), lines('-', "--- "));
    let commits = span(cx, call, &pull).and_then(|(from, head)| {
        let (repo, files) = cx.world.forge_repo(&call.repo)?;
        Some(repo.walk(files, &[head], &[from]).ok()?.len())
    });
    let commits = commits.unwrap_or(0);
    let text = if cx.stdout_is_terminal() {
        for_people(cx, call, &pull, (added, removed), commits)
    } else {
        for_scripts(&pull, (added, removed))
    };
    cx.out(text);
    Ok(End::Exit(0))
}

fn for_scripts(pull: &Pull, (added, removed): (usize, usize)) -> String {
    let reviewers: Vec<String> =
        pull.verdicts().iter().map(|(who, verdict)| format!("{who} ({})", said(*verdict))).collect();
    let rows = [
        ("title", pull.title.clone()),
        ("state", state(pull).to_ascii_uppercase()),
        ("author", pull.author.clone()),
        ("labels", String::new()),
        ("assignees", String::new()),
        ("reviewers", reviewers.join(", ")),
        ("projects", String::new()),
        ("milestone", String::new()),
        ("number", pull.number.to_string()),
        ("additions", added.to_string()),
        ("deletions", removed.to_string()),
    ];
    let rows: String = rows.iter().map(|(name, value)| format!("{name}:\t{value}\n")).collect();
    format!("{rows}--\n{}\n", pull.body)
}

fn said(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => "Approved",
        Verdict::ChangesRequested => "Changes requested",
        Verdict::Commented => "Commented",
    }
}

fn for_people(cx: &Cx<'_>, call: &Call, pull: &Pull, (added, removed): (usize, usize), commits: usize) -> String {
    let colour = match state(pull) {
        "Open" => 32,
        "Closed" => 31,
        "Merged" => 35,
        _ => 90,
    };
    let verb = if pull.state == world::PullState::Merged { "merged" } else { "wants to merge" };
    let mut text = format!("{} {}\n", coloured(cx, 1, &pull.title), call.name(pull));
    text.push_str(&format!(
        "{} • {} {verb} {} into {} from {} • {}\n",
        coloured(cx, colour, state(pull)),
        pull.author,
        count(commits, "commit"),
        pull.base,
        pull.head,
        ago(cx.now(), pull.created)
    ));
    let signs = format!("{} {}", coloured(cx, 32, &format!("+{added}")), coloured(cx, 31, &format!("-{removed}")));
    text.push_str(&format!("{signs} • {}\n", checks(cx, call, pull)));
    if !pull.verdicts().is_empty() {
        let list: Vec<String> =
            pull.verdicts().iter().map(|(who, verdict)| format!("{who} ({})", said(*verdict))).collect();
        text.push_str(&format!("Reviewers: {}\n", list.join(", ")));
    }
    let body = if pull.body.trim().is_empty() { "No description provided" } else { pull.body.trim() };
    text.push_str(&format!("\n\n{}\n\n", body.lines().map(|line| format!("  {line}\n")).collect::<String>()));
    for review in pull.reviews.iter().filter(|review| !review.body.is_empty() || call.given.on("comments")) {
        text.push_str(&format!("{} • {} • {}\n\n", review.author, said(review.verdict), ago(cx.now(), review.at)));
        text.push_str(&format!("  {}\n\n", review.body));
    }
    // Unlike gh: the forge of this world is not GitHub.
    text.push_str(&format!("View this pull request on the forge: {}\n", World::pull_url(&call.repo, pull.number)));
    text
}

fn checks(cx: &Cx<'_>, call: &Call, pull: &Pull) -> String {
    let ends = cx.world.pull_ends(&call.repo, pull);
    let checks = ends.map(|(_, head)| cx.world.checks(&call.repo, &head.to_string())).unwrap_or_default();
    let of = |bucket: &str| checks.iter().filter(|check| check.bucket() == bucket).count();
    match (checks.len(), of("fail"), of("pending")) {
        (0, ..) => "No checks".into(),
        (all, failing, _) if failing == all => coloured(cx, 31, "× All checks failing"),
        (all, failing, _) if failing > 0 => coloured(cx, 31, &format!("× {failing}/{all} checks failing")),
        (_, _, pending) if pending > 0 => coloured(cx, 33, "- Checks pending"),
        _ => coloured(cx, 32, "✓ Checks passing"),
    }
}
