//! `helm lint`: what is wrong with a chart. Helm 3.17, `pkg/lint/rules`.
//!
//! Unlike Helm: addresses of maintainers, sources and icons are not looked at, nor API versions that Kubernetes has given up.

use crate::capabilities::Capabilities;
use crate::chart::{Chart, File};
use crate::engine::Setting;
use crate::load::{load, read_values, read_yaml};
use crate::render::{Release, texts};
use crate::semver::Version;
use crate::values::merge_maps;
use gotemplate::quoted;
use manifest::Value;
use order::OrdMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    pub path: String,
    pub told: String,
}

impl Finding {
    /// As Helm prints it.
    pub fn line(&self) -> String {
        let name = match self.severity {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        };
        ["[", name, "] ", &self.path, ": ", &self.told].concat()
    }
}

struct Linter(Vec<Finding>);

impl Linter {
    fn tell(&mut self, severity: Severity, path: &str, told: impl Into<String>) {
        self.0.push(Finding { severity, path: path.into(), told: told.into() });
    }

    fn wrong(&mut self, path: &str, told: impl Into<String>) {
        self.tell(Severity::Error, path, told);
    }
}

/// Looks at a chart's files with some values. `folder` is where it lies; `now` is for templates that ask.
pub fn lint(files: Vec<File>, values: &Value, folder: &str, now: i64, log: &mut Vec<String>) -> Vec<Finding> {
    let mut linter = Linter(Vec::new());
    let text = |name: &str| files.iter().find(|file| file.name == name).map(File::text);
    definition(&mut linter, text("Chart.yaml"));
    match text("values.yaml") {
        None => linter.tell(Severity::Info, "values.yaml", "file does not exist"),
        Some(own) => match read_values(&own) {
            Err(told) => linter.wrong("values.yaml", format!("unable to parse YAML: {told}")),
            Ok(own) => {
                let schema = files.iter().find(|file| file.name == "values.schema.json");
                if let Some(told) =
                    schema.and_then(|schema| crate::schema::wrong(&schema.text(), &merge_maps(&own, values)))
                {
                    linter.wrong("values.yaml", told);
                }
            }
        },
    }
    match load(files, log) {
        Err(told) => {
            linter.wrong("templates/", told.clone());
            linter.wrong("", format!("unable to load chart\n\t{told}"));
        }
        Ok(chart) => {
            templates(&mut linter, &chart, values, now, log);
            dependencies(&mut linter, &chart, folder);
        }
    }
    linter.0
}

fn definition(linter: &mut Linter, text: Option<String>) {
    const FILE: &str = "Chart.yaml";
    let read = match text {
        None => Err("open Chart.yaml: no such file or directory".to_string()),
        Some(text) => read_yaml(&text),
    };
    let chart = match read {
        Ok(chart) => chart,
        Err(told) => return linter.wrong(FILE, format!("unable to parse YAML\n\t{told}")),
    };
    let name = chart.str_at("name");
    if name.is_empty() {
        linter.wrong(FILE, "name is required");
    } else if name.contains('/') {
        linter.wrong(FILE, format!("chart name {} is invalid", quoted(name)));
    }
    match chart.str_at("apiVersion") {
        "" => linter.wrong(FILE, "apiVersion is required. The value must be either \"v1\" or \"v2\""),
        "v1" | "v2" => {}
        other => {
            linter.wrong(FILE, format!("apiVersion '{other}' is not valid. The value must be either \"v1\" or \"v2\""))
        }
    }
    let typed = |linter: &mut Linter, key: &str| {
        if let Some(value) = chart.get(key).filter(|value| !matches!(value, Value::Str(_))) {
            let name = gotemplate::Val::of_json(value).type_name();
            linter.wrong(FILE, format!("{key} should be of type string but it's of type {name}"));
        }
    };
    typed(linter, "version");
    match chart.get("version").map(crate::load::wanted_text).unwrap_or_default().as_str() {
        "" => linter.wrong(FILE, "version is required"),
        version if Version::parse(version).is_none() => {
            linter.wrong(FILE, format!("version '{version}' is not a valid SemVer"));
        }
        _ => {}
    }
    typed(linter, "appVersion");
    if chart.list_at("maintainers").iter().any(|maintainer| maintainer.str_at("name").is_empty()) {
        linter.wrong(FILE, "each maintainer requires a name");
    }
    if chart.str_at("icon").is_empty() {
        linter.tell(Severity::Info, FILE, "icon is recommended");
    }
    if chart.str_at("apiVersion") != "v2" {
        if !chart.str_at("type").is_empty() {
            linter.wrong(FILE, "chart type is not valid in apiVersion 'v1'. It is valid in apiVersion 'v2'");
        }
        if !chart.list_at("dependencies").is_empty() {
            linter.wrong(
                FILE,
                "dependencies are not valid in the Chart file with apiVersion 'v1'. They are valid in apiVersion 'v2'",
            );
        }
    }
}

fn templates(linter: &mut Linter, chart: &Chart, values: &Value, now: i64, log: &mut Vec<String>) {
    let release = Release { name: "test-release".into(), namespace: "default".into(), ..Release::default() };
    let setting = Setting { capabilities: Capabilities::default(), lint: true, now, seed: 1, lookup: None };
    let rendered = match texts(&mut chart.clone(), values, &release, &setting, log) {
        Ok(rendered) => rendered,
        Err(told) => return linter.wrong("templates/", told),
    };
    for file in &chart.templates {
        let name = file.name.as_str();
        let extension = name.rsplit('/').next().and_then(|base| base.rfind('.').map(|at| &base[at..])).unwrap_or("");
        if !matches!(extension, ".yaml" | ".yml" | ".tpl" | ".txt") {
            let told =
                format!("file extension '{extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt");
            linter.wrong(name, told);
        }
        if file.text().contains(".Release.Time") {
            let told = ".Release.Time has been removed in v3, please replace with the `now` function in your templates";
            linter.wrong(name, told);
        }
        if extension == ".yaml" && !documents(linter, name, chart, &rendered) {
            return;
        }
    }
}

fn documents(linter: &mut Linter, name: &str, chart: &Chart, rendered: &OrdMap<String, String>) -> bool {
    let Some(text) = rendered.get(&format!("{}/{name}", chart.name())).filter(|text| !text.trim().is_empty()) else {
        return true;
    };
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    if first.starts_with([' ', '\t']) {
        let told =
            format!("document starts with an illegal indent: {}, which may cause parsing problems", quoted(first));
        linter.tell(Severity::Warning, name, told);
    }
    for document in crate::manifests::split(text) {
        let value = match read_yaml(&document) {
            Ok(value) => value,
            Err(told) => {
                linter.wrong(name, format!("unable to parse YAML: {told}"));
                return false;
            }
        };
        if value.is_null() {
            continue;
        }
        object(linter, name, &value, text);
    }
    true
}

fn object(linter: &mut Linter, path: &str, value: &Value, text: &str) {
    let (kind, name) = (value.str_at("kind"), value.str_at("metadata.name"));
    let rbac =
        matches!(kind, "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" | "CertificateSigningRequest");
    let word = |part: &str| {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        edge(part.chars().next())
            && edge(part.chars().last())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if !(rbac || name.len() <= 253 && name.split('.').all(word)) {
        let rule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and \
                    end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
                    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
        let shown = quoted(name);
        let told = format!(
            "object name does not conform to Kubernetes naming requirements: {shown}: metadata.name: Invalid value: {shown}: {rule}"
        );
        linter.tell(Severity::Warning, path, told);
    }
    let selects = matches!(kind, "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet");
    if selects && !text.contains("matchLabels") && !text.contains("matchExpressions") {
        let told = format!("a {kind} must contain matchLabels or matchExpressions, and {} does not", quoted(name));
        linter.wrong(path, told);
    }
}

fn dependencies(linter: &mut Linter, chart: &Chart, folder: &str) {
    let named = |sub: &&Chart| !chart.requirements.iter().any(|wanted| wanted.name == sub.name());
    let unnamed: Vec<&str> = chart.charts.iter().filter(named).map(Chart::name).collect();
    if !unnamed.is_empty() {
        linter.wrong(folder, format!("chart metadata is missing these dependencies: {}", unnamed.join(",")));
    }
    let missing = chart.missing();
    if !missing.is_empty() {
        let told = format!("chart directory is missing these dependencies: {}", missing.join(","));
        linter.tell(Severity::Warning, folder, told);
    }
}
