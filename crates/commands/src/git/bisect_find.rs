//! Which commit a bisection tests next: the one that halves what is left.

use super::cli::{Git, Stop};
use git::{IdMap, Lineage, ObjectId, Repo};
use order::{Arrange, OrdMap, OrdSet};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// The bad commit lies before a good one.
    Mistaken,
    /// The base of both was tested and is bad.
    Fixed(ObjectId),
    /// Good and bad lie on two lines: their base comes first.
    Base(ObjectId),
    Test {
        id: ObjectId,
        left: usize,
        steps: usize,
    },
    Found(ObjectId),
    /// Only these, which were skipped, are left.
    Skipped(Vec<ObjectId>),
    Both,
    Nothing,
}

/// How many more tests it takes, about.
fn steps(all: usize) -> usize {
    if all < 3 {
        return 0;
    }
    let n = all.ilog2();
    let e = 1_usize << n;
    let n = n as usize;
    if e < 3 * (all - e) { n } else { n - 1 }
}

/// Git's own number from a count, so that skipped commits lead to the same next one.
fn number_of(count: usize) -> usize {
    let product = u32::try_from(count).unwrap_or(0).wrapping_mul(1_103_515_245).wrapping_add(12_345);
    (product / 65_536 % 32_768) as usize
}

fn root(number: usize) -> usize {
    if number == 0 { 0 } else { number.isqrt() }
}

struct Set {
    /// Oldest first.
    order: Vec<ObjectId>,
    lines: IdMap<Lineage>,
}

impl Set {
    fn weight(&self, id: &ObjectId) -> usize {
        let (mut seen, mut stack) = (OrdSet::new(), vec![*id]);
        while let Some(id) = stack.pop() {
            if self.lines.contains(&id) && seen.insert(id) {
                stack.extend(&self.lines[&id].parents);
            }
        }
        seen.len()
    }

    /// Each commit's weight: how many of the set are behind it, itself counted.
    #[inline(never)]
    fn weights(&self) -> OrdMap<ObjectId, usize> {
        let mut weights = OrdMap::new();
        for id in &self.order {
            let inside: Vec<&ObjectId> =
                self.lines[id].parents.iter().filter(|parent| self.lines.contains(parent)).collect();
            let weight = match inside.as_slice() {
                [] => 1,
                [one] if weights.contains_key(*one) => weights[*one] + 1,
                _ => self.weight(id),
            };
            weights.insert(*id, weight);
        }
        weights
    }

    /// The best commit, as Git meets it: merges first, then lines of history from their ends.
    #[inline(never)]
    fn best(&self, weights: &OrdMap<ObjectId, usize>) -> Option<ObjectId> {
        let all = self.order.len();
        let halves = |id: &ObjectId| (2 * weights[id]).abs_diff(all) <= 1;
        let inside = |id: &ObjectId| self.lines[id].parents.iter().filter(|parent| self.lines.contains(parent)).count();
        if let Some(id) = self.order.iter().find(|id| inside(id) > 1 && halves(id)) {
            return Some(*id);
        }
        let mut known: OrdSet<ObjectId> = self.order.iter().filter(|id| inside(id) != 1).copied().collect();
        let mut grown = true;
        while grown {
            grown = false;
            for id in &self.order {
                if known.contains(id) {
                    continue;
                }
                if self.lines[id].parents.iter().any(|parent| known.contains(parent)) {
                    known.insert(*id);
                    grown = true;
                    if halves(id) {
                        return Some(*id);
                    }
                }
            }
        }
        let mut best: Option<(usize, ObjectId)> = None;
        for id in &self.order {
            let distance = weights[id].min(all - weights[id]);
            if best.is_none_or(|(most, _)| distance > most) {
                best = Some((distance, *id));
            }
        }
        best.map(|(_, id)| id)
    }
}

/// Whether good and bad commits lie so that a search makes sense.
#[inline(never)]
fn checked(
    g: &Git<'_, '_>,
    repo: &Repo,
    bad: ObjectId,
    good: &[ObjectId],
    skipped: &[ObjectId],
) -> Result<Option<Next>, Stop> {
    if repo.read_state(g.files(), "BISECT_ANCESTORS_OK").is_some() {
        return Ok(None);
    }
    if repo.walk(g.files(), good, &[bad])?.is_empty() {
        return Ok(None);
    }
    for base in repo.merge_bases_of(g.files(), &bad, good)? {
        if base == bad {
            let expected = repo.read_state(g.files(), "BISECT_EXPECTED_REV");
            let tested = expected.and_then(|text| git::parse_id(text.trim())) == Some(bad);
            return Ok(Some(if tested { Next::Fixed(bad) } else { Next::Mistaken }));
        }
        if !good.contains(&base) && !skipped.contains(&base) {
            return Ok(Some(Next::Base(base)));
        }
    }
    Ok(None)
}

pub(crate) fn find(
    g: &Git<'_, '_>,
    repo: &Repo,
    bad: ObjectId,
    good: &[ObjectId],
    skipped: &[ObjectId],
) -> Result<Next, Stop> {
    if let Some(next) = checked(g, repo, bad, good, skipped)? {
        return Ok(next);
    }
    let (mut order, mut lines) = repo.history(g.files(), &[bad], good)?;
    let names = repo.read_state(g.files(), "BISECT_NAMES").unwrap_or_default();
    let paths: Vec<String> = names.split_whitespace().map(|word| word.trim_matches('\'').to_string()).collect();
    if !paths.is_empty() {
        let spec = git::Pathspec::literal(&paths);
        (order, lines) = super::log_pick::touching(repo, g, &order, &lines, &spec, &[bad])?;
    }
    order.reverse();
    let set = Set { order, lines };
    let all = set.order.len();
    if all == 0 {
        return Ok(if good.contains(&bad) { Next::Both } else { Next::Nothing });
    }
    let weights = set.weights();
    let (id, tried, best) = if skipped.is_empty() {
        let best = set.best(&weights);
        (best, Vec::new(), best)
    } else {
        away_from(&set, &weights, bad, skipped)
    };
    let Some(id) = id else {
        return Ok(if tried.is_empty() { Next::Both } else { Next::Skipped(tried) });
    };
    if id == bad {
        if !tried.is_empty() {
            let mut tried = tried;
            tried.push(bad);
            return Ok(Next::Skipped(tried));
        }
        return Ok(Next::Found(bad));
    }
    Ok(Next::Test { id, left: all - weights[&best.unwrap_or(id)] - 1, steps: steps(all) })
}

/// The best commit that is not skipped; where the best one is, one some way off.
#[inline(never)]
fn away_from(
    set: &Set,
    weights: &OrdMap<ObjectId, usize>,
    bad: ObjectId,
    skipped: &[ObjectId],
) -> (Option<ObjectId>, Vec<ObjectId>, Option<ObjectId>) {
    let all = set.order.len();
    let mut ranked: Vec<(std::cmp::Reverse<usize>, ObjectId)> =
        set.order.iter().map(|id| (std::cmp::Reverse(weights[id].min(all - weights[id])), *id)).collect();
    ranked.arrange();
    let ids: Vec<ObjectId> = ranked.into_iter().map(|(_, id)| id).collect();
    let best = ids.first().copied();
    if best.is_some_and(|id| !skipped.contains(&id)) {
        return (best, Vec::new(), best);
    }
    let (tried, free): (Vec<ObjectId>, Vec<ObjectId>) = ids.into_iter().partition(|id| skipped.contains(id));
    if free.is_empty() {
        return (None, tried, best);
    }
    let number = number_of(free.len());
    let index = free.len() * number / 32_768 * root(number) / root(32_768);
    let at = index.min(free.len() - 1);
    let chosen = if free[at] != bad || at == 0 { free[at] } else { free[at - 1] };
    (Some(chosen), tried, best)
}
