//! Argo CD: it reads Git through [`Sources`] and writes only the API store; and Flux beside it, in `flux`.
//!
//! What an Application is and how it stands lives in the Application object itself; what is kept here is only what the
//! real controller keeps in memory: timers, and what it has tried already. Times and rules follow Argo CD 3
//! (`controller/appcontroller.go`, `controller/state.go`, `gitops-engine/pkg/sync`).

mod app;
mod compare;
mod engine;
pub mod flux;
mod health;
mod operation;
mod order;
mod parsed;
mod status;

pub use app::{Policy, Spec};
pub use compare::{Comparison, Item, SyncState};
pub use engine::{ArgoCd, NAMESPACE, SourceFiles, Sources, TRACKING, register};
pub use health::{Health, health_of};
pub use order::sort_key;

#[cfg(test)]
mod tests;
