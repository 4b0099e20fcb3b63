//! AES-256 in Galois/Counter mode (NIST SP 800-38D), with nonces of any length: SOPS' are of 32 bytes.

/// The box of substitutions, from its definition.
const BOX: [u8; 256] = {
    let mut out = [0_u8; 256];
    let (mut p, mut q) = (1_u8, 1_u8);
    loop {
        p = p ^ twice(p);
        q ^= q << 1;
        q ^= q << 2;
        q ^= q << 4;
        if q & 0x80 != 0 {
            q ^= 9;
        }
        out[p as usize] = q ^ q.rotate_left(1) ^ q.rotate_left(2) ^ q.rotate_left(3) ^ q.rotate_left(4) ^ 0x63;
        if p == 1 {
            break;
        }
    }
    out[0] = 0x63;
    out
};

const fn twice(byte: u8) -> u8 {
    byte << 1 ^ if byte & 0x80 == 0 { 0 } else { 0x1b }
}

type Block = [u8; 16];

/// A key, spread over the rounds.
struct Aes([Block; 15]);

impl Aes {
    fn new(key: &[u8; 32]) -> Self {
        let mut words = [[0_u8; 4]; 60];
        let mut round = 1_u8;
        for at in 0..60 {
            if at < 8 {
                words[at].copy_from_slice(&key[at * 4..at * 4 + 4]);
                continue;
            }
            let mut word = words[at - 1];
            if at % 8 == 0 {
                word.rotate_left(1);
            }
            if at % 4 == 0 {
                word = word.map(|byte| BOX[usize::from(byte)]);
            }
            if at % 8 == 0 {
                word[0] ^= round;
                round = twice(round);
            }
            for (byte, before) in word.iter_mut().zip(words[at - 8]) {
                *byte ^= before;
            }
            words[at] = word;
        }
        let mut rounds = [[0; 16]; 15];
        for (at, byte) in words.concat().into_iter().enumerate() {
            rounds[at / 16][at % 16] = byte;
        }
        Self(rounds)
    }

    fn encrypt(&self, block: Block) -> Block {
        let mut state = block;
        xor(&mut state, &self.0[0]);
        for (round, key) in self.0.iter().enumerate().skip(1) {
            let mut next = [0; 16];
            for (at, byte) in next.iter_mut().enumerate() {
                // Rows are shifted by their number.
                *byte = BOX[usize::from(state[(at + at % 4 * 4) % 16])];
            }
            if round < 14 {
                for column in next.chunks_mut(4) {
                    let all = column.iter().fold(0, |sum, byte| sum ^ byte);
                    let first = column[0];
                    for at in 0..4 {
                        let right = if at == 3 { first } else { column[at + 1] };
                        column[at] ^= all ^ twice(column[at] ^ right);
                    }
                }
            }
            xor(&mut next, key);
            state = next;
        }
        state
    }
}

fn xor(block: &mut [u8], with: &[u8]) {
    for (byte, other) in block.iter_mut().zip(with) {
        *byte ^= other;
    }
}

/// GHASH: every part filled up to whole blocks, then both lengths in bits.
fn ghash(key: u128, first: &[u8], second: &[u8]) -> u128 {
    let mut sum = 0_u128;
    let mut take = |part: &[u8]| {
        let mut block = [0; 16];
        block[..part.len()].copy_from_slice(part);
        let left = sum ^ u128::from_be_bytes(block);
        let mut right = key;
        sum = 0;
        for bit in (0..128).rev() {
            if left >> bit & 1 == 1 {
                sum ^= right;
            }
            right = right >> 1 ^ if right & 1 == 1 { 0xe1 << 120 } else { 0 };
        }
    };
    first.chunks(16).for_each(&mut take);
    second.chunks(16).for_each(&mut take);
    take(&(((first.len() as u128 * 8) << 64) | (second.len() as u128 * 8)).to_be_bytes());
    sum
}

/// What encrypts and decrypts: the text under the key stream, and the tag over the encrypted of both.
struct Gcm {
    aes: Aes,
    hash: u128,
    counter: Block,
}

impl Gcm {
    fn new(key: &[u8; 32], nonce: &[u8]) -> Self {
        let aes = Aes::new(key);
        let hash = u128::from_be_bytes(aes.encrypt([0; 16]));
        let mut counter = [0; 16];
        if nonce.len() == 12 {
            counter[..12].copy_from_slice(nonce);
            counter[15] = 1;
        } else {
            counter = ghash(hash, &[], nonce).to_be_bytes();
        }
        Self { aes, hash, counter }
    }

    fn stream(&self, text: &mut [u8]) {
        let mut counter = self.counter;
        for part in text.chunks_mut(16) {
            let count = u32::from_be_bytes([counter[12], counter[13], counter[14], counter[15]]).wrapping_add(1);
            counter[12..].copy_from_slice(&count.to_be_bytes());
            xor(part, &self.aes.encrypt(counter));
        }
    }

    fn tag(&self, encrypted: &[u8], extra: &[u8]) -> Block {
        let mut tag = ghash(self.hash, extra, encrypted).to_be_bytes();
        xor(&mut tag, &self.aes.encrypt(self.counter));
        tag
    }
}

/// The encrypted text with its tag of 16 bytes behind.
pub fn seal(key: &[u8; 32], nonce: &[u8], text: &[u8], extra: &[u8]) -> Vec<u8> {
    let gcm = Gcm::new(key, nonce);
    let mut out = text.to_vec();
    gcm.stream(&mut out);
    let tag = gcm.tag(&out, extra);
    out.extend(tag);
    out
}

/// Nothing where the tag does not fit.
pub fn open(key: &[u8; 32], nonce: &[u8], sealed: &[u8], extra: &[u8]) -> Option<Vec<u8>> {
    let (encrypted, tag) = sealed.split_at_checked(sealed.len().checked_sub(16)?)?;
    let gcm = Gcm::new(key, nonce);
    if gcm.tag(encrypted, extra) != tag {
        return None;
    }
    let mut out = encrypted.to_vec();
    gcm.stream(&mut out);
    Some(out)
}
