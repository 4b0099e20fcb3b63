//! Kubernetes objects: what the API server would say to them, and Argo CD to its own. Tried on a copy of the world.

use super::at;
use cluster::{NAMESPACE, Writer};
use manifest::{Document, Value, object};
use order::OrdMap;
use screen::Diagnostic;
use sim::Causes;
use world::World;

/// `patches`: the documents are no whole objects, so only what is there can be wrong.
#[inline(never)]
pub(super) fn wrong(world: &World, documents: &[Document], patches: bool) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for document in documents {
        let value = &document.value;
        let (api, kind) = (value.str_at("apiVersion"), value.str_at("kind"));
        if api.is_empty() || kind.is_empty() {
            continue;
        }
        let found = document_wrong(world, document, patches);
        all.extend(found.into_iter().map(|(path, message, warning)| at(place(document, &path), &message, warning)));
    }
    all
}

/// Where a field stands, or the nearest around it that is there.
fn place(document: &Document, path: &str) -> (usize, usize) {
    let mut path = path;
    loop {
        if let Some(mark) = document.spans.get(path) {
            return (mark.line, mark.column);
        }
        match path.rfind(['.', '[']) {
            Some(end) => path = &path[..end],
            None => return (document.line, 1),
        }
    }
}

/// Each a field's path, a message, and whether it only warns.
#[inline(never)]
fn document_wrong(world: &World, document: &Document, patches: bool) -> Vec<(String, String, bool)> {
    let value = &document.value;
    let (api, kind) = (value.str_at("apiVersion"), value.str_at("kind"));
    let Some(info) = world.cluster.store().kinds().of_manifest(api, kind).cloned() else {
        let told = format!("no matches for kind \"{kind}\" in version \"{api}\"; ensure CRDs are installed first");
        return vec![("kind".into(), told, true)];
    };
    let mut fork = world.clone();
    let space = match value.str_at("metadata.namespace") {
        _ if !info.namespaced => "",
        "" => "default",
        own => own,
    }
    .to_string();
    let writer = Writer::new("kubectl-client-side-apply", Causes::none());
    let made = fork.api(|cluster, sim| {
        if !space.is_empty() && cluster.store().get(NAMESPACE, "", &space).is_none() {
            let own = object! { "metadata" => object! { "name" => space.as_str() } };
            cluster.create(sim, NAMESPACE, "", own, &writer).ok();
        }
        cluster.create(sim, info.id, &space, value.clone(), &writer)
    });
    match made {
        Err(status) if status.reason == "BadRequest" => decoding(&status.message, &document.spans),
        Err(status) if status.reason == "Invalid" && !patches => {
            let causes = status.details.causes.iter();
            causes.map(|cause| (cause.field.clone(), cause.to_string(), false)).collect()
        }
        _ if kind == "Application" && api.starts_with("argoproj.io/") => application(fork, value),
        _ => Vec::new(),
    }
}

/// Unknown fields, each at its place, or a wrong type: Go's path has no indexes.
#[inline(never)]
fn decoding(message: &str, spans: &OrdMap<String, manifest::Mark>) -> Vec<(String, String, bool)> {
    let mut unknown = message.split("unknown field \"").skip(1).filter_map(|rest| rest.split('"').next()).peekable();
    if unknown.peek().is_some() {
        return unknown.map(|path| (path.to_string(), format!("unknown field \"{path}\""), false)).collect();
    }
    let told = message.split_once(" cannot be handled as a ").map_or(message, |(_, told)| told);
    let told = told.split_once(": ").map_or(told, |(_, told)| told);
    let field = told.split_once("Go struct field ").and_then(|(_, rest)| rest.split(" of type").next());
    let path = field.and_then(|field| field.split_once('.')).map_or("", |(_, path)| path);
    let is_it = |spelled: &str| {
        let mut plain = String::new();
        for part in spelled.split('[') {
            plain.push_str(part.split_once(']').map_or(part, |(_, rest)| rest));
        }
        plain == path
    };
    let found = spans.keys().find(|spelled| is_it(spelled)).map_or(path, String::as_str);
    vec![(found.to_string(), told.to_string(), false)]
}

/// What the Argo CD server says of an Application. Whatever it cannot read in Git may still be pushed: a warning.
#[inline(never)]
fn application(mut fork: World, app: &Value) -> Vec<(String, String, bool)> {
    let made = fork
        .by_argocd(|argocd, to, sources| argocd.create_app(to, sources, app.clone(), (true, true), &Causes::none()));
    let Err(refusal) = made else { return Vec::new() };
    let told = refusal.message.rsplit_once(" desc = ").map_or(refusal.message.as_str(), |(_, told)| told);
    let told = told.rsplit_once(" is invalid: ").map_or(told, |(_, told)| told);
    let named = told.split([' ', '"']).find(|word| word.starts_with("spec."));
    let field = match () {
        () if named.is_some() => named.unwrap_or_default(),
        () if told.contains("not permitted in project") || told.contains("not allowed in project") => "spec.project",
        () if told.contains("repository not") => "spec.source.repoURL",
        () if told.contains("cluster") || told.contains("destination") => "spec.destination",
        () if told.contains("path") => "spec.source.path",
        () => "spec.source",
    };
    vec![(field.into(), told.to_string(), true)]
}
