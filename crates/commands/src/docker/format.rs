//! `--format`: Go templates over values, as far as people use them on a command line: fields, `json`, `range`, `if`,
//! `index`, `join`, `len`, `upper`, `lower`, `println`, pipes.

use manifest::Value;

/// A template's parts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Action(String),
}

/// How deep `range` and `if` may stand in each other.
const DEPTH_MAX: usize = 20;

/// Prints a value by a template. The error is Go's sentence.
pub(super) fn print(template: &str, value: &Value) -> Result<String, String> {
    let parts = parts(template)?;
    let mut out = String::new();
    let mut at = 0;
    block(&parts, &mut at, &mut Scope { root: value, names: Vec::new() }, value, Some(&mut out), 0)?;
    if at < parts.len() {
        return Err("template parsing error: template: :1: unexpected {{end}}".into());
    }
    Ok(out)
}

struct Scope<'v> {
    root: &'v Value,
    names: Vec<(String, Value)>,
}

fn parts(template: &str) -> Result<Vec<Part>, String> {
    let template = template.replace("\\t", "\t").replace("\\n", "\n");
    let (mut parts, mut rest) = (Vec::new(), template.as_str());
    while let Some(open) = rest.find("{{") {
        let mut text = &rest[..open];
        let Some(close) = rest[open..].find("}}") else {
            return Err("template parsing error: template: :1: unclosed action".into());
        };
        let mut action = &rest[open + 2..open + close];
        rest = &rest[open + close + 2..];
        if let Some(trimmed) = action.strip_prefix("- ") {
            (action, text) = (trimmed, text.trim_end());
        }
        if let Some(trimmed) = action.strip_suffix(" -") {
            (action, rest) = (trimmed, rest.trim_start());
        }
        if !text.is_empty() {
            parts.push(Part::Text(text.to_string()));
        }
        parts.push(Part::Action(action.trim().to_string()));
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_string()));
    }
    Ok(parts)
}

/// Runs parts until an `else` or `end` that is not theirs; without an output they are only passed over.
fn block(
    parts: &[Part],
    at: &mut usize,
    scope: &mut Scope<'_>,
    dot: &Value,
    mut out: Option<&mut String>,
    depth: usize,
) -> Result<(), String> {
    if depth > DEPTH_MAX {
        return Err("template: too deep".into());
    }
    while let Some(part) = parts.get(*at) {
        let action = match part {
            Part::Text(text) => {
                if let Some(out) = &mut out {
                    out.push_str(text);
                }
                *at += 1;
                continue;
            }
            Part::Action(action) => action.as_str(),
        };
        let (word, rest) = action.split_once(' ').unwrap_or((action, ""));
        match word {
            "end" | "else" => return Ok(()),
            "if" | "with" | "range" => {
                *at += 1;
                control(parts, at, scope, dot, (word, rest.trim()), out.as_deref_mut(), depth)?;
            }
            _ => {
                *at += 1;
                if let Some(out) = &mut out {
                    out.push_str(&shown(&pipe(action, scope, dot)?));
                }
            }
        }
    }
    Ok(())
}

fn control(
    parts: &[Part],
    at: &mut usize,
    scope: &mut Scope<'_>,
    dot: &Value,
    (word, rest): (&str, &str),
    mut out: Option<&mut String>,
    depth: usize,
) -> Result<(), String> {
    let (names, of) = match rest.split_once(":=") {
        Some((names, of)) => (names.split(',').map(|name| name.trim().to_string()).collect(), of.trim()),
        None => (Vec::new(), rest),
    };
    let value = if out.is_some() { pipe(of, scope, dot)? } else { Value::Null };
    let begin = *at;
    let rows: Vec<(Value, Value)> = match (word, &value) {
        ("range", Value::Map(map)) => map.iter().map(|(key, value)| (Value::from(&**key), value.clone())).collect(),
        ("range", other) => {
            let numbered = other.items().iter().enumerate();
            numbered.map(|(n, item)| (Value::Int(i64::try_from(n).unwrap_or(0)), item.clone())).collect()
        }
        _ if truth(&value) => vec![(Value::Null, value.clone())],
        _ => Vec::new(),
    };
    for (key, item) in &rows {
        *at = begin;
        let known = scope.names.len();
        match &names[..] {
            [one] => scope.names.push((one.clone(), item.clone())),
            [first, second] => {
                scope.names.push((first.clone(), key.clone()));
                scope.names.push((second.clone(), item.clone()));
            }
            _ => {}
        }
        let inner = if word == "if" { dot } else { item };
        block(parts, at, scope, inner, out.as_deref_mut(), depth + 1)?;
        scope.names.truncate(known);
    }
    if rows.is_empty() {
        block(parts, at, scope, dot, None, depth + 1)?;
    }
    if let Some(Part::Action(action)) = parts.get(*at)
        && action.starts_with("else")
    {
        *at += 1;
        let other = out.filter(|_| rows.is_empty());
        block(parts, at, scope, dot, other, depth + 1)?;
    }
    match parts.get(*at) {
        Some(_) => {
            *at += 1;
            Ok(())
        }
        None => Err("template parsing error: template: :1: unexpected EOF".into()),
    }
}

fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Str(text) => !text.is_empty(),
        Value::Map(map) => !map.is_empty(),
        other => other.as_list().map_or_else(|| other.as_f64() != Some(0.0), |items| !items.is_empty()),
    }
}

/// `.Config.Env | json`
fn pipe(text: &str, scope: &Scope<'_>, dot: &Value) -> Result<Value, String> {
    let mut value = None;
    for stage in split(text, '|') {
        let mut words = split(stage.trim(), ' ');
        words.retain(|word| !word.is_empty());
        value = Some(call(&words, value, scope, dot)?);
    }
    value.ok_or_else(|| "template parsing error: template: :1: missing value for command".into())
}

fn call(words: &[String], last: Option<Value>, scope: &Scope<'_>, dot: &Value) -> Result<Value, String> {
    let Some(name) = words.first() else {
        return Err("template parsing error: template: :1: missing value for command".into());
    };
    let mut args = Vec::new();
    for word in &words[1..] {
        args.push(operand(word, scope, dot)?);
    }
    args.extend(last);
    let first = args.first().cloned().unwrap_or_default();
    let text = |value: &Value| shown(value);
    Ok(match name.as_str() {
        "json" => Value::from(first.to_json()),
        "upper" => Value::from(text(&first).to_uppercase()),
        "lower" => Value::from(text(&first).to_lowercase()),
        "len" => {
            let count = first.as_str().map_or_else(|| first.items().len().max(first.entries().len()), str::len);
            Value::Int(i64::try_from(count).unwrap_or(0))
        }
        "join" => {
            let items: Vec<String> = first.items().iter().map(text).collect();
            Value::from(items.join(&args.get(1).map(text).unwrap_or_default()))
        }
        "split" => {
            let (whole, by) = (text(&first), args.get(1).map(text).unwrap_or_default());
            Value::list(whole.split(by.as_str()).map(Value::from).collect())
        }
        "println" => Value::from(args.iter().map(text).collect::<Vec<_>>().join(" ") + "\n"),
        "print" => Value::from(args.iter().map(text).collect::<String>()),
        "index" => args[1..].iter().try_fold(first, |value, key| member(&value, key))?,
        "slice" => {
            let at = |n: usize| args.get(n).and_then(Value::as_i64).and_then(|n| usize::try_from(n).ok());
            let whole = text(&first);
            Value::from(whole.get(at(1).unwrap_or(0)..at(2).unwrap_or(whole.len())).unwrap_or_default())
        }
        "not" => Value::Bool(!truth(&first)),
        "eq" => Value::Bool(args.get(1).is_some_and(|second| text(second) == text(&first))),
        "ne" => Value::Bool(args.get(1).is_none_or(|second| text(second) != text(&first))),
        _ if words.len() == 1 && args.is_empty() => operand(name, scope, dot)?,
        _ => return Err(format!("template parsing error: template: :1: function \"{name}\" not defined")),
    })
}

fn member(value: &Value, key: &Value) -> Result<Value, String> {
    match key.as_i64() {
        Some(number) => {
            let at = usize::try_from(number).ok().and_then(|at| value.items().get(at));
            at.cloned().ok_or_else(|| format!("error calling index: index out of range: {number}"))
        }
        None => Ok(value.get(key.as_str().unwrap_or_default()).cloned().unwrap_or_default()),
    }
}

fn operand(word: &str, scope: &Scope<'_>, dot: &Value) -> Result<Value, String> {
    if let Some(inner) = word.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return pipe(inner, scope, dot);
    }
    if let Some(text) = word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return Ok(Value::from(text));
    }
    if let Ok(number) = word.parse::<i64>() {
        return Ok(Value::Int(number));
    }
    if word == "true" || word == "false" {
        return Ok(Value::Bool(word == "true"));
    }
    let (start, path) = match word.strip_prefix('$') {
        Some(rest) => {
            let (name, path) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
            let named = scope.names.iter().rev().find(|(known, _)| known.strip_prefix('$') == Some(name));
            (
                if name.is_empty() {
                    scope.root.clone()
                } else {
                    named.map(|(_, value)| value.clone()).unwrap_or_default()
                },
                path,
            )
        }
        None if word.starts_with('.') => (dot.clone(), word),
        None => return Err(format!("template parsing error: template: :1: function \"{word}\" not defined")),
    };
    let mut value = start;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        value = match value.as_map() {
            Some(map) => match map.get(name) {
                Some(inner) => inner.clone(),
                None => {
                    return Err(format!(
                        "template: :1:2: executing \"\" at <{word}>: map has no entry for key \"{name}\""
                    ));
                }
            },
            None => return Err(format!("template: :1:2: executing \"\" at <{word}>: can't evaluate field {name}")),
        };
    }
    Ok(value)
}

/// As Go prints it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "<no value>".into(),
        Value::Str(text) => text.to_string(),
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| [key, ":", &shown(value)].concat());
            ["map[", &entries.collect::<Vec<_>>().join(" "), "]"].concat()
        }
        other => match other.as_list() {
            Some(items) => ["[", &items.iter().map(shown).collect::<Vec<_>>().join(" "), "]"].concat(),
            None => other.to_json(),
        },
    }
}

/// Divides at a character that stands in no quotes and no parentheses.
fn split(text: &str, by: char) -> Vec<String> {
    let (mut parts, mut part, mut quoted, mut open) = (Vec::new(), String::new(), false, 0_usize);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => open += 1,
            ')' if !quoted => open = open.saturating_sub(1),
            _ => {}
        }
        if c == by && !quoted && open == 0 {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    parts
}

/// Rows by `--format`: `table …`, `json` or a template a row. `header` names the columns of a table.
pub(super) fn rows(format: &str, rows: &[Value], header: &dyn Fn(&str) -> String) -> Result<String, String> {
    if format == "json" {
        return Ok(rows.iter().map(|row| row.to_json() + "\n").collect());
    }
    let (table, template) = match format.strip_prefix("table ") {
        Some(template) => (true, template),
        None => (false, format),
    };
    let mut lines = Vec::new();
    if table {
        lines.push(heads(&template.replace("\\t", "\t"), header));
    }
    for row in rows {
        lines.push(print(template, row)?);
    }
    if !table {
        return Ok(lines.iter().map(|line| [line, "\n"].concat()).collect());
    }
    let cells: Vec<Vec<String>> = lines.iter().map(|line| line.split('\t').map(String::from).collect()).collect();
    Ok(super::table::align(&cells))
}

fn heads(template: &str, header: &dyn Fn(&str) -> String) -> String {
    let columns = template.split('\t').map(|cell| {
        let name = cell.trim_matches(['{', '}', ' ']).split([' ', '|']).find(|word| word.starts_with('.'));
        name.map_or_else(String::new, |name| header(name.trim_start_matches('.')))
    });
    columns.collect::<Vec<_>>().join("\t")
}

#[cfg(test)]
mod tests {
    use super::print;
    use manifest::Value;

    fn shows(template: &str, expect: &str) {
        let value =
            Value::from_yaml("{Id: a, Config: {Env: [A=1, B=2], Labels: {x: one, z: w}}, Size: 7, Ok: true}").unwrap();
        let text = print(template, &value).unwrap_or_else(|error| ["ERR ", &error].concat());
        assert_eq!(text, expect, "{template}");
    }

    #[test]
    fn templates_mean_what_gos_do() {
        shows("{{.Id}} {{ .Size }}", "a 7");
        shows("{{json .Config.Env}}", r#"["A=1","B=2"]"#);
        shows("{{.Config.Env}} {{.Config.Labels}}", "[A=1 B=2] map[x:one z:w]");
        shows("{{range .Config.Env}}{{println .}}{{end}}", "A=1\nB=2\n");
        shows("{{range $i, $e := .Config.Env}}{{$i}}{{$e}};{{end}}", "0A=1;1B=2;");
        shows("{{range $k, $v := .Config.Labels}}{{$k}}={{$v}} {{end}}", "x=one z=w ");
        shows("{{if .Ok}}yes{{else}}no{{end}}{{if not .Ok}}x{{end}}", "yes");
        shows("{{if eq .Id \"b\"}}b{{else}}not b{{end}}", "not b");
        shows("{{index .Config.Labels \"x\"}}{{index .Config.Env 1}}", "oneB=2");
        shows("{{join .Config.Env \",\" | upper}} {{len .Config.Env}}", "A=1,B=2 2");
        shows("{{.Nope}}", "ERR template: :1:2: executing \"\" at <.Nope>: map has no entry for key \"Nope\"");
        shows("{{nope .Id}}", "ERR template parsing error: template: :1: function \"nope\" not defined");
        shows("{{.Id", "ERR template parsing error: template: :1: unclosed action");
        shows("{{range .Config.Env}}x", "ERR template parsing error: template: :1: unexpected EOF");
    }
}
