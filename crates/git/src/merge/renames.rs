//! Files that a side renamed: the other side's changes follow them, or the two sides contradict each other.

use super::tree::{File, Merge, Pair};
use crate::diff::{Change, ChangeKind, find_renames_of};
use crate::{Result, object::Mode};
use order::{Arrange, OrdSet};

fn is_link(file: Option<File>) -> bool {
    file.is_some_and(|file| file.0 == Mode::SYMLINK)
}

impl Merge<'_> {
    /// Finds out what was renamed, files and whole folders, and brings the stages together that belong together.
    pub fn follow_renames(&mut self, sides: [Vec<Change>; 2]) -> Result<()> {
        let [ours, theirs] = sides;
        let wanted = [self.folders_wanted(1), self.folders_wanted(2)];
        let pairs = [self.pairs(ours, 1, &wanted[0])?, self.pairs(theirs, 2, &wanted[1])?];
        let pairs = self.follow_folders(pairs, &wanted);
        let mut renames: Vec<Pair> = pairs.into_iter().filter(|pair| pair.old.is_some()).collect();
        renames.arrange_by_key(|pair| pair.old.clone());
        let mut rest = renames.as_slice();
        while let [pair, after @ ..] = rest {
            rest = after;
            match after {
                [next, after @ ..] if next.old == pair.old => {
                    rest = after;
                    self.renamed_twice(pair, next)?;
                }
                _ => self.renamed(pair)?,
            }
        }
        Ok(())
    }

    /// What a side made and renamed. A removed file is of interest where the other side changed it, or in a folder of interest.
    fn pairs(&mut self, changes: Vec<Change>, side: usize, folders: &OrdSet<String>) -> Result<Vec<Pair>> {
        let [base, ..] = self.trees;
        let other = self.trees[3 - side];
        let inside = |path: &str| path.match_indices('/').any(|(at, _)| folders.contains(&path[..at]));
        let all = self.labels.recursive;
        let wanted = |path: &str| all || base.get(path) != other.get(path) || inside(path);
        let any = changes.iter().any(|change| change.kind == ChangeKind::Deleted && wanted(&change.path));
        self.sought[side] = any;
        let found = if any { find_renames_of(self.repo, self.files, changes, &wanted)? } else { changes };
        Ok(found.into_iter().filter_map(|change| Pair::of(change, side)).collect())
    }

    /// Both sides renamed the same file.
    fn renamed_twice(&mut self, ours: &Pair, theirs: &Pair) -> Result<()> {
        let Some(old) = ours.old.clone() else { return Ok(()) };
        let stage =
            |merge: &Self, path: &str, stage: usize| merge.paths.get(path).and_then(|entry| entry.stages[stage]);
        let Some(base) = stage(self, &old, 0) else { return Ok(()) };
        if ours.new == theirs.new {
            if let Some(entry) = self.paths.get_mut(&ours.new) {
                entry.stages[0] = Some(base);
            }
            self.leave(&old);
            return Ok(());
        }
        let (Some(our), Some(their)) = (stage(self, &ours.new, 1), stage(self, &theirs.new, 2)) else { return Ok(()) };
        let names = [Some(old.clone()), Some(ours.new.clone()), Some(theirs.new.clone())];
        let merged = self.content(&old, &names, [Some(base), Some(our), Some(their)], 1)?;
        // What cannot be merged line by line stays on both sides as it is.
        let kept = !merged.clean && merged.file == our;
        for (pair, file) in [(ours, merged.file), (theirs, if kept { their } else { merged.file })] {
            if let Some(entry) = self.paths.get_mut(&pair.new) {
                entry.stages[pair.side] = Some(file);
                entry.unclear = true;
            }
        }
        if let Some(entry) = self.paths.get_mut(&old) {
            entry.unclear = true;
        }
        let (us, them) = (self.side_name(1), self.side_name(2));
        let words = [
            "CONFLICT (rename/rename): ",
            &old,
            " renamed to ",
            &ours.new,
            " in ",
            &us,
            " and to ",
            &theirs.new,
            " in ",
            &them,
            ".",
        ];
        self.say(&old, &words);
        Ok(())
    }

    /// The old name has nothing to say any more.
    fn leave(&mut self, old: &str) {
        if let Some(entry) = self.paths.get_mut(old) {
            entry.moved = true;
        }
    }

    /// One side renamed a file: to a free name or to one that the other side has too.
    fn renamed(&mut self, pair: &Pair) -> Result<()> {
        let Some(old) = &pair.old else { return Ok(()) };
        let (new, side, other) = (&pair.new, pair.side, 3 - pair.side);
        let (Some(before), Some(after)) = (self.paths.get(old).cloned(), self.paths.get(new).cloned()) else {
            return Ok(());
        };
        if before.moved {
            return Ok(());
        }
        let deleted = before.stages[1].is_none() && before.stages[2].is_none();
        let retyped = !deleted && is_link(before.stages[other]) != is_link(after.stages[side]);
        let collides = after.stages[other].is_some() && !retyped;
        if collides && !deleted {
            self.renamed_onto(old, &before.stages, new, side)?;
        } else {
            let Some(entry) = self.paths.get_mut(new) else { return Ok(()) };
            if !collides {
                entry.stages[0] = before.stages[0];
                entry.names[0] = Some(old.clone());
            }
            if deleted {
                entry.unclear = true;
            }
            if deleted && !self.labels.recursive {
                let (here, there) = (self.side_name(side), self.side_name(other));
                let words = [
                    "CONFLICT (rename/delete): ",
                    old,
                    " renamed to ",
                    new,
                    " in ",
                    &here,
                    ", but deleted in ",
                    &there,
                    ".",
                ];
                self.say(new, &words);
            } else if !deleted && !retyped {
                entry.stages[other] = before.stages[other];
                entry.names[other] = Some(old.clone());
            }
        }
        if retyped {
            if let Some(entry) = self.paths.get_mut(old) {
                entry.stages[0] = None;
            }
        } else {
            self.leave(old);
        }
        Ok(())
    }

    /// The other side has a file of the new name: the renamed one is merged for itself, and both meet later.
    fn renamed_onto(&mut self, old: &str, before: &[Option<File>; 3], new: &str, side: usize) -> Result<()> {
        let mut names = [Some(old.to_string()), Some(old.to_string()), Some(old.to_string())];
        names[side] = Some(new.into());
        let mut stages = *before;
        stages[side] = self.paths.get(new).and_then(|entry| entry.stages[side]);
        let merged = self.content(old, &names, stages, 1)?;
        if let Some(entry) = self.paths.get_mut(new) {
            entry.stages[side] = Some(merged.file);
            entry.collided = Some((side, old.to_string()));
        }
        if !merged.clean && !self.labels.recursive {
            let words = [
                "CONFLICT (rename involved in collision): rename of ",
                old,
                " -> ",
                new,
                " has content conflicts AND collides with another path; this may result in nested conflict markers.",
            ];
            self.say(new, &words);
        }
        Ok(())
    }
}
