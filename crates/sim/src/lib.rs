//! The kernel of a deterministic world: virtual time, one seeded source of chance, one order of events, causes,
//! and the canonical state hash.
//!
//! It is the only source of time and chance. It never reads a real clock, never knows what an event is about,
//! and never iterates in an order that could differ between two runs.

mod cron;
mod event;
mod hash;
mod log;
mod rng;
mod time;
mod timers;

pub use cron::{Schedule, Zone};
pub use event::{Causes, Event, EventId, Subject};
pub use hash::{StateHash, state_hash};
pub use log::Log;
pub use rng::Rng;
pub use time::{Civil, Time};
pub use timers::{Due, Timers};

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Among so many events a text is looked for that says the same: ten thousand containers start in the same words.
const LATELY: usize = 16;

/// Time, chance and the event log of one world.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sim {
    now: Time,
    next_seq: u64,
    rng: Rng,
    events: Log<Event>,
}

impl Sim {
    /// A kernel at `start`, all chance from `seed`.
    pub fn new(seed: u64, start: Time) -> Self {
        Self { now: start, next_seq: 0, rng: Rng::new(seed), events: Log::default() }
    }

    pub fn now(&self) -> Time {
        self.now
    }

    /// Moves the clock forward; never back.
    pub fn advance_to(&mut self, time: Time) {
        assert!(time >= self.now, "virtual time never runs backwards");
        self.now = time;
    }

    pub fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// The next number of the one order that all timers and processes share.
    pub fn next_seq(&mut self) -> u64 {
        self.next_seq += 1;
        self.next_seq
    }

    /// Writes down that something happened, by whom, to what, and because of which earlier events.
    pub fn record(
        &mut self,
        topic: impl Into<Cow<'static, str>>,
        actor: impl Into<Cow<'static, str>>,
        subject: Subject,
        text: impl Into<String>,
        causes: &Causes,
    ) -> EventId {
        let text: String = text.into();
        let said = self.events.iter().rev().take(LATELY).find(|event| *event.text == *text);
        let text = said.map_or_else(|| text.into(), |event| event.text.clone());
        let id = EventId(u32::try_from(self.events.len()).expect("fewer than four billion events in a session"));
        self.events.push(Event {
            at: self.now,
            topic: topic.into(),
            actor: actor.into(),
            subject,
            text,
            causes: causes.clone(),
        });
        id
    }

    pub fn events(&self) -> &Log<Event> {
        &self.events
    }

    pub fn event(&self, id: EventId) -> Option<&Event> {
        self.events.get(id.0 as usize)
    }

    /// Every event that led to `from`, each once, oldest first, `from` itself last.
    pub fn chain(&self, from: &Causes) -> Vec<EventId> {
        let mut seen = order::OrdSet::new();
        let mut open: Vec<EventId> = from.iter().collect();
        while let Some(id) = open.pop() {
            if seen.insert(id)
                && let Some(event) = self.event(id)
            {
                open.extend(event.causes.iter());
            }
        }
        seen.into_iter().collect()
    }
}

#[cfg(test)]
mod tests;
