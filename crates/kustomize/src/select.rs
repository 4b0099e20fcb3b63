//! Targets of patches: regular expressions over who a resource is, and selectors of its labels and annotations.

use crate::failure::{Done, Failure, failed};
use crate::resource::{Resource, text_of};
use manifest::{Map, Value};
use regex_lite::Regex;

/// A selector, its expressions compiled.
pub(crate) struct Selector<'s> {
    parts: Vec<Option<Regex>>,
    fields: &'s Value,
}

const PARTS: [&str; 5] = ["group", "version", "kind", "name", "namespace"];

impl<'s> Selector<'s> {
    pub fn new(fields: &'s Value) -> Done<Self> {
        let compile = |field: &&str| {
            let text = fields.str_at(field);
            if text.is_empty() {
                return Ok(None);
            }
            // Unlike kustomize: why an expression cannot be read is told in the words of another library.
            Regex::new(&["^(?:", text, ")$"].concat())
                .map(Some)
                .map_err(|error| Failure(["error parsing regexp: ", &error.to_string()].concat()))
        };
        Ok(Self { parts: PARTS.iter().map(compile).collect::<Done<_>>()?, fields })
    }

    pub fn fits(&self, resource: &Resource) -> Done<bool> {
        let (first, now) = (resource.first_id(), resource.id());
        let test = |part: usize, texts: [&str; 2]| {
            self.parts[part].as_ref().is_none_or(|regex| texts.iter().any(|text| regex.is_match(text)))
        };
        let gvk = &now.gvk;
        let is = test(4, [first.effective_namespace(), now.effective_namespace()])
            && test(3, [&first.name, &now.name])
            && test(0, [&gvk.group, &gvk.group])
            && test(1, [&gvk.version, &gvk.version])
            && test(2, [&gvk.kind, &gvk.kind]);
        Ok(is && by_labels(self.fields, resource)?)
    }
}

/// The indexes of the resources that a selector's fields choose.
pub(crate) fn select(all: &[Resource], fields: &Value) -> Done<Vec<usize>> {
    let selector = Selector::new(fields)?;
    let mut out = Vec::new();
    for (at, resource) in all.iter().enumerate() {
        if selector.fits(resource)? {
            out.push(at);
        }
    }
    Ok(out)
}

/// `labelSelector` and `annotationSelector`.
pub(crate) fn by_labels(fields: &Value, resource: &Resource) -> Done<bool> {
    Ok(matches(fields.str_at("labelSelector"), resource.labels())?
        && matches(fields.str_at("annotationSelector"), resource.annotations())?)
}

/// A selector as `kubectl -l` takes it.
fn matches(selector: &str, labels: &Map) -> Done<bool> {
    let mut rest = selector.trim();
    while !rest.is_empty() {
        let inside = rest.find('(').filter(|open| rest.find(',').is_none_or(|comma| *open < comma));
        let end = match inside {
            Some(open) => rest[open..].find(')').map_or(rest.len(), |close| open + close + 1),
            None => rest.find(',').unwrap_or(rest.len()),
        };
        let (demand, tail) = rest.split_at(end);
        if !holds(demand.trim(), labels)? {
            return Ok(false);
        }
        rest = tail.trim().trim_start_matches(',').trim();
    }
    Ok(true)
}

fn holds(demand: &str, labels: &Map) -> Done<bool> {
    let have = |key: &str| labels.get(key.trim()).map(text_of);
    if let Some(key) = demand.strip_prefix('!') {
        return Ok(have(key).is_none());
    }
    if let Some((left, values)) = demand.split_once('(') {
        let mut values = values.trim_end_matches(')').split(',').map(str::trim);
        let mut words = left.split_whitespace();
        let (key, operator) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        return match operator {
            "in" => Ok(have(key).is_some_and(|value| values.any(|one| one == value))),
            "notin" => Ok(have(key).is_none_or(|value| values.all(|one| one != value))),
            other => unreadable(other),
        };
    }
    for (sign, equal) in [("!=", false), ("==", true), ("=", true)] {
        if let Some((key, value)) = demand.split_once(sign) {
            return Ok((have(key).as_deref() == Some(value.trim())) == equal);
        }
    }
    match demand.split_once(char::is_whitespace) {
        Some((_, rest)) => unreadable(rest.trim()),
        None => Ok(have(demand).is_some()),
    }
}

fn unreadable<T>(found: &str) -> Done<T> {
    let found = crate::failure::quoted(found);
    let known = "'!', 'in', 'notin', '=', '==', '!=', 'gt', 'lt'";
    failed(&["unable to parse requirement: found ", &found, ", expected: ", known])
}
