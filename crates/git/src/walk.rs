//! Walking history: in what order commits are shown.

use crate::ids::IdSet;
use crate::object::{Commit, ObjectId};
use crate::{Repo, Result};
use order::{OrdMap, OrdSet};
use std::collections::VecDeque;
use vfs::Vfs;

/// Commits read so far, so that each is read once.
#[derive(Debug)]
pub struct CommitCache<'a> {
    repo: &'a Repo,
    files: &'a Vfs,
    seen: OrdMap<ObjectId, Commit>,
}

impl<'a> CommitCache<'a> {
    pub fn new(repo: &'a Repo, files: &'a Vfs) -> Self {
        Self { repo, files, seen: OrdMap::new() }
    }

    pub fn get(&mut self, id: &ObjectId) -> Result<&Commit> {
        if !self.seen.contains_key(id) {
            let commit = self.repo.read_commit(self.files, id)?;
            self.seen.insert(*id, commit);
        }
        Ok(&self.seen[id])
    }
}

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

/// Commits in order, and the parents of each.
pub type Walked = (Vec<ObjectId>, OrdMap<ObjectId, Vec<ObjectId>>);

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
        Ok(self.walk_with_parents(files, from, hidden)?.0)
    }

    /// The same, and the parents of each.
    pub fn walk_with_parents(&self, files: &Vfs, from: &[ObjectId], hidden: &[ObjectId]) -> Result<Walked> {
        let (mut left_out, mut stack) = (IdSet::default(), hidden.to_vec());
        while let Some(id) = stack.pop() {
            if left_out.insert(&id) {
                stack.extend(self.lineage(files, &id)?.parents);
            }
        }
        // What is left out counts as seen.
        let (mut queue, mut seen, mut order) = (ByDate::default(), left_out, Vec::new());
        let mut parents = OrdMap::new();
        let mut next = from.to_vec();
        loop {
            for id in next {
                if seen.insert(&id) {
                    let lineage = self.lineage(files, &id)?;
                    queue.push(lineage.secs, id);
                    parents.insert(id, lineage.parents);
                }
            }
            let Some(id) = queue.pop() else { return Ok((order, parents)) };
            order.push(id);
            next = parents.get(&id).cloned().unwrap_or_default();
        }
    }

    /// The same commits with no parent before all its children, lines of history kept together: the order of
    /// `--topo-order` and `--graph`. `order` is what [`Self::walk`] gave; `parents` may be simplified ones.
    pub fn topo_order(&self, order: &[ObjectId], parents: &OrdMap<ObjectId, Vec<ObjectId>>) -> Vec<ObjectId> {
        let mut children: OrdMap<ObjectId, usize> = order.iter().map(|id| (*id, 0)).collect();
        for id in order {
            for parent in parents.get(id).into_iter().flatten() {
                if let Some(count) = children.get_mut(parent) {
                    *count += 1;
                }
            }
        }
        let mut stack: Vec<ObjectId> = order.iter().rev().filter(|id| children[*id] == 0).copied().collect();
        let mut out = Vec::new();
        while let Some(id) = stack.pop() {
            out.push(id);
            for parent in parents.get(&id).into_iter().flatten() {
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
