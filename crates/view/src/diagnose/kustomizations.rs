//! Kustomization files, and the patches that they name.

use super::{Overlay, at, line_naming};
use kustomize::{FILE_NAMES, Files, Found};
use manifest::Value;
use screen::Diagnostic;
use vfs::Vfs;

impl Files for Overlay<'_> {
    fn look(&self, path: &str) -> Found {
        if self.files.is_dir(path) {
            return Found::Folder;
        }
        self.read(path).map_or(Found::Nothing, Found::File)
    }
}

/// What a build of the folder says.
#[inline(never)]
pub(super) fn wrong(files: &Vfs, path: &str, text: &str) -> Vec<Diagnostic> {
    let folder = vfs::parent(path);
    let rendered = kustomize::render(&Overlay { files, path, text }, folder, Value::null());
    // Where a file lies is in the tree; the message is about what is wrong with it.
    let told = |message: &str| message.replace(&[folder, "/"].concat(), "");
    let warnings = rendered.warnings.iter().map(|line| (line.trim_start_matches("# Warning: "), true));
    let errors = rendered.objects.as_ref().err().map(|failure| (failure.0.as_str(), false));
    let all = warnings.chain(errors);
    all.map(|(message, warning)| at((line_naming(text, message), 1), &told(message), warning)).collect()
}

/// Whether the kustomization beside a file takes it as a patch: no whole object.
#[inline(never)]
pub(super) fn is_patch(files: &Vfs, path: &str) -> bool {
    let (folder, name) = (vfs::parent(path), vfs::base_name(path));
    let beside = FILE_NAMES.iter().find_map(|file| files.read_text(&vfs::join(folder, file)).ok());
    let Some(Ok(value)) = beside.map(|text| Value::from_yaml(&text)) else { return false };
    let is_it = |path: &str| path.trim_start_matches("./") == name;
    let texts = value.list_at("patchesStrategicMerge").iter().filter_map(Value::as_str);
    let paths = value.list_at("patches").iter().map(|patch| patch.str_at("path"));
    texts.chain(paths).any(is_it)
}
