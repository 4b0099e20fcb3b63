//! `kubectl` 1.32: one file a subcommand. Each reads its flag table, acts through the cluster's API doors, and prints
//! what the real client prints. Commands that wait or follow are steps of the one process.

mod api_resources;
mod apply;
mod arguments;
mod attached;
mod auth;
mod cluster_info;
mod columns;
mod config;
mod config_command;
mod container;
mod copy;
mod cordon;
mod create;
mod debug;
mod delete;
mod describe;
mod diff;
mod drain;
mod duration;
mod edit;
mod events;
mod exec;
mod explain;
mod files;
mod flags;
mod follow;
mod generate;
mod get;
mod get_table;
mod help;
mod jsonpath;
mod jsonpath_eval;
mod jsonpath_parse;
#[cfg(test)]
mod jsonpath_tables;
mod kube;
mod kustomize;
mod label;
mod logs;
mod names;
mod not_here;
mod output;
mod patch;
mod plugin;
mod replace;
mod rollout;
mod scale;
mod set_env;
mod set_image;
mod set_resources;
mod set_selector;
mod subjects;
mod taint;
mod top;
mod users;
mod version;
mod wait;

#[cfg(test)]
mod tests;

use cluster::User;
pub(crate) use config::Kubeconfig;
use flags::Flag;
pub(crate) use flags::Given;
pub(crate) use kube::Kube;
use kube::{Answer, Stop};
use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Program, Step};

pub use api_resources::TOLD;
pub use config::default_kubeconfig;
pub use generate::token::{token_for, user_of_token};
pub use users::{impersonated, owner};

/// A row of the table of subcommands.
pub(crate) struct Command {
    /// `rollout status`
    pub path: &'static str,
    /// What follows the path in the usage line.
    pub operands: &'static str,
    pub summary: &'static str,
    /// A comment and a command line each.
    pub examples: &'static [(&'static str, &'static str)],
    pub flags: &'static [Flag],
    /// Flags that the real command has and this sandbox does not.
    pub missing: &'static [&'static str],
    pub run: fn(&mut Kube<'_, '_>, &Given) -> Answer,
}

const COMMANDS: &[&Command] = &[
    &label::ANNOTATE,
    &api_resources::COMMAND,
    &api_resources::VERSIONS,
    &apply::COMMAND,
    &auth::CAN_I,
    &auth::WHO_AM_I,
    &generate::AUTOSCALE,
    &cluster_info::COMMAND,
    &config_command::CURRENT_CONTEXT,
    &config_command::GET_CONTEXTS,
    &config_command::SET_CONTEXT,
    &config_command::USE_CONTEXT,
    &config_command::VIEW,
    &cordon::CORDON,
    &copy::COMMAND,
    &create::COMMAND,
    &generate::CLUSTER_ROLE,
    &generate::CLUSTER_ROLE_BINDING,
    &generate::CONFIGMAP,
    &generate::CRONJOB,
    &generate::DEPLOYMENT,
    &generate::INGRESS,
    &generate::JOB,
    &generate::NAMESPACE,
    &generate::DISRUPTION_BUDGET,
    &generate::PRIORITY_CLASS,
    &generate::QUOTA,
    &generate::ROLE,
    &generate::ROLE_BINDING,
    &generate::SECRET_DOCKER,
    &generate::SECRET_GENERIC,
    &generate::SECRET_TLS,
    &generate::CLUSTER_IP,
    &generate::EXTERNAL_NAME,
    &generate::LOAD_BALANCER,
    &generate::NODE_PORT,
    &generate::SERVICE_ACCOUNT,
    &generate::TOKEN,
    &debug::COMMAND,
    &delete::COMMAND,
    &describe::COMMAND,
    &diff::COMMAND,
    &drain::COMMAND,
    &edit::COMMAND,
    &events::COMMAND,
    &exec::COMMAND,
    &explain::COMMAND,
    &generate::EXPOSE,
    &get::COMMAND,
    &kustomize::COMMAND,
    &label::LABEL,
    &logs::COMMAND,
    &patch::COMMAND,
    &replace::COMMAND,
    &rollout::HISTORY,
    &rollout::PAUSE,
    &rollout::RESTART,
    &rollout::RESUME,
    &rollout::STATUS,
    &rollout::UNDO,
    &generate::RUN,
    &scale::COMMAND,
    &set_env::COMMAND,
    &set_image::COMMAND,
    &set_resources::RESOURCES,
    &set_selector::COMMAND,
    &set_resources::SERVICE_ACCOUNT,
    &taint::COMMAND,
    &top::NODE,
    &top::POD_USAGE,
    &cordon::UNCORDON,
    &version::COMMAND,
    &wait::COMMAND,
];

/// The program.
pub(crate) fn program() -> Program {
    Program::steps::<Kubectl>("kubectl")
}

/// What a command leaves to do after its first step.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) enum Phase {
    #[default]
    Start,
    Watch(get::Watch),
    Gone(delete::Gone),
    Rollout(rollout::Waiting),
    Logs(logs::Tail),
    Events(events::Watch),
    Exec(exec::Running),
    Attached(Box<attached::Attached>),
    Diff(diff::Comparing),
    Edit(Box<edit::Editing>),
    Plugin(plugin::Running),
    Wait(Box<wait::Waiting>),
    Drain(Box<drain::Draining>),
}

/// What a command comes to.
pub(crate) enum Next {
    Done(i32),
    Wait(Phase, Step),
}

/// A running kubectl.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Kubectl {
    phase: Phase,
    /// On whose behalf its later steps act.
    user: Option<User>,
}

impl From<Vec<String>> for Kubectl {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Behaviour for Kubectl {
    const PROGRAM: &'static str = "kubectl";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        let phase = std::mem::take(&mut self.phase);
        let user = &self.user;
        let answer = match phase {
            Phase::Start => start(cx).map(|(next, user)| {
                self.user = user;
                next
            }),
            Phase::Watch(watch) => follow::on(cx, user, |kube| watch.step(kube)),
            Phase::Gone(gone) => follow::on(cx, user, |kube| gone.step(kube)),
            Phase::Rollout(waiting) => follow::on(cx, user, |kube| waiting.step(kube)),
            Phase::Logs(tail) => follow::on(cx, user, |kube| tail.step(kube)),
            Phase::Events(watch) => follow::on(cx, user, |kube| watch.step(kube)),
            Phase::Exec(running) => follow::on(cx, user, |kube| running.step(kube)),
            Phase::Attached(attached) => follow::on(cx, user, |kube| attached.step(kube)),
            Phase::Diff(comparing) => follow::on(cx, user, |kube| comparing.step(kube)),
            Phase::Plugin(running) => follow::on(cx, user, |kube| running.step(kube)),
            Phase::Edit(editing) => follow::on(cx, user, |kube| editing.step(kube)),
            Phase::Wait(waiting) => follow::on(cx, user, |kube| waiting.step(kube)),
            Phase::Drain(draining) => follow::on(cx, user, |kube| draining.step(kube)),
        };
        match answer {
            Ok(Next::Done(code)) => Step::Done(code),
            Ok(Next::Wait(phase, step)) => {
                self.phase = phase;
                step
            }
            Err(Stop { message, code }) => {
                cx.err(message);
                Step::Done(code)
            }
        }
    }
}

fn start(cx: &mut Cx<'_>) -> Result<(Next, Option<User>), Stop> {
    let args = cx.args();
    if let Some(answer) = plugin::start(cx, &args) {
        return answer.map(|next| (next, None));
    }
    let (path, rest) = flags::command_path(&args);
    let nobody = |next| (next, None);
    if path.first().is_some_and(|word| word == "help") {
        return help::of_path(cx, &path[1..]).map(nobody);
    }
    let Some((command, used)) = find(&path) else { return unknown(cx, &path, &rest).map(nobody) };
    let operands = path[used..].to_vec();
    let given = flags::parse(command, &operands, &rest)?;
    if given.has("help") {
        cx.out(help::of_command(command));
        return Ok(nobody(Next::Done(0)));
    }
    let config = config::Kubeconfig::load(cx, given.value("kubeconfig"))?;
    let mut kube = Kube::new(cx, config, &given)?;
    let next = (command.run)(&mut kube, &given)?;
    Ok((next, kube.user))
}

/// The words that may follow these ones, for completion.
pub(crate) fn subcommands(path: &[&str]) -> Vec<&'static str> {
    let next = |command: &&Command| {
        let words: Vec<&'static str> = command.path.split(' ').collect();
        if words.starts_with(path) { words.get(path.len()).copied() } else { None }
    };
    COMMANDS.iter().filter_map(next).collect()
}

/// A subcommand's flags as they are typed.
pub(crate) fn flag_names(path: &[&str]) -> Vec<String> {
    let words: Vec<String> = path.iter().map(|word| (*word).to_string()).collect();
    let own = find(&words).map_or(&[][..], |(command, _)| command.flags);
    own.iter().chain(flags::GLOBAL).map(|flag| format!("--{}", flag.long)).collect()
}

/// Other names of what `create` makes.
const ALIASES: &[(&str, &str)] = &[
    ("cm", "configmap"),
    ("cj", "cronjob"),
    ("deploy", "deployment"),
    ("ing", "ingress"),
    ("ns", "namespace"),
    ("pc", "priorityclass"),
    ("pdb", "poddisruptionbudget"),
    ("resourcequota", "quota"),
    ("sa", "serviceaccount"),
    ("svc", "service"),
];

/// The longest command that the words begin with, and how many words it takes.
fn find(path: &[String]) -> Option<(&'static Command, usize)> {
    let mut words: Vec<&str> = path.iter().take(3).map(String::as_str).collect();
    if let ["create", thing, ..] = &mut words[..]
        && let Some((_, name)) = ALIASES.iter().find(|(alias, _)| alias == thing)
    {
        *thing = name;
    }
    match &mut words[..] {
        ["set", thing @ "sa", ..] => *thing = "serviceaccount",
        ["top", thing @ ("pods" | "po"), ..] => *thing = "pod",
        ["top", thing @ ("nodes" | "no"), ..] => *thing = "node",
        _ => {}
    }
    let named = |count: usize| {
        let name = words.get(..count)?.join(" ");
        COMMANDS.iter().find(|command| command.path == name).map(|command| (*command, count))
    };
    named(3).or_else(|| named(2)).or_else(|| named(1))
}

/// No command of that name: a group, a command that is real but not here, or a slip of the pen.
fn unknown(cx: &mut Cx<'_>, path: &[String], rest: &[String]) -> Answer {
    let Some(name) = path.first() else {
        if let Some(flag) = rest.iter().find(|arg| !matches!(arg.as_str(), "-h" | "--help")) {
            return Err(flags::unknown_flag("", flag));
        }
        cx.out(help::main());
        return Ok(Next::Done(0));
    };
    if help::is_group(name) {
        return match path.get(1) {
            None => {
                cx.out(help::of_group(name));
                Ok(Next::Done(0))
            }
            Some(word) if not_here::real_in_group(name, word) => Err(not_here::stop(&format!("{name} {word}"))),
            Some(word) => {
                let told =
                    format!("error: unknown command \"{word}\"\nSee 'kubectl {name} -h' for help and examples\n");
                Err(Stop { message: told, code: 1 })
            }
        };
    }
    if not_here::real(name) {
        return Err(not_here::stop(name));
    }
    Err(Stop { message: help::unknown_command(name), code: 1 })
}
