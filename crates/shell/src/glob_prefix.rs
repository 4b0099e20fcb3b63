//! Patterns against the start of a text: how much of it they take, in one pass.

use crate::glob::{Match, extended, is_extended, matches_at, one};
use order::Arrange;

/// What a pattern with groups may cost, over all texts that it is tried on.
const BUDGET: u32 = 2_000_000;

/// A pattern that is tried at many places of a text.
pub(crate) struct Pattern {
    pattern: Vec<char>,
    nocase: bool,
    groups: bool,
    budget: u32,
}

impl Pattern {
    pub fn new(pattern: &str, how: Match) -> Self {
        let pattern: Vec<char> = pattern.chars().map(|c| folded(c, how.nocase)).collect();
        let groups = how.extglob && is_extended(&pattern);
        Self { pattern, nocase: how.nocase, groups, budget: BUDGET }
    }

    /// The characters of a text, as this compares them.
    pub fn read(&self, text: &str) -> Vec<char> {
        text.chars().map(|c| folded(c, self.nocase)).collect()
    }

    /// Whether it takes the whole text.
    pub fn takes(&mut self, text: &[char]) -> bool {
        if self.groups { extended(&self.pattern, text, &mut self.budget) } else { matches_at(&self.pattern, text) }
    }

    /// How many characters from the start on it takes, at least `least`: the most, or the fewest.
    pub fn prefix(&mut self, text: &[char], least: usize, most: bool) -> Option<usize> {
        if self.groups {
            let mut ends = least..=text.len();
            let takes = |end: &usize| extended(&self.pattern, &text[..*end], &mut self.budget);
            return if most { ends.rfind(takes) } else { ends.find(takes) };
        }
        // All places of the pattern where the text so far may have led, in order.
        let (mut here, mut found) = (Vec::new(), None);
        self.reach(0, &mut here);
        for at in 0..=text.len() {
            if at >= least && here.last() == Some(&self.pattern.len()) {
                found = Some(at);
            }
            let Some(c) = text.get(at).filter(|_| !here.is_empty() && (most || found.is_none())) else { break };
            let mut next = Vec::with_capacity(here.len() + 1);
            for place in here {
                if self.pattern.get(place) == Some(&'*') {
                    self.reach(place, &mut next);
                } else if let Some(place) = one(&self.pattern, place, *c) {
                    self.reach(place, &mut next);
                }
            }
            next.arrange();
            next.dedup();
            here = next;
        }
        found
    }

    /// A place, and those behind its stars, which may stand for nothing.
    fn reach(&self, place: usize, places: &mut Vec<usize>) {
        places.push(place);
        let stars = self.pattern[place..].iter().take_while(|c| **c == '*').count();
        places.extend(place + 1..=place + stars);
    }
}

fn folded(c: char, nocase: bool) -> char {
    if nocase { c.to_lowercase().next().unwrap_or(c) } else { c }
}
