//! Volumes that bring files: config maps, secrets, the downward API, and projections of all of them.

use super::env::{data_of, pod_field};
use crate::kinds::{self, KindId};
use crate::object::Object;
use crate::runtime::Mount;
use crate::store::Store;
use manifest::Value;

type Files = Vec<(String, String)>;

/// The files of a container's volume mounts.
/// Unlike kubernetes: the token of the service account is no file that a program sees.
#[inline(never)]
pub(super) fn mounts(store: &Store, pod: &Object, spec: &Value, place: (&str, &str)) -> Vec<Mount> {
    let volumes = pod.value.list_at("spec.volumes");
    let mut out = Vec::new();
    for mount in spec.list_at("volumeMounts") {
        let name = mount.str_at("name");
        if name.starts_with("kube-api-access") {
            continue;
        }
        let Some(volume) = volumes.iter().find(|v| v.str_at("name") == name) else { continue };
        let Ok(Some(files)) = volume_files(store, pod, volume, place) else { continue };
        out.push(Mount { path: mount.str_at("mountPath").to_string(), files });
    }
    out
}

/// The files of a volume; nothing for one that brings none; the words of the error where something is missing.
fn volume_files(store: &Store, pod: &Object, volume: &Value, place: (&str, &str)) -> Result<Option<Files>, String> {
    if let Some(source) = volume.get("projected") {
        let mut all = Files::new();
        for part in source.list_at("sources") {
            all.extend(source_files(store, pod, part, "name", place)?.unwrap_or_default());
        }
        return Ok(Some(all));
    }
    source_files(store, pod, volume, "secretName", place)
}

#[inline(never)]
fn source_files(
    store: &Store,
    pod: &Object,
    source: &Value,
    secret_name: &str,
    (ip, node): (&str, &str),
) -> Result<Option<Files>, String> {
    if let Some(source) = source.get("downwardAPI") {
        let items = source.list_at("items").iter();
        let file = |item: &Value| {
            let path = item.str_at("fieldRef.fieldPath");
            let text = match path {
                "metadata.labels" | "metadata.annotations" => pairs(pod.value.at(path)),
                path => pod_field(pod, path, ip, node),
            };
            (item.str_at("path").to_string(), text)
        };
        return Ok(Some(items.map(file).collect()));
    }
    let sources: [(&str, KindId, &str); 2] =
        [("configMap", kinds::CONFIGMAP, "name"), ("secret", kinds::SECRET, secret_name)];
    for (field, kind, name) in sources {
        let Some(source) = source.get(field) else { continue };
        let optional = source.bool_at("optional");
        let Some(data) = data_of(store, pod, kind, (source.str_at(name), optional))? else {
            return Ok(Some(Vec::new()));
        };
        let items = source.list_at("items");
        if items.is_empty() {
            return Ok(Some(data.iter().map(|(key, text)| (key.to_string(), text.clone())).collect()));
        }
        let mut files = Files::new();
        for item in items {
            match data.get(item.str_at("key")) {
                Some(text) => files.push((item.str_at("path").to_string(), text.clone())),
                None if optional => {}
                None => {
                    let what = if kind == kinds::SECRET { "secret" } else { "config" };
                    return Err(format!("references non-existent {what} key: {}", item.str_at("key")));
                }
            }
        }
        return Ok(Some(files));
    }
    Ok(None)
}

/// `app="web"`, a line each.
fn pairs(map: &Value) -> String {
    let lines: Vec<String> =
        map.entries().iter().map(|(key, value)| format!("{key}={:?}", value.as_str().unwrap_or(""))).collect();
    lines.join("\n")
}

/// The first volume that cannot be mounted, in the words of its `FailedMount` event.
pub(super) fn missing_volume(store: &Store, pod: &Object) -> Option<String> {
    pod.value.list_at("spec.volumes").iter().find_map(|volume| {
        let name = volume.str_at("name");
        if name.starts_with("kube-api-access") {
            return None;
        }
        let why = volume_files(store, pod, volume, ("", "")).err()?;
        Some(format!("MountVolume.SetUp failed for volume \"{name}\" : {why}"))
    })
}
