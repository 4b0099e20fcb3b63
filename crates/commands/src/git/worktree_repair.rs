//! `git worktree repair`: a work tree and its repository find each other again after one of them was moved.

use super::cli::{Answer, Git};
use super::options::Given;
use git::Repo;
use vfs::{Vfs, base_name, join};

/// What a `.git` file says.
enum DotGit {
    NoFile,
    Broken,
    /// What it names is there, or not.
    Names(String, bool),
}

fn read(files: &Vfs, path: &str) -> DotGit {
    match files.read_text(path) {
        Err(_) if files.is_dir(path) => DotGit::NoFile,
        Err(_) => DotGit::Broken,
        Ok(text) => match text.trim().strip_prefix("gitdir: ") {
            None => DotGit::Broken,
            Some(folder) => DotGit::Names(folder.to_string(), files.is_dir(folder)),
        },
    }
}

fn repaired(g: &mut Git<'_, '_>, what: &str, at: &str, file: &str, text: &str) {
    g.err(format!("repair: {what}: {at}\n"));
    let micros = g.when().micros();
    if g.cx.files_mut().write(file, format!("{text}\n").into_bytes(), micros).is_err() {
        g.err(format!("fatal: could not open '{file}' for writing\n"));
    }
}

#[inline(never)]
pub(crate) fn repair(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let mut code = 0;
    let here = [".".to_string()];
    let paths = if given.operands.is_empty() { &here[..] } else { &given.operands };
    for path in paths {
        if let Err((at, why)) = at_path(g, repo, path) {
            g.err(format!("error: {why}: {at}\n"));
            code = 1;
        }
    }
    for tree in repo.worktrees(g.files()) {
        let Some(id) = tree.id.as_deref().filter(|_| g.files().exists(&tree.path)) else { continue };
        let own = format!("{}/worktrees/{id}", repo.common_dir());
        let dot_git = format!("{}/.git", tree.path);
        let wrong = match read(g.files(), &dot_git) {
            DotGit::NoFile => {
                g.err(format!("error: .git is not a file: {}\n", tree.path));
                code = 1;
                continue;
            }
            DotGit::Names(folder, true) if folder == own => continue,
            DotGit::Names(_, true) => ".git file incorrect",
            _ => ".git file broken",
        };
        repaired(g, wrong, &tree.path, &dot_git, &format!("gitdir: {own}"));
    }
    Ok(code)
}

/// Tells the repository where this work tree is; else where and why that cannot be.
#[inline(never)]
fn at_path(g: &mut Git<'_, '_>, repo: &Repo, path: &str) -> Result<(), (String, &'static str)> {
    let dot_git = join(&join(&g.cwd, path), ".git");
    if dot_git == repo.common_dir() {
        return Ok(());
    }
    if !g.files().exists(&dot_git) {
        return Err((path.to_string(), "not a valid path"));
    }
    let folder = match read(g.files(), &dot_git) {
        DotGit::NoFile => return Err((dot_git, "unable to locate repository; .git is not a file")),
        DotGit::Broken => return Err((dot_git, "unable to locate repository; .git file broken")),
        DotGit::Names(folder, true) => folder,
        DotGit::Names(folder, false) => {
            let own = format!("{}/worktrees/{}", repo.common_dir(), base_name(&folder));
            if !g.files().is_dir(&own) {
                return Err((dot_git, "unable to locate repository; .git file does not reference a repository"));
            }
            own
        }
    };
    let gitdir = format!("{folder}/gitdir");
    let wrong = match g.files().read_text(&gitdir) {
        Err(_) => "gitdir unreadable",
        Ok(text) if text.trim() != dot_git => "gitdir incorrect",
        Ok(_) => return Ok(()),
    };
    repaired(g, wrong, &gitdir, &gitdir, &dot_git);
    Ok(())
}
