//! `docker` 28: one file a subcommand or a few that belong together. It reads and changes the Docker of the machine that
//! it runs on, through the world's doors; builds go step by step (`building.rs`), and what a `RUN` runs is a process.

mod build;
mod building;
mod containers;
mod exec;
mod format;
mod health;
mod help;
mod history;
mod images;
mod inspect;
mod login;
mod logs;
mod network;
mod prune;
mod ps;
mod pull;
mod push;
mod remove;
mod run;
mod running;
mod table;
mod version;

use crate::cobra::{self, Command, Flag, Given, Globals, Takes};
use building::Building;
use containers::Stopping;
use running::Running;
use serde::{Deserialize, Serialize};
use sim::Time;
use world::{Behaviour, Cx, Program, Step};

pub(crate) fn programs() -> [Program; 3] {
    [
        Program::steps::<Docker>("docker"),
        Program::steps::<Building>(Building::PROGRAM),
        Program::steps::<health::Watch>(health::Watch::PROGRAM),
    ]
}

/// A running `docker`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) enum Docker {
    #[default]
    Start,
    Build(Box<Building>),
    /// `run`, `exec`, `logs -f`.
    Run(Box<Running>),
    Stop(Box<Stopping>),
    /// An image is on its way; then the command goes on.
    Pull(Box<pull::Pulling>),
    Push(Box<push::Pushing>),
    /// It has taken the time that it takes.
    Done(i32),
}

impl From<Vec<String>> for Docker {
    fn from(_: Vec<String>) -> Self {
        Self::Start
    }
}

/// What a subcommand comes to.
pub(crate) enum Next {
    Done(i32),
    /// Goes on as this, after the step.
    As(Docker, Step),
}

/// Why it does not: what is printed, and the exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    pub text: String,
    pub code: i32,
}

impl Failed {
    /// The daemon's sentence.
    pub fn daemon(text: impl AsRef<str>) -> Self {
        Self { text: ["Error response from daemon: ", text.as_ref(), "\n"].concat(), code: 1 }
    }

    pub fn said(text: impl AsRef<str>) -> Self {
        Self { text: [text.as_ref(), "\n"].concat(), code: 1 }
    }
}

pub(crate) type Answer = Result<Next, Failed>;

/// How many words a subcommand takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    Exactly(usize),
    AtLeast(usize),
    AtMost(usize),
    Between(usize, usize),
}

/// A subcommand: its table, what it takes, and what it does.
pub(crate) struct Row {
    pub command: Command,
    pub words: Words,
    /// Its first word ends the options.
    pub front: bool,
    /// Other names: `image ls`.
    pub aliases: &'static [&'static str],
    pub run: fn(&mut Cx<'_>, &Given) -> Answer,
}

const ROWS: &[&Row] = &[
    &run::RUN,
    &exec::EXEC,
    &ps::PS,
    &build::BUILD,
    &pull::PULL,
    &push::PUSH,
    &images::IMAGES,
    &login::LOGIN,
    &login::LOGOUT,
    &version::VERSION,
    &version::INFO,
    &containers::CREATE,
    &history::HISTORY,
    &inspect::INSPECT,
    &inspect::IMAGE,
    &inspect::CONTAINER,
    &containers::KILL,
    &logs::LOGS,
    &containers::PORT,
    &containers::RENAME,
    &containers::RESTART,
    &remove::RM,
    &remove::RMI,
    &containers::START,
    &containers::STOP,
    &images::TAG,
    &containers::WAIT,
    &network::CREATE,
    &network::LS,
    &network::RM,
    &network::PRUNE,
    &network::INSPECT,
    &prune::IMAGES,
    &prune::CONTAINERS,
    &prune::BUILDER,
    &prune::SYSTEM,
    &prune::DF,
];

/// Groups, and what of them is real and not here.
const GROUPS: &[(&str, &str, &str)] = &[
    ("image", "Manage images", "import load save"),
    ("container", "Manage containers", "attach commit cp diff export pause stats top unpause update"),
    ("builder", "Manage builds", ""),
    ("network", "Manage networks", "connect disconnect"),
    ("system", "Manage Docker", "events"),
    (
        "buildx",
        "Extended build capabilities with BuildKit",
        "bake create du history imagetools inspect ls prune rm stop use version",
    ),
];
const MISSING: &str = "attach commit compose cp diff events export import load pause save search stats top unpause update checkpoint \
    context manifest plugin trust volume config node secret service stack swarm scout model mcp init debug";

pub(crate) const GLOBALS: Globals =
    Globals { flags: &[], missing: "config context debug D host H log-level l tls tlscacert tlscert tlskey tlsverify" };

pub(crate) const FORMAT: Flag = cobra::text("format", '\0', "Format output using a custom template");
pub(crate) const QUIET: Flag = letter("quiet", 'q', "Only show IDs");
pub(crate) const NO_TRUNC: Flag = cobra::switch("no-trunc", "Don't truncate output");

/// A switch with a letter.
pub(crate) const fn letter(long: &'static str, short: char, help: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Switch, default: "", help }
}

impl Behaviour for Docker {
    const PROGRAM: &'static str = "docker";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        let host = cx.machine_id();
        cx.world.docker_settle(&host);
        let answer = match std::mem::take(self) {
            Self::Start => start(cx),
            Self::Build(mut build) => match build.step(cx) {
                Step::Done(code) => Ok(Next::Done(code)),
                step => Ok(Next::As(Self::Build(build), step)),
            },
            Self::Run(running) => running.step(cx),
            Self::Stop(stopping) => stopping.step(cx),
            Self::Pull(pulling) => pulling.step(cx),
            Self::Push(pushing) => pushing.step(cx),
            Self::Done(code) => Ok(Next::Done(code)),
        };
        match answer {
            Ok(Next::Done(code)) => Step::Done(code),
            Ok(Next::As(state, step)) => {
                *self = state;
                step
            }
            Err(failed) => {
                cx.err(&failed.text);
                Step::Done(failed.code)
            }
        }
    }
}

fn start(cx: &mut Cx<'_>) -> Answer {
    let args = cx.args();
    let first = args.first().map(String::as_str).unwrap_or_default();
    match first {
        "" | "--help" | "-h" => {
            cx.out(help::root());
            return Ok(Next::Done(0));
        }
        "help" => {
            let path: Vec<&str> = args[1..].iter().map(String::as_str).collect();
            cx.out(help::about(&path));
            return Ok(Next::Done(0));
        }
        "-v" | "--version" => {
            cx.out(version::LINE);
            return Ok(Next::Done(0));
        }
        _ => {}
    }
    if host_has_none(cx) {
        return Err(Failed::said(
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
        ));
    }
    let group = GROUPS.iter().find(|(name, ..)| *name == first);
    let second = args.get(1).map(String::as_str).unwrap_or_default();
    if let Some((name, _, missing)) = group {
        if second.is_empty() || second == "--help" {
            cx.out(help::group(name));
            return Ok(Next::Done(0));
        }
        if missing.split(' ').any(|one| one == second) {
            return Err(not_here(&format!("docker {name} {second}")));
        }
        let path = [first, " ", second].concat();
        return match find(&path) {
            Some(row) => run_row(cx, row, &args[2..]),
            None => Err(Failed::said(format!(
                "docker: unknown command: docker {path}\n\nUsage:  docker {name}\n\nRun 'docker {name} --help' for more information"
            ))),
        };
    }
    match find(first) {
        Some(row) => run_row(cx, row, &args[1..]),
        None if MISSING.split_whitespace().any(|one| one == first) => Err(not_here(&format!("docker {first}"))),
        None if first.starts_with('-') => {
            let name = first.trim_start_matches('-').split('=').next().unwrap_or_default();
            if GLOBALS.missing.split(' ').any(|one| one == name) {
                return Err(not_here(&format!("docker {first}")));
            }
            let unknown = if first.starts_with("--") {
                format!("unknown flag: {first}")
            } else {
                format!("unknown shorthand flag: '{}' in {first}", first[1..].chars().next().unwrap_or('-'))
            };
            Err(Failed {
                text: format!(
                    "{unknown}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information\n"
                ),
                code: 125,
            })
        }
        None => Err(Failed::said(format!(
            "docker: unknown command: docker {first}\n\nRun 'docker --help' for more information"
        ))),
    }
}

/// A container has no Docker of its own.
fn host_has_none(cx: &Cx<'_>) -> bool {
    let machine = cx.machine_id();
    machine.0.starts_with(world::DOCKER) || machine.0.starts_with(world::CONTAINER)
}

fn find(path: &str) -> Option<&'static Row> {
    let named = |row: &&&Row| row.command.path.strip_prefix("docker ") == Some(path) || row.aliases.contains(&path);
    ROWS.iter().find(named).copied()
}

fn not_here(what: &str) -> Failed {
    Failed::said(format!("{what}: real, but not part of this sandbox yet"))
}

fn run_row(cx: &mut Cx<'_>, row: &Row, args: &[String]) -> Answer {
    let parsed = if row.front {
        cobra::parse_front(args, &row.command, &GLOBALS)
    } else {
        cobra::parse(args, &row.command, &GLOBALS)
    };
    let path = row.command.path;
    let given = match parsed {
        Ok(given) => given,
        Err(cobra::Stop::Help) => {
            cx.out(help::command(row));
            return Ok(Next::Done(0));
        }
        Err(cobra::Stop::Wrong(message)) => {
            let text = format!(
                "{message}\n\nUsage:  {path}{}\n\nRun '{path} --help' for more information\n",
                help::operands(row)
            );
            return Err(Failed { text, code: 125 });
        }
        Err(cobra::Stop::Missing(flag)) => return Err(not_here(&format!("{path} {flag}"))),
    };
    let count = given.words.len();
    let plural = |n: usize| if n == 1 { "argument" } else { "arguments" };
    let (wrong, see) = match row.words {
        Words::Exactly(0) if count > 0 => ("accepts no arguments".to_string(), "Run"),
        Words::Exactly(n) if count != n => (format!("requires {n} {}", plural(n)), "Run"),
        Words::AtLeast(n) if count < n => (format!("requires at least {n} {}", plural(n)), "See"),
        // The word is the real client's slip.
        Words::AtMost(n) if count > n => (format!("requires at most {n} {}", plural(n)), "SRun"),
        Words::Between(least, most) if !(least..=most).contains(&count) => {
            (format!("requires at least {least} and at most {most} {}", plural(most)), "Run")
        }
        _ => return (row.run)(cx, &given),
    };
    let usage = help::operands(row);
    Err(Failed {
        text: format!(
            "docker: '{path}' {wrong}\n\nUsage:  {path}{usage}\n\n{see} '{path} --help' for more information\n"
        ),
        code: 1,
    })
}

/// The words that may follow these ones, for completion.
pub(crate) fn subcommands(path: &[&str]) -> Vec<&'static str> {
    let mut found: Vec<&'static str> =
        if path.is_empty() { GROUPS.iter().map(|(name, ..)| *name).collect() } else { Vec::new() };
    for row in ROWS {
        let names = std::iter::once(row.command.path.trim_start_matches("docker ")).chain(row.aliases.iter().copied());
        for name in names {
            let words: Vec<&'static str> = name.split(' ').collect();
            if words.len() == path.len() + 1 && words.starts_with(path) {
                found.extend(words.last());
            }
        }
    }
    found
}

/// `2 minutes ago` without the `ago` (`docker/go-units` `HumanDuration`).
pub(crate) fn ago(now: Time, then: Time) -> String {
    let secs = now.since(then).as_secs();
    let (minutes, hours) = (secs / 60, (secs + 1_800) / 3_600);
    let days = hours / 24;
    let many = |n: u64, what: &str| [&n.to_string(), " ", what].concat();
    match secs {
        0 => "Less than a second".into(),
        1 => "1 second".into(),
        2..60 => many(secs, "seconds"),
        _ if minutes == 1 => "About a minute".into(),
        _ if minutes < 60 => many(minutes, "minutes"),
        _ if hours == 1 => "About an hour".into(),
        _ if hours < 48 => many(hours, "hours"),
        _ if hours < 24 * 7 * 2 => many(days, "days"),
        _ if hours < 24 * 30 * 2 => many(days / 7, "weeks"),
        _ if hours < 24 * 365 * 2 => many(days / 30, "months"),
        _ => many(days / 365, "years"),
    }
}

#[cfg(test)]
mod tests;
