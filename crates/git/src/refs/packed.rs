//! `packed-refs`: many references in one file.

use crate::object::{Kind, ObjectId};
use crate::{Repo, Result, When};
use order::OrdMap;
use vfs::Vfs;

const HEADER: &str = "# pack-refs with: peeled fully-peeled sorted \n";

impl Repo {
    /// Writes references into `packed-refs` and, with `prune`, removes their files. Without `all` only tags and what
    /// is packed already. Symbolic ones and those that lead nowhere stay as they are.
    pub fn pack_refs(&self, files: &mut Vfs, all: bool, prune: bool, when: When) -> Result<()> {
        let before = self.packed_refs(files);
        let mut packed: OrdMap<String, ObjectId> = before.clone();
        let mut loose = Vec::new();
        for (name, id) in self.refs(files, "refs/") {
            let wanted = all || name.starts_with("refs/tags/") || before.contains_key(&name);
            let has_file = files.is_file(&self.file(&name));
            if !wanted || !has_file || self.symbolic_target(files, &name).is_some() || !self.has_object(files, &id) {
                continue;
            }
            packed.insert(name.clone(), id);
            loose.push(name);
        }
        let mut text = HEADER.to_string();
        for (name, id) in &packed {
            text.push_str(&format!("{id} {name}\n"));
            if self.read_object(files, id).is_ok_and(|object| object.kind == Kind::Tag)
                && let Some(target) = self.peel_tags(files, *id)?
            {
                text.push_str(&format!("^{target}\n"));
            }
        }
        self.write_state(files, "packed-refs", &text, when)?;
        for name in loose.iter().filter(|_| prune) {
            self.remove_state(files, name, when);
            let mut folder = vfs::parent(name).to_string();
            while folder.split('/').count() > 2 && files.remove_dir(&self.file(&folder), when.micros()).is_ok() {
                folder = vfs::parent(&folder).to_string();
            }
        }
        Ok(())
    }
}
