//! The name of an object: its SHA-1.

use std::fmt;

/// 20 bytes; shown as 40 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 20]);

const DIGITS: &[u8; 16] = b"0123456789abcdef";

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
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
        let mut bytes = [0; 20];
        if hex.len() != 40 {
            return None;
        }
        for (place, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            *place = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(bytes))
    }

    /// The 40 digits.
    pub fn hex(&self) -> String {
        let mut hex = String::with_capacity(40);
        self.write_hex(&mut hex);
        hex
    }

    /// Puts the 40 digits behind a text.
    pub(crate) fn write_hex(&self, text: &mut String) {
        for byte in self.0 {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
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
