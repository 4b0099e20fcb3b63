//! `a...b`: on which side a commit is, and whether the other side has the same change (`--cherry-pick`).

use super::cli::{Git, Stop};
use super::options::{Given, Opt, only};
use super::range::Range;
use git::{ObjectId, Repo};
use order::OrdSet;

pub(crate) const ROWS: &[Opt] = &[
    only('\0', "left-right", "mark which side of a...b"),
    only('\0', "left-only", "only those of the left side"),
    only('\0', "right-only", "only those of the right side"),
    only('\0', "cherry-pick", "none whose change the other side has too"),
    only('\0', "cherry-mark", "mark those with =, others with +"),
    only('\0', "cherry", "--right-only --cherry-mark --no-merges"),
];

/// What is known of the two sides, and what is marked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sides {
    left: OrdSet<ObjectId>,
    /// Their change is on both sides.
    same: OrdSet<ObjectId>,
    left_right: bool,
    cherry_mark: bool,
}

impl Sides {
    pub fn read(g: &Git<'_, '_>, repo: &Repo, given: &Given, range: &Range) -> Result<Self, Stop> {
        let cherry_mark = given.has("cherry-mark") || given.has("cherry");
        let mut sides =
            Self { left_right: given.has("left-right"), cherry_mark, left: OrdSet::new(), same: OrdSet::new() };
        let Some((a, b)) = range.symmetric else { return Ok(sides) };
        let left = repo.walk(g.files(), &[a], &[b])?;
        if cherry_mark || given.has("cherry-pick") {
            let right = repo.walk(g.files(), &[b], &[a])?;
            let merges = |ids: &[ObjectId]| -> Result<Vec<ObjectId>, Stop> {
                let mut plain = Vec::new();
                for id in ids {
                    if repo.read_commit(g.files(), id)?.parents.len() < 2 {
                        plain.push(*id);
                    }
                }
                Ok(plain)
            };
            let (plain_left, plain_right) = (merges(&left)?, merges(&right)?);
            for (ours, theirs) in [(&plain_left, &plain_right), (&plain_right, &plain_left)] {
                for id in super::rebase_start::equivalent(g, repo, ours, theirs)? {
                    sides.same.insert(id);
                }
            }
        }
        for id in left {
            sides.left.insert(id);
        }
        Ok(sides)
    }

    /// Whether the options leave a commit in.
    pub fn keeps(&self, given: &Given, range: &Range, id: &ObjectId) -> bool {
        let left = self.left.contains(id);
        let drops_same = given.has("cherry-pick") && !self.cherry_mark;
        if range.symmetric.is_none() {
            return true;
        }
        !(drops_same && self.same.contains(id)
            || given.has("left-only") && !left
            || (given.has("right-only") || given.has("cherry")) && left)
    }

    /// `<`, `>`, `=`, `+`, or nothing.
    pub fn mark(&self, id: &ObjectId) -> &'static str {
        match (self.same.contains(id) && self.cherry_mark, self.left_right, self.cherry_mark) {
            (true, ..) => "=",
            (_, true, _) if self.left.contains(id) => "<",
            (_, true, _) => ">",
            (.., true) => "+",
            _ => "",
        }
    }

    /// The mark of `%m`, which is never empty.
    pub fn letter(&self, id: &ObjectId) -> &'static str {
        match (self.cherry_mark && self.same.contains(id), self.left.contains(id)) {
            (true, _) => "=",
            (_, true) => "<",
            _ => ">",
        }
    }

    /// `--count`: left, right and the same apart, as far as they are told apart.
    #[inline(never)]
    pub fn counted<'a>(&self, picked: impl Iterator<Item = &'a ObjectId>) -> String {
        let (mut left, mut right, mut same) = (0, 0, 0);
        for id in picked {
            if self.cherry_mark && self.same.contains(id) {
                same += 1;
            } else if self.left.contains(id) {
                left += 1;
            } else {
                right += 1;
            }
        }
        match (self.left_right, self.cherry_mark) {
            (true, true) => format!("{left}\t{right}\t{same}\n"),
            (true, false) => format!("{left}\t{right}\n"),
            (false, true) => format!("{}\t{same}\n", left + right),
            (false, false) => format!("{}\n", left + right),
        }
    }
}
