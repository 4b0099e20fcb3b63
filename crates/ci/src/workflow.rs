//! Workflow files: reading and checking.

use crate::trigger::On;
use manifest::Value;
use order::{Arrange, OrdMap};
use serde::{Deserialize, Serialize};

/// A workflow as far as this sandbox runs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    pub path: String,
    pub name: String,
    pub on: On,
    pub env: OrdMap<String, String>,
    /// In file order.
    pub jobs: Vec<Job>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub id: String,
    pub name: String,
    pub needs: Vec<String>,
    pub condition: Option<String>,
    pub env: OrdMap<String, String>,
    pub outputs: OrdMap<String, String>,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub id: String,
    pub name: String,
    pub condition: Option<String>,
    pub env: OrdMap<String, String>,
    pub continue_on_error: bool,
    pub work: Work,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Work {
    Run { script: String, shell: Option<String>, directory: Option<String> },
    Uses { action: String, with: OrdMap<String, String> },
}

/// Why a file is no workflow; GitHub's words where it has them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid workflow file: {path}#L{line}\n{message}")]
pub struct WorkflowError {
    pub path: String,
    pub line: usize,
    pub message: String,
}

impl Workflow {
    pub fn parse(path: &str, text: &str) -> Result<Self, WorkflowError> {
        let fail = |line: usize, message: String| WorkflowError { path: path.into(), line, message };
        let root = Value::from_yaml(text).map_err(|message| {
            let line = message.split_once("line ").and_then(|(_, rest)| {
                rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok())
            });
            fail(line.unwrap_or(1), format!("You have an error in your yaml syntax: {message}"))
        })?;
        let line_of = |key: &str| text.lines().position(|line| line.trim_start().starts_with(key)).map_or(1, |n| n + 1);
        let check =
            |result: Result<(), (String, String)>| result.map_err(|(key, message)| fail(line_of(&key), message));
        check(known(
            &root,
            &["name", "run-name", "on", "true", "env", "jobs", "permissions", "defaults", "concurrency"],
        ))?;
        // YAML 1.1 reads the key `on` as true.
        let on = if root.at("on").is_null() { root.get("true").unwrap_or(Value::null()) } else { root.at("on") };
        if on.is_null() {
            return Err(fail(1, "Required property is missing: on".into()));
        }
        let triggers = On::read(on).map_err(|(key, message)| fail(line_of(&key), message))?;
        let jobs = root.get("jobs").and_then(Value::as_map);
        let Some(jobs) = jobs.filter(|jobs| !jobs.is_empty()) else {
            return Err(fail(1, "Required property is missing: jobs".into()));
        };
        let mut read = Vec::new();
        for (id, job) in jobs.iter() {
            read.push(job_of(id, job).map_err(|(key, message)| fail(line_of(&key), message))?);
        }
        // A map forgets the order of its keys; the text has it.
        read.arrange_by_key(|job: &Job| line_of(&format!("{}:", job.id)));
        for job in &read {
            if let Some(missing) = job.needs.iter().find(|need| !jobs.contains(need)) {
                let message = format!("Job '{}' depends on unknown job '{missing}'.", job.id);
                return Err(fail(line_of("needs"), message));
            }
        }
        if let Some(job) = cycle(&read) {
            let message =
                format!("The workflow must contain at least one job with no dependencies; job '{job}' needs itself.");
            return Err(fail(line_of("needs"), message));
        }
        Ok(Self {
            path: path.into(),
            name: root.at("name").as_str().map_or_else(|| path.to_string(), String::from),
            on: triggers,
            env: texts(root.at("env")),
            jobs: read,
        })
    }
}

/// A branch filter: `*` stays within a path part, `**` does not.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.find('*') {
        None => pattern == text,
        Some(at) => {
            let Some(rest) = text.strip_prefix(&pattern[..at]) else { return false };
            let any = pattern[at..].starts_with("**");
            let tail = &pattern[at + if any { 2 } else { 1 }..];
            let ends = rest.char_indices().map(|(end, _)| end).chain([rest.len()]);
            ends.take_while(|end| any || !rest[..*end].contains('/')).any(|end| matches(tail, &rest[end..]))
        }
    }
}

/// A text or a list of them.
pub(crate) fn list(value: &Value, key: &str) -> Vec<String> {
    match value.at(key) {
        Value::Str(one) => vec![one.to_string()],
        many => many.items().iter().filter_map(|item| item.as_str().map(String::from)).collect(),
    }
}

/// The key to look for in the text, and what is wrong with it.
pub(crate) type Wrong = (String, String);

pub(crate) fn known(value: &Value, keys: &[&str]) -> Result<(), Wrong> {
    for key in value.entries().keys() {
        if !keys.contains(&&**key) {
            return Err((format!("{key}:"), format!("Unexpected value '{key}'")));
        }
    }
    Ok(())
}

pub(crate) fn missing(value: &Value, keys: &[&str]) -> Result<(), Wrong> {
    for key in keys {
        if !value.at(key).is_null() {
            let message = format!("'{key}' is real GitHub Actions, but not part of this sandbox yet");
            return Err((format!("{key}:"), message));
        }
    }
    Ok(())
}

fn texts(value: &Value) -> OrdMap<String, String> {
    value.entries().iter().map(|(key, value)| (key.to_string(), crate::expr::to_text(value))).collect()
}

fn job_of(id: &str, job: &Value) -> Result<Job, Wrong> {
    known(
        job,
        &[
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
        ],
    )?;
    missing(job, &["strategy", "container", "services", "uses", "defaults"])?;
    if job.at("runs-on").is_null() {
        return Err((format!("{id}:"), "Required property is missing: runs-on".into()));
    }
    let needs = match job.at("needs") {
        Value::Str(one) => vec![one.to_string()],
        many => many.items().iter().filter_map(|item| item.as_str().map(String::from)).collect(),
    };
    let steps = job.at("steps").items();
    if steps.is_empty() {
        return Err((format!("{id}:"), "Required property is missing: steps".into()));
    }
    let mut read = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        read.push(step_of(index, step)?);
    }
    Ok(Job {
        id: id.into(),
        name: job.at("name").as_str().unwrap_or(id).to_string(),
        needs,
        condition: (!job.at("if").is_null()).then(|| crate::expr::to_text(job.at("if"))),
        env: texts(job.at("env")),
        outputs: texts(job.at("outputs")),
        steps: read,
    })
}

fn step_of(index: usize, step: &Value) -> Result<Step, Wrong> {
    known(
        step,
        &[
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
        ],
    )?;
    let run = step.at("run").as_str();
    let uses = step.at("uses").as_str();
    let work = match (run, uses) {
        (Some(script), None) => Work::Run {
            script: script.into(),
            shell: step.at("shell").as_str().map(String::from),
            directory: step.at("working-directory").as_str().map(String::from),
        },
        (None, Some(action)) => Work::Uses { action: action.into(), with: texts(step.at("with")) },
        (None, None) => return Err(("steps:".into(), "Every step must define a `uses` or `run` key".into())),
        (Some(_), Some(_)) => return Err(("uses:".into(), "a step cannot have both the `uses` and `run` keys".into())),
    };
    let name = match (step.at("name").as_str(), &work) {
        (Some(name), _) => name.to_string(),
        (None, Work::Run { script, .. }) => format!("Run {}", script.lines().next().unwrap_or_default()),
        (None, Work::Uses { action, .. }) => format!("Run {action}"),
    };
    Ok(Step {
        id: step.at("id").as_str().map_or_else(|| format!("__{index}"), String::from),
        name,
        condition: (!step.at("if").is_null()).then(|| crate::expr::to_text(step.at("if"))),
        env: texts(step.at("env")),
        continue_on_error: step.at("continue-on-error").as_bool() == Some(true),
        work,
    })
}

/// A job that waits for itself, if there is one.
fn cycle(jobs: &[Job]) -> Option<&str> {
    let mut done: Vec<&str> = Vec::new();
    loop {
        let before = done.len();
        for job in jobs {
            if !done.contains(&job.id.as_str()) && job.needs.iter().all(|need| done.contains(&need.as_str())) {
                done.push(&job.id);
            }
        }
        if done.len() == before {
            return jobs.iter().find(|job| !done.contains(&job.id.as_str())).map(|job| job.id.as_str());
        }
    }
}
