//! A layer as a tar archive: what its digest is the digest of.

use crate::{Change, Content};

const BLOCK: usize = 512;

/// The archive of a layer's changes. A path that is gone is a whiteout: an empty file `.wh.NAME` (OCI image layout).
#[inline(never)]
pub fn tar(changes: &[Change]) -> Vec<u8> {
    let mut out = Vec::new();
    for change in changes {
        let path = change.path.trim_start_matches('/');
        let (name, kind, link, data): (String, u8, &str, &[u8]) = match &change.content {
            Content::Dir => ([path, "/"].concat(), b'5', "", &[]),
            Content::File(bytes) => (path.to_string(), b'0', "", bytes),
            Content::Link(target) => (path.to_string(), b'2', target, &[]),
            Content::Gone => {
                let whiteout = [vfs::parent(&change.path), "/.wh.", vfs::base_name(&change.path)].concat();
                (whiteout.trim_start_matches('/').to_string(), b'0', "", &[])
            }
        };
        if name.len() > 100 {
            // GNU's way to write a long name: an entry of its own before the file's.
            let mut long = name.as_bytes().to_vec();
            long.push(0);
            header(&mut out, "././@LongLink", b'L', "", long.len(), (0o644, 0));
            body(&mut out, &long);
        }
        let short =
            name.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= 100).last().unwrap_or(0);
        header(&mut out, &name[..short], kind, link, data.len(), (change.mode, change.mtime / 1_000_000));
        body(&mut out, data);
    }
    out.resize(out.len() + 2 * BLOCK, 0);
    out
}

fn body(out: &mut Vec<u8>, data: &[u8]) {
    out.extend_from_slice(data);
    out.resize(out.len().next_multiple_of(BLOCK), 0);
}

#[inline(never)]
fn header(out: &mut Vec<u8>, name: &str, kind: u8, link: &str, size: usize, (mode, mtime): (u32, u64)) {
    let mut block = [0_u8; BLOCK];
    put(&mut block, 0, name.as_bytes());
    octal(&mut block, 100, 7, u64::from(mode));
    octal(&mut block, 108, 7, 0);
    octal(&mut block, 116, 7, 0);
    octal(&mut block, 124, 11, size as u64);
    octal(&mut block, 136, 11, mtime);
    put(&mut block, 148, b"        ");
    block[156] = kind;
    put(&mut block, 157, &link.as_bytes()[..link.len().min(100)]);
    put(&mut block, 257, b"ustar\x0000");
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    octal(&mut block, 148, 6, sum);
    block[154] = 0;
    out.extend_from_slice(&block);
}

fn put(block: &mut [u8; BLOCK], at: usize, bytes: &[u8]) {
    block[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A number in `digits` octal digits.
fn octal(block: &mut [u8; BLOCK], at: usize, digits: usize, mut number: u64) {
    for place in (0..digits).rev() {
        block[at + place] = b'0' + (number & 7) as u8;
        number >>= 3;
    }
}
