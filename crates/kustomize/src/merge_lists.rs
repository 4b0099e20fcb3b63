//! Lists whose items are matched by keys, exactly as kyaml's `walk` does it, with its oddities where a key is missing.

use crate::failure::Done;
use crate::merge::{merge, replaces};
use crate::resource::text_of;
use crate::schema::Schema;
use manifest::Value;

type Texts = Vec<String>;

/// The patch's items in front, then those that only the object has.
pub(crate) fn merge_lists(
    have: &[Value],
    patch: &[Value],
    schema: Schema,
    keys: &[&'static str],
) -> Done<Option<Value>> {
    if keys == ["*"] {
        let mut out: Vec<Value> = Vec::new();
        for item in patch.iter().chain(have) {
            if !out.contains(item) {
                out.push(item.clone());
            }
        }
        return Ok(Some(Value::list(out)));
    }
    let mut have = have.to_vec();
    let mut all: Vec<Texts> = Vec::new();
    for item in patch.iter().chain(&have) {
        let texts: Texts = keys.iter().map(|key| item.get(key).map(text_of).unwrap_or_default()).collect();
        if !all.contains(&texts) {
            all.push(texts);
        }
    }
    if keys.len() > 1 {
        complete(&mut all);
    }
    let mut out: Vec<Value> = Vec::new();
    let mut used: Vec<&'static str> = Vec::new();
    for texts in &all {
        let (own_keys, own) = valid(std::slice::from_ref(texts), texts, keys);
        let (valid_keys, values) = valid(&all, texts, keys);
        let place = have.iter().position(|item| is(item, &own_keys, &own));
        let change = patch.iter().find(|item| is(item, &own_keys, &own));
        let merged = merge(place.map(|at| &have[at]), change, schema, &None)?;
        used.clone_from(&valid_keys);
        match merged.filter(|value| !value.is_zero()) {
            None => set(&mut have, None, &valid_keys, &values),
            Some(mut value) => {
                for (key, text) in valid_keys.iter().zip(&values) {
                    if value.as_map().is_some() && value.get(key).is_none() && !text.is_empty() {
                        value.put(key, manifest::plain_value(text));
                    }
                }
                if let Some(at) = place
                    && !change.is_some_and(replaces)
                {
                    have[at] = value.clone();
                }
                set(&mut out, Some(&value), &valid_keys, &values);
            }
        }
    }
    for item in &have {
        append(&mut out, item, &used);
    }
    Ok((!out.is_empty()).then(|| Value::list(out)))
}

/// Items that name some of the keys are taken for those that name more of them.
fn complete(all: &mut [Texts]) {
    for one in 0..all.len() {
        for two in 0..all.len() {
            if let Some(joined) = joined(&all[one], &all[two]) {
                all[one].clone_from(&joined);
                all[two] = joined;
            }
        }
    }
}

fn joined(a: &Texts, b: &Texts) -> Option<Texts> {
    let mut common = false;
    let mut out = Texts::new();
    for (a, b) in a.iter().zip(b) {
        common |= a == b;
        if a != b && !a.is_empty() && !b.is_empty() {
            return None;
        }
        out.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    common.then_some(out)
}

/// The keys that any of the items names, and this item's texts for them.
fn valid(all: &[Texts], texts: &Texts, keys: &[&'static str]) -> (Vec<&'static str>, Texts) {
    let named = |at: usize| all.iter().any(|texts| !texts[at].is_empty());
    let kept: Vec<usize> = (0..keys.len()).filter(|at| named(*at)).collect();
    if kept.is_empty() {
        return (keys.to_vec(), texts.clone());
    }
    (kept.iter().map(|at| keys[*at]).collect(), kept.iter().map(|at| texts[*at].clone()).collect())
}

fn is(item: &Value, keys: &[&str], texts: &Texts) -> bool {
    item.as_map().is_some()
        && keys.iter().zip(texts).all(|(key, text)| item.get(key).map(text_of).as_ref() == Some(text))
}

/// kyaml's `ElementSetter`: puts an item in the place of those with these keys, or behind all; no item: takes them out.
/// A key without a text fits every item that has the key; a key beyond the texts fits what the key before it did.
fn set(list: &mut Vec<Value>, item: Option<&Value>, keys: &[&str], texts: &[String]) {
    let mut out = Vec::with_capacity(list.len() + 1);
    let mut found = false;
    let for_maps = texts.first().is_some_and(|text| !text.is_empty());
    for have in std::mem::take(list) {
        if have.is_null() || have.as_map().is_some_and(manifest::Map::is_empty) {
            continue;
        }
        if have.as_map().is_none() && for_maps {
            out.push(have);
            continue;
        }
        let fits = |(key, text): (&&str, &String)| {
            have.get(key).is_some_and(|value| text.is_empty() || text_of(value) == *text)
        };
        if texts.is_empty() {
            continue;
        }
        if !keys.iter().zip(texts).all(fits) {
            out.push(have);
            continue;
        }
        found = true;
        out.extend(item.cloned());
    }
    if !found {
        out.extend(item.cloned());
    }
    *list = out;
}

fn append(out: &mut Vec<Value>, item: &Value, keys: &[&str]) {
    let mut texts = Texts::new();
    for key in keys {
        match item.get(key) {
            None | Some(Value::Null) => out.push(item.clone()),
            Some(value) => texts.push(text_of(value)),
        }
    }
    if keys.len() > 1 {
        set(out, None, keys, &texts);
    }
    set(out, Some(item), keys, &texts);
}
