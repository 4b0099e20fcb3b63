//! How fast one deployment comes up, and how much memory a pod takes:
//! `cargo run --release -p cluster --features crowd --example scale [PODS] [NODES] [STEADY_SECS]`.

use cluster::crowd::Crowd;
use std::time::Duration;

/// Resident memory of this process in bytes, where the system tells.
fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4_096
}

/// Time that this process had a processor for, in seconds: what others do on the machine does not count. Real time where
/// the system does not tell.
#[expect(clippy::disallowed_types, reason = "a bench measures real time")]
fn cpu_secs(begin: std::time::Instant) -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos: Option<u32> =
        text.split_whitespace().next().and_then(|n| (n.parse::<u64>().ok()? / 1_000).try_into().ok());
    nanos.map_or_else(|| begin.elapsed().as_secs_f64(), |micros| f64::from(micros) / 1e6)
}

#[expect(clippy::disallowed_types, reason = "a bench measures real time")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let pods: u32 = args.next().map_or(Ok(10_000), |text| text.parse())?;
    let nodes: u32 = args.next().map_or(Ok(100), |text| text.parse())?;
    let steady: u64 = args.next().map_or(Ok(600), |text| text.parse())?;
    let begin = std::time::Instant::now();
    let mut crowd = Crowd::new(nodes);
    let (memory, clock, started) = (resident_bytes(), cpu_secs(begin), crowd.sim.now());
    let steps = crowd.fill(pods);
    let took = cpu_secs(begin) - clock;
    let each = (resident_bytes() - memory) / u64::from(pods);
    println!(
        "{pods} pods on {nodes} nodes: {:.0} pods/s of CPU time, {steps} steps, {each} bytes a pod (log of events included), {} virtual seconds",
        f64::from(pods) / took,
        crowd.sim.now().since(started).as_secs()
    );
    let clock = cpu_secs(begin);
    let copy = crowd.clone();
    println!("fork {:.2} ms", (cpu_secs(begin) - clock) * 1e3);
    let clock = cpu_secs(begin);
    crowd.rest(Duration::from_secs(steady));
    println!("{steady} steady seconds {:.2} s", cpu_secs(begin) - clock);
    drop(copy);
    Ok(())
}
