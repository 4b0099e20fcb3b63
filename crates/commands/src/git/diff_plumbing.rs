//! `git diff-tree`, `git diff-index` and `git diff-files`: differences for scripts.

use super::cli::{Answer, Git, Stop, fatal};
use super::combined::{self, Merges};
use super::diff_out::{self, DiffOutput};
use super::options::{Dialect, Given, Spec, only, usage};
use git::{Change, ChangeKind, Index, Kind, Mode, ObjectId, Pathspec, Repo, Side, Source};

const MISSING: &[&str] = &["--combined-all-paths", "--pretty", "--merge-base", "-B", "-O", "--ita-invisible-in-index"];

pub(crate) const TREE_SPEC: Spec = Spec {
    name: "diff-tree",
    usage: &[
        "diff-tree [--stdin] [-m] [-s] [-v] [--no-commit-id] [-r] [-t] [--root] <tree-ish> [<tree-ish>] [<path>...]",
    ],
    options: &[
        &[
            only('r', "", "what is in trees too"),
            only('t', "", "the trees too"),
            only('\0', "root", "a first commit against nothing"),
            only('\0', "no-commit-id", "without the commit's id"),
            only('v', "", "with the message"),
            only('\0', "stdin", "commits that standard input names"),
        ],
        diff_out::ROWS,
        combined::ROWS,
    ],
    missing: MISSING,
    dialect: Dialect::Options,
};

pub(crate) const INDEX_SPEC: Spec = Spec {
    name: "diff-index",
    usage: &["diff-index [-m] [--cached] [<options>] <tree-ish> [<path>...]"],
    options: &[
        &[only('\0', "cached", "only the index"), only('m', "", "what is not there counts as unchanged")],
        diff_out::ROWS,
    ],
    missing: MISSING,
    dialect: Dialect::Options,
};

pub(crate) const FILES_SPEC: Spec = Spec {
    name: "diff-files",
    usage: &["diff-files [-q] [<options>] [<path>...]"],
    options: &[&[only('q', "", "say nothing of files that are gone")], diff_out::ROWS],
    missing: MISSING,
    dialect: Dialect::Options,
};

#[inline(never)]
fn output(g: &Git<'_, '_>, given: &Given) -> Result<DiffOutput, Stop> {
    let mut output = DiffOutput::read(g, given, false)?;
    output.renames = given.last(&["find-renames", "no-renames"]) == Some("find-renames");
    if !output.any() && !given.has("no-patch") {
        match given.has("cc") {
            true => output.patch = true,
            false => output.raw = Some(40),
        }
    }
    if output.raw.is_some() {
        output.raw = Some(given.value("abbrev").and_then(|text| text.parse().ok()).unwrap_or(40));
    }
    Ok(output)
}

fn spec(g: &Git<'_, '_>, paths: &[String]) -> Result<Pathspec, Stop> {
    match g.work() {
        Ok(work) => g.pathspec(&work, paths),
        Err(_) => Ok(Pathspec::literal(paths)),
    }
}

fn print(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, output: &DiffOutput, changes: Vec<Change>) -> Answer {
    let changes = output.prepare(g, repo, changes)?;
    let text = output.print(g, repo, &changes)?;
    if !given.has("quiet") {
        g.out(text);
    }
    let asked = given.has("exit-code") || given.has("quiet");
    Ok(i32::from(asked && !changes.is_empty()))
}

#[inline(never)]
pub(crate) fn tree(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let output = output(g, given)?;
    let deep = given.has("r") || output.patch || output.stat || output.numstat || output.shortstat || output.summary;
    if given.has("stdin") {
        let Some(text) = g.cx.stdin_text() else { return Ok(world::Cx::WAIT) };
        let spec = spec(g, &given.operands)?;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let id = repo.resolve_commit(g.files(), line.trim())?;
            commit(g, &repo, given, &output, &id, deep, &spec)?;
        }
        return Ok(0);
    }
    let mut ids = Vec::new();
    let mut rest = given.operands.clone();
    while let Some(name) = rest.first().filter(|_| ids.len() < 2).cloned() {
        match repo.try_resolve(g.files(), &name)? {
            Some(id) => ids.push(id),
            None => break,
        }
        rest.remove(0);
    }
    let spec = spec(g, &rest)?;
    match ids.as_slice() {
        [] => {
            if let Some(name) = rest.first() {
                return Err(git::GitError::unknown_revision(name.clone()).into());
            }
            g.err(usage(&TREE_SPEC));
            Ok(129)
        }
        [one] => {
            let Some(id) = repo.peel(g.files(), *one, Kind::Commit)? else { return fatal("a commit is expected") };
            commit(g, &repo, given, &output, &id, deep, &spec)
        }
        [one, two, ..] => {
            let (a, b) = (repo.peel(g.files(), *one, Kind::Tree)?, repo.peel(g.files(), *two, Kind::Tree)?);
            let changes = changes(g, &repo, a.as_ref(), b.as_ref(), deep, &spec)?;
            print(g, &repo, given, &output, changes)
        }
    }
}

#[inline(never)]
fn commit(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    output: &DiffOutput,
    id: &ObjectId,
    deep: bool,
    spec: &Pathspec,
) -> Answer {
    let commit = repo.read_commit(g.files(), id)?;
    let merges = Merges::read(given, Merges::Off)?;
    if commit.parents.len() > 1 && matches!(merges, Merges::Combined | Merges::Dense) {
        let bodies = merges.bodies(g, repo, output, spec, &commit)?.unwrap_or_default();
        let text: String = bodies.into_iter().map(|(_, text)| text).collect();
        if !text.is_empty() && !given.has("quiet") {
            let head = if given.has("no-commit-id") { String::new() } else { format!("{id}\n") };
            g.out(head + &text);
        }
        return Ok(i32::from((given.has("exit-code") || given.has("quiet")) && !text.is_empty()));
    }
    if (commit.parents.is_empty() && !given.has("root")) || (commit.parents.len() > 1 && merges == Merges::Off) {
        return Ok(0);
    }
    let mut parents: Vec<Option<ObjectId>> = commit.parents.iter().copied().map(Some).collect();
    if parents.is_empty() {
        parents.push(None);
    }
    parents.truncate(if merges == Merges::First { 1 } else { parents.len() });
    let mut code = 0;
    for parent in parents {
        let old = match parent {
            Some(parent) => Some(repo.read_commit(g.files(), &parent)?.tree),
            None => None,
        };
        let changes = changes(g, repo, old.as_ref(), Some(&commit.tree), deep, spec)?;
        if changes.is_empty() {
            continue;
        }
        if !given.has("no-commit-id") && !given.has("quiet") {
            g.out(format!("{id}\n"));
        }
        if output.patch && given.has("v") {
            g.out("\n");
        }
        code = print(g, repo, given, output, changes)?;
    }
    Ok(code)
}

/// Differences of two trees; those of trees in them stand as one each, unless `deep`.
fn changes(
    g: &Git<'_, '_>,
    repo: &Repo,
    old: Option<&ObjectId>,
    new: Option<&ObjectId>,
    deep: bool,
    spec: &Pathspec,
) -> Result<Vec<Change>, Stop> {
    if deep {
        return Ok(repo.diff_trees(g.files(), old, new, spec)?);
    }
    let entries = |id: Option<&ObjectId>| -> Result<git::FlatTree, Stop> {
        let Some(id) = id else { return Ok(git::FlatTree::new()) };
        let all = repo.read_tree(g.files(), id)?;
        Ok(all.into_iter().map(|entry| (entry.name, (entry.mode, entry.id))).collect())
    };
    let (old, new) = (entries(old)?, entries(new)?);
    let names: order::OrdSet<&String> = old.keys().chain(new.keys()).collect();
    let side =
        |file: Option<&(Mode, ObjectId)>| file.map(|(mode, id)| Side { mode: *mode, id: *id, source: Source::Store });
    let differing = names.into_iter().filter(|name| old.get(*name) != new.get(*name) && spec.may_match_below(name));
    Ok(differing.filter_map(|name| Change::between(name, side(old.get(name)), side(new.get(name)))).collect())
}

/// What a commit has of unmerged paths.
#[inline(never)]
pub(crate) fn with_old(
    g: &Git<'_, '_>,
    repo: &Repo,
    tree: Option<&ObjectId>,
    changes: &mut [Change],
) -> Result<(), Stop> {
    if changes.iter().any(|change| change.kind == ChangeKind::Unmerged) {
        let before = repo.flat_tree(g.files(), tree)?;
        for change in changes.iter_mut().filter(|change| change.kind == ChangeKind::Unmerged) {
            let side = |(mode, id): &(Mode, ObjectId)| Side { mode: *mode, id: *id, source: Source::Store };
            change.old = before.get(&change.path).map(side);
        }
    }
    Ok(())
}

/// Behind each unmerged path, what the work tree has there against our side; not for those `shown_apart`.
pub(crate) fn with_ours(
    g: &Git<'_, '_>,
    repo: &Repo,
    index: &Index,
    changes: Vec<Change>,
    shown_apart: &[String],
) -> Result<Vec<Change>, Stop> {
    let mut all = Vec::new();
    for mut change in changes {
        if change.kind != ChangeKind::Unmerged {
            all.push(change);
            continue;
        }
        let path = change.path.clone();
        let found = repo.work_file(g.files(), &path, None, 0)?;
        let work = found.map(|file| Side { mode: file.mode, id: file.id, source: Source::WorkTree });
        change.new = work;
        all.push(change);
        let ours = index.get(&path, 2).map(|entry| Side { mode: entry.mode, id: entry.id, source: Source::Store });
        if ours.is_some() && !shown_apart.contains(&path) {
            all.extend(Change::between(&path, ours, work));
        }
    }
    Ok(all)
}

/// A file of the work tree that is as the index has it has an id.
pub(crate) fn known_ids(index: &Index, changes: &mut [Change]) {
    for change in changes {
        if let (Some(side), Some(entry)) = (&mut change.new, index.get(&change.path, 0))
            && (side.mode, side.id) == (entry.mode, entry.id)
        {
            side.source = Source::Store;
        }
    }
}

#[inline(never)]
pub(crate) fn index(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let output = output(g, given)?;
    let Some((name, paths)) = given.operands.split_first() else {
        g.err(usage(&INDEX_SPEC));
        return Ok(129);
    };
    let Some(id) = repo.try_resolve(g.files(), name)? else {
        return Err(git::GitError::unknown_revision(name.clone()).into());
    };
    let Some(tree) = repo.peel(g.files(), id, Kind::Tree)? else { return fatal(format!("bad object {name}")) };
    let spec = spec(g, paths)?;
    let index = repo.read_index(g.files())?;
    let mut changes = if given.has("cached") {
        repo.diff_staged(g.files(), Some(&tree), &index, &spec)?
    } else {
        repo.diff_work(g.files(), &tree, &index, &spec)?
    };
    with_old(g, &repo, Some(&tree), &mut changes)?;
    known_ids(&index, &mut changes);
    print(g, &repo, given, &output, changes)
}

pub(crate) fn files(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    let output = output(g, given)?;
    let spec = spec(g, &given.operands)?;
    let index = repo.read_index(g.files())?;
    let changes = repo.diff_unstaged(g.files(), &index, &spec)?;
    let changes = with_ours(g, &repo, &index, changes, &[])?;
    print(g, &repo, given, &output, changes)
}
