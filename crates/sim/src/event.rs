//! What happened, and because of what: the event log is a graph in which every event names its set of causes.

use crate::Time;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// An event's place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventId(pub u32);

/// A set of events that together led to something. Empty means: from outside (the scenario, the clock).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Causes(Vec<EventId>);

/// More causes than this are not kept: the oldest ones go.
const CAUSES_MAX: usize = 16;

impl Causes {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn one(id: EventId) -> Self {
        Self(vec![id])
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = EventId> + '_ {
        self.0.iter().copied()
    }

    pub fn add(&mut self, id: EventId) {
        if let Err(at) = self.0.binary_search(&id) {
            self.0.insert(at, id);
            if self.0.len() > CAUSES_MAX {
                self.0.remove(0);
            }
        }
    }

    /// The union of both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for id in other.iter() {
            all.add(id);
        }
        all
    }
}

impl From<EventId> for Causes {
    fn from(id: EventId) -> Self {
        Self::one(id)
    }
}

impl FromIterator<EventId> for Causes {
    fn from_iter<I: IntoIterator<Item = EventId>>(ids: I) -> Self {
        let mut all = Self::none();
        for id in ids {
            all.add(id);
        }
        all
    }
}

/// What an event is about: a kind in the field's words, and a name unique in that kind (`shop/web-5d8f`, `encore/web@4f2c91e`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    pub kind: Cow<'static, str>,
    pub name: Box<str>,
}

impl Subject {
    pub fn new(kind: impl Into<Cow<'static, str>>, name: impl Into<Box<str>>) -> Self {
        Self { kind: kind.into(), name: name.into() }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub at: Time,
    /// Which part of the screen it touches: `git`, `ci`, `argocd`, `cluster`, `shop`, `files`, `terminal`, `lesson`.
    pub topic: Cow<'static, str>,
    /// Who did it: `learner`, `deployment-controller`, `argocd-application-controller`.
    pub actor: Cow<'static, str>,
    pub subject: Subject,
    /// One short sentence for people, without a final stop.
    pub text: Box<str>,
    pub causes: Causes,
}
