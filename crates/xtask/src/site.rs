//! `cargo xtask build`: the static site in `dist/`, for any host and any sub-path. Built beside and moved into
//! place as a whole, so that a failed build leaves the last good one.

use crate::engine::{self, Optimise};
use crate::files;
use crate::flags::Flags;
use crate::html::{Parts, Shell};
use crate::process::{self, Program, say};
use crate::{editor, lessons, origins, prerender, setup, split, unlike};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};

/// What the build reads; a change to any of it makes `dist/` stale.
const SOURCES: [&str; 11] = [
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "crates",
    "e2e/package-lock.json",
    "editor",
    "index.html",
    "interview",
    "lessons",
    "src",
    "static",
];

/// How to build.
#[derive(Debug)]
pub struct Options {
    /// Where the site will lie on its host; only the page for unknown addresses needs to know.
    pub base: String,
    pub optimise: Optimise,
    /// Earlier workers, to be published beside the new one.
    pub keep_engines: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { base: "/".to_owned(), optimise: Optimise::Yes, keep_engines: None }
    }
}

pub fn run(mut flags: Flags) -> Result<()> {
    let mut options = Options::default();
    if let Some(base) = flags.value("--base")? {
        options.base = format!("/{}/", base.trim_matches('/')).replace("//", "/");
    }
    if flags.has("--skip-opt") {
        options.optimise = Optimise::No;
    }
    options.keep_engines = flags.value("--keep-engines")?.map(PathBuf::from);
    flags.done()?;
    build(&options)
}

/// Where the site is built to.
pub fn dist() -> PathBuf {
    process::root().join("dist")
}

/// Builds when `dist/` is missing or older than its sources.
pub fn build_if_needed() -> Result<()> {
    let built = [dist().join("engine/current.json")];
    let sources: Vec<PathBuf> = SOURCES.iter().map(|name| process::root().join(name)).collect();
    let sources: Vec<PathBuf> = sources.into_iter().filter(|path| path.exists()).collect();
    if built[0].is_file() && files::newest(&built)? > files::newest(&sources)? {
        say("dist/ is up to date");
        return Ok(());
    }
    build(&Options::default())
}

pub fn build(options: &Options) -> Result<()> {
    setup::for_build()?;
    let root = process::root();
    let work = root.join("build");
    let new = work.join("dist");
    files::remove_tree(&new)?;
    ensure!(root.join("index.html").is_file(), "there is no index.html: the page cannot be built");
    Program::cargo("fetch").arg("--quiet").run()?;
    let engine = engine::build(&new, options.optimise)?;
    if let Some(earlier) = &options.keep_engines {
        keep(earlier, &new.join("engine"))?;
    }
    let shell = page(&work.join("page"), &new, options.optimise)?;
    routes(&root, &new, &shell, engine, options)?;
    let foreign = origins::check(&new)?;
    ensure!(foreign.failed == 0, "{} built files name another origin", foreign.failed);
    files::remove_tree(&dist())?;
    std::fs::rename(&new, dist()).context("moving build/dist to dist")?;
    say("built dist/");
    Ok(())
}

/// Brings the workers of earlier builds along; the current one stays as it is.
fn keep(earlier: &Path, engines: &Path) -> Result<()> {
    for file in files::walk(earlier)? {
        let name = files::relative(earlier, &file);
        let place = engines.join(&name);
        if name.contains('/') && !place.exists() {
            files::write(&place, files::read(&file)?)?;
        }
    }
    Ok(())
}

/// Builds the page by Trunk into `folder`, moves its files to `new`, and gives its HTML to make routes from.
fn page(folder: &Path, new: &Path, optimise: Optimise) -> Result<Shell> {
    files::remove_tree(folder)?;
    Program::new("trunk")
        .args(["build", "--release", "--offline", "--skip-version-check", "--public-url", "./", "--dist"])
        .arg(folder)
        .env(engine::RUSTFLAGS, engine::rustflags())
        // Trunk 0.21 wants a word here, where everybody else sets a number.
        .without_env("NO_COLOR")
        .run()?;
    let html = folder.join("index.html");
    let shell = Shell::from_trunk(&files::read_text(&html)?)?;
    std::fs::remove_file(&html).context("removing Trunk's index.html")?;
    let wasm = folder.join(&shell.wasm);
    if optimise == Optimise::Yes {
        engine::shrink(&wasm, engine::TURNED)?;
        files::write(&wasm, split::arranged(&files::read(&wasm)?)?)?;
    }
    editor::minify(&folder.join(&shell.js))?;
    for sheet in files::walk(folder)?.iter().filter(|file| file.extension().is_some_and(|end| end == "css")) {
        editor::minify_style(sheet)?;
    }
    files::copy_tree(folder, new)?;
    Ok(shell)
}

/// One `index.html` a route, and what belongs beside them.
fn routes(root: &Path, new: &Path, shell: &Shell, engine: String, options: &Options) -> Result<()> {
    let tracks = lessons::compile_all(root, new)?;
    let differences = unlike::gather(root)?;
    let boot = shell.boot(&editor::build(new)?, files::read(&new.join(&shell.wasm))?.len());
    let parts = Parts { boot: format!("boot-{}.js", files::short_hash([boot.as_bytes()])), engine };
    files::write(&new.join(&parts.boot), &boot)?;
    editor::minify(&new.join(&parts.boot))?;
    let pages = prerender::pages(&tracks, &differences);
    for page in &pages {
        files::write(&new.join(&page.path).join("index.html"), shell.page(&parts, page)?)?;
    }
    let differences = serde_json::to_string(&differences).context("writing unlike.json")?;
    files::write(&new.join("unlike.json"), differences)?;
    files::write(&new.join("404.html"), prerender::not_found(&options.base))?;
    files::write(&new.join(".nojekyll"), "")?;
    say(format_args!("{} routes", pages.len()));
    Ok(())
}
