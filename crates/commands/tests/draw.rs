//! Random scripts.

/// A script that a seed draws.
pub fn script(seed: u64) -> String {
    format!("echo {seed}")
}
