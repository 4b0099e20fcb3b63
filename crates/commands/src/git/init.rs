//! `git init`.

use super::cli::{Answer, Git, fatal};
use super::options::{Dialect, Given, Spec, flag, only, value};
use git::Repo;
use vfs::join;

pub(crate) const SPEC: Spec = Spec {
    name: "init",
    usage: &["init [-q | --quiet] [--bare] [-b <branch-name> | --initial-branch=<branch-name>] [<directory>]"],
    options: &[&[
        only('\0', "bare", "make a repository without a work tree"),
        flag('q', "quiet", "say nothing"),
        value('b', "initial-branch", "name", "the name of the first branch"),
    ]],
    missing: &["--template", "--shared", "--separate-git-dir", "--object-format", "--ref-format"],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    if given.operands.len() > 1 {
        g.err(super::options::usage(&SPEC));
        return Ok(129);
    }
    let folder = given.operands.first().map_or(g.cwd.clone(), |folder| join(&g.cwd, folder));
    let configured = g.settings().get("init.defaultbranch");
    // Unlike git: the first branch is `main` without a hint about `init.defaultBranch`.
    let branch = given.value("initial-branch").map(str::to_string).or(configured).unwrap_or("main".into());
    if !git::branch_name_ok(&branch) {
        return fatal(format!("invalid initial branch name: '{branch}'"));
    }
    let (bare, when) = (given.has("bare"), g.when());
    let git_dir = if bare { folder.clone() } else { join(&folder, ".git") };
    let again = g.files().exists(&join(&git_dir, "HEAD"));
    if g.files().is_file(&folder) {
        return fatal(format!("cannot mkdir {folder}: File exists"));
    }
    Repo::init(g.cx.files_mut(), &folder, bare, &branch, when)?;
    if again && given.value("initial-branch").is_some() {
        g.err(format!("warning: re-init: ignored --initial-branch={branch}\n"));
    }
    if !given.has("quiet") {
        let word = if again { "Reinitialized existing" } else { "Initialized empty" };
        g.out(format!("{word} Git repository in {git_dir}/\n"));
    }
    Ok(0)
}
