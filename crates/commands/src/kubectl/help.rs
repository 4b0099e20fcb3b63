//! Help in cobra's layout, made from the same tables that drive parsing.

use super::flags::{Flag, Takes};
use super::kube::{Answer, Stop};
use super::{COMMANDS, Command, Next, not_here};
use world::Cx;

/// Groups of commands: name and summary.
const GROUPS: &[(&str, &str)] = &[
    ("auth", "Inspect authorization"),
    ("config", "Modify kubeconfig files"),
    ("rollout", "Manage the rollout of a resource"),
    ("set", "Set specific features on objects"),
    ("top", "Display resource (CPU/memory) usage"),
];

/// The sections of `kubectl --help`.
const SECTIONS: &[(&str, &[&str])] = &[
    ("Basic Commands (Beginner)", &["create", "expose", "run", "set"]),
    ("Basic Commands (Intermediate)", &["explain", "get", "edit", "delete"]),
    ("Deploy Commands", &["rollout", "scale", "autoscale"]),
    ("Cluster Management Commands", &["cluster-info", "top", "cordon", "uncordon", "drain", "taint"]),
    ("Troubleshooting and Debugging Commands", &["describe", "logs", "exec", "cp", "auth", "debug", "events"]),
    ("Advanced Commands", &["diff", "apply", "patch", "replace", "wait"]),
    ("Settings Commands", &["label", "annotate"]),
    ("Other Commands", &["api-resources", "api-versions", "config", "version"]),
];

pub(super) fn is_group(name: &str) -> bool {
    GROUPS.iter().any(|(group, _)| *group == name)
}

fn summary(name: &str) -> &'static str {
    let group = GROUPS.iter().find(|(group, _)| *group == name).map(|(_, summary)| *summary);
    let command = || COMMANDS.iter().find(|command| command.path == name).map(|command| command.summary);
    group.or_else(command).unwrap_or("").trim_end_matches('.')
}

/// `kubectl`, `kubectl --help`.
pub(super) fn main() -> String {
    let mut text = String::from(
        "kubectl controls the Kubernetes cluster manager.\n\n Find more information at: \
         https://kubernetes.io/docs/reference/kubectl/\n",
    );
    for (title, names) in SECTIONS {
        text.push_str(&format!("\n{title}:\n"));
        for name in *names {
            text.push_str(&format!("  {name:<15} {}\n", summary(name)));
        }
    }
    text.push_str(
        "\nUsage:\n  kubectl [flags] [options]\n\nUse \"kubectl <command> --help\" for more information about a given \
         command.\nUse \"kubectl options\" for a list of global command-line options (applies to all commands).\n",
    );
    text
}

pub(super) fn of_group(name: &str) -> String {
    let mut text = format!("{}.\n\nAvailable Commands:\n", summary(name));
    for command in COMMANDS {
        if let Some(("", rest)) = command.path.split_once(name)
            && let Some(word) = rest.strip_prefix(' ')
        {
            text.push_str(&format!("  {word:<13} {}\n", command.summary.trim_end_matches('.')));
        }
    }
    text.push_str(&format!(
        "\nUsage:\n  kubectl {name} SUBCOMMAND [options]\n\nUse \"kubectl {name} <command> --help\" for more information \
         about a given command.\nUse \"kubectl options\" for a list of global command-line options (applies to all \
         commands).\n"
    ));
    text
}

/// `kubectl create secret`: the kinds of it; nothing for other words.
pub(super) fn of_create_group(word: &str) -> Option<String> {
    let (text, usage) = match word {
        "secret" => (
            "Create a secret with specified type.\n\n A docker-registry type secret is for accessing a container registry.\n\n A \
             generic type secret indicate an Opaque secret type.\n\n A tls type secret holds TLS certificate and its associated \
             key.\n\nAvailable Commands:\n  docker-registry   Create a secret for use with a Docker registry\n  generic           \
             Create a secret from a local file, directory, or literal value\n  tls               Create a TLS secret\n",
            "(docker-registry | generic | tls)",
        ),
        "service" => (
            "Create a service using a specified subcommand.\n\nAliases:\nservice, svc\n\nAvailable Commands:\n  clusterip      \
             Create a ClusterIP service\n  externalname   Create an ExternalName service\n  loadbalancer   Create a LoadBalancer \
             service\n  nodeport       Create a NodePort service\n",
            "[flags]",
        ),
        _ => return None,
    };
    Some(format!(
        "{text}\nUsage:\n  kubectl create {word} {usage} [options]\n\nUse \"kubectl create {word} <command> --help\" for more \
         information about a given command.\nUse \"kubectl options\" for a list of global command-line options (applies to all \
         commands).\n"
    ))
}

pub(super) fn of_command(command: &Command) -> String {
    let mut text = format!("{}\n\nExamples:\n", command.summary);
    for (at, (comment, line)) in command.examples.iter().enumerate() {
        if at > 0 {
            text.push_str("  \n");
        }
        text.push_str(&format!("  # {comment}\n  {line}\n"));
    }
    if !command.flags.is_empty() {
        text.push_str("\nOptions:\n");
        let rows: Vec<String> = command.flags.iter().map(row).collect();
        text.push_str(&rows.join("\n"));
    }
    let operands = if command.operands.is_empty() { String::new() } else { format!(" {}", command.operands) };
    text.push_str(&format!(
        "\nUsage:\n  kubectl {}{operands} [options]\n\nUse \"kubectl options\" for a list of global command-line options \
         (applies to all commands).\n",
        command.path
    ));
    text
}

fn row(flag: &Flag) -> String {
    let short = if flag.short == '\0' { String::new() } else { format!("-{}, ", flag.short) };
    let default = match flag.takes {
        Takes::Switch(on) => on.to_string(),
        Takes::Text(text) | Takes::Maybe(text, _) => format!("'{text}'"),
        Takes::Number(n) => n.to_string(),
        Takes::Texts => "[]".into(),
    };
    format!("    {short}--{}={default}:\n\t{}\n", flag.long, flag.help)
}

/// `kubectl help rollout status`
pub(super) fn of_path(cx: &mut Cx<'_>, path: &[String]) -> Answer {
    let text = match (super::find(path), path.first()) {
        (_, None) => main(),
        (Some((command, _)), _) => of_command(command),
        (None, Some(name)) if is_group(name) => of_group(name),
        (None, Some(name)) if not_here::real(name) => return Err(not_here::stop(name)),
        (None, Some(_)) => {
            let told = format!("Unknown help topic {:?}.  Use \"kubectl options\" for global flags.", path.join(" "));
            return Err(Stop::said(told));
        }
    };
    cx.out(text);
    Ok(Next::Done(0))
}

/// cobra's words, with names that are close.
pub(super) fn unknown_command(name: &str) -> String {
    let mut text = format!("error: unknown command \"{name}\" for \"kubectl\"\n");
    let mut names: Vec<&str> = COMMANDS.iter().map(|command| command.path.split(' ').next().unwrap_or("")).collect();
    names.dedup();
    let close: Vec<&str> =
        names.into_iter().filter(|known| distance(name, known) <= 2 || known.starts_with(name)).collect();
    if !close.is_empty() {
        text.push_str("\nDid you mean this?\n");
        for known in close {
            text.push_str(&format!("\t{known}\n"));
        }
    }
    text
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
