//! Deflating what is short. A library's compressor clears some 200 kB of tables before its first byte, which is nearly all
//! of the time that a Git object of a hundred bytes takes; here the table is 2 kB and the codes are the fixed ones of
//! RFC 1951 (3.2.6), which is what zlib itself comes to for so little. What is longer goes to the library.

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::{MZ_ADLER32_INIT, mz_adler32_oxide};

/// Up to here in bytes the fixed codes are hardly worse than a table of one's own, and a distance is no question.
const SHORT: usize = 4096;
/// No match is shorter, though the format has ones of 3.
const MATCH_MIN: usize = 4;
const MATCH_MAX: usize = 258;
const HASH_BITS: u32 = 10;
const END: usize = 256;
/// The first symbol of a match's length.
const LENGTHS: usize = 257;

/// A zlib stream (RFC 1950) of these bytes.
pub(crate) fn zlib(raw: &[u8]) -> Vec<u8> {
    if raw.len() > SHORT {
        return compress_to_vec_zlib(raw, 1);
    }
    let mut bits = Bits { out: Vec::with_capacity(16 + raw.len()), held: 0, count: 0 };
    bits.out.extend([0x78, 0x01]);
    // The last block; with fixed codes.
    bits.put(0b011, 3);
    block(raw, &mut bits);
    let mut out = bits.ended();
    if out.len() > raw.len() + STORED {
        out = stored(raw);
    }
    out.extend(mz_adler32_oxide(MZ_ADLER32_INIT, raw).to_be_bytes());
    out
}

/// Bytes before what is stored as it is.
const STORED: usize = 7;

/// What has no order in it is only stored.
fn stored(raw: &[u8]) -> Vec<u8> {
    let len = u16::try_from(raw.len()).expect("only what is short is stored here");
    let mut out = vec![0x78, 0x01, 1];
    out.extend(len.to_le_bytes());
    out.extend((!len).to_le_bytes());
    out.extend(raw);
    out
}

fn block(raw: &[u8], bits: &mut Bits) {
    // Where four bytes with this hash stood last, counted from one.
    let mut seen = [0_u16; 1 << HASH_BITS];
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        if let Some(four) = raw[at..].first_chunk::<MATCH_MIN>() {
            let hash = u32::from_le_bytes(*four).wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS);
            let before = usize::from(std::mem::replace(&mut seen[hash as usize], at as u16 + 1));
            if before > 0 && raw[before - 1..].starts_with(four) {
                let from = before - 1;
                let more = raw[at..].iter().zip(&raw[from..]).take(MATCH_MAX).skip(MATCH_MIN);
                let len = MATCH_MIN + more.take_while(|(one, two)| one == two).count();
                bits.length(len - 3);
                bits.distance(at - from - 1);
                at += len;
                continue;
            }
        }
        bits.symbol(usize::from(*byte));
        at += 1;
    }
    bits.symbol(END);
}

/// Each symbol's code, its first bit lowest, and how many bits it has.
const CODES: [(u16, u8); 288] = {
    let mut codes = [(0, 0); 288];
    let mut symbol = 0;
    while symbol < codes.len() {
        let (code, len) = match symbol {
            0..144 => (0x30 + symbol, 8),
            144..256 => (0x190 + symbol - 144, 9),
            256..280 => (symbol - 256, 7),
            _ => (0xc0 + symbol - 280, 8),
        };
        codes[symbol] = ((code as u16).reverse_bits() >> (16 - len), len);
        symbol += 1;
    }
    codes
};

/// Bits that fill bytes from the lowest on.
struct Bits {
    out: Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, len: u32) {
        self.held |= u64::from(value) << self.count;
        self.count += len;
        if self.count >= 32 {
            self.out.extend_from_slice(&(self.held as u32).to_le_bytes());
            self.held >>= 32;
            self.count -= 32;
        }
    }

    fn symbol(&mut self, symbol: usize) {
        let (code, len) = CODES[symbol];
        self.put(u32::from(code), u32::from(len));
    }

    /// A match's length, three taken off: its symbol, and the bits that this leaves open.
    fn length(&mut self, less: usize) {
        if less < 8 || less == MATCH_MAX - 3 {
            return self.symbol(LENGTHS + less.min(28));
        }
        let extra = less.ilog2() - 2;
        self.symbol(LENGTHS + 4 * extra as usize + (less >> extra));
        self.put(less as u32 & ((1 << extra) - 1), extra);
    }

    /// How far back it stands, one taken off: five bits that are a code, and those that it leaves open.
    fn distance(&mut self, less: usize) {
        let extra = less.max(2).ilog2() - 1;
        let code = if less < 4 { less as u32 } else { 2 * extra + (less >> extra) as u32 };
        self.put(code.reverse_bits() >> 27, 5);
        self.put(less as u32 & ((1 << extra) - 1), extra);
    }

    fn ended(mut self) -> Vec<u8> {
        let last = self.held.to_le_bytes();
        self.out.extend_from_slice(&last[..self.count.div_ceil(8) as usize]);
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    fn check(raw: &[u8]) -> usize {
        let deflated = zlib(raw);
        assert_eq!(decompress_to_vec_zlib(&deflated).expect("a zlib stream"), raw);
        deflated.len()
    }

    #[test]
    fn what_is_deflated_inflates_to_the_same() {
        for len in (0..300).chain([SHORT - 1, SHORT, SHORT + 1]) {
            // One byte again and again (the longest matches), short turns, a text, and bytes without order.
            check(&vec![b'a'; len]);
            check(&(0..len).map(|at| (at % 7) as u8 + 240).collect::<Vec<u8>>());
            check(&(0..len).map(|at| b"tree parent author "[at * at / 3 % 19]).collect::<Vec<u8>>());
            let chance = |at: &usize| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 29) as u8;
            assert!(check(&(0..len).map(|at| chance(&at)).collect::<Vec<u8>>()) <= len + STORED + 6);
        }
    }

    #[test]
    fn every_length_and_many_distances_are_told() {
        for len in MATCH_MIN..=MATCH_MAX + 5 {
            let between: Vec<u8> = (0..len * 15).map(|at| (at * at / 7) as u8).collect();
            let word: Vec<u8> = (0..len).map(|at| (at * 31 % 251) as u8).collect();
            check(&[&word[..], &between[..between.len().min(SHORT - 2 * word.len())], &word].concat());
        }
    }

    #[test]
    fn text_becomes_shorter() {
        let text = "100644 blob 83baae61804e65cc73a7201a7252750c76066a30\tREADME.md\n".repeat(8);
        assert!(check(text.as_bytes()) < 110, "{}", check(text.as_bytes()));
    }
}
