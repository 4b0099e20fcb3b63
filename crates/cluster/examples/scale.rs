//! How fast one deployment comes up, and how much memory a pod takes:
//! `cargo run --profile figures -p cluster --features crowd --example scale [PODS] [NODES] [STEADY_SECS]`.

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
    let (count, bytes) = (f64::from(pods), resident_bytes());
    let name = format!("crowd_{pods}_pods_{nodes}_nodes");
    print(&format!("{name}_processor_time"), took, "s", "aim 300 s", 300.0);
    print(&format!("{name}_speed"), count / took, "pods/s", "aim 2,000 pods/s", 2_000.0);
    print(&format!("{name}_memory"), mega(bytes), "MB", "aim 1,000 MB", 1_000.0);
    print(&format!("{name}_pod_memory"), mega(bytes - memory) * 1e6 / count, "bytes", "aim 4,000 bytes", 4_000.0);
    println!("{name}: {steps} steps in {} virtual seconds", crowd.sim.now().since(started).as_secs());
    let clock = cpu_secs(begin);
    let copy = crowd.clone();
    print(&format!("{name}_fork"), (cpu_secs(begin) - clock) * 1e3, "ms", "a frame of 16 ms", 16.0);
    let clock = cpu_secs(begin);
    crowd.rest(Duration::from_secs(steady));
    let took = cpu_secs(begin) - clock;
    print(&format!("{name}_{steady}_steady_secs"), took, "s", "real time", Duration::from_secs(steady).as_secs_f64());
    drop(copy);
    Ok(())
}

fn mega(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1_000).unwrap_or(u32::MAX)) / 1e3
}

/// As every figure is printed: `NAME value unit (compared with PEER: ratio)`.
fn print(name: &str, value: f64, unit: &str, peer: &str, whole: f64) {
    println!("{name} {value:.1} {unit} (compared with {peer}: {:.3})", value / whole);
}
