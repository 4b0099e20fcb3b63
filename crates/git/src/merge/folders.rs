//! Folders that a side renamed: what the other side made in them follows.

use super::text::FolderRenames;
use super::tree::{Entry, Merge, Pair, has_folder};
use order::{OrdMap, OrdSet};

/// Old folder → new folder.
type Moves = OrdMap<String, String>;

/// Folder and name; the topmost folder is empty.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The nearest folder above a path that was renamed, and the path that this gives.
fn followed<'m>(moves: &'m Moves, path: &str) -> Option<((&'m String, &'m String), String)> {
    let mut folder = split(path).0;
    while !folder.is_empty() {
        if let Some(found) = moves.get_key_value(folder) {
            let rest = &path[folder.len() + usize::from(found.1.is_empty())..];
            return Some((found, [found.1.as_str(), rest].concat()));
        }
        folder = split(folder).0;
    }
    None
}

/// The paths that would come to lie at one place.
fn arrivals(pairs: &[Pair], moves: &Moves) -> OrdMap<String, Vec<String>> {
    let mut places: OrdMap<String, Vec<String>> = OrdMap::new();
    for pair in pairs {
        if let Some((_, place)) = followed(moves, &pair.new) {
            places.entry(place).or_default().push(pair.new.clone());
        }
    }
    places
}

/// The folders above a path, the nearest one first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').map(|(at, _)| &path[..at])
}

impl Merge<'_> {
    /// Folders in which the other side made files, and that this side has no more, or one above them: where did they go?
    pub fn folders_wanted(&self, side: usize) -> OrdSet<String> {
        let other = 3 - side;
        let made = self.paths.iter().filter(|(_, entry)| {
            entry.stages[other].is_some() && entry.stages[0].is_none() && entry.stages[side].is_none()
        });
        let folders: OrdSet<&str> = made.filter_map(|(path, _)| above(path).next()).collect();
        let gone =
            |folder: &&&str| self.is_gone(folder, side) || above(folder).any(|folder| self.is_gone(folder, side));
        folders.iter().filter(gone).map(|folder| (*folder).to_string()).collect()
    }

    /// Whether a side has no more files in a folder.
    fn is_gone(&self, folder: &str, side: usize) -> bool {
        has_folder(self.trees[0], folder) && !has_folder(self.trees[side], folder)
    }

    /// Changes the pairs' new names, where their folder went elsewhere.
    pub fn follow_folders(&mut self, mut pairs: [Vec<Pair>; 2], wanted: &[OrdSet<String>; 2]) -> Vec<Pair> {
        if self.labels.depth == 0 && self.labels.folder_renames != FolderRenames::Off {
            let mut moves = [self.moves(&pairs[0], 1, wanted), self.moves(&pairs[1], 2, wanted)];
            let both: Vec<String> = moves[0].keys().filter(|old| moves[1].contains_key(*old)).cloned().collect();
            for old in both {
                moves[0].remove(&old);
                moves[1].remove(&old);
            }
            let places = [arrivals(&pairs[0], &moves[1]), arrivals(&pairs[1], &moves[0])];
            for (n, pairs) in pairs.iter_mut().enumerate() {
                let mut told = OrdSet::new();
                for pair in pairs {
                    if !places[1 - n].contains_key(&pair.new)
                        && let Some(place) = self.place(pair, &moves[1 - n], &moves[n], &places[n], &mut told)
                    {
                        self.put_in_place(pair, place);
                    }
                }
            }
        }
        pairs.into_iter().flatten().collect()
    }

    /// Where each folder's files went, by the majority of them. Folders below a wanted one count by their own files.
    fn moves(&mut self, pairs: &[Pair], side: usize, wanted: &[OrdSet<String>; 2]) -> Moves {
        let mut counts: OrdMap<String, OrdMap<String, usize>> = OrdMap::new();
        for pair in pairs {
            let Some(old) = &pair.old else { continue };
            let (mut old, mut new, mut first) = (old.as_str(), pair.new.as_str(), true);
            loop {
                let ((old_folder, old_name), (new_folder, new_name)) = (split(old), split(new));
                let itself = wanted[side - 1].contains(old_folder);
                let below = above(old_folder).any(|folder| wanted.iter().any(|wanted| wanted.contains(folder)));
                if (!first && old_name != new_name) || !(itself || below) || !self.is_gone(old_folder, side) {
                    break;
                }
                if itself || first {
                    *counts.entry(old_folder.into()).or_default().entry(new_folder.into()).or_default() += 1;
                }
                if old_folder.is_empty() || new_folder.is_empty() {
                    break;
                }
                (old, new, first) = (old_folder, new_folder, false);
            }
        }
        let mut moves = Moves::new();
        for (old, targets) in &counts {
            let most = targets.values().copied().max().unwrap_or(0);
            let mut best = targets.iter().filter(|(_, count)| **count == most).map(|(target, _)| target);
            match (best.next(), best.next()) {
                (Some(target), None) => {
                    moves.insert(old.clone(), target.clone());
                }
                _ => {
                    self.merged.clean = false;
                    let words = [
                        "CONFLICT (directory rename split): Unclear where to rename ",
                        old,
                        " to; it was renamed to multiple other directories, with no destination getting a majority of the files.",
                    ];
                    self.say(old, &words);
                }
            }
        }
        moves
    }

    /// The path that a pair's file goes to with its folder; `None` where it stays.
    fn place(
        &mut self,
        pair: &Pair,
        moves: &Moves,
        own: &Moves,
        places: &OrdMap<String, Vec<String>>,
        told: &mut OrdSet<String>,
    ) -> Option<String> {
        let ((old, new), place) = followed(moves, &pair.new)?;
        if own.contains_key(new) {
            let words = [
                "WARNING: Avoiding applying ",
                old,
                " -> ",
                new,
                " rename to ",
                &pair.new,
                ", because ",
                new,
                " itself was renamed.",
            ];
            self.say(old, &words);
            return None;
        }
        let tree = self.trees[pair.side];
        let here = self.paths.get(&place).is_some_and(|entry| entry.stages[pair.side].is_some());
        let in_way = here || tree.contains_key(&place) || has_folder(tree, &place);
        let sources = places.get(&place).map(Vec::as_slice).unwrap_or_default();
        if !in_way && sources.len() < 2 && !told.contains(&place) {
            return Some(place);
        }
        self.merged.clean = false;
        if told.insert(place.clone()) {
            let list = sources.join(", ");
            if in_way {
                let words = [
                    "CONFLICT (implicit dir rename): Existing file/dir at ",
                    &place,
                    " in the way of implicit directory rename(s) putting the following path(s) there: ",
                    &list,
                    ".",
                ];
                self.say(&place, &words);
            } else {
                let words = [
                    "CONFLICT (implicit dir rename): Cannot map more than one path to ",
                    &place,
                    "; implicit directory renames tried to put these paths there: ",
                    &list,
                ];
                self.say(&place, &words);
            }
        }
        None
    }

    /// Takes a file to its folder's new place.
    fn put_in_place(&mut self, pair: &mut Pair, place: String) {
        let (side, other) = (pair.side, 3 - pair.side);
        let alone = |entry: &&Entry| entry.stages[0].is_none() && entry.stages[other].is_none();
        let Some(file) = self.paths.get(&pair.new).filter(alone).and_then(|entry| entry.stages[side]) else { return };
        self.paths.remove(&pair.new);
        self.merged.files.remove(&place);
        let stages = self.trees.map(|tree| tree.get(&place).copied());
        let entry = self.paths.entry(place.clone()).or_insert_with(|| Entry { stages, ..Entry::default() });
        entry.stages[side] = Some(file);
        entry.names[side] = Some(pair.new.clone());
        let follows = self.labels.folder_renames == FolderRenames::Follow;
        entry.unclear |= !follows;
        let (here, there) = (self.side_name(side), self.side_name(other));
        let mut words = vec![if follows { "Path updated: " } else { "CONFLICT (file location): " }];
        match &pair.old {
            Some(old) => words.extend([old.as_str(), " renamed to ", &pair.new, " in ", &here, ","]),
            None => words.extend([pair.new.as_str(), " added in ", &here]),
        }
        words.extend([" inside a directory that was renamed in ", &there]);
        words.push(if follows { "; moving it to " } else { ", suggesting it should perhaps be moved to " });
        words.extend([place.as_str(), "."]);
        self.say(&place, &words);
        pair.new = place;
    }
}
