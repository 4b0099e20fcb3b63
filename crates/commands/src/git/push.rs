//! `git push`.

use super::cli::{Answer, Git, Stop, error, fatal};
use super::fetch::default_remote;
use super::hooks::hook;
use super::hooks_to_world::{Remote, received_push, resolve};
use super::options::{Dialect, Given, Spec, flag, maybe};
use super::process::{Resume, wait_for};
use super::push_plan::{Planned, following_tags, plan};
use super::push_report::report;
use super::remote::push_url;
use git::{Head, ObjectId, RefChange, RefUpdate, Repo};
use world::World;

pub(crate) const SPEC: Spec = Spec {
    name: "push",
    usage: &["push [<options>] [<repository> [<refspec>...]]"],
    options: &[&[
        flag('v', "verbose", "also what is up to date"),
        flag('q', "quiet", "say nothing"),
        flag('\0', "all", "every branch"),
        flag('\0', "branches", "every branch"),
        flag('d', "delete", "delete references there"),
        flag('\0', "tags", "every tag too"),
        flag('n', "dry-run", "only say what would be pushed"),
        flag('f', "force", "also where history is rewritten"),
        maybe('\0', "force-with-lease", "refname>:<expect", "force, unless somebody else pushed meanwhile"),
        flag('u', "set-upstream", "follow what is pushed to"),
        flag('\0', "verify", "run the pre-push hook (default)"),
        flag('\0', "follow-tags", "annotated tags on what is pushed too"),
        flag('\0', "porcelain", "a report for scripts"),
        flag('\0', "prune", "delete there what is not here"),
    ]],
    missing: &[
        "--repo",
        "--mirror",
        "--force-if-includes",
        "--recurse-submodules",
        "--thin",
        "--receive-pack",
        "--exec",
        "--progress",
        "--signed",
        "--atomic",
        "-o",
        "--push-option",
        "-4",
        "--ipv4",
        "-6",
        "--ipv6",
    ],
    dialect: Dialect::Options,
};

pub(super) const CHECKED_OUT_SHORT: &str = "branch is currently checked out";

/// What became of one reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    UpToDate,
    Done { forced: bool },
    Rejected(Why),
    RemoteRejected(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// We have the other side's commits, ours is behind them.
    Behind,
    /// The other side has commits that we lack.
    FetchFirst,
    TagExists,
    Stale,
}

#[inline(never)]
pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let name = match given.operands.first() {
        Some(name) => name.clone(),
        None => destination(g, &repo)?,
    };
    if given.has("delete") && given.operands.len() < 2 {
        return fatal("--delete doesn't make sense without any refs");
    }
    let expected = given.value("force-with-lease").and_then(|text| text.split_once(':')).map_or("", |(_, id)| id);
    if !expected.is_empty() && repo.try_resolve(g.files(), expected)?.is_none() {
        g.err(format!("error: cannot parse expected object name '{expected}'\n"));
        return Ok(129);
    }
    let url = push_url(g, &repo, &name).unwrap_or_else(|| name.clone());
    let planned = plan(g, &repo, &name, given, &url)?;
    let mut remote = resolve(g, &url)?;
    if g.cx.machine().user == "runner" {
        token(g, &repo, &mut remote)?;
    }
    if given.has("verbose") && g.answers.is_empty() {
        g.err(["Pushing to ", &remote.url, "\n"].concat());
    }
    let mut planned = planned.refine(g, &repo, &remote)?;
    if given.state("follow-tags").unwrap_or(g.settings().get_bool("push.followtags") == Some(true)) {
        planned.extend(following_tags(g, &repo, &remote, &planned)?);
    }
    let mut fates = Vec::new();
    for one in &planned {
        fates.push(fate(g, &repo, &remote, &name, one, given)?);
    }
    if !given.has("dry-run") {
        for (one, fate) in planned.iter().zip(&mut fates) {
            protect(g, &repo, &remote, one, fate);
        }
    }
    if given.state("verify") != Some(false) {
        match g.answers.first() {
            None => pre_push(g, &repo, &name, &remote.url, &planned, &fates)?,
            Some(0) => {}
            Some(_) => return error(format!("failed to push some refs to '{}'", remote.url)),
        }
    }
    if !given.has("dry-run") {
        apply(g, &repo, &remote, &name, &planned, &fates)?;
    }
    report(g, &repo, &remote, &name, &planned, &fates, given)
}

/// A runner pushes with the token that the URL names or `actions/checkout` has left.
// Unlike GitHub: a runner without any pushes all the same, as Encore's own account.
#[inline(never)]
fn token(g: &mut Git<'_, '_>, repo: &Repo, remote: &mut Remote) -> Result<(), Stop> {
    let Some(name) = World::repo_of_url(&remote.url) else { return Ok(()) };
    let machine = g.cx.machine_id().to_string();
    let given = remote.url.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
    let given = given.map(|(user, _)| user.split_once(':').map_or(user, |(_, password)| password).to_string());
    let kept = || {
        let config = repo.config(g.files());
        let bytes = cluster::base64::decode(config.get(world::HEADER)?.strip_prefix(world::BASIC)?).ok()?;
        Some(String::from_utf8_lossy(&bytes).split_once(':')?.1.to_string())
    };
    let Some(token) = given.or_else(kept) else { return Ok(()) };
    match g.cx.world.ci.may_push(&machine, &token, &name) {
        Ok(account) => remote.account = Some(account),
        Err(words) => {
            g.err(words);
            return Err(Stop::Exit(128));
        }
    }
    Ok(())
}

/// Why a push with secrets is refused, behind the reference's name.
pub(super) const LEAKS: &str = "push declined due to repository rule violations";

/// The rules of the forge's branches, and secrets; what they refuse, the forge says itself.
#[inline(never)]
fn protect(g: &mut Git<'_, '_>, local: &Repo, remote: &Remote, one: &Planned, fate: &mut Fate) {
    let Fate::Done { forced } = fate else { return };
    let Some(repo) = World::repo_of_url(&remote.url) else { return };
    let forced = *forced;
    let mut why = "protected branch hook declined";
    let words = g.cx.world.refusal(&repo, &one.to, one.new.is_none(), forced).or_else(|| {
        why = LEAKS;
        let new = one.new.filter(|_| g.cx.world.scans_secrets(&repo))?;
        g.cx.world.leaks_refusal(&repo, (&g.cx.machine_id(), local), &one.to, &new)
    });
    let Some(words) = words else { return };
    // The blanks wipe out what a terminal may still show of a progress line.
    let end = if g.cx.stderr_is_terminal() { "" } else { "        " };
    for line in words.lines() {
        g.err(format!("remote: {line}{end}\n"));
    }
    *fate = Fate::RemoteRejected(why);
}

/// Asks the `pre-push` hook, which is told what would change there.
#[inline(never)]
fn pre_push(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    name: &str,
    url: &str,
    planned: &[Planned],
    fates: &[Fate],
) -> Result<(), Stop> {
    let Some(mut child) = hook(g, repo, "pre-push", &[name.to_string(), url.to_string()]) else { return Ok(()) };
    let mut input = String::new();
    for (one, _) in planned.iter().zip(fates).filter(|(_, fate)| matches!(fate, Fate::Done { .. })) {
        let local = match one.new {
            None => "(delete)".to_string(),
            Some(_) if one.from == "HEAD" => "HEAD".into(),
            Some(_) => repo.full_ref_name(g.files(), &one.from).unwrap_or_else(|| one.from.clone()),
        };
        let id = |id: Option<ObjectId>| id.unwrap_or_else(git::null_id);
        input.push_str(&format!("{local} {} {} {}\n", id(one.new), one.to, id(one.old)));
    }
    child.input = Some(input);
    child.out_to_err = false;
    wait_for(child, Resume::Again).map(drop)
}

fn destination(g: &Git<'_, '_>, repo: &Repo) -> Result<String, Stop> {
    let config = repo.config(g.files());
    if config.subsections("remote").is_empty() {
        return fatal(
            "No configured push destination.\nEither specify the URL from the command-line or configure a remote repository using\n\n    git remote add <name> <url>\n\nand then push using the remote name\n\n    git push <name>\n",
        );
    }
    default_remote(g, repo).or_else(|_| fatal("No configured push destination."))
}

#[inline(never)]
fn fate(g: &Git<'_, '_>, repo: &Repo, remote: &Remote, name: &str, one: &Planned, given: &Given) -> Result<Fate, Stop> {
    let there = remote.snapshot(g);
    let old = remote.repo.read_ref(&there, &one.to);
    let force = one.force || given.has("force");
    let lease = given.has("force-with-lease");
    if old == one.new {
        return Ok(Fate::UpToDate);
    }
    let Some(new) = one.new else {
        return Ok(Fate::Done { forced: false });
    };
    if let Head::Branch { name: current, .. } = remote.repo.head(&there)?
        && !remote.repo.is_bare()
        && current == one.to
        && remote.repo.config(&there).get("receive.denycurrentbranch") != Some("ignore")
    {
        return Ok(Fate::RemoteRejected(CHECKED_OUT_SHORT));
    }
    let Some(old) = old else { return Ok(Fate::Done { forced: false }) };
    if lease {
        let branch = one.to.trim_start_matches("refs/heads/");
        let known = repo.read_ref(g.files(), &format!("refs/remotes/{name}/{branch}"));
        let expected =
            given.value("force-with-lease").and_then(|text| text.split_once(':')).map(|(_, id)| id.to_string());
        let expected = expected.and_then(|text| repo.try_resolve(g.files(), &text).ok().flatten()).or(known);
        if expected != Some(old) {
            return Ok(Fate::Rejected(Why::Stale));
        }
    }
    let known = repo.has_object(g.files(), &old);
    if one.to.starts_with("refs/tags/") {
        return Ok(if force { Fate::Done { forced: true } } else { Fate::Rejected(Why::TagExists) });
    }
    let forward = known && repo.is_ancestor(g.files(), &old, &new)?;
    Ok(match (forward, force || lease) {
        (true, _) => Fate::Done { forced: false },
        (false, true) => Fate::Done { forced: true },
        (false, false) if known => Fate::Rejected(Why::Behind),
        (false, false) => Fate::Rejected(Why::FetchFirst),
    })
}

/// Sends objects, moves the references there and what we know of them here.
#[inline(never)]
fn apply(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    remote: &Remote,
    name: &str,
    planned: &[Planned],
    fates: &[Fate],
) -> Result<(), Stop> {
    let source = g.files().clone();
    let (when, who) = (g.when(), g.logger());
    let there = remote.snapshot(g);
    let mut updates = Vec::new();
    for (one, _) in planned.iter().zip(fates).filter(|(_, fate)| matches!(fate, Fate::Done { .. })) {
        updates.push(RefUpdate { name: one.to.clone(), old: remote.repo.read_ref(&there, &one.to), new: one.new });
    }
    let Some(machine) = g.cx.world.machine_mut(&remote.machine) else { return Ok(()) };
    for update in &updates {
        match update.new {
            Some(id) => {
                remote.repo.fetch_objects(&mut machine.files, repo, &source, &[id], when)?;
                let change = RefChange { name: &update.name, new: id, who: &who, message: "push" };
                remote.repo.update_ref(&mut machine.files, &change)?;
            }
            None => remote.repo.delete_ref(&mut machine.files, &update.name, when)?,
        }
    }
    for (one, fate) in planned.iter().zip(fates) {
        let branch = one.to.strip_prefix("refs/heads/").filter(|_| matches!(fate, Fate::Done { .. } | Fate::UpToDate));
        let Some(branch) = branch.filter(|_| repo.config(g.files()).get(&format!("remote.{name}.fetch")).is_some())
        else {
            continue;
        };
        let tracking = format!("refs/remotes/{name}/{branch}");
        match one.new {
            Some(id) if repo.read_ref(g.files(), &tracking) != Some(id) => {
                repo.update_ref(
                    g.cx.files_mut(),
                    &RefChange { name: &tracking, new: id, who: &who, message: "update by push" },
                )?;
            }
            Some(_) => {}
            None => repo.delete_ref(g.cx.files_mut(), &tracking, when)?,
        }
    }
    if !updates.is_empty() {
        received_push(g, remote, &updates);
    }
    Ok(())
}
