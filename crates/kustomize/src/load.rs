//! Texts to resources: documents split as Kustomize splits them, lists opened, what is no resource refused.

use crate::failure::{Done, Failure, failed};
use crate::resource::{Resource, text_of};
use manifest::{Dialect, Level, Map, Value};

/// The resources of a text.
pub(crate) fn resources(text: &str) -> Done<Vec<Resource>> {
    let (documents, written) = documents(text)?;
    let mut waiting = checked(documents)?;
    let mut out = Vec::new();
    // A `FooList` is opened behind all that stands after it.
    while !waiting.is_empty() {
        let value = waiting.remove(0);
        let kind = text_of(value.at("kind"));
        let items = value.get("items").filter(|_| kind.ends_with("List"));
        match items {
            None => {
                let mut resource = Resource::new(value);
                resource.written = texts_of(&resource.value, &written);
                out.push(resource);
            }
            Some(Value::Null) => {}
            Some(Value::List(items)) => {
                let items = items.iter().filter(|item| !item.is_null()).cloned().collect();
                waiting.extend(checked(items)?);
            }
            Some(other) => {
                let shape = if other.as_map().is_some() { "map[string]interface {}" } else { "string" };
                return failed(&["expected array in ", &kind, "/items, but found ", shape]);
            }
        }
    }
    Ok(out)
}

/// The same for a file, with its name in an error.
pub(crate) fn from_file(bytes: &[u8], path: &str) -> Done<Vec<Resource>> {
    resources(&String::from_utf8_lossy(bytes)).map_err(|failure| named(failure, path))
}

pub(crate) fn named(failure: Failure, path: &str) -> Failure {
    if malformed(&failure) { Failure([&failure.0, " in File: ", path].concat()) } else { failure }
}

pub(crate) fn malformed(failure: &Failure) -> bool {
    failure.0.contains("MalformedYAMLError")
}

/// An object's annotations as they are written: `1.10` stays `1.10`, where nothing reads it as a number before.
fn texts_of(value: &Value, written: &[Value]) -> Map {
    let who = |value: &Value| ["kind", "metadata.name", "metadata.namespace"].map(|path| text_of(value.at(path)));
    let found = written.iter().find(|one| who(one) == who(value));
    found.map(|one| one.map_at("metadata.annotations").clone()).unwrap_or_default()
}

/// The documents, and those again, every scalar a text, whose annotations are not all texts.
fn documents(text: &str) -> Done<(Vec<Value>, Vec<Value>)> {
    let text = text.replace("\r\n", "\n");
    let chunks = split(&text)?;
    let (mut out, mut written) = (Vec::new(), Vec::new());
    for chunk in &chunks {
        let Some(value) = document(chunk)? else { continue };
        if value
            .map_at("metadata.annotations")
            .values()
            .any(|value| value.as_str().is_none_or(|text| text.ends_with("T00:00:00Z")))
        {
            let (texts, _) = Value::parse_yaml_as(chunk, Dialect::Texts);
            written.extend(texts.into_iter().next().map(|document| document.value));
        }
        let kind = text_of(value.at("kind"));
        let wraps = chunks.len() == 1 && matches!(kind.as_str(), "List" | "ResourceList");
        match value.get("items") {
            Some(items) if wraps => out.extend(items.items().iter().cloned()),
            _ => out.push(value),
        }
    }
    Ok((out, written))
}

/// Documents end at a line that begins with `---`; behind it may stand only a comment.
fn split(text: &str) -> Done<Vec<String>> {
    let mut chunks = vec![String::new()];
    let last = text.split_inclusive('\n').count();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let separates = line.starts_with("---") && index > 0 && (index + 1 < last || line.ends_with('\n'));
        if !separates {
            if let Some(chunk) = chunks.last_mut() {
                chunk.push_str(line);
            }
            continue;
        }
        let rest = line[3..].trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            return failed(&["invalid document separator: ", line.trim()]);
        }
        chunks.push(String::new());
    }
    Ok(chunks)
}

/// The first document of a text, as go-yaml v3 and JSON make it.
// Unlike kustomize: a key twice in a map is no error here, the later one wins; a key that is a number or a bool is its text.
fn document(text: &str) -> Done<Option<Value>> {
    let (documents, diagnostics) = Value::parse_yaml_as(text, Dialect::New);
    if let Some(error) = diagnostics.into_iter().find(|one| one.level == Level::Error)
        && documents.is_empty()
    {
        return failed(&["MalformedYAMLError: yaml: ", &error.message]);
    }
    Ok(documents.into_iter().next().map(|document| document.value).filter(|value| !value.is_null()))
}

fn checked(values: Vec<Value>) -> Done<Vec<Value>> {
    let mut out = Vec::new();
    for value in values {
        if value.is_zero() {
            continue;
        }
        let meta = value.at("metadata");
        let text = |field: &str| text_of(value.at(field));
        let (version, kind) = (text("apiVersion"), text("kind"));
        let (name, namespace) = (text("metadata.name"), text("metadata.namespace"));
        let maps = [meta.map_at("labels"), meta.map_at("annotations")];
        if version.is_empty()
            && kind.is_empty()
            && name.is_empty()
            && namespace.is_empty()
            && maps.iter().all(|map| map.is_empty())
        {
            return failed(&["missing Resource metadata"]);
        }
        let shown = || {
            let [labels, annotations] = maps.map(go_texts);
            ["{{", &version, " ", &kind, "} {{", &name, " ", &namespace, "} ", &labels, " ", &annotations, "}}"]
                .concat()
        };
        if kind.is_empty() {
            return failed(&["missing kind in object ", &shown()]);
        }
        if name.is_empty() && !kind.ends_with("List") {
            return failed(&["missing metadata.name in object ", &shown()]);
        }
        out.push(value);
    }
    Ok(out)
}

fn go_texts(map: &Map) -> String {
    let pairs: Vec<String> = map.iter().map(|(key, value)| [key, ":", &text_of(value)].concat()).collect();
    ["map[", &pairs.join(" "), "]"].concat()
}
