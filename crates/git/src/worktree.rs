//! Work trees linked to a repository: `.git/worktrees/<id>` there, a `.git` file here.

use crate::{ObjectId, Repo};
use order::Arrange;
use vfs::{Vfs, parent};

/// One of a repository's work trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worktree {
    /// `None` for the main one.
    pub id: Option<String>,
    /// Its folder; that of the repository where it is bare.
    pub path: String,
    pub bare: bool,
    pub head: Option<ObjectId>,
    /// By its full name; `None` where HEAD is detached.
    pub branch: Option<String>,
    /// Why it is locked, perhaps `""`.
    pub locked: Option<String>,
    /// Why it can be forgotten.
    pub prunable: Option<&'static str>,
}

impl Worktree {
    /// Its repository.
    pub fn repo(&self, of: &Repo) -> Repo {
        let common = of.common_dir().to_string();
        match &self.id {
            None => Repo { git_dir: common, work_tree: (!self.bare).then(|| self.path.clone()), common: None },
            Some(id) => Repo {
                git_dir: format!("{common}/worktrees/{id}"),
                work_tree: Some(self.path.clone()),
                common: Some(common),
            },
        }
    }
}

impl Repo {
    /// The main work tree, then the linked ones by their folders.
    pub fn worktrees(&self, files: &Vfs) -> Vec<Worktree> {
        let common = self.common_dir();
        let bare = self.config(files).get_bool("core.bare") == Some(true);
        let path = if bare { common } else { parent(common) }.to_string();
        let mut all = vec![Worktree { path, bare, ..self.worktree(files, None) }];
        let mut linked: Vec<Worktree> = Vec::new();
        for id in files.names(&self.file("worktrees")).unwrap_or_default() {
            linked.push(self.worktree(files, Some(id.to_string())));
        }
        linked.arrange_by(|a, b| a.path.cmp(&b.path));
        all.extend(linked);
        all
    }

    fn worktree(&self, files: &Vfs, id: Option<String>) -> Worktree {
        let mut tree =
            Worktree { id, path: String::new(), bare: false, head: None, branch: None, locked: None, prunable: None };
        let repo = tree.repo(self);
        if tree.id.is_some() {
            let dot_git = repo.read_state(files, "gitdir");
            let dot_git = dot_git.as_deref().map(str::trim);
            tree.locked = repo.read_state(files, "locked").map(|text| text.trim().to_string());
            tree.path = dot_git.map_or(String::new(), |path| parent(path).to_string());
            tree.prunable = match dot_git {
                _ if tree.locked.is_some() => None,
                None => Some("gitdir file does not exist"),
                Some(path) if !files.exists(path) => Some("gitdir file points to non-existent location"),
                Some(_) => None,
            };
        }
        tree.branch = repo.symbolic_target(files, "HEAD");
        tree.head = repo.head(files).ok().and_then(|head| head.id());
        tree
    }

    /// The other work tree that stands on a branch.
    pub fn used_elsewhere(&self, files: &Vfs, branch: &str) -> Option<Worktree> {
        if self.common.is_none() && !files.is_dir(&self.file("worktrees")) {
            return None;
        }
        let here = |tree: &Worktree| tree.repo(self).git_dir == self.git_dir;
        self.worktrees(files)
            .into_iter()
            .find(|tree| !tree.bare && !here(tree) && tree.branch.as_deref() == Some(branch))
    }
}
