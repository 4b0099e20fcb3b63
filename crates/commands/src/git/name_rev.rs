//! `git name-rev`, and `git describe --contains`: a commit by a reference that comes after it.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, only, usage, value};
use git::{Kind, ObjectId, Repo};
use order::OrdMap;

pub(crate) const SPEC: Spec = Spec {
    name: "name-rev",
    usage: &["name-rev [<options>] <commit>...", "name-rev [<options>] --all"],
    options: &[&[
        flag('\0', "name-only", "only the name, without the id"),
        flag('\0', "tags", "only by tags"),
        value('\0', "refs", "pattern", "only by references that match"),
        value('\0', "exclude", "pattern", "not by references that match"),
        flag('\0', "all", "every commit that has a name"),
        only('\0', "no-undefined", "fail where there is no name"),
        flag('\0', "always", "the id where there is no name"),
    ]],
    missing: &["--annotate-stdin", "--stdin", "--peel-tag"],
    dialect: Dialect::Options,
};

/// Going to another parent than the first costs as much as so many steps.
const SIDEWAYS: u64 = 65_535;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    name: String,
    /// Steps back along first parents since the last turn.
    back: u64,
    distance: u64,
    from_tag: bool,
    secs: i64,
    /// The tag itself is annotated: its commit is `v1^0`.
    peeled: bool,
}

impl Found {
    fn text(&self) -> String {
        if self.back == 0 {
            format!("{}{}", self.name, if self.peeled { "^0" } else { "" })
        } else {
            format!("{}~{}", self.name, self.back)
        }
    }

    /// Steps back cost as much as going sideways once.
    fn far(&self) -> u64 {
        self.distance + if self.back > 0 { SIDEWAYS } else { 0 }
    }

    fn better_than(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.far(), other.far());
        match (self.from_tag, other.from_tag) {
            (true, true) => mine < theirs,
            (false, false) => (mine, self.secs) < (theirs, other.secs),
            (tag, _) => tag,
        }
    }
}

#[inline(never)]
fn all_names(g: &Git<'_, '_>, repo: &Repo, given: &Given, only_tags: bool) -> Result<OrdMap<ObjectId, Found>, Stop> {
    let mut names: OrdMap<ObjectId, Found> = OrdMap::new();
    let tags = given.has("tags") || only_tags;
    for (full, id) in repo.refs(g.files(), "refs/") {
        let tag = full.strip_prefix("refs/tags/");
        if tags && tag.is_none() {
            continue;
        }
        let short = git::shorten_ref(&full);
        let matches = |pattern: &&str| git::wildmatch(pattern, short, false) || git::wildmatch(pattern, &full, false);
        let wanted = given.values("refs");
        if (!wanted.is_empty() && !wanted.iter().any(matches)) || given.values("exclude").iter().any(matches) {
            continue;
        }
        let Some(commit) = repo.peel(g.files(), id, Kind::Commit)? else { continue };
        let annotated = commit != id;
        let secs = match annotated {
            true => repo.read_tag(g.files(), &id)?.tagger.map_or(0, |who| who.when.secs),
            false => repo.read_commit(g.files(), &commit)?.committer.when.secs,
        };
        let shown = match tag {
            Some(name) if tags => name.to_string(),
            Some(_) | None if full.starts_with("refs/heads/") => short.to_string(),
            _ => full.trim_start_matches("refs/").to_string(),
        };
        let first = Found { name: shown, back: 0, distance: 0, from_tag: tag.is_some(), secs, peeled: annotated };
        spread(g, repo, commit, first, &mut names)?;
    }
    Ok(names)
}

/// Carries a name to everything behind it, as long as it is better there than what is known.
#[inline(never)]
fn spread(
    g: &Git<'_, '_>,
    repo: &Repo,
    id: ObjectId,
    first: Found,
    names: &mut OrdMap<ObjectId, Found>,
) -> Result<(), Stop> {
    let mut stack = vec![(id, first)];
    while let Some((id, found)) = stack.pop() {
        if names.get(&id).is_some_and(|known| !found.better_than(known)) {
            continue;
        }
        names.insert(id, found.clone());
        for (n, parent) in repo.read_commit(g.files(), &id)?.parents.into_iter().enumerate() {
            let next = if n == 0 {
                Found { back: found.back + 1, distance: found.distance + 1, ..found.clone() }
            } else {
                let base = if found.back == 0 { found.name.clone() } else { format!("{}~{}", found.name, found.back) };
                let name = format!("{base}^{}", n + 1);
                Found { name, back: 0, distance: found.distance + SIDEWAYS, peeled: false, ..found.clone() }
            };
            stack.push((parent, next));
        }
    }
    Ok(())
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let names = all_names(g, &repo, given, false)?;
    if given.has("all") {
        for (id, found) in &names {
            let text = if given.has("name-only") { found.text() } else { format!("{id} {}", found.text()) };
            g.out(format!("{text}\n"));
        }
        return Ok(0);
    }
    if given.operands.is_empty() {
        g.err(usage(&SPEC));
        return Ok(129);
    }
    for asked in &given.operands {
        let found = match repo.try_resolve(g.files(), asked)? {
            Some(id) => repo.peel(g.files(), id, Kind::Commit)?,
            None => None,
        };
        let Some(id) = found else {
            g.err(format!("Could not get sha1 for {asked}. Skipping.\n"));
            continue;
        };
        let name = match names.get(&id) {
            Some(found) => found.text(),
            None if given.has("always") => repo.short_id(g.files(), &id, 7),
            None if given.has("no-undefined") => return fatal(format!("cannot describe '{id}'")),
            None => "undefined".into(),
        };
        g.out(if given.has("name-only") { format!("{name}\n") } else { format!("{asked} {name}\n") });
    }
    Ok(0)
}

/// `git describe --contains`.
#[inline(never)]
pub(crate) fn contains(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let names = all_names(g, repo, given, !given.has("all"))?;
    let asked = if given.operands.is_empty() { vec!["HEAD".to_string()] } else { given.operands.clone() };
    for asked in asked {
        let Ok(id) = repo.resolve_commit(g.files(), &asked) else {
            g.err(format!("Could not get sha1 for {asked}. Skipping.\n"));
            continue;
        };
        match names.get(&id) {
            Some(found) => g.out(format!("{}\n", found.text())),
            None if given.has("always") => g.out(format!("{}\n", repo.short_id(g.files(), &id, 7))),
            None => return fatal(format!("cannot describe '{id}'")),
        }
    }
    Ok(0)
}
