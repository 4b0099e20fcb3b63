//! What a merge changed, by which of its parents: `-m`, `-c`, `--cc`, `--first-parent`, `--diff-merges`.

use super::cli::{Git, Stop, fatal};
use super::diff_out::DiffOutput;
use super::options::{Given, Opt, flag, only, value};
use git::{ChangeKind, Commit, Mode, ObjectId, Pathspec, Repo};
use order::{OrdMap, OrdSet};

/// How a merge's changes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merges {
    Off,
    /// Against the first parent.
    First,
    /// Against each parent, one after another.
    Each,
    /// Files that differ from every parent, against all of them at once.
    Combined,
    /// The same, and only where no part equals a parent's.
    Dense,
}

/// Texts, each with the parent that the merge is shown against if it is shown against several in turn.
pub(crate) type Bodies = Vec<(Option<ObjectId>, String)>;

pub(crate) const ROWS: &[Opt] = &[
    only('m', "", "show merges against each parent"),
    only('c', "", "show merges against all parents at once"),
    only('\0', "cc", "the same, without what equals one of them"),
    value('\0', "diff-merges", "format", "how merges are shown: off, first-parent, separate, combined, dense-combined"),
];

pub(crate) const PARENT_ROW: &[Opt] = &[flag('\0', "first-parent", "show merges against their first parent")];

impl Merges {
    pub fn read(given: &Given, usual: Self) -> Result<Self, Stop> {
        let first = if given.has("first-parent") { Self::First } else { usual };
        Ok(match given.last(&["m", "c", "cc", "diff-merges"]) {
            Some("m") => Self::Each,
            Some("c") => Self::Combined,
            Some("cc") => Self::Dense,
            Some(_) => match given.value("diff-merges") {
                None | Some("off" | "none") => Self::Off,
                Some("first-parent" | "1") => Self::First,
                Some("on" | "m" | "separate") => Self::Each,
                Some("combined" | "c") => Self::Combined,
                Some("dense-combined" | "cc") => Self::Dense,
                Some("remerge" | "r") => {
                    return fatal("--diff-merges=remerge is real Git, but not part of this sandbox yet");
                }
                Some(other) => return fatal(format!("invalid value for '--diff-merges': '{other}'")),
            },
            None => first,
        })
    }

    /// Whether the option brings the patch with it: `-c` and `--cc` do, `-m` does not.
    pub fn patches(given: &Given) -> bool {
        matches!(given.last(&["m", "c", "cc", "diff-merges"]), Some("c" | "cc"))
    }

    /// What is printed of a commit's changes: one text, or one for each parent, with the parent. `None`: nothing at all, not
    /// even the empty line before it.
    #[inline(never)]
    pub fn bodies(
        self,
        g: &Git<'_, '_>,
        repo: &Repo,
        output: &DiffOutput,
        spec: &Pathspec,
        commit: &Commit,
    ) -> Result<Option<Bodies>, Stop> {
        let against = |parent: Option<&ObjectId>| -> Result<String, Stop> {
            let old = match parent {
                Some(id) => Some(repo.read_commit(g.files(), id)?.tree),
                None => None,
            };
            let changes = repo.diff_trees(g.files(), old.as_ref(), Some(&commit.tree), spec)?;
            output.print(g, repo, &output.prepare(g, repo, changes)?)
        };
        if commit.parents.len() > 1 && matches!(self, Self::Combined | Self::Dense) {
            let text = together(g, repo, output, spec, commit, self == Self::Dense)?;
            return Ok(Some(vec![(None, text)]));
        }
        let mut texts = Vec::new();
        match (self, commit.parents.as_slice()) {
            (Self::Off, [_, _, ..]) => {}
            (Self::Each, parents @ [_, _, ..]) => {
                for parent in parents {
                    texts.push((Some(*parent), against(Some(parent))?));
                }
            }
            (_, parents) => texts.push((None, against(parents.first())?)),
        }
        texts.retain(|(_, text)| !text.is_empty());
        Ok((!texts.is_empty()).then_some(texts))
    }
}

/// A file that differs from what every parent has.
struct File {
    path: String,
    /// What each parent has, and the letter of the change.
    sides: Vec<(Option<(Mode, ObjectId)>, char)>,
    file: Option<(Mode, ObjectId)>,
}

/// A merge against all its parents, in the order of Git: tables against the first one, lists, patches.
#[inline(never)]
fn together(
    g: &Git<'_, '_>,
    repo: &Repo,
    output: &DiffOutput,
    spec: &Pathspec,
    commit: &Commit,
    dense: bool,
) -> Result<String, Stop> {
    let files = changed_from_all(g, repo, output, spec, commit)?;
    let mut out = String::new();
    if let (Some(tables), Some(first)) = (output.tables_only(), commit.parents.first()) {
        let old = repo.read_commit(g.files(), first)?.tree;
        let changes = repo.diff_trees(g.files(), Some(&old), Some(&commit.tree), spec)?;
        out = tables.print(g, repo, &tables.prepare(g, repo, changes)?)?;
    }
    for file in &files {
        list_line(g, repo, output, file, &mut out);
    }
    if output.patch {
        if !out.is_empty() && !files.is_empty() {
            out.push('\n');
        }
        for file in &files {
            out.push_str(&patch(g, repo, output, file, dense)?);
        }
    }
    Ok(out)
}

/// The files that equal no parent's; one that had another name there is compared with what it was.
#[inline(never)]
fn changed_from_all(
    g: &Git<'_, '_>,
    repo: &Repo,
    output: &DiffOutput,
    spec: &Pathspec,
    commit: &Commit,
) -> Result<Vec<File>, Stop> {
    let files = g.files();
    let result = repo.flat_tree(files, Some(&commit.tree))?;
    let mut sides = Vec::new();
    let mut renamed = OrdSet::new();
    let mut moved: Vec<OrdMap<String, ()>> = Vec::new();
    for parent in &commit.parents {
        let tree = repo.read_commit(files, parent)?.tree;
        let mut side = repo.flat_tree(files, Some(&tree))?;
        let mut here = OrdMap::new();
        let changes = repo.diff_trees(files, Some(&tree), Some(&commit.tree), &Pathspec::default())?;
        let changes = if output.renames { git::find_renames(repo, files, changes)? } else { Vec::new() };
        for change in changes {
            if let (ChangeKind::Renamed, Some(old)) = (change.kind, change.old) {
                here.insert(change.path.clone(), ());
                side.insert(change.path, (old.mode, old.id));
                renamed.insert(change.old_path);
            }
        }
        sides.push(side);
        moved.push(here);
    }
    let lost = sides.first().into_iter().flat_map(|side| side.keys());
    let lost = lost.filter(|path| !result.contains_key(*path) && !renamed.contains(*path));
    let paths: OrdSet<&String> = result.keys().chain(lost).filter(|path| spec.matches(path)).collect();
    let mut found = Vec::new();
    for path in paths {
        let file = result.get(path).copied();
        if sides.iter().zip(&moved).any(|(side, moved)| side.get(path).copied() == file && !moved.contains_key(path)) {
            continue;
        }
        let letter = |there: Option<&(Mode, ObjectId)>, moved: &OrdMap<String, ()>| match (there, file) {
            _ if moved.contains_key(path) => 'R',
            (None, _) => 'A',
            (_, None) => 'D',
            _ => 'M',
        };
        let sides =
            sides.iter().zip(&moved).map(|(side, moved)| (side.get(path).copied(), letter(side.get(path), moved)));
        found.push(File { path: path.clone(), sides: sides.collect(), file });
    }
    Ok(found)
}

/// `--raw`, `--name-status`, `--name-only`.
#[inline(never)]
fn list_line(g: &Git<'_, '_>, repo: &Repo, output: &DiffOutput, file: &File, out: &mut String) {
    let letters: String = file.sides.iter().map(|(_, letter)| *letter).collect();
    let gap = if output.nul { "\0" } else { "\t" };
    let (path, end) = if output.nul { (file.path.clone(), "\0") } else { (git::quoted_path("", &file.path), "\n") };
    if let Some(length) = output.raw {
        let all = || file.sides.iter().map(|(side, _)| *side).chain([file.file]);
        let mut line = ":".repeat(file.sides.len());
        for side in all() {
            line += &side.map_or("000000".to_string(), |(mode, _)| mode.to_string());
            line.push(' ');
        }
        for side in all() {
            line += &match side {
                Some((_, id)) if length < 40 => repo.short_id(g.files(), &id, length),
                Some((_, id)) => id.to_string(),
                None => "0".repeat(length),
            };
            line.push(' ');
        }
        out.push_str(&[line.as_str(), &letters, gap, &path, end].concat());
    } else if output.name_only {
        out.push_str(&[path.as_str(), end].concat());
    } else if output.name_status {
        out.push_str(&[letters.as_str(), gap, &path, end].concat());
    }
}

#[inline(never)]
fn patch(g: &Git<'_, '_>, repo: &Repo, output: &DiffOutput, file: &File, dense: bool) -> Result<String, Stop> {
    let files = g.files();
    let short = |side: &Option<(Mode, ObjectId)>| match side {
        Some((_, id)) => repo.short_id(files, id, 7),
        None => "0000000".to_string(),
    };
    let (mut parents, mut ids, mut modes) = (Vec::new(), Vec::new(), Vec::new());
    for (side, _) in &file.sides {
        parents.push(match side {
            Some((_, id)) => repo.read_blob(files, id)?.data().to_vec(),
            None => Vec::new(),
        });
        ids.push(short(side));
        modes.push(side.map(|(mode, _)| mode));
    }
    let head = git::combined_head(&ids, &short(&file.file), &modes, file.file.map(|(mode, _)| mode));
    let bytes = file.file.map(|(_, id)| repo.read_blob(files, &id)).transpose()?;
    let bytes = bytes.as_ref().map(|object| object.data());
    Ok(git::combined_patch(&file.path, &head, &parents, bytes, dense, &output.options).unwrap_or_default())
}
