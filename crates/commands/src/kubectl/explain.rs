//! `kubectl explain`: the fields of a kind, from the server's schemas.

use super::arguments::no_such_type;
use super::flags::{Given, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next};
use cluster::{CUSTOMRESOURCEDEFINITION, KindInfo, schema_behind, schema_of};
use manifest::Value;

pub(crate) const COMMAND: Command = Command {
    path: "explain",
    operands: "TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group]",
    summary: "Get documentation for a resource.",
    examples: &[
        ("The fields of pods", "kubectl explain pods"),
        ("A field of a field", "kubectl explain deployment.spec.template.spec"),
        ("All names at once", "kubectl explain cronjob.spec --recursive"),
    ],
    flags: &[
        text("api-version", '\0', "", "Use this version (group/version) of the resource."),
        switch("recursive", '\0', "The names of all fields below, without their descriptions."),
    ],
    missing: &["output", "o"],
    run,
};

/// Unlike kubectl: built-in fields have no descriptions here; custom ones have those of their definition.
fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let [what] = &given.operands[..] else {
        return Err(Stop::said(if given.operands.is_empty() {
            "error: You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of \
             supported resources.\n\n"
        } else {
            "error: We accept only this format: explain RESOURCE\n\n"
        }));
    };
    let (kind, path) = kind_and_path(kube, what)?;
    let version = given.text("api-version");
    let kind = match version {
        "" => kind,
        version => kube.kinds().of_manifest(version, &kind.kind).cloned().ok_or_else(|| {
            let (group, version) = version.split_once('/').unwrap_or(("", version));
            let plural = &kind.plural;
            Stop::error(format!(
                "couldn't find resource for \"{group}/{version}, Resource={plural}\": GVR not found in OpenAPI schema"
            ))
        })?,
    };
    let schema = schema_for(kube, &kind).ok_or_else(|| no_such_type(what))?;
    let mut out = String::new();
    if !kind.group.is_empty() {
        out.push_str(&format!("GROUP:      {}\n", kind.group));
    }
    out.push_str(&format!("KIND:       {}\nVERSION:    {}\n\n", kind.kind, kind.version));
    let Some(field) = follow(&schema, &path, &mut out) else {
        kube.out(out);
        let name = path.last().map_or("", String::as_str);
        return Err(Stop::error(format!("field \"{name}\" does not exist")));
    };
    let told = match described(&field) {
        text if text.is_empty() => "<empty>".to_string(),
        text => text,
    };
    out.push_str(&format!("DESCRIPTION:\n{}\n", wrapped(&told, 76, 4)));
    let mut fields = String::new();
    list(&field, 1, given.has("recursive"), &mut fields);
    if !fields.is_empty() {
        out.push_str("FIELDS:\n");
        out.push_str(&fields);
    }
    out.push('\n');
    kube.out(out);
    Ok(Next::Done(0))
}

/// `deployments.apps.spec.replicas`: the longest word that is a kind, and the fields behind it.
fn kind_and_path(kube: &Kube<'_, '_>, what: &str) -> Result<(KindInfo, Vec<String>), Stop> {
    let words: Vec<&str> = what.trim_end_matches('.').split('.').collect();
    let found = (1..=words.len()).rev().find_map(|count| {
        let name = words[..count].join(".");
        let kind = kube.kinds().find(&name)?;
        // `pods.spec` is no group `spec`: find takes a word with dots only by its whole group.
        Some((kind.clone(), words[count..].iter().map(|word| (*word).to_string()).collect()))
    });
    // This one comes without `error: `.
    let told = format!("the server doesn't have a resource type {:?}", words.first().unwrap_or(&""));
    found.ok_or_else(|| Stop::said(told))
}

fn schema_for(kube: &Kube<'_, '_>, kind: &KindInfo) -> Option<Value> {
    if let Some(schema) = schema_of(&kind.kind).filter(|_| kind.columns.is_empty()) {
        return Some(schema);
    }
    let definition = kube.store().get(CUSTOMRESOURCEDEFINITION, "", &kind.qualified())?;
    let versions = definition.value.list_at("spec.versions");
    let version = versions.iter().find(|version| *version.str_at("name") == *kind.version)?;
    let mut schema = version.at("schema.openAPIV3Schema").clone();
    for (name, of) in [("apiVersion", "string"), ("kind", "string")] {
        if schema.at("properties").get(name).is_none() {
            schema.at_mut(&format!("properties.{name}")).put("type", of);
        }
    }
    let mut metadata = schema.at("properties.metadata").clone();
    metadata.put("$ref", "#/components/schemas/ObjectMeta");
    schema.set("properties.metadata", metadata);
    Some(schema)
}

/// A schema with its reference followed.
fn resolved(schema: &Value) -> Value {
    let reference = schema.str_at("$ref");
    if reference.is_empty() { schema.clone() } else { schema_behind(reference).unwrap_or_else(|| schema.clone()) }
}

/// What items or values are made of.
fn inner(schema: &Value) -> Option<&Value> {
    schema.get("items").or_else(|| schema.get("additionalProperties").filter(|inner| inner.as_map().is_some()))
}

/// Goes along the fields; the last one is told.
fn follow(schema: &Value, path: &[String], out: &mut String) -> Option<Value> {
    let mut here = schema.clone();
    let mut rest = path;
    while let Some(name) = rest.first() {
        here = resolved(&here);
        match here.at("properties").get(name) {
            Some(field) => {
                if rest.len() == 1 {
                    out.push_str(&format!("FIELD: {name} <{}>\n\n\n", type_of(field)));
                }
                here = field.clone();
                rest = &rest[1..];
            }
            None => here = inner(&here)?.clone(),
        }
    }
    Some(here)
}

fn type_of(schema: &Value) -> String {
    if let Some(items) = schema.get("items") {
        return format!("[]{}", type_of(items));
    }
    if let Some(values) = inner(schema) {
        return format!("map[string]{}", type_of(values));
    }
    let reference = schema.str_at("$ref");
    if !reference.is_empty() {
        let name = reference.rsplit(['/', '.']).next().unwrap_or("Object");
        return name.to_string();
    }
    match schema.str_at("type") {
        "" | "object" => "Object".into(),
        other => other.into(),
    }
}

/// The description of a schema and of what it is made of.
fn described(schema: &Value) -> String {
    let mut here = Some(schema.clone());
    let mut all = Vec::new();
    for _ in 0..8 {
        let Some(schema) = here else { break };
        let own = schema.str_at("description");
        let behind = resolved(&schema);
        let text = if own.is_empty() { behind.str_at("description") } else { own };
        if !text.is_empty() {
            all.push(text.to_string());
        }
        here = inner(&behind).cloned();
    }
    all.join("\n")
}

/// Words in lines of at most `width`, each indented.
fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    let margin = " ".repeat(indent);
    lines.iter().map(|line| format!("{margin}{line}")).collect::<Vec<_>>().join("\n")
}

const DEPTH_MAX: usize = 24;

/// The fields of a schema, or of what it is made of.
fn list(schema: &Value, level: usize, recursive: bool, out: &mut String) {
    if level > DEPTH_MAX {
        return;
    }
    let schema = resolved(schema);
    let required = schema.list_at("required");
    for (name, field) in schema.map_at("properties").iter() {
        let margin = " ".repeat(level * 2);
        let must = if required.iter().any(|r| r.as_str() == Some(name)) { " -required-" } else { "" };
        out.push_str(&format!("{margin}{name}\t<{}>{must}\n", type_of(field)));
        if recursive {
            list(field, level + 1, recursive, out);
        } else {
            let own = field.str_at("description");
            let told = if own.is_empty() { "<no description>" } else { own };
            out.push_str(&format!("{}\n\n", wrapped(told, 78 - level * 2, level * 2 + 2)));
        }
    }
    if let Some(inner) = inner(&schema) {
        list(inner, level, recursive, out);
    }
}
