//! Argo Rollouts 1.8: Rollouts by canary or blue-green, and AnalysisRuns (`rollout/` and `analysis/` of
//! argoproj/argo-rollouts).
//!
//! What a Rollout is and how it stands lies in its own object; kept here is only when each is looked at next, and why.
//! It reads and writes the API store, and asks for figures through [`Meters`]. The controller acts only while its own
//! Deployment has a ready pod. Without a traffic router a weight is a share of the replicas.

mod analysis;
mod args;
mod assess;
mod blue_green;
mod canary;
mod conditions;
mod engine;
mod expression;
pub(crate) mod health;
mod info;
mod kinds;
mod measure;
mod new_set;
mod pauses;
mod restart;
mod run;
mod run_spec;
mod services;
mod sets;
mod valid;
mod weights;
mod work;

pub use conditions::phase_of;
pub use engine::{Id, Rollouts};
pub use info::{current_step, set_weight, step_text};
pub use kinds::{
    ANALYSIS_RUN, CLUSTER_TEMPLATE, CONTROLLER, EXPERIMENT, NAMESPACE, ROLLOUT, ROWS, TEMPLATE, VERSION, install,
    kind_of,
};
pub use sets::{HASH, REVISION, SCALE_DOWN, Sizes, sets_of};
pub use valid::{fault, service_names};

use cluster::Cluster;
use manifest::Value;
use sim::Time;
use std::time::Duration;

/// What `web` got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub status: u16,
    pub body: String,
}

/// The cluster as it is now.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub cluster: &'a Cluster,
    pub now: Time,
}

/// The figures of the world around the controller.
pub trait Meters {
    /// What a Prometheus at an address says of a query now: a number, or a list of numbers; else its error.
    fn query(&mut self, at: Moment<'_>, address: &str, query: &str) -> Result<Value, String>;
    /// A page inside of the cluster.
    fn get(&mut self, at: Moment<'_>, url: &str) -> Result<Page, String>;
}

/// `90s`, `5m`, `1h30m`, as Go reads durations.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    crate::flux::parse_duration(text)
}
