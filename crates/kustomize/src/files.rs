//! Where files come from, and which of them a build may read: those in or below its own folder.

use crate::failure::{Done, Failure, failed};

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    File(Vec<u8>),
    Folder,
    Nothing,
}

/// A file system, by absolute paths without `.` and `..`.
pub trait Files {
    fn look(&self, path: &str) -> Found;
}

/// The names that Kustomize looks for.
pub const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// `path` from `root`, cleaned.
pub(crate) fn joined(root: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let all = if path.starts_with('/') { "" } else { root };
    for part in all.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    ["/", &parts.join("/")].concat()
}

/// A relative path, cleaned as Go's `filepath.Join` does: `..` in front stays.
pub(crate) fn joined_relative(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether `path` is `folder` or below it.
fn inside(path: &str, folder: &str) -> bool {
    folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What Kustomize says of a path that is not there. Its first missing part is named.
fn missing(files: &dyn Files, path: &str) -> Failure {
    let mut upto = String::new();
    let mut reason = "no such file or directory";
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let below_file = matches!(files.look(if upto.is_empty() { "/" } else { &upto }), Found::File(_));
        upto.push('/');
        upto.push_str(part);
        if below_file {
            reason = "not a directory";
            break;
        }
        if files.look(&upto) == Found::Nothing {
            break;
        }
    }
    Failure(["evalsymlink failure on '", path, "' : lstat ", &upto, ": ", reason].concat())
}

/// Reads for one folder.
#[derive(Clone)]
pub(crate) struct Loader<'f> {
    pub files: &'f dyn Files,
    pub root: String,
    /// The folders that led here: none of them may be entered again.
    above: Vec<String>,
}

impl<'f> Loader<'f> {
    pub fn at(files: &'f dyn Files, folder: &str) -> Done<Self> {
        let root = confirmed(files, &joined("/", folder))?;
        Ok(Self { files, root, above: Vec::new() })
    }

    /// A loader for another folder.
    pub fn enter(&self, path: &str) -> Done<Self> {
        if path.is_empty() {
            return failed(&["new root cannot be empty"]);
        }
        if path.starts_with('/') {
            return failed(&["new root '", path, "' cannot be absolute"]);
        }
        let root = confirmed(self.files, &joined(&self.root, path))?;
        for visited in std::iter::once(&self.root).chain(self.above.iter().rev()) {
            if inside(visited, &root) {
                let sentence = ["cycle detected: candidate root '", &root, "' contains visited root '", visited, "'"];
                return failed(&sentence);
            }
        }
        let mut above = self.above.clone();
        above.push(self.root.clone());
        Ok(Self { files: self.files, root, above })
    }

    pub fn load(&self, path: &str) -> Done<Vec<u8>> {
        let full = joined(&self.root, path);
        match self.files.look(&full) {
            Found::Nothing => Err(missing(self.files, &full)),
            Found::Folder => failed(&["'", &full, "' must resolve to a file"]),
            Found::File(_) if !inside(&full, &self.root) => {
                failed(&["security; file '", &full, "' is not in or below '", &self.root, "'"])
            }
            Found::File(bytes) => Ok(bytes),
        }
    }

    pub fn load_text(&self, path: &str) -> Done<String> {
        Ok(String::from_utf8_lossy(&self.load(path)?).into_owned())
    }
}

fn confirmed(files: &dyn Files, path: &str) -> Done<String> {
    match files.look(path) {
        Found::Folder => Ok(path.to_string()),
        Found::File(_) => failed(&["must build at directory: '", path, "': file is not directory"]),
        Found::Nothing => Err(missing(files, path).within("must build at directory: not a valid directory")),
    }
}

/// Whether a path leads out of the machine.
// Unlike kustomize: nothing is fetched; a URL or a Git repository is refused before it is asked.
pub(crate) fn remote(path: &str) -> bool {
    let scheme = ["https://", "http://", "ssh://", "git::", "file://", "git@"];
    scheme.iter().any(|start| path.starts_with(start))
        || ["github.com/", "gitlab.com/"].iter().any(|host| path.starts_with(host))
}
