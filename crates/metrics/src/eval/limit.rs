//! `limit_ratio`: a part of the series, chosen by their hashes.

use super::Evaluated;
use crate::labels::Labels;
use crate::value::Sample;
use order::OrdMap;

/// Those whose hash lies in the first part of all hashes, or in the last where the part is negative.
pub(super) fn ratio(groups: OrdMap<Labels, Vec<Sample>>, part: f64) -> Evaluated<Vec<Sample>> {
    if part.is_nan() {
        return Err("Ratio value is NaN".into());
    }
    let part = part.clamp(-1.0, 1.0);
    #[expect(clippy::cast_precision_loss, reason = "a place among all hashes")]
    let chosen = |sample: &Sample| {
        let place = hash(&bytes(&sample.labels)) as f64 / u64::MAX as f64;
        if part < 0.0 { place >= 1.0 + part } else { place < part }
    };
    Ok(groups.into_values().flatten().filter(chosen).collect())
}

/// As Prometheus keeps labels in memory (`model/labels/labels_stringlabels.go`): each name and value behind its length.
fn bytes(labels: &Labels) -> Vec<u8> {
    let mut bytes = Vec::new();
    for text in labels.iter().flat_map(|(name, value)| [name, value]) {
        let len = text.len().to_le_bytes();
        match text.len() {
            0..255 => bytes.push(len[0]),
            _ => bytes.extend_from_slice(&[255, len[0], len[1], len[2]]),
        }
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

const PRIMES: [u64; 5] =
    [0x9e37_79b1_85eb_ca87, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 0x85eb_ca77_c2b2_ae63, 0x27d4_eb2f_1656_67c5];

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn round(sum: u64, input: u64) -> u64 {
    sum.wrapping_add(input.wrapping_mul(PRIMES[1])).rotate_left(31).wrapping_mul(PRIMES[0])
}

/// XXH64 with the seed zero.
fn hash(bytes: &[u8]) -> u64 {
    let blocks = bytes.chunks_exact(32);
    let mut rest = blocks.remainder();
    let mut sum = PRIMES[4];
    if bytes.len() >= 32 {
        let mut lanes = [PRIMES[0].wrapping_add(PRIMES[1]), PRIMES[1], 0, PRIMES[0].wrapping_neg()];
        for block in blocks {
            for (at, lane) in lanes.iter_mut().enumerate() {
                *lane = round(*lane, word(&block[at * 8..at * 8 + 8]));
            }
        }
        sum = (0..4).zip([1, 7, 12, 18]).fold(0_u64, |sum, (at, by)| sum.wrapping_add(lanes[at].rotate_left(by)));
        for lane in lanes {
            sum = (sum ^ round(0, lane)).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]);
        }
    }
    sum = sum.wrapping_add(bytes.len() as u64);
    while let Some((eight, more)) = rest.split_at_checked(8) {
        sum = (sum ^ round(0, word(eight))).rotate_left(27).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]);
        rest = more;
    }
    if let Some((four, more)) = rest.split_at_checked(4) {
        sum =
            (sum ^ word(four).wrapping_mul(PRIMES[0])).rotate_left(23).wrapping_mul(PRIMES[1]).wrapping_add(PRIMES[2]);
        rest = more;
    }
    for byte in rest {
        sum = (sum ^ u64::from(*byte).wrapping_mul(PRIMES[4])).rotate_left(11).wrapping_mul(PRIMES[0]);
    }
    sum = (sum ^ sum >> 33).wrapping_mul(PRIMES[1]);
    sum = (sum ^ sum >> 29).wrapping_mul(PRIMES[2]);
    sum ^ sum >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums that documents of XXH64 give.
    #[test]
    fn hashes_are_those_of_xxh64() {
        for (text, sum) in [
            ("", 0xef46_db37_51d8_e999),
            ("a", 0xd24e_c4f1_a98c_6e5b),
            ("abc", 0x44bc_2cf5_ad77_0999),
            ("Nobody inspects the spammish repetition", 0xfbce_a83c_8a37_8bf1),
        ] {
            assert_eq!(hash(text.as_bytes()), sum, "{text}");
        }
    }
}
