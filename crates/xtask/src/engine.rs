//! The worker: the world as one wasm program in parts, in a folder named by its content, so that old links and
//! hand-ins find the build that made them.

use crate::metadata;
use crate::process::{self, Program, say};
use crate::split::{self, Parts, Places};
use crate::{editor, files};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What rustc emits for wasm32-unknown-unknown and today's engines accept. Never `--all-features`: with it,
/// `wasm-opt` emits modules that engines reject.
const WASM_FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

pub const TARGET: &str = "wasm32-unknown-unknown";

/// Whether modules go through `wasm-opt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Optimise {
    Yes,
    No,
}

/// `engine/current.json`: which worker belongs to the page beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Current {
    /// The first 12 hex digits of SHA-256 over the modules and their script.
    pub id: String,
}

/// Builds the worker in parts into `dist/engine/ID/` and gives its id.
pub fn build(dist: &Path, optimise: Optimise) -> Result<String> {
    let module = compile(&[])?;
    let whole = process::root().join("build/engine");
    files::remove_tree(&whole)?;
    bind(&module, &whole)?;
    let wasm_file = whole.join("worker_bg.wasm");
    files::write(&wasm_file, split::without_relocations(&files::read(&wasm_file)?)?)?;
    if optimise == Optimise::Yes {
        shrink(&wasm_file, NAMED)?;
    }
    let wasm = files::read(&wasm_file)?;
    let places = Places::read(&files::read(&module)?)?;
    let Parts { first, late, late_data } = split::split(&wasm, &used(&wasm, &whole)?, &places)?;
    let script = script(&whole)?;
    let modules: Vec<(&str, Vec<u8>)> = [("first", first)].into_iter().chain(late).collect();
    let id = files::short_hash(modules.iter().map(|(_, bytes)| bytes.as_slice()).chain([script.as_slice()]));
    let sizes: Vec<String> = modules.iter().map(|(name, bytes)| format!("{name} {} kB", bytes.len() / 1000)).collect();
    say(format_args!("engine {id}: {}; {} kB of late data", sizes.join(", "), late_data / 1000));
    let folder = dist.join("engine").join(&id);
    for (name, bytes) in modules {
        files::write(&folder.join(format!("{name}.wasm")), bytes)?;
    }
    files::write(&folder.join("worker.js"), script)?;
    let current = serde_json::to_string(&Current { id: id.clone() }).context("writing the engine's id")?;
    files::write(&dist.join("engine/current.json"), current)?;
    Ok(id)
}

/// The functions that a visit's first moments and lesson 0 call: measured by playing them.
fn used(wasm: &[u8], whole: &Path) -> Result<BTreeSet<u32>> {
    let work = process::root().join("build/marked");
    files::remove_tree(&work)?;
    files::write(&work.join("worker.js"), files::read(&whole.join("worker.js"))?)?;
    files::write(&work.join("worker_bg.wasm"), split::marked(wasm)?)?;
    let messages = work.join("first.messages");
    let words = ["--quiet", "-p", "gateway", "--bin", "opsfest", "--", "first"];
    Program::cargo("run").args(words).arg(&messages).run()?;
    let numbers = Program::new("node").arg("e2e/used.mjs").arg(&work).arg(&messages).read()?;
    numbers.lines().map(|line| line.parse().with_context(|| format!("e2e/used.mjs says {line:?}"))).collect()
}

/// The bindings and what links the parts, as one module.
fn script(whole: &Path) -> Result<Vec<u8>> {
    let bound = whole.join("bound.js");
    files::write(&bound, files::read(&whole.join("worker.js"))?)?;
    let entry = whole.join("parts.js");
    files::write(&entry, include_str!("site_files/worker.js"))?;
    editor::bundle(&entry, &whole.join("bundled.js"))?;
    files::read(&whole.join("bundled.js"))
}

/// Flags for the compiler, separated as cargo wants them.
pub const RUSTFLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";

/// Takes the paths of this machine out of what is built: smaller, and the same wherever it is built.
pub fn rustflags() -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let registries = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    let registries = registries.into_iter().flatten().flatten().map(|folder| folder.path());
    let places = registries.chain([process::root()]);
    let flags: Vec<String> = places.map(|place| format!("--remap-path-prefix={}/=", place.display())).collect();
    flags.join("\u{1f}")
}

/// Compiles the worker for wasm; gives the module as rustc left it, with the linker's relocations.
pub fn compile(more: &[&str]) -> Result<PathBuf> {
    let release = ["--release", "--target", TARGET, "-p", "worker"];
    let link = ["--", "-C", "link-arg=--emit-relocs"];
    Program::cargo("rustc").args(release).args(more).args(link).env(RUSTFLAGS, rustflags()).run()?;
    let target = match more.iter().position(|word| *word == "--target-dir") {
        Some(at) => process::root().join(more.get(at + 1).context("--target-dir wants a folder")?),
        None => metadata::load()?.target_directory,
    };
    Ok(target.join(TARGET).join("release/worker.wasm"))
}

/// How the worker with its checks is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Cargo's `dev`, as native tests are: quick to build, shares what they built.
    Quick,
    /// As the site's worker.
    Shipped,
}

/// Builds the worker with what only checks and benches call into `build/NAME/`; gives the folder.
pub fn with_checks(name: &str, profile: Profile) -> Result<PathBuf> {
    let (cargo_name, subfolder) = match profile {
        Profile::Quick => ("dev", "debug"),
        Profile::Shipped => ("release", "release"),
    };
    let words = ["--quiet", "--profile", cargo_name, "--target", TARGET, "-p", "worker", "--features", "checks"];
    Program::cargo("build").args(words).run()?;
    let module = metadata::load()?.target_directory.join(TARGET).join(subfolder).join("worker.wasm");
    let folder = process::root().join("build").join(name);
    files::remove_tree(&folder)?;
    bind(&module, &folder)?;
    if profile == Profile::Shipped {
        let wasm = folder.join("worker_bg.wasm");
        shrink(&wasm, &[])?;
    }
    Ok(folder)
}

fn bind(module: &Path, folder: &Path) -> Result<()> {
    Program::new("wasm-bindgen")
        .args(["--target", "web", "--no-typescript", "--out-name", "worker", "--out-dir"])
        .arg(folder)
        .arg(module)
        .run()
}

/// The largest function that goes into its only caller. Larger ones stay by themselves, so that the first part can do
/// without them: left alone, `wasm-opt` makes one function of all that a step of the world may come to.
const ONE_CALLER: [&str; 2] = ["--one-caller-inline-max-function-size", "60"];

/// Keeps the names of functions, which say what goes where and are in no part.
const NAMED: &[&str] = &["-g"];

/// Turns a module inside out first: a hundredth less, for twice the time.
pub const TURNED: &[&str] = &["--flatten", "--rereloop", "-Oz"];

/// Runs `wasm-opt` for size. The lowest addresses are the stack's last ones: nobody means them, so offsets can be
/// folded into loads.
pub fn shrink(wasm: &Path, more: &[&str]) -> Result<()> {
    let program = Program::new("wasm-opt").arg("--low-memory-unused").args(more).arg("-Oz");
    program.args(ONE_CALLER).args(WASM_FEATURES).arg(wasm).arg("-o").arg(wasm).run()
}

/// The id of the worker that belongs to the page in `dist`.
pub fn current(dist: &Path) -> Result<String> {
    let text = files::read_text(&dist.join("engine/current.json"))?;
    let current: Current = serde_json::from_str(&text).context("reading engine/current.json")?;
    Ok(current.id)
}
