//! A moment of a session: the world and the learner's progress. Whatever moves it, moves it by these doors.

use crate::session::Lesson;
use lesson::{Change, NotYet, Progress};
use order::OrdMap;
use screen::Input;
use serde::{Deserialize, Serialize};
use sim::{StateHash, Time, state_hash};
use world::{Foreground, Programs, TerminalId, World};

/// Everything that undo puts back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Moment {
    pub world: World,
    pub progress: Progress,
    /// Where something was typed last.
    pub terminal: TerminalId,
    /// Words that the scenario picked for this seed.
    pub picks: OrdMap<String, String>,
    /// What was said of the open step at the last attempt.
    pub not_yet: Option<NotYet>,
    /// What was said to the last answer of a step.
    pub feedback: OrdMap<String, (bool, String)>,
    /// An attempt waits to be judged when it comes to rest.
    pub(crate) attempt: bool,
}

/// Something that happened to the progress, for a toast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub good: bool,
    pub text: String,
}

impl Moment {
    pub fn state_hash(&self) -> StateHash {
        state_hash(self)
    }

    pub fn now(&self) -> Time {
        self.world.now()
    }

    pub fn foreground(&self) -> Foreground {
        self.world.foreground_of_all()
    }

    /// The last terminal that something was typed into may have closed meanwhile.
    fn find_terminal(&mut self) {
        if self.world.terminal(self.terminal).is_none()
            && let Some((id, _)) = self.world.terminals().last()
        {
            self.terminal = id;
        }
    }

    /// Whether no command in any terminal's foreground has to be driven to its end.
    pub fn settled(&self) -> bool {
        matches!(self.foreground(), Foreground::Prompt | Foreground::Reading | Foreground::Following)
    }

    /// Lets one thing happen that is due by `limit`: in the world, or a check that comes true by time alone.
    /// False when nothing is due; then the clock stands where it stood.
    #[inline(never)]
    pub fn step(&mut self, lesson: &Lesson, limit: Time) -> bool {
        let due = self.world.next_due().map(|due| due.at).filter(|at| *at <= limit);
        let check =
            lesson::next_due(&lesson.plan, &self.progress, self.now()).filter(|at| *at <= limit && *at > self.now());
        if let Some(at) = check.filter(|at| due.is_none_or(|due| *at < due)) {
            self.world.advance_to(at);
            self.evaluate(lesson, lesson::Moment::AfterEvent);
            return true;
        }
        if due.is_none() {
            return false;
        }
        let events = self.world.sim.events().len();
        let ticked = self.world.step(limit).ticked;
        self.find_terminal();
        if ticked || self.world.sim.events().len() > events {
            self.evaluate(lesson, lesson::Moment::AfterEvent);
        }
        true
    }

    /// Moves the clock to `time`, with all that happens on the way.
    pub fn advance_to(&mut self, lesson: &Lesson, time: Time) {
        while self.step(lesson, time) {}
        self.world.advance_to(time.max(self.now()));
    }

    /// Drives the foreground until it rests, or until `limit`. Bounded waits are fast-forwarded.
    pub fn settle(&mut self, lesson: &Lesson, limit: Time) {
        while !self.settled() {
            if !self.step(lesson, limit) {
                break;
            }
        }
        self.judge(lesson);
    }

    /// Says why the open step is not passed, if an attempt has come to rest.
    pub(crate) fn judge(&mut self, lesson: &Lesson) {
        if self.attempt && self.settled() {
            self.attempt = false;
            self.evaluate(lesson, lesson::Moment::AfterAttempt);
        }
    }

    #[inline(never)]
    pub(crate) fn evaluate(&mut self, lesson: &Lesson, when: lesson::Moment) {
        let Self { world, progress, picks, .. } = self;
        let facts = lesson::WorldFacts { world, picks };
        let mut passed = false;
        for change in lesson::evaluate(&lesson.plan, progress, &facts, when) {
            match change {
                Change::Passed { step, .. } => {
                    passed = true;
                    if self.not_yet.as_ref().is_some_and(|told| told.step == step) {
                        self.not_yet = None;
                    }
                }
                Change::NotYet(told) => self.not_yet = Some(told),
                Change::Compared { .. } => {}
            }
        }
        // The next step may already be under way: then there is something to say of it.
        if passed && self.not_yet.is_none() {
            let open = lesson.plan.steps.iter().find(|step| !self.progress.has_passed(&step.id));
            let facts = lesson::WorldFacts { world: &self.world, picks: &self.picks };
            let told = open.and_then(|step| lesson::explain(&lesson.plan, &self.progress, &facts, &step.id));
            self.not_yet = told.filter(|told| told.waits);
        }
        // While the world is at work, what is said of it moves along.
        if let Some(told) = self.not_yet.as_ref().filter(|told| told.waits) {
            let facts = lesson::WorldFacts { world: &self.world, picks: &self.picks };
            self.not_yet = lesson::explain(&lesson.plan, &self.progress, &facts, &told.step);
        }
    }

    pub(crate) fn open_terminal(&mut self, beside: TerminalId) -> bool {
        let opened = self.world.open_terminal_beside(beside);
        self.terminal = opened.unwrap_or(self.terminal);
        opened.is_some()
    }

    pub(crate) fn close_terminal(&mut self, terminal: TerminalId) {
        // The last one stays: a workbench without a terminal is none.
        if self.world.terminals().count() > 1 {
            self.world.close_terminal(terminal);
            self.find_terminal();
        }
    }

    pub(crate) fn thaw(&mut self, programs: Programs) {
        self.world.set_programs(programs);
    }

    /// Whether applying this input is an attempt at the open step.
    #[inline(never)]
    pub(crate) fn is_attempt(input: &Input) -> bool {
        matches!(
            input,
            Input::Line { .. }
                | Input::Save { .. }
                | Input::Delete { .. }
                | Input::Rename { .. }
                | Input::ArgoCd { .. }
                | Input::Rerun { .. }
                | Input::Review { .. }
                | Input::DeletePod { .. }
                | Input::Advance { .. }
                | Input::ImportBundle { .. }
                | Input::Pull { .. }
                | Input::Fault(_)
        )
    }
}
