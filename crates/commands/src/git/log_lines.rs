//! `git log -L`: the history of some lines of a file.

use super::cli::{Answer, Git, Stop, fatal};
use super::log::{Entries, Printer};
use super::log_format::Style;
use super::options::Given;
use super::range::Range;
use git::{Change, Driver, ObjectId, Pathspec, Repo, diff_lines, find_renames, split_lines};
use order::OrdMap;
use shell::regex::{Syntax, build};

/// Lines from 0, up to before the second.
type Lines = (usize, usize);

/// What is followed at a commit: a path and lines of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Followed {
    path: String,
    lines: Vec<Lines>,
}

pub(crate) fn run(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, range: &Range, mut printer: Printer) -> Answer {
    if !range.paths.is_empty() {
        return fatal("-L<range>:<file> cannot be used with pathspec");
    }
    let Some((_, tip)) = range.from.first() else { return Ok(0) };
    let mut wanted: Vec<Followed> = Vec::new();
    for arg in given.values("L") {
        add_range(g, repo, tip, arg, &mut wanted)?;
    }
    let patch = !given.has("no-patch");
    printer.output.patch = false;
    let picked = super::log_pick::pick_all(g, repo, given, range, &Pathspec::default())?;
    let mut at: OrdMap<ObjectId, Vec<Followed>> = OrdMap::from([(*tip, wanted)]);
    let mut kept: Entries = Vec::new();
    let mut texts: OrdMap<ObjectId, String> = OrdMap::new();
    for (id, line) in picked {
        let Some(followed) = at.remove(&id) else { continue };
        let text = step(g, repo, &id, &followed, &mut at)?;
        if let Some(text) = text {
            texts.insert(id, text);
            kept.push((id, line));
        }
    }
    for (id, line) in super::log_pick::limited(given, kept)? {
        let mut text = printer.entry(g, repo, &id, &line, super::combined::Merges::Off)?;
        if patch {
            text.push('\n');
            text.push_str(&texts[&id]);
        }
        g.out(text);
    }
    Ok(0)
}

/// `git show -L`: the parents are not looked at, so that all of the lines are new.
pub(crate) fn shown(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    commits: &[(String, ObjectId)],
    style: &Style,
) -> Answer {
    for (_, id) in commits {
        let mut wanted: Vec<Followed> = Vec::new();
        for arg in given.values("L") {
            add_range(g, repo, id, arg, &mut wanted)?;
        }
        let commit = repo.read_commit(g.files(), id)?;
        let mut text = style.entry(g, repo, id, &commit, "")?;
        if !given.has("no-patch") && !given.has("quiet") {
            text.push('\n');
            if commit.parents.len() < 2 {
                let lines = changed(g, repo, None, &commit.tree, &wanted, &mut Vec::new())?;
                text.push_str(&lines.unwrap_or_default());
            }
        }
        g.out(text);
    }
    Ok(0)
}

/// Follows the lines from a commit to its parents; what it did to them, where it did.
fn step(
    g: &Git<'_, '_>,
    repo: &Repo,
    id: &ObjectId,
    followed: &[Followed],
    at: &mut OrdMap<ObjectId, Vec<Followed>>,
) -> Result<Option<String>, Stop> {
    let commit = repo.read_commit(g.files(), id)?;
    let mut shown = None;
    if commit.parents.is_empty() {
        let text = changed(g, repo, None, &commit.tree, followed, &mut Vec::new())?;
        return Ok(text);
    }
    for (n, parent) in commit.parents.iter().enumerate() {
        let tree = repo.read_commit(g.files(), parent)?.tree;
        let mut before = Vec::new();
        let text = changed(g, repo, Some(tree), &commit.tree, followed, &mut before)?;
        let same = text.is_none();
        if n == 0 && commit.parents.len() == 1 {
            shown = text;
        }
        if same && commit.parents.len() > 1 {
            // The lines came from this parent as they are.
            at.entry(*parent).or_default().extend(before);
            return Ok(None);
        }
        let list = at.entry(*parent).or_default();
        list.extend(before.into_iter().filter(|one| !one.lines.is_empty()));
    }
    Ok(shown)
}

/// What changed from a tree to another in the lines; `before` gets where they were.
#[inline(never)]
fn changed(
    g: &Git<'_, '_>,
    repo: &Repo,
    old: Option<ObjectId>,
    new: &ObjectId,
    followed: &[Followed],
    before: &mut Vec<Followed>,
) -> Result<Option<String>, Stop> {
    let files = g.files();
    let changes = find_renames(repo, files, repo.diff_trees(files, old.as_ref(), Some(new), &Pathspec::default())?)?;
    let mut out = String::new();
    for one in followed {
        let Some(change) = changes.iter().find(|change| change.path == one.path) else {
            before.push(one.clone());
            continue;
        };
        let a = repo.side_bytes(files, &change.old_path, change.old.as_ref())?;
        let b = repo.side_bytes(files, &change.path, change.new.as_ref())?;
        let (text, lines) = compared(change, &split_lines(&a), &split_lines(&b), &one.lines);
        out.push_str(&text);
        if change.old.is_some() {
            before.push(Followed { path: change.old_path.clone(), lines });
        }
    }
    Ok((!out.is_empty()).then_some(out))
}

/// The patch of the lines, and the lines before it.
#[inline(never)]
fn compared(change: &Change, a: &[&[u8]], b: &[&[u8]], lines: &[Lines]) -> (String, Vec<Lines>) {
    let hunks = diff_lines(a, b);
    let (mut hunks_text, mut old_lines) = (String::new(), Vec::new());
    let show = |out: &mut String, sign: char, line: &[u8]| {
        out.push(sign);
        out.push_str(&String::from_utf8_lossy(line));
        if !line.ends_with(b"\n") {
            out.push_str("\n\\ No newline at end of file\n");
        }
    };
    let mut consumed = 0;
    for &(start, end) in lines {
        let touched: Vec<_> =
            hunks.iter().filter(|hunk| start < hunk.new.end.max(hunk.new.start) && hunk.new.start < end).collect();
        let shift = |line: usize| {
            let passed = hunks.iter().take_while(|hunk| hunk.new.end <= line);
            passed.fold(line, |at, hunk| (at + hunk.old.len()).saturating_sub(hunk.new.len()))
        };
        let (Some(first), Some(last)) = (touched.first(), touched.last()) else {
            old_lines.push((shift(start), shift(start) + (end - start)));
            continue;
        };
        let from = first.old.start.saturating_sub(first.new.start.saturating_sub(start));
        let to = last.old.end + end.saturating_sub(last.new.end);
        let (shown_from, count) = if to == 0 { (0, 0) } else { (from + 1, to - from) };
        if to > from {
            old_lines.push((from, to));
        }
        // Each change is shown with the first range that it lies in.
        let fresh = hunks.iter().position(|hunk| hunk == *first).is_some_and(|at| at >= consumed);
        consumed = hunks.iter().position(|hunk| hunk == *last).map_or(consumed, |at| at + 1);
        if !fresh {
            continue;
        }
        hunks_text.push_str(&format!("@@ -{shown_from},{count} +{},{} @@\n", start + 1, end - start));
        let mut at = start;
        for hunk in &touched {
            while at < hunk.new.start {
                show(&mut hunks_text, ' ', b[at]);
                at += 1;
            }
            a[hunk.old.clone()].iter().for_each(|line| show(&mut hunks_text, '-', line));
            while at < hunk.new.end && at < end {
                show(&mut hunks_text, '+', b[at]);
                at += 1;
            }
        }
        while at < end {
            show(&mut hunks_text, ' ', b[at]);
            at += 1;
        }
    }
    if hunks_text.is_empty() {
        return (String::new(), old_lines);
    }
    let old = if change.old.is_some() { git::quoted_path("a/", &change.old_path) } else { "/dev/null".into() };
    let (a_name, b_name) = (git::quoted_path("a/", &change.old_path), git::quoted_path("b/", &change.path));
    (format!("diff --git {a_name} {b_name}\n--- {old}\n+++ {b_name}\n{hunks_text}"), old_lines)
}

/// Reads `start,end:file` or `:function:file`.
#[inline(never)]
fn add_range(g: &Git<'_, '_>, repo: &Repo, tip: &ObjectId, arg: &str, wanted: &mut Vec<Followed>) -> Result<(), Stop> {
    let split = arg.rsplit_once(':').filter(|(range, file)| !range.is_empty() && !file.is_empty());
    let Some((what, file)) = split else {
        return fatal(format!("-L argument not 'start,end:file' or ':funcname:file': {arg}"));
    };
    let prefix = g.work().map_or(String::new(), |work| work.prefix);
    let path = vfs::join(&format!("/{prefix}"), file).trim_start_matches('/').to_string();
    let tree = repo.read_commit(g.files(), tip)?.tree;
    let Some((_, blob)) = repo.tree_entry(g.files(), &tree, &path)? else {
        return fatal(format!("There is no path {path} in the commit"));
    };
    let blob = repo.read_blob(g.files(), &blob)?;
    let lines = split_lines(blob.data());
    let anchor = wanted.iter().find(|one| one.path == path).and_then(|one| one.lines.last()).map_or(0, |last| last.1);
    let found = match what.strip_prefix(':') {
        Some(name) => function(&lines, name, anchor)?,
        None => numbers(&lines, what, anchor, &path)?,
    };
    match wanted.iter_mut().find(|one| one.path == path) {
        Some(one) => one.lines.push(found),
        None => wanted.push(Followed { path, lines: vec![found] }),
    }
    Ok(())
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim_end_matches('\n').to_string()
}

/// From the line that starts a function of this name to before the next one.
#[inline(never)]
fn function(lines: &[&[u8]], name: &str, anchor: usize) -> Result<Lines, Stop> {
    let (name, anchor) = match name.strip_prefix('^') {
        Some(name) => (name, 0),
        None => (name, anchor),
    };
    let Ok(regex) = build(name, Syntax::Basic, false) else {
        return fatal(format!("-L parameter '{name}': Invalid regular expression"));
    };
    let starts = |n: &usize| Driver::Plain.function_name(lines[*n]).is_some();
    let Some(start) = (anchor..lines.len()).find(|n| starts(n) && regex.is_match(&text(lines[*n]))) else {
        return fatal(format!("-L parameter '{name}' starting at line {}: no match", anchor + 1));
    };
    let mut end = (start + 1..lines.len()).find(starts).unwrap_or(lines.len());
    // Empty lines at its end belong to nobody.
    while end > start + 1 && text(lines[end - 1]).trim().is_empty() {
        end -= 1;
    }
    Ok((start, end))
}

#[inline(never)]
fn numbers(lines: &[&[u8]], what: &str, anchor: usize, path: &str) -> Result<Lines, Stop> {
    let (start, end) = match what.strip_prefix('/').and_then(|rest| Some((rest, rest.find('/')?))) {
        Some((rest, at)) => (format!("/{}/", &rest[..at]), rest[at + 1..].strip_prefix(',').unwrap_or("").to_string()),
        None => {
            let (start, end) = what.split_once(',').unwrap_or((what, ""));
            (start.to_string(), end.to_string())
        }
    };
    let bad = || fatal(format!("-L argument not 'start,end:file' or ':funcname:file': {what}:{path}"));
    let line = |word: &str, from: usize| -> Result<Option<usize>, Stop> {
        if let Some(pattern) = word.strip_prefix('/') {
            let pattern = pattern.trim_end_matches('/');
            let Ok(regex) = build(pattern, Syntax::Basic, false) else { return Ok(None) };
            return match (from..lines.len()).find(|n| regex.is_match(&text(lines[*n]))) {
                Some(n) => Ok(Some(n + 1)),
                None => fatal(format!("-L parameter '{pattern}' starting at line {}: No match", from + 1)),
            };
        }
        Ok(word.parse().ok())
    };
    let first = if start.is_empty() { Some(1) } else { line(&start, anchor)? };
    let Some(first) = first.filter(|first| *first > 0) else { return bad() };
    let last = match end.as_bytes().first() {
        None => Some(lines.len()),
        Some(b'+') => end[1..].parse::<usize>().ok().map(|count| first + count - 1),
        Some(b'-') => end[1..].parse::<usize>().ok().map(|count| first.saturating_sub(count) + 1),
        Some(_) => line(&end, first)?,
    };
    let Some(last) = last else { return bad() };
    let (first, last) = (first.min(last).max(1), first.max(last));
    if first > lines.len() {
        return fatal(format!("file {path} has only {} lines", lines.len()));
    }
    Ok((first - 1, last.min(lines.len())))
}
