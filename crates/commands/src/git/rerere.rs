//! `git rerere`: how a conflict was resolved is remembered in `.git/rr-cache`, and done again when it comes again.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag};
use git::{MergeLabels, Repo, merge_text};
use order::OrdMap;

pub(crate) const SPEC: Spec = Spec {
    name: "rerere",
    usage: &["rerere [clear | forget <pathspec>... | diff | status | remaining | gc]"],
    options: &[&[flag('\0', "rerere-autoupdate", "stage what was resolved")]],
    missing: &[],
    dialect: Dialect::Options,
};

/// A file whose markers are bare, its sides in order; and what all its conflicts are called.
struct Conflicts {
    text: Vec<u8>,
    count: usize,
    id: String,
}

/// Which part of a conflict a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Outside,
    Ours,
    Base,
    Theirs,
}

fn marks(line: &[u8], sign: u8) -> bool {
    line.len() >= 7
        && line[..7].iter().all(|byte| *byte == sign)
        && line.get(7).is_none_or(|byte| byte.is_ascii_whitespace())
}

/// Reads a file's conflicts; `None` where the markers make no sense.
#[inline(never)]
fn conflicts(bytes: &[u8]) -> Option<Conflicts> {
    let mut out = Conflicts { text: Vec::new(), count: 0, id: String::new() };
    let mut named = Vec::new();
    let (mut part, mut ours, mut theirs) = (Part::Outside, Vec::new(), Vec::new());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match part {
            Part::Outside if marks(line, b'<') => part = Part::Ours,
            Part::Outside => out.text.extend_from_slice(line),
            Part::Ours if marks(line, b'|') => part = Part::Base,
            Part::Ours | Part::Base if marks(line, b'=') => part = Part::Theirs,
            Part::Theirs if marks(line, b'>') => {
                if ours > theirs {
                    std::mem::swap(&mut ours, &mut theirs);
                }
                for (mark, side) in [(&b"<<<<<<<\n"[..], &ours), (b"=======\n", &theirs)] {
                    out.text.extend_from_slice(mark);
                    out.text.extend_from_slice(side);
                    named.extend_from_slice(side);
                    named.push(0);
                }
                out.text.extend_from_slice(b">>>>>>>\n");
                out.count += 1;
                (part, ours, theirs) = (Part::Outside, Vec::new(), Vec::new());
            }
            _ if marks(line, b'<') => return None,
            Part::Ours => ours.extend_from_slice(line),
            Part::Base => {}
            Part::Theirs => theirs.extend_from_slice(line),
        }
    }
    if part != Part::Outside {
        return None;
    }
    out.id = git::plain_hash(&named);
    Some(out)
}

/// The paths that wait, with the names of their conflicts.
type Waiting = OrdMap<String, String>;

fn read(g: &Git<'_, '_>, repo: &Repo) -> Waiting {
    let text = repo.read_state(g.files(), "MERGE_RR").unwrap_or_default();
    let lines = text.split('\0').filter_map(|line| line.split_once('\t'));
    lines.map(|(id, path)| (path.to_string(), id.to_string())).collect()
}

fn write(g: &mut Git<'_, '_>, repo: &Repo, waiting: &Waiting) -> Result<(), Stop> {
    let when = g.when();
    let text: String = waiting.iter().map(|(path, id)| format!("{id}\t{path}\0")).collect();
    Ok(repo.write_state(g.cx.files_mut(), "MERGE_RR", &text, when)?)
}

fn kept(g: &Git<'_, '_>, repo: &Repo, id: &str, name: &str) -> Option<Vec<u8>> {
    g.files().read(&repo.file(&format!("rr-cache/{id}/{name}"))).ok().map(std::borrow::Cow::into_owned)
}

fn keep(g: &mut Git<'_, '_>, repo: &Repo, id: &str, name: &str, bytes: &[u8]) -> Result<(), Stop> {
    let path = repo.file(&format!("rr-cache/{id}/{name}"));
    let micros = g.cx.micros();
    let files = g.cx.files_mut();
    let done = files.make_dir_all(vfs::parent(&path), micros).and_then(|()| files.write(&path, bytes.to_vec(), micros));
    done.or_else(|why| fatal(format!("could not write '{path}': {why}")))
}

fn enabled(g: &Git<'_, '_>, repo: &Repo) -> bool {
    let set = g.settings().get_bool("rerere.enabled");
    set.unwrap_or_else(|| g.files().is_dir(&repo.file("rr-cache")))
}

/// Unmerged paths with both sides.
fn conflicted(g: &Git<'_, '_>, repo: &Repo) -> Result<Vec<String>, Stop> {
    let index = repo.read_index(g.files())?;
    let both = |stages: &Vec<u8>| stages.contains(&2) && stages.contains(&3);
    Ok(index.unmerged().into_iter().filter(|(_, stages)| both(stages)).map(|(path, _)| path).collect())
}

fn there(g: &Git<'_, '_>, repo: &Repo, path: &str) -> Option<Vec<u8>> {
    repo.work_file(g.files(), path, None, 0).ok()??;
    repo.work_bytes(g.files(), path).ok()
}

/// Here Git finds common lines as `git diff` does.
fn classic() -> MergeLabels {
    MergeLabels { classic: true, ..MergeLabels::default() }
}

/// After a conflict, and after a commit: remembers, and does again what is known.
#[inline(never)]
pub(crate) fn auto(g: &mut Git<'_, '_>, repo: &Repo, stages: Option<bool>) -> Result<(), Stop> {
    if !enabled(g, repo) {
        return Ok(());
    }
    let stages = stages.unwrap_or(g.settings().get_bool("rerere.autoupdate") == Some(true));
    let mut waiting = read(g, repo);
    for path in conflicted(g, repo)? {
        if waiting.contains_key(&path) {
            continue;
        }
        if let Some(found) = there(g, repo, &path).and_then(|bytes| conflicts(&bytes)).filter(|found| found.count > 0) {
            waiting.insert(path, found.id);
        }
    }
    let mut left = Waiting::new();
    let mut done = Vec::new();
    for (path, id) in waiting {
        let Some(bytes) = there(g, repo, &path) else { continue };
        let found = conflicts(&bytes);
        if let (Some(post), Some(pre), Some(found)) =
            (kept(g, repo, &id, "postimage"), kept(g, repo, &id, "preimage"), &found)
            && found.count > 0
        {
            let merged = merge_text(&pre, &found.text, &post, &classic());
            if merged.conflicts == 0 {
                keep(g, repo, &id, "thisimage", &found.text)?;
                replace(g, repo, &path, &merged.bytes)?;
                if stages {
                    done.push(path);
                } else {
                    g.err(format!("Resolved '{path}' using previous resolution.\n"));
                }
                continue;
            }
        }
        match found {
            Some(found) if found.count == 0 => {
                keep(g, repo, &id, "postimage", &bytes)?;
                g.err(format!("Recorded resolution for '{path}'.\n"));
            }
            Some(found) => {
                if kept(g, repo, &id, "preimage").is_none() {
                    keep(g, repo, &id, "preimage", &found.text)?;
                    g.err(format!("Recorded preimage for '{path}'\n"));
                }
                left.insert(path, id);
            }
            None => {
                left.insert(path, id);
            }
        }
    }
    if !done.is_empty() {
        let when = g.when();
        let mut index = repo.read_index(g.files())?;
        for path in done {
            let entry = repo.stage_file(g.cx.files_mut(), &path, when)?;
            index.put(&path, entry);
            g.err(format!("Staged '{path}' using previous resolution.\n"));
        }
        repo.write_index(g.cx.files_mut(), &index, when)?;
    }
    write(g, repo, &left)
}

/// After a commit, where something waits.
pub(crate) fn after_commit(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    match repo.read_state(g.files(), "MERGE_RR") {
        Some(_) => auto(g, repo, None),
        None => Ok(()),
    }
}

fn replace(g: &mut Git<'_, '_>, repo: &Repo, path: &str, bytes: &[u8]) -> Result<(), Stop> {
    let when = g.when();
    let mode = repo.work_file(g.files(), path, None, 0)?.map_or(git::Mode::FILE, |file| file.mode);
    Ok(repo.write_work_bytes(g.cx.files_mut(), path, mode, bytes, when)?)
}

/// Forgets what waits, and what was begun for it.
pub(crate) fn clear(g: &mut Git<'_, '_>, repo: &Repo) {
    let when = g.when();
    for id in read(g, repo).into_values() {
        if kept(g, repo, &id, "postimage").is_none() {
            repo.remove_state(g.cx.files_mut(), &format!("rr-cache/{id}"), when);
        }
    }
    repo.remove_state(g.cx.files_mut(), "MERGE_RR", when);
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    let Some((word, rest)) = given.operands.split_first() else {
        auto(g, &repo, given.state("rerere-autoupdate"))?;
        return Ok(0);
    };
    if !matches!(word.as_str(), "clear" | "forget" | "diff" | "status" | "remaining" | "gc") {
        g.err(super::options::usage(&SPEC));
        return Ok(129);
    }
    if !enabled(g, &repo) {
        return Ok(0);
    }
    match word.as_str() {
        "clear" => clear(g, &repo),
        "status" => {
            let text: String = read(g, &repo).keys().map(|path| format!("{path}\n")).collect();
            g.out(text);
        }
        "remaining" => {
            let unmerged = repo.read_index(g.files())?.unmerged();
            let solved = |path: &String| {
                there(g, &repo, path).and_then(|bytes| conflicts(&bytes)).is_some_and(|found| found.count == 0)
                    && !read(g, &repo).contains_key(path)
            };
            let text: String = unmerged.keys().filter(|path| !solved(path)).map(|path| format!("{path}\n")).collect();
            g.out(text);
        }
        "diff" => {
            for (path, id) in read(g, &repo) {
                let (Some(pre), Some(now)) = (kept(g, &repo, &id, "preimage"), there(g, &repo, &path)) else {
                    continue;
                };
                let hunks = git::unified(&pre, &now, &git::PatchOptions::default());
                g.out(format!("--- a/{path}\n+++ b/{path}\n{hunks}"));
            }
        }
        "forget" => return forget(g, &repo, rest),
        _ => {}
    }
    Ok(0)
}

/// The conflict is there as it was, and how it was resolved is not known any more.
#[inline(never)]
fn forget(g: &mut Git<'_, '_>, repo: &Repo, words: &[String]) -> Answer {
    let work = g.work()?;
    let spec = g.pathspec(&work, words)?;
    let mut waiting = read(g, repo);
    for path in conflicted(g, repo)?.into_iter().filter(|path| spec.matches(path)) {
        let index = repo.read_index(g.files())?;
        let mut sides = Vec::new();
        for stage in 1..4 {
            sides.push(match index.get(&path, stage) {
                Some(entry) => repo.read_blob(g.files(), &entry.id)?.data().to_vec(),
                None => Vec::new(),
            });
        }
        let merged = merge_text(&sides[0], &sides[1], &sides[2], &classic());
        let Some(found) = conflicts(&merged.bytes).filter(|found| found.count > 0) else {
            g.err(format!("error: could not parse conflict hunks in '{path}'\n"));
            continue;
        };
        if kept(g, repo, &found.id, "postimage").is_none() {
            g.err(format!("error: no remembered resolution for '{path}'\n"));
            continue;
        }
        let when = g.when();
        repo.remove_state(g.cx.files_mut(), &format!("rr-cache/{}/postimage", found.id), when);
        keep(g, repo, &found.id, "preimage", &found.text)?;
        g.err(format!("Updated preimage for '{path}'\nForgot resolution for '{path}'\n"));
        waiting.insert(path, found.id);
    }
    write(g, repo, &waiting)?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_are_named_as_git_names_them() {
        let text = b"1\n<<<<<<< HEAD\nthree\n||||||| base\n3\n=======\ndrei\n>>>>>>> t\n2\n";
        let found = conflicts(text).unwrap();
        assert_eq!(found.id, "7e6f540506dbf60bad0f0c0731136bbfa419c3cd");
        assert_eq!(found.text, b"1\n<<<<<<<\ndrei\n=======\nthree\n>>>>>>>\n2\n");
        assert_eq!((found.count, conflicts(b"x\n").unwrap().count), (1, 0));
        assert!(conflicts(b"<<<<<<< a\nx\n").is_none());
    }
}
