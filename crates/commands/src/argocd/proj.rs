//! `argocd proj create`, `delete`, `get`, `list` and `set`.

use super::cobra::{Command, Flag, Takes, switch, text};
use super::log::Fatal;
use super::proj_spec::{SPEC, answered, check, describe};
use super::{Call, Next, find, help, summary, table, wrong_use};
use cluster::{DeleteOptions, Object, Status, Writer};
use manifest::{Value, object};
use std::sync::Arc;
use world::Cx;

const OUTPUT: Flag = Flag {
    long: "output",
    short: 'o',
    takes: Takes::Text,
    default: "wide",
    help: "form of the result: wide, json, yaml or, of lists, name",
};

const SPEC_MISSING: &str = "dest-service-accounts signature-keys source-namespaces";

const CREATE_FLAGS: [Flag; 11] = {
    let mut all = [OUTPUT; 11];
    let mut at = 0;
    while at < 9 {
        all[at] = SPEC[at];
        at += 1;
    }
    all[9] = text("file", 'f', "manifest of the project: a file, or - for standard input");
    all[10] = switch("upsert", "change the project where one of this name is there");
    all
};

pub(super) const CREATE: Command = Command {
    path: "argocd proj create",
    operands: "PROJECT",
    summary: "Make a project",
    flags: &CREATE_FLAGS,
    missing: SPEC_MISSING,
};

pub(super) const SET: Command = Command {
    path: "argocd proj set",
    operands: "PROJECT",
    summary: "Change a project",
    flags: &SPEC,
    missing: SPEC_MISSING,
};

pub(super) const GET: Command =
    Command { path: "argocd proj get", operands: "PROJECT", summary: "Show a project", flags: &[OUTPUT], missing: "" };

pub(super) const LIST: Command =
    Command { path: "argocd proj list", operands: "", summary: "List projects", flags: &[OUTPUT], missing: "" };

pub(super) const DELETE: Command = Command {
    path: "argocd proj delete",
    operands: "PROJECT",
    summary: "Delete projects that no application belongs to",
    flags: &[],
    missing: "",
};

fn by_status(status: &Status) -> Fatal {
    let code = match status.code {
        404 => "NotFound",
        409 => "AlreadyExists",
        422 | 400 => "InvalidArgument",
        _ => "Unknown",
    };
    answered(code, status)
}

/// A project's object; without one, what the real server answers.
pub(super) fn read(cx: &mut Cx<'_>, name: &str) -> Result<Arc<Object>, Fatal> {
    // Argo CD's server has made `default` by the time that somebody asks.
    cx.world.by_argocd(|_, _, _| ());
    let kind = cx.world.argocd.project_kind();
    cx.world.cluster.get(kind, gitops::NAMESPACE, name).cloned().map_err(|status| by_status(&status))
}

/// Writes a project that is there, if its applications stay permitted (`server/project/project.go`, Update).
pub(super) fn write(cx: &mut Cx<'_>, old: &Object, mut value: Value) -> Result<(), Fatal> {
    check(&value)?;
    let project = |value: &Value| gitops::Project { name: old.name().into(), value: value.clone() };
    let (before, after) = (project(&old.value), project(&value));
    let apps = cx.world.argocd.applications(&cx.world.cluster).filter(|app| find::project(app) == old.name());
    let (mut sources, mut destinations) = (0, 0);
    for app in apps {
        let (url, space) = (app.value.str_at("spec.source.repoURL"), app.value.str_at("spec.destination.namespace"));
        sources += i32::from(before.permits_source(url) && !after.permits_source(url));
        destinations += i32::from(before.permits_destination(space) && !after.permits_destination(space));
    }
    let parts = [(sources, "source"), (destinations, "destination")];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, what)| format!("{count} applications {what} became invalid")).collect();
    if !parts.is_empty() {
        let why = format!("as a result of project update {}", parts.join(" and "));
        return Err(answered("InvalidArgument", why));
    }
    value.remove("metadata.resourceVersion");
    let writer = Writer::new("argocd-server", cx.causes());
    let kind = old.key.kind;
    let done = cx.world.api(|cluster, sim| cluster.update(sim, kind, gitops::NAMESPACE, value, &writer));
    cx.world.settle_watches();
    done.map(|_| ()).map_err(|status| by_status(&status))
}

pub(super) fn create(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let mut project = match given.text("file").filter(|name| !name.is_empty()) {
        None => {
            let Some(name) = given.words.first() else { return Ok(wrong_use(cx, &CREATE, 1)) };
            object! { "metadata" => object! { "name" => name }, "spec" => Value::map() }
        }
        Some("-") => match cx.stdin_text() {
            Some(text) => parse(&text)?,
            None => return Ok(Next::Input),
        },
        Some(name) => {
            let text = cx.files().read_text(&cx.path(name));
            parse(&text.map_err(|_| Fatal::check(format!("open {name}: no such file or directory")))?)?
        }
    };
    let name = project.str_at("metadata.name").to_string();
    if let [word] = &given.words[..]
        && *word != name
    {
        return Err(Fatal::check(format!("project name '{word}' does not match project spec metadata.name '{name}'")));
    }
    project.put("apiVersion", "argoproj.io/v1alpha1");
    project.put("kind", "AppProject");
    project.at_mut("metadata").make_map().remove("namespace");
    describe(given, project.at_mut("spec"))?;
    check(&project)?;
    if let Ok(old) = read(cx, &name) {
        if old.value.at("spec") == project.at("spec") {
            return Ok(Next::Exit(0));
        }
        if !given.on("upsert") {
            let why = "existing project spec is different; use upsert flag to force update";
            return Err(answered("InvalidArgument", why));
        }
        let mut value = old.value.clone();
        value.set("spec", project.at("spec").clone());
        write(cx, &old, value)?;
        return Ok(Next::Exit(0));
    }
    let (kind, writer) = (cx.world.argocd.project_kind(), Writer::new("argocd-server", cx.causes()));
    let done = cx.world.api(|cluster, sim| cluster.create(sim, kind, gitops::NAMESPACE, project, &writer));
    done.map_err(|status| by_status(&status))?;
    cx.world.settle_watches();
    Ok(Next::Exit(0))
}

fn parse(text: &str) -> Result<Value, Fatal> {
    Value::from_yaml(text).map_err(|why| Fatal::check(format!("error converting YAML to JSON: yaml: {why}")))
}

pub(super) fn set(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let Some(name) = call.given.words.first() else { return Ok(wrong_use(cx, &SET, 1)) };
    let old = read(cx, name)?;
    let mut value = old.value.clone();
    if describe(&call.given, value.at_mut("spec"))? == 0 {
        call.style.tell(cx, "error", "Please set at least one option to update");
        cx.out(help::command(&SET));
        return Ok(Next::Exit(1));
    }
    write(cx, &old, value)?;
    Ok(Next::Exit(0))
}

pub(super) fn delete(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    if call.given.words.is_empty() {
        return Ok(wrong_use(cx, &DELETE, 1));
    }
    for name in &call.given.words {
        if name == "default" {
            return Err(answered("InvalidArgument", "name 'default' is reserved and cannot be deleted"));
        }
        let project = read(cx, name)?;
        let apps = cx.world.argocd.applications(&cx.world.cluster).filter(|app| find::project(app) == name).count();
        if apps > 0 {
            return Err(answered("InvalidArgument", format!("project is referenced by {apps} applications")));
        }
        let (writer, place) = (Writer::new("argocd-server", cx.causes()), project.key.clone());
        let done = cx.world.api(|cluster, sim| {
            cluster.delete(sim, (place.kind, &place.namespace, &place.name), DeleteOptions::default(), &writer)
        });
        done.map_err(|status| by_status(&status))?;
        cx.world.settle_watches();
    }
    Ok(Next::Exit(0))
}

fn orphans(spec: &Value) -> String {
    let settings = spec.at("orphanedResources");
    if settings.is_null() {
        return "disabled".into();
    }
    let warns = settings.at("warn").as_bool() != Some(false);
    match settings.list_at("ignore").len() {
        0 => format!("enabled (warn={warns})"),
        many => format!("enabled (warn={warns}, ignored {many})"),
    }
}

fn destination(to: &Value) -> String {
    [to.str_at("server"), ",", to.str_at("namespace")].concat()
}

fn kind(one: &Value) -> String {
    [one.str_at("group"), "/", one.str_at("kind")].concat()
}

pub(super) fn list(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    cx.world.by_argocd(|_, _, _| ());
    let projects: Vec<Arc<Object>> = cx.world.argocd.projects(&cx.world.cluster).cloned().collect();
    let output = call.given.text("output").unwrap_or("wide");
    let text = match output {
        "json" | "yaml" => {
            let all: Value = projects.iter().map(|project| project.value.clone()).collect();
            summary::dump(&all, output).unwrap_or_default()
        }
        "name" => projects.iter().map(|project| format!("{}\n", project.name())).collect(),
        "wide" | "" => {
            let head = "NAME DESCRIPTION DESTINATIONS SOURCES CLUSTER-RESOURCE-WHITELIST NAMESPACE-RESOURCE-BLACKLIST \
                SIGNATURE-KEYS ORPHANED-RESOURCES DESTINATION-SERVICE-ACCOUNTS";
            let mut lines = vec![head.split_whitespace().map(str::to_string).collect()];
            lines.extend(projects.iter().map(|project| line(project)));
            table::align(&lines, 0)
        }
        _ => return Err(summary::unknown_output(output)),
    };
    cx.out(text);
    Ok(Next::Exit(0))
}

fn line(project: &Object) -> Vec<String> {
    let spec = project.value.at("spec");
    let some = |field: &str, one: &dyn Fn(&Value) -> String, many: &str| match spec.list_at(field) {
        [] => "<none>".to_string(),
        [only] if !many.starts_with('!') => one(only),
        all => format!("{} {}", all.len(), many.trim_start_matches('!')),
    };
    vec![
        project.name().into(),
        spec.str_at("description").into(),
        some("destinations", &destination, "destinations"),
        some("sourceRepos", &|repo| repo.as_str().unwrap_or("").into(), "repos"),
        some("clusterResourceWhitelist", &kind, "resources"),
        some("namespaceResourceBlacklist", &kind, "!resources"),
        "<none>".into(),
        orphans(spec),
        "<none>".into(),
    ]
}

pub(super) fn get(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let [name] = &call.given.words[..] else { return Ok(wrong_use(cx, &GET, 1)) };
    let project = read(cx, name)?;
    let output = call.given.text("output").unwrap_or("wide");
    if let Some(text) = summary::dump(&project.value, output) {
        cx.out(text);
        return Ok(Next::Exit(0));
    }
    if !matches!(output, "wide" | "") {
        return Err(summary::unknown_output(output));
    }
    let spec = project.value.at("spec");
    let mut text = String::new();
    let mut field = |name: &str, values: Vec<String>| {
        let values = if values.is_empty() { vec!["<none>".into()] } else { values };
        for (at, value) in values.into_iter().enumerate() {
            text.push_str(&format!("{:<29}{value}\n", if at == 0 { name } else { "" }));
        }
    };
    let all = |path: &str, one: &dyn Fn(&Value) -> String| spec.list_at(path).iter().map(one).collect::<Vec<_>>();
    let own = |value: &Value| value.as_str().unwrap_or("").to_string();
    field("Name:", vec![project.name().into()]);
    field("Description:", vec![spec.str_at("description").into()]);
    field("Destinations:", all("destinations", &destination));
    field("Repositories:", all("sourceRepos", &own));
    field("Source Namespaces:", Vec::new());
    field("Scoped Repositories:", Vec::new());
    field("Allowed Cluster Resources:", all("clusterResourceWhitelist", &kind));
    field("Scoped Clusters:", Vec::new());
    field("Denied Namespaced Resources:", all("namespaceResourceBlacklist", &kind));
    field("Signature keys:", Vec::new());
    field("Orphaned Resources:", vec![orphans(spec)]);
    cx.out(text);
    Ok(Next::Exit(0))
}
