//! A composite action at work: its steps run one after another within the step that called it, each answered under that
//! step's token. An action within an action stands on top.

use super::{Composite, DEPTH_MAX, local, manifest};
use crate::contexts::{Place, place, workspace};
use crate::engine::{Ask, BETWEEN, Ci, Outcome, Tick, Token, Wants};
use crate::expr;
use crate::job::{Step, Work};
use crate::log;
use crate::run::{JobRun, State, StepRun};
use crate::step::Plan;
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Sim;
use std::sync::Arc;

/// An action that is under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    action: Arc<Composite>,
    /// `github.action_path`.
    pub(crate) path: String,
    pub(crate) inputs: Value,
    /// What the steps that led here say of the environment, worked out.
    pub(crate) env: OrdMap<String, String>,
    pub(crate) steps: Vec<StepRun>,
    at: usize,
}

impl Frame {
    pub(crate) fn step(&self) -> Option<&Step> {
        self.action.steps.get(self.at)
    }

    pub(crate) fn failed(&self) -> bool {
        self.steps.iter().any(|step| step.state == State::Failed && !step.forgiven)
    }
}

impl Ci {
    /// The files of an action's folder have come: its steps begin.
    #[inline(never)]
    pub(crate) fn enter(&mut self, sim: &mut Sim, token: Token, files: &[(String, Vec<u8>)]) {
        match self.frame(token, files) {
            Ok((frame, opening)) => {
                let Some(job) = self.running(token) else { return };
                job.frames.push(frame);
                job.steps[token.step].log.push_str(&opening);
                let now = sim.now();
                self.timers.set(sim, now, Tick::Inner(token));
            }
            Err(message) => {
                let log = format!("::error::{}\n", message.replace('\n', "%0A"));
                self.done(sim, token, Outcome { code: 1, log, quiet: true, ..Outcome::default() });
            }
        }
    }

    fn running(&mut self, token: Token) -> Option<&mut JobRun> {
        let job = self.run_mut(token.run)?.jobs.get_mut(token.job)?;
        (job.steps.get(token.step)?.state == State::Running).then_some(job)
    }

    #[inline(never)]
    fn frame(&self, token: Token, files: &[(String, Vec<u8>)]) -> Result<(Frame, String), String> {
        let run = self.run(token.run).ok_or("the run is gone")?;
        let place = place(run, token.job).ok_or("the job is gone")?;
        let step = place.step(token.step).ok_or("the step is gone")?;
        let folder = local(&step.work).ok_or("the step calls no action")?;
        let path = vfs::join(&workspace(run), folder.trim_end_matches('/'));
        let Some((name, source)) = manifest(files) else {
            return Err(format!(
                "Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '{path}'. Did you forget to run \
                 actions/checkout before running your local action?"
            ));
        };
        if place.state.frames.len() > DEPTH_MAX {
            return Err(format!("Composite action depth exceeded max depth {DEPTH_MAX}"));
        }
        let action = Arc::new(Composite::parse(&format!("{path}/{name}"), &source)?);
        let env = place.env(self, Some(&step.env))?;
        let contexts = place.contexts(self, &env);
        let scope = place.scope(&contexts);
        let mut overrides = place.state.frames.last().map(|frame| frame.env.clone()).unwrap_or_default();
        overrides.extend(step.env.keys().filter_map(|key| Some((key.clone(), env.get(key)?.clone()))));
        let Work::Uses { with, .. } = &step.work else { return Err("the step calls no action".into()) };
        let (mut inputs, mut opening) = (Value::map(), format!("##[group]Run ./{folder}\n"));
        if !with.is_empty() {
            opening.push_str("with:\n");
        }
        let mut strange = Vec::new();
        for (key, value) in with {
            let value = expr::interpolate(value, scope)?;
            opening.push_str(&format!("  {key}: {}\n", log::mask(&value, &self.masks(token))));
            match action.inputs.keys().find(|own| own.eq_ignore_ascii_case(key)) {
                Some(own) => inputs.put(own, value),
                None => strange.push(key.as_str()),
            }
        }
        opening.push_str("##[endgroup]\n");
        for (key, default) in &action.inputs {
            if inputs.get(key).is_none() {
                inputs.put(key, expr::interpolate(default, scope)?);
            } else if let Some(words) = action.deprecated.get(key) {
                opening.push_str(&format!("Warning: Input '{key}' has been deprecated with message: {words}\n"));
            }
        }
        if !strange.is_empty() {
            let valid: Vec<&str> = action.inputs.keys().map(String::as_str).collect();
            let (strange, valid) = (strange.join("', '"), valid.join("', '"));
            opening.push_str(&format!("Warning: Unexpected input(s) '{strange}', valid inputs are ['{valid}']\n"));
        }
        let steps = action.steps.iter().map(StepRun::queued).collect();
        Ok((Frame { action, path, inputs, env: overrides, steps, at: 0 }, opening))
    }

    /// The next step of the action on top.
    #[inline(never)]
    pub(crate) fn inner(&mut self, sim: &mut Sim, token: Token) -> Vec<Ask> {
        let now = sim.now();
        let Some(frame) = self.running(token).and_then(|job| job.frames.last()) else { return Vec::new() };
        if frame.at >= frame.steps.len() {
            self.leave(sim, token);
            return Vec::new();
        }
        let Some(run) = self.run(token.run) else { return Vec::new() };
        let plan = crate::step::plan(self, run, token);
        // It begins anew once the files are known.
        if let Plan::Now(ask @ Ask::Pack { wants: Wants::Hash, .. }) = plan {
            return vec![ask];
        }
        let head = if matches!(plan, Plan::Skip) { String::new() } else { self.heading(token, &plan) };
        let Some(job) = self.running(token) else { return Vec::new() };
        let log = &mut job.steps[token.step].log;
        log.push_str(&head);
        let Some(frame) = job.frames.last_mut() else { return Vec::new() };
        let step = &mut frame.steps[frame.at];
        step.started = Some(now);
        step.state = State::Running;
        match plan {
            Plan::Skip => {
                step.state = State::Skipped;
                step.finished = Some(now);
                frame.at += 1;
                self.timers.set(sim, now, Tick::Inner(token));
                Vec::new()
            }
            Plan::Now(ask) => vec![ask],
            Plan::After(duration, opening) => {
                log.push_str(&opening);
                self.timers.set(sim, now + duration, Tick::Act(token));
                Vec::new()
            }
            Plan::Fail(message) => {
                self.done(sim, token, Outcome { code: 1, log: format!("Error: {message}\n"), ..Outcome::default() });
                Vec::new()
            }
        }
    }

    /// What the log says before a step of an action: the runner's group.
    #[inline(never)]
    fn heading(&self, token: Token, plan: &Plan) -> String {
        let step = self.run(token.run).and_then(|run| place(run, token.job)?.step(token.step).cloned());
        let Some(step) = step else { return String::new() };
        // An action of its own says this once it is read.
        if local(&step.work).is_some() {
            return String::new();
        }
        let mut text = String::from("##[group]Run ");
        match (&step.work, plan) {
            (Work::Run { .. }, Plan::Now(Ask::Script { script, argv, .. })) => {
                let file = argv.last().map(String::as_str).unwrap_or_default();
                let script = script.trim_end_matches('\n');
                let shell = argv.join(" ").replace(file, "{0}");
                text.push_str(&format!(
                    "{}\n{script}\nshell: /usr/bin/{shell}\n",
                    script.trim_start().lines().next().unwrap_or_default()
                ));
            }
            (Work::Uses { action, .. }, _) => text.push_str(&[action, "\n"].concat()),
            (Work::Containers, _) => {}
            (Work::Run { script, .. }, _) => text.push_str(&[script.lines().next().unwrap_or_default(), "\n"].concat()),
        }
        text.push_str("##[endgroup]\n");
        log::mask(&text, &self.masks(token))
    }

    /// A step of the action on top has ended.
    #[inline(never)]
    pub(crate) fn inner_done(&mut self, sim: &mut Sim, token: Token, outcome: Outcome) {
        let now = sim.now();
        let forgives = outcome.code != 0 && self.forgives(token);
        let masks = self.masks(token);
        let told = log::tell(&outcome.log, &masks, self.debugs());
        let Some(job) = self.running(token) else { return };
        let Some(frame) = job.frames.last_mut() else { return };
        let Some(step) = frame.steps.get_mut(frame.at).filter(|step| step.state == State::Running) else { return };
        step.outputs = told.outputs;
        step.outputs.extend(outcome.outputs);
        step.finished = Some(now);
        step.state = if outcome.code == 0 { State::Passed } else { State::Failed };
        step.forgiven = forgives;
        frame.at += 1;
        job.env.extend(outcome.env);
        job.paths.extend(outcome.paths);
        job.listing = None;
        job.annotations.extend(told.annotations);
        job.masks.extend_from_slice(&told.masks[masks.len()..]);
        let outer = &mut job.steps[token.step];
        outer.log.push_str(&told.log);
        outer.summary.push_str(&log::mask(&outcome.summary, &told.masks));
        if outcome.code != 0 && !outcome.quiet {
            outer.log.push_str(&format!("Error: Process completed with exit code {}.\n", outcome.code));
        }
        self.timers.set(sim, now + BETWEEN, Tick::Inner(token));
    }

    /// The steps of the action on top are over: it has its outputs.
    #[inline(never)]
    fn leave(&mut self, sim: &mut Sim, token: Token) {
        let Some(run) = self.run(token.run) else { return };
        let Some(place) = place(run, token.job) else { return };
        let Some(frame) = place.state.frames.last() else { return };
        let mut outcome = Outcome { code: i32::from(frame.failed()), quiet: true, ..Outcome::default() };
        match outputs(self, &place, &frame.action) {
            Ok(outputs) => outcome.outputs = outputs,
            Err(message) => outcome = Outcome { code: 1, quiet: true, log: format!("Error: {message}\n"), ..outcome },
        }
        if let Some(job) = self.running(token) {
            job.frames.pop();
        }
        self.done(sim, token, outcome);
    }
}

fn outputs(ci: &Ci, place: &Place<'_>, action: &Composite) -> Result<OrdMap<String, String>, String> {
    let env = place.env(ci, None)?;
    let contexts = place.contexts(ci, &env);
    let one = |(key, value): (&String, &String)| Ok((key.clone(), expr::interpolate(value, place.scope(&contexts))?));
    action.outputs.iter().map(one).collect()
}
