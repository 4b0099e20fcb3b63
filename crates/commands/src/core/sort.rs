//! `sort`.

use super::sort_key::{Key, Order, compare_lines, parse_key};
use crate::getopt::{Given, Tool, flag, missing, parse, value};
use order::Arrange;
use std::cmp::Ordering;
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "sort",
    usage: "[OPTION]... [FILE]...",
    summary: "Sort lines of text.",
    options: &[
        flag('b', "ignore-leading-blanks", "ignore leading blanks"),
        flag('d', "dictionary-order", "only blanks, letters and digits count"),
        flag('f', "ignore-case", "lower case counts as upper case"),
        flag('g', "general-numeric-sort", "compare as numbers of any form"),
        flag('h', "human-numeric-sort", "compare numbers such as 2K and 1G"),
        flag('M', "month-sort", "compare names of months"),
        flag('n', "numeric-sort", "compare as numbers"),
        flag('r', "reverse", "the other way round"),
        flag('V', "version-sort", "compare as version numbers"),
        flag('c', "check", "only say whether it is sorted"),
        flag('C', "", "as -c, and print nothing"),
        value('k', "key", "KEYDEF", "sort by a key: F[.C][OPTS][,F[.C][OPTS]]"),
        value('o', "output", "FILE", "write to FILE"),
        flag('s', "stable", "do not compare whole lines in the end"),
        value('t', "field-separator", "SEP", "what separates fields"),
        flag('u', "unique", "one of each set of equal lines"),
        flag('z', "zero-terminated", "lines end with a zero byte"),
        flag('m', "merge", "merge sorted files"),
        value('S', "buffer-size", "SIZE", "has no effect here"),
        value('T', "temporary-directory", "DIR", "has no effect here"),
        missing('R', "random-sort"),
        missing('i', "ignore-nonprinting"),
        missing('\0', "parallel"),
        missing('\0', "files0-from"),
        missing('\0', "debug"),
    ],
    trouble: 2,
};

/// How lines are compared.
struct Rules {
    keys: Vec<Key>,
    whole: Order,
    separator: Option<u8>,
    /// In the end, whole lines are compared.
    last_resort: bool,
}

impl Rules {
    fn compare(&self, a: &[u8], b: &[u8]) -> Ordering {
        let by_keys = compare_lines(a, b, &self.keys, self.whole, self.separator);
        if by_keys != Ordering::Equal || !self.last_resort {
            return by_keys;
        }
        if self.whole.reverse { b.cmp(a) } else { a.cmp(b) }
    }
}

fn rules(given: &Given) -> Result<Rules, String> {
    let mut whole = Order::default();
    for letter in ["b", "d", "f", "g", "h", "M", "n", "r", "V"] {
        if given.has(letter) {
            whole.set(letter.chars().next().unwrap_or('b'));
        }
    }
    let mut keys = Vec::new();
    for text in given.values("k") {
        keys.push(parse_key(text, whole)?);
    }
    let separator = match given.value("t") {
        None => None,
        Some("\\0") => Some(0),
        Some("") => return Err("empty tab".into()),
        Some(text) if text.len() > 1 => return Err(format!("multi-character tab ‘{text}’")),
        Some(text) => text.bytes().next(),
    };
    let last_resort = !(given.has("s") || given.has("u"));
    Ok(Rules { keys, whole, separator, last_resort })
}

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let rules = match rules(&given) {
        Ok(rules) => rules,
        Err(message) => {
            cx.err(format!("sort: {message}\n"));
            return 2;
        }
    };
    let names = if given.operands.is_empty() { vec!["-".to_string()] } else { given.operands.clone() };
    let Some(inputs) = super::input::all(cx, &names) else { return Cx::WAIT };
    let end = if given.has("z") { 0 } else { b'\n' };
    let mut texts = Vec::new();
    for (name, input) in inputs {
        match input {
            Ok(bytes) => texts.push(bytes),
            Err(error) => {
                let verb = if cx.files().is_dir(&cx.path(&name)) { "read failed" } else { "cannot read" };
                cx.err(format!("sort: {verb}: {}: {error}\n", super::input::shown(&name)));
                return 2;
            }
        }
    }
    let mut lines: Vec<&[u8]> = Vec::new();
    for text in &texts {
        let body = text.strip_suffix(&[end]).unwrap_or(text);
        if !text.is_empty() {
            lines.extend(body.split(|byte| *byte == end));
        }
    }
    let unique = given.has("u");
    if given.has("c") || given.has("C") {
        return check(cx, &names[0], &lines, &rules, unique, given.has("C"));
    }
    lines.arrange_by(|a, b| rules.compare(a, b));
    if unique {
        lines.dedup_by(|a, b| compare_lines(a, b, &rules.keys, rules.whole, rules.separator) == Ordering::Equal);
    }
    let mut out = Vec::new();
    for line in lines {
        out.extend_from_slice(line);
        out.push(end);
    }
    match given.value("o").map(String::from) {
        None => cx.out(out),
        Some(name) => {
            let (path, micros) = (cx.path(&name), cx.micros());
            if let Err(error) = cx.files_mut().write(&path, out, micros) {
                cx.err(format!("sort: open failed: {name}: {error}\n"));
                return 2;
            }
        }
    }
    0
}

fn check(cx: &mut Cx<'_>, name: &str, lines: &[&[u8]], rules: &Rules, unique: bool, quiet: bool) -> i32 {
    for (index, pair) in lines.windows(2).enumerate() {
        let order = if unique {
            compare_lines(pair[0], pair[1], &rules.keys, rules.whole, rules.separator)
        } else {
            rules.compare(pair[0], pair[1])
        };
        if order == Ordering::Greater || (unique && order == Ordering::Equal) {
            if !quiet {
                let shown = String::from_utf8_lossy(pair[1]).into_owned();
                cx.err(format!("sort: {name}:{}: disorder: {shown}\n", index + 2));
            }
            return 1;
        }
    }
    0
}
