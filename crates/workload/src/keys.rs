//! Keys: a program that serves only who shows one of those in a variable of its environment, and who shows which.

use crate::{Container, Key, Workload};
use sim::Time;
use std::sync::Arc;

/// So often a program that wants keys says who came.
const TOLD_EVERY_SECS: u64 = 10;
/// Of a key so many letters are told.
const TAIL: usize = 4;

/// How a key is named in logs: never whole.
fn name(key: &str) -> Arc<str> {
    let count = key.chars().count();
    if count == 0 {
        return "no key".into();
    }
    // Half of a short key would be told.
    let shown: String = if count < 2 * TAIL { String::new() } else { key.chars().skip(count - TAIL).collect() };
    ["the key …", &shown].concat().into()
}

impl Container {
    /// What it shows to the services that it calls; empty where it has no key.
    pub(crate) fn sends(&self) -> &str {
        self.variable(&self.program.sends_key)
    }

    fn variable(&self, name: &str) -> &str {
        if name.is_empty() { "" } else { self.env.get(name).map_or("", String::as_str) }
    }

    /// Whether it serves who shows this.
    pub(crate) fn accepts(&self, key: &str) -> bool {
        self.program.accepts_keys.is_empty()
            || self.variable(&self.program.accepts_keys).split(',').any(|one| one.trim() == key && !key.is_empty())
    }

    /// So many requests came with a key.
    pub(crate) fn note_key(&mut self, key: &str, requests: f64) {
        if !self.program.accepts_keys.is_empty() {
            let taken = self.accepts(key);
            *self.shown_keys.entry((name(key), taken)).or_default() += requests;
        }
    }

    /// One line a key, and then anew.
    fn tell_keys(&mut self, now: Time) {
        for ((name, taken), requests) in std::mem::take(&mut self.shown_keys) {
            let what = if taken { "served" } else { "refused with 401" };
            self.log(now, format!("last {TOLD_EVERY_SECS} s: {requests:.0} requests with {name} {what}"));
        }
    }
}

impl Workload {
    /// Somebody asked a container once.
    pub fn note_request(&mut self, key: &Key, shows: &str) {
        let wants = |container: &&mut Arc<Container>| !container.program.accepts_keys.is_empty();
        if let Some(container) = self.containers.get_mut(key).filter(wants) {
            Arc::make_mut(container).note_key(shows, 1.0);
        }
    }

    /// Programs that want keys say who came.
    pub(crate) fn tell_keys(&mut self, now: Time) {
        if !now.unix_secs().is_multiple_of(TOLD_EVERY_SECS) {
            return;
        }
        for container in self.containers.values_mut().filter(|container| !container.shown_keys.is_empty()) {
            Arc::make_mut(container).tell_keys(now);
        }
    }
}
