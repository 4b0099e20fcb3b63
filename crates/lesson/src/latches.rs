//! What checks remember of the past: since when something was seen, and since when it holds without a break.

use crate::cel::{Expr, Kind, Node, Past, evaluate_with};
use crate::facts::Facts;
use crate::progress::Pass;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::time::Duration;

/// The memory of every `once` and `held` of a lesson, by the expression that owns it and the place in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latches {
    owners: OrdMap<String, OrdMap<u32, Latch>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Latch {
    /// When it was first true.
    first: Option<Time>,
    /// Since when it is true without a break.
    from: Option<Time>,
}

impl Latches {
    fn latch(&self, owner: &str, at: u32) -> Latch {
        self.owners.get(owner).and_then(|places| places.get(&at)).copied().unwrap_or_default()
    }

    /// When the expression at that place was first true.
    pub fn first_true(&self, owner: &str, at: u32) -> Option<Time> {
        self.latch(owner, at).first
    }

    /// Since when the expression at that place is true without a break.
    pub fn true_from(&self, owner: &str, at: u32) -> Option<Time> {
        self.latch(owner, at).from
    }

    fn note(&mut self, owner: &str, at: u32, now: Time, holds: bool) {
        let latch = if let Some(places) = self.owners.get_mut(owner) {
            places.entry(at).or_default()
        } else {
            self.owners.entry(owner.to_owned()).or_default().entry(at).or_default()
        };
        if holds {
            latch.first.get_or_insert(now);
            latch.from.get_or_insert(now);
        } else {
            latch.from = None;
        }
    }

    /// Looks at the world once for every `once` and `held` in an expression, inner ones first. An expression that
    /// has no value now counts as false.
    pub fn observe(&mut self, node: &Node, owner: &str, facts: &dyn Facts, passed: &OrdMap<String, Pass>) {
        if let Kind::Since(step, _) = &node.kind
            && !passed.contains_key(step)
        {
            return;
        }
        for child in node.children() {
            self.observe(child, owner, facts, passed);
        }
        let inner = match &node.kind {
            Kind::Once(inner) if self.first_true(owner, node.at).is_none() => inner,
            Kind::Held(_, inner) => inner,
            _ => return,
        };
        let past = Past { owner, latches: &*self, passed };
        let holds = evaluate_with(inner, facts, past, &[]).and_then(|term| term.truth(inner.at)).unwrap_or(false);
        self.note(owner, node.at, facts.now(), holds);
    }

    /// The next moment at which a `held` of this expression comes true if nothing changes until then.
    pub fn next_due(&self, expr: &Expr, owner: &str, now: Time) -> Option<Time> {
        let mut soonest: Option<Time> = None;
        expr.walk(&mut |node| {
            let Kind::Held(span, _) = &node.kind else { return };
            let Some(from) = self.true_from(owner, node.at) else { return };
            let due = from + Duration::from_micros(u64::try_from(*span).unwrap_or(0));
            if due > now {
                soonest = Some(soonest.map_or(due, |have| have.min(due)));
            }
        });
        soonest
    }
}
