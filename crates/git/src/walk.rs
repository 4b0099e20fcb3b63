//! Walking history: in what order commits are shown, who is whose ancestor, and where two lines met.

use crate::object::{Commit, ObjectId};
use crate::{Repo, Result};
use order::{Arrange, OrdMap, OrdSet};
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

/// Commits waiting to be shown: the youngest first, and of the same age the one that came first.
#[derive(Default)]
struct ByDate {
    queue: OrdSet<(std::cmp::Reverse<i64>, u64, ObjectId)>,
    count: u64,
}

impl ByDate {
    fn push(&mut self, secs: i64, id: ObjectId) {
        self.count += 1;
        self.queue.insert((std::cmp::Reverse(secs), self.count, id));
    }

    fn pop(&mut self) -> Option<ObjectId> {
        self.queue.pop_first().map(|(_, _, id)| id)
    }
}

impl Repo {
    /// Every commit that can be reached from these.
    pub fn reachable(&self, files: &Vfs, from: &[ObjectId]) -> Result<OrdSet<ObjectId>> {
        let mut seen = OrdSet::new();
        let mut queue: VecDeque<ObjectId> = from.iter().copied().collect();
        while let Some(id) = queue.pop_front() {
            if seen.insert(id) {
                queue.extend(self.read_commit(files, &id)?.parents);
            }
        }
        Ok(seen)
    }

    /// The commits reachable from `from` and not from `hidden`, by date, youngest first: the order of `git log`.
    pub fn walk(&self, files: &Vfs, from: &[ObjectId], hidden: &[ObjectId]) -> Result<Vec<ObjectId>> {
        let hidden = self.reachable(files, hidden)?;
        let mut cache = CommitCache::new(self, files);
        let (mut queue, mut seen, mut order) = (ByDate::default(), OrdSet::new(), Vec::new());
        for id in from {
            if !hidden.contains(id) && seen.insert(*id) {
                queue.push(cache.get(id)?.committer.when.secs, *id);
            }
        }
        while let Some(id) = queue.pop() {
            order.push(id);
            for parent in cache.get(&id)?.parents.clone() {
                if !hidden.contains(&parent) && seen.insert(parent) {
                    queue.push(cache.get(&parent)?.committer.when.secs, parent);
                }
            }
        }
        Ok(order)
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

    pub fn is_ancestor(&self, files: &Vfs, old: &ObjectId, new: &ObjectId) -> Result<bool> {
        Ok(self.reachable(files, &[*new])?.contains(old))
    }

    /// How many commits each side has that the other lacks: (ours, theirs).
    pub fn ahead_behind(&self, files: &Vfs, ours: &ObjectId, theirs: &ObjectId) -> Result<(usize, usize)> {
        let (a, b) = (self.reachable(files, &[*ours])?, self.reachable(files, &[*theirs])?);
        Ok((a.difference(&b).count(), b.difference(&a).count()))
    }

    /// The best common ancestors, youngest first; several after criss-cross merges.
    pub fn merge_bases(&self, files: &Vfs, one: &ObjectId, two: &ObjectId) -> Result<Vec<ObjectId>> {
        self.merge_bases_of(files, one, std::slice::from_ref(two))
    }

    /// The same between a commit and a merge of several others that need not exist.
    pub fn merge_bases_of(&self, files: &Vfs, one: &ObjectId, others: &[ObjectId]) -> Result<Vec<ObjectId>> {
        let (a, b) = (self.reachable(files, &[*one])?, self.reachable(files, others)?);
        let common: OrdSet<ObjectId> = a.intersection(&b).copied().collect();
        let mut covered = OrdSet::new();
        for id in &common {
            covered.extend(self.read_commit(files, id)?.parents);
        }
        let covered = self.reachable(files, &covered.into_iter().collect::<Vec<_>>())?;
        let mut best = Vec::new();
        for id in common.difference(&covered) {
            best.push((std::cmp::Reverse(self.read_commit(files, id)?.committer.when.secs), *id));
        }
        best.arrange();
        Ok(best.into_iter().map(|(_, id)| id).collect())
    }
}
