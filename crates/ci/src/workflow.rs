//! Workflow files: reading and checking.

use crate::job::{self, Concurrency, Defaults, Job};
use crate::trigger::On;
use manifest::{Dialect, Level, Mark, Value};
use order::{Arrange, OrdMap};
use serde::{Deserialize, Serialize};

/// A workflow as far as this sandbox runs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    pub path: String,
    pub name: String,
    pub run_name: Option<String>,
    pub on: On,
    pub env: OrdMap<String, String>,
    pub concurrency: Option<Concurrency>,
    /// In file order.
    pub jobs: Vec<Job>,
}

/// Why a file is no workflow; GitHub's words where it has them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid workflow file: {path}#L{line}\n{message}")]
pub struct WorkflowError {
    pub path: String,
    pub line: usize,
    pub message: String,
}

const KEYS: [&str; 8] = ["name", "run-name", "on", "env", "jobs", "permissions", "defaults", "concurrency"];

impl Workflow {
    pub fn parse(path: &str, text: &str) -> Result<Self, WorkflowError> {
        let fail = |line: usize, message: String| WorkflowError { path: path.into(), line, message };
        let (documents, diagnostics) = Value::parse_yaml_as(text, Dialect::New);
        if let Some(error) = diagnostics.iter().find(|found| found.level == Level::Error) {
            return Err(fail(error.line, format!("You have an error in your yaml syntax: {}", error.message)));
        }
        let Some(document) = documents.first() else {
            return Err(fail(1, "Required property is missing: on".into()));
        };
        read(path, &document.value, &document.spans)
            .map_err(|(at, message)| fail(line_of(&at, &document.spans), message))
    }
}

/// Where a part stands, or else the nearest around it that is there.
fn line_of(path: &str, spans: &OrdMap<String, Mark>) -> usize {
    let mut path = path;
    loop {
        if let Some(mark) = spans.get(path) {
            return mark.line;
        }
        match path.rfind(['.', '[']) {
            Some(end) => path = &path[..end],
            None => return 1,
        }
    }
}

fn read(path: &str, root: &Value, spans: &OrdMap<String, Mark>) -> Result<Workflow, Wrong> {
    known(root, "", &KEYS)?;
    job::permissions(root, "")?;
    let on = root.at("on");
    if on.is_null() {
        return Err(wrong("", "Required property is missing: on".into()));
    }
    let triggers = On::read(on, "on")?;
    let jobs = root.at("jobs").entries();
    if jobs.is_empty() {
        return Err(wrong("jobs", "Required property is missing: jobs".into()));
    }
    let defaults = job::defaults(root, "", &Defaults::default())?;
    let mut all = Vec::new();
    for (id, job) in jobs.iter() {
        all.push(job::job_of(id, job, &defaults, spans)?);
    }
    // A map forgets the order of its keys; the text has it.
    all.arrange_by_key(|job: &Job| spans.get(&["jobs.", &job.id].concat()).copied());
    let needs_of = |job: &Job| ["jobs.", &job.id, ".needs"].concat();
    for job in &all {
        if let Some(missing) = job.needs.iter().find(|need| !jobs.contains(need)) {
            return Err(wrong(&needs_of(job), format!("Job '{}' depends on unknown job '{missing}'.", job.id)));
        }
    }
    if all.iter().all(|job| !job.needs.is_empty()) {
        return Err(wrong("jobs", "The workflow must contain at least one job with no dependencies.".into()));
    }
    if let Some((job, need)) = cycle(&all) {
        let message =
            format!("Job '{}' depends on job '{need}' which creates a cycle in the dependency graph.", job.id);
        return Err(wrong(&needs_of(job), message));
    }
    Ok(Workflow {
        path: path.into(),
        name: text(root.at("name")).unwrap_or_else(|| path.into()),
        run_name: text(root.at("run-name")),
        on: triggers,
        env: texts(root.at("env")),
        concurrency: job::concurrency(root, "")?,
        jobs: all,
    })
}

/// A text or a list of them.
pub(crate) fn list(value: &Value, key: &str) -> Vec<String> {
    match value.at(key) {
        Value::Str(one) => vec![one.to_string()],
        many => many.items().iter().filter_map(text).collect(),
    }
}

/// Where in the file, as a path, and what is wrong there.
pub(crate) type Wrong = (String, String);

pub(crate) fn wrong(path: &str, message: String) -> Wrong {
    (path.into(), message)
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.into() } else { [path, ".", key].concat() }
}

pub(crate) fn known(value: &Value, path: &str, keys: &[&str]) -> Result<(), Wrong> {
    for key in value.entries().keys() {
        if !keys.contains(&&**key) {
            return Err(wrong(&below(path, key), format!("Unexpected value '{key}'")));
        }
    }
    Ok(())
}

pub(crate) fn missing(value: &Value, path: &str, keys: &[&str]) -> Result<(), Wrong> {
    for key in keys {
        if !value.at(key).is_null() {
            let message = format!("'{key}' is real GitHub Actions, but not part of this sandbox yet");
            return Err(wrong(&below(path, key), message));
        }
    }
    Ok(())
}

/// A scalar as a text.
pub(crate) fn text(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| crate::expr::to_text(value))
}

pub(crate) fn texts(value: &Value) -> OrdMap<String, String> {
    value.entries().iter().map(|(key, value)| (key.to_string(), crate::expr::to_text(value))).collect()
}

/// A job that waits for itself over another, if there is one.
fn cycle(jobs: &[Job]) -> Option<(&Job, &str)> {
    let mut done: Vec<&str> = Vec::new();
    loop {
        let before = done.len();
        for job in jobs {
            if !done.contains(&job.id.as_str()) && job.needs.iter().all(|need| done.contains(&need.as_str())) {
                done.push(&job.id);
            }
        }
        if done.len() == before {
            let stuck = jobs.iter().find(|job| !done.contains(&job.id.as_str()))?;
            let need = stuck.needs.iter().find(|need| !done.contains(&need.as_str()))?;
            return Some((stuck, need));
        }
    }
}
