//! A release's JSON, as Helm 3 writes it.

use super::release;
use crate::kubectl::Kube;
use manifest::{Value, object};

/// The JSON of a fresh revision.
pub(super) fn made(
    kube: &Kube<'_, '_>,
    (name, namespace, version): (&str, &str, i64),
    chart: &helm::Chart,
    config: &Value,
    rendered: &helm::Rendered,
) -> Value {
    let now = release::moment(kube);
    let file = |file: &helm::File| object! { "name" => file.name.as_str(), "data" => helm::base64(&file.bytes) };
    let hooks = rendered.hooks.iter().map(|hook| {
        object! {
            "name" => hook.name.as_str(),
            "kind" => hook.kind.as_str(),
            "path" => hook.path.as_str(),
            "manifest" => hook.text.as_str(),
            "events" => hook.events.iter().map(|event| Value::from(event.as_str())).collect::<Value>(),
            "weight" => hook.weight,
            "delete_policies" => hook.delete_policies.iter().map(|policy| Value::from(policy.as_str())).collect::<Value>(),
            "last_run" => object! { "phase" => "" },
        }
    });
    object! {
        "name" => name,
        "namespace" => namespace,
        "version" => version,
        "info" => object! {
            "first_deployed" => now.as_str(),
            "last_deployed" => now.as_str(),
            "deleted" => "",
            "notes" => rendered.notes.as_str(),
        },
        "chart" => object! {
            "metadata" => chart.metadata.clone(),
            "lock" => chart.lock.clone(),
            "templates" => chart.templates.iter().map(file).collect::<Value>(),
            "values" => helm::wholes(&chart.values),
            "files" => chart.files.iter().map(file).collect::<Value>(),
        },
        "config" => helm::wholes(config),
        "manifest" => rendered.manifest.as_str(),
        "hooks" => hooks.collect::<Value>(),
    }
}
