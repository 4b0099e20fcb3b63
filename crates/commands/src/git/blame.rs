//! `git blame`: which commit each line of a file comes from.

use super::blame_print::{porcelain, table};
use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe, only, usage, value};
use git::{Change, ChangeKind, ObjectId, Pathspec, Repo, find_renames};
use order::{OrdMap, OrdSet};

pub(crate) const SPEC: Spec = Spec {
    name: "blame",
    usage: &["blame [<options>] [<rev-opts>] [<rev>] [--] <file>"],
    options: &[&[
        only('b', "", "no ids of commits at the boundary"),
        flag('\0', "root", "a first commit is no boundary"),
        flag('f', "show-name", "the name that the file had"),
        flag('n', "show-number", "the number that the line had"),
        flag('p', "porcelain", "for scripts"),
        flag('\0', "line-porcelain", "the same, with everything for each line"),
        only('t', "", "raw times"),
        only('l', "", "whole ids"),
        only('s', "", "no author and no time"),
        flag('e', "show-email", "addresses instead of names"),
        only('w', "", "blanks do not count"),
        value('L', "", "range", "only these lines: <start>,<end>; a number, +number or /words/"),
        maybe('\0', "abbrev", "n", "so many digits"),
        value('\0', "date", "format", "how dates are written"),
    ]],
    missing: &[
        "--incremental",
        "--show-stats",
        "--progress",
        "--score-debug",
        "-c",
        "--ignore-rev",
        "--ignore-revs-file",
        "--color-lines",
        "--color-by-age",
        "--minimal",
        "-S",
        "--contents",
        "-C",
        "-M",
        "--since",
        "--reverse",
        "--first-parent",
    ],
    dialect: Dialect::Options,
};

/// A line of the file: the commit (`None`: not committed yet), the file's name there, the line's number there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub id: Option<ObjectId>,
    pub path: String,
    pub line: usize,
    /// The parent that was looked at, with its name for the file.
    pub previous: Option<(ObjectId, String)>,
}

/// What is still to be looked at: a version of the file, and which of its lines stand where in the result.
struct Suspect {
    id: ObjectId,
    path: String,
    lines: Vec<(usize, usize)>,
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let (before, after) = given.split();
    let (rev, file) = match (before, after) {
        ([], [file]) | ([file], []) => (None, file),
        ([rev], [file]) | ([rev, file], []) => (Some(rev.as_str()), file),
        _ => {
            g.err(usage(&SPEC));
            return Ok(129);
        }
    };
    let work = g.work().ok();
    let prefix = work.as_ref().map_or(String::new(), |work| work.prefix.clone());
    let path = vfs::join(&format!("/{prefix}"), file).trim_start_matches('/').to_string();
    let start = match rev {
        Some(rev) => repo.resolve_commit(g.files(), rev).or_else(|_| fatal(format!("bad revision '{rev}'")))?,
        None => match repo.head(g.files())?.id() {
            Some(id) => id,
            None => return fatal(format!("no such path '{path}' in HEAD")),
        },
    };
    let tree = repo.read_commit(g.files(), &start)?.tree;
    let committed = repo.tree_entry(g.files(), &tree, &path)?;
    let Some((_, blob)) = committed.filter(|(mode, _)| !mode.is_tree()) else {
        return fatal(match rev {
            Some(rev) => format!("no such path {path} in {rev}"),
            None => format!("no such path '{path}' in HEAD"),
        });
    };
    let head_text = repo.read_blob(g.files(), &blob)?.data().to_vec();
    let text = if rev.is_none() && repo.work_tree.is_some() {
        match repo.work_bytes(g.files(), &path) {
            Ok(bytes) => bytes,
            Err(_) => return fatal(format!("Cannot lstat '{path}': No such file or directory")),
        }
    } else {
        head_text.clone()
    };
    let total = git::split_lines(&text).len();
    let range = range(given, &text, total, &path)?;
    let blame = Blame { repo: &repo, blanks: !given.has("w") };
    let mut origins: Vec<Option<Origin>> = vec![None; total];
    let lines = blame.unchanged(&head_text, &text);
    let own: OrdSet<usize> = lines.iter().map(|(_, at)| *at).collect();
    for at in (0..total).filter(|at| !own.contains(at)) {
        let previous = Some((start, path.clone()));
        origins[at] = Some(Origin { id: None, path: path.clone(), line: at, previous });
    }
    let wanted = lines.into_iter().filter(|(_, at)| range.contains(at)).collect();
    blame.trace(g, Suspect { id: start, path: path.clone(), lines: wanted }, &mut origins)?;
    let all: Vec<&[u8]> = git::split_lines(&text);
    let shown: Vec<(usize, Origin, String)> = range
        .filter_map(|at| {
            let line = String::from_utf8_lossy(all[at]).into_owned();
            Some((at, origins[at].clone()?, line.strip_suffix('\n').map_or(line.clone(), str::to_string)))
        })
        .collect();
    let text = if given.has("porcelain") || given.has("line-porcelain") {
        porcelain(g, &repo, &shown, given)?
    } else {
        table(g, &repo, &shown, given, &path)?
    };
    g.out(text);
    Ok(0)
}

/// `-L`: lines from 0, the end not in it.
#[inline(never)]
fn range(given: &Given, text: &[u8], total: usize, path: &str) -> Result<std::ops::Range<usize>, Stop> {
    let Some(typed) = given.value("L") else { return Ok(0..total) };
    let lines = String::from_utf8_lossy(text).into_owned();
    let lines: Vec<&str> = lines.lines().collect();
    let find = |words: &str, from: usize| -> Result<usize, Stop> {
        let regex = shell::regex::build(words, shell::regex::Syntax::Basic, false);
        match (from..lines.len())
            .find(|at| regex.as_ref().map_or(lines[*at].contains(words), |r| r.is_match(lines[*at])))
        {
            Some(at) => Ok(at + 1),
            None => fatal(format!("-L parameter '{words}' starting at line {}: no match", from + 1)),
        }
    };
    let (first, second) = match typed.strip_prefix('/').and_then(|rest| rest.split_once('/')) {
        Some((words, rest)) => (find(words, 0)?, rest.strip_prefix(',').unwrap_or("")),
        None => {
            let (first, second) = typed.split_once(',').unwrap_or((typed, ""));
            match first.parse() {
                Ok(number) => (number, second),
                Err(_) if first.is_empty() => (1, second),
                Err(_) => return fatal(format!("-L argument not 'start,end:file' or ':funcname:file': {typed}")),
            }
        }
    };
    let last = if let Some(count) = second.strip_prefix('+') {
        first + count.parse::<usize>().unwrap_or(1) - 1
    } else if let Some(words) = second.strip_prefix('/') {
        find(words.trim_end_matches('/'), first)?
    } else {
        second.parse().unwrap_or(total)
    };
    let (first, last) = (first.min(last).max(1), first.max(last).min(total));
    if first > total {
        return fatal(format!("file {path} has only {total} line{}", if total == 1 { "" } else { "s" }));
    }
    Ok(first - 1..last)
}

struct Blame<'a> {
    repo: &'a Repo,
    blanks: bool,
}

impl Blame<'_> {
    /// The lines that both versions have: (number in the old one, number in the new one).
    #[inline(never)]
    fn unchanged(&self, old: &[u8], new: &[u8]) -> Vec<(usize, usize)> {
        let squeezed = |bytes: &[u8]| -> Vec<u8> {
            bytes.iter().copied().filter(|byte| *byte == b'\n' || !byte.is_ascii_whitespace()).collect()
        };
        let (old, new) = if self.blanks { (old.to_vec(), new.to_vec()) } else { (squeezed(old), squeezed(new)) };
        let (a, b) = (git::split_lines(&old), git::split_lines(&new));
        let (mut at_a, mut at_b, mut pairs) = (0, 0, Vec::new());
        for hunk in git::diff_lines(&a, &b) {
            pairs.extend((at_a..hunk.old.start).zip(at_b..hunk.new.start));
            (at_a, at_b) = (hunk.old.end, hunk.new.end);
        }
        pairs.extend((at_a..a.len()).zip(at_b..b.len()));
        pairs
    }

    fn file(&self, g: &Git<'_, '_>, id: &ObjectId, path: &str) -> Result<Option<Vec<u8>>, Stop> {
        let tree = self.repo.read_commit(g.files(), id)?.tree;
        match self.repo.tree_entry(g.files(), &tree, path)? {
            Some((mode, blob)) if !mode.is_tree() => Ok(Some(self.repo.read_blob(g.files(), &blob)?.data().to_vec())),
            _ => Ok(None),
        }
    }

    /// The file in a parent: under its name, or under the one that it was renamed from.
    #[inline(never)]
    fn in_parent(
        &self,
        g: &Git<'_, '_>,
        id: &ObjectId,
        parent: &ObjectId,
        path: &str,
    ) -> Result<Option<(String, Vec<u8>)>, Stop> {
        if let Some(bytes) = self.file(g, parent, path)? {
            return Ok(Some((path.to_string(), bytes)));
        }
        let tree = |id: &ObjectId| self.repo.read_commit(g.files(), id).map(|commit| commit.tree);
        let changes: Vec<Change> =
            self.repo.diff_trees(g.files(), Some(&tree(parent)?), Some(&tree(id)?), &Pathspec::default())?;
        let renamed = find_renames(self.repo, g.files(), changes)?;
        let from = renamed.into_iter().find(|change| change.kind == ChangeKind::Renamed && change.path == path);
        let Some(from) = from else { return Ok(None) };
        Ok(self.file(g, parent, &from.old_path)?.map(|bytes| (from.old_path, bytes)))
    }

    /// Passes lines on to parents as long as these have them.
    #[inline(never)]
    fn trace(&self, g: &Git<'_, '_>, first: Suspect, origins: &mut [Option<Origin>]) -> Result<(), Stop> {
        let mut queue = vec![first];
        while let Some(Suspect { id, path, mut lines }) = queue.pop() {
            let commit = self.repo.read_commit(g.files(), &id)?;
            let own = self.file(g, &id, &path)?.unwrap_or_default();
            let mut previous = None;
            for parent in &commit.parents {
                if lines.is_empty() {
                    break;
                }
                let Some((name, bytes)) = self.in_parent(g, &id, parent, &path)? else { continue };
                if previous.is_none() {
                    previous = Some((*parent, name.clone()));
                }
                let there: OrdMap<usize, usize> =
                    self.unchanged(&bytes, &own).into_iter().map(|(a, b)| (b, a)).collect();
                let (mut passed, mut kept) = (Vec::new(), Vec::new());
                for (line, at) in lines {
                    match there.get(&line) {
                        Some(older) => passed.push((*older, at)),
                        None => kept.push((line, at)),
                    }
                }
                lines = kept;
                if !passed.is_empty() {
                    queue.push(Suspect { id: *parent, path: name, lines: passed });
                }
            }
            for (line, at) in lines {
                origins[at] = Some(Origin { id: Some(id), path: path.clone(), line, previous: previous.clone() });
            }
        }
        Ok(())
    }
}
