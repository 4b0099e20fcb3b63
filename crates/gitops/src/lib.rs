//! Argo CD: it reads Git through [`Sources`] and writes only the API store; and beside it Flux, in `flux`, and Argo Rollouts,
//! in `rollouts`.
//!
//! What an Application is and how it stands lives in the Application object itself; what is kept here is only what the
//! real controller keeps in memory: timers, and why they were set. Times and rules follow Argo CD 3
//! (`controller/appcontroller.go`, `controller/state.go`, `gitops-engine/pkg/sync`).

#[cfg(test)]
mod action_tables;
mod actions;
mod app;
mod apply;
mod appset;
mod auto;
mod compare;
mod deletion;
mod engine;
pub mod flux;
mod glob;
mod health;
mod health_flux;
mod history;
mod hooks;
mod ignore;
mod operation;
mod options;
mod order;
mod parsed;
mod project;
pub mod rollouts;
pub mod sealed;
mod server;
mod status;
mod sync;
mod tasks;
mod watch;
mod windows;

pub use actions::{Action, actions};
pub use app::{Policy, Spec, destination};
pub use compare::{Comparison, Item, SyncState};
pub use deletion::FINALIZER;
pub use engine::{ArgoCd, NAMESPACE, SourceFiles, Sources, TRACKING, register};
pub use glob::fits as fits_glob;
pub use health::{Health, health_of};
pub use ignore::Ignore;
pub use operation::{Refusal, is_operating};
pub use project::{Project, SERVER, SERVER_NAME, default_spec};
pub use windows::{Open, can_sync, is_active, parse_duration, window_fault, windows_of};

#[cfg(test)]
mod health_tables;
#[cfg(test)]
mod scenes;
