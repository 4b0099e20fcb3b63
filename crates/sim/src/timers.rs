//! Timers of one engine; all engines' timers share the one order of (time, sequence).

use crate::{Sim, Time};
use order::OrdMap;
use serde::{Deserialize, Serialize};

/// When something is due: the order of everything in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Due {
    pub at: Time,
    pub seq: u64,
}

/// What an engine wants to do later.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "E: Deserialize<'de> + Clone"))]
pub struct Timers<E> {
    waiting: OrdMap<Due, E>,
}

impl<E> Default for Timers<E> {
    fn default() -> Self {
        Self { waiting: OrdMap::new() }
    }
}

impl<E: Clone> Timers<E> {
    /// Sets a timer; one in the past fires now.
    pub fn set(&mut self, sim: &mut Sim, at: Time, what: E) -> Due {
        let due = Due { at: at.max(sim.now()), seq: sim.next_seq() };
        self.waiting.insert(due, what);
        due
    }

    pub fn cancel(&mut self, due: Due) -> Option<E> {
        self.waiting.remove(&due)
    }

    pub fn next_due(&self) -> Option<Due> {
        self.waiting.keys().next().copied()
    }

    /// Takes the earliest timer.
    pub fn pop(&mut self) -> Option<(Due, E)> {
        self.waiting.pop_first()
    }

    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Due, &E)> {
        self.waiting.iter()
    }
}
