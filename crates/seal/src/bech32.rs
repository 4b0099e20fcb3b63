//! Bech32 (BIP 173): how age writes keys.

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

fn checksum(prefix: &str, digits: &[u8]) -> u32 {
    let low = prefix.as_bytes();
    let all = low.iter().map(|c| c >> 5).chain([0]).chain(low.iter().map(|c| c & 31)).chain(digits.iter().copied());
    let mut sum = 1_u32;
    for digit in all {
        let top = sum >> 25;
        sum = (sum & 0x01ff_ffff) << 5 ^ u32::from(digit);
        for (bit, add) in [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3].into_iter().enumerate() {
            if top >> bit & 1 == 1 {
                sum ^= add;
            }
        }
    }
    sum
}

/// Small letters; a secret key is written in large ones.
pub fn encode(prefix: &str, bytes: &[u8]) -> String {
    let mut digits = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            digits.push((bits >> count & 31) as u8);
        }
    }
    if count > 0 {
        digits.push((bits << (5 - count) & 31) as u8);
    }
    let plain = digits.len();
    digits.extend([0; 6]);
    let sum = checksum(prefix, &digits) ^ 1;
    for at in 0..6 {
        digits[plain + at] = (sum >> (5 * (5 - at)) & 31) as u8;
    }
    let mut out = format!("{prefix}1");
    out.extend(digits.iter().map(|digit| char::from(ALPHABET[usize::from(*digit)])));
    out
}

/// The 32 bytes of a key with this prefix (in small letters, as the text is).
pub fn decode(prefix: &str, text: &str) -> Option<[u8; 32]> {
    let body = text.strip_prefix(prefix)?.strip_prefix('1')?;
    let mut digits = Vec::new();
    for sign in body.bytes() {
        digits.push(ALPHABET.iter().position(|known| *known == sign)? as u8);
    }
    if digits.len() != 58 || checksum(prefix, &digits) != 1 {
        return None;
    }
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for digit in &digits[..52] {
        bits = bits << 5 | u32::from(*digit);
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out.try_into().ok()
}
