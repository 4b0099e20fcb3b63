//! What a container gets to start with: its resolved environment, files from volumes, ports.

use super::run::{PodRun, container_spec};
use crate::kinds;
use crate::node_load::quantity_of;
use crate::object::Object;
use crate::runtime::{ContainerPort, ContainerStart, Mount};
use crate::store::Store;
use manifest::Value;
use order::OrdMap;

/// All of it, or what is missing: the text of a `CreateContainerConfigError`.
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
        mounts: mounts(store, pod, spec),
        labels: pod.labels().iter().map(|(k, v)| (k.to_string(), v.as_str().unwrap_or("").to_string())).collect(),
        resources: spec.at("resources").clone(),
        restart_count: container.restarts,
        init: run.is_init(at),
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

fn environment(
    store: &Store,
    pod: &Object,
    spec: &Value,
    ip: &str,
    node: &str,
) -> Result<OrdMap<String, String>, String> {
    let mut env = OrdMap::new();
    for source in spec.list_at("envFrom") {
        let Some(reference) = source.get("configMapRef") else { continue };
        match config_map(store, pod, reference) {
            Ok(Some(map)) => {
                for (key, value) in map.value.map_at("data").iter() {
                    env.insert(format!("{}{key}", source.str_at("prefix")), value.as_str().unwrap_or("").to_string());
                }
            }
            Ok(None) => {}
            Err(missing) => return Err(missing),
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

fn config_map<'s>(store: &'s Store, pod: &Object, reference: &Value) -> Result<Option<&'s Object>, String> {
    let name = reference.str_at("name");
    match store.get(kinds::CONFIGMAP, pod.namespace(), name) {
        Some(map) => Ok(Some(map)),
        None if reference.bool_at("optional") => Ok(None),
        None => Err(format!("configmap \"{name}\" not found")),
    }
}

fn referenced(
    store: &Store,
    pod: &Object,
    spec: &Value,
    from: &Value,
    ip: &str,
    node: &str,
) -> Result<Option<String>, String> {
    if let Some(reference) = from.get("configMapKeyRef") {
        let Some(map) = config_map(store, pod, reference)? else { return Ok(None) };
        let key = reference.str_at("key");
        return match map.value.map_at("data").get(key).and_then(Value::as_str) {
            Some(value) => Ok(Some(value.to_string())),
            None if reference.bool_at("optional") => Ok(None),
            None => Err(format!("couldn't find key {key} in ConfigMap {}/{}", pod.namespace(), map.name())),
        };
    }
    if let Some(reference) = from.get("secretKeyRef") {
        if reference.bool_at("optional") {
            return Ok(None);
        }
        return Err(format!("secret \"{}\" not found", reference.str_at("name")));
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

fn pod_field(pod: &Object, path: &str, ip: &str, node: &str) -> String {
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

fn mounts(store: &Store, pod: &Object, spec: &Value) -> Vec<Mount> {
    let volumes = pod.value.list_at("spec.volumes");
    let mut out = Vec::new();
    for mount in spec.list_at("volumeMounts") {
        let Some(volume) = volumes.iter().find(|v| v.at("name") == mount.at("name")) else { continue };
        let Some(source) = volume.get("configMap") else { continue };
        let Some(map) = store.get(kinds::CONFIGMAP, pod.namespace(), source.str_at("name")) else { continue };
        let data = map.value.map_at("data");
        let text = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or("").to_string();
        let items = source.list_at("items");
        let files = if items.is_empty() {
            data.keys().map(|key| (key.to_string(), text(key))).collect()
        } else {
            items.iter().map(|item| (item.str_at("path").to_string(), text(item.str_at("key")))).collect()
        };
        out.push(Mount { path: mount.str_at("mountPath").to_string(), files });
    }
    out
}

/// The first volume that cannot be mounted, in the words of its `FailedMount` event.
pub(super) fn missing_volume(store: &Store, pod: &Object) -> Option<String> {
    pod.value.list_at("spec.volumes").iter().find_map(|volume| {
        let (kind, name) = match (volume.get("configMap"), volume.get("secret")) {
            (Some(source), _) if !source.bool_at("optional") => ("configmap", source.str_at("name")),
            (_, Some(source)) if !source.bool_at("optional") => ("secret", source.str_at("secretName")),
            _ => return None,
        };
        let there = kind == "configmap" && store.get(kinds::CONFIGMAP, pod.namespace(), name).is_some();
        let volume = volume.str_at("name");
        (!there).then(|| format!("MountVolume.SetUp failed for volume \"{volume}\" : {kind} \"{name}\" not found"))
    })
}
