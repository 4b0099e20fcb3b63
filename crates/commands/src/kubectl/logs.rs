//! `kubectl logs`: what containers have printed.

use super::arguments::selectors;
use super::flags::{Given, number, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next, Phase, duration};
use cluster::{
    DAEMONSET, DEPLOYMENT, JOB, KindInfo, LabelSelector, Object, POD, REPLICASET, REPLICATIONCONTROLLER, SERVICE,
    STATEFULSET, Selectors,
};
use manifest::Value;
use order::Arrange;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use workload::Key;
use world::Step;

pub(crate) const COMMAND: Command = Command {
    path: "logs",
    operands: "[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
    summary: "Print the logs for a container in a pod or specified resource.",
    examples: &[
        ("The logs of a pod with one container", "kubectl logs web-5d8f-abcde"),
        ("Follow the logs of a deployment", "kubectl logs -f deployment/web"),
        ("The life before the last restart", "kubectl logs -p web-5d8f-abcde"),
        ("The last 20 lines", "kubectl logs --tail=20 web-5d8f-abcde"),
    ],
    flags: &[
        switch("all-containers", '\0', "Get all containers' logs in the pod(s)."),
        text("container", 'c', "", "Print the logs of this container."),
        switch("follow", 'f', "Stream the logs."),
        switch("prefix", '\0', "Prefix each line with pod name and container name."),
        switch("previous", 'p', "Print the logs of the previous instance of the container."),
        text("selector", 'l', "", "Selector (label query) to filter on."),
        text("since", '\0', "0s", "Only return logs newer than this, like 5s, 2m, or 3h."),
        number("tail", -1, "Lines of recent log to show; -1 shows all, with a selector 10."),
        switch("timestamps", '\0', "Include timestamps on each line."),
    ],
    missing: &[
        "all-pods",
        "ignore-errors",
        "insecure-skip-tls-verify-backend",
        "limit-bytes",
        "max-log-requests",
        "pod-running-timeout",
        "since-time",
    ],
    run,
};

const USAGE: &str = "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument \
     for the logs command\nSee 'kubectl logs -h' for help and examples";

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let labels = given.text("selector");
    let mut container = given.text("container").to_string();
    let pods = match (&given.operands[..], labels) {
        ([], "") => return Err(Stop::said(USAGE)),
        ([], labels) => {
            let chosen = selectors(labels, "")?;
            let kind = kube.info(POD);
            kube.list(&kind, false, &chosen)?
        }
        (_, labels) if !labels.is_empty() => {
            return Err(Stop::error("only a selector (-l) or a POD name is allowed"));
        }
        ([name], _) => vec![pod_of(kube, name, true).map_err(|stop| not_there(kube, stop))?],
        ([name, second], _) => {
            if !container.is_empty() {
                return Err(Stop::error("only one of -c or an inline [CONTAINER] arg is allowed"));
            }
            container.clone_from(second);
            vec![pod_of(kube, name, true).map_err(|stop| not_there(kube, stop))?]
        }
        _ => return Err(Stop::said(USAGE)),
    };
    let since = duration::parse("logs", "since", given.text("since"))?;
    let now = kube.cx.now();
    let tail = match given.number("tail") {
        -1 if !labels.is_empty() => Some(10),
        n if n < 0 => None,
        n => usize::try_from(n).ok(),
    };
    let look = Look {
        previous: given.has("previous"),
        timestamps: given.has("timestamps"),
        prefix: given.has("prefix"),
        since: if since.is_zero() { Time::default() } else { now - since },
        tail,
    };
    let mut sources = Vec::new();
    for pod in &pods {
        kube.may("get", (POD, "log"), (pod.namespace(), pod.name()))?;
        for name in containers(kube, pod, &container, given.has("all-containers"))? {
            check(pod, &name, look.previous)?;
            sources.push(Source {
                pod: pod.name().into(),
                namespace: pod.namespace().into(),
                restarts: restarts(pod, &name),
                container: name,
                next: 0,
            });
        }
    }
    if sources.is_empty() {
        kube.err(format!("No resources found in {} namespace.\n", kube.namespace));
        return Ok(Next::Done(0));
    }
    let follow = given.has("follow");
    Tail { sources, look, first: true, follow }.step(kube)
}

/// The client names the namespace where a pod is missing.
fn not_there(kube: &Kube<'_, '_>, stop: Stop) -> Stop {
    match stop.message.strip_prefix("Error from server (NotFound): ") {
        Some(what) => {
            let told = format!("error from server (NotFound): {} in namespace {:?}", what.trim_end(), kube.namespace);
            Stop::error(told)
        }
        None => stop,
    }
}

/// The pod of this name, or one of those that a workload or a service chooses.
pub(super) fn pod_of(kube: &mut Kube<'_, '_>, word: &str, tells: bool) -> Result<Arc<Object>, Stop> {
    let Some((kind, name)) = word.split_once('/') else {
        return kube.get(POD, &kube.namespace.clone(), word);
    };
    let Some(kind) = kube.kinds().find(kind).cloned() else { return Err(super::arguments::no_such_type(kind)) };
    let object = kube.fetch(&kind, name)?;
    let labels = match kind.id {
        POD => return Ok(object),
        SERVICE => LabelSelector::from_labels(object.value.map_at("spec.selector")),
        DEPLOYMENT | REPLICASET | REPLICATIONCONTROLLER | STATEFULSET | DAEMONSET | JOB => LabelSelector::of(&object),
        _ => return Err(Stop::error(format!("cannot get the logs from {}: selector is not available", shown(&kind)))),
    };
    let pods = kube.list(&kube.info(POD), false, &Selectors { labels, ..Selectors::default() })?;
    // kubectl `podutils.ByLogging`: with a node, running, ready and for longer, restarted more often, older.
    let mut pods = pods;
    let restarted = |pod: &Object| {
        let all = pod.value.list_at("status.containerStatuses").iter().filter_map(|s| s.int_at("restartCount"));
        all.max().unwrap_or(0)
    };
    pods.arrange_by_key(|pod| {
        let phase = match pod.value.str_at("status.phase") {
            "Pending" => 2,
            "Unknown" => 1,
            _ => 0,
        };
        let ready = cluster::condition(&pod.value, "Ready").filter(|_| cluster::pod_ready(pod));
        let since = ready.and_then(|ready| cluster::time_at(ready, "lastTransitionTime"));
        let assigned = !pod.value.str_at("spec.nodeName").is_empty();
        (!assigned, phase, since.is_none(), since, std::cmp::Reverse(restarted(pod)), pod.created_at())
    });
    let count = pods.len();
    let Some(first) = pods.into_iter().next() else {
        return Err(Stop::error("timed out waiting for the condition"));
    };
    if count > 1 && tells {
        kube.err(format!("Found {count} pods, using pod/{}\n", first.name()));
    }
    Ok(first)
}

fn shown(kind: &KindInfo) -> String {
    format!("*v1.{}", kind.kind)
}

fn containers(kube: &mut Kube<'_, '_>, pod: &Object, asked: &str, all: bool) -> Result<Vec<String>, Stop> {
    let names = |list: &str| pod.value.list_at(list).iter().map(|c| c.str_at("name").to_string()).collect::<Vec<_>>();
    let (inits, mains) = (names("spec.initContainers"), names("spec.containers"));
    if all {
        return Ok(inits.into_iter().chain(mains).collect());
    }
    if asked.is_empty() {
        let first = mains.first().cloned().unwrap_or_default();
        if mains.len() + inits.len() > 1 {
            let mut others = mains.clone();
            others.extend(inits.iter().map(|name| format!("{name} (init)")));
            kube.err(format!("Defaulted container \"{first}\" out of: {}\n", others.join(", ")));
        }
        return Ok(vec![first]);
    }
    if inits.iter().chain(&mains).any(|name| name == asked) {
        return Ok(vec![asked.to_string()]);
    }
    Err(Stop::error(format!("container {asked} is not valid for pod {}", pod.name())))
}

fn status<'p>(pod: &'p Object, container: &str) -> &'p Value {
    let all = ["status.containerStatuses", "status.initContainerStatuses"];
    let found = all.iter().flat_map(|list| pod.value.list_at(list)).find(|status| status.str_at("name") == container);
    found.unwrap_or(Value::null())
}

pub(super) fn restarts(pod: &Object, container: &str) -> i64 {
    status(pod, container).int_at("restartCount").unwrap_or(0)
}

/// What the kubelet refuses to read.
fn check(pod: &Object, container: &str, previous: bool) -> Result<(), Stop> {
    let status = status(pod, container);
    let bad = |why: String| Err(Stop::said(format!("Error from server (BadRequest): {why}")));
    let name = pod.name();
    let ended_before = !status.at("lastState.terminated").is_null();
    if previous {
        return if ended_before {
            Ok(())
        } else {
            bad(format!("previous terminated container \"{container}\" in pod \"{name}\" not found"))
        };
    }
    let waiting = status.str_at("state.waiting.reason");
    if pod.value.str_at("spec.nodeName").is_empty() {
        return bad(format!("pod {name} does not have a host assigned"));
    }
    match waiting {
        "" => Ok(()),
        _ if ended_before => Ok(()),
        "ErrImagePull" | "ImagePullBackOff" => bad(format!(
            "container \"{container}\" in pod \"{name}\" is waiting to start: trying and failing to pull image"
        )),
        reason => bad(format!("container \"{container}\" in pod \"{name}\" is waiting to start: {reason}")),
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Look {
    previous: bool,
    timestamps: bool,
    prefix: bool,
    since: Time,
    tail: Option<usize>,
}

/// One container that is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Source {
    namespace: String,
    pod: String,
    container: String,
    restarts: i64,
    /// Lines printed so far.
    next: usize,
}

/// Reading, and following.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tail {
    sources: Vec<Source>,
    look: Look,
    first: bool,
    follow: bool,
}

impl Tail {
    pub fn step(mut self, kube: &mut Kube<'_, '_>) -> Answer {
        for source in &mut self.sources {
            let text = lines(kube, source, &self.look, self.first);
            kube.out(text);
        }
        self.first = false;
        if !self.follow {
            return Ok(Next::Done(0));
        }
        self.sources.retain(|source| still_runs(kube, source));
        if self.sources.is_empty() || self.look.previous {
            return Ok(Next::Done(0));
        }
        Kube::wait(Phase::Logs(self), Step::Follow)
    }
}

/// Unlike kubectl: log lines have no fraction of a second beyond the world's microseconds.
fn lines(kube: &Kube<'_, '_>, source: &mut Source, look: &Look, first: bool) -> String {
    let key = Key::new(&source.namespace, &source.pod, &source.container);
    let Some(log) = kube.cx.world.workload.logs(&key, look.previous) else { return String::new() };
    let skip = match look.tail.filter(|_| first) {
        Some(tail) => log.len().saturating_sub(tail),
        None => source.next,
    };
    source.next = log.len();
    let mut out = String::new();
    for line in log.since(skip).filter(|line| !first || line.at >= look.since) {
        if look.prefix {
            out.push_str(&format!("[pod/{}/{}] ", source.pod, source.container));
        }
        if look.timestamps {
            let micros = line.at.as_micros() % 1_000_000;
            out.push_str(&format!("{}.{micros:06}000Z ", line.at.rfc3339().trim_end_matches('Z')));
        }
        out.push_str(&line.text);
        out.push('\n');
    }
    out
}

/// Whether the life that is read goes on.
fn still_runs(kube: &Kube<'_, '_>, source: &Source) -> bool {
    let Some(pod) = kube.store().get(POD, &source.namespace, &source.pod) else { return false };
    let status = status(pod, &source.container);
    !status.at("state.running").is_null() && status.int_at("restartCount").unwrap_or(0) == source.restarts
}
