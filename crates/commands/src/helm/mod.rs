//! `helm` 3.17: charts rendered, releases kept in Secrets, applied to the cluster by the three-way merge. What renders is
//! the crate of that name.

mod chart;
mod create;
mod diff;
mod flags;
mod get;
mod history;
mod install;
mod lint;
mod list;
mod objects;
mod record;
mod release;
mod rollback;
mod run;
mod show;
mod status;
mod table;
mod template;
mod uninstall;
mod upgrade;
mod wait;

use crate::cobra::{Command, Given, Globals, Stop};
use crate::kubectl::{Kube, Kubeconfig};
use run::Going;
use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Program, Step};

pub(crate) fn program() -> Program {
    Program::steps::<Helm>("helm")
}

/// One `helm` command at work.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) enum Helm {
    #[default]
    Start,
    Going(Box<Going>),
}

impl From<Vec<String>> for Helm {
    fn from(_: Vec<String>) -> Self {
        Self::Start
    }
}

/// How a command goes on.
enum Next {
    Exit(i32),
    /// Standard input is not whole yet.
    Input,
    Go(Box<Going>),
}

/// What stands behind `Error: `.
type Answer = Result<Next, String>;

struct Row {
    command: Command,
    /// How many words it takes.
    words: (usize, usize),
    run: fn(&mut Kube<'_, '_>, &Given) -> Answer,
}

const ROWS: &[Row] = &[
    Row { command: create::COMMAND, words: (1, 1), run: create::run },
    Row { command: diff::REVISION, words: (2, 3), run: diff::revision },
    Row { command: diff::ROLLBACK, words: (2, 2), run: diff::rollback },
    Row { command: diff::UPGRADE, words: (2, 2), run: diff::upgrade },
    Row { command: get::ALL, words: (1, 1), run: get::all },
    Row { command: get::HOOKS, words: (1, 1), run: get::hooks },
    Row { command: get::MANIFEST, words: (1, 1), run: get::manifest },
    Row { command: get::NOTES, words: (1, 1), run: get::notes },
    Row { command: get::VALUES, words: (1, 1), run: get::values },
    Row { command: history::COMMAND, words: (1, 1), run: history::run },
    Row { command: install::COMMAND, words: (1, 2), run: install::run },
    Row { command: lint::COMMAND, words: (0, 99), run: lint::run },
    Row { command: lint::DEPENDENCIES, words: (0, 1), run: lint::dependencies },
    Row { command: list::COMMAND, words: (0, 0), run: list::run },
    Row { command: rollback::COMMAND, words: (1, 2), run: rollback::run },
    Row { command: show::ALL, words: (1, 1), run: show::all },
    Row { command: show::CHART, words: (1, 1), run: show::chart },
    Row { command: show::CRDS, words: (1, 1), run: show::crds },
    Row { command: show::README, words: (1, 1), run: show::readme },
    Row { command: show::VALUES, words: (1, 1), run: show::values },
    Row { command: status::COMMAND, words: (1, 1), run: status::run },
    Row { command: template::COMMAND, words: (1, 2), run: template::run },
    Row { command: uninstall::COMMAND, words: (1, 99), run: uninstall::run },
    Row { command: upgrade::COMMAND, words: (2, 2), run: upgrade::run },
    Row { command: show::VERSION, words: (0, 0), run: show::version },
];

const GROUPS: &[&str] = &["dependency", "diff", "get", "show"];

/// Other names of commands.
const ALIASES: &[(&str, &str)] = &[
    ("ls", "list"),
    ("dep", "dependency"),
    ("dependencies", "dependency"),
    ("hist", "history"),
    ("inspect", "show"),
    ("del", "uninstall"),
    ("delete", "uninstall"),
    ("un", "uninstall"),
];

const MISSING: &str =
    "build update completion env release package plugin pull push registry repo search test verify metadata help";

const GLOBALS: Globals = Globals { flags: flags::GLOBAL, missing: flags::GLOBAL_MISSING };

impl Behaviour for Helm {
    const PROGRAM: &'static str = "helm";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        let answer = match std::mem::take(self) {
            Self::Start => start(cx),
            Self::Going(going) => run::on(cx, going),
        };
        match answer {
            Ok(Next::Exit(code)) => Step::Done(code),
            Ok(Next::Input) => Step::Stdin,
            Ok(Next::Go(going)) => {
                let step = going.pause(cx);
                *self = Self::Going(going);
                step
            }
            Err(told) => {
                cx.err(format!("Error: {told}\n"));
                Step::Done(1)
            }
        }
    }
}

/// The words that name a command, and everything else.
fn split(args: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut path, mut rest): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let wants_more = match path.as_slice() {
            [] => true,
            [one] => GROUPS.contains(&one.as_str()),
            _ => false,
        };
        if arg.starts_with('-') || !wants_more {
            rest.push(arg.clone());
            let apart = path.is_empty()
                && !arg.contains('=')
                && matches!(arg.as_str(), "-n" | "--namespace" | "--kube-context");
            if apart {
                rest.extend(args.next().cloned());
            }
        } else {
            let alias = ALIASES.iter().find(|(alias, _)| *alias == arg);
            path.push(alias.map_or(arg.as_str(), |(_, name)| name).to_string());
        }
    }
    (path, rest)
}

fn start(cx: &mut Cx<'_>) -> Answer {
    let (path, rest) = split(&cx.args());
    let name = path.join(" ");
    let Some(row) = ROWS.iter().find(|row| row.command.path.strip_prefix("helm ") == Some(&name)) else {
        return unknown(cx, &path);
    };
    let given = match crate::cobra::parse(&rest, &row.command, &GLOBALS) {
        Ok(given) => given,
        Err(Stop::Help) => {
            cx.out(flags::help(&row.command));
            return Ok(Next::Exit(0));
        }
        Err(Stop::Wrong(told)) => return Err(told),
        Err(Stop::Missing(flag)) => {
            cx.err(format!("{}: {flag} is real, but not part of this sandbox yet\n", row.command.path));
            return Ok(Next::Exit(1));
        }
    };
    let (low, high) = row.words;
    let count = given.words.len();
    if count < low || count > high {
        return Err(flags::wrong_count(&row.command, (low, high), count));
    }
    let config = Kubeconfig::load(cx, given.text("kubeconfig")).map_err(|stop| plain(&stop.message))?;
    let mut kube = Kube::new(cx, config, &crate::kubectl::Given::default()).map_err(|stop| plain(&stop.message))?;
    let own = given.text("namespace").map(str::to_string);
    if let Some(namespace) = own.or_else(|| kube.cx.env("HELM_NAMESPACE")).filter(|namespace| !namespace.is_empty()) {
        kube.namespace = namespace;
    }
    (row.run)(&mut kube, &given)
}

/// kubectl's words without its `error: `.
fn plain(message: &str) -> String {
    message.strip_prefix("error: ").unwrap_or(message).trim_end().to_string()
}

fn unknown(cx: &mut Cx<'_>, path: &[String]) -> Answer {
    match path {
        [] => {
            cx.out(flags::main_help(ROWS.iter().map(|row| &row.command)));
            Ok(Next::Exit(0))
        }
        [group] if GROUPS.contains(&group.as_str()) => {
            let own = ROWS
                .iter()
                .map(|row| &row.command)
                .filter(|command| command.path.starts_with(&format!("helm {group} ")));
            cx.out(flags::main_help(own));
            Ok(Next::Exit(0))
        }
        [.., last] if MISSING.split(' ').any(|name| name == last) => {
            cx.err(format!("helm {}: real, but not part of this sandbox yet\n", path.join(" ")));
            Ok(Next::Exit(1))
        }
        [group, last, ..] => {
            Err(format!("unknown command \"{last}\" for \"helm {group}\"\nRun 'helm {group} --help' for usage."))
        }
        [name] => Err(format!("unknown command \"{name}\" for \"helm\"\nRun 'helm --help' for usage.")),
    }
}

/// The words that may follow these ones, for completion.
pub(crate) fn subcommands(path: &[&str]) -> Vec<&'static str> {
    let next = |row: &Row| {
        let words: Vec<&'static str> = row.command.path.split(' ').skip(1).collect();
        if words.starts_with(path) { words.get(path.len()).copied() } else { None }
    };
    ROWS.iter().filter_map(next).collect()
}

/// A subcommand's flags as they are typed.
pub(crate) fn flag_names(path: &[&str]) -> Vec<String> {
    let named = |count: usize| {
        let name = path.get(..count).map(|words| words.join(" "))?;
        ROWS.iter().find(|row| row.command.path.strip_prefix("helm ") == Some(&name))
    };
    let own = named(2).or_else(|| named(1)).map_or(&[][..], |row| row.command.flags);
    own.iter().chain(flags::GLOBAL).map(|flag| format!("--{}", flag.long)).collect()
}

/// The releases of a namespace, for completion.
pub(crate) use release::names as release_names;

pub(crate) use release::manifest_of;
