//! Go's quoted texts: `strconv.Quote` and `strconv.Unquote`.

/// As `%q` prints a text.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if u32::from(c) < 0x20 || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if !c.is_ascii() && (c.is_control() || (c.is_whitespace() && c != ' ') || c == '\u{feff}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A quoted text's own text; none where an escape is wrong.
pub(crate) fn unquoted(text: &str) -> Option<String> {
    let inner = &text[1..text.len().checked_sub(1)?];
    if text.starts_with('`') {
        return Some(inner.replace('\r', ""));
    }
    let mut bytes = Vec::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let plain = match chars.next()? {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\\' => b'\\',
            '"' => b'"',
            '\'' => b'\'',
            'x' => u8::try_from(number(&mut chars, 2, 16)?).ok()?,
            digit @ '0'..='7' => {
                let rest = number(&mut chars, 2, 8)?;
                u8::try_from(digit.to_digit(8)? * 64 + rest).ok()?
            }
            size @ ('u' | 'U') => {
                let c = char::from_u32(number(&mut chars, if size == 'u' { 4 } else { 8 }, 16)?)?;
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            _ => return None,
        };
        bytes.push(plain);
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn number(chars: &mut std::str::Chars<'_>, digits: usize, radix: u32) -> Option<u32> {
    let mut n = 0_u32;
    for _ in 0..digits {
        n = n.checked_mul(radix)?.checked_add(chars.next()?.to_digit(radix)?)?;
    }
    Some(n)
}
