//! Listing folders and walking trees, always in name order.

use crate::node::Node;
use crate::{Kind, Result, Stat, Vfs, VfsError};

impl Vfs {
    /// A folder's entries in name order.
    pub fn read_dir(&self, path: &str) -> Result<Vec<(String, Stat)>> {
        match &**self.node(path, true)? {
            Node::Dir(dir) => Ok(dir.entries.iter().map(|(name, node)| (name.to_string(), node.stat())).collect()),
            Node::File(_) | Node::Symlink(_) => Err(VfsError::NotADirectory),
        }
    }

    /// The names of a folder's entries, in order. Cheaper than [`Self::read_dir`] where sizes do not matter: the size of
    /// a loose Git object is known only by deflating it.
    pub fn names(&self, path: &str) -> Result<Vec<&str>> {
        match &**self.node(path, true)? {
            Node::Dir(dir) => Ok(dir.entries.keys().map(AsRef::as_ref).collect()),
            Node::File(_) | Node::Symlink(_) => Err(VfsError::NotADirectory),
        }
    }

    /// The same with what each entry is.
    pub fn kinds(&self, path: &str) -> Result<impl Iterator<Item = (&str, Kind)>> {
        match &**self.node(path, true)? {
            Node::Dir(dir) => Ok(dir.entries.iter().map(|(name, node)| (&**name, node.kind()))),
            Node::File(_) | Node::Symlink(_) => Err(VfsError::NotADirectory),
        }
    }

    /// Everything below a folder in path order, folders before what they hold, links not followed.
    /// Paths are absolute. `enter` says whether a folder is looked into.
    pub fn walk(&self, path: &str, enter: &mut dyn FnMut(&str) -> bool) -> Result<Vec<(String, Stat)>> {
        let mut found = Vec::new();
        let base = path.trim_end_matches('/');
        walk_node(self.node(path, true)?, base, enter, &mut found);
        Ok(found)
    }
}

fn walk_node(node: &Node, path: &str, enter: &mut dyn FnMut(&str) -> bool, found: &mut Vec<(String, Stat)>) {
    let Node::Dir(dir) = node else { return };
    for (name, child) in &dir.entries {
        let full = format!("{path}/{name}");
        found.push((full.clone(), child.stat()));
        if matches!(**child, Node::Dir(_)) && enter(&full) {
            walk_node(child, &full, enter, found);
        }
    }
}

impl Vfs {
    /// Whether both are the very same tree: quick, and never true for different ones.
    pub fn same(&self, other: &Self) -> bool {
        std::sync::Arc::ptr_eq(&self.root, &other.root)
    }
}
