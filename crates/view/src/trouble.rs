//! "Why is it Pending?": what keeps an object from being well, in sentences, read from its state, its events and its log.

use cluster::{Object, condition};
use manifest::Value;
use order::Arrange;
use world::World;

/// A question and its answer; both empty where an object is well.
pub type Answer = (String, Vec<String>);

/// What keeps this object from being well.
#[inline(never)]
pub fn trouble(world: &World, kind: &str, namespace: &str, name: &str) -> Answer {
    let store = world.cluster.store();
    let object = store.kinds().find(kind).and_then(|info| store.get(info.id, namespace, name));
    let Some(object) = object else { return Answer::default() };
    let case = Case { world, object };
    let (word, said) = if object.deleting() {
        ("Terminating".to_string(), case.deleting())
    } else if object.key.kind == cluster::POD {
        case.pod()
    } else {
        case.other()
    };
    if said.is_empty() { Answer::default() } else { (["Why is it ", &word, "?"].concat(), said) }
}

struct Case<'w> {
    world: &'w World,
    object: &'w Object,
}

/// A sentence of parts.
fn sentence(parts: &[&str]) -> String {
    parts.concat()
}

impl Case<'_> {
    fn value(&self) -> &Value {
        &self.object.value
    }

    /// The youngest event about the object with one of these reasons.
    #[inline(never)]
    fn event(&self, reasons: &[&str]) -> Option<String> {
        let store = self.world.cluster.store();
        let about = store.all(cluster::EVENT, None).filter(|event| {
            event.value.str_at("involvedObject.name") == self.object.name()
                && event.value.str_at("involvedObject.namespace") == self.object.namespace()
                && reasons.contains(&event.value.str_at("reason"))
                // `Error: ErrImagePull` says nothing that its status does not say.
                && !event.value.str_at("message").starts_with("Error: ")
        });
        let last = about.max_by_key(|event| event.version)?;
        Some(last.value.str_at("message").to_string())
    }

    #[inline(never)]
    fn deleting(&self) -> Vec<String> {
        let mut said = Vec::new();
        let meta = self.value().at("metadata");
        let grace = meta.int_at("deletionGracePeriodSeconds").unwrap_or(0);
        if let Some(end) = cluster::time_at(self.value(), "metadata.deletionTimestamp") {
            let end = crate::clock_text(end);
            said.push(match self.object.key.kind == cluster::POD && grace > 0 {
                true => sentence(&[
                    "It was told to end. Its program got the signal TERM and may finish what it does until ",
                    &end,
                    "; then it is killed.",
                ]),
                false => sentence(&["It was told to go at ", &end, "."]),
            });
        }
        let holders: Vec<&str> = self.object.finalizers().iter().filter_map(Value::as_str).collect();
        if !holders.is_empty() {
            let list = holders.join(", ");
            said.push(sentence(&["It stays until its finalizers are taken off: ", &list, "."]));
        }
        said
    }

    #[inline(never)]
    fn pod(&self) -> (String, Vec<String>) {
        let status = cluster::pod_status(self.object);
        let mut said = Vec::new();
        if self.value().str_at("spec.nodeName").is_empty() {
            self.unscheduled(&mut said);
            return (status, said);
        }
        let all = ["status.initContainerStatuses", "status.containerStatuses"];
        let ill = all.iter().flat_map(|path| self.value().list_at(path)).find(|c| !well(c));
        match ill {
            Some(container) => self.container(container, &mut said),
            None if status == "Running" && !cluster::pod_ready(self.object) => {
                said.push("All its containers are ready; the node has not reported it yet.".into());
            }
            None => {}
        }
        let word = if status == "Running" { "not ready".to_string() } else { status };
        (word, said)
    }

    /// No node has taken the pod.
    #[inline(never)]
    fn unscheduled(&self, said: &mut Vec<String>) {
        let reason = condition(self.value(), "PodScheduled").map(|c| c.str_at("message")).unwrap_or_default();
        if reason.is_empty() {
            said.push("The scheduler has not looked at it yet.".into());
            return;
        }
        said.push(sentence(&["No node can take it: ", reason.trim_end_matches('.'), "."]));
        if reason.contains("Insufficient") {
            let (wanted, _) = cluster::pod_requests(self.value());
            let (cpu, memory) = self.most_free();
            said.push(sentence(&[
                "It asks for ",
                &cpu_text(wanted.cpu_milli),
                " CPU and ",
                &memory_text(wanted.memory_bytes),
                " of memory. The most that any node has left is ",
                &cpu_text(cpu),
                " CPU, and ",
                &memory_text(memory),
                ". Ask for less, make room, or add a node.",
            ]));
        }
        if reason.contains("taint") {
            said.push("A taint keeps pods off a node unless they tolerate it: kubectl describe node shows it.".into());
        }
    }

    /// The most of each that one node has left.
    #[inline(never)]
    fn most_free(&self) -> (i64, i64) {
        let store = self.world.cluster.store();
        let (mut cpu, mut memory) = (0, 0);
        for node in store.all(cluster::NODE, None) {
            let mut left = cluster::Amounts::read(node.value.at("status.allocatable"));
            for pod in store.pods_on(node.name()) {
                left = left.plus(cluster::pod_requests(&pod.value).0, -1);
            }
            cpu = cpu.max(left.cpu_milli);
            memory = memory.max(left.memory_bytes);
        }
        (cpu, memory)
    }

    #[inline(never)]
    fn container(&self, container: &Value, said: &mut Vec<String>) {
        let name = container.str_at("name");
        let image = container.str_at("image");
        let waiting = container.at("state.waiting");
        let ended = [container.at("state.terminated"), container.at("lastState.terminated")];
        let ended = ended.into_iter().find(|one| !one.is_null());
        match waiting.str_at("reason") {
            "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" => {
                let words = self.event(&["Failed"]).unwrap_or_else(|| waiting.str_at("message").to_string());
                said.push(sentence(&["The image ", image, " cannot be had: ", words.trim_end_matches('.'), "."]));
                said.push("The kubelet tries again, each time later. Correct the image's name, or push it.".into());
                return;
            }
            "ContainerCreating" => {
                said.push(self.event(&["FailedMount", "FailedCreatePodSandBox"]).unwrap_or_else(|| {
                    sentence(&["Its node is fetching the image ", image, " and making the container ", name, "."])
                }));
                return;
            }
            "PodInitializing" => return said.push("It waits for its init containers to finish.".into()),
            "" | "CrashLoopBackOff" => {}
            reason => {
                let words = waiting.str_at("message");
                return said.push(sentence(&["The container ", name, " cannot start: ", reason, ": ", words, "."]));
            }
        }
        if let Some(ended) = ended {
            self.ended(container, ended, said);
        } else if !container.bool_at("ready") && !container.at("state.running").is_null() {
            let why = self.event(&["Unhealthy"]);
            said.push(match why {
                Some(words) => sentence(&["It runs, and gets no requests: ", words.trim_end_matches('.'), "."]),
                None => "It runs; its readiness probe has not succeeded yet.".into(),
            });
        }
    }

    /// How its program ended, and its last words.
    #[inline(never)]
    fn ended(&self, container: &Value, ended: &Value, said: &mut Vec<String>) {
        let name = container.str_at("name");
        let code = ended.int_at("exitCode").unwrap_or(0).to_string();
        let at = cluster::time_at(ended, "finishedAt").map(crate::clock_text).unwrap_or_default();
        let restarts = container.int_at("restartCount").unwrap_or(0);
        said.push(match ended.str_at("reason") {
            "OOMKilled" => {
                let limit = self.limit(name);
                sentence(&[
                    "Its program was killed at ",
                    &at,
                    " because it used more memory than its limit",
                    if limit.is_empty() { "" } else { " of " },
                    limit,
                    " (exit code ",
                    &code,
                    ").",
                ])
            }
            _ => sentence(&["Its program ended at ", &at, " with exit code ", &code, "."]),
        });
        let key = workload::Key::new(self.object.namespace(), self.object.name(), name);
        let logs = &self.world.workload;
        let last = [true, false].into_iter().find_map(|previous| {
            let log = logs.logs(&key, previous)?;
            log.since(log.len().saturating_sub(1)).next().map(|line| line.text.to_string())
        });
        if let Some(line) = last {
            said.push(sentence(&["The last thing it said: ", &line]));
        }
        if let Some(probe) = self.event(&["Killing"]).filter(|words| words.contains("probe")) {
            said.push(sentence(&["The kubelet had ended it: ", probe.trim_end_matches('.'), "."]));
        }
        if container.str_at("state.waiting.reason") == "CrashLoopBackOff" {
            let again = if restarts == 1 { "once" } else { "again and again" };
            said.push(sentence(&[
                "It has been started ",
                again,
                ", and waits longer each time before the next start.",
            ]));
        }
    }

    fn limit(&self, container: &str) -> &str {
        let all = self.value().list_at("spec.containers");
        let one = all.iter().find(|one| one.str_at("name") == container);
        one.map_or("", |one| one.str_at("resources.limits.memory"))
    }

    /// What is not a pod: its conditions say it, or those pods that it has.
    #[inline(never)]
    fn other(&self) -> (String, Vec<String>) {
        let kind = self.object.key.kind;
        let mut said = Vec::new();
        let word = match kind {
            cluster::NODE => self.bad_condition("Ready", "NotReady", &mut said),
            cluster::PERSISTENTVOLUMECLAIM if self.value().str_at("status.phase") == "Pending" => {
                said.extend(self.event(&["ProvisioningFailed", "FailedBinding", "WaitForFirstConsumer"]));
                "Pending"
            }
            _ if self.value().at("spec.replicas").is_null() && kind != cluster::DAEMONSET => "",
            _ => self.too_few(&mut said),
        };
        (word.to_string(), said)
    }

    fn bad_condition(&self, kind: &str, word: &'static str, said: &mut Vec<String>) -> &'static str {
        if let Some(one) = condition(self.value(), kind).filter(|one| one.str_at("status") != "True") {
            said.push(sentence(&[one.str_at("message").trim_end_matches('.'), "."]));
        }
        word
    }

    /// A workload with fewer ready pods than it wants.
    #[inline(never)]
    fn too_few(&self, said: &mut Vec<String>) -> &'static str {
        let wanted = self.value().int_at("spec.replicas").or(self.value().int_at("status.desiredNumberScheduled"));
        let ready = ["status.readyReplicas", "status.numberReady"].iter().find_map(|path| self.value().int_at(path));
        let (wanted, ready) = (wanted.unwrap_or(0), ready.unwrap_or(0));
        if ready >= wanted {
            return "";
        }
        said.push(sentence(&[&ready.to_string(), " of ", &wanted.to_string(), " pods are ready."]));
        for failed in ["Progressing", "ReplicaFailure"] {
            let one = condition(self.value(), failed);
            let bad = one.filter(|one| (one.str_at("status") == "False") == (failed == "Progressing"));
            said.extend(bad.map(|one| sentence(&[one.str_at("message").trim_end_matches('.'), "."])));
        }
        if let Some(pod) = self.worst_pod() {
            let (_, answer) = Case { world: self.world, object: pod }.pod();
            if !answer.is_empty() {
                said.push(sentence(&["Of its pod ", pod.name(), ": ", &answer.join(" ")]));
            }
        }
        "not ready"
    }

    /// The oldest of its pods that is not ready, through what it owns.
    #[inline(never)]
    fn worst_pod(&self) -> Option<&Object> {
        let store = self.world.cluster.store();
        let mut pods: Vec<&Object> = Vec::new();
        for below in store.owned_by(self.value().str_at("metadata.uid")) {
            if below.key.kind == cluster::POD {
                pods.push(below);
            } else {
                let deeper = store.owned_by(below.value.str_at("metadata.uid"));
                pods.extend(deeper.filter(|pod| pod.key.kind == cluster::POD).map(|pod| &**pod));
            }
        }
        pods.retain(|pod| !cluster::pod_ready(pod) && !pod.deleting());
        pods.arrange_by_key(|pod| pod.version);
        pods.first().copied()
    }
}

/// A container that runs and is ready, or has done its work.
fn well(container: &Value) -> bool {
    let ended = container.at("state.terminated");
    container.bool_at("ready") || (!ended.is_null() && ended.int_at("exitCode") == Some(0))
}

fn cpu_text(milli: i64) -> String {
    if milli % 1_000 == 0 { (milli / 1_000).to_string() } else { [&milli.to_string(), "m"].concat() }
}

fn memory_text(bytes: i64) -> String {
    [&(bytes / 1_048_576).to_string(), "Mi"].concat()
}
