//! Objects in `.git/objects`: loose ones written, loose and packed ones read.

use super::pack::read_packed;
use super::{Commit, Kind, Lineage, Object, ObjectId, Tag, TreeEntry, hash_object, header};
use crate::repo::in_folder;
use crate::{Cause, GitError, Repo, Result, When};
use std::sync::Arc;
use vfs::Vfs;

impl Repo {
    pub fn loose_path(&self, id: &ObjectId) -> String {
        let hex = id.hex();
        [self.common_dir(), "/objects/", &hex[..2], "/", &hex[2..]].concat()
    }

    pub fn has_object(&self, files: &Vfs, id: &ObjectId) -> bool {
        files.exists(&self.loose_path(id)) || self.packs(files).iter().any(|pack| pack.contains(files, id))
    }

    /// Reads any object.
    pub fn read_object(&self, files: &Vfs, id: &ObjectId) -> Result<Object> {
        self.read_object_below(files, id, 0)
    }

    /// The same for the base of so many deltas.
    pub(crate) fn read_object_below(&self, files: &Vfs, id: &ObjectId, deltas: usize) -> Result<Object> {
        let path = self.loose_path(id);
        if let Ok(Some(raw)) = files.read_inflated(&path) {
            return Ok(split_header(raw).ok_or(Cause::CorruptObject(*id))?);
        }
        if let Ok(deflated) = files.read(&path) {
            let raw = miniz_oxide::inflate::decompress_to_vec_zlib(&deflated).map_err(|_| Cause::CorruptObject(*id))?;
            return Ok(split_header(raw.into()).ok_or(Cause::CorruptObject(*id))?);
        }
        if id.is_empty_tree() {
            return Ok(Object { kind: Kind::Tree, bytes: Arc::from([]), start: 0 });
        }
        for pack in self.packs(files) {
            if let Some((kind, data)) = read_packed(self, files, &pack, id, deltas)? {
                return Ok(Object { kind, bytes: data.into(), start: 0 });
            }
        }
        Err(Cause::MissingObject(*id).into())
    }

    /// Writes an object, unless it is there already.
    pub fn write_object(&self, files: &mut Vfs, kind: Kind, data: &[u8], when: When) -> Result<ObjectId> {
        let id = hash_object(kind, data);
        let path = self.loose_path(&id);
        if self.packs(files).iter().any(|pack| pack.contains(files, &id)) {
            return Ok(id);
        }
        let raw: Arc<[u8]> = [header(kind, data.len()).as_bytes(), data].concat().into();
        in_folder(files, &path, when, |files| files.write_deflated(&path, raw.clone(), when.micros()))?;
        Ok(id)
    }

    fn read_as(&self, files: &Vfs, id: &ObjectId, kind: Kind) -> Result<Object> {
        let object = self.read_object(files, id)?;
        if object.kind != kind {
            return Err(GitError::error(format!("object {id} is a {}, not a {kind}", object.kind)));
        }
        Ok(object)
    }

    pub fn read_blob(&self, files: &Vfs, id: &ObjectId) -> Result<Object> {
        self.read_as(files, id, Kind::Blob)
    }

    pub fn read_commit(&self, files: &Vfs, id: &ObjectId) -> Result<Commit> {
        Ok(Commit::decode(self.read_as(files, id, Kind::Commit)?.data()).ok_or(Cause::CorruptObject(*id))?)
    }

    /// A commit's parents and date, without its words.
    pub fn lineage(&self, files: &Vfs, id: &ObjectId) -> Result<Lineage> {
        Ok(Lineage::decode(self.read_as(files, id, Kind::Commit)?).ok_or(Cause::CorruptObject(*id))?)
    }

    pub fn read_tag(&self, files: &Vfs, id: &ObjectId) -> Result<Tag> {
        Ok(Tag::decode(self.read_as(files, id, Kind::Tag)?.data()).ok_or(Cause::CorruptObject(*id))?)
    }

    pub fn read_tree(&self, files: &Vfs, id: &ObjectId) -> Result<Vec<TreeEntry>> {
        Ok(TreeEntry::decode_all(self.read_as(files, id, Kind::Tree)?.data()).ok_or(Cause::CorruptObject(*id))?)
    }

    pub fn write_commit(&self, files: &mut Vfs, commit: &Commit, when: When) -> Result<ObjectId> {
        self.write_object(files, Kind::Commit, &commit.encode(), when)
    }

    /// Every object id in the store whose hexadecimal form starts so, in id order.
    pub fn ids_with_prefix(&self, files: &Vfs, prefix: &str) -> Vec<ObjectId> {
        let mut ids = order::OrdSet::new();
        if prefix.len() >= 2 {
            let folder = format!("{}/objects/{}", self.common_dir(), &prefix[..2]);
            let names = files.names(&folder).unwrap_or_default();
            for name in names.iter().filter(|name| name.starts_with(&prefix[2..])) {
                ids.extend(super::parse_id(&format!("{}{name}", &prefix[..2])));
            }
        }
        for pack in self.packs(files) {
            ids.extend(pack.ids(files).into_iter().filter(|id| id.to_string().starts_with(prefix)));
        }
        ids.into_iter().collect()
    }

    /// Every object of the store.
    pub fn all_ids(&self, files: &Vfs) -> Vec<ObjectId> {
        let mut ids = order::OrdSet::new();
        for folder in files.names(&self.file("objects")).unwrap_or_default() {
            if folder.len() == 2 {
                ids.extend(self.ids_with_prefix(files, folder));
            }
        }
        for pack in self.packs(files) {
            ids.extend(pack.ids(files));
        }
        ids.into_iter().collect()
    }

    /// The shortest prefix of an id, at least `least` long, that names no other object.
    pub fn short_id(&self, files: &Vfs, id: &ObjectId, least: usize) -> String {
        let hex = id.to_string();
        let others = self.ids_with_prefix(files, &hex[..least.max(4)]);
        let shared =
            |other: &ObjectId| other.to_string().bytes().zip(hex.bytes()).take_while(|(one, two)| one == two).count();
        let longest = others.iter().filter(|other| *other != id).map(shared).max().unwrap_or(0);
        hex[..(longest + 1).clamp(least, 40)].to_string()
    }
}

/// Takes `blob 12\0` off.
fn split_header(raw: Arc<[u8]>) -> Option<Object> {
    let end = raw.iter().position(|byte| *byte == 0)?;
    let header = &raw[..end];
    let space = header.iter().position(|byte| *byte == b' ')?;
    let kind = Kind::parse(&header[..space])?;
    let size: usize = std::str::from_utf8(&header[space + 1..]).ok()?.parse().ok()?;
    (raw.len() == end + 1 + size).then_some(Object { kind, bytes: raw, start: end + 1 })
}
