//! What becomes of one path, once it is known what belongs together.

use super::tree::{Conflict, Entry, File, Merge, has_folder};
use crate::Result;
use crate::object::Mode;

fn mode(file: Option<File>) -> Option<u32> {
    file.map(|file| file.0.type_bits())
}

impl Merge<'_> {
    /// Decides about a path and writes down its file and its stages.
    pub fn settle(&mut self, path: &str, mut entry: Entry) -> Result<()> {
        let taken = match entry.alike {
            Some((1, 2)) => Some(entry.stages[1]),
            Some((_, same)) => Some(entry.stages[3 - same]),
            None => None,
        };
        let mut path = path.to_string();
        let in_way = entry.folders != 0 && has_folder(&self.merged.files, &path);
        // The side that has the file, where the other has a folder.
        let side = if entry.folders & 2 == 0 { 1 } else { 2 };
        let removed = taken == Some(None);
        // Git says it of a file that is gone too, if it had to look into that folder for renames.
        if in_way && (!removed || self.sought[3 - side]) {
            if entry.stages[1].is_none() && entry.stages[2].is_none() {
                return Ok(());
            }
            path = self.make_way(path, side, &mut entry);
        }
        if removed {
            return Ok(());
        }
        let unclear = entry.unclear || in_way;
        if let Some(file) = taken {
            self.write(path, file, !unclear, entry.stages);
            return Ok(());
        }
        match entry.stages {
            [base, Some(_), Some(_)] if mode(entry.stages[1]) != mode(entry.stages[2]) => {
                if self.labels.depth > 0 {
                    self.write(path, base, false, entry.stages);
                } else {
                    self.keep_both(&path, entry.stages);
                }
            }
            [base, Some(_), Some(_)] => {
                let met = entry.collided.as_ref().filter(|_| self.labels.recursive);
                if let Some((side, old)) = met {
                    let (here, there) = (self.side_name(*side), self.side_name(3 - side));
                    let words = ["CONFLICT (rename/add): Rename ", old, "->", &path, " in ", &here, ".  Added "];
                    self.say(&path, &[&words.concat(), &path, " in ", &there]);
                }
                let said = self.merged.said.len();
                let merged = self.content(&path, &entry.names, entry.stages, 0)?;
                let mut stages = entry.stages;
                if merged.clean && in_way {
                    stages = [None; 3];
                    stages[side] = Some(merged.file);
                }
                if !merged.clean && met.is_none() {
                    let why = match (merged.file.0, base) {
                        (Mode::GITLINK, _) => "submodule",
                        (_, None) => "add/add",
                        _ => "content",
                    };
                    self.say(&path, &["CONFLICT (", why, "): Merge conflict in ", &path]);
                    if self.labels.recursive && base.is_none() {
                        self.merged.said[said..].rotate_right(1);
                    }
                }
                self.write(path, Some(merged.file), merged.clean && !unclear, stages);
            }
            [Some(base), Some(file), None] => self.removed(path, base, (file, 1), &entry),
            [Some(base), None, Some(file)] => self.removed(path, base, (file, 2), &entry),
            [None, file, None] | [None, None, file] => self.write(path, file, !unclear, entry.stages),
            [Some(_), None, None] => self.write(path, None, !entry.unclear, entry.stages),
        }
        Ok(())
    }

    /// A folder has a file's name: the file gets another one, which is given back.
    fn make_way(&mut self, path: String, side: usize, entry: &mut Entry) -> String {
        let free = self.free_name(&path, side);
        let branch = self.side_name(side);
        let words = [
            "CONFLICT (file/directory): directory in the way of ",
            &path,
            " from ",
            &branch,
            "; moving it to ",
            &free,
            " instead.",
        ];
        self.say(&free, &words);
        for name in &mut entry.names {
            name.get_or_insert_with(|| path.clone());
        }
        free
    }

    fn write(&mut self, path: String, file: Option<File>, clean: bool, stages: [Option<File>; 3]) {
        if let Some(file) = file {
            // A rename brought a file to where another one brought a folder: real Git writes down the file alone.
            let start = [path.as_str(), "/"].concat();
            let below = self.merged.files.from_key(start.as_str()).take_while(|(name, _)| name.starts_with(&start));
            for name in below.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
                self.merged.files.remove(&name);
            }
            self.merged.files.insert(path.clone(), file);
        }
        if !clean {
            self.merged.conflicts.push(Conflict { path, stages });
        }
    }

    /// One side has no such file any more, the other one changed or renamed it.
    fn removed(&mut self, path: String, base: File, (file, side): (File, usize), entry: &Entry) {
        let (kept, gone) = (self.side_name(side), self.side_name(3 - side));
        let mut stages = entry.stages;
        if self.labels.recursive {
            let old = entry.names[0].as_deref().filter(|_| entry.unclear);
            let (why, old) = old.map_or(("modify", path.as_str()), |old| ("rename", old));
            let how = if why == "rename" { ["renamed to ", &path].concat() } else { "modified".into() };
            if why == "rename" {
                stages[0] = None;
            }
            let words = ["CONFLICT (", why, "/delete): ", old, " deleted in ", &gone, " and ", &how, " in ", &kept];
            self.say(&path, &[&words.concat(), ". Version ", &kept, " of ", &path, " left in tree."]);
        } else if !(entry.unclear && base.1 == file.1) {
            // That it was renamed is said already; that it was changed is not true.
            let words = [
                "CONFLICT (modify/delete): ",
                &path,
                " deleted in ",
                &gone,
                " and modified in ",
                &kept,
                ".  Version ",
                &kept,
                " of ",
                &path,
                " left in tree.",
            ];
            self.say(&path, &words);
        }
        let left = if self.labels.depth > 0 { base } else { file };
        self.write(path, Some(left), false, stages);
    }

    /// A file here, a link there: one of them gets another name, or both.
    fn keep_both(&mut self, path: &str, stages: [Option<File>; 3]) {
        let is_file = |n: usize| mode(stages[n]) == mode(Some((Mode::FILE, crate::ObjectId::null())));
        let (rename_ours, rename_theirs) = (is_file(1) || !is_file(2), !is_file(1));
        let our_path = if rename_ours { self.free_name(path, 1) } else { path.to_string() };
        let their_path = if rename_theirs { self.free_name(path, 2) } else { path.to_string() };
        let how_many = if rename_ours && rename_theirs { "both" } else { "one" };
        let words = [
            "CONFLICT (distinct types): ",
            path,
            " had different types on each side; renamed ",
            how_many,
            " of them so each can be recorded somewhere.",
        ];
        self.say(path, &words);
        for (side, to) in [(1, our_path), (2, their_path)] {
            let mut own = [None; 3];
            own[side] = stages[side];
            own[0] = stages[0].filter(|base| mode(Some(*base)) == mode(stages[side]));
            self.write(to, stages[side], false, own);
        }
    }
}
