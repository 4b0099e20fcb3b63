//! How runs start: by a push or a pull request, by hand, again.

use crate::engine::{Ci, Push, short};
use crate::run::{JobRun, Run, State};
use crate::workflow::Workflow;
use order::OrdMap;
use sim::{Causes, Sim, Subject};
use std::sync::Arc;

impl Ci {
    /// Starts every workflow that this push starts, or what happened to the pull request.
    #[inline(never)]
    pub fn push(&mut self, sim: &mut Sim, push: &Push) {
        let mut noted = Vec::new();
        for (path, text) in &push.workflows {
            match Workflow::parse(path, text) {
                Ok(workflow) => {
                    if push.default && (workflow.on.run.is_some() || !workflow.on.schedule.is_empty()) {
                        noted.push((path.clone(), workflow.on.schedule.clone(), workflow.on.run.is_some()));
                    }
                    let wanted = match &push.pull {
                        Some(event) => workflow.on.is_for_pull(event, &push.changed),
                        None => workflow.on.is_for_push(&push.branch, push.tag, &push.changed),
                    };
                    if wanted {
                        let workflow = with_called(self, workflow, push).map(Arc::new);
                        self.start(sim, push, path, workflow);
                    }
                }
                // The push has said so.
                Err(_) if push.pull.is_some() || push.tag => {}
                Err(error) => self.start(sim, push, path, Err(error.to_string())),
            }
        }
        if push.default && !(noted.is_empty() && self.alarms.is_empty() && self.listens.is_empty()) {
            self.note_default(sim, push, noted);
        }
    }

    #[inline(never)]
    pub(crate) fn start(&mut self, sim: &mut Sim, push: &Push, path: &str, workflow: Result<Arc<Workflow>, String>) {
        let number = u32::try_from(self.runs.len() + 1).unwrap_or(u32::MAX);
        let name = workflow.as_ref().map_or_else(|_| path.to_string(), |workflow| workflow.name.clone());
        let text = match &workflow {
            Ok(_) => format!("Pipeline “{name}” started for {}", short(&push.commit)),
            Err(_) => format!("Pipeline “{name}” cannot start: the workflow file is wrong"),
        };
        let subject = Subject::new("Run", format!("{}#{number}", push.repo));
        let event = sim.record("ci", "github-actions", subject, text, &push.causes);
        let jobs = workflow
            .as_ref()
            .map(|workflow| workflow.jobs.iter().enumerate().map(|(of, job)| JobRun::queued(of, job, number)).collect())
            .unwrap_or_default();
        self.runs.push(Arc::new(Run {
            number,
            repo: push.repo.clone(),
            workflow_name: name,
            path: path.into(),
            commit: push.commit.clone(),
            subject: push.subject.clone(),
            branch: push.branch.clone(),
            tag: push.tag,
            event_name: if push.pull.is_some() { "pull_request".into() } else { push.event.clone() },
            inputs: push.inputs.clone(),
            pull: push.pull.clone(),
            body: push.body.clone(),
            chain: push.chain,
            actor: push.actor.clone(),
            artifacts: OrdMap::new(),
            calls: Vec::new(),
            reviews: Vec::new(),
            group: None,
            waits: false,
            cancelled: false,
            state: if workflow.is_ok() { State::Queued } else { State::Failed },
            created: sim.now(),
            finished: workflow.is_err().then(|| sim.now()),
            jobs,
            error: workflow.as_ref().err().cloned(),
            workflow: workflow.ok(),
            event,
            causes: push.causes.clone(),
        }));
        if self.runs.last().is_some_and(|run| run.error.is_none()) {
            self.queue(sim, number);
            self.tell_run(sim, number, "requested");
        }
    }

    /// Starts a workflow by hand. An error is GitHub's word for why it does not.
    #[inline(never)]
    pub fn dispatch(&mut self, sim: &mut Sim, push: &Push, given: &OrdMap<String, String>) -> Result<u32, String> {
        let (path, text) = push.workflows.first().ok_or("Not Found")?;
        let workflow = Workflow::parse(path, text).map_err(|error| error.to_string())?;
        let Some(asked) = &workflow.on.dispatch else {
            return Err("Workflow does not have 'workflow_dispatch' trigger".into());
        };
        let inputs = crate::inputs::take(asked, given)?;
        let push = Push { inputs, event: "workflow_dispatch".into(), ..push.clone() };
        let path = path.clone();
        let workflow = with_called(self, workflow, &push)?;
        self.start(sim, &push, &path, Ok(Arc::new(workflow)));
        Ok(u32::try_from(self.runs.len()).unwrap_or(u32::MAX))
    }

    /// Runs a finished pipeline again, for the same commit.
    #[inline(never)]
    pub fn rerun(&mut self, sim: &mut Sim, number: u32, causes: &Causes) {
        let Some(run) = self.run(number).filter(|run| run.state.finished()) else { return };
        let Some(workflow) = run.workflow.clone() else { return };
        let push = Push {
            repo: run.repo.clone(),
            branch: run.branch.clone(),
            tag: run.tag,
            event: run.event_name.clone(),
            changed: Vec::new(),
            inputs: run.inputs.clone(),
            commit: run.commit.clone(),
            subject: run.subject.clone(),
            actor: run.actor.clone(),
            pull: run.pull.clone(),
            default: false,
            body: run.body.clone(),
            chain: run.chain,
            workflows: Vec::new(),
            causes: run.causes.and(causes),
        };
        let path = run.path.clone();
        self.start(sim, &push, &path, Ok(workflow));
    }
}

/// A workflow with those that it calls.
pub(crate) fn with_called(ci: &Ci, mut workflow: Workflow, push: &Push) -> Result<Workflow, String> {
    if workflow.jobs.iter().any(|job| job.call.is_some()) {
        let writes = ci.settings(&push.repo).is_some_and(|settings| settings.token_writes);
        crate::call::resolve(&mut workflow, &push.workflows, writes)?;
    }
    Ok(workflow)
}
