//! The histogram algorithm, which merges use: around the rarest lines that both texts have, the longest common run
//! stays; before and behind it the same is done again. Where all lines are frequent, Myers' search takes over.

use super::equal::Token;
use super::myers;
use std::ops::Range;

/// A line that a text has more often says nothing.
const OFTEN: u32 = 64;
const NOWHERE: u32 = u32::MAX;

/// Where a stretch of the first text has each line.
struct Places {
    /// By token: the first place of it, and how often it is there.
    first: Vec<(u32, u32)>,
    /// By place: the next one of the same line.
    next: Vec<u32>,
}

/// A run that both texts have.
#[derive(Default)]
struct Common {
    old: Range<usize>,
    new: Range<usize>,
}

/// What was found in a stretch.
enum Found {
    Run(Common),
    Nothing,
    /// There are common lines, all of them frequent.
    OnlyFrequent,
}

/// Marks what changed between two texts of at most `kinds` different lines.
pub(crate) fn mark(old: &[Token], new: &[Token], kinds: usize, removed: &mut [bool], added: &mut [bool]) {
    let mut places = Places { first: vec![(NOWHERE, 0); kinds], next: vec![NOWHERE; old.len()] };
    let mut stretches = vec![(0..old.len(), 0..new.len())];
    while let Some((i, j)) = stretches.pop() {
        if i.is_empty() || j.is_empty() {
            removed[i].fill(true);
            added[j].fill(true);
            continue;
        }
        places.fill(old, &i);
        let found = places.longest(old, new, &i, &j);
        places.clear(old, &i);
        match found {
            Found::Run(run) => {
                stretches.push((run.old.end..i.end, run.new.end..j.end));
                stretches.push((i.start..run.old.start, j.start..run.new.start));
            }
            Found::Nothing => {
                removed[i].fill(true);
                added[j].fill(true);
            }
            Found::OnlyFrequent => {
                myers::mark(&old[i.clone()], &new[j.clone()], kinds, &mut removed[i], &mut added[j]);
            }
        }
    }
}

impl Places {
    fn fill(&mut self, old: &[Token], stretch: &Range<usize>) {
        for at in stretch.clone().rev() {
            let (first, count) = &mut self.first[old[at] as usize];
            self.next[at] = *first;
            *first = u32::try_from(at).unwrap_or(NOWHERE);
            *count += 1;
        }
    }

    fn clear(&mut self, old: &[Token], stretch: &Range<usize>) {
        old[stretch.clone()].iter().for_each(|token| self.first[*token as usize] = (NOWHERE, 0));
    }

    fn count(&self, token: Token) -> u32 {
        self.first[token as usize].1
    }

    /// The longest of the runs with the rarest lines.
    fn longest(&self, old: &[Token], new: &[Token], i: &Range<usize>, j: &Range<usize>) -> Found {
        let mut best = Common::default();
        let mut rarest = OFTEN + 1;
        let mut common = false;
        let mut at = j.start;
        while at < j.end {
            let (mut place, count) = self.first[new[at] as usize];
            let here = at;
            at += 1;
            common |= place != NOWHERE;
            if count > rarest {
                continue;
            }
            while place != NOWHERE {
                let (mut from, mut to) = (place as usize, place as usize + 1);
                let (mut new_from, mut new_to) = (here, here + 1);
                let mut least = count;
                while from > i.start && new_from > j.start && old[from - 1] == new[new_from - 1] {
                    (from, new_from) = (from - 1, new_from - 1);
                    least = least.min(self.count(old[from]));
                }
                while to < i.end && new_to < j.end && old[to] == new[new_to] {
                    least = least.min(self.count(old[to]));
                    (to, new_to) = (to + 1, new_to + 1);
                }
                at = at.max(new_to);
                if best.old.len() < to - from || least < rarest {
                    best = Common { old: from..to, new: new_from..new_to };
                    rarest = least;
                }
                // The run's own lines are no other place.
                place = self.next[place as usize];
                while place != NOWHERE && (place as usize) < to {
                    place = self.next[place as usize];
                }
            }
        }
        if common && rarest > OFTEN {
            Found::OnlyFrequent
        } else if best.old.is_empty() {
            Found::Nothing
        } else {
            Found::Run(best)
        }
    }
}
