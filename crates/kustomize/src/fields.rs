//! The tables of fields that transformers change (Kustomize v5.5, `internal/konfig/builtinpluginconsts`).

use crate::identity::Gvk;
use crate::places::Field;

/// `path kinds…`; a kind is `Kind`, `group/Kind` or `version@Kind`; `+` in front of the path makes what is missing.
const METADATA_LABELS: &str = "\
+metadata/labels *
+spec/template/metadata/labels v1@ReplicationController Deployment ReplicaSet DaemonSet apps/StatefulSet batch/Job
+spec/volumeClaimTemplates[]/metadata/labels apps/StatefulSet
+spec/jobTemplate/metadata/labels batch/CronJob
+spec/jobTemplate/spec/template/metadata/labels batch/CronJob";

const SELECTORS: &str = "\
+spec/selector v1@Service v1@ReplicationController
+spec/selector/matchLabels Deployment ReplicaSet DaemonSet apps/StatefulSet
spec/selector/matchLabels batch/Job policy/PodDisruptionBudget
spec/jobTemplate/spec/selector/matchLabels batch/CronJob
spec/podSelector/matchLabels networking.k8s.io/NetworkPolicy
spec/ingress/from/podSelector/matchLabels networking.k8s.io/NetworkPolicy
spec/egress/to/podSelector/matchLabels networking.k8s.io/NetworkPolicy
spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels apps/Deployment apps/StatefulSet
spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels apps/Deployment apps/StatefulSet
spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels apps/Deployment apps/StatefulSet
spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels apps/Deployment apps/StatefulSet
spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels apps/Deployment apps/StatefulSet";

const ANNOTATIONS: &str = "\
+metadata/annotations *
+spec/template/metadata/annotations v1@ReplicationController Deployment ReplicaSet DaemonSet StatefulSet batch/Job
+spec/jobTemplate/metadata/annotations batch/CronJob
+spec/jobTemplate/spec/template/metadata/annotations batch/CronJob";

const NAMESPACES: &str = "\
+spec/service/namespace apiregistration.k8s.io/APIService
spec/conversion/webhook/clientConfig/service/namespace apiextensions.k8s.io/CustomResourceDefinition";

const IMAGES: &str = "\
+spec/containers[]/image *
+spec/initContainers[]/image *
+spec/template/spec/containers[]/image *
+spec/template/spec/initContainers[]/image *";

/// In the order in which Kustomize sorts them.
const REPLICAS: &str = "\
+spec/replicas Deployment StatefulSet ReplicaSet ReplicationController";

pub(crate) fn metadata_labels() -> Vec<Field> {
    read(METADATA_LABELS)
}

pub(crate) fn common_labels() -> Vec<Field> {
    let mut all = read(SELECTORS);
    all.extend(metadata_labels());
    all
}

pub(crate) fn annotations() -> Vec<Field> {
    read(ANNOTATIONS)
}

pub(crate) fn namespaces() -> Vec<Field> {
    read(NAMESPACES)
}

pub(crate) fn images() -> Vec<Field> {
    read(IMAGES)
}

pub(crate) fn replicas() -> Vec<Field> {
    read(REPLICAS)
}

/// The kinds of a row as they are written in the tables.
pub(crate) fn kind_of(text: &str) -> Gvk {
    let (group, rest) = text.split_once('/').unwrap_or(("", text));
    let (version, kind) = rest.split_once('@').unwrap_or(("", rest));
    let kind = if kind == "*" { "" } else { kind };
    Gvk { group: group.into(), version: version.into(), kind: kind.into() }
}

fn read(table: &str) -> Vec<Field> {
    let mut all = Vec::new();
    for line in table.lines() {
        let mut words = line.split(' ');
        let path = words.next().unwrap_or("");
        let bare = path.trim_start_matches('+');
        for kind in words {
            all.push(Field { gvk: kind_of(kind), path: bare.into(), create: bare.len() < path.len() });
        }
    }
    all
}
