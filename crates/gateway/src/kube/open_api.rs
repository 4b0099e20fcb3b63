//! OpenAPI v3: an index, and a document for each group's version with the schemas and, as the only operations, the patches
//! by which a client sees that fields are validated here.

use super::clock::Running;
use super::discovery::{Resource, resources};
use super::http::Request;
use super::resources::Reply;
use super::server::json;
use cluster::{CUSTOMRESOURCEDEFINITION, schema_behind, schema_names, schema_of};
use manifest::{Value, list, object};

pub(super) fn answer(running: &Running, request: &Request) -> Option<Reply> {
    let rest = request.path.strip_prefix("/openapi/v3")?;
    if request.method != "GET" {
        return None;
    }
    let value = match rest.trim_matches('/') {
        "" => index(running),
        place => document(running, place)?,
    };
    Some(json(running, 200, &value))
}

fn place(resource: &Resource) -> String {
    if resource.group.is_empty() {
        format!("api/{}", resource.version)
    } else {
        format!("apis/{}/{}", resource.group, resource.version)
    }
}

fn index(running: &Running) -> Value {
    let mut paths = Value::map();
    for resource in resources(running) {
        let place = place(&resource);
        let url = format!("/openapi/v3/{place}?hash=1");
        paths.put(&place, object! { "serverRelativeURL" => url });
    }
    object! { "paths" => paths }
}

fn document(running: &Running, wanted: &str) -> Option<Value> {
    let all = resources(running);
    let own: Vec<&Resource> = all.iter().filter(|resource| place(resource) == wanted).collect();
    if own.is_empty() {
        return None;
    }
    let mut schemas = Value::map();
    for name in schema_names() {
        schemas.put(name, schema_of(name).unwrap_or_default());
    }
    for name in ["Quantity", "IntOrString"] {
        schemas.put(name, schema_behind(&format!("#/components/schemas/{name}")).unwrap_or_default());
    }
    let mut paths = Value::map();
    for resource in own {
        let kind = resource.kind();
        let gvk = object! {
            "group" => resource.group.as_str(), "kind" => kind, "version" => resource.version.as_str(),
        };
        let name = if schemas.get(kind).is_some() { kind.to_string() } else { custom(running, resource, &mut schemas) };
        if schemas.get(&name).is_some() {
            schemas.at_mut(&name).put("x-kubernetes-group-version-kind", list![gvk.clone()]);
        }
        let space = if resource.namespaced() { "namespaces/{namespace}/" } else { "" };
        let parameter = object! {
            "in" => "query", "name" => "fieldValidation", "schema" => object! { "type" => "string", "uniqueItems" => true },
        };
        let patch = object! {
            "parameters" => list![parameter], "responses" => Value::map(), "x-kubernetes-action" => "patch",
            "x-kubernetes-group-version-kind" => gvk,
        };
        paths.put(&format!("/{wanted}/{space}{}/{{name}}", resource.plural), object! { "patch" => patch });
    }
    Some(object! {
        "components" => object! { "schemas" => schemas },
        "info" => object! { "title" => "Kubernetes", "version" => cluster::VERSION }, "openapi" => "3.0.0", "paths" => paths,
    })
}

/// Adds the schema of a custom resource; its name.
fn custom(running: &Running, resource: &Resource, schemas: &mut Value) -> String {
    let name = format!("{}.{}.{}", resource.group, resource.version, resource.kind());
    let definition = format!("{}.{}", resource.plural, resource.group);
    let store = running.world.cluster.store();
    let Some(definition) = store.get(CUSTOMRESOURCEDEFINITION, "", &definition) else { return name };
    let versions = definition.value.list_at("spec.versions");
    let Some(version) = versions.iter().find(|v| v.str_at("name") == resource.version) else { return name };
    let mut schema = version.at("schema.openAPIV3Schema").clone();
    for field in ["apiVersion", "kind"] {
        schema.set(&format!("properties.{field}"), object! { "type" => "string" });
    }
    schema.set("properties.metadata", object! { "$ref" => "#/components/schemas/ObjectMeta" });
    schemas.put(&name, schema);
    name
}
