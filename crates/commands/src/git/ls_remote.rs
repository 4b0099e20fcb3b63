//! `git ls-remote`: the references of another repository.

use super::cli::{Answer, Git, fatal};
use super::fetch::default_remote;
use super::hooks_to_world::resolve;
use super::options::{Dialect, Given, Spec, flag, only};
use super::remote::fetch_url;
use git::{Repo, wildmatch};

pub(crate) const SPEC: Spec = Spec {
    name: "ls-remote",
    usage: &[
        "ls-remote [--branches] [--tags] [--refs] [-q | --quiet] [--exit-code] [--get-url] [--symref] [<repository> [<patterns>...]]",
    ],
    options: &[&[
        flag('q', "quiet", "do not print the URL"),
        flag('t', "tags", "only tags"),
        flag('b', "branches", "only branches"),
        flag('\0', "heads", "the same"),
        flag('\0', "refs", "no HEAD and no peeled tags"),
        only('\0', "get-url", "only the URL"),
        flag('\0', "exit-code", "end with 2 where nothing matches"),
        flag('\0', "symref", "say where HEAD points"),
    ]],
    missing: &["--upload-pack", "--exec", "--sort", "-o", "--server-option"],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo().ok();
    let named = given.operands.first().cloned();
    let name = match (&named, &repo) {
        (Some(name), _) => name.clone(),
        (None, Some(repo)) => default_remote(g, repo).unwrap_or("origin".into()),
        (None, None) => return fatal("No remote configured to list refs from."),
    };
    let known = repo.as_ref().and_then(|repo: &Repo| fetch_url(g, repo, &name));
    if named.is_none() && known.is_none() {
        return fatal("No remote configured to list refs from.");
    }
    let url = known.unwrap_or_else(|| name.clone());
    if given.has("get-url") {
        g.out(format!("{url}\n"));
        return Ok(0);
    }
    let remote = resolve(g, &url)?;
    if named.is_none() && !given.has("quiet") {
        g.err(format!("From {url}\n"));
    }
    let there = remote.snapshot(g);
    let (tags, branches) = (given.has("tags"), given.has("branches") || given.has("heads"));
    let kind_ok = |full: &str| {
        !(tags || branches) || (tags && full.starts_with("refs/tags/")) || (branches && full.starts_with("refs/heads/"))
    };
    let patterns = given.operands.get(1..).unwrap_or_default();
    let wanted = |full: &str| {
        kind_ok(full)
            && (patterns.is_empty()
                || patterns.iter().any(|one| wildmatch(&format!("*/{one}"), &format!("/{full}"), false)))
    };
    let mut out = String::new();
    let mut refs = Vec::new();
    if let Some(id) = remote.repo.read_ref(&there, "HEAD").filter(|_| !given.has("refs")) {
        refs.push(("HEAD".to_string(), id));
    }
    refs.extend(remote.repo.refs(&there, "refs/"));
    for (full, id) in refs {
        if wanted(&full) {
            if given.has("symref")
                && let Some(target) = remote.repo.symbolic_target(&there, &full)
            {
                out.push_str(&format!("ref: {target}\t{full}\n"));
            }
            out.push_str(&format!("{id}\t{full}\n"));
        }
        let peeled = format!("{full}^{{}}");
        if !given.has("refs")
            && full.starts_with("refs/tags/")
            && wanted(&peeled)
            && let Some(target) = remote.repo.peel_tags(&there, id)?.filter(|target| *target != id)
        {
            out.push_str(&format!("{target}\t{peeled}\n"));
        }
    }
    let empty = out.is_empty();
    g.out(out);
    Ok(if empty && given.has("exit-code") { 2 } else { 0 })
}
