//! The repository's lessons.

use lesson::CompiledLesson;
use lesson::compile::Folder;
use session::Lesson;
use std::path::{Path, PathBuf};

/// The repository's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("crates/testkit lies two folders below the root").to_path_buf()
}

/// Lesson 0 with its proofs.
pub fn compiled() -> CompiledLesson {
    compiled_from("devops", "00-ship-your-first-release")
}

/// Any lesson with its proofs, by its track and its folder there.
pub fn compiled_from(track: &str, name: &str) -> CompiledLesson {
    let folder = root().join("lessons").join(track).join(name);
    let mut texts = Folder::new();
    read_all(&folder, &folder, &mut texts);
    lesson::compile::lesson(track, name, &texts).lesson.expect("the repository's lessons compile")
}

/// Lesson 0 as a session takes it.
pub fn first_lesson() -> Lesson {
    let compiled = compiled();
    Lesson::new(compiled.plan, compiled.page)
}

fn read_all(root: &Path, folder: &Path, texts: &mut Folder) {
    for entry in std::fs::read_dir(folder).expect("the lesson's folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_all(root, &path, texts);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let name = path.strip_prefix(root).expect("it lies below").to_string_lossy().replace('\\', "/");
            texts.insert(name, text);
        }
    }
}
