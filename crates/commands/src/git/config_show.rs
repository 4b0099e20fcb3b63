//! `git config`: settings as they are shown.

use super::cli::{Answer, Git, Stop, fatal};
use super::config::{Layer, check_key, global_path, sources};
use super::options::Given;
use shell::regex::{Syntax, build};
use vfs::join;

/// What stands before a setting: whose it is, and which file it is from.
#[inline(never)]
fn origin(g: &Git<'_, '_>, given: &Given, layer: Option<&Layer>) -> String {
    let mut out = String::new();
    let end = if given.has("null") { "\0" } else { "\t" };
    if given.has("show-scope") {
        let global = global_path(g);
        out.push_str(match layer {
            None => "command",
            Some(_) if given.value("file").is_some() => "command",
            Some(layer) if layer.path == global || given.has("global") => "global",
            Some(layer) if g.system_config().is_some_and(|path| path == layer.path) => "system",
            Some(_) => "local",
        });
        out.push_str(end);
    }
    if given.has("show-origin") {
        let shown = layer.map_or("command line:".to_string(), |layer| format!("file:{}", layer.shown));
        out.push_str(&shown);
        out.push_str(end);
    }
    out
}

pub(crate) fn list(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let mut out = String::new();
    let (between, end) = if given.has("null") { ("\n", "\0") } else { ("=", "\n") };
    for layer in sources(g, given)? {
        let origin = origin(g, given, Some(&layer));
        for entry in layer.config.entries() {
            let parts = match &entry.value {
                Some(value) if !given.has("name-only") => [entry.name.as_str(), between, value.as_str()],
                _ => [entry.name.as_str(), "", ""],
            };
            out.push_str(&[&origin, parts[0], parts[1], parts[2], end].concat());
        }
    }
    let origin = origin(g, given, None);
    for (name, value) in g.overrides.clone() {
        let name = name.to_ascii_lowercase();
        let parts = if given.has("name-only") { ["", ""] } else { [between, value.as_str()] };
        out.push_str(&[&origin, name.as_str(), parts[0], parts[1], end].concat());
    }
    g.out(out);
    Ok(0)
}

/// `--get-regexp`.
#[inline(never)]
pub(crate) fn get_regexp(g: &mut Git<'_, '_>, given: &Given, pattern: &str) -> Answer {
    let Ok(regex) = build(pattern, Syntax::Extended, false) else {
        g.err(format!("error: invalid key pattern: {pattern}\n"));
        return Ok(6);
    };
    let (between, end) = if given.has("null") { ("\n", "\0") } else { (" ", "\n") };
    let mut out = String::new();
    for layer in sources(g, given)? {
        let origin = origin(g, given, Some(&layer));
        for entry in layer.config.entries().iter().filter(|entry| regex.is_match(&entry.name)) {
            out.push_str(&origin);
            out.push_str(&entry.name);
            if let Some(value) = entry.value.as_ref().filter(|_| !given.has("name-only")) {
                out.push_str(between);
                out.push_str(&typed(g, given, &entry.name, value)?);
            }
            out.push_str(end);
        }
    }
    let found = !out.is_empty();
    g.out(out);
    Ok(i32::from(!found))
}

/// A value as its type has it.
pub(crate) fn typed(g: &Git<'_, '_>, given: &Given, name: &str, value: &str) -> Result<String, Stop> {
    let kind = match given.last(&["type", "bool", "int", "path"]) {
        Some("type") => given.value("type").unwrap_or_default().to_string(),
        other => other.unwrap_or_default().to_string(),
    };
    let low = value.to_ascii_lowercase();
    let name = name.to_ascii_lowercase();
    match kind.as_str() {
        "" => Ok(value.to_string()),
        "bool" => match low.as_str() {
            "true" | "yes" | "on" | "1" | "" => Ok("true".into()),
            "false" | "no" | "off" | "0" => Ok("false".into()),
            _ if low.parse::<i64>().is_ok() => Ok((low.parse::<i64>() != Ok(0)).to_string()),
            _ => fatal(format!("bad boolean config value '{value}' for '{name}'")),
        },
        "int" => {
            let digits = low.trim_end_matches(['k', 'm', 'g']);
            let unit = match &low[digits.len()..] {
                "k" => Some(1 << 10),
                "m" => Some(1 << 20),
                "g" => Some(1 << 30),
                "" => Some(1),
                _ => None,
            };
            match (digits.parse::<i64>().ok(), unit) {
                (Some(number), Some(unit)) => Ok(number.saturating_mul(unit).to_string()),
                _ => fatal(format!("bad numeric config value '{value}' for '{name}': invalid unit")),
            }
        }
        "path" => Ok(match value.strip_prefix("~/") {
            Some(rest) => join(&g.cx.env("HOME").unwrap_or_default(), rest),
            None => value.to_string(),
        }),
        other => Err(Stop::Git(git::GitError::error(format!(
            "option `--type={other}' is real Git, but not part of this sandbox yet"
        )))),
    }
}

pub(crate) fn get(g: &mut Git<'_, '_>, given: &Given, name: &str, all: bool) -> Answer {
    if check_key(g, name).is_err() {
        return Ok(1);
    }
    let mut values: Vec<(String, String)> = Vec::new();
    for layer in sources(g, given)? {
        let origin = origin(g, given, Some(&layer));
        values.extend(layer.config.get_all(name).into_iter().map(|value| (origin.clone(), value.to_string())));
    }
    let over = g.overrides.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
    values.extend(over.map(|(_, value)| (origin(g, given, None), value.clone())));
    if values.is_empty() {
        match given.value("default") {
            Some(value) => values.push((String::new(), value.to_string())),
            None => return Ok(1),
        }
    }
    let start = if all { 0 } else { values.len() - 1 };
    let end = if given.has("null") { "\0" } else { "\n" };
    for (origin, value) in &values[start..] {
        let value = typed(g, given, name, value)?;
        g.out([origin.as_str(), &value, end].concat());
    }
    Ok(0)
}
