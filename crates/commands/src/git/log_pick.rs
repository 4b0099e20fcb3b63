//! Which commits `git log` shows: ranges, paths, dates, authors, words.

use super::cli::{Git, Stop, error, fatal};
use super::log::Entries;
use super::log_sides::Sides;
use super::options::Given;
use super::range::Range;
use git::{Commit, History, IdMap, Lineage, ObjectId, Pathspec, Repo, When};
use order::OrdMap;
use shell::regex::{Syntax, build};

fn number(given: &Given, name: &str) -> Result<Option<usize>, Stop> {
    let Some(text) = given.value(name) else { return Ok(None) };
    match text.parse::<i64>() {
        Ok(number) => Ok(usize::try_from(number).ok()),
        Err(_) if name == "max-count" => fatal(format!("'{text}': not an integer")),
        Err(_) => fatal(format!("'{text}': not an integer")),
    }
}

/// Which commits are shown, in order, each with the parents that are followed.
#[inline(never)]
pub(super) fn pick_all(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    range: &Range,
    spec: &Pathspec,
) -> Result<Entries, Stop> {
    let files = g.files();
    let (from, hidden) = range.commits(g, repo)?;
    let (mut order, mut lines): History = match given.has("no-walk") {
        true => (from.clone(), IdMap::default()),
        false => repo.history(files, &from, &hidden)?,
    };
    if given.has("no-walk") {
        for id in &from {
            lines.insert(*id, repo.lineage(files, id)?);
        }
    }
    if given.has("first-parent") {
        lines.values_mut().for_each(|line| line.parents.truncate(1));
        order = only_reached(&order, &from, &lines);
    }
    if !spec.is_empty() {
        (order, lines) = touching(repo, g, &order, &lines, spec, &from)?;
    }
    if given.has("simplify-by-decoration") {
        if !spec.is_empty() {
            return error("--simplify-by-decoration with paths is real Git, but not part of this sandbox yet");
        }
        order = repo.topo_order(&order, &lines);
        (order, lines) = named_ones(g, repo, &order, &lines)?;
    } else if given.has("graph") || given.has("topo-order") {
        order = repo.topo_order(&order, &lines);
    }
    let mut kept = Vec::new();
    let filter = Filter::read(g, given)?;
    let sides = Sides::read(g, repo, given, range)?;
    for id in order {
        let line = &lines[&id];
        if sides.keeps(given, range, &id) && (filter.open || filter.keeps(&line.commit(&id)?)) {
            kept.push((id, line.clone()));
        }
    }
    Ok(kept)
}

/// Not the first so many, then so many, and perhaps the other way round.
#[inline(never)]
pub(super) fn limited(given: &Given, kept: Entries) -> Result<Entries, Stop> {
    let skip = number(given, "skip")?.unwrap_or(0);
    let count = number(given, "max-count")?.unwrap_or(usize::MAX);
    let mut kept: Entries = kept.into_iter().skip(skip).take(count).collect();
    if given.has("reverse") {
        if given.has("graph") {
            return fatal("options '--reverse' and '--graph' cannot be used together");
        }
        kept.reverse();
    }
    Ok(kept)
}

pub(crate) fn pick(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    range: &Range,
    spec: &Pathspec,
) -> Result<Entries, Stop> {
    limited(given, pick_all(g, repo, given, range, spec)?)
}

/// Those that first parents lead to.
#[inline(never)]
fn only_reached(order: &[ObjectId], from: &[ObjectId], lines: &IdMap<Lineage>) -> Vec<ObjectId> {
    let mut reached: order::OrdSet<ObjectId> = from.iter().copied().collect();
    let mut kept = Vec::new();
    for id in order {
        if reached.contains(id) {
            kept.push(*id);
            reached.extend(lines.get(id).into_iter().flat_map(|line| &line.parents));
        }
    }
    kept
}

/// Leaves out commits that do not touch the paths: of a merge only the parent is followed that it equals there.
#[inline(never)]
pub(crate) fn touching(
    repo: &Repo,
    g: &Git<'_, '_>,
    order: &[ObjectId],
    lines: &IdMap<Lineage>,
    spec: &Pathspec,
    from: &[ObjectId],
) -> Result<History, Stop> {
    let files = g.files();
    let tree = |id: &ObjectId| -> Result<ObjectId, Stop> {
        Ok(lines.get(id).map_or_else(|| repo.lineage(files, id).map(|line| line.tree), |line| Ok(line.tree))?)
    };
    let mut followed: IdMap<Lineage> = IdMap::default();
    let mut touches: IdMap<bool> = IdMap::default();
    for id in order {
        let (own, all) = (lines[id].tree, &lines[id].parents);
        let mut same = None;
        for parent in all {
            let other = tree(parent)?;
            if repo.diff_trees(files, Some(&other), Some(&own), spec)?.is_empty() {
                same = Some(*parent);
                break;
            }
        }
        let empty_root = all.is_empty() && repo.diff_trees(files, None, Some(&own), spec)?.is_empty();
        touches.insert(*id, same.is_none() && !empty_root);
        followed.insert(*id, same.map_or_else(|| lines[id].clone(), |same| lines[id].with_parents(vec![same])));
    }
    let order = only_reached(order, from, &followed);
    // A parent that is not shown is replaced by the nearest shown one before it.
    let shown = |mut id: ObjectId| loop {
        match touches.get(&id) {
            Some(true) | None => return Some(id),
            Some(false) => id = *followed[&id].parents.first()?,
        }
    };
    let kept: Vec<ObjectId> = order.into_iter().filter(|id| touches[id]).collect();
    let nearest = |line: &Lineage| line.parents.iter().filter_map(|parent| shown(*parent)).collect();
    let lines = kept.iter().map(|id| (*id, followed[id].with_parents(nearest(&followed[id])))).collect();
    Ok((kept, lines))
}

/// Leaves out commits that no reference leads to, but for roots and for merges that join two lines of kept ones.
#[inline(never)]
fn named_ones(g: &Git<'_, '_>, repo: &Repo, order: &[ObjectId], lines: &IdMap<Lineage>) -> Result<History, Stop> {
    let named = super::log_format::names(g, repo)?;
    let mut nearest: OrdMap<ObjectId, Option<ObjectId>> = OrdMap::new();
    let (mut kept, mut followed) = (Vec::new(), IdMap::default());
    for id in order.iter().rev() {
        let all = &lines[id].parents;
        let mut own: Vec<ObjectId> = Vec::new();
        for parent in all.iter().filter_map(|parent| nearest.get(parent).copied().flatten()) {
            let mut needless = false;
            for other in &own {
                needless |= repo.is_ancestor(g.files(), &parent, other)?;
            }
            if !needless {
                own.push(parent);
            }
        }
        let last = own.last().copied();
        if let (Some(last), true) = (last, own.len() > 1) {
            let mut left = Vec::new();
            for other in own {
                if other == last || !repo.is_ancestor(g.files(), &other, &last)? {
                    left.push(other);
                }
            }
            own = left;
        }
        if named.contains_key(id) || all.is_empty() || own.len() > 1 {
            nearest.insert(*id, Some(*id));
            kept.push(*id);
            followed.insert(*id, lines[id].with_parents(own));
        } else {
            nearest.insert(*id, own.first().copied());
        }
    }
    kept.reverse();
    Ok((kept, followed))
}

/// What else a commit must be.
struct Filter {
    since: Option<i64>,
    until: Option<i64>,
    author: Vec<String>,
    committer: Vec<String>,
    grep: Vec<String>,
    any_case: bool,
    merges: Option<bool>,
    /// Of parents.
    least: usize,
    most: usize,
    /// `--grep` takes those without the words.
    inverted: bool,
    /// All of `--grep`, not one of them.
    all: bool,
    syntax: Option<Syntax>,
    /// It keeps every commit, which need not be read for it.
    open: bool,
}

/// What a filter reads.
const FILTERS: [&str; 14] = [
    "since",
    "after",
    "until",
    "before",
    "merges",
    "no-merges",
    "cherry",
    "author",
    "committer",
    "grep",
    "min-parents",
    "max-parents",
    "invert-grep",
    "all-match",
];

impl Filter {
    fn read(g: &Git<'_, '_>, given: &Given) -> Result<Self, Stop> {
        let now = g.when().secs;
        let date = |names: [&str; 2]| -> Option<i64> {
            let name = given.last(&names)?;
            given.value(name).and_then(|text| When::parse_approximate(text, now))
        };
        let texts = |name: &str| given.values(name).into_iter().map(str::to_string).collect();
        let merges = given.last(&["merges", "no-merges", "cherry"]).map(|last| last == "merges");
        Ok(Self {
            since: date(["since", "after"]),
            until: date(["until", "before"]),
            author: texts("author"),
            committer: texts("committer"),
            grep: texts("grep"),
            any_case: given.has("regexp-ignore-case"),
            open: !FILTERS.iter().any(|name| given.state(name).is_some()),
            merges,
            least: number(given, "min-parents")?.unwrap_or(0),
            most: number(given, "max-parents")?.unwrap_or(usize::MAX),
            inverted: given.has("invert-grep"),
            all: given.has("all-match"),
            syntax: match given.last(&["extended-regexp", "fixed-strings", "basic-regexp"]) {
                Some("extended-regexp") => Some(Syntax::Extended),
                Some("fixed-strings") => Some(Syntax::Fixed),
                _ => None,
            },
        })
    }

    #[inline(never)]
    fn keeps(&self, commit: &Commit) -> bool {
        let hit = |word: &String, text: &str| text.lines().any(|line| self.found(word, line));
        let matches = |words: &[String], text: &str| words.is_empty() || words.iter().any(|word| hit(word, text));
        let words = match (self.grep.is_empty(), self.all) {
            (true, _) => true,
            (_, true) => self.grep.iter().all(|word| hit(word, &commit.message)) != self.inverted,
            (_, false) => matches(&self.grep, &commit.message) != self.inverted,
        };
        let secs = commit.committer.when.secs;
        let who = |who: &git::Signature| format!("{} <{}>", who.name, who.email);
        self.since.is_none_or(|since| secs >= since)
            && self.until.is_none_or(|until| secs <= until)
            && self.merges.is_none_or(|merges| merges == (commit.parents.len() > 1))
            && (self.least..=self.most).contains(&commit.parents.len())
            && matches(&self.author, &who(&commit.author))
            && matches(&self.committer, &who(&commit.committer))
            && words
    }

    /// A regular expression; text that is none is looked for as it stands.
    fn found(&self, pattern: &str, line: &str) -> bool {
        let syntax = self.syntax.unwrap_or(Syntax::Basic);
        build(pattern, syntax, self.any_case).map_or(line.contains(pattern), |regex| regex.is_match(line))
    }
}
