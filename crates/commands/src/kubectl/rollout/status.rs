//! `kubectl rollout status`: waits for a rollout to end, and tells how far it is.

use super::super::flags::{Given, number, on, text};
use super::super::kube::{Answer, Kube, Stop};
use super::super::{Command, Next, Phase, duration, follow};
use super::{MISSING, SELECTOR, workloads};
use cluster::{ChangeKind, DAEMONSET, KindId, Object, STATEFULSET, condition};
use serde::{Deserialize, Serialize};
use sim::Time;

pub(crate) const STATUS: Command = Command {
    path: "rollout status",
    operands: "(TYPE NAME | TYPE/NAME) [flags]",
    summary: "Show the status of the rollout.",
    examples: &[("Watch the rollout of a deployment", "kubectl rollout status deployment/web")],
    flags: &[
        number("revision", 0, "Pin to a specific revision."),
        SELECTOR,
        text("timeout", '\0', "0s", "How long to wait before ending watch; zero means never."),
        on("watch", "Watch the status of the rollout until it's done."),
    ],
    missing: MISSING,
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let limit = duration::parse("rollout status", "timeout", given.text("timeout"))?;
    let found = workloads(kube, given, "status")?;
    let now = kube.cx.now();
    let waiting = Waiting {
        left: found.iter().rev().map(|d| (d.key.kind, d.namespace().to_string(), d.name().to_string())).collect(),
        revision: given.number("revision"),
        watch: given.has("watch"),
        since: now,
        end: (!limit.is_zero()).then(|| now + limit),
        seen: None,
    };
    waiting.step(kube)
}

/// Waiting for rollouts, one after the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// Kind, namespace and name; the next one last.
    left: Vec<(KindId, String, String)>,
    revision: i64,
    watch: bool,
    since: Time,
    end: Option<Time>,
    /// The newest version looked at; nothing before the first look.
    seen: Option<u64>,
}

impl Waiting {
    pub fn step(mut self, kube: &mut Kube<'_, '_>) -> Answer {
        while let Some((kind, namespace, name)) = self.left.last().cloned() {
            let states = match self.seen {
                None => vec![kube.get(kind, &namespace, &name)?],
                Some(seen) => changed(kube, seen, (kind, &namespace, &name))?,
            };
            self.seen = Some(kube.store().version());
            let mut done = false;
            for deployment in states {
                let (message, ended) = match kind {
                    DAEMONSET => daemons(&deployment)?,
                    STATEFULSET => ordered(&deployment)?,
                    _ => progress(&deployment, self.revision)?,
                };
                kube.out(message);
                if ended {
                    done = true;
                    break;
                }
            }
            if done || !self.watch {
                self.left.pop();
                self.seen = None;
                continue;
            }
            let now = kube.cx.now();
            if self.end.is_some_and(|end| now >= end) {
                return Err(Stop::error("timed out waiting for the condition"));
            }
            let step = follow::change(now, self.since, self.end);
            return Kube::wait(Phase::Rollout(self), step);
        }
        Ok(Next::Done(0))
    }
}

type States = Vec<std::sync::Arc<Object>>;

/// The deployment's states since the last look, oldest first.
fn changed(kube: &Kube<'_, '_>, seen: u64, (kind, namespace, name): (KindId, &str, &str)) -> Result<States, Stop> {
    let now = || kube.get(kind, namespace, name);
    let Ok(changes) = kube.store().changes_since(seen) else { return Ok(vec![now()?]) };
    let mut states = Vec::new();
    for change in changes {
        let key = change.key();
        if key.kind != kind || *key.namespace != *namespace || *key.name != *name {
            continue;
        }
        if change.kind == ChangeKind::Deleted {
            return Err(Stop::error("object has been deleted"));
        }
        states.push(change.object().clone());
    }
    Ok(states)
}

/// kubectl `polymorphichelpers/rollout_status.go`: the message, and whether the rollout is over.
fn progress(deployment: &Object, revision: i64) -> Result<(String, bool), Stop> {
    let name = deployment.name();
    let number = |path: &str| deployment.value.int_at(path).unwrap_or(0);
    if revision > 0 {
        let current = deployment.annotation("deployment.kubernetes.io/revision");
        if current != revision.to_string() {
            let told = format!("desired revision ({revision}) is different from the running revision ({current})");
            return Err(Stop::error(told));
        }
    }
    if deployment.generation() > number("status.observedGeneration") {
        return Ok(("Waiting for deployment spec update to be observed...\n".into(), false));
    }
    if condition(&deployment.value, "Progressing").is_some_and(|c| c.str_at("reason") == "ProgressDeadlineExceeded") {
        return Err(Stop::error(format!("deployment \"{name}\" exceeded its progress deadline")));
    }
    let (wanted, updated) = (number("spec.replicas"), number("status.updatedReplicas"));
    let (have, available) = (number("status.replicas"), number("status.availableReplicas"));
    let waiting = format!("Waiting for deployment \"{name}\" rollout to finish:");
    let message = if updated < wanted {
        format!("{waiting} {updated} out of {wanted} new replicas have been updated...\n")
    } else if have > updated {
        format!("{waiting} {} old replicas are pending termination...\n", have - updated)
    } else if available < updated {
        format!("{waiting} {available} of {updated} updated replicas are available...\n")
    } else {
        return Ok((format!("deployment \"{name}\" successfully rolled out\n"), true));
    };
    Ok((message, false))
}

type Progress = Result<(String, bool), Stop>;

fn rolls(set: &Object) -> Result<(), Stop> {
    if set.value.str_at("spec.updateStrategy.type") == "RollingUpdate" {
        return Ok(());
    }
    Err(Stop::error("rollout status is only available for RollingUpdate strategy type"))
}

fn daemons(set: &Object) -> Progress {
    rolls(set)?;
    let number = |field: &str| set.value.at("status").int_at(field).unwrap_or(0);
    if set.generation() > number("observedGeneration") {
        return Ok(("Waiting for daemon set spec update to be observed...\n".into(), false));
    }
    let (wanted, updated) = (number("desiredNumberScheduled"), number("updatedNumberScheduled"));
    let available = number("numberAvailable");
    let waiting = format!("Waiting for daemon set {:?} rollout to finish:", set.name());
    if updated < wanted {
        return Ok((format!("{waiting} {updated} out of {wanted} new pods have been updated...\n"), false));
    }
    if available < wanted {
        return Ok((format!("{waiting} {available} of {wanted} updated pods are available...\n"), false));
    }
    Ok((format!("daemon set {:?} successfully rolled out\n", set.name()), true))
}

fn ordered(set: &Object) -> Progress {
    rolls(set)?;
    let status = set.value.at("status");
    let number = |field: &str| status.int_at(field).unwrap_or(0);
    if number("observedGeneration") == 0 || set.generation() > number("observedGeneration") {
        return Ok(("Waiting for statefulset spec update to be observed...\n".into(), false));
    }
    let (wanted, updated) = (set.value.int_at("spec.replicas").unwrap_or(1), number("updatedReplicas"));
    if number("readyReplicas") < wanted {
        return Ok((format!("Waiting for {} pods to be ready...\n", wanted - number("readyReplicas")), false));
    }
    let rolling = set.value.at("spec.updateStrategy.rollingUpdate");
    if !rolling.is_null() {
        let left = wanted - rolling.int_at("partition").unwrap_or(0);
        if !rolling.at("partition").is_null() && updated < left {
            let told = "Waiting for partitioned roll out to finish:";
            return Ok((format!("{told} {updated} out of {left} new pods have been updated...\n"), false));
        }
        return Ok((format!("partitioned roll out complete: {updated} new pods have been updated...\n"), true));
    }
    let (new, now) = (status.str_at("updateRevision"), status.str_at("currentRevision"));
    if new != now {
        let told = "waiting for statefulset rolling update to complete";
        return Ok((format!("{told} {updated} pods at revision {new}...\n"), false));
    }
    let have = number("currentReplicas");
    Ok((format!("statefulset rolling update complete {have} pods at revision {now}...\n"), true))
}
