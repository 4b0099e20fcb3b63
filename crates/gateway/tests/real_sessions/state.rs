//! What a session leaves on disk: files byte for byte, and every repository as real Git reads it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// What is asked of a repository. Real Git notes the empty tree in its index without writing it, and misses it then.
/// Dangling objects may differ: a merge that is given up leaves them.
const ASKED: &str = "
git for-each-ref --format='%(refname) %(objectname) %(symref)'
cat \"$(git rev-parse --git-dir)/HEAD\"
git config --list --local
git ls-files --stage
[ \"$(git rev-parse --is-bare-repository)\" = true ] || git status --porcelain
cd \"$(git rev-parse --git-dir)\"
for file in MERGE_HEAD MERGE_MSG REVERT_HEAD CHERRY_PICK_HEAD; do [ ! -f $file ] || { echo \"$file:\"; cat $file; }; done
git log -g --all --format='%gd %H %gs'
git fsck --strict --no-dangling 2>&1 | grep -v 'missing tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904'
";

/// Every file by its path below `root`, and of every repository what Git says. The path of the folder above is written `above`.
pub fn state_of(root: &Path, above: &str) -> BTreeMap<String, String> {
    let mut state = BTreeMap::new();
    gather(root, root, above, &mut state);
    state
}

fn gather(root: &Path, folder: &Path, above: &str, state: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let kind = entry.file_type().expect("an entry has a kind");
        if kind.is_symlink() {
            let target = std::fs::read_link(&path).unwrap_or_default();
            state.insert(name, format!("link to {}", target.display()));
        } else if kind.is_dir() {
            let bare = path.join("objects").is_dir() && path.join("HEAD").is_file();
            if bare {
                state.insert(format!("{name} (repository)"), asked(&path, root, above));
            } else {
                state.insert(format!("{name}/"), String::new());
                gather(root, &path, above, state);
            }
        } else {
            let bytes = std::fs::read(&path).unwrap_or_default();
            let outside = root.parent().unwrap_or(root).display().to_string();
            let text = String::from_utf8_lossy(&bytes).replace(&outside, above);
            state.insert(name, format!("{} {text}", mode(&path)));
        }
    }
}

/// `.git` lies in its working tree, which is where Git is asked.
fn asked(repository: &Path, root: &Path, above: &str) -> String {
    let inside = repository.file_name().is_some_and(|name| name == ".git");
    let folder = if inside { repository.parent().unwrap_or(repository) } else { repository };
    let output = Command::new("bash")
        .args(["-c", ASKED])
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::null())
        .output()
        .expect("bash ran before");
    let text = [output.stdout, output.stderr].concat();
    let path = root.parent().unwrap_or(root).display().to_string();
    String::from_utf8_lossy(&text).replace(&path, above)
}

#[cfg(unix)]
fn mode(path: &Path) -> &'static str {
    use std::os::unix::fs::PermissionsExt;
    let executable = path.metadata().is_ok_and(|data| data.permissions().mode() & 0o100 != 0);
    if executable { "executable" } else { "file" }
}

#[cfg(not(unix))]
fn mode(_: &Path) -> &'static str {
    "file"
}
