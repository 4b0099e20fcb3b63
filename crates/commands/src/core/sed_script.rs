//! `sed` scripts: parsing.

use shell::regex::{Syntax, build};
use regex_lite::Regex;

#[derive(Debug)]
pub(crate) enum Address {
    Line(usize),
    Last,
    Match(Regex),
}

#[derive(Debug)]
pub(crate) struct Command {
    pub from: Option<Address>,
    pub to: Option<Address>,
    pub negated: bool,
    pub action: Action,
    /// Whether a range that began is still open.
    pub inside: bool,
}

#[derive(Debug)]
pub(crate) enum Action {
    Substitute { pattern: Regex, with: Vec<Piece>, global: bool, nth: usize, print: bool },
    Translate(Vec<(char, char)>),
    Delete,
    Print,
    Quit,
    Append(String),
    Insert(String),
    Change(String),
    LineNumber,
}

/// A part of a replacement.
#[derive(Debug)]
pub(crate) enum Piece {
    Text(String),
    Group(usize),
}

/// Parses a script; the error is in sed's words, behind `sed: -e expression #1, `.
pub(crate) fn parse(script: &str, extended: bool) -> Result<Vec<Command>, String> {
    let mut parser = Parser { chars: script.chars().collect(), at: 0, extended };
    let mut commands = Vec::new();
    loop {
        while parser.peek().is_some_and(|c| c.is_whitespace() || c == ';') {
            parser.at += 1;
        }
        match parser.peek() {
            None => return Ok(commands),
            Some('#') => {
                while parser.peek().is_some_and(|c| c != '\n') {
                    parser.at += 1;
                }
            }
            Some(_) => commands.push(parser.command()?),
        }
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    extended: bool,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn fail<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("char {}: {what}", self.at))
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|c| c == ' ' || c == '\t') {
            self.at += 1;
        }
    }

    fn address(&mut self) -> Result<Option<Address>, String> {
        match self.peek() {
            Some('$') => {
                self.at += 1;
                Ok(Some(Address::Last))
            }
            Some(c) if c.is_ascii_digit() => {
                let mut number = 0_usize;
                while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
                    number = number.saturating_mul(10).saturating_add(digit as usize);
                    self.at += 1;
                }
                Ok(Some(Address::Line(number)))
            }
            Some('/') => {
                self.at += 1;
                let Some(pattern) = self.until('/', true) else {
                    return self.fail("unterminated address regex");
                };
                let fold = self.peek() == Some('I');
                self.at += usize::from(fold);
                Ok(Some(Address::Match(self.regex(&pattern, fold)?)))
            }
            _ => Ok(None),
        }
    }

    fn regex(&self, pattern: &str, fold: bool) -> Result<Regex, String> {
        let syntax = if self.extended { Syntax::Extended } else { Syntax::Basic };
        build(pattern, syntax, fold).map_err(|reason| format!("char {}: {reason}", self.at))
    }

    /// Text up to a delimiter, which may be escaped by a backslash.
    fn until(&mut self, end: char, pattern: bool) -> Option<String> {
        let mut text = String::new();
        let mut in_set = false;
        loop {
            let c = self.next()?;
            match c {
                '\\' => {
                    let next = self.next()?;
                    if next == end {
                        text.push(next);
                    } else {
                        text.extend(['\\', next]);
                    }
                }
                '[' if pattern && !in_set => {
                    in_set = true;
                    text.push(c);
                    // `[]…]` and `[^]…]`: the first bracket does not close.
                    if self.peek() == Some('^') {
                        text.extend(self.next());
                    }
                    if self.peek() == Some(']') {
                        text.extend(self.next());
                    }
                }
                ']' if in_set => {
                    in_set = false;
                    text.push(c);
                }
                c if c == end && !in_set => return Some(text),
                c => text.push(c),
            }
        }
    }

    fn command(&mut self) -> Result<Command, String> {
        let from = self.address()?;
        self.blanks();
        let mut to = None;
        if from.is_some() && self.peek() == Some(',') {
            self.at += 1;
            self.blanks();
            to = self.address()?;
            if to.is_none() {
                self.at += 1;
                return self.fail("unexpected `,'");
            }
        }
        self.blanks();
        let mut negated = false;
        while self.peek() == Some('!') {
            negated = true;
            self.at += 1;
            self.blanks();
        }
        let Some(letter) = self.next() else { return self.fail("missing command") };
        let action = match letter {
            's' => self.substitute()?,
            'y' => self.translate()?,
            'd' => Action::Delete,
            'p' => Action::Print,
            'q' => Action::Quit,
            '=' => Action::LineNumber,
            'a' => Action::Append(self.text()?),
            'i' => Action::Insert(self.text()?),
            'c' => Action::Change(self.text()?),
            c if "{}:btTDGHPNnxghwrRWeFlLvz".contains(c) => {
                return self.fail(&format!("`{c}' is real sed, but not part of this sandbox yet"));
            }
            c => return self.fail(&format!("unknown command: `{c}'")),
        };
        self.blanks();
        match self.peek() {
            None | Some(';' | '\n' | '#' | '}') => {}
            Some(_) => {
                self.at += 1;
                return self.fail("extra characters after command");
            }
        }
        Ok(Command { from, to, negated, action, inside: false })
    }

    /// What `a`, `i` and `c` add: the rest of the line, without its newline.
    fn text(&mut self) -> Result<String, String> {
        self.blanks();
        if self.peek() == Some('\\') {
            self.at += 1;
            self.blanks();
            if self.peek() == Some('\n') {
                self.at += 1;
            }
        }
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '\n' => break,
                '\\' => text.extend(self.next()),
                c => text.push(c),
            }
        }
        if text.is_empty() { self.fail("expected \\ after `a', `c' or `i'") } else { Ok(text) }
    }

    fn substitute(&mut self) -> Result<Action, String> {
        let unterminated = "unterminated `s' command";
        let Some(mark) = self.next() else { return self.fail(unterminated) };
        let Some(pattern) = self.until(mark, true) else { return self.fail(unterminated) };
        let Some(with) = self.until(mark, false) else { return self.fail(unterminated) };
        let (mut global, mut nth, mut print, mut fold) = (false, 0, false, false);
        loop {
            match self.peek() {
                Some('g') => global = true,
                Some('p') => print = true,
                Some('i' | 'I') => fold = true,
                Some(c @ '1'..='9') => nth = c as usize - '0' as usize,
                Some(c) if c.is_ascii_alphabetic() => {
                    self.at += 1;
                    return self.fail("unknown option to `s'");
                }
                _ => break,
            }
            self.at += 1;
        }
        let pattern = self.regex(&pattern, fold)?;
        let with = pieces(&with);
        let groups = pattern.captures_len();
        for piece in &with {
            if let Piece::Group(n) = piece
                && *n >= groups
            {
                return self.fail(&format!("invalid reference \\{n} on `s' command's RHS"));
            }
        }
        Ok(Action::Substitute { pattern, with, global, nth, print })
    }

    fn translate(&mut self) -> Result<Action, String> {
        let unterminated = "unterminated `y' command";
        let Some(mark) = self.next() else { return self.fail(unterminated) };
        let Some(from) = self.until(mark, false) else { return self.fail(unterminated) };
        let Some(to) = self.until(mark, false) else { return self.fail(unterminated) };
        if from.chars().count() != to.chars().count() {
            return self.fail("strings for `y' command are different lengths");
        }
        Ok(Action::Translate(from.chars().zip(to.chars()).collect()))
    }
}

fn pieces(with: &str) -> Vec<Piece> {
    let mut all = Vec::new();
    let mut text = String::new();
    let mut chars = with.chars();
    while let Some(c) = chars.next() {
        let group = match c {
            '&' => Some(0),
            '\\' => match chars.next() {
                Some(digit @ '0'..='9') => Some(digit as usize - '0' as usize),
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
        if let Some(n) = group {
            if !text.is_empty() {
                all.push(Piece::Text(std::mem::take(&mut text)));
            }
            all.push(Piece::Group(n));
        }
    }
    if !text.is_empty() {
        all.push(Piece::Text(text));
    }
    all
}
