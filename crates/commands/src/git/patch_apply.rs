//! `--patch`: what is asked for, and what becomes of the answers.

use super::apply::{self, Onto};
use super::cli::{Answer, Git, Stop, Work, fatal};
use super::patch_ask::{Session, go};
use super::patch_hunks::PatchFile;
use super::patch_mode::Mode;
use super::stash_make::{Wish, make, store};
use super::switching::flat;
use git::{Change, ChangeKind, Kind, ObjectId, PatchOptions, Repo};

/// Starts to ask; `other` is the tree that is compared with, where it is not the index.
pub(crate) fn start(
    g: &mut Git<'_, '_>,
    mode: Mode,
    other: Option<ObjectId>,
    paths: &[String],
    fill: impl FnOnce(&mut Session),
) -> Answer {
    let work = g.work()?;
    let changes = changes(g, &work, mode, other, paths)?;
    let mut options = PatchOptions::default();
    if let Some(context) = g.settings().get("diff.context").and_then(|text| text.parse().ok()) {
        options.context = context;
    }
    if mode.turned() {
        options.prefixes = ["b/", "a/"];
    }
    if !matches!(mode, Mode::ResetHead | Mode::ResetOther) {
        needs_merge(g, &work.repo)?;
    }
    let (mut files, mut binary, mut empty) = (Vec::new(), 0, 0);
    // A stash knows only files that HEAD has.
    let asked = |change: &&Change| mode != Mode::Stash || change.old.is_some() || change.kind == ChangeKind::Unmerged;
    for change in changes.iter().filter(asked) {
        if change.kind == ChangeKind::Unmerged {
            empty += 1;
            continue;
        }
        for file in PatchFile::read_all(&git::patch(&work.repo, g.files(), change, &options)?) {
            if file.binary {
                binary += 1;
            } else if file.pieces.is_empty() {
                empty += 1;
            } else {
                files.push(file);
            }
        }
    }
    let mut session = Session::new(mode, files);
    fill(&mut session);
    session.color = g.colored("interactive", None);
    if session.files.is_empty() {
        let text = match (binary, empty) {
            (0, 0) => "No changes.\n",
            (_, 0) => "Only binary files changed.\n",
            _ => "",
        };
        g.out(text);
        return finish(g, &session);
    }
    go(g, session, None)
}

fn changes(
    g: &mut Git<'_, '_>,
    work: &Work,
    mode: Mode,
    other: Option<ObjectId>,
    paths: &[String],
) -> Result<Vec<Change>, Stop> {
    let repo = &work.repo;
    let spec = g.pathspec(work, paths)?;
    let index = repo.read_index(g.files())?;
    let files = g.files();
    let tree = match other {
        Some(id) => repo.peel(files, id, Kind::Tree)?,
        None => None,
    };
    let changes = match (mode, tree) {
        (Mode::Add | Mode::WorkFromIndex, _) => repo.diff_unstaged(files, &index, &spec)?,
        (Mode::ResetHead | Mode::ResetOther, tree) => repo.diff_staged(files, tree.as_ref(), &index, &spec)?,
        (_, Some(tree)) => repo.diff_work(files, &tree, &index, &spec)?,
        (_, None) => Vec::new(),
    };
    Ok(if mode.turned() {
        let turn = |change: Change| Change::between(&change.path, change.new, change.old);
        changes.into_iter().filter_map(turn).collect()
    } else {
        changes
    })
}

fn onto(mode: Mode) -> Onto {
    Onto { index: mode.on_index(), work: mode.on_work() }
}

/// Whether what is chosen of a file could be applied.
#[inline(never)]
pub(crate) fn fits(g: &mut Git<'_, '_>, s: &Session, file: &PatchFile) -> Result<bool, Stop> {
    let Some(patch) = file.chosen(s.mode.takes_back()) else { return Ok(true) };
    if s.mode == Mode::Stash {
        let repo = g.work()?.repo;
        return Ok(patched(g, &repo, &patch)?.is_some());
    }
    let repo = g.work()?.repo;
    let onto = match onto(s.mode) {
        Onto { index: true, .. } => Onto { index: true, work: false },
        onto => onto,
    };
    Ok(apply::check(g, &repo, &[patch], onto, false)?.is_some())
}

/// Applies what was chosen of the file; false where it has to be asked how.
#[inline(never)]
pub(crate) fn one_file(g: &mut Git<'_, '_>, s: &Session) -> Result<bool, Stop> {
    let Some(patch) = s.files[s.file].chosen(s.mode.takes_back()) else { return Ok(true) };
    if s.mode == Mode::Stash {
        return Ok(true);
    }
    let repo = g.work()?.repo;
    let patches = [patch];
    let Onto { index, work } = onto(s.mode);
    let parts = [(index, Onto { index: true, work: false }), (work, Onto { index: false, work: true })];
    let mut results = Vec::new();
    for (_, onto) in parts.iter().filter(|(wanted, _)| *wanted) {
        match apply::check(g, &repo, &patches, *onto, false)? {
            Some(result) => results.push((*onto, result)),
            None if index && work && onto.index => {
                if apply::check(g, &repo, &patches, parts[1].1, false)?.is_some() {
                    g.out("The selected hunks do not apply to the index!\n");
                    return Ok(false);
                }
                return Ok(true);
            }
            None => return Ok(true),
        }
    }
    for (onto, result) in results {
        super::apply_write::write(g, &repo, &result, onto)?;
    }
    needs_merge(g, &repo)?;
    Ok(true)
}

/// Looking at the files again names what is not merged.
fn needs_merge(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    for path in repo.read_index(g.files())?.unmerged().keys() {
        g.out(format!("{path}: needs merge\n"));
    }
    Ok(())
}

/// What does not fit the index goes to the work tree alone, or nowhere.
#[inline(never)]
pub(crate) fn anyway(g: &mut Git<'_, '_>, s: &Session, wanted: bool) -> Result<(), Stop> {
    let Some(patch) = s.files[s.file].chosen(s.mode.takes_back()) else { return Ok(()) };
    if !wanted {
        g.out("Nothing was applied.\n\n");
        return Ok(());
    }
    let repo = g.work()?.repo;
    let onto = Onto { index: false, work: true };
    if let Some(result) = apply::check(g, &repo, &[patch], onto, false)? {
        super::apply_write::write(g, &repo, &result, onto)?;
    }
    Ok(())
}

/// A file as it becomes; `None` where it goes.
type NewFile = Option<(git::Mode, Vec<u8>)>;

/// A path of HEAD with the patch on it.
fn patched(g: &Git<'_, '_>, repo: &Repo, patch: &git::FilePatch) -> Result<Option<NewFile>, Stop> {
    let head = repo.head(g.files())?.id();
    let committed = flat(g, repo, head.as_ref())?;
    let old = match patch.old_path.as_ref().and_then(|path| committed.get(path)) {
        Some((mode, id)) => (*mode, repo.read_blob(g.files(), id)?.data().to_vec()),
        None => (git::Mode::FILE, Vec::new()),
    };
    let Ok((bytes, _)) = patch.apply(&old.1) else { return Ok(None) };
    Ok(Some(patch.path.as_ref().map(|_| (patch.mode.unwrap_or(old.0), bytes))))
}

/// After the last file: a stash is made of what was chosen.
pub(crate) fn finish(g: &mut Git<'_, '_>, s: &Session) -> Answer {
    if let Some(words) = &s.commit {
        let spec = super::commit::SPEC;
        return match super::options::parse(words, &spec) {
            Ok(given) => super::commit::run(g, &given),
            Err(refused) => {
                g.err(refused.text);
                Ok(refused.code)
            }
        };
    }
    if s.mode != Mode::Stash {
        return Ok(0);
    }
    let work = g.work()?;
    let repo = &work.repo;
    let patches: Vec<git::FilePatch> = s.files.iter().filter_map(|file| file.chosen(false)).collect();
    if patches.is_empty() {
        g.err("No changes selected\n");
        return Ok(1);
    }
    let when = g.when();
    let head = repo.head(g.files())?.id();
    let mut tree = flat(g, repo, head.as_ref())?;
    for patch in &patches {
        let result = patched(g, repo, patch)?;
        if let Some(old) = &patch.old_path {
            tree.remove(old);
        }
        if let (Some(path), Some(Some((mode, bytes)))) = (&patch.path, result) {
            let id = repo.write_object(g.cx.files_mut(), Kind::Blob, &bytes, when)?;
            tree.insert(path.clone(), (mode, id));
        }
    }
    let tree = repo.write_tree(g.cx.files_mut(), &tree, when)?;
    let wish = Wish { message: s.message.clone(), tree: Some(tree), ..Wish::default() };
    let Some(made) = make(g, &work, &wish)? else { return fatal("nothing was stashed") };
    store(g, repo, made.id, &made.message)?;
    if !s.quiet {
        g.out(["Saved working directory and index state ", &made.message, "\n"].concat());
    }
    // Backwards: a link in the place of a file goes before the file comes back.
    let back: Vec<git::FilePatch> = patches.iter().rev().map(git::FilePatch::reversed).collect();
    let onto = Onto { index: false, work: true };
    match apply::check(g, repo, &back, onto, false)? {
        Some(result) => super::apply_write::write(g, repo, &result, onto)?,
        None => {
            g.err("Cannot remove worktree changes\n");
            return Ok(1);
        }
    }
    if s.keep == Some(false) {
        super::reset::mixed(g, repo, head.as_ref(), &git::Pathspec::default(), false)?;
    }
    Ok(0)
}
