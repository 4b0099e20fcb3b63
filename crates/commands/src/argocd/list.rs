//! `argocd app list`.

use super::cobra::{APP_NAMESPACE, Command, Flag, Takes, text, texts};
use super::log::Fatal;
use super::{Call, Next, find, summary, table};
use cluster::Object;
use manifest::Value;
use order::OrdMap;
use std::sync::Arc;
use world::Cx;

pub(super) const COMMAND: Command = Command {
    path: "argocd app list",
    operands: "",
    summary: "List applications",
    flags: &[
        APP_NAMESPACE,
        text("cluster", 'c', "only those that go to this cluster, by name or address"),
        Flag {
            long: "output",
            short: 'o',
            takes: Takes::Text,
            default: "wide",
            help: "form of the result: wide, name, json or yaml",
        },
        text("path", 'P', "only those that read this folder"),
        texts("project", 'p', "only those of this project"),
        text("repo", 'r', "only those that read this repository"),
        text("selector", 'l', "only those with these labels"),
    ],
    missing: "",
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let asked = |name: &str, have: &str| given.text(name).is_none_or(|want| want.is_empty() || want == have);
    let projects = given.texts("project");
    let mut apps = find::all(cx, given)?;
    apps.retain(|app| {
        let spec = app.value.at("spec");
        let (server, name) = (spec.str_at("destination.server"), spec.str_at("destination.name"));
        (projects.is_empty() || projects.iter().any(|project| project == find::project(app)))
            && asked("repo", spec.str_at("source.repoURL"))
            && asked("path", spec.str_at("source.path"))
            && (asked("cluster", server) || asked("cluster", name))
    });
    let output = given.text("output").unwrap_or("wide");
    let text: String = match output {
        "json" | "yaml" => {
            let all: Value = apps.iter().map(|app| app.value.clone()).collect();
            summary::dump(&all, output).unwrap_or_default()
        }
        "name" => apps.iter().map(|app| format!("{}\n", find::qualified(app))).collect(),
        "wide" | "" => applications(&apps, output == "wide"),
        _ => return Err(summary::unknown_output(output)),
    };
    cx.out(text);
    Ok(Next::Exit(0))
}

fn applications(apps: &[Arc<Object>], wide: bool) -> String {
    let mut heading =
        table::line(["NAME", "CLUSTER", "NAMESPACE", "PROJECT", "STATUS", "HEALTH", "SYNCPOLICY", "CONDITIONS"]);
    if wide {
        heading.extend(table::line(["REPO", "PATH", "TARGET"]));
    }
    let mut lines = vec![heading];
    for app in apps {
        let value = &app.value;
        let mut line = table::line([
            &find::qualified(app),
            find::server(app),
            value.str_at("spec.destination.namespace"),
            find::project(app),
            value.str_at("status.sync.status"),
            value.str_at("status.health.status"),
            policy(app),
            &conditions(value),
        ]);
        if wide {
            let source = value.at("spec.source");
            line.extend(table::line([
                source.str_at("repoURL"),
                source.str_at("path"),
                source.str_at("targetRevision"),
            ]));
        }
        lines.push(line);
    }
    table::align(&lines, 0)
}

fn policy(app: &Object) -> &'static str {
    match (find::automated(app), app.value.bool_at("spec.syncPolicy.automated.prune")) {
        (false, _) => "Manual",
        (true, false) => "Auto",
        (true, true) => "Auto-Prune",
    }
}

/// `ComparisonError(2),SyncError`, or `<none>`.
fn conditions(app: &Value) -> String {
    let mut counts: OrdMap<&str, usize> = OrdMap::new();
    for condition in app.list_at("status.conditions") {
        *counts.entry(condition.str_at("type")).or_default() += 1;
    }
    let told =
        counts.iter().map(|(name, count)| if *count > 1 { format!("{name}({count})") } else { (*name).to_string() });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "<none>".into() } else { told.join(",") }
}
