//! How fast one deployment comes up, and how much memory a pod takes:
//! `cargo run --release -p cluster --features crowd --example scale [PODS] [NODES]`.

use cluster::crowd::Crowd;
use std::time::Duration;

/// Resident memory of this process in bytes, where the system tells.
fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4_096
}

#[expect(clippy::disallowed_types, reason = "a bench measures real time")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let pods: u32 = args.next().map_or(Ok(10_000), |text| text.parse())?;
    let nodes: u32 = args.next().map_or(Ok(100), |text| text.parse())?;
    let mut crowd = Crowd::new(nodes);
    let (memory, clock, started) = (resident_bytes(), std::time::Instant::now(), crowd.sim.now());
    let steps = crowd.fill(pods);
    let took = clock.elapsed().as_secs_f64();
    let each = (resident_bytes() - memory) / u64::from(pods);
    println!(
        "{pods} pods on {nodes} nodes: {:.0} pods/s, {steps} steps, {each} bytes a pod (log of events included), {} virtual seconds",
        f64::from(pods) / took,
        crowd.sim.now().since(started).as_secs()
    );
    let clock = std::time::Instant::now();
    let copy = crowd.clone();
    println!("fork {:.2} ms", clock.elapsed().as_secs_f64() * 1e3);
    let clock = std::time::Instant::now();
    crowd.rest(Duration::from_secs(600));
    println!("ten steady minutes {:.2} s", clock.elapsed().as_secs_f64());
    drop(copy);
    Ok(())
}
