//! `git merge`.

use super::cli::{Answer, Git, Stop, Whose, fatal};
use super::commit_make::{NewCommit, cleaned, make};
use super::merging::{Join, Joined, common_files, conflict_style, conflicts_comment, join};
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
        flag('e', "edit", "edit the message"),
        flag('\0', "squash", "only change the files, for one commit of it all"),
        value('s', "strategy", "strategy", "how (only ort)"),
        value('X', "strategy-option", "option", "ours or theirs: who wins a conflict"),
        value('F', "file", "file", "the message is in a file"),
        flag('\0', "signoff", "add a Signed-off-by line"),
        flag('\0', "no-verify", "do not run hooks"),
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
        "--log",
        "--cleanup",
        "--rerere-autoupdate",
        "--verify-signatures",
        "--into-name",
        "-v",
        "--verbose",
        "--progress",
        "-S",
        "--gpg-sign",
        "--autostash",
        "--overwrite-ignore",
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
    /// Only index and files are changed, and what was merged is noted for the next commit.
    pub squash: bool,
    pub favor: Option<git::Favor>,
    pub edit: bool,
    pub signoff: bool,
    pub verify: bool,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            fast_forward: FastForward::Allowed,
            message: None,
            stat: true,
            commit: true,
            unrelated: false,
            quiet: false,
            squash: false,
            favor: None,
            edit: false,
            signoff: false,
            verify: true,
        }
    }
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
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
    let mut message: Vec<String> = given.values("message").iter().map(|text| (*text).to_string()).collect();
    if let Some(name) = given.value("file") {
        match g.files().read_text(&vfs::join(&g.cwd, name)) {
            Ok(text) => message.push(text),
            Err(why) => return fatal(format!("could not read file '{name}': {why}")),
        }
    }
    let wish = Wish {
        fast_forward,
        message: (!message.is_empty()).then(|| message.join("\n\n")),
        stat: given.state("stat").unwrap_or(!given.has("n")),
        commit: given.state("commit").unwrap_or(true),
        unrelated: given.has("allow-unrelated-histories"),
        quiet: given.has("quiet"),
        squash: given.has("squash"),
        favor: favor(g, given)?,
        edit: given.has("edit"),
        signoff: given.has("signoff"),
        verify: !given.has("no-verify"),
    };
    if wish.squash && given.state("commit") == Some(true) {
        return fatal("You cannot combine --squash with --commit.");
    }
    if wish.squash && fast_forward == FastForward::Never {
        return fatal("options '--squash' and '--no-ff.' cannot be used together");
    }
    merge(g, &repo, &theirs, &wish)
}

/// `-X ours`; of strategies there is only `ort`.
fn favor(g: &mut Git<'_, '_>, given: &Given) -> Result<Option<git::Favor>, Stop> {
    if let Some(name) = given.value("strategy").filter(|name| !matches!(*name, "ort" | "recursive")) {
        g.err(format!("error: merge strategy '{name}' is real Git, but not part of this sandbox yet\n"));
        return Err(Stop::Exit(1));
    }
    let mut favor = None;
    for option in given.values("strategy-option") {
        favor = match option {
            "ours" => Some(git::Favor::Ours),
            "theirs" => Some(git::Favor::Theirs),
            "no-renames" | "patience" | "histogram" | "minimal" | "ignore-space-change" | "ignore-all-space" => {
                g.err(format!("error: option `-X {option}' is real Git, but not part of this sandbox yet\n"));
                return Err(Stop::Exit(129));
            }
            other => return fatal(format!("unknown strategy option: -X{other}")),
        };
    }
    Ok(favor)
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
            g.out(if wish.squash { "Already up to date. (nothing to squash)\n" } else { "Already up to date.\n" });
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
    if wish.squash {
        note_squash(g, repo, head, theirs, wish)?;
        if wish.stat && !wish.quiet {
            let text = changed(g, repo, &head, &theirs.id)?;
            g.out(text);
        }
        return Ok(0);
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
    changed_trees(g, repo, &old, &new)
}

fn changed_trees(g: &Git<'_, '_>, repo: &Repo, old: &ObjectId, new: &ObjectId) -> Result<String, Stop> {
    let files = g.files();
    let changes = find_renames(repo, files, repo.diff_trees(files, Some(old), Some(new), &Pathspec::default())?)?;
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
    let base = common_files(g, repo, bases, 0)?;
    let labels = MergeLabels {
        ours: "HEAD".into(),
        base: match bases {
            [] => "empty tree".into(),
            [one] => repo.short_id(g.files(), one, 7),
            _ => "merged common ancestors".into(),
        },
        theirs: theirs.label.clone(),
        style: conflict_style(g),
        favor: wish.favor,
    };
    let mut message = wish.message.clone().unwrap_or_else(|| standard_message(g, repo, theirs));
    if wish.signoff {
        let line = format!("Signed-off-by: {} <{}>", committer.name, committer.email);
        message = super::commit_message::with_trailer(&message, &line);
    }
    let staged = staged_changes(g, repo)?;
    if !staged.is_empty() {
        let list = staged.join(" ");
        g.err(format!("error: Your local changes to the following files would be overwritten by merge:\n  {list}\n"));
        g.err("Merge with strategy ort failed.\n");
        move_head(g, repo, head, None, &format!("{}: updating HEAD", theirs.action))?;
        return Ok(2);
    }
    let theirs_files = flat(g, repo, Some(&theirs.id))?;
    let joined = join(
        g,
        repo,
        &Join { base, ours: None, theirs: theirs_files, labels, verb: "merge", before: "merge", terse: false },
    )?;
    repo.write_state(g.cx.files_mut(), "ORIG_HEAD", &format!("{head}\n"), when)?;
    match joined {
        Joined::Blocked => {
            g.err("Merge with strategy ort failed.\n");
            Ok(2)
        }
        Joined::Clean(_) if wish.squash => {
            note_squash(g, repo, head, theirs, wish)?;
            g.err("Automatic merge went well; stopped before committing as requested\n");
            Ok(0)
        }
        Joined::Conflicts(paths) if wish.squash => {
            note_squash(g, repo, head, theirs, wish)?;
            repo.write_state(g.cx.files_mut(), "MERGE_MSG", &conflicts_comment(&paths), when)?;
            g.out("Automatic merge failed; fix conflicts and then commit the result.\n");
            Ok(1)
        }
        Joined::Clean(_) if wish.commit && with_child(g, repo, wish) => {
            wait(g, repo, theirs, &message, &[])?;
            drafted(g, repo, head, theirs, wish, [author, committer], message)
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

/// Whether an editor or a hook has a say.
fn with_child(g: &mut Git<'_, '_>, repo: &Repo, wish: &Wish) -> bool {
    let hooks = ["pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-commit"];
    wish.edit || (wish.verify && hooks.iter().any(|name| super::hooks::hook(g, repo, name, &[]).is_some()))
}

/// Makes the merge through hooks and the editor.
fn drafted(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    head: ObjectId,
    theirs: &Theirs,
    wish: &Wish,
    people: [git::Signature; 2],
    message: String,
) -> Answer {
    let [author, committer] = people;
    let reason = format!("{}: Merge made by the 'ort' strategy.", theirs.action);
    let mut draft = super::draft::Draft::new(&[head, theirs.id], &author, &committer, message, &reason);
    draft.edits = wish.edit;
    draft.verifies = wish.verify;
    draft.for_merge = true;
    draft.quiet = true;
    draft.source = vec!["merge".into()];
    if wish.edit {
        draft.cleanup = super::draft::Cleanup::Strip;
        draft.comment = MERGE_COMMENT.into();
    }
    let mut text = String::new();
    if !wish.quiet {
        text.push_str("Merge made by the 'ort' strategy.\n");
        if wish.stat {
            let index = repo.read_index(g.files())?;
            let when = g.when();
            let tree = repo.write_tree(g.cx.files_mut(), &index.flat(), when)?;
            let old = repo.read_commit(g.files(), &head)?.tree;
            text.push_str(&changed_trees(g, repo, &old, &tree)?);
        }
    }
    draft.then = super::draft::Then::Stat(text);
    super::draft::go(g, draft, None)
}

const MERGE_COMMENT: &str = "# Please enter a commit message to explain why this merge is necessary,
# especially if it merges an updated upstream into a topic branch.
#
# Lines starting with '#' will be ignored, and an empty message aborts
# the commit.
";

/// `SQUASH_MSG`: what the next commit will hold.
fn note_squash(g: &mut Git<'_, '_>, repo: &Repo, head: ObjectId, theirs: &Theirs, wish: &Wish) -> Result<(), Stop> {
    let mut text = "Squashed commit of the following:\n".to_string();
    let given = super::options::parse(&["--no-decorate".to_string(), "--no-color".into()], &super::log::SPEC);
    if let Ok(given) = given {
        let style = super::log::style(g, repo, &given)?;
        for id in repo.walk(g.files(), &[theirs.id], &[head])? {
            let commit = repo.read_commit(g.files(), &id)?;
            text.push('\n');
            text.push_str(&style.entry(g, repo, &id, &commit, "")?);
        }
    }
    let when = g.when();
    repo.write_state(g.cx.files_mut(), "SQUASH_MSG", &text, when)?;
    if !wish.quiet {
        g.out("Squash commit -- not updating HEAD\n");
    }
    Ok(())
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
