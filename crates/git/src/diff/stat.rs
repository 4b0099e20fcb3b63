//! `--stat`, `--numstat`, `--shortstat` and `--summary`.

use super::change::{Change, ChangeKind};
use super::lines::split_lines;
use super::patch::{Blanks, DiffColors, quoted_path};
use crate::{Repo, Result};
use vfs::Vfs;

/// How much of one file changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStat {
    pub name: String,
    /// Lines; bytes for a binary file.
    pub added: usize,
    pub deleted: usize,
    pub binary: bool,
    pub unmerged: bool,
}

impl FileStat {
    pub fn of(repo: &Repo, files: &Vfs, change: &Change) -> Result<Self> {
        Self::with(repo, files, change, Blanks::All)
    }

    pub fn with(repo: &Repo, files: &Vfs, change: &Change, blanks: Blanks) -> Result<Self> {
        let old = repo.side_bytes(files, &change.old_path, change.old.as_ref())?;
        let new = repo.side_bytes(files, &change.path, change.new.as_ref())?;
        let (was, is) = (repo.diff_kind(files, &change.old_path), repo.diff_kind(files, &change.path));
        let binary = was.is_binary(&old) || is.is_binary(&new);
        let unmerged = change.kind == ChangeKind::Unmerged;
        let (added, deleted) = if unmerged {
            (0, 0)
        } else if binary {
            (new.len(), old.len())
        } else {
            let hunks = blanks.changes(&split_lines(&old), &split_lines(&new));
            (hunks.iter().map(|hunk| hunk.new.len()).sum(), hunks.iter().map(|hunk| hunk.old.len()).sum())
        };
        Ok(Self { name: rename_name(&change.old_path, &change.path), added, deleted, binary, unmerged })
    }
}

/// `src/{old => new}/file.js`.
fn rename_name(old: &str, new: &str) -> String {
    if old == new {
        return quoted_path("", new);
    }
    let (a, b) = (old.as_bytes(), new.as_bytes());
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let start = old[..old.floor_char_boundary(same)].rfind('/').map_or(0, |at| at + 1);
    let limit = a.len().min(b.len()) - start;
    let mut end = 0;
    for back in 1..=limit + usize::from(start > 0) {
        if back > a.len() || back > b.len() || a[a.len() - back] != b[b.len() - back] {
            break;
        }
        if a[a.len() - back] == b'/' {
            end = back;
        }
    }
    let middle = |text: &str| text.get(start..(text.len() - end).max(start)).unwrap_or("").to_string();
    if start == 0 && end == 0 {
        return format!("{old} => {new}");
    }
    format!("{}{{{} => {}}}{}", &old[..start], middle(old), middle(new), &old[old.len() - end..])
}

fn digits(number: usize) -> usize {
    number.to_string().len()
}

fn scaled(part: usize, width: usize, most: usize) -> usize {
    if part == 0 { 0 } else { 1 + part * (width - 1) / most }
}

/// The lines of `--stat` without the last one.
pub fn stat_table(stats: &[FileStat], width: usize, colors: &DiffColors) -> String {
    let text = |stat: &&FileStat| !stat.binary && !stat.unmerged;
    let most = stats.iter().filter(text).map(|stat| stat.added + stat.deleted).max().unwrap_or(0);
    let longest = stats.iter().map(|stat| stat.name.chars().count()).max().unwrap_or(0);
    let binary = stats.iter().filter(|stat| stat.binary && !stat.unmerged);
    let binary_width = binary.map(|stat| 14 + digits(stat.added) + digits(stat.deleted)).max().unwrap_or(0);
    let number_width = digits(most).max(if binary_width > 0 { 3 } else { 0 });
    let width = width.max(16 + 6 + number_width);
    let mut graph_width = if most + 4 > binary_width { most } else { binary_width - 4 };
    let mut name_width = longest;
    if name_width + number_width + 6 + graph_width > width {
        let share = (width * 3 / 8).saturating_sub(number_width + 6);
        if graph_width > share {
            graph_width = share.max(6);
        }
        if name_width > width - number_width - 6 - graph_width {
            name_width = width - number_width - 6 - graph_width;
        } else {
            graph_width = width - number_width - 6 - name_width;
        }
    }
    let mut out = String::new();
    for stat in stats {
        let name = fitted(&stat.name, name_width);
        let tail = if stat.unmerged {
            "Unmerged".into()
        } else if stat.binary && stat.added + stat.deleted == 0 {
            format!("{:>number_width$}", "Bin")
        } else if stat.binary {
            format!(
                "{:>number_width$} {}{}{} -> {}{}{} bytes",
                "Bin", colors.old, stat.deleted, colors.reset, colors.new, stat.added, colors.reset
            )
        } else {
            let total = stat.added + stat.deleted;
            let (plus, minus) = bars(stat, graph_width, most);
            let bar = |color: &str, sign: &str, count: usize| match count {
                0 => String::new(),
                count => format!("{color}{}{}", sign.repeat(count), colors.reset),
            };
            let space = if total > 0 { " " } else { "" };
            let bars = bar(colors.new, "+", plus) + &bar(colors.old, "-", minus);
            format!("{total:>number_width$}{space}{bars}")
        };
        out.push_str(&format!(" {name} | {tail}\n"));
    }
    out
}

fn bars(stat: &FileStat, graph_width: usize, most: usize) -> (usize, usize) {
    let (added, deleted) = (stat.added, stat.deleted);
    if graph_width > most {
        return (added, deleted);
    }
    let mut total = scaled(added + deleted, graph_width, most);
    if total < 2 && added > 0 && deleted > 0 {
        total = 2;
    }
    if added < deleted {
        let plus = scaled(added, graph_width, most);
        (plus, total - plus)
    } else {
        let minus = scaled(deleted, graph_width, most);
        (total - minus, minus)
    }
}

/// A name at exactly this width: padded, or cut at its start, at a slash if there is one.
fn fitted(name: &str, width: usize) -> String {
    let length = name.chars().count();
    if length <= width {
        return format!("{name}{}", " ".repeat(width - length));
    }
    let keep = width.saturating_sub(3);
    let tail: String = name.chars().skip(length - keep).collect();
    let tail = tail.find('/').map_or(tail.as_str(), |at| &tail[at..]);
    format!("...{tail}{}", " ".repeat(width.saturating_sub(3 + tail.chars().count())))
}

/// ` 2 files changed, 3 insertions(+), 1 deletion(-)`.
pub fn shortstat(stats: &[FileStat]) -> String {
    let files = stats.iter().filter(|stat| !stat.unmerged).count();
    if files == 0 {
        return " 0 files changed\n".into();
    }
    let lines = |part: fn(&FileStat) -> usize| -> usize { stats.iter().filter(|stat| !stat.binary).map(part).sum() };
    let (added, deleted) = (lines(|stat| stat.added), lines(|stat| stat.deleted));
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let mut out = format!(" {files} file{} changed", plural(files));
    if added > 0 || deleted == 0 {
        out.push_str(&format!(", {added} insertion{}(+)", plural(added)));
    }
    if deleted > 0 || added == 0 {
        out.push_str(&format!(", {deleted} deletion{}(-)", plural(deleted)));
    }
    out.push('\n');
    out
}

/// A change's line in `--summary`; `None` for a plain modification.
pub fn summary_line(change: &Change) -> Option<String> {
    let path = quoted_path("", &change.path);
    let mode_change = |named: &str| match (&change.old, &change.new) {
        (Some(old), Some(new)) if old.mode != new.mode => {
            Some(format!(" mode change {} => {}{named}\n", old.mode, new.mode))
        }
        _ => None,
    };
    match (change.kind, &change.old, &change.new) {
        (ChangeKind::Added, _, Some(new)) => Some(format!(" create mode {} {path}\n", new.mode)),
        (ChangeKind::Deleted, Some(old), _) => Some(format!(" delete mode {} {path}\n", old.mode)),
        (ChangeKind::Renamed | ChangeKind::Copied, ..) => {
            let word = if change.kind == ChangeKind::Renamed { "rename" } else { "copy" };
            let name = rename_name(&change.old_path, &change.path);
            let line = format!(" {word} {name} ({}%)\n", change.similarity);
            Some(line + &mode_change("").unwrap_or_default())
        }
        (ChangeKind::Modified | ChangeKind::TypeChanged, ..) => mode_change(&format!(" {path}")),
        _ => None,
    }
}
