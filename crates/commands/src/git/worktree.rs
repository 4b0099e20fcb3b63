//! `git worktree`: several work trees of one repository.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{self, Dialect, Given, Opt, Spec, flag, value};
use super::worktree_add::add;
use git::{Repo, Worktree};
use vfs::{base_name, join};

pub(crate) const SPEC: Spec = Spec {
    name: "worktree",
    usage: &[
        "worktree add [-f] [--detach] [--checkout] [--lock [--reason <string>]]\n                        [(-b | -B) <new-branch>] <path> [<commit-ish>]",
        "worktree list [-v | --porcelain [-z]]",
        "worktree lock [--reason <string>] <worktree>",
        "worktree move <worktree> <new-path>",
        "worktree prune [-n] [-v]",
        "worktree remove [-f] <worktree>",
        "worktree repair [<path>...]",
        "worktree unlock <worktree>",
    ],
    options: &[],
    missing: &[],
    dialect: Dialect::Options,
};

const fn sub(
    usage: &'static [&'static str],
    rows: &'static [&'static [Opt]],
    missing: &'static [&'static str],
) -> Spec {
    Spec { name: "worktree", usage, options: rows, missing, dialect: Dialect::Options }
}

pub(crate) const ADD: Spec = sub(
    &["worktree add [<options>] <path> [<commit-ish>]"],
    &[&[
        flag('f', "force", "also where the branch is used elsewhere"),
        value('b', "", "branch", "make a new branch"),
        value('B', "", "branch", "the same; one that exists is moved"),
        flag('d', "detach", "stand on a commit, on no branch"),
        flag('\0', "checkout", "write the files (default)"),
        flag('\0', "lock", "keep it locked"),
        value('\0', "reason", "string", "why it is locked"),
        flag('q', "quiet", "say nothing"),
        flag('\0', "track", "let the new branch follow its start"),
    ]],
    &["--orphan", "--guess-remote"],
);
const LIST: Spec = sub(
    &["worktree list [-v | --porcelain [-z]]"],
    &[&[
        flag('\0', "porcelain", "for programs"),
        flag('v', "verbose", "say why"),
        flag('z', "", "a NUL behind each line"),
    ]],
    &["--expire"],
);
const FORCE: Spec = sub(
    &["worktree remove [-f] <worktree>"],
    &[&[flag('f', "force", "also where something is lost; twice: also where it is locked")]],
    &[],
);
const LOCK: Spec =
    sub(&["worktree lock [--reason <string>] <worktree>"], &[&[value('\0', "reason", "string", "why")]], &[]);
const PRUNE: Spec = sub(
    &["worktree prune [-n] [-v]"],
    &[&[flag('n', "dry-run", "only say what would go"), flag('v', "verbose", "say what goes")]],
    &["--expire"],
);
const REPAIR: Spec = sub(&["worktree repair [<path>...]"], &[], &[]);

/// A subcommand.
type Run = fn(&mut Git<'_, '_>, &Repo, &Given) -> Answer;

pub(crate) fn run(g: &mut Git<'_, '_>, _: &Given) -> Answer {
    let words = super::rest_of(g);
    let Some((first, rest)) = words.split_first() else {
        g.err("error: need a subcommand\n".to_string() + &options::usage(&SPEC));
        return Ok(129);
    };
    let (spec, run): (&Spec, Run) = match first.as_str() {
        "add" => (&ADD, add),
        "list" => (&LIST, list),
        "lock" => (&LOCK, lock),
        "unlock" => (&LOCK, unlock),
        "move" => (&FORCE, relocate),
        "remove" => (&FORCE, remove),
        "prune" => (&PRUNE, prune),
        "repair" => (&REPAIR, super::worktree_repair::repair),
        other => {
            g.err(format!("error: unknown subcommand: `{other}'\n") + &options::usage(&SPEC));
            return Ok(129);
        }
    };
    match options::parse(rest, spec) {
        Ok(given) => {
            let repo = g.repo()?;
            run(g, &repo, &given)
        }
        Err(refused) => {
            g.err(refused.text);
            Ok(refused.code)
        }
    }
}

pub(crate) fn usage(g: &mut Git<'_, '_>, spec: &Spec) -> Answer {
    g.err(options::usage(spec));
    Ok(129)
}

fn list(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let trees = repo.worktrees(g.files());
    let width = trees.iter().map(|tree| tree.path.chars().count()).max().unwrap_or(0);
    let end = if given.has("z") { "\0" } else { "\n" };
    let mut out = String::new();
    for tree in &trees {
        let branch = tree.branch.as_deref();
        let id = tree.head.unwrap_or_else(git::null_id);
        if given.has("porcelain") {
            let mut lines = vec![format!("worktree {}", tree.path)];
            match (tree.bare, branch) {
                (true, _) => lines.push("bare".into()),
                (_, Some(name)) => lines.extend([format!("HEAD {id}"), format!("branch {name}")]),
                (_, None) => lines.extend([format!("HEAD {id}"), "detached".into()]),
            }
            let why = |what: &str, why: &str| [what, if why.is_empty() { "" } else { " " }, why].concat();
            lines.extend(tree.locked.as_deref().map(|text| why("locked", text)));
            lines.extend(tree.prunable.map(|text| why("prunable", text)));
            lines.push(String::new());
            lines.iter().for_each(|line| out.push_str(&[line, end].concat()));
            continue;
        }
        out.push_str(&format!("{:<width$}  ", tree.path));
        if tree.bare {
            out.push_str("(bare)\n");
            continue;
        }
        out.push_str(&repo.short_id(g.files(), &id, 7));
        match branch {
            Some(name) => out.push_str(&[" [", git::shorten_ref(name), "]"].concat()),
            None => out.push_str(" (detached HEAD)"),
        }
        for (what, why) in [("locked", tree.locked.as_deref()), ("prunable", tree.prunable)] {
            match why {
                Some(why) if given.has("verbose") && !why.is_empty() => {
                    out.push_str(&["\n\t", what, ": ", why].concat());
                }
                Some(_) => out.push_str(&[" ", what].concat()),
                None => {}
            }
        }
        out.push('\n');
    }
    g.out(out);
    Ok(0)
}

/// The one that a word names: by its folder, or by the end of it where only one has that.
fn named(g: &Git<'_, '_>, repo: &Repo, word: &str) -> Result<Worktree, Stop> {
    let path = join(&g.cwd, word);
    let trees = repo.worktrees(g.files());
    let ends = |tree: &&Worktree| tree.path.ends_with(&format!("/{word}"));
    let found = match trees.iter().filter(ends).count() {
        1 => trees.iter().find(ends),
        _ => None,
    };
    match found.or_else(|| trees.iter().find(|tree| tree.path == path)) {
        Some(tree) => Ok(tree.clone()),
        None => fatal(format!("'{word}' is not a working tree")),
    }
}

fn id_of(tree: &Worktree, word: &str) -> Result<String, Stop> {
    match &tree.id {
        Some(id) => Ok(id.clone()),
        None => fatal(format!("'{word}' is a main working tree")),
    }
}

#[inline(never)]
fn lock(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let [word] = given.operands.as_slice() else { return usage(g, &LOCK) };
    let tree = named(g, repo, word)?;
    if tree.id.is_none() {
        return fatal("The main working tree cannot be locked or unlocked");
    }
    match tree.locked.as_deref() {
        Some("") => return fatal(format!("'{word}' is already locked")),
        Some(why) => return fatal(format!("'{word}' is already locked, reason: {why}")),
        None => {}
    }
    let when = g.when();
    let text = given.value("reason").map_or(String::new(), |why| format!("{why}\n"));
    tree.repo(repo).write_state(g.cx.files_mut(), "locked", &text, when)?;
    Ok(0)
}

#[inline(never)]
fn unlock(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let [word] = given.operands.as_slice() else { return usage(g, &LOCK) };
    let tree = named(g, repo, word)?;
    if tree.id.is_none() {
        return fatal("The main working tree cannot be locked or unlocked");
    }
    if tree.locked.is_none() {
        return fatal(format!("'{word}' is not locked"));
    }
    let when = g.when();
    tree.repo(repo).remove_state(g.cx.files_mut(), "locked", when);
    Ok(0)
}

/// Refuses one that is locked, where it was not said twice.
fn refuse_locked(tree: &Worktree, given: &Given, verb: &str) -> Result<(), Stop> {
    let Some(why) = tree.locked.as_deref().filter(|_| given.count("force") < 2) else { return Ok(()) };
    let why = if why.is_empty() { ";".to_string() } else { format!(", lock reason: {why}") };
    fatal(format!("cannot {verb} a locked working tree{why}\nuse '{verb} -f -f' to override or unlock first"))
}

#[inline(never)]
fn remove(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let [word] = given.operands.as_slice() else { return usage(g, &FORCE) };
    let tree = named(g, repo, word)?;
    id_of(&tree, word)?;
    refuse_locked(&tree, given, "remove")?;
    let other = tree.repo(repo);
    if g.files().exists(&tree.path) {
        let index = other.read_index(g.files())?;
        let ignores = g.ignores(&other);
        let status = other.status(g.files(), &index, &ignores, &git::Pathspec::default(), false)?;
        let clean = status.staged.is_empty()
            && status.unstaged.is_empty()
            && status.unmerged.is_empty()
            && status.files.untracked.is_empty();
        if !clean && !given.has("force") {
            return fatal(format!("'{word}' contains modified or untracked files, use --force to delete it"));
        }
    }
    let micros = g.cx.micros();
    g.cx.files_mut().remove_all(&tree.path, micros).ok();
    forget(g, repo, &other);
    Ok(0)
}

/// Removes its folder in the repository, and that of all where it was the last.
pub(crate) fn forget(g: &mut Git<'_, '_>, repo: &Repo, other: &Repo) {
    let micros = g.cx.micros();
    let all = repo.file("worktrees");
    g.cx.files_mut().remove_all(&other.git_dir, micros).ok();
    g.cx.files_mut().remove_dir(&all, micros).ok();
}

#[inline(never)]
fn relocate(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let [word, target] = given.operands.as_slice() else { return usage(g, &FORCE) };
    let tree = named(g, repo, word)?;
    id_of(&tree, word)?;
    let mut path = join(&g.cwd, target);
    if g.files().is_dir(&path) {
        path = join(&path, base_name(&tree.path));
    }
    if g.files().exists(&path) {
        return fatal(format!("'{target}' already exists"));
    }
    refuse_locked(&tree, given, "move")?;
    let when = g.when();
    let moved = g.cx.files_mut().rename(&tree.path, &path, when.micros());
    if let Err(why) = moved {
        return fatal(format!("failed to move '{word}' to '{target}': {why}"));
    }
    tree.repo(repo).write_state(g.cx.files_mut(), "gitdir", &format!("{path}/.git\n"), when)?;
    Ok(0)
}

#[inline(never)]
fn prune(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    for tree in repo.worktrees(g.files()) {
        let (Some(id), Some(why)) = (&tree.id, tree.prunable) else { continue };
        if given.has("dry-run") || given.has("verbose") {
            g.err(format!("Removing worktrees/{id}: {why}\n"));
        }
        if !given.has("dry-run") {
            let other = tree.repo(repo);
            forget(g, repo, &other);
        }
    }
    Ok(0)
}
