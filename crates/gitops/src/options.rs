//! `syncOptions` of an application and of an operation.

use manifest::Value;

/// Options that are here, with the values that they take.
const KNOWN: &[(&str, &[&str])] = &[
    ("ApplyOutOfSyncOnly", &["true", "false"]),
    ("CreateNamespace", &["true", "false"]),
    ("FailOnSharedResource", &["true", "false"]),
    ("Force", &["true", "false"]),
    ("Prune", &["true", "false", "confirm"]),
    ("PruneLast", &["true", "false"]),
    ("PrunePropagationPolicy", &["foreground", "background", "orphan"]),
    ("Replace", &["true", "false"]),
    ("RespectIgnoreDifferences", &["true", "false"]),
    ("ServerSideApply", &["true", "false"]),
    ("SkipDryRunOnMissingResource", &["true", "false"]),
    ("Validate", &["true", "false"]),
];

/// A list of `NAME=VALUE`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Options(Vec<String>);

impl Options {
    pub fn read(list: &Value) -> Self {
        Self(list.items().iter().filter_map(Value::as_str).map(str::to_string).collect())
    }

    pub fn has(&self, option: &str) -> bool {
        self.0.iter().any(|one| one == option)
    }

    /// The first option that is not here.
    pub fn missing(&self) -> Option<&str> {
        let known = |option: &str| {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            KNOWN.iter().any(|known| known.0 == name && known.1.contains(&value))
        };
        self.0.iter().map(String::as_str).find(|option| !known(option))
    }
}
