//! `helm list`: the newest revision of each release.

use super::{Answer, Next, flags, history, release, table};
use crate::cobra::{Command, Flag, Given, switch, text};
use crate::kubectl::Kube;
use manifest::{Value, object};

pub(super) const COMMAND: Command = Command {
    path: "helm list",
    operands: "",
    summary: "list releases",
    flags: &[
        Flag { short: 'a', ..switch("all", "show all releases without any filter applied") },
        Flag { short: 'A', ..switch("all-namespaces", "list releases across all namespaces") },
        switch("deployed", "show deployed releases. If no other is specified, this will be automatically enabled"),
        switch("failed", "show failed releases"),
        text("filter", 'f', "a regular expression (Perl compatible)"),
        switch("no-headers", "don't print headers when using the default output format"),
        flags::OUTPUT,
        switch("pending", "show pending releases"),
        Flag { short: 'r', ..switch("reverse", "reverse the sort order") },
        Flag { short: 'q', ..switch("short", "output short (quiet) listing format") },
        switch("superseded", "show superseded releases"),
        switch("uninstalled", "show uninstalled releases (if 'helm uninstall --keep-history' was used)"),
        switch("uninstalling", "show releases that are currently being uninstalled"),
    ],
    missing: "date d max m offset selector l time-format",
};

const STATES: &[&str] = &["deployed", "failed", "superseded", "uninstalled", "uninstalling", "pending"];

fn wanted(given: &Given, state: &str) -> bool {
    if given.on("all") {
        return true;
    }
    let asked: Vec<&&str> = STATES.iter().filter(|name| given.on(name)).collect();
    if asked.is_empty() {
        return matches!(state, "deployed" | "failed");
    }
    asked.iter().any(|name| state.starts_with(**name) && (**name == "pending" || state == **name))
}

/// The moment as Go's `time.Time` prints it.
fn updated(release: &Value) -> String {
    let at = helm::moment(release.str_at("info.last_deployed"));
    at.map_or("-".into(), |at| helm::layout(at, "2006-01-02 15:04:05.999999999 -0700 MST"))
}

fn entry(release: &Value) -> Value {
    object! {
        "name" => release.str_at("name"),
        "namespace" => release.str_at("namespace"),
        "revision" => release::version(release).to_string(),
        "updated" => updated(release),
        "status" => release.str_at("info.status"),
        "chart" => history::chart_name(release),
        "app_version" => release.str_at("chart.metadata.appVersion"),
    }
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let namespace = (!given.on("all-namespaces")).then(|| kube.namespace.clone());
    let every = release::all(kube, namespace.as_deref())?;
    let mut newest: Vec<Value> = Vec::new();
    for release in every {
        let same = |have: &Value| {
            have.str_at("name") == release.str_at("name") && have.str_at("namespace") == release.str_at("namespace")
        };
        match newest.last_mut().filter(|have| same(have)) {
            Some(have) => *have = release,
            None => newest.push(release),
        }
    }
    newest.retain(|release| wanted(given, release.str_at("info.status")));
    if let Some(pattern) = given.text("filter") {
        let regex = regex_lite::Regex::new(pattern).map_err(|why| why.to_string())?;
        newest.retain(|release| regex.is_match(release.str_at("name")));
    }
    if given.on("reverse") {
        newest.reverse();
    }
    let entries: Value = newest.iter().map(entry).collect();
    let format = given.text("output").unwrap_or("table");
    let text = match format {
        _ if given.on("short") && format == "table" => {
            newest.iter().map(|release| format!("{}\n", release.str_at("name"))).collect()
        }
        "json" => entries.to_json() + "\n",
        "yaml" => entries.to_yaml(),
        "table" => {
            let mut rows = Vec::new();
            if !given.on("no-headers") {
                rows.push(table::row(["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"]));
            }
            let fields = ["name", "namespace", "revision", "updated", "status", "chart", "app_version"];
            rows.extend(entries.items().iter().map(|entry| table::row(fields.map(|field| entry.str_at(field)))));
            table::print(&rows)
        }
        other => return Err(super::status::wrong_format(other)),
    };
    kube.out(text);
    Ok(Next::Exit(0))
}
