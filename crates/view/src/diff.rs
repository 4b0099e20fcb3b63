//! A unified diff of two texts, for manifests.

/// With three lines of context; empty where they are equal.
#[inline(never)]
pub fn unified(old: &str, new: &str) -> String {
    const CONTEXT: usize = 3;
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let as_bytes = |lines: &[&str]| -> Vec<Vec<u8>> { lines.iter().map(|line| line.as_bytes().to_vec()).collect() };
    let (a, b) = (as_bytes(&old_lines), as_bytes(&new_lines));
    let (a, b): (Vec<&[u8]>, Vec<&[u8]>) =
        (a.iter().map(Vec::as_slice).collect(), b.iter().map(Vec::as_slice).collect());
    let hunks = git::diff_lines(&a, &b);
    let mut out = String::new();
    let mut shown_to = 0;
    for hunk in &hunks {
        let from = hunk.old.start.saturating_sub(CONTEXT).max(shown_to);
        if from > shown_to || out.is_empty() {
            out.push_str(&format!("@@ line {} @@\n", from + 1));
        }
        for line in &old_lines[from..hunk.old.start] {
            out.push_str(&format!(" {line}\n"));
        }
        for line in &old_lines[hunk.old.clone()] {
            out.push_str(&format!("-{line}\n"));
        }
        for line in &new_lines[hunk.new.clone()] {
            out.push_str(&format!("+{line}\n"));
        }
        let next = hunks.iter().map(|h| h.old.start).find(|start| *start >= hunk.old.end && *start > hunk.old.start);
        shown_to = (hunk.old.end + CONTEXT).min(next.unwrap_or(usize::MAX)).min(old_lines.len());
        for line in &old_lines[hunk.old.end..shown_to.max(hunk.old.end)] {
            out.push_str(&format!(" {line}\n"));
        }
    }
    out
}
