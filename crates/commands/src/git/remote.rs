//! `git remote`.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, only, usage};
use git::Repo;
use order::Arrange;

pub(crate) const SPEC: Spec = Spec {
    name: "remote",
    usage: &[
        "remote [-v | --verbose]",
        "remote add [-f] <name> <url>",
        "remote rename <old> <new>",
        "remote remove <name>",
        "remote get-url [--push] <name>",
        "remote set-url [--push] <name> <newurl>",
        "remote prune [-n | --dry-run] <name>",
    ],
    options: &[&[
        flag('v', "verbose", "with URLs"),
        flag('n', "dry-run", "prune: only say what would be forgotten"),
        only('f', "fetch", "add: fetch at once"),
        only('\0', "push", "the URL that is pushed to"),
    ]],
    missing: &["-t", "--track", "-m", "--master", "--tags", "--mirror", "--all", "--add", "--delete", "--progress"],
    dialect: Dialect::Options,
};

/// Where a remote is read from.
pub(crate) fn fetch_url(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Option<String> {
    repo.config(g.files()).get(&format!("remote.{name}.url")).map(str::to_string)
}

/// Where a remote is written to.
pub(crate) fn push_url(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Option<String> {
    let config = repo.config(g.files());
    config.get(&format!("remote.{name}.pushurl")).map(str::to_string).or_else(|| fetch_url(g, repo, name))
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let words: Vec<&str> = given.operands.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => list(g, &repo, given.has("verbose")),
        ["add", name, url] => add(g, &repo, name, url, given.has("fetch")),
        ["rename", old, new] => rename(g, &repo, old, new),
        ["remove" | "rm", name] => remove(g, &repo, name),
        ["get-url", name] => {
            let url = if given.has("push") { push_url(g, &repo, name) } else { fetch_url(g, &repo, name) };
            match url {
                Some(url) => {
                    g.out(format!("{url}\n"));
                    Ok(0)
                }
                None => unknown(g, &format!("No such remote '{name}'")),
            }
        }
        ["set-url", name, url] => {
            if fetch_url(g, &repo, name).is_none() {
                return unknown(g, &format!("No such remote '{name}'"));
            }
            let key = if given.has("push") { "pushurl" } else { "url" };
            let mut config = repo.config(g.files());
            config.set(&format!("remote.{name}.{key}"), url);
            save(g, &repo, &config)
        }
        ["prune", names @ ..] if !names.is_empty() => prune(g, &repo, names, given.has("dry-run")),
        ["show" | "update" | "set-head" | "set-branches", ..] => {
            g.err(format!("git: 'remote {}' is real Git, but not part of this sandbox yet\n", words[0]));
            Ok(1)
        }
        ["add" | "rename" | "remove" | "rm" | "get-url" | "set-url" | "prune", ..] => {
            g.err(usage(&SPEC));
            Ok(129)
        }
        [word, ..] => {
            g.err(format!("error: unknown subcommand: `{word}'\n{}", usage(&SPEC)));
            Ok(129)
        }
    }
}

fn unknown(g: &mut Git<'_, '_>, text: &str) -> Answer {
    g.err(format!("error: {text}\n"));
    Ok(2)
}

fn save(g: &mut Git<'_, '_>, repo: &Repo, config: &git::Config) -> Answer {
    let when = g.when();
    repo.write_state(g.cx.files_mut(), "config", config.text(), when)?;
    Ok(0)
}

fn list(g: &mut Git<'_, '_>, repo: &Repo, verbose: bool) -> Answer {
    let mut names = repo.config(g.files()).subsections("remote");
    names.arrange();
    for name in names {
        if !verbose {
            g.out(format!("{name}\n"));
            continue;
        }
        let (fetch, push) = (fetch_url(g, repo, &name), push_url(g, repo, &name));
        let (fetch, push) = (fetch.unwrap_or_default(), push.unwrap_or_default());
        g.out(format!("{name}\t{fetch} (fetch)\n{name}\t{push} (push)\n"));
    }
    Ok(0)
}

fn add(g: &mut Git<'_, '_>, repo: &Repo, name: &str, url: &str, fetch: bool) -> Answer {
    let mut config = repo.config(g.files());
    if config.get(&format!("remote.{name}.url")).is_some() {
        g.err(format!("error: remote {name} already exists.\n"));
        return Ok(3);
    }
    if !git::ref_name_ok(&format!("refs/remotes/{name}/test")) {
        return fatal(format!("'{name}' is not a valid remote name"));
    }
    config.set(&format!("remote.{name}.url"), url);
    config.set(&format!("remote.{name}.fetch"), &format!("+refs/heads/*:refs/remotes/{name}/*"));
    save(g, repo, &config)?;
    if fetch {
        g.out(format!("Updating {name}\n"));
        let wanted = super::fetch::Wanted { action: format!("fetch {name}"), ..Default::default() };
        return super::fetch::from_remote(g, repo, name, &[], &wanted).map(|_| 0);
    }
    Ok(0)
}

#[inline(never)]
fn rename(g: &mut Git<'_, '_>, repo: &Repo, old: &str, new: &str) -> Answer {
    let config = repo.config(g.files());
    if config.get(&format!("remote.{old}.url")).is_none() {
        return unknown(g, &format!("No such remote: '{old}'"));
    }
    if config.get(&format!("remote.{new}.url")).is_some() {
        g.err(format!("error: remote {new} already exists.\n"));
        return Ok(3);
    }
    let text = config
        .text()
        .replace(&format!("[remote \"{old}\"]"), &format!("[remote \"{new}\"]"))
        .replace(&format!("refs/remotes/{old}/*"), &format!("refs/remotes/{new}/*"))
        .replace(&format!("\tremote = {old}\n"), &format!("\tremote = {new}\n"));
    let when = g.when();
    repo.write_state(g.cx.files_mut(), "config", &text, when)?;
    let who = g.logger();
    let head = repo.symbolic_target(g.files(), &format!("refs/remotes/{old}/HEAD"));
    for (name, id) in repo.refs(g.files(), &format!("refs/remotes/{old}/")) {
        let short = name.trim_start_matches(&format!("refs/remotes/{old}/")).to_string();
        repo.delete_ref(g.cx.files_mut(), &name, when)?;
        if short != "HEAD" {
            let full = format!("refs/remotes/{new}/{short}");
            let message = format!("remote: renamed {name} to {full}");
            repo.update_ref(g.cx.files_mut(), &git::RefChange { name: &full, new: id, who: &who, message: &message })?;
        }
    }
    if let Some(target) = head {
        let target = target.replace(&format!("refs/remotes/{old}/"), &format!("refs/remotes/{new}/"));
        repo.set_symbolic(g.cx.files_mut(), &format!("refs/remotes/{new}/HEAD"), &target, when)?;
    }
    Ok(0)
}

/// Forgets branches that are gone there.
#[inline(never)]
fn prune(g: &mut Git<'_, '_>, repo: &Repo, names: &[&str], dry_run: bool) -> Answer {
    for name in names {
        let wanted = super::fetch::Wanted { dry_run, ..Default::default() };
        let (url, gone) = super::fetch_prune::pruned(g, repo, name, &wanted)?;
        if !gone.is_empty() {
            g.out(["Pruning ", name, "\nURL: ", &url, "\n"].concat());
        }
        let what = if dry_run { " * [would prune] " } else { " * [pruned] " };
        for short in gone {
            g.out([what, &short, "\n"].concat());
        }
    }
    Ok(0)
}

#[inline(never)]
fn remove(g: &mut Git<'_, '_>, repo: &Repo, name: &str) -> Answer {
    let mut config = repo.config(g.files());
    if !config.remove_section(&format!("remote.{name}")) {
        return unknown(g, &format!("No such remote: '{name}'"));
    }
    for branch in config.subsections("branch") {
        if config.get(&format!("branch.{branch}.remote")) == Some(name) {
            config.unset(&format!("branch.{branch}.remote"));
            config.unset(&format!("branch.{branch}.merge"));
        }
    }
    save(g, repo, &config)?;
    forget(g, repo, name)?;
    Ok(0)
}

/// Removes the remote's branches here.
fn forget(g: &mut Git<'_, '_>, repo: &Repo, name: &str) -> Result<(), Stop> {
    let when = g.when();
    for full in repo.refs(g.files(), &format!("refs/remotes/{name}/")).into_keys() {
        repo.delete_ref(g.cx.files_mut(), &full, when)?;
    }
    Ok(())
}
