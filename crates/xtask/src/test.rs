//! `cargo xtask test`: everything that must hold, one step after the other, cheapest first. A failed step does
//! not hide the ones after it.

use crate::flags::{Flags, Usage};
use crate::outcome::{Counts, own_summary, rust_tests};
use crate::process::{Program, find, say};
use crate::{hashes, layers, origins, setup, site, sizes, tidy};
use anyhow::{Result, bail};
use std::time::Instant;

/// Name, whether it needs the built site, and what does it.
type Step = (&'static str, bool, fn() -> Result<Counts>);

const STEPS: [Step; 11] = [
    ("format", false, format),
    ("layers", false, layers::check),
    ("tidy", false, tidy::check),
    ("clippy", false, clippy),
    ("tests", false, tests),
    ("verify", false, verify),
    ("build", false, build),
    ("hashes", true, hashes::check),
    ("sizes", true, || sizes::check(&site::dist())),
    ("origins", true, || origins::check(&site::dist())),
    ("journeys", true, journeys),
];

/// One step that has been run.
#[derive(Debug)]
struct Row {
    name: &'static str,
    counts: Counts,
    secs: f64,
    /// Why it could not be done; empty when it could.
    error: String,
}

pub fn run(mut flags: Flags) -> Result<bool> {
    let only = flags.value("--only")?;
    flags.done()?;
    let chosen = choose(only.as_deref())?;
    setup::for_test()?;
    let mut rows: Vec<Row> = Vec::new();
    for (name, needs_site, check) in chosen {
        let unbuilt = rows.iter().any(|row| row.name == "build" && row.counts.failed > 0);
        say(format_args!("── {name}"));
        let start = Instant::now();
        let result = if needs_site && unbuilt { not_built() } else { check() };
        let (counts, error) = match result {
            Ok(counts) => (counts, String::new()),
            Err(error) => (Counts::FAILED, format!("{error:#}")),
        };
        let row = Row { name, counts, secs: start.elapsed().as_secs_f64(), error };
        println!("{}", line(&row));
        rows.push(row);
    }
    let total = summary(&rows);
    println!("{}", total.line());
    Ok(total.failed == 0)
}

/// All steps, or those that are named, in the order of the table.
fn choose(only: Option<&str>) -> Result<Vec<Step>> {
    let Some(only) = only else {
        return Ok(STEPS.to_vec());
    };
    let names: Vec<&str> = only.split(',').collect();
    if let Some(unknown) = names.iter().find(|name| !STEPS.iter().any(|(step, ..)| step == *name)) {
        let known: Vec<&str> = STEPS.iter().map(|(step, ..)| *step).collect();
        return Err(Usage(format!("there is no step `{unknown}`; there are {}", known.join(", "))).into());
    }
    Ok(STEPS.iter().filter(|(step, ..)| names.contains(step)).copied().collect())
}

fn summary(rows: &[Row]) -> Counts {
    println!("\n{:<10} {:>7} {:>7} {:>9}", "step", "passed", "failed", "seconds");
    let mut total = Counts::default();
    for row in rows {
        println!("{}", line(row));
        total.add(row.counts);
    }
    total
}

fn line(row: &Row) -> String {
    let Row { name, counts, secs, error } = row;
    let table = format!("{name:<10} {:>7} {:>7} {secs:>9.1}", counts.passed, counts.failed);
    if error.is_empty() { table } else { format!("{table}  {error}") }
}

fn not_built() -> Result<Counts> {
    bail!("not run: the site could not be built")
}

fn format() -> Result<Counts> {
    let teed = Program::cargo("fmt").args(["--all", "--check"]).tee()?;
    Ok(Counts::default().with_exit(teed.status.success()))
}

fn clippy() -> Result<Counts> {
    let teed = Program::cargo("clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"]).tee()?;
    Ok(Counts::default().with_exit(teed.status.success()))
}

fn tests() -> Result<Counts> {
    let program = if find("cargo-nextest").is_some() {
        Program::cargo("nextest").args(["run", "--workspace", "--no-fail-fast", "--status-level", "fail"])
    } else {
        Program::cargo("test").args(["--workspace", "--no-fail-fast"])
    };
    let teed = program.env("CARGO_TERM_COLOR", "never").tee()?;
    Ok(rust_tests(&format!("{}{}", teed.stdout, teed.stderr)).with_exit(teed.status.success()))
}

fn verify() -> Result<Counts> {
    let teed = Program::cargo("run").args(["--quiet", "-p", "gateway", "--bin", "opsfest", "--", "verify"]).tee()?;
    Ok(own_summary(&teed.stdout).with_exit(teed.status.success()))
}

fn build() -> Result<Counts> {
    site::build_if_needed()?;
    Ok(Counts::PASSED)
}

fn journeys() -> Result<Counts> {
    let teed = Program::new("node").arg("e2e/run.mjs").tee()?;
    Ok(own_summary(&teed.stdout).with_exit(teed.status.success()))
}

#[cfg(test)]
mod tests_of_test {
    use super::*;

    #[test]
    fn steps_are_chosen_by_name_in_order() {
        let names = |only| choose(only).unwrap().iter().map(|(name, ..)| *name).collect::<Vec<_>>();
        assert_eq!(names(Some("tidy,layers")), ["layers", "tidy"]);
        assert_eq!(names(None).len(), STEPS.len());
        assert!(choose(Some("nothing")).unwrap_err().is::<Usage>());
    }

    #[test]
    fn a_row_says_why_it_could_not_be_done() {
        let row = Row { name: "tidy", counts: Counts::FAILED, secs: 1.5, error: "gone".to_owned() };
        assert_eq!(line(&row), "tidy             0       1       1.5  gone");
    }
}
