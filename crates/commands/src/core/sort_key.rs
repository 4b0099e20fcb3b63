//! What `sort` compares: keys, and the orders of numbers, versions and months.

use std::cmp::Ordering;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Order {
    pub blanks: bool,
    pub dictionary: bool,
    pub fold: bool,
    pub reverse: bool,
    /// `n`, `g`, `h`, `V` or `M`.
    pub kind: Option<char>,
}

impl Order {
    pub fn set(&mut self, letter: char) -> bool {
        match letter {
            'b' => self.blanks = true,
            'd' => self.dictionary = true,
            'f' => self.fold = true,
            'r' => self.reverse = true,
            'n' | 'g' | 'h' | 'V' | 'M' => self.kind = Some(letter),
            _ => return false,
        }
        true
    }
}

/// From a field and character to another; counted from 1, a last character of 0 is the field's end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    from: (usize, usize),
    to: Option<(usize, usize)>,
    order: Order,
    skip_from: bool,
    skip_to: bool,
}

/// `F[.C][OPTS][,F[.C][OPTS]]`.
pub(crate) fn parse_key(text: &str, whole: Order) -> Result<Key, String> {
    let wrong = |what: &str| format!("{what}: invalid field specification ‘{text}’");
    let mut order = Order::default();
    let mut own = false;
    let mut skips = [false; 2];
    let mut places = Vec::new();
    for (index, part) in text.splitn(2, ',').enumerate() {
        let digits_end = part.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(part.len());
        let (place, letters) = part.split_at(digits_end);
        let (field, character) = place.split_once('.').map_or((place, None), |(f, c)| (f, Some(c)));
        if field.is_empty() {
            return Err(format!("invalid number at field start: invalid count at start of ‘{part}’"));
        }
        let field: usize = field.parse().map_err(|_| wrong("field number"))?;
        if field == 0 {
            return Err(wrong("field number is zero"));
        }
        let character = character.map_or(if index == 0 { 1 } else { 0 }, |c| c.parse().unwrap_or(0));
        if index == 0 && character == 0 {
            return Err(wrong("character offset is zero"));
        }
        for letter in letters.chars() {
            if !order.set(letter) {
                return Err(wrong("stray character in field spec"));
            }
            own = true;
            skips[index] |= letter == 'b';
        }
        places.push((field, character));
    }
    if !own {
        order = whole;
        skips = [whole.blanks; 2];
    }
    Ok(Key { from: places[0], to: places.get(1).copied(), order, skip_from: skips[0], skip_to: skips[1] })
}

pub(crate) fn compare_lines(a: &[u8], b: &[u8], keys: &[Key], whole: Order, separator: Option<u8>) -> Ordering {
    if keys.is_empty() {
        if whole == Order::default() || whole == (Order { reverse: true, ..Order::default() }) {
            return if whole.reverse { b.cmp(a) } else { a.cmp(b) };
        }
        return compare(a, b, whole);
    }
    for key in keys {
        let order = compare(part(a, key, separator), part(b, key, separator), key.order);
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Where a field begins.
fn field_start(line: &[u8], field: usize, separator: Option<u8>) -> usize {
    let mut at = 0;
    for _ in 1..field {
        match separator {
            Some(separator) => match line[at..].iter().position(|byte| *byte == separator) {
                Some(length) => at += length + 1,
                None => return line.len(),
            },
            None => {
                at += line[at..].iter().take_while(|byte| blank(**byte)).count();
                at += line[at..].iter().take_while(|byte| !blank(**byte)).count();
            }
        }
    }
    at
}

fn field_end(line: &[u8], start: usize, separator: Option<u8>) -> usize {
    match separator {
        Some(separator) => line[start..].iter().position(|byte| *byte == separator).map_or(line.len(), |n| start + n),
        None => {
            let blanks = line[start..].iter().take_while(|byte| blank(**byte)).count();
            let rest = line[start + blanks..].iter().take_while(|byte| !blank(**byte)).count();
            start + blanks + rest
        }
    }
}

fn part<'a>(line: &'a [u8], key: &Key, separator: Option<u8>) -> &'a [u8] {
    let mut start = field_start(line, key.from.0, separator);
    if key.skip_from {
        start += line[start..].iter().take_while(|byte| blank(**byte)).count();
    }
    let start = (start + key.from.1 - 1).min(line.len());
    let end = match key.to {
        None => line.len(),
        Some((field, 0)) => field_end(line, field_start(line, field, separator), separator),
        Some((field, character)) => {
            let mut at = field_start(line, field, separator);
            if key.skip_to {
                at += line[at..].iter().take_while(|byte| blank(**byte)).count();
            }
            (at + character).min(line.len())
        }
    };
    &line[start..end.max(start)]
}

fn compare(a: &[u8], b: &[u8], order: Order) -> Ordering {
    let skip = |text: &[u8]| text.iter().take_while(|byte| blank(**byte)).count();
    let (mut left, mut right) = (a, b);
    if order.blanks {
        (left, right) = (&a[skip(a)..], &b[skip(b)..]);
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let result = match order.kind {
        Some('n') => numeric(&text(left), &text(right)),
        Some('h') => human(&text(left), &text(right)),
        Some('g') => general(&text(left), &text(right)),
        Some('M') => month(&text(left)).cmp(&month(&text(right))),
        Some('V') => version(left, right),
        _ if order.fold || order.dictionary => {
            let view = |bytes: &[u8]| -> Vec<u8> {
                let kept = bytes.iter().filter(|b| !order.dictionary || b.is_ascii_alphanumeric() || blank(**b));
                kept.map(|b| if order.fold { b.to_ascii_uppercase() } else { *b }).collect()
            };
            view(left).cmp(&view(right))
        }
        _ => left.cmp(right),
    };
    if order.reverse { result.reverse() } else { result }
}

/// A number's sign, digits before the point and digits behind it.
fn parts(text: &str) -> (bool, &str, &str) {
    let text = text.trim_start_matches([' ', '\t']);
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = text.split_at(end);
    let fraction = rest
        .strip_prefix('.')
        .map_or("", |rest| &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())]);
    (negative, whole.trim_start_matches('0'), fraction.trim_end_matches('0'))
}

pub(crate) fn numeric(a: &str, b: &str) -> Ordering {
    let (negative_a, whole_a, fraction_a) = parts(a);
    let (negative_b, whole_b, fraction_b) = parts(b);
    let zero = |whole: &str, fraction: &str| whole.is_empty() && fraction.is_empty();
    let sign = |negative: bool, whole: &str, fraction: &str| match (zero(whole, fraction), negative) {
        (true, _) => 0,
        (_, true) => -1,
        _ => 1,
    };
    let (sign_a, sign_b) = (sign(negative_a, whole_a, fraction_a), sign(negative_b, whole_b, fraction_b));
    if sign_a != sign_b {
        return sign_a.cmp(&sign_b);
    }
    let size = whole_a.len().cmp(&whole_b.len()).then(whole_a.cmp(whole_b)).then(fraction_a.cmp(fraction_b));
    if sign_a < 0 { size.reverse() } else { size }
}

fn human(a: &str, b: &str) -> Ordering {
    let rank = |text: &str| {
        let text = text.trim_start_matches([' ', '\t']);
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let zero = !rest[..end].bytes().any(|b| (b'1'..=b'9').contains(&b));
        let power = match rest[end..].chars().next() {
            Some('k' | 'K') => 1,
            Some(c) => "MGTPEZY".find(c).map_or(0, |at| i64::try_from(at).unwrap_or(0) + 2),
            None => 0,
        };
        match (zero, negative) {
            (true, _) => 0,
            (_, true) => -1 - power,
            _ => 1 + power,
        }
    };
    rank(a).cmp(&rank(b)).then_with(|| numeric(a, b))
}

fn general(a: &str, b: &str) -> Ordering {
    let value = |text: &str| {
        let text = text.trim();
        let end = (0..=text.len())
            .rev()
            .find(|end| text.is_char_boundary(*end) && manifest::float_of(&text[..*end]).is_some());
        end.and_then(|end| manifest::float_of(&text[..end]))
    };
    match (value(a), value(b)) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Less,
        (_, None) => Ordering::Greater,
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
    }
}

fn month(text: &str) -> usize {
    let short: String = text.trim_start().chars().take(3).collect::<String>().to_lowercase();
    shell::clock::MONTHS.iter().position(|name| name[..3].to_lowercase() == short).map_or(0, |at| at + 1)
}

/// Versions: digits are compared as numbers, the rest with `~` before everything and letters before other signs.
pub(crate) fn version(a: &[u8], b: &[u8]) -> Ordering {
    let rank = |byte: Option<&u8>| match byte {
        None => 0,
        Some(b'~') => -1,
        Some(byte) if byte.is_ascii_digit() => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    };
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        while a.get(i).is_some_and(|b| !b.is_ascii_digit()) || b.get(j).is_some_and(|b| !b.is_ascii_digit()) {
            let order = rank(a.get(i)).cmp(&rank(b.get(j)));
            if order != Ordering::Equal {
                return order;
            }
            i += 1;
            j += 1;
        }
        let digits = |text: &[u8], from: usize| {
            let zeros = text[from.min(text.len())..].iter().take_while(|b| **b == b'0').count();
            let start = (from + zeros).min(text.len());
            (start, start + text[start..].iter().take_while(|b| b.is_ascii_digit()).count())
        };
        let ((start_a, end_a), (start_b, end_b)) = (digits(a, i), digits(b, j));
        let (x, y) = (&a[start_a..end_a], &b[start_b..end_b]);
        let order = x.len().cmp(&y.len()).then(x.cmp(y));
        if order != Ordering::Equal {
            return order;
        }
        (i, j) = (end_a, end_b);
    }
    Ordering::Equal
}
