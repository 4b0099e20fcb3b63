//! `buildMetadata`: where a resource came from and what changed it, as annotations.

use crate::resource::Resource;
use manifest::{Map, Value};

pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";
pub(crate) const CHANGES: &str = "alpha.config.kubernetes.io/transformations";

/// Of a file.
pub(crate) fn of_file(path: &str) -> String {
    ["path: ", path, "\n"].concat()
}

/// Of a generator or a transformer in a kustomization file.
pub(crate) fn of_plugin(file: &str, plugin: &str) -> String {
    ["configuredIn: ", file, "\nconfiguredBy:\n  apiVersion: builtin\n  kind: ", plugin, "\n"].concat()
}

fn annotate(resource: &mut Resource, key: &str, text: String) {
    resource.value.at_mut("metadata.annotations").put(key, text);
}

/// Says where a resource came from, unless that is known.
pub(crate) fn came_from(resource: &mut Resource, origin: &str) {
    if resource.annotations().get(ORIGIN).is_none() {
        annotate(resource, ORIGIN, origin.to_string());
    }
}

/// Notes a transformer at each resource; one whose origin is unknown came from it.
pub(crate) fn changed_by(all: &mut [Resource], origin: &str) {
    for resource in all.iter_mut().filter(|resource| !resource.gone()) {
        // Noting it makes texts of all annotations.
        let texts: Map = resource
            .annotations()
            .iter()
            .map(|(key, value)| (key.clone(), resource.annotation_text(key, value).into()))
            .collect();
        resource.set_texts("metadata.annotations", &texts);
        if resource.annotations().get(ORIGIN).is_none() {
            annotate(resource, ORIGIN, origin.to_string());
            continue;
        }
        let mut text = resource.annotations().get(CHANGES).and_then(Value::as_str).unwrap_or("").to_string();
        for (at, line) in origin.lines().enumerate() {
            text.push_str(if at == 0 { "- " } else { "  " });
            text.push_str(line);
            text.push('\n');
        }
        annotate(resource, CHANGES, text);
    }
}
