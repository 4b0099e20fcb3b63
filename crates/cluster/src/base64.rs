//! Base64 as Go's `encoding/base64` reads and writes it, with its places of errors.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let get = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let group = get(0) << 16 | get(1) << 8 | get(2);
        for place in 0..4 {
            let index = (group >> (18 - 6 * place)) & 63;
            let letter = ALPHABET[usize::try_from(index).unwrap_or(0)];
            out.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// The bytes, or the place of the first byte that does not fit.
pub fn decode(text: &str) -> Result<Vec<u8>, usize> {
    let source = text.as_bytes();
    let newline = |b: u8| matches!(b, b'\n' | b'\r');
    let (mut out, mut group, mut have) = (Vec::with_capacity(source.len() / 4 * 3), 0_u32, 0_usize);
    let mut at = 0;
    while at < source.len() {
        let byte = source[at];
        at += 1;
        if newline(byte) {
            continue;
        }
        if let Some(digit) = ALPHABET.iter().position(|letter| *letter == byte) {
            group = group << 6 | u32::try_from(digit).unwrap_or(0);
            have += 1;
            if have == 4 {
                out.extend_from_slice(&group.to_be_bytes()[1..]);
                (group, have) = (0, 0);
            }
            continue;
        }
        if byte != b'=' || have < 2 {
            return Err(at - 1);
        }
        let skip = |mut at: usize| {
            while source.get(at).is_some_and(|b| newline(*b)) {
                at += 1;
            }
            at
        };
        if have == 2 {
            at = skip(at);
            if at == source.len() {
                return Err(source.len());
            }
            if source[at] != b'=' {
                return Err(at);
            }
            at += 1;
        }
        at = skip(at);
        if at < source.len() {
            return Err(at);
        }
        let bytes = (group << (6 * (4 - have))).to_be_bytes();
        out.extend_from_slice(&bytes[1..have]);
        return Ok(out);
    }
    if have == 0 { Ok(out) } else { Err(at - have) }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn there_and_back() {
        for text in ["", "f", "fo", "foo", "foob", "fooba", "foobar"] {
            assert_eq!(decode(&encode(text.as_bytes())).unwrap(), text.as_bytes());
        }
        assert_eq!(encode(b"fooba"), "Zm9vYmE=");
    }

    #[test]
    fn errors_name_their_place() {
        let cases =
            [("not base64!", Err(3)), ("YWJj\nZA==", Ok(b"abcd".to_vec())), ("YWJjZA", Err(4)), ("YQ=", Err(3))];
        for (text, wanted) in cases {
            assert_eq!(decode(text), wanted, "{text}");
        }
    }
}
