//! Pipelines on pushes and pull requests.
//!
//! It runs no command itself: it asks the world for a machine, a checkout, a process or a build ([`Ask`]) and is told
//! the result ([`Ci::done`]). Workflows are GitHub Actions' own files, as far as this sandbox has them; what it does
//! not have it says in the run's log.

mod action;
mod artifacts;
mod cache;
mod call;
mod clock;
mod composite;
mod contexts;
mod engine;
mod errors;
mod expr;
mod filter;
mod gate;
mod inputs;
mod job;
mod jobs;
mod log;
mod masks;
mod matrix;
mod metadata;
mod packages;
mod permit;
mod run;
mod services;
mod start;
mod step;
mod stop;
mod trigger;
mod workflow;

pub use artifacts::Artifact;
pub use cache::Cache;
pub use call::fault;
pub use clock::Start;
pub use engine::{Ask, Ci, Outcome, Push, Token, Wants};
pub use expr::{Data, evaluate_over};
pub use gate::{Environment, Gate, Review, Settings};
pub use inputs::Input;
pub use log::{Annotation, Level};
pub use permit::{Access, BOT, Bearer, Permissions};
pub use run::{JobRun, Run, State, StepRun};
pub use step::FIRST_ON_PATH;
pub use trigger::{On, PullEvent};
pub use workflow::{Workflow, WorkflowError};

#[cfg(test)]
mod job_tests;
#[cfg(test)]
mod tests;
