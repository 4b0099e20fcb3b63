//! `helm history`: the revisions of a release.

use super::{Answer, Next, flags, release, table};
use crate::cobra::{Command, Flag, Given, Takes};
use crate::kubectl::Kube;
use manifest::{Value, object};

pub(super) const COMMAND: Command = Command {
    path: "helm history",
    operands: "RELEASE_NAME",
    summary: "fetch release history",
    flags: &[
        flags::OUTPUT,
        Flag {
            long: "max",
            short: '\0',
            takes: Takes::Int,
            default: "256",
            help: "maximum number of revision to include in history",
        },
    ],
    missing: "",
};

/// `web-0.1.0`.
pub(super) fn chart_name(release: &Value) -> String {
    let metadata = release.at("chart.metadata");
    format!("{}-{}", metadata.str_at("name"), metadata.str_at("version"))
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = &given.words[0];
    release::check_name(name).map_err(|_| format!("Release name is invalid: {name}"))?;
    let found = release::history(kube, name)?;
    if found.is_empty() {
        return Err("release: not found".into());
    }
    let max = usize::try_from(given.number("max").unwrap_or(256)).unwrap_or(0);
    let shown = &found[found.len().saturating_sub(max)..];
    let text = match given.text("output").unwrap_or("table") {
        "table" => {
            let mut rows = vec![table::row(["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"])];
            rows.extend(shown.iter().map(|release| {
                table::row([
                    &release::version(release).to_string(),
                    &release::ansic(release.str_at("info.last_deployed")),
                    release.str_at("info.status"),
                    &chart_name(release),
                    release.str_at("chart.metadata.appVersion"),
                    release.str_at("info.description"),
                ])
            }));
            table::print(&rows)
        }
        format => {
            let all: Value = shown.iter().map(entry).collect();
            match format {
                "json" => all.to_json() + "\n",
                "yaml" => all.to_yaml(),
                other => return Err(super::status::wrong_format(other)),
            }
        }
    };
    kube.out(text);
    Ok(Next::Exit(0))
}

fn entry(release: &Value) -> Value {
    object! {
        "revision" => release::version(release),
        "updated" => release.str_at("info.last_deployed"),
        "status" => release.str_at("info.status"),
        "chart" => chart_name(release),
        "app_version" => release.str_at("chart.metadata.appVersion"),
        "description" => release.str_at("info.description"),
    }
}
