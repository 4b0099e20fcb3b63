//! DER, as far as keys and certificates need it, and PEM around it.

use crate::base64;
use crate::big::Big;

pub const NULL: [u8; 2] = [5, 0];
pub const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
pub const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
pub const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];

/// Tag, length, content.
pub fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let len = content.len();
    if len < 128 {
        out.push(len as u8);
    } else {
        let bytes = Big::small(len as u32);
        let count = bytes.bits().div_ceil(8);
        out.push(0x80 | count as u8);
        out.extend(bytes.to_be(count));
    }
    out.extend_from_slice(content);
    out
}

pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    value(0x30, &parts.concat())
}

pub fn oid(bytes: &[u8]) -> Vec<u8> {
    value(6, bytes)
}

pub fn integer(number: &Big) -> Vec<u8> {
    // One bit more than it has, for its sign.
    value(2, &number.to_be(number.bits() / 8 + 1))
}

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'b>(pub &'b [u8]);

impl<'b> Reader<'b> {
    /// The next value, with its tag.
    pub fn any(&mut self) -> Option<(u8, &'b [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let mut len = usize::from(first);
        if first & 0x80 != 0 {
            let count = usize::from(first & 0x7f);
            if count > 4 || rest.len() < count {
                return None;
            }
            len = rest[..count].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            rest = &rest[count..];
        }
        if rest.len() < len {
            return None;
        }
        self.0 = &rest[len..];
        Some((tag, &rest[..len]))
    }

    /// The next value, if it is of this kind.
    pub fn take(&mut self, tag: u8) -> Option<&'b [u8]> {
        let mut ahead = *self;
        let (found, content) = ahead.any()?;
        (found == tag).then(|| {
            *self = ahead;
            content
        })
    }

    pub fn inner(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Self)
    }
}

/// `-----BEGIN KIND-----` and so on.
pub fn to_pem(kind: &str, bytes: &[u8]) -> String {
    let text = base64::encode(bytes);
    let mut out = format!("-----BEGIN {kind}-----\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str(&format!("-----END {kind}-----\n"));
    out
}

/// The first block of that kind.
pub fn from_pem(kind: &str, text: &str) -> Option<Vec<u8>> {
    let rest = text.split_once(&format!("-----BEGIN {kind}-----"))?.1;
    let body = rest.split_once(&format!("-----END {kind}-----"))?.0;
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    base64::decode(&body)
}
