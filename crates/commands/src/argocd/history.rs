//! `argocd app history`.

use super::cobra::{APP_NAMESPACE, Command, Flag, Takes};
use super::log::Fatal;
use super::{Call, Next, find, summary, table, wrong_use};
use cluster::time_at;
use manifest::Value;
use order::OrdMap;
use world::Cx;

pub(super) const COMMAND: Command = Command {
    path: "argocd app history",
    operands: "APPNAME",
    summary: "Show what was synced, and when",
    flags: &[
        APP_NAMESPACE,
        Flag {
            long: "output",
            short: 'o',
            takes: Takes::Text,
            default: "wide",
            help: "form of the result: wide or id",
        },
    ],
    missing: "",
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let [name] = &given.words[..] else { return Ok(wrong_use(cx, &COMMAND, 1)) };
    let app = find::app(cx, name, given.text("app-namespace").unwrap_or_default())?;
    let history = app.value.list_at("status.history");
    let text: String = match given.text("output") {
        Some("id") => history.iter().map(|entry| format!("{}\n", entry.int_at("id").unwrap_or(0))).collect(),
        _ => revisions(history),
    };
    cx.out(text);
    Ok(Next::Exit(0))
}

/// One table for each repository, the one deployed from first on top.
fn revisions(history: &[Value]) -> String {
    let mut sources: Vec<&str> = Vec::new();
    let mut rows: OrdMap<&str, Vec<Vec<String>>> = OrdMap::new();
    for entry in history {
        let source = entry.str_at("source.repoURL");
        if !sources.contains(&source) {
            sources.push(source);
        }
        let target = entry.str_at("source.targetRevision");
        let revision = match entry.str_at("revision").get(..7) {
            Some(short) => format!("{target} ({short})"),
            None => target.to_string(),
        };
        let id = entry.int_at("id").unwrap_or(0).to_string();
        let date = summary::moment(time_at(entry, "deployedAt"));
        rows.entry(source).or_default().push(table::line([&id, &date, &revision]));
    }
    let mut lines = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        if at > 0 {
            lines.push(table::line([""]));
        }
        lines.push(table::line(["SOURCE", source]));
        lines.push(table::line(["ID", "DATE", "REVISION"]));
        lines.extend(rows.remove(source).unwrap_or_default());
    }
    table::align(&lines, 0)
}
