//! Where a repository lies: making one, and finding the one a folder belongs to.

use crate::config::Config;
use crate::error::at;
use crate::{Cause, Result, When};
use vfs::{Vfs, VfsError, join, parent};

/// A repository by its folders; all its state is in the files there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repo {
    pub git_dir: String,
    /// `None` for a bare repository.
    pub work_tree: Option<String>,
    /// Of a linked work tree, the folder that all its work trees share.
    pub common: Option<String>,
}

/// Writes to a path; where its folder is missing, that is made first.
pub(crate) fn in_folder(
    files: &mut Vfs,
    path: &str,
    when: When,
    write: impl Fn(&mut Vfs) -> vfs::Result<()>,
) -> Result<()> {
    let mut done = write(files);
    if done == Err(VfsError::NotFound) {
        done = files.make_dir_all(parent(path), when.micros()).and_then(|()| write(files));
    }
    done.map_err(at(path))
}

/// What all work trees of a repository share; everything else each has for itself.
fn is_shared(name: &str) -> bool {
    let below = name.strip_prefix("logs/").unwrap_or(name);
    if let Some(rest) = below.strip_prefix("refs") {
        return !["/bisect", "/worktree", "/rewritten"].iter().any(|own| rest.starts_with(own));
    }
    let first = name.split('/').next().unwrap_or_default();
    ["objects", "packed-refs", "config", "info", "hooks", "rr-cache", "worktrees", "shallow"].contains(&first)
}

const DESCRIPTION: &str = "Unnamed repository; edit this file 'description' to name the repository.\n";

const EXCLUDE: &str = "# git ls-files --others --exclude-from=.git/info/exclude
# Lines that start with '#' are comments.
# For a project mostly in C, the following would be a good set of
# exclude patterns (uncomment them if you want to use them):
# *.[oa]
# *~
";

impl Repo {
    /// Makes a repository in a folder, which is made too. On one that exists it only adds what is missing.
    pub fn init(files: &mut Vfs, folder: &str, bare: bool, branch: &str, when: When) -> Result<Self> {
        let git_dir = if bare { join("/", folder) } else { join(folder, ".git") };
        let repo = Self { git_dir: git_dir.clone(), work_tree: (!bare).then(|| join("/", folder)), common: None };
        let mtime = when.micros();
        for sub in ["branches", "hooks", "info", "objects/info", "objects/pack", "refs/heads", "refs/tags"] {
            let path = format!("{git_dir}/{sub}");
            files.make_dir_all(&path, mtime).map_err(at(&path))?;
        }
        let config = format!(
            "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = {bare}\n{}",
            if bare { "" } else { "\tlogallrefupdates = true\n" }
        );
        let texts = [
            ("HEAD", format!("ref: refs/heads/{branch}\n")),
            ("description", DESCRIPTION.into()),
            ("info/exclude", EXCLUDE.into()),
            ("config", config),
        ];
        for (name, text) in texts {
            let path = format!("{git_dir}/{name}");
            if !files.exists(&path) {
                files.write(&path, text.into_bytes(), mtime).map_err(at(&path))?;
            }
        }
        Ok(repo)
    }

    /// A repository in this very folder, which may share another's.
    fn looks_like(files: &Vfs, git_dir: &str, work_tree: Option<String>) -> Option<Self> {
        if !files.exists(&[git_dir, "/HEAD"].concat()) {
            return None;
        }
        let common = files.read_text(&[git_dir, "/commondir"].concat()).ok().map(|path| join(git_dir, path.trim()));
        let base = common.as_deref().unwrap_or(git_dir);
        let there = files.is_dir(&[base, "/objects"].concat()) && files.is_dir(&[base, "/refs"].concat());
        there.then(|| Self { git_dir: git_dir.to_string(), work_tree, common })
    }

    /// The folder of what all work trees share.
    pub fn common_dir(&self) -> &str {
        self.common.as_deref().unwrap_or(&self.git_dir)
    }

    /// The repository that a folder belongs to: its own or that of the nearest folder above.
    pub fn discover(files: &Vfs, folder: &str) -> Result<Self> {
        let mut here = join("/", folder);
        loop {
            if let Some(repo) = Self::at(files, &here) {
                return Ok(repo);
            }
            if here == "/" {
                return Err(Cause::NotARepository.into());
            }
            here = parent(&here).to_string();
        }
    }

    /// The repository in exactly this folder: with a `.git`, or bare.
    pub fn at(files: &Vfs, folder: &str) -> Option<Self> {
        let folder = join("/", folder);
        let dot_git = join(&folder, ".git");
        if let Some(repo) = Self::looks_like(files, &dot_git, Some(folder.clone())) {
            return Some(repo);
        }
        if let Ok(text) = files.read_text(&dot_git)
            && let Some(path) = text.strip_prefix("gitdir:")
        {
            return Self::looks_like(files, &join(&folder, path.trim()), Some(folder));
        }
        // In `.git` itself there is no work tree either, and commands that need one refuse.
        Self::looks_like(files, &folder, None)
    }

    /// Opens what a remote's URL path names: the folder itself, with `.git` added to its name, or the `.git` in it.
    pub fn open(files: &Vfs, path: &str) -> Option<Self> {
        Self::at(files, path).or_else(|| Self::at(files, &format!("{}.git", path.trim_end_matches('/'))))
    }

    pub fn is_bare(&self) -> bool {
        self.work_tree.is_none()
    }

    pub fn work_tree(&self) -> Result<&str> {
        Ok(self.work_tree.as_deref().ok_or(Cause::NoWorkTree)?)
    }

    /// A file below the work tree by its path there.
    pub fn work_path(&self, path: &str) -> Result<String> {
        Ok(join(self.work_tree()?, path))
    }

    /// Where a file of the repository lies: in this work tree's own folder, or in the shared one.
    pub fn file(&self, name: &str) -> String {
        match &self.common {
            Some(common) if is_shared(name) => [common, "/", name].concat(),
            _ => [&self.git_dir, "/", name].concat(),
        }
    }

    /// A small text file of the repository, such as `MERGE_MSG`.
    pub fn read_state(&self, files: &Vfs, name: &str) -> Option<String> {
        files.read_text(&self.file(name)).ok()
    }

    pub fn write_state(&self, files: &mut Vfs, name: &str, text: &str, when: When) -> Result<()> {
        let path = self.file(name);
        in_folder(files, &path, when, |files| files.write(&path, text.as_bytes().to_vec(), when.micros()))
    }

    pub fn remove_state(&self, files: &mut Vfs, name: &str, when: When) {
        // Absent already is as good.
        files.remove_all(&self.file(name), when.micros()).ok();
    }

    /// The repository's own configuration, without the user's.
    pub fn config(&self, files: &Vfs) -> Config {
        Config::read(files, &self.file("config")).unwrap_or_default()
    }
}
