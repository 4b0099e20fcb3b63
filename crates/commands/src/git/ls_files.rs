//! `git ls-files`: what the index and the work tree hold.

use super::cli::{Answer, Git, Stop, relative};
use super::options::{Dialect, Given, Spec, flag, maybe, only, value};
use git::{Ignores, Index, Repo};
use order::{Arrange, OrdSet};

pub(crate) const SPEC: Spec = Spec {
    name: "ls-files",
    usage: &["ls-files [<options>] [<file>...]"],
    options: &[&[
        only('z', "", "a NUL behind each"),
        only('t', "", "a letter for what it is"),
        only('v', "", "the same"),
        flag('c', "cached", "what the index holds (default)"),
        flag('d', "deleted", "files that are gone from the work tree"),
        flag('m', "modified", "files that differ from the index"),
        flag('o', "others", "files that are not tracked"),
        flag('i', "ignored", "only ignored ones"),
        flag('s', "stage", "with mode, id and stage"),
        flag('\0', "directory", "folders without tracked files by their name"),
        flag('u', "unmerged", "only what is unmerged"),
        value('x', "exclude", "pattern", "leave this out of the others"),
        only('\0', "exclude-standard", "leave out what is ignored"),
        only('\0', "full-name", "names from the top"),
        flag('\0', "error-unmatch", "fail where a path matches nothing"),
        maybe('\0', "abbrev", "n", "short ids"),
    ]],
    missing: &[
        "-f",
        "-k",
        "--killed",
        "--empty-directory",
        "--eol",
        "--resolve-undo",
        "-X",
        "--exclude-from",
        "--exclude-per-directory",
        "--recurse-submodules",
        "--with-tree",
        "--debug",
        "--deduplicate",
        "--sparse",
        "--format",
    ],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let work = g.work()?;
    let repo = &work.repo;
    let index = repo.read_index(g.files())?;
    let spec = g.pathspec(&work, &given.operands)?;
    let below = format!("{}/", work.prefix);
    let inside = |path: &str| !given.operands.is_empty() || work.prefix.is_empty() || path.starts_with(&below);
    let wanted = |path: &str| spec.matches(path.trim_end_matches('/')) && inside(path);
    let end = if given.has("z") { "\0" } else { "\n" };
    let shown = |path: &str| {
        let name = if given.has("full-name") { path.to_string() } else { relative(&work.prefix, path) };
        if given.has("z") { name } else { git::quoted_path("", &name) }
    };
    let letters = given.has("t") || given.has("v");
    let letter = |mark: &str| if letters { format!("{mark} ") } else { String::new() };
    let (others, deleted, modified) = (given.has("others"), given.has("deleted"), given.has("modified"));
    let stages = given.has("stage") || given.has("unmerged");
    let cached = given.has("cached") || stages || !(others || deleted || modified);
    let mut out = String::new();
    if given.has("error-unmatch") {
        let known: Vec<&str> = index.all().map(|(path, ..)| path).collect();
        if let Some(typed) = spec.unmatched(&known) {
            g.err(format!(
                "error: pathspec '{typed}' did not match any file(s) known to git\nDid you forget to 'git add'?\n"
            ));
            return Ok(1);
        }
    }
    let ignores =
        if given.has("exclude-standard") { git::Ignores::clone(&g.ignores(repo)) } else { git::Ignores::only("") };
    let ignores = given.values("exclude").iter().fold(ignores, |ignores, pattern| ignores.and(pattern));
    if others {
        let mut paths = others_of(g, repo, given, &index, &ignores)?;
        paths.arrange();
        for path in paths.iter().filter(|path| wanted(path)) {
            out.push_str(&format!("{}{}{end}", letter("?"), shown(path)));
        }
    }
    let (gone, changed) = gone_and_changed(g, repo, &index)?;
    for (path, stage, entry) in index.all().filter(|(path, ..)| wanted(path)) {
        let mut line = |mark: &str| {
            if stages {
                let id = match given.state("abbrev") {
                    Some(true) => repo.short_id(g.files(), &entry.id, 7),
                    _ => entry.id.to_string(),
                };
                out.push_str(&format!("{}{} {id} {stage}\t{}{end}", letter(mark), entry.mode, shown(path)));
            } else {
                out.push_str(&format!("{}{}{end}", letter(mark), shown(path)));
            }
        };
        if given.has("ignored") && !others && !ignores.ignores(path, false) {
            continue;
        }
        if cached && !(given.has("unmerged") && stage == 0) {
            line(if stage > 0 { "M" } else { "H" });
        }
        if deleted && gone.contains(path) {
            line("R");
        }
        if modified && changed.contains(path) {
            line("C");
        }
    }
    g.out(out);
    Ok(0)
}

/// Files that are not tracked.
#[inline(never)]
fn others_of(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    index: &Index,
    ignores: &Ignores,
) -> Result<Vec<String>, Stop> {
    let paths = if given.has("ignored") {
        let plain = repo.untracked_files(g.files(), index, ignores, false)?;
        let mut all = repo.untracked_files(g.files(), index, ignores, true)?;
        all.retain(|path| !plain.contains(path));
        all
    } else if given.has("directory") {
        repo.untracked(g.files(), index, ignores, &git::Pathspec::default(), false)?.untracked
    } else {
        repo.untracked_files(g.files(), index, ignores, false)?
    };
    Ok(paths)
}

/// Tracked files that the work tree lacks, and those that differ there.
#[inline(never)]
fn gone_and_changed(g: &Git<'_, '_>, repo: &Repo, index: &Index) -> Result<(OrdSet<String>, OrdSet<String>), Stop> {
    let gone: OrdSet<String> = index
        .unique_paths()
        .into_iter()
        .filter(|path| repo.work_path(path).is_ok_and(|full| g.files().lstat(&full).is_err()))
        .collect();
    let changed: OrdSet<String> = repo
        .diff_unstaged(g.files(), index, &git::Pathspec::default())?
        .into_iter()
        .map(|change| change.path)
        .collect();
    Ok((gone, changed))
}
