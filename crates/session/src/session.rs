//! A session: a lesson, its journal, the moment now, and the one being looked at.

use crate::drive::Motion;
use crate::journal::{Journal, NodeId};
use crate::keyframes::Keyframes;
use crate::moment::{Moment, Said};
use crate::recall::Recall;
use crate::start::{StartError, start_world};
use lesson::{LessonPage, Plan};
use screen::Input;
use std::sync::Arc;

/// A compiled lesson, as the session needs it.
#[derive(Debug, Clone)]
pub struct Lesson {
    pub plan: Arc<Plan>,
    pub page: Arc<LessonPage>,
}

impl Lesson {
    pub fn new(plan: Plan, page: LessonPage) -> Self {
        Self { plan: Arc::new(plan), page: Arc::new(page) }
    }

    /// No step, no prose.
    pub(crate) fn empty() -> Self {
        Self::new(Plan::empty(), LessonPage::default())
    }
}

/// One learner in one lesson.
#[derive(Debug)]
pub struct Session {
    pub lesson: Lesson,
    pub(crate) journal: Journal,
    pub(crate) start: Moment,
    pub(crate) now: Moment,
    pub(crate) keyframes: Keyframes,
    /// What lies before the snapshot that the session was opened from.
    pub(crate) recall: Option<Recall>,
    /// The place in the journal being looked at, and the moment there.
    pub(crate) viewing: Option<(usize, Box<Moment>)>,
    pub(crate) motion: Motion,
    /// What to tell the learner, taken by whoever shows it.
    pub(crate) said: Vec<Said>,
    pub(crate) changed_world: bool,
    pub(crate) changed_clock: bool,
    /// World steps since the last snapshot, roughly: long replays earn a new one.
    pub(crate) inputs_since_snapshot: u32,
}

impl Session {
    /// A fresh session: builds the scenario's world for a seed.
    pub fn start(lesson: Lesson, seed: u64, build: &str) -> Result<Self, StartError> {
        let start = start_world(&lesson, seed)?;
        let journal = Journal::new(build, &lesson.plan.id, seed);
        Ok(Self::with(lesson, journal, start))
    }

    /// A fresh session in a world that was built before, for this seed.
    pub fn from_start(lesson: Lesson, start: Moment, seed: u64, build: &str) -> Self {
        let journal = Journal::new(build, &lesson.plan.id, seed);
        Self::with(lesson, journal, start)
    }

    /// A session without a lesson, in an empty world.
    pub fn bare(build: &str) -> Result<Self, StartError> {
        let (lesson, start) = crate::start::bare(sim::Time::from_unix_secs(1_780_684_200))?;
        let journal = Journal::new(build, "", 1);
        Ok(Self::with(lesson, journal, start))
    }

    #[inline(never)]
    pub(crate) fn with(lesson: Lesson, journal: Journal, start: Moment) -> Self {
        let now = start.clone();
        Self {
            lesson,
            journal,
            start,
            now,
            keyframes: Keyframes::default(),
            recall: None,
            viewing: None,
            motion: Motion::Still,
            said: Vec::new(),
            changed_world: true,
            changed_clock: true,
            inputs_since_snapshot: 0,
        }
    }

    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The moment on the screen: the one looked at, else now.
    pub fn shown(&self) -> &Moment {
        self.viewing.as_ref().map_or(&self.now, |(_, moment)| moment)
    }

    pub fn now(&self) -> &Moment {
        &self.now
    }

    /// The place in the journal being looked at.
    pub fn viewing(&self) -> Option<usize> {
        self.viewing.as_ref().map(|(at, _)| *at)
    }

    pub fn motion(&self) -> &Motion {
        &self.motion
    }

    /// Writes an input into the journal, ahead of its effect.
    pub fn write_ahead(&mut self, input: Input) -> NodeId {
        self.stop();
        if self.viewing.is_some() {
            self.branch_here();
        }
        let id = self.journal.append(self.now.now(), input);
        self.keyframes.keep(id, self.now.clone());
        id
    }

    /// Applies the input at the head. What it starts is driven by [`Self::pump`].
    pub fn apply_head(&mut self) {
        let Some(node) = self.journal.head().and_then(|id| self.journal.node(id)).cloned() else { return };
        let mut said = Vec::new();
        self.now.apply(&self.lesson, &node.input, &mut said);
        self.said.extend(said);
        self.inputs_since_snapshot += 1;
        self.changed_all();
    }

    /// Does an input and drives it to rest: for programs and tests, which have no frame to wait for.
    pub fn act(&mut self, input: Input) {
        self.write_ahead(input);
        self.apply_head();
        self.settle();
    }

    /// Drives the foreground until it rests.
    pub fn settle(&mut self) {
        while !self.now.settled() && self.pump(std::time::Duration::ZERO, &mut || true) {}
    }

    /// As [`Self::act`], but what runs longer in the world's time is interrupted.
    pub(crate) fn act_within(&mut self, input: Input, span: std::time::Duration) {
        self.write_ahead(input);
        self.apply_head();
        let limit = self.now.now() + span;
        while !self.now.settled() && self.now.now() < limit && self.pump(std::time::Duration::ZERO, &mut || false) {}
        if !self.now.settled() {
            let terminal = self.now.terminal.0;
            self.act(Input::Interrupt { terminal });
        }
    }

    pub fn take_said(&mut self) -> Vec<Said> {
        self.note_passed();
        std::mem::take(&mut self.said)
    }

    /// Whether the world or the clock on the screen changed since this was asked.
    pub fn take_changes(&mut self) -> (bool, bool) {
        (std::mem::take(&mut self.changed_world), std::mem::take(&mut self.changed_clock))
    }

    pub(crate) fn changed_all(&mut self) {
        self.changed_world = true;
        self.changed_clock = true;
    }

    /// Keeps passed steps as facts beside the journal.
    pub(crate) fn note_passed(&mut self) {
        for step in self.now.progress.passed.keys() {
            if !self.journal.passed.contains(step) {
                self.journal.passed.push(step.clone());
            }
        }
    }

    /// The terminals' width.
    pub fn resize(&mut self, columns: u16) {
        self.now.world.resize_terminals(columns);
    }
}
