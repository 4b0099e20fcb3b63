//! Joining trees into the work tree: shared by `merge`, `revert` and `pull`.

use super::cli::{Git, Stop};
use super::switching::{flat, say_blocked};
use git::{ConflictStyle, FlatTree, FolderRenames, MergeLabels, MergedTree, ObjectId, Repo};

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Joined {
    /// Index and work tree hold the result.
    Clean(ObjectId),
    /// The index holds stages, the work tree markers.
    Conflicts(Vec<String>),
    /// Nothing was touched, something would have been lost; it is said.
    Blocked,
}

/// Which three trees, what the markers say, and what it is called in messages.
#[derive(Debug)]
pub(crate) struct Join<'a> {
    pub base: FlatTree,
    /// HEAD's files where it is `None`.
    pub ours: Option<FlatTree>,
    pub theirs: FlatTree,
    pub labels: MergeLabels,
    /// `merge` or `revert`.
    pub verb: &'a str,
    pub before: &'a str,
    /// What was merged is only told where there are conflicts.
    pub terse: bool,
}

/// Merges into HEAD's files. Prints `Auto-merging …` and `CONFLICT …`.
#[inline(never)]
pub(crate) fn join(g: &mut Git<'_, '_>, repo: &Repo, join: &Join<'_>) -> Result<Joined, Stop> {
    let when = g.when();
    let ours = match &join.ours {
        Some(ours) => ours.clone(),
        None => {
            let head = repo.head(g.files())?.id();
            flat(g, repo, head.as_ref())?
        }
    };
    let labels = by_settings(g, join);
    let merged = repo.merge_trees(g.cx.files_mut(), &join.base, &ours, &join.theirs, &labels, when)?;
    let mut index = repo.read_index(g.files())?;
    let ignores = g.ignores(repo);
    let plan = match repo.plan_switch(g.files(), &index, &ignores, &ours, &merged.files)? {
        Ok(plan) => plan,
        Err(blocked) => {
            say_blocked(g, &blocked, join.verb, join.before);
            return Ok(Joined::Blocked);
        }
    };
    repo.apply_switch(g.cx.files_mut(), &mut index, &plan, when)?;
    for conflict in &merged.conflicts {
        index.remove(&conflict.path);
    }
    for (path, stage, entry) in merged.stage_entries() {
        index.put_stage(path, stage, entry);
    }
    repo.write_index(g.cx.files_mut(), &index, when)?;
    if join.verb == "octopus" {
        say_octopus(g, &merged);
    } else if !join.terse || !merged.clean {
        merged.said.iter().for_each(|(_, text)| g.out(text));
    }
    if merged.clean {
        repo.remove_state(g.cx.files_mut(), "AUTO_MERGE", when);
        return Ok(Joined::Clean(repo.write_tree(g.cx.files_mut(), &merged.files, when)?));
    }
    let tree = repo.write_tree(g.cx.files_mut(), &merged.files, when)?;
    repo.write_state(g.cx.files_mut(), "AUTO_MERGE", &format!("{tree}\n"), when)?;
    Ok(Joined::Conflicts(merged.conflicts.iter().map(|conflict| conflict.path.clone()).collect()))
}

/// With what the settings say of renames; the helpers of an octopus know none.
#[inline(never)]
fn by_settings(g: &Git<'_, '_>, join: &Join<'_>) -> MergeLabels {
    let mut labels = join.labels.clone();
    let settings = g.settings();
    let renames = settings.get("merge.renames").or_else(|| settings.get("diff.renames"));
    labels.no_renames |= join.verb == "octopus" || renames.is_some_and(|value| value == "false" || value == "0");
    if labels.folder_renames == FolderRenames::Conflict {
        labels.folder_renames = match settings.get("merge.directoryrenames").as_deref() {
            Some("true" | "yes" | "on" | "1") => FolderRenames::Follow,
            Some("false" | "no" | "off" | "0") => FolderRenames::Off,
            _ => FolderRenames::Conflict,
        };
    }
    labels
}

/// What the helpers of an octopus say of files that both sides changed.
#[inline(never)]
fn say_octopus(g: &mut Git<'_, '_>, merged: &MergedTree) {
    if merged.auto_merged.is_empty() && merged.conflicts.is_empty() {
        return;
    }
    g.out("Simple merge did not work, trying automatic merge.\n");
    merged.auto_merged.iter().for_each(|path| g.out(format!("Auto-merging {path}\n")));
    for conflict in &merged.conflicts {
        g.err(format!("ERROR: content conflict in {}\n", conflict.path));
    }
    if !merged.conflicts.is_empty() {
        g.err("fatal: merge program failed\n");
    }
}

/// The lines that a waiting message names the conflicts with.
pub(crate) fn conflicts_comment(paths: &[String]) -> String {
    let list: String = paths.iter().map(|path| format!("#\t{path}\n")).collect();
    format!("\n# Conflicts:\n{list}")
}

/// `merge.conflictStyle`.
pub(crate) fn conflict_style(g: &Git<'_, '_>) -> ConflictStyle {
    match g.settings().get("merge.conflictstyle").as_deref() {
        Some("diff3") => ConflictStyle::Diff3,
        Some("zdiff3") => ConflictStyle::Zdiff3,
        _ => ConflictStyle::Merge,
    }
}

/// The merge drivers whose command is `true`: they keep our version.
pub(crate) fn keepers(g: &Git<'_, '_>) -> Vec<String> {
    let settings = g.settings();
    let names = settings.layers.iter().flat_map(|layer| layer.subsections("merge"));
    let keeps = |name: &String| settings.get(&format!("merge.{name}.driver")).as_deref().map(str::trim) == Some("true");
    names.filter(keeps).collect()
}

/// What the markers call what two lines of history have in common.
pub(crate) fn base_label(g: &Git<'_, '_>, repo: &Repo, bases: &[ObjectId]) -> String {
    match bases {
        [] => "empty tree".into(),
        [one] => repo.short_id(g.files(), one, 7),
        _ => "merged common ancestors".into(),
    }
}

/// Several bases of a criss-cross are merged first, as deep as this.
const DEPTH_MAX: usize = 5;

/// The files that two lines of history have in common; of several bases, what they give when they are merged.
#[inline(never)]
pub(crate) fn common_files(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    bases: &[ObjectId],
    depth: usize,
) -> Result<FlatTree, Stop> {
    let mut oldest_first = bases.iter().rev();
    let Some(first) = oldest_first.next() else { return Ok(FlatTree::new()) };
    let mut files = flat(g, repo, Some(first))?;
    if depth >= DEPTH_MAX {
        return Ok(files);
    }
    let mut done = vec![*first];
    for next in oldest_first {
        let theirs = flat(g, repo, Some(next))?;
        let deeper = repo.merge_bases_of(g.files(), next, &done)?;
        let base = common_files(g, repo, &deeper, depth + 1)?;
        let labels = MergeLabels {
            ours: "Temporary merge branch 1".into(),
            base: base_label(g, repo, &deeper),
            theirs: "Temporary merge branch 2".into(),
            style: conflict_style(g),
            keepers: keepers(g),
            depth: depth + 1,
            ..MergeLabels::default()
        };
        let when = g.when();
        files = repo.merge_trees(g.cx.files_mut(), &base, &files, &theirs, &labels, when)?.files;
        done.push(*next);
    }
    Ok(files)
}
