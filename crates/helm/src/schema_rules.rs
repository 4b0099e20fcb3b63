//! The rules of a JSON schema, one after the other, with gojsonschema's sentences.

use manifest::{Value, float_text};
use regex_lite::Regex;

const DEPTH_MAX: usize = 40;

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) => "integer",
        Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

/// `$ref` to a place in the same schema.
fn resolve<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    let Some(path) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#')) else {
        return schema;
    };
    let mut at = root;
    for part in path.split('/').filter(|part| !part.is_empty()) {
        at = at.get(&part.replace("~1", "/").replace("~0", "~")).unwrap_or(Value::null());
    }
    at
}

pub(crate) fn check(root: &Value, schema: &Value, value: &Value, at: &str, out: &mut Vec<String>, depth: usize) {
    let schema = resolve(root, schema);
    if depth > DEPTH_MAX {
        return;
    }
    if schema == &Value::Bool(false) {
        out.push(format!("{at}: False always fails validation"));
        return;
    }
    if let Some(types) = schema.get("type") {
        let names: Vec<&str> = match types {
            Value::Str(name) => vec![name],
            list => list.items().iter().filter_map(Value::as_str).collect(),
        };
        let have = kind(value);
        let fits = names.iter().any(|name| *name == have || (*name == "number" && have == "integer"));
        if !fits {
            out.push(format!("{at}: Invalid type. Expected: {}, given: {have}", names.join(",")));
            return;
        }
    }
    combined(root, schema, value, at, out, depth);
    match value {
        Value::Str(text) => check_text(schema, text, at, out),
        Value::Int(_) | Value::Float(_) => check_number(schema, value, at, out),
        Value::List(items) => check_list(root, schema, items, at, out, depth),
        Value::Map(_) => check_map(root, schema, value, at, out, depth),
        _ => {}
    }
}

fn combined(root: &Value, schema: &Value, value: &Value, at: &str, out: &mut Vec<String>, depth: usize) {
    let errors = |schema: &Value| {
        let mut own = Vec::new();
        check(root, schema, value, at, &mut own, depth + 1);
        own
    };
    if let Some(any) = schema.get("anyOf") {
        let all: Vec<Vec<String>> = any.items().iter().map(errors).collect();
        if all.iter().all(|own| !own.is_empty()) {
            out.push(format!("{at}: Must validate at least one schema (anyOf)"));
            out.extend(all.into_iter().min_by_key(Vec::len).unwrap_or_default());
        }
    }
    if let Some(one) = schema.get("oneOf") {
        let all: Vec<Vec<String>> = one.items().iter().map(errors).collect();
        let fitting = all.iter().filter(|own| own.is_empty()).count();
        if fitting != 1 {
            out.push(format!("{at}: Must validate one and only one schema (oneOf)"));
            if fitting == 0 {
                out.extend(all.into_iter().min_by_key(Vec::len).unwrap_or_default());
            }
        }
    }
    if let Some(all) = schema.get("allOf") {
        let wrong: Vec<String> = all.items().iter().flat_map(errors).collect();
        if !wrong.is_empty() {
            out.extend(wrong);
            out.push(format!("{at}: Must validate all the schemas (allOf)"));
        }
    }
    if schema.get("not").is_some_and(|not| errors(not).is_empty()) {
        out.push(format!("{at}: Must not validate the schema (not)"));
    }
    if let Some(condition) = schema.get("if") {
        let holds = errors(condition).is_empty();
        let (branch, told) = if holds {
            ("then", "Must validate \"then\" as \"if\" was valid")
        } else {
            ("else", "Must validate \"else\" as \"if\" was not valid")
        };
        let wrong = schema.get(branch).map(errors).unwrap_or_default();
        if !wrong.is_empty() {
            out.push(format!("{at}: {told}"));
            out.extend(wrong);
        }
    }
    let name = at.rsplit('.').next().unwrap_or(at);
    if schema.get("const").is_some_and(|wanted| wanted != value) {
        out.push(format!("{at}: {name} does not match: {}", schema.at("const").to_json()));
    }
    if let Some(choices) = schema.get("enum")
        && !choices.items().contains(value)
    {
        let all: Vec<String> = choices.items().iter().map(Value::to_json).collect();
        out.push(format!("{at}: {at} must be one of the following: {}", all.join(", ")));
    }
}

fn check_text(schema: &Value, text: &str, at: &str, out: &mut Vec<String>) {
    let len = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    if let Some(min) = schema.int_at("minLength").filter(|min| len < *min) {
        out.push(format!("{at}: String length must be greater than or equal to {min}"));
    }
    if let Some(max) = schema.int_at("maxLength").filter(|max| len > *max) {
        out.push(format!("{at}: String length must be less than or equal to {max}"));
    }
    let pattern = schema.str_at("pattern");
    if !pattern.is_empty() && Regex::new(pattern).is_ok_and(|regex| !regex.is_match(text)) {
        out.push(format!("{at}: Does not match pattern '{pattern}'"));
    }
}

fn check_number(schema: &Value, value: &Value, at: &str, out: &mut Vec<String>) {
    let x = value.as_f64().unwrap_or(0.0);
    let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
    if let Some(by) = limit("multipleOf").filter(|by| *by != 0.0 && (x / by).fract() != 0.0) {
        out.push(format!("{at}: Must be a multiple of {}", float_text(by)));
    }
    if let Some(max) = limit("maximum").filter(|max| x > *max) {
        out.push(format!("{at}: Must be less than or equal to {}", float_text(max)));
    }
    if let Some(max) = limit("exclusiveMaximum").filter(|max| x >= *max) {
        out.push(format!("{at}: Must be less than {}", float_text(max)));
    }
    if let Some(min) = limit("minimum").filter(|min| x < *min) {
        out.push(format!("{at}: Must be greater than or equal to {}", float_text(min)));
    }
    if let Some(min) = limit("exclusiveMinimum").filter(|min| x <= *min) {
        out.push(format!("{at}: Must be greater than {}", float_text(min)));
    }
}

fn below(at: &str, key: &str) -> String {
    if at == "(root)" { key.to_string() } else { [at, ".", key].concat() }
}

fn check_list(root: &Value, schema: &Value, items: &[Value], at: &str, out: &mut Vec<String>, depth: usize) {
    match schema.get("items") {
        Some(Value::List(each)) => {
            for (index, (own, item)) in each.iter().zip(items).enumerate() {
                check(root, own, item, &below(at, &index.to_string()), out, depth + 1);
            }
        }
        Some(own) => {
            for (index, item) in items.iter().enumerate() {
                check(root, own, item, &below(at, &index.to_string()), out, depth + 1);
            }
        }
        None => {}
    }
    let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if let Some(min) = schema.int_at("minItems").filter(|min| len < *min) {
        out.push(format!("{at}: Array must have at least {min} items"));
    }
    if let Some(max) = schema.int_at("maxItems").filter(|max| len > *max) {
        out.push(format!("{at}: Array must have at most {max} items"));
    }
    if schema.bool_at("uniqueItems") {
        let twice = (0..items.len()).find_map(|b| (0..b).find(|a| items[*a] == items[b]).map(|a| (a, b)));
        if let Some((a, b)) = twice {
            out.push(format!("{at}: array items[{a},{b}] must be unique"));
        }
    }
}

fn check_map(root: &Value, schema: &Value, value: &Value, at: &str, out: &mut Vec<String>, depth: usize) {
    let map = value.entries();
    let len = i64::try_from(map.len()).unwrap_or(i64::MAX);
    if let Some(min) = schema.int_at("minProperties").filter(|min| len < *min) {
        out.push(format!("{at}: Must have at least {min} properties"));
    }
    if let Some(max) = schema.int_at("maxProperties").filter(|max| len > *max) {
        out.push(format!("{at}: Must have at most {max} properties"));
    }
    for name in schema.list_at("required").iter().filter_map(Value::as_str) {
        if !map.contains(name) {
            out.push(format!("{at}: {name} is required"));
        }
    }
    let properties = schema.at("properties").entries();
    let patterns = schema.at("patternProperties").entries();
    for (key, item) in map.iter() {
        let fits = |pattern: &str| Regex::new(pattern).is_ok_and(|regex| regex.is_match(key));
        let by_pattern = patterns.iter().any(|(pattern, _)| fits(pattern));
        if properties.contains(key) || by_pattern {
            continue;
        }
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => out.push(format!("{at}: Additional property {key} is not allowed")),
            Some(own @ Value::Map(_)) => check(root, own, item, &below(at, key), out, depth + 1),
            _ => {}
        }
    }
    for (key, own) in properties.iter() {
        if let Some(item) = map.get(key) {
            check(root, own, item, &below(at, key), out, depth + 1);
        }
    }
    for (pattern, own) in patterns.iter() {
        let Ok(regex) = Regex::new(pattern) else {
            continue;
        };
        for (key, item) in map.iter().filter(|(key, _)| regex.is_match(key)) {
            check(root, own, item, &below(at, key), out, depth + 1);
        }
    }
}
