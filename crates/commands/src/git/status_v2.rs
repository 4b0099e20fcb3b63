//! `git status --porcelain=v2`: every path with its modes and ids, for scripts.

use super::cli::{Git, Stop, relative};
use super::status_text::{Report, unmerged_letters};
use super::tracking::tracking;
use git::{Change, Head, Index, Mode, Side};
use order::OrdMap;
use vfs::join;

/// Both changes of a path: from HEAD to the index, from there to the work tree.
#[derive(Debug, Clone, Copy, Default)]
struct Row<'a> {
    staged: Option<&'a Change>,
    unstaged: Option<&'a Change>,
}

const NO_MODE: &str = "000000";

/// What is asked for beside the paths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub branch: bool,
    pub stash: bool,
    /// A NUL behind each path, which then is as it is and seen from the top.
    pub nul: bool,
}

#[inline(never)]
pub(crate) fn lines(g: &Git<'_, '_>, report: &Report<'_>, index: &Index, wanted: Wanted) -> Result<String, Stop> {
    let end = if wanted.nul { '\0' } else { '\n' };
    let mut lines = Vec::new();
    if wanted.branch {
        head(g, report, &mut lines)?;
    }
    if wanted.stash {
        match report.work.repo.reflog(g.files(), "refs/stash").len() {
            0 => {}
            count => lines.push(format!("# stash {count}")),
        }
    }
    let shown = |path: &str| match wanted.nul {
        true => path.to_string(),
        false => git::quoted_path("", &relative(&report.work.prefix, path)),
    };
    let status = report.status;
    let mut rows: OrdMap<&str, Row<'_>> = OrdMap::new();
    for change in &status.staged {
        rows.entry(&change.path).or_default().staged = Some(change);
    }
    for change in &status.unstaged {
        rows.entry(&change.path).or_default().unstaged = Some(change);
    }
    for (path, row) in rows {
        lines.push(changed(&row, &shown(path), wanted.nul, &shown));
    }
    for (path, stages) in &status.unmerged {
        lines.push(unmerged(g, report, index, path, stages, &shown(path)));
    }
    if report.show_untracked {
        lines.extend(status.files.untracked.iter().map(|path| format!("? {}", shown(path))));
    }
    if report.show_ignored {
        lines.extend(status.files.ignored.iter().map(|path| format!("! {}", shown(path))));
    }
    let mut out = String::new();
    for line in lines {
        out.push_str(&line);
        out.push(end);
    }
    Ok(out)
}

#[inline(never)]
fn head(g: &Git<'_, '_>, report: &Report<'_>, lines: &mut Vec<String>) -> Result<(), Stop> {
    let status = report.status;
    lines.push(match status.head.id() {
        Some(id) => format!("# branch.oid {id}"),
        None => "# branch.oid (initial)".into(),
    });
    let Head::Branch { .. } = &status.head else {
        lines.push("# branch.head (detached)".into());
        return Ok(());
    };
    let branch = status.head.branch().unwrap_or_default();
    lines.push(format!("# branch.head {branch}"));
    if let Some(tracking) = tracking(g, &report.work.repo, branch)? {
        lines.push(format!("# branch.upstream {}", tracking.short));
        if let Some((ahead, behind)) = tracking.counts {
            lines.push(format!("# branch.ab +{ahead} -{behind}"));
        }
    }
    Ok(())
}

fn mode(side: Option<&Side>) -> String {
    side.map_or(NO_MODE.to_string(), |side| side.mode.to_string())
}

fn id(side: Option<&Side>) -> String {
    side.map_or_else(|| git::null_id().to_string(), |side| side.id.to_string())
}

/// `1 M. N... …` or `2 R. N... …`.
#[inline(never)]
fn changed(row: &Row<'_>, path: &str, nul: bool, shown: &dyn Fn(&str) -> String) -> String {
    let letter = |change: Option<&Change>| change.map_or('.', |change| change.kind.letter());
    let (before, now) = match (row.staged, row.unstaged) {
        (Some(staged), _) => (staged.old.as_ref(), staged.new.as_ref()),
        (None, Some(unstaged)) => (unstaged.old.as_ref(), unstaged.old.as_ref()),
        (None, None) => (None, None),
    };
    let work = row.unstaged.map_or(now, |unstaged| unstaged.new.as_ref());
    let moved = row.staged.filter(|change| change.old_path != change.path);
    let mut line = String::from(if moved.is_some() { "2 " } else { "1 " });
    line.push(letter(row.staged));
    line.push(letter(row.unstaged));
    for part in [" N... ", &mode(before), " ", &mode(now), " ", &mode(work), " ", &id(before), " ", &id(now), " "] {
        line.push_str(part);
    }
    if let Some(change) = moved {
        let tab = if nul { '\0' } else { '\t' };
        line.push_str(&format!("{}{} {path}{tab}{}", change.kind.letter(), change.similarity, shown(&change.old_path)));
    } else {
        line.push_str(path);
    }
    line
}

/// `u UU N... …`: the three stages and the file.
#[inline(never)]
fn unmerged(g: &Git<'_, '_>, report: &Report<'_>, index: &Index, path: &str, stages: &[u8], shown: &str) -> String {
    let (x, y) = unmerged_letters(stages);
    let mut line = format!("u {x}{y} N...");
    let entries = [1, 2, 3].map(|stage| index.get(path, stage));
    for entry in entries {
        line.push(' ');
        line.push_str(&entry.map_or(NO_MODE.to_string(), |entry| entry.mode.to_string()));
    }
    let top = report.work.repo.work_tree.as_deref().unwrap_or("/");
    let file = g.files().lstat(&join(top, path)).ok();
    line.push(' ');
    line.push_str(&file.map_or(NO_MODE.to_string(), |stat| Mode::of(&stat).to_string()));
    for entry in entries {
        line.push(' ');
        line.push_str(&entry.map_or_else(git::null_id, |entry| entry.id).to_string());
    }
    line.push(' ');
    line.push_str(shown);
    line
}
