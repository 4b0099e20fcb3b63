//! `git bisect`: its words, and the files and references that it keeps.

use super::bisect_find::{Next, find};
use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, usage};
use super::process::{Child, Resume, wait_for};
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
    fn usual() -> Self {
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
const ONLY_SKIPPED: i32 = 2;
/// The first bad commit is found: 0 to the shell, but a run ends.
const FOUND: i32 = -10;

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

fn started(g: &mut Git<'_, '_>, repo: &Repo) -> bool {
    if repo.read_state(g.files(), "BISECT_START").is_some() {
        return true;
    }
    g.err("You need to start by \"git bisect start\"\n\n");
    false
}

fn write(g: &mut Git<'_, '_>, repo: &Repo, name: &str, text: &str) -> Result<(), Stop> {
    let when = g.when();
    Ok(repo.write_state(g.cx.files_mut(), name, text, when)?)
}

fn log(g: &mut Git<'_, '_>, repo: &Repo, text: &str) -> Result<(), Stop> {
    let before = repo.read_state(g.files(), "BISECT_LOG").unwrap_or_default();
    write(g, repo, "BISECT_LOG", &(before + text))
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!(" '{}'", word.replace('\'', "'\\''"))).collect()
}

fn commit(g: &mut Git<'_, '_>, repo: &Repo, name: &str) -> Result<Option<ObjectId>, Stop> {
    let found = repo.try_resolve(g.files(), name)?;
    Ok(found.map_or(Ok(None), |id| repo.peel(g.files(), id, git::Kind::Commit))?)
}

/// Removes what an earlier bisection left.
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

fn start(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
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
    if repo.read_state(g.files(), "BISECT_START").is_some() {
        go_back(g, repo, &place, true)?;
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
    auto_next(g, repo)
}

/// Writes the reference and the log's lines for a commit; `quiet`: without the command's line.
fn mark(g: &mut Git<'_, '_>, repo: &Repo, terms: &Terms, state: &str, id: ObjectId, quiet: bool) -> Result<(), Stop> {
    let name = if state == terms.bad { format!("refs/bisect/{state}") } else { format!("refs/bisect/{state}-{id}") };
    let when = g.when();
    repo.place_ref(g.cx.files_mut(), &name, &id, when)?;
    let subject = repo.read_commit(g.files(), &id)?.subject();
    let line = if quiet { String::new() } else { format!("git bisect {state} {id}\n") };
    log(g, repo, &format!("# {state}: [{id}] {subject}\n{line}"))
}

fn set_state(g: &mut Git<'_, '_>, repo: &Repo, state: &str, args: &[String]) -> Answer {
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
    let expected = repo.read_state(g.files(), "BISECT_EXPECTED_REV").unwrap_or_default();
    for id in ids {
        mark(g, repo, &terms, state, id, false)?;
        if id.to_string() != expected.trim() {
            let when = g.when();
            repo.remove_state(g.cx.files_mut(), "BISECT_ANCESTORS_OK", when);
            repo.remove_state(g.cx.files_mut(), "BISECT_EXPECTED_REV", when);
        }
    }
    auto_next(g, repo)
}

/// What is known: the bad commit and the good ones.
fn known(g: &Git<'_, '_>, repo: &Repo, terms: &Terms) -> (Option<ObjectId>, Vec<ObjectId>) {
    let bad = repo.read_ref(g.files(), &format!("refs/bisect/{}", terms.bad));
    let good = repo.refs(g.files(), &format!("refs/bisect/{}-", terms.good)).into_values().collect();
    (bad, good)
}

/// Goes on where both states are known; else it says what is missing.
fn auto_next(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    let terms = Terms::read(g, repo);
    let (bad, good) = known(g, repo, &terms);
    let status = match (bad, good.len()) {
        (Some(_), 1..) => return next(g, repo),
        (None, 0) => "waiting for both good and bad commits".to_string(),
        (Some(_), 0) => "waiting for good commit(s), bad commit known".into(),
        (None, count) => {
            format!("waiting for bad commit, {count} good commit{} known", if count == 1 { "" } else { "s" })
        }
    };
    g.out(format!("status: {status}\n"));
    log(g, repo, &format!("# status: {status}\n"))?;
    Ok(0)
}

fn next(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    let terms = Terms::read(g, repo);
    let (Some(bad), good) = known(g, repo, &terms) else {
        g.err("error: You need to give me at least one good and bad revision.\nYou can use \"git bisect good\" and \"git bisect bad\" for that.\n");
        return Ok(1);
    };
    let skipped: Vec<ObjectId> = repo.refs(g.files(), "refs/bisect/skip-").into_values().collect();
    match find(g, repo, bad, &good, &skipped)? {
        Next::Mistaken => {
            g.err(format!("Some {0} revs are not ancestors of the {1} rev.\ngit bisect cannot work properly in this case.\nMaybe you mistook {0} and {1} revs?\n", terms.good, terms.bad));
            Ok(1)
        }
        Next::Fixed(base) => {
            let list: Vec<String> = good.iter().map(ToString::to_string).collect();
            g.err(format!(
                "The merge base {base} is {1}.\nThis means the bug has been fixed between {base} and [{0}].\n",
                list.join(" "),
                terms.bad
            ));
            Ok(3)
        }
        Next::Base(id) => {
            g.out("Bisecting: a merge base must be tested\n");
            visit(g, repo, id)
        }
        Next::Test { id, left, steps } => {
            write(g, repo, "BISECT_ANCESTORS_OK", "")?;
            let plural = |count: usize| if count == 1 { "" } else { "s" };
            g.out(format!(
                "Bisecting: {left} revision{} left to test after this (roughly {steps} step{})\n",
                plural(left),
                plural(steps)
            ));
            visit(g, repo, id)
        }
        Next::Nothing => {
            g.err("No testable commit found.\nMaybe you started with bad path arguments?\n\n");
            Ok(4)
        }
        Next::Both => {
            g.out(format!("{bad} was both {} and {}\n", terms.good, terms.bad));
            Ok(1)
        }
        Next::Skipped(tried) => {
            g.out(format!(
                "There are only 'skip'ped commits left to test.\nThe first {} commit could be any of:\n",
                terms.bad
            ));
            let mut lines = "# only skipped commits left to test\n".to_string();
            for id in &tried {
                g.out(format!("{id}\n"));
            }
            let possible = repo.walk(g.files(), &[bad], &good)?;
            for id in possible {
                let subject = repo.read_commit(g.files(), &id)?.subject();
                lines.push_str(&format!("# possible first {} commit: [{id}] {subject}\n", terms.bad));
            }
            g.out("We cannot bisect more!\n");
            log(g, repo, &lines)?;
            Ok(ONLY_SKIPPED)
        }
        Next::Found(id) => {
            g.out(format!("{id} is the first {} commit\n", terms.bad));
            let args = [id.to_string(), "--stat".into(), "--summary".into(), "--no-abbrev-commit".into()];
            if let Ok(given) = super::options::parse(&args, &super::show::SPEC) {
                super::show::run(g, &given)?;
            }
            let subject = repo.read_commit(g.files(), &id)?.subject();
            log(g, repo, &format!("# first {} commit: [{id}] {subject}\n", terms.bad))?;
            Ok(FOUND)
        }
    }
}

/// Checks the commit out, to be tested.
fn visit(g: &mut Git<'_, '_>, repo: &Repo, id: ObjectId) -> Answer {
    write(g, repo, "BISECT_EXPECTED_REV", &format!("{id}\n"))?;
    let goal =
        Goal { id: Some(id), branch: None, typed: id.to_string(), quiet: true, force: false, stays: false, note: None };
    go(g, repo, &goal, None)?;
    let subject = repo.read_commit(g.files(), &id)?.subject();
    g.out(format!("[{id}] {subject}\n"));
    Ok(0)
}

/// To where the bisection began.
fn go_back(g: &mut Git<'_, '_>, repo: &Repo, place: &str, quiet: bool) -> Result<(), Stop> {
    let branch = repo.read_ref(g.files(), &format!("refs/heads/{place}"));
    let id = match branch {
        Some(id) => Some(id),
        None => commit(g, repo, place)?,
    };
    let Some(id) = id else { return fatal(format!("'{place}' is not a valid commit")) };
    let branch = branch.map(|_| place.to_string());
    let goal = Goal { id: Some(id), branch, typed: place.into(), quiet, force: false, stays: false, note: None };
    if goal.branch.is_none() && !quiet && repo.head(g.files())?.branch().is_some() && g.advises("detachedHead") {
        g.err(super::checkout::detached_advice(place));
    }
    go(g, repo, &goal, None)
}

fn reset(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
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

fn terms(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
    if repo.read_state(g.files(), "BISECT_TERMS").is_none() {
        g.err("error: no terms defined\n");
        return Ok(1);
    }
    let terms = Terms::read(g, repo);
    match args.first().map(String::as_str) {
        None => g.out(format!(
            "Your current terms are {} for the old state\nand {} for the new state.\n",
            terms.good, terms.bad
        )),
        Some("--term-good" | "--term-old") => g.out(format!("{}\n", terms.good)),
        Some("--term-bad" | "--term-new") => g.out(format!("{}\n", terms.bad)),
        Some(other) => {
            g.err(format!("error: invalid argument {other} for 'git bisect terms'.\nSupported options are: --term-good|--term-old and --term-bad|--term-new.\n"));
            return Ok(1);
        }
    }
    Ok(0)
}

fn skip(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
    if !started(g, repo) {
        return Ok(1);
    }
    let mut ids = Vec::new();
    for arg in args {
        if arg.contains("..") {
            let range = super::range::Range::read(g, repo, std::slice::from_ref(arg), Some(1))?;
            let (from, hidden) = range.commits(g, repo)?;
            ids.extend(repo.walk(g.files(), &from, &hidden)?);
        } else {
            match commit(g, repo, arg)? {
                Some(id) => ids.push(id),
                None => {
                    g.err(format!("error: Bad rev input: {arg}\n"));
                    return Ok(1);
                }
            }
        }
    }
    if args.is_empty() {
        ids.extend(repo.head(g.files())?.id());
    }
    let terms = Terms::read(g, repo);
    for id in ids {
        mark(g, repo, &terms, "skip", id, false)?;
    }
    auto_next(g, repo)
}

/// Does again what a log says.
fn replay(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
    let [name] = args else {
        g.err("error: no logfile given\n");
        return Ok(1);
    };
    let path = vfs::join(&g.cwd, name);
    let Ok(text) = g.files().read_text(&path) else {
        g.err(format!("error: cannot read file '{name}' for replaying\n"));
        return Ok(1);
    };
    reset(g, repo, &[])?;
    for line in text.lines() {
        let Some(rest) = line.strip_prefix("git bisect ").or_else(|| line.strip_prefix("git-bisect ")) else {
            continue;
        };
        let words: Vec<String> = rest.split_whitespace().map(|word| word.trim_matches('\'').to_string()).collect();
        let Some((word, rest)) = words.split_first() else { continue };
        if word == "start" {
            start(g, repo, rest)?;
            continue;
        }
        if repo.read_state(g.files(), "BISECT_TERMS").is_none() {
            let new = matches!(word.as_str(), "new" | "old");
            write(g, repo, "BISECT_TERMS", if new { "new\nold\n" } else { "bad\ngood\n" })?;
        }
        let terms = Terms::read(g, repo);
        for name in rest {
            if let Some(id) = commit(g, repo, name)? {
                mark(g, repo, &terms, word, id, false)?;
            }
        }
    }
    auto_next(g, repo)
}

/// `bisect visualize`: `git log` of what is left, where there is no window to draw in.
fn visualize(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
    let terms = Terms::read(g, repo);
    let (Some(bad), good) = known(g, repo, &terms) else { return Ok(1) };
    if good.is_empty() {
        return Ok(1);
    }
    let mut words = args.to_vec();
    words.push(bad.to_string());
    words.extend(good.iter().map(|id| format!("^{id}")));
    words.push("--".into());
    match super::options::parse(&words, &super::log::SPEC) {
        Ok(given) => super::log::run(g, &given),
        Err(refused) => {
            g.err(refused.text);
            Ok(refused.code)
        }
    }
}

/// `bisect run`: the command says good (0), bad (1 to 127) or skip (125), again and again.
fn run_command(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
    let terms = Terms::read(g, repo);
    let (bad, good) = known(g, repo, &terms);
    if args.is_empty() {
        g.err("error: 'git bisect run' failed: no command provided.\n");
        return Ok(1);
    }
    if bad.is_none() || good.is_empty() {
        auto_next(g, repo)?;
        return Ok(1);
    }
    let shown = quoted(args).trim_start().to_string();
    // Each child that has ended is one answer; what it led to was done then.
    if let Some(code) = g.answers.last().copied() {
        if !(0..128).contains(&code) {
            g.err(format!("error: bisect run failed: exit code {code} from {shown} is < 0 or >= 128\n"));
            return Ok((256 - code) & 0xff);
        }
        let outcome = match code {
            0 => set_state(g, repo, &terms.good, &[])?,
            125 => skip(g, repo, &[])?,
            _ => set_state(g, repo, &terms.bad, &[])?,
        };
        match outcome {
            0 => {}
            ONLY_SKIPPED => {
                g.err("error: bisect run cannot continue any more\n");
                return Ok(ONLY_SKIPPED);
            }
            FOUND => {
                g.out(format!("bisect found first {} commit\n", terms.bad));
                return Ok(0);
            }
            code => {
                let state = match g.answers.last() {
                    Some(0) => terms.good,
                    Some(125) => "skip".into(),
                    _ => terms.bad,
                };
                g.err(format!("error: bisect run failed: 'git bisect {state}' exited with error code {code}\n"));
                return Ok(code);
            }
        }
    }
    g.out(format!("running {shown}\n"));
    let line = shown;
    let mut child = Child::shell(&line, &[]);
    child.folder = Some(g.cwd.clone());
    wait_for(child, Resume::Again)
}
