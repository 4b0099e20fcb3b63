//! A template's text to tokens, as Go's `text/template/parse` cuts it: Go 1.23, `lex.go`.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Error,
    Eof,
    Text,
    LeftDelim,
    RightDelim,
    Space,
    Assign,
    Declare,
    Pipe,
    Char,
    CharConstant,
    Number,
    Quoted,
    RawQuoted,
    Variable,
    Field,
    Identifier,
    Bool,
    LeftParen,
    RightParen,
    Dot,
    Nil,
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub kind: Kind,
    /// Where it starts, in bytes.
    pub at: usize,
    pub text: String,
    pub line: usize,
}

impl Token {
    /// As Go's errors show it.
    pub fn shown(&self) -> String {
        match self.kind {
            Kind::Eof => "EOF".into(),
            Kind::Error => self.text.clone(),
            kind if keyword(&self.text) == Some(kind) => format!("<{}>", self.text),
            _ if self.text.len() > 10 => {
                let cut: String = self.text.chars().take(10).collect();
                format!("{}...", crate::quote::quoted(&cut))
            }
            _ => crate::quote::quoted(&self.text),
        }
    }
}

fn keyword(word: &str) -> Option<Kind> {
    Some(match word {
        "." => Kind::Dot,
        "block" => Kind::Block,
        "break" => Kind::Break,
        "continue" => Kind::Continue,
        "define" => Kind::Define,
        "else" => Kind::Else,
        "end" => Kind::End,
        "if" => Kind::If,
        "range" => Kind::Range,
        "nil" => Kind::Nil,
        "template" => Kind::Template,
        "with" => Kind::With,
        _ => return None,
    })
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// `%#U`: the code point, and the character where it can be seen.
fn named(c: Option<char>) -> String {
    let code = c.map_or(0x00FF_FFFF_FFFF_FFFF, u64::from);
    match c {
        None => "U+FFFFFFFFFFFFFFFF".into(),
        Some(c) if c.is_control() => format!("U+{code:04X}"),
        Some(c) => format!("U+{code:04X} '{c}'"),
    }
}

pub(crate) struct Lexer<'t> {
    input: &'t str,
    start: usize,
    pos: usize,
    line: usize,
    line_at: usize,
    inside: bool,
    parens: i32,
    failed: bool,
}

impl<'t> Lexer<'t> {
    pub fn new(input: &'t str) -> Self {
        Self { input, start: 0, pos: 0, line: 1, line_at: 0, inside: false, parens: 0, failed: false }
    }

    fn rest(&self) -> &'t str {
        &self.input[self.pos..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn ignore(&mut self) {
        self.start = self.pos;
    }

    fn token_of(&mut self, kind: Kind, text: String) -> Token {
        let upto = self.start.max(self.line_at);
        self.line += self.input[self.line_at..upto].matches('\n').count();
        self.line_at = upto;
        Token { kind, at: self.start, text, line: self.line }
    }

    fn emit(&mut self, kind: Kind) -> Token {
        let token = self.token_of(kind, self.input[self.start..self.pos].to_string());
        self.start = self.pos;
        token
    }

    fn error(&mut self, told: String) -> Token {
        self.failed = true;
        self.token_of(Kind::Error, told)
    }

    /// At `}}` or ` -}}`; the second says whether the space behind is cut.
    fn at_right(&self) -> (bool, bool) {
        let rest = self.rest();
        let trimmed = rest.starts_with(is_space) && rest[1..].starts_with("-}}");
        (trimmed || rest.starts_with("}}"), trimmed)
    }

    pub fn next(&mut self) -> Token {
        loop {
            if self.failed {
                return self.token_of(Kind::Eof, String::new());
            }
            let token = if self.inside { Some(self.action()) } else { self.text() };
            if let Some(token) = token {
                return token;
            }
        }
    }

    /// A text up to the next action, or what opens the action; none behind a comment.
    fn text(&mut self) -> Option<Token> {
        let Some(found) = self.rest().find("{{") else {
            self.pos = self.input.len();
            let kind = if self.pos > self.start { Kind::Text } else { Kind::Eof };
            return Some(self.emit(kind));
        };
        if found > 0 {
            let delim = self.pos + found;
            self.pos = delim;
            if left_trim(&self.input[delim + 2..]) {
                self.pos = self.start + self.input[self.start..delim].trim_end_matches(is_space).len();
            }
            let token = self.emit(Kind::Text);
            self.pos = delim;
            self.ignore();
            if !token.text.is_empty() {
                return Some(token);
            }
        }
        self.left()
    }

    fn left(&mut self) -> Option<Token> {
        self.pos += 2;
        let after = if left_trim(self.rest()) { 2 } else { 0 };
        if self.rest()[after..].starts_with("/*") {
            self.pos += after;
            self.ignore();
            return self.comment();
        }
        let token = self.emit(Kind::LeftDelim);
        self.inside = true;
        self.pos += after;
        self.ignore();
        self.parens = 0;
        Some(token)
    }

    fn comment(&mut self) -> Option<Token> {
        let Some(end) = self.rest()[2..].find("*/") else {
            return Some(self.error("unclosed comment".into()));
        };
        self.pos += 2 + end + 2;
        let (delim, trim) = self.at_right();
        if !delim {
            return Some(self.error("comment ends before closing delimiter".into()));
        }
        self.pos += if trim { 4 } else { 2 };
        if trim {
            self.skip_space();
        }
        self.ignore();
        None
    }

    fn skip_space(&mut self) {
        self.pos = self.input.len() - self.rest().trim_start_matches(is_space).len();
    }

    fn right(&mut self, trim: bool) -> Token {
        if trim {
            self.pos += 2;
            self.ignore();
        }
        self.pos += 2;
        let token = self.emit(Kind::RightDelim);
        if trim {
            self.skip_space();
            self.ignore();
        }
        self.inside = false;
        token
    }

    fn action(&mut self) -> Token {
        let (delim, trim) = self.at_right();
        if delim {
            return if self.parens == 0 { self.right(trim) } else { self.error("unclosed left paren".into()) };
        }
        let Some(c) = self.peek() else {
            return self.error("unclosed action".into());
        };
        self.pos += c.len_utf8();
        match c {
            c if is_space(c) => self.space(),
            '=' => self.emit(Kind::Assign),
            ':' if self.rest().starts_with('=') => {
                self.pos += 1;
                self.emit(Kind::Declare)
            }
            ':' => self.error("expected :=".into()),
            '|' => self.emit(Kind::Pipe),
            '"' => self.quoted('"', Kind::Quoted, "unterminated quoted string"),
            '`' => self.raw(),
            '$' => self.word_of(Kind::Variable),
            '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
            '.' if !self.rest().starts_with(|c: char| c.is_ascii_digit()) => self.word_of(Kind::Field),
            '.' | '+' | '-' | '0'..='9' => {
                self.pos -= 1;
                self.number()
            }
            c if is_word(c) => self.identifier(),
            '(' => {
                self.parens += 1;
                self.emit(Kind::LeftParen)
            }
            ')' => {
                self.parens -= 1;
                if self.parens < 0 { self.error("unexpected right paren".into()) } else { self.emit(Kind::RightParen) }
            }
            c if c.is_ascii_graphic() => self.emit(Kind::Char),
            c => self.error(format!("unrecognized character in action: {}", named(Some(c)))),
        }
    }

    fn space(&mut self) -> Token {
        self.skip_space();
        if self.rest().starts_with("-}}") {
            self.pos -= 1;
            if self.pos == self.start {
                return self.right(true);
            }
        }
        self.emit(Kind::Space)
    }

    fn skip_word(&mut self) {
        self.pos = self.input.len() - self.rest().trim_start_matches(is_word).len();
    }

    fn ends_here(&self) -> bool {
        self.peek().is_none_or(|c| is_space(c) || ".,|:)(".contains(c)) || self.rest().starts_with("}}")
    }

    fn identifier(&mut self) -> Token {
        self.skip_word();
        if !self.ends_here() {
            return self.error(format!("bad character {}", named(self.peek())));
        }
        let word = &self.input[self.start..self.pos];
        let kind =
            keyword(word).unwrap_or(if matches!(word, "true" | "false") { Kind::Bool } else { Kind::Identifier });
        self.emit(kind)
    }

    fn word_of(&mut self, kind: Kind) -> Token {
        if self.ends_here() {
            return self.emit(if kind == Kind::Variable { kind } else { Kind::Dot });
        }
        self.skip_word();
        if !self.ends_here() {
            return self.error(format!("bad character {}", named(self.peek())));
        }
        self.emit(kind)
    }

    fn quoted(&mut self, end: char, kind: Kind, unended: &str) -> Token {
        loop {
            let Some(c) = self.peek() else {
                return self.error(unended.into());
            };
            self.pos += c.len_utf8();
            match c {
                '\\' => match self.peek() {
                    None | Some('\n') => return self.error(unended.into()),
                    Some(c) => self.pos += c.len_utf8(),
                },
                '\n' => return self.error(unended.into()),
                c if c == end => return self.emit(kind),
                _ => {}
            }
        }
    }

    fn raw(&mut self) -> Token {
        let Some(end) = self.rest().find('`') else {
            return self.error("unterminated raw quoted string".into());
        };
        self.pos += end + 1;
        self.emit(Kind::RawQuoted)
    }

    fn take(&mut self, of: &str) {
        self.pos = self.input.len() - self.rest().trim_start_matches(|c| of.contains(c)).len();
    }

    fn number(&mut self) -> Token {
        if self.rest().starts_with(['+', '-']) {
            self.pos += 1;
        }
        let lower = self.rest().get(..2).unwrap_or("").to_ascii_lowercase();
        let digits = match lower.as_str() {
            "0x" => "0123456789abcdefABCDEF_",
            "0o" => "01234567_",
            "0b" => "01_",
            _ => "0123456789_",
        };
        if digits.len() != 11 {
            self.pos += 2;
        }
        self.take(digits);
        if self.rest().starts_with('.') {
            self.pos += 1;
            self.take(digits);
        }
        if digits.len() == 11 && self.rest().starts_with(['e', 'E']) {
            self.pos += 1;
            if self.rest().starts_with(['+', '-']) {
                self.pos += 1;
            }
            self.take("0123456789_");
        }
        match self.peek().filter(|c| is_word(*c)) {
            Some(c) => {
                self.pos += c.len_utf8();
                let text = crate::quote::quoted(&self.input[self.start..self.pos]);
                self.error(format!("bad number syntax: {text}"))
            }
            None => self.emit(Kind::Number),
        }
    }
}

fn left_trim(text: &str) -> bool {
    text.starts_with('-') && text[1..].starts_with(is_space)
}
