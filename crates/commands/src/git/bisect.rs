//! `git bisect`: its words, and the files and references that it keeps.

use super::bisect_next::{auto_next, next};
use super::bisect_words::{replay, run_command, skip, terms, visualize};
use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, usage};
use super::switching::{Goal, go};
use git::{ObjectId, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "bisect",
    usage: &[
        "bisect start [--term-(new|bad)=<term> --term-(old|good)=<term>]    [--no-checkout] [--first-parent] [<bad> [<good>...]] [--]    [<pathspec>...]",
        "bisect (good|bad) [<rev>...]",
        "bisect terms [--term-good | --term-bad]",
        "bisect skip [(<rev>|<range>)...]",
        "bisect next",
        "bisect reset [<commit>]",
        "bisect visualize",
        "bisect replay <logfile>",
        "bisect log",
        "bisect run <cmd> [<arg>...]",
    ],
    options: &[],
    missing: &["--no-checkout", "--first-parent"],
    dialect: Dialect::Options,
};

/// What the two states are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    pub bad: String,
    pub good: String,
}

impl Terms {
    pub fn usual() -> Self {
        Self { bad: "bad".into(), good: "good".into() }
    }

    pub fn read(g: &Git<'_, '_>, repo: &Repo) -> Self {
        let text = repo.read_state(g.files(), "BISECT_TERMS").unwrap_or_default();
        let mut lines = text.lines();
        match (lines.next(), lines.next()) {
            (Some(bad), Some(good)) => Self { bad: bad.into(), good: good.into() },
            _ => Self::usual(),
        }
    }
}

/// `bisect found …` ends a run; so does having nothing left but skipped commits.
pub(crate) const ONLY_SKIPPED: i32 = 2;
/// The first bad commit is found: 0 to the shell, but a run ends.
pub(crate) const FOUND: i32 = -10;

pub(crate) fn run(g: &mut Git<'_, '_>, _: &Given) -> Answer {
    let args = g.words.clone();
    let repo = g.work()?.repo;
    let code = act(g, &repo, &args)?;
    Ok(if code == FOUND { 0 } else { code })
}

fn act(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
    let Some((word, rest)) = args.split_first() else {
        g.err(format!("fatal: need a command\n\n{}", usage(&SPEC)));
        return Ok(129);
    };
    match word.as_str() {
        "start" => start(g, repo, rest),
        "reset" => reset(g, repo, rest),
        "log" => match repo.read_state(g.files(), "BISECT_LOG") {
            Some(text) => {
                g.out(text);
                Ok(0)
            }
            None => {
                g.err("error: We are not bisecting.\n");
                Ok(1)
            }
        },
        "terms" => terms(g, repo, rest),
        "skip" => skip(g, repo, rest),
        "next" => {
            if !started(g, repo) {
                return Ok(1);
            }
            next(g, repo)
        }
        "replay" => replay(g, repo, rest),
        "run" => run_command(g, repo, rest),
        "visualize" | "view" => visualize(g, repo, rest),
        state => {
            let known = Terms::read(g, repo);
            let named = repo.read_state(g.files(), "BISECT_TERMS").is_some();
            let usual = !named && matches!(state, "good" | "bad" | "new" | "old");
            if state == known.bad || state == known.good || usual {
                return set_state(g, repo, state, rest);
            }
            if named {
                g.err(format!("error: Invalid command: you're currently in a {}/{} bisect\n", known.bad, known.good));
            }
            g.err(format!("fatal: unknown command: '{state}'\n\n{}", usage(&SPEC)));
            Ok(129)
        }
    }
}

pub(crate) fn started(g: &mut Git<'_, '_>, repo: &Repo) -> bool {
    if repo.read_state(g.files(), "BISECT_START").is_some() {
        return true;
    }
    g.err("You need to start by \"git bisect start\"\n\n");
    false
}

pub(crate) fn write(g: &mut Git<'_, '_>, repo: &Repo, name: &str, text: &str) -> Result<(), Stop> {
    let when = g.when();
    Ok(repo.write_state(g.cx.files_mut(), name, text, when)?)
}

pub(crate) fn log(g: &mut Git<'_, '_>, repo: &Repo, text: &str) -> Result<(), Stop> {
    let before = repo.read_state(g.files(), "BISECT_LOG").unwrap_or_default();
    write(g, repo, "BISECT_LOG", &(before + text))
}

pub(crate) fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!(" '{}'", word.replace('\'', "'\\''"))).collect()
}

pub(crate) fn commit(g: &mut Git<'_, '_>, repo: &Repo, name: &str) -> Result<Option<ObjectId>, Stop> {
    let found = repo.try_resolve(g.files(), name)?;
    Ok(found.map_or(Ok(None), |id| repo.peel(g.files(), id, git::Kind::Commit))?)
}

/// Removes what an earlier bisection left.
#[inline(never)]
fn clean(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let when = g.when();
    for name in repo.refs(g.files(), "refs/bisect/").into_keys() {
        repo.delete_ref(g.cx.files_mut(), &name, when)?;
    }
    for file in [
        "BISECT_EXPECTED_REV",
        "BISECT_ANCESTORS_OK",
        "BISECT_LOG",
        "BISECT_TERMS",
        "BISECT_NAMES",
        "BISECT_RUN",
        "BISECT_FIRST_PARENT",
        "BISECT_START",
    ] {
        repo.remove_state(g.cx.files_mut(), file, when);
    }
    Ok(())
}

/// One that goes on is left first: its place is where the new one ends too. `Some`: that failed, which is said.
#[inline(never)]
fn leave_earlier(g: &mut Git<'_, '_>, repo: &Repo, place: &str) -> Result<Option<i32>, Stop> {
    if repo.read_state(g.files(), "BISECT_START").is_none() {
        return Ok(None);
    }
    match go_back(g, repo, place, false) {
        Err(Stop::Exit(_)) => {
            g.err(format!("error: checking out '{place}' failed. Try 'git bisect start <valid-branch>'.\n"));
            Ok(Some(1))
        }
        other => other.map(|()| None),
    }
}

pub(crate) fn start(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
    let mut terms = Terms::usual();
    let (mut named, mut revisions, mut paths) = (false, Vec::new(), Vec::new());
    let dashes = args.iter().any(|arg| arg == "--");
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let (name, inline) =
            arg.split_once('=').map_or((arg.as_str(), None), |(name, value)| (name, Some(value.to_string())));
        match name {
            "--term-good" | "--term-old" | "--term-bad" | "--term-new" => {
                let Some(value) = inline.or_else(|| rest.next().cloned()) else {
                    return fatal(format!("'{name}' is not a valid term"));
                };
                named = true;
                if matches!(name, "--term-good" | "--term-old") { terms.good = value } else { terms.bad = value }
            }
            "--" => {
                paths.extend(rest.by_ref().cloned());
            }
            "--no-checkout" | "--first-parent" => {
                g.err(format!("error: option `{name}' is real Git, but not part of this sandbox yet\n"));
                return Ok(129);
            }
            option if option.starts_with("--") => {
                g.err(format!("error: unrecognized option: '{option}'\n"));
                return Ok(1);
            }
            _ => match commit(g, repo, arg)? {
                Some(id) => revisions.push(id),
                None if dashes => {
                    g.err(format!("fatal: '{arg}' does not appear to be a valid revision\n"));
                    return Ok(128);
                }
                None => {
                    paths.push(arg.clone());
                    paths.extend(rest.by_ref().cloned());
                }
            },
        }
    }
    let place = match repo.read_state(g.files(), "BISECT_START") {
        Some(text) => text.trim().to_string(),
        None => {
            let head = repo.head(g.files())?;
            match (head.branch(), head.id()) {
                (Some(branch), Some(_)) => branch.to_string(),
                (_, Some(id)) => id.to_string(),
                _ => return fatal("bad HEAD - I need a HEAD"),
            }
        }
    };
    if let Some(code) = leave_earlier(g, repo, &place)? {
        return Ok(code);
    }
    clean(g, repo)?;
    write(g, repo, "BISECT_START", &format!("{place}\n"))?;
    write(g, repo, "BISECT_NAMES", &format!("{}\n", quoted(&paths)))?;
    if named || !revisions.is_empty() {
        write(g, repo, "BISECT_TERMS", &format!("{}\n{}\n", terms.bad, terms.good))?;
    }
    for (n, id) in revisions.iter().enumerate() {
        let state = if n == 0 { terms.bad.clone() } else { terms.good.clone() };
        mark(g, repo, &terms, &state, *id, true)?;
    }
    log(g, repo, &format!("git bisect start{}\n", quoted(args)))?;
    let answer = auto_next(g, repo);
    if !matches!(answer, Ok(0 | FOUND | ONLY_SKIPPED)) {
        clean(g, repo)?;
    }
    answer
}

/// Writes the reference and the log's lines for a commit; `quiet`: without the command's line.
#[inline(never)]
pub(crate) fn mark(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    terms: &Terms,
    state: &str,
    id: ObjectId,
    quiet: bool,
) -> Result<(), Stop> {
    let name = if state == terms.bad { format!("refs/bisect/{state}") } else { format!("refs/bisect/{state}-{id}") };
    let when = g.when();
    repo.place_ref(g.cx.files_mut(), &name, &id, when)?;
    let subject = repo.read_commit(g.files(), &id)?.subject();
    let line = if quiet { String::new() } else { format!("git bisect {state} {id}\n") };
    log(g, repo, &format!("# {state}: [{id}] {subject}\n{line}"))
}

#[inline(never)]
pub(crate) fn set_state(g: &mut Git<'_, '_>, repo: &Repo, state: &str, args: &[String]) -> Answer {
    if !started(g, repo) {
        return Ok(1);
    }
    let mut terms = Terms::read(g, repo);
    if repo.read_state(g.files(), "BISECT_TERMS").is_none() {
        if matches!(state, "new" | "old") {
            terms = Terms { bad: "new".into(), good: "old".into() };
        }
        write(g, repo, "BISECT_TERMS", &format!("{}\n{}\n", terms.bad, terms.good))?;
    }
    if state == terms.bad && args.len() > 1 {
        g.err(format!("error: 'git bisect {state}' can take only one argument.\n"));
        return Ok(1);
    }
    let names = if args.is_empty() { vec!["HEAD".to_string()] } else { args.to_vec() };
    let mut ids = Vec::new();
    for name in &names {
        match commit(g, repo, name)? {
            Some(id) => ids.push(id),
            None => {
                g.err(format!("error: Bad rev input: {name}\n"));
                return Ok(1);
            }
        }
    }
    let expected = repo.read_state(g.files(), "BISECT_EXPECTED_REV").and_then(|text| git::parse_id(text.trim()));
    for id in ids {
        mark(g, repo, &terms, state, id, false)?;
        if Some(id) != expected {
            let when = g.when();
            repo.remove_state(g.cx.files_mut(), "BISECT_ANCESTORS_OK", when);
            repo.remove_state(g.cx.files_mut(), "BISECT_EXPECTED_REV", when);
        }
    }
    auto_next(g, repo)
}

/// To where the bisection began.
#[inline(never)]
fn go_back(g: &mut Git<'_, '_>, repo: &Repo, place: &str, quiet: bool) -> Result<(), Stop> {
    let branch = repo.read_ref(g.files(), &format!("refs/heads/{place}"));
    let id = match branch {
        Some(id) => Some(id),
        None => commit(g, repo, place)?,
    };
    let Some(id) = id else { return fatal(format!("'{place}' is not a valid commit")) };
    let branch = branch.map(|_| place.to_string());
    let goal =
        Goal { id: Some(id), branch, typed: place.into(), quiet, force: false, stays: false, note: None, merge: None };
    if goal.branch.is_none() && !quiet && repo.head(g.files())?.branch().is_some() && g.advises("detachedHead") {
        g.err(super::checkout::detached_advice(place));
    }
    go(g, repo, &goal, None)
}

#[inline(never)]
pub(crate) fn reset(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
    if args.len() > 1 {
        g.err("error: 'git bisect reset' requires either no argument or a commit\n");
        return Ok(1);
    }
    let place = match args.first() {
        Some(name) => {
            if commit(g, repo, name)?.is_none() {
                g.err(format!("error: '{name}' is not a valid commit\n"));
                return Ok(1);
            }
            name.clone()
        }
        None => match repo.read_state(g.files(), "BISECT_START") {
            Some(text) => text.trim().to_string(),
            None => return Ok(0),
        },
    };
    if let Err(stop) = go_back(g, repo, &place, false) {
        if matches!(stop, Stop::Exit(_)) {
            g.err(format!("error: could not check out original HEAD '{place}'. Try 'git bisect reset <commit>'.\n"));
            return Ok(1);
        }
        return Err(stop);
    }
    clean(g, repo)?;
    Ok(0)
}
