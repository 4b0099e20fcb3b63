//! A folder's files to a chart: Helm 3.17, `pkg/chart/loader`.

use crate::chart::{Chart, Dependency, File, clean};
use crate::ignore::Rules;
use crate::semver::Version;
use gotemplate::quoted;
use manifest::{Diagnostic, Level, Value};
use order::{Arrange, OrdMap};

/// Charts in charts deeper than this are refused.
const DEPTH_MAX: usize = 20;

/// Reads a chart from all files of its folder, each by its path in it. Lines for the log are added to `warnings`.
pub fn load(files: Vec<File>, warnings: &mut Vec<String>) -> Result<Chart, String> {
    let mut rules = Rules::default();
    if let Some(file) = files.iter().find(|file| file.name == ".helmignore") {
        for line in file.text().trim_start_matches('\u{feff}').lines() {
            rules.add(line)?;
        }
    }
    rules.add("templates/.?*")?;
    let mut kept: Vec<File> = files.into_iter().filter(|file| !rules.ignores_file(&file.name)).collect();
    for file in &mut kept {
        if file.bytes.starts_with(b"\xef\xbb\xbf") {
            file.bytes.drain(..3);
        }
    }
    kept.arrange_by(|a, b| a.name.split('/').cmp(b.name.split('/')));
    of_files(kept, warnings, 0)
}

/// The first document of a text of YAML, with numbers as they are written; Helm's words where it is none.
pub fn read_yaml(text: &str) -> Result<Value, String> {
    let (documents, diagnostics) = Value::parse_yaml(text);
    match diagnostics.into_iter().find(|found| found.level == Level::Error) {
        Some(Diagnostic { message, .. }) if documents.is_empty() => {
            Err(["error converting YAML to JSON: yaml: ", &message].concat())
        }
        _ => Ok(documents.into_iter().next().map(|document| document.value).unwrap_or_default()),
    }
}

/// Values, whose numbers are Go's floats: they went through JSON.
pub fn read_values(text: &str) -> Result<Value, String> {
    match read_yaml(text)? {
        Value::Null => Ok(Value::map()),
        Value::Map(map) => Ok(floats(&Value::Map(map))),
        other => Err(cannot_unmarshal(&other, "map[string]interface {}")),
    }
}

pub(crate) fn cannot_unmarshal(value: &Value, into: &str) -> String {
    let what = match value {
        Value::List(_) => "array",
        Value::Map(_) => "object",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {what} into Go value of type {into}")
}

/// Every whole number as a float.
#[expect(clippy::cast_precision_loss, reason = "that is what Go does to JSON's numbers")]
pub(crate) fn floats(value: &Value) -> Value {
    match value {
        Value::Int(n) => Value::Float(*n as f64),
        Value::List(items) => items.iter().map(floats).collect(),
        Value::Map(map) => {
            Value::from(map.iter().map(|(key, value)| (key.clone(), floats(value))).collect::<manifest::Map>())
        }
        other => other.clone(),
    }
}

/// Every float that is whole as a whole number: how JSON shows it.
#[expect(clippy::cast_possible_truncation, clippy::float_cmp, reason = "only whole numbers are cut")]
pub fn wholes(value: &Value) -> Value {
    match value {
        Value::Float(x) if x.trunc() == *x && x.abs() < 9e18 => Value::Int(*x as i64),
        Value::List(items) => items.iter().map(wholes).collect(),
        Value::Map(map) => {
            Value::from(map.iter().map(|(key, value)| (key.clone(), wholes(value))).collect::<manifest::Map>())
        }
        other => other.clone(),
    }
}

fn of_files(files: Vec<File>, warnings: &mut Vec<String>, depth: usize) -> Result<Chart, String> {
    let mut chart = Chart { raw: files.clone(), values: Value::map(), ..Chart::default() };
    let mut charts: OrdMap<String, Vec<File>> = OrdMap::new();
    let mut found = false;
    if let Some(file) = files.iter().find(|file| file.name == "Chart.yaml") {
        found = true;
        chart.metadata = read_metadata(&file.text()).map_err(|told| format!("cannot load Chart.yaml: {told}"))?;
    }
    for file in files {
        let text = || String::from_utf8_lossy(&file.bytes);
        match file.name.as_str() {
            "Chart.yaml" => {}
            "Chart.lock" => {
                chart.lock = read_yaml(&text()).map_err(|told| format!("cannot load Chart.lock: {told}"))?;
            }
            "values.yaml" => {
                chart.values = read_values(&text()).map_err(|told| format!("cannot load values.yaml: {told}"))?;
            }
            "values.schema.json" => chart.schema = Some(file.bytes),
            "requirements.yaml" => {
                let read = read_yaml(&text()).map_err(|told| format!("cannot load requirements.yaml: {told}"))?;
                chart.metadata.put("dependencies", read.at("dependencies").clone());
                if chart.metadata.str_at("apiVersion") == "v1" {
                    chart.files.push(file);
                } else {
                    warnings.push("Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.".into());
                }
            }
            "requirements.lock" => {
                chart.lock = read_yaml(&text()).map_err(|told| format!("cannot load requirements.lock: {told}"))?;
                if chart.metadata.str_at("apiVersion") == "v1" {
                    chart.files.push(file);
                }
            }
            name if name.starts_with("templates/") => chart.templates.push(file),
            name if name.starts_with("charts/") && !name.ends_with(".prov") => {
                let inner = name["charts/".len()..].to_string();
                let folder = inner.split('/').next().unwrap_or("").to_string();
                charts.entry(folder).or_default().push(File { name: inner, bytes: file.bytes });
            }
            _ => chart.files.push(file),
        }
    }
    if !found {
        return Err("Chart.yaml file is missing".into());
    }
    validate(&mut chart)?;
    subcharts(&mut chart, charts, warnings, depth)?;
    Ok(chart)
}

fn subcharts(
    chart: &mut Chart,
    charts: OrdMap<String, Vec<File>>,
    warnings: &mut Vec<String>,
    depth: usize,
) -> Result<(), String> {
    for (folder, files) in charts {
        if folder.starts_with(['_', '.']) {
            continue;
        }
        let within = |told: String| format!("error unpacking subchart {folder} in {}: {told}", chart.name());
        if depth >= DEPTH_MAX {
            return Err(within("charts are nested too deep".into()));
        }
        let inner = if folder.ends_with(".tgz") {
            // Unlike Helm: archives of charts are real, but not part of this sandbox yet.
            return Err(within("an archive of a chart is real, but not part of this sandbox yet".into()));
        } else {
            files.into_iter().filter_map(|file| {
                let (_, name) = file.name.split_once('/')?;
                Some(File { name: name.to_string(), bytes: file.bytes })
            })
        };
        let loaded = of_files(inner.collect(), warnings, depth + 1).map_err(within)?;
        chart.charts.push(loaded);
    }
    Ok(())
}

const TEXTS: &[&str] = &[
    "name",
    "home",
    "version",
    "description",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "kubeVersion",
    "type",
];

/// A plain value where Go wants a text: sigs.k8s.io/yaml knows the type and makes a text of it.
pub(crate) fn wanted_text(value: &Value) -> String {
    if value.is_null() { String::new() } else { gotemplate::shown(&gotemplate::Val::of(value)) }
}

fn read_metadata(text: &str) -> Result<Value, String> {
    let mut read = read_yaml(text)?;
    if !matches!(read, Value::Map(_) | Value::Null) {
        return Err(cannot_unmarshal(&read, "chart.Metadata"));
    }
    for key in TEXTS {
        match read.get(key) {
            None | Some(Value::Str(_)) => {}
            Some(Value::Null) => {
                read.make_map().remove(key);
            }
            Some(plain @ (Value::Int(_) | Value::Float(_) | Value::Bool(_))) => {
                let text = wanted_text(plain);
                read.put(key, text);
            }
            Some(other) => {
                let told = cannot_unmarshal(other, "string");
                let place =
                    told.replace("Go value of type string", &format!("Go struct field Metadata.{key} of type string"));
                return Err(place);
            }
        }
    }
    if read.str_at("apiVersion").is_empty() {
        read.put("apiVersion", "v1");
    }
    Ok(read)
}

fn validate(chart: &mut Chart) -> Result<(), String> {
    let wrong = |told: &str| Err(["validation: ", told].concat());
    for key in ["name", "description", "home", "icon", "condition", "tags", "appVersion", "kubeVersion"] {
        let text = clean(chart.metadata.str_at(key));
        if !text.is_empty() {
            chart.metadata.put(key, text);
        }
    }
    let (name, version) = (chart.name(), chart.version());
    if name.is_empty() {
        return wrong("chart.metadata.name is required");
    }
    if name.contains('/') || name == "." {
        return wrong(&format!("chart.metadata.name {} is invalid", quoted(name)));
    }
    if version.is_empty() {
        return wrong("chart.metadata.version is required");
    }
    if Version::parse(version).is_none() {
        return wrong(&format!("chart.metadata.version {} is invalid", quoted(version)));
    }
    if !matches!(chart.metadata.str_at("type"), "" | "application" | "library") {
        return wrong("chart.metadata.type must be application or library");
    }
    if chart.metadata.list_at("maintainers").iter().any(Value::is_null) {
        return wrong("maintainers must not contain empty or null nodes");
    }
    let mut seen: Vec<String> = Vec::new();
    for entry in chart.metadata.list_at("dependencies") {
        if entry.is_null() {
            return wrong("dependencies must not contain empty or null nodes");
        }
        let dependency = Dependency::read(entry);
        if !dependency.alias.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            return wrong(&format!("dependency {} has disallowed characters in the alias", quoted(&dependency.name)));
        }
        let key = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
        if seen.contains(key) {
            return wrong(&format!("more than one dependency with name or alias {}", quoted(key)));
        }
        seen.push(key.clone());
        chart.requirements.push(dependency);
    }
    Ok(())
}
