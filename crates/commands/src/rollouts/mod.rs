//! `kubectl argo rollouts` 1.8, the plugin `kubectl-argo-rollouts` (`pkg/kubectl-argo-rollouts` of argoproj/argo-rollouts).

mod get;
mod lint;
mod list;
mod tree;
mod verbs;
mod waiting;

use crate::cobra::{Command, Flag, Given, Globals, Stop, Takes, switch, text};
use crate::kubectl::{Kube, Kubeconfig};
use cluster::{KindId, Object};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use waiting::Waiting;
use world::{Behaviour, Cx, Program, Step};

pub(crate) const NAME: &str = "kubectl-argo-rollouts";

pub(crate) fn program() -> Program {
    Program::steps::<Rollouts>(NAME)
}

/// One command at work.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) enum Rollouts {
    #[default]
    Start,
    Waiting(Box<Waiting>),
}

impl From<Vec<String>> for Rollouts {
    fn from(_: Vec<String>) -> Self {
        Self::Start
    }
}

/// How a command goes on.
enum Next {
    Exit(i32),
    Wait(Box<Waiting>, Step),
}

/// What stands behind `Error: `.
type Answer = Result<Next, String>;

struct Row {
    command: Command,
    run: fn(&mut Kube<'_, '_>, &Given) -> Answer,
}

const fn command(path: &'static str, operands: &'static str, summary: &'static str, flags: &'static [Flag]) -> Command {
    Command { path, operands, summary, flags, missing: "" }
}

const ROWS: &[Row] = &[
    Row { command: command("abort", "ROLLOUT_NAME", "Abort a rollout", &[]), run: verbs::abort },
    Row {
        command: command(
            "get rollout",
            "ROLLOUT_NAME",
            "Get details about a rollout",
            &[
                switch("no-color", "Do not colorize output"),
                Flag { takes: Takes::Int, ..text("timeout-seconds", '\0', "Timeout after specified seconds") },
                Flag { short: 'w', ..switch("watch", "Watch live updates to the rollout") },
            ],
        ),
        run: get::run,
    },
    Row {
        command: command("lint", "", "Lint and validate a Rollout", &[text("filename", 'f', "File to lint")]),
        run: lint::run,
    },
    Row {
        command: command(
            "list rollouts",
            "",
            "List rollouts",
            &[
                Flag { short: 'A', ..switch("all-namespaces", "Include all namespaces") },
                text("name", '\0', "Only show rollout with specified name"),
                switch("timestamps", "Print timestamps on updates"),
                Flag { short: 'w', ..switch("watch", "Watch for changes") },
            ],
        ),
        run: list::run,
    },
    Row { command: command("pause", "ROLLOUT_NAME", "Pause a rollout", &[]), run: verbs::pause },
    Row {
        command: command(
            "promote",
            "ROLLOUT_NAME",
            "Promote a rollout",
            &[
                switch("full", "Perform a full promotion, skipping analysis, pauses, and steps"),
                Flag { short: 'a', ..switch("skip-all-steps", "Skip remaining steps") },
                Flag { short: 'c', ..switch("skip-current-step", "Skip currently running canary step") },
            ],
        ),
        run: verbs::promote,
    },
    Row {
        command: command(
            "restart",
            "ROLLOUT",
            "Restart the pods of a rollout",
            &[text("in", 'i', "Amount of time before a restart. (e.g. 30s, 5m, 1h)")],
        ),
        run: verbs::restart,
    },
    Row { command: command("retry rollout", "ROLLOUT_NAME", "Retry an aborted rollout", &[]), run: verbs::retry },
    Row {
        command: command("set image", "ROLLOUT_NAME CONTAINER=IMAGE", "Update the image of a rollout", &[]),
        run: verbs::set_image,
    },
    Row {
        command: command(
            "status",
            "ROLLOUT_NAME",
            "Show the status of a rollout",
            &[
                text("timeout", 't', "The length of time to watch before giving up. Zero means wait forever"),
                Flag {
                    short: 'w',
                    default: "true",
                    ..switch("watch", "Watch the status of the rollout until it's done")
                },
            ],
        ),
        run: waiting::status,
    },
    Row {
        command: command("terminate analysisrun", "ANALYSISRUN_NAME", "Terminate an AnalysisRun", &[]),
        run: verbs::terminate,
    },
    Row {
        command: command(
            "undo",
            "ROLLOUT_NAME",
            "Undo a rollout",
            &[Flag {
                takes: Takes::Int,
                ..text("to-revision", '\0', "The revision to rollback to. Default to 0 (last revision).")
            }],
        ),
        run: verbs::undo,
    },
    Row {
        command: command("version", "", "Print version", &[switch("short", "print just the version number")]),
        run: verbs::version,
    },
];

const MISSING: &str = "completion create dashboard notifications";
const GROUPS: [&str; 5] = ["get", "list", "retry", "set", "terminate"];

const GLOBALS: Globals = Globals {
    flags: &[
        text("context", '\0', "The name of the kubeconfig context to use"),
        text("kubeconfig", '\0', "Path to the kubeconfig file to use for CLI requests."),
        text("namespace", 'n', "If present, the namespace scope for this CLI request"),
    ],
    missing: "as as-group as-uid cache-dir certificate-authority client-certificate client-key cluster \
        disable-compression insecure-skip-tls-verify kloglevel loglevel request-timeout server tls-server-name token user",
};

impl Behaviour for Rollouts {
    const PROGRAM: &'static str = NAME;

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        let answer = match std::mem::take(self) {
            Self::Start => start(cx),
            Self::Waiting(waiting) => waiting.step(cx),
        };
        match answer {
            Ok(Next::Exit(code)) => Step::Done(code),
            Ok(Next::Wait(waiting, step)) => {
                *self = Self::Waiting(waiting);
                step
            }
            Err(told) => {
                cx.err(["Error: ", &told, "\n"].concat());
                Step::Done(1)
            }
        }
    }
}

/// Other names of what a group is about.
fn plain(group: &str, word: &str) -> &'static str {
    match (group, word) {
        ("get" | "retry", "ro" | "rollout" | "rollouts") => "rollout",
        ("list", "ro" | "rollout" | "rollouts") => "rollouts",
        ("terminate", "ar" | "analysisrun" | "analysisruns") => "analysisrun",
        ("set", "image") => "image",
        ("get" | "list" | "retry" | "terminate", "exp" | "experiment" | "experiments") => "experiment",
        _ => "",
    }
}

fn usage() -> String {
    let mut text = String::from(
        "This command consists of multiple subcommands which can be used to manage Argo Rollouts.\n\nUsage:\n  kubectl argo \
         rollouts COMMAND [flags]\n\nAvailable Commands:\n",
    );
    for row in ROWS {
        text.push_str(&format!("  {:<22}{}\n", row.command.path, row.command.summary));
    }
    text
}

fn usage_of(command: &Command) -> String {
    let mut text = [command.summary, "\n\nUsage:\n  kubectl argo rollouts ", command.path].concat();
    if !command.operands.is_empty() {
        text.push_str(&[" ", command.operands].concat());
    }
    text.push_str(" [flags]\n");
    if !command.flags.is_empty() {
        text.push_str("\nFlags:\n");
    }
    for flag in command.flags {
        let short = if flag.short == '\0' { "    ".to_string() } else { format!("-{}, ", flag.short) };
        text.push_str(&format!("  {short}--{:<20}{}\n", flag.long, flag.help));
    }
    text
}

/// Wrongly used: the usage goes to standard error.
fn misused(kube: &mut Kube<'_, '_>, path: &str) -> Answer {
    let row = ROWS.iter().find(|row| row.command.path == path);
    kube.err(row.map_or_else(usage, |row| usage_of(&row.command)));
    Ok(Next::Exit(1))
}

fn not_here(cx: &mut Cx<'_>, what: &str) -> Answer {
    cx.err(format!("kubectl argo rollouts {what}: real, but not part of this sandbox yet\n"));
    Ok(Next::Exit(1))
}

fn start(cx: &mut Cx<'_>) -> Answer {
    let args = cx.args();
    // Options of all commands may stand before the words.
    let takes = |arg: &str| {
        let name = arg.trim_start_matches('-');
        !arg.contains('=')
            && (arg == "-n" || arg.starts_with("--") && GLOBALS.flags.iter().any(|flag| flag.long == name))
    };
    let (mut front, mut words): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if !arg.starts_with('-') {
            words.push(arg.clone());
            words.extend(rest.by_ref().cloned());
        } else {
            front.push(arg.clone());
            if takes(arg) {
                front.extend(rest.next().cloned());
            }
        }
    }
    let Some(verb) = words.first().cloned().filter(|verb| verb != "help") else {
        cx.out(usage());
        return Ok(Next::Exit(0));
    };
    let group = GROUPS.contains(&verb.as_str());
    let object = words.get(1).filter(|_| group).map(|word| plain(&verb, word));
    let path = match object {
        Some("experiment") => return not_here(cx, &[&verb, " experiment"].concat()),
        Some(object) if !object.is_empty() => [&verb, " ", object].concat(),
        _ => verb.clone(),
    };
    let Some(row) = ROWS.iter().find(|row| row.command.path == path) else {
        if group {
            cx.err(usage());
            return Ok(Next::Exit(1));
        }
        if MISSING.split_whitespace().any(|name| name == verb) {
            return not_here(cx, &verb);
        }
        return Err(format!("unknown command \"{verb}\" for \"{NAME}\""));
    };
    let own = words[if group { 2 } else { 1 }..].iter();
    let all: Vec<String> = front.into_iter().chain(own.cloned()).collect();
    let given = match crate::cobra::parse(&all, &row.command, &GLOBALS) {
        Ok(given) => given,
        Err(Stop::Help) => {
            cx.out(usage_of(&row.command));
            return Ok(Next::Exit(0));
        }
        Err(Stop::Wrong(told)) => return Err(told),
        Err(Stop::Missing(flag)) => return not_here(cx, &[row.command.path, " ", &flag].concat()),
    };
    let told = |message: &str| message.strip_prefix("error: ").unwrap_or(message).trim_end().to_string();
    let config = Kubeconfig::load(cx, given.text("kubeconfig")).map_err(|stop| told(&stop.message))?;
    let space = config.namespace(given.text("context")).map_err(|stop| told(&stop.message))?;
    let mut kube = Kube::new(cx, config, &crate::kubectl::Given::default()).map_err(|stop| told(&stop.message))?;
    kube.namespace = given.text("namespace").map_or(space, String::from);
    (row.run)(&mut kube, &given)
}

/// The kind of a row, where Argo Rollouts is installed.
fn kind(kube: &Kube<'_, '_>, row: usize) -> Result<KindId, String> {
    let found = gitops::rollouts::kind_of(&kube.cx.world.cluster, row);
    let plural = gitops::rollouts::ROWS[row].plural;
    found.ok_or_else(|| format!("the server could not find the requested resource (get {plural}.argoproj.io)"))
}

/// A Rollout of the command's namespace.
fn rollout(kube: &Kube<'_, '_>, name: &str) -> Result<Arc<Object>, String> {
    let kind = kind(kube, gitops::rollouts::ROLLOUT)?;
    kube.get(kind, &kube.namespace, name).map_err(|stop| server_words(&stop.message))
}

/// What the server said, without `Error from server (…): `.
fn server_words(message: &str) -> String {
    let text = message.strip_prefix("Error from server ").and_then(|rest| rest.split_once("): ")).map(|(_, text)| text);
    text.unwrap_or(message).trim_end().to_string()
}

/// The words that may follow these ones, for completion.
pub(crate) fn subcommands(path: &[&str]) -> Vec<&'static str> {
    let next = |row: &Row| {
        let words: Vec<&'static str> = row.command.path.split(' ').collect();
        if words.starts_with(path) { words.get(path.len()).copied() } else { None }
    };
    let mut found: Vec<&'static str> = ROWS.iter().filter_map(next).collect();
    found.dedup();
    found
}

/// The names of all Rollouts, for completion.
pub(crate) fn names(world: &world::World) -> Vec<String> {
    let kind = gitops::rollouts::kind_of(&world.cluster, gitops::rollouts::ROLLOUT);
    let all = kind.into_iter().flat_map(|kind| world.cluster.store().all(kind, None));
    all.map(|object| object.name().to_string()).collect()
}
