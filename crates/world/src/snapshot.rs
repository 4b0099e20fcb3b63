//! A whole world as bytes, and back.

use crate::{Programs, World};
use sim::{StateHash, state_hash};

/// Why bytes are not a world.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    #[error("this snapshot was not written by this build, or is damaged ({0})")]
    Unreadable(postcard::Error),
}

impl World {
    pub fn snapshot(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a world between two steps is plain data")
    }

    pub fn restore(bytes: &[u8], programs: Programs) -> Result<Self, SnapshotError> {
        let mut world: Self = postcard::from_bytes(bytes).map_err(SnapshotError::Unreadable)?;
        world.programs = programs;
        Ok(world)
    }

    /// The canonical hash of all state.
    pub fn state_hash(&self) -> StateHash {
        state_hash(self)
    }
}
