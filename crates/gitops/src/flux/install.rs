//! `flux install`: the namespace, the definitions of the kinds, and the controllers as Deployments (Flux 2.7.4).

use super::kinds::ROWS;
use cluster::{Cluster, Status, Writer};
use manifest::{Value, object};
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

fn labels() -> Value {
    object! {
        "app.kubernetes.io/instance" => NAMESPACE, "app.kubernetes.io/part-of" => "flux", "app.kubernetes.io/version" => VERSION,
    }
}

fn controller(name: &str, version: &str) -> Value {
    let mut own = labels();
    own.put("app.kubernetes.io/component", name);
    own.put("control-plane", "controller");
    let probe = |path: &str| object! { "httpGet" => object! { "path" => path, "port" => "healthz" } };
    let container = object! {
        "name" => "manager",
        "image" => ["ghcr.io/fluxcd/", name, ":", version].concat(),
        "args" => ["--watch-all-namespaces=true", "--log-level=info", "--log-encoding=json"].map(Value::from).into_iter().collect::<Value>(),
        "ports" => Value::list(vec![object! { "name" => "healthz", "containerPort" => 9440, "protocol" => "TCP" }]),
        "livenessProbe" => probe("/healthz"),
        "readinessProbe" => probe("/readyz"),
        "resources" => object! {
            "requests" => object! { "cpu" => "100m", "memory" => "64Mi" },
            "limits" => object! { "cpu" => "1000m", "memory" => "1Gi" },
        },
    };
    let mut pod = object! { "app" => name };
    pod.put(PART_OF, "flux");
    object! {
        "apiVersion" => "apps/v1",
        "kind" => "Deployment",
        "metadata" => object! { "name" => name, "namespace" => NAMESPACE, "labels" => own },
        "spec" => object! {
            "replicas" => 1,
            "selector" => object! { "matchLabels" => object! { "app" => name } },
            "template" => object! {
                "metadata" => object! { "labels" => pod },
                "spec" => object! { "containers" => Value::list(vec![container]), "terminationGracePeriodSeconds" => 10 },
            },
        },
    }
}

/// Puts Flux into a cluster. What is there already is an error, as it is of `create`.
pub fn install(cluster: &mut Cluster, sim: &mut Sim, writer: &Writer) -> Result<(), Status> {
    let namespace = object! { "metadata" => object! { "name" => NAMESPACE, "labels" => labels() } };
    cluster.create(sim, cluster::NAMESPACE, "", namespace, writer)?;
    for row in &ROWS {
        let mut definition = row.definition();
        let mut own = labels();
        own.put("app.kubernetes.io/component", row.controller);
        definition.set("metadata.labels", own);
        cluster.create(sim, cluster::CUSTOMRESOURCEDEFINITION, "", definition, writer)?;
    }
    for (name, version) in COMPONENTS {
        cluster.create(sim, cluster::DEPLOYMENT, NAMESPACE, controller(name, version), writer)?;
    }
    Ok(())
}
