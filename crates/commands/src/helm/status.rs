//! `helm status`, and the summary that install and upgrade end with.

use super::{Answer, Next, flags, release};
use crate::cobra::{Command, Flag, Given, Takes, switch};
use crate::kubectl::Kube;
use manifest::Value;
use std::fmt::Write as _;

pub(super) const COMMAND: Command = Command {
    path: "helm status",
    operands: "RELEASE_NAME",
    summary: "display the status of the named release",
    flags: &[
        flags::OUTPUT,
        Flag {
            long: "revision",
            short: '\0',
            takes: Takes::Int,
            default: "0",
            help: "if set, display the status of the named release with revision",
        },
        switch("show-desc", "if set, display the description message of the named release"),
    ],
    missing: "show-resources",
};

pub(super) fn wrong_format(name: &str) -> String {
    format!("invalid argument \"{name}\" for \"-o, --output\" flag: invalid format type")
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let release = release::find(kube, &given.words[0], given.number("revision"))?;
    let description = if given.on("show-desc") { release.str_at("info.description") } else { "" };
    let text = print(&release, given.text("output").unwrap_or("table"), description, true)?;
    kube.out(text);
    Ok(Next::Exit(0))
}

/// A release in the format that was asked for.
pub(super) fn print(release: &Value, format: &str, description: &str, notes: bool) -> Result<String, String> {
    match format {
        "table" => Ok(text(release, description, false) + &ending(release, notes)),
        "json" => Ok(release.to_json() + "\n"),
        "yaml" => Ok(release.to_yaml()),
        other => Err(wrong_format(other)),
    }
}

pub(super) fn text(release: &Value, description: &str, metadata: bool) -> String {
    let mut out = format!("NAME: {}\n", release.str_at("name"));
    let deployed = release::ansic(release.str_at("info.last_deployed"));
    writeln!(out, "LAST DEPLOYED: {deployed}").unwrap_or_default();
    writeln!(out, "NAMESPACE: {}", release.str_at("namespace")).unwrap_or_default();
    writeln!(out, "STATUS: {}", release.str_at("info.status")).unwrap_or_default();
    writeln!(out, "REVISION: {}", release::version(release)).unwrap_or_default();
    if metadata {
        for (title, field) in [("CHART", "name"), ("VERSION", "version"), ("APP_VERSION", "appVersion")] {
            writeln!(out, "{title}: {}", release.at("chart.metadata").str_at(field)).unwrap_or_default();
        }
    }
    if !description.is_empty() {
        writeln!(out, "DESCRIPTION: {description}").unwrap_or_default();
    }
    let tests = |hook: &&Value| hook.list_at("events").iter().any(|event| event.as_str() == Some("test"));
    let all: Vec<&Value> = release.list_at("hooks").iter().filter(tests).collect();
    if all.is_empty() {
        out.push_str("TEST SUITE: None\n");
    }
    for hook in all.iter().filter(|hook| !hook.str_at("last_run.started_at").is_empty()) {
        writeln!(out, "TEST SUITE:     {}", hook.str_at("name")).unwrap_or_default();
        writeln!(out, "Last Started:   {}", release::ansic(hook.str_at("last_run.started_at"))).unwrap_or_default();
        writeln!(out, "Last Completed: {}", release::ansic(hook.str_at("last_run.completed_at"))).unwrap_or_default();
        writeln!(out, "Phase:          {}", hook.str_at("last_run.phase")).unwrap_or_default();
    }
    out
}

fn ending(release: &Value, notes: bool) -> String {
    let mut out = String::new();
    if release.str_at("info.description") == "Dry run complete" {
        out.push_str("HOOKS:\n");
        for hook in release.list_at("hooks") {
            writeln!(out, "---\n# Source: {}\n{}", hook.str_at("path"), hook.str_at("manifest")).unwrap_or_default();
        }
        writeln!(out, "MANIFEST:\n{}", release.str_at("manifest")).unwrap_or_default();
    }
    let text = release.str_at("info.notes");
    if notes && !text.is_empty() {
        writeln!(out, "NOTES:\n{}", text.trim()).unwrap_or_default();
    }
    out
}
