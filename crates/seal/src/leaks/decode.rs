//! Secrets that stand in base64, as a Secret's data do: what decodes to printable text is put in its place, and looked
//! through again.
// Unlike gitleaks: hexadecimal and percent signs and unicode escapes are not decoded.

use crate::base64;

/// What was decoded: where it stands now, and where it stood in the text as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub decoded: (usize, usize),
    pub original: (usize, usize),
    pub depth: usize,
}

pub(super) fn overlap(one: (usize, usize), other: (usize, usize)) -> bool {
    other.0 <= one.1 && other.1 >= one.0
}

/// Where a range of the decoded text stood.
pub(super) fn original(segments: &[&Segment], range: (usize, usize)) -> (usize, usize) {
    let mut out: Option<(usize, usize)> = None;
    for segment in segments.iter().filter(|one| overlap(one.decoded, range)) {
        let (from, to) = segment.decoded;
        if from <= range.0 && range.1 <= to {
            return segment.original;
        }
        let before = from.saturating_sub(range.0);
        let after = range.1.saturating_sub(to);
        let wide = (segment.original.0.saturating_sub(before), segment.original.1 + after);
        out = Some(out.map_or(wide, |have| (have.0.min(wide.0), have.1.max(wide.1))));
    }
    out.unwrap_or(range)
}

/// One pass; no segments where nothing was to be decoded.
pub(super) fn decode(text: &str, before: &[Segment]) -> (String, Vec<Segment>) {
    let mut out = String::new();
    let mut segments = Vec::new();
    let known: Vec<&Segment> = before.iter().collect();
    let mut copied = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let sign = |byte: &u8| byte.is_ascii_alphanumeric() || b"_/+-".contains(byte);
        let body = bytes[at..].iter().take_while(|byte| sign(byte)).count();
        if body < 16 {
            at += body.max(1);
            continue;
        }
        let pads = bytes[at + body..].iter().take(2).take_while(|byte| **byte == b'=').count();
        let end = at + body + pads;
        if let Some(plain) = printable(&text[at..end]) {
            out.push_str(&text[copied..at]);
            let decoded = (out.len(), out.len() + plain.len());
            out.push_str(&plain);
            copied = end;
            let original = if known.is_empty() { (at, end) } else { original(&known, (at, end)) };
            segments.push(Segment { decoded, original, depth: before.first().map_or(1, |one| one.depth + 1) });
        }
        at = end;
    }
    out.push_str(&text[copied..]);
    (out, segments)
}

fn printable(text: &str) -> Option<String> {
    if !text.bytes().any(|byte| byte.is_ascii_digit() || b"+/-_".contains(&byte)) {
        return None;
    }
    let fill = &"==="[..(4 - text.len() % 4) % 4];
    let bytes = base64::decode(text).or_else(|| {
        let url = !text.contains(['=', '+', '/']);
        url.then(|| base64::decode(&(text.replace('-', "+").replace('_', "/") + fill))).flatten()
    })?;
    let good = |byte: &u8| (b' '..=b'~').contains(byte) || matches!(byte, b'\t' | b'\n' | b'\r');
    bytes.iter().all(good).then(|| String::from_utf8_lossy(&bytes).into_owned()).filter(|text| !text.is_empty())
}
