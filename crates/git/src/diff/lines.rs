//! Which lines changed, by Git's own algorithms with its choice among equally short answers.

use super::equal::tokens;
use super::slide::{Side, settle};
use super::{histogram, myers};
use std::ops::Range;

/// How common lines are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// `git diff`'s.
    Myers,
    /// That of merges.
    Histogram,
}

/// A run of lines that was replaced by another; line numbers from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineHunk {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// Lines with their line ends; only the last can lack one.
pub fn split_lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// What `git diff` finds: Myers' algorithm, and runs that could slide are put where the indentation suggests.
pub fn diff_lines(old: &[&[u8]], new: &[&[u8]]) -> Vec<LineHunk> {
    hunks(old, new, Algorithm::Myers, true)
}

pub(crate) fn hunks(old: &[&[u8]], new: &[&[u8]], algorithm: Algorithm, by_indent: bool) -> Vec<LineHunk> {
    let (old_tokens, new_tokens, kinds) = tokens(old, new);
    let (mut removed, mut added) = (vec![false; old.len()], vec![false; new.len()]);
    let mark = match algorithm {
        Algorithm::Myers => myers::mark,
        Algorithm::Histogram => histogram::mark,
    };
    mark(&old_tokens, &new_tokens, kinds, &mut removed, &mut added);
    let mut before = Side { lines: old, tokens: &old_tokens, changed: removed };
    let mut after = Side { lines: new, tokens: &new_tokens, changed: added };
    settle(&mut before, &mut after, by_indent);
    settle(&mut after, &mut before, by_indent);
    paired(&before.changed, &after.changed)
}

/// Changed lines of both sides as hunks; between hunks both sides have the same lines.
fn paired(removed: &[bool], added: &[bool]) -> Vec<LineHunk> {
    let run = |flags: &[bool], start: usize| start + flags[start..].iter().take_while(|flag| **flag).count();
    let mut hunks = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    loop {
        let (old, new) = (at_old..run(removed, at_old), at_new..run(added, at_new));
        (at_old, at_new) = (old.end + 1, new.end + 1);
        if !(old.is_empty() && new.is_empty()) {
            hunks.push(LineHunk { old, new });
        }
        if at_old > removed.len() || at_new > added.len() {
            return hunks;
        }
    }
}
