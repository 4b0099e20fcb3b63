//! Expressions as tokens.

use super::data::number_of;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// `(`, `==`, `&&`, …
    Mark(&'static str),
    Number(f64),
    Text(String),
    Name,
    True,
    False,
    Null,
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    /// As it stands there.
    pub text: &'a str,
    /// In characters, from 1.
    pub at: usize,
}

const MARKS: [&str; 18] =
    ["==", "!=", "<=", ">=", "&&", "||", "(", ")", "[", "]", ",", "<", ">", "!", "*", "=", "&", "|"];

fn is_boundary(c: char) -> bool {
    "([)],.!><=&|".contains(c) || c.is_whitespace()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

struct Lexer<'a> {
    whole: &'a str,
    at: usize,
    tokens: Vec<Token<'a>>,
}

/// The tokens, with [`Kind::End`] behind them; or what is wrong, and where.
#[inline(never)]
pub(super) fn lex(whole: &str) -> Result<Vec<Token<'_>>, String> {
    let mut lexer = Lexer { whole, at: 0, tokens: Vec::new() };
    while let Some(c) = whole[lexer.at..].chars().next() {
        if c.is_whitespace() {
            lexer.at += c.len_utf8();
        } else {
            lexer.token(c)?;
        }
    }
    lexer.push(Kind::End, lexer.at);
    Ok(lexer.tokens)
}

impl<'a> Lexer<'a> {
    fn push(&mut self, kind: Kind, end: usize) {
        let text = &self.whole[self.at..end];
        let at = self.whole[..self.at].chars().count() + 1;
        self.tokens.push(Token { kind, text, at });
        self.at = end;
    }

    fn unexpected<T>(&self, end: usize) -> Result<T, String> {
        let at = self.whole[..self.at].chars().count() + 1;
        let text = &self.whole[self.at..end];
        Err(format!("Unexpected symbol: '{text}'. Located at position {at} within expression: {}", self.whole))
    }

    /// Where what began here ends.
    fn end(&self, ends: impl Fn(char) -> bool) -> usize {
        let rest = &self.whole[self.at..];
        let first = rest.chars().next().map_or(0, char::len_utf8);
        self.at + rest[first..].find(ends).map_or(rest.len(), |end| first + end)
    }

    #[inline(never)]
    fn token(&mut self, c: char) -> Result<(), String> {
        match c {
            '\'' => return self.text(),
            '.' => {
                let before = self.tokens.last().map(|token| &token.kind);
                if !matches!(before, Some(Kind::Name | Kind::Mark("]" | ")" | "*"))) {
                    return self.number();
                }
                self.push(Kind::Mark("."), self.at + 1);
                return Ok(());
            }
            '-' | '+' | '0'..='9' => return self.number(),
            _ => {}
        }
        let rest = &self.whole[self.at..];
        match MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            // One of two: the rest of the word is named with it.
            Some(&("=" | "&" | "|")) => self.unexpected(self.end(is_boundary)),
            Some(mark) => {
                self.push(Kind::Mark(mark), self.at + mark.len());
                Ok(())
            }
            None => self.name(),
        }
    }

    fn number(&mut self) -> Result<(), String> {
        let end = self.end(|c| is_boundary(c) && c != '.');
        match number_of(&self.whole[self.at..end]) {
            Some(number) => {
                self.push(Kind::Number(number), end);
                Ok(())
            }
            None => self.unexpected(end),
        }
    }

    /// `'it''s'`.
    #[inline(never)]
    fn text(&mut self) -> Result<(), String> {
        let mut chars = self.whole[self.at..].char_indices().skip(1).peekable();
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            if c == '\'' && chars.next_if(|(_, next)| *next == '\'').is_none() {
                self.push(Kind::Text(text), self.at + at + 1);
                return Ok(());
            }
            text.push(c);
        }
        self.unexpected(self.whole.len())
    }

    #[inline(never)]
    fn name(&mut self) -> Result<(), String> {
        let end = self.end(is_boundary);
        let name = &self.whole[self.at..end];
        if !is_name(name) {
            return self.unexpected(end);
        }
        let member = matches!(self.tokens.last(), Some(Token { kind: Kind::Mark("."), .. }));
        let kind = match name {
            _ if member => Kind::Name,
            "true" => Kind::True,
            "false" => Kind::False,
            "null" => Kind::Null,
            "NaN" => Kind::Number(f64::NAN),
            "Infinity" => Kind::Number(f64::INFINITY),
            _ => Kind::Name,
        };
        self.push(kind, end);
        Ok(())
    }
}
