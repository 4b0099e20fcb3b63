//! `git apply`: the results on the index and the work tree.

use super::apply::{Onto, Results};
use super::cli::{Git, Stop};
use git::{Index, IndexEntry, Kind, Mode, Repo};

/// Brings the results to the index and the work tree.
pub(crate) fn write(g: &mut Git<'_, '_>, repo: &Repo, results: &Results, onto: Onto) -> Result<(), Stop> {
    let when = g.when();
    let mut index = if onto.index { repo.read_index(g.files())? } else { Index::default() };
    for (path, result) in results {
        let full = repo.work_path(path)?;
        let micros = g.cx.micros();
        let files = g.cx.files_mut();
        if onto.work {
            files.remove_file(&full, micros).ok();
        }
        let Some((mode, bytes)) = result else {
            if onto.work {
                let top = repo.work_tree()?.to_string();
                let mut folder = vfs::parent(&full).to_string();
                while folder.len() > top.len()
                    && folder != g.cwd
                    && g.cx.files_mut().remove_dir(&folder, micros).is_ok()
                {
                    folder = vfs::parent(&folder).to_string();
                }
            }
            index.remove(path);
            continue;
        };
        if onto.work {
            let wrong = |why: vfs::VfsError| git::GitError::fatal(format!("unable to write file '{path}': {why}"));
            files.make_dir_all(vfs::parent(&full), micros).map_err(wrong)?;
            if *mode == Mode::SYMLINK {
                files.make_symlink(&String::from_utf8_lossy(bytes), &full, micros).map_err(wrong)?;
            } else {
                let bytes = repo.to_work(files, path, bytes.clone());
                files.write(&full, bytes, micros).map_err(wrong)?;
                let bits = if *mode == Mode::EXECUTABLE { 0o755 } else { 0o644 };
                files.set_mode(&full, bits).map_err(wrong)?;
            }
        }
        if onto.index {
            let id = repo.write_object(g.cx.files_mut(), Kind::Blob, bytes, when)?;
            let entry = match g.files().lstat(&full) {
                Ok(stat) if onto.work => IndexEntry::of_file(&stat, id),
                _ => IndexEntry::new(*mode, id),
            };
            index.put(path, entry);
        }
    }
    if onto.index {
        repo.write_index(g.cx.files_mut(), &index, when)?;
    }
    Ok(())
}
