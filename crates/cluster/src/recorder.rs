//! Events of the API: what controllers tell people. Repeated ones are counted, similar ones are combined, and an object
//! that talks too much is cut off (client-go `tools/record/events_cache.go`).

use crate::engine::{Cluster, Item};
use crate::kinds;
use crate::object::{Key, Object};
use crate::occurrence::{About, Made, Occurrence};
use crate::store::Store;
use manifest::word;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Sim, Time};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// An event is kept for an hour after its last occurrence.
const KEEP: Duration = Duration::from_secs(3_600);
/// Different messages of one reason before they are combined.
const SIMILAR_MAX: usize = 10;
/// Similar events further apart than this are not combined.
const SIMILAR_WITHIN: Duration = Duration::from_secs(600);
/// Events that one source may write about one object at once; one more every five minutes.
const BURST: u32 = 25;
const REFILL: Duration = Duration::from_secs(300);
/// Objects remembered at a time.
const OBJECTS_MAX: usize = 4_096;

/// What to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub warning: bool,
    pub reason: &'static str,
    pub message: String,
    pub source: &'static str,
    pub host: Option<Arc<str>>,
    /// `spec.containers{web}`
    pub field: Option<String>,
}

impl Note {
    pub fn normal(reason: &'static str, message: impl Into<String>) -> Self {
        Self { warning: false, reason, message: message.into(), source: "", host: None, field: None }
    }

    pub fn warning(reason: &'static str, message: impl Into<String>) -> Self {
        Self { warning: true, ..Self::normal(reason, message) }
    }

    pub(crate) fn by(self, source: &'static str) -> Self {
        Self { source, ..self }
    }

    pub(crate) fn on(self, node: &Arc<str>, container: Option<&str>) -> Self {
        let field = container.map(|name| format!("spec.containers{{{name}}}"));
        Self { source: "kubelet", host: Some(node.clone()), field, ..self }
    }
}

/// What was told about one object by one source. Small on purpose: there is one for every pod.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Told {
    tokens_spent: u32,
    refilled: Time,
    reasons: Vec<Reason>,
    /// One for each field path.
    parts: Vec<Arc<About>>,
}

/// The messages of one reason, each with the name of its event.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reason {
    reason: Arc<str>,
    last: Time,
    messages: Vec<(Arc<str>, Arc<str>)>,
    /// The event that stands for all further messages.
    combined: Option<Arc<str>>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Recorder {
    told: OrdMap<(Arc<str>, Arc<str>), Arc<Told>>,
    order: VecDeque<(Arc<str>, Arc<str>)>,
    written: u64,
    /// Events by the time of their first writing, namespace and name, to be forgotten.
    ages: VecDeque<(Time, Arc<str>, Arc<str>)>,
}

impl Recorder {
    fn of(&mut self, uid: &Arc<str>, source: &str, now: Time) -> &mut Told {
        let id = (uid.clone(), word(source));
        if !self.told.contains_key(&id) {
            if self.order.len() >= OBJECTS_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.told.remove(&oldest);
            }
            self.order.push_back(id.clone());
        }
        Arc::make_mut(self.told.entry(id).or_insert_with(|| Arc::new(Told { refilled: now, ..Told::default() })))
    }
}

impl Told {
    /// Takes a token, or says that there is none left.
    fn spend(&mut self, now: Time) -> bool {
        let earned = now.since(self.refilled).as_secs() / REFILL.as_secs();
        if earned > 0 {
            self.tokens_spent = self.tokens_spent.saturating_sub(u32::try_from(earned).unwrap_or(u32::MAX));
            self.refilled = now;
        }
        let left = self.tokens_spent < BURST;
        self.tokens_spent += u32::from(left);
        left
    }

    /// The event that counts this message, if there is one, and whether it stands for similar ones too.
    fn counted_by(&mut self, reason: &Arc<str>, message: &Arc<str>, now: Time) -> (Option<Arc<str>>, bool) {
        let at = self.reasons.iter().position(|known| known.reason == *reason).unwrap_or_else(|| {
            let (messages, combined) = (Vec::new(), None);
            self.reasons.reserve_exact(1);
            self.reasons.push(Reason { reason: reason.clone(), last: now, messages, combined });
            self.reasons.len() - 1
        });
        let known = &mut self.reasons[at];
        if now.since(known.last) > SIMILAR_WITHIN {
            known.messages.clear();
            known.combined = None;
        }
        known.last = now;
        match known.messages.iter().find(|(told, _)| told == message) {
            Some((_, name)) => (Some(name.clone()), false),
            None if known.messages.len() + 1 < SIMILAR_MAX => (None, false),
            None => (known.combined.clone(), true),
        }
    }

    /// Remembers the event of a message.
    fn remember(&mut self, reason: &Arc<str>, message: &Arc<str>, name: &Arc<str>, combined: bool) {
        let Some(known) = self.reasons.iter_mut().find(|known| known.reason == *reason) else { return };
        if combined {
            known.combined = Some(name.clone());
        } else {
            known.messages.retain(|(told, _)| told != message);
            known.messages.reserve_exact(1);
            known.messages.push((message.clone(), name.clone()));
        }
    }
}

impl Told {
    /// Unlike kubernetes: all events of one object share the resource version of the first in `involvedObject`.
    fn about(&mut self, store: &Store, about: &Arc<Object>, note: &Note) -> Arc<About> {
        if let Some(known) = self.parts.iter().find(|known| known.field.as_deref() == note.field.as_deref()) {
            return known.clone();
        }
        let info = store.kinds().info(about.key.kind);
        let known = Arc::new(About {
            kind: word(&info.kind),
            api_version: word(&info.api_version()),
            namespace: about.key.namespace.clone(),
            name: about.key.name.clone(),
            uid: about.uid.clone(),
            version: about.version,
            field: note.field.as_deref().map(word),
            source: word(note.source),
            host: note.host.clone(),
        });
        self.parts.reserve_exact(1);
        self.parts.push(known.clone());
        known
    }
}

impl Cluster {
    /// An event that a controller outside of the cluster's own tells of an object: whether it warns, reason and message.
    pub fn tell(
        &mut self,
        sim: &mut Sim,
        about: &Arc<Object>,
        (warning, reason, message): (bool, &'static str, &str),
        source: &'static str,
    ) {
        self.event(sim, about, Note { warning, reason, message: message.into(), source, host: None, field: None });
    }

    /// Writes an event about an object, or counts one up.
    pub(crate) fn event(&mut self, sim: &mut Sim, about: &Arc<Object>, note: Note) {
        let now = sim.now();
        let number = self.recorder.written + 1;
        let told = self.recorder.of(&about.uid, note.source, now);
        let (reason, message) = (word(note.reason), word(&note.message));
        let (known, combined) = told.counted_by(&reason, &message, now);
        if !told.spend(now) {
            return;
        }
        let shown =
            if combined { format!("(combined from similar events): {message}").into() } else { message.clone() };
        let namespace = if about.key.namespace.is_empty() { word("default") } else { about.key.namespace.clone() };
        if let Some(name) = &known {
            if let Some(event) = self.store.occurrence(&namespace, name).cloned() {
                let version = self.store.next_version();
                return self.store.put_event(Arc::new(event.again(version, now, shown)));
            }
            if let Some(old) = self.store.get(kinds::EVENT, &namespace, name).cloned() {
                return self.count_up(sim, &old, &shown);
            }
        }
        let stamp = now.as_micros() * 1_000 + number % 1_000;
        let name: Arc<str> = format!("{}.{stamp:x}", about.key.name).into();
        told.remember(&reason, &message, &name, combined);
        let subject = told.about(&self.store, about, &note);
        self.recorder.written = number;
        let key = Key::new(kinds::EVENT, namespace, name);
        if self.recorder.ages.is_empty() {
            self.enqueue(sim, Item::Events, KEEP, &Causes::none());
        }
        self.recorder.ages.push_back((now, key.namespace.clone(), key.name.clone()));
        let event = Occurrence {
            key,
            about: subject,
            version: self.store.next_version(),
            uid: halves(new_uid(sim)),
            warning: note.warning,
            count: 1,
            first: now,
            last: now,
            reason,
            message: shown,
            by: about.written_by.clone(),
            made: Made::default(),
        };
        self.store.put_event(Arc::new(event));
    }

    /// Counts an event up that somebody else has written to.
    fn count_up(&mut self, sim: &mut Sim, old: &Arc<Object>, message: &Arc<str>) {
        let mut new = old.as_ref().clone();
        new.version = self.store.next_version();
        new.value.put("count", old.value.int_at("count").unwrap_or(1) + 1);
        new.value.put("lastTimestamp", sim.now().rfc3339());
        new.value.put("message", message);
        new.value.set("metadata.resourceVersion", new.version.to_string());
        self.store.put(Arc::new(new));
    }

    /// Takes out what has not happened for an hour.
    pub(crate) fn expire_events(&mut self, sim: &mut Sim) {
        let now = sim.now();
        while let Some((since, namespace, name)) = self.recorder.ages.front().cloned() {
            if since + KEEP > now {
                self.enqueue(sim, Item::Events, (since + KEEP).since(now), &Causes::none());
                return;
            }
            self.recorder.ages.pop_front();
            let key = Key::new(kinds::EVENT, namespace, name);
            let Some(last) = self.last_told(&key, since) else { continue };
            if last + KEEP > now {
                let at = self.recorder.ages.partition_point(|(since, ..)| *since <= last);
                self.recorder.ages.insert(at, (last, key.namespace, key.name));
            } else {
                let Some(event) = self.store.get_key(&key) else { continue };
                let mut gone = event.as_ref().clone();
                gone.version = self.store.next_version();
                self.store.take(&key, Arc::new(gone));
            }
        }
    }

    /// When an event last happened; nothing where it is gone.
    fn last_told(&self, key: &Key, since: Time) -> Option<Time> {
        if let Some(event) = self.store.occurrence(&key.namespace, &key.name) {
            return Some(event.last);
        }
        let event = self.store.get_key(key)?;
        Some(crate::object::time_at(&event.value, "lastTimestamp").unwrap_or(since))
    }
}

/// As an event keeps it: a whole one would have to lie at a multiple of sixteen bytes.
fn halves(uid: u128) -> (u64, u64) {
    let half = |part: u128| u64::try_from(part & u128::from(u64::MAX)).unwrap_or(0);
    (half(uid >> 64), half(uid))
}

/// A random (version 4) UUID from the world's chance.
pub(crate) fn new_uid(sim: &mut Sim) -> u128 {
    let (high, low) = (sim.rng().next_u64(), sim.rng().next_u64());
    let high = (high & 0xffff_ffff_ffff_0fff) | 0x4000;
    let low = (low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
    u128::from(high) << 64 | u128::from(low)
}
