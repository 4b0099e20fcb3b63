//! Walking history: in what order commits are shown.

use crate::ids::{IdMap, IdSet};
use crate::object::{Lineage, ObjectId};
use crate::{Repo, Result};
use order::OrdSet;
use std::collections::VecDeque;
use vfs::Vfs;

/// Commits that wait: the youngest first, and of the same age the one that came first.
#[derive(Default)]
pub(crate) struct ByDate {
    queue: OrdSet<(std::cmp::Reverse<i64>, u64, ObjectId)>,
    count: u64,
}

impl ByDate {
    pub fn push(&mut self, secs: i64, id: ObjectId) {
        self.count += 1;
        self.queue.insert((std::cmp::Reverse(secs), self.count, id));
    }

    pub fn pop(&mut self) -> Option<ObjectId> {
        self.queue.pop_first().map(|(_, _, id)| id)
    }

    /// When the next one was committed.
    pub fn next_secs(&self) -> Option<i64> {
        self.queue.first().map(|(secs, ..)| secs.0)
    }
}

/// Commits in order, and what is known of each.
pub type History = (Vec<ObjectId>, IdMap<Lineage>);

impl Repo {
    /// Every commit that can be reached from these.
    pub fn reachable(&self, files: &Vfs, from: &[ObjectId]) -> Result<OrdSet<ObjectId>> {
        let mut seen = OrdSet::new();
        let mut queue: VecDeque<ObjectId> = from.iter().copied().collect();
        while let Some(id) = queue.pop_front() {
            if seen.insert(id) {
                queue.extend(self.lineage(files, &id)?.parents);
            }
        }
        Ok(seen)
    }

    /// The commits reachable from `from` and not from `hidden`, by date, youngest first: the order of `git log`.
    pub fn walk(&self, files: &Vfs, from: &[ObjectId], hidden: &[ObjectId]) -> Result<Vec<ObjectId>> {
        Ok(self.history(files, from, hidden)?.0)
    }

    /// The same, and what was read of each on the way.
    pub fn history(&self, files: &Vfs, from: &[ObjectId], hidden: &[ObjectId]) -> Result<History> {
        let (mut left_out, mut stack) = (IdSet::default(), hidden.to_vec());
        while let Some(id) = stack.pop() {
            if left_out.insert(id, ()) {
                stack.extend(self.lineage(files, &id)?.parents);
            }
        }
        let (mut queue, mut order, mut lines) = (ByDate::default(), Vec::new(), IdMap::default());
        let mut next = from.to_vec();
        loop {
            for id in next {
                if !left_out.contains(&id) && !lines.contains(&id) {
                    let lineage = self.lineage(files, &id)?;
                    queue.push(lineage.secs, id);
                    lines.insert(id, lineage);
                }
            }
            let Some(id) = queue.pop() else { return Ok((order, lines)) };
            order.push(id);
            next = lines[&id].parents.clone();
        }
    }

    /// The same commits with no parent before all its children, lines of history kept together: the order of
    /// `--topo-order` and `--graph`. `order` is what [`Self::walk`] gave; their parents may be simplified ones.
    pub fn topo_order(&self, order: &[ObjectId], lines: &IdMap<Lineage>) -> Vec<ObjectId> {
        let parents = |id: &ObjectId| lines.get(id).into_iter().flat_map(|line| &line.parents);
        let mut children: IdMap<usize> = order.iter().map(|id| (*id, 0)).collect();
        for id in order {
            for parent in parents(id) {
                if let Some(count) = children.get_mut(parent) {
                    *count += 1;
                }
            }
        }
        let mut stack: Vec<ObjectId> = order.iter().rev().filter(|id| children[*id] == 0).copied().collect();
        let mut out = Vec::new();
        while let Some(id) = stack.pop() {
            out.push(id);
            for parent in parents(&id) {
                if let Some(count) = children.get_mut(parent) {
                    *count -= 1;
                    if *count == 0 {
                        stack.push(*parent);
                    }
                }
            }
        }
        out
    }
}
