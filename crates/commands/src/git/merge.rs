//! `git merge`.

use super::cli::{Answer, Git, Stop, Whose, fatal};
use super::commit_make::{NewCommit, cleaned, make};
use super::merging::{Join, Joined, conflicts_comment, diff3, join};
use super::options::{Dialect, Given, Spec, flag, only, value};
use super::reset::move_head;
use super::switching::{flat, move_files, overwrite};
use git::{FileStat, MergeLabels, ObjectId, Pathspec, Repo, find_renames};

pub(crate) const SPEC: Spec = Spec {
    name: "merge",
    usage: &["merge [<options>] [<commit>...]", "merge --abort", "merge --continue"],
    options: &[&[
        only('n', "", "no table of what changed"),
        flag('\0', "stat", "a table of what changed (default)"),
        flag('\0', "commit", "make a commit (default)"),
        flag('e', "edit", "edit the message (only --no-edit here)"),
        flag('\0', "ff", "only move the branch where that is enough (default)"),
        only('\0', "ff-only", "only move the branch, or refuse"),
        value('m', "message", "message", "the message"),
        only('\0', "abort", "back to before the merge"),
        only('\0', "quit", "forget the merge, keep the files"),
        only('\0', "continue", "conclude the merge"),
        flag('\0', "allow-unrelated-histories", "also without a common commit"),
        flag('q', "quiet", "say less"),
    ]],
    missing: &[
        "--squash",
        "--log",
        "--cleanup",
        "--rerere-autoupdate",
        "--verify-signatures",
        "-s",
        "--strategy",
        "-X",
        "--strategy-option",
        "-F",
        "--file",
        "--into-name",
        "-v",
        "--verbose",
        "--progress",
        "-S",
        "--gpg-sign",
        "--autostash",
        "--overwrite-ignore",
        "--signoff",
        "--no-verify",
        "--compact-summary",
        "--summary",
    ],
    dialect: Dialect::Options,
};

/// What is merged and how it is called.
#[derive(Debug, Clone)]
pub(crate) struct Theirs {
    pub id: ObjectId,
    /// For the conflict markers: `topic`.
    pub label: String,
    /// For the message: `branch 'topic'`.
    pub described: String,
    /// For the reference log: `merge topic`.
    pub action: String,
}

/// Whether the branch may be moved only, must be, or must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FastForward {
    Allowed,
    Only,
    Never,
}

/// What else was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub fast_forward: FastForward,
    pub message: Option<String>,
    pub stat: bool,
    pub commit: bool,
    pub unrelated: bool,
    pub quiet: bool,
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    if given.has("edit") {
        g.err("error: option `--edit' is real Git, but not part of this sandbox yet\n");
        return Ok(129);
    }
    if given.has("abort") {
        return abort(g, &repo);
    }
    if given.has("quit") {
        clear(g, &repo);
        return Ok(0);
    }
    if given.has("continue") {
        if repo.read_state(g.files(), "MERGE_HEAD").is_none() {
            return fatal("There is no merge in progress (MERGE_HEAD missing).");
        }
        let spec = super::commit::SPEC;
        let args = ["--no-edit".to_string()];
        return match super::options::parse(&args, &spec) {
            Ok(given) => super::commit::run(g, &given),
            Err(_) => Ok(128),
        };
    }
    refuse_unfinished(g, &repo)?;
    let name = match given.operands.as_slice() {
        [name] => name.clone(),
        [] => match repo.head(g.files())?.branch().and_then(|branch| repo.upstream(g.files(), branch)) {
            Some(full) => git::shorten_ref(&full).to_string(),
            None => return fatal("No remote for the current branch."),
        },
        _ => {
            g.err("error: a merge of more than two branches is real Git, but not part of this sandbox yet\n");
            return Ok(1);
        }
    };
    let never = given.state("ff") == Some(false);
    if repo.head(g.files())?.id().is_none() && never {
        return fatal("Non-fast-forward commit does not make sense into an empty head");
    }
    let found = repo.try_resolve(g.files(), &name)?;
    let Some(id) = found.map_or(Ok(None), |id| repo.peel(g.files(), id, git::Kind::Commit))? else {
        return no_such_branch(g, &repo, &name);
    };
    let described = match repo.full_ref_name(g.files(), &name) {
        Some(full) if full.starts_with("refs/heads/") => format!("branch '{name}'"),
        Some(full) if full.starts_with("refs/tags/") => format!("tag '{name}'"),
        Some(full) if full.starts_with("refs/remotes/") => format!("remote-tracking branch '{name}'"),
        _ => format!("commit '{name}'"),
    };
    let theirs = Theirs { id, label: name.clone(), described, action: format!("merge {name}") };
    let fast_forward = match given.last(&["ff", "ff-only"]) {
        Some("ff-only") => FastForward::Only,
        _ if never => FastForward::Never,
        Some(_) => FastForward::Allowed,
        None => match g.settings().get("merge.ff").as_deref() {
            Some("only") => FastForward::Only,
            Some("false" | "no") => FastForward::Never,
            _ => FastForward::Allowed,
        },
    };
    let message = given.values("message");
    let wish = Wish {
        fast_forward,
        message: (!message.is_empty()).then(|| message.join("\n\n")),
        stat: given.state("stat").unwrap_or(!given.has("n")),
        commit: given.state("commit").unwrap_or(true),
        unrelated: given.has("allow-unrelated-histories"),
        quiet: given.has("quiet"),
    };
    merge(g, &repo, &theirs, &wish)
}

/// Perhaps a remote branch of that name was meant.
fn no_such_branch(g: &mut Git<'_, '_>, repo: &Repo, name: &str) -> Answer {
    g.err(format!("merge: {name} - not something we can merge\n"));
    let remote = repo.refs(g.files(), "refs/remotes/").into_keys();
    let near: Vec<String> = remote
        .map(|full| git::shorten_ref(&full).to_string())
        .filter(|short| short.split_once('/').is_some_and(|(_, branch)| branch == name))
        .collect();
    if !near.is_empty() {
        g.err(format!("\nDid you mean {}?\n", if near.len() == 1 { "this" } else { "one of these" }));
        for short in near {
            g.err(format!("\t{short}\n"));
        }
    }
    Ok(1)
}

/// A merge needs one that went before to be finished.
pub(crate) fn refuse_unfinished(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    if !repo.read_index(g.files())?.unmerged().is_empty() {
        g.err("error: Merging is not possible because you have unmerged files.\n");
        if g.advises("resolveConflict") {
            g.hint("Fix them up in the work tree, and then use 'git add/rm <file>'\nas appropriate to mark resolution and make a commit.");
        }
        return fatal("Exiting because of an unresolved conflict.");
    }
    if repo.read_state(g.files(), "MERGE_HEAD").is_some() {
        return fatal(
            "You have not concluded your merge (MERGE_HEAD exists).\nPlease, commit your changes before you merge.",
        );
    }
    if repo.read_state(g.files(), "CHERRY_PICK_HEAD").is_some() {
        return fatal(
            "You have not concluded your cherry-pick (CHERRY_PICK_HEAD exists).\nPlease, commit your changes before you merge.",
        );
    }
    Ok(())
}

/// Merges a commit into HEAD.
pub(crate) fn merge(g: &mut Git<'_, '_>, repo: &Repo, theirs: &Theirs, wish: &Wish) -> Answer {
    let Some(head) = repo.head(g.files())?.id() else {
        move_files(g, repo, Some(&theirs.id), false, "merge", "merge")?;
        move_head(g, repo, theirs.id, None, "initial pull")?;
        return Ok(0);
    };
    if repo.is_ancestor(g.files(), &theirs.id, &head)? {
        if !wish.quiet {
            g.out("Already up to date.\n");
        }
        let when = g.when();
        repo.remove_state(g.cx.files_mut(), "MERGE_MSG", when);
        return Ok(0);
    }
    let ancestor = repo.is_ancestor(g.files(), &head, &theirs.id)?;
    if ancestor && wish.fast_forward != FastForward::Never {
        return fast_forward(g, repo, head, theirs, wish);
    }
    if wish.fast_forward == FastForward::Only {
        if g.advises("diverging") {
            g.hint("Diverging branches can't be fast-forwarded, you need to either:\n\n\tgit merge --no-ff\n\nor:\n\n\tgit rebase\n\nDisable this message with \"git config advice.diverging false\"");
        }
        return fatal("Not possible to fast-forward, aborting.");
    }
    let bases = repo.merge_bases(g.files(), &head, &theirs.id)?;
    if bases.is_empty() && !wish.unrelated {
        return fatal("refusing to merge unrelated histories");
    }
    true_merge(g, repo, head, &bases, theirs, wish)
}

fn fast_forward(g: &mut Git<'_, '_>, repo: &Repo, head: ObjectId, theirs: &Theirs, wish: &Wish) -> Answer {
    if !wish.quiet {
        let (old, new) = (repo.short_id(g.files(), &head, 7), repo.short_id(g.files(), &theirs.id, 7));
        g.out(format!("Updating {old}..{new}\n"));
    }
    move_files(g, repo, Some(&theirs.id), false, "merge", "merge")?;
    let ignored = if wish.message.is_some() { " (no commit created; -m option ignored)" } else { "" };
    if !wish.quiet {
        g.out(format!("Fast-forward{ignored}\n"));
    }
    move_head(g, repo, theirs.id, Some(head), &format!("{}: Fast-forward{ignored}", theirs.action))?;
    if wish.stat && !wish.quiet {
        let text = changed(g, repo, &head, &theirs.id)?;
        g.out(text);
    }
    Ok(0)
}

/// The table of what a merge brought.
pub(crate) fn changed(g: &Git<'_, '_>, repo: &Repo, old: &ObjectId, new: &ObjectId) -> Result<String, Stop> {
    let files = g.files();
    let (old, new) = (repo.read_commit(files, old)?.tree, repo.read_commit(files, new)?.tree);
    let changes = find_renames(repo, files, repo.diff_trees(files, Some(&old), Some(&new), &Pathspec::default())?)?;
    if changes.is_empty() {
        return Ok(String::new());
    }
    let stats: Vec<FileStat> =
        changes.iter().map(|change| FileStat::of(repo, files, change)).collect::<git::Result<_>>()?;
    let colors = if g.colored("diff", None) { git::DiffColors::TERMINAL } else { git::DiffColors::NONE };
    let mut text = git::stat_table(&stats, g.columns(), &colors) + &git::shortstat(&stats);
    text.extend(changes.iter().filter_map(git::summary_line));
    Ok(text)
}

fn true_merge(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    head: ObjectId,
    bases: &[ObjectId],
    theirs: &Theirs,
    wish: &Wish,
) -> Answer {
    let author = g.identity(Whose::Author)?;
    let committer = g.identity(Whose::Committer)?;
    let when = g.when();
    // Unlike git: of several merge bases the youngest is taken, they are not merged first.
    let base = flat(g, repo, bases.first())?;
    let labels = MergeLabels {
        ours: "HEAD".into(),
        base: bases.first().map_or("empty tree".into(), |id| repo.short_id(g.files(), id, 7)),
        theirs: theirs.label.clone(),
        diff3: diff3(g),
    };
    let message = wish.message.clone().unwrap_or_else(|| standard_message(g, repo, theirs));
    let staged = staged_changes(g, repo)?;
    if !staged.is_empty() {
        let list = staged.join(" ");
        g.err(format!("error: Your local changes to the following files would be overwritten by merge:\n  {list}\n"));
        g.err("Merge with strategy ort failed.\n");
        move_head(g, repo, head, None, &format!("{}: updating HEAD", theirs.action))?;
        return Ok(2);
    }
    let theirs_files = flat(g, repo, Some(&theirs.id))?;
    let joined = join(g, repo, &Join { base, ours: None, theirs: theirs_files, labels, verb: "merge", before: "merge", terse: false })?;
    repo.write_state(g.cx.files_mut(), "ORIG_HEAD", &format!("{head}\n"), when)?;
    match joined {
        Joined::Blocked => {
            g.err("Merge with strategy ort failed.\n");
            Ok(2)
        }
        Joined::Clean(tree) if wish.commit => {
            let parents = vec![head, theirs.id];
            let reason = format!("{}: Merge made by the 'ort' strategy.", theirs.action);
            let message = cleaned(&message, false);
            commit_merge(g, repo, NewCommit { tree, parents, author, committer, message, reason })?;
            if !wish.quiet {
                g.out("Merge made by the 'ort' strategy.\n");
                if wish.stat {
                    let new = repo.head(g.files())?.id().unwrap_or(head);
                    let text = changed(g, repo, &head, &new)?;
                    g.out(text);
                }
            }
            Ok(0)
        }
        Joined::Clean(_) => {
            wait(g, repo, theirs, &message, &[])?;
            g.out("Automatic merge went well; stopped before committing as requested\n");
            Ok(0)
        }
        Joined::Conflicts(paths) => {
            wait(g, repo, theirs, &message, &paths)?;
            g.out("Automatic merge failed; fix conflicts and then commit the result.\n");
            Ok(1)
        }
    }
}

/// The log names the strategy, not the subject.
fn commit_merge(g: &mut Git<'_, '_>, repo: &Repo, new: NewCommit) -> Result<(), Stop> {
    make(g, repo, new)?;
    Ok(())
}

/// Paths that are staged and so would be mixed into the merge.
fn staged_changes(g: &Git<'_, '_>, repo: &Repo) -> Result<Vec<String>, Stop> {
    let index = repo.read_index(g.files())?;
    let head = repo.head(g.files())?.id();
    let tree = match head {
        Some(id) => Some(repo.read_commit(g.files(), &id)?.tree),
        None => None,
    };
    let changes = repo.diff_staged(g.files(), tree.as_ref(), &index, &Pathspec::default())?;
    Ok(changes.into_iter().map(|change| change.path).collect())
}

fn standard_message(g: &Git<'_, '_>, repo: &Repo, theirs: &Theirs) -> String {
    let branch = repo.head(g.files()).ok().and_then(|head| head.branch().map(str::to_string));
    let into = match branch {
        Some(branch) if branch == "master" || branch == "main" => String::new(),
        Some(branch) => format!(" into {branch}"),
        None => " into HEAD".into(),
    };
    format!("Merge {}{into}\n", theirs.described)
}

/// Leaves the merge for the learner to finish.
fn wait(g: &mut Git<'_, '_>, repo: &Repo, theirs: &Theirs, message: &str, conflicts: &[String]) -> Result<(), Stop> {
    let when = g.when();
    let message = format!("{}\n", message.trim_end());
    let text = if conflicts.is_empty() { message } else { message + &conflicts_comment(conflicts) };
    repo.write_state(g.cx.files_mut(), "MERGE_HEAD", &format!("{}\n", theirs.id), when)?;
    repo.write_state(g.cx.files_mut(), "MERGE_MSG", &text, when)?;
    Ok(repo.write_state(g.cx.files_mut(), "MERGE_MODE", "", when)?)
}

fn clear(g: &mut Git<'_, '_>, repo: &Repo) {
    let when = g.when();
    for state in ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE"] {
        repo.remove_state(g.cx.files_mut(), state, when);
    }
}

fn abort(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    if repo.read_state(g.files(), "MERGE_HEAD").is_none() {
        return fatal("There is no merge to abort (MERGE_HEAD missing).");
    }
    let head = repo.head(g.files())?.id();
    let files = flat(g, repo, head.as_ref())?;
    overwrite(g, repo, &files)?;
    if let Some(id) = head {
        move_head(g, repo, id, Some(id), "reset: moving to HEAD")?;
    }
    clear(g, repo);
    Ok(0)
}
