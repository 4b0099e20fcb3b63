//! Output formats: yaml, json, name, jsonpath, custom columns.

use super::columns;
use super::jsonpath::Template;
use super::kube::{Kube, Stop};
use cluster::Object;
use manifest::{Value, object};
use std::sync::Arc;

/// How to print.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Output {
    Table { wide: bool },
    Yaml,
    Json,
    Name,
    JsonPath(String),
    Columns(String),
}

const KNOWN: &str = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,\
     jsonpath-file,name,template,templatefile,wide,yaml";

impl Output {
    pub fn parse(text: &str) -> Result<Self, Stop> {
        let (name, rest) = text.split_once('=').map_or((text, None), |(name, rest)| (name, Some(rest)));
        Ok(match (name, rest) {
            ("", None) => Self::Table { wide: false },
            ("wide", None) => Self::Table { wide: true },
            ("yaml", None) => Self::Yaml,
            ("json", None) => Self::Json,
            ("name", None) => Self::Name,
            ("jsonpath", Some(template)) => Self::JsonPath(template.to_string()),
            ("jsonpath", None) => return Err(Stop::error("template format specified but no template given")),
            ("custom-columns", Some(spec)) if !spec.is_empty() => Self::Columns(spec.to_string()),
            ("custom-columns", _) => {
                return Err(Stop::error("custom-columns format specified but no custom columns given"));
            }
            (name, _) if KNOWN.split(',').any(|known| known == name) => {
                return Err(super::not_here::flag(&format!("output={name}")));
            }
            (name, _) => {
                return Err(Stop::error(format!(
                    "unable to match a printer suitable for the output format \"{name}\", allowed formats are: {KNOWN}"
                )));
            }
        })
    }

    /// One value, in a format that needs no table.
    pub fn print_value(&self, value: &Value) -> Result<String, Stop> {
        match self {
            Self::Yaml => Ok(without_managers(value).to_yaml()),
            Self::Json => Ok(without_managers(value).to_json_pretty()),
            Self::JsonPath(template) => Template::parse(template)?.print(value),
            Self::Name | Self::Table { .. } | Self::Columns(_) => {
                Err(Stop::error("unable to print this in the given output format"))
            }
        }
    }

    /// Objects; `single` prints the object itself and not a list of one.
    pub fn print_objects(&self, kube: &Kube<'_, '_>, objects: &[Arc<Object>], single: bool) -> Result<String, Stop> {
        match self {
            Self::Name => Ok(objects.iter().map(|object| format!("{}\n", kube.named(object))).collect()),
            Self::Columns(spec) => custom_columns(spec, objects),
            _ => {
                let value = if single && objects.len() == 1 { objects[0].value.clone() } else { list_of(objects) };
                match self {
                    Self::Yaml if kube.managed_fields => Ok(value.to_yaml()),
                    Self::Json if kube.managed_fields => Ok(value.to_json_pretty()),
                    _ => self.print_value(&value),
                }
            }
        }
    }
}

/// The object, or the list, without the record of who owns which field.
fn without_managers(value: &Value) -> Value {
    let mut value = value.clone();
    value.remove("metadata.managedFields");
    if let Some(mut items) = value.get("items").filter(|_| value.str_at("kind") == "List").cloned() {
        for item in items.make_list() {
            item.remove("metadata.managedFields");
        }
        value.put("items", items);
    }
    value
}

fn list_of(objects: &[Arc<Object>]) -> Value {
    let items: Value = objects.iter().map(|object| object.value.clone()).collect();
    object! {
        "apiVersion" => "v1", "items" => items, "kind" => "List",
        "metadata" => object! { "resourceVersion" => "" },
    }
}

/// `NAME:.metadata.name,IMAGE:.spec.containers[*].image`
fn custom_columns(spec: &str, objects: &[Arc<Object>]) -> Result<String, Stop> {
    let mut columns = Vec::new();
    for part in spec.split(',') {
        let Some((header, path)) = part.split_once(':') else {
            let told = format!("unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>");
            return Err(Stop::error(told));
        };
        columns.push((header.to_string(), Template::relaxed(path)?));
    }
    let mut rows = vec![columns.iter().map(|(header, _)| header.clone()).collect::<Vec<_>>()];
    for object in objects {
        let cell = |template: &Template| {
            let found = template.values(&object.value);
            let texts: Vec<String> = found.iter().map(|value| super::jsonpath::text_of(value)).collect();
            if texts.is_empty() { "<none>".to_string() } else { texts.join(",") }
        };
        rows.push(columns.iter().map(|(_, template)| cell(template)).collect());
    }
    Ok(columns::table(&rows))
}
