//! Files that a configuration file takes in: `[include]` and `[includeIf "…"]`.

use crate::config::{Config, header};

/// A piece of a configuration file, in order.
#[derive(Debug, Clone)]
pub enum ConfigPart {
    Own(Config),
    /// Another file stands here; with a condition, only where that holds.
    Include {
        condition: Option<String>,
        path: String,
    },
}

impl Config {
    /// The file cut where others are taken in.
    pub fn parts(self) -> Vec<ConfigPart> {
        if !self.entries().iter().any(|entry| entry.name.starts_with("include")) {
            return vec![ConfigPart::Own(self)];
        }
        let mut parts = Vec::new();
        let lines: Vec<&str> = self.text().split_inclusive('\n').collect();
        let (mut from, mut opening) = (0, String::new());
        for entry in self.entries() {
            let Some(rest) = entry.name.strip_suffix(".path") else { continue };
            let condition = rest.strip_prefix("includeif.");
            let Some(path) = entry.value.as_deref().filter(|_| rest == "include" || condition.is_some()) else {
                continue;
            };
            let end = entry.line + entry.lines;
            parts.push(ConfigPart::Own(Self::parse(&(opening.clone() + &lines[from..end].concat()))));
            parts.push(ConfigPart::Include { condition: condition.map(str::to_string), path: path.to_string() });
            (from, opening) = (end, format!("{}\n", header(&entry.name)));
        }
        if parts.is_empty() {
            return vec![ConfigPart::Own(self)];
        }
        parts.push(ConfigPart::Own(Self::parse(&(opening + &lines[from..].concat()))));
        parts
    }
}
