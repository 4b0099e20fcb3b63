//! The pages.

mod frame;
mod home;
mod lineup;
mod notices;
mod plain;
mod rig;
mod text;
mod topbar;
mod workspace;

pub use home::{Home, TrackPage};
pub use text::Prerendered;
pub use workspace::Workspace;
