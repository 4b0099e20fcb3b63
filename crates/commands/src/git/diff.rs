//! `git diff`.

use super::cli::{Answer, Git, Stop, fatal};
use super::diff_out::{self, DiffOutput};
use super::options::{Dialect, Given, Spec, only};
use super::range::Range;
use git::{Change, ChangeKind, Index, Kind, Mode, ObjectId, Pathspec, Repo, Side, Source};

pub(crate) const SPEC: Spec = Spec {
    name: "diff",
    usage: &[
        "diff [<options>] [<commit>] [--] [<path>...]",
        "diff [<options>] --cached [<commit>] [--] [<path>...]",
        "diff [<options>] <commit> <commit> [--] [<path>...]",
        "diff [<options>] <commit>...<commit> [--] [<path>...]",
        "diff [<options>] <blob> <blob>",
    ],
    options: &[
        &[
            only('\0', "cached", "compare the index with a commit"),
            only('\0', "staged", "the same"),
            only('\0', "merge-base", "compare with where both parted"),
            only('\0', "check", "say which new lines have blanks that should not be there"),
            only('\0', "no-index", "compare two paths of the file system"),
        ],
        diff_out::ROWS,
    ],
    missing: &[
        "-a",
        "--text",
        "--compact-summary",
        "--dirstat",
        "--word-diff-regex",
        "--color-moved",
        "--binary",
        "-B",
        "--break-rewrites",
        "-C",
        "--find-copies",
        "--find-copies-harder",
        "-O",
        "--relative",
        "--ignore-blank-lines",
        "-I",
        "--inter-hunk-context",
        "--ext-diff",
        "--textconv",
        "--src-prefix",
        "--dst-prefix",
        "--minimal",
        "--patience",
        "--histogram",
        "--diff-algorithm",
        "--output",
        "--submodule",
        "--cc",
        "--base",
        "--ours",
        "--theirs",
    ],
    dialect: Dialect::Diff,
};

#[inline(never)]
pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    if given.has("no-index") || g.repo().is_err() && given.operands.len() == 2 {
        return super::diff_no_index::run(g, given);
    }
    let repo = match g.repo() {
        Ok(repo) => repo,
        Err(_) => {
            g.err("warning: Not a git repository. Use --no-index to compare two paths outside a working tree\n");
            g.err("usage: git diff --no-index [<options>] <path> <path>\n");
            return Ok(129);
        }
    };
    let output = DiffOutput::read(g, given, true)?;
    let range = Range::read(g, &repo, &given.operands, given.dashes_at)?;
    let cached = given.has("cached") || given.has("staged");
    let (changes, combined) = changes(g, &repo, &range, cached, given.has("merge-base"), output.patch)?;
    let changes = output.prepare(g, &repo, changes)?;
    if given.has("check") {
        return super::diff_check::run(g, &repo, &changes);
    }
    warn_of_line_ends(g, &repo, &changes);
    let mut text = output.print(g, &repo, &changes)?;
    if output.patch && !combined.is_empty() {
        text = with_combined(g, &repo, &changes, &combined, &output)?;
    }
    if !given.has("quiet") {
        g.out(text);
    }
    Ok(i32::from((given.has("exit-code") || given.has("quiet")) && !changes.is_empty()))
}

/// Says of which files `git add` would change the line ends.
#[inline(never)]
fn warn_of_line_ends(g: &mut Git<'_, '_>, repo: &Repo, changes: &[Change]) {
    let in_work = |change: &&Change| change.new.is_some_and(|side| side.source == Source::WorkTree);
    for change in changes.iter().filter(in_work) {
        if let Some((from, to)) = repo.unsafe_line_ends(g.files(), &change.path) {
            g.err(format!(
                "warning: in the working copy of '{}', {from} will be replaced by {to} the next time Git touches it\n",
                change.path
            ));
        }
    }
}

/// The tree that an object leads to.
fn tree(g: &Git<'_, '_>, repo: &Repo, id: ObjectId) -> Result<Option<ObjectId>, Stop> {
    Ok(repo.peel(g.files(), id, Kind::Tree)?)
}

/// The changes asked for, and the unmerged paths to be shown against both sides.
#[inline(never)]
fn changes(
    g: &Git<'_, '_>,
    repo: &Repo,
    range: &Range,
    cached: bool,
    from_base: bool,
    patch: bool,
) -> Result<(Vec<Change>, Vec<String>), Stop> {
    let files = g.files();
    let spec = match &repo.work_tree {
        Some(_) => g.pathspec(&g.work()?, &range.paths)?,
        None => Pathspec::literal(&range.paths),
    };
    let ends: Vec<ObjectId> = match range.symmetric {
        Some((_, b)) => range.hidden.iter().map(|(_, id)| *id).take(1).chain([b]).collect(),
        None => range.hidden.iter().chain(&range.from).map(|(_, id)| *id).collect(),
    };
    let base = |one: ObjectId, two: ObjectId| -> Result<ObjectId, Stop> {
        match repo.merge_bases(files, &one, &two)?.first() {
            Some(base) if from_base => Ok(*base),
            _ => Ok(one),
        }
    };
    match ends.as_slice() {
        [] | [_] if cached => {
            let index = repo.read_index(files)?;
            let head = repo.head(files)?.id();
            let end = ends.first().copied().or(head);
            let tree = end.map_or(Ok(None), |id| tree(g, repo, id))?;
            let mut changes = repo.diff_staged(files, tree.as_ref(), &index, &spec)?;
            super::diff_plumbing::with_old(g, repo, tree.as_ref(), &mut changes)?;
            Ok((changes, Vec::new()))
        }
        [] => {
            repo.work_tree()?;
            let index = repo.read_index(files)?;
            let changes = repo.diff_unstaged(files, &index, &spec)?;
            let both = |path: &str| index.get(path, 2).is_some() && index.get(path, 3).is_some();
            let unmerged = changes.iter().filter(|change| change.kind == ChangeKind::Unmerged && both(&change.path));
            let combined: Vec<String> = unmerged.map(|change| change.path.clone()).collect();
            let shown_apart = if patch { combined.as_slice() } else { &[] };
            Ok((super::diff_plumbing::with_ours(g, repo, &index, changes, shown_apart)?, combined))
        }
        [one] => {
            repo.work_tree()?;
            let index = repo.read_index(files)?;
            let Some(tree) = tree(g, repo, *one)? else { return fatal("a blob is compared with another blob only") };
            let mut changes = repo.diff_work(files, &tree, &index, &spec)?;
            super::diff_plumbing::known_ids(&index, &mut changes);
            Ok((changes, Vec::new()))
        }
        [one, two] => match (tree(g, repo, *one)?, tree(g, repo, *two)?) {
            (Some(_), Some(_)) => {
                let (one, two) = (tree(g, repo, base(*one, *two)?)?, tree(g, repo, *two)?);
                Ok((repo.diff_trees(files, one.as_ref(), two.as_ref(), &spec)?, Vec::new()))
            }
            (None, None) => {
                let side = |id: &ObjectId| Some(Side { mode: Mode::FILE, id: *id, source: Source::Store });
                let name = range.from.first().map_or("a", |(name, _)| name).rsplit(':').next().unwrap_or("a");
                Ok((Change::between(name, side(one), side(two)).into_iter().collect(), Vec::new()))
            }
            _ => fatal("a blob is compared with another blob only"),
        },
        _ => fatal("diffs of more than two revisions are real Git, but not part of this sandbox yet"),
    }
}

/// The patch; what is shown against both sides comes first.
#[inline(never)]
fn with_combined(
    g: &Git<'_, '_>,
    repo: &Repo,
    changes: &[Change],
    combined: &[String],
    output: &DiffOutput,
) -> Result<String, Stop> {
    let index = repo.read_index(g.files())?;
    let mut out = String::new();
    for change in changes.iter().filter(|change| combined.contains(&change.path)) {
        out.push_str(&conflict(g, repo, &index, &change.path, output)?);
    }
    for change in changes.iter().filter(|change| !combined.contains(&change.path)) {
        out.push_str(&git::patch(repo, g.files(), change, &output.options)?);
    }
    Ok(out)
}

/// An unmerged file of the work tree against both sides.
#[inline(never)]
fn conflict(g: &Git<'_, '_>, repo: &Repo, index: &Index, path: &str, output: &DiffOutput) -> Result<String, Stop> {
    let sides: Vec<ObjectId> =
        [2, 3].iter().filter_map(|stage| index.get(path, *stage)).map(|entry| entry.id).collect();
    let mut parents = Vec::new();
    for id in &sides {
        parents.push(repo.read_blob(g.files(), id)?.data().to_vec());
    }
    let result = repo.work_file(g.files(), path, None, 0)?.map(|_| repo.work_bytes(g.files(), path)).transpose()?;
    let ids: Vec<String> = sides.iter().map(|id| repo.short_id(g.files(), id, 7)).collect();
    let mode = repo.work_file(g.files(), path, None, 0)?.map(|file| file.mode);
    let modes: Vec<Option<Mode>> = [2, 3].iter().map(|stage| index.get(path, *stage).map(|entry| entry.mode)).collect();
    let head = git::combined_head(&ids, "0000000", &modes, mode);
    if result.is_none() {
        let (on, off) = (output.options.colors.meta, output.options.colors.reset);
        let name = |prefix: &str| git::quoted_path(prefix, path);
        let lines = [format!("diff --cc {}", name("")), head, format!("--- {}", name("a/")), "+++ /dev/null".into()];
        return Ok(lines.iter().flat_map(|text| text.lines()).map(|line| format!("{on}{line}{off}\n")).collect());
    }
    let text = git::combined_patch(path, &head, &parents, result.as_deref(), true, &output.options);
    Ok(text.unwrap_or_else(|| {
        let on = output.options.colors.meta;
        let off = output.options.colors.reset;
        let name = |prefix: &str| git::quoted_path(prefix, path);
        let lines = [
            ["diff --cc ", &name("")].concat(),
            head.clone(),
            ["--- ", &name("a/")].concat(),
            ["+++ ", &name("b/")].concat(),
        ];
        lines.iter().map(|line| [on, line, off, "\n"].concat()).collect()
    }))
}
