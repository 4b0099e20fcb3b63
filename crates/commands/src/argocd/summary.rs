//! What `app get` says of an application before its resources, and what `app sync` and `app wait` end with.

use super::log::Fatal;
use super::{SERVER, find, states, table, tree};
use cluster::{Object, time_at};
use manifest::{JsonStyle, Value};
use sim::Time;
use std::time::Duration;
use world::Cx;

/// `"%-20s%s\n"`
pub(super) fn field(name: &str, value: &str) -> String {
    format!("{name:<20}{value}\n")
}

/// The table of `printAppSummaryTable`.
pub(super) fn header(cx: &Cx<'_>, app: &Object) -> String {
    let spec = app.value.at("spec");
    let target = spec.str_at("source.targetRevision");
    let mut text = field("Name:", &find::qualified(app));
    text += &field("Project:", find::project(app));
    text += &field("Server:", find::server(app));
    text += &field("Namespace:", spec.str_at("destination.namespace"));
    text += &field("URL:", &format!("https://{SERVER}/applications/{}", app.name()));
    text += "Source:\n";
    text += &source(spec.at("source"));
    text += &windows(cx, app);
    let policy = match (find::automated(app), spec.bool_at("syncPolicy.automated.prune")) {
        (false, _) => "Manual",
        (true, false) => "Automated",
        (true, true) => "Automated (Prune)",
    };
    text += &field("Sync Policy:", policy);
    text += &field("Sync Status:", &sync_status(&app.value, target));
    text += &field("Health Status:", app.value.str_at("status.health.status"));
    text
}

/// `printAppSourceDetails`.
pub(super) fn source(source: &Value) -> String {
    let mut text = field("- Repo:", source.str_at("repoURL"));
    text += &field("  Target:", source.str_at("targetRevision"));
    if !source.str_at("path").is_empty() {
        text += &field("  Path:", source.str_at("path"));
    }
    let files: Vec<&str> = source.list_at("helm.valueFiles").iter().filter_map(Value::as_str).collect();
    if !files.is_empty() {
        text += &field("  Helm Values:", &files.join(","));
    }
    let prefix = source.str_at("kustomize.namePrefix");
    if !prefix.is_empty() {
        text += &field("  Name Prefix:", prefix);
    }
    text
}

/// Whether the windows of the project let it sync, and which they are.
fn windows(cx: &Cx<'_>, app: &Object) -> String {
    let project = cx.world.argocd.project(&cx.world.cluster, &app.value);
    let project = project.map(|project| project.value).unwrap_or_default();
    let windows = gitops::windows_of(&project, app);
    let open = gitops::can_sync(&windows, cx.now(), None);
    let closed = open.deny || (!open.allow && open.closed);
    let status = match (closed, open.manual) {
        (false, _) => "Sync Allowed",
        (true, true) => "Manual Allowed",
        (true, false) => "Sync Denied",
    };
    let mut text = field("SyncWindow:", status);
    if !windows.is_empty() {
        let told =
            |window: &&Value| [window.str_at("kind"), window.str_at("schedule"), window.str_at("duration")].join(":");
        let all: Vec<String> = windows.iter().map(told).collect();
        text += &field("Assigned Windows:", &all.join(","));
    }
    text
}

/// `Synced to main (1a2b3c4)`
fn sync_status(app: &Value, target: &str) -> String {
    let status = app.str_at("status.sync.status");
    let mut text = match status {
        "Synced" => format!("{status} to {target}"),
        "OutOfSync" => format!("{status} from {target}"),
        _ => status.to_string(),
    };
    let names_commit = target.len() >= 7 && target.len() <= 40 && target.bytes().all(|b| b.is_ascii_hexdigit());
    let revision = app.str_at("status.sync.revision");
    if let Some(short) = revision.get(..7).filter(|_| !names_commit && revision.len() > 7) {
        text.push_str(&format!(" ({short})"));
    }
    text
}

/// Conditions, such as `ComparisonError`; empty where there are none.
pub(super) fn conditions(app: &Value) -> String {
    let conditions = app.list_at("status.conditions");
    if conditions.is_empty() {
        return String::new();
    }
    let mut lines = vec![table::line(["CONDITION", "MESSAGE", "LAST TRANSITION"])];
    for condition in conditions {
        let time = moment(time_at(condition, "lastTransitionTime"));
        lines.push(table::line([condition.str_at("type"), condition.str_at("message"), &time]));
    }
    format!("\n{}\n", table::align(&lines, 0))
}

/// What the last operation came to; empty before the first.
pub(super) fn operation(app: &Value, now: Time) -> String {
    let state = app.at("status.operationState");
    if state.is_null() {
        return String::new();
    }
    let mut text = String::new();
    if !state.at("syncResult").is_null() {
        text += &field("Operation:", "Sync");
        text += &field("Sync Revision:", state.str_at("syncResult.revision"));
    }
    let (start, end) = (time_at(state, "startedAt"), time_at(state, "finishedAt"));
    let span = end.unwrap_or(now).unix_secs().saturating_sub(start.unwrap_or(now).unix_secs());
    text += &field("Phase:", state.str_at("phase"));
    text += &field("Start:", &moment(start));
    text += &field("Finished:", &moment(end));
    text += &field("Duration:", &go_duration(Duration::from_secs(span)));
    if !state.str_at("message").is_empty() {
        text += &field("Message:", state.str_at("message"));
    }
    text
}

/// A time as Go prints it: `2026-06-05 18:42:10 +0000 UTC`.
pub(super) fn moment(time: Option<Time>) -> String {
    let Some(time) = time else { return "<nil>".into() };
    let c = time.civil();
    format!("{:04}-{:02}-{:02} {:02}:{:02}:{:02} +0000 UTC", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// Whole seconds as Go's `time.Duration` prints them: `1m5s`.
pub(super) fn go_duration(span: Duration) -> String {
    let secs = span.as_secs();
    match (secs / 3_600, secs / 60 % 60, secs % 60) {
        (0, 0, secs) => format!("{secs}s"),
        (0, minutes, secs) => format!("{minutes}m{secs}s"),
        (hours, minutes, secs) => format!("{hours}h{minutes}m{secs}s"),
    }
}

/// The resources below the summary, in the form that `-o` names.
pub(super) fn resources(cx: &Cx<'_>, app: &Object, output: &str) -> Result<String, Fatal> {
    let table = match output {
        "wide" | "" if app.value.list_at("status.resources").is_empty() => return Ok(String::new()),
        "wide" | "" => states::table(&app.value),
        "tree" => tree::of_app(cx, app, false),
        "tree=detailed" => tree::of_app(cx, app, true),
        _ => return Err(unknown_output(output)),
    };
    Ok(format!("\n{table}"))
}

pub(super) fn unknown_output(output: &str) -> Fatal {
    Fatal::check(format!("unknown output format: {output}"))
}

/// `-o json` and `-o yaml`; nothing for another form.
// Unlike argocd: the keys of JSON stand in the order of their letters, as in YAML.
pub(super) fn dump(value: &Value, output: &str) -> Option<String> {
    match output {
        "json" => Some(format!("{}\n", value.to_json_with(JsonStyle { indent: Some(2), escape_html: true }))),
        "yaml" => Some(value.to_yaml()),
        _ => None,
    }
}
