//! `cargo xtask conformance --data DIR`: outside test data, one suite a folder. A suite is run as soon as its
//! engine stands; until then it is named as skipped.

use crate::flags::{Flags, Usage};
use crate::process::Program;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};

/// Suites whose engine is still to come.
const WAITING: [&str; 1] = ["nab"];
/// Suites that `opsfest` runs, by the folder's name, with its command: real applications' manifests, GitHub's own
/// cases of workflow expressions and workflows, and Prometheus' own queries.
const SUITES: [(&str, &str); 4] = [
    ("kubernetes-apps", "apps"),
    ("github-expressions", "expressions"),
    ("github-workflows", "workflows"),
    ("promql", "promql"),
];

pub fn run(mut flags: Flags) -> Result<()> {
    let data = flags.value("--data")?.map(PathBuf::from);
    // It asks for a line for each failure.
    let verbose = flags.has("--verbose");
    flags.done()?;
    let data = data.ok_or_else(|| Usage("conformance wants --data DIR".to_owned()))?;
    ensure!(data.is_dir(), "{} is no folder", data.display());
    // Programs run in the repository's root.
    let data = std::path::absolute(&data)?;
    let mut failed = Vec::new();
    for name in suites(&data)? {
        match SUITES.iter().find(|(suite, _)| *suite == name) {
            None => println!("{name} skipped: {}", why_skipped(&name)),
            Some((_, command)) => {
                if suite(command, &data.join(&name), verbose).is_err() {
                    failed.push(name);
                }
            }
        }
    }
    ensure!(failed.is_empty(), "not all passed: {}", failed.join(", "));
    Ok(())
}

/// One suite: `opsfest` prints its line.
fn suite(command: &str, folder: &Path, verbose: bool) -> Result<()> {
    let program = Program::cargo("run").args(["--quiet", "-p", "gateway", "--bin", "opsfest", "--", command]);
    program.arg(folder).args(verbose.then_some("--verbose")).run()
}

fn why_skipped(name: &str) -> &'static str {
    if WAITING.contains(&name) { "no engine yet" } else { "no suite of this name" }
}

/// The folders of the data, in order.
fn suites(data: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(data).with_context(|| format!("reading {}", data.display()))? {
        let entry = entry.with_context(|| format!("reading {}", data.display()))?;
        if entry.path().is_dir() {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_data_it_is_a_usage_error() {
        assert!(run(Flags::new(&[])).unwrap_err().is::<Usage>());
        let missing = Flags::new(&["--data".to_owned(), "/nowhere/at/all".to_owned()]);
        assert_eq!(run(missing).unwrap_err().to_string(), "/nowhere/at/all is no folder");
    }

    #[test]
    fn a_skipped_suite_says_why() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(suites(here).unwrap(), ["src"]);
        assert_eq!((why_skipped("nab"), why_skipped("src")), ("no engine yet", "no suite of this name"));
    }
}
