//! The addresses of `sed`: how they are read, and which lines they hit.

use super::sed_run::Editor;
use super::sed_script::{Command, Parser};
use regex_lite::Regex;

#[derive(Debug)]
pub(crate) enum Address {
    Line(usize),
    /// `first~step`
    Every(usize, usize),
    /// As the end of a range: so many lines more, or up to a multiple.
    More(usize),
    Multiple(usize),
    Last,
    /// `None`: the pattern that was used last.
    Match(Option<Regex>),
}

impl Parser {
    #[inline(never)]
    pub fn address(&mut self, second: bool) -> Result<Option<Address>, String> {
        let Some(c) = self.peek() else { return Ok(None) };
        if c.is_ascii_digit() {
            let number = self.number();
            if self.peek() == Some('~') && !second {
                self.at += 1;
                return Ok(Some(Address::Every(number, self.number())));
            }
            return Ok(Some(Address::Line(number)));
        }
        match c {
            '$' => {
                self.at += 1;
                Ok(Some(Address::Last))
            }
            '+' | '~' if second => {
                self.at += 1;
                let number = self.number();
                Ok(Some(if c == '+' { Address::More(number) } else { Address::Multiple(number) }))
            }
            '/' | '\\' => {
                self.at += 1;
                let mark = if c == '\\' { self.next().unwrap_or('/') } else { '/' };
                let Some(pattern) = self.until(mark, true) else {
                    return self.fail("unterminated address regex");
                };
                let mut fold = false;
                while let Some(flag @ ('I' | 'M')) = self.peek() {
                    fold |= flag == 'I';
                    self.at += 1;
                }
                Ok(Some(Address::Match(self.regex(&pattern, fold, false)?)))
            }
            _ => Ok(None),
        }
    }
}

impl Editor {
    #[inline(never)]
    fn hits(&mut self, address: &Address) -> bool {
        match address {
            Address::Line(number) => *number == self.number,
            Address::Every(first, 0) => *first == self.number,
            Address::Every(first, step) => self.number >= *first && (self.number - first).is_multiple_of(*step),
            Address::Last => self.at_last(),
            Address::Match(Some(pattern)) => {
                self.last = Some(pattern.clone());
                pattern.is_match(&self.line)
            }
            Address::Match(None) => self.last.as_ref().is_some_and(|pattern| pattern.is_match(&self.line)),
            Address::More(_) | Address::Multiple(_) => false,
        }
    }

    #[inline(never)]
    pub fn selected(&mut self, command: &mut Command) -> bool {
        let hit = match (&command.from, &command.to) {
            (None, _) => true,
            (Some(from), None) => self.hits(from),
            (Some(from), Some(to)) => {
                let zero = matches!(from, Address::Line(0)) && self.number == 1 && !command.inside;
                if command.inside || zero {
                    match to {
                        Address::Line(_) | Address::More(_) | Address::Multiple(_) => {
                            let until = command.until;
                            command.inside = self.number < until;
                            self.number <= until || (matches!(to, Address::Line(_)) && self.hits(from))
                        }
                        to => {
                            command.inside = !self.hits(to);
                            true
                        }
                    }
                } else if self.hits(from) {
                    command.until = match to {
                        Address::Line(number) => *number,
                        Address::More(count) => self.number + count,
                        Address::Multiple(0) => self.number,
                        Address::Multiple(of) => self.number.div_ceil(*of) * of,
                        _ => usize::MAX,
                    };
                    command.inside = command.until > self.number && !(matches!(to, Address::Last) && self.at_last());
                    true
                } else {
                    false
                }
            }
        };
        hit != command.negated
    }
}
