//! Which seeds a test of random actions runs.

/// The first `default` seeds; `SEEDS=500` takes more of them, `FROM=2000` later ones, `ONLY=17` takes that one.
pub fn seeds(default: u64) -> Vec<u64> {
    match number("ONLY") {
        Some(seed) => vec![seed],
        None => {
            let first = number("FROM").unwrap_or(0);
            (first..first.saturating_add(number("SEEDS").unwrap_or(default))).collect()
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}
