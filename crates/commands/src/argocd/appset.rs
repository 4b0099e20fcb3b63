//! `argocd appset create`, `delete`, `get` and `list`.

use super::cobra::{Command, Flag, Takes, switch, text, texts};
use super::log::Fatal;
use super::{Call, Next, delete, find, summary, table, wrong_use};
use cluster::{LabelSelector, Object, time_at};
use manifest::{Level, Value};
use std::sync::Arc;
use world::Cx;

const NAMESPACE: Flag = text("appset-namespace", 'N', "the namespace that the set lives in");
const OUTPUT: Flag = Flag {
    long: "output",
    short: 'o',
    takes: Takes::Text,
    default: "wide",
    help: "form of the result: wide, json, yaml or, of lists, name",
};

pub(super) const CREATE: Command = Command {
    path: "argocd appset create",
    operands: "FILE",
    summary: "Make the ApplicationSets of a file",
    flags: &[NAMESPACE, OUTPUT, switch("upsert", "change a set where one of its name is there")],
    missing: "dry-run wait",
};

pub(super) const DELETE: Command = Command {
    path: "argocd appset delete",
    operands: "APPSETNAME...",
    summary: "Delete ApplicationSets with their applications",
    flags: &[
        NAMESPACE,
        switch("wait", "wait until they are gone"),
        Flag { long: "yes", short: 'y', takes: Takes::Switch, default: "", help: "do not ask" },
    ],
    missing: "",
};

pub(super) const GET: Command = Command {
    path: "argocd appset get",
    operands: "APPSETNAME",
    summary: "Show an ApplicationSet",
    flags: &[NAMESPACE, OUTPUT],
    missing: "show-params",
};

pub(super) const LIST: Command = Command {
    path: "argocd appset list",
    operands: "",
    summary: "List ApplicationSets",
    flags: &[
        NAMESPACE,
        OUTPUT,
        texts("project", 'p', "only those of this project"),
        text("selector", 'l', "only those with these labels"),
    ],
    missing: "",
};

/// The set of a name, if there is one.
pub(super) fn object(cx: &Cx<'_>, name: &str, namespace: &str) -> Option<Arc<Object>> {
    let (namespace, name) = find::parse_name(name, namespace);
    let fits = |set: &&Arc<Object>| set.name() == name && matches!(namespace, "" | gitops::NAMESPACE);
    cx.world.argocd.sets(&cx.world.cluster).find(fits).cloned()
}

pub(super) fn read(cx: &Cx<'_>, name: &str, namespace: &str) -> Result<Arc<Object>, Fatal> {
    object(cx, name, namespace).ok_or_else(|| {
        let (_, name) = find::parse_name(name, namespace);
        let why = format!("error getting ApplicationSet: applicationsets.argoproj.io \"{name}\" not found");
        Fatal::check(format!("rpc error: code = NotFound desc = {why}"))
    })
}

fn by_name(output: &str) -> bool {
    matches!(output, "wide" | "")
}

pub(super) fn create(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let Some(name) = given.words.first() else { return Ok(wrong_use(cx, &CREATE, 1)) };
    let text = if name == "-" {
        let Some(text) = cx.stdin_text() else { return Ok(Next::Input) };
        text
    } else {
        let text = cx.files().read_text(&cx.path(name));
        text.map_err(|_| Fatal::check(format!("open {name}: no such file or directory")))?
    };
    let (documents, problems) = Value::parse_yaml(&text);
    if let Some(problem) = problems.into_iter().find(|problem| problem.level == Level::Error) {
        return Err(Fatal::check(format!("error converting YAML to JSON: yaml: {}", problem.message)));
    }
    let sets: Vec<Value> = documents
        .into_iter()
        .map(|document| document.value)
        .filter(|value| value.str_at("kind") == "ApplicationSet")
        .collect();
    if sets.is_empty() {
        cx.out("No ApplicationSets found while parsing the input file");
        return Ok(Next::Exit(1));
    }
    for mut set in sets {
        let (name, causes) = (set.str_at("metadata.name").to_string(), cx.causes());
        set.at_mut("metadata").make_map().remove("namespace");
        set.remove("status");
        let upsert = given.on("upsert");
        let done = cx.world.by_argocd(|argocd, to, sources| argocd.create_set(to, sources, set, upsert, &causes));
        let action = done.map_err(find::refused)?;
        cx.world.settle_watches();
        cx.err(format!("ApplicationSet '{name}' {action}\n"));
        show(cx, &name, given.text("output").unwrap_or("wide"))?;
    }
    Ok(Next::Exit(0))
}

fn show(cx: &mut Cx<'_>, name: &str, output: &str) -> Result<(), Fatal> {
    let set = read(cx, name, "")?;
    if let Some(text) = summary::dump(&set.value, output) {
        cx.out(text);
        return Ok(());
    }
    if !by_name(output) {
        return Err(summary::unknown_output(output));
    }
    let spec = set.value.at("spec.template.spec");
    let server = match spec.str_at("destination.server") {
        "" => spec.str_at("destination.name"),
        server => server,
    };
    let project = if spec.str_at("project").is_empty() { "default" } else { spec.str_at("project") };
    let mut text = summary::field("Name:", &find::qualified(&set));
    text += &summary::field("Project:", project);
    text += &summary::field("Server:", server);
    text += &summary::field("Namespace:", spec.str_at("destination.namespace"));
    text += &summary::field("Health Status:", set.value.str_at("status.health.status"));
    text += "Source:\n";
    text += &summary::source(spec.at("source"));
    let automated = spec.at("syncPolicy.automated");
    let on = !automated.is_null() && automated.at("enabled").as_bool() != Some(false);
    let policy = match (on, automated.bool_at("prune")) {
        (false, _) => "<none>",
        (true, false) => "Automated",
        (true, true) => "Automated (Prune)",
    };
    text += &summary::field("SyncPolicy:", policy);
    let conditions = set.value.list_at("status.conditions");
    if !conditions.is_empty() {
        let mut lines = vec![table::line(["CONDITION", "STATUS", "MESSAGE", "LAST TRANSITION"])];
        for one in conditions {
            let since = summary::moment(time_at(one, "lastTransitionTime"));
            lines.push(table::line([one.str_at("type"), one.str_at("status"), one.str_at("message"), &since]));
        }
        text += &format!("\n{}\n", table::align(&lines, 0));
    }
    cx.out(text);
    Ok(())
}

pub(super) fn get(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let Some(name) = given.words.first() else { return Ok(wrong_use(cx, &GET, 1)) };
    let set = read(cx, name, given.text("appset-namespace").unwrap_or_default())?;
    show(cx, set.name(), given.text("output").unwrap_or("wide"))?;
    Ok(Next::Exit(0))
}

pub(super) fn list(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let selector = LabelSelector::parse(given.text("selector").unwrap_or_default());
    let selector = selector.map_err(|error| {
        Fatal::check(format!("rpc error: code = Unknown desc = error parsing the selector: {error}"))
    })?;
    let projects = given.texts("project");
    let sets: Vec<Arc<Object>> = cx
        .world
        .argocd
        .sets(&cx.world.cluster)
        .filter(|set| {
            let project = set.value.str_at("spec.template.spec.project");
            selector.matches(set.labels()) && (projects.is_empty() || projects.iter().any(|one| one == project))
        })
        .cloned()
        .collect();
    let output = given.text("output").unwrap_or("wide");
    let text: String = match output {
        "json" | "yaml" => {
            let all: Value = sets.iter().map(|set| set.value.clone()).collect();
            summary::dump(&all, output).unwrap_or_default()
        }
        "name" => sets.iter().map(|set| format!("{}\n", find::qualified(set))).collect(),
        "wide" | "" => {
            let mut head = table::line(["NAME", "PROJECT", "SYNCPOLICY", "HEALTH", "CONDITIONS"]);
            if output == "wide" {
                head.extend(table::line(["REPO", "PATH", "TARGET"]));
            }
            let mut lines = vec![head];
            lines.extend(sets.iter().map(|set| line(&set.value, &find::qualified(set), output == "wide")));
            table::align(&lines, 0)
        }
        _ => return Err(summary::unknown_output(output)),
    };
    cx.out(text);
    Ok(Next::Exit(0))
}

/// Policy and conditions stand there as Go shows its structures.
fn line(set: &Value, name: &str, wide: bool) -> Vec<String> {
    let (spec, policy) = (set.at("spec.template.spec"), set.at("spec.syncPolicy"));
    let told = if policy.is_null() {
        "nil".to_string()
    } else {
        let sync = match policy.str_at("applicationsSync") {
            "" => "nil".to_string(),
            own => ["*", own].concat(),
        };
        let keeps = policy.bool_at("preserveResourcesOnDeletion");
        format!("&ApplicationSetSyncPolicy{{PreserveResourcesOnDeletion:{keeps},ApplicationsSync:{sync},}}")
    };
    let holds = set.list_at("status.conditions").iter().filter(|one| one.str_at("status") == "True");
    let holds: Vec<String> = holds
        .map(|one| {
            let since = summary::moment(time_at(one, "lastTransitionTime"));
            format!("{{{} {} {since} True {}}}", one.str_at("type"), one.str_at("message"), one.str_at("reason"))
        })
        .collect();
    let conditions = format!("[{}]", holds.join(" "));
    let mut line = table::line([name, spec.str_at("project"), &told, set.str_at("status.health.status"), &conditions]);
    if wide {
        let source = spec.at("source");
        line.extend(table::line([source.str_at("repoURL"), source.str_at("path"), source.str_at("targetRevision")]));
    }
    line
}

pub(super) fn delete(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    if given.words.is_empty() {
        return Ok(wrong_use(cx, &DELETE, 1));
    }
    let asks = cx.stdout_is_terminal() && !given.on("yes");
    Ok(Next::Delete(Box::new(delete::Delete::of_sets(call, asks))))
}
