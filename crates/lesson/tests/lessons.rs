//! Every lesson in the repository compiles without a diagnostic.
#![cfg(feature = "compile")]

use lesson::compile::{Folder, course, lesson, track};
use std::fs;
use std::path::{Path, PathBuf};

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(path).expect("the lessons are there").map(|entry| entry.expect("the lessons are there").path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Every text below a folder, by its path relative to `root`.
fn read(root: &Path, folder: &Path, texts: &mut Folder) {
    for entry in fs::read_dir(folder).expect("the lessons are there") {
        let path = entry.expect("the lessons are there").path();
        if path.is_dir() {
            read(root, &path, texts);
        } else {
            let name = path.strip_prefix(root).expect("the lessons are there").to_string_lossy().replace('\\', "/");
            texts.insert(name, fs::read_to_string(&path).expect("the lessons are there"));
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().expect("the lessons are there").to_string_lossy().into_owned()
}

#[test]
fn every_lesson_compiles_without_a_diagnostic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lessons");
    let mut pages = Vec::new();
    let mut messages = Vec::new();
    for track_folder in folders(&root) {
        let (_, found) = track(
            &name(&track_folder),
            &fs::read_to_string(track_folder.join("track.yaml")).expect("the lessons are there"),
        );
        messages.extend(found.iter().map(ToString::to_string));
        for folder in folders(&track_folder) {
            let mut texts = Folder::new();
            read(&folder, &folder, &mut texts);
            let compiled = lesson(&name(&track_folder), &name(&folder), &texts);
            messages.extend(compiled.diagnostics.iter().map(|found| format!("{}/{found}", name(&folder))));
            pages.extend(compiled.lesson.map(|lesson| lesson.page));
        }
    }
    messages.extend(course(&pages.iter().collect::<Vec<_>>()).iter().map(ToString::to_string));
    assert!(messages.is_empty(), "{}", messages.join("\n"));
    assert!(!pages.is_empty(), "no lesson was compiled");
}
