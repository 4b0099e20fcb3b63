//! `git describe`: a commit by the nearest tag behind it.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe, only, value};
use git::{Kind, ObjectId, Pathspec, Repo};
use order::{Arrange, OrdMap, OrdSet};

pub(crate) const SPEC: Spec = Spec {
    name: "describe",
    usage: &[
        "describe [--all] [--tags] [--contains] [--abbrev=<n>] [<commit-ish>...]",
        "describe [--all] [--tags] [--contains] [--abbrev=<n>] --dirty[=<mark>]",
    ],
    options: &[&[
        flag('\0', "contains", "the tag that comes after the commit"),
        flag('\0', "all", "every reference"),
        flag('\0', "tags", "also tags that are only a name"),
        flag('\0', "long", "always with count and id"),
        maybe('\0', "abbrev", "n", "so many digits"),
        only('\0', "exact-match", "only a tag on the commit itself"),
        value('\0', "candidates", "n", "look at so many tags (10)"),
        value('\0', "match", "pattern", "only tags that match"),
        value('\0', "exclude", "pattern", "no tags that match"),
        flag('\0', "always", "the id where there is no tag"),
        maybe('\0', "dirty", "mark", "mark what is not committed"),
    ]],
    missing: &["--debug", "--broken", "--first-parent"],
    dialect: Dialect::Options,
};

/// A name on a commit; annotated tags (2) are better than others (1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    rank: u8,
    secs: i64,
    shown: String,
}

/// The names that may be used, and whether there are any, be they only light ones.
#[inline(never)]
fn names(g: &Git<'_, '_>, repo: &Repo, given: &Given) -> Result<(OrdMap<ObjectId, Name>, bool), Stop> {
    let all = given.has("all");
    let mut names: OrdMap<ObjectId, Name> = OrdMap::new();
    let mut any = false;
    let matches = |pattern: &str, name: &str| git::wildmatch(pattern, name, false);
    for (full, id) in repo.refs(g.files(), "refs/") {
        let tag = full.strip_prefix("refs/tags/");
        let Some(short) = tag.or_else(|| full.strip_prefix("refs/").filter(|_| all)) else { continue };
        let patterns = given.values("match");
        if !patterns.is_empty() && !patterns.iter().any(|pattern| matches(pattern, short)) {
            continue;
        }
        if given.values("exclude").iter().any(|pattern| matches(pattern, short)) {
            continue;
        }
        let annotated = tag.is_some() && repo.read_object(g.files(), &id)?.kind == Kind::Tag;
        any = true;
        let rank = if annotated {
            2
        } else if tag.is_some() {
            1
        } else {
            0
        };
        if rank < 2 && !all && !(given.has("tags") && rank == 1) {
            continue;
        }
        let Some(commit) = repo.peel(g.files(), id, Kind::Commit)? else { continue };
        let secs = if annotated { repo.read_tag(g.files(), &id)?.tagger.map_or(0, |who| who.when.secs) } else { 0 };
        let shown = if all { full.trim_start_matches("refs/").to_string() } else { short.to_string() };
        let name = Name { rank, secs, shown };
        let better = names
            .get(&commit)
            .is_none_or(|known| name.rank > known.rank || (name.rank == known.rank && name.secs > known.secs));
        if better {
            names.insert(commit, name);
        }
    }
    Ok((names, any))
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    if given.has("contains") {
        return super::name_rev::contains(g, &repo, given);
    }
    let (names, any) = names(g, &repo, given)?;
    if !any && !given.has("always") {
        return fatal("No names found, cannot describe anything.");
    }
    if given.state("dirty") == Some(true) && !given.operands.is_empty() {
        return fatal("option '--dirty' and commit-ishes cannot be used together");
    }
    let asked = if given.operands.is_empty() { vec!["HEAD".to_string()] } else { given.operands.clone() };
    for asked in asked {
        let found = match repo.try_resolve(g.files(), &asked)? {
            Some(id) => repo.peel(g.files(), id, Kind::Commit)?,
            None => return fatal(format!("Not a valid object name {asked}")),
        };
        let Some(id) = found else { return fatal(format!("{asked} is neither a commit nor blob")) };
        let mut text = one(g, &repo, given, &names, id)?;
        if given.has("dirty") && dirty(g, &repo)? {
            text.push_str(given.value("dirty").unwrap_or("-dirty"));
        }
        g.out(format!("{text}\n"));
    }
    Ok(0)
}

/// `%(describe)`: nothing where no tag describes it.
pub(crate) fn quietly(g: &Git<'_, '_>, repo: &Repo, id: ObjectId) -> Result<String, Stop> {
    let Ok(given) = super::options::parse(&[], &SPEC) else { return Ok(String::new()) };
    let (names, _) = names(g, repo, &given)?;
    Ok(one(g, repo, &given, &names, id).unwrap_or_default())
}

fn dirty(g: &Git<'_, '_>, repo: &Repo) -> Result<bool, Stop> {
    let index = repo.read_index(g.files())?;
    Ok(super::pick::dirty_index(g, repo)? || !repo.diff_unstaged(g.files(), &index, &Pathspec::default())?.is_empty())
}

#[inline(never)]
fn one(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    names: &OrdMap<ObjectId, Name>,
    id: ObjectId,
) -> Result<String, Stop> {
    let abbrev = match given.value("abbrev").map(str::parse::<usize>) {
        Some(Ok(length)) => length,
        _ if given.state("abbrev") == Some(false) => 0,
        _ => 7,
    };
    let short = |least: usize| repo.short_id(g.files(), &id, least.max(4));
    let named = |name: &Name, count: usize| {
        if abbrev == 0 || (count == 0 && !given.has("long")) {
            name.shown.clone()
        } else {
            format!("{}-{count}-g{}", name.shown, short(abbrev))
        }
    };
    if let Some(name) = names.get(&id) {
        return Ok(named(name, 0));
    }
    let most = if given.has("exact-match") {
        0
    } else {
        given.value("candidates").and_then(|text| text.parse().ok()).unwrap_or(10)
    };
    if most == 0 {
        return fatal(format!("no tag exactly matches '{id}'"));
    }
    // The tag that is reached with the fewest commits that it does not hold.
    let order = repo.walk(g.files(), &[id], &[])?;
    let mut found: Vec<(usize, usize, Name)> = Vec::new();
    let mut tagged = OrdSet::new();
    for (n, commit) in order.iter().enumerate() {
        let Some(name) = names.get(commit) else { continue };
        let behind = repo.reachable(g.files(), &[*commit])?;
        let depth = order.iter().filter(|other| !behind.contains(*other)).count();
        tagged.insert(*commit);
        found.push((depth, n, name.clone()));
        if found.len() >= most {
            break;
        }
    }
    found.arrange_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    match found.into_iter().next() {
        Some((depth, _, name)) => Ok(named(&name, depth)),
        None if given.has("always") => Ok(if abbrev == 0 { id.to_string() } else { short(abbrev) }),
        None if given.has("tags") || given.has("all") => {
            fatal(format!("No tags can describe '{id}'.\nTry --always, or create some tags."))
        }
        None => {
            let light = repo.refs(g.files(), "refs/tags/");
            let behind = repo.reachable(g.files(), &[id])?;
            if light.values().any(|tag| behind.contains(tag)) {
                return fatal(format!(
                    "No annotated tags can describe '{id}'.\nHowever, there were unannotated tags: try --tags."
                ));
            }
            fatal(format!("No tags can describe '{id}'.\nTry --always, or create some tags."))
        }
    }
}
