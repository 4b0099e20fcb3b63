//! `gh workflow`: a repository's workflows, and starting one by hand.

use super::call::{Call, Fail, fail};
use super::flags::{Command, value, values};
use super::words::{coloured, table};
use super::{Answer, End};
use ci::Workflow;
use order::OrdMap;
use sim::Causes;
use world::{Cx, FORGE};

pub(super) const LIST: Command = Command {
    path: "gh workflow list",
    operands: "",
    summary: "List workflows",
    flags: &[value("limit", 'L', "at most so many (50)")],
    missing: "all a jq q json template t",
};

pub(super) const RUN: Command = Command {
    path: "gh workflow run",
    operands: "[<workflow-id> | <workflow-name>]",
    summary: "Run a workflow by creating a workflow_dispatch event",
    flags: &[
        value("ref", 'r', "branch or tag whose version of the workflow runs"),
        values("raw-field", 'f', "an input, KEY=VALUE"),
        values("field", 'F', "the same"),
    ],
    missing: "json",
};

/// The branch of the forge's repository that its HEAD names.
fn default_branch(cx: &Cx<'_>, call: &Call) -> String {
    let head = cx.world.forge_repo(&call.repo).and_then(|(repo, files)| {
        let head = repo.head(files).ok()?;
        head.branch().map(str::to_string)
    });
    head.unwrap_or_else(|| "main".into())
}

/// Paths and names of the workflows of a branch; a broken file has its path for a name.
fn workflows(cx: &Cx<'_>, call: &Call, branch: &str) -> Vec<(String, String)> {
    let files = cx.world.workflow_files(&call.repo, branch);
    let name = |(path, text): (String, String)| {
        let name = Workflow::parse(&path, &text).map_or_else(|_| path.clone(), |workflow| workflow.name);
        (path, name)
    };
    files.into_iter().map(name).collect()
}

// Unlike GitHub: a workflow's number is its place among the files.
pub(super) fn list(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let limit = match call.given.text("limit").map(str::parse::<usize>) {
        None => 50,
        Some(Ok(limit)) if limit > 0 => limit,
        Some(_) => return fail(format!("invalid limit: {}", call.given.text("limit").unwrap_or_default())),
    };
    let found = workflows(cx, call, &default_branch(cx, call));
    if found.is_empty() {
        return fail("no workflows found");
    }
    let rows = found.iter().take(limit).enumerate();
    let text = if cx.stdout_is_terminal() {
        let mut all = vec![["NAME", "STATE", "ID"].map(String::from).to_vec()];
        all.extend(rows.map(|(at, (_, name))| vec![name.clone(), "active".into(), (at + 1).to_string()]));
        table(&all)
    } else {
        rows.map(|(at, (_, name))| format!("{name}\tactive\t{}\n", at + 1)).collect()
    };
    cx.out(text);
    Ok(End::Exit(0))
}

fn inputs(call: &Call) -> Result<OrdMap<String, String>, Fail> {
    let mut inputs = OrdMap::new();
    for field in call.given.texts("raw-field").iter().chain(call.given.texts("field")) {
        match field.split_once('=') {
            Some((key, value)) => inputs.insert(key.to_string(), value.to_string()),
            None => return fail(format!("field \"{field}\" requires a value separated by an '=' sign")),
        };
    }
    Ok(inputs)
}

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let inputs = inputs(call)?;
    let Some(word) = call.given.words.first() else {
        return fail("workflow ID, name, or filename required when not running interactively");
    };
    let default = default_branch(cx, call);
    let base = |path: &str| path.rsplit('/').next().unwrap_or(path).to_string();
    let found = workflows(cx, call, &default);
    let number = word.parse::<usize>().ok().and_then(|number| found.get(number.checked_sub(1)?));
    let Some((path, _)) = number.or_else(|| found.iter().find(|(path, name)| base(path) == *word || name == word))
    else {
        let url = format!("https://api.{FORGE}/repos/{}/actions/workflows/{word}", call.repo);
        return fail(if word.ends_with(".yml") || word.ends_with(".yaml") {
            format!("HTTP 404: workflow {word} not found on the default branch ({url})")
        } else {
            format!("could not find any workflows named {word}")
        });
    };
    let (path, file) = (path.clone(), base(path));
    let reference = call.given.text("ref").unwrap_or(&default).to_string();
    let started = cx.world.dispatch_workflow(&call.repo, (&path, &reference), &inputs, "learner", &Causes::none());
    if let Err(why) = started {
        let url = format!("https://api.{FORGE}/repos/{}/actions/workflows/{file}/dispatches", call.repo);
        return fail(format!("could not create workflow dispatch event: HTTP 422: {why} ({url})"));
    }
    if cx.stdout_is_terminal() {
        let (sign, shown) = (coloured(cx, 32, "✓"), coloured(cx, 36, &file));
        cx.out(format!(
            "{sign} Created workflow_dispatch event for {shown} at {reference}\n\nTo see runs for this workflow, try: \
             gh run list --workflow=\"{file}\"\n"
        ));
    }
    Ok(End::Exit(0))
}
