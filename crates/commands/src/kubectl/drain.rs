//! `kubectl drain`: closes a node, evicts its pods, and waits until they are gone.

use super::apply::DryRun;
use super::cordon;
use super::flags::{Given, number, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::output::Output;
use super::subjects::{self, Subject};
use super::{Command, Next, Phase, duration, follow};
use cluster::{DeleteOptions, LabelSelector, Object, POD, Propagation};
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const COMMAND: Command = Command {
    path: "drain",
    operands: "NODE",
    summary: "Drain node in preparation for maintenance.",
    examples: &[
        ("Move what runs on a node elsewhere", "kubectl drain node-1 --ignore-daemonsets"),
        ("Also pods that nobody makes anew", "kubectl drain node-1 --force"),
    ],
    flags: &[
        switch("delete-emptydir-data", '\0', "Continue even if there are pods using emptyDir."),
        switch("disable-eviction", '\0', "Delete instead of evicting: PodDisruptionBudgets are not asked."),
        subjects::DRY_RUN,
        switch("force", '\0', "Continue even if there are pods that do not declare a controller."),
        number("grace-period", -1, "Seconds that each pod gets to end; negative takes the pod's own."),
        switch("ignore-daemonsets", '\0', "Ignore DaemonSet-managed pods."),
        text("pod-selector", '\0', "", "Label selector to filter pods on the node"),
        subjects::SELECTOR,
        text("timeout", '\0', "0s", "How long to wait before giving up, zero means infinite"),
    ],
    missing: &["chunk-size", "skip-wait-for-delete-timeout"],
    run,
};

/// What the flags say about pods.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Rules {
    force: bool,
    ignore_daemon_sets: bool,
    delete_local: bool,
    by_deleting: bool,
    pod_labels: String,
    grace_secs: Option<i64>,
    end: Option<Time>,
    timeout: String,
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let nodes = cordon::nodes(kube, given, "drain")?;
    let dry = DryRun::parse(given)?;
    if LabelSelector::parse(given.text("pod-selector")).is_err() {
        return Err(Stop::error("--pod-selector=<pod_selector> must be a valid label selector"));
    }
    let limit = duration::parse("drain", "timeout", given.text("timeout"))?;
    let now = kube.cx.now();
    let rules = Rules {
        force: given.has("force"),
        ignore_daemon_sets: given.has("ignore-daemonsets"),
        delete_local: given.has("delete-emptydir-data"),
        by_deleting: given.has("disable-eviction"),
        pod_labels: given.text("pod-selector").into(),
        grace_secs: Some(given.number("grace-period")).filter(|secs| *secs >= 0),
        end: (!limit.is_zero()).then(|| now + limit),
        timeout: given.text("timeout").into(),
    };
    for node in &nodes {
        cordon::set(kube, node, true, dry)?;
    }
    if dry != DryRun::No {
        return rehearse(kube, &nodes, &rules, dry);
    }
    let names = nodes.into_iter().rev().map(|node| node.name).collect();
    let draining = Draining { nodes: names, rules, pods: None, failed: Vec::new(), since: now };
    draining.step(kube)
}

/// What a dry run tells.
fn rehearse(kube: &mut Kube<'_, '_>, nodes: &[Subject], rules: &Rules, dry: DryRun) -> Answer {
    let mut failed = Vec::new();
    for node in nodes {
        match pods_of(kube, &node.name, rules) {
            Ok((pods, warnings)) => {
                warn(kube, &warnings);
                for pod in pods {
                    kube.out(format!("evicting pod {}/{}{}\n", pod.namespace(), pod.name(), dry.mark()));
                }
                subjects::tell(kube, node, &node.value, "drained", (dry, &Output::Table { wide: false }))?;
            }
            Err(why) => failed.push((node.name.clone(), why)),
        }
    }
    finish(kube, &failed)
}

type Failed = Vec<(String, Vec<String>)>;

fn finish(kube: &mut Kube<'_, '_>, failed: &Failed) -> Answer {
    if failed.is_empty() {
        return Ok(Next::Done(0));
    }
    for (node, why) in failed {
        let told = if why.len() == 1 { why[0].clone() } else { format!("[{}]", why.join(", ")) };
        kube.err(format!("error: unable to drain node \"{node}\" due to error: {told}, continuing command...\n"));
    }
    kube.err("There are pending nodes to be drained:\n");
    for (node, _) in failed {
        kube.err(format!(" {node}\n"));
    }
    let all: Vec<String> = failed.iter().flat_map(|(_, why)| why.clone()).collect();
    Err(Stop::said(all.join("\n")))
}

fn warn(kube: &mut Kube<'_, '_>, warnings: &[String]) {
    if !warnings.is_empty() {
        kube.err(format!("Warning: {}\n", warnings.join("; ")));
    }
}

/// Adds a pod to the message that it belongs to.
fn note(list: &mut Vec<(&'static str, Vec<String>)>, message: &'static str, pod: &Object) {
    let name = format!("{}/{}", pod.namespace(), pod.name());
    match list.iter_mut().find(|(other, _)| *other == message) {
        Some((_, pods)) => pods.push(name),
        None => list.push((message, vec![name])),
    }
}

type Chosen = (Vec<Arc<Object>>, Vec<String>);

/// kubectl `drain/filters.go`: which pods have to go, with warnings; or why none may.
fn pods_of(kube: &Kube<'_, '_>, node: &str, rules: &Rules) -> Result<Chosen, Vec<String>> {
    let labels = LabelSelector::parse(&rules.pod_labels).unwrap_or_default();
    let (mut pods, mut warnings, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for pod in kube.store().pods_on(node).filter(|pod| labels.matches(pod.labels())) {
        if !pod.annotation("kubernetes.io/config.mirror").is_empty() {
            continue;
        }
        let over = matches!(pod.value.str_at("status.phase"), "Succeeded" | "Failed");
        let owner = pod.controller().map(|owner| owner.str_at("kind"));
        if owner == Some("DaemonSet") && !over {
            if rules.ignore_daemon_sets {
                note(&mut warnings, "ignoring DaemonSet-managed Pods", pod);
            } else {
                note(&mut errors, "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)", pod);
            }
            continue;
        }
        let local = pod.value.list_at("spec.volumes").iter().any(|volume| volume.get("emptyDir").is_some());
        if local && !over && !rules.delete_local {
            note(&mut errors, "Pods with local storage (use --delete-emptydir-data to override)", pod);
            continue;
        }
        if owner.is_none() && !over {
            if !rules.force {
                note(&mut errors, "Pods that declare no controller (use --force to override)", pod);
                continue;
            }
            note(&mut warnings, "deleting Pods that declare no controller", pod);
        }
        pods.push(pod.clone());
    }
    if errors.is_empty() {
        let told = warnings.iter().map(|(message, pods)| format!("{message}: {}", pods.join(", "))).collect();
        return Ok((pods, told));
    }
    Err(errors.iter().map(|(message, pods)| format!("cannot delete {message}: {}", pods.join(", "))).collect())
}

/// Waiting for the pods of one node after the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Draining {
    /// The next one last.
    nodes: Vec<String>,
    rules: Rules,
    /// The pods that are on their way out of the node.
    pods: Option<Vec<Leaving>>,
    failed: Failed,
    since: Time,
}

/// A pod that has to go.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Leaving {
    namespace: String,
    name: String,
    uid: String,
    /// Its budget did not let it go; it is asked again then.
    again: Option<Time>,
}

/// A budget is asked again after this time.
const RETRY: Duration = Duration::from_secs(5);

impl Draining {
    pub fn step(mut self, kube: &mut Kube<'_, '_>) -> Answer {
        while let Some(node) = self.nodes.last().cloned() {
            let mut left = match self.pods.take() {
                Some(left) => left,
                None => match self.begin(kube, &node) {
                    Ok(left) => left,
                    Err(why) => {
                        self.failed.push((node, why));
                        self.nodes.pop();
                        continue;
                    }
                },
            };
            let word = if self.rules.by_deleting { "deleted" } else { "evicted" };
            let now = kube.cx.now();
            let asked = left.iter_mut().filter(|pod| pod.again.is_some_and(|again| now >= again));
            if let Err(why) = asked.into_iter().try_for_each(|pod| evict(kube, pod, &self.rules)) {
                self.failed.push((node, vec![why]));
                self.nodes.pop();
                continue;
            }
            left.retain(|pod| {
                let there = kube.store().get(POD, &pod.namespace, &pod.name).is_some_and(|one| *one.uid == *pod.uid);
                if !there && pod.again.is_none() {
                    kube.cx.out(format!("pod/{} {word}\n", pod.name));
                }
                there
            });
            if left.is_empty() {
                kube.out(format!("node/{node} drained\n"));
                self.nodes.pop();
            } else if self.rules.end.is_some_and(|end| now >= end) {
                self.give_up(kube, &node, &left);
                self.nodes.pop();
            } else {
                let again = left.iter().filter_map(|pod| pod.again).min();
                let end = match (again, self.rules.end) {
                    (Some(again), Some(end)) => Some(again.min(end)),
                    (again, end) => again.or(end),
                };
                let step = follow::change(now, self.since, end);
                self.pods = Some(left);
                return Kube::wait(Phase::Drain(Box::new(self)), step);
            }
        }
        finish(kube, &self.failed)
    }

    /// Asks every pod of a node to go.
    fn begin(&self, kube: &mut Kube<'_, '_>, node: &str) -> Result<Vec<Leaving>, Vec<String>> {
        let (pods, warnings) = pods_of(kube, node, &self.rules)?;
        warn(kube, &warnings);
        let mut left = Vec::new();
        for pod in pods {
            let (namespace, name) = (pod.namespace().to_string(), pod.name().to_string());
            let mut pod = Leaving { namespace, name, uid: pod.uid.to_string(), again: None };
            evict(kube, &mut pod, &self.rules).map_err(|why| vec![why])?;
            left.push(pod);
        }
        Ok(left)
    }

    fn give_up(&mut self, kube: &mut Kube<'_, '_>, node: &str, left: &[Leaving]) {
        let why: Vec<String> = left
            .iter()
            .map(|pod| {
                let (namespace, name) = (&pod.namespace, &pod.name);
                let waiting = format!("error when waiting for pod {name:?} in namespace {namespace:?} to terminate");
                format!("{waiting}: global timeout reached: {}", self.rules.timeout)
            })
            .collect();
        let told = if why.len() == 1 { why[0].clone() } else { format!("[{}]", why.join(", ")) };
        kube.err(format!("There are pending pods in node \"{node}\" when an error occurred: {told}\n"));
        for pod in left {
            kube.err(format!("pod/{}\n", pod.name));
        }
        self.failed.push((node.to_string(), why));
    }
}

/// Asks a pod to go, or deletes it; where its budget says no, it is asked again later.
fn evict(kube: &mut Kube<'_, '_>, pod: &mut Leaving, rules: &Rules) -> Result<(), String> {
    let options = DeleteOptions { propagation: Propagation::Background, grace_secs: rules.grace_secs };
    let writer = kube.writer();
    let (namespace, name) = (pod.namespace.as_str(), pod.name.as_str());
    let done = if rules.by_deleting {
        kube.cx.world.api(|cluster, sim| cluster.delete(sim, (POD, namespace, name), options, &writer))
    } else {
        kube.cx.out(format!("evicting pod {namespace}/{name}\n"));
        kube.cx.world.api(|cluster, sim| cluster.evict(sim, (namespace, name), options, &writer))
    };
    pod.again = None;
    match done {
        Err(status) if status.code == 429 => {
            let told = format!("error when evicting pods/{name:?} -n {namespace:?} (will retry after 5s)");
            kube.err(format!("{told}: {}\n", status.message));
            pod.again = Some(kube.cx.now() + RETRY);
            Ok(())
        }
        Err(status) if status.code != 404 => {
            Err(format!("error when evicting pods/{name:?} -n {namespace:?}: {}", status.message))
        }
        _ => Ok(()),
    }
}
