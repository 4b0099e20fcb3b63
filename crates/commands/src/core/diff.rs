//! `diff`: normal, unified and side by side; folders.

use super::diff_lines::{Change, changes};
use crate::getopt::{Given, Tool, flag, missing, parse, value};
use shell::clock::strftime;
use sim::Time;
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "diff",
    usage: "[OPTION]... FILES",
    summary: "Compare files line by line.",
    options: &[
        flag('u', "", "unified, with three lines around"),
        value('U', "unified", "NUM", "unified, with NUM lines around"),
        flag('q', "brief", "say only whether they differ"),
        flag('s', "report-identical-files", "say so if they are the same"),
        flag('r', "recursive", "compare folders and all below"),
        flag('N', "new-file", "a missing file counts as empty"),
        flag('i', "ignore-case", "upper and lower case are equal"),
        flag('w', "ignore-all-space", "blanks do not count"),
        flag('b', "ignore-space-change", "how many blanks does not count"),
        flag('B', "ignore-blank-lines", "empty lines do not count"),
        flag('y', "side-by-side", "in two columns"),
        value('W', "width", "NUM", "so wide in two columns (130)"),
        flag('\0', "suppress-common-lines", "in two columns, only what differs"),
        value('\0', "label", "LABEL", "this instead of the file's name and time"),
        value('\0', "color", "[WHEN]", "there is none"),
        flag('a', "text", "all files are text, as they are here"),
        value('x', "exclude", "PAT", "leave files out that match PAT"),
        missing('c', ""),
        missing('C', "context"),
        missing('e', "ed"),
        missing('n', "rcs"),
        missing('p', "show-c-function"),
        missing('t', "expand-tabs"),
        missing('I', "ignore-matching-lines"),
    ],
    trouble: 2,
};

/// One side: its name as shown, its path, its lines, and whether the last one ends.
struct Side {
    name: String,
    lines: Vec<String>,
    ends: bool,
    mtime: u64,
}

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    const HINT: &str = "diff: Try 'diff --help' for more information.\n";
    let (left, right) = match &given.operands[..] {
        [left, right] => (left.clone(), right.clone()),
        [] => {
            cx.err(format!("diff: missing operand after 'diff'\n{HINT}"));
            return 2;
        }
        [one] => {
            cx.err(format!("diff: missing operand after '{one}'\n{HINT}"));
            return 2;
        }
        [_, _, extra, ..] => {
            cx.err(format!("diff: extra operand '{extra}'\n{HINT}"));
            return 2;
        }
    };
    let is_dir = |cx: &Cx<'_>, name: &str| name != "-" && cx.files().is_dir(&cx.path(name));
    let (dir_left, dir_right) = (is_dir(cx, &left), is_dir(cx, &right));
    if dir_left && dir_right {
        return folders(cx, &given, &left, &right, 0);
    }
    // A file against a folder: against the file of that name in it.
    let left_name =
        if dir_left { format!("{}/{}", left.trim_end_matches('/'), vfs::base_name(&right)) } else { left.clone() };
    let right_name =
        if dir_right { format!("{}/{}", right.trim_end_matches('/'), vfs::base_name(&left)) } else { right };
    files(cx, &given, &left_name, &right_name, false).unwrap_or(Cx::WAIT)
}

fn side(cx: &mut Cx<'_>, given: &Given, name: &str) -> Option<Result<Side, String>> {
    let missing = name != "-" && !cx.files().exists(&cx.path(name)) && !name.starts_with("/dev/");
    let bytes = if missing && given.has("N") { Ok(Vec::new()) } else { super::input::bytes_of(cx, name)? };
    Some(bytes.map(|bytes| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mtime = cx.files().stat(&cx.path(name)).map_or(if missing { 0 } else { cx.micros() }, |stat| stat.mtime);
        let mtime = if name == "/dev/null" { 0 } else { mtime };
        Side {
            name: name.into(),
            ends: text.is_empty() || text.ends_with('\n'),
            lines: text.lines().map(String::from).collect(),
            mtime,
        }
    }))
}

/// Compares two files; `None` while standard input is not whole.
fn files(cx: &mut Cx<'_>, given: &Given, left: &str, right: &str, named: bool) -> Option<i32> {
    let (left, right) = (side(cx, given, left)?, side(cx, given, right)?);
    let mut code = 0;
    for (side, operand) in [(&left, 0), (&right, 1)] {
        if let Err(error) = side {
            let name = given.operands.get(operand).cloned().unwrap_or_default();
            let shown = if is_folder_of(cx, &name) { joined(given, operand) } else { name };
            cx.err(format!("diff: {shown}: {error}\n"));
            code = 2;
        }
    }
    let (Ok(left), Ok(right)) = (left, right) else { return Some(code) };
    let whole = |side: &Side| -> Vec<String> {
        let last = side.lines.len();
        let key = |(at, line): (usize, &String)| {
            // A last line without an end differs from the same one with it.
            let mark = if at + 1 == last && !side.ends { "\u{0}" } else { "" };
            normal(line, given) + if given.has("w") || given.has("b") { "" } else { mark }
        };
        side.lines.iter().enumerate().map(key).collect()
    };
    let mut found = changes(&whole(&left), &whole(&right));
    if given.has("B") {
        found.retain(|change| {
            let blank = |lines: &[String]| lines.iter().all(|line| line.trim().is_empty());
            !(blank(&left.lines[change.a.0..change.a.1]) && blank(&right.lines[change.b.0..change.b.1]))
        });
    }
    if found.is_empty() {
        if given.has("s") {
            cx.out(format!("Files {} and {} are identical\n", left.name, right.name));
        }
        if given.has("y") && !given.has("suppress-common-lines") {
            let text = side_by_side(&left, &right, &found, given);
            cx.out(text);
        }
        return Some(0);
    }
    if given.has("q") {
        cx.out(format!("Files {} and {} differ\n", left.name, right.name));
        return Some(1);
    }
    let mut out = String::new();
    if named {
        let options: Vec<String> =
            cx.args().iter().filter(|arg| arg.starts_with('-') && arg.len() > 1).cloned().collect();
        out.push_str(&format!("diff {} {} {}\n", options.join(" "), left.name, right.name));
    }
    if given.has("y") {
        out.push_str(&side_by_side(&left, &right, &found, given));
    } else if given.has("u") || given.has("U") {
        let around = given.value("U").and_then(|text| text.parse().ok()).unwrap_or(3);
        out.push_str(&unified(&left, &right, &found, around, given));
    } else {
        out.push_str(&plain(&left, &right, &found));
    }
    cx.out(out);
    Some(1)
}

fn is_folder_of(cx: &Cx<'_>, name: &str) -> bool {
    cx.files().is_dir(&cx.path(name))
}

/// A folder's operand with the other one's name.
fn joined(given: &Given, operand: usize) -> String {
    let (own, other) = (&given.operands[operand], &given.operands[1 - operand]);
    format!("{}/{}", own.trim_end_matches('/'), vfs::base_name(other))
}

fn normal(line: &str, given: &Given) -> String {
    let text = if given.has("w") {
        line.chars().filter(|c| !c.is_whitespace()).collect()
    } else if given.has("b") {
        line.split_whitespace().collect::<Vec<_>>().join(" ")
            + if line.starts_with(char::is_whitespace) { " " } else { "" }
    } else {
        line.to_string()
    };
    if given.has("i") { text.to_lowercase() } else { text }
}

fn put(out: &mut String, sign: &str, side: &Side, at: usize) {
    out.push_str(sign);
    out.push_str(&side.lines[at]);
    out.push('\n');
    if at + 1 == side.lines.len() && !side.ends {
        out.push_str("\\ No newline at end of file\n");
    }
}

fn plain(left: &Side, right: &Side, found: &[Change]) -> String {
    let range = |(from, to): (usize, usize)| match to - from {
        0 => from.to_string(),
        1 => (from + 1).to_string(),
        _ => format!("{},{to}", from + 1),
    };
    let mut out = String::new();
    for change in found {
        let letter = match (change.a.0 == change.a.1, change.b.0 == change.b.1) {
            (true, _) => 'a',
            (_, true) => 'd',
            _ => 'c',
        };
        out.push_str(&format!("{}{letter}{}\n", range(change.a), range(change.b)));
        (change.a.0..change.a.1).for_each(|at| put(&mut out, "< ", left, at));
        if letter == 'c' {
            out.push_str("---\n");
        }
        (change.b.0..change.b.1).for_each(|at| put(&mut out, "> ", right, at));
    }
    out
}

fn unified(left: &Side, right: &Side, found: &[Change], around: usize, given: &Given) -> String {
    let labels = given.values("label");
    let head = |side: &Side, label: Option<&&str>| match label {
        Some(label) => (*label).to_string(),
        None => format!("{}\t{}", side.name, strftime("%Y-%m-%d %H:%M:%S.%N %z", Time::from_micros(side.mtime))),
    };
    let mut out = format!("--- {}\n+++ {}\n", head(left, labels.first()), head(right, labels.get(1)));
    let mut at = 0;
    while at < found.len() {
        let mut end = at + 1;
        while end < found.len() && found[end].a.0 - found[end - 1].a.1 <= 2 * around {
            end += 1;
        }
        let group = &found[at..end];
        let before = group[0].a.0.min(group[0].b.0).min(around);
        let (first, last) = (group[0], group[group.len() - 1]);
        let after = (left.lines.len() - last.a.1).min(around);
        let span = |from: usize, to: usize| match to - from {
            0 => format!("{from},0"),
            1 => (from + 1).to_string(),
            count => format!("{},{count}", from + 1),
        };
        let a = (first.a.0 - before, last.a.1 + after);
        let b = (first.b.0 - before, last.b.1 + after);
        out.push_str(&format!("@@ -{} +{} @@\n", span(a.0, a.1), span(b.0, b.1)));
        let mut line = a.0;
        for change in group {
            (line..change.a.0).for_each(|at| put(&mut out, " ", left, at));
            (change.a.0..change.a.1).for_each(|at| put(&mut out, "-", left, at));
            (change.b.0..change.b.1).for_each(|at| put(&mut out, "+", right, at));
            line = change.a.1;
        }
        (line..a.1).for_each(|at| put(&mut out, " ", left, at));
        at = end;
    }
    out
}

/// Two columns with a sign between them; blanks as tabs where they can be.
fn side_by_side(left: &Side, right: &Side, found: &[Change], given: &Given) -> String {
    let width: usize = given.value("W").and_then(|text| text.parse().ok()).unwrap_or(130);
    // As GNU diff computes it: the columns begin at multiples of a tab.
    let offset = (width + 8 + 3) / 16 * 8;
    let half = if offset <= width { offset.saturating_sub(3).min(width - offset) } else { 0 };
    let column2 = if half > 0 { offset } else { width };
    let mut out = String::new();
    let mut row = |a: Option<&str>, sign: char, b: Option<&str>| {
        let shown = |text: &str| -> String { text.chars().take(half).collect() };
        let text = a.map_or(String::new(), shown);
        let mut at = text.chars().count();
        out.push_str(&text);
        let tabs = |out: &mut String, at: &mut usize, to: usize| {
            while *at < to {
                let next = (*at / 8 + 1) * 8;
                if next <= to {
                    out.push('\t');
                    *at = next;
                } else {
                    out.push(' ');
                    *at += 1;
                }
            }
        };
        if sign != ' ' {
            let middle = (half + column2 - 1) / 2;
            tabs(&mut out, &mut at, middle);
            out.push(sign);
            at += 1;
        }
        if let Some(b) = b.filter(|b| !b.is_empty()) {
            tabs(&mut out, &mut at, column2);
            out.push_str(&shown(b));
        }
        out.push('\n');
    };
    let common = !given.has("suppress-common-lines");
    let (mut i, mut j) = (0, 0);
    let rest = Change { a: (left.lines.len(), left.lines.len()), b: (right.lines.len(), right.lines.len()) };
    for change in found.iter().chain([&rest]) {
        while i < change.a.0 {
            if common {
                row(Some(&left.lines[i]), ' ', Some(&right.lines[j]));
            }
            i += 1;
            j += 1;
        }
        while i < change.a.1 || j < change.b.1 {
            let (a, b) = (left.lines.get(i).filter(|_| i < change.a.1), right.lines.get(j).filter(|_| j < change.b.1));
            let sign = match (a, b) {
                (Some(_), Some(_)) => '|',
                (Some(_), None) => '<',
                _ => '>',
            };
            row(a.map(String::as_str), sign, b.map(String::as_str));
            i += usize::from(a.is_some());
            j += usize::from(b.is_some());
        }
    }
    out
}

fn folders(cx: &mut Cx<'_>, given: &Given, left: &str, right: &str, depth: usize) -> i32 {
    use order::Arrange;
    let names = |cx: &Cx<'_>, dir: &str| -> Vec<String> {
        cx.files().names(&cx.path(dir)).unwrap_or_default().into_iter().map(String::from).collect()
    };
    let (ours, theirs) = (names(cx, left), names(cx, right));
    let mut all: Vec<String> = ours.iter().chain(theirs.iter().filter(|name| !ours.contains(name))).cloned().collect();
    all.retain(|name| !given.values("x").iter().any(|pattern| shell::glob_matches(pattern, name)));
    all.arrange();
    let mut code = 0;
    for name in all {
        let (a, b) =
            (format!("{}/{name}", left.trim_end_matches('/')), format!("{}/{name}", right.trim_end_matches('/')));
        let (in_left, in_right) = (ours.contains(&name), theirs.contains(&name));
        let dirs = (cx.files().is_dir(&cx.path(&a)), cx.files().is_dir(&cx.path(&b)));
        if (in_left && in_right) || (given.has("N") && dirs == (false, false)) {
            code = code.max(match dirs {
                (true, true) if given.has("r") && depth < 40 => folders(cx, given, &a, &b, depth + 1),
                (true, true) => {
                    cx.out(format!("Common subdirectories: {a} and {b}\n"));
                    0
                }
                (false, false) => files(cx, given, &a, &b, true).unwrap_or(2),
                (first, _) => {
                    let kind = |dir: bool| if dir { "directory" } else { "regular file" };
                    cx.out(format!("File {a} is a {} while file {b} is a {}\n", kind(first), kind(!first)));
                    1
                }
            });
        } else {
            let dir = if in_left { left } else { right };
            cx.out(format!("Only in {}: {name}\n", dir.trim_end_matches('/')));
            code = code.max(1);
        }
    }
    code
}
