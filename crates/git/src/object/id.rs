//! The name of an object: its SHA-1.

use std::fmt;

/// 20 bytes; shown as 40 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 20]);

const DIGITS: &[u8; 16] = b"0123456789abcdef";
/// What each byte is worth as a digit, 16 where it is none. A history reads four ids a commit: no branches.
const VALUES: [u8; 256] = {
    let mut values = [16; 256];
    let mut value = 0;
    while value < 16 {
        values[DIGITS[value] as usize] = value as u8;
        values[DIGITS[value].to_ascii_uppercase() as usize] = value as u8;
        value += 1;
    }
    values
};

impl ObjectId {
    /// The id of nothing: all zeros.
    pub const fn null() -> Self {
        Self([0; 20])
    }

    pub fn is_null(&self) -> bool {
        *self == Self::null()
    }

    /// The tree without entries, which every store has.
    pub fn is_empty_tree(&self) -> bool {
        self.0 == *b"\x4b\x82\x5d\xc6\x42\xcb\x6e\xb9\xa0\x60\xe5\x4b\xf8\xd6\x92\x88\xfb\xee\x49\x04"
    }

    pub fn is_empty_blob(&self) -> bool {
        self.0 == *b"\xe6\x9d\xe2\x9b\xb2\xd1\xd6\x43\x4b\x8b\x29\xae\x77\x5a\xd8\xc2\xe4\x8c\x53\x91"
    }

    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// Reads 40 digits, large letters too.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let mut bytes = [0; 20];
        if hex.len() != 40 {
            return None;
        }
        let mut all = 0;
        for (place, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
            all |= high | low;
            *place = high << 4 | low & 15;
        }
        (all < 16).then_some(Self(bytes))
    }

    /// The 40 digits.
    pub fn hex(&self) -> String {
        let mut hex = String::with_capacity(40);
        self.write_hex(&mut hex);
        hex
    }

    /// Puts the 40 digits behind a text.
    pub(crate) fn write_hex(&self, text: &mut String) {
        let mut digits = [0; 40];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        text.push_str(std::str::from_utf8(&digits).expect("hexadecimal digits are ASCII"));
    }
}

impl From<[u8; 20]> for ObjectId {
    fn from(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for ObjectId {
    type Error = std::array::TryFromSliceError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}
