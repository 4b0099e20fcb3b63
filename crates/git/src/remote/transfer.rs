//! Carrying objects from one store to another.

use crate::ids::IdSet;
use crate::object::{Kind, Lineage, Mode, Object, ObjectId, Tag, each_entry};
use crate::{Cause, Repo, Result, When};
use vfs::Vfs;

/// A reference that a push changed; `None` stands for one that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefUpdate {
    pub name: String,
    pub old: Option<ObjectId>,
    pub new: Option<ObjectId>,
}

/// Puts what an object names on the stack, so that the first comes off it first; `None` where the object is damaged.
fn follow(object: &Object, stack: &mut Vec<ObjectId>, seen: &IdSet) -> Option<()> {
    match object.kind {
        Kind::Blob => {}
        Kind::Tag => stack.push(Tag::decode(object.data())?.target),
        Kind::Commit => {
            let lineage = Lineage::decode(object.clone())?;
            stack.extend(lineage.parents.iter().rev());
            stack.push(lineage.tree);
        }
        Kind::Tree => {
            let start = stack.len();
            each_entry(object.data(), |mode, _, id| {
                if mode != Mode::GITLINK && !seen.contains(&id) {
                    stack.push(id);
                }
            })?;
            stack[start..].reverse();
        }
    }
    Some(())
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
        let (mut seen, mut order) = (IdSet::default(), Vec::new());
        let mut stack: Vec<ObjectId> = tips.iter().rev().copied().collect();
        while let Some(id) = stack.pop() {
            if !seen.insert(id, ()) || known(&id) {
                continue;
            }
            order.push(id);
            let object = self.read_object(files, &id)?;
            let whole = follow(&object, &mut stack, &seen);
            whole.ok_or(Cause::CorruptObject(id))?;
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
