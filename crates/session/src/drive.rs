//! What moves the clock: commands in the foreground, Play, and "until the next event".

use crate::journal::NodeId;
use crate::moment::Moment;
use crate::session::Session;
use screen::Input;
use sim::Time;
use std::time::Duration;
use world::Foreground;

/// How the clock moves beside what commands need.
#[derive(Debug, Clone, Default)]
pub enum Motion {
    /// It stands still while the learner reads.
    #[default]
    Still,
    Playing {
        speed: u32,
        since: Box<Moment>,
    },
    /// Until something of note happens.
    NextEvent {
        since: Box<Moment>,
        events: usize,
        limit: Time,
    },
}

/// "Until the next event" gives up after this much virtual time.
const NEXT_EVENT_MAX: Duration = Duration::from_secs(30 * 60);

impl Session {
    #[inline(never)]
    pub fn play(&mut self, speed: u32) {
        match &mut self.motion {
            Motion::Playing { speed: old, .. } => *old = speed.clamp(1, 600),
            _ => {
                self.stop();
                self.leave_past();
                let since = Box::new(self.now.clone());
                self.motion = Motion::Playing { speed: speed.clamp(1, 600), since };
            }
        }
        self.changed_clock = true;
    }

    pub fn next_event(&mut self) {
        self.stop();
        self.leave_past();
        let events = self.now.world.sim.events().len();
        let limit = self.now.now() + NEXT_EVENT_MAX;
        self.motion = Motion::NextEvent { since: Box::new(self.now.clone()), events, limit };
        self.changed_clock = true;
    }

    fn leave_past(&mut self) {
        if self.viewing.is_some() {
            self.branch_here();
        }
    }

    /// Stops Play and "until the next event", and writes into the journal how far the clock got.
    #[inline(never)]
    pub fn stop(&mut self) -> Option<NodeId> {
        let motion = std::mem::take(&mut self.motion);
        self.changed_clock = true;
        let (Motion::Playing { since, .. } | Motion::NextEvent { since, .. }) = motion else { return None };
        if self.now.now() == since.now() {
            return None;
        }
        let input = Input::Advance { to_micros: self.now.now().as_micros() };
        let id = self.journal.append(since.now(), input);
        self.keyframes.keep(id, *since);
        self.now.attempt = true;
        self.now.judge(&self.lesson);
        Some(id)
    }

    /// Whether [`Self::pump`] has something to do.
    pub fn busy(&self) -> bool {
        if self.viewing.is_some() {
            return false;
        }
        !matches!(self.motion, Motion::Still) || !self.now.settled() || self.now.foreground() == Foreground::Following
    }

    /// Lets the world go on. `wall` is how much real time has passed since the last call; `go_on` says whether there
    /// is time for more now. Returns whether there is more to do at once.
    #[inline(never)]
    pub fn pump(&mut self, wall: Duration, go_on: &mut dyn FnMut() -> bool) -> bool {
        if self.viewing.is_some() {
            return false;
        }
        if !self.now.settled() {
            return self.drive_foreground(go_on);
        }
        match &self.motion {
            Motion::NextEvent { events, limit, .. } => {
                let (events, limit) = (*events, *limit);
                self.drive_to_event(events, limit, go_on)
            }
            Motion::Playing { speed, .. } => {
                let speed = *speed;
                self.play_on(wall, speed, go_on)
            }
            Motion::Still if self.now.foreground() == Foreground::Following => self.play_on(wall, 1, go_on),
            Motion::Still => false,
        }
    }

    #[inline(never)]
    fn drive_foreground(&mut self, go_on: &mut dyn FnMut() -> bool) -> bool {
        while !self.now.settled() {
            if !self.now.step(&self.lesson, Time::MAX) {
                break;
            }
            if !go_on() {
                break;
            }
        }
        self.now.judge(&self.lesson);
        self.changed_all();
        !self.now.settled() || !matches!(self.motion, Motion::Still)
    }

    #[inline(never)]
    fn drive_to_event(&mut self, events: usize, limit: Time, go_on: &mut dyn FnMut() -> bool) -> bool {
        let mut over = false;
        loop {
            if self.now.world.sim.events().len() > events || !self.now.step(&self.lesson, limit) {
                over = true;
                break;
            }
            if !go_on() {
                break;
            }
        }
        self.changed_all();
        if over {
            if self.now.world.sim.events().len() == events {
                self.now.advance_to(&self.lesson, limit);
                self.say(false, "Nothing happens in the next half hour.");
            }
            self.stop();
        }
        !over
    }

    /// At most this much virtual time passes in one call: a tab that was away does not leap.
    #[inline(never)]
    fn play_on(&mut self, wall: Duration, speed: u32, go_on: &mut dyn FnMut() -> bool) -> bool {
        let span = wall.min(Duration::from_millis(250)) * speed;
        let target = self.now.now() + span;
        loop {
            if !self.now.step(&self.lesson, target) {
                self.now.world.advance_to(target.max(self.now.now()));
                break;
            }
            if !go_on() {
                break;
            }
        }
        self.changed_all();
        true
    }
}
