//! `od`: bytes as numbers and characters.

use crate::getopt::{Given, Tool, flag, missing, parse, value};
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "od",
    usage: "[OPTION]... [FILE]...",
    summary: "Print bytes in octal, hexadecimal, decimal or as characters.",
    options: &[
        flag('c', "", "characters, and backslashes for what cannot be printed"),
        flag('b', "", "octal bytes"),
        flag('o', "", "octal numbers of two bytes (the default)"),
        flag('x', "", "hexadecimal numbers of two bytes"),
        flag('d', "", "decimal numbers of two bytes"),
        flag('s', "", "decimal numbers of two bytes, with a sign"),
        value('t', "format", "TYPE", "c, or one of d, o, u, x and how many bytes: 1, 2, 4, 8"),
        value('A', "address-radix", "RADIX", "addresses in d, o or x; n for none"),
        value('N', "read-bytes", "BYTES", "at most so many bytes"),
        value('j', "skip-bytes", "BYTES", "not the first so many bytes"),
        flag('v', "output-duplicates", "no * for lines that are the same"),
        missing('a', ""),
        missing('f', ""),
        missing('i', ""),
        missing('l', ""),
        missing('S', "strings"),
        missing('w', "width"),
        missing('\0', "endian"),
        missing('\0', "traditional"),
    ],
    trouble: 1,
};

const LINE: usize = 16;

/// A way to print: `c`, `d`, `o`, `u` or `x`, and of how many bytes.
#[derive(Debug, Clone, Copy)]
struct Format {
    kind: char,
    size: usize,
}

impl Format {
    /// How wide a number is, without the blank before it.
    fn width(self) -> usize {
        let at = self.size.trailing_zeros() as usize;
        match self.kind {
            'c' => 3,
            'x' => self.size * 2,
            'o' => [3, 6, 11, 22][at],
            'u' => [3, 5, 10, 20][at],
            _ => [4, 6, 11, 20][at],
        }
    }

    fn one(self, bytes: &[u8]) -> String {
        if self.kind == 'c' {
            return character(bytes[0]);
        }
        let number = bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let width = self.width();
        match self.kind {
            'x' => format!("{number:0width$x}"),
            'o' => format!("{number:0width$o}"),
            'u' => number.to_string(),
            _ => {
                let unused = 64 - 8 * u32::try_from(self.size).unwrap_or(8);
                (number.cast_signed() << unused >> unused).to_string()
            }
        }
    }

    fn line(self, bytes: &[u8], room: usize) -> String {
        let (count, width) = (LINE / self.size, self.width());
        let spare = room - count * (width + 1);
        let mut out = String::new();
        for (index, group) in bytes.chunks(self.size).enumerate() {
            let mut group = group.to_vec();
            group.resize(self.size, 0);
            // Where another format needs more room, the blanks are shared out.
            let blanks = spare * (count - index) / count - spare * (count - index - 1) / count;
            let wide = 1 + width + blanks;
            out.push_str(&format!("{:>wide$}", self.one(&group)));
        }
        out
    }
}

fn character(byte: u8) -> String {
    match byte {
        0 => "\\0".into(),
        7 => "\\a".into(),
        8 => "\\b".into(),
        9 => "\\t".into(),
        10 => "\\n".into(),
        11 => "\\v".into(),
        12 => "\\f".into(),
        13 => "\\r".into(),
        byte if byte.is_ascii_graphic() || byte == b' ' => char::from(byte).to_string(),
        byte => format!("{byte:03o}"),
    }
}

fn formats(given: &Given) -> Result<Vec<Format>, String> {
    let mut all = Vec::new();
    for (name, text) in given.in_order(&["c", "b", "o", "x", "d", "s", "t"]) {
        let (kind, size) = match name {
            "c" => ('c', 1),
            "b" => ('o', 1),
            "o" => ('o', 2),
            "x" => ('x', 2),
            "d" => ('u', 2),
            "s" => ('d', 2),
            _ => {
                types(text, &mut all)?;
                continue;
            }
        };
        all.push(Format { kind, size });
    }
    if all.is_empty() {
        all.push(Format { kind: 'o', size: 2 });
    }
    Ok(all)
}

/// The value of `-t`: several types may stand one behind the other.
fn types(text: &str, all: &mut Vec<Format>) -> Result<(), String> {
    let mut chars = text.chars().peekable();
    while let Some(kind) = chars.next() {
        let digit = chars.next_if(|c| kind != 'c' && c.is_ascii_digit());
        let size = match (kind, digit) {
            ('c', _) => 1,
            ('d' | 'o' | 'u' | 'x', None) => 4,
            ('d' | 'o' | 'u' | 'x', Some('1')) => 1,
            ('d' | 'o' | 'u' | 'x', Some('2')) => 2,
            ('d' | 'o' | 'u' | 'x', Some('4')) => 4,
            ('d' | 'o' | 'u' | 'x', Some('8')) => 8,
            ('a' | 'f' | 'z', _) => return Err(format!("-t {kind} is real od, but not part of this sandbox yet")),
            ('d' | 'o' | 'u' | 'x', Some(digit)) => {
                return Err(format!(
                    "invalid type string ‘{text}’;\nthis system doesn't provide a {digit}-byte integral type"
                ));
            }
            _ => return Err(format!("invalid character '{kind}' in type string ‘{text}’")),
        };
        all.push(Format { kind, size });
    }
    Ok(())
}

/// A count of bytes: decimal, octal after `0`, hexadecimal after `0x`.
fn count(given: &Given, name: &str) -> Result<Option<usize>, String> {
    let Some(text) = given.value(name) else { return Ok(None) };
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    usize::from_str_radix(digits, radix).map(Some).map_err(|_| format!("invalid -{name} argument '{text}'"))
}

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let asked = formats(&given).and_then(|formats| Ok((formats, count(&given, "N")?, count(&given, "j")?)));
    let (formats, most, skip) = match asked {
        Ok(asked) => asked,
        Err(message) => {
            cx.err(format!("od: {message}\n"));
            return 1;
        }
    };
    let radix = given.value("A").and_then(|text| text.chars().next()).unwrap_or('o');
    if !"doxn".contains(radix) {
        cx.err(format!("od: invalid output address radix '{radix}'; it must be one character from [doxn]\n"));
        return 1;
    }
    let names = if given.operands.is_empty() { vec!["-".to_string()] } else { given.operands.clone() };
    let Some(inputs) = super::input::all(cx, &names) else { return Cx::WAIT };
    let (mut bytes, mut code) = (Vec::new(), 0);
    for (name, input) in inputs {
        match input {
            Ok(more) => bytes.extend(more),
            Err(error) => {
                cx.err(format!("od: {}: {error}\n", super::input::shown(&name)));
                code = 1;
            }
        }
    }
    let start = skip.unwrap_or(0);
    if start > bytes.len() {
        cx.err("od: cannot skip past end of combined input\n");
        return 1;
    }
    let end = most.map_or(bytes.len(), |most| start.saturating_add(most).min(bytes.len()));
    let shows = Shows { formats, radix, all: given.has("v"), start };
    cx.out(shows.dump(&bytes[start..end], code == 0));
    code
}

struct Shows {
    formats: Vec<Format>,
    radix: char,
    all: bool,
    start: usize,
}

impl Shows {
    fn address(&self, at: usize) -> String {
        match self.radix {
            'd' => format!("{at:07}"),
            'x' => format!("{at:06x}"),
            'n' => String::new(),
            _ => format!("{at:07o}"),
        }
    }

    /// `read`: something could be read, so that the last address stands there.
    fn dump(&self, bytes: &[u8], read: bool) -> String {
        let room = self.formats.iter().map(|format| LINE / format.size * (format.width() + 1)).max().unwrap_or(0);
        let mut out = String::new();
        let (mut before, mut starred): (&[u8], bool) = (&[], false);
        for (index, line) in bytes.chunks(LINE).enumerate() {
            if !self.all && line == before && line.len() == LINE {
                if !starred {
                    out.push_str("*\n");
                }
                starred = true;
                continue;
            }
            (before, starred) = (line, false);
            for (number, format) in self.formats.iter().enumerate() {
                let address = self.address(self.start + index * LINE);
                if number == 0 {
                    out.push_str(&address);
                } else {
                    out.push_str(&" ".repeat(address.len()));
                }
                out.push_str(&format.line(line, room));
                out.push('\n');
            }
        }
        if self.radix != 'n' && (read || !bytes.is_empty()) {
            out.push_str(&self.address(self.start + bytes.len()));
            out.push('\n');
        }
        out
    }
}
