//! What a job's expressions see.

use crate::engine::Ci;
use crate::expr::{self, Scope};
use crate::job::{Job, Step};
use crate::run::{JobRun, Run, State};
use crate::workflow::Workflow;
use manifest::Value;
use order::{Arrange, OrdMap};
use sim::Causes;

/// The runner's folders.
/// `secrets.GITHUB_TOKEN`.
pub(crate) const TOKEN: &str = "ghs_encore";
pub(crate) const TEMP: &str = "/home/runner/work/_temp";

pub(crate) fn workspace(run: &Run) -> String {
    let name = run.repo.rsplit('/').next().unwrap_or(&run.repo);
    format!("/home/runner/work/{name}/{name}")
}

pub(crate) struct Place<'a> {
    pub run: &'a Run,
    pub workflow: &'a Workflow,
    pub job: &'a Job,
    pub state: &'a JobRun,
}

pub(crate) fn place(run: &Run, job: usize) -> Option<Place<'_>> {
    let state = run.jobs.get(job)?;
    let workflow = match state.call {
        None => run.workflow.as_deref()?,
        Some(which) => &*run.calls.get(which)?.workflow,
    };
    Some(Place { run, workflow, job: workflow.jobs.get(state.of)?, state })
}

fn map_of(texts: &OrdMap<String, String>) -> Value {
    let mut map = Value::map();
    for (key, value) in texts {
        map.put(key, value.as_str());
    }
    map
}

/// `github.ref`.
// Unlike GitHub: a pull request's run checks out its head, not a merge of it into the base.
pub(crate) fn reference(run: &Run) -> String {
    match &run.pull {
        Some(pull) => format!("refs/pull/{}/merge", pull.number),
        None if run.tag => format!("refs/tags/{}", run.branch),
        None => format!("refs/heads/{}", run.branch),
    }
}

pub(crate) fn ref_type(run: &Run) -> &'static str {
    if run.tag { "tag" } else { "branch" }
}

pub(crate) fn ref_name(run: &Run) -> String {
    run.pull.as_ref().map_or_else(|| run.branch.clone(), |pull| format!("{}/merge", pull.number))
}

pub(crate) fn head_ref(run: &Run) -> String {
    run.pull.as_ref().map_or_else(String::new, |pull| pull.head.clone())
}

pub(crate) fn base_ref(run: &Run) -> String {
    run.pull.as_ref().map_or_else(String::new, |pull| pull.base.clone())
}

/// `github.event`, as far as workflows ask for it.
#[inline(never)]
fn event(run: &Run) -> Value {
    let mut event = Value::map();
    if !run.body.is_null() {
        return run.body.clone();
    }
    let Some(pull) = &run.pull else {
        let mut head = Value::map();
        head.put("message", run.subject.as_str());
        head.put("id", run.commit.as_str());
        if run.event_name == "workflow_dispatch" {
            event.put("inputs", run.inputs.clone());
        } else {
            event.put("head_commit", head);
        }
        event.put("ref", reference(run));
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
    /// The run's start, and the approval of the job's environment.
    pub fn causes(&self) -> Causes {
        let start = Causes::one(self.run.event);
        match self.state.gate.as_ref().and_then(|gate| gate.because) {
            Some(event) => start.and(&event.into()),
            None => start,
        }
    }

    #[inline(never)]
    pub fn contexts(&self, ci: &Ci, env: &OrdMap<String, String>) -> Value {
        let mut all = of_run(ci, self.run);
        let mut github = all.at("github").clone();
        github.put("job", self.job.id.as_str());
        if self.state.call.is_some() || self.state.gate.is_some() || !self.state.frames.is_empty() {
            self.narrow(ci, &mut all, &mut github);
        }
        let mut job = Value::map();
        job.put("status", if self.state.failed() { "failure" } else { "success" });
        if self.job.services.is_some() {
            crate::services::context(self, &mut job);
        }
        let mut runner = Value::map();
        for (key, value) in [
            ("os", "Linux"),
            ("arch", "X64"),
            ("name", self.state.machine.as_str()),
            ("temp", TEMP),
            ("tool_cache", "/opt/hostedtoolcache"),
        ] {
            runner.put(key, value);
        }
        for (key, value) in [
            ("github", github),
            ("env", map_of(env)),
            ("steps", self.steps()),
            ("needs", self.needs()),
            ("job", job),
            ("runner", runner),
            ("matrix", self.state.matrix.clone()),
            ("strategy", self.strategy()),
        ] {
            all.put(key, value);
        }
        all
    }

    /// What a called workflow and an action see of the caller's contexts, and what a job's environment adds.
    #[inline(never)]
    fn narrow(&self, ci: &Ci, all: &mut Value, github: &mut Value) {
        if let Some(called) = self.state.call.and_then(|which| self.run.calls.get(which)) {
            all.put("inputs", called.inputs.clone());
            if let Some(own) = &called.secrets {
                let mut secrets = map_of(own);
                secrets.put("GITHUB_TOKEN", TOKEN);
                all.put("secrets", secrets);
            }
        }
        let gate = self.state.gate.as_ref().filter(|_| self.state.state != State::Waiting);
        if let Some(own) = gate.and_then(|gate| ci.environment(&self.run.repo, &gate.environment)) {
            for (name, texts) in [("secrets", &own.secrets), ("vars", &own.vars)] {
                let mut map = all.at(name).clone();
                texts.iter().for_each(|(key, value)| map.put(key, value.as_str()));
                all.put(name, map);
            }
        }
        if let Some(frame) = self.state.frames.last() {
            all.put("inputs", frame.inputs.clone());
            github.put("action_path", frame.path.as_str());
            github.put("action_status", if frame.failed() { "failure" } else { "success" });
        }
    }

    /// A step of the job, or the one in progress of an action within it.
    pub fn step(&self, at: usize) -> Option<&Step> {
        match self.state.frames.last() {
            Some(frame) => frame.step(),
            None => self.job.steps.get(at),
        }
    }

    #[inline(never)]
    fn steps(&self) -> Value {
        let mut steps = Value::map();
        let all = self.state.frames.last().map_or(&self.state.steps, |frame| &frame.steps);
        for step in all.iter().filter(|step| !step.id.starts_with("__")) {
            let mut one = Value::map();
            one.put("outputs", map_of(&step.outputs));
            one.put("outcome", step.state.conclusion());
            one.put("conclusion", if step.forgiven { "success" } else { step.state.conclusion() });
            steps.put(&step.id, one);
        }
        steps
    }

    /// Of a matrix the worst result counts, and of its outputs those that came last.
    #[inline(never)]
    fn needs(&self) -> Value {
        let mut needs = Value::map();
        for (need, id) in self.job.needs.iter().zip(&self.state.needs) {
            let mut all: Vec<&JobRun> = self.run.jobs.iter().filter(|other| other.id == *id).collect();
            all.arrange_by_key(|job| job.finished);
            let mut outputs = OrdMap::new();
            for job in &all {
                let set = job.outputs.iter().filter(|(_, value)| !value.is_empty());
                outputs.extend(set.map(|(key, value)| (key.clone(), value.clone())));
            }
            let worst = [State::Failed, State::Cancelled, State::Skipped]
                .into_iter()
                .find(|state| all.iter().any(|job| job.state == *state && !job.forgiven));
            let mut one = Value::map();
            one.put("result", worst.unwrap_or(State::Passed).conclusion());
            one.put("outputs", map_of(&outputs));
            needs.put(need, one);
        }
        needs
    }

    fn strategy(&self) -> Value {
        let (index, total) = self.state.place_of;
        let mut strategy = Value::map();
        strategy.put("fail-fast", self.state.fail_fast);
        strategy.put("job-index", i64::from(index));
        strategy.put("job-total", i64::from(total));
        strategy.put("max-parallel", i64::from(self.state.max_parallel.unwrap_or(total)));
        strategy
    }

    /// The workflow's, the job's and the step's `env`, each seeing those before.
    #[inline(never)]
    pub fn env(&self, ci: &Ci, step: Option<&OrdMap<String, String>>) -> Result<OrdMap<String, String>, String> {
        let mut env = OrdMap::new();
        let empty = OrdMap::new();
        for (at, layer) in
            [&self.workflow.env, &self.job.env, &self.state.env, step.unwrap_or(&empty)].into_iter().enumerate()
        {
            if let (3, Some(frame)) = (at, self.state.frames.last()) {
                env.extend(frame.env.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            let contexts = self.contexts(ci, &env);
            for (key, value) in layer {
                let value = expr::interpolate(value, self.scope(&contexts))?;
                env.insert(key.clone(), value);
            }
        }
        Ok(env)
    }

    pub fn scope<'v>(&'v self, contexts: &'v Value) -> Scope<'v> {
        let failed = self.state.frames.last().map_or_else(|| self.state.failed(), |frame| frame.failed());
        Scope { failed, cancelled: self.state.cancelled, files: self.state.listing.as_ref(), ..Scope::of(contexts) }
    }
}

/// What a whole run's expressions see.
#[inline(never)]
pub(crate) fn of_run(ci: &Ci, run: &Run) -> Value {
    let mut github = Value::map();
    let owner = run.repo.split('/').next().unwrap_or_default();
    for (key, value) in [
        ("sha", run.commit.clone()),
        ("ref", reference(run)),
        ("ref_name", ref_name(run)),
        ("ref_type", ref_type(run).to_string()),
        ("head_ref", head_ref(run)),
        ("base_ref", base_ref(run)),
        ("repository", run.repo.clone()),
        ("repository_owner", owner.to_string()),
        ("actor", run.actor.clone()),
        ("triggering_actor", run.actor.clone()),
        ("event_name", run.event_name.clone()),
        ("run_number", run.number.to_string()),
        ("run_id", run.number.to_string()),
        ("run_attempt", "1".to_string()),
        ("workflow", run.workflow_name.clone()),
        ("workspace", workspace(run)),
        ("server_url", "https://forge.encore".to_string()),
        ("token", TOKEN.to_string()),
    ] {
        github.put(key, value);
    }
    github.put("event", event(run));
    let (mut secrets, mut vars) = (map_of(&ci.secrets), map_of(&ci.vars));
    if let Some(own) = ci.settings(&run.repo) {
        own.secrets.iter().for_each(|(key, value)| secrets.put(key, value.as_str()));
        own.vars.iter().for_each(|(key, value)| vars.put(key, value.as_str()));
    }
    secrets.put("GITHUB_TOKEN", TOKEN);
    let mut all = Value::map();
    all.put("github", github);
    all.put("secrets", secrets);
    all.put("vars", vars);
    all.put("inputs", run.inputs.clone());
    all
}
