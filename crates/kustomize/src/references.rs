//! Name references: where one resource names another, the name follows (Kustomize v5.5, `filters/nameref`).

use crate::failure::{Done, failed};
use crate::fields::kind_of;
use crate::identity::{Gvk, Id};
use crate::places::{Field, Make, visit};
use crate::resource::{Resource, text_of};
use manifest::Value;
use order::OrdSet;

/// `kind: path kinds…; …`, in the order in which Kustomize sorts the kinds. `POD` is a path in a pod's spec, wherever a kind
/// has one: `POD` alone for those of ConfigMaps and Secrets, `POD2` for those of the rest.
const TABLE: &str = "\
v1@ServiceAccount: subjects rbac.authorization.k8s.io/RoleBinding rbac.authorization.k8s.io/ClusterRoleBinding; POD2:serviceAccountName
rbac.authorization.k8s.io/Role: roleRef/name rbac.authorization.k8s.io/RoleBinding
rbac.authorization.k8s.io/ClusterRole: roleRef/name rbac.authorization.k8s.io/RoleBinding rbac.authorization.k8s.io/ClusterRoleBinding
v1@ConfigMap: POD:volumes/configMap/name; POD:containers/env/valueFrom/configMapKeyRef/name; \
POD:initContainers/env/valueFrom/configMapKeyRef/name; POD:containers/envFrom/configMapRef/name; \
POD:initContainers/envFrom/configMapRef/name; POD:volumes/projected/sources/configMap/name; spec/configSource/configMap Node; \
rules/resourceNames Role ClusterRole; metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap Ingress
v1@Secret: POD:volumes/secret/secretName; POD:containers/env/valueFrom/secretKeyRef/name; \
POD:initContainers/env/valueFrom/secretKeyRef/name; POD:containers/envFrom/secretRef/name; \
POD:initContainers/envFrom/secretRef/name; POD:imagePullSecrets/name; POD:volumes/projected/sources/secret/name; \
spec/tls/secretName Ingress; metadata/annotations/ingress.kubernetes.io\\/auth-secret Ingress; \
metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret Ingress; \
metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret Ingress; imagePullSecrets/name ServiceAccount; \
parameters/secretName StorageClass; parameters/adminSecretName StorageClass; parameters/userSecretName StorageClass; \
parameters/secretRef StorageClass; rules/resourceNames Role ClusterRole; \
spec/template/spec/containers/env/valueFrom/secretKeyRef/name serving.knative.dev/v1@Service; spec/azureFile/secretName PersistentVolume
v1@Service: spec/serviceName apps/StatefulSet; spec/rules/http/paths/backend/serviceName Ingress; \
spec/backend/serviceName Ingress; spec/rules/http/paths/backend/service/name Ingress; \
spec/defaultBackend/service/name Ingress; spec/service/name apiregistration.k8s.io/APIService; webhooks/clientConfig/service \
admissionregistration.k8s.io/ValidatingWebhookConfiguration admissionregistration.k8s.io/MutatingWebhookConfiguration
scheduling.k8s.io/v1@PriorityClass: POD2:priorityClassName
v1@PersistentVolume: spec/volumeName PersistentVolumeClaim; rules/resourceNames ClusterRole
v1@PersistentVolumeClaim: POD2:volumes/persistentVolumeClaim/claimName
Deployment: spec/scaleTargetRef/name HorizontalPodAutoscaler
StatefulSet: spec/scaleTargetRef/name HorizontalPodAutoscaler
admissionregistration.k8s.io/ValidatingAdmissionPolicy: spec/policyName admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding
storage.k8s.io/v1@StorageClass: spec/storageClassName PersistentVolume PersistentVolumeClaim; \
spec/volumeClaimTemplates/spec/storageClassName StatefulSet
ReplicaSet: spec/scaleTargetRef/name HorizontalPodAutoscaler
ReplicationController: spec/scaleTargetRef/name HorizontalPodAutoscaler";

/// Where kinds have a pod's spec. `*`: only for the names of the row's second kind of path, `-`: only for the first.
const PODS: &str = "\
spec Pod
template/spec -PodTemplate
spec/template/spec Deployment -ReplicaSet DaemonSet StatefulSet Job *ReplicationController
spec/jobTemplate/spec/template/spec CronJob";

/// Every field that may name another resource, with the kind that it names.
fn table() -> Vec<(Gvk, Field)> {
    let mut all = Vec::new();
    for line in TABLE.lines() {
        let Some((target, rows)) = line.split_once(": ") else { continue };
        for row in rows.split("; ") {
            let mut add = |path: String, kind: &str| {
                all.push((kind_of(target), Field { gvk: kind_of(kind), path, create: false }));
            };
            let Some((class, path)) = row.split_once(':').filter(|(class, _)| class.starts_with("POD")) else {
                let mut words = row.split(' ');
                let path = words.next().unwrap_or("");
                words.for_each(|kind| add(path.to_string(), kind));
                continue;
            };
            let other = if class == "POD" { '*' } else { '-' };
            for pods in PODS.lines() {
                let mut words = pods.split(' ');
                let spec = words.next().unwrap_or("");
                for kind in words.filter(|kind| !kind.starts_with(other)) {
                    add([spec, "/", path].concat(), kind.trim_start_matches(['*', '-']));
                }
            }
        }
    }
    all
}

/// Lets every name follow.
pub(crate) fn follow(all: &mut [Resource]) -> Done<()> {
    let table = table();
    let ids: Vec<Known> = all.iter().map(Known::of).collect();
    for at in 0..all.len() {
        let first = ids[at].prior.first().unwrap_or(&ids[at].now).gvk.clone();
        let mut changed = all[at].clone();
        let near = reachable(&all[at], at, &ids);
        for (target, field) in table.iter().filter(|(_, field)| first.selected_by(&field.gvk)) {
            let search = Search { all, ids: &ids, near: &near, at, target, path: &field.path };
            let here = Field { gvk: Gvk::default(), ..field.clone() };
            visit(&mut changed, &here, Make::Nothing, &mut |value| search.set(value)).map_err(|failure| {
                let owner = ids[at].now.shown();
                failure.within(&["updating name reference in '", &field.path, "' field of '", &owner, "'"].concat())
            })?;
        }
        all[at].value = changed.value;
    }
    Ok(())
}

/// The ids of a resource, computed once.
struct Known {
    now: Id,
    prior: Vec<Id>,
}

impl Known {
    fn of(resource: &Resource) -> Self {
        Self { now: resource.id(), prior: resource.prior_ids().collect() }
    }
}

/// Which resources one may name at all.
fn reachable(referrer: &Resource, at: usize, ids: &[Known]) -> Vec<usize> {
    let mine = &ids[at].now;
    let mut namespaces: OrdSet<String> = OrdSet::new();
    if mine.gvk.kind == "RoleBinding" {
        let accounts = referrer.value.list_at("subjects").iter().filter(|one| one.str_at("kind") == "ServiceAccount");
        namespaces.extend(accounts.map(|one| one.str_at("namespace").to_string()));
    }
    let near = |other: &Id| {
        mine.cluster_scoped
            || other.cluster_scoped
            || other.same_namespace(mine)
            || namespaces.contains(&other.namespace)
    };
    (0..ids.len()).filter(|index| near(&ids[*index].now)).collect()
}

/// The search for what one field of one resource means.
struct Search<'s> {
    all: &'s [Resource],
    ids: &'s [Known],
    near: &'s [usize],
    at: usize,
    target: &'s Gvk,
    path: &'s str,
}

impl Search<'_> {
    fn set(&self, value: &mut Value) -> Done<()> {
        match value {
            Value::Null => Ok(()),
            Value::Map(_) => self.set_map(value),
            Value::List(_) => value.make_list().iter_mut().try_for_each(|item| match item {
                Value::Null => Ok(()),
                Value::Map(_) => self.set_map(item),
                Value::List(_) => failed(&["expected to be either a string or a map of string"]),
                scalar => self.set_scalar(scalar),
            }),
            scalar => self.set_scalar(scalar),
        }
    }

    fn set_scalar(&self, value: &mut Value) -> Done<()> {
        let old = text_of(value);
        if let Some(found) = self.select(&old, self.near, false)? {
            let name = self.all[found].name();
            if name != old {
                *value = name.into();
            }
        }
        Ok(())
    }

    /// A map with `name` and perhaps `namespace`: both are set.
    fn set_map(&self, value: &mut Value) -> Done<()> {
        let Some(name) = value.get("name") else {
            return failed(&["path config error; no 'name' field in node"]);
        };
        let old = text_of(name);
        let mut near = self.near.to_vec();
        if let Some(namespace) = value.get("namespace") {
            let namespace = text_of(namespace);
            let first = |at: &usize| self.ids[*at].prior.first().unwrap_or(&self.ids[*at].now).effective_namespace();
            let at_first: Vec<usize> = near.iter().copied().filter(|at| first(at) == namespace).collect();
            if at_first.is_empty() {
                near.retain(|at| self.ids[*at].now.effective_namespace() == namespace);
            } else {
                near = at_first;
            }
        }
        let Some(found) = self.select(&old, &near, true)? else { return Ok(()) };
        let (name, namespace) = (self.all[found].name(), self.all[found].namespace());
        value.put("name", name);
        if !namespace.is_empty() {
            value.put("namespace", namespace);
        }
        Ok(())
    }

    /// The one resource that had this name.
    fn select(&self, old: &str, near: &[usize], with_namespace: bool) -> Done<Option<usize>> {
        let role = self.role();
        let mine = &self.ids[self.at].now;
        let fits = |at: &usize| {
            let known = &self.ids[*at];
            let was = |test: &dyn Fn(&Id) -> bool| known.prior.iter().any(test);
            was(&|id| id.name == old)
                && was(&|id| id.gvk.selected_by(self.target))
                && role.as_ref().is_none_or(|role| was(&|id| id.gvk.selected_by(role)))
                && (mine.cluster_scoped
                    || known.now.cluster_scoped
                    || known.now.gvk.kind == "ServiceAccount"
                    || mine.same_namespace(&known.now))
        };
        let mut found: Vec<usize> = near.iter().copied().filter(fits).collect();
        if found.len() > 1 {
            found.retain(|at| self.same_affixes(*at, true));
        }
        if found.len() > 1 {
            found.retain(|at| self.same_affixes(*at, false));
        }
        let Some(first) = found.first().copied() else { return Ok(None) };
        let named = |at: usize| {
            let id = &self.ids[at].now;
            (&id.name, if with_namespace { id.namespace.as_str() } else { "" })
        };
        if found.iter().all(|at| named(*at) == named(first)) {
            return Ok(Some(first));
        }
        let ids: Vec<String> = found.iter().map(|at| self.ids[*at].now.shown()).collect();
        let mut details =
            ["\n**** Too many possible referral targets to referrer:\n", &self.all[self.at].value.to_yaml()].concat();
        for (index, at) in found.iter().enumerate() {
            let one = ["\n--- possible referral ", &index.to_string(), ":\n", &self.all[*at].value.to_yaml()].concat();
            details.push_str(&one);
        }
        details.push('\n');
        failed(&["found multiple possible referrals: ", &ids.join(", "), "\n", &details])
    }

    /// A role reference says by itself which kind it means.
    fn role(&self) -> Option<Gvk> {
        let role = self.all[self.at].value.get("roleRef").filter(|_| self.path.ends_with("roleRef/name"))?;
        let text = |field: &str| Some(text_of(role.get(field)?));
        Some(Gvk { group: text("apiGroup")?, version: String::new(), kind: text("kind")? })
    }

    fn same_affixes(&self, at: usize, none_fits: bool) -> bool {
        let (mine, other) = (&self.all[self.at], &self.all[at]);
        let same = |a: &[String], b: &[String]| {
            let (short, long) = if a.len() > b.len() { (b, a) } else { (a, b) };
            if short.is_empty() { none_fits || long.is_empty() } else { long.ends_with(short) }
        };
        same(&mine.prefixes, &other.prefixes) && same(&mine.suffixes, &other.suffixes)
    }
}
