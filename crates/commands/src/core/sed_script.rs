//! `sed` scripts: parsing.

use super::sed_address::Address;
use super::sed_substitute::Piece;
use regex_lite::Regex;
use shell::regex::{Syntax, build};

#[derive(Debug)]
pub(crate) struct Command {
    pub from: Option<Address>,
    pub to: Option<Address>,
    pub negated: bool,
    pub action: Action,
    /// Whether a range that began is still open; and its last line, where that is a number.
    pub inside: bool,
    pub until: usize,
}

#[derive(Debug)]
pub(crate) enum Action {
    Substitute {
        pattern: Option<Regex>,
        with: Vec<Piece>,
        global: bool,
        nth: usize,
        print: bool,
        file: Option<String>,
    },
    Translate(Vec<(char, char)>),
    /// `b`, `t`, `T`: to a command's number.
    Jump(char, usize, String),
    /// `{`: where its `}` is.
    Open(usize),
    Close,
    Label,
    Quit(bool, i32),
    Text(char, String),
    Read(String),
    Write(String),
    /// All that are only a letter.
    Plain(char),
}

/// Parses a script; the error is in sed's words, behind `sed: -e expression #1, `.
#[inline(never)]
pub(crate) fn parse(script: &str, extended: bool) -> Result<Vec<Command>, String> {
    let mut parser = Parser { chars: script.chars().collect(), at: 0, extended, labels: Vec::new(), open: Vec::new() };
    let mut commands: Vec<Command> = Vec::new();
    loop {
        while parser.peek().is_some_and(|c| c.is_whitespace() || c == ';') {
            parser.at += 1;
        }
        match parser.peek() {
            None => break,
            Some('#') => {
                while parser.peek().is_some_and(|c| c != '\n') {
                    parser.at += 1;
                }
            }
            Some(_) => {
                let command = parser.command(commands.len())?;
                if matches!(command.action, Action::Close) {
                    let Some(open) = parser.open.pop() else { return parser.fail("unexpected `}'") };
                    commands[open].action = Action::Open(commands.len());
                }
                commands.push(command);
            }
        }
    }
    if !parser.open.is_empty() {
        return Err("char 0: unmatched `{'".into());
    }
    let end = commands.len();
    for command in &mut commands {
        if let Action::Jump(_, to, label) = &mut command.action {
            *to = match parser.labels.iter().find(|(name, _)| name == label) {
                _ if label.is_empty() => end,
                Some((_, at)) => *at,
                None => return Err(format!("!can't find label for jump to `{label}'")),
            };
        }
    }
    Ok(commands)
}

pub(super) struct Parser {
    chars: Vec<char>,
    pub at: usize,
    extended: bool,
    labels: Vec<(String, usize)>,
    open: Vec<usize>,
}

impl Parser {
    pub fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    pub fn fail<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("char {}: {what}", self.at))
    }

    pub fn blanks(&mut self) {
        while self.peek().is_some_and(|c| c == ' ' || c == '\t') {
            self.at += 1;
        }
    }

    pub fn number(&mut self) -> usize {
        let mut number = 0_usize;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            number = number.saturating_mul(10).saturating_add(digit as usize);
            self.at += 1;
        }
        number
    }

    #[inline(never)]
    pub fn regex(&self, pattern: &str, fold: bool, many: bool) -> Result<Option<Regex>, String> {
        if pattern.is_empty() {
            return Ok(None);
        }
        let syntax = if self.extended { Syntax::Extended } else { Syntax::Basic };
        let wrong = |reason| format!("char {}: {reason}", self.at);
        let regex = build(pattern, syntax, fold).map_err(wrong)?;
        if !many {
            return Ok(Some(regex));
        }
        regex_lite::RegexBuilder::new(regex.as_str())
            .case_insensitive(fold)
            .multi_line(true)
            .build()
            .map(Some)
            .map_err(|error| wrong(error.to_string()))
    }

    /// Text up to a delimiter, which may be escaped by a backslash.
    #[inline(never)]
    pub fn until(&mut self, end: char, pattern: bool) -> Option<String> {
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
                '\n' if pattern => return None,
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
                '[' if in_set && self.peek() == Some(':') => {
                    text.push(c);
                    while let Some(c) = self.next() {
                        text.push(c);
                        if c == ']' {
                            break;
                        }
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

    #[inline(never)]
    fn command(&mut self, index: usize) -> Result<Command, String> {
        let from = self.address(false)?;
        self.blanks();
        let mut to = None;
        if from.is_some() && self.peek() == Some(',') {
            self.at += 1;
            self.blanks();
            to = self.address(true)?;
            if to.is_none() {
                self.at += 1;
                return self.fail("unexpected `,'");
            }
        }
        if matches!(from, Some(Address::Line(0))) && !matches!(to, Some(Address::Match(_))) {
            self.at += 1;
            return self.fail("invalid usage of line address 0");
        }
        self.blanks();
        let mut negated = false;
        while self.peek() == Some('!') {
            negated = true;
            self.at += 1;
            self.blanks();
        }
        let Some(letter) = self.next() else { return self.fail("missing command") };
        let action = self.action(letter, index, from.is_some())?;
        if !matches!(action, Action::Open(_) | Action::Label | Action::Text(..) | Action::Read(_) | Action::Write(_)) {
            self.blanks();
            match self.peek() {
                None | Some(';' | '\n' | '#' | '}') => {}
                Some(_) => {
                    self.at += 1;
                    return self.fail("extra characters after command");
                }
            }
        }
        Ok(Command { from, to, negated, action, inside: false, until: 0 })
    }

    #[inline(never)]
    fn action(&mut self, letter: char, index: usize, addressed: bool) -> Result<Action, String> {
        Ok(match letter {
            's' => self.substitute()?,
            'y' => self.translate()?,
            'q' | 'Q' => {
                self.blanks();
                let code = self.number();
                Action::Quit(letter == 'q', i32::try_from(code & 255).unwrap_or(0))
            }
            'a' | 'i' | 'c' => Action::Text(letter, self.text()?),
            'b' | 't' | 'T' => {
                self.blanks();
                Action::Jump(letter, 0, self.word(";}"))
            }
            ':' => {
                if addressed {
                    return self.fail(": doesn't want any addresses");
                }
                self.blanks();
                let label = self.word(";");
                if label.is_empty() {
                    return self.fail("\":\" lacks a label");
                }
                self.labels.push((label, index));
                Action::Label
            }
            '{' => {
                self.open.push(index);
                Action::Open(0)
            }
            '}' => {
                if addressed {
                    return self.fail("} doesn't want any addresses");
                }
                Action::Close
            }
            'r' | 'w' => {
                self.blanks();
                let name = self.word("");
                if name.is_empty() {
                    return self.fail("missing filename in r/R/w/W commands");
                }
                if letter == 'r' { Action::Read(name) } else { Action::Write(name) }
            }
            'd' | 'D' | 'g' | 'G' | 'h' | 'H' | 'n' | 'N' | 'p' | 'P' | 'x' | '=' | 'l' | 'z' | 'F' => {
                if letter == 'l' {
                    self.blanks();
                    self.number();
                }
                Action::Plain(letter)
            }
            c if "RWevM".contains(c) && c != 'M' => {
                return self.fail(&format!("`{c}' is real sed, but not part of this sandbox yet"));
            }
            c => return self.fail(&format!("unknown command: `{c}'")),
        })
    }

    /// The rest of the line, or up to one of `ends`.
    pub fn word(&mut self, ends: &str) -> String {
        let mut word = String::new();
        while let Some(c) = self.peek().filter(|c| *c != '\n' && !ends.contains(*c)) {
            word.push(c);
            self.at += 1;
        }
        if ends.is_empty() { word } else { word.trim_end().to_string() }
    }

    /// What `a`, `i` and `c` add: the rest of the line, without its newline.
    #[inline(never)]
    fn text(&mut self) -> Result<String, String> {
        self.blanks();
        if self.peek().is_none() {
            return self.fail("expected \\ after `a', `c' or `i'");
        }
        if self.peek() == Some('\\') {
            self.at += 1;
            let blanks_are_text = self.at;
            self.blanks();
            if self.peek() == Some('\n') {
                self.at += 1;
            } else {
                self.at = blanks_are_text;
            }
        }
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '\n' => break,
                '\\' => text.extend(self.next().map(|escaped| match escaped {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                })),
                c => text.push(c),
            }
        }
        Ok(text)
    }
}
