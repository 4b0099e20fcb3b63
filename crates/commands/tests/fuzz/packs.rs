//! Packs with lies in them: sizes, kinds, deltas, offsets; alone, with an index beside them, and in bundles.

use super::formats::{Fixture, sealed};
use super::mutate;
use super::tried;
use git::{Bundle, Kind, PackEntry, When, hash_object, read_pack};
use sim::Rng;

fn header(out: &mut Vec<u8>, kind: u8, size: usize) {
    let mut byte = (kind << 4) | u8::try_from(size & 15).expect("four bits");
    let mut rest = size >> 4;
    while rest > 0 {
        out.push(byte | 0x80);
        byte = u8::try_from(rest & 0x7f).expect("seven bits");
        rest >>= 7;
    }
    out.push(byte);
}

fn varint(out: &mut Vec<u8>, mut value: usize) {
    while value > 0x7f {
        out.push(u8::try_from(value & 0x7f).expect("seven bits") | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).expect("seven bits"));
}

/// A delta that copies and inserts, sometimes beyond the end.
fn delta(dice: &mut Rng, base: usize) -> Vec<u8> {
    let mut ops = Vec::new();
    let mut size = 0;
    for _ in 0..dice.below(5) {
        if dice.below(2) == 0 {
            let len = 1 + usize::try_from(dice.below(20)).expect("small");
            ops.push(u8::try_from(len).expect("small"));
            ops.extend(std::iter::repeat_n(b'x', len));
            size += len;
        } else {
            let from = usize::try_from(dice.below(base.max(1) as u64 + 2)).expect("small");
            let len = 1 + usize::try_from(dice.below(base.max(1) as u64)).expect("small");
            ops.extend([
                0x80 | 0x01 | 0x10,
                u8::try_from(from & 255).expect("a byte"),
                u8::try_from(len & 255).expect("a byte"),
            ]);
            size += len;
        }
    }
    let mut out = Vec::new();
    varint(&mut out, base);
    varint(&mut out, if dice.below(10) == 0 { usize::try_from(dice.next_u64() >> 20).unwrap_or(0) } else { size });
    out.extend(ops);
    if dice.below(4) == 0 {
        mutate::bytes(dice, &mut out);
    }
    out
}

/// The bytes of a pack, and where its entries begin.
fn drawn(dice: &mut Rng, fixture: &Fixture) -> (Vec<u8>, Vec<usize>) {
    let count = 1 + dice.below(5);
    let told = if dice.below(12) == 0 { dice.below(u64::from(u32::MAX)) } else { count };
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend(u32::try_from(told).unwrap_or(u32::MAX).to_be_bytes());
    let mut offsets: Vec<usize> = Vec::new();
    for _ in 0..count {
        let here = pack.len();
        let base = format!("text {}\n", dice.below(3)).repeat(1 + usize::try_from(dice.below(6)).expect("small"));
        let kind = u8::try_from(dice.below(8)).expect("small");
        let data = if kind >= 6 { delta(dice, base.len()) } else { base.into_bytes() };
        let size = if dice.below(15) == 0 {
            usize::try_from(dice.next_u64() >> dice.below(60)).unwrap_or(0)
        } else {
            data.len()
        };
        header(&mut pack, kind, size);
        if kind == 6 {
            let back = match offsets.last() {
                Some(last) if dice.below(5) > 0 => here - last,
                _ => usize::try_from(dice.below(300)).expect("small"),
            };
            let mut bytes = vec![u8::try_from(back & 0x7f).expect("seven bits")];
            let mut rest = back >> 7;
            while rest > 0 {
                rest -= 1;
                bytes.push(u8::try_from(rest & 0x7f).expect("seven bits") | 0x80);
                rest >>= 7;
            }
            pack.extend(bytes.iter().rev());
        }
        if kind == 7 {
            // The object of a row of the index, which may be this very one, or an object of the store.
            let row = if dice.below(2) == 0 { here } else { *offsets.first().unwrap_or(&here) };
            let own = hash_object(Kind::Blob, &row.to_be_bytes());
            let stored = fixture.ids[usize::try_from(dice.below(fixture.ids.len() as u64)).expect("an index")];
            pack.extend(if dice.below(2) == 0 { own } else { stored }.as_slice());
        }
        pack.extend(miniz_oxide::deflate::compress_to_vec_zlib(&data, 1));
        offsets.push(here);
    }
    if dice.below(3) == 0 {
        mutate::bytes(dice, &mut pack);
    }
    (sealed(pack), offsets)
}

fn known(fixture: &Fixture, id: &git::ObjectId) -> Option<PackEntry> {
    let object = fixture.repo.read_object(&fixture.files, id).ok()?;
    Some(PackEntry { id: *id, kind: object.kind, data: object.data().to_vec() })
}

pub fn pack(fixture: &Fixture, seed: u64) -> String {
    let mut dice = Rng::new(seed);
    let (pack, offsets) = drawn(&mut dice, fixture);
    tried(read_pack(&pack, &|id| known(fixture, id)));
    // The same with an index: version 2, sorted ids, perhaps damaged.
    let mut rows: Vec<(git::ObjectId, usize)> =
        offsets.iter().map(|at| (hash_object(Kind::Blob, &at.to_be_bytes()), *at)).collect();
    rows.sort();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=255_u8 {
        let upto = rows.iter().filter(|(id, _)| id.as_slice()[0] <= first).count();
        index.extend(u32::try_from(upto).expect("few").to_be_bytes());
    }
    rows.iter().for_each(|(id, _)| index.extend(id.as_slice()));
    rows.iter().for_each(|_| index.extend([0; 4]));
    rows.iter().for_each(|(_, at)| index.extend(u32::try_from(*at).expect("small").to_be_bytes()));
    index.extend(&pack[pack.len() - 20..]);
    if dice.below(3) == 0 {
        mutate::bytes(&mut dice, &mut index);
    }
    let index = sealed(index);
    let mut files = fixture.files.clone();
    files.make_dir_all("/r/.git/objects/pack", 0).expect("a folder");
    files.write("/r/.git/objects/pack/pack-1.pack", pack.clone(), 0).expect("written");
    files.write("/r/.git/objects/pack/pack-1.idx", index, 0).expect("written");
    for (id, _) in &rows {
        tried(fixture.repo.read_object(&files, id));
        tried(fixture.repo.has_object(&files, id));
    }
    tried((
        fixture.repo.all_ids(&files),
        fixture.repo.ids_with_prefix(&files, "ab"),
        fixture.repo.pack_contents(&files),
    ));
    pack.escape_ascii().to_string()
}

pub fn bundle(fixture: &Fixture, seed: u64) -> String {
    let mut dice = Rng::new(seed);
    let tip = *fixture.ids.last().expect("commits");
    let mut bytes = if dice.below(2) == 0 {
        let has = if dice.below(2) == 0 { vec![fixture.ids[fixture.ids.len() - 2]] } else { Vec::new() };
        let refs = [("refs/heads/main".to_string(), tip)];
        fixture.repo.bundle(&fixture.files, &refs, &has).expect("the history is whole").encode()
    } else {
        let mut bytes = format!("# v2 git bundle\n-{tip} change\n{tip} refs/heads/main\n\n").into_bytes();
        bytes.extend(drawn(&mut dice, fixture).0);
        bytes
    };
    if dice.below(3) > 0 {
        // The head, where the pack's sum does not help.
        let head = bytes.windows(2).position(|two| two == b"\n\n").unwrap_or(0);
        let mut front: Vec<u8> = bytes.drain(..head).collect();
        mutate::bytes(&mut dice, &mut front);
        bytes.splice(..0, front);
    } else {
        mutate::bytes(&mut dice, &mut bytes);
    }
    if let Ok(bundle) = Bundle::parse(&bytes) {
        let mut files = fixture.files.clone();
        tried(fixture.repo.unbundle(&mut files, &bundle, When { secs: 1_780_684_930, offset_mins: 0 }));
        tried(bundle.encode());
    }
    bytes.escape_ascii().to_string()
}
