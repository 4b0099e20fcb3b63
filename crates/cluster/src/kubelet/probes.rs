//! Probes: one timer each; a pass that changes nothing costs no write.

use super::run::{ProbeKind, State, Step, container_spec};
use crate::engine::Cluster;
use crate::object::{Key, Object};
use crate::recorder::Note;
use crate::runtime::{ProbeAction, Runtime};
use manifest::Value;
use sim::Sim;
use std::sync::Arc;
use std::time::Duration;

fn secs(probe: &Value, field: &str) -> Duration {
    Duration::from_secs(probe.int_at(field).and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
}

fn threshold(probe: &Value, field: &str) -> u32 {
    probe.int_at(field).and_then(|n| u32::try_from(n).ok()).unwrap_or(1).max(1)
}

impl Cluster {
    /// Sets the first timer of a probe, where the container has one.
    #[inline(never)]
    pub(super) fn plan_probe(&mut self, sim: &mut Sim, key: &Key, at: u16, kind: ProbeKind) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        let Some(container) = run.container(at) else { return };
        let Some(probe) = container_spec(&pod, run.inits, at).get(kind.field()).filter(|p| !p.is_null()) else {
            return;
        };
        let State::Running { since } = container.state else { return };
        let jitter = Duration::from_millis(sim.rng().below(1_000));
        let after = (since + secs(probe, "initialDelaySeconds")).since(sim.now()) + jitter;
        self.set_timer(sim, key, &run.uid, after, Step::Probe { container: at, epoch: container.epoch, probe: kind });
    }

    #[inline(never)]
    pub(super) fn probe(
        &mut self,
        sim: &mut Sim,
        runtime: &mut dyn Runtime,
        key: &Key,
        at: u16,
        epoch: u32,
        kind: ProbeKind,
    ) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        let live = |c: &&super::run::ContainerRun| c.epoch == epoch && c.running() && !c.stopping && !run.stopping;
        let Some(container) = run.container(at).filter(live) else { return };
        let spec = container_spec(&pod, run.inits, at);
        let Some(probe) = spec.get(kind.field()) else { return };
        let Some(action) = action(probe, spec, &self.pod_ip(&run)) else { return };
        let answer = runtime.probe(sim, &super::stop::reference(key, &run, container), &action);
        let mut tally = match kind {
            ProbeKind::Startup => container.startup,
            ProbeKind::Readiness => container.readiness,
            ProbeKind::Liveness => container.liveness,
        };
        let before = tally;
        match &answer {
            Ok(()) => {
                tally.failed = 0;
                tally.passed = (tally.passed + 1).min(threshold(probe, "successThreshold"));
            }
            Err(why) => {
                tally.passed = 0;
                tally.failed = (tally.failed + 1).min(threshold(probe, "failureThreshold"));
                let told = format!("{} probe failed: {why}", kind.words());
                self.event(sim, &pod, Note::warning("Unhealthy", told).on(&run.node, Some(&container.name)));
            }
        }
        if tally != before {
            self.edit(key, |run| {
                if let Some(container) = run.container_mut(at) {
                    *container.tally(kind) = tally;
                }
            });
        }
        let verdict = match answer {
            Ok(()) if tally.passed >= threshold(probe, "successThreshold") => Some(true),
            Err(_) if tally.failed >= threshold(probe, "failureThreshold") => Some(false),
            _ => None,
        };
        let changes = match (kind, verdict) {
            (_, None) | (ProbeKind::Liveness, Some(true)) => false,
            (ProbeKind::Readiness, Some(ready)) => container.ready != ready,
            _ => true,
        };
        if !changes || self.judge(sim, runtime, &pod, at, kind, verdict) {
            let after = secs(probe, "periodSeconds").max(Duration::from_secs(1));
            self.set_timer(sim, key, &run.uid, after, Step::Probe { container: at, epoch, probe: kind });
        }
    }

    /// Acts on a verdict; says whether the probe goes on.
    #[inline(never)]
    fn judge(
        &mut self,
        sim: &mut Sim,
        runtime: &mut dyn Runtime,
        pod: &Arc<Object>,
        at: u16,
        kind: ProbeKind,
        verdict: Option<bool>,
    ) -> bool {
        let Some(passed) = verdict else { return true };
        let key = &pod.key;
        let Some(run) = self.pods.get(key).cloned() else { return false };
        let Some(container) = run.container(at) else { return false };
        match (kind, passed) {
            (ProbeKind::Readiness, ready) => {
                if container.ready != ready {
                    self.edit(key, |run| {
                        if let Some(container) = run.container_mut(at) {
                            container.ready = ready;
                        }
                    });
                    self.publish(sim, key);
                }
                true
            }
            (ProbeKind::Liveness, true) => true,
            (ProbeKind::Startup, true) => {
                let spec = container_spec(pod, run.inits, at);
                let ready = spec.get(ProbeKind::Readiness.field()).is_none_or(Value::is_null);
                self.edit(key, |run| {
                    if let Some(container) = run.container_mut(at) {
                        (container.started, container.ready) = (true, ready);
                    }
                });
                self.publish(sim, key);
                self.plan_probe(sim, key, at, ProbeKind::Readiness);
                self.plan_probe(sim, key, at, ProbeKind::Liveness);
                self.advance(sim, runtime, key);
                false
            }
            (kind, false) => {
                let word = kind.words().to_ascii_lowercase();
                let told = format!("Container {} failed {word} probe, will be restarted", container.name);
                self.event(sim, pod, Note::normal("Killing", told).on(&run.node, Some(&container.name)));
                let text = format!("container {} failed its {word} probe and is restarted", container.name);
                let because = sim.record("cluster", "kubelet", self.subject(pod), text, &run.because);
                self.edit(key, |run| run.because = because.into());
                self.begin_stop(sim, runtime, key, at);
                false
            }
        }
    }
}

/// What the probe does, with its port looked up by name.
#[inline(never)]
fn action(probe: &Value, container: &Value, ip: &str) -> Option<ProbeAction> {
    let timeout = secs(probe, "timeoutSeconds").max(Duration::from_secs(1));
    let port = |action: &Value| match action.at("port") {
        Value::Int(n) => Some(*n),
        Value::Str(name) => {
            let named = container.list_at("ports").iter().find(|port| *port.str_at("name") == **name)?;
            named.int_at("containerPort")
        }
        _ => None,
    };
    let host = |action: &Value| Some(action.str_at("host")).filter(|h| !h.is_empty()).unwrap_or(ip).to_string();
    if let Some(http) = probe.get("httpGet") {
        let path = http.str_at("path").to_string();
        let scheme = http.str_at("scheme").to_ascii_lowercase();
        return Some(ProbeAction::Http { scheme, host: host(http), port: port(http)?, path, timeout });
    }
    if let Some(tcp) = probe.get("tcpSocket") {
        return Some(ProbeAction::Tcp { host: host(tcp), port: port(tcp)?, timeout });
    }
    if let Some(grpc) = probe.get("grpc") {
        let service = grpc.str_at("service").to_string();
        return Some(ProbeAction::Grpc { host: ip.to_string(), port: port(grpc)?, service, timeout });
    }
    let command = probe.get("exec")?.list_at("command").iter().filter_map(|v| v.as_str().map(str::to_string)).collect();
    Some(ProbeAction::Exec { command, timeout })
}
