//! Tokens to a tree: precedence climbing over CEL's grammar, with limits on size and nesting.

use super::ast::{Kind, Node, Op};
use super::calls;
use super::lexer::{Lexer, Tok, Token};
use crate::error::Error;
use manifest::Value;

/// Limits that keep every later walk over the tree within a small stack.
const NESTING_MAX: u32 = 32;
const NODES_MAX: u32 = 400;
const SOURCE_BYTES_MAX: usize = 16_384;

/// Reads a whole text.
pub(super) fn whole(source: &str) -> Result<Node, Error> {
    let mut parser = Parser::new(source, 0)?;
    let root = parser.expr()?;
    match &parser.next.kind {
        Tok::End => Ok(root),
        other => Err(Error::syntax(parser.next.start, format!("{} does not belong here", other.describe()))),
    }
}

/// Reads an expression that starts at `at` and ends before a `}`; gives it and the byte after the brace.
pub(super) fn in_braces(source: &str, at: usize) -> Result<(Node, usize), Error> {
    let mut parser = Parser::new(source, at)?;
    let root = parser.expr()?;
    if parser.next.kind != Tok::Sign("}") {
        let found = parser.next.kind.describe();
        return Err(Error::syntax(parser.next.start, format!("expected `}}`, found {found}")));
    }
    Ok((root, parser.next.end))
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The token that is not used yet.
    next: Token,
    nesting: u32,
    nodes: u32,
}

impl<'t> Parser<'t> {
    fn new(source: &'t str, at: usize) -> Result<Self, Error> {
        if source.len() > SOURCE_BYTES_MAX {
            return Err(Error::syntax(SOURCE_BYTES_MAX, "this expression is too long"));
        }
        let mut lexer = Lexer::new(source, at);
        let next = lexer.token()?;
        Ok(Self { lexer, next, nesting: 0, nodes: 0 })
    }

    /// Uses the next token. A `}` is not looked beyond: prose may follow.
    fn take(&mut self) -> Result<Token, Error> {
        let following = self.lexer.token()?;
        Ok(std::mem::replace(&mut self.next, following))
    }

    fn at_sign(&self, sign: &str) -> bool {
        matches!(&self.next.kind, Tok::Sign(have) if *have == sign)
    }

    fn accept(&mut self, sign: &str) -> Result<bool, Error> {
        let here = self.at_sign(sign);
        if here {
            self.take()?;
        }
        Ok(here)
    }

    fn expect(&mut self, sign: &str) -> Result<(), Error> {
        if self.accept(sign)? {
            return Ok(());
        }
        let found = self.next.kind.describe();
        Err(Error::syntax(self.next.start, format!("expected `{sign}`, found {found}")))
    }

    fn node(&mut self, at: usize, kind: Kind) -> Result<Node, Error> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(Error::syntax(at, "this expression has too many parts"));
        }
        Ok(Node { at: u32::try_from(at).unwrap_or(u32::MAX), kind })
    }

    fn deeper(&mut self, at: usize) -> Result<(), Error> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return Err(Error::syntax(at, "this expression is nested too deeply"));
        }
        Ok(())
    }

    /// `test ? yes : no`.
    fn expr(&mut self) -> Result<Node, Error> {
        let at = self.next.start;
        self.deeper(at)?;
        let test = self.either()?;
        let node = if self.accept("?")? {
            let yes = self.either()?;
            self.expect(":")?;
            let no = self.expr()?;
            self.node(at, Kind::Choose(Box::new(test), Box::new(yes), Box::new(no)))?
        } else {
            test
        };
        self.nesting -= 1;
        Ok(node)
    }

    fn either(&mut self) -> Result<Node, Error> {
        let mut left = self.both()?;
        while self.at_sign("||") {
            let at = self.take()?.start;
            let right = self.both()?;
            left = self.node(at, Kind::Or(Box::new(left), Box::new(right)))?;
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Node, Error> {
        let mut left = self.relation()?;
        while self.at_sign("&&") {
            let at = self.take()?.start;
            let right = self.relation()?;
            left = self.node(at, Kind::And(Box::new(left), Box::new(right)))?;
        }
        Ok(left)
    }

    fn relation(&mut self) -> Result<Node, Error> {
        let mut left = self.sum()?;
        loop {
            let op = match &self.next.kind {
                Tok::Sign("==") => Op::Equal,
                Tok::Sign("!=") => Op::NotEqual,
                Tok::Sign("<") => Op::Less,
                Tok::Sign("<=") => Op::LessEqual,
                Tok::Sign(">") => Op::Greater,
                Tok::Sign(">=") => Op::GreaterEqual,
                Tok::Ident(name) if name == "in" => Op::In,
                _ => return Ok(left),
            };
            let at = self.take()?.start;
            let right = self.sum()?;
            left = self.node(at, Kind::Binary(op, Box::new(left), Box::new(right)))?;
        }
    }

    fn sum(&mut self) -> Result<Node, Error> {
        let mut left = self.product()?;
        loop {
            let op = match &self.next.kind {
                Tok::Sign("+") => Op::Add,
                Tok::Sign("-") => Op::Subtract,
                _ => return Ok(left),
            };
            let at = self.take()?.start;
            let right = self.product()?;
            left = self.node(at, Kind::Binary(op, Box::new(left), Box::new(right)))?;
        }
    }

    fn product(&mut self) -> Result<Node, Error> {
        let mut left = self.unary()?;
        loop {
            let op = match &self.next.kind {
                Tok::Sign("*") => Op::Multiply,
                Tok::Sign("/") => Op::Divide,
                Tok::Sign("%") => Op::Remainder,
                _ => return Ok(left),
            };
            let at = self.take()?.start;
            let right = self.unary()?;
            left = self.node(at, Kind::Binary(op, Box::new(left), Box::new(right)))?;
        }
    }

    fn unary(&mut self) -> Result<Node, Error> {
        let at = self.next.start;
        let not = self.at_sign("!");
        if !not && !self.at_sign("-") {
            return self.postfix();
        }
        self.take()?;
        self.deeper(at)?;
        let inner = Box::new(self.unary()?);
        self.nesting -= 1;
        self.node(at, if not { Kind::Not(inner) } else { Kind::Negate(inner) })
    }

    fn postfix(&mut self) -> Result<Node, Error> {
        let mut node = self.primary()?;
        loop {
            let at = self.next.start;
            if self.accept(".")? {
                let name = self.name()?;
                node = if self.accept("(")? {
                    let args = self.list(")")?;
                    let kind = calls::method(at, node, name, args)?;
                    self.node(at, kind)?
                } else {
                    self.node(at, Kind::Member(Box::new(node), name))?
                };
            } else if self.accept("[")? {
                let key = self.expr()?;
                self.expect("]")?;
                node = self.node(at, Kind::Index(Box::new(node), Box::new(key)))?;
            } else {
                return Ok(node);
            }
        }
    }

    fn name(&mut self) -> Result<String, Error> {
        let token = self.take()?;
        match token.kind {
            Tok::Ident(name) => Ok(name),
            other => Err(Error::syntax(token.start, format!("expected a name after `.`, found {}", other.describe()))),
        }
    }

    /// Expressions with commas between them up to `close`, which is used too.
    fn list(&mut self, close: &str) -> Result<Vec<Node>, Error> {
        let mut items = Vec::new();
        while !self.accept(close)? {
            items.push(self.expr()?);
            if !self.accept(",")? {
                self.expect(close)?;
                break;
            }
        }
        Ok(items)
    }

    fn primary(&mut self) -> Result<Node, Error> {
        let at = self.next.start;
        if self.accept("(")? {
            let inner = self.expr()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.accept("[")? {
            let items = self.list("]")?;
            return self.node(at, Kind::List(items));
        }
        if self.accept("{")? {
            return self.entries(at);
        }
        let kind = match self.next.kind.clone() {
            Tok::Int(n) => Kind::Literal(Value::Int(n)),
            Tok::Float(x) => Kind::Literal(Value::Float(x)),
            Tok::Str(text) => Kind::Literal(Value::from(text)),
            Tok::Span(micros) => Kind::Span(micros),
            Tok::Ident(name) => return self.word(at, name),
            other => return Err(Error::syntax(at, format!("expected a value, found {}", other.describe()))),
        };
        self.take()?;
        self.node(at, kind)
    }

    fn entries(&mut self, at: usize) -> Result<Node, Error> {
        let mut entries = Vec::new();
        while !self.accept("}")? {
            let key = self.expr()?;
            self.expect(":")?;
            entries.push((key, self.expr()?));
            if !self.accept(",")? {
                self.expect("}")?;
                break;
            }
        }
        self.node(at, Kind::Map(entries))
    }

    fn word(&mut self, at: usize, name: String) -> Result<Node, Error> {
        self.take()?;
        if self.accept("(")? {
            let args = self.list(")")?;
            let kind = calls::call(at, name, args)?;
            return self.node(at, kind);
        }
        let kind = match name.as_str() {
            "true" => Kind::Literal(Value::Bool(true)),
            "false" => Kind::Literal(Value::Bool(false)),
            "null" => Kind::Literal(Value::Null),
            "in" => return Err(Error::syntax(at, "expected a value, found `in`")),
            _ => Kind::Ident(name),
        };
        self.node(at, kind)
    }
}
