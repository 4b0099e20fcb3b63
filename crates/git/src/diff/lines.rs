//! Which lines changed, by Git's own algorithms with its choice among equally short answers.

use imara_diff::{Diff, InternedInput};
use std::ops::Range;

pub(crate) use imara_diff::Algorithm;

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
    let mut input = InternedInput::default();
    input.update_before(old.iter().copied());
    input.update_after(new.iter().copied());
    let mut diff = Diff::compute(algorithm, &input);
    if by_indent {
        diff.postprocess_lines(&input);
    } else {
        diff.postprocess_no_heuristic(&input);
    }
    let wide = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks().map(|hunk| LineHunk { old: wide(hunk.before), new: wide(hunk.after) }).collect()
}
