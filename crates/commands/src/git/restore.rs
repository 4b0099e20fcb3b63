//! `git restore`: files of the work tree or the index back to what they were.

use super::cli::{Answer, Git, Stop, error, fatal};
use super::options::{Dialect, Given, Spec, flag, value};
use super::patch_mode::Mode;
use super::switching::flat;
use git::{
    ConflictStyle, FlatTree, Index, IndexEntry, Kind, MergeLabels, Mode as FileMode, ObjectId, Repo, merge_text,
};
use order::OrdSet;

pub(crate) const SPEC: Spec = Spec {
    name: "restore",
    usage: &["restore [<options>] [--source=<branch>] <file>..."],
    options: &[&[
        value('s', "source", "tree-ish", "from this commit"),
        flag('S', "staged", "the index"),
        flag('W', "worktree", "the work tree (default)"),
        flag('\0', "overlay", "remove nothing"),
        flag('m', "merge", "make the conflict anew"),
        value('\0', "conflict", "style", "the same, so: merge, diff3, zdiff3"),
        flag('p', "patch", "choose hunk by hunk"),
        flag('q', "quiet", "say nothing"),
        flag('2', "ours", "of an unmerged file, our version"),
        flag('3', "theirs", "of an unmerged file, their version"),
    ]],
    missing: &[
        "--ignore-unmerged",
        "--recurse-submodules",
        "--progress",
        "--ignore-skip-worktree-bits",
        "--pathspec-from-file",
        "--pathspec-file-nul",
    ],
    dialect: Dialect::Options,
};

/// Where the content comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Index,
    /// A commit or a tree.
    Tree(ObjectId),
}

/// What is brought back to where.
#[derive(Debug, Clone)]
pub(crate) struct Restore {
    pub source: From,
    pub worktree: bool,
    pub staged: bool,
    /// Files that the source does not have are removed.
    pub removes: bool,
    /// Stage 2 or 3 of unmerged files.
    pub side: Option<u8>,
    /// Conflicts are made anew, so.
    pub conflict: Option<ConflictStyle>,
    /// Whether it is said how many.
    pub told: bool,
}

/// `--merge` and `--conflict`.
#[inline(never)]
pub(crate) fn conflict_wish(g: &mut Git<'_, '_>, given: &Given) -> Result<Option<ConflictStyle>, Stop> {
    Ok(match given.value("conflict") {
        Some("merge") => Some(ConflictStyle::Merge),
        Some("diff3") => Some(ConflictStyle::Diff3),
        Some("zdiff3") => Some(ConflictStyle::Zdiff3),
        Some(other) => {
            g.err(format!("error: unknown conflict style '{other}'\n"));
            return Err(Stop::Exit(129));
        }
        None => given.has("merge").then(|| super::merging::conflict_style(g)),
    })
}

/// Writes the conflict of an unmerged path anew.
#[inline(never)]
fn recreate(g: &mut Git<'_, '_>, repo: &Repo, index: &Index, path: &str, style: ConflictStyle) -> Result<(), Stop> {
    let mut sides = Vec::new();
    for stage in 1..4 {
        sides.push(match index.get(path, stage) {
            Some(entry) => repo.read_blob(g.files(), &entry.id)?.data().to_vec(),
            None => Vec::new(),
        });
    }
    let labels = MergeLabels {
        ours: "ours".into(),
        base: "base".into(),
        theirs: "theirs".into(),
        style,
        favor: None,
        keepers: Vec::new(),
        classic: true,
        ..MergeLabels::default()
    };
    let merged = merge_text(&sides[0], &sides[1], &sides[2], &labels);
    let mode = index.get(path, 2).map_or(FileMode::FILE, |entry| entry.mode);
    let when = g.when();
    Ok(repo.write_work_bytes(g.cx.files_mut(), path, mode, &merged.bytes, when)?)
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let work = g.work()?;
    let staged = given.has("staged");
    let worktree = given.has("worktree") || !staged;
    let side = given.last(&["ours", "theirs"]).map(|side| if side == "ours" { 2 } else { 3 });
    if given.operands.is_empty() && !given.has("patch") {
        return fatal("you must specify path(s) to restore");
    }
    if side.is_some() && staged {
        return fatal("'--ours' or '--theirs' cannot be used with --staged");
    }
    let named = given.value("source").or(staged.then_some("HEAD"));
    let source = match named {
        None => From::Index,
        Some(name) => match work.repo.try_resolve(g.files(), name)? {
            Some(id) => From::Tree(id),
            None => return fatal(format!("could not resolve {name}")),
        },
    };
    if given.has("patch") {
        let other = match source {
            From::Tree(id) => Some(id),
            From::Index => None,
        };
        let mode = match (staged, worktree, named) {
            (true, false, Some("HEAD") | None) => Mode::ResetHead,
            (true, false, Some(_)) => Mode::ResetOther,
            (true, true, Some("HEAD") | None) => Mode::BothFromHead,
            (true, true, Some(_)) => Mode::BothFromOther,
            (false, _, None) => Mode::WorkFromIndex,
            (false, _, Some("HEAD")) => Mode::WorkFromHead,
            (false, _, Some(_)) => Mode::WorkFromOther,
        };
        return super::patch_apply::start(g, mode, other, &given.operands, |_| {});
    }
    let conflict = conflict_wish(g, given)?;
    if conflict.is_some() && staged {
        return fatal("'--merge' or '--conflict' cannot be used with --staged");
    }
    let restored = Restore { source, worktree, staged, conflict, told: false, removes: !given.has("overlay"), side };
    restore(g, &restored, &given.operands)?;
    Ok(0)
}

/// Writes the conflicts of these paths anew.
#[inline(never)]
fn recreate_all(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    index: &Index,
    chosen: &[&String],
    style: ConflictStyle,
    told: bool,
) -> Result<(), Stop> {
    let unmerged = index.unmerged();
    let both = |path: &&&String| unmerged.get(**path).is_some_and(|stages| stages.contains(&2) && stages.contains(&3));
    let mut again = 0;
    for path in chosen.iter().filter(both) {
        recreate(g, repo, index, path, style)?;
        again += 1;
    }
    if again > 0 && told {
        g.err(format!("Recreated {again} merge conflict{}\n", if again == 1 { "" } else { "s" }));
    }
    Ok(())
}

/// Whether an unmerged path lacks the side that is wanted, which is said. Where files are removed, that is a wish as well.
fn lacks(g: &mut Git<'_, '_>, index: &Index, path: &str, what: &Restore) -> bool {
    let there = what.side.is_some_and(|side| what.removes || index.get(path, side).is_some());
    match what.side {
        _ if there => {}
        Some(2) => g.err(format!("error: path '{path}' does not have our version\n")),
        Some(_) => g.err(format!("error: path '{path}' does not have their version\n")),
        None => g.err(format!("error: path '{path}' is unmerged\n")),
    }
    !there
}

/// Does it, and says how many paths it was.
#[inline(never)]
pub(crate) fn restore(g: &mut Git<'_, '_>, what: &Restore, paths: &[String]) -> Result<usize, Stop> {
    let work = g.work()?;
    let repo = work.repo.clone();
    let spec = g.pathspec(&work, paths)?;
    let mut index = repo.read_index(g.files())?;
    let source: FlatTree = match what.source {
        From::Index => index.flat(),
        From::Tree(id) => match repo.peel(g.files(), id, Kind::Commit)? {
            Some(commit) => flat(g, &repo, Some(&commit))?,
            None => repo.flat_tree(g.files(), Some(&id))?,
        },
    };
    // `checkout TREE -- PATH` removes nothing: what the tree has not is not there.
    let both = what.removes || what.source == From::Index;
    let in_index = index.all().filter(|_| both).map(|(path, ..)| path.to_string());
    let tracked: OrdSet<String> = in_index.chain(source.keys().cloned()).collect();
    let known: Vec<&str> = tracked.iter().map(String::as_str).collect();
    let typed = if known.is_empty() { paths.first().map(String::as_str) } else { spec.unmatched(&known) };
    if let Some(typed) = typed {
        return error(format!("pathspec '{typed}' did not match any file(s) known to git"));
    }
    let chosen: Vec<&String> = tracked.iter().filter(|path| spec.matches(path)).collect();
    let unmerged = index.unmerged();
    let mut refused = false;
    if let Some(style) = what.conflict {
        recreate_all(g, &repo, &index, &chosen, style, what.told)?;
    }
    let skipped = |path: &String| what.conflict.is_some() && unmerged.contains_key(path);
    for path in
        chosen.iter().filter(|path| !skipped(path) && what.source == From::Index && unmerged.contains_key(**path))
    {
        refused |= lacks(g, &index, path, what);
    }
    if refused {
        return Err(Stop::Exit(1));
    }
    let when = g.when();
    let mut count = 0;
    for path in chosen.into_iter().filter(|path| !skipped(path)) {
        let from_stage = what.side.and_then(|side| index.get(path, side)).map(|entry| (entry.mode, entry.id));
        let file = from_stage.or(source.get(path).copied());
        if what.staged {
            match file {
                Some((mode, id)) if index.get(path, 0).is_none_or(|entry| (entry.mode, entry.id) != (mode, id)) => {
                    index.put(path, IndexEntry::new(mode, id));
                }
                None if what.removes => index.remove(path),
                _ => {}
            }
        }
        if !what.worktree {
            continue;
        }
        let Some((mode, id)) = file else {
            if what.removes {
                repo.remove_from_work(g.cx.files_mut(), path, when)?;
            }
            continue;
        };
        let there = repo.work_file(g.files(), path, index.get(path, 0), index.written)?;
        if there.is_some_and(|there| (there.mode, there.id) == (mode, id)) {
            continue;
        }
        count += 1;
        let entry = repo.write_to_work(g.cx.files_mut(), path, mode, &id, when)?;
        if index.get(path, 0).is_some_and(|known| (known.mode, known.id) == (mode, id)) {
            index.put(path, entry);
        }
    }
    repo.write_index(g.cx.files_mut(), &index, when)?;
    Ok(count)
}
