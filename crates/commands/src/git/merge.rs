//! `git merge`.

use super::cli::{Answer, Git, Stop, fatal};
use super::merge_octopus::{self, reduced};
use super::merge_squash::{abort, clear, favor, note_squash};
use super::merge_true::{changed, true_merge};
use super::options::{Dialect, Given, Spec, flag, only, value};
use super::reset::move_head;
use super::stash::{apply_autostash, create_autostash};
use super::switching::move_files;
use git::{ObjectId, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "merge",
    usage: &["merge [<options>] [<commit>...]", "merge --abort", "merge --continue"],
    options: &[&[
        only('n', "", "no table of what changed"),
        flag('\0', "stat", "a table of what changed (default)"),
        flag('\0', "commit", "make a commit (default)"),
        flag('e', "edit", "edit the message"),
        flag('\0', "squash", "only change the files, for one commit of it all"),
        value('s', "strategy", "strategy", "how: ort, octopus or ours"),
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
        flag('\0', "rerere-autoupdate", "stage what was resolved before"),
        flag('\0', "autostash", "stash what is not committed, and put it back at the end"),
    ]],
    missing: &[
        "--log",
        "--cleanup",
        "--verify-signatures",
        "--into-name",
        "-v",
        "--verbose",
        "--progress",
        "-S",
        "--gpg-sign",
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
    /// Whether what is resolved again is staged.
    pub rerere: Option<bool>,
    pub autostash: bool,
    /// `-X diff-algorithm=myers`.
    pub classic: bool,
}

impl Default for Wish {
    #[inline(never)]
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
            rerere: None,
            autostash: false,
            classic: false,
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
    let mut names = given.operands.clone();
    if let [one] = names.as_mut_slice()
        && one == "-"
    {
        *one = "@{-1}".into();
    }
    if names.is_empty() {
        match repo.head(g.files())?.branch().and_then(|branch| repo.upstream(g.files(), branch)) {
            Some(full) => names.push(git::shorten_ref(&full).to_string()),
            None => return fatal("No remote for the current branch."),
        }
    }
    let never = given.state("ff") == Some(false);
    if repo.head(g.files())?.id().is_none() && never {
        return fatal("Non-fast-forward commit does not make sense into an empty head");
    }
    let mut all = Vec::new();
    for name in &names {
        match named(g, &repo, name)? {
            Some(theirs) => all.push(theirs),
            None => return no_such_branch(g, &repo, name),
        }
    }
    let wish = wish(g, given)?;
    let ours = given.value("strategy") == Some("ours");
    if all.len() == 1 && !ours {
        return merge(g, &repo, &all[0], &wish);
    }
    let first = all[0].clone();
    let all = reduced(g, &repo, all)?;
    match all.as_slice() {
        _ if ours => merge_octopus::ours(g, &repo, &all, &wish),
        [] => merge(g, &repo, &first, &wish),
        [one] => merge(g, &repo, one, &wish),
        _ => merge_octopus::octopus(g, &repo, &all, &wish),
    }
}

/// What a word names, and how it is called.
fn named(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Result<Option<Theirs>, Stop> {
    let found = repo.try_resolve(g.files(), name)?;
    let Some(id) = found.map_or(Ok(None), |id| repo.peel(g.files(), id, git::Kind::Commit))? else {
        return Ok(None);
    };
    let back = name.strip_prefix("@{-").and_then(|rest| rest.strip_suffix('}')).and_then(|n| n.parse().ok());
    let branch = back.and_then(|n| repo.previous_branch(g.files(), n)).unwrap_or(name.to_string());
    let described = match repo.full_ref_name(g.files(), &branch) {
        Some(full) if full.starts_with("refs/heads/") => format!("branch '{branch}'"),
        Some(full) if full.starts_with("refs/tags/") => format!("tag '{name}'"),
        Some(full) if full.starts_with("refs/remotes/") => format!("remote-tracking branch '{name}'"),
        _ if name == "FETCH_HEAD" => {
            let text = repo.read_state(g.files(), name).unwrap_or_default();
            let first = text.lines().next().unwrap_or_default();
            first.rsplit('\t').next().unwrap_or(first).trim_end_matches(" of .").to_string()
        }
        _ => early_part(g, repo, &branch).unwrap_or_else(|| format!("commit '{branch}'")),
    };
    let logged = if name == "FETCH_HEAD" { id.to_string() } else { name.to_string() };
    Ok(Some(Theirs { id, label: name.to_string(), described, action: format!("merge {logged}") }))
}

/// `topic~2` is an earlier part of a branch.
fn early_part(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Option<String> {
    let at = name.find(['~', '^'])?;
    let (branch, steps) = name.split_at(at);
    repo.read_ref(g.files(), &format!("refs/heads/{branch}"))?;
    if !steps.chars().all(|c| matches!(c, '~' | '^') || c.is_ascii_digit()) {
        return None;
    }
    let early = if steps.chars().all(|c| matches!(c, '~' | '0')) && steps.contains('0') { "" } else { " (early part)" };
    Some(format!("branch '{branch}'{early}"))
}

/// What else was asked for, and configured.
#[inline(never)]
pub(crate) fn wish(g: &mut Git<'_, '_>, given: &Given) -> Result<Wish, Stop> {
    let never = given.state("ff") == Some(false);
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
        classic: given.values("strategy-option").contains(&"diff-algorithm=myers"),
        edit: given.has("edit"),
        signoff: given.has("signoff"),
        verify: !given.has("no-verify"),
        rerere: given.state("rerere-autoupdate"),
        autostash: given.state("autostash").unwrap_or(g.settings().get_bool("merge.autostash") == Some(true)),
    };
    if wish.squash && given.state("commit") == Some(true) {
        return fatal("You cannot combine --squash with --commit.");
    }
    if wish.squash && fast_forward == FastForward::Never {
        return fatal("options '--squash' and '--no-ff.' cannot be used together");
    }
    Ok(wish)
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
    let when = g.when();
    repo.write_state(g.cx.files_mut(), "ORIG_HEAD", &format!("{head}\n"), when)?;
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
        stash_first(g, repo, wish)?;
        let answer = fast_forward(g, repo, head, theirs, wish);
        bring_back(g, repo)?;
        return answer;
    }
    if wish.fast_forward == FastForward::Only {
        return diverging(g);
    }
    let bases = repo.merge_bases(g.files(), &head, &theirs.id)?;
    if bases.is_empty() && !wish.unrelated {
        return fatal("refusing to merge unrelated histories");
    }
    let stashed = stash_first(g, repo, wish)?;
    let answer = true_merge(g, repo, head, &bases, theirs, wish)?;
    let unfinished = repo.read_state(g.files(), "MERGE_HEAD").is_some() || wish.squash;
    if stashed && unfinished {
        g.out("When finished, apply stashed changes with `git stash pop`\n");
    } else {
        bring_back(g, repo)?;
    }
    Ok(answer)
}

/// `--autostash`: what is not committed waits until the merge is done.
fn stash_first(g: &mut Git<'_, '_>, repo: &Repo, wish: &Wish) -> Result<bool, Stop> {
    let when = g.when();
    let made = if wish.autostash { create_autostash(g, repo)? } else { None };
    if let Some(id) = made {
        repo.write_state(g.cx.files_mut(), "MERGE_AUTOSTASH", &format!("{id}\n"), when)?;
    }
    Ok(made.is_some())
}

/// What `--autostash` put aside comes back.
pub(crate) fn bring_back(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    match put_aside(g, repo) {
        Some(id) => apply_autostash(g, repo, id),
        None => Ok(()),
    }
}

/// Takes note away that something was put aside.
pub(crate) fn put_aside(g: &mut Git<'_, '_>, repo: &Repo) -> Option<ObjectId> {
    let id = git::parse_id(repo.read_state(g.files(), "MERGE_AUTOSTASH")?.trim())?;
    let when = g.when();
    repo.remove_state(g.cx.files_mut(), "MERGE_AUTOSTASH", when);
    Some(id)
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

/// `--ff-only` where that is not enough.
pub(crate) fn diverging(g: &mut Git<'_, '_>) -> Answer {
    if g.advises("diverging") {
        g.hint("Diverging branches can't be fast-forwarded, you need to either:\n\n\tgit merge --no-ff\n\nor:\n\n\tgit rebase\n\nDisable this message with \"git config advice.diverging false\"");
    }
    fatal("Not possible to fast-forward, aborting.")
}
