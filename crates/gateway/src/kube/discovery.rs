//! What there is: versions, groups and resources, in the aggregated and in the older form.

use super::clock::Running;
use super::http::Request;
use super::resources::Reply;
use super::server::json;
use cluster::{KindId, KindInfo};
use manifest::{Value, list, object};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// A resource of a group's version.
pub(super) struct Resource {
    pub group: String,
    pub version: String,
    pub plural: String,
    singular: String,
    kind: String,
    short: Vec<String>,
    categories: Vec<String>,
    namespaced: bool,
    verbs: Vec<&'static str>,
    /// Name, group, version and kind of what it takes, and verbs.
    subs: Vec<Sub>,
}

impl Resource {
    pub fn kind(&self) -> &str {
        &self.kind
    }

    pub fn namespaced(&self) -> bool {
        self.namespaced
    }
}

type Sub = (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

const STATUS: &[&str] = &["get", "patch", "update"];

fn subs_of(kind: &KindInfo) -> Vec<Sub> {
    let mut all: Vec<Sub> = Vec::new();
    if matches!(
        kind.id,
        cluster::DEPLOYMENT | cluster::REPLICASET | cluster::REPLICATIONCONTROLLER | cluster::STATEFULSET
    ) {
        all.push(("scale", "autoscaling", "v1", "Scale", STATUS));
    }
    if kind.id == cluster::POD {
        all.push(("attach", "", "v1", "PodAttachOptions", &["create", "get"]));
        all.push(("ephemeralcontainers", "", "v1", "Pod", STATUS));
        all.push(("eviction", "policy", "v1", "Eviction", &["create"]));
        all.push(("exec", "", "v1", "PodExecOptions", &["create", "get"]));
        all.push(("log", "", "v1", "Pod", &["get"]));
    }
    if kind.id == cluster::SERVICEACCOUNT {
        all.push(("token", "authentication.k8s.io", "v1", "TokenRequest", &["create"]));
    }
    if kind.status_subresource {
        all.push(("status", "", "", "", STATUS));
    }
    all
}

fn of_kind(kind: &KindInfo, version: &str) -> Resource {
    let texts = |all: &[std::sync::Arc<str>]| all.iter().map(ToString::to_string).collect::<Vec<String>>();
    let told = kind.id == cluster::ENDPOINTS;
    Resource {
        group: kind.group.to_string(),
        version: version.into(),
        plural: kind.plural.to_string(),
        singular: kind.singular.to_string(),
        kind: kind.kind.to_string(),
        short: texts(&kind.short_names),
        categories: texts(&kind.categories),
        namespaced: kind.namespaced,
        verbs: VERBS.into_iter().filter(|verb| !told || matches!(*verb, "get" | "list")).collect(),
        subs: subs_of(kind),
    }
}

/// Every resource: the core group first, then by group; the preferred version of a group first.
pub(super) fn resources(running: &Running) -> Vec<Resource> {
    let kinds = running.world.cluster.store().kinds();
    let mut all: Vec<Resource> = kinds.iter().map(|kind| of_kind(kind, &kind.version)).collect();
    let scaler: KindId = cluster::HORIZONTALPODAUTOSCALER;
    all.push(of_kind(kinds.info(scaler), "v1"));
    all.extend(commands::TOLD.iter().map(|told| Resource {
        group: told.group.into(),
        version: told.version.into(),
        plural: told.plural.into(),
        singular: if told.verbs.contains(&"list") { String::new() } else { told.kind.to_ascii_lowercase() },
        kind: told.kind.into(),
        short: Vec::new(),
        categories: Vec::new(),
        namespaced: told.namespaced,
        verbs: told.verbs.to_vec(),
        subs: Vec::new(),
    }));
    all.sort_by(|a, b| {
        (&a.group, std::cmp::Reverse(&a.version), &a.plural).cmp(&(&b.group, std::cmp::Reverse(&b.version), &b.plural))
    });
    all
}

fn texts(all: &[impl AsRef<str>]) -> Value {
    all.iter().map(|text| Value::from(text.as_ref())).collect()
}

pub(super) fn answer(running: &Running, request: &Request) -> Option<Reply> {
    if request.method != "GET" {
        return None;
    }
    let aggregated = request.header("accept").contains("g=apidiscovery.k8s.io");
    let parts: Vec<&str> = request.path.split('/').filter(|part| !part.is_empty()).collect();
    let value = match parts[..] {
        ["version"] => version(),
        ["readyz" | "livez" | "healthz", ..] => return Some(Reply::text("ok")),
        [root @ ("api" | "apis")] if aggregated => {
            let value = groups(running, root == "api");
            return Some(Reply { code: 200, kind: AGGREGATED, body: value.to_json().into_bytes() });
        }
        ["api"] => object! { "kind" => "APIVersions", "versions" => list!["v1"] },
        ["apis"] => old_groups(running),
        ["api", "v1"] => old_resources(running, "", "v1"),
        ["apis", group, version] => {
            let value = old_resources(running, group, version);
            if value.list_at("resources").is_empty() {
                return None;
            }
            value
        }
        [] => {
            object! { "paths" => list!["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"] }
        }
        _ => return None,
    };
    Some(json(running, 200, &value))
}

fn version() -> Value {
    object! {
        "buildDate" => "2025-05-15T00:00:00Z", "compiler" => "gc", "gitCommit" => "", "gitTreeState" => "clean",
        "gitVersion" => cluster::VERSION, "goVersion" => "go1.23.8", "major" => "1", "minor" => "32", "platform" => "linux/amd64",
    }
}

/// The aggregated form.
fn groups(running: &Running, core: bool) -> Value {
    let mut items: Vec<Value> = Vec::new();
    let all = resources(running);
    let mut rest: &[Resource] = &all;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|r| r.group == first.group).count();
        let (group, others) = rest.split_at(count);
        rest = others;
        if first.group.is_empty() != core {
            continue;
        }
        let mut versions: Vec<Value> = Vec::new();
        let mut left = group;
        while let Some(first) = left.first() {
            let count = left.iter().take_while(|r| r.version == first.version).count();
            let own: Value = left[..count].iter().map(discovered).collect();
            versions
                .push(object! { "freshness" => "Current", "resources" => own, "version" => first.version.as_str() });
            left = &left[count..];
        }
        let mut metadata = object! { "creationTimestamp" => Value::Null };
        if !core {
            metadata.put("name", first.group.as_str());
        }
        items.push(object! { "metadata" => metadata, "versions" => Value::list(versions) });
    }
    object! {
        "apiVersion" => "apidiscovery.k8s.io/v2", "items" => Value::list(items), "kind" => "APIGroupDiscoveryList",
        "metadata" => Value::map(),
    }
}

fn gvk(group: &str, version: &str, kind: &str) -> Value {
    object! { "group" => group, "kind" => kind, "version" => version }
}

fn discovered(resource: &Resource) -> Value {
    let mut value = object! {
        "resource" => resource.plural.as_str(), "responseKind" => gvk("", "", &resource.kind),
        "scope" => if resource.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource" => resource.singular.as_str(), "verbs" => texts(&resource.verbs),
    };
    if !resource.short.is_empty() {
        value.put("shortNames", texts(&resource.short));
    }
    if !resource.categories.is_empty() {
        value.put("categories", texts(&resource.categories));
    }
    let sub = |(name, group, version, kind, verbs): &Sub| {
        let kind = if kind.is_empty() { gvk("", "", &resource.kind) } else { gvk(group, version, kind) };
        object! { "responseKind" => kind, "subresource" => *name, "verbs" => texts(verbs) }
    };
    if !resource.subs.is_empty() {
        value.put("subresources", resource.subs.iter().map(sub).collect::<Value>());
    }
    value
}

fn old_groups(running: &Running) -> Value {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for resource in resources(running).into_iter().filter(|resource| !resource.group.is_empty()) {
        match groups.last_mut().filter(|(group, _)| *group == resource.group) {
            Some((_, versions)) if versions.contains(&resource.version) => {}
            Some((_, versions)) => versions.push(resource.version),
            None => groups.push((resource.group, vec![resource.version])),
        }
    }
    let one = |(group, versions): &(String, Vec<String>)| {
        let version = |version: &String| {
            object! { "groupVersion" => format!("{group}/{version}"), "version" => version.as_str() }
        };
        let all: Vec<Value> = versions.iter().map(version).collect();
        let preferred = all.first().cloned().unwrap_or_default();
        object! { "name" => group.as_str(), "preferredVersion" => preferred, "versions" => Value::list(all) }
    };
    object! { "apiVersion" => "v1", "groups" => groups.iter().map(one).collect::<Value>(), "kind" => "APIGroupList" }
}

fn old_resources(running: &Running, group: &str, version: &str) -> Value {
    let mut rows: Vec<Value> = Vec::new();
    for resource in resources(running).iter().filter(|r| r.group == group && r.version == version) {
        let mut row = object! {
            "kind" => resource.kind.as_str(), "name" => resource.plural.as_str(), "namespaced" => resource.namespaced,
            "singularName" => resource.singular.as_str(), "verbs" => texts(&resource.verbs),
        };
        if !resource.short.is_empty() {
            row.put("shortNames", texts(&resource.short));
        }
        if !resource.categories.is_empty() {
            row.put("categories", texts(&resource.categories));
        }
        rows.push(row);
        for (name, group, version, kind, verbs) in &resource.subs {
            let mut row = object! {
                "kind" => if kind.is_empty() { resource.kind.as_str() } else { kind },
                "name" => format!("{}/{name}", resource.plural), "namespaced" => resource.namespaced,
                "singularName" => "", "verbs" => texts(verbs),
            };
            if !kind.is_empty() && !group.is_empty() {
                row.put("group", *group);
                row.put("version", *version);
            }
            rows.push(row);
        }
    }
    let place = if group.is_empty() { version.to_string() } else { format!("{group}/{version}") };
    object! { "apiVersion" => "v1", "groupVersion" => place, "kind" => "APIResourceList", "resources" => Value::list(rows) }
}
