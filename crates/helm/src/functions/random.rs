//! What is different each time in the real tool comes from a seed here: the same world gives the same texts.

use super::{Around, Done, int, size};
use gotemplate::Val;

/// A small generator: splitmix64.
#[derive(Debug)]
pub(crate) struct Seed(u64);

impl Seed {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.next() % end }
    }
}

pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "randAlphaNum" | "randAlpha" | "randAscii" | "randNumeric" | "randBytes" => "i",
        "randInt" => "ii",
        "uuidv4" => "",
        _ => return None,
    })
}

pub(super) fn call(name: &str, args: &[Val], around: &mut Around<'_>) -> Done {
    let seed = &mut *around.seed;
    let pick = |seed: &mut Seed, of: &str| {
        let at = usize::try_from(seed.below(of.len() as u64)).unwrap_or(0);
        char::from(of.as_bytes()[at])
    };
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let count = size(int(args, 0)).min(100_000);
    let from = |seed: &mut Seed, of: &str| Val::text((0..count).map(|_| pick(seed, of)).collect::<String>());
    Ok(match name {
        "randAlphaNum" => from(seed, &[LETTERS, "0123456789"].concat()),
        "randAlpha" => from(seed, LETTERS),
        "randNumeric" => from(seed, "0123456789"),
        "randAscii" => {
            let all: String = (' '..='~').collect();
            from(seed, &all)
        }
        "randBytes" => {
            let bytes: Vec<u8> = (0..count).map(|_| u8::try_from(seed.below(256)).unwrap_or(0)).collect();
            Val::text(crate::encode::base64(&bytes))
        }
        "randInt" => {
            let (low, high) = (int(args, 0), int(args, 1));
            if high <= low {
                return Err("invalid argument to Intn".into());
            }
            let more = seed.below(high.wrapping_sub(low).unsigned_abs());
            Val::Int(low.wrapping_add(i64::try_from(more).unwrap_or(0)))
        }
        _ => {
            let mut out = String::new();
            for at in 0..32 {
                if matches!(at, 8 | 12 | 16 | 20) {
                    out.push('-');
                }
                let digit = match at {
                    12 => 4,
                    16 => 8 + seed.below(4),
                    _ => seed.below(16),
                };
                out.push(char::from_digit(u32::try_from(digit).unwrap_or(0), 16).unwrap_or('0'));
            }
            Val::text(out)
        }
    })
}
