//! Workflow files: reading and checking.

use crate::errors;
use crate::job::{self, Concurrency, Defaults, Job};
use crate::permit::Permissions;
use crate::trigger::On;
use manifest::{Dialect, Level, Mark, Value};
use order::{Arrange, OrdMap};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A workflow as far as this sandbox runs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    pub path: String,
    pub name: String,
    pub run_name: Option<String>,
    pub on: On,
    pub env: OrdMap<String, String>,
    pub concurrency: Option<Concurrency>,
    pub(crate) permissions: Option<Permissions>,
    /// In file order.
    pub jobs: Vec<Job>,
    /// What its jobs call, and what that calls.
    pub(crate) called: Vec<Arc<Workflow>>,
    /// Lines and columns of jobs that call.
    pub(crate) places: OrdMap<String, (usize, usize)>,
}

/// Why a file is no workflow; GitHub's words where it has them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid workflow file: {path}#L{line}\n{told}")]
pub struct WorkflowError {
    pub path: String,
    /// Of the first.
    pub line: usize,
    pub message: String,
    /// All of them, with lines and columns.
    pub told: String,
    /// Line, column, message; none where the text is no YAML.
    pub all: Vec<(usize, usize, String)>,
}

const KEYS: [&str; 9] =
    ["name", "description", "run-name", "on", "env", "jobs", "permissions", "defaults", "concurrency"];

impl Workflow {
    #[inline(never)]
    pub fn parse(path: &str, text: &str) -> Result<Self, WorkflowError> {
        let fail = |line: usize, message: String| {
            let told = message.clone();
            WorkflowError { path: path.into(), line, message, told, all: Vec::new() }
        };
        let (documents, diagnostics) = Value::parse_yaml_as(text, Dialect::New);
        if let Some(error) = diagnostics.iter().find(|found| found.level == Level::Error) {
            return Err(fail(error.line, format!("You have an error in your yaml syntax: {}", error.message)));
        }
        let Some(document) = documents.first() else {
            return Err(fail(1, "Required property is missing: on".into()));
        };
        if let Some(twice) = diagnostics.iter().find(|found| found.message.ends_with("already set in map")) {
            let key = twice.message.split('"').nth(1).unwrap_or_default();
            return Err(fail(twice.line, format!("'{key}' is already defined")));
        }
        read(path, &document.value, &document.spans).map_err(|first| {
            let all = errors::all(path, &document.value, &document.spans, first);
            let (line, message) = all.first().map(|(line, _, message)| (*line, message.clone())).unwrap_or_default();
            WorkflowError { path: path.into(), line, message, told: Self::told(&all), all }
        })
    }
}

/// Where a part stands, or else the nearest around it that is there: line and column. Behind a dot: where what is in it
/// begins; behind an equals sign: where its value does.
#[inline(never)]
pub(crate) fn place_of(path: &str, spans: &OrdMap<String, Mark>) -> (usize, usize) {
    if let Some(mark) = spans.get(path) {
        return (mark.line, mark.column);
    }
    let mut path = path.trim_end_matches('=');
    if path.ends_with('.') {
        let inside =
            spans.iter().filter(|(other, _)| other.starts_with(path)).map(|(_, mark)| (mark.line, mark.column));
        if let Some(place) = inside.min() {
            return place;
        }
        path = path.trim_end_matches('.');
    }
    loop {
        if let Some(mark) = spans.get(path) {
            return (mark.line, mark.column);
        }
        match path.rfind(['.', '[']) {
            Some(end) => path = &path[..end],
            None => return (1, 1),
        }
    }
}

#[inline(never)]
pub(crate) fn read(path: &str, root: &Value, spans: &OrdMap<String, Mark>) -> Result<Workflow, Wrong> {
    expressions_in(root, "", &crate::expr::allows)?;
    known(root, "", &KEYS)?;
    if let Value::List(_) = root.at("name") {
        return Err(wrong("name=", "A sequence was not expected".into()));
    }
    job::permissions(root, "")?;
    let on = root.at("on");
    if on.is_null() {
        return Err(wrong("", "Required property is missing: on".into()));
    }
    let triggers = On::read(on, "on")?;
    if root.get("jobs").is_none() {
        return Err(wrong("", "Required property is missing: jobs".into()));
    }
    let jobs = root.at("jobs").entries();
    let defaults = job::defaults(root, "", &Defaults::default())?;
    // A map forgets the order of its keys; the text has it.
    let mut written: Vec<_> = jobs.iter().collect();
    written.arrange_by_key(|(id, _)| spans.get(&["jobs.", id].concat()).copied());
    let mut all: Vec<Job> = Vec::new();
    for (id, job) in written {
        if all.iter().any(|other| other.id.eq_ignore_ascii_case(id)) {
            return Err(wrong(&["jobs.", id].concat(), format!("'{id}' is already defined")));
        }
        all.push(job::job_of(id, job, &defaults, spans)?);
    }
    let need_of = |job: &Job, need: &str| {
        let at = job.needs.iter().position(|own| own == need).unwrap_or(0);
        let listed = jobs.get(&job.id).is_some_and(|job| matches!(job.at("needs"), Value::List(_)));
        ["jobs.", &job.id, &if listed { format!(".needs[{at}]") } else { ".needs=".into() }].concat()
    };
    for job in &all {
        if let Some(missing) = job.needs.iter().find(|need| !jobs.contains(need)) {
            return Err(wrong(&need_of(job, missing), format!("Job '{}' depends on unknown job '{missing}'.", job.id)));
        }
    }
    if all.iter().all(|job| !job.needs.is_empty()) {
        return Err(wrong("jobs=", "The workflow must contain at least one job with no dependencies.".into()));
    }
    if let Some((job, need)) = cycle(&all) {
        let message =
            format!("Job '{}' depends on job '{need}' which creates a cycle in the dependency graph.", job.id);
        return Err(wrong(&need_of(job, need), message));
    }
    Ok(Workflow {
        path: path.into(),
        name: text(root.at("name")).unwrap_or_else(|| path.into()),
        run_name: text(root.at("run-name")),
        on: triggers,
        env: texts(root.at("env")),
        concurrency: job::concurrency(root, "")?,
        permissions: Permissions::read(root.at("permissions")),
        places: crate::call::places(root, spans),
        called: Vec::new(),
        jobs: all,
    })
}

/// Whether all expressions can be read: of every `${{ … }}`, and of every `if`.
#[inline(never)]
pub(crate) fn expressions_in(value: &Value, path: &str, allowed: &dyn Fn(&str, &str) -> bool) -> Result<(), Wrong> {
    match value {
        Value::Str(text) => {
            let contexts = &|name: &str| allowed(path, name);
            let bare = path.ends_with(".if") && !text.contains("${{");
            let checked =
                if bare { crate::expr::check_one(text, contexts) } else { crate::expr::check_in(text, contexts) };
            checked.map_err(|message| wrong(&[path, "="].concat(), message))
        }
        Value::List(items) => {
            let one = |(at, item)| expressions_in(item, &format!("{path}[{at}]"), allowed);
            items.iter().enumerate().try_for_each(one)
        }
        Value::Map(map) => map.iter().try_for_each(|(key, value)| expressions_in(value, &below(path, key), allowed)),
        _ => Ok(()),
    }
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
#[inline(never)]
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
