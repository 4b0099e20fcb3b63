//! `git help`, and what is said to a command that does not exist.

use super::cli::{Answer, Git};
use super::{COMMANDS, find, options};
use order::Arrange;

/// Options of `git` itself that the real one has.
pub(crate) const MISSING_GLOBAL: &[&str] = &[
    "--exec-path",
    "--html-path",
    "--man-path",
    "--info-path",
    "--no-replace-objects",
    "--no-lazy-fetch",
    "--no-advice",
    "--bare",
    "--git-dir",
    "--work-tree",
    "--namespace",
    "--config-env",
    "--literal-pathspecs",
    "--glob-pathspecs",
    "--noglob-pathspecs",
    "--icase-pathspecs",
    "--super-prefix",
    "--list-cmds",
    "--attr-source",
];

/// Subcommands that real Git has and this sandbox does not.
const MISSING: &[&str] = &[
    "annotate",
    "bugreport",
    "check-mailmap",
    "citool",
    "column",
    "commit-graph",
    "credential",
    "daemon",
    "diagnose",
    "difftool",
    "fast-export",
    "fast-import",
    "fetch-pack",
    "filter-branch",
    "fmt-merge-msg",
    "for-each-repo",
    "gui",
    "gitk",
    "hook",
    "index-pack",
    "instaweb",
    "interpret-trailers",
    "mailinfo",
    "mailsplit",
    "maintenance",
    "merge-file",
    "merge-index",
    "merge-tree",
    "mergetool",
    "mktag",
    "multi-pack-index",
    "pack-objects",
    "patch-id",
    "read-tree",
    "receive-pack",
    "refs",
    "replace",
    "replay",
    "request-pull",
    "scalar",
    "send-email",
    "send-pack",
    "show-branch",
    "show-index",
    "sparse-checkout",
    "stage",
    "submodule",
    "unpack-objects",
    "update-index",
    "upload-pack",
    "verify-commit",
    "verify-pack",
    "verify-tag",
    "whatchanged",
    "svn",
    "p4",
];

/// The synopsis of `git` itself: what of it there is.
pub(crate) fn usage() -> String {
    "usage: git [-v | --version] [-h | --help] [-C <path>] [-c <name>=<value>]\n           [-p | --paginate | -P | --no-pager]\n           <command> [<args>]\n".into()
}

/// What `git` alone prints: the commands by what they are for.
///
/// Unlike git: only the commands that this sandbox has.
#[inline(never)]
pub(crate) fn overview() -> String {
    const GROUPS: &[(&str, &[(&str, &str)])] = &[
        (
            "start a working area",
            &[("clone", "Copy a repository into a new folder"), ("init", "Make an empty repository")],
        ),
        (
            "work on the current change",
            &[
                ("add", "Put file contents into the index"),
                ("mv", "Move or rename files"),
                ("restore", "Bring files back"),
                ("rm", "Remove files from the work tree and the index"),
            ],
        ),
        (
            "examine the history and state",
            &[
                ("diff", "Show what changed"),
                ("log", "Show the commits"),
                ("show", "Show one object"),
                ("status", "Show where the work tree stands"),
            ],
        ),
        (
            "grow and tweak the history",
            &[
                ("branch", "List, make or delete branches"),
                ("commit", "Record the index in the history"),
                ("merge", "Join two lines of history"),
                ("reset", "Put HEAD somewhere else"),
                ("revert", "Undo a commit by a new one"),
                ("switch", "Change to another branch"),
                ("tag", "Name commits"),
            ],
        ),
        (
            "work with others",
            &[
                ("fetch", "Get objects and references from another repository"),
                ("pull", "Fetch and integrate"),
                ("push", "Send objects and references to another repository"),
                ("remote", "Manage the repositories that are followed"),
            ],
        ),
    ];
    let mut text = usage() + "\nThese are the Git commands of this sandbox:\n";
    for (title, rows) in GROUPS {
        text.push_str(&format!("\n{title}\n"));
        for (name, what) in rows.iter().filter(|(name, _)| find(name).is_some()) {
            text.push_str(&format!("   {name:<10}{what}\n"));
        }
    }
    text.push_str("\nSee 'git help <command>' for the options of one.\n");
    text
}

/// `git help [<command>]`.
///
/// Unlike git: there is no manual page, the option table is printed.
pub(crate) fn run(g: &mut Git<'_, '_>, args: &[String]) -> Answer {
    let Some(name) = args.iter().find(|arg| !arg.starts_with('-')) else {
        g.out(overview());
        return Ok(0);
    };
    match find(name) {
        Some(command) => {
            g.out(options::usage(command.spec));
            Ok(0)
        }
        None if MISSING.contains(&name.as_str()) => {
            g.err(format!("git: '{name}' is real Git, but not part of this sandbox yet\n"));
            Ok(1)
        }
        None => {
            g.err(format!("No manual entry for git{name}\n"));
            Ok(16)
        }
    }
}

#[inline(never)]
pub(crate) fn not_a_command(g: &mut Git<'_, '_>, name: &str) -> Answer {
    if let Some(alias) = g.settings().get(&format!("alias.{name}")) {
        g.err(format!(
            "git: '{name}' is an alias for '{alias}'; aliases are real Git, but not part of this sandbox yet\n"
        ));
        return Ok(1);
    }
    if MISSING.contains(&name) {
        g.err(format!("git: '{name}' is real Git, but not part of this sandbox yet\n"));
        return Ok(1);
    }
    g.err(format!("git: '{name}' is not a git command. See 'git --help'.\n"));
    let near = similar(name);
    if !near.is_empty() {
        let words = if near.len() == 1 { "command is" } else { "commands are" };
        g.err(format!("\nThe most similar {words}\n"));
        for near in near {
            g.err(format!("\t{near}\n"));
        }
    }
    Ok(1)
}

/// The commands that people use daily: a typed beginning of one counts as very near.
const COMMON: &[&str] = &[
    "add",
    "backfill",
    "bisect",
    "branch",
    "clone",
    "commit",
    "diff",
    "fetch",
    "grep",
    "init",
    "log",
    "merge",
    "mv",
    "pull",
    "push",
    "rebase",
    "reset",
    "restore",
    "rm",
    "show",
    "sparse-checkout",
    "status",
    "switch",
    "tag",
];

/// Farther than this is not similar.
const DISTANCE_MAX: usize = 6;

#[inline(never)]
fn similar(name: &str) -> Vec<&'static str> {
    let names = COMMANDS.iter().map(|command| command.spec.name).chain(MISSING.iter().copied());
    let mut scored: Vec<(usize, &str)> = names
        .map(|known| {
            if COMMON.contains(&known) && known.starts_with(name) {
                return (0, known);
            }
            (distance(name, known) + 1, known)
        })
        .collect();
    scored.arrange();
    scored.dedup();
    let prefixes: Vec<&str> = scored.iter().filter(|(score, _)| *score == 0).map(|(_, known)| *known).collect();
    if !prefixes.is_empty() {
        return prefixes;
    }
    let best = scored.first().map_or(usize::MAX, |(score, _)| *score);
    if best > DISTANCE_MAX {
        return Vec::new();
    }
    scored.iter().take_while(|(score, _)| *score == best).map(|(_, known)| *known).collect()
}

/// Damerau-Levenshtein with Git's weights: swap 0, substitute 2, insert 1, delete 3.
#[inline(never)]
fn distance(from: &str, to: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 0..a.len() {
        let mut row = vec![(i + 1) * 3];
        for j in 0..b.len() {
            let mut cost = rows[i][j] + if a[i] == b[j] { 0 } else { 2 };
            if i > 0 && j > 0 && a[i - 1] == b[j] && a[i] == b[j - 1] && a[i] != b[j] {
                cost = cost.min(rows[i - 1][j - 1]);
            }
            cost = cost.min(rows[i][j + 1] + 3).min(row[j] + 1);
            row.push(cost);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn slips_of_the_finger_are_recognised() {
        assert_eq!(similar("statsu"), ["status"]);
        assert_eq!(similar("comit"), ["commit"]);
        assert_eq!(similar("psuh"), ["push"]);
        assert!(similar("xyzzyxyzzy").is_empty());
    }
}
