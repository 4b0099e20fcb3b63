//! A branch beside the one that it follows.

use super::cli::{Git, Stop};
use git::Repo;

/// What a branch follows, and how far both have gone apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tracking {
    /// `refs/remotes/origin/main`.
    pub full: String,
    /// `origin/main`.
    pub short: String,
    /// (ahead, behind); `None` where the upstream is gone.
    pub counts: Option<(usize, usize)>,
}

/// `None` where the branch follows nothing.
pub(crate) fn tracking(g: &Git<'_, '_>, repo: &Repo, branch: &str) -> Result<Option<Tracking>, Stop> {
    let Some(full) = repo.upstream(g.files(), branch) else { return Ok(None) };
    let short = git::shorten_ref(&full).to_string();
    let ours = repo.read_ref(g.files(), &format!("refs/heads/{branch}"));
    let counts = match (ours, repo.read_ref(g.files(), &full)) {
        (Some(ours), Some(theirs)) => Some(repo.ahead_behind(g.files(), &ours, &theirs)?),
        _ => None,
    };
    Ok(Some(Tracking { full, short, counts }))
}
