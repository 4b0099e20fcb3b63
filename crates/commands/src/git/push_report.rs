//! What `git push` says of each reference, and what it advises.

use super::cli::{Answer, Git, Stop};
use super::hooks_to_world::Remote;
use super::options::Given;
use super::push::{CHECKED_OUT_SHORT, Fate, LEAKS, Why};
use super::push_plan::Planned;
use super::switching::set_upstream;
use git::{ObjectId, Repo};
use order::Arrange;

/// ` * [new branch]      main -> main`, or with full names and tabs: `--porcelain`.
#[inline(never)]
fn line(g: &Git<'_, '_>, repo: &Repo, one: &Planned, fate: &Fate, porcelain: bool) -> String {
    let remote_old = one.old;
    let to = git::shorten_ref(&one.to);
    let short = |id: Option<ObjectId>| id.map_or(String::new(), |id| repo.short_id(g.files(), &id, 7));
    let names = if one.new.is_none() { to.to_string() } else { format!("{} -> {to}", one.from) };
    let (flag, summary, note) = match fate {
        Fate::UpToDate => ('=', "[up to date]".to_string(), ""),
        Fate::Done { .. } if one.new.is_none() => ('-', "[deleted]".into(), ""),
        Fate::Done { .. } if remote_old.is_none() => {
            let kind = if one.to.starts_with("refs/tags/") {
                "tag"
            } else if one.to.starts_with("refs/heads/") {
                "branch"
            } else {
                "reference"
            };
            ('*', format!("[new {kind}]"), "")
        }
        Fate::Done { forced: false } => (' ', format!("{}..{}", short(remote_old), short(one.new)), ""),
        Fate::Done { forced: true } => ('+', format!("{}...{}", short(remote_old), short(one.new)), " (forced update)"),
        Fate::Rejected(why) => {
            let note = match why {
                Why::Behind => " (non-fast-forward)",
                Why::FetchFirst => " (fetch first)",
                Why::TagExists => " (already exists)",
                Why::Stale => " (stale info)",
            };
            ('!', "[rejected]".into(), note)
        }
        Fate::RemoteRejected(CHECKED_OUT_SHORT) => {
            ('!', "[remote rejected]".into(), " (branch is currently checked out)")
        }
        Fate::RemoteRejected(LEAKS) => {
            ('!', "[remote rejected]".into(), " (push declined due to repository rule violations)")
        }
        Fate::RemoteRejected(_) => ('!', "[remote rejected]".into(), " (protected branch hook declined)"),
    };
    if porcelain {
        let from = match (&one.new, &one.local_branch) {
            (None, _) => String::new(),
            _ if one.from == "HEAD" => "HEAD".into(),
            (_, Some(branch)) => ["refs/heads/", branch].concat(),
            _ => repo.full_ref_name(g.files(), &one.from).unwrap_or_else(|| one.from.clone()),
        };
        return format!("{flag}\t{from}:{}\t{summary}{note}\n", one.to);
    }
    format!(" {flag} {summary:<17} {names}{note}\n")
}

#[inline(never)]
pub(super) fn report(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    remote: &Remote,
    name: &str,
    planned: &[Planned],
    fates: &[Fate],
    given: &Given,
) -> Answer {
    let (quiet, porcelain) = (given.has("quiet"), given.has("porcelain"));
    let verbose = given.has("verbose") || porcelain && !quiet;
    let say = |g: &mut Git<'_, '_>, text: String| if porcelain { g.out(text) } else { g.err(text) };
    let checked_out = |fate: &Fate| *fate == Fate::RemoteRejected(CHECKED_OUT_SHORT);
    for (one, _) in planned.iter().zip(fates).filter(|(_, fate)| checked_out(fate)) {
        let text = CHECKED_OUT.replace("{}", &one.to);
        g.err(text.lines().map(|line| format!("remote: {line}\n")).collect::<String>());
    }
    let refused = fates.iter().any(|fate| matches!(fate, Fate::Rejected(_) | Fate::RemoteRejected(_)));
    let mut shown: Vec<(&Planned, &Fate)> =
        planned.iter().zip(fates).filter(|(_, fate)| verbose || **fate != Fate::UpToDate).collect();
    shown.arrange_by_key(|(_, fate)| match fate {
        Fate::UpToDate => 0,
        Fate::Done { .. } => 1,
        _ => 2,
    });
    if !shown.is_empty() && (!quiet || refused) {
        say(g, ["To ", &remote.url, "\n"].concat());
        for (one, fate) in shown {
            let text = line(g, repo, one, fate, porcelain);
            say(g, text);
        }
    }
    if !refused {
        follow(g, repo, name, planned, given)?;
    }
    let moved = fates.iter().any(|fate| matches!(fate, Fate::Done { .. }));
    if given.has("verbose") && !given.has("dry-run") {
        for (one, _) in planned.iter().zip(fates).filter(|(_, fate)| matches!(fate, Fate::Done { .. } | Fate::UpToDate))
        {
            if let Some(branch) = one.to.strip_prefix("refs/heads/") {
                g.err(format!("updating local tracking ref 'refs/remotes/{name}/{branch}'\n"));
            }
        }
    }
    if porcelain {
        g.out("Done\n");
    } else if !quiet && !refused && !moved {
        g.err("Everything up-to-date\n");
    }
    if refused {
        g.err(format!("error: failed to push some refs to '{}'\n", remote.url));
        advise(g, repo, planned, fates)?;
        return Ok(1);
    }
    Ok(0)
}

/// `-u`.
#[inline(never)]
fn follow(g: &mut Git<'_, '_>, repo: &Repo, name: &str, planned: &[Planned], given: &Given) -> Result<(), Stop> {
    if !given.has("set-upstream") || given.has("dry-run") {
        return Ok(());
    }
    for one in planned.iter().filter(|one| one.new.is_some()) {
        if let (Some(local), Some(branch)) = (one.local_branch.as_deref(), one.to.strip_prefix("refs/heads/")) {
            set_upstream(g, repo, local, &format!("refs/remotes/{name}/{branch}"), given.has("quiet"))?;
        }
    }
    Ok(())
}

/// What to do about a refusal.
#[inline(never)]
fn advise(g: &mut Git<'_, '_>, repo: &Repo, planned: &[Planned], fates: &[Fate]) -> Result<(), Stop> {
    let has = |why: Why| fates.contains(&Fate::Rejected(why));
    let head = repo.head(g.files())?;
    let current = planned.iter().zip(fates).any(|(one, fate)| {
        *fate == Fate::Rejected(Why::Behind)
            && one.local_branch.is_some()
            && one.local_branch.as_deref() == head.branch()
    });
    let see = "See the 'Note about fast-forwards' in 'git push --help' for details.";
    if has(Why::Behind) && current {
        g.hint(&format!("Updates were rejected because the tip of your current branch is behind\nits remote counterpart. If you want to integrate the remote changes,\nuse 'git pull' before pushing again.\n{see}"));
    } else if has(Why::Behind) {
        g.hint(&format!("Updates were rejected because a pushed branch tip is behind its remote\ncounterpart. If you want to integrate the remote changes, use 'git pull'\nbefore pushing again.\n{see}"));
    } else if has(Why::TagExists) {
        g.hint("Updates were rejected because the tag already exists in the remote.");
    } else if has(Why::FetchFirst) {
        g.hint(&format!("Updates were rejected because the remote contains work that you do not\nhave locally. This is usually caused by another repository pushing to\nthe same ref. If you want to integrate the remote changes, use\n'git pull' before pushing again.\n{see}"));
    }
    Ok(())
}

const CHECKED_OUT: &str = "error: refusing to update checked out branch: {}
error: By default, updating the current branch in a non-bare repository
is denied, because it will make the index and work tree inconsistent
with what you pushed, and will require 'git reset --hard' to match
the work tree to HEAD.

You can set the 'receive.denyCurrentBranch' configuration variable
to 'ignore' or 'warn' in the remote repository to allow pushing into
its current branch; however, this is not recommended unless you
arranged to update its work tree to match what you pushed in some
other way.

To squelch this message and still keep the default behaviour, set
'receive.denyCurrentBranch' configuration variable to 'refuse'.";
