//! Expressions as trees.

use super::data::Data;
use super::functions;
use super::lexer::{Kind, Token, lex};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Debug, Clone)]
pub(super) enum Expr {
    Literal(Data),
    Context(String),
    Index(Box<Expr>, Box<Expr>),
    /// `.*` and `[*]`.
    Star(Box<Expr>),
    Not(Box<Expr>),
    /// Two and more; false: `||`.
    Logical(bool, Vec<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    /// The name in lower case.
    Call(String, Vec<Expr>),
}

/// The real runner's limits.
const DEPTH_MAX: usize = 50;
const LENGTH_MAX: usize = 21_000;

const COMPARISONS: [(&str, Op); 4] =
    [(">", Op::Greater), (">=", Op::GreaterEqual), ("<", Op::Less), ("<=", Op::LessEqual)];
const EQUALITIES: [(&str, Op); 2] = [("==", Op::Equal), ("!=", Op::NotEqual)];

impl Expr {
    /// Whether it asks for the job's status itself.
    #[inline(never)]
    pub fn names_status(&self) -> bool {
        match self {
            Self::Call(name, args) => {
                matches!(name.as_str(), "success" | "failure" | "always" | "cancelled")
                    || args.iter().any(Self::names_status)
            }
            Self::Not(inner) | Self::Star(inner) => inner.names_status(),
            Self::Logical(_, all) => all.iter().any(Self::names_status),
            Self::Binary(_, a, b) | Self::Index(a, b) => a.names_status() || b.names_status(),
            Self::Literal(_) | Self::Context(_) => false,
        }
    }
}

/// Reads an expression; `None` is the empty one. `known` tells which contexts there are, and, with `()` behind the name, which functions.
#[inline(never)]
pub(super) fn parse(text: &str, known: &dyn Fn(&str) -> bool) -> Result<Option<Expr>, String> {
    if text.len() > LENGTH_MAX {
        return Err(format!("Exceeded max expression length {LENGTH_MAX}"));
    }
    let tokens = lex(text)?;
    if tokens.len() == 1 {
        return Ok(None);
    }
    let mut parser = Parser { tokens, at: 0, depth: 0, whole: text, known };
    let expr = parser.or()?;
    match parser.here().kind {
        Kind::End => Ok(Some(expr)),
        _ => parser.unexpected(),
    }
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
    whole: &'a str,
    known: &'a dyn Fn(&str) -> bool,
}

type Parsed = Result<Expr, String>;

impl<'a> Parser<'a> {
    fn here(&self) -> &Token<'a> {
        &self.tokens[self.at]
    }

    fn eat(&mut self, mark: &str) -> bool {
        let hit = matches!(self.here().kind, Kind::Mark(here) if here == mark);
        self.at += usize::from(hit);
        hit
    }

    fn wrong<T>(&self, what: &str, token: &Token<'_>) -> Result<T, String> {
        let shown = if let Kind::Text(text) = &token.kind { text } else { token.text };
        Err(format!("{what}: '{shown}'. Located at position {} within expression: {}", token.at, self.whole))
    }

    fn unexpected<T>(&self) -> Result<T, String> {
        match (self.here().kind == Kind::End, self.at.checked_sub(1)) {
            (true, Some(before)) => self.wrong("Unexpected end of expression", &self.tokens[before]),
            _ => self.wrong("Unexpected symbol", self.here()),
        }
    }

    fn want(&mut self, mark: &str) -> Result<(), String> {
        if self.eat(mark) { Ok(()) } else { self.unexpected() }
    }

    /// One level deeper while something is read.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("Exceeded max expression depth {DEPTH_MAX}"));
        }
        let done = read(self);
        self.depth -= 1;
        done
    }

    fn or(&mut self) -> Parsed {
        self.deeper(|parser| parser.logical(false, "||", Self::and))
    }

    fn and(&mut self) -> Parsed {
        self.logical(true, "&&", |parser| parser.binary(&EQUALITIES, Self::comparison))
    }

    fn comparison(&mut self) -> Parsed {
        self.binary(&COMPARISONS, Self::unary)
    }

    #[inline(never)]
    fn logical(&mut self, all: bool, mark: &str, part: impl Fn(&mut Self) -> Parsed) -> Parsed {
        let first = part(self)?;
        if !self.eat(mark) {
            return Ok(first);
        }
        let mut parts = vec![first];
        self.deeper(|parser| {
            loop {
                parts.push(part(parser)?);
                if !parser.eat(mark) {
                    return Ok(Expr::Logical(all, parts));
                }
            }
        })
    }

    fn binary(&mut self, ops: &[(&str, Op)], part: impl Fn(&mut Self) -> Parsed) -> Parsed {
        let mut left = part(self)?;
        while let Some((_, op)) = ops.iter().find(|(mark, _)| self.eat(mark)) {
            left = Expr::Binary(*op, Box::new(left), Box::new(part(self)?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed {
        if self.eat("!") {
            return self.deeper(|parser| Ok(Expr::Not(Box::new(parser.unary()?))));
        }
        let indexes = matches!(self.here().kind, Kind::Name | Kind::Mark("("));
        let expr = self.primary()?;
        if indexes { self.index(expr) } else { Ok(expr) }
    }

    /// `.name`, `.*`, `[0]`, `[*]`, one behind the other.
    #[inline(never)]
    fn index(&mut self, mut expr: Expr) -> Parsed {
        let before = self.depth;
        while matches!(self.here().kind, Kind::Mark("[" | ".")) {
            let base = Box::new(expr);
            expr = if self.eat("[") {
                let inner = if self.eat("*") { Expr::Star(base) } else { Expr::Index(base, Box::new(self.or()?)) };
                self.want("]")?;
                inner
            } else {
                self.at += 1;
                let name = self.here().text;
                if self.eat("*") {
                    Expr::Star(base)
                } else if self.here().kind == Kind::Name {
                    self.at += 1;
                    Expr::Index(base, Box::new(Expr::Literal(Data::text(name))))
                } else {
                    return self.unexpected();
                }
            };
            self.depth += 1;
            if self.depth > DEPTH_MAX {
                return Err(format!("Exceeded max expression depth {DEPTH_MAX}"));
            }
        }
        self.depth = before;
        Ok(expr)
    }

    #[inline(never)]
    fn primary(&mut self) -> Parsed {
        let token = self.here().clone();
        let literal = match token.kind {
            Kind::True => Data::Bool(true),
            Kind::False => Data::Bool(false),
            Kind::Null => Data::Null,
            Kind::Number(number) => Data::Number(number),
            Kind::Text(text) => Data::text(&text),
            Kind::Mark("(") => {
                self.at += 1;
                let inner = self.or()?;
                self.want(")")?;
                return Ok(inner);
            }
            Kind::Name => {
                self.at += 1;
                return self.named(&token);
            }
            Kind::Mark(_) | Kind::End => return self.unexpected(),
        };
        self.at += 1;
        Ok(Expr::Literal(literal))
    }

    #[inline(never)]
    fn named(&mut self, name: &Token<'_>) -> Parsed {
        if !self.eat("(") {
            if !(self.known)(name.text) {
                return self.wrong("Unrecognized named-value", name);
            }
            return Ok(Expr::Context(name.text.into()));
        }
        let mut args = Vec::new();
        while !self.eat(")") {
            args.push(self.or()?);
            if !matches!(self.here().kind, Kind::Mark(")")) {
                self.want(",")?;
            }
        }
        let low = name.text.to_ascii_lowercase();
        if !(self.known)(&[&low, "()"].concat()) {
            return self.wrong("Unrecognized function", name);
        }
        match functions::refuses(&low, args.len()) {
            Some(why) => self.wrong(why, name),
            None => Ok(Expr::Call(low, args)),
        }
    }
}
