//! What `.gitignore` files and `.git/info/exclude` leave out.

use super::wildmatch;
use crate::{Repo, Result};
use std::sync::Arc;
use vfs::{Vfs, join};

/// One line of such a file.
#[derive(Debug, Clone)]
struct Pattern {
    glob: String,
    /// As it stands in its file, and in which line.
    text: String,
    line: usize,
    /// `!`: takes in again what an earlier line left out.
    negated: bool,
    folders_only: bool,
    /// It has a slash, so it counts from the file's folder, not at every depth.
    anchored: bool,
}

impl Pattern {
    fn parse(number: usize, line: &str) -> Option<Self> {
        let text = line.to_string();
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
        (!glob.is_empty()).then_some(Self { glob, text, line: number, negated, folders_only, anchored })
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
    /// The file, as people name it.
    file: String,
    patterns: Arc<Vec<Pattern>>,
}

/// A pattern that decides about a path, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deciding {
    pub file: String,
    pub line: usize,
    pub pattern: String,
    pub negated: bool,
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

/// A file's patterns; `None` where there is none.
fn read(files: &Vfs, path: &str) -> Option<Arc<Vec<Pattern>>> {
    files.read_as(path, |bytes| parse(&String::from_utf8_lossy(bytes))).ok()
}

fn parse(text: &str) -> Vec<Pattern> {
    (1..).zip(text.lines()).filter_map(|(number, line)| Pattern::parse(number, line)).collect()
}

impl Ignores {
    /// Those that count everywhere: the user's own (`core.excludesFile`, by its path) and the repository's.
    pub fn base(repo: &Repo, files: &Vfs, user: &str) -> Self {
        let level = |file: &str, path: &str| {
            let patterns = read(files, path)?;
            Some(Level { folder: String::new(), file: file.into(), patterns })
        };
        let own = repo.file("info/exclude");
        let both = [level("core.excludesFile", user), level(".git/info/exclude", &own)];
        Self { levels: both.into_iter().flatten().collect(), ..Self::default() }
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
        if !self.closed
            && let Some(patterns) = read(files, &path)
        {
            let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            let file = format!("{folder}.gitignore");
            deeper.levels.push(Level { folder, file, patterns });
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

    /// The pattern that decides about a path, or about a folder above it.
    pub fn deciding(&self, repo: &Repo, files: &Vfs, path: &str) -> Result<Option<Deciding>> {
        let mut ignores = self.enter(repo, files, "")?;
        let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        let mut found = None;
        for depth in 1..=parts.len() {
            let part = parts[..depth].join("/");
            let is_folder = depth < parts.len() || path.ends_with('/') || files.is_dir(&repo.work_path(&part)?);
            let one = ignores.levels.iter().rev().find_map(|level| {
                let below = part.strip_prefix(&level.folder)?;
                let last = level.patterns.iter().rev().find(|pattern| pattern.matches(below, is_folder))?;
                let (file, pattern) = (level.file.clone(), last.text.clone());
                Some(Deciding { file, line: last.line, pattern, negated: last.negated })
            });
            if one.is_some() {
                found = one;
            }
            if found.as_ref().is_some_and(|found| !found.negated) {
                return Ok(found);
            }
            if depth < parts.len() {
                ignores = ignores.enter(repo, files, &part)?;
            }
        }
        Ok(found)
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
