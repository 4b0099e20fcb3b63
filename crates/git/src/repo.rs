//! Where a repository lies: making one, and finding the one a folder belongs to.

use crate::config::Config;
use crate::error::at;
use crate::{GitError, Result, When};
use vfs::{Vfs, join, parent};

/// A repository by its folders; all its state is in the files there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repo {
    pub git_dir: String,
    /// `None` for a bare repository.
    pub work_tree: Option<String>,
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
        let repo = Self { git_dir: git_dir.clone(), work_tree: (!bare).then(|| join("/", folder)) };
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

    fn looks_like(files: &Vfs, git_dir: &str) -> bool {
        files.exists(&format!("{git_dir}/HEAD"))
            && files.is_dir(&format!("{git_dir}/objects"))
            && files.is_dir(&format!("{git_dir}/refs"))
    }

    /// The repository that a folder belongs to: its own or that of the nearest folder above.
    pub fn discover(files: &Vfs, folder: &str) -> Result<Self> {
        let mut here = join("/", folder);
        loop {
            if let Some(repo) = Self::at(files, &here) {
                return Ok(repo);
            }
            if here == "/" {
                return Err(GitError::NotARepository);
            }
            here = parent(&here).to_string();
        }
    }

    /// The repository in exactly this folder: with a `.git`, or bare.
    pub fn at(files: &Vfs, folder: &str) -> Option<Self> {
        let folder = join("/", folder);
        let dot_git = join(&folder, ".git");
        if Self::looks_like(files, &dot_git) {
            return Some(Self { git_dir: dot_git, work_tree: Some(folder) });
        }
        if let Ok(text) = files.read_text(&dot_git)
            && let Some(path) = text.strip_prefix("gitdir:")
        {
            let git_dir = join(&folder, path.trim());
            return Self::looks_like(files, &git_dir).then_some(Self { git_dir, work_tree: Some(folder) });
        }
        // In `.git` itself there is no work tree either, and commands that need one refuse.
        Self::looks_like(files, &folder).then_some(Self { git_dir: folder, work_tree: None })
    }

    /// Opens what a remote's URL path names: the folder itself, with `.git` added to its name, or the `.git` in it.
    pub fn open(files: &Vfs, path: &str) -> Option<Self> {
        Self::at(files, path).or_else(|| Self::at(files, &format!("{}.git", path.trim_end_matches('/'))))
    }

    pub fn is_bare(&self) -> bool {
        self.work_tree.is_none()
    }

    pub fn work_tree(&self) -> Result<&str> {
        self.work_tree.as_deref().ok_or(GitError::NoWorkTree)
    }

    /// A file below the work tree by its path there.
    pub fn work_path(&self, path: &str) -> Result<String> {
        Ok(join(self.work_tree()?, path))
    }

    pub(crate) fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.git_dir)
    }

    /// A small text file of the repository, such as `MERGE_MSG`.
    pub fn read_state(&self, files: &Vfs, name: &str) -> Option<String> {
        files.read_text(&self.file(name)).ok()
    }

    pub fn write_state(&self, files: &mut Vfs, name: &str, text: &str, when: When) -> Result<()> {
        let path = self.file(name);
        files.make_dir_all(parent(&path), when.micros()).map_err(at(&path))?;
        files.write(&path, text.as_bytes().to_vec(), when.micros()).map_err(at(&path))
    }

    pub fn remove_state(&self, files: &mut Vfs, name: &str, when: When) {
        // Absent already is as good.
        files.remove_all(&self.file(name), when.micros()).ok();
    }

    /// The repository's own configuration, without the user's.
    pub fn config(&self, files: &Vfs) -> Config {
        Config::parse(&self.read_state(files, "config").unwrap_or_default())
    }
}
