//! A workflow's jobs and steps: reading and checking.

use crate::call::Call;
use crate::gate::Target;
use crate::matrix::{Strategy, ordered};
use crate::permit::Permissions;
use crate::workflow::{Wrong, known, list, missing, text, texts, wrong};
use manifest::{Mark, Value};
use order::OrdMap;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub id: String,
    pub name: String,
    pub needs: Vec<String>,
    pub condition: Option<String>,
    pub env: OrdMap<String, String>,
    pub outputs: OrdMap<String, String>,
    pub strategy: Option<Strategy>,
    pub concurrency: Option<Concurrency>,
    /// `continue-on-error` and `timeout-minutes` as they stand there.
    pub forgives: Option<String>,
    pub timeout: Option<String>,
    pub steps: Vec<Step>,
    /// Containers beside it: JSON.
    pub(crate) services: Option<String>,
    /// Instead of steps, a workflow.
    pub(crate) call: Option<Box<Call>>,
    pub(crate) environment: Option<Target>,
    pub(crate) permissions: Option<Permissions>,
}

/// Of those with the same group only one is under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Concurrency {
    pub group: String,
    pub cancel: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub id: String,
    pub name: String,
    pub condition: Option<String>,
    pub env: OrdMap<String, String>,
    pub forgives: Option<String>,
    pub timeout: Option<String>,
    pub work: Work,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Work {
    Run {
        script: String,
        shell: Option<String>,
        directory: Option<String>,
    },
    Uses {
        action: String,
        with: OrdMap<String, String>,
    },
    /// `Initialize containers`: before all others, where the job has services.
    #[default]
    Containers,
}

/// `defaults.run`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Defaults {
    shell: Option<String>,
    directory: Option<String>,
}

const JOB_KEYS: [&str; 21] = [
    "cancel-timeout-minutes",
    "snapshot",
    "name",
    "needs",
    "runs-on",
    "if",
    "env",
    "outputs",
    "steps",
    "timeout-minutes",
    "permissions",
    "strategy",
    "container",
    "services",
    "uses",
    "with",
    "secrets",
    "environment",
    "concurrency",
    "continue-on-error",
    "defaults",
];

const STEP_KEYS: [&str; 11] = [
    "id",
    "name",
    "if",
    "uses",
    "with",
    "run",
    "env",
    "shell",
    "working-directory",
    "continue-on-error",
    "timeout-minutes",
];

/// What `permissions` may name.
// Unlike GitHub: any `runs-on` is the same runner.
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions>
pub(crate) const PERMISSIONS: [&str; 16] = [
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "id-token",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "security-events",
    "statuses",
];

pub(crate) fn defaults(value: &Value, path: &str, outer: &Defaults) -> Result<Defaults, Wrong> {
    let (defaults, path) = (value.at("defaults"), [path, "defaults"].concat());
    known(defaults, &path, &["run"])?;
    let run = defaults.at("run");
    known(run, &[&path, ".run"].concat(), &["shell", "working-directory"])?;
    let own = |key: &str, outer: &Option<String>| text(run.at(key)).or_else(|| outer.clone());
    Ok(Defaults { shell: own("shell", &outer.shell), directory: own("working-directory", &outer.directory) })
}

#[inline(never)]
pub(crate) fn concurrency(value: &Value, path: &str) -> Result<Option<Concurrency>, Wrong> {
    let (own, path) = (value.at("concurrency"), [path, "concurrency"].concat());
    match own {
        Value::Null => Ok(None),
        Value::Map(_) => {
            known(own, &path, &["group", "cancel-in-progress"])?;
            let group =
                text(own.at("group")).ok_or_else(|| wrong(&path, "Required property is missing: group".into()))?;
            Ok(Some(Concurrency { group, cancel: text(own.at("cancel-in-progress")) }))
        }
        group => Ok(Some(Concurrency { group: crate::expr::to_text(group), cancel: None })),
    }
}

#[inline(never)]
pub(crate) fn permissions(value: &Value, path: &str) -> Result<(), Wrong> {
    let (own, path) = (value.at("permissions"), [path, "permissions"].concat());
    let unexpected = |path: &str, word: &str| Err(wrong(path, format!("Unexpected value '{word}'")));
    if let Some(word) = own.as_str() {
        return if ["read-all", "write-all"].contains(&word) {
            Ok(())
        } else {
            unexpected(&[path.as_str(), "="].concat(), word)
        };
    }
    known(own, &path, &PERMISSIONS)?;
    for (name, level) in own.entries().iter() {
        let word = level.as_str().unwrap_or_default();
        if !["read", "write", "none"].contains(&word) || (word == "read" && &**name == "id-token") {
            return unexpected(&[&path, ".", name, "="].concat(), word);
        }
    }
    Ok(())
}

#[inline(never)]
fn strategy(job: &Value, path: &str, spans: &OrdMap<String, Mark>) -> Result<Option<Strategy>, Wrong> {
    let (own, path) = (job.at("strategy"), [path, ".strategy"].concat());
    if own.is_null() {
        return Ok(None);
    }
    known(own, &path, &["matrix", "fail-fast", "max-parallel"])?;
    let (matrix, here) = (own.at("matrix"), [&path, ".matrix"].concat());
    let expression = |value: &Value| value.as_str().is_some_and(|text| text.contains("${{"));
    for (key, vector) in matrix.entries().iter() {
        if vector.items().is_empty() && !expression(vector) {
            let message = match vector {
                Value::List(_) => format!("Matrix vector '{key}' does not contain any values"),
                _ => "A sequence was expected".into(),
            };
            return Err(wrong(&[&here, ".", key, "="].concat(), message));
        }
    }
    if matrix.entries().is_empty() && !matrix.is_null() && !expression(matrix) {
        return Err(wrong(&here, "Matrix must define at least one vector".into()));
    }
    Ok(Some(Strategy {
        matrix: (!matrix.is_null()).then(|| ordered(matrix, &here, spans).to_json()),
        fail_fast: text(own.at("fail-fast")),
        max_parallel: text(own.at("max-parallel")),
    }))
}

#[inline(never)]
pub(crate) fn job_of(id: &str, job: &Value, outer: &Defaults, spans: &OrdMap<String, Mark>) -> Result<Job, Wrong> {
    let path = ["jobs.", id].concat();
    let below = [&path, "."].concat();
    if let Some(message) = no_id(id) {
        return Err(wrong(&path, message));
    }
    known(job, &path, &JOB_KEYS)?;
    missing(job, &path, &["container", "snapshot", "cancel-timeout-minutes"])?;
    permissions(job, &below)?;
    let call = Call::read(job, &path)?;
    if call.is_none() && job.at("runs-on").is_null() {
        return Err(wrong(&below, "Required property is missing: runs-on".into()));
    }
    if let Value::Map(_) = job.at("steps") {
        return Err(wrong(&[&path, ".steps."].concat(), "A mapping was not expected".into()));
    }
    let steps = job.at("steps").items();
    if call.is_none() && steps.is_empty() {
        return Err(wrong(&below, "Required property is missing: steps".into()));
    }
    let run = defaults(job, &below, outer)?;
    let mut read: Vec<Step> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let here = format!("{path}.steps[{index}]");
        let step = step_of(index, step, &here, &run)?;
        if read.iter().any(|other| other.id.eq_ignore_ascii_case(&step.id)) {
            let message = format!("The identifier '{}' may not be used more than once within the same scope.", step.id);
            return Err(wrong(&[&here, ".id="].concat(), message));
        }
        read.push(step);
    }
    let mut services = None;
    if !job.at("services").is_null() {
        services = crate::services::read(job, &path, spans)?;
    }
    if services.is_some() {
        let name = "Initialize containers".to_string();
        read.insert(0, Step { id: crate::services::ID.into(), name, work: Work::Containers, ..Step::default() });
    }
    Ok(Job {
        id: id.into(),
        name: text(job.at("name")).unwrap_or_else(|| id.into()),
        needs: list(job, "needs"),
        condition: text(job.at("if")),
        env: texts(job.at("env")),
        outputs: texts(job.at("outputs")),
        strategy: strategy(job, &path, spans)?,
        concurrency: concurrency(job, &below)?,
        forgives: text(job.at("continue-on-error")),
        timeout: text(job.at("timeout-minutes")),
        steps: read,
        services,
        call,
        environment: Target::read(job, &path)?,
        permissions: Permissions::read(job.at("permissions")),
    })
}

/// What a step lacks that has neither `run` nor `uses`: what else it has may tell which it was to be.
#[inline(never)]
fn lacking(step: &Value) -> String {
    let has = |key: &str| !step.at(key).is_null();
    if has("with") {
        "Required property is missing: uses".into()
    } else if has("shell") || has("working-directory") {
        "Required property is missing: run".into()
    } else {
        "There's not enough info to determine what you meant. Add one of these properties: parallel, run, shell, uses, with, \
         working-directory"
            .into()
    }
}

/// What GitHub says of an id that is none.
fn no_id(id: &str) -> Option<String> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let fits = id.chars().all(good) && id.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && id.len() < 100;
    if !fits {
        return Some(format!(
            "The identifier '{id}' is invalid. IDs may only contain alphanumeric characters, '_', and '-'. \
             IDs must start with a letter or '_' and and must be less than 100 characters."
        ));
    }
    let reserved = id.starts_with("__");
    reserved.then(|| format!("The identifier '{id}' is invalid. IDs starting with '__' are reserved."))
}

#[inline(never)]
pub(crate) fn step_of(index: usize, step: &Value, path: &str, defaults: &Defaults) -> Result<Step, Wrong> {
    known(step, path, &STEP_KEYS)?;
    let own = |key: &str, outer: &Option<String>| text(step.at(key)).or_else(|| outer.clone());
    let work = match (text(step.at("run")), text(step.at("uses"))) {
        (Some(script), None) => Work::Run {
            script,
            shell: own("shell", &defaults.shell),
            directory: own("working-directory", &defaults.directory),
        },
        (None, Some(action)) if !crate::action::is_name(&action) => {
            let message = format!("Expected format {{org}}/{{repo}}[/path]@ref. Actual '{action}'");
            return Err(wrong(&[path, ".uses="].concat(), message));
        }
        (None, Some(action)) => Work::Uses { action, with: texts(step.at("with")) },
        (None, None) => {
            return Err(wrong(&[path, "."].concat(), lacking(step)));
        }
        (Some(_), Some(_)) => {
            return Err(wrong(&[path, ".uses"].concat(), "a step cannot have both the `uses` and `run` keys".into()));
        }
    };
    if let Some(message) = text(step.at("id")).and_then(|id| no_id(&id)) {
        return Err(wrong(&[path, ".id="].concat(), message));
    }
    let name = match (text(step.at("name")), &work) {
        (Some(name), _) => name,
        (None, Work::Run { script, .. }) => format!("Run {}", script.lines().next().unwrap_or_default()),
        (None, Work::Uses { action, .. }) => format!("Run {action}"),
        (None, Work::Containers) => String::new(),
    };
    Ok(Step {
        id: text(step.at("id")).unwrap_or_else(|| format!("__{index}")),
        name,
        condition: text(step.at("if")),
        env: texts(step.at("env")),
        forgives: text(step.at("continue-on-error")),
        timeout: text(step.at("timeout-minutes")),
        work,
    })
}
