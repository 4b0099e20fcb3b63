//! What the real kubectl has and this sandbox does not: it says so.

use super::kube::Stop;

/// Commands of kubectl 1.32 that are not here.
const COMMANDS: &[&str] =
    &["alpha", "attach", "certificate", "completion", "options", "plugin", "port-forward", "proxy"];

/// Subcommands of groups that are not here.
const IN_GROUPS: &[(&str, &[&str])] = &[
    (
        "config",
        &[
            "delete-cluster",
            "delete-context",
            "delete-user",
            "get-clusters",
            "get-users",
            "rename-context",
            "set",
            "set-cluster",
            "set-credentials",
            "unset",
        ],
    ),
    ("auth", &["reconcile"]),
    ("rollout", &[]),
    ("set", &["subject"]),
];

pub(super) fn real(name: &str) -> bool {
    COMMANDS.contains(&name)
}

pub(super) fn real_in_group(group: &str, name: &str) -> bool {
    IN_GROUPS.iter().any(|(other, names)| *other == group && names.contains(&name))
}

pub(super) fn stop(name: &str) -> Stop {
    Stop { message: format!("error: kubectl {name} is real, but not part of this sandbox yet\n"), code: 1 }
}

pub(super) fn flag(name: &str) -> Stop {
    let dashes = if name.len() == 1 { "-" } else { "--" };
    Stop { message: format!("error: {dashes}{name} is real, but not part of this sandbox yet\n"), code: 1 }
}

pub(super) fn short_flag(letter: char) -> Stop {
    flag(&letter.to_string())
}
