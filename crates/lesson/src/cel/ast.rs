//! The tree of an expression. It is made when a lesson is compiled, and travels with the lesson.

use crate::error::Error;
use manifest::Value;
use serde::{Deserialize, Serialize};

/// An expression with the text that it was read from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expr {
    pub source: String,
    pub root: Node,
}

/// A part of an expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Where the part stands, in bytes from the start of the text. It names the part in the memory of `once` and
    /// `held`, so it differs between any two of those in one text.
    pub at: u32,
    pub kind: Kind,
}

/// What a part of an expression is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    Literal(Value),
    /// A length of time in microseconds: `5m`.
    Span(i64),
    Ident(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Member(Box<Node>, String),
    Index(Box<Node>, Box<Node>),
    /// `has(a.b)`.
    Has(Box<Node>, String),
    /// A function over the world, or a built-in one.
    Call(String, Vec<Node>),
    Method(Box<Node>, String, Vec<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Choose(Box<Node>, Box<Node>, Box<Node>),
    Binary(Op, Box<Node>, Box<Node>),
    /// `list.all(item, body)` and its kin; `test` stands in `map(item, test, body)` only.
    Each {
        what: Loop,
        over: Box<Node>,
        item: String,
        test: Option<Box<Node>>,
        body: Box<Node>,
    },
    /// Was ever true since the start of the lesson.
    Once(Box<Node>),
    /// True without a break for that many microseconds up to now.
    Held(i64, Box<Node>),
    /// False until that step is passed, then the inner expression.
    Since(String, Box<Node>),
}

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
}

impl Op {
    /// As it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::In => "in",
        }
    }
}

/// A macro that walks a list, or the keys of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Loop {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
}

impl Expr {
    /// Reads a whole text as one expression.
    pub fn parse(source: &str) -> Result<Self, Error> {
        Ok(Self { source: source.trim().to_owned(), root: super::parse::whole(source)? })
    }

    /// Every part, parents before children.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Node)) {
        self.root.walk(visit);
    }
}

impl Node {
    /// This part and all parts in it, parents before children.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Node)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// The parts directly in this one, in the order in which they stand.
    pub fn children(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Literal(_) | Kind::Span(_) | Kind::Ident(_) => Vec::new(),
            Kind::List(items) | Kind::Call(_, items) => items.iter().collect(),
            Kind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
            Kind::Member(inner, _)
            | Kind::Has(inner, _)
            | Kind::Not(inner)
            | Kind::Negate(inner)
            | Kind::Once(inner)
            | Kind::Held(_, inner)
            | Kind::Since(_, inner) => vec![inner.as_ref()],
            Kind::Index(left, right)
            | Kind::And(left, right)
            | Kind::Or(left, right)
            | Kind::Binary(_, left, right) => {
                vec![left.as_ref(), right.as_ref()]
            }
            Kind::Choose(test, yes, no) => vec![test.as_ref(), yes.as_ref(), no.as_ref()],
            Kind::Method(target, _, args) => std::iter::once(target.as_ref()).chain(args).collect(),
            Kind::Each { over, test, body, .. } => {
                let mut all = vec![over.as_ref()];
                all.extend(test.as_deref());
                all.push(body.as_ref());
                all
            }
        }
    }
}
