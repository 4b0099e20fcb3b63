//! ChaCha20-Poly1305 (RFC 8439).

use crate::big::{Big, Modulus};

type Key = [u8; 32];

fn block(key: &Key, counter: u32, nonce: &[u8; 12]) -> [u8; 64] {
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| bytes[at * 4 + i]));
    let mut state = [0_u32; 16];
    for (at, out) in state.iter_mut().enumerate() {
        *out = match at {
            0..4 => word(b"expand 32-byte k", at),
            4..12 => word(key, at - 4),
            12 => counter,
            _ => word(nonce, at - 13),
        };
    }
    let first = state;
    for round in 0..20 {
        for column in 0..4 {
            // Columns, then diagonals.
            let turn = if round % 2 == 0 { 0 } else { 1 };
            let [a, b, c, d] = [0, 1, 2, 3].map(|row| row * 4 + (column + row * turn) % 4);
            for (x, y, z, by) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
                state[x] = state[x].wrapping_add(state[y]);
                state[z] = (state[z] ^ state[x]).rotate_left(by);
            }
        }
    }
    let mut out = [0; 64];
    for (at, part) in out.chunks_mut(4).enumerate() {
        part.copy_from_slice(&state[at].wrapping_add(first[at]).to_le_bytes());
    }
    out
}

fn stream(key: &Key, nonce: &[u8; 12], text: &mut [u8]) {
    for (count, part) in text.chunks_mut(64).enumerate() {
        for (byte, pad) in part.iter_mut().zip(block(key, count as u32 + 1, nonce)) {
            *byte ^= pad;
        }
    }
}

/// Poly1305 over the text filled up to 16 bytes and its length: there is no additional data in what age writes.
fn tag(key: &Key, nonce: &[u8; 12], encrypted: &[u8]) -> Vec<u8> {
    let secret = block(key, 0, nonce);
    let mut r = [0; 16];
    r.copy_from_slice(&secret[..16]);
    let r = u128::from_le_bytes(r) & 0x0fff_fffc_0fff_fffc_0fff_fffc_0fff_ffff;
    let mut prime = [0xff; 17];
    prime[0] = 0xfb;
    prime[16] = 3;
    let modulus = Modulus::new(Big::from_le(&prime));
    let r = modulus.enter(&Big::from_le(&r.to_le_bytes()));
    let mut sum = Big::default();
    let mut take = |part: &[u8]| {
        let mut bytes = [0; 17];
        bytes[..part.len()].copy_from_slice(part);
        bytes[16] = 1;
        sum = modulus.product(&modulus.plus(&sum, &Big::from_le(&bytes)), &r);
    };
    encrypted.chunks(16).for_each(&mut take);
    take(&((encrypted.len() as u128) << 64).to_le_bytes());
    sum.add(&Big::from_le(&secret[16..32])).to_le(17)[..16].to_vec()
}

pub fn seal(key: &Key, nonce: &[u8; 12], text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    stream(key, nonce, &mut out);
    let tag = tag(key, nonce, &out);
    out.extend(tag);
    out
}

pub fn open(key: &Key, nonce: &[u8; 12], sealed: &[u8]) -> Option<Vec<u8>> {
    let (encrypted, mark) = sealed.split_at_checked(sealed.len().checked_sub(16)?)?;
    if tag(key, nonce, encrypted) != mark {
        return None;
    }
    let mut out = encrypted.to_vec();
    stream(key, nonce, &mut out);
    Some(out)
}
