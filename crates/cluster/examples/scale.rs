//! How fast one deployment comes up, and how much memory a pod takes: `cargo run --release --example scale [PODS] [NODES]`.

use cluster::{
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

/// Resident memory of this process in bytes, where the system tells.
fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4_096
}

#[expect(clippy::disallowed_types, reason = "a bench measures real time")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let pods: i64 = args.next().map_or(Ok(10_000), |text| text.parse())?;
    let nodes: usize = args.next().map_or(Ok(100), |text| text.parse())?;
    let mut sim = Sim::new(1, Time::from_unix_secs(1_780_000_000));
    let mut cluster = Cluster::new(&mut sim);
    for n in 0..nodes {
        let shape = NodeShape::worker(format!("node-{n:04}"), 64_000, 256 << 30);
        cluster.add_node(&mut sim, &shape, &Causes::none())?;
    }
    let yaml = format!(
        "spec:\n  replicas: {pods}\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}}}\n    \
         spec:\n      containers:\n      - {{name: web, image: 'web:1', readinessProbe: {{httpGet: {{port: 80}}}}}}\n"
    );
    let mut value = Value::from_yaml(&yaml)?;
    value.set("metadata.name", "web");
    let (memory, clock) = (resident_bytes(), std::time::Instant::now());
    cluster.create(&mut sim, DEPLOYMENT, "default", value, &Writer::new("bench", Causes::none()))?;
    let started = sim.now();
    let available = |cluster: &Cluster| {
        cluster
            .get(DEPLOYMENT, "default", "web")
            .map_or(0, |web| web.value.int_at("status.availableReplicas").unwrap_or(0))
    };
    let mut steps = 0_u64;
    while cluster.next_due().is_some() && !(steps.is_multiple_of(1_000) && available(&cluster) == pods) {
        cluster.fire(&mut sim, &mut Idle);
        steps += 1;
    }
    let took = clock.elapsed().as_secs_f64();
    let each = (resident_bytes() - memory) / u64::try_from(pods)?;
    println!(
        "{pods} pods on {nodes} nodes: {:.0} pods/s, {steps} steps, {each} bytes a pod (log of events included), {} virtual seconds",
        f64::from(u32::try_from(pods)?) / took,
        sim.now().since(started).as_secs()
    );
    let clock = std::time::Instant::now();
    let copy = cluster.clone();
    println!("fork {:.2} ms", clock.elapsed().as_secs_f64() * 1e3);
    let until = sim.now() + Duration::from_secs(600);
    let clock = std::time::Instant::now();
    cluster.run_until(&mut sim, &mut Idle, until);
    println!("ten steady minutes {:.2} s", clock.elapsed().as_secs_f64());
    drop(copy);
    Ok(())
}
