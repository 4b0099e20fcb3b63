//! Local composite actions: an `action.yml` of the repository whose `runs` are steps. Read here; `frames` runs them within
//! the step that calls.
//! Words: `actions/runner`, `ActionManifestManager.cs` and `ActionManager.cs`.

mod frames;

pub use frames::Frame;

use crate::job::{self, Defaults, Step, Work};
use crate::workflow::{self, Wrong, text, wrong};
use manifest::{Dialect, Level, Mark, Value};
use order::{Arrange, OrdMap};
use serde::{Deserialize, Serialize};

/// What an `action.yml` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Composite {
    /// Names and defaults, in no order that matters.
    inputs: OrdMap<String, String>,
    /// Words for those who still use an input that is to go.
    deprecated: OrdMap<String, String>,
    outputs: OrdMap<String, String>,
    steps: Vec<Step>,
}

/// An action may call an action, and so on, so often.
const DEPTH_MAX: usize = 9;
const CONTEXTS: &[&str] = &["github", "inputs", "strategy", "matrix", "steps", "job", "runner", "env"];
const RUN_KEYS: &[&str] = &["name", "id", "if", "run", "env", "continue-on-error", "working-directory", "shell"];
const USES_KEYS: &[&str] = &["name", "id", "if", "uses", "continue-on-error", "with", "env"];

/// The lines of the log that say why an action cannot be used.
fn failures(path: &str, wrongs: &[Wrong], spans: &OrdMap<String, Mark>) -> String {
    let mut all = String::new();
    for (at, message) in wrongs {
        let (line, column) = workflow::place_of(at, spans);
        all.push_str(&format!("{path} (Line: {line}, Col: {column}): {message}\nError: "));
    }
    all.push_str(&format!("Failed to load {path}"));
    all
}

/// The file of an action among those of its folder.
pub(crate) fn manifest(files: &[(String, Vec<u8>)]) -> Option<(&'static str, String)> {
    ["action.yml", "action.yaml"].into_iter().find_map(|name| {
        let (_, bytes) = files.iter().find(|(path, _)| path == name)?;
        Some((name, String::from_utf8_lossy(bytes).into_owned()))
    })
}

impl Composite {
    /// Reads an `action.yml`; `path` is for its errors.
    #[inline(never)]
    pub(crate) fn parse(path: &str, source: &str) -> Result<Self, String> {
        let (documents, diagnostics) = Value::parse_yaml_as(source, Dialect::New);
        if let Some(error) = diagnostics.iter().find(|found| found.level == Level::Error) {
            return Err(format!("{path}: (Line: {}): {}\nError: Failed to load {path}", error.line, error.message));
        }
        let Some(document) = documents.first() else { return Err(format!("Failed to load {path}")) };
        let (root, spans) = (&document.value, &document.spans);
        let runs = root.at("runs");
        if runs.is_null() {
            return Err(format!("Top level 'runs:' section is required for {path}"));
        }
        match text(runs.at("using")).as_deref() {
            Some("composite") => {}
            Some(other @ ("docker" | "node12" | "node16" | "node20" | "node24")) => {
                return Err(format!("'using: {other}' is real GitHub Actions, but not part of this sandbox yet"));
            }
            Some(other) => {
                return Err(format!(
                    "'using: {other}' is not supported, use 'docker', 'node12', 'node16', 'node20' or 'node24' instead."
                ));
            }
            None => {
                return Err(
                    "Missing 'using' value. 'using' requires 'composite', 'docker', 'node12', 'node16', 'node20' or \
                            'node24'."
                        .into(),
                );
            }
        }
        if runs.at("steps").is_null() {
            return Err(format!("You are using a composite action but there are no steps provided in {path}."));
        }
        let mut wrongs = Vec::new();
        let steps = steps(runs, &mut wrongs);
        let (mut inputs, mut deprecated, mut outputs) = (OrdMap::new(), OrdMap::new(), OrdMap::new());
        for (name, input) in root.at("inputs").entries().iter() {
            let default = text(input.at("default")).unwrap_or_default();
            check(&default, &["inputs.", name, ".default"].concat(), &CONTEXTS[..1], &mut wrongs);
            inputs.insert(name.to_string(), default);
            deprecated.extend(text(input.at("deprecationMessage")).map(|words| (name.to_string(), words)));
        }
        for (name, output) in root.at("outputs").entries().iter() {
            let value = text(output.at("value")).unwrap_or_default();
            check(&value, &["outputs.", name, ".value"].concat(), CONTEXTS, &mut wrongs);
            outputs.insert(name.to_string(), value);
        }
        if wrongs.is_empty() {
            return Ok(Self { inputs, deprecated, outputs, steps });
        }
        wrongs.arrange_by_key(|(at, _)| workflow::place_of(at, spans));
        Err(failures(path, &wrongs, spans))
    }
}

fn check(text: &str, path: &str, contexts: &[&str], wrongs: &mut Vec<Wrong>) {
    // `strategy` and so on are known to a default, too, and empty where the caller has none.
    let contexts = if contexts.len() == 1 { &["github", "strategy", "matrix", "job", "runner"] } else { contexts };
    let known = |name: &str| name.ends_with("()") || contexts.iter().any(|own| own.eq_ignore_ascii_case(name));
    wrongs.extend(crate::expr::check_in(text, &known).err().map(|message| wrong(path, message)));
}

#[inline(never)]
fn steps(runs: &Value, wrongs: &mut Vec<Wrong>) -> Vec<Step> {
    let known = |_: &str, name: &str| name.ends_with("()") || CONTEXTS.iter().any(|own| own.eq_ignore_ascii_case(name));
    let mut all: Vec<Step> = Vec::new();
    for (at, step) in runs.at("steps").items().iter().enumerate() {
        let here = format!("runs.steps[{at}]");
        let run = !step.at("run").is_null();
        if let Err(wrong) = workflow::known(step, &here, if run { RUN_KEYS } else { USES_KEYS }) {
            wrongs.push(wrong);
        }
        if run && step.at("shell").is_null() {
            wrongs.push(wrong(&[&here, "."].concat(), "Required property is missing: shell".into()));
        }
        if let Err(wrong) = workflow::expressions_in(step, &here, &known) {
            wrongs.push(wrong);
        }
        match job::step_of(at, step, &here, &Defaults::default()) {
            Ok(step) if all.iter().any(|other| other.id.eq_ignore_ascii_case(&step.id)) => {
                let message =
                    format!("The identifier '{}' may not be used more than once within the same scope.", step.id);
                wrongs.push(wrong(&[&here, ".id"].concat(), message));
            }
            Ok(step) => all.push(step),
            Err(wrong) => wrongs.push(wrong),
        }
    }
    all
}

/// The folder of a local action, from a step's `uses`.
pub(crate) fn local(work: &Work) -> Option<&str> {
    match work {
        Work::Uses { action, .. } => action.strip_prefix("./"),
        Work::Run { .. } | Work::Containers => None,
    }
}
