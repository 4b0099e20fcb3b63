//! Two texts as GNU diff prints their difference, in its normal and in its unified form.

use git::{LineHunk, diff_lines, split_lines};
use std::ops::Range;

/// Lines around a change in the unified form.
const CONTEXT: usize = 3;

/// `5c5`, `< old`, `---`, `> new`.
// Unlike diff: a run of lines that could stand in two places stands where Git would show it.
pub(super) fn normal(old: &str, new: &str) -> String {
    let (old, new) = (split_lines(old.as_bytes()), split_lines(new.as_bytes()));
    let mut out = String::new();
    for LineHunk { old: gone, new: come } in diff_lines(&old, &new) {
        let letter = match (gone.is_empty(), come.is_empty()) {
            (true, _) => 'a',
            (false, true) => 'd',
            (false, false) => 'c',
        };
        out.push_str(&format!("{}{letter}{}\n", span(&gone), span(&come)));
        print(&mut out, "< ", &old[gone.clone()]);
        if letter == 'c' {
            out.push_str("---\n");
        }
        print(&mut out, "> ", &new[come.clone()]);
    }
    out
}

/// Line numbers from 1; an empty span is the line before it.
fn span(range: &Range<usize>) -> String {
    match range.len() {
        0 => range.start.to_string(),
        1 => range.end.to_string(),
        _ => format!("{},{}", range.start + 1, range.end),
    }
}

fn print(out: &mut String, mark: &str, lines: &[&[u8]]) {
    for line in lines {
        let text = String::from_utf8_lossy(line);
        out.push_str(mark);
        out.push_str(&text);
        if !text.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// `@@ -1,7 +1,7 @@` and its lines; the two lines with the files' names are the caller's.
pub(super) fn unified(old: &str, new: &str) -> String {
    let (old, new) = (split_lines(old.as_bytes()), split_lines(new.as_bytes()));
    let hunks = diff_lines(&old, &new);
    let mut out = String::new();
    for group in groups(&hunks) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let before = first.old.start.min(CONTEXT);
        let after = (old.len() - last.old.end).min(CONTEXT);
        let from = first.old.start - before..last.old.end + after;
        let to = first.new.start - before..last.new.end + after;
        out.push_str(&format!("@@ -{} +{} @@\n", counted(&from), counted(&to)));
        let mut at = from.start;
        for hunk in group {
            print(&mut out, " ", &old[at..hunk.old.start]);
            print(&mut out, "-", &old[hunk.old.clone()]);
            print(&mut out, "+", &new[hunk.new.clone()]);
            at = hunk.old.end;
        }
        print(&mut out, " ", &old[at..from.end]);
    }
    out
}

/// Changes whose surroundings touch are shown together.
fn groups(hunks: &[LineHunk]) -> Vec<&[LineHunk]> {
    hunks.chunk_by(|a, b| b.old.start - a.old.end <= 2 * CONTEXT).collect()
}

/// `1,7`; `3` for one line; `0,0` for none at the start.
fn counted(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => range.end.to_string(),
        len => format!("{},{len}", range.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{normal, unified};

    const OLD: &str = "a\nb\nc\nd\ne\nf\n";
    const NEW: &str = "a\nB\nc\nd\ne\nf\ng\n";

    #[test]
    fn the_normal_form() {
        assert_eq!(normal(OLD, NEW), "2c2\n< b\n---\n> B\n6a7\n> g\n");
        assert_eq!(normal("", "a\nb\n"), "0a1,2\n> a\n> b\n");
        assert_eq!(normal("a\nb\n", ""), "1,2d0\n< a\n< b\n");
    }

    #[test]
    fn the_unified_form() {
        assert_eq!(unified(OLD, NEW), "@@ -1,6 +1,7 @@\n a\n-b\n+B\n c\n d\n e\n f\n+g\n");
        assert_eq!(unified("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
    }
}
