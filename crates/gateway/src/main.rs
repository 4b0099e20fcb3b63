//! `opsfest`: the world on a real command line.

fn main() -> std::process::ExitCode {
    gateway::opsfest()
}
