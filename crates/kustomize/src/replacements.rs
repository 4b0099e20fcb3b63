//! `replacements`: a value of one resource copied into fields of others.

use crate::failure::{Done, failed, quoted};
use crate::files::Loader;
use crate::form::{conform, first_document};
use crate::identity::Id;
use crate::places::{parts, wrong_kind};
use crate::resource::{Resource, text_of};
use crate::select::by_labels;
use crate::writer::{Writer, is_match, key_and_value};
use manifest::{Value, object};

/// The entries of a file's `replacements`, those in files of their own read.
pub(crate) fn read(loader: &Loader<'_>, entries: &[Value]) -> Done<Vec<Value>> {
    let mut all = Vec::new();
    for entry in entries {
        match from_path(loader, entry) {
            Ok(Some(more)) => all.extend(more),
            Ok(None) => all.push(entry.clone()),
            Err(failure) => {
                let shown = object! { "Replacements" => Value::list(entries.to_vec()) };
                let what = "trouble configuring builtin ReplacementTransformer with config: `\n";
                return failed(&[what, &shown.to_yaml(), "`: ", &failure.0]);
            }
        }
    }
    Ok(all)
}

fn from_path(loader: &Loader<'_>, entry: &Value) -> Done<Option<Vec<Value>>> {
    let path = entry.str_at("path");
    if path.is_empty() {
        return Ok(None);
    }
    if entry.get("source").is_some() || !entry.list_at("targets").is_empty() {
        return failed(&["cannot specify both path and inline replacement"]);
    }
    let value = first_document(&loader.load_text(path)?)?;
    let checked = |one: &Value| {
        conform(one, "Replacement", "", "")
            .map_err(|failure| failure.within("error unmarshaling JSON: while decoding JSON"))
    };
    match &value {
        Value::List(items) => items.iter().map(checked).collect::<Done<_>>().map(Some),
        Value::Map(_) => Ok(Some(vec![checked(&value)?])),
        Value::Null => failed(&["unsupported replacement type encountered within replacement path: invalid"]),
        _ => failed(&["unsupported replacement type encountered within replacement path: string"]),
    }
}

pub(crate) fn apply(all: &mut [Resource], replacements: &[Value]) -> Done<()> {
    for one in replacements {
        let (source, targets) = (one.at("source"), one.at("targets"));
        if source.is_null() || targets.is_null() {
            return failed(&["replacements must specify a source and at least one target"]);
        }
        let (mut value, place) = value_of(all, source)?;
        for target in targets.items() {
            apply_to(all, &mut value, &place, target)?;
        }
    }
    Ok(())
}

/// `Deployment.v1.apps/web.[noNs]:spec.replicas`.
fn shown(source: &Value) -> String {
    let mut out = Id::from_fields(source).shown();
    if !source.str_at("fieldPath").is_empty() {
        out.push(':');
        out.push_str(source.str_at("fieldPath"));
    }
    let options = source.at("options");
    if !options.str_at("delimiter").is_empty() || options.bool_at("create") {
        let create = if options.bool_at("create") { "true" } else { "false" };
        let index = options.int_at("index").unwrap_or(0).to_string();
        out.push_str(&[":", options.str_at("delimiter"), "(", &index, "), create=", create].concat());
    }
    out
}

fn ids(resource: &Resource) -> Vec<Id> {
    let now = Id { cluster_scoped: false, ..resource.id() };
    std::iter::once(now).chain(resource.prior_ids()).collect()
}

/// Where a value was found: a resource's index and the steps in it. What is written there changes the value.
type Place = Option<(usize, Vec<String>)>;

fn value_of(all: &[Resource], source: &Value) -> Done<(Value, Place)> {
    let selector = Id::from_fields(source);
    let chosen = |(_, resource): &(usize, &Resource)| ids(resource).iter().any(|id| id.selected_by(&selector));
    let mut found = all.iter().enumerate().filter(chosen);
    let Some((at, resource)) = found.next() else { return failed(&["nothing selected by ", &shown(source)]) };
    if found.next().is_some() {
        return failed(&["multiple matches for selector ", &shown(source)]);
    }
    let given = source.str_at("fieldPath");
    let path = if given.is_empty() { "metadata.name" } else { given };
    let mut here = Some(&resource.value);
    let mut steps = Vec::new();
    for part in smarter_parts(path).iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        here = match here {
            None | Some(Value::Null) => None,
            Some(value) => {
                look(value, part).map_err(|failure| failure.within("error looking up replacement source"))?
            }
        };
        steps.push((*part).to_string());
    }
    let value = match here {
        Some(value) if !value.is_null() && !matches!(value, Value::List(_) | Value::Map(_) if value.is_zero()) => value,
        _ => return failed(&["fieldPath `", path, "` is missing for replacement source ", &selector.shown()]),
    };
    let options = source.at("options");
    let place = options.str_at("delimiter").is_empty().then_some((at, steps));
    Ok((refined(value, options)?, place))
}

fn refined(value: &Value, options: &Value) -> Done<Value> {
    let delimiter = options.str_at("delimiter");
    if delimiter.is_empty() {
        return Ok(value.clone());
    }
    if matches!(value, Value::List(_) | Value::Map(_)) {
        return failed(&["delimiter option can only be used with scalar nodes"]);
    }
    let text = text_of(value);
    let index = options.int_at("index").unwrap_or(0);
    match usize::try_from(index).ok().and_then(|at| text.split(delimiter).nth(at)) {
        Some(part) => Ok(part.into()),
        None => failed(&["options.index ", &index.to_string(), " is out of bounds for value ", &text]),
    }
}

/// One step of a source's path.
fn look<'v>(value: &'v Value, part: &str) -> Done<Option<&'v Value>> {
    let list = || value.as_list().ok_or_else(|| wrong_kind("SequenceNode", value));
    if let Ok(index) = part.parse::<i64>() {
        if index < 0 {
            return failed(&["array index ", part, " cannot be negative"]);
        }
        return Ok(usize::try_from(index).ok().and_then(|at| list().ok()?.get(at)));
    }
    match part {
        "-" => Ok(list()?.last()),
        "*" => failed(&["wildcard is not supported in PathGetter"]),
        _ if is_match(part) => {
            let (key, want) = key_and_value(part)?;
            Ok(list()?.iter().find(|item| {
                let have = if key.is_empty() { Some(text_of(item)) } else { item.get(key).map(text_of) };
                have.as_deref() == Some(want)
            }))
        }
        _ if value.as_map().is_none() => Err(wrong_kind("MappingNode", value)),
        _ => Ok(value.get(part)),
    }
}

/// A path's parts; what is in brackets is one, and loses them where it matches no list.
fn smarter_parts(path: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut all = parts(path, '.').into_iter();
    while let Some(part) = all.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            out.push(part);
            continue;
        }
        let mut whole = part;
        for next in all.by_ref() {
            whole.push('.');
            whole.push_str(&next);
            if next.ends_with(']') {
                break;
            }
        }
        out.push(if whole.contains('=') { whole } else { whole.trim_matches(['[', ']']).to_string() });
    }
    out
}

fn apply_to(all: &mut [Resource], value: &mut Value, place: &Place, target: &Value) -> Done<()> {
    let select = target.at("select");
    if select.is_null() {
        return failed(&["target must specify resources to select"]);
    }
    let wanted = Id::from_fields(select);
    let empty = Id::default();
    for (at, resource) in all.iter_mut().enumerate() {
        if !by_labels(select, resource)? {
            continue;
        }
        let ids = ids(resource);
        let mut rejected = false;
        for reject in target.list_at("reject") {
            let by_label =
                !reject.str_at("labelSelector").is_empty() || !reject.str_at("annotationSelector").is_empty();
            let id = Id::from_fields(reject);
            rejected |= by_label && by_labels(reject, resource)?;
            rejected |= id != empty && ids.iter().any(|one| one.selected_by(&id));
        }
        if rejected || !ids.iter().any(|id| id.selected_by(&wanted)) {
            continue;
        }
        let own = place.as_ref().filter(|(source, _)| *source == at).map(|(_, steps)| steps.as_slice());
        copy(&mut resource.value, value, own, target)?;
    }
    Ok(())
}

fn copy(into: &mut Value, value: &mut Value, own: Option<&[String]>, target: &Value) -> Done<()> {
    let options = target.at("options");
    let create = options.bool_at("create");
    let paths: Vec<&str> = match target.list_at("fieldPaths") {
        [] => vec!["metadata.name"],
        paths => paths.iter().filter_map(Value::as_str).collect(),
    };
    for path in paths {
        let or_create = if create { "find or create" } else { "find" };
        let sentence = ["unable to ", or_create, " field ", &quoted(path), " in replacement target"].concat();
        let mut writer = Writer { value, own, steps: Vec::new(), options, create };
        let count =
            writer.walk(into, &smarter_parts(path)).map_err(|failure| match failure.0.strip_prefix('\u{1}') {
                Some(own) => crate::failure::Failure(own.to_string()),
                None => failure.within(&sentence),
            })?;
        if count == 0 {
            return failed(&[&sentence]);
        }
    }
    Ok(())
}
