//! What a step is to do: its environment, its condition, and the ask that carries it out.

use crate::action::{self, Action};
use crate::engine::{Ask, Ci, Token};
use crate::expr::{self, Scope, no_files};
use crate::run::{JobRun, Run, State};
use crate::workflow::{Job, Work, Workflow};
use manifest::Value;
use order::OrdMap;
use sim::Causes;
use std::time::Duration;

/// How a step begins.
pub(crate) enum Plan {
    Skip,
    Now(Ask),
    /// Takes this long, then [`effect`] says what it does; the log shows this meanwhile.
    After(Duration, String),
    Fail(String),
}

/// The runner's folders.
const TEMP: &str = "/home/runner/work/_temp";

fn workspace(run: &Run) -> String {
    let name = run.repo.rsplit('/').next().unwrap_or(&run.repo);
    format!("/home/runner/work/{name}/{name}")
}

struct Place<'a> {
    run: &'a Run,
    workflow: &'a Workflow,
    job: &'a Job,
    state: &'a JobRun,
}

fn place(run: &Run, job: usize) -> Option<Place<'_>> {
    let workflow = run.workflow.as_deref()?;
    Some(Place { run, workflow, job: workflow.jobs.get(job)?, state: run.jobs.get(job)? })
}

fn map_of(texts: &OrdMap<String, String>) -> Value {
    let mut map = Value::map();
    for (key, value) in texts {
        map.put(key, value.as_str());
    }
    map
}

fn event_name(run: &Run) -> &'static str {
    if run.pull.is_some() { "pull_request" } else { "push" }
}

/// `github.ref`.
// Unlike GitHub: a pull request's run checks out its head, not a merge of it into the base.
fn reference(run: &Run) -> String {
    match &run.pull {
        Some(pull) => format!("refs/pull/{}/merge", pull.number),
        None => format!("refs/heads/{}", run.branch),
    }
}

fn ref_name(run: &Run) -> String {
    run.pull.as_ref().map_or_else(|| run.branch.clone(), |pull| format!("{}/merge", pull.number))
}

fn head_ref(run: &Run) -> String {
    run.pull.as_ref().map_or_else(String::new, |pull| pull.head.clone())
}

fn base_ref(run: &Run) -> String {
    run.pull.as_ref().map_or_else(String::new, |pull| pull.base.clone())
}

/// `github.event`, as far as workflows ask for it.
fn event(run: &Run) -> Value {
    let mut event = Value::map();
    let Some(pull) = &run.pull else {
        let mut head = Value::map();
        head.put("message", run.subject.as_str());
        head.put("id", run.commit.as_str());
        event.put("head_commit", head);
        return event;
    };
    let end = |name: &str| {
        let mut end = Value::map();
        end.put("ref", name);
        end
    };
    let mut head = end(&pull.head);
    head.put("sha", run.commit.as_str());
    let mut about = Value::map();
    about.put("number", i64::from(pull.number));
    about.put("title", pull.title.as_str());
    about.put("draft", pull.draft);
    about.put("head", head);
    about.put("base", end(&pull.base));
    event.put("action", pull.action.as_str());
    event.put("number", i64::from(pull.number));
    event.put("pull_request", about);
    event
}

impl Place<'_> {
    fn contexts(&self, ci: &Ci, env: &OrdMap<String, String>) -> Value {
        let run = self.run;
        let mut github = Value::map();
        let owner = run.repo.split('/').next().unwrap_or_default();
        for (key, value) in [
            ("sha", run.commit.clone()),
            ("ref", reference(run)),
            ("ref_name", ref_name(run)),
            ("ref_type", "branch".to_string()),
            ("head_ref", head_ref(run)),
            ("base_ref", base_ref(run)),
            ("repository", run.repo.clone()),
            ("repository_owner", owner.to_string()),
            ("actor", run.actor.clone()),
            ("event_name", event_name(run).to_string()),
            ("run_number", run.number.to_string()),
            ("run_id", run.number.to_string()),
            ("workflow", run.workflow_name.clone()),
            ("workspace", workspace(run)),
            ("job", self.job.id.clone()),
            ("server_url", "https://forge.encore".to_string()),
            ("token", "ghs_encore".to_string()),
        ] {
            github.put(key, value);
        }
        github.put("event", event(run));
        let mut steps = Value::map();
        for step in &self.state.steps {
            let mut one = Value::map();
            one.put("outputs", map_of(&step.outputs));
            one.put("outcome", step.state.conclusion());
            one.put("conclusion", if step.forgiven { "success" } else { step.state.conclusion() });
            steps.put(&step.id, one);
        }
        let mut needs = Value::map();
        for other in run.jobs.iter().filter(|other| self.job.needs.contains(&other.id)) {
            let mut one = Value::map();
            one.put("result", other.state.conclusion());
            one.put("outputs", map_of(&other.outputs));
            needs.put(&other.id, one);
        }
        let mut job = Value::map();
        job.put("status", if self.state.failed() { "failure" } else { "success" });
        let mut runner = Value::map();
        for (key, value) in [("os", "Linux"), ("arch", "X64"), ("name", self.state.machine.as_str()), ("temp", TEMP)] {
            runner.put(key, value);
        }
        let mut secrets = map_of(&ci.secrets);
        secrets.put("GITHUB_TOKEN", "ghs_encore");
        let mut all = Value::map();
        for (key, value) in [
            ("github", github),
            ("env", map_of(env)),
            ("steps", steps),
            ("needs", needs),
            ("job", job),
            ("runner", runner),
            ("secrets", secrets),
            ("vars", map_of(&ci.vars)),
        ] {
            all.put(key, value);
        }
        all
    }

    /// The workflow's, the job's and the step's `env`, each seeing those before.
    fn env(&self, ci: &Ci, step: Option<&OrdMap<String, String>>) -> Result<OrdMap<String, String>, String> {
        let mut env = OrdMap::new();
        let empty = OrdMap::new();
        for layer in [&self.workflow.env, &self.job.env, &self.state.env, step.unwrap_or(&empty)] {
            let contexts = self.contexts(ci, &env);
            for (key, value) in layer {
                let value = expr::interpolate(value, self.scope(&contexts))?;
                env.insert(key.clone(), value);
            }
        }
        Ok(env)
    }

    fn scope<'v>(&self, contexts: &'v Value) -> Scope<'v> {
        Scope { contexts, failed: self.state.failed(), cancelled: false, hash_files: &no_files }
    }
}

/// Whether a job runs: its `if`, or that all it needs have passed.
pub(crate) fn job_condition(ci: &Ci, run: &Run, job: usize) -> Result<bool, String> {
    let Some(place) = place(run, job) else { return Ok(false) };
    let needed = |id: &String| run.jobs.iter().find(|other| other.id == *id);
    let failed = place.job.needs.iter().filter_map(needed).any(|other| other.state != State::Passed);
    let contexts = place.contexts(ci, &OrdMap::new());
    let scope = Scope { contexts: &contexts, failed, cancelled: false, hash_files: &no_files };
    expr::condition(place.job.condition.as_deref().unwrap_or("success()"), scope)
}

/// `outputs:` of a job, once its steps are done.
pub(crate) fn job_outputs(ci: &Ci, run: &Run, job: usize) -> OrdMap<String, String> {
    let Some(place) = place(run, job) else { return OrdMap::new() };
    let contexts = place.contexts(ci, &OrdMap::new());
    place
        .job
        .outputs
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), expr::interpolate(value, place.scope(&contexts)).ok()?)))
        .collect()
}

pub(crate) fn plan(ci: &Ci, run: &Run, token: Token) -> Plan {
    match try_plan(ci, run, token) {
        Ok(plan) => plan,
        Err(message) => Plan::Fail(message),
    }
}

fn try_plan(ci: &Ci, run: &Run, token: Token) -> Result<Plan, String> {
    let place = place(run, token.job).ok_or("the job is gone")?;
    let step = place.job.steps.get(token.step).ok_or("the step is gone")?;
    let env = place.env(ci, Some(&step.env))?;
    let contexts = place.contexts(ci, &env);
    let scope = place.scope(&contexts);
    if !expr::condition(step.condition.as_deref().unwrap_or("success()"), scope)? {
        return Ok(Plan::Skip);
    }
    match &step.work {
        Work::Run { script, shell, directory } => {
            let script = expr::interpolate(script, scope)?;
            let file = format!("{TEMP}/step-{}.sh", token.step + 1);
            let argv = shell_of(shell.as_deref(), &file)?;
            let directory = match directory {
                Some(relative) => vfs::join(&workspace(run), &expr::interpolate(relative, scope)?),
                None => workspace(run),
            };
            let env = script_env(&place, env, token);
            let causes = Causes::one(run.event);
            let machine = place.state.machine.clone();
            Ok(Plan::Now(Ask::Script { token, machine, argv, script, directory, env, causes }))
        }
        Work::Uses { action, with } => {
            let with = inputs(with, scope)?;
            let action = action::read(action, &with)?;
            Ok(Plan::After(action.duration(), action.opening()))
        }
    }
}

fn inputs(with: &OrdMap<String, String>, scope: Scope<'_>) -> Result<OrdMap<String, String>, String> {
    with.iter().map(|(key, value)| Ok((key.clone(), expr::interpolate(value, scope)?))).collect()
}

/// As the real runner's templates: `bash -e {0}` where nothing is said, with pipefail where `bash` is.
fn shell_of(shell: Option<&str>, file: &str) -> Result<Vec<String>, String> {
    let words: &[&str] = match shell {
        None => &["bash", "-e"],
        Some("bash") => &["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"],
        Some("sh") => &["sh", "-e"],
        Some(other) => return Err(format!("shell: {other} is real, but not part of this sandbox yet")),
    };
    Ok(words.iter().map(|word| (*word).to_string()).chain([file.to_string()]).collect())
}

fn script_env(place: &Place<'_>, env: OrdMap<String, String>, token: Token) -> OrdMap<String, String> {
    let run = place.run;
    let mut all: OrdMap<String, String> = [
        ("CI", "true".to_string()),
        ("GITHUB_ACTIONS", "true".to_string()),
        ("GITHUB_ACTOR", run.actor.clone()),
        ("GITHUB_ENV", format!("{TEMP}/env-{}", token.step)),
        ("GITHUB_EVENT_NAME", event_name(run).to_string()),
        ("GITHUB_BASE_REF", base_ref(run)),
        ("GITHUB_HEAD_REF", head_ref(run)),
        ("GITHUB_REF_TYPE", "branch".to_string()),
        ("GITHUB_JOB", place.job.id.clone()),
        ("GITHUB_OUTPUT", format!("{TEMP}/output-{}", token.step)),
        ("GITHUB_REF", reference(run)),
        ("GITHUB_REF_NAME", ref_name(run)),
        ("GITHUB_REPOSITORY", run.repo.clone()),
        ("GITHUB_RUN_ID", run.number.to_string()),
        ("GITHUB_RUN_NUMBER", run.number.to_string()),
        ("GITHUB_SERVER_URL", "https://forge.encore".to_string()),
        ("GITHUB_SHA", run.commit.clone()),
        ("GITHUB_STEP_SUMMARY", format!("{TEMP}/summary-{}", token.step)),
        ("GITHUB_WORKFLOW", run.workflow_name.clone()),
        ("GITHUB_WORKSPACE", workspace(run)),
        ("RUNNER_NAME", place.state.machine.clone()),
        ("RUNNER_OS", "Linux".to_string()),
        ("RUNNER_TEMP", TEMP.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_string(), value))
    .collect();
    all.extend(env);
    all
}

/// What an action does when its time is over; `None` where it only takes time.
pub(crate) fn effect(ci: &Ci, run: &Run, token: Token) -> Result<Option<Ask>, String> {
    let place = place(run, token.job).ok_or("the job is gone")?;
    let step = place.job.steps.get(token.step).ok_or("the step is gone")?;
    let Work::Uses { action, with } = &step.work else { return Ok(None) };
    let env = place.env(ci, Some(&step.env))?;
    let contexts = place.contexts(ci, &env);
    let with = inputs(with, place.scope(&contexts))?;
    let machine = place.state.machine.clone();
    let causes = Causes::one(run.event);
    let base = workspace(run);
    Ok(match action::read(action, &with)? {
        Action::Checkout { repository, reference, path } => Some(Ask::Checkout {
            token,
            machine,
            repo: repository.unwrap_or_else(|| run.repo.clone()),
            reference: reference.unwrap_or_else(|| run.commit.clone()),
            path: path.map_or(base.clone(), |path| vfs::join(&base, &path)),
            causes,
        }),
        Action::Build { context, dockerfile, tags, push } => Some(Ask::Build {
            token,
            machine,
            context: vfs::join(&base, &context),
            dockerfile,
            tags,
            push,
            revision: run.commit.clone(),
            causes,
        }),
        Action::Quiet { .. } => None,
    })
}
