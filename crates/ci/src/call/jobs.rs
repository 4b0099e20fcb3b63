//! The jobs of a called workflow: they join the run when the job that calls is due, and that job ends with them.

use super::Call;
use crate::contexts::place;
use crate::engine::{Ci, Tick};
use crate::expr::{self, Scope};
use crate::inputs;
use crate::job::Job;
use crate::run::{JobRun, Run, State};
use crate::workflow::Workflow;
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Sim;
use std::sync::Arc;

/// One call of a workflow within a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Called {
    pub(crate) workflow: Arc<Workflow>,
    /// Which of the run's jobs calls; ids and names of its jobs begin so: `build/`, `Build / `.
    pub(crate) caller: usize,
    pub(crate) prefix: String,
    pub(crate) name: String,
    pub(crate) inputs: Value,
    /// Of none, all that the caller has.
    pub(crate) secrets: Option<OrdMap<String, String>>,
}

impl Ci {
    /// A job that calls is due: the jobs of what it calls join the run.
    #[inline(never)]
    pub(crate) fn call(&mut self, sim: &mut Sim, number: u32, index: usize) {
        let now = sim.now();
        let made = self.run(number).map(|run| self.called(run, index));
        let Some(run) = self.run_mut(number) else { return };
        match made {
            Some(Ok(called)) => {
                let which = run.calls.len();
                let jobs = called.workflow.jobs.iter().enumerate();
                let jobs: Vec<JobRun> = jobs.map(|(of, job)| joined(of, job, number, which, &called)).collect();
                run.calls.push(called);
                let caller = &mut run.jobs[index];
                caller.state = State::Running;
                caller.started = Some(now);
                caller.calls = Some(which);
                run.jobs.extend(jobs);
            }
            Some(Err(message)) => {
                crate::jobs::fail(&mut run.jobs[index], &message);
                run.jobs[index].finished = Some(now);
            }
            None => {}
        }
        self.timers.set(sim, now, Tick::Jobs(number));
    }

    #[inline(never)]
    fn called(&self, run: &Run, index: usize) -> Result<Called, String> {
        let place = place(run, index).ok_or("the job is gone")?;
        let call: &Call = place.job.call.as_deref().ok_or("the job calls nothing")?;
        let all = run.workflow.as_ref().ok_or("the run has no workflow")?;
        let workflow = all.called.iter().find(|other| other.path == call.path).ok_or("the workflow is gone")?.clone();
        let on = workflow.on.call.as_ref().ok_or("workflow_call key is not defined in the referenced workflow.")?;
        let contexts = place.contexts(self, &OrdMap::new());
        let scope = Scope::of(&contexts);
        let worth = |(key, value): (&String, &String)| Ok((key.clone(), expr::interpolate(value, scope)?));
        let given = call.with.iter().map(worth).collect::<Result<OrdMap<_, _>, String>>()?;
        // What stands there by default may ask for `github` and `vars`.
        let mut asked = on.inputs.clone();
        for input in &mut asked {
            input.required = false;
            input.default = input.default.as_deref().map(|text| expr::interpolate(text, scope)).transpose()?;
        }
        let secrets = if call.inherits {
            run.calls.get(place.state.call.unwrap_or(usize::MAX)).and_then(|outer| outer.secrets.clone())
        } else {
            Some(call.secrets.iter().map(worth).collect::<Result<_, String>>()?)
        };
        let state = place.state;
        let which = if state.place_of.1 > 1 { format!("-{}", state.place_of.0 + 1) } else { String::new() };
        Ok(Called {
            inputs: inputs::take(&asked, &given)?,
            caller: index,
            prefix: [&state.id, &which, "/"].concat(),
            name: [&state.name, " / "].concat(),
            workflow: workflow.clone(),
            secrets,
        })
    }

    /// Jobs that call end when all they have called has ended.
    #[inline(never)]
    pub(crate) fn settle_calls(&mut self, sim: &mut Sim, number: u32) {
        let now = sim.now();
        let Some(run) = self.run(number) else { return };
        let mut ended = Vec::new();
        for (which, called) in run.calls.iter().enumerate() {
            let mut jobs = run.jobs.iter().filter(|job| job.call == Some(which));
            if run.jobs[called.caller].state == State::Running && jobs.all(|job| job.state.finished()) {
                ended.push((called.caller, self.result(run, which)));
            }
        }
        let any = !ended.is_empty();
        for (caller, (state, outputs)) in ended {
            let Some(run) = self.run_mut(number) else { return };
            let job = &mut run.jobs[caller];
            job.state = state;
            job.outputs = outputs;
            job.finished = Some(now);
            let (id, name, fails) = (job.id.clone(), job.name.clone(), state == State::Failed && job.fail_fast);
            let same = |at: &usize| fails && run.jobs[*at].id == id && !run.jobs[*at].state.finished();
            let others: Vec<usize> = (0..run.jobs.len()).filter(same).collect();
            for other in others {
                let why = format!("The strategy configuration was canceled because \"{name}\" failed");
                self.timers.set(sim, now, Tick::Cancel(number, other, why));
            }
        }
        if any {
            self.timers.set(sim, now, Tick::Jobs(number));
        }
    }

    /// How a call ended, and its outputs.
    #[inline(never)]
    fn result(&self, run: &Run, which: usize) -> (State, OrdMap<String, String>) {
        let called = &run.calls[which];
        let inside: Vec<&JobRun> = run.jobs.iter().filter(|job| job.call == Some(which)).collect();
        let has = |state: State| inside.iter().any(|job| job.state == state && !job.forgiven);
        let state = if has(State::Failed) {
            State::Failed
        } else if has(State::Cancelled) {
            State::Cancelled
        } else if inside.iter().all(|job| job.state == State::Skipped) {
            State::Skipped
        } else {
            State::Passed
        };
        let mut jobs = Value::map();
        for job in &inside {
            let id = job.id.strip_prefix(called.prefix.as_str()).unwrap_or(&job.id);
            let mut one = Value::map();
            one.put("result", job.state.conclusion());
            let mut outputs = jobs.at(id).at("outputs").clone();
            if outputs.is_null() {
                outputs = Value::map();
            }
            job.outputs
                .iter()
                .filter(|(_, value)| !value.is_empty())
                .for_each(|(key, value)| outputs.put(key, value.as_str()));
            one.put("outputs", outputs);
            jobs.put(id, one);
        }
        let mut contexts = crate::contexts::of_run(self, run);
        contexts.put("jobs", jobs);
        contexts.put("inputs", called.inputs.clone());
        let scope = Scope::of(&contexts);
        let outputs = called.workflow.on.call.as_ref().map(|on| &on.outputs);
        let worth = |(key, value): (&String, &String)| Some((key.clone(), expr::interpolate(value, scope).ok()?));
        (state, outputs.into_iter().flat_map(|outputs| outputs.iter().filter_map(worth)).collect())
    }

    /// A job that calls is to end: what it has called is.
    #[inline(never)]
    pub(crate) fn cancel_called(&mut self, sim: &mut Sim, number: u32, which: usize, why: &str) {
        let now = sim.now();
        let Some(run) = self.run(number) else { return };
        let inside = |at: &usize| run.jobs[*at].call == Some(which) && !run.jobs[*at].state.finished();
        for job in (0..run.jobs.len()).filter(inside).collect::<Vec<_>>() {
            self.timers.set(sim, now, Tick::Cancel(number, job, why.into()));
        }
    }
}

/// A job of what is called.
fn joined(of: usize, job: &Job, number: u32, which: usize, called: &Called) -> JobRun {
    let mut made = JobRun::queued(of, job, number);
    made.id = [called.prefix.as_str(), &job.id].concat();
    made.name = [called.name.as_str(), &job.name].concat();
    made.needs = job.needs.iter().map(|need| [called.prefix.as_str(), need].concat()).collect();
    made.machine = format!("runner-{number}-{}", made.id.replace('/', "-"));
    made.call = Some(which);
    made
}
