//! The Files panel.

use git::Repo;
use order::OrdMap;
use screen::{FileView, Files, TreeItem};
use vfs::{Kind, Vfs};
use world::{MachineId, World};

const ITEMS_MAX: usize = 800;
const TEXT_BYTES_MAX: u64 = 512 * 1024;

/// The workstation's home as a tree.
#[inline(never)]
pub fn files(world: &World) -> Files {
    let Some(machine) = world.machine(&MachineId::workstation()) else { return Files::default() };
    let root = machine.home().to_string();
    let status = statuses(&machine.files, &root);
    let base_depth = root.matches('/').count();
    let enter = &mut |path: &str| vfs::base_name(path) != ".git";
    let found = machine.files.walk(&root, enter).unwrap_or_default();
    let shown = found.iter().filter(|(path, _)| vfs::base_name(path) != ".git");
    let items: Vec<TreeItem> = shown
        .clone()
        .take(ITEMS_MAX)
        .map(|(path, stat)| TreeItem {
            name: vfs::base_name(path).to_string(),
            level: u32::try_from(path.matches('/').count() - base_depth).unwrap_or(1),
            folder: stat.kind == Kind::Dir,
            status: status.get(path).cloned().unwrap_or_default(),
            path: path.clone(),
        })
        .collect();
    Files { cut: shown.count() > items.len(), root, items }
}

/// Git's letter for each changed file of every repository in the home folder.
#[inline(never)]
fn statuses(files: &Vfs, home: &str) -> OrdMap<String, String> {
    let mut all = OrdMap::new();
    for path in crate::repositories(files, home) {
        let Some(repo) = Repo::at(files, &path) else { continue };
        let Some(differing) = crate::git_trees::differing(&repo, files) else { continue };
        for change in differing.staged.iter().chain(&differing.unstaged) {
            all.insert(vfs::join(&path, &change.path), change.kind.letter().to_string());
        }
        for file in differing.untracked {
            all.insert(vfs::join(&path, &file), "?".into());
        }
    }
    all
}

/// An open file; `None` where it is gone. One that an editor is to make is empty.
#[inline(never)]
pub fn file(world: &World, path: &str) -> Option<FileView> {
    let files = &world.machine(&MachineId::workstation())?.files;
    if !files.exists(path) && world.terminals().any(|(_, t)| t.editing.as_ref().is_some_and(|open| open.path == path)) {
        return Some(FileView {
            path: path.into(),
            text: String::new(),
            read_only: None,
            diagnostics: Vec::new(),
            conflict: None,
        });
    }
    let stat = files.stat(path).ok().filter(|stat| stat.kind == Kind::File)?;
    let bytes = files.read(path).ok()?;
    let text = std::str::from_utf8(&bytes).ok().filter(|text| !text.contains('\0'));
    let read_only = match text {
        None => Some("This is a binary file.".to_string()),
        Some(_) if stat.size > TEXT_BYTES_MAX => Some("This file is too large to edit here.".to_string()),
        Some(_) => None,
    };
    let text = if read_only.is_none() { text.unwrap_or_default().to_string() } else { String::new() };
    let diagnostics = crate::diagnose(world, path, &text);
    let conflict = crate::conflict::conflict(files, path);
    Some(FileView { path: path.into(), text, read_only, diagnostics, conflict })
}
