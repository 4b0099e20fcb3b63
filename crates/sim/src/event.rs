//! What happened, and because of what: the event log is a graph in which every event names its set of causes.

use crate::Time;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// An event's place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventId(pub u32);

/// A set of events that together led to something. Empty means: from outside (the scenario, the clock).
/// Nearly all have one event or none, so these are kept without an allocation.
#[derive(Debug, Clone, Default)]
pub struct Causes(Set);

#[derive(Debug, Clone, Default)]
enum Set {
    #[default]
    None,
    One(EventId),
    Many(Arc<Vec<EventId>>),
}

/// More causes than this are not kept: the oldest ones go.
const CAUSES_MAX: usize = 16;

impl Causes {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn one(id: EventId) -> Self {
        Self(Set::One(id))
    }

    pub fn is_empty(&self) -> bool {
        matches!(self.0, Set::None)
    }

    fn all(&self) -> &[EventId] {
        match &self.0 {
            Set::None => &[],
            Set::One(id) => std::slice::from_ref(id),
            Set::Many(ids) => ids,
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = EventId> + '_ {
        self.all().iter().copied()
    }

    pub fn add(&mut self, id: EventId) {
        let Err(at) = self.all().binary_search(&id) else { return };
        match &mut self.0 {
            Set::None => self.0 = Set::One(id),
            Set::One(had) => {
                let ids = if at == 0 { vec![id, *had] } else { vec![*had, id] };
                self.0 = Set::Many(Arc::new(ids));
            }
            Set::Many(ids) => {
                let ids = Arc::make_mut(ids);
                ids.insert(at, id);
                if ids.len() > CAUSES_MAX {
                    ids.remove(0);
                }
            }
        }
    }

    /// The union of both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        if self.is_empty() {
            return other.clone();
        }
        let mut all = self.clone();
        for id in other.iter() {
            all.add(id);
        }
        all
    }
}

impl PartialEq for Causes {
    fn eq(&self, other: &Self) -> bool {
        self.all() == other.all()
    }
}

impl Eq for Causes {}

impl Serialize for Causes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Causes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<EventId>::deserialize(deserializer)?.into_iter().collect())
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
    /// One short sentence for people, without a final stop. Events in a row that say the same share it.
    pub text: Arc<str>,
    pub causes: Causes,
}
