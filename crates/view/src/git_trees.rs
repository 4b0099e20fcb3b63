//! The three trees of Git: the last commit, the index and the working tree, for the files in which they differ.

use git::{Change, Index, ObjectId, PatchOptions, Pathspec, Repo};
use order::OrdMap;
use screen::{TreeDiff, TreeRow};
use vfs::Vfs;
use world::{MachineId, World};

const ROWS_MAX: usize = 60;

/// How the trees of a repository differ.
pub(crate) struct Differing {
    pub index: Index,
    pub staged: Vec<Change>,
    pub unstaged: Vec<Change>,
    pub untracked: Vec<String>,
}

/// Compares the trees; `None` for a repository whose index cannot be read.
pub(crate) fn differing(repo: &Repo, files: &Vfs) -> Option<Differing> {
    let index = repo.read_index(files).ok()?;
    let spec = Pathspec::literal(&[]);
    let staged = repo.diff_staged(files, head_tree(repo, files).as_ref(), &index, &spec).unwrap_or_default();
    let unstaged = repo.diff_unstaged(files, &index, &spec).unwrap_or_default();
    let ignores = git::Ignores::base(repo, files, "");
    let untracked = repo.untracked_files(files, &index, &ignores, false).unwrap_or_default();
    Some(Differing { index, staged, unstaged, untracked })
}

/// Files that are not the same in all three, in path order, and whether more are.
#[inline(never)]
pub(crate) fn rows(repo: &Repo, files: &Vfs, differing: Differing) -> (Vec<TreeRow>, bool) {
    let Differing { index, staged, unstaged, untracked } = differing;
    let committed = repo.flat_tree(files, head_tree(repo, files).as_ref()).unwrap_or_default();
    let unmerged = index.unmerged();
    let mut rows: OrdMap<String, TreeRow> = OrdMap::new();
    for change in staged.iter().chain(&unstaged) {
        let path = &change.path;
        let entry = index.get(path, 0).filter(|entry| !entry.intent_to_add).map(|entry| entry.id);
        let work = unstaged.iter().find(|other| other.path == *path);
        let row = TreeRow {
            path: path.clone(),
            head: committed.get(path).map(|(_, id)| short(id)).unwrap_or_default(),
            index: entry.as_ref().map(short).unwrap_or_default(),
            work: match work {
                Some(change) => change.new.as_ref().map(|side| short(&side.id)).unwrap_or_default(),
                None => entry.as_ref().map(short).unwrap_or_default(),
            },
            conflict: unmerged.contains_key(path),
            untracked: false,
        };
        rows.insert(path.clone(), row);
    }
    for path in untracked {
        let row = rows.entry(path.clone()).or_default();
        (row.path, row.untracked) = (path, true);
    }
    let cut = rows.len() > ROWS_MAX;
    (rows.into_iter().take(ROWS_MAX).map(|(_, row)| row).collect(), cut)
}

fn short(id: &ObjectId) -> String {
    id.to_string().get(..7).unwrap_or_default().to_string()
}

fn head_tree(repo: &Repo, files: &Vfs) -> Option<ObjectId> {
    let id = repo.head(files).ok()?.id()?;
    Some(repo.read_commit(files, &id).ok()?.tree)
}

/// What one file changes from one tree to the next, as `git diff` prints it.
#[inline(never)]
pub fn tree_diff(world: &World, path: &str, diff: &TreeDiff) -> Option<String> {
    let files = &world.machine(&MachineId::workstation())?.files;
    let repo = Repo::at(files, path)?;
    let index = repo.read_index(files).ok()?;
    let spec = Pathspec::literal(std::slice::from_ref(&diff.path));
    let changes: Vec<Change> = if diff.staged {
        repo.diff_staged(files, head_tree(&repo, files).as_ref(), &index, &spec).ok()?
    } else {
        repo.diff_unstaged(files, &index, &spec).ok()?
    };
    let change = changes.iter().find(|change| change.path == diff.path)?;
    git::patch(&repo, files, change, &PatchOptions::default()).ok()
}
