//! The smaller words of `git bisect`: terms, skip, replay, visualize, run.

use super::bisect::{FOUND, ONLY_SKIPPED, Terms, commit, mark, quoted, reset, set_state, start, started, write};
use super::bisect_next::{auto_next, known, visit};
use super::cli::{Answer, Git, Stop};
use super::process::{Child, Resume, wait_for};
use git::{ObjectId, Repo};

#[inline(never)]
pub(crate) fn terms(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
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

#[inline(never)]
pub(crate) fn skip(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
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
#[inline(never)]
pub(crate) fn replay(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
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
#[inline(never)]
pub(crate) fn visualize(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
    let terms = Terms::read(g, repo);
    let (Some(bad), good) = known(g, repo, &terms) else { return Ok(1) };
    if good.is_empty() {
        return Ok(1);
    }
    let mut words = args.to_vec();
    words.push(bad.to_string());
    words.extend(good.iter().map(|id| format!("^{id}")));
    words.push("--".into());
    match super::options::parse(&words, &super::log_options::SPEC) {
        Ok(given) => super::log::run(g, &given),
        Err(refused) => {
            g.err(refused.text);
            Ok(refused.code)
        }
    }
}

/// `bisect run`: the command says good (0), bad (1 to 127) or skip (125), again and again.
#[inline(never)]
pub(crate) fn run_command(g: &mut Git<'_, '_>, repo: &Repo, args: &[String]) -> Answer {
    let terms = Terms::read(g, repo);
    let (bad, good) = known(g, repo, &terms);
    if args.is_empty() {
        g.err("error: 'git bisect run' failed: no command provided.\n");
        return Ok(1);
    }
    if bad.is_none() || good.is_empty() {
        return Ok(1);
    }
    let shown = quoted(args).trim_start().to_string();
    // Each child that has ended is one answer; what it led to was done then.
    if let Some(answer) = answered(g, repo, &good, &shown)? {
        let answer = match answer {
            Answered::Code(code) => code,
            Answered::Verify => return run_child(g, &shown),
            Answered::Failed => return Ok(1),
        };
        if !(0..128).contains(&answer) {
            g.err(format!("error: bisect run failed: exit code {answer} from {shown} is < 0 or >= 128\n"));
            return Ok((256 - answer) & 0xff);
        }
        let outcome = match answer {
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
                let state = match answer {
                    0 => terms.good,
                    125 => "skip".into(),
                    _ => terms.bad,
                };
                g.err(format!("error: bisect run failed: 'git bisect {state}' exited with error code -{code}\n"));
                return Ok(code);
            }
        }
    }
    run_child(g, &shown)
}

fn run_child(g: &mut Git<'_, '_>, shown: &str) -> Answer {
    g.out(format!("running {shown}\n"));
    let mut child = Child::shell(shown, &[]);
    child.folder = Some(g.cwd.clone());
    wait_for(child, Resume::Again)
}

/// What a child's end means.
enum Answered {
    Code(i32),
    /// It is run once more, on a good commit, which is checked out.
    Verify,
    /// It is said why.
    Failed,
}

/// 126 and 127 also come from a shell that cannot start the command. So the first such answer is put to the test on a
/// commit that is known to be good.
fn answered(g: &mut Git<'_, '_>, repo: &Repo, good: &[ObjectId], shown: &str) -> Result<Option<Answered>, Stop> {
    let Some(code) = g.answers.last().copied() else { return Ok(None) };
    let last = g.answers.len() - 1;
    let doubted = g.answers.iter().position(|code| matches!(code, 126 | 127));
    if doubted == Some(last) {
        let first = good.iter().min().copied();
        if let Some(first) = first {
            if let Err(stop) = visit(g, repo, first) {
                let Stop::Exit(_) = stop else { return Err(stop) };
                g.err(format!("error: unable to verify {shown} on good revision\n"));
                return Ok(Some(Answered::Failed));
            }
            return Ok(Some(Answered::Verify));
        }
    } else if let Some(at) = doubted.filter(|at| at + 1 == last) {
        let doubted = g.answers[at];
        let back = repo.reflog(g.files(), "HEAD").last().map(|line| line.old);
        if let Some(back) = back {
            visit(g, repo, back)?;
        }
        if !(0..128).contains(&code) {
            g.err(format!("error: unable to verify {shown} on good revision\n"));
            return Ok(Some(Answered::Failed));
        }
        if code == doubted {
            g.err(format!("error: bogus exit code {code} for good revision\n"));
            return Ok(Some(Answered::Failed));
        }
        return Ok(Some(Answered::Code(doubted)));
    }
    Ok(Some(Answered::Code(code)))
}
