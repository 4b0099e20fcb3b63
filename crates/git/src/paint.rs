//! Two lines of history: who is whose ancestor, where they met, and how far each went since. Both sides are followed from
//! the youngest commit to the older ones, until nothing is left that only one of them has.

use crate::object::ObjectId;
use crate::walk::ByDate;
use crate::{Repo, Result};
use order::{Arrange, OrdMap, OrdSet};
use vfs::Vfs;

const OURS: u8 = 1;
const THEIRS: u8 = 2;
const BOTH: u8 = OURS | THEIRS;
/// Behind a commit that both sides have: nothing new comes of it.
const STALE: u8 = 4;

/// What is known of the commits that were met.
struct Painted<'r> {
    repo: &'r Repo,
    files: &'r Vfs,
    marks: OrdMap<ObjectId, u8>,
    queue: ByDate,
    /// Those in the queue that are not stale.
    fresh: OrdSet<ObjectId>,
    /// Commits that both sides have, and no younger common one leads to as far as it was followed.
    common: Vec<ObjectId>,
}

impl<'r> Painted<'r> {
    fn new(repo: &'r Repo, files: &'r Vfs) -> Self {
        let (marks, queue) = (OrdMap::new(), ByDate::default());
        Self { repo, files, marks, queue, fresh: OrdSet::new(), common: Vec::new() }
    }

    /// Adds marks to a commit; what is new of them is carried on to its parents later.
    fn mark(&mut self, id: ObjectId, marks: u8) -> Result<()> {
        let old = self.marks.get(&id).copied().unwrap_or(0);
        if old | marks != old {
            let secs = self.repo.lineage(self.files, &id)?.secs;
            self.marks.insert(id, old | marks);
            self.queue.push(secs, id);
            if (old | marks) & STALE == 0 {
                self.fresh.insert(id);
            } else {
                self.fresh.remove(&id);
            }
        }
        Ok(())
    }

    /// Follows both sides. Ends early once `wanted` is known to be common.
    fn follow(&mut self, wanted: Option<&ObjectId>) -> Result<()> {
        // A commit that is stale may still lead to an older one that looks as if one side had it alone.
        let mut oldest = i64::MAX;
        while !self.fresh.is_empty() || self.queue.next_secs().is_some_and(|secs| secs >= oldest) {
            let Some(id) = self.queue.pop() else { break };
            let marks = self.marks[&id];
            let lineage = self.repo.lineage(self.files, &id)?;
            let mut carried = marks;
            if marks & STALE == 0 {
                self.fresh.remove(&id);
                if marks & BOTH == BOTH {
                    if !self.common.contains(&id) {
                        self.common.push(id);
                    }
                    if wanted == Some(&id) {
                        return Ok(());
                    }
                    carried |= STALE;
                } else {
                    oldest = oldest.min(lineage.secs);
                }
            }
            for parent in lineage.parents {
                self.mark(parent, carried)?;
            }
        }
        Ok(())
    }

    fn only(&self, side: u8) -> usize {
        self.marks.values().filter(|marks| **marks & BOTH == side).count()
    }
}

impl Repo {
    pub fn is_ancestor(&self, files: &Vfs, old: &ObjectId, new: &ObjectId) -> Result<bool> {
        if old == new {
            return Ok(true);
        }
        let mut painted = Painted::new(self, files);
        painted.mark(*old, OURS)?;
        painted.mark(*new, THEIRS)?;
        painted.follow(Some(old))?;
        Ok(painted.marks[old] & BOTH == BOTH)
    }

    /// How many commits each side has that the other lacks: (ours, theirs).
    pub fn ahead_behind(&self, files: &Vfs, ours: &ObjectId, theirs: &ObjectId) -> Result<(usize, usize)> {
        let mut painted = Painted::new(self, files);
        painted.mark(*ours, OURS)?;
        painted.mark(*theirs, THEIRS)?;
        painted.follow(None)?;
        Ok((painted.only(OURS), painted.only(THEIRS)))
    }

    /// The best common ancestors, youngest first; several after criss-cross merges.
    pub fn merge_bases(&self, files: &Vfs, one: &ObjectId, two: &ObjectId) -> Result<Vec<ObjectId>> {
        self.merge_bases_of(files, one, std::slice::from_ref(two))
    }

    /// The same between a commit and a merge of several others that need not exist.
    pub fn merge_bases_of(&self, files: &Vfs, one: &ObjectId, others: &[ObjectId]) -> Result<Vec<ObjectId>> {
        let mut painted = Painted::new(self, files);
        painted.mark(*one, OURS)?;
        for other in others {
            painted.mark(*other, THEIRS)?;
        }
        painted.follow(None)?;
        let stale = |id: &ObjectId| painted.marks[id] & STALE != 0;
        let found: Vec<ObjectId> = painted.common.iter().copied().filter(|id| !stale(id)).collect();
        let mut best = Vec::new();
        for id in &found {
            // Where clocks were wrong, an ancestor of another one may have been met first.
            let behind = |other: &ObjectId| Ok(other != id && self.is_ancestor(files, id, other)?);
            if !found.iter().map(behind).collect::<Result<Vec<bool>>>()?.contains(&true) {
                best.push((std::cmp::Reverse(self.lineage(files, id)?.secs), *id));
            }
        }
        best.arrange();
        Ok(best.into_iter().map(|(_, id)| id).collect())
    }
}
