//! From a Kustomization's spec to objects: what goes into the folder's kustomization before it is built, and what is done
//! with the objects after.

use super::substitute::{substitute, variables};
use super::work::Work;
use super::{Artifact, decrypt};
use manifest::{Value, object};

const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// The fields of the spec that go into the kustomization (`fluxcd/pkg/kustomize`).
pub(crate) fn edits(spec: &Value) -> Value {
    let mut edits = object! { "namespace" => spec.str_at("targetNamespace") };
    for field in ["namePrefix", "nameSuffix", "patches", "components"] {
        if !spec.at(field).is_null() {
            edits.put(field, spec.at(field).clone());
        }
    }
    let image = |image: &Value| {
        let name = image.str_at("name");
        let new = match image.str_at("newName") {
            "" => name,
            new => new,
        };
        let tag = image.at("newTag").as_str().map_or_else(String::new, |tag| [":", tag].concat());
        let digest = image.at("digest").as_str().map_or_else(String::new, |digest| ["@", digest].concat());
        Value::from([name, "=", new, &tag, &digest].concat())
    };
    let images: Value = spec.list_at("images").iter().map(image).collect();
    edits.put("images", images);
    edits
}

pub(crate) fn build(work: &mut Work<'_>, artifact: &Artifact, path: &str) -> Result<Vec<Value>, String> {
    let spec = work.spec().clone();
    let keys = decrypt::keys(work)?;
    let mut objects = work.forge.build(artifact, path, &edits(&spec), keys.as_ref())?;
    if let Some(keys) = &keys {
        for object in &mut objects {
            keys.open_object(object)?;
        }
    }
    for object in &objects {
        if ["metadata.name", "kind", "apiVersion"].iter().any(|path| object.str_at(path).is_empty()) {
            let told = object.to_json();
            return Err(format!("failed to decode Kubernetes apiVersion, kind and name from: {told}"));
        }
    }
    if !spec.at("postBuild").is_null() {
        let vars = variables(work.cluster, work.object.namespace(), spec.at("postBuild"));
        let always = spec.str_at("postBuild.substituteStrategy") == "Always";
        for object in &mut objects {
            let vars = match &vars {
                Ok(vars) => vars,
                Err(told) => return Err(failed(object, told)),
            };
            let off = ["labels", "annotations"]
                .iter()
                .any(|part| object.at("metadata").at(part).get(SUBSTITUTE).and_then(Value::as_str) == Some("disabled"));
            if off || (vars.is_empty() && !always) {
                continue;
            }
            let text = substitute(&object.to_yaml(), vars)
                .map_err(|told| failed(object, &["envsubst error: variable substitution failed: ", &told].concat()))?;
            *object = Value::from_yaml(&text)
                .map_err(|told| failed(object, &["envsubst error: YAMLToJSON: ", &told].concat()))?;
        }
    }
    for part in ["labels", "annotations"] {
        for (key, value) in spec.at("commonMetadata").map_at(part).iter() {
            for object in &mut objects {
                object.at_mut("metadata").at_mut(part).put(key, value.clone());
            }
        }
    }
    Ok(objects)
}

fn failed(object: &Value, told: &str) -> String {
    let api = object.str_at("apiVersion");
    let (group, version) = api.split_once('/').unwrap_or(("", api));
    let gvk = format!("{}.{version}.{}", object.str_at("kind"), if group.is_empty() { "[noGrp]" } else { group });
    format!("post build failed for '{gvk}/{}': {told}", object.str_at("metadata.name"))
}
