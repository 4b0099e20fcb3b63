//! What each side changed, as pieces: taken from one side, or in conflict. What both changed in the same way is none.

use super::text::{ConflictStyle, Sides};
use crate::diff::{LineHunk, line_hunks};
use std::ops::Range;

/// Conflicts with no more common lines between them than this are written as one.
const BETWEEN_MAX: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Ours,
    Theirs,
    Conflict,
    /// Both sides say the same.
    Same,
}

/// A place where the three texts are not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub kind: Kind,
    pub base: Range<usize>,
    pub ours: Range<usize>,
    pub theirs: Range<usize>,
}

/// In order; `joins_blanks` makes conflicts one where only lines without letters and digits keep them apart.
pub(super) fn pieces(sides: &Sides<'_>, style: ConflictStyle, joins_blanks: bool) -> Vec<Piece> {
    let ours = line_hunks(&sides.base, &sides.ours, sides.algorithm, false);
    let theirs = line_hunks(&sides.base, &sides.theirs, sides.algorithm, false);
    let found = walk(sides, &ours, &theirs);
    match style {
        ConflictStyle::Diff3 => found,
        ConflictStyle::Zdiff3 => found.into_iter().map(|piece| trimmed(sides, piece)).collect(),
        ConflictStyle::Merge => {
            let refined = found.into_iter().flat_map(|piece| refined(sides, piece)).collect();
            joined(sides, refined, joins_blanks)
        }
    }
}

/// A place of the base, moved by what a text has grown before it.
fn moved(at: usize, from: usize, to: usize) -> usize {
    (at + to).saturating_sub(from)
}

/// Goes through both lists of changes. Changes that meet or touch conflict, unless they are the same.
fn walk(sides: &Sides<'_>, ours: &[LineHunk], theirs: &[LineHunk]) -> Vec<Piece> {
    let mut found = Vec::new();
    let (mut i, mut j) = (0, 0);
    // Where each side stands in the base, and in its own text.
    let (mut our_at, mut their_at) = ((0, 0), (0, 0));
    let shifted =
        |range: &Range<usize>, (base, own): (usize, usize)| moved(range.start, base, own)..moved(range.end, base, own);
    loop {
        match (ours.get(i), theirs.get(j)) {
            (None, None) => return found,
            (Some(our), their) if their.is_none_or(|their| our.old.end < their.old.start) => {
                let theirs = shifted(&our.old, their_at);
                add(&mut found, Piece { kind: Kind::Ours, base: our.old.clone(), ours: our.new.clone(), theirs });
                our_at = (our.old.end, our.new.end);
                i += 1;
            }
            (our, Some(their)) if our.is_none_or(|our| their.old.end < our.old.start) => {
                let ours = shifted(&their.old, our_at);
                add(&mut found, Piece { kind: Kind::Theirs, base: their.old.clone(), ours, theirs: their.new.clone() });
                their_at = (their.old.end, their.new.end);
                j += 1;
            }
            (Some(our), Some(their)) => {
                let same = our.old == their.old && sides.ours[our.new.clone()] == sides.theirs[their.new.clone()];
                if !same {
                    add(&mut found, conflict(our, their));
                }
                if our.old.end >= their.old.end {
                    their_at = (their.old.end, their.new.end);
                    j += 1;
                }
                if their.old.end >= our.old.end {
                    our_at = (our.old.end, our.new.end);
                    i += 1;
                }
            }
            _ => return found,
        }
    }
}

/// From the earlier start to the later end of both changes.
fn conflict(our: &LineHunk, their: &LineHunk) -> Piece {
    let base = our.old.start.min(their.old.start)..our.old.end.max(their.old.end);
    let around = |hunk: &LineHunk| {
        hunk.new.start.saturating_sub(hunk.old.start - base.start)..hunk.new.end + (base.end - hunk.old.end)
    };
    Piece { kind: Kind::Conflict, ours: around(our), theirs: around(their), base }
}

/// A piece that touches the last one grows it.
fn add(found: &mut Vec<Piece>, piece: Piece) {
    match found.last_mut() {
        Some(last) if piece.ours.start <= last.ours.end || piece.theirs.start <= last.theirs.end => {
            if last.kind != piece.kind {
                last.kind = Kind::Conflict;
            }
            last.base.end = piece.base.end;
            last.ours.end = piece.ours.end;
            last.theirs.end = piece.theirs.end;
        }
        _ => found.push(piece),
    }
}

/// Takes off a conflict's ends what both sides have there.
fn trimmed(sides: &Sides<'_>, mut piece: Piece) -> Piece {
    if piece.kind != Kind::Conflict {
        return piece;
    }
    let (ours, theirs) = (&sides.ours[piece.ours.clone()], &sides.theirs[piece.theirs.clone()]);
    let start = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
    let ends = ours[start..].iter().rev().zip(theirs[start..].iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    piece.ours = piece.ours.start + start..piece.ours.end - end;
    piece.theirs = piece.theirs.start + start..piece.theirs.end - end;
    piece
}

/// Takes out of a conflict the lines that both sides have.
fn refined(sides: &Sides<'_>, piece: Piece) -> Vec<Piece> {
    if piece.kind != Kind::Conflict || piece.ours.is_empty() || piece.theirs.is_empty() {
        return vec![piece];
    }
    let (ours, theirs) = (&sides.ours[piece.ours.clone()], &sides.theirs[piece.theirs.clone()]);
    let hunks = line_hunks(ours, theirs, sides.algorithm, false);
    if hunks.is_empty() {
        return vec![Piece { kind: Kind::Same, ..piece }];
    }
    let within = |start: usize, range: &Range<usize>| start + range.start..start + range.end;
    let part = |hunk: &LineHunk| Piece {
        kind: Kind::Conflict,
        base: piece.base.clone(),
        ours: within(piece.ours.start, &hunk.old),
        theirs: within(piece.theirs.start, &hunk.new),
    };
    hunks.iter().map(part).collect()
}

/// Makes conflicts one that only few lines keep apart.
fn joined(sides: &Sides<'_>, found: Vec<Piece>, joins_blanks: bool) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for piece in found {
        if let Some(last) = out.last_mut()
            && last.kind == Kind::Conflict
            && piece.kind == Kind::Conflict
        {
            let between = &sides.ours[last.ours.end..piece.ours.start];
            let says_something = |line: &&[u8]| line.iter().any(u8::is_ascii_alphanumeric);
            if between.len() <= BETWEEN_MAX || joins_blanks && !between.iter().any(says_something) {
                last.ours.end = piece.ours.end;
                last.theirs.end = piece.theirs.end;
                continue;
            }
        }
        out.push(piece);
    }
    out
}
