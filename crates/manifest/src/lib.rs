//! YAML and JSON to objects and back, patches and merges: one value type that shares its structure.
//!
//! Any text gives a value or diagnostics; nothing here panics on input, knows a cluster, or reads a file.

mod apply;
mod float;
mod json;
mod json_parse;
mod json_patch;
mod map;
mod number;
mod path;
mod shared;
mod strategic;
mod tree;
mod tree_write;
mod value;
mod yaml;
mod yaml_emit;
mod yaml_scalar;
mod yaml_text;

pub use apply::{json_merge_diff, json_merge_three_way, strategic_three_way};
pub use float::float_of;
pub use json::JsonStyle;
pub use json_parse::{JsonError, NESTING_MAX};
pub use json_patch::json_patch;
pub use map::Map;
pub use number::float_text;
pub use shared::{shared, word};
pub use strategic::{MergeRule, PatchError, go_map, json_merge, merge_rule, strategic_merge};
pub use tree::{Node, Shape, Style};
pub use value::Value;
pub use yaml::{Diagnostic, Dialect, Document, Level, Mark, plain_value};

#[cfg(test)]
mod tables;
#[cfg(test)]
mod tests;
