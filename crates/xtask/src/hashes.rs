//! The same worlds natively and in wasm: both print `NAME HASH` lines, and the lines must be equal. The site's own worker
//! opens the lessons' solved sessions; a quickly built one with the feature `checks` plays random sessions.

use crate::engine::Profile;
use crate::outcome::Counts;
use crate::process::{self, Program};
use crate::{engine, files, site};
use anyhow::{Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How many random sessions are compared.
const SEEDS: &str = "200";

/// Every name is one check.
pub fn check() -> Result<Counts> {
    let mut counts = solutions()?;
    counts.add(random()?);
    Ok(counts)
}

fn solutions() -> Result<Counts> {
    let folder = site::dist().join("engine").join(engine::current(&site::dist())?);
    let messages = process::root().join("build/messages");
    files::remove_tree(&messages)?;
    let messages = messages.to_string_lossy();
    both(&native(&["--messages", &messages])?, &wasm(&folder, &[&messages])?)
}

fn random() -> Result<Counts> {
    let folder = engine::with_checks("checks", Profile::Quick)?;
    both(&native(&["--random", SEEDS])?, &wasm(&folder, &[SEEDS])?)
}

fn native(more: &[&str]) -> Result<String> {
    let words = ["--quiet", "-p", "gateway", "--bin", "opsfest", "--", "hashes"];
    Program::cargo("run").args(words).args(more).read()
}

fn wasm(folder: &Path, more: &[&str]) -> Result<String> {
    Program::new("node").arg("e2e/hashes.mjs").arg(folder).args(more).read()
}

fn both(native: &str, wasm: &str) -> Result<Counts> {
    let (native, wasm) = (lines(native), lines(wasm));
    ensure!(!native.is_empty(), "`opsfest hashes` printed no hash");
    Ok(compare(&native, &wasm))
}

fn lines(text: &str) -> BTreeMap<&str, &str> {
    text.lines().filter_map(|line| line.trim().rsplit_once(' ')).collect()
}

fn compare(native: &BTreeMap<&str, &str>, wasm: &BTreeMap<&str, &str>) -> Counts {
    let mut counts = Counts::default();
    let names: BTreeSet<&&str> = native.keys().chain(wasm.keys()).collect();
    for name in names {
        let (on_native, on_wasm) = (native.get(*name), wasm.get(*name));
        counts.count(on_native == on_wasm);
        if on_native != on_wasm {
            let shown = |hash: Option<&&str>| hash.map_or_else(|| "nothing".to_owned(), |hash| (*hash).to_owned());
            println!("hashes: {name}: native {}, wasm {}", shown(on_native), shown(on_wasm));
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_line_is_a_difference() {
        let native = lines("lesson 0 seed 1 ab\nlesson 0 seed 2 cd\n");
        let wasm = lines("lesson 0 seed 1 ab\n");
        assert_eq!(compare(&native, &native), Counts { passed: 2, failed: 0 });
        assert_eq!(compare(&native, &wasm), Counts { passed: 1, failed: 1 });
    }
}
