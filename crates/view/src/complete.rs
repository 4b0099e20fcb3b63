//! Tab completion: commands, subcommands, files, branches, resource names.

use git::Repo;
use order::OrdSet;
use world::{MachineId, World};

/// The bytes of the word before the cursor, and what it could become.
/// `builtins` are the shell's own words.
pub fn complete(world: &World, builtins: &[&str], cwd: &str, line: &str, cursor: usize) -> (u32, Vec<String>) {
    let before = line.get(..cursor.min(line.len())).unwrap_or(line);
    let start = before.rfind([' ', '|', ';', '&', '<', '>']).map_or(0, |at| at + 1);
    let word = &before[start..];
    let command_start = before[..start].rfind(['|', ';', '&']).map_or(0, |at| at + 1);
    let words: Vec<&str> = before[command_start..start].split_whitespace().collect();
    let mut found: OrdSet<String> = OrdSet::new();
    match words.as_slice() {
        [] => {
            found.extend(world.programs().names().map(String::from));
            found.extend(builtins.iter().map(|name| (*name).to_string()));
        }
        ["git"] => found.extend(GIT.iter().map(|name| (*name).to_string())),
        ["kubectl"] => found.extend(KUBECTL.iter().map(|name| (*name).to_string())),
        ["argocd", "app"] => found.extend(["diff", "get", "history", "list", "sync", "wait"].map(String::from)),
        ["argocd"] => found.extend(["app", "version"].map(String::from)),
        ["git", "switch" | "checkout" | "merge" | "branch" | "log" | "show" | "diff" | "revert", ..] => {
            branches(world, cwd, &mut found);
        }
        ["kubectl", "get" | "describe" | "delete"] => kinds(world, &mut found),
        ["kubectl", "get" | "describe" | "delete", kind, ..] => names(world, kind, &mut found),
        ["argocd", "app", ..] => {
            found.extend(world.argocd.applications(&world.cluster).map(|app| app.name().to_string()));
        }
        _ => {}
    }
    found.retain(|name| name.starts_with(word));
    if found.is_empty() && !words.is_empty() {
        paths(world, cwd, word, &mut found);
    }
    (u32::try_from(word.len()).unwrap_or(0), found.into_iter().collect())
}

const GIT: &[&str] = &[
    "add",
    "branch",
    "checkout",
    "clone",
    "commit",
    "config",
    "diff",
    "fetch",
    "help",
    "init",
    "log",
    "merge",
    "mv",
    "pull",
    "push",
    "remote",
    "reset",
    "restore",
    "rev-parse",
    "revert",
    "rm",
    "show",
    "status",
    "switch",
    "tag",
];
const KUBECTL: &[&str] = &[
    "api-resources",
    "apply",
    "cluster-info",
    "config",
    "delete",
    "describe",
    "events",
    "get",
    "help",
    "logs",
    "rollout",
    "scale",
    "set",
    "version",
];

fn branches(world: &World, cwd: &str, found: &mut OrdSet<String>) {
    let Some(machine) = world.machine(&MachineId::workstation()) else { return };
    let Ok(repo) = Repo::discover(&machine.files, cwd) else { return };
    for prefix in ["refs/heads/", "refs/tags/", "refs/remotes/"] {
        found.extend(repo.refs(&machine.files, prefix).keys().map(|name| git::shorten_ref(name).to_string()));
    }
}

fn kinds(world: &World, found: &mut OrdSet<String>) {
    found.extend(world.cluster.store().kinds().iter().map(|info| info.plural.to_string()));
}

fn names(world: &World, kind: &str, found: &mut OrdSet<String>) {
    let store = world.cluster.store();
    if let Some(info) = store.kinds().find(kind) {
        found.extend(store.all(info.id, None).map(|object| object.name().to_string()));
    }
}

fn paths(world: &World, cwd: &str, word: &str, found: &mut OrdSet<String>) {
    let Some(machine) = world.machine(&MachineId::workstation()) else { return };
    let (folder, name) = word.rsplit_once('/').map_or(("", word), |(folder, name)| (folder, name));
    let shown = if word.contains('/') { format!("{folder}/") } else { String::new() };
    let base = match folder.strip_prefix('~') {
        Some(rest) => format!("{}{rest}", machine.home()),
        None if word.starts_with('/') && folder.is_empty() => "/".into(),
        None => vfs::join(cwd, folder),
    };
    for (entry, stat) in machine.files.read_dir(&base).unwrap_or_default() {
        if entry.starts_with(name) && (name.starts_with('.') || !entry.starts_with('.')) {
            let end = if stat.kind == vfs::Kind::Dir { "/" } else { "" };
            found.insert(format!("{shown}{entry}{end}"));
        }
    }
}
