//! What a container gets to start with: its resolved environment, ports, and files from volumes (`volumes.rs`).

use super::run::{PodRun, container_spec};
use super::volumes::mounts;
use crate::base64;
use crate::kinds::{self, KindId};
use crate::node_load::quantity_of;
use crate::object::Object;
use crate::runtime::{ContainerPort, ContainerStart};
use crate::store::Store;
use manifest::Value;
use order::OrdMap;
use std::sync::Arc;

/// Where texts come from: the start of its fields, its kind, and its name in errors.
const SOURCES: [(&str, KindId, &str); 2] =
    [("configMap", kinds::CONFIGMAP, "ConfigMap"), ("secret", kinds::SECRET, "Secret")];

/// All of it, or what is missing: the text of a `CreateContainerConfigError`.
#[inline(never)]
pub(super) fn container_start(
    store: &Store,
    pod: &Object,
    run: &PodRun,
    at: u16,
    ip: &str,
) -> Result<ContainerStart, String> {
    let spec = container_spec(pod, run.inits, at);
    let texts =
        |path: &str| spec.list_at(path).iter().filter_map(|v| v.as_str().map(str::to_string)).collect::<Vec<_>>();
    let env = environment(store, pod, spec, ip, &run.node)?;
    let expand = |all: Vec<String>| all.into_iter().map(|text| expanded(&text, &env)).collect();
    let Some(container) = run.container(at) else { return Err("no such container".into()) };
    Ok(ContainerStart {
        namespace: pod.key.namespace.clone(),
        pod: pod.key.name.clone(),
        uid: pod.uid.clone(),
        node: run.node.clone(),
        pod_ip: ip.to_string(),
        container: container.name.clone(),
        image: spec.str_at("image").to_string(),
        command: expand(texts("command")),
        args: expand(texts("args")),
        ports: spec.list_at("ports").iter().map(port).collect(),
        mounts: mounts(store, pod, spec, (ip, &run.node)),
        labels: pod.labels().iter().map(|(k, v)| (k.to_string(), v.as_str().unwrap_or("").to_string())).collect(),
        resources: spec.at("resources").clone(),
        restart_count: container.restarts,
        init: run.is_init(at),
        stdin: spec.bool_at("stdin"),
        env: env.into_iter().collect(),
    })
}

fn port(port: &Value) -> ContainerPort {
    ContainerPort {
        name: port.str_at("name").to_string(),
        port: port.int_at("containerPort").unwrap_or(0),
        protocol: port.str_at("protocol").to_string(),
    }
}

/// `$(NAME)` in commands and values; `$$` stands for one dollar.
#[inline(never)]
fn expanded(text: &str, env: &OrdMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            match env.get(name) {
                Some(value) => out.push_str(value),
                None => out.push_str(&format!("$({name})")),
            }
            rest = after;
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    out
}

#[inline(never)]
fn environment(
    store: &Store,
    pod: &Object,
    spec: &Value,
    ip: &str,
    node: &str,
) -> Result<OrdMap<String, String>, String> {
    let mut env = OrdMap::new();
    for source in spec.list_at("envFrom") {
        for (field, kind, _) in SOURCES {
            let Some(reference) = source.get(&format!("{field}Ref")) else { continue };
            let wanted = (reference.str_at("name"), reference.bool_at("optional"));
            for (key, value) in data_of(store, pod, kind, wanted)?.unwrap_or_default().iter() {
                env.insert(format!("{}{key}", source.str_at("prefix")), value.clone());
            }
        }
    }
    for variable in spec.list_at("env") {
        let name = variable.str_at("name").to_string();
        let from = variable.at("valueFrom");
        let value = if from.is_null() {
            Some(expanded(variable.str_at("value"), &env))
        } else {
            referenced(store, pod, spec, from, ip, node)?
        };
        if let Some(value) = value {
            env.insert(name, value);
        }
    }
    Ok(env)
}

/// The data of a config map or a secret as texts; nothing where it may be missing and is.
#[inline(never)]
pub(super) fn data_of(
    store: &Store,
    pod: &Object,
    kind: KindId,
    (name, optional): (&str, bool),
) -> Result<Option<OrdMap<Arc<str>, String>>, String> {
    let secret = kind == kinds::SECRET;
    match store.get(kind, pod.namespace(), name) {
        Some(found) => {
            let plain = |text: &str| match secret {
                true => String::from_utf8_lossy(&base64::decode(text).unwrap_or_default()).into_owned(),
                false => text.to_string(),
            };
            let text = |(key, value): (&Arc<str>, &Value)| (key.clone(), plain(value.as_str().unwrap_or("")));
            Ok(Some(found.value.map_at("data").iter().map(text).collect()))
        }
        None if optional => Ok(None),
        None => Err(format!("{} \"{name}\" not found", if secret { "secret" } else { "configmap" })),
    }
}

#[inline(never)]
fn referenced(
    store: &Store,
    pod: &Object,
    spec: &Value,
    from: &Value,
    ip: &str,
    node: &str,
) -> Result<Option<String>, String> {
    for (field, kind, word) in SOURCES {
        let Some(reference) = from.get(&format!("{field}KeyRef")) else { continue };
        let (name, optional, key) = (reference.str_at("name"), reference.bool_at("optional"), reference.str_at("key"));
        let Some(data) = data_of(store, pod, kind, (name, optional))? else { return Ok(None) };
        return match data.get(key) {
            Some(value) => Ok(Some(value.clone())),
            None if optional => Ok(None),
            None => Err(format!("couldn't find key {key} in {word} {}/{name}", pod.namespace())),
        };
    }
    if let Some(field) = from.get("fieldRef") {
        return Ok(Some(pod_field(pod, field.str_at("fieldPath"), ip, node)));
    }
    if let Some(reference) = from.get("resourceFieldRef") {
        let amount = spec.at("resources").at(reference.str_at("resource"));
        let quantity = quantity_of(amount).unwrap_or_default();
        let processors = reference.str_at("resource").ends_with("cpu");
        return Ok(Some(if processors { (quantity.milli() + 999) / 1_000 } else { quantity.units() }.to_string()));
    }
    Ok(None)
}

#[inline(never)]
pub(super) fn pod_field(pod: &Object, path: &str, ip: &str, node: &str) -> String {
    match path {
        "status.podIP" | "status.podIPs" => ip.to_string(),
        "spec.nodeName" => node.to_string(),
        "metadata.name" => pod.name().to_string(),
        "metadata.namespace" => pod.namespace().to_string(),
        "metadata.uid" => pod.uid.to_string(),
        path => {
            let keyed = path.strip_suffix("']").and_then(|path| path.split_once("['"));
            let value = match keyed {
                Some((map, key)) => pod.value.map_at(map).get(key).unwrap_or(Value::null()),
                None => pod.value.at(path),
            };
            value.as_str().map_or_else(String::new, str::to_string)
        }
    }
}
