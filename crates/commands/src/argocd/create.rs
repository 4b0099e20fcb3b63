//! `argocd app create`.

use super::cobra::{Command, Flag, switch, text, texts};
use super::log::Fatal;
use super::spec_flags::{self, COUNT, labels};
use super::{Call, Next, find, wrong_use};
use manifest::{Level, Value, object};
use world::Cx;

const FLAGS: &[Flag] = &spec_flags::with::<6, { 6 + COUNT }>([
    texts("annotations", '\0', "annotation of the application: KEY=VALUE"),
    text("file", 'f', "manifest of the application: a file, or - for standard input"),
    texts("label", 'l', "label of the application: KEY=VALUE"),
    text("name", '\0', "name of the application, where no word gives it"),
    switch("set-finalizer", "delete its resources together with it"),
    switch("upsert", "change the application where one of this name is there"),
]);

pub(super) const COMMAND: Command = Command {
    path: "argocd app create",
    operands: "APPNAME",
    summary: "Make an application",
    flags: FLAGS,
    missing: spec_flags::MISSING,
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Result<Next, Fatal> {
    let given = &call.given;
    let mut apps = match given.text("file").filter(|name| !name.is_empty()) {
        Some("-") => {
            let Some(text) = cx.stdin_text() else { return Ok(Next::Input) };
            read(&text)?
        }
        Some(name) => {
            let path = cx.path(name);
            let text = cx.files().read_text(&path);
            let text = text.map_err(|_| Fatal::check(format!("open {name}: no such file or directory")))?;
            let mut apps = read(&text)?;
            for app in &mut apps {
                from_file(cx, call, app)?;
            }
            apps
        }
        None => vec![by_name(cx, call)?],
    };
    for app in &mut apps {
        if app.str_at("metadata.name").is_empty() {
            return Ok(wrong_use(cx, &COMMAND, 1));
        }
        let namespace = given.text("app-namespace").unwrap_or_else(|| app.str_at("metadata.namespace"));
        if !matches!(namespace, "" | gitops::NAMESPACE) {
            let why = format!("namespace '{namespace}' is not permitted");
            return Err(Fatal::check(format!("rpc error: code = Unknown desc = {why}")));
        }
        app.at_mut("metadata").make_map().remove("namespace");
        if given.on("set-finalizer") {
            app.at_mut("metadata.finalizers").make_list().push(gitops::FINALIZER.into());
        }
        let (name, causes) = (app.str_at("metadata.name").to_string(), cx.causes());
        let (upsert, validate) = (given.on("upsert"), given.text("validate") != Some("false"));
        let app = std::mem::take(app);
        let done =
            cx.world.by_argocd(|argocd, to, sources| argocd.create_app(to, sources, app, (upsert, validate), &causes));
        let action = done.map_err(find::refused)?;
        cx.out(format!("application '{name}' {action}\n"));
    }
    Ok(Next::Exit(0))
}

/// Applications of a text of one or more documents.
fn read(text: &str) -> Result<Vec<Value>, Fatal> {
    let (documents, problems) = Value::parse_yaml(text);
    if let Some(problem) = problems.into_iter().find(|problem| problem.level == Level::Error) {
        return Err(Fatal::check(format!("error converting YAML to JSON: yaml: {}", problem.message)));
    }
    let values = documents.into_iter().map(|document| document.value).filter(|value| !value.is_null());
    let apps = values.map(|mut value| {
        value.remove("status");
        value.remove("operation");
        value.put("apiVersion", "argoproj.io/v1alpha1");
        value.put("kind", "Application");
        value
    });
    Ok(apps.collect())
}

fn from_file(cx: &Cx<'_>, call: &Call, app: &mut Value) -> Result<(), Fatal> {
    let given = &call.given;
    let own = app.str_at("metadata.name").to_string();
    if let [name] = &given.words[..]
        && *name != own
    {
        return Err(Fatal::check(format!("app name '{name}' does not match app spec metadata.name '{own}'")));
    }
    if let Some(name) = given.text("name").filter(|name| !name.is_empty()) {
        app.set("metadata.name", name);
    }
    if app.str_at("metadata.name").is_empty() {
        return Err(Fatal::check("app.Name is empty. --name argument can be used to provide app.Name"));
    }
    describe(cx, call, app)
}

fn by_name(cx: &Cx<'_>, call: &Call) -> Result<Value, Fatal> {
    let given = &call.given;
    let mut name = given.text("name").unwrap_or_default();
    if let [word] = &given.words[..] {
        if !name.is_empty() && name != word {
            return Err(Fatal::check(format!("--name argument '{name}' does not match app name {word}")));
        }
        name = word;
    }
    let (namespace, name) = find::parse_name(name, "");
    let mut app = object! {
        "apiVersion" => "argoproj.io/v1alpha1", "kind" => "Application",
        "metadata" => object! { "name" => name, "namespace" => namespace }, "spec" => Value::map(),
    };
    describe(cx, call, &mut app)?;
    Ok(app)
}

/// Spec, labels and annotations as the options say.
fn describe(cx: &Cx<'_>, call: &Call, app: &mut Value) -> Result<(), Fatal> {
    let given = &call.given;
    spec_flags::write(cx, given, FLAGS, app.at_mut("spec"))?;
    spec_flags::parameters(given, app)?;
    for (long, place) in [("label", "metadata.labels"), ("annotations", "metadata.annotations")] {
        for (key, value) in labels(given.texts(long))?.entries().iter() {
            app.at_mut(place).put(key, value.clone());
        }
    }
    Ok(())
}
