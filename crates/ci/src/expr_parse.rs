//! Parsing of GitHub Actions' expressions.

use manifest::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Literal(Value),
    Context(String),
    Index(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    /// The name in lower case.
    Call(String, Vec<Expr>),
}

/// Longer chains and deeper nesting than the real runner's limit (50) are refused.
const DEPTH_MAX: usize = 50;

impl Expr {
    /// Whether it asks for the job's status itself.
    pub fn names_status(&self) -> bool {
        match self {
            Self::Call(name, args) => {
                matches!(name.as_str(), "success" | "failure" | "always" | "cancelled")
                    || args.iter().any(Self::names_status)
            }
            Self::Not(inner) => inner.names_status(),
            Self::Binary(_, a, b) | Self::Index(a, b) => a.names_status() || b.names_status(),
            Self::Literal(_) | Self::Context(_) => false,
        }
    }
}

pub(crate) fn parse(text: &str) -> Result<Expr, String> {
    let mut parser = Parser { rest: text, whole: text, depth: 0 };
    let expr = parser.or()?;
    parser.blanks();
    if parser.rest.is_empty() { Ok(expr) } else { Err(parser.unexpected()) }
}

struct Parser<'a> {
    rest: &'a str,
    whole: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn unexpected(&self) -> String {
        let at = self.whole.len() - self.rest.len() + 1;
        let token = self.rest.split_whitespace().next().unwrap_or("end of expression");
        format!("Unexpected symbol: '{token}'. Located at position {at} within expression: {}", self.whole.trim())
    }

    fn eat(&mut self, token: &str) -> bool {
        self.blanks();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn or(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("Exceeded max expression depth 50".into());
        }
        let mut left = self.and()?;
        while self.eat("||") {
            left = Expr::Binary(Op::Or, Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr, String> {
        let mut left = self.comparison()?;
        while self.eat("&&") {
            left = Expr::Binary(Op::And, Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Expr, String> {
        let mut left = self.unary()?;
        loop {
            let op = if self.eat("==") {
                Op::Equal
            } else if self.eat("!=") {
                Op::NotEqual
            } else if self.eat("<=") {
                Op::LessEqual
            } else if self.eat(">=") {
                Op::GreaterEqual
            } else if self.eat("<") {
                Op::Less
            } else if self.eat(">") {
                Op::Greater
            } else {
                return Ok(left);
            };
            left = Expr::Binary(op, Box::new(left), Box::new(self.unary()?));
        }
    }

    fn unary(&mut self) -> Result<Expr, String> {
        self.blanks();
        let mut bangs = 0;
        while !self.rest.starts_with("!=") && self.eat("!") {
            bangs += 1;
            self.blanks();
        }
        let mut expr = self.postfix()?;
        for _ in 0..bangs.min(DEPTH_MAX) {
            expr = Expr::Not(Box::new(expr));
        }
        Ok(expr)
    }

    fn postfix(&mut self) -> Result<Expr, String> {
        let mut expr = self.primary()?;
        let mut links = 0;
        loop {
            links += 1;
            if links > DEPTH_MAX {
                return Err("Exceeded max expression depth 50".into());
            }
            if self.eat(".") {
                let name = self.name();
                if name.is_empty() {
                    return Err(self.unexpected());
                }
                expr = Expr::Index(Box::new(expr), Box::new(Expr::Literal(Value::from(name))));
            } else if self.eat("[") {
                let index = self.or()?;
                if !self.eat("]") {
                    return Err(self.unexpected());
                }
                expr = Expr::Index(Box::new(expr), Box::new(index));
            } else {
                return Ok(expr);
            }
        }
    }

    fn name(&mut self) -> String {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
        let end = end.unwrap_or(self.rest.len());
        let name = self.rest[..end].to_string();
        self.rest = &self.rest[end..];
        name
    }

    fn primary(&mut self) -> Result<Expr, String> {
        self.blanks();
        if self.eat("(") {
            let inner = self.or()?;
            return if self.eat(")") { Ok(inner) } else { Err(self.unexpected()) };
        }
        if self.rest.starts_with('\'') {
            return self.text();
        }
        let first = self.rest.chars().next().ok_or_else(|| self.unexpected())?;
        if first.is_ascii_digit() || matches!(first, '-' | '+' | '.') {
            let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
            let end = end.unwrap_or(self.rest.len());
            let word = &self.rest[..end];
            let value = match (word.parse::<i64>(), manifest::float_of(word)) {
                (Ok(n), _) => Value::from(n),
                (_, Some(f)) => Value::Float(f),
                _ => return Err(self.unexpected()),
            };
            self.rest = &self.rest[end..];
            return Ok(Expr::Literal(value));
        }
        if !(first.is_ascii_alphabetic() || first == '_') {
            return Err(self.unexpected());
        }
        let name = self.name();
        match name.as_str() {
            "true" => return Ok(Expr::Literal(Value::from(true))),
            "false" => return Ok(Expr::Literal(Value::from(false))),
            "null" => return Ok(Expr::Literal(Value::Null)),
            _ => {}
        }
        if !self.eat("(") {
            return Ok(Expr::Context(name));
        }
        let mut args = Vec::new();
        while !self.eat(")") {
            if !args.is_empty() && !self.eat(",") {
                return Err(self.unexpected());
            }
            args.push(self.or()?);
        }
        Ok(Expr::Call(name.to_ascii_lowercase(), args))
    }

    /// `'it''s'`.
    fn text(&mut self) -> Result<Expr, String> {
        let mut out = String::new();
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            if c != '\'' {
                out.push(c);
            } else if chars.peek().is_some_and(|(_, next)| *next == '\'') {
                chars.next();
                out.push('\'');
            } else {
                self.rest = &self.rest[at + 1..];
                return Ok(Expr::Literal(Value::from(out)));
            }
        }
        Err(self.unexpected())
    }
}
