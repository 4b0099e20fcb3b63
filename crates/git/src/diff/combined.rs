//! One result against several parents at once: `diff --cc`, as merges and conflicts are shown.

use super::lines::{diff_lines, split_lines};
use super::patch::{DiffColors, PatchOptions, is_binary, quoted_path};
use crate::object::Mode;
use order::Arrange;

/// A line that some parents had and the result lost.
struct Lost {
    text: String,
    /// A bit for each parent that had it.
    parents: u32,
}

/// A line of the result, with what was lost just before it. One more stands for the end.
#[derive(Default)]
struct Row {
    text: String,
    /// A bit for each parent that lacks the line.
    new_for: u32,
    lost: Vec<Lost>,
    /// For each parent, the number of its line that comes next here.
    parent_lines: Vec<usize>,
    shown: bool,
    context: bool,
}

/// What stands between `diff --cc` and `---`: the ids, and the modes where they differ; `None` where there is no file.
pub fn combined_head(ids: &[String], result_id: &str, modes: &[Option<Mode>], result: Option<Mode>) -> String {
    let mut head = ["index ", &ids.join(","), "..", result_id].concat();
    if modes.iter().all(|mode| *mode == result) {
        return head;
    }
    let text = |mode: &Option<Mode>| mode.map_or("000000".to_string(), |mode| mode.to_string());
    let list = modes.iter().map(text).collect::<Vec<_>>().join(",");
    match result {
        Some(mode) if modes.iter().all(Option::is_none) => head += &["\nnew file mode ", &mode.to_string()].concat(),
        Some(mode) => head += &["\nmode ", &list, "..", &mode.to_string()].concat(),
        None => head += &["\ndeleted file mode ", &list].concat(),
    }
    head
}

/// The patch of a file from its parents' contents to the result; `None` where nothing in it is worth showing,
/// because each part equals one of the parents'. `head` is the `index …` line and what else stands before `---`.
pub fn combined_patch(
    path: &str,
    head: &str,
    parents: &[Vec<u8>],
    result: Option<&[u8]>,
    dense: bool,
    options: &PatchOptions,
) -> Option<String> {
    let DiffColors { meta, reset, .. } = options.colors;
    if parents.iter().map(Vec::as_slice).chain(result).any(is_binary) {
        let word = if dense { "cc" } else { "combined" };
        let mut out = [meta, "diff --", word, " ", &quoted_path("", path), reset, "\n"].concat();
        head.lines().for_each(|line| out += &[meta, line, reset, "\n"].concat());
        return Some(out + "Binary files differ\n");
    }
    let mut rows = rows(parents, result.unwrap_or(b""));
    let all = (1_u32 << parents.len()) - 1;
    for row in &mut rows {
        row.shown = row.new_for != 0 || !row.lost.is_empty();
    }
    if dense {
        drop_uninteresting(&mut rows, all, options.context);
    }
    if !rows.iter().any(|row| row.shown) && !head.contains('\n') {
        return None;
    }
    let word = if dense { "cc" } else { "combined" };
    let name = quoted_path("", path);
    let mut out = format!("{meta}diff --{word} {name}{reset}\n");
    for line in head.lines() {
        out.push_str(&format!("{meta}{line}{reset}\n"));
    }
    let new = if result.is_some() { quoted_path(options.prefixes[1], path) } else { "/dev/null".into() };
    let made = head.contains("\nnew file mode");
    let old = if made { "/dev/null".into() } else { quoted_path(options.prefixes[0], path) };
    out.push_str(&format!("{meta}--- {old}{reset}\n{meta}+++ {new}{reset}\n"));
    print_hunks(&mut out, &mut rows, parents.len(), options);
    Some(out)
}

fn rows(parents: &[Vec<u8>], result: &[u8]) -> Vec<Row> {
    let new = split_lines(result);
    let text = |line: &[u8]| String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line)).into_owned();
    let mut rows: Vec<Row> = new.iter().map(|line| Row { text: text(line), ..Row::default() }).collect();
    rows.push(Row::default());
    for (number, parent) in parents.iter().enumerate() {
        let old = split_lines(parent);
        let bit = 1 << number;
        let mut at_old = 0;
        let mut at_new = 0;
        for hunk in diff_lines(&old, &new) {
            for row in &mut rows[at_new..hunk.new.start] {
                row.parent_lines.push(at_old);
                at_old += 1;
            }
            let place = hunk.new.start;
            let lines: Vec<String> = old[hunk.old.clone()].iter().map(|line| text(line)).collect();
            merge_lost(&mut rows[place].lost, &lines, bit);
            for (n, row) in rows[hunk.new.clone()].iter_mut().enumerate() {
                row.new_for |= bit;
                row.parent_lines.push(if n == 0 { at_old } else { hunk.old.end });
            }
            // Lost lines of a pure removal are counted before the row they hang on.
            if hunk.new.is_empty() {
                at_new = hunk.new.end;
                rows[at_new].parent_lines.push(at_old);
                at_old = hunk.old.end + usize::from(at_new < new.len());
                at_new += 1;
            } else {
                at_old = hunk.old.end;
                at_new = hunk.new.end;
            }
        }
        for row in rows.iter_mut().skip(at_new) {
            row.parent_lines.push(at_old);
            at_old += 1;
        }
    }
    rows
}

/// Adds a parent's lost lines to those of others: equal ones, in order, are the same line.
fn merge_lost(lost: &mut Vec<Lost>, lines: &[String], bit: u32) {
    let (n, m) = (lost.len(), lines.len());
    let mut best = vec![vec![0_usize; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            best[i][j] =
                if lost[i].text == lines[j] { best[i + 1][j + 1] + 1 } else { best[i + 1][j].max(best[i][j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut merged = Vec::new();
    let mut old = std::mem::take(lost).into_iter();
    while i < n || j < m {
        if i < n && j < m && best[i][j] == best[i + 1][j + 1] + 1 && best[i][j] > best[i + 1][j].max(best[i][j + 1]) {
            merged.extend(old.next().map(|line| Lost { parents: line.parents | bit, ..line }));
            i += 1;
            j += 1;
        } else if i < n && (j == m || best[i + 1][j] >= best[i][j + 1]) {
            merged.extend(old.next());
            i += 1;
        } else {
            merged.push(Lost { text: lines[j].clone(), parents: bit });
            j += 1;
        }
    }
    *lost = merged;
}

/// Hides each run in which the result is what one of the parents had.
fn drop_uninteresting(rows: &mut [Row], all: u32, context: usize) {
    let mut at = 0;
    while let Some(start) = (at..rows.len()).find(|n| rows[*n].shown) {
        let mut end = start + 1;
        while end < rows.len() {
            if rows[end].shown {
                end += 1;
                continue;
            }
            let tail = if rows[end - 1].new_for == 0 && end > start + 1 { end - 1 } else { end };
            let reach = (tail + context).min(rows.len());
            match (end..reach).rev().find(|n| rows[*n].shown) {
                Some(next) => end = next + 1,
                None => break,
            }
        }
        let seen = rows[start..end].iter();
        let mut kinds: Vec<u32> = seen
            .flat_map(|row| row.lost.iter().map(|line| line.parents).chain([row.new_for]))
            .filter(|kind| *kind != 0)
            .collect();
        kinds.arrange();
        kinds.dedup();
        if kinds.len() <= 1 && kinds.first() != Some(&all) {
            rows[start..end].iter_mut().for_each(|row| row.shown = false);
        }
        at = end;
    }
}

fn print_hunks(out: &mut String, rows: &mut [Row], parents: usize, options: &PatchOptions) {
    let last = rows.len() - 1;
    let shown: Vec<usize> = (0..rows.len()).filter(|n| rows[*n].shown).collect();
    for at in shown {
        // Where a row only lost lines, it is itself the first line of context below them.
        let below = if rows[at].new_for == 0 { at + options.context } else { at + options.context + 1 };
        for row in &mut rows[at.saturating_sub(options.context)..below.min(last + 1)] {
            row.context = true;
        }
    }
    let marks = "@".repeat(parents + 1);
    let DiffColors { hunk, reset, .. } = options.colors;
    let mut at = 0;
    while let Some(start) = (at..rows.len()).find(|n| rows[*n].context || rows[*n].shown) {
        let end = (start..rows.len()).find(|n| !(rows[*n].context || rows[*n].shown)).unwrap_or(rows.len());
        let lines = &rows[start..end];
        let count = lines.len() - usize::from(end == rows.len());
        let ranges: String = (0..parents)
            .map(|parent| {
                let bit = 1 << parent;
                let kept = lines[..count].iter().filter(|row| row.new_for & bit == 0).count();
                let lost = lines.iter().flat_map(|row| &row.lost).filter(|line| line.parents & bit != 0).count();
                let first = rows[start].parent_lines.get(parent).copied().unwrap_or(0);
                format!(" -{},{}", first + 1, kept + lost)
            })
            .collect();
        let first = start + 1;
        // Of the lines since the last part only; and real Git leaves out the last letter.
        let function = (at..start)
            .rev()
            .map(|n| rows[n].text.as_str())
            .find(|text| text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$'));
        let function = function.map_or(String::new(), |text| {
            let mut name: String = text.chars().take(40).collect::<String>().trim_end().into();
            name.pop();
            if name.is_empty() { name } else { [" ", &name].concat() }
        });
        out.push_str(&format!("{hunk}{marks}{ranges} +{first},{count} {marks}{reset}{function}\n"));
        for (n, row) in lines.iter().enumerate() {
            for line in &row.lost {
                print_row(out, line.parents, parents, '-', &line.text, options);
            }
            if n < count {
                print_row(out, row.new_for, parents, '+', &row.text, options);
            }
        }
        at = end;
    }
}

fn print_row(out: &mut String, bits: u32, parents: usize, sign: char, text: &str, options: &PatchOptions) {
    let signs: String = (0..parents).map(|parent| if bits & 1 << parent != 0 { sign } else { ' ' }).collect();
    let color = match sign {
        _ if bits == 0 => "",
        '-' => options.colors.old,
        _ => options.colors.new,
    };
    let reset = if color.is_empty() { "" } else { options.colors.reset };
    out.push_str(&format!("{color}{signs}{text}{reset}\n"));
}
