//! `git fetch`.

use super::cli::{Answer, Git, Stop, fatal};
use super::hooks_to_world::{Remote, resolve};
use super::options::{Dialect, Given, Spec, flag};
use super::remote::fetch_url;
use git::{ObjectId, RefChange, Refspec, Repo};
use vfs::Vfs;

pub(crate) const SPEC: Spec = Spec {
    name: "fetch",
    usage: &["fetch [<options>] [<repository> [<refspec>...]]", "fetch --all [<options>]"],
    options: &[&[
        flag('v', "verbose", "also what is up to date"),
        flag('q', "quiet", "say nothing"),
        flag('\0', "all", "from every remote"),
        flag('f', "force", "also where history was rewritten"),
        flag('t', "tags", "every tag too"),
        flag('p', "prune", "forget branches that are gone there"),
        flag('\0', "dry-run", "only say what would be fetched"),
    ]],
    missing: &[
        "--set-upstream",
        "-a",
        "--append",
        "--atomic",
        "--upload-pack",
        "-m",
        "--multiple",
        "-n",
        "-j",
        "--jobs",
        "--prefetch",
        "-P",
        "--prune-tags",
        "--recurse-submodules",
        "--write-fetch-head",
        "-k",
        "--keep",
        "-u",
        "--update-head-ok",
        "--progress",
        "--depth",
        "--shallow-since",
        "--shallow-exclude",
        "--deepen",
        "--unshallow",
        "--refetch",
        "--update-shallow",
        "--refmap",
        "-o",
        "--server-option",
        "-4",
        "--ipv4",
        "-6",
        "--ipv6",
        "--negotiation-tip",
        "--filter",
        "--auto-maintenance",
        "--show-forced-updates",
        "--stdin",
    ],
    dialect: Dialect::Options,
};

/// What else was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub verbose: bool,
    pub quiet: bool,
    pub force: bool,
    /// `--tags`, `--no-tags`, neither.
    pub tags: Option<bool>,
    pub prune: bool,
    pub dry_run: bool,
    /// What a reference's log says did it: the whole command.
    pub action: String,
}

/// A reference that was fetched to be merged: by name and id.
#[derive(Debug, Clone)]
pub(crate) struct Fetched {
    pub name: String,
    pub id: ObjectId,
}

/// One line of the report.
pub(super) struct Line {
    pub flag: char,
    pub summary: String,
    pub from: String,
    pub to: String,
    pub note: &'static str,
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let settings = g.settings();
    let words = ["fetch"].into_iter().chain(g.words.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    let wanted = Wanted {
        action: g.log_action(&words),
        verbose: given.has("verbose"),
        quiet: given.has("quiet"),
        force: given.has("force"),
        tags: given.state("tags"),
        prune: given.state("prune").unwrap_or(settings.get_bool("fetch.prune") == Some(true)),
        dry_run: given.has("dry-run"),
    };
    if given.has("all") {
        if !given.operands.is_empty() {
            return fatal("fetch --all does not take a repository argument");
        }
        let names = repo.config(g.files()).subsections("remote");
        for name in &names {
            if names.len() > 1 {
                g.out(format!("Fetching {name}\n"));
            }
            from_remote(g, &repo, name, &[], &wanted)?;
        }
        return Ok(0);
    }
    let name = match given.operands.first() {
        Some(name) => name.clone(),
        None if repo.config(g.files()).subsections("remote").is_empty() => return Ok(0),
        None => default_remote(g, &repo)?,
    };
    let specs = given.operands.get(1..).unwrap_or_default();
    let (_, refused) = from_remote(g, &repo, &name, specs, &wanted)?;
    Ok(i32::from(refused))
}

/// The remote of the current branch, else `origin`.
pub(crate) fn default_remote(g: &Git<'_, '_>, repo: &Repo) -> Result<String, Stop> {
    let config = repo.config(g.files());
    let head = repo.head(g.files())?;
    let own = head.branch().and_then(|branch| config.get(&format!("branch.{branch}.remote")));
    if let Some(own) = own {
        return Ok(own.to_string());
    }
    let remotes = config.subsections("remote");
    match remotes.as_slice() {
        [only] => Ok(only.clone()),
        _ if remotes.iter().any(|name| name == "origin") => Ok("origin".into()),
        _ => fatal(
            "No remote repository specified.  Please, specify either a URL or a\nremote name from which new revisions should be fetched.",
        ),
    }
}

/// Fetches from a remote by name or URL. Gives what may be merged, and whether some reference was refused.
#[inline(never)]
pub(crate) fn from_remote(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    name: &str,
    specs: &[String],
    wanted: &Wanted,
) -> Result<(Vec<Fetched>, bool), Stop> {
    let url = fetch_url(g, repo, name).unwrap_or_else(|| name.to_string());
    let remote = match name {
        "." => Remote::here(g, repo),
        _ => resolve(g, &url)?,
    };
    let source = remote.snapshot(g);
    let configured: Vec<Refspec> =
        repo.config(g.files()).get_all(&format!("remote.{name}.fetch")).into_iter().map(Refspec::parse).collect();
    let mut plan: Vec<(String, ObjectId, Option<String>, bool)> = Vec::new();
    let mut fetched = Vec::new();
    if specs.is_empty() {
        for (full, id) in remote.repo.refs(&source, "refs/") {
            for spec in &configured {
                if let Some(to) = spec.map(&full) {
                    plan.push((full.clone(), id, Some(to), spec.force));
                }
            }
        }
        if configured.is_empty()
            && let Some(id) = remote.repo.read_ref(&source, "HEAD")
        {
            plan.push(("HEAD".into(), id, None, false));
        }
    }
    for text in specs {
        let spec = Refspec::parse(text);
        let from = if spec.from.is_empty() { "HEAD" } else { spec.from.as_str() };
        let Some(full) = remote.repo.full_ref_name(&source, from) else {
            return fatal(format!("couldn't find remote ref {}", spec.from));
        };
        let Some(id) = remote.repo.read_ref(&source, &full) else {
            return fatal(format!("couldn't find remote ref {}", spec.from));
        };
        fetched.push(Fetched { name: full.clone(), id });
        let to = (!spec.to.is_empty())
            .then(|| if spec.to.starts_with("refs/") { spec.to.clone() } else { format!("refs/heads/{}", spec.to) });
        plan.push((full.clone(), id, to, spec.force));
        for also in &configured {
            if let Some(to) = also.map(&full) {
                plan.push((full.clone(), id, Some(to), also.force));
            }
        }
    }
    if specs.is_empty() {
        let merge = repo.head(g.files())?.branch().and_then(|branch| {
            let config = repo.config(g.files());
            let own = config.get(&format!("branch.{branch}.remote")) == Some(name);
            config.get(&format!("branch.{branch}.merge")).filter(|_| own).map(str::to_string)
        });
        fetched.extend(
            plan.iter()
                .filter(|(full, ..)| Some(full) == merge.as_ref() || full == "HEAD")
                .map(|(full, id, ..)| Fetched { name: full.clone(), id: *id }),
        );
    }
    add_tags(g, repo, &remote, &source, wanted, &mut plan)?;
    let (lines, refused) = carry_out(g, repo, &remote, &source, &plan, wanted)?;
    let mut lines = lines;
    if wanted.prune {
        lines.splice(0..0, super::fetch_prune::prune(g, repo, &remote, &source, &configured, wanted)?);
    }
    write_fetch_head(g, repo, &remote, &plan, &fetched)?;
    report(g, &remote, &lines, wanted);
    Ok((fetched, refused))
}

/// Tags: those that point into what is fetched, or all, or none.
#[inline(never)]
fn add_tags(
    g: &Git<'_, '_>,
    repo: &Repo,
    remote: &Remote,
    source: &Vfs,
    wanted: &Wanted,
    plan: &mut Vec<(String, ObjectId, Option<String>, bool)>,
) -> Result<(), Stop> {
    if wanted.tags == Some(false) || !plan.iter().any(|(_, _, to, _)| to.is_some()) && wanted.tags.is_none() {
        return Ok(());
    }
    let tips: Vec<ObjectId> = plan.iter().map(|(_, id, ..)| *id).collect();
    let mut commits = Vec::new();
    for id in tips {
        commits.extend(remote.repo.peel(source, id, git::Kind::Commit)?);
    }
    let reached = remote.repo.reachable(source, &commits)?;
    for (full, id) in remote.repo.refs(source, "refs/tags/") {
        let target = remote.repo.peel(source, id, git::Kind::Commit)?;
        let follows = target.is_some_and(|target| reached.contains(&target));
        let new = repo.read_ref(g.files(), &full).is_none();
        if wanted.tags == Some(true) || (follows && new) {
            plan.push((full.clone(), id, Some(full), false));
        }
    }
    Ok(())
}

#[inline(never)]
fn carry_out(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    remote: &Remote,
    source: &Vfs,
    plan: &[(String, ObjectId, Option<String>, bool)],
    wanted: &Wanted,
) -> Result<(Vec<Line>, bool), Stop> {
    let tips: Vec<ObjectId> = plan.iter().map(|(_, id, ..)| *id).collect();
    let when = g.when();
    repo.fetch_objects(g.cx.files_mut(), &remote.repo, source, &tips, when)?;
    let (mut lines, mut refused) = (Vec::new(), false);
    for (full, id, to, force) in plan {
        let from = git::shorten_ref(full).to_string();
        let kind = match full.as_str() {
            name if name.starts_with("refs/tags/") => "tag",
            name if name.starts_with("refs/heads/") => "branch",
            _ => "ref",
        };
        let Some(to) = to else {
            lines.push(Line {
                flag: '*',
                summary: if full == "HEAD" { "branch" } else { kind }.into(),
                from,
                to: "FETCH_HEAD".into(),
                note: "",
            });
            continue;
        };
        let shown = git::shorten_ref(to).to_string();
        let old = repo.read_ref(g.files(), to);
        let short = |g: &Git<'_, '_>, id: &ObjectId| repo.short_id(g.files(), id, 7);
        let force = *force || wanted.force;
        let line = |flag, summary: String, note| Line { flag, summary, from: from.clone(), to: shown.clone(), note };
        let (update, line) = match old {
            Some(old) if old == *id => (false, line('=', "[up to date]".into(), "")),
            None => (true, line('*', format!("[new {kind}]"), "")),
            Some(_) if full.starts_with("refs/tags/") && !force => {
                refused = true;
                (false, line('!', "[rejected]".into(), "  (would clobber existing tag)"))
            }
            Some(old) => {
                let forward = repo.is_ancestor(g.files(), &old, id).unwrap_or(false);
                let (a, b) = (short(g, &old), short(g, id));
                if forward {
                    (true, line(' ', format!("{a}..{b}"), ""))
                } else if force {
                    (true, line('+', format!("{a}...{b}"), "  (forced update)"))
                } else {
                    refused = true;
                    (false, line('!', "[rejected]".into(), "  (non-fast-forward)"))
                }
            }
        };
        if update && !wanted.dry_run {
            let what = ["fast-forward", "storing head", "forced-update"][" *+".find(line.flag).unwrap_or(0)];
            let message = &[&wanted.action, ": ", what].concat();
            let who = g.logger();
            repo.update_ref(g.cx.files_mut(), &RefChange { name: to, new: *id, who: &who, message })?;
        }
        lines.push(line);
    }
    Ok((lines, refused))
}

fn described(full: &str) -> String {
    match full.strip_prefix("refs/heads/") {
        Some(name) => format!("branch '{name}'"),
        None => match full.strip_prefix("refs/tags/") {
            Some(name) => format!("tag '{name}'"),
            None => String::new(),
        },
    }
}

/// A URL as reports and messages show it: without `.git` and without slashes at its end.
pub(crate) fn shown_url(url: &str) -> String {
    let url = url.trim_end_matches('/');
    url.strip_suffix(".git").unwrap_or(url).trim_end_matches('/').to_string()
}

#[inline(never)]
fn write_fetch_head(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    remote: &Remote,
    plan: &[(String, ObjectId, Option<String>, bool)],
    fetched: &[Fetched],
) -> Result<(), Stop> {
    let (mut first, mut rest) = (String::new(), String::new());
    let mut seen = Vec::new();
    for (full, id, ..) in plan.iter().filter(|(full, ..)| !full.starts_with("refs/tags/")) {
        if seen.contains(&full) {
            continue;
        }
        seen.push(full);
        let merge = fetched.iter().any(|one| one.name == *full);
        let what = described(full);
        let of = if what.is_empty() { String::new() } else { format!("{what} of ") };
        let line = format!("{id}\t{}\t{of}{}\n", if merge { "" } else { "not-for-merge" }, shown_url(&remote.url));
        if merge { first.push_str(&line) } else { rest.push_str(&line) }
    }
    let when = g.when();
    Ok(repo.write_state(g.cx.files_mut(), "FETCH_HEAD", &(first + &rest), when)?)
}

/// Unlike git: no progress is shown while objects travel.
fn report(g: &mut Git<'_, '_>, remote: &Remote, lines: &[Line], wanted: &Wanted) {
    let lines: Vec<&Line> = lines.iter().filter(|line| wanted.verbose || line.flag != '=').collect();
    if lines.is_empty() || wanted.quiet {
        return;
    }
    let width = lines.iter().map(|line| line.from.chars().count()).max().unwrap_or(0).max(10);
    g.err(format!("From {}\n", shown_url(&remote.url)));
    for Line { flag, summary, from, to, note } in lines {
        g.err(format!(" {flag} {summary:<17} {from:<width$} -> {to}{note}\n"));
    }
}
