//! `git blame`: which commit each line of a file comes from.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe, only, usage, value};
use git::{Change, ChangeKind, Commit, DateFormat, ObjectId, Pathspec, Repo, find_renames};
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
struct Origin {
    id: Option<ObjectId>,
    path: String,
    line: usize,
    /// The parent that was looked at, with its name for the file.
    previous: Option<(ObjectId, String)>,
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
    let Some((_, blob)) = committed else {
        return fatal(format!("no such path '{path}' in {}", rev.unwrap_or("HEAD")));
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
fn range(given: &Given, text: &[u8], total: usize, path: &str) -> Result<std::ops::Range<usize>, Stop> {
    let Some(typed) = given.value("L") else { return Ok(0..total) };
    let lines = String::from_utf8_lossy(text).into_owned();
    let lines: Vec<&str> = lines.lines().collect();
    let find = |words: &str, from: usize| -> Result<usize, Stop> {
        let regex = crate::core::pattern::build(words, crate::core::pattern::Syntax::Basic, false);
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

/// What stands beside a line.
struct Who {
    name: String,
    email: String,
    secs: i64,
    zone: String,
    when: git::When,
}

fn who(g: &Git<'_, '_>, commit: Option<&Commit>) -> Who {
    match commit {
        Some(Commit { author, .. }) => Who {
            name: author.name.clone(),
            email: author.email.clone(),
            secs: author.when.secs,
            zone: author.when.zone(),
            when: author.when,
        },
        None => Who {
            name: "Not Committed Yet".into(),
            email: "not.committed.yet".into(),
            secs: g.when().secs,
            zone: "+0000".into(),
            when: g.when(),
        },
    }
}

fn date(given: &Given, g: &Git<'_, '_>, who: &Who) -> Result<String, Stop> {
    if given.has("t") {
        return Ok(format!("{} {}", who.secs, who.zone));
    }
    let named = given.value("date").map(str::to_string).or_else(|| g.settings().get("blame.date"));
    let format = match &named {
        None => DateFormat::Iso,
        Some(name) => match DateFormat::parse(name) {
            Some(format) => format,
            None => return fatal(format!("unknown date format {name}")),
        },
    };
    let width = match format {
        DateFormat::Relative => 22,
        DateFormat::Default => 30,
        _ => 0,
    };
    Ok(format!("{:<width$}", who.when.format(format, g.when().secs)))
}

fn digits(number: usize) -> usize {
    number.to_string().len()
}

fn table(
    g: &Git<'_, '_>,
    repo: &Repo,
    shown: &[(usize, Origin, String)],
    given: &Given,
    path: &str,
) -> Result<String, Stop> {
    let mut commits: OrdMap<ObjectId, Commit> = OrdMap::new();
    for id in shown.iter().filter_map(|(_, origin, _)| origin.id) {
        if !commits.contains_key(&id) {
            commits.insert(id, repo.read_commit(g.files(), &id)?);
        }
    }
    let mut length = given.value("abbrev").and_then(|text| text.parse::<usize>().ok()).map_or(8, |n| n + 1).min(40);
    for id in commits.keys() {
        length = length.max(repo.short_id(g.files(), id, length - 1).len() + 1).min(40);
    }
    if given.has("l") {
        length = 40;
    }
    let named = given.has("show-name") || shown.iter().any(|(_, origin, _)| origin.path != path);
    let people: Vec<Who> =
        shown.iter().map(|(_, origin, _)| who(g, origin.id.and_then(|id| commits.get(&id)))).collect();
    let shown_name = |who: &Who| if given.has("show-email") { format!("<{}>", who.email) } else { who.name.clone() };
    let name_width = people.iter().map(|who| shown_name(who).chars().count()).max().unwrap_or(0);
    let path_width = shown.iter().map(|(_, origin, _)| origin.path.chars().count()).max().unwrap_or(0);
    let number_width = digits(shown.last().map_or(0, |(at, ..)| at + 1));
    let old_width = digits(shown.iter().map(|(_, origin, _)| origin.line + 1).max().unwrap_or(0));
    let mut out = String::new();
    for ((at, origin, line), who) in shown.iter().zip(&people) {
        let boundary = origin.id.and_then(|id| commits.get(&id)).is_some_and(|commit| commit.parents.is_empty());
        let boundary = boundary && !given.has("root") && g.settings().get_bool("blame.showroot") != Some(true);
        let hex = origin.id.map_or("0".repeat(40), |id| id.to_string());
        if boundary && given.has("b") {
            out.push_str(&" ".repeat(length));
        } else if boundary {
            out.push_str(&format!("^{}", &hex[..length - 1]));
        } else {
            out.push_str(&hex[..length]);
        }
        if named {
            out.push_str(&format!(" {:<path_width$}", origin.path));
        }
        if given.has("show-number") {
            out.push_str(&format!(" {:>old_width$}", origin.line + 1));
        }
        if given.has("s") {
            out.push_str(&format!(" {:>number_width$}) {line}\n", at + 1));
        } else {
            let name = shown_name(who);
            let date = date(given, g, who)?;
            out.push_str(&format!(" ({name:<name_width$} {date} {:>number_width$}) {line}\n", at + 1));
        }
    }
    Ok(out)
}

fn porcelain(g: &Git<'_, '_>, repo: &Repo, shown: &[(usize, Origin, String)], given: &Given) -> Result<String, Stop> {
    let each = given.has("line-porcelain");
    let mut told: OrdSet<String> = OrdSet::new();
    let mut out = String::new();
    let follows = |one: &(usize, Origin, String), next: &(usize, Origin, String)| {
        one.0 + 1 == next.0 && one.1.id == next.1.id && one.1.path == next.1.path && one.1.line + 1 == next.1.line
    };
    for group in shown.chunk_by(follows) {
        for (n, (at, origin, line)) in group.iter().enumerate() {
            let hex = origin.id.map_or("0".repeat(40), |id| id.to_string());
            out.push_str(&format!("{hex} {} {}", origin.line + 1, at + 1));
            if n == 0 {
                out.push_str(&format!(" {}", group.len()));
            }
            out.push('\n');
            if each || (n == 0 && told.insert(hex)) {
                out.push_str(&details(g, repo, origin)?);
                out.push_str(&format!("filename {}\n", origin.path));
            }
            out.push_str(&format!("\t{line}\n"));
        }
    }
    Ok(out)
}

fn details(g: &Git<'_, '_>, repo: &Repo, origin: &Origin) -> Result<String, Stop> {
    let commit = match origin.id {
        Some(id) => Some(repo.read_commit(g.files(), &id)?),
        None => None,
    };
    let person = |role: &str, name: &str, email: &str, secs: i64, zone: &str| {
        format!("{role} {name}\n{role}-mail <{email}>\n{role}-time {secs}\n{role}-tz {zone}\n")
    };
    let author = who(g, commit.as_ref());
    let mut out = person("author", &author.name, &author.email, author.secs, &author.zone);
    match &commit {
        Some(Commit { committer, .. }) => {
            let zone = committer.when.zone();
            out.push_str(&person("committer", &committer.name, &committer.email, committer.when.secs, &zone));
        }
        None => out.push_str(&person("committer", &author.name, &author.email, author.secs, &author.zone)),
    }
    let summary = match &commit {
        Some(commit) => commit.subject(),
        None => format!("Version of {0} from {0}", origin.path),
    };
    out.push_str(&format!("summary {summary}\n"));
    if let Some((id, path)) = &origin.previous {
        out.push_str(&format!("previous {id} {path}\n"));
    }
    if commit.is_some_and(|commit| commit.parents.is_empty()) {
        out.push_str("boundary\n");
    }
    Ok(out)
}
