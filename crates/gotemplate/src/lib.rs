//! Go's `text/template`: texts with actions in braces to texts, with Go 1.23's semantics and error messages.
//!
//! Functions beyond Go's own come from a [`Host`]. Nothing here reads a file, knows a chart or a cluster, or has a clock.

mod builtins;
mod compare;
mod eval;
mod exec;
mod format;
mod lex;
mod node;
mod parse;
mod pipeline;
mod print;
mod quote;
mod time;
mod value;

pub use compare::{equal, order_of};
pub use exec::{Host, Place, Templates};
pub use format::format;
pub use pipeline::integer;
pub use print::{fixed, float_text, print_value, shown};
pub use quote::quoted;
pub use time::{Civil, from_civil, layout, rfc3339};
pub use value::{Entries, ListKind, MapCell, MapKind, Object, Val};

#[cfg(test)]
mod tests;
