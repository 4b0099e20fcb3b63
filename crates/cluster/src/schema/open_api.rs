//! The fields as OpenAPI v3 schemas, for `kubectl explain` and for clients that ask the server for them.
//!
//! Unlike kubernetes: fields have no descriptions, and none is marked as required; the whole text of them is 60 times as
//! long as the table of names and types.

use super::{Type, structs};
use manifest::{MergeRule, Value, list, merge_rule, object};

const PREFIX: &str = "#/components/schemas/";

/// Every struct of the table.
pub fn schema_names() -> impl Iterator<Item = &'static str> {
    structs().keys().copied()
}

/// The schema of a struct: its properties, with references to others.
pub fn schema_of(name: &str) -> Option<Value> {
    let (name, fields) = structs().get_key_value(name)?;
    let mut properties = Value::map();
    for (field, kind) in fields.iter() {
        properties.put(field, with_merging(name, field, of_type(kind)));
    }
    Some(object! { "properties" => properties, "type" => "object" })
}

/// What a reference of such a schema leads to.
pub fn schema_behind(reference: &str) -> Option<Value> {
    match reference.strip_prefix(PREFIX)? {
        "Quantity" => {
            Some(object! { "oneOf" => list![object! { "type" => "string" }, object! { "type" => "number" }] })
        }
        "IntOrString" => {
            let all = list![object! { "type" => "integer" }, object! { "type" => "string" }];
            Some(object! { "format" => "int-or-string", "oneOf" => all })
        }
        name => schema_of(name),
    }
}

fn reference(name: &str) -> Value {
    object! { "$ref" => format!("{PREFIX}{name}") }
}

fn plain(kind: &str) -> Value {
    object! { "type" => kind }
}

fn map_of(item: Value) -> Value {
    object! { "additionalProperties" => item, "type" => "object" }
}

fn of_type(kind: &Type) -> Value {
    match kind {
        Type::Text => plain("string"),
        Type::Bool => plain("boolean"),
        Type::Int(form) => object! { "format" => *form, "type" => "integer" },
        Type::Texts => map_of(plain("string")),
        Type::Bytes => map_of(object! { "format" => "byte", "type" => "string" }),
        Type::Quantities => map_of(reference("Quantity")),
        Type::Quantity => reference("Quantity"),
        Type::IntOrText => reference("IntOrString"),
        Type::Any => object! { "type" => "object", "x-kubernetes-preserve-unknown-fields" => true },
        Type::Struct(name) => reference(name),
        Type::List(item) => object! { "items" => of_type(item), "type" => "array" },
    }
}

/// How a patch merges the field, where it is no plain replacement.
fn with_merging(owner: &str, field: &str, mut schema: Value) -> Value {
    let (kind, parent) = match owner {
        "Container" => ("Pod", "containers"),
        "PodSpec" => ("Pod", "spec"),
        "ServiceSpec" => ("Service", "spec"),
        "ObjectMeta" => ("Pod", "metadata"),
        "ServiceAccount" => ("ServiceAccount", ""),
        "DeploymentSpec" if field == "strategy" => {
            schema.put("x-kubernetes-patch-strategy", "retainKeys");
            return schema;
        }
        _ => return schema,
    };
    match merge_rule(kind, parent, field) {
        MergeRule::Replace => return schema,
        MergeRule::Primitive => {}
        MergeRule::ByKey(key) => schema.put("x-kubernetes-patch-merge-key", key),
    }
    let keeps = if field == "volumes" { "merge,retainKeys" } else { "merge" };
    schema.put("x-kubernetes-patch-strategy", keeps);
    schema
}

#[test]
fn every_reference_leads_somewhere() {
    fn known(kind: &Type) -> bool {
        match kind {
            Type::Struct(name) => structs().get(name).is_some(),
            Type::List(item) => known(item),
            _ => true,
        }
    }
    for (name, fields) in structs().iter() {
        assert!(fields.iter().all(|(_, kind)| known(kind)), "{name}");
    }
}
