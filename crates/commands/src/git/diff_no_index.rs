//! `git diff --no-index`: two files or folders, whether or not a repository knows them.

use super::cli::{Answer, Git, Stop};
use super::diff_out::DiffOutput;
use super::options::Given;
use git::{Change, ChangeKind, Kind, Mode, ObjectId, Repo, Side, Source};
use order::OrdSet;
use vfs::{Vfs, base_name, join};

/// Where the contents lie while they are compared: in a copy of the machine's files.
const SCRATCH: &str = "/.compared";

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let [old, new] = given.operands.as_slice() else {
        if !given.has("no-index") {
            g.err("warning: Not a git repository. Use --no-index to compare two paths outside a working tree\n");
        }
        g.err("usage: git diff --no-index [<options>] <path> <path>\n");
        return Ok(129);
    };
    let output = DiffOutput::read(g, given, true)?;
    for path in [old, new] {
        if path == "-" {
            g.err("error: `git diff --no-index -' is real Git, but not part of this sandbox yet\n");
            return Ok(129);
        }
        if path != "/dev/null" && g.files().stat(&join(&g.cwd, path)).is_err() {
            g.err(format!("error: Could not access '{path}'\n"));
            return Ok(1);
        }
    }
    let is_folder = |path: &str| g.files().is_dir(&join(&g.cwd, path));
    let (old, new) = match (is_folder(old), is_folder(new)) {
        (true, false) => (below(old, base_name(new)), new.clone()),
        (false, true) => (old.clone(), below(new, base_name(old))),
        _ => (old.clone(), new.clone()),
    };
    let when = g.when();
    let mut scratch = g.files().clone();
    let repo = Repo::init(&mut scratch, SCRATCH, true, "main", when)?;
    let mut comparison = Comparison { repo: &repo, files: scratch, cwd: g.cwd.clone(), when, changes: Vec::new() };
    comparison.paths(&old, &new)?;
    let Comparison { files, changes, .. } = comparison;
    let machines = std::mem::replace(g.cx.files_mut(), files);
    let printed = output.prepare(g, &repo, changes).and_then(|changes| {
        if given.has("check") {
            return super::diff_check::run(g, &repo, &changes);
        }
        let text = output.print(g, &repo, &changes)?;
        if !given.has("quiet") {
            g.out(text);
        }
        Ok(i32::from(!changes.is_empty()))
    });
    *g.cx.files_mut() = machines;
    printed
}

fn below(folder: &str, name: &str) -> String {
    [folder.trim_end_matches('/'), "/", name].concat()
}

struct Comparison<'a> {
    repo: &'a Repo,
    files: Vfs,
    cwd: String,
    when: git::When,
    changes: Vec<Change>,
}

impl Comparison<'_> {
    /// Two paths, either of which may not be there; folders in them are gone through by a list of what is left.
    #[inline(never)]
    fn paths(&mut self, old: &str, new: &str) -> Result<(), Stop> {
        let mut left = vec![(Some(old.to_string()), Some(new.to_string()))];
        while let Some((old, new)) = left.pop() {
            let folder = |path: &Option<String>| {
                let path = path.as_ref()?;
                self.files.is_dir(&join(&self.cwd, path)).then(|| path.clone())
            };
            let (a, b) = (folder(&old), folder(&new));
            if a.is_none() && b.is_none() {
                self.file(old, new)?;
                continue;
            }
            let names = |path: &Option<String>| -> OrdSet<String> {
                let list = path.as_ref().and_then(|path| self.files.read_dir(&join(&self.cwd, path)).ok());
                list.into_iter().flatten().map(|(name, _)| name).collect()
            };
            let (in_old, in_new) = (names(&a), names(&b));
            let all: OrdSet<String> = in_old.iter().chain(in_new.iter()).cloned().collect();
            let mut below_these: Vec<_> = all
                .iter()
                .map(|name| {
                    let path = |folder: &Option<String>, there: bool| {
                        folder.as_ref().filter(|_| there).map(|folder| below(folder, name))
                    };
                    (path(&a, in_old.contains(name)), path(&b, in_new.contains(name)))
                })
                .collect();
            below_these.reverse();
            left.extend(below_these);
        }
        Ok(())
    }

    #[inline(never)]
    fn file(&mut self, old: Option<String>, new: Option<String>) -> Result<(), Stop> {
        let (a, b) = (self.side(old.as_deref())?, self.side(new.as_deref())?);
        let name = |path: Option<String>| path.map(|path| path.trim_start_matches('/').to_string());
        let old_path = name(old.filter(|_| a.is_some()));
        let new_path = name(new.filter(|_| b.is_some()));
        let Some(path) = new_path.clone().or(old_path.clone()) else { return Ok(()) };
        let Some(mut change) = Change::between(&path, a, b) else { return Ok(()) };
        if change.kind == ChangeKind::Modified {
            change.old_path = old_path.unwrap_or(path);
        }
        self.changes.push(change);
        Ok(())
    }

    #[inline(never)]
    fn side(&mut self, path: Option<&str>) -> Result<Option<Side>, Stop> {
        let Some(path) = path.filter(|path| *path != "/dev/null") else { return Ok(None) };
        let full = join(&self.cwd, path);
        let Ok(stat) = self.files.lstat(&full) else { return Ok(None) };
        let (mode, bytes) = match stat.kind {
            vfs::Kind::Symlink => (Mode::SYMLINK, self.files.read_link(&full).unwrap_or_default().as_bytes().to_vec()),
            _ if stat.mode & 0o100 != 0 => (Mode::EXECUTABLE, self.bytes(&full)),
            _ => (Mode::FILE, self.bytes(&full)),
        };
        let id: ObjectId = self.repo.write_object(&mut self.files, Kind::Blob, &bytes, self.when)?;
        Ok(Some(Side { mode, id, source: Source::Store }))
    }

    fn bytes(&self, path: &str) -> Vec<u8> {
        self.files.read(path).map(|bytes| bytes.to_vec()).unwrap_or_default()
    }
}
