//! `git merge-base`.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, only, usage};
use git::{Kind, ObjectId, Repo};
use order::OrdSet;

pub(crate) const SPEC: Spec = Spec {
    name: "merge-base",
    usage: &[
        "merge-base [-a | --all] <commit> <commit>...",
        "merge-base [-a | --all] --octopus <commit>...",
        "merge-base --is-ancestor <commit> <commit>",
        "merge-base --independent <commit>...",
        "merge-base --fork-point <ref> [<commit>]",
    ],
    options: &[&[
        only('a', "all", "every best common ancestor"),
        only('\0', "octopus", "one of all of them at once"),
        only('\0', "independent", "those that no other reaches"),
        only('\0', "is-ancestor", "whether the first is an ancestor of the second"),
        only('\0', "fork-point", "where a branch left another, by that one's log"),
    ]],
    missing: &[],
    dialect: Dialect::Options,
};

fn commit(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Result<ObjectId, Stop> {
    let found = repo.try_resolve(g.files(), name)?;
    match found.map_or(Ok(None), |id| repo.peel(g.files(), id, Kind::Commit))? {
        Some(id) => Ok(id),
        None => fatal(format!("Not a valid object name {name}")),
    }
}

/// The commit that a reference was at when a branch left it.
#[inline(never)]
pub(crate) fn fork_point(g: &Git<'_, '_>, repo: &Repo, full: &str, head: &ObjectId) -> Result<Option<ObjectId>, Stop> {
    let log = repo.reflog(g.files(), full);
    let mut known: OrdSet<ObjectId> = log.iter().map(|entry| entry.new).filter(|id| !id.is_null()).collect();
    known.extend(log.first().map(|entry| entry.old).filter(|id| !id.is_null()));
    if log.is_empty() {
        known.extend(repo.read_ref(g.files(), full));
    }
    let behind = repo.reachable(g.files(), &[*head])?;
    let mut best = Vec::new();
    for id in known.iter().filter(|id| behind.contains(*id)) {
        best.push(*id);
    }
    let best = independent(g, repo, &best)?;
    Ok(match best.as_slice() {
        [one] => Some(*one),
        _ => None,
    })
}

/// Those that none of the others reaches.
#[inline(never)]
fn independent(g: &Git<'_, '_>, repo: &Repo, ids: &[ObjectId]) -> Result<Vec<ObjectId>, Stop> {
    let mut kept: Vec<ObjectId> = Vec::new();
    for (n, id) in ids.iter().enumerate() {
        let mut reached = ids[..n].contains(id);
        for other in ids.iter().filter(|other| *other != id) {
            reached = reached || repo.is_ancestor(g.files(), id, other)?;
        }
        if !reached {
            kept.push(*id);
        }
    }
    Ok(kept)
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let names = &given.operands;
    let print = |g: &mut Git<'_, '_>, ids: &[ObjectId]| {
        let count = if given.has("all") || given.has("independent") { ids.len() } else { 1 };
        for id in ids.iter().take(count) {
            g.out(format!("{id}\n"));
        }
        Ok(i32::from(ids.is_empty()))
    };
    let wrong = |g: &mut Git<'_, '_>| {
        g.err(usage(&SPEC));
        Ok(129)
    };
    if given.has("fork-point") {
        let (Some(name), true) = (names.first(), names.len() < 3) else { return wrong(g) };
        let tip = names.get(1).map_or("HEAD", String::as_str);
        let Ok(head) = repo.resolve_commit(g.files(), tip) else {
            return fatal(format!("Not a valid object name: '{tip}'"));
        };
        let Some(full) = repo.full_ref_name(g.files(), name) else { return fatal(format!("No such ref: '{name}'")) };
        let found = fork_point(g, &repo, &full, &head)?;
        return print(g, found.as_slice());
    }
    if given.has("is-ancestor") {
        let [one, two] = names.as_slice() else {
            return if names.len() < 2 { wrong(g) } else { fatal("--is-ancestor takes exactly two commits") };
        };
        let (one, two) = (commit(g, &repo, one)?, commit(g, &repo, two)?);
        return Ok(i32::from(!repo.is_ancestor(g.files(), &one, &two)?));
    }
    let mut ids = Vec::new();
    if given.has("octopus") || given.has("independent") {
        // Git reads these from the last.
        for name in names.iter().rev() {
            commit(g, &repo, name)?;
        }
    }
    for name in names {
        ids.push(commit(g, &repo, name)?);
    }
    if given.has("independent") {
        let kept = independent(g, &repo, &ids)?;
        return print(g, &kept);
    }
    if ids.is_empty() || (ids.len() < 2 && !given.has("octopus")) {
        return wrong(g);
    }
    let bases = if given.has("octopus") {
        let mut bases = vec![ids[0]];
        for id in &ids[1..] {
            let mut next = Vec::new();
            for base in &bases {
                next.extend(repo.merge_bases(g.files(), base, id)?);
            }
            bases = independent(g, &repo, &next)?;
        }
        bases
    } else {
        repo.merge_bases_of(g.files(), &ids[0], &ids[1..])?
    };
    print(g, &bases)
}
