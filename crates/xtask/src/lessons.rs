//! The lessons as the site shows them: `opsfest pack` compiles them, and its catalogue feeds the prerendered pages.
//!
//! It judges nothing: whether a lesson is right is proven by `opsfest verify`.

use crate::files;
use crate::process::Program;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Track {
    pub slug: String,
    pub title: String,
    pub summary: String,
    pub order: u32,
    pub lessons: Vec<Lesson>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Lesson {
    pub slug: String,
    pub title: String,
    pub minutes: u32,
    pub objective: String,
    /// The prose before the first step, as HTML.
    pub brief: String,
    /// As HTML, too.
    pub goals: Vec<String>,
}

/// Where compiled lessons lie until they are copied into the site; the proofs in it stay there.
pub fn packed(root: &Path) -> PathBuf {
    root.join("build/lessons")
}

/// Brings the lessons into the site and gives the catalogue, tracks in their order.
pub fn compile_all(root: &Path, dist: &Path) -> Result<Vec<Track>> {
    let packed = packed(root);
    files::remove_tree(&packed)?;
    Program::cargo("run").args(["--quiet", "-p", "gateway", "--bin", "opsfest", "--", "pack"]).arg(&packed).run()?;
    files::copy_tree(&packed.join("lessons"), &dist.join("lessons"))?;
    let catalogue = files::read_text(&packed.join("catalogue.json"))?;
    serde_json::from_str(&catalogue).context("the catalogue of `opsfest pack` is damaged")
}
