//! Which lists a strategic merge matches item by item: the patch strategies of Kustomize's built-in schema (Kubernetes 1.21).

/// `Type: field->Type field=key field=key+key …`. A field with keys is a list that merges; `=*` merges plain values.
const TYPES: &str = "\
Workload: metadata->Meta spec->WorkloadSpec status->Conditions
WorkloadSpec: template->Template
CronJob: metadata->Meta spec->CronJobSpec
CronJobSpec: jobTemplate->Workload
Template: metadata->Meta spec->PodSpec
PodTemplate: metadata->Meta template->Template
Pod: metadata->Meta spec->PodSpec status->PodStatus
PodStatus: conditions=type podIPs=ip
PodSpec: containers->Container containers=name initContainers->Container initContainers=name \
ephemeralContainers->Container ephemeralContainers=name volumes=name imagePullSecrets=name hostAliases=ip \
topologySpreadConstraints=topologyKey+whenUnsatisfiable
Container: env=name ports=containerPort+protocol volumeMounts=mountPath volumeDevices=devicePath
Service: metadata->Meta spec->ServiceSpec status->Conditions
ServiceSpec: ports=port+protocol
ServiceAccount: metadata->Meta secrets=name
Webhooks: metadata->Meta webhooks=name
Node: metadata->Meta spec->NodeSpec status->NodeStatus
NodeSpec: podCIDRs=*
NodeStatus: conditions=type addresses=type
WithConditions: metadata->Meta status->Conditions
Conditions: conditions=type
Other: metadata->Meta
Meta: finalizers=* ownerReferences=uid";

/// A place in an object; nothing where the schema knows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schema(Option<&'static str>);

impl Schema {
    /// Of a whole object.
    pub fn of(api_version: &str, kind: &str) -> Self {
        Self(match (api_version, kind) {
            ("apps/v1", "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet") => Some("Workload"),
            ("batch/v1", "Job") | ("v1", "ReplicationController") => Some("Workload"),
            ("batch/v1" | "batch/v1beta1", "CronJob") => Some("CronJob"),
            ("v1", "Pod") => Some("Pod"),
            ("v1", "PodTemplate") => Some("PodTemplate"),
            ("v1", "Service") => Some("Service"),
            ("v1", "ServiceAccount") => Some("ServiceAccount"),
            ("v1", "Node") => Some("Node"),
            ("v1", "Namespace" | "PersistentVolumeClaim") => Some("WithConditions"),
            ("policy/v1" | "policy/v1beta1", "PodDisruptionBudget") => Some("WithConditions"),
            (
                "admissionregistration.k8s.io/v1" | "admissionregistration.k8s.io/v1beta1",
                "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
            ) => Some("Webhooks"),
            (
                "v1" | "autoscaling/v1" | "networking.k8s.io/v1" | "rbac.authorization.k8s.io/v1" | "storage.k8s.io/v1",
                _,
            ) => Some("Other"),
            _ => None,
        })
    }

    fn row(self, field: &str) -> impl Iterator<Item = &'static str> {
        let mut lines = TYPES.lines().filter_map(|line| line.split_once(": "));
        let row = self.0.and_then(|name| lines.find(|(have, _)| *have == name)).map_or("", |(_, row)| row);
        let field = field.to_string();
        row.split(' ').filter_map(move |word| word.strip_prefix(&field)).filter(|rest| rest.starts_with(['-', '=']))
    }

    /// Of a field, or of the items of a list in it.
    pub fn field(self, field: &str) -> Self {
        Self(self.row(field).find_map(|rest| rest.strip_prefix("->")))
    }

    /// The keys by which a list's items are matched; `*` alone for plain values.
    pub fn keys(self, field: &str) -> Option<Vec<&'static str>> {
        self.row(field).find_map(|rest| Some(rest.strip_prefix('=')?.split('+').collect()))
    }
}
