//! `git clone`.

use super::cli::{Answer, Git, Stop, fatal};
use super::hooks_to_world::{Remote, resolve};
use super::options::{Dialect, Given, Spec, flag, usage, value};
use super::switching::flat;
use git::{Bundle, Config, Head, Index, ObjectId, RefChange, Repo};
use vfs::{Vfs, join};

pub(crate) const SPEC: Spec = Spec {
    name: "clone",
    usage: &["clone [<options>] [--] <repo> [<dir>]"],
    options: &[&[
        flag('q', "quiet", "say nothing"),
        flag('n', "no-checkout", "write no files"),
        flag('\0', "bare", "make a repository without a work tree"),
        value('o', "origin", "name", "call the remote so"),
        value('b', "branch", "branch", "go to this branch"),
        flag('\0', "single-branch", "only one branch"),
        flag('\0', "no-tags", "no tags"),
    ]],
    missing: &[
        "-v",
        "--verbose",
        "--progress",
        "--reject-shallow",
        "--mirror",
        "-l",
        "--local",
        "--no-hardlinks",
        "-s",
        "--shared",
        "--recurse-submodules",
        "--recursive",
        "-j",
        "--jobs",
        "--template",
        "--reference",
        "--reference-if-able",
        "--dissociate",
        "-u",
        "--upload-pack",
        "--depth",
        "--shallow-since",
        "--shallow-exclude",
        "--shallow-submodules",
        "--separate-git-dir",
        "--ref-format",
        "-c",
        "--config",
        "--server-option",
        "-4",
        "--ipv4",
        "-6",
        "--ipv6",
        "--filter",
        "--also-filter-submodules",
        "--remote-submodules",
        "--sparse",
        "--bundle-uri",
    ],
    dialect: Dialect::Options,
};

/// The folder that a URL suggests: `web` for `https://forge.encore/encore/web.git`.
fn folder_of(url: &str, bare: bool) -> String {
    let path = url.trim_end_matches('/').trim_end_matches("/.git");
    let name = path.rsplit(['/', ':']).next().unwrap_or(path);
    let name = name.strip_suffix(".git").unwrap_or(name);
    if bare { format!("{name}.git") } else { name.to_string() }
}

#[inline(never)]
pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let (url, folder) = match given.operands.as_slice() {
        [url] => (url.clone(), folder_of(url, given.has("bare"))),
        [url, folder] => (url.clone(), folder.clone()),
        [] => {
            g.err(format!("fatal: You must specify a repository to clone.\n\n{}", usage(&SPEC)));
            return Ok(129);
        }
        _ => {
            g.err(format!("fatal: Too many arguments.\n\n{}", usage(&SPEC)));
            return Ok(129);
        }
    };
    let local = !url.contains("://") && (url.starts_with('/') || !url.contains(':'));
    let (target, url) = (join(&g.cwd, &folder), if local { join(&g.cwd, &url) } else { url });
    let bundle = local && g.files().read(&url).is_ok_and(|bytes| Bundle::parse(&bytes).is_ok());
    if local && !bundle && Repo::open(g.files(), &url).is_none() {
        return fatal(format!("repository '{}' does not exist", given.operands[0]));
    }
    let taken = g.files().read_dir(&target).is_ok_and(|entries| !entries.is_empty()) || g.files().is_file(&target);
    if taken {
        return fatal(format!("destination path '{folder}' already exists and is not an empty directory."));
    }
    let quiet = given.has("quiet");
    if !quiet {
        let bare = if given.has("bare") { " bare repository" } else { "" };
        g.err(format!("Cloning into{bare} '{folder}'...\n"));
    }
    let remote = resolve(g, &url)?;
    let source = remote.snapshot(g);
    let repo = copy(g, given, &remote, &source, &target)?;
    if repo.head(g.files())?.id().is_none() {
        let empty = remote.repo.refs(&source, "refs/").is_empty();
        g.err(if empty {
            "warning: You appear to have cloned an empty repository.\n"
        } else {
            "warning: remote HEAD refers to nonexistent ref, unable to checkout\n"
        });
    }
    if local && !bundle && !quiet {
        g.err("done.\n");
    }
    check_out(g, given, &repo)
}

/// The branch to be on and its commit.
#[inline(never)]
fn start(given: &Given, remote: &Remote, source: &Vfs) -> Result<(String, Option<ObjectId>), Stop> {
    match given.value("branch") {
        Some(name) => match remote.repo.read_ref(source, &format!("refs/heads/{name}")) {
            Some(id) => Ok((name.to_string(), Some(id))),
            None => fatal(format!(
                "Remote branch {name} not found in upstream {}",
                given.value("origin").unwrap_or("origin")
            )),
        },
        None => match remote.repo.head(source)? {
            Head::Branch { name, id } => Ok((name.trim_start_matches("refs/heads/").to_string(), id)),
            Head::Detached(id) => Ok((String::new(), Some(id))),
        },
    }
}

/// Makes the repository with its configuration, objects and references.
#[inline(never)]
fn copy(g: &mut Git<'_, '_>, given: &Given, remote: &Remote, source: &Vfs, target: &str) -> Result<Repo, Stop> {
    let (branch, id) = start(given, remote, source)?;
    let bare = given.has("bare");
    let origin = given.value("origin").unwrap_or("origin").to_string();
    let when = g.when();
    let name = if branch.is_empty() { "main" } else { &branch };
    let repo = Repo::init(g.cx.files_mut(), target, bare, name, when)?;
    let single = given.has("single-branch");
    let mut config = Config::parse(&repo.read_state(g.files(), "config").unwrap_or_default());
    config.set(&format!("remote.{origin}.url"), &remote.url);
    if !bare {
        let which = if single { branch.as_str() } else { "*" };
        config.set(&format!("remote.{origin}.fetch"), &format!("+refs/heads/{which}:refs/remotes/{origin}/{which}"));
        if !branch.is_empty() {
            config.set(&format!("branch.{branch}.remote"), &origin);
            config.set(&format!("branch.{branch}.merge"), &format!("refs/heads/{branch}"));
        }
    }
    repo.write_state(g.cx.files_mut(), "config", config.text(), when)?;
    let who = g.logger();
    let message = format!("clone: from {}", remote.url);
    let mut tips: Vec<(String, ObjectId)> = Vec::new();
    for (full, id) in remote.repo.refs(source, "refs/") {
        let to = if bare || full.starts_with("refs/tags/") {
            full.clone()
        } else if let Some(name) = full.strip_prefix("refs/heads/") {
            format!("refs/remotes/{origin}/{name}")
        } else {
            continue;
        };
        let skipped = (full.starts_with("refs/tags/") && given.has("no-tags"))
            || (single && full.starts_with("refs/heads/") && full != format!("refs/heads/{branch}"));
        if !skipped {
            tips.push((to, id));
        }
    }
    let ids: Vec<ObjectId> = tips.iter().map(|(_, id)| *id).chain(id).collect();
    repo.fetch_objects(g.cx.files_mut(), &remote.repo, source, &ids, when)?;
    for (to, id) in &tips {
        repo.place_ref(g.cx.files_mut(), to, id, when)?;
    }
    if !bare && !branch.is_empty() && id.is_some() {
        let head_branch = remote.repo.head(source)?.branch().unwrap_or(&branch).to_string();
        let target = format!("refs/remotes/{origin}/{head_branch}");
        let name = format!("refs/remotes/{origin}/HEAD");
        repo.set_symbolic(g.cx.files_mut(), &name, &target, when)?;
        if let Some(new) = repo.read_ref(g.files(), &name) {
            repo.log_change(g.cx.files_mut(), &RefChange { name: &name, new, who: &who, message: &message })?;
        }
    }
    match id {
        Some(id) if branch.is_empty() => repo.detach_head(g.cx.files_mut(), id, &who, &message)?,
        Some(id) if !bare => {
            repo.update_ref(g.cx.files_mut(), &RefChange { name: "HEAD", new: id, who: &who, message: &message })?
        }
        _ => {}
    }
    Ok(repo)
}

#[inline(never)]
fn check_out(g: &mut Git<'_, '_>, given: &Given, repo: &Repo) -> Answer {
    let Some(head) = repo.head(g.files())?.id() else { return Ok(0) };
    if repo.is_bare() || given.has("no-checkout") {
        return Ok(0);
    }
    let when = g.when();
    let mut index = Index::default();
    for (path, (mode, id)) in flat(g, repo, Some(&head))? {
        let entry = repo.write_to_work(g.cx.files_mut(), &path, mode, &id, when)?;
        index.put(&path, entry);
    }
    repo.write_index(g.cx.files_mut(), &index, when)?;
    Ok(0)
}
