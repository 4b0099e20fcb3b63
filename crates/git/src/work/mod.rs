//! The work tree: what is there, what is ignored, and how it becomes what a commit says.

mod attributes;
mod checkout;
mod ignore;
mod line_ends;
mod pathspec;
mod scan;
mod wildmatch;

pub use attributes::{Attr, Attributes};
pub use checkout::{Blocked, SwitchPlan};
pub use ignore::Ignores;
pub use pathspec::Pathspec;
pub use scan::{Untracked, WorkFile};
pub use wildmatch::{has_wildcard, wildmatch};
