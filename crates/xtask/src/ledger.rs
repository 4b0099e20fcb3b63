//! Who takes how much of the worker: bytes of code by crate, from a build that keeps its names.

use crate::process::say;
use crate::{engine, files, wasm};
use anyhow::Result;

/// Prints a line for each crate that takes a noticeable part, largest first.
pub fn print() -> Result<()> {
    say("building the worker with names, for the ledger");
    // Its own folder: another setting would throw the release build away.
    let names = ["--config", "profile.release.strip=false", "--target-dir", "build/ledger"];
    let module = engine::compile(&names)?;
    let sums = wasm::bytes_by_crate(&files::read(&module)?)?;
    let total: u64 = sums.values().sum();
    let mut rows: Vec<(String, u64)> = sums.into_iter().collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let (shown, small): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, bytes)| bytes * 200 >= total);
    for (name, bytes) in shown {
        println!("{}", line(&name, bytes, total));
    }
    let rest: u64 = small.iter().map(|(_, bytes)| bytes).sum();
    println!("{}", line("others", rest, total));
    Ok(())
}

fn line(name: &str, bytes: u64, total: u64) -> String {
    let (bytes, total) = (bytes as f64, total as f64);
    format!("ledger_{name} {:.1} kB (compared with worker raw: {:.3})", bytes / 1000.0, bytes / total.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_size_and_share() {
        assert_eq!(line("sim", 25_000, 100_000), "ledger_sim 25.0 kB (compared with worker raw: 0.250)");
    }
}
