//! Words, numbers, durations, texts and signs.

use crate::labels::from_bytes;

/// What a piece of the text is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A metric, a function, a keyword.
    Word(String),
    Number(f64),
    /// In milliseconds.
    Duration(i64),
    Text(String),
    Sign(&'static str),
    End,
}

impl Token {
    /// As messages name it.
    pub fn shown(&self, text: &str) -> String {
        match self {
            Self::Word(word) => format!("identifier \"{word}\""),
            Self::Number(_) => format!("number \"{text}\""),
            Self::Duration(_) => format!("duration \"{text}\""),
            Self::Text(_) => format!("string {text}"),
            Self::Sign(sign) => format!("<{sign}>"),
            Self::End => "end of input".into(),
        }
    }
}

/// A token, and where it begins and ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub token: Token,
    pub from: usize,
    pub to: usize,
}

const SIGNS: [&str; 25] = [
    "==", "!=", "<=", ">=", "=~", "!~", "(", ")", "{", "}", "[", "]", ",", ":", "=", "<", ">", "+", "-", "*", "/", "%",
    "^", "@", ";",
];

/// Milliseconds of each unit, the longer names first.
const UNITS: [(&str, i64); 7] = [
    ("ms", 1),
    ("y", 31_536_000_000),
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
];

/// `1h30m`; nothing where the text is none.
pub(super) fn duration(text: &str) -> Option<i64> {
    let (mut rest, mut sum, mut last) = (text, 0_i64, i64::MAX);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let (name, unit) = UNITS.iter().find(|(name, _)| rest.starts_with(name))?;
        if *unit >= last {
            return None;
        }
        last = *unit;
        rest = &rest[name.len()..];
        sum = sum.checked_add(count.checked_mul(*unit)?)?;
    }
    (last < i64::MAX).then_some(sum)
}

/// The error is a place and what is wrong there.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, (usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let c = rest.chars().next().unwrap_or(' ');
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        if c == '#' {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let (token, len) = one(rest).map_err(|told| (at, told))?;
        found.push(Piece { token, from: at, to: at + len });
        at += len;
    }
    found.push(Piece { token: Token::End, from: text.len(), to: text.len() });
    Ok(found)
}

fn one(rest: &str) -> Result<(Token, usize), String> {
    let c = rest.chars().next().unwrap_or(' ');
    if c == '"' || c == '\'' || c == '`' {
        return quoted(rest, c);
    }
    let second = rest.as_bytes().get(1).copied().unwrap_or(b' ');
    if c.is_ascii_digit() || (c == '.' && second.is_ascii_digit()) {
        return number(rest);
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    if c.is_ascii_alphabetic() || c == '_' || (c == ':' && word(char::from(second)) && !second.is_ascii_digit()) {
        let len = rest.find(|c| !word(c)).unwrap_or(rest.len());
        let found = &rest[..len];
        return Ok(match found.to_ascii_lowercase().as_str() {
            "inf" => (Token::Number(f64::INFINITY), len),
            "nan" => (Token::Number(f64::NAN), len),
            _ => (Token::Word(found.into()), len),
        });
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => Err(format!("unexpected character: {c:?}")),
    }
}

fn number(rest: &str) -> Result<(Token, usize), String> {
    let bytes = rest.as_bytes();
    let mut len = 0;
    while let Some(b) = bytes.get(len) {
        let signed = matches!(b, b'+' | b'-') && matches!(bytes[len - 1], b'e' | b'E') && !rest.starts_with("0x");
        if !b.is_ascii_alphanumeric() && *b != b'.' && *b != b'_' && !signed {
            break;
        }
        len += 1;
    }
    let text = &rest[..len];
    let plain = text.replace('_', "");
    let hex = plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X"));
    if let Some(digits) = hex
        && let Ok(found) = u64::from_str_radix(digits, 16)
    {
        #[expect(clippy::cast_precision_loss, reason = "numbers are floats here")]
        return Ok((Token::Number(found as f64), len));
    }
    if let Some(found) = duration(text) {
        return Ok((Token::Duration(found), len));
    }
    let octal = plain.len() > 1 && plain.starts_with('0') && plain.bytes().all(|b| (b'0'..b'8').contains(&b));
    if octal && let Ok(found) = u64::from_str_radix(&plain, 8) {
        #[expect(clippy::cast_precision_loss, reason = "numbers are floats here")]
        return Ok((Token::Number(found as f64), len));
    }
    match plain.parse() {
        Ok(found) => Ok((Token::Number(found), len)),
        Err(_) => Err(format!("bad number or duration syntax: {text:?}")),
    }
}

fn quoted(rest: &str, quote: char) -> Result<(Token, usize), String> {
    // Bytes, for an escape makes any of them.
    let mut made = Vec::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Ok((Token::Text(from_bytes(&made)), at + 1));
        }
        if c != '\\' || quote == '`' {
            if c == '\n' && quote != '`' {
                break;
            }
            made.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let Some((_, escape)) = chars.next() else { break };
        let mut code = |digits: usize, radix: u32, first: &str| {
            let mut text = first.to_string();
            text.extend(chars.by_ref().take(digits).map(|(_, c)| c));
            u32::from_str_radix(&text, radix).ok()
        };
        let byte = match escape {
            'x' => code(2, 16, ""),
            '0'..='7' => code(2, 8, &escape.to_string()),
            _ => None,
        };
        if let Some(Ok(byte)) = byte.map(u8::try_from) {
            made.push(byte);
            continue;
        }
        let plain = match escape {
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            'u' => code(4, 16, "").and_then(char::from_u32),
            'U' => code(8, 16, "").and_then(char::from_u32),
            '\\' => Some('\\'),
            other if other == quote => Some(other),
            _ => None,
        };
        match plain {
            Some(c) => made.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None => return Err(format!("unknown escape sequence U+{:04X} {escape:?}", u32::from(escape))),
        }
    }
    Err("unterminated quoted string".into())
}
