//! Values of charts laid over each other: Helm 3.17, `pkg/chartutil/coalesce.go`.

use crate::chart::Chart;
use gotemplate::{Val, shown};
use manifest::{Map, Value};

pub(crate) const GLOBAL: &str = "global";

/// Lines of Go's log.
pub(crate) type Log<'l> = &'l mut Vec<String>;

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_string() } else { [prefix, ".", key].concat() }
}

pub(crate) fn log_text(value: &Value) -> String {
    shown(&Val::of(value))
}

/// A chart's values under the given ones. With `merge`, null values stay; without, they take keys away.
pub(crate) fn coalesce(chart: &Chart, values: &Value, merge: bool, log: Log<'_>) -> Result<Value, String> {
    let mut all = if values.is_null() { Value::map() } else { values.clone() };
    coalesce_in(chart, &mut all, "", merge, log)?;
    Ok(all)
}

fn coalesce_in(chart: &Chart, dest: &mut Value, prefix: &str, merge: bool, log: Log<'_>) -> Result<(), String> {
    own_values(chart, dest, prefix, merge, log);
    let sub_prefix = join(prefix, chart.name());
    for sub in &chart.charts {
        let globals = dest.get(GLOBAL).cloned();
        match dest.get(sub.name()) {
            None => {
                dest.make_map().insert(sub.name(), Value::map());
            }
            Some(Value::Map(_)) => {}
            Some(other) => {
                return Err(format!("type mismatch on {}: {}", sub.name(), as_bool(other)));
            }
        }
        let inner = dest.make_map().entry(sub.name());
        globals_into(inner, globals.as_ref(), &sub_prefix, log);
        coalesce_in(sub, inner, &sub_prefix, merge, log)?;
    }
    Ok(())
}

/// `%t` of a value.
fn as_bool(value: &Value) -> String {
    gotemplate::format("%t", &[Val::of(value)])
}

fn globals_into(dest: &mut Value, source: Option<&Value>, prefix: &str, log: Log<'_>) {
    let mut own = match dest.get(GLOBAL) {
        None => Map::new(),
        Some(Value::Map(map)) => (**map).clone(),
        Some(_) => {
            log.push("warning: skipping globals because destination global is not a table.".into());
            return;
        }
    };
    match source {
        None => {}
        Some(Value::Map(globals)) => {
            for (key, value) in globals.iter() {
                match (value, own.get(key)) {
                    (Value::Map(_), Some(Value::Map(theirs))) => {
                        let mut merged = value.clone();
                        let theirs = Value::Map(theirs.clone());
                        tables(&mut merged, &theirs, &join(prefix, key), true, log);
                        own.insert(key.clone(), merged);
                    }
                    (Value::Map(_), Some(_)) => {
                        log.push(format!(
                            "Conflict: cannot merge map onto non-map for {}. Skipping.",
                            gotemplate::quoted(key)
                        ));
                    }
                    (other, Some(Value::Map(_))) if !matches!(other, Value::Map(_)) => {
                        log.push(format!("key {key} is table. Skipping"));
                    }
                    _ => {
                        own.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        Some(_) => {
            log.push("warning: skipping globals because source global is not a table.".into());
            return;
        }
    }
    dest.make_map().insert(GLOBAL, own.into());
}

fn own_values(chart: &Chart, dest: &mut Value, prefix: &str, merge: bool, log: Log<'_>) {
    let prefix = join(prefix, chart.name());
    for (key, value) in chart.values.entries().iter() {
        match dest.get(key) {
            None => {
                dest.make_map().insert(key.clone(), value.clone());
            }
            Some(Value::Null) if !merge => {
                dest.make_map().remove(key);
            }
            Some(Value::Map(_)) => match value {
                Value::Map(_) => {
                    let merge = merge || chart.charts.iter().any(|sub| sub.name() == &**key);
                    tables(dest.make_map().entry(key), value, &join(&prefix, key), merge, log);
                }
                Value::Null => {}
                _ => log.push(format!("warning: skipped value for {prefix}.{key}: Not a table.")),
            },
            Some(_) => {}
        }
    }
}

/// A table under another one: the destination wins.
pub(crate) fn tables(dest: &mut Value, source: &Value, prefix: &str, merge: bool, log: Log<'_>) {
    if source.is_null() {
        return;
    }
    if dest.is_null() {
        *dest = source.clone();
        return;
    }
    for (key, value) in source.entries().iter() {
        let full = join(prefix, key);
        match (dest.get(key), value) {
            (Some(Value::Null), _) if !merge => {
                dest.make_map().remove(key);
            }
            (None, _) => {
                dest.make_map().insert(key.clone(), value.clone());
            }
            (Some(Value::Map(_)), Value::Map(_)) => tables(dest.make_map().entry(key), value, &full, merge, log),
            (Some(_), Value::Map(_)) => {
                log.push(format!("warning: cannot overwrite table with non table for {full} ({})", log_text(value)));
            }
            (Some(Value::Map(_)), other) if !other.is_null() => {
                let text = log_text(value);
                log.push(format!("warning: destination for {full} is a table. Ignoring non-table value ({text})"));
            }
            _ => {}
        }
    }
}

/// Files of values over each other: the later wins, and null stays.
pub fn merge_maps(under: &Value, over: &Value) -> Value {
    let mut out = under.clone();
    for (key, value) in over.entries().iter() {
        let merged = match (out.get(key), value) {
            (Some(have @ Value::Map(_)), Value::Map(_)) => merge_maps(have, value),
            _ => value.clone(),
        };
        out.make_map().insert(key.clone(), merged);
    }
    out
}

/// The table at a path of keys.
pub(crate) fn table<'v>(values: &'v Value, path: &str) -> Result<&'v Value, String> {
    let mut at = values;
    for key in path.split('.') {
        match at.get(key) {
            Some(next @ Value::Map(_)) => at = next,
            _ => return Err(format!("{} is not a table", gotemplate::quoted(key))),
        }
    }
    Ok(at)
}

/// What stands at a path, if it is no table.
pub(crate) fn path_value<'v>(values: &'v Value, path: &str) -> Option<&'v Value> {
    let (front, key) = path.rsplit_once('.').map_or((None, path), |(front, key)| (Some(front), key));
    let at = match front {
        Some(front) => table(values, front).ok()?,
        None => values,
    };
    at.get(key).filter(|value| !matches!(value, Value::Map(_)))
}
