//! Custom resources: kinds that a CustomResourceDefinition registers, and their schemas
//! (Kubernetes 1.32, `staging/src/k8s.io/apiextensions-apiserver`).
//! Unlike kubernetes: only the stored version is served; patterns and CEL rules are not evaluated.

mod schema;

use crate::engine::Cluster;
use crate::kinds::{self, CustomColumn, KindId, KindInfo};
use crate::object::Object;
use crate::status::FieldError;
use crate::store::Store;
use manifest::{Value, list, object};
use std::sync::Arc;

/// The version of a definition that is stored.
fn version(definition: &Value) -> &Value {
    let versions = definition.list_at("spec.versions");
    versions.iter().find(|version| version.bool_at("storage")).unwrap_or(Value::null())
}

fn info_of(definition: &Value) -> KindInfo {
    let names = definition.at("spec.names");
    let texts = |field: &str| -> Vec<Arc<str>> {
        names.list_at(field).iter().filter_map(|text| text.as_text().cloned()).collect()
    };
    let text = |field: &str| -> Arc<str> { names.str_at(field).into() };
    let version = version(definition);
    let column = |column: &Value| CustomColumn {
        name: column.str_at("name").into(),
        json_path: column.str_at("jsonPath").into(),
        wide: column.int_at("priority").unwrap_or(0) > 0,
    };
    KindInfo {
        id: KindId(0),
        group: definition.str_at("spec.group").into(),
        version: version.str_at("name").into(),
        kind: text("kind"),
        plural: text("plural"),
        singular: text("singular"),
        short_names: texts("shortNames"),
        categories: texts("categories"),
        namespaced: definition.str_at("spec.scope") == "Namespaced",
        status_subresource: !version.at("subresources.status").is_null(),
        columns: version.list_at("additionalPrinterColumns").iter().map(column).collect(),
    }
}

/// The schema of a custom kind, where a definition gives one.
fn schema_of<'s>(store: &'s Store, info: &KindInfo) -> Option<&'s Value> {
    let definition = store.get(kinds::CUSTOMRESOURCEDEFINITION, "", &info.qualified())?;
    Some(version(&definition.value).at("schema.openAPIV3Schema")).filter(|schema| !schema.is_null())
}

/// Unknown fields of a custom object, by their paths.
pub(crate) fn unknown(store: &Store, info: &KindInfo, value: &Value) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(schema) = schema_of(store, info) {
        schema::unknown(schema, value, "", &mut out);
    }
    out
}

/// Fills in the defaults that the schema names.
pub(crate) fn default(store: &Store, info: &KindInfo, value: &mut Value) {
    if let Some(schema) = schema_of(store, info) {
        schema::default(schema, value);
    }
}

pub(crate) fn validate(store: &Store, info: &KindInfo, value: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Some(schema) = schema_of(store, info) {
        schema::validate(schema, value, "", &mut errors);
    }
    errors
}

impl Cluster {
    /// A definition was written: its kind is known from now on; or it went, and the kind with it.
    pub(crate) fn definition_changed(&mut self, definition: &Arc<Object>, there: bool) {
        let info = info_of(&definition.value);
        if there {
            self.store.kinds.register(info);
        } else {
            self.store.kinds.forget(&info.group, &info.kind);
        }
    }
}

/// The status of a definition whose names are accepted.
pub(crate) fn established(definition: &Value, now: &str) -> Value {
    let condition = |kind: &str, reason: &str, message: &str| {
        object! {
            "lastTransitionTime" => now, "message" => message, "reason" => reason, "status" => "True", "type" => kind,
        }
    };
    let mut names = definition.at("spec.names").clone();
    if names.str_at("listKind").is_empty() {
        names.put("listKind", format!("{}List", names.str_at("kind")));
    }
    object! {
        "acceptedNames" => names,
        "conditions" => list![
            condition("NamesAccepted", "NoConflicts", "no conflicts found"),
            condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        ],
        "storedVersions" => list![version(definition).at("name").clone()],
    }
}
