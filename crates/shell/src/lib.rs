//! The command language of bash as a process: text is parsed into a small linear code, which an explicit stack
//! machine runs, so that a shell can be cloned, hashed and written to a snapshot in the middle of a pipeline.
//!
//! It never runs a command itself: it spawns processes and waits for them. It knows no tool.

mod builtin;
mod code;
mod compile;
mod echo;
mod expand;
mod glob;
mod here;
mod parse;
mod prompt;
mod redirect;
mod run;
mod simple;
mod start;
mod test_builtin;
mod vars;
mod word;

pub use builtin::BUILTINS;
pub use glob::matches as glob_matches;
pub use run::Bash;

#[cfg(test)]
mod tests;
