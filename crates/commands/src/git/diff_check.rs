//! `git diff --check`: what is wrong with the blanks of new lines, and conflict markers that were left.

use super::cli::{Answer, Git};
use git::{Change, ChangeKind, Repo, diff_lines, split_lines};

/// So many signs make a conflict marker.
const MARKER: usize = 7;

/// What is wrong with a line's blanks; empty where nothing is.
#[inline(never)]
fn faults(line: &[u8]) -> Vec<&'static str> {
    let body = line.strip_suffix(b"\n").unwrap_or(line);
    let kept = body.trim_ascii_end();
    let mut faults = Vec::new();
    if kept.len() < body.len() {
        faults.push("trailing whitespace");
    }
    let indent = kept.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if kept[..indent].windows(2).any(|pair| pair == b" \t") {
        faults.push("space before tab in indent");
    }
    faults
}

fn is_marker(line: &[u8]) -> bool {
    let Some(sign) = line.first().filter(|sign| b"<=>|".contains(sign)) else { return false };
    let run = line.iter().take_while(|byte| *byte == sign).count();
    run == MARKER && line.get(MARKER).is_some_and(u8::is_ascii_whitespace)
}

fn blank_lines_at_end(lines: &[&[u8]]) -> usize {
    lines.iter().rev().take_while(|line| line.trim_ascii().is_empty()).count()
}

pub(crate) fn run(g: &mut Git<'_, '_>, repo: &Repo, changes: &[Change]) -> Answer {
    let mut out = Vec::new();
    for change in changes.iter().filter(|change| change.new.is_some() && change.kind != ChangeKind::Unmerged) {
        let old = repo.side_bytes(g.files(), &change.old_path, change.old.as_ref())?;
        let new = repo.side_bytes(g.files(), &change.path, change.new.as_ref())?;
        if new.contains(&0) {
            continue;
        }
        let (old, new) = (split_lines(&old), split_lines(&new));
        let mut say = |number: usize, what: &str, line: Option<&[u8]>| {
            out.extend_from_slice([&change.path, ":", &number.to_string(), ": ", what, "\n"].concat().as_bytes());
            if let Some(line) = line {
                out.push(b'+');
                out.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
                out.push(b'\n');
            }
        };
        for at in diff_lines(&old, &new).into_iter().flat_map(|hunk| hunk.new) {
            if is_marker(new[at]) {
                say(at + 1, "leftover conflict marker", None);
            }
            let faults = faults(new[at]);
            if !faults.is_empty() {
                say(at + 1, &[&faults.join(", "), "."].concat(), Some(new[at]));
            }
        }
        let blank = blank_lines_at_end(&new);
        if blank > blank_lines_at_end(&old) {
            say(new.len() - blank + 1, "new blank line at EOF.", None);
        }
    }
    let found = !out.is_empty();
    g.out(out);
    Ok(if found { 2 } else { 0 })
}
