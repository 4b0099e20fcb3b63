//! Branches that a remote has no more: `fetch --prune`, `remote prune`.

use super::cli::{Git, Stop};
use super::fetch::{Line, Wanted};
use super::hooks_to_world::{Remote, resolve};
use super::remote::fetch_url;
use git::{Refspec, Repo};
use vfs::Vfs;

#[inline(never)]
pub(super) fn prune(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    remote: &Remote,
    source: &Vfs,
    specs: &[Refspec],
    wanted: &Wanted,
) -> Result<Vec<Line>, Stop> {
    let when = g.when();
    let there: Vec<String> = remote.repo.refs(source, "refs/").into_keys().collect();
    let mut lines = Vec::new();
    for spec in specs {
        let prefix = spec.to.trim_end_matches('*').to_string();
        for full in repo.refs(g.files(), &prefix).into_keys() {
            let kept = there.iter().any(|name| spec.map(name).as_deref() == Some(full.as_str()));
            if kept || full.ends_with("/HEAD") {
                continue;
            }
            if !wanted.dry_run {
                repo.delete_ref(g.cx.files_mut(), &full, when)?;
            }
            let to = git::shorten_ref(&full).to_string();
            lines.push(Line { flag: '-', summary: "[deleted]".into(), from: "(none)".into(), to, note: "" });
        }
    }
    Ok(lines)
}

/// What a remote has no more is forgotten: its address, and the short names.
#[inline(never)]
pub(crate) fn pruned(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    name: &str,
    wanted: &Wanted,
) -> Result<(String, Vec<String>), Stop> {
    let url = fetch_url(g, repo, name).unwrap_or_else(|| name.to_string());
    let remote = resolve(g, &url)?;
    let source = remote.snapshot(g);
    let specs: Vec<Refspec> =
        repo.config(g.files()).get_all(&format!("remote.{name}.fetch")).into_iter().map(Refspec::parse).collect();
    let lines = prune(g, repo, &remote, &source, &specs, wanted)?;
    Ok((url, lines.into_iter().map(|line| line.to).collect()))
}
