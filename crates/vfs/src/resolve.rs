//! From a path to a node, with symbolic links followed.

use crate::node::{Dir, Node};
use crate::{Result, Vfs, VfsError, join};
use std::borrow::Cow;
use std::sync::Arc;

/// Linux gives up after this many links.
const LINKS_MAX: usize = 40;
const NAME_MAX: usize = 255;

/// Where a walk along a path ended that had nothing to rewrite.
enum Walked<'f> {
    At(&'f Arc<Node>),
    /// Only the last part is missing.
    Free,
    /// A link, a dot or a doubled slash: the path has to be rewritten first.
    Rewrite,
}

impl Vfs {
    /// The path with every symbolic link in it replaced, the last part too if `follow`.
    /// The last part need not exist; all before it must.
    pub fn real_path(&self, path: &str, follow: bool) -> Result<String> {
        self.real(path, follow).map(Cow::into_owned)
    }

    /// The same, without a copy of a path that is real already.
    pub(crate) fn real<'p>(&self, path: &'p str, follow: bool) -> Result<Cow<'p, str>> {
        if !matches!(self.walk_plain(path, follow)?, Walked::Rewrite) {
            return Ok(Cow::Borrowed(path));
        }
        let mut real = join("/", path);
        for _ in 0..=LINKS_MAX {
            match self.first_link(&real, follow)? {
                None => return Ok(Cow::Owned(real)),
                Some(next) => real = next,
            }
        }
        Err(VfsError::SymlinkLoop)
    }

    /// Goes along a path part by part, without building another one.
    fn walk_plain(&self, path: &str, follow: bool) -> Result<Walked<'_>> {
        let Some(mut rest) = path.strip_prefix('/') else { return Ok(Walked::Rewrite) };
        let mut node = &self.root;
        while !rest.is_empty() {
            let end = rest.as_bytes().iter().position(|byte| *byte == b'/');
            let (part, last) = (&rest[..end.unwrap_or(rest.len())], end.is_none());
            rest = end.map_or("", |end| &rest[end + 1..]);
            if matches!(part, "" | "." | "..") || (!last && rest.is_empty()) {
                return Ok(Walked::Rewrite);
            }
            if part.len() > NAME_MAX {
                return Err(VfsError::NameTooLong);
            }
            let Node::Dir(here) = &**node else { return Err(VfsError::NotADirectory) };
            match here.get(part) {
                None if last => return Ok(Walked::Free),
                None => return Err(VfsError::NotFound),
                Some(next) if matches!(**next, Node::Symlink(_)) && (!last || follow) => return Ok(Walked::Rewrite),
                Some(next) => node = next,
            }
        }
        Ok(Walked::At(node))
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
            match here.get(part) {
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
        match self.walk_plain(path, follow)? {
            Walked::At(node) => return Ok(node),
            Walked::Free => return Err(VfsError::NotFound),
            Walked::Rewrite => {}
        }
        let real = self.real(path, follow)?;
        let mut node = &self.root;
        for part in real.split('/').filter(|part| !part.is_empty()) {
            let Node::Dir(dir) = &**node else { return Err(VfsError::NotADirectory) };
            node = dir.get(part).ok_or(VfsError::NotFound)?;
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
            node = dir.get_mut(part).ok_or(VfsError::NotFound)?;
        }
        match Arc::make_mut(node) {
            Node::Dir(dir) => Ok(dir),
            Node::File(_) | Node::Symlink(_) => Err(VfsError::NotADirectory),
        }
    }
}
