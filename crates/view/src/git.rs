//! The Git panel: repositories, and a graph of commits in lanes.

use crate::git_trees::{Differing, differing, rows};
use git::{ObjectId, PatchOptions, Pathspec, Repo};
use order::OrdMap;
use screen::{CommitRow, Git, Lane, RefKind, RefName};
use sim::Time;
use vfs::Vfs;
use world::{MachineId, World};

const ROWS_MAX: usize = 200;

/// Folders of the home that are repositories, in path order.
#[inline(never)]
pub fn repositories(files: &Vfs, home: &str) -> Vec<String> {
    let mut found = Vec::new();
    let entries = files.read_dir(home).unwrap_or_default();
    for (name, stat) in entries {
        let path = format!("{home}/{name}");
        if stat.kind == vfs::Kind::Dir && Repo::at(files, &path).is_some() {
            found.push(path);
        }
    }
    if Repo::at(files, home).is_some() {
        found.insert(0, home.to_string());
    }
    found
}

/// All repositories, and the graph of the one at `shown`, or of the first.
#[inline(never)]
pub fn git(world: &World, shown: &str) -> Git {
    let Some(machine) = world.machine(&MachineId::workstation()) else { return Git::default() };
    let (files, home) = (&machine.files, machine.home());
    let paths = repositories(files, home);
    let Some(shown) = paths.iter().find(|path| *path == shown).or_else(|| paths.first()) else { return Git::default() };
    let mut model = Git { shown: shown.clone(), ..Git::default() };
    for path in &paths {
        let Some(repo) = Repo::at(files, path) else { continue };
        let Some(differing) = differing(&repo, files) else { continue };
        model.repos.extend(summary(&repo, files, home, path, &differing));
        if path == shown {
            (model.trees, model.trees_cut) = rows(&repo, files, differing);
        }
    }
    if let Some(repo) = Repo::at(files, shown) {
        (model.forge, model.pulls, model.offer) = crate::pulls::pulls(world, &repo, files);
        graph(&repo, files, world.now(), &mut model);
    }
    model
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[inline(never)]
fn summary(repo: &Repo, files: &Vfs, home: &str, path: &str, differing: &Differing) -> Option<screen::Repo> {
    let head = repo.head(files).ok()?;
    let branch = match (head.branch(), head.id()) {
        (Some(branch), _) => branch.to_string(),
        (None, Some(id)) => format!("detached at {}", short(&id)),
        (None, None) => String::new(),
    };
    let upstream = head.branch().and_then(|branch| repo.upstream(files, branch));
    let theirs = upstream.as_ref().and_then(|name| repo.read_ref(files, name));
    let (ahead, behind) = match (head.id(), theirs) {
        (Some(ours), Some(theirs)) => repo.ahead_behind(files, &ours, &theirs).unwrap_or((0, 0)),
        _ => (0, 0),
    };
    let Differing { index, staged, unstaged, untracked } = differing;
    let conflicted = index.unmerged().len();
    let in_progress = [
        ("rebase-merge", "rebasing"),
        ("rebase-apply", "applying patches"),
        ("MERGE_HEAD", "merging"),
        ("REVERT_HEAD", "reverting"),
        ("CHERRY_PICK_HEAD", "cherry-picking"),
        ("BISECT_START", "bisecting"),
    ]
    .into_iter()
    .find(|(name, _)| files.exists(&vfs::join(&repo.git_dir, name)))
    .map_or("", |(_, word)| word);
    let name = path.strip_prefix(home).map_or_else(|| path.to_string(), |rest| format!("~{rest}"));
    Some(screen::Repo {
        path: path.into(),
        name,
        branch,
        upstream: upstream.map(|name| git::shorten_ref(&name).to_string()),
        ahead: small(ahead),
        behind: small(behind),
        staged: small(staged.len().saturating_sub(conflicted)),
        unstaged: small(unstaged.len().saturating_sub(conflicted)),
        untracked: small(untracked.len()),
        conflicted: small(conflicted),
        in_progress: in_progress.into(),
    })
}

fn short(id: &ObjectId) -> String {
    id.to_string().get(..7).unwrap_or_default().to_string()
}

#[inline(never)]
fn refs_by_commit(repo: &Repo, files: &Vfs) -> OrdMap<ObjectId, Vec<RefName>> {
    let mut by_commit: OrdMap<ObjectId, Vec<RefName>> = OrdMap::new();
    let head = repo.head(files).ok();
    if let Some(id) = head.as_ref().and_then(git::Head::id) {
        by_commit.entry(id).or_default().push(RefName { kind: RefKind::Head, name: "HEAD".into() });
    }
    let kinds = [("refs/heads/", RefKind::Local), ("refs/remotes/", RefKind::Remote), ("refs/tags/", RefKind::Tag)];
    for (prefix, kind) in kinds {
        for (name, id) in repo.refs(files, prefix) {
            let Ok(Some(id)) = repo.peel_tags(files, id) else { continue };
            let name = name.strip_prefix(prefix).unwrap_or(&name).to_string();
            if !name.ends_with("/HEAD") {
                by_commit.entry(id).or_default().push(RefName { kind, name });
            }
        }
    }
    by_commit
}

/// Rows in topological order, each with the lanes that pass it.
#[inline(never)]
fn graph(repo: &Repo, files: &Vfs, now: Time, model: &mut Git) {
    let refs = refs_by_commit(repo, files);
    let head = repo.head(files).ok().and_then(|head| head.id());
    let tips: Vec<ObjectId> = refs.keys().copied().collect();
    let Ok((order, lines)) = repo.history(files, &tips, &[]) else { return };
    let order = repo.topo_order(&order, &lines);
    model.cut = order.len() > ROWS_MAX;
    let mut lanes: Vec<Option<ObjectId>> = Vec::new();
    let mut widest = 0;
    for id in order.iter().take(ROWS_MAX) {
        let Ok(commit) = lines[id].commit(id) else { continue };
        let (lane, lines) = place(&mut lanes, *id, &commit.parents);
        widest = widest.max(lanes.len()).max(lane + 1);
        let secs = u64::try_from(commit.author.when.secs).unwrap_or(0);
        model.rows.push(CommitRow {
            id: id.to_string(),
            short: short(id),
            subject: commit.subject(),
            author: commit.author.name.clone(),
            time: crate::when(Time::from_unix_secs(secs), now),
            refs: refs.get(id).cloned().unwrap_or_default(),
            lane: small(lane),
            lines,
            head: head == Some(*id),
        });
        while lanes.last() == Some(&None) {
            lanes.pop();
        }
    }
    model.lanes = small(widest);
}

/// Gives a commit its lane, and its row the lines through it. `lanes` holds which commit each lane waits for.
#[inline(never)]
fn place(lanes: &mut Vec<Option<ObjectId>>, id: ObjectId, parents: &[ObjectId]) -> (usize, Vec<Lane>) {
    let mut lines = Vec::new();
    let known = lanes.iter().position(|waits| *waits == Some(id));
    let lane = known.or_else(|| lanes.iter().position(Option::is_none)).unwrap_or_else(|| {
        lanes.push(None);
        lanes.len() - 1
    });
    for (at, waits) in lanes.iter_mut().enumerate() {
        if *waits == Some(id) {
            lines.push(Lane { from: Some(small(at)), to: None, colour: small(at) });
            *waits = None;
        } else if waits.is_some() && at != lane {
            lines.push(Lane { from: Some(small(at)), to: Some(small(at)), colour: small(at) });
        }
    }
    for (nth, parent) in parents.iter().enumerate() {
        let waiting = lanes.iter().position(|waits| *waits == Some(*parent));
        let to = match (nth, waiting) {
            (_, Some(at)) => at,
            (0, None) => lane,
            (_, None) => {
                lanes.iter().enumerate().position(|(at, waits)| waits.is_none() && at != lane).unwrap_or_else(|| {
                    lanes.push(None);
                    lanes.len() - 1
                })
            }
        };
        lanes[to] = Some(*parent);
        lines.push(Lane { from: None, to: Some(small(to)), colour: small(if nth == 0 { lane } else { to }) });
    }
    (lane, lines)
}

/// What a commit changed, as `git show` prints it: of a repository of the workstation, or of whichever of the forge's
/// has the commit.
pub fn commit_diff(world: &World, path: &str, commit: &str) -> Option<String> {
    let files = &world.machine(&MachineId::workstation())?.files;
    let own = Repo::at(files, path).and_then(|repo| diff_of(&repo, files, commit));
    let names = world.forge_repos();
    let mut forge = names.iter().filter_map(|name| world.forge_repo(name));
    own.or_else(|| forge.find_map(|(repo, files)| diff_of(&repo, files, commit)))
}

fn diff_of(repo: &Repo, files: &Vfs, commit: &str) -> Option<String> {
    let id = repo.resolve_commit(files, commit).ok()?;
    let commit = repo.read_commit(files, &id).ok()?;
    diff_between(repo, files, commit.parents.first(), &id)
}

/// From one commit, or from nothing, to another.
pub(crate) fn diff_between(repo: &Repo, files: &Vfs, old: Option<&ObjectId>, new: &ObjectId) -> Option<String> {
    let old = old.and_then(|id| repo.read_commit(files, id).ok());
    let old = repo.flat_tree(files, old.as_ref().map(|commit| &commit.tree)).ok()?;
    let new = repo.flat_tree(files, Some(&repo.read_commit(files, new).ok()?.tree)).ok()?;
    let mut text = String::new();
    for change in Repo::diff_flat(&old, &new, &Pathspec::literal(&[])) {
        text.push_str(&git::patch(repo, files, &change, &PatchOptions::default()).ok()?);
    }
    Some(text)
}
