//! View models: one pure function a panel, from the world (and the learner's progress) to what the screen shows.
//!
//! They change nothing and decide nothing; all words and numbers of a panel are made here, so that the page only draws.

mod argocd;
mod brief;
mod cluster;
mod cluster_moves;
mod cluster_objects;
mod cluster_rollouts;
mod conflict;
mod diagnose;
mod diff;
mod files;
mod git;
mod git_trees;
mod pipelines;
mod pulls;
mod shop;
mod terminal;
mod time;
mod trouble;
mod way;
mod why;

pub use self::argocd::argocd;
use self::argocd::image_version;
pub use self::brief::{Brief, brief};
pub use self::cluster::{ClusterLook, cluster};
pub use self::diagnose::diagnose;
pub use self::diff::unified;
pub use self::files::{file, files};
pub use self::git::{commit_diff, git, repositories};
pub use self::git_trees::tree_diff;
pub use self::pipelines::pipelines;
pub use self::pulls::pull_diff;
pub use self::shop::shop;
pub use self::terminal::{line as terminal_line, terminal, terminal_tabs};
pub use self::time::{clock_text, date_text, span, when};
pub use self::trouble::trouble;
pub use self::why::why;
