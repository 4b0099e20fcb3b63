//! The Pipelines panel.

use crate::time::span;
use ci::{Gate, JobRun, Run, State, Token};
use screen::{Job, Pipelines, RunStep};
use sim::Time;
use world::{MachineId, World};

const RUNS_MAX: usize = 50;
const LOG_BYTES_MAX: usize = 64 * 1024;

/// Newest first; jobs only of the run shown, which is the newest where none is chosen.
pub fn pipelines(world: &World, shown: Option<u32>) -> Pipelines {
    let newest = world.ci.runs().last().map(|run| run.number);
    let shown = shown.filter(|number| world.ci.run(*number).is_some()).or(newest);
    let runs =
        world.ci.runs().iter().rev().take(RUNS_MAX).map(|run| row(world, run, shown == Some(run.number))).collect();
    let way = shown.and_then(|number| world.ci.run(number)).map(|run| crate::way::way(world, run));
    Pipelines { runs, shown, way: way.unwrap_or_default() }
}

fn took(started: Option<Time>, finished: Option<Time>, now: Time) -> String {
    started.map_or(String::new(), |started| span(finished.unwrap_or(now).since(started)))
}

#[inline(never)]
fn row(world: &World, run: &Run, whole: bool) -> screen::Run {
    let now = world.now();
    screen::Run {
        number: run.number,
        repo: run.repo.clone(),
        workflow: run.workflow_name.clone(),
        commit: run.commit.get(..7).unwrap_or(&run.commit).to_string(),
        subject: run.subject.clone(),
        branch: run.branch.clone(),
        state: run.state.word().into(),
        duration: took(Some(run.created), run.finished, now),
        started: crate::when(run.created, now),
        stages: if whole { stages(world, run) } else { Vec::new() },
        error: run.error.clone(),
        waiting: if whole { waiting(world, run) } else { Vec::new() },
    }
}

fn waiting(world: &World, run: &Run) -> Vec<(String, bool)> {
    let user = world.machine(&MachineId::workstation()).map_or("", |host| host.user.as_str());
    let one = |gate: &Gate| (gate.environment.clone(), world.ci.may_review(run, &gate.environment, user));
    run.pending().into_iter().map(one).collect()
}

/// A job stands one stage behind the last of those that it needs; what a job has called stands in its place.
#[inline(never)]
fn stages(world: &World, run: &Run) -> Vec<Vec<Job>> {
    let mut stages: Vec<Vec<Job>> = Vec::new();
    // Where each job stands, and where the last of those with an id does.
    let mut starts: Vec<Option<usize>> = vec![None; run.jobs.len()];
    let mut ends: order::OrdMap<&str, usize> = order::OrdMap::new();
    // The engine refuses circles, so that each round places a job or ends one that calls.
    for _ in 0..2 * run.jobs.len() {
        for (index, job) in run.jobs.iter().enumerate().filter(|(_, job)| !job.shown()) {
            let inside = (0..run.jobs.len()).filter(|at| run.caller(*at) == Some(index));
            let last = inside.map(|at| starts[at]).collect::<Option<Vec<usize>>>();
            if let Some(last) = last.and_then(|all| all.into_iter().max()) {
                ends.insert(&job.id, last);
            }
        }
        for (index, job) in run.jobs.iter().enumerate() {
            let needs: Option<Vec<usize>> = job.needs.iter().map(|need| ends.get(need.as_str()).copied()).collect();
            let caller = run.caller(index).map_or(Some(0), |caller| starts[caller]);
            let (None, Some(needs), Some(caller)) = (starts[index], needs, caller) else { continue };
            let at = needs.into_iter().max().map_or(0, |deepest: usize| deepest + 1).max(caller);
            starts[index] = Some(at);
            if !job.shown() {
                continue;
            }
            ends.insert(&job.id, at);
            if stages.len() <= at {
                stages.resize(at + 1, Vec::new());
            }
            stages[at].push(job_of(world, run, index, job));
        }
    }
    stages
}

#[inline(never)]
fn job_of(world: &World, run: &Run, index: usize, job: &JobRun) -> Job {
    let now = world.now();
    let steps = job.steps.iter().enumerate().map(|(at, step)| {
        let token = Token { run: run.number, job: index, step: at };
        let mut log = step.log.clone();
        if step.state == State::Running
            && let Some(more) = world.script_log(token)
        {
            log.push_str(&more);
        }
        let cut = log.char_indices().map(|(at, _)| at).find(|at| log.len() - at <= LOG_BYTES_MAX).unwrap_or(0);
        RunStep {
            name: step.name.clone(),
            state: step.state.word().into(),
            duration: took(step.started, step.finished, now),
            log: log[cut..].to_string(),
        }
    });
    Job {
        id: job.id.clone(),
        name: job.name.clone(),
        state: job.state.word().into(),
        duration: took(job.started, job.finished, now),
        needs: job.needs.clone(),
        environment: job.gate.as_ref().map_or_else(String::new, |gate| gate.environment.clone()),
        url: job.gate.as_ref().map_or_else(String::new, |gate| gate.url.clone()),
        steps: steps.collect(),
    }
}
