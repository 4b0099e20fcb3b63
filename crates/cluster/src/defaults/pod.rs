//! Pods: their own defaults, and what the admission plugins that every cluster runs add to them.

use super::default;
use crate::quantity::canonical;
use manifest::{Map, Value, list, object};
use std::sync::Arc;

pub(crate) fn pod(pod: &mut Value) {
    let mut spec = pod.at("spec").clone();
    pod_spec(&mut spec);
    default(&mut spec, "enableServiceLinks", true);
    for list in ["containers", "initContainers"] {
        if spec.list_at(list).iter().any(|c| !c.at("resources.limits").is_null()) {
            for container in spec.at_mut(list).make_list() {
                requests_from_limits(container);
            }
        }
    }
    pod.set("spec", spec);
    admit(pod);
    default(pod, "status.phase", "Pending");
    let class = qos_class(pod);
    default(pod, "status.qosClass", class);
}

fn requests_from_limits(container: &mut Value) {
    let limits: Vec<(Arc<str>, Value)> =
        container.map_at("resources.limits").iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    for (name, amount) in limits {
        let requests = container.at_mut("resources.requests");
        if requests.get(&name).is_none() {
            requests.put(&name, amount);
        }
    }
}

/// The defaults that a pod and a pod template share.
pub(super) fn pod_spec(spec: &mut Value) {
    default(spec, "dnsPolicy", "ClusterFirst");
    default(spec, "restartPolicy", "Always");
    default(spec, "schedulerName", "default-scheduler");
    default(spec, "securityContext", Value::map());
    default(spec, "terminationGracePeriodSeconds", 30);
    let account = spec.str_at("serviceAccountName").to_string();
    if !account.is_empty() {
        default(spec, "serviceAccount", account);
    }
    for field in ["containers", "initContainers"] {
        if !spec.list_at(field).is_empty() {
            for item in spec.at_mut(field).make_list() {
                container(item);
            }
        }
    }
    if !spec.list_at("volumes").is_empty() {
        for item in spec.at_mut("volumes").make_list() {
            volume(item);
        }
    }
}

fn volume(volume: &mut Value) {
    if volume.entries().len() == 1 && volume.get("name").is_some() {
        volume.set("emptyDir", Value::map());
    }
    for source in ["configMap", "secret", "projected", "downwardAPI"] {
        if volume.get(source).is_some() {
            default(volume, &format!("{source}.defaultMode"), 420);
        }
    }
    if volume.get("hostPath").is_some() {
        default(volume, "hostPath.type", "");
    }
}

fn container(container: &mut Value) {
    let image = container.str_at("image");
    let tag = image.rsplit('/').next().and_then(|last| last.split_once(':')).map_or("latest", |(_, tag)| tag);
    let policy = if tag == "latest" && !image.contains('@') { "Always" } else { "IfNotPresent" };
    if container.str_at("imagePullPolicy").is_empty() {
        container.put("imagePullPolicy", policy);
    }
    default(container, "resources", Value::map());
    default(container, "terminationMessagePath", "/dev/termination-log");
    default(container, "terminationMessagePolicy", "File");
    for kind in ["limits", "requests"] {
        canonical_amounts(container, kind);
    }
    if container.list_at("ports").iter().any(|port| port.get("protocol").is_none()) {
        for port in container.at_mut("ports").make_list() {
            default(port, "protocol", "TCP");
        }
    }
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if container.get(name).is_some_and(|probe| !probe.is_null()) {
            probe(container.at_mut(name));
        }
    }
    for at in 0..container.list_at("env").len() {
        let path = format!("env[{at}].valueFrom.fieldRef");
        if !container.at(&path).is_null() {
            default(container, &format!("{path}.apiVersion"), "v1");
        }
    }
}

/// `0.5` is stored as `500m`, `1024Mi` as `1Gi`.
fn canonical_amounts(container: &mut Value, kind: &str) {
    let path = format!("resources.{kind}");
    let amounts = container.map_at(&path);
    let fixed: Map = amounts.iter().map(|(name, amount)| (name.clone(), canonical_value(amount))).collect();
    if !fixed.is_empty() {
        container.set(&path, fixed);
    }
}

fn canonical_value(amount: &Value) -> Value {
    let text = match amount {
        Value::Str(text) => text.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => manifest::float_text(*x),
        other => return other.clone(),
    };
    canonical(&text).map_or_else(|| amount.clone(), Value::from)
}

fn probe(probe: &mut Value) {
    default(probe, "timeoutSeconds", 1);
    default(probe, "periodSeconds", 10);
    default(probe, "successThreshold", 1);
    default(probe, "failureThreshold", 3);
    if probe.get("httpGet").is_some() {
        default(probe, "httpGet.path", "/");
        default(probe, "httpGet.scheme", "HTTP");
    }
}

/// The admission plugins: service account, default tolerations, priority.
/// Unlike kubernetes: the name of the token volume is the same for all pods of a replica set, so that they share it.
fn admit(pod: &mut Value) {
    default(pod, "spec.serviceAccountName", "default");
    let account = pod.str_at("spec.serviceAccountName").to_string();
    default(pod, "spec.serviceAccount", account);
    default(pod, "spec.priority", 0);
    default(pod, "spec.preemptionPolicy", "PreemptLowerPriority");
    let mut tolerations = pod.list_at("spec.tolerations").to_vec();
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let tolerated = |t: &Value| {
            (t.str_at("key") == key || t.str_at("key").is_empty()) && matches!(t.str_at("effect"), "" | "NoExecute")
        };
        if !tolerations.iter().any(tolerated) {
            tolerations.push(object! {
                "effect" => "NoExecute", "key" => key, "operator" => "Exists", "tolerationSeconds" => 300,
            });
        }
    }
    pod.set("spec.tolerations", tolerations);
    if pod.at("spec.automountServiceAccountToken").as_bool() != Some(false) {
        mount_token(pod);
    }
}

const TOKEN_VOLUME: &str = "kube-api-access";
const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

fn mount_token(pod: &mut Value) {
    if pod.list_at("spec.volumes").iter().any(|v| v.str_at("name").starts_with(TOKEN_VOLUME)) {
        return;
    }
    let sources = list![
        object! { "serviceAccountToken" => object! { "expirationSeconds" => 3607, "path" => "token" } },
        object! { "configMap" => object! {
            "items" => list![object! { "key" => "ca.crt", "path" => "ca.crt" }], "name" => "kube-root-ca.crt",
        } },
        object! { "downwardAPI" => object! { "items" => list![object! {
            "fieldRef" => object! { "apiVersion" => "v1", "fieldPath" => "metadata.namespace" }, "path" => "namespace",
        }] } },
    ];
    let name = token_volume_name(pod);
    let volume = object! {
        "name" => &name, "projected" => object! { "defaultMode" => 420, "sources" => sources },
    };
    pod.at_mut("spec.volumes").make_list().push(volume);
    let mount = object! { "mountPath" => TOKEN_PATH, "name" => &name, "readOnly" => true };
    for field in ["spec.containers", "spec.initContainers"] {
        if pod.list_at(field).is_empty() {
            continue;
        }
        for container in pod.at_mut(field).make_list() {
            if !container.list_at("volumeMounts").iter().any(|m| m.str_at("mountPath") == TOKEN_PATH) {
                container.at_mut("volumeMounts").make_list().push(mount.clone());
            }
        }
    }
}

/// Takes the token out again, for a service account that does not want it mounted.
pub(crate) fn remove_token(pod: &mut Value) {
    pod.at_mut("spec.volumes").make_list().retain(|v| !v.str_at("name").starts_with(TOKEN_VOLUME));
    for field in ["spec.containers", "spec.initContainers"] {
        for at in 0..pod.list_at(field).len() {
            let mounts = pod.at_mut(&format!("{field}[{at}].volumeMounts")).make_list();
            mounts.retain(|m| !m.str_at("name").starts_with(TOKEN_VOLUME));
        }
    }
}

/// `kube-api-access-x7k2p`, by the name that the pod is made from.
fn token_volume_name(pod: &Value) -> String {
    const SAFE: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let base = pod.str_at("metadata.generateName");
    let base = if base.is_empty() { pod.str_at("metadata.name") } else { base };
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let mut hash = base.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
    let mut name = format!("{TOKEN_VOLUME}-");
    for _ in 0..5 {
        let at = usize::try_from(hash >> 32).unwrap_or(0) % SAFE.len();
        name.push(char::from(SAFE[at]));
        hash = mix(hash, 7);
    }
    name
}

/// Kubernetes 1.32, pkg/apis/core/helper/qos.
pub(crate) fn qos_class(pod: &Value) -> &'static str {
    let containers = || pod.list_at("spec.containers").iter().chain(pod.list_at("spec.initContainers"));
    let amount = |container: &Value, kind: &str, name: &str| {
        container
            .at("resources")
            .get(kind)
            .and_then(|all| all.get(name))
            .cloned()
            .filter(|amount| amount.as_str() != Some("0"))
    };
    let asks = |container: &Value| {
        ["requests", "limits"].iter().any(|kind| ["cpu", "memory"].iter().any(|n| amount(container, kind, n).is_some()))
    };
    if !containers().any(asks) {
        return "BestEffort";
    }
    let fixed = |container: &Value| {
        ["cpu", "memory"].iter().all(|name| {
            let limit = amount(container, "limits", name);
            limit.is_some() && amount(container, "requests", name) == limit
        })
    };
    if containers().all(fixed) { "Guaranteed" } else { "Burstable" }
}
