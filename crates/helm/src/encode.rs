//! Base 64 and base 32.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const LETTERS32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Bits in groups, as letters, filled up with `=`.
fn letters(bytes: &[u8], bits: u32, of: &[u8], group: usize) -> String {
    let mut out = String::new();
    let (mut held, mut count) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xFFFF;
        count += 8;
        while count >= bits {
            count -= bits;
            out.push(char::from(of[(held >> count) as usize & (of.len() - 1)]));
        }
    }
    if count > 0 {
        out.push(char::from(of[(held << (bits - count)) as usize & (of.len() - 1)]));
    }
    while !out.len().is_multiple_of(group) {
        out.push('=');
    }
    out
}

pub fn base64(bytes: &[u8]) -> String {
    letters(bytes, 6, LETTERS, 4)
}

pub fn base32(bytes: &[u8]) -> String {
    letters(bytes, 5, LETTERS32, 8)
}

/// The bytes, or where in the text it is wrong.
fn bytes_of(text: &str, bits: u32, of: &[u8], group: usize) -> Result<Vec<u8>, usize> {
    let text: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')).collect();
    let end = text.iter().position(|b| *b == b'=').unwrap_or(text.len());
    let mut out = Vec::new();
    let (mut held, mut count) = (0_u32, 0);
    for (at, byte) in text[..end].iter().enumerate() {
        let Some(value) = of.iter().position(|letter| letter == byte) else {
            return Err(at);
        };
        held = (held << bits | u32::try_from(value).unwrap_or(0)) & 0xFFFF;
        count += bits;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(held >> count & 0xFF).unwrap_or(0));
        }
    }
    if !text.len().is_multiple_of(group) || text[end..].iter().any(|b| *b != b'=') {
        return Err(if text.len().is_multiple_of(group) { end } else { text.len() - text.len() % group });
    }
    Ok(out)
}

pub fn from_base64(text: &str) -> Result<Vec<u8>, usize> {
    bytes_of(text, 6, LETTERS, 4)
}

pub fn from_base32(text: &str) -> Result<Vec<u8>, usize> {
    bytes_of(text, 5, LETTERS32, 8)
}
