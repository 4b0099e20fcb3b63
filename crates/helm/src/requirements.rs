//! Which charts of a chart are used, and what their values give to it: Helm 3.17, `pkg/chartutil/dependencies.go`.

use crate::chart::{Chart, Dependency};
use crate::semver::{Constraint, Version};
use crate::values::{Log, coalesce, path_value, table, tables};
use manifest::{Map, Value};

pub fn compatible(constraint: &str, version: &str) -> bool {
    match (Constraint::parse(constraint), Version::parse(version)) {
        (Some(constraint), Some(version)) => constraint.fits(&version),
        _ => false,
    }
}

/// Takes out what is disabled, renames what has an alias, and imports values.
pub(crate) fn process(chart: &mut Chart, values: &Value, merge: bool, log: Log<'_>) -> Result<(), String> {
    enabled(chart, values, "", log)?;
    imports(chart, merge, log)
}

fn enabled(chart: &mut Chart, values: &Value, path: &str, log: Log<'_>) -> Result<(), String> {
    if chart.requirements.is_empty() {
        return Ok(());
    }
    let fits =
        |sub: &Chart, wanted: &Dependency| sub.name() == wanted.name && compatible(&wanted.version, sub.version());
    let requirements = chart.requirements.clone();
    let unnamed = chart.charts.iter().filter(|sub| !requirements.iter().any(|wanted| fits(sub, wanted)));
    let mut charts: Vec<Chart> = unnamed.cloned().collect();
    for wanted in &mut chart.requirements {
        if let Some(found) = chart.charts.iter().find(|sub| fits(sub, wanted)) {
            let mut found = found.clone();
            if !wanted.alias.is_empty() {
                found.metadata.put("name", &wanted.alias);
            }
            charts.push(found);
        }
        if !wanted.alias.is_empty() {
            wanted.name.clone_from(&wanted.alias);
        }
        wanted.enabled = true;
    }
    chart.charts = charts;
    let all = coalesce(chart, values, false, log)?;
    by_tags(&mut chart.requirements, &all, log);
    by_conditions(&mut chart.requirements, &all, path, log);
    let off: Vec<String> =
        chart.requirements.iter().filter(|wanted| !wanted.enabled).map(|wanted| wanted.name.clone()).collect();
    chart.charts.retain(|sub| !off.iter().any(|name| name == sub.name()));
    chart.requirements.retain(|wanted| !off.contains(&wanted.name));
    for sub in &mut chart.charts {
        let path = format!("{path}{}.", sub.name());
        enabled(sub, &all, &path, log)?;
    }
    Ok(())
}

fn by_conditions(requirements: &mut [Dependency], values: &Value, path: &str, log: Log<'_>) {
    for wanted in requirements {
        for condition in wanted.condition.trim().split(',').filter(|condition| !condition.is_empty()) {
            match path_value(values, &[path, condition].concat()) {
                Some(Value::Bool(on)) => {
                    wanted.enabled = *on;
                    break;
                }
                Some(_) => log.push(format!(
                    "Warning: Condition path '{condition}' for chart {} returned non-bool value",
                    wanted.name
                )),
                None => {}
            }
        }
    }
}

fn by_tags(requirements: &mut [Dependency], values: &Value, log: Log<'_>) {
    let Ok(tags) = table(values, "tags") else {
        return;
    };
    for wanted in requirements {
        let (mut on, mut off) = (false, false);
        for tag in &wanted.tags {
            match tags.get(tag) {
                Some(Value::Bool(true)) => on = true,
                Some(Value::Bool(false)) => off = true,
                Some(_) => {
                    log.push(format!("Warning: Tag '{tag}' for chart {} returned non-bool value", wanted.name));
                }
                None => {}
            }
        }
        wanted.enabled = on || !off;
    }
}

fn imports(chart: &mut Chart, merge: bool, log: Log<'_>) -> Result<(), String> {
    for sub in &mut chart.charts {
        imports(sub, merge, log)?;
    }
    if chart.requirements.is_empty() {
        return Ok(());
    }
    let all = coalesce(chart, &Value::map(), merge, log)?;
    let mut imported = Value::map();
    for wanted in &chart.requirements {
        for entry in &wanted.import_values {
            let (path, parent, told) = match entry {
                Value::Str(name) => (format!("exports.{name}"), ".", String::new()),
                _ => {
                    (entry.str_at("child").to_string(), entry.str_at("parent"), format!(" from chart {}", wanted.name))
                }
            };
            match table(&all, &format!("{}.{path}", wanted.name)) {
                Ok(found) => tables(&mut imported, &at_path(parent, found), "", merge, log),
                Err(why) => log.push(format!("Warning: ImportValues missing table{told}: {why}")),
            }
        }
    }
    let mut own = if merge { all } else { without_nulls(&all) };
    tables(&mut own, &imported, "", merge, log);
    chart.values = own;
    Ok(())
}

fn at_path(path: &str, value: &Value) -> Value {
    if path == "." {
        return value.clone();
    }
    path.rsplit('.').fold(value.clone(), |inner, key| {
        let mut map = Map::new();
        map.insert(key, inner);
        map.into()
    })
}

fn without_nulls(value: &Value) -> Value {
    let mut out = Map::new();
    for (key, value) in value.entries().iter() {
        match value {
            Value::Null => {}
            Value::Map(_) => {
                out.insert(key.clone(), without_nulls(value));
            }
            other => {
                out.insert(key.clone(), other.clone());
            }
        }
    }
    out.into()
}
