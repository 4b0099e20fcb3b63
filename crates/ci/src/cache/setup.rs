//! `cache:` of `actions/setup-node`, `-python`, `-go` and `-java`: what their tools load, kept by the lock files' hash.
//! Keys, places and words: those actions' own sources.

use super::{Wanted, hash};
use crate::engine::Outcome;
use order::OrdMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setup {
    pub tool: &'static str,
    /// Its input and output: `node-version`.
    pub key: &'static str,
    pub version: String,
    /// What the log shows first.
    pub says: String,
    /// `npm`.
    pub cache: String,
    /// `cache-dependency-path`.
    pub lock: Option<String>,
}

/// Tool, package manager, the files that count, and what is kept; where several files are named with a bar, the first
/// that is there counts.
const MANAGERS: [(&str, &str, &str, &str); 9] = [
    ("node", "npm", "package-lock.json|npm-shrinkwrap.json|yarn.lock", "~/.npm"),
    ("node", "pnpm", "pnpm-lock.yaml", "~/.local/share/pnpm/store/v10"),
    ("node", "yarn", "yarn.lock", "~/.cache/yarn/v1"),
    ("python", "pip", "**/requirements.txt|**/pyproject.toml", "~/.cache/pip"),
    ("python", "pipenv", "**/Pipfile.lock", "~/.local/share/virtualenvs"),
    ("python", "poetry", "**/poetry.lock", "~/.cache/pypoetry/virtualenvs"),
    ("go", "go", "go.sum", "~/go/pkg/mod ~/.cache/go-build"),
    ("java", "maven", "**/pom.xml", "~/.m2/repository"),
    (
        "java",
        "gradle",
        "**/*.gradle* **/gradle-wrapper.properties buildSrc/**/Versions.kt buildSrc/**/Dependencies.kt \
         gradle/*.versions.toml **/versions.properties",
        "~/.gradle/caches ~/.gradle/wrapper",
    ),
];

/// Whether a step looks at lock files.
pub(crate) fn looks(action: &str, with: &OrdMap<String, String>) -> bool {
    let go = action.starts_with("actions/setup-go");
    with.get("cache").map_or(go, |text| !matches!(text.trim(), "" | "false"))
}

impl Setup {
    fn outputs(&self) -> OrdMap<String, String> {
        [(self.key.to_string(), self.version.clone())].into()
    }

    /// What is to be restored; or that there is nothing to do, which only Go does not mind.
    #[inline(never)]
    pub(crate) fn wanted(
        &self,
        listing: Option<&OrdMap<String, Vec<u8>>>,
        base: &str,
    ) -> Result<Result<Wanted, Outcome>, String> {
        let manager = if self.tool == "go" { "go" } else { &self.cache };
        let row = MANAGERS.iter().find(|(tool, name, ..)| *tool == self.tool && *name == manager);
        let Some((_, manager, files, kept)) = row else {
            return Err(format!("Caching for '{manager}' is not supported"));
        };
        let empty = OrdMap::new();
        let listing = listing.unwrap_or(&empty);
        let found = |patterns: &str| {
            let patterns: Vec<String> = patterns.split_whitespace().map(String::from).collect();
            hash(listing, base, &patterns)
        };
        let mut digest = String::new();
        match &self.lock {
            Some(lock) => digest = found(lock)?,
            None => {
                for patterns in files.split('|') {
                    if digest.is_empty() {
                        digest = found(patterns)?;
                    }
                }
            }
        }
        if digest.is_empty() {
            let why = self.nothing(base, files);
            if self.tool != "go" {
                return Err(why);
            }
            let log = format!("::warning::Restore cache failed: {why}\n");
            return Ok(Err(Outcome { log, outputs: self.outputs(), ..Outcome::default() }));
        }
        let before = match self.tool {
            "node" => format!("node-cache-Linux-x64-{manager}"),
            "python" => format!("setup-python-Linux-x64-24.04-Ubuntu-python-{}-{manager}", self.version),
            "go" => format!("setup-go-Linux-x64-ubuntu24-go-{}", self.version),
            _ => format!("setup-java-Linux-x64-{manager}"),
        };
        Ok(Ok(Wanted {
            key: [&before, "-", &digest].concat(),
            restore: if self.tool == "python" { vec![before] } else { Vec::new() },
            paths: kept.split(' ').map(String::from).collect(),
            restores: true,
            saves: true,
            manager: (*manager).to_string(),
            outputs: self.outputs(),
            ..Wanted::default()
        }))
    }

    /// No file is there that counts.
    fn nothing(&self, base: &str, files: &str) -> String {
        if self.tool == "node" && self.lock.is_some() {
            return "Some specified paths were not resolved, unable to cache dependencies.".into();
        }
        match self.tool {
            "node" => format!(
                "Dependencies lock file is not found in {base}. Supported file patterns: {}",
                files.replace('|', ",")
            ),
            "go" => format!("Dependencies file is not found in {base}. Supported file pattern: {files}"),
            _ => {
                let asked =
                    self.lock.clone().unwrap_or_else(|| files.split(['|', ' ']).collect::<Vec<_>>().join(" or "));
                format!("No file in {base} matched to [{asked}], make sure you have checked out the target repository")
            }
        }
    }
}
