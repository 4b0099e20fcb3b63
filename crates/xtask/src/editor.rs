//! What esbuild does: scripts and style sheets made smaller, and the editor of the Files panel, `editor/` and CodeMirror
//! bundled into one module, named by its content. The page loads it when a file is first shown.

use crate::files;
use crate::process::{self, Program, say};
use anyhow::Result;
use std::path::Path;

/// The licence of what is bundled wants to stand in every copy.
const BANNER: &str = "/* CodeMirror and Lezer, (c) Marijn Haverbeke and others, MIT: see NOTICE */";

/// Builds into `dist/editor/` and gives the module's path in `dist`.
pub fn build(dist: &Path) -> Result<String> {
    let root = process::root();
    let bundle = root.join("build/editor.js");
    Program::new("esbuild")
        .args(["editor/main.js", "--bundle", "--minify", "--format=esm", "--target=es2022"])
        .args(["--legal-comments=none", "--log-level=warning"])
        .arg(format!("--banner:js={BANNER}"))
        .arg(format!("--outfile={}", bundle.display()))
        // Its packages are installed with those of the journeys.
        .env("NODE_PATH", root.join("e2e/node_modules"))
        .run()?;
    let script = files::read(&bundle)?;
    let name = format!("editor/editor-{}.js", files::short_hash([script.as_slice()]));
    files::write(&dist.join(&name), &script)?;
    say(format_args!("{name}: {} kB raw", script.len() / 1000));
    Ok(name)
}

/// Makes a module of our own or of wasm-bindgen's smaller, in place: names of what it exports stay.
pub fn minify(script: &Path) -> Result<()> {
    Program::new("esbuild")
        .arg(script)
        .args(["--minify", "--format=esm", "--target=es2022", "--log-level=warning", "--allow-overwrite"])
        .arg(format!("--outfile={}", script.display()))
        .run()
}

/// Makes a style sheet smaller, in place.
pub fn minify_style(sheet: &Path) -> Result<()> {
    Program::new("esbuild")
        .arg(sheet)
        .args(["--minify", "--target=es2022", "--log-level=warning", "--allow-overwrite"])
        .arg(format!("--outfile={}", sheet.display()))
        .run()
}

/// Makes one small module of a script and what it imports.
pub fn bundle(entry: &Path, to: &Path) -> Result<()> {
    Program::new("esbuild")
        .arg(entry)
        .args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"])
        .arg(format!("--outfile={}", to.display()))
        .run()
}
