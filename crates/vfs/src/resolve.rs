//! From a path to a node, with symbolic links followed.

use crate::node::{Dir, Node};
use crate::{Result, Vfs, VfsError, join};
use std::sync::Arc;

/// Linux gives up after this many links.
const LINKS_MAX: usize = 40;
const NAME_MAX: usize = 255;

impl Vfs {
    /// The path with every symbolic link in it replaced, the last part too if `follow`.
    /// The last part need not exist; all before it must.
    pub fn real_path(&self, path: &str, follow: bool) -> Result<String> {
        let mut real = join("/", path);
        for _ in 0..=LINKS_MAX {
            match self.first_link(&real, follow)? {
                None => return Ok(real),
                Some(next) => real = next,
            }
        }
        Err(VfsError::SymlinkLoop)
    }

    /// Replaces the first link on the way, if there is one.
    fn first_link(&self, path: &str, follow: bool) -> Result<Option<String>> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let mut dir = &self.root;
        for (depth, part) in parts.iter().enumerate() {
            if part.len() > NAME_MAX {
                return Err(VfsError::NameTooLong);
            }
            let Node::Dir(here) = &**dir else { return Err(VfsError::NotADirectory) };
            let last = depth + 1 == parts.len();
            match here.entries.get(*part) {
                None if last => return Ok(None),
                None => return Err(VfsError::NotFound),
                Some(node) => {
                    if let Node::Symlink(link) = &**node
                        && (!last || follow)
                    {
                        let base = format!("/{}", parts[..depth].join("/"));
                        let rest = parts[depth + 1..].join("/");
                        return Ok(Some(join(&join(&base, &link.target), &rest)));
                    }
                    dir = node;
                }
            }
        }
        Ok(None)
    }

    pub(crate) fn node(&self, path: &str, follow: bool) -> Result<&Arc<Node>> {
        let real = self.real_path(path, follow)?;
        let mut node = &self.root;
        for part in real.split('/').filter(|part| !part.is_empty()) {
            let Node::Dir(dir) = &**node else { return Err(VfsError::NotADirectory) };
            node = dir.entries.get(part).ok_or(VfsError::NotFound)?;
        }
        if path.len() > 1 && path.ends_with('/') && !matches!(**node, Node::Dir(_)) {
            return Err(VfsError::NotADirectory);
        }
        Ok(node)
    }

    /// The folder at an already real path, for writing: copies what is shared on the way.
    pub(crate) fn dir_mut(&mut self, real: &str) -> Result<&mut Dir> {
        let mut node = &mut self.root;
        for part in real.split('/').filter(|part| !part.is_empty()) {
            let Node::Dir(dir) = Arc::make_mut(node) else { return Err(VfsError::NotADirectory) };
            node = dir.entries.get_mut(part).ok_or(VfsError::NotFound)?;
        }
        match Arc::make_mut(node) {
            Node::Dir(dir) => Ok(dir),
            Node::File(_) | Node::Symlink(_) => Err(VfsError::NotADirectory),
        }
    }
}
