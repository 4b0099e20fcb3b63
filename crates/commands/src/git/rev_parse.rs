//! `git rev-parse`.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe, only};
use git::{GitError, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "rev-parse",
    usage: &["rev-parse [<options>] <arg>..."],
    options: &[&[
        only('\0', "verify", "exactly one object, or fail"),
        flag('q', "quiet", "with --verify: fail without a word"),
        maybe('\0', "short", "length", "a short id"),
        maybe('\0', "abbrev-ref", "mode", "the short name of a reference"),
        only('\0', "symbolic-full-name", "the full name of a reference"),
        only('\0', "show-toplevel", "the top of the work tree"),
        only('\0', "show-prefix", "this folder, seen from the top"),
        only('\0', "git-dir", "the repository's folder"),
        only('\0', "absolute-git-dir", "the repository's folder, in full"),
        only('\0', "is-inside-work-tree", "true or false"),
        only('\0', "is-bare-repository", "true or false"),
    ]],
    missing: &[
        "--parseopt",
        "--sq-quote",
        "--default",
        "--prefix",
        "--sq",
        "--not",
        "--symbolic",
        "--all",
        "--branches",
        "--tags",
        "--remotes",
        "--glob",
        "--exclude",
        "--disambiguate",
        "--local-env-vars",
        "--path-format",
        "--git-common-dir",
        "--is-inside-git-dir",
        "--show-cdup",
        "--show-object-format",
        "--git-path",
        "--since",
        "--until",
        "--revs-only",
        "--no-revs",
        "--flags",
        "--no-flags",
        "--resolve-git-dir",
        "--is-shallow-repository",
    ],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let mut out = Vec::new();
    if given.has("show-toplevel") {
        out.push(repo.work_tree()?.to_string());
    }
    if given.has("show-prefix") {
        let prefix = g.work()?.prefix;
        out.push(if prefix.is_empty() { prefix } else { format!("{prefix}/") });
    }
    if given.has("git-dir") {
        let here = repo.git_dir.strip_prefix(&format!("{}/", g.cwd)).unwrap_or(&repo.git_dir);
        out.push(if repo.git_dir == g.cwd { ".".into() } else { here.to_string() });
    }
    if given.has("absolute-git-dir") {
        out.push(repo.git_dir.clone());
    }
    if given.has("is-inside-work-tree") {
        out.push((repo.work_tree.is_some()).to_string());
    }
    if given.has("is-bare-repository") {
        out.push(repo.is_bare().to_string());
    }
    let verify = given.has("verify");
    if verify && given.operands.len() != 1 {
        return if given.has("quiet") { Ok(1) } else { fatal("Needed a single revision") };
    }
    for arg in &given.operands {
        if given.has("abbrev-ref") || given.has("symbolic-full-name") {
            out.extend(reference(g, &repo, arg, given.has("abbrev-ref"))?);
            continue;
        }
        let (mark, name) = arg.strip_prefix('^').map_or(("", arg.as_str()), |name| ("^", name));
        let found = repo.try_resolve(g.files(), name)?;
        match found {
            Some(id) if given.has("short") => {
                let length = given.value("short").and_then(|text| text.parse().ok()).unwrap_or(7);
                out.push(format!("{mark}{}", repo.short_id(g.files(), &id, length)));
            }
            Some(id) => out.push(format!("{mark}{id}")),
            None if verify && given.has("quiet") => return Ok(1),
            None if verify => return fatal("Needed a single revision"),
            None => {
                // What was read before is printed, and the word itself.
                for line in &out {
                    g.out(format!("{line}\n"));
                }
                super::range::explain_path(g, &repo, arg)?;
                g.out(format!("{arg}\n"));
                return Err(GitError::UnknownRevision(arg.clone()).into());
            }
        }
    }
    for line in out {
        g.out(format!("{line}\n"));
    }
    Ok(0)
}

/// The name of the reference that a word means; nothing for a commit that is named otherwise.
fn reference(g: &Git<'_, '_>, repo: &Repo, arg: &str, short: bool) -> Result<Option<String>, Stop> {
    let full = match repo.symbolic_target(g.files(), arg) {
        Some(target) => Some(target),
        None if arg.ends_with("@{u}") || arg.ends_with("@{upstream}") => {
            let branch = arg.split('@').next().unwrap_or_default();
            let current = repo.head(g.files())?.branch().unwrap_or_default().to_string();
            let branch = if branch.is_empty() { current } else { branch.to_string() };
            match repo.upstream(g.files(), &branch) {
                Some(full) => Some(full),
                None => return fatal(format!("no upstream configured for branch '{branch}'")),
            }
        }
        None => repo.full_ref_name(g.files(), arg),
    };
    match full {
        Some(full) if short => Ok(Some(git::shorten_ref(&full).to_string())),
        Some(full) => Ok(Some(full)),
        None if repo.try_resolve(g.files(), arg)?.is_some() => Ok(None),
        None => Err(GitError::UnknownRevision(arg.into()).into()),
    }
}
