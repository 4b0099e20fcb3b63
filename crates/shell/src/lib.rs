//! The command language of bash as a process: text is parsed into a small linear code, which an explicit stack
//! machine runs, so that a shell can be cloned, hashed and written to a snapshot in the middle of a pipeline.
//!
//! It never runs a command itself: it spawns processes and waits for them. It knows no tool.

mod arith;
mod assign;
mod bang;
mod brace;
mod braced;
mod builtin;
pub mod clock;
mod code;
mod compile;
mod compound;
mod cond;
mod declare;
mod echo;
mod elements;
mod expand;
mod flow;
mod folders;
pub mod format;
mod getopts;
mod glob;
mod glob_prefix;
mod here;
mod job_control;
mod jobs;
mod lookup;
mod loops;
mod ops;
mod options;
mod param;
mod param_text;
mod parse;
mod printf;
mod prompt;
mod quote;
mod read;
mod redirect;
pub mod regex;
mod resolve;
mod run;
mod select;
mod shown;
mod signals;
mod simple;
mod simple_parse;
mod source;
mod spawn;
mod start;
mod state;
mod test_builtin;
mod trap;
mod unset;
mod vars;
mod word;

pub use builtin::BUILTINS;
pub use echo::{Escapes, unescape};
pub use glob::matches as glob_matches;
pub use state::Bash;

#[cfg(test)]
mod tests;
