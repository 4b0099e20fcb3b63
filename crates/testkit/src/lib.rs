//! What tests share: lessons from their folders, a folder of one's own, seeds, workflows. Used only from tests, where a missing
//! fixture is a failed test: so it panics and says what is missing.

mod lessons;
mod seeds;
mod temp;
mod workflows;

pub use lessons::{compiled, compiled_from, first_lesson, root};
pub use seeds::seeds;
pub use temp::Temp;
pub use workflows::{assert_replays, last_run, push_workflow, step_log, with_workflow};
