//! Carrying objects from one store to another.

use crate::object::{Kind, ObjectId};
use crate::{Repo, Result, When};
use order::OrdSet;
use vfs::Vfs;

/// A reference that a push changed; `None` stands for one that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefUpdate {
    pub name: String,
    pub old: Option<ObjectId>,
    pub new: Option<ObjectId>,
}

impl Repo {
    /// Every object that leads from these, in the order commit, tree, blobs; what `known` says is there is not
    /// looked into.
    pub fn objects_from(
        &self,
        files: &Vfs,
        tips: &[ObjectId],
        known: &dyn Fn(&ObjectId) -> bool,
    ) -> Result<Vec<ObjectId>> {
        let (mut seen, mut order) = (OrdSet::new(), Vec::new());
        let mut stack: Vec<ObjectId> = tips.iter().rev().copied().collect();
        while let Some(id) = stack.pop() {
            if known(&id) || !seen.insert(id) {
                continue;
            }
            order.push(id);
            match self.read_object(files, &id)?.kind {
                Kind::Blob => {}
                Kind::Tag => stack.push(self.read_tag(files, &id)?.target),
                Kind::Commit => {
                    let commit = self.read_commit(files, &id)?;
                    stack.extend(commit.parents.iter().rev());
                    stack.push(commit.tree);
                }
                Kind::Tree => {
                    let entries = self.read_tree(files, &id)?;
                    stack.extend(
                        entries.iter().rev().filter(|entry| entry.mode != crate::Mode::GITLINK).map(|entry| entry.id),
                    );
                }
            }
        }
        Ok(order)
    }

    /// Brings into this store what these objects need and it lacks; gives how many were brought.
    /// `source` may be a snapshot of the very file system that `files` is.
    pub fn fetch_objects(
        &self,
        files: &mut Vfs,
        from: &Self,
        source: &Vfs,
        tips: &[ObjectId],
        when: When,
    ) -> Result<usize> {
        let missing = {
            let here: &Vfs = files;
            from.objects_from(source, tips, &|id| self.has_object(here, id))?
        };
        for id in &missing {
            let object = from.read_object(source, id)?;
            self.write_object(files, object.kind, object.data(), when)?;
        }
        Ok(missing.len())
    }
}
