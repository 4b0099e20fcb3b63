//! The part of CEL (the Common Expression Language, which Kubernetes itself uses) that lessons need, and three
//! functions that look back in time: `once`, `held` and `since`.
//!
//! An expression reads facts and changes nothing. It always ends: nesting, size and steps are limited. Not here:
//! unsigned integers, bytes, protobuf messages, time zones, and types as values.

mod ast;
mod calls;
mod eval;
mod lexer;
mod loops;
mod methods;
mod ops;
mod parse;
mod template;
mod term;

pub use ast::{Expr, Kind, Loop, Node, Op};
pub use eval::{Past, evaluate, evaluate_with, holds};
pub use template::{Piece, Template};
pub use term::{Term, span_text};

#[cfg(test)]
mod tests;
