//! A text becomes an expression (`promql/parser`). Errors are in the real one's words, with line and column.

mod calls;
mod functions;
mod grammar;
mod lexer;
mod matcher;
mod selectors;

pub(crate) use functions::{Function, REAL, find};
#[cfg(feature = "suite")]
pub(crate) use grammar::NOT_HERE;
pub use grammar::{Features, parse, parse_with};
pub use matcher::Matcher;

use crate::value::Kind;

/// The time that an `@` fixes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum At {
    /// Milliseconds.
    Time(i64),
    Start,
    End,
}

/// How far back, and from when.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct When {
    pub offset: i64,
    pub at: Option<At>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// One to one.
    None,
    /// `group_left`: many on the left.
    Left,
    Right,
}

/// `on (…)`, `ignoring (…)`, `group_left (…)`
#[derive(Debug, Clone, PartialEq)]
pub struct Matching {
    pub on: bool,
    pub labels: Vec<String>,
    pub side: Side,
    pub include: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Number(f64),
    Text(String),
    /// A vector selector; a matrix one with a range.
    Select {
        matchers: Vec<Matcher>,
        range: Option<i64>,
        when: When,
    },
    Subquery {
        of: Box<Expr>,
        range: i64,
        step: Option<i64>,
        when: When,
    },
    Negate(Box<Expr>),
    Paren(Box<Expr>),
    Binary {
        op: &'static str,
        left: Box<Expr>,
        right: Box<Expr>,
        to_bool: bool,
        matching: Matching,
    },
    Aggregate {
        op: &'static str,
        of: Box<Expr>,
        param: Option<Box<Expr>>,
        labels: Vec<String>,
        without: bool,
    },
    Call {
        function: &'static Function,
        args: Vec<Expr>,
    },
}

impl Expr {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Number(_) => Kind::Scalar,
            Self::Text(_) => Kind::Text,
            Self::Select { range: Some(_), .. } | Self::Subquery { .. } => Kind::Matrix,
            Self::Select { .. } | Self::Aggregate { .. } => Kind::Vector,
            Self::Negate(of) | Self::Paren(of) => of.kind(),
            Self::Binary { left, right, .. } => {
                let scalars = left.kind() == Kind::Scalar && right.kind() == Kind::Scalar;
                if scalars { Kind::Scalar } else { Kind::Vector }
            }
            Self::Call { function, .. } => function.returns(),
        }
    }
}
