//! Keeping house in the store: loose objects into packs with their indexes, and files that are not needed any more.

use super::pack::pack_with_offsets;
use super::{ObjectId, PackEntry, sha1};
use crate::error::at;
use crate::{Repo, Result, When};
use order::{Arrange, OrdMap, OrdSet};
use vfs::Vfs;

/// The endings of the files that belong to one pack.
const ENDINGS: [&str; 4] = ["pack", "idx", "rev", "mtimes"];

fn put_word(bytes: &mut Vec<u8>, number: usize) {
    bytes.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
}

/// The check sum that an index keeps of each packed object: CRC-32 as in zlib.
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0xedb8_8320 };
        }
    }
    !crc
}

fn sealed(mut bytes: Vec<u8>, pack_sum: &[u8]) -> Vec<u8> {
    bytes.extend_from_slice(pack_sum);
    let sum = sha1(&bytes);
    bytes.extend_from_slice(sum.as_slice());
    bytes
}

/// The index of a pack, version 2, and the positions of its objects in the order of the pack (`.rev`).
fn indexes(entries: &[PackEntry], pack: &[u8], offsets: &[usize]) -> (Vec<u8>, Vec<u8>) {
    let body = pack.len() - 20;
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.arrange_by_key(|n| entries[*n].id);
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for byte in 0..=255_u8 {
        put_word(&mut index, entries.iter().filter(|entry| entry.id.as_slice()[0] <= byte).count());
    }
    for n in &order {
        index.extend_from_slice(entries[*n].id.as_slice());
    }
    for n in &order {
        let end = offsets.get(n + 1).copied().unwrap_or(body);
        index.extend_from_slice(&crc(&pack[offsets[*n]..end]).to_be_bytes());
    }
    for n in &order {
        put_word(&mut index, offsets[*n]);
    }
    let mut places = vec![0; entries.len()];
    for (place, n) in order.iter().enumerate() {
        places[*n] = place;
    }
    let mut reverse = b"RIDX\0\0\0\x01\0\0\0\x01".to_vec();
    for place in places {
        put_word(&mut reverse, place);
    }
    (sealed(index, &pack[body..]), sealed(reverse, &pack[body..]))
}

impl Repo {
    /// Writes one pack that holds these objects, beside what is there; gives its name without an ending.
    pub fn write_pack_file(&self, files: &mut Vfs, ids: &[ObjectId], when: When) -> Result<String> {
        let mut entries = Vec::new();
        for id in ids {
            let object = self.read_object(files, id)?;
            entries.push(PackEntry { id: *id, kind: object.kind, data: object.data().to_vec() });
        }
        let (pack, offsets) = pack_with_offsets(&entries);
        let (index, reverse) = indexes(&entries, &pack, &offsets);
        let name = format!("pack-{}", sha1(&pack[..pack.len() - 20]));
        for (ending, bytes) in [("pack", pack), ("idx", index), ("rev", reverse)] {
            self.write_pack_part(files, &name, ending, bytes, when)?;
        }
        Ok(name)
    }

    fn write_pack_part(&self, files: &mut Vfs, name: &str, ending: &str, bytes: Vec<u8>, when: When) -> Result<()> {
        let path = self.file(&format!("objects/pack/{name}.{ending}"));
        files.remove_all(&path, when.micros()).ok();
        files.write(&path, bytes, when.micros()).map_err(at(&path))?;
        files.set_mode(&path, 0o444).map_err(at(&path))
    }

    /// The pack of what nothing leads to any more; a file beside it keeps how old each object is, in seconds.
    pub fn write_cruft_pack(&self, files: &mut Vfs, aged: &OrdMap<ObjectId, u64>, when: When) -> Result<String> {
        let ids: Vec<ObjectId> = aged.keys().copied().collect();
        let name = self.write_pack_file(files, &ids, when)?;
        let mut bytes = b"MTME\0\0\0\x01\0\0\0\x01".to_vec();
        for secs in aged.values() {
            put_word(&mut bytes, usize::try_from(*secs).unwrap_or(0));
        }
        let pack = self.file(&format!("objects/pack/{name}.pack"));
        let sum = {
            let pack = files.read(&pack).map_err(at(&pack))?;
            pack[pack.len() - 20..].to_vec()
        };
        self.write_pack_part(files, &name, "mtimes", sealed(bytes, &sum), when)?;
        Ok(name)
    }

    /// The packs by name, each with its objects.
    pub fn pack_contents(&self, files: &Vfs) -> Vec<(String, Vec<ObjectId>)> {
        let packs = self.packs(files).into_iter();
        packs.map(|pack| (vfs::base_name(&pack.index).trim_end_matches(".idx").to_string(), pack.ids(files))).collect()
    }

    /// Whether a pack holds only what nothing leads to.
    pub fn is_cruft(&self, files: &Vfs, pack: &str) -> bool {
        files.exists(&self.file(&format!("objects/pack/{pack}.mtimes")))
    }

    pub fn remove_pack(&self, files: &mut Vfs, name: &str, when: When) {
        for ending in ENDINGS {
            self.remove_state(files, &format!("objects/pack/{name}.{ending}"), when);
        }
    }

    /// Every object with when it was written, in seconds: the youngest file that holds it tells.
    pub fn object_ages(&self, files: &Vfs) -> OrdMap<ObjectId, u64> {
        let mut ages = OrdMap::new();
        let mut note = |id: ObjectId, secs: u64| {
            let age = ages.entry(id).or_insert(0);
            *age = secs.max(*age);
        };
        for id in self.loose_ids(files) {
            note(id, files.stat(&self.loose_path(&id)).map_or(0, |stat| stat.mtime / 1_000_000));
        }
        for (name, ids) in self.pack_contents(files) {
            let path = self.file(&format!("objects/pack/{name}"));
            let whole = files.stat(&format!("{path}.pack")).map_or(0, |stat| stat.mtime / 1_000_000);
            let each = files.read(&format!("{path}.mtimes")).map(|bytes| bytes.into_owned()).unwrap_or_default();
            for (n, id) in ids.into_iter().enumerate() {
                let word = each.get(12 + n * 4..16 + n * 4);
                note(id, word.map_or(whole, |b| u64::from(u32::from_be_bytes([b[0], b[1], b[2], b[3]]))));
            }
        }
        ages
    }

    /// Removes loose objects, and their folders where nothing is left in them.
    pub fn remove_loose(&self, files: &mut Vfs, ids: &[ObjectId], when: When) {
        for id in ids {
            let path = self.loose_path(id);
            files.remove_file(&path, when.micros()).ok();
            files.remove_dir(vfs::parent(&path), when.micros()).ok();
        }
    }

    /// Removes the loose objects that a pack holds too.
    pub fn remove_packed_loose(&self, files: &mut Vfs, when: When) -> Vec<ObjectId> {
        let packed: OrdSet<ObjectId> = self.pack_contents(files).into_iter().flat_map(|(_, ids)| ids).collect();
        let twice: Vec<ObjectId> = self.loose_ids(files).into_iter().filter(|id| packed.contains(id)).collect();
        self.remove_loose(files, &twice, when);
        twice
    }
}
