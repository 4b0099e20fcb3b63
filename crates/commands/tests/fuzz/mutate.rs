//! Damage: flipped bits, cuts, doubled and swapped parts, bytes that mean something.

use sim::Rng;

fn at(dice: &mut Rng, len: usize) -> usize {
    usize::try_from(dice.below(len.max(1) as u64)).expect("an index")
}

/// Damages bytes a few times.
pub fn bytes(dice: &mut Rng, data: &mut Vec<u8>) {
    for _ in 0..1 + dice.below(4) {
        if data.is_empty() {
            data.push(b'x');
        }
        let here = at(dice, data.len());
        let len = 1 + at(dice, 12);
        let end = (here + len).min(data.len());
        match dice.below(10) {
            0..=1 => data[here] ^= 1 << dice.below(8),
            2 => data[here] = u8::try_from(dice.below(256)).expect("a byte"),
            3 => data[here] = [0, 0xff, 0x7f, 0x80, b'\n', b' ', b'/', b'0'][at(dice, 8)],
            4 => data.truncate(here),
            5 => {
                data.drain(here..end);
            }
            6 => {
                let part = data[here..end].to_vec();
                let to = at(dice, data.len());
                data.splice(to..to, part);
            }
            7 => {
                let other = at(dice, data.len());
                data.swap(here, other);
            }
            8 => data[here..end].fill(0xff),
            _ => data.insert(here, u8::try_from(dice.below(256)).expect("a byte")),
        }
    }
}

/// Damages a text: characters and pieces that mean something to its reader go and come.
pub fn text(dice: &mut Rng, text: &str, pieces: &[&str]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + dice.below(5) {
        let here = at(dice, chars.len() + 1).min(chars.len());
        let end = (here + 1 + at(dice, 10)).min(chars.len());
        match dice.below(8) {
            0..=2 => {
                let piece = pieces[at(dice, pieces.len())];
                chars.splice(here..here, piece.chars());
            }
            3 => {
                chars.drain(here..end);
            }
            4 => {
                let part = chars[here..end].to_vec();
                let to = at(dice, chars.len() + 1).min(chars.len());
                chars.splice(to..to, part);
            }
            5 => chars.truncate(here),
            6 => {
                let piece = pieces[at(dice, pieces.len())];
                let times = 1 + at(dice, 40);
                chars.splice(here..here, piece.repeat(times).chars());
            }
            _ => chars.insert(here, ['\0', 'é', '\u{1f600}', '\u{7f}', '\r', '\t', '9', '-'][at(dice, 8)]),
        }
    }
    chars.into_iter().collect()
}
