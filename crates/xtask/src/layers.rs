//! `cargo xtask layers`: who may use whom. The table is the design's; a crate may use what its row names and
//! whatever those may use.

use crate::flags::Flags;
use crate::metadata::{self, Dependency, Package};
use crate::outcome::Counts;
use anyhow::Result;
use std::collections::BTreeSet;

const ENGINES: &[&str] = &[
    "sim",
    "vfs",
    "manifest",
    "kustomize",
    "gotemplate",
    "helm",
    "seal",
    "git",
    "metrics",
    "logs",
    "cluster",
    "workload",
    "aiops",
    "ml",
    "gitops",
    "image",
    "ci",
    "iac",
];

/// Crate, and what its row in the design names.
const TABLE: &[(&str, &[&str])] = &[
    ("order", &[]),
    ("sim", &["order"]),
    ("vfs", &["order"]),
    ("manifest", &["order"]),
    ("kustomize", &["manifest"]),
    ("gotemplate", &["manifest"]),
    ("helm", &["gotemplate"]),
    ("seal", &["manifest"]),
    ("screen", &["order"]),
    ("git", &["sim", "vfs"]),
    ("metrics", &["sim"]),
    ("logs", &["sim"]),
    ("cluster", &["sim", "manifest"]),
    ("workload", &["sim", "manifest", "metrics", "logs"]),
    ("aiops", &["sim", "metrics", "logs"]),
    ("ml", &["sim"]),
    ("gitops", &["sim", "manifest", "git", "cluster", "seal"]),
    ("image", &["sim", "vfs", "manifest"]),
    ("ci", &["sim", "vfs", "manifest", "git"]),
    ("iac", &["sim", "vfs", "manifest"]),
    ("world", ENGINES),
    ("shell", &["world"]),
    ("commands", &["shell", "world"]),
    ("lesson", &["world"]),
    ("view", &["world", "lesson", "screen"]),
    ("session", &["world", "shell", "commands", "lesson", "view", "screen"]),
    ("worker", &["session", "screen"]),
    ("gateway", &["session"]),
    ("testkit", &["session", "ci"]),
    ("xtask", &["lesson"]),
];

/// What ties code to a browser, a clock or real chance. Only the skins may name it.
const OUTSIDE: &[&str] =
    &["wasm-bindgen", "wasm-bindgen-futures", "web-sys", "js-sys", "yew", "rand", "getrandom", "chrono", "tokio"];
const SKINS: &[&str] = &["worker", "gateway", "testkit", "xtask"];

pub fn run(flags: Flags) -> Result<bool> {
    flags.done()?;
    let counts = check()?;
    println!("{}", counts.line());
    Ok(counts.failed == 0)
}

/// Every dependency edge between our crates, counted; the wrong ones printed.
pub fn check() -> Result<Counts> {
    let metadata = metadata::load()?;
    let mut counts = Counts::default();
    for package in &metadata.packages {
        let wrong = if package.is_page() { page(package) } else { crate_edges(package) };
        counts.count(wrong.is_empty());
        for sentence in wrong {
            println!("layers: {sentence}");
        }
    }
    Ok(counts)
}

/// The page draws models and forwards input: of our crates it may use `screen` and `order`, which know no engine.
fn page(package: &Package) -> Vec<String> {
    let ours = package.dependencies.iter().filter(|dependency| dependency.path.is_some());
    let wrong = ours.filter(|dependency| !["screen", "order"].contains(&dependency.name.as_str()));
    wrong.map(|dependency| format!("the page may use only screen and order, not {}", dependency.name)).collect()
}

fn crate_edges(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let Some(may) = reach(name) else {
        return vec![format!("crate {name} has no row in the table of crates/xtask/src/layers.rs")];
    };
    package.dependencies.iter().filter_map(|dependency| edge(name, &may, dependency)).collect()
}

fn edge(name: &str, may: &BTreeSet<&str>, dependency: &Dependency) -> Option<String> {
    let other = dependency.name.as_str();
    let in_tests = dependency.kind.as_deref() == Some("dev");
    if dependency.path.is_some() {
        return match other {
            "testkit" if in_tests => None,
            "testkit" => Some(format!("{name} uses testkit outside its tests")),
            _ if may.contains(other) => None,
            _ if in_tests && name != "testkit" && reach("testkit").is_some_and(|all| all.contains(other)) => None,
            _ => Some(format!("{name} may not use {other}")),
        };
    }
    let outside = OUTSIDE.contains(&other) || other.starts_with("gloo");
    let banned = outside && !in_tests && !SKINS.contains(&name);
    banned.then(|| format!("{name} names {other}: an engine knows no browser, clock or real chance"))
}

/// All that a crate may use, its row followed to the end.
fn reach(name: &str) -> Option<BTreeSet<&'static str>> {
    let row = |wanted: &str| TABLE.iter().find(|(crate_name, _)| *crate_name == wanted).map(|(_, may)| *may);
    let mut open = row(name)?.to_vec();
    let mut reached = BTreeSet::new();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(row(next).unwrap_or_default());
        }
    }
    Some(reached)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn ours(name: &str, kind: Option<&str>) -> Dependency {
        Dependency { name: name.to_owned(), kind: kind.map(str::to_owned), path: Some(PathBuf::from("x")) }
    }

    fn verdict(name: &str, dependency: &Dependency) -> Option<String> {
        edge(name, &reach(name).unwrap(), dependency)
    }

    #[test]
    fn the_table_has_no_cycle_and_no_unknown_name() {
        for (name, may) in TABLE {
            assert!(!reach(name).unwrap().contains(name), "{name} reaches itself");
            assert!(may.iter().all(|other| reach(other).is_some()), "{name} names a crate without a row");
        }
    }

    #[test]
    fn a_row_reaches_what_its_crates_reach_and_no_more() {
        assert_eq!(verdict("shell", &ours("vfs", None)), None);
        assert_eq!(verdict("cluster", &ours("git", None)).unwrap(), "cluster may not use git");
        assert_eq!(verdict("world", &ours("screen", None)).unwrap(), "world may not use screen");
    }

    #[test]
    fn testkit_only_in_tests() {
        assert_eq!(verdict("world", &ours("testkit", Some("dev"))), None);
        assert!(verdict("world", &ours("testkit", None)).unwrap().contains("outside its tests"));
    }

    #[test]
    fn an_engine_names_no_browser() {
        let browser = Dependency { name: "web-sys".to_owned(), kind: None, path: None };
        assert!(verdict("git", &browser).is_some());
        assert_eq!(verdict("worker", &browser), None);
    }
}
