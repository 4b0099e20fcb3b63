//! `flux install`: the namespace, the definitions of the kinds, and the controllers as Deployments (Flux 2.7.4).

use super::kinds::ROWS;
use cluster::{Cluster, Status, Writer};
use manifest::Value;
use sim::Sim;

/// Where the controllers run, and where `flux` looks if nobody says another namespace.
pub const NAMESPACE: &str = "flux-system";
pub const VERSION: &str = "v2.7.4";
pub const PART_OF: &str = "app.kubernetes.io/part-of";

/// The controllers with their versions.
pub const COMPONENTS: [(&str, &str); 6] = [
    ("helm-controller", "v1.4.4"),
    ("image-automation-controller", "v1.0.4"),
    ("image-reflector-controller", "v1.0.4"),
    ("kustomize-controller", "v1.7.3"),
    ("notification-controller", "v1.7.5"),
    ("source-controller", "v1.7.4"),
];

const LABELS: &str =
    "app.kubernetes.io/instance: flux-system, app.kubernetes.io/part-of: flux, app.kubernetes.io/version: v2.7.4";

const CONTROLLER: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME
  namespace: flux-system
  labels: {LABELS, app.kubernetes.io/component: NAME, control-plane: controller}
spec:
  replicas: 1
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME, app.kubernetes.io/part-of: flux}}
    spec:
      terminationGracePeriodSeconds: 10
      containers:
      - name: manager
        image: ghcr.io/fluxcd/NAME:TAG
        args: [--watch-all-namespaces=true, --log-level=info, --log-encoding=json]
        ports: [{name: healthz, containerPort: 9440, protocol: TCP}]
        livenessProbe: {httpGet: {path: /healthz, port: healthz}}
        readinessProbe: {httpGet: {path: /readyz, port: healthz}}
        resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 1000m, memory: 1Gi}}
";

/// A text with values in the place of its words, read.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> Value {
    let text = text.replace("LABELS", LABELS);
    let text = values.iter().fold(text, |text, (word, value)| text.replace(word, value));
    let read = Value::from_yaml(&text);
    debug_assert!(read.is_ok(), "{text}");
    read.unwrap_or_default()
}

/// Puts Flux into a cluster. What is there already is an error, as it is of `create`.
pub fn install(cluster: &mut Cluster, sim: &mut Sim, writer: &Writer) -> Result<(), Status> {
    let namespace = fill("metadata: {name: flux-system, labels: {LABELS}}", &[]);
    cluster.create(sim, cluster::NAMESPACE, "", namespace, writer)?;
    for row in &ROWS {
        cluster.create(sim, cluster::CUSTOMRESOURCEDEFINITION, "", row.definition(), writer)?;
    }
    for (name, version) in COMPONENTS {
        let deployment = fill(CONTROLLER, &[("NAME", name), ("TAG", version)]);
        cluster.create(sim, cluster::DEPLOYMENT, NAMESPACE, deployment, writer)?;
    }
    Ok(())
}
