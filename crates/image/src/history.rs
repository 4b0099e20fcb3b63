//! A line of an image's history.

use serde::{Deserialize, Serialize};
use sim::Time;

/// What made a layer, or changed only the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    pub created: Time,
    pub created_by: String,
    pub comment: String,
    /// The layer that it made; `None` where it made none.
    pub layer: Option<String>,
    pub size: u64,
}
