//! `cargo xtask fuzz`: many inputs against everything that reads what somebody else has written. The test does the work
//! (`crates/commands/tests/fuzz.rs`); this says how many, and of what.

use crate::flags::{Flags, Usage};
use crate::process::Program;
use anyhow::Result;

const INPUTS: &str = "1000000";

pub fn run(mut flags: Flags) -> Result<bool> {
    let inputs = flags.value("--inputs")?.unwrap_or_else(|| INPUTS.to_owned());
    let from = flags.value("--from")?.unwrap_or_else(|| "1".to_owned());
    let target = flags.value("--target")?;
    flags.done()?;
    for number in [&inputs, &from] {
        if number.replace('_', "").parse::<u64>().is_err() {
            return Err(Usage(format!("`{number}` is no number")).into());
        }
    }
    let test = ["-p", "commands", "--test", "fuzz", "no_input", "--", "--nocapture"];
    let mut program = Program::cargo("test").args(test).env("INPUTS", &inputs).env("FROM", &from);
    if let Some(target) = &target {
        program = program.env("TARGET", target);
    }
    Ok(program.tee()?.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_wanted() {
        let flags = Flags::new(&["--inputs".to_owned(), "many".to_owned()]);
        assert!(run(flags).unwrap_err().is::<Usage>());
    }
}
