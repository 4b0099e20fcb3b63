//! What the worker says.

use super::{Link, Phase};
use crate::browser::js;
use crate::browser::worker::Heard;
use crate::state::{Action, Plain, Stage};
use screen::{Brief, Clock, Control, FromWorker, Motion, PROTOCOL, Reply, Saved, StepState, Update};

impl Link {
    pub(super) fn hear(&self, heard: Heard) {
        let bytes = match heard {
            Heard::Bytes(bytes) => bytes,
            Heard::Broken(why) => return self.broken(why),
        };
        {
            let mut state = self.state.borrow_mut();
            if state.phase == Phase::Silent {
                return;
            }
            state.heard_at = js::now();
            state.owed = false;
            state.frame.answered();
        }
        match postcard::from_bytes::<FromWorker>(&bytes) {
            Ok(message) => self.message(message),
            Err(_) => self.other_build(),
        }
    }

    fn message(&self, message: FromWorker) {
        match message {
            FromWorker::Hello { protocol, build } => self.greeted(protocol, &build),
            FromWorker::Opened(opened) => {
                let columns = {
                    let mut state = self.state.borrow_mut();
                    state.phase = Phase::Open;
                    state.restless_since = Some(js::now());
                    state.columns
                };
                if columns > 0 {
                    self.control(Control::Resize { columns });
                }
                self.emit(Action::Opened { notice: opened.notice });
                let early = std::mem::take(&mut self.state.borrow_mut().early);
                early.into_iter().for_each(|input| self.input(input));
            }
            FromWorker::Refused(why) => {
                self.state.borrow_mut().phase = Phase::Silent;
                self.emit(Action::Stage(Stage::Plain(Plain::Refused(why))));
            }
            FromWorker::Updates(updates) => {
                self.note(&updates);
                self.emit(Action::Updates(updates));
            }
            FromWorker::Reply { id, reply } => self.reply(id, reply),
            FromWorker::WriteAhead { sequence, journal } => self.write_ahead(sequence, journal),
            FromWorker::Kept { sequence, journal, snapshot } => self.kept(sequence, journal, snapshot),
            FromWorker::Busy(busy) => self.state.borrow_mut().busy = busy,
            FromWorker::Panicked(words) => self.died(words),
        }
        self.wake();
    }

    fn greeted(&self, protocol: u32, build: &str) {
        let same_build = build.is_empty() || build == &*self.place.engine;
        if protocol != PROTOCOL || !same_build {
            return self.other_build();
        }
        {
            let mut state = self.state.borrow_mut();
            if state.phase == Phase::Calling {
                state.phase = Phase::Greeted;
            }
        }
        self.open_if_ready();
    }

    fn other_build(&self) {
        self.state.borrow_mut().phase = Phase::Silent;
        self.emit(Action::Stage(Stage::Plain(Plain::OtherBuild)));
    }

    /// The worker could not be loaded, or broke without words of its own.
    fn broken(&self, why: String) {
        let phase = self.state.borrow().phase;
        match phase {
            Phase::Silent => {}
            Phase::Calling => {
                self.state.borrow_mut().phase = Phase::Silent;
                self.emit(Action::Stage(Stage::Plain(Plain::NoWorker(why))));
            }
            // The input is not to blame: it stays in the journal, and is done when the page is loaded again.
            Phase::Greeted | Phase::Opening | Phase::Open if why.contains("did not arrive") => {
                self.state.borrow_mut().phase = Phase::Silent;
                self.keep();
                self.emit(Action::Stage(Stage::Plain(Plain::Missing)));
            }
            Phase::Greeted | Phase::Opening | Phase::Open => self.died(why),
        }
    }

    fn reply(&self, id: u32, reply: Reply) {
        let mut state = self.state.borrow_mut();
        let at = state.asked.iter().position(|(asked, _)| *asked == id);
        let on_reply = at.map(|at| state.asked.swap_remove(at).1);
        drop(state);
        if let Some(on_reply) = on_reply {
            on_reply(reply);
        }
    }

    fn write_ahead(&self, sequence: u64, journal: Vec<u8>) {
        {
            let mut state = self.state.borrow_mut();
            state.ahead = Some(sequence);
            state.saved.get_or_insert_with(nothing).journal = journal;
        }
        self.keep();
    }

    fn kept(&self, sequence: u64, journal: Vec<u8>, snapshot: Option<Vec<u8>>) {
        {
            let mut state = self.state.borrow_mut();
            if state.ahead.is_some_and(|ahead| ahead <= sequence) {
                state.ahead = None;
            }
            state.deaths = 0;
            let saved = state.saved.get_or_insert_with(nothing);
            saved.journal = journal;
            if snapshot.is_some() {
                saved.snapshot = snapshot;
                state.snapshot_moved = true;
            }
        }
        self.keep();
    }

    /// What the link itself has to know of the models.
    fn note(&self, updates: &[Update]) {
        let mut state = self.state.borrow_mut();
        for update in updates {
            match update {
                Update::Clock(clock) => {
                    state.playing = matches!(clock.motion, Motion::Playing { .. });
                    state.facts.time = time(clock);
                }
                Update::Brief(brief) => note_brief(&mut state.facts, brief),
                _ => {}
            }
        }
    }
}

fn nothing() -> Saved {
    Saved { journal: Vec::new(), snapshot: None, skip: Vec::new() }
}

fn time(clock: &Clock) -> String {
    let day = clock.date.split(' ').next().unwrap_or_default();
    format!("{day} {}", clock.time).trim().to_owned()
}

fn note_brief(facts: &mut crate::browser::storage::Facts, brief: &Brief) {
    let done = |state: StepState| matches!(state, StepState::Passed | StepState::Assisted);
    let passed = brief.steps.iter().filter(|step| done(step.state)).map(|step| step.id.clone());
    facts.passed = passed.collect();
    facts.title = brief.title.clone();
    facts.steps = brief.steps.len() as u32;
    let next = brief.steps.iter().position(|step| !done(step.state));
    facts.step = next.map_or(facts.steps, |at| at as u32 + 1);
    facts.finished = next.is_none() && !brief.steps.is_empty();
}
