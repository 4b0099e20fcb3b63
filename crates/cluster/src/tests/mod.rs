//! Tests of the whole cluster, with a runtime whose programs do as they are told.

mod api;
mod autoscaler;
mod batch;
mod config;
mod disruption;
mod extensions;
mod fleet;
mod lifecycle;
mod pods;
mod pressure;
mod rollout;
mod rules;
mod scale;
mod scheduling;
mod seeds;
mod sets;

use crate::{
    Cluster, ContainerRef, ContainerStart, DEPLOYMENT, EVENT, KindId, NodeShape, Object, POD, ProbeAction, PulledImage,
    Runtime, Selectors, Stopped, Usage, Writer,
};
use manifest::Value;
use order::OrdSet;
use sim::{Causes, Sim, Time};
use std::sync::Arc;
use std::time::Duration;

/// Programs that run until told otherwise.
#[derive(Debug, Clone, Default)]
pub(super) struct Programs {
    /// Images that no registry has.
    pub missing: OrdSet<String>,
    /// Images whose probes fail.
    pub sick: OrdSet<String>,
    /// Images whose program ends at once with code 1.
    pub broken: OrdSet<String>,
    /// Images whose program ends by itself, with this code.
    pub ends: order::OrdMap<String, i32>,
    pub started: Vec<ContainerStart>,
    pub stopped: usize,
    pub keep_starts: bool,
    /// What every container of an image uses: thousandths of a core, bytes.
    pub usage: order::OrdMap<String, (i64, i64)>,
    images: order::OrdMap<ContainerRef, String>,
    /// Containers that end now.
    pub ended: Vec<(ContainerRef, i32)>,
}

impl Runtime for Programs {
    fn pull(&mut self, _: &mut Sim, image: &str) -> Result<PulledImage, String> {
        if self.missing.contains(image) {
            return Err(format!("failed to resolve reference \"{image}\": not found"));
        }
        let digest = format!("{image}@sha256:{:064x}", image.len());
        Ok(PulledImage { digest, size_bytes: 50_000_000, duration: Duration::from_millis(1_234) })
    }

    fn start(&mut self, _: &mut Sim, start: &ContainerStart) -> Result<(), String> {
        let sidecar = start.container.starts_with("side");
        if (start.init && !sidecar) || self.broken.contains(&start.image) {
            self.ended.push((start.reference(), i32::from(!start.init)));
        }
        if let Some(code) = self.ends.get(&start.image) {
            self.ended.push((start.reference(), *code));
        }
        if self.keep_starts {
            self.started.push(start.clone());
        }
        self.images.insert(start.reference(), start.image.clone());
        Ok(())
    }

    fn probe(&mut self, _: &mut Sim, container: &ContainerRef, _: &ProbeAction) -> Result<(), String> {
        match self.images.get(container) {
            Some(image) if self.sick.contains(image) => Err("HTTP probe failed with statuscode: 500".into()),
            _ => Ok(()),
        }
    }

    fn usage(&self, _: &Sim, container: &ContainerRef) -> Option<Usage> {
        let (cpu_milli, memory_bytes) = *self.usage.get(self.images.get(container)?)?;
        Some(Usage { cpu_milli, memory_bytes })
    }

    /// What a test says of an image's use may be changed at any time.
    fn settled(&self, _: &Sim, container: &ContainerRef) -> bool {
        self.images.get(container).is_none_or(|image| self.usage.get(image).is_none())
    }

    fn stop(&mut self, _: &mut Sim, _: &ContainerRef) -> Stopped {
        self.stopped += 1;
        Stopped { after: Duration::from_millis(300), exit_code: 0 }
    }
}

/// A cluster with its clock and its programs.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub sim: Sim,
    pub cluster: Cluster,
    pub programs: Programs,
}

pub(super) fn learner() -> Writer {
    Writer::new("kubectl", Causes::none())
}

impl World {
    pub fn new(seed: u64, nodes: usize) -> Self {
        let start = Time::parse_rfc3339("2026-06-05T18:42:10Z").expect("a valid time");
        let mut sim = Sim::new(seed, start);
        let mut cluster = Cluster::new(&mut sim);
        for n in 0..nodes {
            let shape = NodeShape::worker(format!("node-{n:03}"), 4_000, 8 << 30);
            cluster.add_node(&mut sim, &shape, &Causes::none()).expect("a valid node");
        }
        Self { sim, cluster, programs: Programs::default() }
    }

    pub fn fire(&mut self) {
        self.cluster.fire(&mut self.sim, &mut self.programs);
        for (container, code) in std::mem::take(&mut self.programs.ended) {
            self.cluster.container_exited(&mut self.sim, &container, code, "", &Causes::none());
        }
    }

    pub fn run(&mut self, span: Duration) {
        let until = self.sim.now() + span;
        while self.cluster.next_due().is_some_and(|due| due.at <= until) {
            self.fire();
        }
        self.sim.advance_to(until);
    }

    pub fn apply(&mut self, yaml: &str) {
        for document in Value::parse_yaml(yaml).0 {
            let value = document.value;
            let info = self.cluster.store().kinds().of_manifest(value.str_at("apiVersion"), value.str_at("kind"));
            let (kind, spaced) = info.map(|info| (info.id, info.namespaced)).expect("a known kind");
            let namespace = if spaced { "default" } else { "" };
            self.cluster.apply(&mut self.sim, kind, namespace, &value, &learner()).expect("a valid object");
        }
    }

    pub fn list(&self, kind: KindId) -> Vec<Arc<Object>> {
        let all = self.cluster.list(kind, Some("default"), &Selectors::default()).expect("no selector");
        all.into_iter().cloned().collect()
    }

    pub fn get(&self, kind: KindId, name: &str) -> Arc<Object> {
        self.cluster.get(kind, "default", name).expect("the object is there").clone()
    }

    pub fn pods(&self) -> Vec<Arc<Object>> {
        self.list(POD)
    }

    pub fn available(&self, name: &str) -> i64 {
        self.get(DEPLOYMENT, name).value.int_at("status.availableReplicas").unwrap_or(0)
    }

    /// `Type Reason Message` of every event, with its count where it is more than one.
    pub fn events(&self) -> Vec<String> {
        let line = |e: &Arc<Object>| {
            let count = e.value.int_at("count").unwrap_or(1);
            let more = if count > 1 { format!(" (x{count})") } else { String::new() };
            format!("{} {} {}{more}", e.value.str_at("type"), e.value.str_at("reason"), e.value.str_at("message"))
        };
        self.list(EVENT).iter().map(line).collect()
    }

    /// The table of `kubectl get`, without its wide columns.
    pub fn table(&self, kind: KindId) -> String {
        let table = crate::table(self.cluster.store(), kind, &self.list(kind), self.sim.now());
        let narrow: Vec<usize> = (0..table.columns.len()).filter(|at| !table.columns[*at].wide).collect();
        let row = |cells: &[String]| narrow.iter().map(|at| cells[*at].clone()).collect::<Vec<_>>().join("|");
        table.rows.iter().map(|cells| row(cells) + "\n").collect()
    }
}

pub(super) fn deployment(name: &str, image: &str, replicas: u32) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: {replicas}\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    \
         spec:\n      containers:\n      - name: {name}\n        image: {image}\n        ports: [{{containerPort: 8080}}]\n"
    )
}

pub(super) const PROBED: &str = "        readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 2}\n        \
     livenessProbe: {httpGet: {path: /live, port: 8080}, periodSeconds: 5}\n";
