//! The kinds of Argo Rollouts, and its installation (the manifests of v1.8). Schemas know the fields of a spec and their
//! types; what is deeper is looked at by the controller.

use crate::flux::{fill, parts};
use cluster::{Cluster, KindId, Status, Writer};
use manifest::Value;
use sim::Sim;

/// A kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub kind: &'static str,
    pub plural: &'static str,
    short: &'static str,
    scope: &'static str,
    columns: &'static str,
    fields: &'static str,
}

pub const ROLLOUT: usize = 0;
pub const ANALYSIS_RUN: usize = 1;
pub const TEMPLATE: usize = 2;
pub const CLUSTER_TEMPLATE: usize = 3;
pub const EXPERIMENT: usize = 4;

const ANALYSIS: &str = "metrics[] args[] dryRun[] measurementRetention[] templates[]";

pub const ROWS: [Row; 5] = [
    Row {
        kind: "Rollout",
        plural: "rollouts",
        short: "ro",
        scope: "Namespaced",
        columns: "Desired=.spec.replicas Current=.status.replicas Up-to-date=.status.updatedReplicas \
                  Available=.status.availableReplicas AGE",
        fields: "replicas# selector* template* workloadRef* strategy* minReadySeconds# paused? progressDeadlineSeconds# \
                 progressDeadlineAbort? revisionHistoryLimit# restartAt rollbackWindow* analysis*",
    },
    Row {
        kind: "AnalysisRun",
        plural: "analysisruns",
        short: "ar",
        scope: "Namespaced",
        columns: "Status=.status.phase AGE",
        fields: "metrics[]! args[] dryRun[] measurementRetention[] terminate? ttlStrategy*",
    },
    Row {
        kind: "AnalysisTemplate",
        plural: "analysistemplates",
        short: "at",
        scope: "Namespaced",
        columns: "AGE",
        fields: ANALYSIS,
    },
    Row {
        kind: "ClusterAnalysisTemplate",
        plural: "clusteranalysistemplates",
        short: "cat",
        scope: "Cluster",
        columns: "AGE",
        fields: ANALYSIS,
    },
    Row {
        kind: "Experiment",
        plural: "experiments",
        short: "exp",
        scope: "Namespaced",
        columns: "Status=.status.phase AGE",
        fields: "templates[]! analyses[] duration progressDeadlineSeconds# terminate? scaleDownDelaySeconds#",
    },
];

pub(crate) const GROUP: &str = "argoproj.io/v1alpha1";
/// Where the controller runs.
pub const NAMESPACE: &str = "argo-rollouts";
pub const CONTROLLER: &str = "argo-rollouts";
pub const VERSION: &str = "v1.8.3";

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: PLURAL.argoproj.io
  labels: {app.kubernetes.io/part-of: argo-rollouts}
spec:
  group: argoproj.io
  names: {kind: KIND, listKind: KINDList, plural: PLURAL, singular: SINGULAR, shortNames: [SHORT]}
  scope: SCOPE
  versions:
  - name: v1alpha1
    served: true
    storage: true
    subresources: {SUBRESOURCES}
    additionalPrinterColumns: [COLUMNS]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {PROPERTIES}, required: [REQUIRED]}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
";

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: argo-rollouts
  namespace: argo-rollouts
  labels: {app.kubernetes.io/component: rollouts-controller, app.kubernetes.io/name: argo-rollouts, app.kubernetes.io/part-of: argo-rollouts}
spec:
  replicas: 1
  selector: {matchLabels: {app.kubernetes.io/name: argo-rollouts}}
  strategy: {type: Recreate}
  template:
    metadata: {labels: {app.kubernetes.io/name: argo-rollouts}}
    spec:
      containers:
      - name: argo-rollouts
        image: quay.io/argoproj/argo-rollouts:TAG
        ports: [{name: metrics, containerPort: 8090}, {name: healthz, containerPort: 8080}]
        livenessProbe: {httpGet: {path: /healthz, port: healthz}, initialDelaySeconds: 30, periodSeconds: 20}
        readinessProbe: {httpGet: {path: /metrics, port: metrics}, initialDelaySeconds: 10, periodSeconds: 5, timeoutSeconds: 4}
";

impl Row {
    fn definition(&self) -> Value {
        let (columns, properties, required) = parts(self.columns, self.fields);
        let rollout = self.kind == "Rollout";
        let scale = "scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.HPAReplicas, \
                     labelSelectorPath: .status.selector}, status: {}";
        let filled = [
            ("KIND", self.kind),
            ("PLURAL", self.plural),
            ("SINGULAR", &self.kind.to_lowercase()),
            ("SHORT", self.short),
            ("SCOPE", self.scope),
            ("SUBRESOURCES", if rollout { scale } else { "" }),
            ("COLUMNS", &columns),
            ("PROPERTIES", &properties),
            ("REQUIRED", &required),
        ];
        fill(DEFINITION, &filled)
    }
}

/// A kind as the cluster knows it; nothing where its definition is not there.
pub fn kind_of(cluster: &Cluster, row: usize) -> Option<KindId> {
    cluster.store().kinds().of_manifest(GROUP, ROWS.get(row)?.kind).map(|info| info.id)
}

/// Puts Argo Rollouts into a cluster. What is there already is an error.
pub fn install(cluster: &mut Cluster, sim: &mut Sim, writer: &Writer) -> Result<(), Status> {
    let namespace = fill("metadata: {name: argo-rollouts}", &[]);
    cluster.create(sim, cluster::NAMESPACE, "", namespace, writer)?;
    for row in &ROWS {
        cluster.create(sim, cluster::CUSTOMRESOURCEDEFINITION, "", row.definition(), writer)?;
    }
    cluster.create(sim, cluster::DEPLOYMENT, NAMESPACE, fill(DEPLOYMENT, &[("TAG", VERSION)]), writer)?;
    Ok(())
}
