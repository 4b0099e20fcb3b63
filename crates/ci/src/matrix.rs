//! `strategy.matrix`: which combinations of values a job runs with.

use crate::expr::{self, Data, Scope};
use manifest::{Mark, Value};
use order::{Arrange, OrdMap};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `strategy:` as it stands in the file; texts may hold expressions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Strategy {
    /// JSON, as only that keeps the order of keys.
    pub(crate) matrix: Option<String>,
    pub(crate) fail_fast: Option<String>,
    pub(crate) max_parallel: Option<String>,
}

type Row = Vec<(String, Data)>;

/// The real one's limit.
const JOBS_MAX: usize = 256;

/// A value with its keys in the order of the file.
#[inline(never)]
pub(crate) fn ordered(value: &Value, path: &str, spans: &OrdMap<String, Mark>) -> Data {
    match value {
        Value::Map(map) => {
            let mut members: Vec<_> = map
                .iter()
                .map(|(key, value)| {
                    let here = [path, ".", key].concat();
                    (spans.get(&here).copied(), key.to_string(), ordered(value, &here, spans))
                })
                .collect();
            members.arrange_by_key(|(at, _, _)| *at);
            Data::Object(Arc::new(members.into_iter().map(|(_, key, value)| (key, value)).collect()))
        }
        Value::List(items) => {
            let item = |(at, item)| ordered(item, &format!("{path}[{at}]"), spans);
            Data::array(items.iter().enumerate().map(item).collect())
        }
        other => Data::from(other),
    }
}

/// Expressions inside, replaced by what they are worth.
#[inline(never)]
pub(crate) fn resolved(data: &Data, scope: Scope<'_>) -> Result<Data, String> {
    Ok(match data {
        Data::Text(text) => expr::value_of(text, scope)?,
        Data::Array(array) => {
            Data::array(array.items.iter().map(|item| resolved(item, scope)).collect::<Result<_, _>>()?)
        }
        Data::Object(members) => {
            let member = |(key, value): &(String, Data)| Ok((key.clone(), resolved(value, scope)?));
            Data::Object(Arc::new(members.iter().map(member).collect::<Result<_, String>>()?))
        }
        other => other.clone(),
    })
}

/// A value as the world keeps it.
#[inline(never)]
pub(crate) fn value(data: &Data) -> Value {
    match data {
        Data::Null => Value::Null,
        Data::Bool(yes) => Value::from(*yes),
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
        Data::Number(number) if number.abs() < 9e15 && number % 1.0 == 0.0 => Value::Int(*number as i64),
        Data::Number(number) => Value::Float(*number),
        Data::Text(text) => Value::Str(text.clone()),
        Data::Array(array) => Value::list(array.items.iter().map(value).collect()),
        Data::Object(members) => {
            let mut map = Value::map();
            members.iter().for_each(|(key, member)| map.put(key, value(member)));
            map
        }
    }
}

/// One job of a matrix: what stands behind its name, and the `matrix` context.
pub(crate) struct Combination {
    pub words: String,
    pub values: Value,
}

/// The combinations, in the order of the real one.
#[inline(never)]
pub(crate) fn expand(json: &str, scope: Scope<'_>) -> Result<Vec<Combination>, String> {
    let written = Data::from_json(json).ok_or("the matrix is damaged")?;
    let Data::Object(members) = resolved(&written, scope)? else {
        return Err("A mapping was expected".into());
    };
    let mut vectors: Vec<(&str, Vec<Data>)> = Vec::new();
    let (mut include, mut exclude) = (Vec::new(), Vec::new());
    for (key, data) in members.iter() {
        let Data::Array(array) = data else {
            return Err("A sequence was expected".into());
        };
        match key.as_str() {
            "include" => include = rows(&array.items)?,
            "exclude" => exclude = rows(&array.items)?,
            _ if array.items.is_empty() => return Err(format!("Matrix vector '{key}' does not contain any values")),
            _ => vectors.push((key, array.items.clone())),
        }
    }
    if vectors.is_empty() && include.is_empty() {
        return Err("Matrix must define at least one vector".into());
    }
    let mut all = product(&vectors)?;
    all.retain(|row| !exclude.iter().any(|out| out.iter().all(|(key, wanted)| has(row, key, wanted))));
    add(&mut all, include, &vectors);
    if all.len() > JOBS_MAX {
        return Err(format!("The strategy configuration generated more than {JOBS_MAX} jobs"));
    }
    Ok(all.into_iter().map(combination).collect())
}

fn rows(items: &[Data]) -> Result<Vec<Row>, String> {
    items
        .iter()
        .map(|item| match item {
            Data::Object(members) => Ok(members.to_vec()),
            _ => Err("A mapping was expected".to_string()),
        })
        .collect()
}

/// The last vector turns fastest.
#[inline(never)]
fn product(vectors: &[(&str, Vec<Data>)]) -> Result<Vec<Row>, String> {
    if vectors.is_empty() {
        return Ok(Vec::new());
    }
    let mut all: Vec<Row> = vec![Vec::new()];
    for (key, values) in vectors {
        if all.len() * values.len() > JOBS_MAX {
            return Err(format!("The strategy configuration generated more than {JOBS_MAX} jobs"));
        }
        let mut longer = Vec::new();
        for row in &all {
            for value in values {
                let mut row = row.clone();
                row.push(((*key).to_string(), value.clone()));
                longer.push(row);
            }
        }
        all = longer;
    }
    Ok(all)
}

/// `include`: adds to each combination of which it overwrites no original value; to none, then it is one itself.
#[inline(never)]
fn add(all: &mut Vec<Row>, include: Vec<Row>, vectors: &[(&str, Vec<Data>)]) {
    let originals = all.len();
    for entry in include {
        let fits = |row: &Row| {
            entry.iter().all(|(key, wanted)| !vectors.iter().any(|(own, _)| own == key) || has(row, key, wanted))
        };
        let mut added = false;
        for row in all[..originals].iter_mut().filter(|row| fits(row)) {
            added = true;
            for (key, value) in &entry {
                match row.iter_mut().find(|(own, _)| own == key) {
                    Some(own) => own.1 = value.clone(),
                    None => row.push((key.clone(), value.clone())),
                }
            }
        }
        if !added {
            all.push(entry);
        }
    }
}

fn has(row: &Row, key: &str, wanted: &Data) -> bool {
    row.iter().any(|(own, value)| own == key && same(value, wanted))
}

/// A text that reads as the other's number is the same.
#[inline(never)]
fn same(one: &Data, two: &Data) -> bool {
    if one.is_primitive() && two.is_primitive() {
        return one.to_text() == two.to_text();
    }
    match (one, two) {
        // An exclusion names parts of an object.
        (Data::Object(_), Data::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| one.member(key).is_some_and(|own| same(own, wanted)))
        }
        _ => one.to_json() == two.to_json(),
    }
}

fn combination(row: Row) -> Combination {
    let mut words = Vec::new();
    row.iter().for_each(|(_, value)| leaves(value, &mut words));
    Combination { words: words.join(", "), values: value(&Data::Object(Arc::new(row))) }
}

fn leaves(data: &Data, words: &mut Vec<String>) {
    if data.is_primitive() {
        words.push(data.to_text());
    } else {
        data.values().iter().for_each(|value| leaves(value, words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(yaml: &str) -> Result<Vec<String>, String> {
        let documents = Value::parse_yaml(&format!("m: {yaml}")).0;
        let json = ordered(documents[0].value.at("m"), "m", &documents[0].spans).to_json();
        let scope = Scope::of(Value::null());
        Ok(expand(&json, scope)?.into_iter().map(|one| one.words).collect())
    }

    #[test]
    fn combinations_are_those_of_the_documentation() {
        assert_eq!(words("{version: [18, 20], os: [u, w]}").unwrap(), ["18, u", "18, w", "20, u", "20, w"]);
        let fruits = "{fruit: [apple, pear], animal: [cat, dog], include: [{color: green}, {color: pink, animal: cat}, \
                      {fruit: apple, shape: circle}, {fruit: banana}, {fruit: banana, animal: cat}]}";
        let expected = [
            "apple, cat, pink, circle",
            "apple, dog, green, circle",
            "pear, cat, pink",
            "pear, dog, green",
            "banana",
            "banana, cat",
        ];
        assert_eq!(words(fruits).unwrap(), expected);
        let out = "{os: [u, w], v: [1, 2], exclude: [{os: w}, {os: u, v: 2}]}";
        assert_eq!(words(out).unwrap(), ["u, 1"]);
        assert_eq!(words("{include: [{a: 1}, {b: 2}]}").unwrap(), ["1", "2"]);
        assert_eq!(words("|\n  ${{ fromJSON('{\"z\": [1, 2], \"a\": [true]}') }}").unwrap(), ["1, true", "2, true"]);
        assert_eq!(words("{node: \"${{ fromJSON('[14, 16]') }}\"}").unwrap(), ["14", "16"]);
        assert!(words("{a: []}").unwrap_err().contains("does not contain any values"));
        assert!(words("{a: [1], b: x}").is_err());
    }
}
