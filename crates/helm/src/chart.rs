//! A chart and the charts in it.

use crate::load::wanted_text;
use manifest::Value;

/// A file of a chart, by its path in it.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    /// `Chart.yaml`, its texts cleaned.
    pub metadata: Value,
    pub lock: Value,
    pub values: Value,
    /// All files as they were read.
    pub raw: Vec<File>,
    pub templates: Vec<File>,
    pub files: Vec<File>,
    pub schema: Option<Vec<u8>>,
    pub requirements: Vec<Dependency>,
    pub charts: Vec<Chart>,
}

/// An entry of `dependencies`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dependency {
    /// The name, or the alias once dependencies are processed.
    pub name: String,
    pub version: String,
    pub repository: String,
    pub condition: String,
    pub alias: String,
    pub tags: Vec<String>,
    pub enabled: bool,
    pub import_values: Vec<Value>,
}

impl Dependency {
    pub(crate) fn read(entry: &Value) -> Self {
        let text = |key: &str| clean(&wanted_text(entry.at(key)));
        Self {
            name: text("name"),
            version: text("version"),
            repository: text("repository"),
            condition: text("condition"),
            alias: wanted_text(entry.at("alias")),
            tags: entry.list_at("tags").iter().map(|tag| clean(&wanted_text(tag))).collect(),
            enabled: false,
            import_values: entry.get("import-values").map(|list| list.items().to_vec()).unwrap_or_default(),
        }
    }
}

impl Chart {
    pub fn name(&self) -> &str {
        self.metadata.str_at("name")
    }

    pub fn version(&self) -> &str {
        self.metadata.str_at("version")
    }

    pub fn app_version(&self) -> &str {
        self.metadata.str_at("appVersion")
    }

    pub fn is_library(&self) -> bool {
        self.metadata.str_at("type").eq_ignore_ascii_case("library")
    }

    /// Dependencies that `Chart.yaml` names and `charts/` does not have.
    pub fn missing(&self) -> Vec<&str> {
        let there = |wanted: &&Dependency| !self.charts.iter().any(|sub| sub.name() == wanted.name);
        self.requirements.iter().filter(there).map(|wanted| wanted.name.as_str()).collect()
    }

    /// The files of `crds/` here and below: path in the whole chart, and content.
    pub fn crds(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        self.add_crds(self.name(), &mut all);
        all
    }

    fn add_crds(&self, path: &str, all: &mut Vec<(String, String)>) {
        for file in &self.files {
            let lower = file.name.to_ascii_lowercase();
            let manifest = [".yaml", ".yml", ".json"].iter().any(|end| lower.ends_with(end));
            if file.name.starts_with("crds/") && manifest {
                all.push((format!("{path}/{}", file.name), file.text()));
            }
        }
        for chart in &self.charts {
            chart.add_crds(&format!("{path}/charts/{}", chart.name()), all);
        }
    }
}

/// White space as spaces, and nothing that cannot be printed.
pub(crate) fn clean(text: &str) -> String {
    text.chars().filter_map(|c| if c.is_whitespace() { Some(' ') } else { (!c.is_control()).then_some(c) }).collect()
}

/// What Helm says of dependencies that are not there.
pub fn missing_told(missing: &[&str]) -> String {
    let front = "An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch \
                 missing dependencies: found in Chart.yaml, but missing in charts/ directory: ";
    front.to_string() + &missing.join(", ")
}
