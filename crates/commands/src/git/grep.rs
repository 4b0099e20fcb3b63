//! `git grep`: lines of tracked files, of the index or of a commit.

use super::cli::{Answer, Git, Stop, fatal, relative};
use super::grep_page::searched;
use super::options::{Dialect, Given, Spec, flag, only, value};
use git::{ObjectId, Repo};
use regex_lite::Regex;
use shell::regex::{Syntax, build};

pub(crate) const SPEC: Spec = Spec {
    name: "grep",
    usage: &["grep [<options>] [-e] <pattern> [<rev>...] [[--] <path>...]"],
    options: &[&[
        flag('\0', "cached", "look in the index"),
        flag('\0', "untracked", "in untracked files too"),
        flag('v', "invert-match", "lines that do not match"),
        flag('i', "ignore-case", "upper and lower case are the same"),
        flag('w', "word-regexp", "only whole words"),
        only('I', "", "not in binary files"),
        only('E', "extended-regexp", "extended expressions"),
        only('G', "basic-regexp", "basic expressions (default)"),
        only('F', "fixed-strings", "plain words"),
        flag('n', "line-number", "with line numbers"),
        flag('\0', "column", "with the column of the first match"),
        only('h', "", "without file names"),
        only('H', "", "with file names (default)"),
        flag('\0', "full-name", "names from the top"),
        flag('l', "files-with-matches", "only the names of files"),
        flag('\0', "name-only", "the same"),
        flag('L', "files-without-match", "only the names of the others"),
        flag('z', "null", "a NUL behind names"),
        flag('o', "only-matching", "only what matches"),
        flag('c', "count", "only how many lines match"),
        flag('\0', "heading", "the name once above its lines"),
        flag('\0', "break", "an empty line between files"),
        value('C', "context", "n", "so many lines around"),
        value('B', "before-context", "n", "so many lines before"),
        value('A', "after-context", "n", "so many lines after"),
        flag('p', "show-function", "the line that begins the function"),
        flag('q', "quiet", "only the exit code"),
        value('m', "max-count", "n", "so many lines a file"),
        value('e', "", "pattern", "a pattern"),
        only('\0', "and", "both patterns in one line"),
        only('\0', "or", "one of them"),
        only('\0', "not", "not the pattern"),
        flag('\0', "all-match", "only files where every pattern is found"),
        value('\0', "color", "when", "colour: always, never or auto"),
    ]],
    missing: &[
        "--no-index",
        "--exclude-standard",
        "--recurse-submodules",
        "-a",
        "--text",
        "--textconv",
        "-r",
        "--recursive",
        "--max-depth",
        "-P",
        "--perl-regexp",
        "-W",
        "--function-context",
        "-f",
        "-O",
        "--open-files-in-pager",
        "--threads",
    ],
    dialect: Dialect::Options,
};

/// Patterns: any of the groups, of each group all.
pub(crate) struct Query {
    pub groups: Vec<Vec<(Regex, bool)>>,
}

impl Query {
    /// `-e a --and -e b -e c`: in the order in which they were typed.
    pub fn read(words: &[String], given: &Given, first: Option<&str>) -> Result<Self, Stop> {
        let syntax = match given.last(&["extended-regexp", "basic-regexp", "fixed-strings"]) {
            Some("extended-regexp") => Syntax::Extended,
            Some("fixed-strings") => Syntax::Fixed,
            _ => Syntax::Basic,
        };
        let one = |text: &str| -> Result<Regex, Stop> {
            let any_case = given.has("ignore-case");
            let regex = if given.has("word-regexp") {
                let plain = build(text, syntax, any_case);
                plain.and_then(|_| {
                    let inner = match syntax {
                        Syntax::Fixed => regex_lite::escape(text),
                        Syntax::Basic => shell::regex::to_extended(text),
                        Syntax::Extended => text.to_string(),
                    };
                    build(&format!("\\b({inner})\\b"), Syntax::Extended, any_case)
                })
            } else {
                build(text, syntax, any_case)
            };
            regex.or_else(|why| fatal(format!("command line, '{text}': {why}")))
        };
        let mut query = Self { groups: Vec::new() };
        if let Some(text) = first {
            query.groups.push(vec![(one(text)?, true)]);
            return Ok(query);
        }
        let (mut joins, mut plain) = (false, true);
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let text = match word.as_str() {
                "--and" => {
                    joins = true;
                    continue;
                }
                "--or" => continue,
                "--not" => {
                    plain = false;
                    continue;
                }
                "-e" => rest.next().cloned().unwrap_or_default(),
                "--" => break,
                word if word.starts_with("-e") => word[2..].to_string(),
                word if word.starts_with('-') && !word.starts_with("--") && word.ends_with('e') => {
                    rest.next().cloned().unwrap_or_default()
                }
                _ => continue,
            };
            let part = (one(&text)?, plain);
            plain = true;
            match query.groups.last_mut().filter(|_| joins) {
                Some(group) => group.push(part),
                None => query.groups.push(vec![part]),
            }
            joins = false;
        }
        Ok(query)
    }

    pub fn matches(&self, line: &str) -> bool {
        self.groups.iter().any(|group| group.iter().all(|(regex, plain)| regex.is_match(line) == *plain))
    }

    /// Where the first pattern is found in a line.
    pub fn places(&self, line: &str) -> Vec<(usize, usize)> {
        let all = self.groups.iter().flatten().filter(|(_, plain)| *plain);
        let mut places: Vec<(usize, usize)> =
            all.flat_map(|(regex, _)| regex.find_iter(line).map(|found| (found.start(), found.end()))).collect();
        order::Arrange::arrange(&mut places[..]);
        places.retain(|(start, end)| start < end);
        places
    }
}

/// Where a file's text lies.
struct Source {
    shown: String,
    path: String,
    id: Option<ObjectId>,
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.repo()?;
    let (mut before, after) = (given.split().0.to_vec(), given.split().1.to_vec());
    let patterns = given.values("e");
    let first = if patterns.is_empty() {
        if before.is_empty() {
            return fatal("no pattern given");
        }
        Some(before.remove(0))
    } else {
        None
    };
    if first.as_deref() == Some("(") && given.has("fixed-strings") {
        return fatal("unmatched ( for expression group");
    }
    let query = Query::read(&g.words.clone(), given, first.as_deref())?;
    let mut revisions = Vec::new();
    while let Some(name) = before.first().cloned() {
        match repo.try_resolve(g.files(), &name)? {
            Some(id) => revisions.push((name, id)),
            None if given.dashes_at.is_some() => return fatal(format!("unable to resolve revision: {name}")),
            None => break,
        }
        before.remove(0);
    }
    for path in &before {
        if g.files().lstat(&vfs::join(&g.cwd, path)).is_err() && !git::has_wildcard(path) {
            return Err(git::GitError::unknown_revision(path.clone()).into());
        }
    }
    before.extend(after);
    let sources = sources(g, &repo, given, &revisions, &before)?;
    let mut any = false;
    let mut printed = false;
    for source in sources {
        let bytes = match &source.id {
            Some(id) => repo.read_blob(g.files(), id)?.data().to_vec(),
            None => match repo.work_bytes(g.files(), &source.path) {
                Ok(bytes) => bytes,
                Err(_) => continue,
            },
        };
        let (text, found) = searched(g, given, &query, &source.shown, &bytes, printed);
        any |= found;
        if given.has("quiet") {
            if any {
                return Ok(0);
            }
            continue;
        }
        printed |= !text.is_empty();
        g.out(text);
    }
    Ok(i32::from(!any))
}

#[inline(never)]
fn sources(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    revisions: &[(String, ObjectId)],
    paths: &[String],
) -> Result<Vec<Source>, Stop> {
    let work = g.work()?;
    let spec = g.pathspec(&work, paths)?;
    let below = format!("{}/", work.prefix);
    let inside = |path: &str| !paths.is_empty() || work.prefix.is_empty() || path.starts_with(&below);
    let shown = |path: &str| if given.has("full-name") { path.to_string() } else { relative(&work.prefix, path) };
    let mut sources = Vec::new();
    for (name, id) in revisions {
        let Some(tree) = repo.peel(g.files(), *id, git::Kind::Tree)? else {
            return fatal(format!("unable to grep from object of type {}", repo.read_object(g.files(), id)?.kind));
        };
        for (path, (_, blob)) in repo.flat_tree(g.files(), Some(&tree))? {
            if spec.matches(&path) && inside(&path) {
                let colon = if name.contains(':') { '/' } else { ':' };
                sources.push(Source { shown: format!("{name}{colon}{}", shown(&path)), path, id: Some(blob) });
            }
        }
    }
    if revisions.is_empty() {
        let index = repo.read_index(g.files())?;
        let mut names: Vec<(String, Option<ObjectId>)> = Vec::new();
        for path in index.unique_paths() {
            let id = index.get(&path, 0).map(|entry| entry.id).filter(|_| given.has("cached"));
            names.push((path, id));
        }
        if given.has("untracked") {
            let ignores = g.ignores(repo);
            names
                .extend(repo.untracked_files(g.files(), &index, &ignores, false)?.into_iter().map(|path| (path, None)));
            order::Arrange::arrange(&mut names[..]);
        }
        for (path, id) in names.into_iter().filter(|(path, _)| spec.matches(path) && inside(path)) {
            sources.push(Source { shown: shown(&path), path, id });
        }
    }
    Ok(sources)
}
