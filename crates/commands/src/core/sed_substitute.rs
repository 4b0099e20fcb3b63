//! `s` and `y` of `sed`: how they are read, and what `s` does to a line.

use super::sed_script::{Action, Parser};
use regex_lite::Regex;

/// A part of a replacement.
#[derive(Debug)]
pub(crate) enum Piece {
    Text(String),
    Group(usize),
    /// `\U`, `\L`, `\E`, `\u`, `\l`.
    Case(char),
}

impl Parser {
    #[inline(never)]
    pub fn substitute(&mut self) -> Result<Action, String> {
        let unterminated = "unterminated `s' command";
        let Some(mark) = self.next() else { return self.fail(unterminated) };
        let Some(pattern) = self.until(mark, true) else { return self.fail(unterminated) };
        let Some(with) = self.until(mark, false) else { return self.fail(unterminated) };
        let (mut global, mut nth, mut print, mut fold, mut many, mut file) = (false, 0, false, false, false, None);
        loop {
            match self.peek() {
                Some('g') => global = true,
                Some('p') => print = true,
                Some('i' | 'I') => fold = true,
                Some('m' | 'M') => many = true,
                Some('w') => {
                    self.at += 1;
                    self.blanks();
                    file = Some(self.word(""));
                    break;
                }
                Some('0'..='9') => {
                    nth = self.number();
                    if nth == 0 {
                        return self.fail("number option to `s' command may not be zero");
                    }
                    continue;
                }
                Some(c) if c.is_ascii_alphabetic() => {
                    self.at += 1;
                    return self.fail("unknown option to `s'");
                }
                _ => break,
            }
            self.at += 1;
        }
        let pattern = self.regex(&pattern, fold, many)?;
        let with = pieces(&with);
        let groups = pattern.as_ref().map_or(usize::MAX, Regex::captures_len);
        for piece in &with {
            if let Piece::Group(n) = piece
                && *n >= groups
            {
                return self.fail(&format!("invalid reference \\{n} on `s' command's RHS"));
            }
        }
        Ok(Action::Substitute { pattern, with, global, nth, print, file })
    }

    #[inline(never)]
    pub fn translate(&mut self) -> Result<Action, String> {
        let unterminated = "unterminated `y' command";
        let Some(mark) = self.next() else { return self.fail(unterminated) };
        let Some(from) = self.until(mark, false) else { return self.fail(unterminated) };
        let Some(to) = self.until(mark, false) else { return self.fail(unterminated) };
        let plain = |text: &str| -> Vec<char> {
            text.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\").chars().collect()
        };
        let (from, to) = (plain(&from), plain(&to));
        if from.len() != to.len() {
            return self.fail("strings for `y' command are different lengths");
        }
        Ok(Action::Translate(from.into_iter().zip(to).collect()))
    }
}

#[inline(never)]
fn pieces(with: &str) -> Vec<Piece> {
    let mut all = Vec::new();
    let mut text = String::new();
    let mut chars = with.chars();
    while let Some(c) = chars.next() {
        let piece = match c {
            '&' => Some(Piece::Group(0)),
            '\\' => match chars.next() {
                Some(digit @ '0'..='9') => Some(Piece::Group(digit as usize - '0' as usize)),
                Some(c @ ('U' | 'L' | 'E' | 'u' | 'l')) => Some(Piece::Case(c)),
                Some('n') => {
                    text.push('\n');
                    None
                }
                Some('t') => {
                    text.push('\t');
                    None
                }
                other => {
                    text.extend(other);
                    None
                }
            },
            c => {
                text.push(c);
                None
            }
        };
        if let Some(piece) = piece {
            if !text.is_empty() {
                all.push(Piece::Text(std::mem::take(&mut text)));
            }
            all.push(piece);
        }
    }
    if !text.is_empty() {
        all.push(Piece::Text(text));
    }
    all
}

#[inline(never)]
pub(super) fn substitute(line: &str, pattern: &Regex, with: &[Piece], global: bool, nth: usize) -> Option<String> {
    let mut out = String::new();
    let (mut at, mut hit, mut count) = (0, false, 0);
    let mut last_end = usize::MAX;
    for found in pattern.captures_iter(line) {
        let whole = found.get(0)?;
        // An empty match right behind another one is none.
        if whole.start() == whole.end() && whole.start() == last_end {
            continue;
        }
        last_end = whole.end();
        count += 1;
        if count < nth || (hit && !global) {
            continue;
        }
        hit = true;
        out.push_str(&line[at..whole.start()]);
        let (mut all, mut one) = ('E', None);
        for piece in with {
            let text = match piece {
                Piece::Text(text) => text.as_str(),
                Piece::Group(n) => found.get(*n).map_or("", |group| group.as_str()),
                Piece::Case(c @ ('u' | 'l')) => {
                    one = Some(*c);
                    continue;
                }
                Piece::Case(c) => {
                    all = *c;
                    one = None;
                    continue;
                }
            };
            push_in_case(text, all, &mut one, &mut out);
        }
        at = whole.end();
    }
    out.push_str(&line[at..]);
    hit.then_some(out)
}

fn push_in_case(text: &str, all: char, one: &mut Option<char>, out: &mut String) {
    for c in text.chars() {
        match one.take().unwrap_or(all) {
            'U' | 'u' => out.extend(c.to_uppercase()),
            'L' | 'l' => out.extend(c.to_lowercase()),
            _ => out.push(c),
        }
    }
}
