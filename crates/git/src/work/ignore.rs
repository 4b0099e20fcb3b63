//! What `.gitignore` files and `.git/info/exclude` leave out.

use super::wildmatch;
use crate::{Repo, Result};
use vfs::{Vfs, join};

/// One line of such a file.
#[derive(Debug, Clone)]
struct Pattern {
    glob: String,
    /// `!`: takes in again what an earlier line left out.
    negated: bool,
    folders_only: bool,
    /// It has a slash, so it counts from the file's folder, not at every depth.
    anchored: bool,
}

impl Pattern {
    fn parse(line: &str) -> Option<Self> {
        let mut line = line.trim_end_matches('\r');
        while line.ends_with(' ') && !line.ends_with("\\ ") {
            line = &line[..line.len() - 1];
        }
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (negated, line) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (folders_only, line) = line.strip_suffix('/').map_or((false, line), |rest| (true, rest));
        let anchored = line.contains('/');
        let glob = line.strip_prefix('/').unwrap_or(line).to_string();
        (!glob.is_empty()).then_some(Self { glob, negated, folders_only, anchored })
    }

    /// `path` is relative to the folder of the file that the pattern stands in.
    fn matches(&self, path: &str, is_folder: bool) -> bool {
        if self.folders_only && !is_folder {
            return false;
        }
        let text = if self.anchored { path } else { vfs::base_name(path) };
        wildmatch(&self.glob, text, true)
    }
}

/// The patterns of one file, with the folder they count from.
#[derive(Debug, Clone)]
struct Level {
    folder: String,
    patterns: Vec<Pattern>,
}

/// All patterns that bear on a folder, weakest first.
#[derive(Debug, Clone, Default)]
pub struct Ignores {
    levels: Vec<Level>,
    /// Patterns of a command line, stronger than those of any file.
    strong: Vec<Pattern>,
    /// No file is read.
    closed: bool,
}

fn parse(text: &str) -> Vec<Pattern> {
    text.lines().filter_map(Pattern::parse).collect()
}

impl Ignores {
    /// Those that count everywhere: the user's own (`core.excludesFile`, given as text) and the repository's.
    pub fn base(repo: &Repo, files: &Vfs, user: &str) -> Self {
        let own = repo.read_state(files, "info/exclude").unwrap_or_default();
        let level = |text: &str| Level { folder: String::new(), patterns: parse(text) };
        Self { levels: vec![level(user), level(&own)], ..Self::default() }
    }

    /// Only these patterns, and none of any file.
    pub fn only(patterns: &str) -> Self {
        Self { strong: parse(patterns), closed: true, ..Self::default() }
    }

    /// With patterns that are stronger than those of files.
    pub fn and(mut self, patterns: &str) -> Self {
        self.strong.extend(parse(patterns));
        self
    }

    /// With the `.gitignore` of one more folder, by its path in the work tree.
    pub fn enter(&self, repo: &Repo, files: &Vfs, folder: &str) -> Result<Self> {
        let mut deeper = self.clone();
        let path = join(&repo.work_path(folder)?, ".gitignore");
        if let Ok(text) = files.read_text(&path)
            && !self.closed
        {
            let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            deeper.levels.push(Level { folder, patterns: parse(&text) });
        }
        Ok(deeper)
    }

    /// Whether the last pattern that matches leaves the path out; folders above it are not looked at.
    pub fn ignores(&self, path: &str, is_folder: bool) -> bool {
        if let Some(last) = self.strong.iter().rev().find(|pattern| pattern.matches(path, is_folder)) {
            return !last.negated;
        }
        for level in self.levels.iter().rev() {
            let Some(below) = path.strip_prefix(&level.folder) else { continue };
            if let Some(last) = level.patterns.iter().rev().find(|pattern| pattern.matches(below, is_folder)) {
                return !last.negated;
            }
        }
        false
    }

    /// The path itself, or the folder above it, that is left out.
    pub fn ignored_part(&self, repo: &Repo, files: &Vfs, path: &str) -> Result<Option<String>> {
        let mut ignores = self.enter(repo, files, "")?;
        let parts: Vec<&str> = path.split('/').collect();
        for depth in 1..=parts.len() {
            let part = parts[..depth].join("/");
            let is_folder = depth < parts.len() || files.is_dir(&repo.work_path(&part)?);
            if ignores.ignores(&part, is_folder) {
                return Ok(Some(part));
            }
            if depth < parts.len() {
                ignores = ignores.enter(repo, files, &part)?;
            }
        }
        Ok(None)
    }
}
