//! The lines that run in the sandbox and in the real kubectl.

pub mod generators;
pub mod kinds;
pub mod local;
pub mod reading;
