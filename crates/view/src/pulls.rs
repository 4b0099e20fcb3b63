//! The pull requests of the repository that the Git panel shows, and the one that could be opened.

use git::Repo;
use screen::{PullOffer, PullRow};
use vfs::Vfs;
use world::{MachineId, Mergeable, Pull, PullState, World};

/// Ended ones are only worth a look while they are new.
const ENDED_MAX: usize = 3;

/// The forge's name of a local repository's `origin`.
fn forge_name(world: &World, repo: &Repo, files: &Vfs) -> Option<String> {
    let url = repo.config(files).get("remote.origin.url").map(str::to_string)?;
    World::repo_of_url(&url).filter(|name| world.forge_repo(name).is_some())
}

/// Open ones first, newest first; then those that ended last.
pub(crate) fn pulls(world: &World, repo: &Repo, files: &Vfs) -> (String, Vec<PullRow>, Option<PullOffer>) {
    let Some(name) = forge_name(world, repo, files) else { return Default::default() };
    let all = world.pulls(&name);
    let open = all.iter().rev().filter(|pull| pull.is_open());
    let ended = all.iter().rev().filter(|pull| !pull.is_open()).take(ENDED_MAX);
    let rows = open.chain(ended).map(|pull| row(world, &name, pull)).collect();
    let offer = offer(world, &name, repo, files);
    (name, rows, offer)
}

#[inline(never)]
fn row(world: &World, repo: &str, pull: &Pull) -> PullRow {
    let account = world.machine(&MachineId::workstation()).map_or("", |machine| machine.user.as_str());
    let state = match pull.state {
        PullState::Open if pull.draft => "draft",
        PullState::Open => "open",
        PullState::Closed => "closed",
        PullState::Merged => "merged",
    };
    // Finding that out merges the trees: only where it matters.
    let mergeable = if pull.is_open() { world.mergeable(repo, pull) } else { Mergeable::Clean };
    let blocked = match mergeable {
        Mergeable::Clean => Vec::new(),
        Mergeable::Conflicts => vec![format!("It conflicts with {}.", pull.base)],
        Mergeable::Draft => vec!["It is a draft.".to_string()],
        Mergeable::Blocked(wants) => wants,
        Mergeable::Gone => vec!["Its branch is gone.".to_string()],
    };
    let review = match (pull.changes_requested(), pull.approvals()) {
        (true, _) => "changes requested",
        (false, 0) => "",
        (false, _) => "approved",
    };
    PullRow {
        number: pull.number,
        title: pull.title.clone(),
        author: pull.author.clone(),
        head: pull.head.clone(),
        base: pull.base.clone(),
        state: state.into(),
        checks: checks(world, repo, pull).into(),
        review: review.into(),
        blocked,
        own: pull.author == account,
    }
}

/// `passed`, `failed`, `running`, or nothing where none ran.
#[inline(never)]
fn checks(world: &World, repo: &str, pull: &Pull) -> &'static str {
    let Some((_, head)) = world.pull_ends(repo, pull) else { return "" };
    let checks = world.checks(repo, &head.to_string());
    let any = |bucket: &str| checks.iter().any(|check| check.bucket() == bucket);
    match (checks.is_empty(), any("fail"), any("pending")) {
        (true, ..) => "",
        (_, true, _) => "failed",
        (_, _, true) => "running",
        _ => "passed",
    }
}

/// The branch of the work tree, where it is on the forge with commits of its own and without a pull request.
#[inline(never)]
fn offer(world: &World, name: &str, repo: &Repo, files: &Vfs) -> Option<PullOffer> {
    let branch = repo.head(files).ok()?.branch()?.to_string();
    let (there, forge_files) = world.forge_repo(name)?;
    let base = there.head(forge_files).ok()?.branch()?.to_string();
    let (head_id, base_id) = (world.branch_of_forge(name, &branch)?, world.branch_of_forge(name, &base)?);
    let taken = world.pulls(name).iter().any(|pull| pull.is_open() && pull.head == branch);
    if taken || branch == base || there.is_ancestor(forge_files, &head_id, &base_id).ok()? {
        return None;
    }
    let title = there.read_commit(forge_files, &head_id).ok()?.subject();
    Some(PullOffer { head: branch, base, title })
}

/// What a pull request changes, as `git diff` prints it.
pub fn pull_diff(world: &World, repo: &str, number: u32) -> Option<String> {
    let pull = world.pull(repo, number)?;
    let (base, head) = world.pull_ends(repo, pull)?;
    let (found, files) = world.forge_repo(repo)?;
    let from = found.merge_bases(files, &base, &head).ok()?.first().copied()?;
    crate::git::diff_between(&found, files, Some(&from), &head)
}
