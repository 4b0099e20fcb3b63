//! `kubectl apply -f controller.yaml`: the kind's definition, the controller and its service (sealed-secrets 0.36).

use super::engine::{NAMESPACE, SERVICE};
use cluster::{Cluster, Status, Writer};
use manifest::Value;
use sim::Sim;

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: sealedsecrets.bitnami.com}
spec:
  group: bitnami.com
  names: {kind: SealedSecret, listKind: SealedSecretList, plural: sealedsecrets, singular: sealedsecret}
  scope: Namespaced
  versions:
  - name: v1alpha1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns:
    - {jsonPath: '.status.conditions[0].message', name: Status, type: string}
    - {jsonPath: '.status.conditions[0].status', name: Synced, type: string}
    - {jsonPath: .metadata.creationTimestamp, name: Age, type: date}
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [encryptedData]
            properties:
              data: {type: string, format: byte}
              encryptedData: {type: object, x-kubernetes-preserve-unknown-fields: true}
              template:
                type: object
                properties:
                  data: {type: object, nullable: true, additionalProperties: {type: string}}
                  immutable: {type: boolean}
                  metadata: {type: object, nullable: true, x-kubernetes-preserve-unknown-fields: true}
                  type: {type: string}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
";

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: sealed-secrets-controller
  namespace: kube-system
  labels: {name: sealed-secrets-controller}
spec:
  replicas: 1
  minReadySeconds: 30
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}
  selector: {matchLabels: {name: sealed-secrets-controller}}
  template:
    metadata: {labels: {name: sealed-secrets-controller}}
    spec:
      containers:
      - name: sealed-secrets-controller
        image: docker.io/bitnami/sealed-secrets-controller:0.36.6
        command: [controller]
        ports: [{name: http, containerPort: 8080}, {name: metrics, containerPort: 8081}]
        livenessProbe: {httpGet: {path: /healthz, port: http}}
        readinessProbe: {httpGet: {path: /healthz, port: http}}
";

const SERVICE_TEXT: &str = "apiVersion: v1
kind: Service
metadata:
  name: sealed-secrets-controller
  namespace: kube-system
  labels: {name: sealed-secrets-controller}
spec:
  type: ClusterIP
  selector: {name: sealed-secrets-controller}
  ports: [{name: http, port: 8080, targetPort: 8080}]
";

fn read(text: &str) -> Value {
    let read = Value::from_yaml(text);
    debug_assert!(read.is_ok(), "{text}");
    read.unwrap_or_default()
}

/// Puts the controller into a cluster. What is there already is an error, as it is of `create`.
pub fn install(cluster: &mut Cluster, sim: &mut Sim, writer: &Writer) -> Result<(), Status> {
    cluster.create(sim, cluster::CUSTOMRESOURCEDEFINITION, "", read(DEFINITION), writer)?;
    cluster.create(sim, cluster::DEPLOYMENT, NAMESPACE, read(DEPLOYMENT), writer)?;
    debug_assert!(SERVICE_TEXT.contains(SERVICE));
    cluster.create(sim, cluster::SERVICE, NAMESPACE, read(SERVICE_TEXT), writer)?;
    Ok(())
}
