//! Three versions of a file into one, line by line, with conflict markers as `git merge` writes them.

use super::pieces::{Kind, Piece, pieces};
use crate::diff::{Algorithm, split_lines};

/// How a conflict looks: `merge.conflictStyle`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ConflictStyle {
    #[default]
    Merge,
    /// The base is shown too.
    Diff3,
    /// The same, without what both sides have at its ends.
    Zdiff3,
}

/// Which side wins a conflict by itself: `-X ours`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Favor {
    Ours,
    Theirs,
    /// Lines of both, ours first: `merge=union`.
    Union,
}

/// What becomes of a file that one side made in a folder which the other renamed: `merge.directoryRenames`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FolderRenames {
    /// It goes along, and the merge waits for somebody who agrees.
    #[default]
    Conflict,
    /// It goes along.
    Follow,
    /// It stays.
    Off,
}

/// What the markers say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergeLabels {
    pub ours: String,
    pub base: String,
    pub theirs: String,
    pub style: ConflictStyle,
    pub favor: Option<Favor>,
    /// Merge drivers that keep our version: their command is `true`.
    pub keepers: Vec<String>,
    /// Common lines are found as `git diff` finds them, not as `git merge` does: for one file's merge by itself.
    pub classic: bool,
    /// Conflicts are also one where what is between them has neither letter nor digit: `git merge-file`.
    pub joins_blanks: bool,
    /// How many signs a marker has more than seven.
    pub longer_by: usize,
    /// How deep this merge lies in one of several common ancestors; such a merge says nothing, for nobody sees its result.
    pub depth: usize,
    /// Files are only told by their names.
    pub no_renames: bool,
    pub folder_renames: FolderRenames,
    /// Words, order and stages of the strategy `recursive`, by which `git am -3` still merges.
    // Unlike git: `am -3` treats two names for one file, and folders in the way, as the newer strategy does.
    pub recursive: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedText {
    pub bytes: Vec<u8>,
    pub conflicts: usize,
}

/// Merges; Git takes the histogram algorithm for it and lets no run of lines slide by indentation.
pub fn merge_text(base: &[u8], ours: &[u8], theirs: &[u8], labels: &MergeLabels) -> MergedText {
    let sides = Sides {
        base: split_lines(base),
        ours: split_lines(ours),
        theirs: split_lines(theirs),
        algorithm: if labels.classic { Algorithm::Myers } else { Algorithm::Histogram },
    };
    if ours == base || theirs == base {
        let bytes = if ours == base { theirs } else { ours };
        return MergedText { bytes: bytes.to_vec(), conflicts: 0 };
    }
    let mut merged = MergedText { bytes: Vec::new(), conflicts: 0 };
    let mut at = 0;
    for piece in pieces(&sides, labels.style, labels.joins_blanks) {
        let (to_ours, to_theirs) = match (piece.kind, labels.favor) {
            (Kind::Same, _) => continue,
            (Kind::Ours, _) | (Kind::Conflict, Some(Favor::Ours)) => (true, false),
            (Kind::Theirs, _) | (Kind::Conflict, Some(Favor::Theirs)) => (false, true),
            (Kind::Conflict, Some(Favor::Union)) => (true, true),
            (Kind::Conflict, None) => (false, false),
        };
        put(&mut merged.bytes, &sides.ours[at..piece.ours.start]);
        at = piece.ours.end;
        if to_ours {
            put(&mut merged.bytes, &sides.ours[piece.ours.clone()]);
            if to_theirs {
                end_line(&mut merged.bytes, &sides.ours[piece.ours.clone()], sides.line_end(&piece));
            }
        }
        if to_theirs {
            put(&mut merged.bytes, &sides.theirs[piece.theirs.clone()]);
        }
        if !to_ours && !to_theirs {
            merged.conflicts += 1;
            sides.print_conflict(&piece, labels, &mut merged.bytes);
        }
    }
    put(&mut merged.bytes, &sides.ours[at..]);
    merged
}

/// The three texts' lines.
pub(super) struct Sides<'a> {
    pub base: Vec<&'a [u8]>,
    pub ours: Vec<&'a [u8]>,
    pub theirs: Vec<&'a [u8]>,
    pub algorithm: Algorithm,
}

fn put(out: &mut Vec<u8>, lines: &[&[u8]]) {
    lines.iter().for_each(|line| out.extend_from_slice(line));
}

/// Ends the last of these lines, if nothing does.
fn end_line(out: &mut Vec<u8>, lines: &[&[u8]], end: &str) {
    if lines.last().is_some_and(|line| !line.ends_with(b"\n")) {
        out.extend_from_slice(end.as_bytes());
    }
}

/// Whether lines around this one end as on DOS; `None` where no line has an end.
fn ends_as_dos(lines: &[&[u8]], at: usize) -> Option<bool> {
    let line = lines.get(at)?;
    if line.ends_with(b"\n") {
        return Some(line.ends_with(b"\r\n"));
    }
    Some(lines[at.checked_sub(1)?].ends_with(b"\r\n"))
}

impl Sides<'_> {
    /// How a marker's line ends: as the lines before it do.
    fn line_end(&self, piece: &Piece) -> &'static str {
        let ours = ends_as_dos(&self.ours, piece.ours.start.saturating_sub(1));
        let theirs = || ends_as_dos(&self.theirs, piece.theirs.start.saturating_sub(1));
        let dos = ours != Some(false) && theirs() != Some(false) && ends_as_dos(&self.base, 0) == Some(true);
        if dos { "\r\n" } else { "\n" }
    }

    fn print_conflict(&self, piece: &Piece, labels: &MergeLabels, out: &mut Vec<u8>) {
        let end = self.line_end(piece);
        let marker = |out: &mut Vec<u8>, sign: &str, label: &str| {
            out.extend_from_slice(sign.repeat(7 + labels.longer_by).as_bytes());
            if !label.is_empty() {
                out.push(b' ');
                out.extend_from_slice(label.as_bytes());
            }
            out.extend_from_slice(end.as_bytes());
        };
        let block = |out: &mut Vec<u8>, lines: &[&[u8]]| {
            put(out, lines);
            end_line(out, lines, end);
        };
        marker(out, "<", &labels.ours);
        block(out, &self.ours[piece.ours.clone()]);
        if labels.style != ConflictStyle::Merge {
            marker(out, "|", &labels.base);
            block(out, &self.base[piece.base.clone()]);
        }
        marker(out, "=", "");
        block(out, &self.theirs[piece.theirs.clone()]);
        marker(out, ">", &labels.theirs);
    }
}
