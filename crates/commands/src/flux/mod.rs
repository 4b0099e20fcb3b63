//! `flux` 2.7: what it reads and asks for stands in the cluster's objects (`cmd/flux` of fluxcd/flux2). Its marks (`►`,
//! `✔`, `✗`) go to standard error, as those of the real one do.

mod check;
mod create;
mod events;
mod get;
mod going;
mod logs;
mod output;
mod trace;
mod tree;
mod verbs;
mod words;

use crate::cobra::{Command, Flag, Given, Globals, Stop, Takes, switch, text, texts};
use crate::kubectl::{Kube, Kubeconfig};
use going::Going;
use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Program, Step};

pub(crate) fn program() -> Program {
    Program::steps::<Flux>("flux")
}

/// One `flux` command at work.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) enum Flux {
    #[default]
    Start,
    Going(Box<Going>),
}

impl From<Vec<String>> for Flux {
    fn from(_: Vec<String>) -> Self {
        Self::Start
    }
}

/// How a command goes on.
enum Next {
    Exit(i32),
    Go(Box<Going>),
}

/// What stands behind `✗ `.
type Answer = Result<Next, String>;

type Run = fn(&mut Kube<'_, '_>, &Given, &[usize]) -> Answer;

struct Row {
    command: Command,
    /// Whether it is followed by the name of a kind, and which words beside those of all kinds it takes.
    kinds: bool,
    run: Run,
}

const ALL_SPACES: Flag =
    Flag { short: 'A', ..switch("all-namespaces", "list the requested object(s) across all namespaces") };

const fn command(path: &'static str, operands: &'static str, summary: &'static str, flags: &'static [Flag]) -> Command {
    Command { path, operands, summary, flags, missing: "" }
}

const ROWS: &[Row] = &[
    Row { command: get::COMMAND, kinds: true, run: get::run },
    Row {
        command: Command {
            missing: "force reset",
            ..command(
                "flux reconcile",
                "KIND NAME",
                "Reconcile sources and resources",
                &[switch("with-source", "reconcile the source of the object first")],
            )
        },
        kinds: true,
        run: verbs::reconcile,
    },
    Row {
        command: command(
            "flux suspend",
            "KIND NAME...",
            "Suspend resources",
            &[switch("all", "suspend all resources in that namespace")],
        ),
        kinds: true,
        run: verbs::suspend,
    },
    Row {
        command: command(
            "flux resume",
            "KIND NAME...",
            "Resume suspended resources",
            &[
                switch("all", "resume all resources in that namespace"),
                switch("wait", "waits for one resource to reconcile before moving to the next one"),
            ],
        ),
        kinds: true,
        run: verbs::resume,
    },
    Row {
        command: command(
            "flux delete",
            "KIND NAME",
            "Delete sources and resources",
            &[Flag { short: 's', ..switch("silent", "delete resource without asking for confirmation") }],
        ),
        kinds: true,
        run: verbs::delete,
    },
    Row {
        command: Command {
            missing: "with-credentials",
            ..command(
                "flux export",
                "KIND [NAME]",
                "Export resources in YAML format",
                &[switch("all", "select all resources")],
            )
        },
        kinds: true,
        run: output::export,
    },
    Row { command: create::COMMAND, kinds: true, run: create::run },
    Row {
        command: command(
            "flux tree",
            "kustomization NAME",
            "Print the resources reconciled by Flux",
            &[switch("compact", "list Flux resources only"), text("output", 'o', "json or yaml")],
        ),
        kinds: true,
        run: tree::run,
    },
    Row {
        command: command(
            "flux trace",
            "RESOURCE NAME",
            "Trace in-cluster objects throughout the GitOps delivery pipeline",
            &[
                text("kind", '\0', "the Kubernetes object kind"),
                text("api-version", '\0', "the Kubernetes object API version"),
            ],
        ),
        kinds: false,
        run: trace::run,
    },
    Row {
        command: command(
            "flux events",
            "",
            "Display Kubernetes events for Flux resources",
            &[
                ALL_SPACES,
                text("for", '\0', "get events for a particular object"),
                texts("types", '\0', "filter events for certain types (Normal, Warning)"),
                Flag { short: 'w', ..switch("watch", "indicate if the events should be streamed") },
            ],
        ),
        kinds: false,
        run: events::run,
    },
    Row { command: logs::COMMAND, kinds: false, run: logs::run },
    Row {
        command: Command {
            missing: "components components-extra poll-interval",
            ..command(
                "flux check",
                "",
                "Check requirements and installation",
                &[switch("pre", "only run pre-installation checks")],
            )
        },
        kinds: false,
        run: check::check,
    },
    Row {
        command: command(
            "flux version",
            "",
            "Print the client and server-side components version information.",
            &[
                switch("client", "print only client version"),
                Flag { default: "yaml", ..text("output", 'o', "the format: json or yaml") },
            ],
        ),
        kinds: false,
        run: check::version,
    },
];

const MISSING: &str = "bootstrap build completion debug diff envsubst install list migrate plugin pull push stats tag trigger \
    uninstall";

const GLOBALS: Globals = Globals {
    flags: &[
        text("namespace", 'n', "the namespace scope for this operation"),
        Flag { long: "timeout", short: '\0', takes: Takes::Text, default: "5m0s", help: "timeout for this operation" },
        text("context", '\0', "the name of the kubeconfig context to use"),
        text("kubeconfig", '\0', "path to the kubeconfig file"),
    ],
    missing: "as as-group as-uid as-user-extra cache-dir certificate-authority client-certificate client-key cluster \
        disable-compression insecure-skip-tls-verify kube-api-burst kube-api-qps ns-follows-kube-context server \
        tls-server-name token user verbose",
};

impl Behaviour for Flux {
    const PROGRAM: &'static str = "flux";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        let answer = match std::mem::take(self) {
            Self::Start => start(cx),
            Self::Going(going) => going::on(cx, going),
        };
        match answer {
            Ok(Next::Exit(code)) => Step::Done(code),
            Ok(Next::Go(going)) => {
                let step = going.pause(cx);
                *self = Self::Going(going);
                step
            }
            Err(told) => {
                cx.err(["✗ ", &told, "\n"].concat());
                Step::Done(1)
            }
        }
    }
}

fn find(verb: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.command.name() == verb)
}

/// The words that name a command, in their usual form, and everything else.
fn split(args: &[String]) -> (Vec<&str>, Vec<String>) {
    let (mut path, mut rest): (Vec<&str>, Vec<String>) = (Vec::new(), Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let wants_more = match path.as_slice() {
            [] => true,
            [verb] => find(verb).is_some_and(|row| row.kinds),
            [_, group] => words::is_group(group),
            _ => false,
        };
        if !arg.starts_with('-') && wants_more {
            path.push(if path.is_empty() { arg.as_str() } else { words::plain(arg) });
            continue;
        }
        rest.push(arg.clone());
        let name = arg.trim_start_matches('-');
        let apart = GLOBALS.flags.iter().any(|flag| flag.long == name || (arg.len() == 2 && arg.ends_with(flag.short)));
        if wants_more && apart {
            rest.extend(args.next().cloned());
        }
    }
    (path, rest)
}

fn start(cx: &mut Cx<'_>) -> Answer {
    let args = cx.args();
    let (path, rest) = split(&args);
    let Some(verb) = path.first().filter(|verb| **verb != "help") else {
        cx.out(output::help(None));
        return Ok(Next::Exit(0));
    };
    let Some(row) = find(verb) else {
        if MISSING.split_whitespace().any(|name| name == *verb) {
            return not_here(cx, &path);
        }
        return Err(format!("unknown command \"{verb}\" for \"flux\""));
    };
    let given = match crate::cobra::parse(&rest, &row.command, &GLOBALS) {
        Ok(given) => given,
        Err(Stop::Help) => {
            cx.out(output::help(Some(&row.command)));
            return Ok(Next::Exit(0));
        }
        Err(Stop::Wrong(told)) => return Err(told),
        Err(Stop::Missing(flag)) => {
            cx.err(format!("{}: {flag} is real, but not part of this sandbox yet\n", row.command.path));
            return Ok(Next::Exit(1));
        }
    };
    let kinds = if row.kinds {
        match words::kinds(&path[1..]) {
            Some(kinds) => kinds,
            None if path.len() < 2 => {
                cx.out(output::help(Some(&row.command)));
                return Ok(Next::Exit(0));
            }
            None => {
                let name = path[1..].join("~");
                if words::MISSING.split_whitespace().any(|missing| missing == name) {
                    return not_here(cx, &path);
                }
                return Err(format!("unknown command \"{}\" for \"{}\"", path[path.len() - 1], row.command.path));
            }
        }
    } else {
        Vec::new()
    };
    let all = path.last() == Some(&"all");
    if all && *verb != "get" {
        return Err(format!("unknown command \"all\" for \"{}\"", row.command.path));
    }
    let plain = |message: &str| message.strip_prefix("error: ").unwrap_or(message).trim_end().to_string();
    let config = Kubeconfig::load(cx, given.text("kubeconfig")).map_err(|stop| plain(&stop.message))?;
    config.context(given.text("context")).map_err(|stop| plain(&stop.message))?;
    let mut kube = Kube::new(cx, config, &crate::kubectl::Given::default()).map_err(|stop| plain(&stop.message))?;
    let own = given.text("namespace").map(str::to_string).or_else(|| kube.cx.env("FLUX_SYSTEM_NAMESPACE"));
    kube.namespace = own.filter(|name| !name.is_empty()).unwrap_or_else(|| gitops::flux::NAMESPACE.into());
    (row.run)(&mut kube, &given, &kinds)
}

fn not_here(cx: &mut Cx<'_>, path: &[&str]) -> Answer {
    cx.err(format!("flux {}: real, but not part of this sandbox yet\n", path.join(" ")));
    Ok(Next::Exit(1))
}

/// The words that may follow these ones, for completion.
pub(crate) fn subcommands(path: &[&str]) -> Vec<&'static str> {
    match path {
        [] => ROWS.iter().map(|row| row.command.name()).collect(),
        ["tree"] => vec!["kustomization"],
        [verb] if find(verb).is_some_and(|row| row.kinds) => vec!["source", "kustomization", "helmrelease", "image"],
        [_, "source" | "sources"] => vec!["git", "helm", "chart"],
        [_, "image" | "images"] => vec!["repository", "policy", "update"],
        _ => Vec::new(),
    }
}

/// The objects of the kind that the words mean, for completion.
pub(crate) fn names(world: &world::World, path: &[&str]) -> Vec<String> {
    let kinds: Vec<&str> = path.iter().skip(1).map(|word| words::plain(word)).collect();
    let kind = words::kinds(&kinds).filter(|rows| rows.len() == 1);
    let kind = kind.and_then(|rows| gitops::flux::kind_of(&world.cluster, rows[0]));
    let all = kind.into_iter().flat_map(|kind| world.cluster.store().all(kind, None));
    all.map(|object| object.name().to_string()).collect()
}

/// A subcommand's flags as they are typed.
pub(crate) fn flag_names(path: &[&str]) -> Vec<String> {
    let own = path.first().and_then(|verb| find(verb)).map_or(&[][..], |row| row.command.flags);
    own.iter().chain(GLOBALS.flags).map(|flag| ["--", flag.long].concat()).collect()
}
