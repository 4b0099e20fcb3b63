//! Random trees of kustomizations from seeds.

#[macro_use]
mod put;
mod objects;
mod tree;

pub use tree::random;
