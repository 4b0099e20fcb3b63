//! The order in which a sync applies: wave, then kind, then name (gitops-engine `pkg/sync/sync_tasks.go`).

use manifest::Value;

const KINDS: &[&str] = &[
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "CustomResourceDefinitionList",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
];

/// Smaller is applied earlier.
pub fn sort_key(object: &Value) -> (i64, usize, String) {
    let annotation =
        |name: &str| object.at("metadata").get("annotations").and_then(|all| all.get(name)).and_then(Value::as_str);
    let wave = annotation("argocd.argoproj.io/sync-wave")
        .or_else(|| annotation("helm.sh/hook-weight"))
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let kind = object.str_at("kind");
    let place = KINDS.iter().position(|known| *known == kind).unwrap_or(KINDS.len());
    (wave, place, object.str_at("metadata.name").to_string())
}
