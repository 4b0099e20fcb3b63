//! The panels: each draws one model, and forwards what the learner does with it.

mod argocd;
mod argocd_sync;
mod cluster;
mod cluster_canary;
mod cluster_faults;
mod cluster_map;
mod cluster_objects;
mod cluster_rollout;
mod conflict;
mod editor;
mod files;
mod git;
mod git_peek;
mod git_pulls;
mod git_trees;
mod pager;
mod pager_keys;
mod pipelines;
mod shop;
mod terminal;
mod terminal_keys;
mod terminal_line;
mod terminal_tabs;
mod tree;
mod why;

pub use argocd::ArgoCdPanel;
pub use cluster::ClusterPanel;
pub use files::FilesPanel;
pub use git::GitPanel;
pub use pipelines::PipelinesPanel;
pub use shop::ShopPanel;
pub use terminal::TerminalPanel;
pub use terminal_tabs::TerminalTabs;
pub use why::WhyDrawer;

use crate::state::{Model, View};

/// What goes on in a view, for its tab: `run` or `bad`.
pub fn dot(view: View, model: &Model) -> Option<&'static str> {
    match view {
        View::Shop => shop::dot(model.shop.as_deref()?),
        View::Cluster => cluster::dot(model.cluster.as_deref()?),
        View::ArgoCd => argocd::dot(model.argocd.as_deref()?),
        View::Pipelines => pipelines::dot(model.pipelines.as_deref()?),
        View::Terminal | View::Git | View::Files => None,
    }
}

/// The state of a pod in the page's words.
fn pod_state(state: screen::PodState) -> (&'static str, &'static str) {
    use screen::PodState;
    match state {
        PodState::Pending => ("pending", "pending"),
        PodState::Pulling => ("pulling", "pulling image"),
        PodState::Starting => ("starting", "starting"),
        PodState::NotReady => ("notready", "running, not ready"),
        PodState::Ready => ("ready", "ready"),
        PodState::Completed => ("done", "completed"),
        PodState::Terminating => ("terminating", "terminating"),
        PodState::Crash => ("crash", "crash loop"),
    }
}
