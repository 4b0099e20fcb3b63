//! Lessons from their folders on disk.

use crate::Usage;
use lesson::CompiledLesson;
use lesson::compile::Folder;
use std::path::{Path, PathBuf};

/// The lesson that visits begin with, and that random sessions are drawn in.
pub(crate) const FIRST: &str = "first-release";

/// A lesson's folder and what it compiles to, or its diagnostics.
pub(crate) struct Found {
    pub folder: PathBuf,
    pub compiled: Result<CompiledLesson, Vec<String>>,
}

/// All lessons below these paths; `lessons` where none is named.
pub(crate) fn find(paths: &[String]) -> Result<Vec<Found>, Usage> {
    let roots: Vec<PathBuf> =
        if paths.is_empty() { vec!["lessons".into()] } else { paths.iter().map(PathBuf::from).collect() };
    let mut folders = Vec::new();
    for root in roots {
        if !root.is_dir() {
            return Err(Usage(format!("{}: no such folder", root.display())));
        }
        collect(&root, &mut folders);
    }
    folders.sort();
    if folders.is_empty() {
        return Err(Usage("no lesson.md found".into()));
    }
    Ok(folders.into_iter().map(|folder| Found { compiled: compile(&folder), folder }).collect())
}

/// One lesson by its id.
pub(crate) fn by_id(id: &str) -> Result<CompiledLesson, Usage> {
    let all = find(&[])?;
    let mut wrong = Vec::new();
    for found in all {
        match found.compiled {
            Ok(lesson) if lesson.page.id == id || lesson.page.slug == id => return Ok(lesson),
            Ok(_) => {}
            Err(diagnostics) => wrong.extend(diagnostics),
        }
    }
    match wrong.first() {
        Some(first) => Err(Usage(format!("no lesson \"{id}\"; and {first}"))),
        None => Err(Usage(format!("no lesson \"{id}\""))),
    }
}

fn collect(root: &Path, folders: &mut Vec<PathBuf>) {
    if root.join("lesson.md").is_file() {
        folders.push(root.to_path_buf());
        return;
    }
    let Ok(entries) = std::fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        if entry.path().is_dir() {
            collect(&entry.path(), folders);
        }
    }
}

fn compile(folder: &Path) -> Result<CompiledLesson, Vec<String>> {
    let mut texts = Folder::new();
    read_all(folder, folder, &mut texts);
    let name = |path: Option<&Path>| path.and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
    let slug = name(Some(folder)).unwrap_or_default();
    let track = name(folder.parent()).unwrap_or_default();
    let compiled = lesson::compile::lesson(&track, &slug, &texts);
    let diagnostics: Vec<String> = compiled.diagnostics.iter().map(|d| format!("{}/{d}", folder.display())).collect();
    match compiled.lesson {
        Some(lesson) if diagnostics.is_empty() => Ok(lesson),
        _ => Err(diagnostics),
    }
}

fn read_all(root: &Path, folder: &Path, texts: &mut Folder) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_all(root, &path, texts);
        } else if let (Ok(text), Ok(relative)) = (std::fs::read_to_string(&path), path.strip_prefix(root)) {
            texts.insert(relative.to_string_lossy().replace('\\', "/"), text);
        }
    }
}
