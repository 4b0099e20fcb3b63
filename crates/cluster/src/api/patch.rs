//! Patching, and client-side apply.

use super::{Writer, admit};
use crate::defaults;
use crate::engine::Cluster;
use crate::kinds::{KindId, behaviour_of};
use crate::object::Object;
use crate::schema::{self, Flaw};
use crate::status::{FieldError, Status};
use manifest::{
    JsonStyle, Value, go_map, json_merge, json_merge_three_way, json_patch, strategic_merge, strategic_three_way,
};
use sim::Sim;
use std::sync::Arc;

/// How a patch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchKind {
    /// `application/json-patch+json`: the patch is a list of operations.
    Json,
    /// `application/merge-patch+json`
    Merge,
    /// `application/strategic-merge-patch+json`; only for built-in kinds.
    Strategic,
}

/// What `apply` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apply {
    Created,
    Configured,
    Unchanged,
}

pub(crate) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

impl Cluster {
    /// PATCH: merges into the current object.
    pub fn patch(
        &mut self,
        sim: &mut Sim,
        (kind, namespace, name): (KindId, &str, &str),
        form: PatchKind,
        patch: &Value,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        self.permit(writer.user.as_ref(), "patch", (kind, ""), (namespace, name))?;
        let info = self.store.kinds().info(kind).clone();
        let current = self.get(kind, namespace, name)?.clone();
        let patched = match form {
            PatchKind::Merge => json_merge(&current.value, patch),
            PatchKind::Json => json_patch(&current.value, patch).map_err(|_| Status {
                code: 422,
                reason: "Invalid".into(),
                ..Status::bad_request("the server rejected our request due to an error in our request")
            })?,
            PatchKind::Strategic if behaviour_of(kind).is_none() => {
                let message = "the body of the request was in an unknown format - accepted media types include: \
                               application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
                return Err(Status {
                    code: 415,
                    reason: "UnsupportedMediaType".into(),
                    ..Status::bad_request(message)
                });
            }
            PatchKind::Strategic => strategic_merge(&info.kind, &current.value, patch)
                .map_err(|why| Status::bad_request(why.to_string()))?,
        };
        if behaviour_of(kind).is_some() {
            decode_patched(&info.kind, &patched, patch)?;
        }
        if patched.str_at("metadata.name") != name {
            let why = FieldError::invalid("metadata.name", patched.at("metadata.name"), "field is immutable");
            return Err(Status::invalid(info.group_kind(), name, vec![why]));
        }
        self.update_decoded(sim, kind, namespace, patched, writer)
    }

    /// What `kubectl apply` does: creates, or patches with the difference of last applied, new and live object.
    pub fn apply(
        &mut self,
        sim: &mut Sim,
        kind: KindId,
        namespace: &str,
        value: &Value,
        writer: &Writer,
    ) -> Result<(Apply, Arc<Object>), Status> {
        let place = (namespace, value.str_at("metadata.name"));
        self.permit(writer.user.as_ref(), "get", (kind, ""), place)?;
        let info = self.store.kinds().info(kind);
        let mut modified = value.clone();
        defaults::upgrade(&mut modified);
        if info.namespaced && modified.str_at("metadata.namespace").is_empty() {
            modified.set("metadata.namespace", namespace);
        }
        let modified = with_last_applied(&modified);
        let name = value.str_at("metadata.name").to_string();
        let Some(current) = self.store.get(kind, namespace, &name).cloned() else {
            return Ok((Apply::Created, self.create(sim, kind, namespace, modified, writer)?));
        };
        let original = Value::from_json(current.annotation(LAST_APPLIED)).unwrap_or_default();
        let kind_name = info.kind.clone();
        let (form, patch) = if behaviour_of(kind).is_some() {
            (PatchKind::Strategic, strategic_three_way(&kind_name, &original, &modified, &current.value))
        } else {
            (PatchKind::Merge, json_merge_three_way(&original, &modified, &current.value))
        };
        if patch.entries().is_empty() {
            return Ok((Apply::Unchanged, current));
        }
        let patched = self.patch(sim, (kind, namespace, &name), form, &patch, writer)?;
        let same = patched.value == current.value;
        Ok((if same { Apply::Unchanged } else { Apply::Configured }, patched))
    }
}

/// What client-side apply keeps of a manifest in its annotation.
pub fn last_applied(value: &Value) -> String {
    with_last_applied(value)
        .map_at("metadata.annotations")
        .get(LAST_APPLIED)
        .and_then(Value::as_str)
        .unwrap_or("")
        .into()
}

/// The object with itself, as JSON, in the annotation that the next apply compares with.
fn with_last_applied(value: &Value) -> Value {
    let mut bare = value.clone();
    if let Some(annotations) = bare.at("metadata").get("annotations").cloned() {
        let mut annotations = annotations;
        if annotations.get(LAST_APPLIED).is_some() {
            annotations.make_map().remove(LAST_APPLIED);
        }
        bare.set("metadata.annotations", annotations);
    } else {
        bare.set("metadata.annotations", Value::map());
    }
    let mut text = bare.to_json_with(JsonStyle { indent: None, escape_html: true });
    text.push('\n');
    let mut annotations = bare.at("metadata.annotations").clone();
    annotations.put(LAST_APPLIED, text);
    bare.set("metadata.annotations", annotations);
    bare
}

/// Kubernetes 1.32, apiserver `handlers/patch.go`: a patched object that cannot be decoded is an invalid patch.
fn decode_patched(kind: &str, patched: &Value, patch: &Value) -> Result<(), Status> {
    let told = match schema::check(kind, patched) {
        Ok(()) => return Ok(()),
        Err(Flaw::Unknown(paths)) => admit::strict(&paths),
        Err(Flaw::Type(why)) => why,
    };
    let why = FieldError::invalid_shown("patch", &go_map(patch), &told);
    Err(Status::invalid(("", ""), "", vec![why]))
}
