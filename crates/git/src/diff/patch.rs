//! A change as `git diff` prints it.

use super::change::{Change, ChangeKind, Side};
use super::driver::Driver;
use super::hunks::{by_function, near};
use super::lines::{LineHunk, diff_lines, split_lines};
use super::words::{Words, print_same, print_words};
use crate::object::{Mode, ObjectId};
use crate::{Repo, Result};
use vfs::Vfs;

/// Escape sequences around the parts; all empty where no colour is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiffColors {
    pub meta: &'static str,
    pub hunk: &'static str,
    pub old: &'static str,
    pub new: &'static str,
    pub blank: &'static str,
    pub reset: &'static str,
}

impl DiffColors {
    pub const NONE: Self = Self { meta: "", hunk: "", old: "", new: "", blank: "", reset: "" };
    pub const TERMINAL: Self = Self {
        meta: "\x1b[1m",
        hunk: "\x1b[36m",
        old: "\x1b[31m",
        new: "\x1b[32m",
        blank: "\x1b[41m",
        reset: "\x1b[m",
    };
}

#[derive(Debug, Clone, Copy)]
pub struct PatchOptions {
    /// Lines shown around a change: `-U`.
    pub context: usize,
    /// `-W`: whole functions around a change.
    pub functions: bool,
    pub colors: DiffColors,
    /// `--full-index`.
    pub full_ids: bool,
    pub blanks: Blanks,
    pub words: Words,
    /// What stands before the old and the new name.
    pub prefixes: [&'static str; 2],
    pub driver: Driver,
}

/// Which differences in blanks count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Blanks {
    #[default]
    All,
    /// `-w`: none.
    None,
    /// `-b`: only whether there are some.
    Amount,
    /// `--ignore-space-at-eol`: not those at the ends of lines.
    NotAtEnd,
}

impl Blanks {
    /// A line as it is compared.
    fn seen(self, line: &[u8]) -> Vec<u8> {
        match self {
            Self::All => line.to_vec(),
            Self::None => line.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect(),
            Self::NotAtEnd => line.trim_ascii_end().to_vec(),
            Self::Amount => {
                let mut out = Vec::new();
                for byte in line.trim_ascii_end() {
                    if !byte.is_ascii_whitespace() {
                        out.push(*byte);
                    } else if out.last() != Some(&b' ') {
                        out.push(b' ');
                    }
                }
                out
            }
        }
    }

    /// What changed from some lines to others, as far as it counts.
    pub fn changes(self, old: &[&[u8]], new: &[&[u8]]) -> Vec<LineHunk> {
        if self == Self::All {
            return diff_lines(old, new);
        }
        let seen = |lines: &[&[u8]]| -> Vec<Vec<u8>> { lines.iter().map(|line| self.seen(line)).collect() };
        let (a, b) = (seen(old), seen(new));
        let (a, b): (Vec<&[u8]>, Vec<&[u8]>) =
            (a.iter().map(Vec::as_slice).collect(), b.iter().map(Vec::as_slice).collect());
        diff_lines(&a, &b)
    }
}

impl Default for PatchOptions {
    fn default() -> Self {
        Self {
            context: 3,
            functions: false,
            colors: DiffColors::NONE,
            full_ids: false,
            blanks: Blanks::All,
            words: Words::Off,
            prefixes: ["a/", "b/"],
            driver: Driver::Plain,
        }
    }
}

/// Bytes with a NUL near their start are not text.
pub(crate) fn is_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(8000)].contains(&0)
}

/// A path in quotes where it holds what a terminal could not show.
pub fn quoted_path(prefix: &str, path: &str) -> String {
    let special = |c: char| c.is_ascii_control() || c == '"' || c == '\\' || !c.is_ascii();
    if !path.contains(special) {
        return format!("{prefix}{path}");
    }
    let mut out = format!("\"{prefix}");
    for byte in path.bytes() {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x20..0x7f => out.push(char::from(byte)),
            byte => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out.push('"');
    out
}

/// The whole patch of one change.
pub fn patch(repo: &Repo, files: &Vfs, change: &Change, options: &PatchOptions) -> Result<String> {
    if change.kind == ChangeKind::Unmerged {
        return Ok(format!("* Unmerged path {}\n", change.path));
    }
    // A file that became a link is shown as removed and made anew.
    if change.kind == ChangeKind::TypeChanged {
        let gone = Change { kind: ChangeKind::Deleted, new: None, ..change.clone() };
        let made = Change { kind: ChangeKind::Added, old: None, ..change.clone() };
        return Ok(patch(repo, files, &gone, options)? + &patch(repo, files, &made, options)?);
    }
    let old = repo.side_bytes(files, &change.old_path, change.old.as_ref())?;
    let new = repo.side_bytes(files, &change.path, change.new.as_ref())?;
    let mut out = header(repo, files, change, options);
    if old == new {
        return Ok(out);
    }
    let both = change.old.is_some() && change.new.is_some();
    if both && options.blanks != Blanks::All {
        let (a, b) = (split_lines(&old), split_lines(&new));
        if options.blanks.changes(&a, &b).is_empty() {
            let renamed =
                change.old_path != change.path || change.old.map(|side| side.mode) != change.new.map(|side| side.mode);
            return Ok(if renamed { out } else { String::new() });
        }
    }
    let (a, b) = (quoted_path(options.prefixes[0], &change.old_path), quoted_path(options.prefixes[1], &change.path));
    let a = if change.old.is_some() { a } else { "/dev/null".into() };
    let b = if change.new.is_some() { b } else { "/dev/null".into() };
    let (was, kind) = (repo.diff_kind(files, &change.old_path), repo.diff_kind(files, &change.path));
    if was.is_binary(&old) || kind.is_binary(&new) {
        out.push_str(&format!("Binary files {a} and {b} differ\n"));
        return Ok(out);
    }
    let DiffColors { meta, reset, .. } = options.colors;
    // A name with a blank is followed by a tab, so that patch(1) sees its end.
    let tab = |name: &str| if name.contains(' ') && !name.starts_with('"') { "\t" } else { "" };
    out.push_str(&format!("{meta}--- {a}{reset}{}\n{meta}+++ {b}{reset}{}\n", tab(&a), tab(&b)));
    out.push_str(&unified(&old, &new, &PatchOptions { driver: kind.driver, ..*options }));
    Ok(out)
}

/// From `diff --git` to `index`.
fn header(repo: &Repo, files: &Vfs, change: &Change, options: &PatchOptions) -> String {
    let mut lines = vec![format!(
        "diff --git {} {}",
        quoted_path(options.prefixes[0], &change.old_path),
        quoted_path(options.prefixes[1], &change.path)
    )];
    let mut shared_mode = None;
    match (&change.old, &change.new) {
        (None, Some(new)) => lines.push(format!("new file mode {}", new.mode)),
        (Some(old), None) => lines.push(format!("deleted file mode {}", old.mode)),
        (Some(old), Some(new)) if old.mode != new.mode => {
            lines.push(format!("old mode {}", old.mode));
            lines.push(format!("new mode {}", new.mode));
        }
        (Some(old), Some(_)) => shared_mode = Some(old.mode),
        (None, None) => {}
    }
    if let Some(word) = match change.kind {
        ChangeKind::Renamed => Some("rename"),
        ChangeKind::Copied => Some("copy"),
        _ => None,
    } {
        lines.push(format!("similarity index {}%", change.similarity));
        lines.push(format!("{word} from {}", quoted_path("", &change.old_path)));
        lines.push(format!("{word} to {}", quoted_path("", &change.path)));
    }
    let (old, new) = (side_id(change.old.as_ref()), side_id(change.new.as_ref()));
    if old != new {
        let short = |id: &ObjectId| match id {
            id if options.full_ids => id.to_string(),
            id if id.is_null() => "0000000".into(),
            id => repo.short_id(files, id, 7),
        };
        let mode = shared_mode.map_or(String::new(), |mode: Mode| format!(" {mode}"));
        lines.push(format!("index {}..{}{mode}", short(&old), short(&new)));
    }
    let DiffColors { meta, reset, .. } = options.colors;
    lines.iter().map(|line| format!("{meta}{line}{reset}\n")).collect()
}

fn side_id(side: Option<&Side>) -> ObjectId {
    side.map_or(ObjectId::null(), |side| side.id)
}

/// The hunks from `@@` on.
pub fn unified(old: &[u8], new: &[u8], options: &PatchOptions) -> String {
    let (old, new) = (split_lines(old), split_lines(new));
    let changes = options.blanks.changes(&old, &new);
    let mut out = String::new();
    let mut function = String::new();
    let mut searched = 0;
    let groups = match options.functions {
        true => by_function(&old, &new, &changes, options.context, options.driver),
        false => near(&old, &changes, options.context),
    };
    for group in groups {
        let (Some(first), Some(last)) = (group.changes.first(), group.changes.last()) else { continue };
        let (old_start, old_end) = (first.old.start - group.lead, last.old.end + group.trail);
        let new_start = first.new.start.saturating_sub(group.lead);
        let new_end = (last.new.end + group.trail).min(new.len());
        if let Some(line) = (searched..old_start).rev().find_map(|at| options.driver.function_name(old[at])) {
            function = line;
        }
        searched = old_start;
        let DiffColors { hunk, reset, .. } = options.colors;
        let range = |start: usize, end: usize| match end - start {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            count => format!("{},{count}", start + 1),
        };
        let head = format!("{hunk}@@ -{} +{} @@{reset}", range(old_start, old_end), range(new_start, new_end));
        let tail = if function.is_empty() { String::new() } else { format!(" {reset}{function}{reset}") };
        out.push_str(&format!("{head}{tail}\n"));
        let mut at = new_start;
        for change in group.changes {
            print_lines(&mut out, ' ', &new[at..change.new.start], options);
            if options.words == Words::Off {
                print_lines(&mut out, '-', &old[change.old.clone()], options);
                print_lines(&mut out, '+', &new[change.new.clone()], options);
            } else {
                print_words(&mut out, &old[change.old.clone()], &new[change.new.clone()], options);
            }
            at = change.new.end;
        }
        print_lines(&mut out, ' ', &new[at..new_end], options);
    }
    out
}

fn print_lines(out: &mut String, sign: char, lines: &[&[u8]], options: &PatchOptions) {
    let DiffColors { old, new, blank, reset, .. } = options.colors;
    for line in lines {
        if options.words != Words::Off {
            print_same(out, line, options);
            continue;
        }
        let text = String::from_utf8_lossy(line);
        let body = text.strip_suffix('\n').unwrap_or(&text);
        match sign {
            _ if reset.is_empty() => out.push_str(&format!("{sign}{body}\n")),
            '-' => out.push_str(&format!("{old}-{body}{reset}\n")),
            '+' => {
                // Blanks at a line's end are marked.
                let kept = body.trim_end();
                let tail = &body[kept.len()..];
                let kept = if kept.is_empty() { String::new() } else { format!("{new}{kept}{reset}") };
                let tail = if tail.is_empty() { String::new() } else { format!("{blank}{tail}{reset}") };
                out.push_str(&format!("{new}+{reset}{kept}{tail}\n"));
            }
            _ => out.push_str(&format!("{sign}{body}{reset}\n")),
        }
        if !line.ends_with(b"\n") {
            out.push_str(&format!("\\ No newline at end of file{reset}\n"));
        }
    }
}
