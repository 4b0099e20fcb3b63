//! `git add`.

use super::cli::{Answer, Git, Stop, Work, fatal};
use super::options::{Dialect, Given, Spec, flag, value};
use git::{ChangeKind, Index, IndexEntry, Mode, Pathspec};
use order::Arrange;

pub(crate) const SPEC: Spec = Spec {
    name: "add",
    usage: &["add [<options>] [--] <pathspec>..."],
    options: &[&[
        flag('p', "patch", "choose hunk by hunk"),
        flag('\0', "renormalize", "the line ends of all tracked files, as they are configured now"),
        value('\0', "chmod", "(+|-)x", "whether they may be run"),
        flag('n', "dry-run", "only say what would be added"),
        flag('v', "verbose", "say what is added"),
        flag('f', "force", "add ignored files too"),
        flag('u', "update", "only files that are tracked"),
        flag('A', "all", "everything: new, changed and removed"),
        flag('N', "intent-to-add", "note the path, not the content"),
    ]],
    missing: &[
        "--interactive",
        "-i",
        "--edit",
        "-e",
        "--refresh",
        "--ignore-errors",
        "--ignore-missing",
        "--sparse",
        "--pathspec-from-file",
        "--ignore-removal",
    ],
    dialect: Dialect::Options,
};

#[inline(never)]
pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let work = g.work()?;
    if given.has("all") && given.has("update") {
        return fatal("options '-A' and '-u' cannot be used together");
    }
    if given.has("patch") {
        if given.has("dry-run") {
            return fatal("options '--dry-run' and '--interactive/--patch' cannot be used together");
        }
        return super::patch_apply::start(g, super::patch_mode::Mode::Add, None, &given.operands, |_| {});
    }
    let everything = given.has("all") || given.has("update");
    if given.operands.is_empty() && !everything {
        g.err("Nothing specified, nothing added.\n");
        if g.advises("addEmptyPathspec") {
            g.hint("Maybe you wanted to say 'git add .'?\nDisable this message with \"git config advice.addEmptyPathspec false\"");
        }
        return Ok(0);
    }
    if given.has("renormalize") {
        return renormalize(g, &work, given);
    }
    if let Some(mode) = given.value("chmod").filter(|mode| !matches!(*mode, "+x" | "-x")) {
        return fatal(format!("--chmod param '{mode}' must be either -x or +x"));
    }
    if given.operands.iter().any(String::is_empty) {
        return fatal("empty string is not a valid pathspec. please use . instead if you meant to match all paths");
    }
    let spec = g.pathspec(&work, &given.operands)?;
    let mut index = work.repo.read_index(g.files())?;
    if given.has("update") {
        unknown_to_index(g, &work, &index, &spec)?;
    }
    let refused = if given.has("update") { false } else { check_specs(g, &work, &index, &spec, given)? };
    if refused && !given.has("all") && blocked_only(g, &work, &spec)? {
        return Ok(1);
    }
    let quiet = !(given.has("verbose") || given.has("dry-run"));
    for (path, removed) in candidates(g, &work, &index, &spec, given)? {
        if !quiet {
            g.out(format!("{} '{path}'\n", if removed { "remove" } else { "add" }));
        }
        if given.has("dry-run") {
            continue;
        }
        stage(g, &work, &mut index, &path, removed, given.has("intent-to-add"))?;
    }
    if let Some(mode) = given.value("chmod") {
        let mode = if mode == "+x" { Mode::EXECUTABLE } else { Mode::FILE };
        let paths: Vec<(String, IndexEntry)> =
            index.staged().map(|(path, entry)| (path.to_string(), entry.clone())).collect();
        for (path, entry) in paths.into_iter().filter(|(path, _)| spec.matches(path)) {
            if matches!(entry.mode, Mode::FILE | Mode::EXECUTABLE) {
                index.put(&path, IndexEntry { mode, ..entry });
            }
        }
    }
    if !given.has("dry-run") {
        let when = g.when();
        work.repo.write_index(g.cx.files_mut(), &index, when)?;
    }
    Ok(i32::from(refused))
}

/// `--renormalize`: every tracked file is staged anew.
#[inline(never)]
fn renormalize(g: &mut Git<'_, '_>, work: &Work, given: &Given) -> Answer {
    let spec = g.pathspec(work, &given.operands)?;
    let mut index = work.repo.read_index(g.files())?;
    for path in index.unique_paths().into_iter().filter(|path| spec.matches(path)) {
        if work.repo.work_file(g.files(), &path, None, 0)?.is_some() {
            let when = g.when();
            let entry = work.repo.stage_file(g.cx.files_mut(), &path, when)?;
            index.put(&path, entry);
        }
    }
    let when = g.when();
    work.repo.write_index(g.cx.files_mut(), &index, when)?;
    Ok(0)
}

/// Stages one path, or takes it out of the index.
#[inline(never)]
fn stage(
    g: &mut Git<'_, '_>,
    work: &Work,
    index: &mut Index,
    path: &str,
    removed: bool,
    intent: bool,
) -> Result<(), Stop> {
    if removed {
        index.remove(path);
        return Ok(());
    }
    let when = g.when();
    if intent {
        if !index.has(path) {
            let empty = work.repo.write_object(g.cx.files_mut(), git::Kind::Blob, b"", when)?;
            index.put(path, IndexEntry { intent_to_add: true, ..IndexEntry::new(Mode::FILE, empty) });
        }
        return Ok(());
    }
    if let Some((from, to)) = work.repo.unsafe_line_ends(g.files(), path) {
        g.err(format!(
            "warning: in the working copy of '{path}', {from} will be replaced by {to} the next time Git touches it\n"
        ));
    }
    let entry = work.repo.stage_file(g.cx.files_mut(), path, when)?;
    index.put(path, entry);
    Ok(())
}

/// Every path that would be staged (or taken out: true): tracked ones first.
#[inline(never)]
fn candidates(
    g: &Git<'_, '_>,
    work: &Work,
    index: &Index,
    spec: &Pathspec,
    given: &Given,
) -> Result<Vec<(String, bool)>, Stop> {
    let (repo, files) = (&work.repo, g.files());
    let mut paths = Vec::new();
    for change in repo.diff_unstaged(files, index, spec)? {
        let gone = match change.kind {
            ChangeKind::Deleted => true,
            ChangeKind::Unmerged => repo.work_file(files, &change.path, None, 0)?.is_none(),
            _ => false,
        };
        paths.push((change.path, gone));
    }
    if !given.has("update") {
        let plain = |path: &str| repo.work_path(path).is_ok_and(|full| is_plain(files, &full));
        if let Some(mut single) = spec.single_files(plain) {
            single.arrange();
            single.dedup();
            for path in single.into_iter().filter(|path| !index.has(path)) {
                if given.has("force") || g.ignores(repo).ignored_part(repo, files, path)?.is_none() {
                    paths.push((path.to_string(), false));
                }
            }
            return Ok(paths);
        }
        let new = repo.untracked_files(files, index, &g.ignores(repo), given.has("force"))?;
        paths.extend(new.into_iter().filter(|path| spec.matches(path)).map(|path| (path, false)));
    }
    Ok(paths)
}

/// A file or a link, behind no other link: no walk through folders is needed for it.
fn is_plain(files: &vfs::Vfs, path: &str) -> bool {
    let direct = files.real_path(path, false).is_ok_and(|real| real == path);
    direct && files.lstat(path).is_ok_and(|stat| stat.kind != vfs::Kind::Dir)
}

/// Refuses what matches nothing; says which paths are ignored. True: some were.
#[inline(never)]
fn check_specs(g: &mut Git<'_, '_>, work: &Work, index: &Index, spec: &Pathspec, given: &Given) -> Result<bool, Stop> {
    let mut ignored = Vec::new();
    for (typed, path) in spec.items() {
        let full = work.repo.work_path(path)?;
        let there = g.files().lstat(&full).is_ok() || index.has(path) || index.has_below(path);
        let found = there || (git::has_wildcard(path) && any_match(g, work, index, path)?);
        if !found {
            let (top, folder) = (path.split('/').next().unwrap_or_default(), vfs::parent(path));
            let started = folder != "/" && folder != top && g.files().is_dir(&work.repo.work_path(top)?);
            if given.operands.len() == 1 && started && !g.files().exists(&work.repo.work_path(folder)?) {
                g.err(format!("warning: could not open directory '{folder}/': No such file or directory\n"));
            }
            return fatal(format!("pathspec '{typed}' did not match any files"));
        }
        let tracked = path.is_empty() || index.has(path) || index.has_below(path) || git::has_wildcard(path);
        if !tracked
            && !given.has("force")
            && let Some(part) = g.ignores(&work.repo).ignored_part(&work.repo, g.files(), path)?
        {
            ignored.push(part);
        }
    }
    if ignored.is_empty() {
        return Ok(false);
    }
    ignored.arrange();
    ignored.dedup();
    g.err("The following paths are ignored by one of your .gitignore files:\n");
    for path in &ignored {
        g.err(format!("{path}\n"));
    }
    if g.advises("addIgnoredFile") {
        g.hint("Use -f if you really want to add them.\nDisable this message with \"git config advice.addIgnoredFile false\"");
    }
    Ok(true)
}

/// `-u` only takes what is in the index.
#[inline(never)]
fn unknown_to_index(g: &mut Git<'_, '_>, work: &Work, index: &Index, spec: &Pathspec) -> Result<(), Stop> {
    for (typed, path) in spec.items() {
        let known = path.is_empty() || index.has(path) || index.has_below(path) || git::has_wildcard(path);
        if !known && g.files().lstat(&work.repo.work_path(path)?).is_ok() {
            g.err(format!("error: pathspec '{typed}' did not match any file(s) known to git\n"));
            return Err(Stop::Exit(128));
        }
        if !known {
            return fatal(format!("pathspec '{typed}' did not match any files"));
        }
    }
    Ok(())
}

fn any_match(g: &Git<'_, '_>, work: &Work, index: &Index, path: &str) -> Result<bool, Stop> {
    let ignores = g.ignores(&work.repo);
    let new = work.repo.untracked_files(g.files(), index, &ignores, true)?;
    let tracked = index.all().any(|(known, ..)| git::wildmatch(path, known, false));
    Ok(tracked || new.iter().any(|new| git::wildmatch(path, new, false)))
}

/// Whether nothing but ignored paths was named.
fn blocked_only(g: &Git<'_, '_>, work: &Work, spec: &Pathspec) -> Result<bool, Stop> {
    let ignores = g.ignores(&work.repo);
    for (_, path) in spec.items() {
        if ignores.ignored_part(&work.repo, g.files(), path)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}
