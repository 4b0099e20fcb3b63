//! What is still needed in the store: all that references, their logs and the index lead to.

use crate::object::{Kind, Mode, ObjectId};
use crate::{Repo, Result};
use order::{OrdMap, OrdSet};
use vfs::Vfs;

/// From where objects are still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roots {
    /// Reference logs too.
    pub logs: bool,
    /// The index too.
    pub index: bool,
}

/// What an object names: its kind as far as the one that names it knows, and its id.
pub type Named = (Option<Kind>, ObjectId);

impl Repo {
    /// The names of all references that have a log.
    pub fn logged_refs(&self, files: &Vfs) -> Vec<String> {
        let root = self.file("logs");
        let start = format!("{root}/");
        let walked = files.walk(&root, &mut |_| true).unwrap_or_default();
        let logs = walked.into_iter().filter(|(_, stat)| stat.kind == vfs::Kind::File);
        logs.map(|(path, _)| path.trim_start_matches(&start).to_string()).collect()
    }

    /// The objects that are needed for themselves.
    pub fn roots(&self, files: &Vfs, roots: Roots) -> Result<Vec<ObjectId>> {
        let mut ids = self.all_tips(files);
        if roots.logs {
            for name in self.logged_refs(files) {
                ids.extend(self.reflog(files, &name).into_iter().flat_map(|entry| [entry.old, entry.new]));
            }
        }
        for tree in self.worktrees(files) {
            let other = tree.repo(self);
            ids.extend(tree.head);
            if roots.logs {
                ids.extend(other.reflog(files, "HEAD").into_iter().flat_map(|entry| [entry.old, entry.new]));
            }
            if roots.index && other.git_dir != self.git_dir {
                let index = other.read_index(files)?;
                ids.extend(index.all().filter(|(_, _, e)| e.mode != Mode::GITLINK).map(|(.., entry)| entry.id));
            }
        }
        if roots.index {
            let index = self.read_index(files)?;
            ids.extend(index.all().filter(|(_, _, e)| e.mode != Mode::GITLINK).map(|(.., entry)| entry.id));
        }
        ids.retain(|id| !id.is_null());
        Ok(ids)
    }

    /// What an object names; nothing where it cannot be read.
    pub fn names(&self, files: &Vfs, id: &ObjectId) -> Result<Vec<Named>> {
        Ok(match self.read_object(files, id)?.kind {
            Kind::Blob => Vec::new(),
            Kind::Tag => vec![(None, self.read_tag(files, id)?.target)],
            Kind::Commit => {
                let commit = self.read_commit(files, id)?;
                let parents = commit.parents.iter().map(|parent| (Some(Kind::Commit), *parent));
                [(Some(Kind::Tree), commit.tree)].into_iter().chain(parents).collect()
            }
            Kind::Tree => {
                let entries = self.read_tree(files, id)?.into_iter().filter(|entry| entry.mode != Mode::GITLINK);
                let kind = |mode: Mode| if mode == Mode::TREE { Kind::Tree } else { Kind::Blob };
                entries.map(|entry| (Some(kind(entry.mode)), entry.id)).collect()
            }
        })
    }

    /// Every object that can be reached, in the order in which it is; what is missing is left out.
    pub fn needed(&self, files: &Vfs, roots: Roots) -> Result<Vec<ObjectId>> {
        let (mut seen, mut order) = (OrdSet::new(), Vec::new());
        let mut stack = self.roots(files, roots)?;
        stack.reverse();
        while let Some(id) = stack.pop() {
            if seen.insert(id) && self.has_object(files, &id) {
                order.push(id);
                stack.extend(self.names(files, &id)?.into_iter().rev().map(|(_, id)| id));
            }
        }
        Ok(order)
    }

    /// What nothing leads to, each with when it was written.
    pub fn unneeded(&self, files: &Vfs) -> Result<OrdMap<ObjectId, u64>> {
        let needed: OrdSet<ObjectId> = self.needed(files, Roots { logs: true, index: true })?.into_iter().collect();
        let mut ages = self.object_ages(files);
        ages.retain(|id, _| !needed.contains(id));
        Ok(ages)
    }
}
