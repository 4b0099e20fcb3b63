//! `cargo xtask setup`: everything a bare Debian machine with Rust, Node and apt still lacks. Each part looks
//! first whether it is there, so it can be run again at no cost.

use crate::engine::TARGET;
use crate::flags::Flags;
use crate::process::{self, Program, find, say};
use anyhow::{Context, Result, bail};
use std::path::Path;

const TRUNK: &str = "0.21.14";
const WASM_BINDGEN: &str = "0.2.130";
const NODE_MAJOR: u32 = 20;

pub fn run(flags: Flags) -> Result<()> {
    flags.done()?;
    for_test()?;
    say("all there");
    Ok(())
}

/// What `build` and `serve` need.
pub fn for_build() -> Result<()> {
    wasm_target()?;
    tool("trunk", TRUNK, &["--locked"])?;
    // With --locked the registry misses a crate.
    tool("wasm-bindgen", WASM_BINDGEN, &[])?;
    node()?;
    npm()
}

/// What `test` and `bench` need besides.
pub fn for_test() -> Result<()> {
    for_build()?;
    components()?;
    browsers()
}

fn wasm_target() -> Result<()> {
    let asked = Program::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).answer();
    if asked.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    say(format_args!("adding the Rust target {TARGET}"));
    Program::new("rustup")
        .args(["target", "add", TARGET])
        .run()
        .context("the wasm target is missing; without rustup it must come from where this Rust came from")
}

fn components() -> Result<()> {
    for (program, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if Program::cargo(program).arg("--version").answer().is_none() {
            Program::new("rustup").args(["component", "add", component]).run()?;
        }
    }
    Ok(())
}

/// A program of crates.io in exactly one version.
fn tool(program: &str, version: &str, options: &[&str]) -> Result<()> {
    let answer = Program::new(program).arg("--version").answer().unwrap_or_default();
    if answer.split_whitespace().any(|word| word == version) {
        return Ok(());
    }
    let package = if program == "wasm-bindgen" { "wasm-bindgen-cli" } else { program };
    say(format_args!("installing {package} {version} (some minutes)"));
    // They run for seconds, and compiling them whole took half of a first run's time.
    let quick = [("LTO", "off"), ("OPT_LEVEL", "1"), ("CODEGEN_UNITS", "16"), ("DEBUG", "0")];
    let install = Program::cargo("install").args([package, "--force", "--version", version]).args(options);
    quick
        .iter()
        .fold(install, |install, (name, value)| install.env(&format!("CARGO_PROFILE_RELEASE_{name}"), value))
        .run()
}

fn node() -> Result<()> {
    let answer = Program::new("node").arg("--version").answer().context("Node is missing: install Node 20 or later")?;
    let major = answer.trim_start_matches('v').split('.').next().and_then(|word| word.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MAJOR) {
        bail!("Node {answer} is too old: {NODE_MAJOR} or later is needed");
    }
    Ok(())
}

fn npm() -> Result<()> {
    let folder = process::root().join("e2e");
    let written = |file: &Path| file.metadata().and_then(|data| data.modified()).ok();
    let installed = written(&folder.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= written(&folder.join("package-lock.json")) {
        return Ok(());
    }
    if find("npm").is_none() {
        apt(&["npm"])?;
    }
    say("installing npm packages for e2e/");
    Program::new("npm").args(["ci", "--no-audit", "--no-fund"]).folder(&folder).run()
}

/// Chromium and Firefox, and what journeys need beside them.
fn browsers() -> Result<()> {
    let wanted = [
        ("chromium", ["chromium", "chromium-browser", "google-chrome"]),
        ("firefox-esr", ["firefox-esr", "firefox", "firefox-esr"]),
        ("git", ["git", "git", "git"]),
    ];
    let missing = wanted.iter().filter(|(_, programs)| programs.iter().all(|program| find(program).is_none()));
    let packages: Vec<&str> = missing.map(|(package, _)| *package).collect();
    if packages.is_empty() { Ok(()) } else { apt(&packages) }
}

fn apt(packages: &[&str]) -> Result<()> {
    let list = packages.join(", ");
    say(format_args!("installing by apt: {list}"));
    let steps = [vec!["update"], [["install", "-y", "--no-install-recommends"].as_slice(), packages].concat()];
    for step in steps {
        let program = if is_root() { Program::new("env") } else { Program::new("sudo").arg("env") };
        program
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .args(step)
            .run()
            .with_context(|| format!("{list} could not be installed by apt: install by hand and try again"))?;
    }
    Ok(())
}

fn is_root() -> bool {
    Program::new("id").arg("-u").answer().as_deref() == Some("0")
}
