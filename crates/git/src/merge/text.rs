//! Three versions of a file into one, line by line, with conflict markers as `git merge` writes them.

use crate::diff::line_hunks;
use crate::diff::{Algorithm, LineHunk, split_lines};
use std::ops::Range;

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
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedText {
    pub bytes: Vec<u8>,
    pub conflicts: usize,
}

/// A stretch of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Ours(Range<usize>),
    Theirs(Range<usize>),
    Conflict { base: Range<usize>, ours: Range<usize>, theirs: Range<usize> },
}

/// Conflicts with no more common lines between them than this are written as one.
const GLUE_LINES_MAX: usize = 3;

/// Merges; `Git` takes the histogram algorithm for it and lets no run of lines slide by indentation.
pub fn merge_text(base: &[u8], ours: &[u8], theirs: &[u8], labels: &MergeLabels) -> MergedText {
    let sides = Sides { base: split_lines(base), ours: split_lines(ours), theirs: split_lines(theirs) };
    let mut parts = sides.parts();
    if labels.style == ConflictStyle::Zdiff3 {
        parts = parts.into_iter().flat_map(|part| sides.trimmed(part)).collect();
    } else if labels.style == ConflictStyle::Merge {
        parts = parts.into_iter().flat_map(|part| sides.refine(part)).collect();
        parts = sides.glue(parts);
    }
    let mut merged = MergedText { bytes: Vec::new(), conflicts: 0 };
    if let Some(favor) = labels.favor {
        let settled = |part: Part| match part {
            Part::Conflict { ours, theirs, .. } => match favor {
                Favor::Ours => vec![Part::Ours(ours)],
                Favor::Theirs => vec![Part::Theirs(theirs)],
                Favor::Union => vec![Part::Ours(ours), Part::Theirs(theirs)],
            },
            part => vec![part],
        };
        parts = parts.into_iter().flat_map(settled).collect();
    }
    for part in &parts {
        sides.print(part, labels, &mut merged);
    }
    merged
}

struct Sides<'a> {
    base: Vec<&'a [u8]>,
    ours: Vec<&'a [u8]>,
    theirs: Vec<&'a [u8]>,
}

impl Sides<'_> {
    /// Goes through both sets of changes; where they touch, they conflict unless they are the same.
    fn parts(&self) -> Vec<Part> {
        let a = line_hunks(&self.base, &self.ours, Algorithm::Histogram, false);
        let b = line_hunks(&self.base, &self.theirs, Algorithm::Histogram, false);
        let mut parts = Vec::new();
        let (mut i, mut j) = (0, 0);
        // Lines of each side that are dealt with.
        let (mut base_at, mut ours_at, mut theirs_at) = (0, 0, 0);
        loop {
            let start = match (a.get(i), b.get(j)) {
                (None, None) => break,
                (Some(one), None) => one.old.start,
                (None, Some(two)) => two.old.start,
                (Some(one), Some(two)) => one.old.start.min(two.old.start),
            };
            let common = start - base_at;
            parts.push(Part::Ours(ours_at..ours_at + common));
            (ours_at, theirs_at) = (ours_at + common, theirs_at + common);
            let (first_i, first_j) = (i, j);
            let mut end = start;
            loop {
                // A change that starts where the other ends still touches it.
                let touches = |hunk: &LineHunk, other_seen: bool| {
                    hunk.old.start < end || (hunk.old.start == end && (other_seen || end == start))
                };
                if a.get(i).is_some_and(|hunk| touches(hunk, j > first_j)) {
                    end = end.max(a[i].old.end);
                    i += 1;
                } else if b.get(j).is_some_and(|hunk| touches(hunk, i > first_i)) {
                    end = end.max(b[j].old.end);
                    j += 1;
                } else {
                    break;
                }
            }
            let grown = |hunks: &[LineHunk]| -> isize {
                hunks.iter().map(|hunk| hunk.new.len().cast_signed() - hunk.old.len().cast_signed()).sum()
            };
            let length = (end - start).cast_signed();
            let ours = ours_at..ours_at + (length + grown(&a[first_i..i])).cast_unsigned();
            let theirs = theirs_at..theirs_at + (length + grown(&b[first_j..j])).cast_unsigned();
            (base_at, ours_at, theirs_at) = (end, ours.end, theirs.end);
            parts.push(if i == first_i {
                Part::Theirs(theirs)
            } else if j == first_j || self.ours[ours.clone()] == self.theirs[theirs.clone()] {
                Part::Ours(ours)
            } else {
                Part::Conflict { base: start..end, ours, theirs }
            });
        }
        parts.push(Part::Ours(ours_at..self.ours.len()));
        parts
    }

    /// Takes off a conflict's ends what both sides have there.
    fn trimmed(&self, part: Part) -> Vec<Part> {
        let Part::Conflict { base, mut ours, mut theirs } = part else { return vec![part] };
        let start = ours.start;
        while !ours.is_empty() && !theirs.is_empty() && self.ours[ours.start] == self.theirs[theirs.start] {
            ours.start += 1;
            theirs.start += 1;
        }
        let end = ours.end;
        while !ours.is_empty() && !theirs.is_empty() && self.ours[ours.end - 1] == self.theirs[theirs.end - 1] {
            ours.end -= 1;
            theirs.end -= 1;
        }
        let (before, after) = (start..ours.start, ours.end..end);
        vec![Part::Ours(before), Part::Conflict { base, ours, theirs }, Part::Ours(after)]
    }

    /// Takes out of a conflict the lines that both sides have.
    fn refine(&self, part: Part) -> Vec<Part> {
        let Part::Conflict { base, ours, theirs } = part else { return vec![part] };
        if ours.is_empty() || theirs.is_empty() {
            return vec![Part::Conflict { base, ours, theirs }];
        }
        let (one, two) = (&self.ours[ours.clone()], &self.theirs[theirs.clone()]);
        let mut parts = Vec::new();
        let mut at = 0;
        for hunk in line_hunks(one, two, Algorithm::Histogram, false) {
            parts.push(Part::Ours(ours.start + at..ours.start + hunk.old.start));
            at = hunk.old.end;
            parts.push(Part::Conflict {
                base: base.clone(),
                ours: ours.start + hunk.old.start..ours.start + hunk.old.end,
                theirs: theirs.start + hunk.new.start..theirs.start + hunk.new.end,
            });
        }
        parts.push(Part::Ours(ours.start + at..ours.end));
        parts
    }

    /// Joins conflicts that only few lines keep apart.
    fn glue(&self, parts: Vec<Part>) -> Vec<Part> {
        let mut out: Vec<Part> = Vec::new();
        for part in parts.into_iter().filter(|part| *part != Part::Ours(0..0)) {
            if matches!(&part, Part::Ours(lines) if lines.is_empty()) {
                continue;
            }
            if let Part::Conflict { base, ours, theirs } = &part
                && let [
                    ..,
                    Part::Conflict { base: first_base, ours: first_ours, theirs: first_theirs },
                    Part::Ours(between),
                ] = out.as_slice()
                && between.len() <= GLUE_LINES_MAX
                && between.start == first_ours.end
                && between.end == ours.start
                && between.len() == theirs.start - first_theirs.end
            {
                let joined = Part::Conflict {
                    base: first_base.start..base.end,
                    ours: first_ours.start..ours.end,
                    theirs: first_theirs.start..theirs.end,
                };
                out.truncate(out.len() - 2);
                out.push(joined);
                continue;
            }
            out.push(part);
        }
        out
    }

    fn print(&self, part: &Part, labels: &MergeLabels, merged: &mut MergedText) {
        let out = &mut merged.bytes;
        match part {
            Part::Ours(lines) => out.extend(self.ours[lines.clone()].concat()),
            Part::Theirs(lines) => out.extend(self.theirs[lines.clone()].concat()),
            Part::Conflict { base, ours, theirs } => {
                merged.conflicts += 1;
                let dos = self.ours.first().or(self.base.first()).is_some_and(|line| line.ends_with(b"\r\n"));
                let end = if dos { "\r\n" } else { "\n" };
                let marker = |out: &mut Vec<u8>, sign: &str, label: &str| {
                    if out.last().is_some_and(|byte| *byte != b'\n') {
                        out.extend_from_slice(end.as_bytes());
                    }
                    out.extend_from_slice(sign.repeat(7).as_bytes());
                    if !label.is_empty() {
                        out.extend_from_slice(format!(" {label}").as_bytes());
                    }
                    out.extend_from_slice(end.as_bytes());
                };
                marker(out, "<", &labels.ours);
                out.extend(self.ours[ours.clone()].concat());
                if labels.style != ConflictStyle::Merge {
                    marker(out, "|", &labels.base);
                    out.extend(self.base[base.clone()].concat());
                }
                marker(out, "=", "");
                out.extend(self.theirs[theirs.clone()].concat());
                marker(out, ">", &labels.theirs);
            }
        }
    }
}
