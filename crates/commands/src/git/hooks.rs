//! Hooks: scripts in `.git/hooks` (or `core.hooksPath`) that Git runs at certain moments.

// Unlike git: picks that open no editor run no commit hooks.

use super::cli::Git;
use super::process::Child;
use git::Repo;

/// A hook as a child to run; `None` where there is none that can be run.
pub(crate) fn hook(g: &mut Git<'_, '_>, repo: &Repo, name: &str, args: &[String]) -> Option<Child> {
    let folder = match g.settings().get("core.hookspath") {
        Some(path) => vfs::join(repo.work_tree.as_deref().unwrap_or(&repo.git_dir), &path),
        None => repo.file("hooks"),
    };
    let path = format!("{folder}/{name}");
    let stat = g.files().stat(&path).ok().filter(|stat| stat.kind == vfs::Kind::File)?;
    if stat.mode & 0o111 == 0 {
        if g.advises("ignoredHook") {
            g.hint(&format!(
                "The '{}' hook was ignored because it's not set as executable.\nYou can disable this warning with `git config advice.ignoredHook false`.",
                shown(repo, &path)
            ));
        }
        return None;
    }
    let argv = ["bash".to_string(), path].into_iter().chain(args.iter().cloned()).collect();
    Some(Child {
        argv,
        folder: Some(repo.work_tree.clone().unwrap_or_else(|| repo.git_dir.clone())),
        out_to_err: true,
        ..Child::default()
    })
}

/// `.git/hooks/pre-commit`, as it lies below the work tree.
fn shown(repo: &Repo, path: &str) -> String {
    match &repo.work_tree {
        Some(top) => path.strip_prefix(&format!("{top}/")).unwrap_or(path).to_string(),
        None => path.to_string(),
    }
}
