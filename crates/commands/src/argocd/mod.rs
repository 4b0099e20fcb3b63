//! `argocd`: the command line of Argo CD 3, one file a subcommand (`cmd/argocd/commands/*.go`).
//!
//! It reads the Application objects of the cluster and asks the controller through the world's doors. It keeps no
//! application state of its own, and it never prints what does not stand in the store.

mod actions;
mod appset;
mod cobra;
mod context;
mod create;
mod delete;
mod diff;
mod diff_text;
mod find;
mod get;
mod help;
mod history;
mod list;
mod log;
mod objects;
mod proj;
mod proj_edit;
mod proj_spec;
mod proj_windows;
mod resources;
mod rollback;
mod selected;
mod set;
mod spec_flags;
mod states;
mod suggest;
mod summary;
mod sync;
mod table;
mod tree;
mod version;
mod wait;
mod watch;

use cobra::{Command, Given, Stop};
use delete::Delete;
use log::{Fatal, Style};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use watch::Watch;
use world::{Behaviour, Cx, Program, Step};

/// Where this world's Argo CD answers.
const SERVER: &str = "argocd.encore";

/// A refresh that was asked for has happened after this: the controller's own delays are shorter.
const REFRESH: Duration = Duration::from_secs(1);

pub(crate) fn programs() -> Vec<Program> {
    vec![Program::steps::<Argocd>("argocd")]
}

/// One `argocd` command at work.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) enum Argocd {
    #[default]
    Start,
    /// The refresh that the command asked for is over: now it does the rest.
    Refreshed,
    /// `app sync`, `app wait`, `app rollback`.
    Watching(Box<Watch>),
    Deleting(Box<Delete>),
}

impl From<Vec<String>> for Argocd {
    fn from(_: Vec<String>) -> Self {
        Self::Start
    }
}

/// How a command goes on.
enum Next {
    Exit(i32),
    /// The application was asked to refresh; call the command again afterwards.
    Refresh,
    /// Standard input is not whole yet; call the command again when there is more.
    Input,
    Watch(Box<Watch>),
    Delete(Box<Delete>),
}

/// What a command was called with.
struct Call {
    given: Given,
    /// The refresh that it asked for is over.
    refreshed: bool,
    style: Style,
}

/// A subcommand: its table and what it does.
struct Row {
    command: Command,
    run: fn(&mut Cx<'_>, &Call) -> Result<Next, Fatal>,
}

const ROWS: &[Row] = &[
    Row { command: actions::LIST, run: actions::list },
    Row { command: actions::RUN, run: actions::run },
    Row { command: create::COMMAND, run: create::run },
    Row { command: delete::COMMAND, run: delete::run },
    Row { command: diff::COMMAND, run: diff::run },
    Row { command: get::COMMAND, run: get::run },
    Row { command: history::COMMAND, run: history::run },
    Row { command: list::COMMAND, run: list::run },
    Row { command: objects::DELETE, run: objects::delete },
    Row { command: objects::LOGS, run: objects::logs },
    Row { command: objects::MANIFESTS, run: objects::manifests },
    Row { command: objects::PATCH, run: objects::patch },
    Row { command: set::PATCH, run: set::patch },
    Row { command: resources::COMMAND, run: resources::run },
    Row { command: rollback::COMMAND, run: rollback::run },
    Row { command: set::SET, run: set::set },
    Row { command: sync::COMMAND, run: sync::run },
    Row { command: rollback::TERMINATE, run: rollback::terminate },
    Row { command: set::UNSET, run: set::unset },
    Row { command: wait::COMMAND, run: wait::run },
    Row { command: appset::CREATE, run: appset::create },
    Row { command: appset::DELETE, run: appset::delete },
    Row { command: appset::GET, run: appset::get },
    Row { command: appset::LIST, run: appset::list },
    Row { command: proj::CREATE, run: proj::create },
    Row { command: proj::DELETE, run: proj::delete },
    Row { command: proj::GET, run: proj::get },
    Row { command: proj::LIST, run: proj::list },
    Row { command: proj::SET, run: proj::set },
    Row { command: proj_edit::ADD_DESTINATION, run: proj_edit::add_destination },
    Row { command: proj_edit::REMOVE_DESTINATION, run: proj_edit::remove_destination },
    Row { command: proj_edit::ADD_SOURCE, run: proj_edit::add_source },
    Row { command: proj_edit::REMOVE_SOURCE, run: proj_edit::remove_source },
    Row { command: proj_edit::ALLOW_CLUSTER, run: proj_edit::allow_cluster },
    Row { command: proj_edit::DENY_CLUSTER, run: proj_edit::deny_cluster },
    Row { command: proj_edit::ALLOW_NAMESPACE, run: proj_edit::allow_namespace },
    Row { command: proj_edit::DENY_NAMESPACE, run: proj_edit::deny_namespace },
    Row { command: proj_windows::ADD, run: proj_windows::add },
    Row { command: proj_windows::DELETE, run: proj_windows::delete },
    Row { command: proj_windows::DISABLE, run: proj_windows::disable },
    Row { command: proj_windows::ENABLE, run: proj_windows::enable },
    Row { command: proj_windows::LIST, run: proj_windows::list },
    Row { command: context::CONTEXT, run: context::context },
    Row { command: context::LOGIN, run: context::login },
    Row { command: context::LOGOUT, run: context::logout },
    Row { command: version::COMMAND, run: version::run },
];

/// A word that only other words follow.
struct Group {
    path: &'static str,
    summary: &'static str,
    /// Real subcommands that this sandbox does not have.
    missing: &'static str,
}

const GROUPS: &[Group] = &[
    Group {
        path: "argocd",
        summary: "argocd talks to an Argo CD server",
        missing: "account admin cert cluster completion configure gpg relogin repo repocreds",
    },
    Group {
        path: "argocd app",
        summary: "Make, look at, change and sync applications",
        missing: "add-source confirm-deletion edit get-resource remove-source",
    },
    Group { path: "argocd app actions", summary: "What may be done to an application's resources", missing: "" },
    Group { path: "argocd appset", summary: "Make and look at ApplicationSets", missing: "generate" },
    Group {
        path: "argocd proj",
        summary: "Say from where, to where and what applications may deploy",
        missing: "add-destination-service-account add-orphaned-ignore add-signature-key add-source-namespace edit \
            remove-destination-service-account remove-orphaned-ignore remove-signature-key remove-source-namespace role \
            source-integrity",
    },
    Group {
        path: "argocd proj windows",
        summary: "Say when applications may sync",
        missing: "disable-sync-overrun enable-sync-overrun update",
    },
];

fn group_of(path: &[&str]) -> Option<&'static Group> {
    let name = ["argocd"].iter().chain(path).copied().collect::<Vec<_>>().join(" ");
    GROUPS.iter().find(|group| group.path == name)
}

impl Behaviour for Argocd {
    const PROGRAM: &'static str = "argocd";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        let refreshed = match self {
            Self::Watching(watch) => return watch.step(cx),
            Self::Deleting(delete) => return delete.step(cx),
            Self::Start => false,
            Self::Refreshed => true,
        };
        match start(cx, refreshed) {
            Next::Exit(code) => Step::Done(code),
            Next::Refresh => {
                *self = Self::Refreshed;
                Step::Until(cx.now() + REFRESH)
            }
            Next::Input => Step::Stdin,
            Next::Delete(delete) => {
                *self = Self::Deleting(delete);
                Step::Again
            }
            Next::Watch(watch) => {
                *self = Self::Watching(watch);
                Step::Again
            }
        }
    }
}

fn start(cx: &mut Cx<'_>, refreshed: bool) -> Next {
    let (path, rest) = cobra::split(&cx.args());
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if let Some(found) = group_of(&path) {
        return group(cx, found.path, &rest, i32::from(!path.is_empty()));
    }
    let (above, name) = path.split_last().map_or((&path[..], ""), |(name, above)| (above, *name));
    match (&path[..], group_of(above)) {
        (["help", ..], _) => ask_for_help(cx, &path[1..]),
        (_, Some(found)) if is_one_of(found.missing, name) => not_here(cx, &path.join(" ")),
        (_, found) => match find_row(&path) {
            Some(row) => run(cx, row, &rest, refreshed),
            None if !above.is_empty() => {
                let of = found.map_or("argocd", |found| found.path);
                // Unlike argocd: after the help, which is all that the real one prints, the word is named.
                cx.out(help::group(of));
                cx.err(format!("hint: unknown command \"{name}\" for \"{of}\"\n"));
                Next::Exit(1)
            }
            None => {
                cx.out(suggest::unknown_command(path[0]));
                Next::Exit(1)
            }
        },
    }
}

/// The words that may follow these ones, for completion.
pub(crate) fn subcommands(path: &[&str]) -> Vec<&'static str> {
    let next = |row: &Row| {
        let words: Vec<&'static str> = row.command.path.split(' ').collect();
        let words = &words[1..];
        if words.starts_with(path) { words.get(path.len()).copied() } else { None }
    };
    ROWS.iter().filter_map(next).collect()
}

/// A subcommand's flags as they are typed.
pub(crate) fn flag_names(path: &[&str]) -> Vec<String> {
    find_row(path).map_or(Vec::new(), |row| row.command.flags.iter().map(|flag| format!("--{}", flag.long)).collect())
}

fn find_row(path: &[&str]) -> Option<&'static Row> {
    let path: Vec<&str> = path.iter().map(|word| if *word == "ctx" { "context" } else { *word }).collect();
    let name = format!("argocd {}", path.join(" "));
    ROWS.iter().find(|row| row.command.path == name)
}

fn is_one_of(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|one| one == name)
}

fn not_here(cx: &mut Cx<'_>, name: &str) -> Next {
    cx.err(format!("argocd {name}: real, but not part of this sandbox yet\n"));
    Next::Exit(1)
}

/// `argocd` and `argocd app` by themselves print their help; the latter with exit code 1.
fn group(cx: &mut Cx<'_>, path: &'static str, rest: &[String], code: i32) -> Next {
    let command = Command { path, operands: "", summary: "", flags: &[], missing: "" };
    match cobra::parse(rest, &command) {
        Ok(_) => {
            cx.out(help::group(path));
            Next::Exit(code)
        }
        Err(Stop::Help) => {
            cx.out(help::group(path));
            Next::Exit(0)
        }
        Err(stop) => stopped(cx, &command, &stop),
    }
}

fn ask_for_help(cx: &mut Cx<'_>, path: &[&str]) -> Next {
    let text = match group_of(path) {
        Some(found) => help::group(found.path),
        None => match find_row(path) {
            Some(row) => help::command(&row.command),
            None => {
                let topic: Vec<String> = path.iter().map(|word| format!("`{word}`")).collect();
                cx.out(format!("Unknown help topic [{}]\n", topic.join(" ")));
                help::group("argocd")
            }
        },
    };
    cx.out(text);
    Next::Exit(0)
}

fn run(cx: &mut Cx<'_>, row: &Row, rest: &[String], refreshed: bool) -> Next {
    let given = match cobra::parse(rest, &row.command) {
        Ok(given) => given,
        Err(stop) => return stopped(cx, &row.command, &stop),
    };
    let mut style = Style::new(cx.now());
    let done = style.choose(given.text("logformat")).and_then(|()| reach_server(&given)).and_then(|()| {
        let call = Call { given, refreshed, style };
        (row.run)(cx, &call)
    });
    match done {
        Ok(next) => next,
        Err(fatal) => {
            style.print(cx, &fatal);
            Next::Exit(fatal.code)
        }
    }
}

fn stopped(cx: &mut Cx<'_>, command: &Command, stop: &Stop) -> Next {
    match stop {
        Stop::Help => {
            cx.out(help::command(command));
            Next::Exit(0)
        }
        // The real one prints this to standard output too: it first looks whether the word names a plugin.
        Stop::Wrong(message) => {
            cx.out(format!("Error: {message}\n"));
            Next::Exit(1)
        }
        Stop::Missing(flag) => {
            let path = command.path;
            cx.err(format!("{path}: flag {flag} is real {path}, but not part of this sandbox yet\n"));
            Next::Exit(1)
        }
    }
}

/// There is one server, and this workstation is logged in to it.
fn reach_server(given: &Given) -> Result<(), Fatal> {
    match given.text("server") {
        None => Ok(()),
        Some(server) if is_server(server) => Ok(()),
        Some(server) => {
            let host = server.split(':').next().unwrap_or(server);
            Err(Fatal::check(format!("dial tcp: lookup {host}: no such host")))
        }
    }
}

fn is_server(name: &str) -> bool {
    name.strip_suffix(":443").unwrap_or(name) == SERVER
}

/// A wrong number of words: the command's help and an exit code, as the real one does.
fn wrong_use(cx: &mut Cx<'_>, command: &Command, code: i32) -> Next {
    cx.out(help::command(command));
    Next::Exit(code)
}
