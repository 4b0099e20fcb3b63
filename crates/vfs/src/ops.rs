//! Reading and changing.

use crate::node::{Data, Dir, File, Node, Symlink};
use crate::parsed::{Late, Parsed};
use crate::{Kind, Result, Stat, Vfs, VfsError, base_name, join, parent};
use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

impl Vfs {
    /// A file's bytes.
    pub fn read(&self, path: &str) -> Result<Cow<'_, [u8]>> {
        Ok(self.file(path)?.data.bytes())
    }

    /// A file's text; bytes that are not UTF-8 become U+FFFD.
    pub fn read_text(&self, path: &str) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.read(path)?).into_owned())
    }

    /// What a file written by [`Self::write_deflated`] held before deflating; `None` for any other file.
    pub fn read_inflated(&self, path: &str) -> Result<Option<Arc<[u8]>>> {
        Ok(match &self.file(path)?.data {
            Data::Zlib(raw) => Some(raw.clone()),
            Data::Plain(_) | Data::Late(_) => None,
        })
    }

    fn file(&self, path: &str) -> Result<&File> {
        match &**self.node(path, true)? {
            Node::File(file) => Ok(file),
            Node::Dir(_) => Err(VfsError::IsADirectory),
            Node::Symlink(_) => Err(VfsError::SymlinkLoop),
        }
    }

    /// What stands at a path, links followed.
    pub fn stat(&self, path: &str) -> Result<Stat> {
        Ok(self.node(path, true)?.stat())
    }

    /// What stands at a path itself.
    pub fn lstat(&self, path: &str) -> Result<Stat> {
        Ok(self.node(path, false)?.stat())
    }

    /// When what stands at a path was changed last: [`Self::stat`] without the size, which some files have to be made for.
    pub fn mtime(&self, path: &str) -> Result<u64> {
        Ok(self.node(path, true)?.mtime())
    }

    pub fn exists(&self, path: &str) -> bool {
        self.node(path, true).is_ok()
    }

    pub fn is_dir(&self, path: &str) -> bool {
        self.node(path, true).is_ok_and(|node| node.kind() == Kind::Dir)
    }

    pub fn is_file(&self, path: &str) -> bool {
        self.node(path, true).is_ok_and(|node| node.kind() == Kind::File)
    }

    pub fn read_link(&self, path: &str) -> Result<&str> {
        match &**self.node(path, false)? {
            Node::Symlink(link) => Ok(&link.target),
            Node::File(_) | Node::Dir(_) => Err(VfsError::Invalid),
        }
    }

    /// Writes a file whole. An existing one keeps its mode and inode; its folder must exist.
    pub fn write(&mut self, path: &str, bytes: impl Into<Vec<u8>>, mtime: u64) -> Result<()> {
        self.put(path, Data::Plain(Arc::new(bytes.into())), Parsed::default(), mtime)
    }

    /// Writes a file that reads as the zlib stream of `raw`, without deflating it now, for nobody to change: one that is
    /// there stays.
    pub fn write_deflated(&mut self, path: &str, raw: impl Into<Arc<[u8]>>, mtime: u64) -> Result<()> {
        self.edits += 1;
        let real = self.real(path, true)?;
        let ino = self.next_ino + 1;
        let dir = self.dir_mut(parent(&real))?;
        let name = base_name(&real);
        if dir.get(name).is_none() {
            let (data, parsed) = (Data::Zlib(raw.into()), Parsed::default());
            dir.entries.insert(name.into(), Arc::new(Node::File(File { data, mode: 0o444, mtime, ino, parsed })));
            dir.mtime = mtime;
            self.next_ino = ino;
        }
        Ok(())
    }

    /// A file read as something: parsed once for as long as its bytes stay what they are. One file is to be read as one
    /// type; as a second one it is parsed anew each time.
    pub fn read_as<T: Any + Send + Sync>(&self, path: &str, parse: impl FnOnce(&[u8]) -> T) -> Result<Arc<T>> {
        let file = self.file(path)?;
        Ok(file.parsed.get(|| Arc::new(parse(&file.data.bytes()))))
    }

    /// Writes a file as a value that [`Self::read_as`] is to find there; `encode` makes its bytes once somebody wants them.
    pub fn write_as<T: Any + Send + Sync>(
        &mut self,
        path: &str,
        value: T,
        encode: fn(&T) -> Vec<u8>,
        mtime: u64,
    ) -> Result<()> {
        let value = Arc::new(value);
        self.put(path, Data::Late(Late::new(value.clone(), encode)), Parsed::of(value), mtime)
    }

    pub fn append(&mut self, path: &str, bytes: &[u8], mtime: u64) -> Result<()> {
        match self.node(path, true) {
            Ok(node) if !matches!(**node, Node::File(_)) => return self.write(path, Vec::new(), mtime),
            Ok(_) => {}
            Err(VfsError::NotFound) => return self.write(path, bytes, mtime),
            Err(error) => return Err(error),
        }
        self.change(path, |node| {
            let Node::File(file) = node else { return };
            if !matches!(file.data, Data::Plain(_)) {
                file.data = Data::Plain(Arc::new(file.data.bytes().into_owned()));
            }
            if let Data::Plain(all) = &mut file.data {
                Arc::make_mut(all).extend_from_slice(bytes);
            }
            file.parsed = Parsed::default();
            file.mtime = mtime;
        })
    }

    fn put(&mut self, path: &str, data: Data, parsed: Parsed, mtime: u64) -> Result<()> {
        if path.ends_with('/') {
            return Err(VfsError::IsADirectory);
        }
        self.edits += 1;
        let real = self.real(path, true)?;
        let ino = self.next_ino + 1;
        let dir = self.dir_mut(parent(&real))?;
        match dir.get_mut(base_name(&real)) {
            Some(node) => match Arc::make_mut(node) {
                Node::File(file) => {
                    file.data = data;
                    file.parsed = parsed;
                    file.mtime = mtime;
                }
                Node::Dir(_) => return Err(VfsError::IsADirectory),
                Node::Symlink(_) => return Err(VfsError::SymlinkLoop),
            },
            None => {
                let file = File { data, mode: 0o644, mtime, ino, parsed };
                dir.entries.insert(base_name(&real).into(), Arc::new(Node::File(file)));
                dir.mtime = mtime;
                self.next_ino = ino;
            }
        }
        Ok(())
    }

    /// Inserts a node at a place that must be free.
    fn place(&mut self, path: &str, node: Node, mtime: u64) -> Result<()> {
        self.edits += 1;
        let real = self.real(path, false)?;
        if real == "/" {
            return Err(VfsError::Exists);
        }
        let dir = self.dir_mut(parent(&real))?;
        if dir.get(base_name(&real)).is_some() {
            return Err(VfsError::Exists);
        }
        dir.entries.insert(base_name(&real).into(), Arc::new(node));
        dir.mtime = mtime;
        Ok(())
    }

    fn new_ino(&mut self) -> u64 {
        self.next_ino += 1;
        self.next_ino
    }

    pub fn make_dir(&mut self, path: &str, mtime: u64) -> Result<()> {
        let ino = self.new_ino();
        self.place(path, Node::Dir(Dir::new(ino, mtime)), mtime)
    }

    /// Makes a folder and all that lead to it; fine where it stands already.
    pub fn make_dir_all(&mut self, path: &str, mtime: u64) -> Result<()> {
        if self.is_dir(path) {
            return Ok(());
        }
        let full = join("/", path);
        let mut at = String::new();
        for part in full.split('/').filter(|part| !part.is_empty()) {
            at.push('/');
            at.push_str(part);
            match self.stat(&at) {
                Ok(stat) if stat.kind == Kind::Dir => {}
                Ok(_) => return Err(VfsError::NotADirectory),
                Err(VfsError::NotFound) => self.make_dir(&at, mtime)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub fn make_symlink(&mut self, target: &str, path: &str, mtime: u64) -> Result<()> {
        let ino = self.new_ino();
        self.place(path, Node::Symlink(Symlink { target: target.into(), mtime, ino }), mtime)
    }

    /// Removes a file or a link, never a folder.
    pub fn remove_file(&mut self, path: &str, mtime: u64) -> Result<()> {
        if self.lstat(path)?.kind == Kind::Dir {
            return Err(VfsError::IsADirectory);
        }
        self.unlink(path, mtime)
    }

    /// Removes an empty folder.
    pub fn remove_dir(&mut self, path: &str, mtime: u64) -> Result<()> {
        match &**self.node(path, false)? {
            Node::Dir(dir) if !dir.entries.is_empty() => Err(VfsError::NotEmpty),
            Node::Dir(_) => self.unlink(path, mtime),
            Node::File(_) | Node::Symlink(_) => Err(VfsError::NotADirectory),
        }
    }

    /// Removes whatever stands there, with all below it.
    pub fn remove_all(&mut self, path: &str, mtime: u64) -> Result<()> {
        self.lstat(path)?;
        self.unlink(path, mtime)
    }

    fn unlink(&mut self, path: &str, mtime: u64) -> Result<()> {
        self.edits += 1;
        let real = self.real(path, false)?;
        if real == "/" {
            return Err(VfsError::Invalid);
        }
        let dir = self.dir_mut(parent(&real))?;
        dir.entries.remove(base_name(&real)).ok_or(VfsError::NotFound)?;
        dir.mtime = mtime;
        Ok(())
    }

    /// Moves a file, link or folder; replaces a file, or an empty folder by a folder, as `rename(2)` does.
    pub fn rename(&mut self, from: &str, to: &str, mtime: u64) -> Result<()> {
        let (from, to) = (self.real(from, false)?, self.real(to, false)?);
        let node = self.node(&from, false)?.clone();
        if from == to {
            return Ok(());
        }
        if to.starts_with(&format!("{from}/")) {
            return Err(VfsError::Invalid);
        }
        if let Ok(old) = self.node(&to, false) {
            match (&*node, &**old) {
                (Node::Dir(_), Node::Dir(dir)) if !dir.entries.is_empty() => return Err(VfsError::NotEmpty),
                (Node::Dir(_), Node::Dir(_)) => {}
                (Node::Dir(_), _) => return Err(VfsError::NotADirectory),
                (_, Node::Dir(_)) => return Err(VfsError::IsADirectory),
                _ => {}
            }
        }
        self.dir_mut(parent(&to))?;
        self.unlink(&from, mtime)?;
        let dir = self.dir_mut(parent(&to))?;
        dir.entries.insert(base_name(&to).into(), node);
        dir.mtime = mtime;
        Ok(())
    }

    /// Copies a file, link or folder whole, content shared, inodes new, to a place that must be free.
    pub fn copy_all(&mut self, from: &str, to: &str, mtime: u64) -> Result<()> {
        let source = self.clone();
        self.graft(&source, from, to, mtime)
    }

    /// Copies from another file system: what a checkout into a container or a clone over the wire carries.
    pub fn graft(&mut self, source: &Self, from: &str, to: &str, mtime: u64) -> Result<()> {
        let node = source.node(from, false)?.clone();
        let node = self.renumber(&node, mtime);
        self.place(to, node, mtime)
    }

    fn renumber(&mut self, node: &Node, mtime: u64) -> Node {
        let ino = self.new_ino();
        match node {
            Node::File(file) => Node::File(File { mtime, ino, ..file.clone() }),
            Node::Symlink(link) => Node::Symlink(Symlink { mtime, ino, ..link.clone() }),
            Node::Dir(dir) => {
                let entries =
                    dir.entries.iter().map(|(name, node)| (name.clone(), Arc::new(self.renumber(node, mtime))));
                let entries = entries.collect();
                Node::Dir(Dir { entries, mode: dir.mode, mtime, ino, last: dir.last.clone() })
            }
        }
    }

    pub fn set_mode(&mut self, path: &str, mode: u32) -> Result<()> {
        self.change(path, |node| match node {
            Node::File(file) => file.mode = mode,
            Node::Dir(dir) => dir.mode = mode,
            Node::Symlink(_) => {}
        })
    }

    pub fn set_mtime(&mut self, path: &str, mtime: u64) -> Result<()> {
        self.change(path, |node| match node {
            Node::File(file) => file.mtime = mtime,
            Node::Dir(dir) => dir.mtime = mtime,
            Node::Symlink(link) => link.mtime = mtime,
        })
    }

    fn change(&mut self, path: &str, edit: impl FnOnce(&mut Node)) -> Result<()> {
        self.edits += 1;
        let real = self.real(path, true)?;
        if real == "/" {
            edit(Arc::make_mut(&mut self.root));
            return Ok(());
        }
        let dir = self.dir_mut(parent(&real))?;
        let node = dir.get_mut(base_name(&real)).ok_or(VfsError::NotFound)?;
        edit(Arc::make_mut(node));
        Ok(())
    }
}
