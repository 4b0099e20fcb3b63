//! `git rev-parse`.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe, only, value};
use git::{GitError, ObjectId, Repo};

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
        only('\0', "is-inside-git-dir", "true or false"),
        only('\0', "is-shallow-repository", "true or false"),
        only('\0', "git-common-dir", "the repository's folder"),
        only('\0', "show-cdup", "the way to the top"),
        only('\0', "show-object-format", "how ids are made"),
        value('\0', "git-path", "path", "where a file of the repository lies"),
        value('\0', "default", "arg", "where nothing is named"),
        only('\0', "symbolic", "names instead of ids"),
        only('\0', "all", "every reference"),
        only('\0', "branches", "every branch"),
        only('\0', "tags", "every tag"),
        only('\0', "remotes", "every remote branch"),
        only('\0', "not", "with ^, or without where it has one"),
        only('\0', "revs-only", "only what names revisions"),
        only('\0', "no-revs", "only what does not"),
        only('\0', "no-flags", "no options"),
        only('\0', "sq", "in the shell's quotes, on one line"),
        value('\0', "since", "date", "as --max-age="),
        value('\0', "until", "date", "as --min-age="),
    ]],
    missing: &[
        "--parseopt",
        "--sq-quote",
        "--prefix",
        "--glob",
        "--exclude",
        "--disambiguate",
        "--local-env-vars",
        "--path-format",
        "--flags",
        "--resolve-git-dir",
    ],
    dialect: Dialect::Options,
};

/// What was read before is printed, and the word itself.
fn unknown(g: &mut Git<'_, '_>, repo: &Repo, arg: &str, out: &[String]) -> Stop {
    for line in out {
        g.out([line, "\n"].concat());
    }
    let why = super::range::explain_path(g, repo, arg).err();
    if why.is_none() || arg.starts_with(':') {
        g.out([arg, "\n"].concat());
    }
    why.unwrap_or_else(|| GitError::unknown_revision(arg).into())
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let mut out = Vec::new();
    places(g, &repo, given, &mut out)?;
    let negate = given.has("not");
    references(g, &repo, given, &mut out);
    let verify = given.has("verify");
    let mut words = given.operands.clone();
    if words.is_empty() {
        words.extend(given.value("default").map(str::to_string));
    }
    if verify && words.len() != 1 {
        return if given.has("quiet") { Ok(1) } else { fatal("Needed a single revision") };
    }
    for (n, arg) in words.iter().enumerate() {
        if given.dashes_at == Some(n) && !given.has("revs-only") {
            out.push("--".into());
        }
        if given.dashes_at.is_some_and(|at| n >= at) {
            if !given.has("revs-only") {
                out.push(arg.clone());
            }
            continue;
        }
        if given.has("abbrev-ref") || given.has("symbolic-full-name") {
            out.extend(reference(g, &repo, arg, given.has("abbrev-ref"))?);
            continue;
        }
        match several(g, &repo, arg)? {
            Some(_) if given.has("no-revs") => {}
            Some(ids) if verify && ids.len() != 1 => {
                return if given.has("quiet") { Ok(1) } else { fatal("Needed a single revision") };
            }
            Some(ids) => {
                let bare = ids.len() == 1 && given.has("symbolic");
                for (mark, id) in ids {
                    let mark = if mark == negate { "" } else { "^" };
                    let hex = match given.state("short") {
                        _ if bare => arg.trim_start_matches('^').to_string(),
                        Some(true) => {
                            let length = given.value("short").and_then(|text| text.parse().ok()).unwrap_or(7);
                            repo.short_id(g.files(), &id, length)
                        }
                        _ => id.to_string(),
                    };
                    out.push(format!("{mark}{hex}"));
                }
            }
            None if verify && given.has("quiet") => return Ok(1),
            None if verify => return fatal("Needed a single revision"),
            None if given.has("revs-only") => {}
            None if g.files().lstat(&vfs::join(&g.cwd, arg)).is_ok() => out.push(arg.clone()),
            None => {
                return Err(unknown(g, &repo, arg, &out));
            }
        }
    }
    if given.dashes_at == Some(words.len()) && !given.has("revs-only") {
        out.push("--".into());
    }
    let quoted = given.has("sq");
    for line in out {
        g.out(if quoted { format!("'{line}' ") } else { format!("{line}\n") });
    }
    Ok(0)
}

/// `--all` and its like.
#[inline(never)]
fn references(g: &Git<'_, '_>, repo: &Repo, given: &Given, out: &mut Vec<String>) {
    let negate = given.has("not");
    for (option, prefix) in
        [("all", "refs/"), ("branches", "refs/heads/"), ("tags", "refs/tags/"), ("remotes", "refs/remotes/")]
    {
        for (name, id) in repo.refs(g.files(), prefix).into_iter().filter(|_| given.has(option)) {
            let text = if given.has("symbolic") { name } else { id.to_string() };
            out.push(if negate { format!("^{text}") } else { text });
        }
    }
}

/// What is asked about the repository itself.
#[inline(never)]
fn places(g: &Git<'_, '_>, repo: &Repo, given: &Given, out: &mut Vec<String>) -> Result<(), Stop> {
    let shown = repo.git_dir.strip_prefix(&format!("{}/", g.cwd)).unwrap_or(&repo.git_dir).to_string();
    for name in given.names() {
        let text = match name {
            "show-toplevel" => repo.work_tree()?.to_string(),
            "show-prefix" => {
                let prefix = g.work()?.prefix;
                if prefix.is_empty() { prefix } else { format!("{prefix}/") }
            }
            "git-dir" if repo.git_dir == g.cwd => ".".into(),
            "git-dir" => shown.clone(),
            "absolute-git-dir" => repo.git_dir.clone(),
            "is-inside-work-tree" => repo.work_tree.is_some().to_string(),
            "is-bare-repository" => repo.is_bare().to_string(),
            "is-inside-git-dir" => {
                (g.cwd == repo.git_dir || g.cwd.starts_with(&format!("{}/", repo.git_dir))).to_string()
            }
            "is-shallow-repository" => "false".into(),
            "git-common-dir" if repo.common_dir() == g.cwd => ".".into(),
            "git-common-dir" if repo.common.is_some() => repo.common_dir().to_string(),
            "git-common-dir" => shown.clone(),
            "show-cdup" => {
                let prefix = g.work()?.prefix;
                "../".repeat(if prefix.is_empty() { 0 } else { prefix.split('/').count() })
            }
            "show-object-format" => "sha1".into(),
            _ => continue,
        };
        out.push(text);
    }
    for path in given.values("git-path") {
        out.push(format!("{shown}/{path}"));
    }
    let now = g.when().secs;
    for (option, name) in [("since", "max-age"), ("until", "min-age")] {
        for text in given.values(option) {
            let secs = git::When::parse_approximate(text, now).unwrap_or(now);
            out.push(format!("--{name}={secs}"));
        }
    }
    Ok(())
}

type Marked = Vec<(bool, ObjectId)>;

/// What a word names: one id, or those of a range; the flag marks what is left out.
#[inline(never)]
fn several(g: &Git<'_, '_>, repo: &Repo, arg: &str) -> Result<Option<Marked>, Stop> {
    let files = g.files();
    let one = |text: &str| repo.try_resolve(files, if text.is_empty() { "HEAD" } else { text });
    let parents = |text: &str| -> Result<Option<(ObjectId, Vec<ObjectId>)>, Stop> {
        let Some(id) = one(text)? else { return Ok(None) };
        let Some(id) = repo.peel(files, id, git::Kind::Commit)? else { return Ok(None) };
        Ok(Some((id, repo.read_commit(files, &id)?.parents)))
    };
    if let Some((left, right)) = arg.split_once("...").filter(|_| arg != "...") {
        let (Some(a), Some(b)) = (one(left)?, one(right)?) else { return Ok(None) };
        let mut all = vec![(false, b), (false, a)];
        all.extend(repo.merge_bases(files, &a, &b)?.into_iter().map(|id| (true, id)));
        return Ok(Some(all));
    }
    if let Some((left, right)) = arg.split_once("..").filter(|_| arg != "..") {
        let (Some(a), Some(b)) = (one(left)?, one(right)?) else { return Ok(None) };
        return Ok(Some(vec![(false, b), (true, a)]));
    }
    if let Some(base) = arg.strip_suffix("^@") {
        return Ok(parents(base)?.map(|(_, all)| all.into_iter().map(|id| (false, id)).collect()));
    }
    if let Some(base) = arg.strip_suffix("^!") {
        return Ok(parents(base)?
            .map(|(id, all)| std::iter::once((false, id)).chain(all.into_iter().map(|id| (true, id))).collect()));
    }
    if let Some(base) = arg.strip_suffix("^-") {
        return Ok(parents(base)?.map(|(id, all)| {
            std::iter::once((false, id)).chain(all.into_iter().take(1).map(|id| (true, id))).collect()
        }));
    }
    let (mark, name) = arg.strip_prefix('^').map_or((false, arg), |name| (true, name));
    Ok(one(name)?.map(|id| vec![(mark, id)]))
}

/// The name of the reference that a word means; nothing for a commit that is named otherwise.
#[inline(never)]
fn reference(g: &Git<'_, '_>, repo: &Repo, arg: &str, short: bool) -> Result<Option<String>, Stop> {
    let full = match repo.symbolic_target(g.files(), if arg == "@" { "HEAD" } else { arg }) {
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
        None => Err(GitError::unknown_revision(arg).into()),
    }
}
