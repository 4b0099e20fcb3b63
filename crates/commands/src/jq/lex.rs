//! jq's tokens, read as the parser goes.

use super::parse::{Parsed, Parser};
use super::syntax::Part;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(Vec<Part>),
    Format(String),
    Var(String),
    /// `.name`
    Field(String),
    Word(String),
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 37] = [
    "*+", "?//=", "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "..", "and", "|",
    ",", ".", "[", "]", "(", ")", "{", "}", ":", ";", "=", "<", ">", "+", "-", "*", "/", "%", "?",
];

impl Parser<'_> {
    pub fn unexpected(&self) -> String {
        let token = match &self.token {
            Token::End => "$end".to_string(),
            Token::Number(_) => "LITERAL".into(),
            Token::Text(_) => "QQSTRING_START".into(),
            Token::Format(_) => "FORMAT".into(),
            Token::Var(_) => "'$'".into(),
            Token::Field(_) => "FIELD".into(),
            Token::Word(word)
                if matches!(
                    word.as_str(),
                    "then"
                        | "else"
                        | "elif"
                        | "end"
                        | "as"
                        | "def"
                        | "reduce"
                        | "foreach"
                        | "if"
                        | "try"
                        | "catch"
                        | "and"
                        | "or"
                ) =>
            {
                word.clone()
            }
            Token::Word(_) => "IDENT".into(),
            Token::Sign(sign) if sign.len() > 1 => format!("\"{sign}\""),
            Token::Sign(sign) => format!("'{sign}'"),
        };
        format!("syntax error, unexpected {token}")
    }

    pub fn advance(&mut self) -> Parsed<()> {
        while let Some(c) = self.chars.get(self.at) {
            if *c == '#' {
                while self.chars.get(self.at).is_some_and(|c| *c != '\n') {
                    self.at += 1;
                }
            } else if c.is_whitespace() {
                self.at += 1;
            } else {
                break;
            }
        }
        self.start = self.at;
        self.token = self.read()?;
        Ok(())
    }

    fn name(&mut self) -> String {
        let start = self.at;
        let part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
        while self.chars.get(self.at).is_some_and(part)
            || (self.chars[self.at.min(self.chars.len())..].starts_with(&[':', ':'])
                && self.chars.get(self.at + 2).is_some_and(part))
        {
            self.at += if self.chars[self.at] == ':' { 2 } else { 1 };
        }
        self.chars[start..self.at].iter().collect()
    }

    fn read(&mut self) -> Parsed<Token> {
        let Some(c) = self.chars.get(self.at).copied() else { return Ok(Token::End) };
        let next = self.chars.get(self.at + 1).copied().unwrap_or(' ');
        if c == '"' {
            return self.string().map(Token::Text);
        }
        if c.is_ascii_digit() || (c == '.' && next.is_ascii_digit()) {
            let start = self.at;
            while self.chars.get(self.at).is_some_and(|c| c.is_ascii_digit() || *c == '.') {
                self.at += 1;
            }
            if matches!(self.chars.get(self.at), Some('e' | 'E')) {
                let sign = usize::from(matches!(self.chars.get(self.at + 1), Some('+' | '-')));
                if self.chars.get(self.at + 1 + sign).is_some_and(char::is_ascii_digit) {
                    self.at += 1 + sign;
                    while self.chars.get(self.at).is_some_and(char::is_ascii_digit) {
                        self.at += 1;
                    }
                }
            }
            let text: String = self.chars[start..self.at].iter().collect();
            let text = if text.starts_with('.') { format!("0{text}") } else { text };
            return manifest::float_of(text.trim_end_matches('.'))
                .map(Token::Number)
                .ok_or_else(|| "syntax error, unexpected INVALID_CHARACTER".into());
        }
        if c == '.' && (next.is_ascii_alphabetic() || next == '_') {
            self.at += 1;
            return Ok(Token::Field(self.name()));
        }
        if c == '$' && (next.is_ascii_alphabetic() || next == '_') {
            self.at += 1;
            return Ok(Token::Var(self.name()));
        }
        if c == '@' && next.is_ascii_alphabetic() {
            self.at += 1;
            return Ok(Token::Format(self.name()));
        }
        if c.is_ascii_alphabetic() || c == '_' {
            return Ok(Token::Word(self.name()));
        }
        let rest: String = self.chars[self.at..].iter().take(4).collect();
        let Some(sign) = SIGNS.into_iter().find(|sign| *sign != "and" && rest.starts_with(sign)) else {
            return Err("syntax error, unexpected INVALID_CHARACTER".into());
        };
        self.at += sign.len();
        Ok(Token::Sign(sign))
    }

    fn string(&mut self) -> Parsed<Vec<Part>> {
        self.at += 1;
        let (mut parts, mut text) = (Vec::new(), String::new());
        loop {
            let Some(c) = self.chars.get(self.at).copied() else { return Err("syntax error, unexpected $end".into()) };
            self.at += 1;
            match c {
                '"' => {
                    if !text.is_empty() || parts.is_empty() {
                        parts.push(Part::Text(text));
                    }
                    return Ok(parts);
                }
                '\\' => {
                    let escape = self.chars.get(self.at).copied().unwrap_or('\\');
                    self.at += 1;
                    match escape {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        'r' => text.push('\r'),
                        'b' => text.push('\x08'),
                        'f' => text.push('\x0c'),
                        'u' => {
                            let digits: String = self.chars[self.at.min(self.chars.len())..].iter().take(4).collect();
                            self.at += 4;
                            let code = u32::from_str_radix(&digits, 16).unwrap_or(0xfffd);
                            text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                        }
                        '(' => {
                            if !text.is_empty() {
                                parts.push(Part::Text(std::mem::take(&mut text)));
                            }
                            self.advance()?;
                            let inner = self.pipe()?;
                            if self.token != Token::Sign(")") {
                                return Err(self.unexpected());
                            }
                            parts.push(Part::Expr(inner));
                        }
                        other => text.push(other),
                    }
                }
                c => text.push(c),
            }
        }
    }
}
