//! Numbers for lines: equal lines have equal numbers, so that whole texts are compared by comparing numbers.

/// A line's number.
pub(crate) type Token = u32;

const NONE: u32 = u32::MAX;

/// Lines seen so far, in a table of places that is at most half full.
struct Table<'a> {
    places: Vec<u32>,
    lines: Vec<(u32, &'a [u8])>,
}

impl<'a> Table<'a> {
    fn for_lines(count: usize) -> Self {
        Self { places: vec![NONE; (2 * count + 1).next_power_of_two()], lines: Vec::new() }
    }

    fn token(&mut self, line: &'a [u8]) -> Token {
        let hash = hashed(line);
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let token = self.places[place];
            if token == NONE {
                let token = u32::try_from(self.lines.len()).unwrap_or(NONE);
                self.places[place] = token;
                self.lines.push((hash, line));
                return token;
            }
            if self.lines[token as usize] == (hash, line) {
                return token;
            }
            place = (place + 1) & mask;
        }
    }
}

/// A step for every four bytes, and the high bits folded into the low ones.
fn hashed(line: &[u8]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let (words, rest) = line.as_chunks::<4>();
    for word in words {
        hash = (hash ^ u32::from_le_bytes(*word)).wrapping_mul(0x9e37_79b1).rotate_left(13);
    }
    for byte in rest {
        hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    hash ^ (hash >> 15)
}

/// The numbers of two texts' lines, and how many different ones there are.
pub(crate) fn tokens(old: &[&[u8]], new: &[&[u8]]) -> (Vec<Token>, Vec<Token>, usize) {
    let mut table = Table::for_lines(old.len() + new.len());
    let old = old.iter().map(|line| table.token(line)).collect();
    let new = new.iter().map(|line| table.token(line)).collect();
    (old, new, table.lines.len())
}
