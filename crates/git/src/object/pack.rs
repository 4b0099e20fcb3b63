//! Packs: read with their deltas (from a folder copied out of a real repository, or from a bundle); written with
//! whole objects only.

use super::{Kind, ObjectId, sha1};
use crate::{Cause, GitError, Repo, Result};
use order::OrdMap;
use vfs::Vfs;

/// A chain of deltas longer than this is not real.
const DELTA_DEPTH_MAX: usize = 4096;
/// Bases named by their ids, one below the other.
const BASES_MAX: usize = 64;

/// An object for or from a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackEntry {
    pub id: ObjectId,
    pub kind: Kind,
    pub data: Vec<u8>,
}

/// One `pack-….idx` with its pack beside it.
#[derive(Debug, Clone)]
pub(crate) struct Pack {
    pub(crate) index: String,
}

impl Repo {
    pub(crate) fn packs(&self, files: &Vfs) -> Vec<Pack> {
        let folder = self.file("objects/pack");
        let names = files.names(&folder).unwrap_or_default();
        let indexes = names.into_iter().filter(|name| name.ends_with(".idx"));
        indexes.map(|name| Pack { index: format!("{folder}/{name}") }).collect()
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
}

impl Pack {
    pub fn ids(&self, files: &Vfs) -> Vec<ObjectId> {
        let Ok(index) = files.read(&self.index) else { return Vec::new() };
        let count = word(&index, 8 + 255 * 4).unwrap_or(0) as usize;
        // A damaged index may tell any number.
        let ids = index.get(1032..).unwrap_or_default().chunks_exact(20).take(count);
        ids.filter_map(|id| ObjectId::try_from(id).ok()).collect()
    }

    pub fn contains(&self, files: &Vfs, id: &ObjectId) -> bool {
        self.offset(files, id).is_some()
    }

    /// Where in the pack the object starts, by an index of version 2.
    fn offset(&self, files: &Vfs, id: &ObjectId) -> Option<usize> {
        let index = files.read(&self.index).ok()?;
        if !index.starts_with(b"\xfftOc\0\0\0\x02") {
            return None;
        }
        let count = word(&index, 8 + 255 * 4)? as usize;
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = usize::midpoint(low, high);
            match index.get(1032 + middle * 20..1052 + middle * 20)?.cmp(id.as_slice()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => {
                    return word(&index, 1032 + count * 24 + middle * 4).map(|at| at as usize);
                }
            }
        }
        None
    }
}

/// Reads an object out of one pack of the store.
pub(crate) fn read_packed(
    repo: &Repo,
    files: &Vfs,
    pack: &Pack,
    id: &ObjectId,
    above: usize,
) -> Result<Option<(Kind, Vec<u8>)>> {
    let Some(at) = pack.offset(files, id) else { return Ok(None) };
    let path = format!("{}.pack", pack.index.trim_end_matches(".idx"));
    let bytes = files.read(&path).map_err(crate::error::at(&path))?;
    let mut deltas = Vec::new();
    let mut at = at;
    for _ in 0..DELTA_DEPTH_MAX {
        let entry = raw_entry(&bytes, at).ok_or(Cause::CorruptObject(*id))?;
        let (kind, base) = match entry.base {
            Base::None(kind) => (kind, entry.data),
            Base::Offset(back) => {
                deltas.push(entry.data);
                at = at.checked_sub(back).filter(|_| back > 0).ok_or(Cause::CorruptObject(*id))?;
                continue;
            }
            Base::Id(base) => {
                deltas.push(entry.data);
                // Deltas of a damaged pack may build on each other in a circle.
                if above > BASES_MAX {
                    return Err(Cause::CorruptObject(*id).into());
                }
                let base = repo.read_object_below(files, &base, above + 1)?;
                (base.kind, base.data().to_vec())
            }
        };
        let mut data = base;
        for delta in deltas.iter().rev() {
            data = apply_delta(&data, delta).ok_or(Cause::CorruptObject(*id))?;
        }
        return Ok(Some((kind, data)));
    }
    Err(Cause::CorruptObject(*id).into())
}

enum Base {
    None(Kind),
    /// So many bytes back in the same pack.
    Offset(usize),
    Id(ObjectId),
}

struct RawEntry {
    base: Base,
    data: Vec<u8>,
    end: usize,
}

/// Reads the entry that starts at a byte of the pack, its delta not applied.
fn raw_entry(bytes: &[u8], start: usize) -> Option<RawEntry> {
    let mut at = start;
    let mut byte = *bytes.get(at)?;
    let type_bits = byte >> 4 & 7;
    let (mut size, mut shift) = (u64::from(byte & 15), 4);
    while byte & 0x80 != 0 && shift < 60 {
        at += 1;
        byte = *bytes.get(at)?;
        size |= u64::from(byte & 0x7f) << shift;
        shift += 7;
    }
    at += 1;
    let base = match type_bits {
        1 => Base::None(Kind::Commit),
        2 => Base::None(Kind::Tree),
        3 => Base::None(Kind::Blob),
        4 => Base::None(Kind::Tag),
        6 => {
            let mut byte = *bytes.get(at)?;
            let mut back = usize::from(byte & 0x7f);
            while byte & 0x80 != 0 {
                at += 1;
                byte = *bytes.get(at)?;
                back = back.checked_add(1)?.checked_mul(128)? | usize::from(byte & 0x7f);
            }
            at += 1;
            Base::Offset(back)
        }
        7 => {
            let id = ObjectId::try_from(bytes.get(at..at + 20)?).ok()?;
            at += 20;
            Base::Id(id)
        }
        _ => return None,
    };
    let (data, used) = inflate(bytes.get(at..)?, usize::try_from(size).ok()?)?;
    (data.len() as u64 == size).then_some(RawEntry { base, data, end: at + used })
}

/// Inflates one zlib stream, which says it is so large, and tells how many bytes it took.
fn inflate(bytes: &[u8], size: usize) -> Option<(Vec<u8>, usize)> {
    use miniz_oxide::inflate::TINFLStatus;
    use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
    let mut state = Box::new(DecompressorOxide::new());
    let flags = inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER
        | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF
        | inflate_flags::TINFL_FLAG_COMPUTE_ADLER32;
    // A header that lies must not cost more memory than this. A whole pack's objects are kept at once: no room to spare.
    let mut out = vec![0; size.clamp(1, 1 << 20)];
    let (mut read, mut written) = (0, 0);
    loop {
        let (status, took, gave) = decompress(&mut state, &bytes[read..], &mut out, written, flags);
        read += took;
        written += gave;
        match status {
            TINFLStatus::Done => {
                out.truncate(written);
                out.shrink_to_fit();
                return Some((out, read));
            }
            TINFLStatus::HasMoreOutput => out.resize(out.len() * 2, 0),
            _ => return None,
        }
    }
}

fn delta_size(delta: &[u8], at: &mut usize) -> Option<usize> {
    let (mut size, mut shift) = (0_u64, 0);
    loop {
        let byte = *delta.get(*at)?;
        *at += 1;
        size |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 || shift > 56 {
            return usize::try_from(size).ok();
        }
    }
}

fn apply_delta(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let mut at = 0;
    let (base_size, size) = (delta_size(delta, &mut at)?, delta_size(delta, &mut at)?);
    if base_size != base.len() {
        return None;
    }
    let mut out = Vec::new();
    while let Some(&op) = delta.get(at) {
        at += 1;
        if op & 0x80 == 0 {
            out.extend_from_slice(delta.get(at..at + usize::from(op))?);
            at += usize::from(op);
            continue;
        }
        let mut number = |bits: std::ops::Range<u8>| {
            let mut value = 0_usize;
            for (place, bit) in bits.enumerate() {
                if op & 1 << bit != 0 {
                    value |= usize::from(*delta.get(at)?) << (8 * place);
                    at += 1;
                }
            }
            Some(value)
        };
        let (from, mut len) = (number(0..4)?, number(4..7)?);
        if len == 0 {
            len = 0x10000;
        }
        out.extend_from_slice(base.get(from..from.checked_add(len)?)?);
    }
    (out.len() == size).then_some(out)
}

/// A pack of version 2 that holds these objects whole.
pub fn write_pack(entries: &[PackEntry]) -> Vec<u8> {
    pack_with_offsets(entries).0
}

/// The same with where each object starts in it.
pub(crate) fn pack_with_offsets(entries: &[PackEntry]) -> (Vec<u8>, Vec<usize>) {
    let mut offsets = Vec::new();
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend_from_slice(&u32::try_from(entries.len()).unwrap_or(u32::MAX).to_be_bytes());
    for entry in entries {
        offsets.push(pack.len());
        let type_bits = match entry.kind {
            Kind::Commit => 1,
            Kind::Tree => 2,
            Kind::Blob => 3,
            Kind::Tag => 4,
        };
        let size = entry.data.len();
        let mut byte = type_bits << 4 | u8::try_from(size & 15).unwrap_or(15);
        let mut rest = size >> 4;
        while rest > 0 {
            pack.push(byte | 0x80);
            byte = u8::try_from(rest & 0x7f).unwrap_or(0x7f);
            rest >>= 7;
        }
        pack.push(byte);
        pack.extend_from_slice(&miniz_oxide::deflate::compress_to_vec_zlib(&entry.data, 6));
    }
    let sum = sha1(&pack);
    pack.extend_from_slice(sum.as_slice());
    (pack, offsets)
}

/// Reads every object of a pack. `known` gives what its deltas may build on outside of it.
pub fn read_pack(bytes: &[u8], known: &dyn Fn(&ObjectId) -> Option<PackEntry>) -> Result<Vec<PackEntry>> {
    let bad = || GitError::fatal("pack is corrupt");
    if !bytes.starts_with(b"PACK\0\0\0\x02") || bytes.len() < 32 {
        return Err(bad());
    }
    let body = &bytes[..bytes.len() - 20];
    if sha1(body).as_slice() != &bytes[bytes.len() - 20..] {
        return Err(bad());
    }
    let count = word(bytes, 8).ok_or_else(bad)?;
    let mut entries: Vec<PackEntry> = Vec::new();
    let mut by_offset = OrdMap::new();
    let mut by_id = OrdMap::new();
    let mut waiting = Vec::new();
    let mut at = 12;
    for _ in 0..count {
        let raw = raw_entry(body, at).ok_or_else(bad)?;
        let end = raw.end;
        waiting.push((at, raw));
        at = end;
    }
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut left = Vec::new();
        for (at, raw) in waiting {
            let base = match &raw.base {
                Base::None(_) => None,
                Base::Offset(back) => {
                    at.checked_sub(*back).and_then(|at| by_offset.get(&at)).map(|n| &entries[*n]).cloned()
                }
                Base::Id(id) => by_id.get(id).map(|n: &usize| entries[*n].clone()).or_else(|| known(id)),
            };
            let (kind, data) = match (&raw.base, base) {
                (Base::None(kind), _) => (*kind, raw.data),
                (_, Some(base)) => (base.kind, apply_delta(&base.data, &raw.data).ok_or_else(bad)?),
                (_, None) => {
                    left.push((at, raw));
                    continue;
                }
            };
            let id = super::hash_object(kind, &data);
            by_offset.insert(at, entries.len());
            by_id.insert(id, entries.len());
            entries.push(PackEntry { id, kind, data });
        }
        if left.len() == before {
            return Err(bad());
        }
        waiting = left;
    }
    Ok(entries)
}
