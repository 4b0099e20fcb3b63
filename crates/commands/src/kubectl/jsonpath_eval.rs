//! Walking a value along a JSONPath (client-go `util/jsonpath/jsonpath.go`).

use super::jsonpath::{Node, Part, text_of};
use manifest::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Values that a walk may find before it stops.
const FOUND_MAX: usize = 100_000;
/// Ranges inside each other beyond this are refused.
const DEPTH_MAX: usize = 16;

type Found<'v> = Vec<Cow<'v, Value>>;
type Walked<'v> = Result<Found<'v>, String>;

/// A template on its way through a value.
pub(super) struct Walk<'t> {
    pub parts: &'t [Part],
    /// A key that is not there is an error.
    pub strict: bool,
    /// Ranges around the place, ends that were met, and where the last one stood.
    ranges: usize,
    ends: usize,
    last_end: Option<usize>,
    begins: bool,
}

impl<'t> Walk<'t> {
    pub(super) fn new(parts: &'t [Part], strict: bool) -> Self {
        Self { parts, strict, ranges: 0, ends: 0, last_end: None, begins: false }
    }

    /// What each part finds from a place on (`FindResults`).
    pub(super) fn results<'v>(&mut self, from: usize, data: &Cow<'v, Value>) -> Result<Vec<Found<'v>>, String> {
        if self.ranges > DEPTH_MAX {
            return Err("ranges too deep".into());
        }
        let mut all = Vec::new();
        let mut at = from;
        while let Some(part) = self.parts.get(at) {
            let found = match part {
                Part::Text(text) => vec![Cow::Owned(Value::from(text.as_str()))],
                Part::Action(nodes) => self.list(vec![data.clone()], nodes)?,
            };
            if self.ends > 0 && self.ends <= self.ranges {
                self.ends -= 1;
                self.last_end = Some(at);
                break;
            }
            if std::mem::take(&mut self.begins) {
                self.ranges += 1;
                for value in &found {
                    all.extend(self.results(at + 1, value)?);
                }
                if found.is_empty() {
                    // What is inside is passed over, up to its end.
                    self.results(at + 1, &Cow::Owned(Value::Null))?;
                }
                self.ranges -= 1;
                at = self.last_end.filter(|end| *end > at).unwrap_or(at);
            } else {
                all.push(found);
            }
            at += 1;
        }
        Ok(all)
    }

    /// Each node is asked of what the one before found.
    fn list<'v>(&mut self, input: Found<'v>, nodes: &[Node]) -> Walked<'v> {
        let mut found = input;
        for node in nodes {
            found = self.node(found, node)?;
            if found.len() > FOUND_MAX {
                found.truncate(FOUND_MAX);
            }
        }
        Ok(found)
    }

    fn node<'v>(&mut self, input: Found<'v>, node: &Node) -> Walked<'v> {
        let same = |value: Value| Ok(input.iter().map(|_| Cow::Owned(value.clone())).collect());
        match node {
            Node::Text(text) => Ok(vec![Cow::Owned(Value::from(text.as_str()))]),
            Node::Int(n) => same(Value::Int(*n)),
            Node::Float(x) => same(Value::Float(*x)),
            Node::Bool(b) => same(Value::Bool(*b)),
            Node::Word(word) if word == "range" => {
                self.begins = true;
                Ok(input)
            }
            Node::Word(word) if word == "end" => {
                if self.ranges == 0 {
                    return Err("not in range, nothing to end".into());
                }
                self.ends += 1;
                Ok(Vec::new())
            }
            Node::Word(word) => Err(format!("unrecognized identifier {word}")),
            Node::Field(name) => self.field(input, name),
            Node::Wildcard => Ok(input.iter().flat_map(children).collect()),
            Node::Recursive => {
                let mut found = Vec::new();
                input.iter().for_each(|value| deep(value, &mut found));
                Ok(found)
            }
            Node::Slice { from, to, step, one } => slice(&input, (*from, *to, *step), *one),
            Node::Union(lists) => {
                let mut found = Vec::new();
                for list in lists {
                    found.extend(self.list(input.clone(), list)?);
                }
                Ok(found)
            }
            Node::Filter(filter) => self.filter(&input, filter),
        }
    }

    fn field<'v>(&self, input: Found<'v>, name: &str) -> Walked<'v> {
        if input.is_empty() {
            return Ok(input);
        }
        let found: Found<'v> = input.iter().filter_map(|value| member(value, name)).collect();
        if found.is_empty() && self.strict { Err(format!("{name} is not found")) } else { Ok(found) }
    }

    fn filter<'v>(
        &mut self,
        input: &Found<'v>,
        (left, operator, right): &(Vec<Node>, String, Vec<Node>),
    ) -> Walked<'v> {
        let mut found = Vec::new();
        for value in input {
            if value.as_list().is_none() {
                return Err(format!("{} is not array or slice and cannot be filtered", go_text(value)));
            }
            for item in children(value) {
                let lefts = self.list(vec![item.clone()], left);
                if operator.is_empty() {
                    if lefts.is_ok_and(|lefts| !lefts.is_empty()) {
                        found.push(item);
                    }
                    continue;
                }
                let (lefts, rights) = (lefts?, self.list(vec![item.clone()], right)?);
                if lefts.is_empty() || rights.is_empty() {
                    continue;
                }
                let ([left], [right]) = (&lefts[..], &rights[..]) else {
                    return Err("can only compare one element at a time".into());
                };
                if compare(left, operator, right)? {
                    found.push(item);
                }
            }
        }
        Ok(found)
    }
}

fn member<'v>(value: &Cow<'v, Value>, name: &str) -> Option<Cow<'v, Value>> {
    match value {
        Cow::Borrowed(value) => value.get(name).map(Cow::Borrowed),
        Cow::Owned(value) => value.get(name).map(|value| Cow::Owned(value.clone())),
    }
}

/// The members of a map, the items of a list.
fn children<'v>(value: &Cow<'v, Value>) -> Found<'v> {
    match value {
        Cow::Borrowed(Value::Map(map)) => map.values().map(Cow::Borrowed).collect(),
        Cow::Borrowed(other) => other.items().iter().map(Cow::Borrowed).collect(),
        Cow::Owned(Value::Map(map)) => map.values().map(|value| Cow::Owned(value.clone())).collect(),
        Cow::Owned(other) => other.items().iter().map(|value| Cow::Owned(value.clone())).collect(),
    }
}

/// The value and all inside of it that have something inside.
#[expect(clippy::ptr_arg, reason = "what is borrowed stays borrowed in what is found")]
fn deep<'v>(value: &Cow<'v, Value>, out: &mut Found<'v>) {
    let inner = children(value);
    if inner.is_empty() || out.len() > FOUND_MAX {
        return;
    }
    out.push(value.clone());
    inner.iter().for_each(|value| deep(value, out));
}

fn slice<'v>(input: &Found<'v>, (from, to, step): (Option<i64>, Option<i64>, Option<i64>), one: bool) -> Walked<'v> {
    let mut found = Vec::new();
    for value in input.iter().filter(|value| !value.is_null()) {
        if value.as_list().is_none() {
            return Err(format!("{} is not array or slice", go_type(value)));
        }
        let items = children(value);
        let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let mut start = from.unwrap_or(0);
        start += if start < 0 { length } else { 0 };
        let mut end = to.unwrap_or(length);
        end += if end < 0 || (end == 0 && one) { length } else { 0 };
        if start == end {
            return Ok(found);
        }
        let outside = |index: i64| format!("array index out of bounds: index {index}, length {length}");
        if start >= length || start < 0 {
            return Err(outside(start));
        }
        if end > length || end < 0 {
            return Err(outside(end - 1));
        }
        if start > end {
            return Err(format!("starting index {start} is greater than ending index {end}"));
        }
        let step = step.unwrap_or(1);
        if step <= 0 {
            return Err("step must be > 0".into());
        }
        let [start, end, step] = [start, end, step].map(|n| usize::try_from(n).unwrap_or(0));
        found.extend(items[start..end].iter().step_by(step).cloned());
    }
    Ok(found)
}

/// Go's templates compare what is of one kind only.
fn compare(left: &Value, operator: &str, right: &Value) -> Result<bool, String> {
    if !["==", "!=", "<", "<=", ">", ">="].contains(&operator) {
        return Err(format!("unrecognized filter operator {operator}"));
    }
    let order = match (left, right) {
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Bool(a), Value::Bool(b)) if matches!(operator, "==" | "!=") => Some(a.cmp(b)),
        (Value::Bool(_), Value::Bool(_)) | (Value::Map(_) | Value::List(_) | Value::Null, _) => {
            return Err("invalid type for comparison".into());
        }
        (_, Value::Map(_) | Value::List(_) | Value::Null) => return Err("invalid type for comparison".into()),
        _ => return Err("incompatible types for comparison".into()),
    };
    match operator {
        "==" => Ok(order == Some(Ordering::Equal)),
        "!=" => Ok(order != Some(Ordering::Equal)),
        "<" => Ok(order == Some(Ordering::Less)),
        "<=" => Ok(matches!(order, Some(Ordering::Less | Ordering::Equal))),
        ">" => Ok(order == Some(Ordering::Greater)),
        _ => Ok(matches!(order, Some(Ordering::Greater | Ordering::Equal))),
    }
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Map(_) => "map[string]interface {}",
        Value::List(_) => "[]interface {}",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::Null => "<nil>",
    }
}

/// `%v`
fn go_text(value: &Value) -> String {
    match value {
        Value::Map(map) => {
            let parts: Vec<String> = map.iter().map(|(key, value)| format!("{key}:{}", go_text(value))).collect();
            format!("map[{}]", parts.join(" "))
        }
        Value::List(items) => format!("[{}]", items.iter().map(go_text).collect::<Vec<_>>().join(" ")),
        Value::Null => "<nil>".into(),
        other => text_of(other),
    }
}

/// `%#v`
pub(super) fn go_syntax(value: &Value) -> String {
    match value {
        Value::Map(map) => {
            let parts: Vec<String> = map.iter().map(|(key, value)| format!("{key:?}:{}", go_syntax(value))).collect();
            format!("map[string]interface {{}}{{{}}}", parts.join(", "))
        }
        Value::List(items) => {
            format!("[]interface {{}}{{{}}}", items.iter().map(go_syntax).collect::<Vec<_>>().join(", "))
        }
        Value::Str(text) => format!("{text:?}"),
        Value::Null => "interface {}(nil)".into(),
        other => text_of(other),
    }
}
