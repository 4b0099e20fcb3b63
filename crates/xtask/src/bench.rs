//! `cargo xtask bench [NAME]`: figures, one a line: `NAME value unit (compared with PEER: ratio)`.

use crate::engine::{self, Profile};
use crate::flags::{Flags, Usage};
use crate::process::{Program, say};
use crate::sizes::{Size, kb};
use crate::{ledger, metadata, setup, site, sizes};
use anyhow::Result;

/// Brotli bytes that Learn Git Branching loads, production build.
const LEARN_GIT_BRANCHING_KB: f64 = 1140.0;

type Group = (&'static str, fn() -> Result<()>);

const GROUPS: [Group; 6] = [
    ("sizes", print_sizes),
    ("ledger", ledger::print),
    ("native", native),
    ("wasm", wasm),
    ("git", git),
    ("browser", browser),
];

/// Figures that take long: only who names one gets it.
const ASKED: [Group; 1] = [("crowd", crowd)];

pub fn run(mut flags: Flags) -> Result<()> {
    let name = flags.word();
    flags.done()?;
    let wanted = |group: &str| name.as_deref().is_none_or(|name| name == group);
    let asked = ASKED.iter().filter(|(group, _)| name.as_deref() == Some(*group));
    let asked: Vec<_> = asked.collect();
    if !asked.is_empty() {
        return asked.into_iter().try_for_each(|(_, print)| print());
    }
    let chosen: Vec<_> = GROUPS.iter().filter(|(group, _)| wanted(group)).collect();
    if chosen.is_empty() {
        let known: Vec<&str> = GROUPS.iter().chain(&ASKED).map(|(group, _)| *group).collect();
        let name = name.unwrap_or_default();
        return Err(Usage(format!("there is no figure `{name}`; there are {}", known.join(", "))).into());
    }
    setup::for_test()?;
    site::build_if_needed()?;
    for (group, print) in chosen {
        say(format_args!("── {group}"));
        print()?;
    }
    Ok(())
}

fn print_sizes() -> Result<()> {
    let sizes = sizes::measure(&site::dist())?;
    let parts = [
        ("page", &sizes.page),
        ("editor", &sizes.editor),
        ("worker_first", &sizes.worker_first),
        ("worker_rest", &sizes.worker_rest),
        ("pure", &sizes.pure),
        ("addons", &sizes.addons),
        ("tools", &sizes.tools),
        ("metrics", &sizes.metrics),
    ];
    for (name, size) in parts {
        for (coding, bytes) in codings(size) {
            println!("size_{name}_{coding} {:.1} kB (compared with raw: {:.3})", kb(bytes), share(bytes, size.raw));
        }
    }
    for budget in sizes.budgets() {
        let (size, part) = (kb(budget.bytes), share(budget.bytes, budget.limit));
        println!(
            "size_{}_brotli {size:.1} kB (compared with budget {:.0} kB: {part:.3})",
            budget.name,
            kb(budget.limit)
        );
    }
    let total = kb(sizes.page.brotli + sizes.worker_first.brotli + sizes.worker_rest.brotli);
    let ratio = total / LEARN_GIT_BRANCHING_KB;
    println!("size_all_brotli {total:.1} kB (compared with Learn Git Branching: {ratio:.3})");
    Ok(())
}

/// Brotli is printed beside its budget.
fn codings(size: &Size) -> [(&'static str, usize); 2] {
    [("raw", size.raw), ("gzip", size.gzip)]
}

fn share(bytes: usize, whole: usize) -> f64 {
    kb(bytes) / kb(whole.max(1))
}

fn native() -> Result<()> {
    let metadata = metadata::load()?;
    if !metadata.package("gateway").is_some_and(|gateway| gateway.has_binary("opsfest-bench")) {
        println!("native skipped: package gateway has no program opsfest-bench");
        return Ok(());
    }
    Program::cargo("run").args(["--quiet", "--release", "-p", "gateway", "--bin", "opsfest-bench"]).run()
}

/// The engines in Node, built as the site's worker is, with what the figures ask for.
fn wasm() -> Result<()> {
    let folder = engine::with_checks("bench", Profile::Shipped)?;
    Program::new("node").arg("e2e/bench-wasm.mjs").arg(&folder).run()
}

/// Git in wasm beside isomorphic-git in Node, and natively beside real Git.
fn git() -> Result<()> {
    let folder = engine::with_checks("bench", Profile::Shipped)?;
    Program::cargo("build").args(["--quiet", "--release", "-p", "gateway", "--bin", "opsfest"]).run()?;
    let opsfest = metadata::load()?.target_directory.join("release/opsfest");
    Program::new("node").arg("e2e/bench-git.mjs").arg(&folder).arg(&opsfest).run()
}

/// The size that Kubernetes itself is tested at: 150,000 pods on 5,000 nodes, natively and in wasm; there also 10,000 pods on
/// 1,000 nodes.
fn crowd() -> Result<()> {
    let words = ["--quiet", "--profile", "figures", "-p", "cluster", "--features", "crowd", "--example", "scale", "--"];
    Program::cargo("run").args(words).args(["150000", "5000", "10"]).run()?;
    setup::for_test()?;
    let folder = engine::with_checks("bench", Profile::Shipped)?;
    for size in [["10000", "1000"], ["150000", "5000"]] {
        Program::new("node").arg("e2e/bench-wasm.mjs").arg(&folder).args(size).run()?;
    }
    Ok(())
}

fn browser() -> Result<()> {
    Program::new("node").arg("e2e/bench.mjs").run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_figure_is_a_usage_error() {
        assert!(run(Flags::new(&["what".to_owned()])).unwrap_err().is::<Usage>());
    }

    #[test]
    fn a_share_of_nothing_is_no_crash() {
        assert!((share(500, 1000) - 0.5).abs() < 1e-9);
        assert!(share(0, 0).abs() < 1e-9);
    }
}
