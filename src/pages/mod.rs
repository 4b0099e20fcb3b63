//! The pages.

mod frame;
mod home;
pub mod lineup;
mod notices;
mod plain;
mod rig;
mod text;
mod topbar;
mod workspace;

pub use home::{Home, LineUp, TrackPage};
pub use text::Prerendered;
pub use workspace::Workspace;
