//! Reusable workflows: a job that calls a workflow of the same repository. Read and checked here; `jobs` runs what is called.
//! Words: `actions/runner`, `src/Sdk/WorkflowParser/Conversion`, and the test data of `actions/languageservices`.

mod jobs;

pub use jobs::Called;

use crate::inputs::{self, Input};
use crate::job::Job;
use crate::permit::{self, Permissions};
use crate::workflow::{Workflow, Wrong, known, text, texts, wrong};
use manifest::{Mark, Value};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `uses`, `with` and `secrets` of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// `.github/workflows/build.yml`, or `org/repo/.github/workflows/build.yml@ref`.
    pub(crate) path: String,
    pub(crate) with: OrdMap<String, String>,
    pub(crate) secrets: OrdMap<String, String>,
    pub(crate) inherits: bool,
}

/// `on.workflow_call`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OnCall {
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: OrdMap<String, String>,
    /// And whether it is required.
    pub(crate) secrets: OrdMap<String, bool>,
}

/// Of workflows that call each other; and of different ones that a run may need.
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations#limitations>
const DEPTH_MAX: usize = 9;
const CALLED_MAX: usize = 50;

const KEYS: &[&str] = &["name", "needs", "if", "permissions", "uses", "with", "secrets", "strategy", "concurrency"];

impl Call {
    /// Of a job that has `uses`.
    #[inline(never)]
    pub(crate) fn read(job: &Value, path: &str) -> Result<Option<Box<Self>>, Wrong> {
        let Some(uses) = text(job.at("uses")) else { return Ok(None) };
        if !job.at("runs-on").is_null() {
            return Err(wrong(&[path, ".uses"].concat(), "Unexpected value 'uses'".into()));
        }
        known(job, path, KEYS)?;
        let here = [path, ".uses="].concat();
        let Some(file) = uses.strip_prefix("./") else {
            let good = uses.split_once('@').is_some_and(|(name, _)| name.contains("/.github/workflows/"));
            if !good {
                return Err(wrong(&here, "invalid value workflow reference: no version specified".into()));
            }
            return Self::made(job, path, &uses).map(Some);
        };
        let inside = file.strip_prefix(".github/workflows/");
        if inside.is_none_or(|name| name.contains('/')) {
            let message = "invalid value workflow reference: workflows must be defined at the top level of the \
                           .github/workflows/ directory";
            return Err(wrong(&here, message.into()));
        }
        Self::made(job, path, file).map(Some)
    }

    fn made(job: &Value, path: &str, file: &str) -> Result<Box<Self>, Wrong> {
        let inherits = job.at("secrets").as_str() == Some("inherit");
        if let Some(word) = job.at("secrets").as_str().filter(|_| !inherits) {
            return Err(wrong(&[path, ".secrets="].concat(), format!("Unexpected value '{word}'")));
        }
        let (with, secrets) = (texts(job.at("with")), texts(job.at("secrets")));
        Ok(Box::new(Self { path: file.into(), with, secrets, inherits }))
    }
}

impl OnCall {
    #[inline(never)]
    pub(crate) fn read(on: &Value, path: &str) -> Result<Self, Wrong> {
        known(on, path, &["inputs", "outputs", "secrets"])?;
        let inputs = inputs::read(on, path)?;
        for (name, input) in on.at("inputs").entries().iter() {
            let here = [path, ".inputs.", name].concat();
            known(input, &here, &["description", "required", "default", "type", "deprecationMessage"])?;
            match text(input.at("type")).as_deref() {
                Some("string" | "number" | "boolean") => {}
                Some(other) => return Err(wrong(&[&here, ".type="].concat(), format!("Unexpected value '{other}'"))),
                None => return Err(wrong(&[&here, "."].concat(), "Required property is missing: type".into())),
            }
        }
        let mut outputs = OrdMap::new();
        for (name, output) in on.at("outputs").entries().iter() {
            let here = [path, ".outputs.", name].concat();
            known(output, &here, &["description", "value"])?;
            let value = text(output.at("value"))
                .ok_or_else(|| wrong(&[&here, "."].concat(), "Required property is missing: value".into()))?;
            outputs.insert(name.to_string(), value);
        }
        let mut secrets = OrdMap::new();
        for (name, secret) in on.at("secrets").entries().iter() {
            known(secret, &[path, ".secrets.", name].concat(), &["description", "required"])?;
            secrets.insert(name.to_string(), secret.at("required").as_bool() == Some(true));
        }
        Ok(Self { inputs, outputs, secrets })
    }
}

/// Finds what a workflow calls among the files of its commit, and what that calls; an error is told as GitHub does.
#[inline(never)]
/// `writes`: what the token may do where nothing is said.
pub(crate) fn resolve(workflow: &mut Workflow, files: &[(String, String)], writes: bool) -> Result<(), String> {
    let mut found: Vec<Arc<Workflow>> = Vec::new();
    let most = permit::usual(writes);
    follow(workflow, (&mut vec![workflow.path.clone()], &most), files, &mut found)?;
    workflow.called = found;
    Ok(())
}

#[inline(never)]
fn follow(
    of: &Workflow,
    (way, most): (&mut Vec<String>, &Permissions),
    files: &[(String, String)],
    found: &mut Vec<Arc<Workflow>>,
) -> Result<(), String> {
    for job in &of.jobs {
        let Some(call) = &job.call else { continue };
        let (line, _) = of.places.get(&["jobs.", &job.id, ".uses="].concat()).copied().unwrap_or((1, 1));
        let deep = way.len() > DEPTH_MAX;
        let chain = || {
            let all = way.iter().skip(1).chain([&call.path]).map(|path| format!("-> \"./{path}\""));
            format!("\"{}\"\n{}", way[0], all.collect::<Vec<_>>().join("\n-"))
        };
        let fail = |why: &str| {
            let path = &of.path;
            Err(format!("Invalid workflow file: {path}#L{line}\nerror parsing called workflow\n{}\n: {why}", chain()))
        };
        if deep {
            return fail(&format!("Nested reusable workflow depth exceeded {DEPTH_MAX}."));
        }
        let Some((path, text)) = files.iter().find(|(path, _)| *path == call.path) else {
            if call.path.contains('@') {
                return fail(
                    "a workflow of another repository is real GitHub Actions, but not part of this sandbox yet",
                );
            }
            return fail(
                "workflow was not found. See \
                 https://docs.github.com/actions/learn-github-actions/reusing-workflows#access-to-reusable-workflows for more \
                 information.",
            );
        };
        let called = match found.iter().find(|other| other.path == *path) {
            Some(known) => known.clone(),
            None => Arc::new(Workflow::parse(path, text).map_err(|error| error.to_string())?),
        };
        let invalid = |(at, message): Wrong| {
            let (line, column) = of.places.get(&at).copied().unwrap_or((line, 5));
            let path = &of.path;
            format!(
                "Invalid workflow file: {path}#L{line}\nThe workflow is not valid. {path} (Line: {line}, Col: {column}): \
                 {message}"
            )
        };
        let Some(on) = &called.on.call else {
            let message = "workflow_call key is not defined in the referenced workflow.";
            return Err(invalid(wrong(&["jobs.", &job.id, ".uses="].concat(), message.into())));
        };
        let most = job.permissions.as_ref().or(of.permissions.as_ref()).unwrap_or(most);
        within(&called, job, most).map_err(invalid)?;
        fits(call, on, &["jobs.", &job.id].concat()).map_err(invalid)?;
        if found.len() >= CALLED_MAX {
            return fail(&format!("The workflow may not call more than {CALLED_MAX} reusable workflows"));
        }
        way.push(path.clone());
        follow(&called, (way, most), files, found)?;
        way.pop();
        if !found.iter().any(|other| other.path == *path) {
            found.push(called);
        }
    }
    Ok(())
}

/// Whether a called workflow and its jobs ask for no more than the job that calls may give.
#[inline(never)]
fn within(called: &Workflow, job: &Job, most: &Permissions) -> Result<(), Wrong> {
    let uses = job.call.as_ref().map(|call| call.path.as_str()).unwrap_or_default();
    let uses = if uses.contains('@') { uses.to_string() } else { ["./", uses].concat() };
    let whole = ("workflow", uses.as_str(), called.permissions.as_ref());
    let jobs = called.jobs.iter().map(|job| ("nested job", job.name.as_str(), job.permissions.as_ref()));
    for (what, name, requested) in [whole].into_iter().chain(jobs) {
        if let Some((asked, allowed)) = requested.and_then(|requested| requested.beyond(most)) {
            let message = format!(
                "Error calling workflow '{uses}'. The {what} '{name}' is requesting '{asked}', but is only allowed '{allowed}'."
            );
            return Err(wrong(&["jobs.", &job.id].concat(), message));
        }
    }
    Ok(())
}

/// Whether what a job gives is what the workflow that it calls asks for.
#[inline(never)]
fn fits(call: &Call, on: &OnCall, path: &str) -> Result<(), Wrong> {
    let uses = [path, ".uses="].concat();
    let mut given = call.with.keys();
    if let Some(strange) = given.find(|name| !on.inputs.iter().any(|own| own.name.eq_ignore_ascii_case(name))) {
        let message = format!("Invalid input, {strange} is not defined in the referenced workflow.");
        return Err(wrong(&[path, ".with.", strange, "="].concat(), message));
    }
    for input in &on.inputs {
        match call.with.get(&input.name) {
            None if input.required => {
                return Err(wrong(&uses, format!("Input {} is required, but not provided while calling.", input.name)));
            }
            Some(value) if !value.contains("${{") && !inputs::is_of_kind(&input.kind, value) => {
                return Err(wrong(&[path, ".with.", &input.name, "="].concat(), format!("Unexpected value '{value}'")));
            }
            _ => {}
        }
    }
    if call.inherits {
        return Ok(());
    }
    if let Some(strange) = call.secrets.keys().find(|name| !on.secrets.contains_key(*name)) {
        let message = format!("Invalid secret, {strange} is not defined in the referenced workflow.");
        return Err(wrong(&[path, ".secrets.", strange, "="].concat(), message));
    }
    match on.secrets.iter().find(|(name, required)| **required && !call.secrets.contains_key(*name)) {
        Some((name, _)) => Err(wrong(&uses, format!("Secret {name} is required, but not provided while calling."))),
        None => Ok(()),
    }
}

/// Where things stand that only what is called shows to be wrong.
pub(crate) fn places(root: &Value, spans: &OrdMap<String, Mark>) -> OrdMap<String, (usize, usize)> {
    let calls = root.at("jobs").entries();
    let mut places = OrdMap::new();
    let place = |mark: &Mark| (mark.line, mark.column);
    for (id, _) in calls.iter().filter(|(_, job)| !job.at("uses").is_null()) {
        let below = ["jobs.", id, "."].concat();
        let own = spans.iter().filter(|(path, _)| path.starts_with(&below));
        places.extend(own.map(|(path, mark)| (path.clone(), place(mark))));
        let key = ["jobs.", id].concat();
        places.extend(spans.get(&key).map(|mark| (key.clone(), place(mark))));
    }
    places
}

/// What is wrong with a workflow and all that it calls, for tests with outside data; `files` have the names that `uses` has.
pub fn fault(workflow: &Workflow, files: &[(String, String)], writes: bool) -> Option<String> {
    resolve(&mut workflow.clone(), files, writes).err()
}
