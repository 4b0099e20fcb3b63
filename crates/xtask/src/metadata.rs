//! The workspace as cargo sees it: packages, their dependencies and programs, and where builds go.

use crate::process::{self, Program};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::PathBuf;

#[derive(Debug, Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
    pub target_directory: PathBuf,
}

#[derive(Debug, Deserialize)]
pub struct Package {
    pub name: String,
    pub manifest_path: PathBuf,
    pub dependencies: Vec<Dependency>,
    pub targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
pub struct Dependency {
    pub name: String,
    /// Nothing for a plain dependency, else `dev` or `build`.
    pub kind: Option<String>,
    /// Only our own crates have one.
    pub path: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
pub struct Target {
    pub name: String,
    pub kind: Vec<String>,
}

/// Asks cargo; reads the manifests only, no network.
pub fn load() -> Result<Metadata> {
    let text = Program::cargo("metadata").args(["--no-deps", "--format-version", "1"]).read()?;
    serde_json::from_str(&text).context("reading what `cargo metadata` printed")
}

impl Metadata {
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }
}

impl Package {
    /// The page is the package at the root of the repository.
    pub fn is_page(&self) -> bool {
        self.manifest_path == process::root().join("Cargo.toml")
    }

    pub fn has_binary(&self, name: &str) -> bool {
        self.targets.iter().any(|target| target.name == name && target.kind.iter().any(|kind| kind == "bin"))
    }
}
