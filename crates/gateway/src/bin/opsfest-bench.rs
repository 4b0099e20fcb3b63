//! `opsfest-bench`: native figures, one a line. `cargo xtask bench native` runs it.

fn main() -> std::process::ExitCode {
    gateway::bench()
}
