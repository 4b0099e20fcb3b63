//! Whether an object is as it should be, in kstatus' words (`cli-utils/pkg/kstatus/status`).

use crate::health::{Health, health_of};
use cluster::{Object, condition};

/// What kstatus calls the state of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Current,
    InProgress,
    Failed,
    NotFound,
    Terminating,
}

impl Standing {
    pub fn word(self) -> &'static str {
        match self {
            Self::Current => "Current",
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
            Self::NotFound => "NotFound",
            Self::Terminating => "Terminating",
        }
    }
}

/// The state of an object, and a message where it is not current.
pub fn standing(object: &Object) -> (Standing, String) {
    let value = &object.value;
    if object.deleting() {
        return (Standing::Terminating, "Resource scheduled for deletion".into());
    }
    if value.str_at("kind") == "CustomResourceDefinition" {
        let there = cluster::condition_true(value, "Established");
        return if there {
            (Standing::Current, String::new())
        } else {
            (Standing::InProgress, "Install in progress".into())
        };
    }
    // Argo CD's scripts for other kinds are none of Flux' business.
    let group = value.str_at("apiVersion").split_once('/').map_or("", |(group, _)| group);
    let built_in = group != "policy" && (!group.contains('.') || group.ends_with(".k8s.io"));
    if let Some((health, message)) = health_of(object).filter(|_| built_in) {
        let standing = match health {
            Health::Healthy => Standing::Current,
            Health::Degraded => Standing::Failed,
            Health::Suspended if value.str_at("kind") != "Deployment" => Standing::Current,
            _ => Standing::InProgress,
        };
        return (standing, message);
    }
    let observed = value.int_at("status.observedGeneration");
    if observed.is_some_and(|observed| observed != object.generation()) {
        let generation = object.generation();
        let told = format!(
            "{} generation is {generation}, but latest observed generation is {}",
            value.str_at("kind"),
            observed.unwrap_or(0)
        );
        return (Standing::InProgress, told);
    }
    for (kind, standing) in [("Reconciling", Standing::InProgress), ("Stalled", Standing::Failed)] {
        if let Some(found) = condition(value, kind).filter(|found| found.str_at("status") == "True") {
            return (standing, found.str_at("message").into());
        }
    }
    match condition(value, "Ready") {
        Some(ready) if ready.str_at("status") != "True" => (Standing::InProgress, ready.str_at("message").into()),
        _ => (Standing::Current, String::new()),
    }
}
