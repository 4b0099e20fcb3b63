//! Walks that end early, beside ones that look at everything: drawn histories, with clocks that are right and that are not.

use git::{Commit, ObjectId, Repo, Signature, When};
use std::collections::BTreeSet;
use vfs::Vfs;

/// A generator of our own, so that a failure can be repeated.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

struct History {
    repo: Repo,
    files: Vfs,
    ids: Vec<ObjectId>,
    parents: Vec<Vec<usize>>,
}

/// So many commits, each with up to three parents among the last few before it.
fn history(draw: &mut Draw, count: usize, skewed: bool) -> History {
    let mut files = Vfs::new();
    let repo = Repo::init(&mut files, "/r", false, "main", When::utc(1)).expect("a new folder");
    let tree = repo.write_tree(&mut files, &git::FlatTree::new(), When::utc(1)).expect("written");
    let (mut ids, mut parents) = (Vec::new(), Vec::new());
    for n in 0..count {
        let wanted = if n == 0 || draw.below(12) == 0 { 0 } else { 1 + draw.below(5) / 3 + draw.below(8) / 7 };
        let chosen: BTreeSet<usize> = (0..wanted).map(|_| n - 1 - draw.below(n.min(6))).collect();
        let secs = if skewed { draw.below(1_000) } else { 1_000 + n };
        let when = When::utc(i64::try_from(secs).expect("small"));
        let who = Signature { name: "A".into(), email: "a@x".into(), when };
        let commit = Commit {
            tree,
            parents: chosen.iter().map(|at| ids[*at]).collect(),
            author: who.clone(),
            committer: who,
            message: format!("{n}\n"),
        };
        ids.push(repo.write_commit(&mut files, &commit, when).expect("written"));
        parents.push(chosen.into_iter().collect());
    }
    History { repo, files, ids, parents }
}

impl History {
    fn behind(&self, start: usize) -> BTreeSet<usize> {
        let (mut seen, mut stack) = (BTreeSet::new(), vec![start]);
        while let Some(at) = stack.pop() {
            if seen.insert(at) {
                stack.extend(&self.parents[at]);
            }
        }
        seen
    }

    fn compare(&self, one: usize, two: usize, skewed: bool) {
        let (a, b) = (self.behind(one), self.behind(two));
        let (x, y) = (&self.ids[one], &self.ids[two]);
        let common: BTreeSet<usize> = a.intersection(&b).copied().collect();
        let best: BTreeSet<ObjectId> = common
            .iter()
            .filter(|at| !common.iter().any(|other| other != *at && self.behind(*other).contains(at)))
            .map(|at| self.ids[*at])
            .collect();
        let found: BTreeSet<ObjectId> = self.repo.merge_bases(&self.files, x, y).expect("whole").into_iter().collect();
        assert_eq!(found, best, "merge bases of {one} and {two}");
        assert_eq!(self.repo.is_ancestor(&self.files, x, y).expect("whole"), b.contains(&one), "{one} behind {two}");
        if !skewed {
            let counted = self.repo.ahead_behind(&self.files, x, y).expect("whole");
            assert_eq!(counted, (a.difference(&b).count(), b.difference(&a).count()), "{one} beside {two}");
        }
    }
}

#[test]
fn walks_that_end_early_find_what_whole_ones_do() {
    let mut draw = Draw(7);
    for round in 0..120 {
        let skewed = round % 2 == 1;
        let drawn = history(&mut draw, 24, skewed);
        for _ in 0..24 {
            drawn.compare(draw.below(24), draw.below(24), skewed);
        }
    }
}
