//! The built-in kinds, a row each. A new one is a row here with its defaulting, validation and printing, an id in
//! `mod.rs`, and its fields in `schema/fields.txt`.

use super::Behaviour;
use crate::defaults;
use crate::printers::{self, Printer};
use crate::status::FieldError;
use crate::validate;
use manifest::Value;

/// Lives in a namespace.
pub(super) const SPACED: u8 = 1;
/// `kubectl get all` lists it.
pub(super) const ALL: u8 = 2;
/// Its status is written by its own door.
pub(super) const STATUS: u8 = 4;
/// Its generation counts changes of the spec.
const COUNTED: u8 = 8;

pub(super) struct Row {
    pub info: (&'static str, &'static str, &'static str, &'static str, &'static str),
    flags: u8,
    pub behaviour: Behaviour,
}

impl Row {
    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

const fn row(
    info: (&'static str, &'static str, &'static str, &'static str, &'static str),
    flags: u8,
    default: fn(&mut Value),
    validate: fn(&Value, Option<&Value>) -> Vec<FieldError>,
    print: Printer,
) -> Row {
    Row { info, flags, behaviour: Behaviour { default, validate, print, generation: flags & COUNTED != 0 } }
}

const ADMISSION: &str = "admissionregistration.k8s.io";
const RBAC: &str = "rbac.authorization.k8s.io";

/// In the order of their ids: (group, version, kind, plural, short names).
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(("", "v1", "Namespace", "namespaces", "ns"), STATUS,
        defaults::namespace, validate::namespace, printers::NAMESPACE),
    row(("", "v1", "Node", "nodes", "no"), STATUS, defaults::node, validate::node, printers::NODE),
    row(("", "v1", "Pod", "pods", "po"), SPACED | ALL | STATUS, defaults::pod, validate::pod, printers::POD),
    row(("apps", "v1", "ReplicaSet", "replicasets", "rs"), SPACED | ALL | STATUS | COUNTED,
        defaults::replica_set, validate::replica_set, printers::REPLICA_SET),
    row(("apps", "v1", "Deployment", "deployments", "deploy"), SPACED | ALL | STATUS | COUNTED,
        defaults::deployment, validate::deployment, printers::DEPLOYMENT),
    row(("", "v1", "Service", "services", "svc"), SPACED | ALL | STATUS,
        defaults::service, validate::service, printers::SERVICE),
    row(("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", ""), SPACED | COUNTED,
        defaults::endpoint_slice, validate::endpoint_slice, printers::ENDPOINT_SLICE),
    row(("", "v1", "ConfigMap", "configmaps", "cm"), SPACED,
        defaults::nothing, validate::config_map, printers::CONFIG_MAP),
    row(("", "v1", "Event", "events", "ev"), SPACED, defaults::nothing, validate::nothing, printers::EVENT),
    row(("", "v1", "Secret", "secrets", ""), SPACED, defaults::secret, validate::secret, printers::SECRET),
    row(("", "v1", "ServiceAccount", "serviceaccounts", "sa"), SPACED,
        defaults::nothing, validate::nothing, printers::SERVICE_ACCOUNT),
    row(("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa"), SPACED | ALL | STATUS,
        defaults::autoscaler, validate::autoscaler, printers::AUTOSCALER),
    row(("batch", "v1", "Job", "jobs", ""), SPACED | ALL | STATUS | COUNTED,
        defaults::job, validate::job, printers::JOB),
    row(("batch", "v1", "CronJob", "cronjobs", "cj"), SPACED | ALL | STATUS | COUNTED,
        defaults::cron_job, validate::cron_job, printers::CRON_JOB),
    row(("apps", "v1", "StatefulSet", "statefulsets", "sts"), SPACED | ALL | STATUS | COUNTED,
        defaults::stateful_set, validate::stateful_set, printers::STATEFUL_SET),
    row(("apps", "v1", "DaemonSet", "daemonsets", "ds"), SPACED | ALL | STATUS | COUNTED,
        defaults::daemon_set, validate::daemon_set, printers::DAEMON_SET),
    row(("apps", "v1", "ControllerRevision", "controllerrevisions", ""), SPACED,
        defaults::nothing, validate::nothing, printers::CONTROLLER_REVISION),
    row(("", "v1", "PersistentVolume", "persistentvolumes", "pv"), STATUS,
        defaults::volume, validate::volume, printers::VOLUME),
    row(("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc"), SPACED | STATUS,
        defaults::claim, validate::claim, printers::CLAIM),
    row(("storage.k8s.io", "v1", "StorageClass", "storageclasses", "sc"), 0,
        defaults::storage_class, validate::storage_class, printers::STORAGE_CLASS),
    row(("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb"), SPACED | STATUS | COUNTED,
        defaults::nothing, validate::budget, printers::BUDGET),
    row(("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "pc"), COUNTED,
        defaults::priority_class, validate::priority_class, printers::PRIORITY_CLASS),
    row(("", "v1", "ResourceQuota", "resourcequotas", "quota"), SPACED | STATUS,
        defaults::quota, validate::nothing, printers::QUOTA),
    row(("", "v1", "LimitRange", "limitranges", "limits"), SPACED,
        defaults::limit_range, validate::nothing, printers::LIMIT_RANGE),
    row((RBAC, "v1", "Role", "roles", ""), SPACED, defaults::nothing, validate::role, printers::ROLE),
    row((RBAC, "v1", "RoleBinding", "rolebindings", ""), SPACED,
        defaults::binding, validate::binding, printers::BINDING),
    row((RBAC, "v1", "ClusterRole", "clusterroles", ""), 0, defaults::nothing, validate::role, printers::ROLE),
    row((RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", ""), 0,
        defaults::binding, validate::binding, printers::BINDING),
    row(("networking.k8s.io", "v1", "Ingress", "ingresses", "ing"), SPACED | STATUS | COUNTED,
        defaults::ingress, validate::ingress, printers::INGRESS),
    row(("networking.k8s.io", "v1", "IngressClass", "ingressclasses", ""), COUNTED,
        defaults::nothing, validate::nothing, printers::INGRESS_CLASS),
    row(("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "netpol"), SPACED | COUNTED,
        defaults::network_policy, validate::network_policy, printers::NETWORK_POLICY),
    row(("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", "crd,crds"),
        STATUS | COUNTED, defaults::definition, validate::definition, printers::DEFINITION),
    row(("", "v1", "Endpoints", "endpoints", "ep"), SPACED,
        defaults::nothing, validate::endpoints, printers::ENDPOINTS),
    row(("", "v1", "ReplicationController", "replicationcontrollers", "rc"), SPACED | ALL | STATUS | COUNTED,
        defaults::replication_controller, validate::replication_controller, printers::REPLICA_SET),
    row(("apiregistration.k8s.io", "v1", "APIService", "apiservices", ""), STATUS,
        defaults::api_service, validate::api_service, printers::API_SERVICE),
    // Unlike kubernetes: webhooks are stored, and none is called.
    row((ADMISSION, "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", ""), COUNTED,
        defaults::validating_webhooks, validate::webhooks, printers::WEBHOOKS),
    row((ADMISSION, "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", ""), COUNTED,
        defaults::mutating_webhooks, validate::webhooks, printers::WEBHOOKS),
];
