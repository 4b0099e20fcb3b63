//! Exchange between repositories, by file system or by bundle, and the check of what came in.

mod bundle;
mod check;
mod kept;
mod refspec;
mod transfer;

pub use bundle::Bundle;
pub use check::Fault;
pub use kept::{Named, Roots};
pub use refspec::Refspec;
pub use transfer::RefUpdate;
