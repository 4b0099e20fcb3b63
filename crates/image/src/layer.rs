//! Layers: what a step changed in the file system.

use crate::{sha256, tar};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use vfs::{Kind, Stat, Vfs};

/// What stands at a path after a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    File(Arc<[u8]>),
    Dir,
    Link(String),
    /// It was there, and is not any more.
    Gone,
}

/// One path of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub path: String,
    pub mode: u32,
    /// Microseconds since the Unix epoch.
    pub mtime: u64,
    pub content: Content,
}

/// A layer: what it changes, and what it is called by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// The digest of its tar archive.
    pub digest: String,
    /// Bytes of its files, unpacked.
    pub size: u64,
    /// Bytes that a pull or a push carries.
    pub packed: u64,
    pub changes: Vec<Change>,
}

const STANDS: &[u8] = b"stands for ";

/// The text of a file that stands for a big one.
///
/// Unlike docker: programs and packages of images are not there byte by byte. A small file stands for each and says how
/// big it is; sizes are counted from that, digests are of the small file.
pub fn stand_in(size: u64, what: &str) -> String {
    ["stands for ", &size.to_string(), " bytes of ", what, "\n"].concat()
}

/// How many bytes a file counts for.
pub fn weight(bytes: &[u8]) -> u64 {
    let stated = bytes.strip_prefix(STANDS).and_then(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number =
            rest[..digits].iter().fold(0_u64, |n, digit| n.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        (digits > 0 && rest.get(digits) == Some(&b' ')).then_some(number)
    });
    stated.unwrap_or(bytes.len() as u64)
}

impl Layer {
    pub fn new(changes: Vec<Change>) -> Self {
        let digest = sha256(&tar(&changes));
        let weights = changes.iter().map(|change| match &change.content {
            Content::File(bytes) => weight(bytes),
            _ => 0,
        });
        let size: u64 = weights.sum();
        // Unlike docker: what compressing gains is stated, not done: files of programs shrink to about two fifths.
        Self { digest, size, packed: size.saturating_mul(2) / 5 + 64 * changes.len() as u64, changes }
    }
}

/// What is different between two file systems, in the order of a walk; what is gone stands last.
#[inline(never)]
pub fn diff(before: &Vfs, after: &Vfs) -> Vec<Change> {
    let mut changes = Vec::new();
    if before.same(after) {
        return changes;
    }
    let mut old: OrdMap<String, Stat> = before.walk("/", &mut |_| true).unwrap_or_default().into_iter().collect();
    for (path, stat) in after.walk("/", &mut |_| true).unwrap_or_default() {
        let was = old.remove(&path);
        let same = was.is_some_and(|was| {
            let moved =
                was.kind != stat.kind || was.mode != stat.mode || (stat.kind == Kind::File && was.mtime != stat.mtime);
            !moved
                && (stat.kind == Kind::Dir
                    || was.size == stat.size && content(before, &path, was) == content(after, &path, stat))
        });
        if !same {
            changes.push(Change { mode: stat.mode, mtime: stat.mtime, content: content(after, &path, stat), path });
        }
    }
    // Of a folder that is gone, its own whiteout says it.
    let mut gone: Vec<String> = Vec::new();
    for (path, _) in &old {
        if !gone
            .last()
            .is_some_and(|folder| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/')))
        {
            gone.push(path.clone());
            changes.push(Change { path: path.clone(), mode: 0, mtime: 0, content: Content::Gone });
        }
    }
    changes
}

fn content(files: &Vfs, path: &str, stat: Stat) -> Content {
    match stat.kind {
        Kind::Dir => Content::Dir,
        Kind::Symlink => Content::Link(files.read_link(path).unwrap_or_default().to_string()),
        Kind::File => Content::File(files.read(path).unwrap_or_default().as_ref().into()),
    }
}

/// Lays a layer over a file system.
#[inline(never)]
pub fn apply(files: &mut Vfs, changes: &[Change]) {
    for change in changes {
        let (path, mtime) = (change.path.as_str(), change.mtime);
        let kind = files.lstat(path).ok().map(|stat| stat.kind);
        let stays =
            matches!((&change.content, kind), (Content::Dir, Some(Kind::Dir)) | (Content::File(_), Some(Kind::File)));
        if kind.is_some() && !stays && files.remove_all(path, mtime).is_err() {
            continue;
        }
        let done = match &change.content {
            Content::Gone => continue,
            Content::Dir => files.make_dir_all(path, mtime),
            Content::File(bytes) => {
                files.make_dir_all(vfs::parent(path), mtime).and_then(|()| files.write(path, bytes.to_vec(), mtime))
            }
            Content::Link(target) => {
                files.make_dir_all(vfs::parent(path), mtime).and_then(|()| files.make_symlink(target, path, mtime))
            }
        };
        // A path whose folder another layer made a file is left out, as an unpacked archive would.
        if done.is_ok() && !matches!(change.content, Content::Link(_)) && files.set_mode(path, change.mode).is_err() {
            continue;
        }
    }
}
