//! One large deployment by itself, for figures of speed and memory (feature `crowd`): its containers do nothing.

use crate::{
    Cluster, ContainerRef, ContainerStart, DEPLOYMENT, NodeShape, ProbeAction, PulledImage, Runtime, Stopped, Writer,
};
use manifest::Value;
use sim::{Causes, Sim, Time};
use std::time::Duration;

struct Idle;

impl Runtime for Idle {
    fn pull(&mut self, _: &mut Sim, image: &str) -> Result<PulledImage, String> {
        Ok(PulledImage { digest: format!("{image}@sha256:0"), size_bytes: 1, duration: Duration::from_secs(1) })
    }
    fn start(&mut self, _: &mut Sim, _: &ContainerStart) -> Result<(), String> {
        Ok(())
    }
    fn probe(&mut self, _: &mut Sim, _: &ContainerRef, _: &ProbeAction) -> Result<(), String> {
        Ok(())
    }
    fn stop(&mut self, _: &mut Sim, _: &ContainerRef) -> Stopped {
        Stopped { after: Duration::ZERO, exit_code: 0 }
    }
}

/// A cluster with nodes, and later with the pods of one deployment.
#[derive(Debug, Clone)]
pub struct Crowd {
    pub sim: Sim,
    pub cluster: Cluster,
}

impl Crowd {
    /// `nodes` large empty nodes.
    pub fn new(nodes: u32) -> Self {
        let mut sim = Sim::new(1, Time::from_unix_secs(1_780_000_000));
        let mut cluster = Cluster::new(&mut sim);
        for n in 0..nodes {
            let shape = NodeShape::worker(format!("node-{n:04}"), 64_000, 256 << 30);
            cluster.add_node(&mut sim, &shape, &Causes::none()).expect("names are distinct");
        }
        Self { sim, cluster }
    }

    /// Creates a deployment of so many pods and lets time pass until all are available; gives the steps it took.
    pub fn fill(&mut self, pods: u32) -> u64 {
        let yaml = format!(
            "spec:\n  replicas: {pods}\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n    \
             metadata: {{labels: {{app: web}}}}\n    spec:\n      containers:\n      \
             - {{name: web, image: 'web:1', readinessProbe: {{httpGet: {{port: 80}}}}}}\n"
        );
        let mut value = Value::from_yaml(&yaml).expect("the text above is YAML");
        value.set("metadata.name", "web");
        let writer = Writer::new("bench", Causes::none());
        self.cluster.create(&mut self.sim, DEPLOYMENT, "default", value, &writer).expect("the deployment is valid");
        let mut steps = 0;
        while self.cluster.next_due().is_some() && !(steps % 1_000 == 0 && self.available() == i64::from(pods)) {
            self.cluster.fire(&mut self.sim, &mut Idle);
            steps += 1;
        }
        steps
    }

    pub fn available(&self) -> i64 {
        let web = self.cluster.get(DEPLOYMENT, "default", "web");
        web.map_or(0, |web| web.value.int_at("status.availableReplicas").unwrap_or(0))
    }

    /// Lets time pass with nothing to do.
    pub fn rest(&mut self, span: Duration) {
        let until = self.sim.now() + span;
        self.cluster.run_until(&mut self.sim, &mut Idle, until);
    }
}
