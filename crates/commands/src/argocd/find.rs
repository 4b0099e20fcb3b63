//! Applications by name, by label and by what they say of themselves.

use super::cobra::Given;
use super::log::Fatal;
use cluster::{LabelSelector, Object};
use manifest::Value;
use order::Arrange;
use std::sync::Arc;
use world::Cx;

/// `argocd/web` is the application `web` in the namespace `argocd`; a bare name stands for the one of any namespace.
pub(super) fn parse_name<'n>(name: &'n str, namespace: &'n str) -> (&'n str, &'n str) {
    match name.split_once('/') {
        Some((namespace, name)) => (namespace, name),
        None => (namespace, name),
    }
}

/// The application, if there is one.
pub(super) fn object(cx: &Cx<'_>, name: &str, namespace: &str) -> Option<Arc<Object>> {
    let (namespace, name) = parse_name(name, namespace);
    let fits = |app: &&Arc<Object>| app.name() == name && (namespace.is_empty() || app.namespace() == namespace);
    cx.world.argocd.applications(&cx.world.cluster).find(fits).cloned()
}

/// The application; without one, what the real server answers.
pub(super) fn app(cx: &Cx<'_>, name: &str, namespace: &str) -> Result<Arc<Object>, Fatal> {
    object(cx, name, namespace).ok_or_else(|| {
        Fatal::check("rpc error: code = PermissionDenied desc = permission denied")
            .hint(format!("there is no application \"{name}\"; Argo CD answers so for a name that does not exist, too"))
    })
}

/// What a sync would change, or why nobody can tell.
pub(super) fn compared(cx: &mut Cx<'_>, app: &Object) -> Result<gitops::Comparison, Fatal> {
    let comparison = cx.world.compare_app(app.name()).map_err(Fatal::check)?;
    if comparison.errors.is_empty() {
        return Ok(comparison);
    }
    let told: Vec<String> = comparison.errors.iter().map(|error| format!("ComparisonError: {error}")).collect();
    Err(Fatal::check(format!("rpc error: code = Unknown desc = {}", told.join(";"))))
}

/// The object that one of an application's `status.resources` names, if it is there.
pub(super) fn live<'c>(cx: &'c Cx<'_>, resource: &Value) -> Option<&'c Arc<Object>> {
    let (group, version) = (resource.str_at("group"), resource.str_at("version"));
    let api = if group.is_empty() { version.to_string() } else { [group, "/", version].concat() };
    let store = cx.world.cluster.store();
    let info = store.kinds().of_manifest(&api, resource.str_at("kind"))?;
    store.get(info.id, resource.str_at("namespace"), resource.str_at("name"))
}

/// A request that the server refused.
pub(super) fn refused(refusal: gitops::Refusal) -> Fatal {
    let fatal = Fatal::check(format!("rpc error: code = {} desc = {}", refusal.code, refusal.message));
    match refusal.code {
        "PermissionDenied" if refusal.message == "permission denied" => {
            fatal.hint("there is no application of this name")
        }
        _ => fatal,
    }
}

/// As the server names an application: `argocd/web`.
pub(super) fn qualified(app: &Object) -> String {
    app.key.to_string()
}

/// All applications in the order of their names, as far as `-l` and `-N` choose them.
pub(super) fn all(cx: &Cx<'_>, given: &Given) -> Result<Vec<Arc<Object>>, Fatal> {
    let selector = LabelSelector::parse(given.text("selector").unwrap_or_default()).map_err(|error| {
        Fatal::check(format!("rpc error: code = Unknown desc = error parsing the selector: {error}"))
    })?;
    let namespace = given.text("app-namespace").unwrap_or_default();
    let mut found: Vec<Arc<Object>> = cx
        .world
        .argocd
        .applications(&cx.world.cluster)
        .filter(|app| selector.matches(app.labels()) && (namespace.is_empty() || app.namespace() == namespace))
        .cloned()
        .collect();
    found.arrange_by(|a, b| a.name().cmp(b.name()));
    Ok(found)
}

/// The project, which is `default` where nothing is said.
pub(super) fn project(app: &Object) -> &str {
    match app.value.str_at("spec.project") {
        "" => "default",
        name => name,
    }
}

/// The cluster an application goes to: its address, else its name.
pub(super) fn server(app: &Object) -> &str {
    match app.value.str_at("spec.destination.server") {
        "" => app.value.str_at("spec.destination.name"),
        server => server,
    }
}

/// Whether the application syncs by itself.
pub(super) fn automated(app: &Object) -> bool {
    let automated = app.value.at("spec.syncPolicy.automated");
    !automated.is_null() && automated.at("enabled").as_bool() != Some(false)
}
