//! Making a branch, and letting it follow another one.

use super::cli::{Git, Stop, fatal};
use super::switching::NewBranch;
use git::{ObjectId, RefChange, Repo};

/// Makes a branch, and lets it follow its start where that is wanted.
#[inline(never)]
pub(crate) fn make_branch(g: &mut Git<'_, '_>, repo: &Repo, new: &NewBranch<'_>) -> Result<ObjectId, Stop> {
    let NewBranch { name, start, .. } = *new;
    if !git::branch_name_ok(name) {
        return invalid_name(g, name);
    }
    let full = format!("refs/heads/{name}");
    let exists = repo.read_ref(g.files(), &full).is_some();
    if exists && !new.reset {
        return fatal(format!("a branch named '{name}' already exists"));
    }
    let Some(id) = repo.try_resolve(g.files(), start)? else {
        return fatal(if start == "HEAD" {
            let head = repo.head(g.files())?;
            format!("not a valid object name: '{}'", head.branch().unwrap_or("HEAD"))
        } else {
            format!("not a valid object name: '{start}'")
        });
    };
    let id = match repo.peel(g.files(), id, git::Kind::Commit)? {
        Some(id) => id,
        None => return fatal(format!("not a valid branch point: '{start}'")),
    };
    let start_full = repo.full_ref_name(g.files(), start);
    let remote = start_full.as_deref().filter(|full| full.starts_with("refs/remotes/"));
    let local = start_full.as_deref().filter(|full| full.starts_with("refs/heads/"));
    let followed = match new.track {
        Some(false) => None,
        Some(true) => match remote.or(local) {
            Some(full) => Some(full.to_string()),
            None => {
                return fatal(format!("cannot set up tracking information; starting point '{start}' is not a branch"));
            }
        },
        None => {
            remote.filter(|_| g.settings().get("branch.autosetupmerge").as_deref() != Some("false")).map(str::to_string)
        }
    };
    let who = g.logger();
    let message = if exists { format!("branch: Reset to {start}") } else { format!("branch: Created from {start}") };
    let message = message.as_str();
    repo.update_ref(g.cx.files_mut(), &RefChange { name: &full, new: id, who: &who, message })?;
    if let Some(upstream) = followed {
        set_upstream(g, repo, name, &upstream, new.quiet)?;
    }
    Ok(id)
}

pub(crate) fn invalid_name<T>(g: &mut Git<'_, '_>, name: &str) -> Result<T, Stop> {
    g.err(format!("fatal: '{name}' is not a valid branch name\n"));
    if g.advises("refSyntax") {
        g.hint("See `man git check-ref-format`\nDisable this message with \"git config advice.refSyntax false\"");
    }
    Err(Stop::Exit(128))
}

/// Writes `branch.<name>.remote` and `.merge`, and says so.
#[inline(never)]
pub(crate) fn set_upstream(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    branch: &str,
    upstream: &str,
    quiet: bool,
) -> Result<(), Stop> {
    let mut config = repo.config(g.files());
    let (remote, merge) = match upstream.strip_prefix("refs/remotes/") {
        Some(rest) => {
            let remotes = config.subsections("remote");
            let remote = remotes.iter().find(|name| rest.starts_with(&format!("{name}/")));
            let remote = remote.map_or_else(|| rest.split('/').next().unwrap_or(rest).to_string(), Clone::clone);
            let name = rest[remote.len()..].trim_start_matches('/').to_string();
            (remote, format!("refs/heads/{name}"))
        }
        None => (".".to_string(), upstream.to_string()),
    };
    config.set(&format!("branch.{branch}.remote"), &remote);
    config.set(&format!("branch.{branch}.merge"), &merge);
    let when = g.when();
    repo.write_state(g.cx.files_mut(), "config", config.text(), when)?;
    if !quiet {
        g.out(format!("branch '{branch}' set up to track '{}'.\n", git::shorten_ref(upstream)));
    }
    Ok(())
}
