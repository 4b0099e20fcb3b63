//! The whole app without a browser: a lesson's world, the journal of what the learner did, undo, rewind, branches,
//! and what is saved.
//!
//! Journal, seed and scenario determine everything: replaying gives the same state hash, from any keyframe, on native
//! and on wasm. It never reads a real clock: whoever drives it says how much time may pass.

mod argocd;
mod desk;
mod drive;
mod faults;
mod history;
#[cfg(feature = "checks")]
mod hour;
mod input;
mod journal;
mod keyframes;
mod marks;
mod models;
mod moment;
mod play;
mod pulls;
#[cfg(feature = "checks")]
mod random;
mod recall;
mod save;
#[cfg(feature = "checks")]
mod script;
mod session;
mod setup;
mod start;

pub use desk::{Desk, LessonFile};
pub use drive::Motion;
#[cfg(feature = "checks")]
pub use hour::hour_session;
pub use journal::{Journal, Node, NodeId};
pub use moment::{Moment, Said};
#[cfg(feature = "checks")]
pub use random::{random_hashes, random_input, random_session};
pub use save::{LINK_BYTES_MAX, OpenError, SaveError, decode_file, encode_file};
#[cfg(feature = "checks")]
pub use script::run_script;
pub use session::{Lesson, Session};
#[cfg(feature = "checks")]
pub use world::World;

pub use start::{StartError, empty_world, start_world};

/// The form of saved sessions. A snapshot of another schema is not read; its journal is replayed. It counts up with every
/// change of what a `Moment` holds (1: until 2026-11-25; 2: processes read ahead, Git waits for its
/// children; 3: and for lines of input, and editors are open; 4: several terminals, stopped jobs,
/// pagers; 5: nodes without power, and the controllers of the wider cluster; 6: pipelines of pull requests,
/// `kubectl` on somebody's behalf; 7: the store without its indexes, events of the API in short, containers'
/// commands, programs with several ports; 8: images with layers, Docker's machines, node groups, memory pressure; 9: syncs of
/// Argo CD, Flux; 10: environments, caches, Rollouts, Prometheus, secrets; 11: keys of programs, services of jobs).
pub const SCHEMA: u32 = 11;
