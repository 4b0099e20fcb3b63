//! How go-yaml v2 writes one scalar: plain where it may, else quoted, or a literal block; long lines fold at spaces.

use crate::yaml_scalar::stays_text;

/// A line longer than this breaks at the next single space.
const WIDTH: usize = 80;

/// What a text allows (libyaml's `analyze_scalar`).
#[derive(Debug, Clone, Copy)]
struct Shape {
    plain: bool,
    single: bool,
    block: bool,
    multiline: bool,
}

fn printable(c: char) -> bool {
    match u32::from(c) {
        0x0a | 0x20..=0x7e | 0x85 | 0xa0..=0xd7ff => true,
        // go-yaml v2 takes nothing beyond the basic plane for printable.
        code => (0xe000..0xfffe).contains(&code) && code != 0xfeff,
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn blank_or_end(c: Option<char>) -> bool {
    c.is_none_or(|c| c == ' ' || c == '\t' || is_break(c))
}

fn shape(text: &str) -> Shape {
    let chars: Vec<char> = text.chars().collect();
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut special, mut line_breaks, mut space_break, mut break_space) = (false, false, false, false);
    let (mut previous_space, mut previous_break, mut after_blank) = (false, false, true);
    for (at, &c) in chars.iter().enumerate() {
        let before_blank = blank_or_end(chars.get(at + 1).copied());
        indicators |= if at == 0 {
            match c {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => true,
                '?' | ':' | '-' => before_blank,
                _ => false,
            }
        } else {
            (c == ':' && before_blank) || (c == '#' && after_blank)
        };
        special |= !printable(c);
        if c == ' ' {
            break_space |= previous_break;
            (previous_space, previous_break) = (true, false);
        } else if is_break(c) {
            line_breaks = true;
            space_break |= previous_space;
            (previous_space, previous_break) = (false, true);
        } else {
            (previous_space, previous_break) = (false, false);
        }
        after_blank = blank_or_end(Some(c));
    }
    let edge = |c: Option<&char>| c.is_some_and(|c| *c == ' ' || is_break(*c));
    let ragged = edge(chars.first()) || edge(chars.last());
    let broken = space_break || special;
    Shape {
        plain: !ragged && !break_space && !broken && !line_breaks && !indicators,
        single: !break_space && !broken,
        block: chars.last() != Some(&' ') && !broken,
        multiline: line_breaks,
    }
}

/// Where a scalar is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Characters already on the line.
    pub column: usize,
    /// Spaces before each further line.
    pub indent: usize,
    /// A key on one line with its value: never folded, never a block.
    pub key: bool,
}

/// Whether a key is written as `key: value` and not behind a `?`.
pub(crate) fn simple_key(text: &str) -> bool {
    text.len() <= 128 && !text.contains(is_break)
}

/// Writes one text.
pub(crate) fn write_text(out: &mut String, text: &str, place: Place) {
    let shape = shape(text);
    if text.contains('\n') && shape.block && !place.key {
        return literal(out, text, place.indent);
    }
    let wants_literal = text.contains('\n');
    if !wants_literal && stays_text(text) {
        if shape.plain && !(place.key && shape.multiline) {
            return fold(out, text, place, |out, c| out.push(c));
        }
        if shape.single && !(place.key && shape.multiline) {
            return single_quoted(out, text, place);
        }
    }
    double_quoted(out, text, place);
}

fn break_line(out: &mut String, indent: usize) -> usize {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
    indent
}

/// Writes a text that may break at a single inner space once the line is full.
fn fold(out: &mut String, text: &str, place: Place, mut write: impl FnMut(&mut String, char)) {
    let chars: Vec<char> = text.chars().collect();
    let mut column = place.column;
    let mut spaces = false;
    for (at, &c) in chars.iter().enumerate() {
        let inner = at > 0 && at + 1 < chars.len() && chars[at + 1] != ' ';
        if c == ' ' && !place.key && !spaces && column > WIDTH && inner {
            column = break_line(out, place.indent);
        } else {
            write(out, c);
            column += 1;
        }
        spaces = c == ' ';
    }
}

fn single_quoted(out: &mut String, text: &str, place: Place) {
    out.push('\'');
    let place = Place { column: place.column + 1, ..place };
    fold(out, text, place, |out, c| {
        if c == '\'' {
            out.push('\'');
        }
        out.push(c);
    });
    out.push('\'');
}

fn double_quoted(out: &mut String, text: &str, place: Place) {
    out.push('"');
    let chars: Vec<char> = text.chars().collect();
    let mut column = place.column + 1;
    let mut spaces = false;
    for (at, &c) in chars.iter().enumerate() {
        if !printable(c) || is_break(c) || c == '"' || c == '\\' || c == '\u{feff}' {
            let escape = escaped(c);
            column += escape.chars().count();
            out.push_str(&escape);
            spaces = false;
        } else if c == ' ' {
            if !place.key && !spaces && column > WIDTH && at > 0 && at + 1 < chars.len() {
                column = break_line(out, place.indent);
                if chars[at + 1] == ' ' {
                    out.push('\\');
                    column += 1;
                }
            } else {
                out.push(' ');
                column += 1;
            }
            spaces = true;
        } else {
            out.push(c);
            column += 1;
            spaces = false;
        }
    }
    out.push('"');
}

fn escaped(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        c if u32::from(c) <= 0xff => return format!("\\x{:02X}", u32::from(c)),
        c if u32::from(c) <= 0xffff => return format!("\\u{:04X}", u32::from(c)),
        c => return format!("\\U{:08X}", u32::from(c)),
    };
    format!("\\{short}")
}

fn literal(out: &mut String, text: &str, indent: usize) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    if !text.ends_with('\n') {
        out.push('-');
    } else if text == "\n" || text.ends_with("\n\n") {
        out.push('+');
    }
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
    }
}

/// How a text may be written, whatever it would be read as.
pub(crate) struct Fits {
    pub plain: bool,
    pub single: bool,
    pub block: bool,
}

pub(crate) fn fits(text: &str) -> Fits {
    let shape = shape(text);
    Fits { plain: shape.plain && !text.is_empty(), single: shape.single, block: shape.block && !text.is_empty() }
}

/// In double quotes, on one line.
pub(crate) fn double_quoted_plain(out: &mut String, text: &str) {
    double_quoted(out, text, Place { column: 0, indent: 0, key: true });
}
