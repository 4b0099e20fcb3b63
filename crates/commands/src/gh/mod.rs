//! `gh`: the command line of GitHub 2.x, as far as pull requests and runs go; here it talks to the world's forge.
//!
//! Its words come from the tool's source (`pkg/cmd/pr/*`, `pkg/cmd/run/*`), not from a comparison with a server.

mod api;
mod cache;
mod call;
mod change;
mod checks;
mod create;
mod flags;
mod list;
mod merge;
mod review;
mod runs;
mod secrets;
mod token;
mod view;
mod words;
mod workflows;

pub use call::merger;

use call::{Call, Fail};
use flags::{Command, Given, Stop};
use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Pid, Program, Step};

pub(crate) fn programs() -> Vec<Program> {
    vec![Program::steps::<Gh>("gh")]
}

/// `gh` at work: most of it is done in one step; some of it is done by `git`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Gh {
    pid: Option<Pid>,
    /// Command lines of `git` still to be run; one that fails ends it all.
    rest: Vec<Vec<String>>,
    /// What is said when all went well.
    last: String,
    /// The run that is watched.
    watched: Option<runs::Watch>,
}

impl From<Vec<String>> for Gh {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

/// How a command ends.
enum End {
    Exit(i32),
    /// With these runs of `git`, then with these words on standard error.
    Git(Vec<Vec<String>>, String),
    /// Not yet: standard input is not whole.
    Input,
    /// When a run has ended.
    Watch(runs::Watch),
}

type Answer = Result<End, Fail>;

/// A subcommand: its options and what it does.
struct Row {
    command: &'static Command,
    run: fn(&mut Cx<'_>, &Call) -> Answer,
}

const PULLS: &[Row] = &[
    Row { command: &change::CHECKOUT, run: change::checkout },
    Row { command: &checks::COMMAND, run: checks::run },
    Row { command: &change::CLOSE, run: change::close },
    Row { command: &review::COMMENT, run: review::comment },
    Row { command: &create::COMMAND, run: create::run },
    Row { command: &view::DIFF, run: view::diff },
    Row { command: &list::COMMAND, run: list::run },
    Row { command: &merge::COMMAND, run: merge::run },
    Row { command: &change::READY, run: change::ready },
    Row { command: &change::REOPEN, run: change::reopen },
    Row { command: &review::COMMAND, run: review::run },
    Row { command: &list::STATUS, run: list::status },
    Row { command: &view::COMMAND, run: view::run },
];

const RUNS: &[Row] = &[
    Row { command: &runs::CANCEL, run: runs::cancel },
    Row { command: &runs::LIST, run: runs::list },
    Row { command: &runs::RERUN, run: runs::rerun },
    Row { command: &runs::VIEW, run: runs::view },
    Row { command: &runs::WATCH, run: runs::watch },
];

const CACHES: &[Row] =
    &[Row { command: &cache::DELETE, run: cache::delete }, Row { command: &cache::LIST, run: cache::list }];

const SECRETS: &[Row] = &[
    Row { command: &secrets::DELETE, run: secrets::delete },
    Row { command: &secrets::LIST, run: secrets::list },
    Row { command: &secrets::SET, run: secrets::set },
];

const VARIABLES: &[Row] = &[
    Row { command: &secrets::VARIABLE_DELETE, run: secrets::delete },
    Row { command: &secrets::VARIABLE_GET, run: secrets::get },
    Row { command: &secrets::VARIABLE_LIST, run: secrets::list },
    Row { command: &secrets::VARIABLE_SET, run: secrets::set },
];

const WORKFLOWS: &[Row] =
    &[Row { command: &workflows::LIST, run: workflows::list }, Row { command: &workflows::RUN, run: workflows::run }];

/// Real commands of `gh pr`, `gh run`, `gh workflow` and of `gh` that are not here.
const RUNS_MISSING: &str = "delete download";
const WORKFLOWS_MISSING: &str = "disable enable view";
const PULLS_MISSING: &str = "edit lock unlock revert update-branch";
const MISSING: &str = "auth browse codespace gist issue org project release repo agent-task alias \
    attestation completion config extension gpg-key label preview ruleset search ssh-key";

/// The subcommands of `pr`, `run` or `workflow` and their long options, for completion.
pub(crate) fn commands(group: &str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let rows = match group {
        "run" => RUNS,
        "workflow" => WORKFLOWS,
        "cache" => CACHES,
        "secret" => SECRETS,
        "variable" => VARIABLES,
        _ => PULLS,
    };
    rows.iter().map(|row| (row.command.name(), row.command.flags.iter().map(|flag| flag.long).collect()))
}

impl Behaviour for Gh {
    const PROGRAM: &'static str = "gh";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if let Some(watched) = self.watched.clone() {
            return self.look(cx, &watched);
        }
        if let Some(pid) = self.pid {
            match cx.reap(pid) {
                None => return Step::Child,
                Some(0) => self.pid = None,
                Some(code) => return Step::Done(code),
            }
        } else {
            match dispatch(cx) {
                End::Input => return Step::Stdin,
                End::Exit(code) => return Step::Done(code),
                End::Git(rest, last) => (self.rest, self.last) = (rest, last),
                End::Watch(watched) => self.watched = Some(watched),
            }
        }
        if let Some(watched) = self.watched.clone() {
            return self.look(cx, &watched);
        }
        if self.rest.is_empty() {
            cx.err(&self.last);
            return Step::Done(0);
        }
        let (env, fds) = (cx.env_all(), cx.fds());
        self.pid = cx.spawn(self.rest.remove(0), env, fds);
        if self.pid.is_some() { Step::Child } else { Step::Done(1) }
    }
}

impl Gh {
    fn look(&mut self, cx: &mut Cx<'_>, watched: &runs::Watch) -> Step {
        match watched.look(cx) {
            Some(code) => Step::Done(code),
            None => Step::Until(cx.now() + std::time::Duration::from_secs(watched.interval.into())),
        }
    }
}

fn dispatch(cx: &mut Cx<'_>) -> End {
    let args = cx.args();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["help" | "--help" | "-h"] => help(cx),
        ["--version" | "version"] => {
            cx.out("gh version 2.63.0 (opsfest)\n");
            End::Exit(0)
        }
        ["pr"] | ["pr", "--help" | "-h" | "help"] => help(cx),
        ["run"] | ["run", "--help" | "-h" | "help"] => help(cx),
        ["workflow"] | ["workflow", "--help" | "-h" | "help"] => help(cx),
        ["api", ..] => request(cx),
        [group @ "workflow", name, ..] => subcommand(cx, (group, name), WORKFLOWS, WORKFLOWS_MISSING),
        ["cache"] | ["cache", "--help" | "-h" | "help"] => help(cx),
        ["secret" | "variable"] | ["secret" | "variable", "--help" | "-h" | "help"] => help(cx),
        [group @ "secret", name, ..] => subcommand(cx, (group, name), SECRETS, ""),
        [group @ "variable", name, ..] => subcommand(cx, (group, name), VARIABLES, ""),
        [group @ "cache", name, ..] => subcommand(cx, (group, name), CACHES, ""),
        [group @ "pr", name, ..] => subcommand(cx, (group, name), PULLS, PULLS_MISSING),
        [group @ "run", name, ..] => subcommand(cx, (group, name), RUNS, RUNS_MISSING),
        [name, ..] if MISSING.split_whitespace().any(|missing| missing == *name) => not_here(cx, &format!("gh {name}")),
        [name, ..] => unknown(cx, name, "gh"),
    }
}

/// `gh api`, which needs no repository.
#[inline(never)]
fn request(cx: &mut Cx<'_>) -> End {
    let given = match parsed(cx, &api::COMMAND, 1) {
        Ok(given) => given,
        Err(end) => return end,
    };
    match api::run(cx, &given) {
        None => End::Input,
        Some(answer) => answered(cx, answer),
    }
}

fn subcommand(cx: &mut Cx<'_>, (group, name): (&str, &str), rows: &[Row], missing: &str) -> End {
    match rows.iter().find(|row| row.command.name() == name || alias(name) == row.command.name()) {
        Some(row) => run(cx, row),
        None if missing.split(' ').any(|missing| missing == name) => not_here(cx, &format!("gh {group} {name}")),
        None => unknown(cx, name, &format!("gh {group}")),
    }
}

fn alias(name: &str) -> &str {
    match name {
        "ls" => "list",
        "new" => "create",
        "co" => "checkout",
        "remove" => "delete",
        _ => name,
    }
}

fn run(cx: &mut Cx<'_>, row: &Row) -> End {
    let given = match parsed(cx, row.command, 2) {
        Ok(given) => given,
        Err(end) => return end,
    };
    let may = if token::on_runner(cx) { token::check(cx, row.command.path, None) } else { Ok(()) };
    let answer = may.and_then(|()| Call::new(cx, given)).and_then(|call| (row.run)(cx, &call));
    answered(cx, answer)
}

/// The options behind so many words, or the end that they come to.
fn parsed(cx: &mut Cx<'_>, command: &Command, words: usize) -> Result<Given, End> {
    Err(match flags::parse(&cx.args()[words..], command) {
        Ok(given) => return Ok(given),
        Err(Stop::Help) => {
            cx.out(flags::help(command));
            End::Exit(0)
        }
        Err(Stop::Missing(option)) => not_here(cx, &format!("{} {option}", command.path)),
        Err(Stop::Wrong(text)) => {
            cx.err(format!("{text}\n\n{}", flags::help(command)));
            End::Exit(1)
        }
    })
}

fn answered(cx: &mut Cx<'_>, answer: Answer) -> End {
    answer.unwrap_or_else(|fail| {
        cx.err(format!("{}\n", fail.text));
        End::Exit(fail.code)
    })
}

fn not_here(cx: &mut Cx<'_>, what: &str) -> End {
    cx.err(format!("{what}: real, but not part of this sandbox yet\n"));
    End::Exit(1)
}

fn unknown(cx: &mut Cx<'_>, name: &str, of: &str) -> End {
    cx.err(format!("unknown command \"{name}\" for \"{of}\"\n\nUsage:  {of} <command> [flags]\n"));
    End::Exit(1)
}

fn help(cx: &mut Cx<'_>) -> End {
    let mut text = String::from("Work with the forge's pull requests, runs and workflows.\n");
    let groups = [("pr", PULLS), ("run", RUNS), ("workflow", WORKFLOWS), ("cache", CACHES)];
    for (group, rows) in groups.into_iter().chain([("secret", SECRETS), ("variable", VARIABLES)]) {
        text.push_str(&format!("\nUSAGE\n  gh {group} <command> [flags]\n\nCOMMANDS\n"));
        for row in rows {
            text.push_str(&format!("  {:<12}{}\n", format!("{}:", row.command.name()), row.command.summary));
        }
    }
    cx.out(text);
    End::Exit(0)
}
