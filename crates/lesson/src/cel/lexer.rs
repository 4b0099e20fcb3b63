//! Text to tokens, one at a time: an expression inside a sentence ends at its brace, and what follows is prose.

use crate::error::Error;

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub kind: Tok,
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tok {
    Ident(String),
    Int(i64),
    Float(f64),
    /// Microseconds.
    Span(i64),
    Str(String),
    Sign(&'static str),
    End,
}

impl Tok {
    /// How a message names it.
    pub fn describe(&self) -> String {
        match self {
            Self::Ident(name) => format!("`{name}`"),
            Self::Int(n) => format!("`{n}`"),
            Self::Float(x) => format!("`{x}`"),
            Self::Span(_) => "a duration".into(),
            Self::Str(_) => "a string".into(),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end of the expression".into(),
        }
    }
}

/// Longer signs first, so that `<=` is not read as `<`.
const SIGNS: &[&str] = &[
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ",", ".", "(", ")", "[", "]",
    "{", "}",
];

const UNITS: &[(&str, i64)] =
    &[("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000)];

pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    /// A lexer that starts at a byte, which must begin a character.
    pub fn new(text: &'t str, at: usize) -> Self {
        Self { text, at }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// The next token; `End` again and again at the end.
    pub fn token(&mut self) -> Result<Token, Error> {
        self.skip_blank();
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Token { kind: Tok::End, start, end: start });
        };
        let kind = if first.is_ascii_digit() {
            self.number()?
        } else if first == '"' || first == '\'' {
            self.string(first, false)?
        } else if rest.starts_with("r\"") || rest.starts_with("r'") {
            self.at += 1;
            let quote = if rest.starts_with("r\"") { '"' } else { '\'' };
            self.string(quote, true)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            self.word()
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            self.at += sign.len();
            Tok::Sign(sign)
        } else {
            return Err(Error::syntax(start, format!("`{first}` means nothing here")));
        };
        Ok(Token { kind, start, end: self.at })
    }

    /// Blanks, and comments from `//` to the end of the line.
    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with("//") {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let len = rest.find(|c: char| !keep(c)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn word(&mut self) -> Tok {
        Tok::Ident(self.take_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned())
    }

    /// `12`, `0.5`, `1e3`, `5m`, `1h30m`.
    fn number(&mut self) -> Result<Tok, Error> {
        let start = self.at;
        let whole = self.take_while(|c| c.is_ascii_digit()).to_owned();
        if self.rest().starts_with(|c: char| c.is_ascii_alphabetic() && c != 'e') {
            return self.span(start, &whole);
        }
        let mut text = whole;
        let mut float = false;
        let mut after_dot = self.rest().chars();
        if after_dot.next() == Some('.') && after_dot.next().is_some_and(|c| c.is_ascii_digit()) {
            float = true;
            self.at += 1;
            text.push('.');
            text.push_str(self.take_while(|c| c.is_ascii_digit()));
        }
        if self.rest().starts_with('e') {
            float = true;
            self.at += 1;
            text.push('e');
            if self.rest().starts_with(['+', '-']) {
                text.push_str(&self.rest()[..1]);
                self.at += 1;
            }
            text.push_str(self.take_while(|c| c.is_ascii_digit()));
        }
        let bad = || Error::syntax(start, format!("`{text}` is not a number that fits"));
        if float {
            manifest::float_of(&text).filter(|x| x.is_finite()).map(Tok::Float).ok_or_else(bad)
        } else {
            text.parse().map(Tok::Int).map_err(|_| bad())
        }
    }

    /// The rest of a duration whose first digits are read.
    fn span(&mut self, start: usize, whole: &str) -> Result<Tok, Error> {
        let mut digits = whole.to_owned();
        let mut total: i64 = 0;
        loop {
            let unit = self.take_while(|c| c.is_ascii_alphabetic());
            let size = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, size)| *size);
            let size = size.ok_or_else(|| {
                Error::syntax(start, format!("`{unit}` is not a unit of time; they are ms, s, m, h and d"))
            })?;
            total = digits
                .parse::<i64>()
                .ok()
                .and_then(|n| n.checked_mul(size))
                .and_then(|part| total.checked_add(part))
                .ok_or_else(|| Error::syntax(start, "this duration is too long"))?;
            digits = self.take_while(|c| c.is_ascii_digit()).to_owned();
            if digits.is_empty() {
                return Ok(Tok::Span(total));
            }
        }
    }

    fn string(&mut self, quote: char, raw: bool) -> Result<Tok, Error> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((offset, c)) = chars.next() {
            if c == quote {
                self.at += offset + 1;
                return Ok(Tok::Str(text));
            }
            if c != '\\' || raw {
                text.push(c);
                continue;
            }
            let escaped = chars.next().map(|(_, c)| c);
            text.push(match escaped {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(plain @ ('\\' | '\'' | '"' | '`' | '?')) => plain,
                Some(other) => {
                    return Err(Error::syntax(self.at + offset, format!("`\\{other}` is not an escape")));
                }
                None => break,
            });
        }
        Err(Error::syntax(start, "this string has no end"))
    }
}
