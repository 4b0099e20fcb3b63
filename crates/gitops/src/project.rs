//! AppProject: from where, to where and what its applications may deploy (`app_project_types.go`).

use crate::engine::{ArgoCd, NAMESPACE};
use crate::glob::{allows, fits};
use cluster::{Cluster, Key, Object};
use manifest::Value;
use std::sync::Arc;

/// The cluster that Argo CD itself runs in: its address, and its name.
pub const SERVER: &str = "https://kubernetes.default.svc";
pub const SERVER_NAME: &str = "in-cluster";

/// The spec of the project `default`, as Argo CD makes it when it starts.
pub fn default_spec() -> Value {
    let text = "{sourceRepos: ['*'], destinations: [{server: '*', namespace: '*'}], clusterResourceWhitelist: [{group: '*', kind: '*'}]}";
    Value::from_yaml(text).expect("the text is valid")
}

/// A project's spec, asked.
#[derive(Debug, Clone)]
pub struct Project {
    pub name: String,
    /// The object, or one that has only the default project's spec.
    pub value: Value,
}

fn address(url: &str) -> &str {
    url.strip_suffix('/').unwrap_or(url).trim_end_matches(".git")
}

impl Project {
    #[inline(never)]
    pub fn permits_source(&self, repo_url: &str) -> bool {
        let mut any = false;
        for pattern in self.value.list_at("spec.sourceRepos").iter().filter_map(Value::as_str) {
            let fit = allows(address(pattern), address(repo_url), Some('/'));
            if !fit && pattern.starts_with('!') {
                return false;
            }
            any |= fit;
        }
        any
    }

    #[inline(never)]
    pub fn permits_destination(&self, namespace: &str) -> bool {
        let mut any = false;
        for item in self.value.list_at("spec.destinations") {
            let (server, name, space) = (item.str_at("server"), item.str_at("name"), item.str_at("namespace"));
            let here = allows(server, SERVER, None);
            let named = allows(name, SERVER_NAME, None);
            let inside = allows(space, namespace, None);
            let denies = |pattern: &str| pattern.starts_with('!');
            if (here || named) && inside {
                any = true;
            } else if (!named && denies(name))
                || (!here && denies(server) && inside)
                || (!inside && denies(space) && here)
            {
                return false;
            }
        }
        any
    }

    /// Whether a kind may be deployed: cluster-wide ones only where they are allowed.
    #[inline(never)]
    pub fn permits_kind(&self, group: &str, kind: &str, name: &str, namespaced: bool) -> bool {
        let spec = self.value.at("spec");
        let listed = |list: &Value, by_name: bool| {
            list.items().iter().any(|item| {
                let wanted = item.str_at("name");
                let like = |pattern: &str, text: &str| pattern == "*" || fits(pattern, text, Some('/'));
                like(item.str_at("kind"), kind)
                    && like(item.str_at("group"), group)
                    && (!by_name || wanted.is_empty() || fits(wanted, name, Some('/')))
            })
        };
        if namespaced {
            let white = spec.at("namespaceResourceWhitelist");
            return (white.is_null() || listed(white, false)) && !listed(spec.at("namespaceResourceBlacklist"), false);
        }
        listed(spec.at("clusterResourceWhitelist"), true) && !listed(spec.at("clusterResourceBlacklist"), true)
    }

    /// Whether an object that is there may belong to an application of this project.
    pub(crate) fn permits_object(&self, group: &str, object: &Object) -> bool {
        let namespaced = !object.namespace().is_empty();
        self.permits_kind(group, object.value.str_at("kind"), object.name(), namespaced)
            && (!namespaced || self.permits_destination(object.namespace()))
    }

    /// What forbids an application: the messages of `InvalidSpecError`.
    #[inline(never)]
    pub fn faults(&self, app: &Value) -> Vec<String> {
        let (repo, to) = (app.str_at("spec.source.repoURL"), app.at("spec.destination"));
        let mut faults = Vec::new();
        if !self.permits_source(repo) {
            faults.push(format!("application repo {repo} is not permitted in project '{}'", self.name));
        }
        let space = to.str_at("namespace");
        if !self.permits_destination(space) {
            let server = if to.str_at("name").is_empty() { SERVER } else { SERVER_NAME };
            let what = format!("application destination server '{server}' and namespace '{space}'");
            faults.push(format!("{what} do not match any of the allowed destinations in project '{}'", self.name));
        }
        faults
    }

    /// Whether nobody asks for objects that no application owns, or applications are warned of them.
    pub fn orphans(&self) -> Option<bool> {
        let settings = self.value.at("spec.orphanedResources");
        (!settings.is_null()).then(|| settings.at("warn").as_bool() != Some(false))
    }

    /// Objects of a namespace that belong to nobody.
    #[inline(never)]
    pub(crate) fn orphans_of(&self, cluster: &Cluster, namespace: &str, known: &dyn Fn(&Object) -> bool) -> Vec<Key> {
        let kinds = cluster.store().kinds();
        let ids: Vec<_> =
            kinds.iter().filter(|info| info.namespaced && is_watched(&info.kind)).map(|info| info.id).collect();
        let mut found = Vec::new();
        for id in ids {
            let info = kinds.info(id);
            for object in cluster.store().all(id, Some(namespace)) {
                let (group, kind, name) = (&*info.group, &*info.kind, object.name());
                let excluded = matches!(
                    (namespace, kind, name),
                    ("default", "Service", "kubernetes")
                        | (_, "ServiceAccount", "default")
                        | (_, "ConfigMap", "kube-root-ca.crt")
                );
                let owned = !object.owners().is_empty();
                let ignored = self.value.list_at("spec.orphanedResources.ignore").iter().any(|item| {
                    let like =
                        |field: &str, text: &str| item.str_at(field).is_empty() || fits(item.str_at(field), text, None);
                    like("kind", kind) && fits(item.str_at("group"), group, None) && like("name", name)
                });
                if !excluded && !owned && !ignored && self.permits_kind(group, kind, name, true) && !known(object) {
                    found.push(object.key.clone());
                }
            }
        }
        found
    }
}

/// Kinds that Argo CD leaves out by its settings (`resource.exclusions`).
pub(crate) fn is_watched(kind: &str) -> bool {
    !matches!(kind, "Endpoints" | "EndpointSlice" | "Event" | "Lease" | "PodMetrics" | "NodeMetrics")
}

impl ArgoCd {
    /// The project of an application; `None` where there is none of its name.
    pub fn project(&self, cluster: &Cluster, app: &Value) -> Option<Project> {
        let name = match app.str_at("spec.project") {
            "" => "default",
            name => name,
        };
        let object = cluster.store().get(self.project_kind, NAMESPACE, name);
        object.map(|object| Project { name: name.into(), value: object.value.clone() })
    }

    pub fn projects<'c>(&self, cluster: &'c Cluster) -> impl Iterator<Item = &'c Arc<Object>> + use<'c> {
        cluster.store().all(self.project_kind, Some(NAMESPACE))
    }
}

#[cfg(test)]
mod tests {
    use super::Project;
    use manifest::Value;

    fn project(spec: &str) -> Project {
        let value = Value::from_yaml(&format!("spec: {spec}")).expect("a valid text");
        Project { name: "team".into(), value }
    }

    #[test]
    fn sources_and_destinations_are_permitted_and_denied() {
        let team = project("{sourceRepos: ['https://forge/team/*', '!https://forge/team/secret']}");
        assert!(team.permits_source("https://forge/team/app.git"));
        assert!(!team.permits_source("https://forge/team/secret"));
        // What is not denied counts as allowed as soon as anything is denied: so it is in Argo CD.
        assert!(team.permits_source("https://forge/other/app"));
        assert!(!project("{sourceRepos: ['https://forge/team/*']}").permits_source("https://forge/other/app"));
        let team =
            project("{destinations: [{server: '*', namespace: 'team-*'}, {name: in-cluster, namespace: shared}]}");
        assert!(team.permits_destination("team-a") && team.permits_destination("shared"));
        assert!(!team.permits_destination("shop"));
        let all_but =
            project("{destinations: [{server: '*', namespace: '!kube-system'}, {server: '*', namespace: '*'}]}");
        assert!(all_but.permits_destination("shop") && !all_but.permits_destination("kube-system"));
    }

    #[test]
    fn cluster_wide_kinds_must_be_allowed_and_others_must_not_be_denied() {
        let team = project(
            "{namespaceResourceBlacklist: [{group: '', kind: ResourceQuota}], clusterResourceWhitelist: [{group: '', kind: Namespace, name: team-*}]}",
        );
        assert!(team.permits_kind("apps", "Deployment", "web", true));
        assert!(!team.permits_kind("", "ResourceQuota", "quota", true));
        assert!(
            team.permits_kind("", "Namespace", "team-a", false) && !team.permits_kind("", "Namespace", "shop", false)
        );
        assert!(!team.permits_kind("rbac.authorization.k8s.io", "ClusterRole", "admin", false));
        let none = project("{namespaceResourceWhitelist: []}");
        assert!(!none.permits_kind("apps", "Deployment", "web", true));
    }
}
