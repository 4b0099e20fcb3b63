//! `patches`, `patchesStrategicMerge`, `patchesJson6902`: read first, applied later.

use crate::failure::{Done, Failure, failed, quoted};
use crate::files::Loader;
use crate::form::first_document;
use crate::load;
use crate::merge::merge_object;
use crate::resource::{Resource, append};
use crate::select::select;
use manifest::{Map, Value, json_patch};

/// A patch that was read.
pub(crate) enum Patch {
    /// Each for the one resource that it names.
    ByName(Vec<Resource>),
    /// The old field's: an id that is not found is told in other words.
    ByNameOld(Vec<Resource>),
    /// One for all that a selector chooses.
    ByTarget(Resource, Value),
    Json {
        operations: Value,
        target: Value,
        remembers: bool,
    },
    /// What is refused only when it is applied.
    Refused(Failure),
}

fn trouble<T>(what: &str, config: &Value, failure: &Failure) -> Done<T> {
    failed(&["trouble configuring builtin ", what, " with config: `\n", &config.to_yaml(), "`: ", &failure.0])
}

/// The fields of an entry as the real one writes them again.
fn config(entry: &Value) -> Value {
    let mut out = entry.clone();
    out.make_map().retain(|_, value| !value.is_null() && (value.as_map().is_some() || !value.is_zero()));
    out
}

/// An entry of `patches`.
pub(crate) fn read(loader: &Loader<'_>, entry: &Value) -> Done<Patch> {
    read_entry(loader, entry).or_else(|failure| trouble("PatchTransformer", &config(entry), &failure))
}

fn read_entry(loader: &Loader<'_>, entry: &Value) -> Done<Patch> {
    let (inline, path) = (entry.str_at("patch").trim(), entry.str_at("path"));
    let (text, source) = match (inline, path) {
        ("", "") => return failed(&["must specify one of patch and path in\n", config(entry).to_yaml().trim_end()]),
        ("", path) => {
            let text = loader
                .load_text(path)
                .map_err(|failure| failure.within(&["failed to get the patch file from path(", path, ")"].concat()))?;
            (text, ["[path: ", &quoted(path), "]"].concat())
        }
        (inline, "") => (inline.to_string(), ["[patch: ", &quoted(inline), "]"].concat()),
        _ => {
            let shown = config(entry).to_yaml();
            return failed(&["patch and path can't be set at the same time\n", shown.trim_end()]);
        }
    };
    let target = entry.get("target").cloned().unwrap_or_default();
    match (load::resources(&text), operations(&text)) {
        (Ok(_), Ok(_)) => failed(&["illegally qualifies as both an SM and JSON patch: ", &source]),
        (Err(_), Err(_)) => failed(&["unable to parse SM or JSON patch from ", &source]),
        (Ok(mut patches), Err(_)) => {
            for patch in &mut patches {
                patch.name_may_change = entry.bool_at("options.allowNameChange");
                patch.kind_may_change = entry.bool_at("options.allowKindChange");
            }
            if target.is_null() {
                return Ok(Patch::ByName(patches));
            }
            if patches.len() > 1 {
                let sentence = "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field: ";
                return Ok(Patch::Refused(Failure([sentence, &source].concat())));
            }
            match patches.into_iter().next() {
                Some(patch) => Ok(Patch::ByTarget(patch, target)),
                None => failed(&["unable to parse SM or JSON patch from ", &source]),
            }
        }
        (Err(_), Ok(_)) if target.is_null() => {
            Ok(Patch::Refused(Failure(["must specify a target for JSON patch ", &source].concat())))
        }
        (Err(_), Ok(operations)) => Ok(Patch::Json { operations, target, remembers: true }),
    }
}

/// The operations of a JSON patch.
fn operations(text: &str) -> Done<Value> {
    if text.is_empty() {
        return failed(&["empty json patch operations"]);
    }
    let value = first_document(text)?;
    let maps = value.items().iter().all(|item| item.as_map().is_some());
    match value {
        Value::Null => Ok(value),
        Value::List(_) if maps => Ok(value),
        other => {
            let why = json_patch(&Value::map(), &other).err().map_or(String::new(), |error| error.0);
            failed(&["decoding ", &other.to_json(), ": ", &why])
        }
    }
}

/// An entry of `patchesJson6902`.
pub(crate) fn read_json(loader: &Loader<'_>, entry: &Value) -> Done<Patch> {
    let mut shown = Value::map();
    for (from, to) in [("target", "target"), ("path", "path"), ("patch", "jsonOp")] {
        if let Some(value) = entry.get(from).filter(|value| value.as_map().is_some() || !value.is_zero()) {
            shown.put(to, value.clone());
        }
    }
    read_json_entry(loader, entry).or_else(|failure| trouble("PatchJson6902Transformer", &shown, &failure))
}

fn read_json_entry(loader: &Loader<'_>, entry: &Value) -> Done<Patch> {
    let (inline, path) = (entry.str_at("patch"), entry.str_at("path"));
    let target = entry.get("target").cloned().unwrap_or_default();
    if target.str_at("name").is_empty() {
        return failed(&["must specify the target name"]);
    }
    let text = match (inline, path) {
        ("", "") => return failed(&["empty file path and empty jsonOp"]),
        ("", path) => loader.load_text(path)?,
        (inline, "") => inline.to_string(),
        _ => return failed(&["must specify a file path or jsonOp, not both"]),
    };
    if text.is_empty() {
        return failed(&["patch file '", path, "' empty seems to be empty"]);
    }
    let operations = operations(&text)?;
    if operations.items().is_empty() {
        return failed(&["patch appears to be empty; file=", path, ", JsonOp=", inline]);
    }
    Ok(Patch::Json { operations, target, remembers: false })
}

/// All entries of `patchesStrategicMerge`: a text that is no patch is a path.
pub(crate) fn read_strategic(loader: &Loader<'_>, entries: &[Value]) -> Done<Patch> {
    let mut all = Vec::new();
    let read = |text: &str| match load::resources(text) {
        Ok(patches) => Ok(patches),
        Err(_) => load::from_file(&loader.load(text)?, text),
    };
    for entry in entries {
        match read(entry.as_str().unwrap_or("")) {
            Ok(patches) => all.extend(patches),
            Err(failure) => {
                let paths = manifest::object! { "paths" => Value::list(entries.to_vec()) };
                return trouble("PatchStrategicMergeTransformer", &paths, &failure);
            }
        }
    }
    Ok(Patch::ByNameOld(all))
}

pub(crate) fn apply(all: &mut Vec<Resource>, patch: &Patch) -> Done<()> {
    match patch {
        Patch::Refused(failure) => Err(failure.clone()),
        Patch::ByName(patches) => {
            for patch in patches {
                let id = patch.first_id().shown();
                let at = one(all, patch).map_err(|failure| {
                    failure.within(&["no resource matches strategic merge patch ", &quoted(&id)].concat())
                })?;
                strategic(&mut all[at], patch)?;
            }
            Ok(())
        }
        Patch::ByNameOld(patches) => {
            for patch in patches {
                let at = one(all, patch)?;
                strategic(&mut all[at], &with_texts(patch))?;
                settle(all)?;
            }
            Ok(())
        }
        Patch::ByTarget(patch, target) => {
            let patch = with_texts(patch);
            for at in select(all, target)? {
                strategic(&mut all[at], &patch)?;
            }
            settle(all)
        }
        Patch::Json { operations, target, remembers } => json(all, operations, target, *remembers),
    }
}

/// On this way the real one makes texts of a patch's labels and annotations, of null too.
fn with_texts(patch: &Resource) -> Resource {
    let mut out = patch.clone();
    for field in ["metadata.labels", "metadata.annotations"] {
        let texts: Map = patch
            .value
            .map_at(field)
            .iter()
            .map(|(key, value)| (key.clone(), patch.annotation_text(key, value).into()))
            .collect();
        if !texts.is_empty() || patch.value.at(field).as_map().is_some() {
            out.set_texts(field, &texts);
        }
    }
    out
}

/// Drops what was deleted; no two may be the same afterwards.
fn settle(all: &mut Vec<Resource>) -> Done<()> {
    for resource in std::mem::take(all) {
        if !resource.gone() {
            append(all, resource)?;
        }
    }
    Ok(())
}

/// The one resource that a patch names.
fn one(all: &[Resource], patch: &Resource) -> Done<usize> {
    let id = patch.first_id();
    let found: Vec<usize> = (0..all.len()).filter(|at| all[*at].any_id(|other| id.equals(other))).collect();
    match found.as_slice() {
        [at] => Ok(*at),
        found => {
            let many = if found.is_empty() { "no matches" } else { "multiple matches" };
            let shown = id.shown();
            failed(&[many, " for Id ", &shown, "; failed to find unique target for patch ", &shown])
        }
    }
}

fn strategic(resource: &mut Resource, patch: &Resource) -> Done<()> {
    let id = resource.id();
    let namespace = resource.value.at("metadata.namespace").clone();
    let name = resource.value.at("metadata.name").clone();
    if patch.name_may_change || patch.kind_may_change {
        resource.remember();
    }
    let mut change = patch.value.clone();
    change.set("apiVersion", id.gvk.api_version());
    let Some(mut merged) = merge_object(&resource.value, &change)? else {
        resource.value = Value::Null;
        return Ok(());
    };
    if !patch.kind_may_change {
        merged.set("kind", id.gvk.kind.as_str());
    }
    if !patch.name_may_change {
        merged.set("metadata.name", name);
    }
    if namespace.is_null() {
        merged.remove("metadata.namespace");
    } else {
        merged.set("metadata.namespace", namespace);
    }
    resource.value = merged;
    Ok(())
}

fn json(all: &mut [Resource], operations: &Value, target: &Value, remembers: bool) -> Done<()> {
    for at in select(all, target)? {
        let resource = &mut all[at];
        if remembers {
            resource.remember();
        }
        // The real one has annotations of its own there, so that others can be added.
        if resource.annotated_inside() && resource.annotations().is_empty() {
            *resource.value.at_mut("metadata.annotations") = Value::map();
        }
        resource.written = Map::new();
        resource.value = json_patch(&resource.value, operations).map_err(|error| Failure(error.0))?;
        if resource.annotations().is_empty() {
            resource.value.remove("metadata.annotations");
        }
    }
    Ok(())
}
