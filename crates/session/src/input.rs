//! What each input does to a moment.

use crate::moment::{Moment, Said};
use crate::session::Lesson;
use screen::{Input, QuizPick};
use sim::{Causes, Subject, Time};
use std::time::Duration;
use world::{MachineId, TERMINALS_MAX, TerminalId};

/// A typed line costs this much: people do not type in no time, and ages move.
const TYPING: Duration = Duration::from_secs(1);

pub(crate) fn reviewed(environment: &str, approved: bool) -> String {
    format!("{} the deployment to {environment}", if approved { "Approved" } else { "Rejected" })
}

impl Moment {
    /// Applies an input. What it starts is driven by [`Moment::settle`].
    #[inline(never)]
    pub fn apply(&mut self, lesson: &Lesson, input: &Input, said: &mut Vec<Said>) {
        if Self::is_attempt(input) {
            self.attempt = true;
        }
        match input {
            Input::Line { terminal, text } => {
                let later = self.now() + TYPING;
                self.advance_to(lesson, later);
                let causes =
                    if text.trim().is_empty() { Causes::none() } else { self.note("terminal", "Command", text) };
                let terminal = TerminalId(*terminal);
                if self.world.terminal(terminal).is_some() {
                    self.terminal = terminal;
                }
                self.world.type_line(terminal, text, &causes);
            }
            Input::Interrupt { terminal } => self.world.interrupt(TerminalId(*terminal)),
            Input::Suspend { terminal } => self.world.suspend(TerminalId(*terminal)),
            Input::EndOfInput { terminal } => self.world.end_input(TerminalId(*terminal)),
            Input::Save { .. } | Input::Delete { .. } | Input::Rename { .. } => self.edit(input, said),
            Input::Advance { to_micros } => self.advance_to(lesson, Time::from_micros(*to_micros)),
            Input::ArgoCd { app, act } => self.argocd(app, act, said),
            Input::Rerun { run } => {
                let causes = self.note("ci", "Click", &format!("Run pipeline {run} again"));
                self.world.rerun_pipeline(*run, &causes);
            }
            Input::Review { run, environment, approve } => self.review(*run, environment, *approve, said),
            Input::DeletePod { namespace, name } => {
                let causes = self.note("cluster", "Click", &format!("Delete pod {name}"));
                if let Err(status) = self.world.delete_pod(namespace, name, &causes) {
                    said.push(Said { good: false, text: status.to_string() });
                }
            }
            Input::Answer { .. } | Input::Predict { .. } | Input::Quiz(_) | Input::Hint { .. } => {
                self.respond(lesson, input, said);
            }
            Input::ImportBundle { name, bytes } => {
                let causes = self.note("git", "Click", &format!("Import repository {name}"));
                match self.world.import_bundle(name, bytes, &causes) {
                    Ok(text) => said.push(Said { good: true, text }),
                    Err(text) => said.push(Said { good: false, text }),
                }
            }
            Input::Pull { repo, act } => self.pull(repo, act, said),
            Input::Fault(fault) => self.fault(fault, said),
            Input::OpenTerminal { beside } => {
                if !self.open_terminal(TerminalId(*beside)) {
                    let text = format!("{TERMINALS_MAX} terminals are open: close one first.");
                    said.push(Said { good: false, text });
                }
            }
            Input::CloseTerminal { terminal } => self.close_terminal(TerminalId(*terminal)),
        }
        self.judge(lesson);
    }

    /// The panel's buttons on a job that waits for its environment: what `gh api` does.
    #[inline(never)]
    fn review(&mut self, run: u32, environment: &str, approved: bool, said: &mut Vec<Said>) {
        let text = reviewed(environment, approved);
        let causes = self.note("ci", "Click", &text);
        let review = ci::Review {
            environments: vec![environment.into()],
            approved,
            comment: String::new(),
            user: commands::merger(&self.world, &MachineId::workstation(), None).account,
            at: self.now(),
        };
        let done = self.world.review_deployment(run, review, &causes);
        said.push(match done {
            Ok(()) => Said { good: true, text: [&text, "."].concat() },
            Err(text) => Said { good: false, text },
        });
    }

    /// Records what the learner did, as the cause of what follows.
    pub(crate) fn note(&mut self, topic: &'static str, kind: &'static str, text: &str) -> Causes {
        let shown: String = text.chars().take(200).collect();
        let subject = Subject::new(kind, shown.as_str());
        self.world.sim.record(topic, "learner", subject, shown.clone(), &Causes::none()).into()
    }

    #[inline(never)]
    fn edit(&mut self, input: &Input, said: &mut Vec<Said>) {
        let micros = self.now().as_micros();
        let Some(host) = self.world.machine_mut(&MachineId::workstation()) else { return };
        let (done, text) = match input {
            Input::Save { path, text } => {
                let made = host.files.make_dir_all(vfs::parent(path), micros);
                let done = made.and_then(|()| host.files.write(path, text.as_bytes().to_vec(), micros));
                (done, format!("Saved {path}"))
            }
            Input::Delete { path } => (host.files.remove_all(path, micros), format!("Deleted {path}")),
            Input::Rename { from, to } => (host.files.rename(from, to, micros), format!("Renamed {from} to {to}")),
            _ => return,
        };
        match done {
            Ok(()) => {
                self.note("files", "Edit", &text);
            }
            Err(error) => said.push(Said { good: false, text: format!("{text}: {error}") }),
        }
    }

    #[inline(never)]
    fn respond(&mut self, lesson: &Lesson, input: &Input, said: &mut Vec<Said>) {
        let now = self.now();
        let Self { world, progress, picks, feedback, .. } = self;
        let facts = lesson::WorldFacts { world, picks };
        let plan = &lesson.plan;
        let done = match input {
            Input::Answer { step, value } => lesson::answer(plan, progress, &facts, step, value).map(|answer| {
                feedback.insert(step.clone(), (answer.right, answer.say));
            }),
            Input::Predict { step, choice } => lesson::predict(plan, progress, step, choice, now),
            Input::Quiz(QuizPick { question, options }) => {
                let id = plan.quiz.get(*question as usize).map_or(String::new(), |key| key.id.clone());
                lesson::question(plan, progress, &id, options, now).map(|_| ())
            }
            Input::Hint { step, rung } => open_hints(plan, progress, step, *rung),
            _ => Ok(()),
        };
        if let Err(error) = done {
            said.push(Said { good: false, text: error.to_string() });
        }
        self.note("lesson", "Answer", "Answered");
        self.evaluate(lesson, lesson::Moment::AfterEvent);
    }
}

/// Opens the hints of a step up to this rung; those below it open with it.
#[inline(never)]
fn open_hints(
    plan: &lesson::Plan,
    progress: &mut lesson::Progress,
    step: &str,
    rung: u32,
) -> Result<(), lesson::Error> {
    loop {
        let newest = lesson::hint(plan, progress, step)?;
        let is_last = progress.hints.get(step).is_some_and(|seen| seen.solution);
        if is_last || newest.is_none_or(|newest| newest >= rung) {
            return Ok(());
        }
    }
}
