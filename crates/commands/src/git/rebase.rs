//! `git rebase`.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, only, value};
use super::rebase_pick::commit_staged;
use super::rebase_run::{apply_autostash, clear, go};
use super::rebase_start::{Begin, begin, edit_todo};
use super::rebase_state::{self as files, State};
use super::switching::overwrite;
use super::{hooks, process, stash};
use git::{Kind, ObjectId, Pathspec, RefChange, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "rebase",
    usage: &[
        "rebase [-i] [options] [--exec <cmd>] [--onto <newbase> | --keep-base] [<upstream> [<branch>]]",
        "rebase [-i] [options] [--exec <cmd>] [--onto <newbase>] --root [<branch>]",
        "rebase --continue | --abort | --skip | --edit-todo",
    ],
    options: &[&[
        value('\0', "onto", "revision", "put the commits there instead of on upstream"),
        flag('\0', "keep-base", "put them where they are"),
        flag('\0', "no-verify", "do not run the pre-rebase hook"),
        flag('q', "quiet", "say less"),
        flag('v', "verbose", "say more"),
        only('n', "no-stat", "no table of what upstream changed (default)"),
        only('\0', "stat", "a table of what upstream changed"),
        flag('\0', "signoff", "add a Signed-off-by line to each commit"),
        flag('f', "force-rebase", "make every commit anew"),
        only('\0', "no-ff", "the same"),
        only('\0', "ff", "leave commits that are in place (default)"),
        only('\0', "continue", "go on after a stop"),
        only('\0', "skip", "leave this commit out and go on"),
        only('\0', "abort", "back to before the rebase"),
        only('\0', "quit", "forget the rebase, stay here"),
        only('\0', "edit-todo", "edit what is left to do"),
        only('\0', "show-current-patch", "show the commit that it stopped at"),
        only('m', "merge", "by merging (default)"),
        only('i', "interactive", "edit the list of what is done first"),
        value('\0', "empty", "drop|keep|stop", "what to do with a commit that changes nothing any more"),
        flag('\0', "autosquash", "put fixup! and squash! commits where they belong"),
        flag('\0', "autostash", "stash what is not committed, and put it back at the end"),
        value('x', "exec", "exec", "run a command after each commit"),
        flag('\0', "fork-point", "leave out what upstream once had"),
        flag('\0', "root", "every commit, down to the first"),
        flag('\0', "reschedule-failed-exec", "a command that failed is tried again"),
        flag('\0', "reapply-cherry-picks", "take commits too whose change upstream has"),
        flag('\0', "keep-empty", "keep commits that hold no change (default)"),
    ]],
    missing: &[
        "--committer-date-is-author-date",
        "--reset-author-date",
        "--ignore-date",
        "-C",
        "--ignore-whitespace",
        "--whitespace",
        "--apply",
        "--rerere-autoupdate",
        "--update-refs",
        "-S",
        "--gpg-sign",
        "-r",
        "--rebase-merges",
        "-s",
        "--strategy",
        "-X",
        "--strategy-option",
        "--allow-empty-message",
    ],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    let action = given.last(&["continue", "skip", "abort", "quit", "edit-todo", "show-current-patch"]);
    let state = State::read(g, &repo);
    let Some(action) = action else {
        if state.is_some() {
            return fatal(
                "It seems that there is already a rebase-merge directory, and\nI wonder if you are in the middle of another rebase.  If that is the\ncase, please try\n\tgit rebase (--continue | --abort | --skip)\nIf that is not the case, please\n\trm -fr \".git/rebase-merge\"\nand run me again.  I am stopping in case you still have something\nvaluable there.\n",
            );
        }
        return start(g, &repo, given);
    };
    let Some(state) = state else { return fatal("no rebase in progress") };
    match action {
        "continue" => proceed(g, &repo, &state),
        "skip" => {
            let head = repo.head(g.files())?.id();
            let files = super::switching::flat(g, &repo, head.as_ref())?;
            overwrite(g, &repo, &files)?;
            super::reset::clear_branch_state(g, &repo);
            files::remove(g, &repo, "amend");
            super::rebase_pick::continued(g, &repo)?;
            go(g, &repo, &state, false)
        }
        "abort" => abort(g, &repo, &state),
        "quit" => quit(g, &repo),
        "edit-todo" => edit_todo(g, &repo),
        _ => show_patch(g, &repo),
    }
}

fn show_patch(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    if repo.read_state(g.files(), "REBASE_HEAD").is_none() {
        return fatal(
            "ambiguous argument 'REBASE_HEAD': unknown revision or path not in the working tree.\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'",
        );
    }
    match super::options::parse(&["REBASE_HEAD".to_string(), "--".into()], &super::show::SPEC) {
        Ok(given) => super::show::run(g, &given),
        Err(_) => Ok(128),
    }
}

fn needs_merge(g: &mut Git<'_, '_>, repo: &Repo) -> Result<bool, Stop> {
    let index = repo.read_index(g.files())?;
    for path in index.unmerged().keys() {
        g.out(format!("{path}: needs merge\n"));
    }
    Ok(!repo.diff_unstaged(g.files(), &index, &Pathspec::default())?.is_empty())
}

fn proceed(g: &mut Git<'_, '_>, repo: &Repo, state: &State) -> Answer {
    if needs_merge(g, repo)? {
        g.out("You must edit all merge conflicts and then\nmark them as resolved using git add\n");
        return Ok(1);
    }
    if super::rebase_todo::read(g, repo, state)?.is_none() {
        g.err("error: please fix this using 'git rebase --edit-todo'.\n");
        return Ok(1);
    }
    match commit_staged(g, repo)? {
        Some(code) => Ok(code),
        None => go(g, repo, state, false),
    }
}

fn abort(g: &mut Git<'_, '_>, repo: &Repo, state: &State) -> Answer {
    let Some(orig) = git::parse_id(&state.orig_head) else { return fatal("invalid orig-head") };
    let new = super::switching::flat(g, repo, Some(&orig))?;
    overwrite(g, repo, &new)?;
    let who = g.logger();
    let message = format!("rebase (abort): returning to {}", state.head_name);
    if state.branch().is_some() {
        let change = RefChange { name: &state.head_name, new: orig, who: &who, message: &message };
        if repo.read_ref(g.files(), &state.head_name) != Some(orig) {
            repo.update_ref(g.cx.files_mut(), &change)?;
        }
        repo.attach_head(g.cx.files_mut(), &state.head_name, &who, &message)?;
    } else {
        let message = format!("rebase (abort): returning to {orig}");
        repo.detach_head(g.cx.files_mut(), orig, &who, &message)?;
    }
    super::reset::clear_branch_state(g, repo);
    apply_autostash(g, repo)?;
    clear(g, repo);
    Ok(0)
}

fn quit(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    if let Some(id) = files::line(g, repo, "autostash").and_then(|id| git::parse_id(&id)) {
        stash::keep_autostash(g, repo, id)?;
    }
    clear(g, repo);
    Ok(0)
}

/// What upstream is, with its name, and the reference where it is the branch's own.
struct Upstream {
    id: Option<ObjectId>,
    name: String,
    own: Option<String>,
}

fn commit(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Result<Option<ObjectId>, Stop> {
    match repo.try_resolve(g.files(), name)? {
        Some(id) => Ok(repo.peel(g.files(), id, Kind::Commit)?),
        None => Ok(None),
    }
}

fn upstream(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Result<Upstream, Stop> {
    if given.has("root") {
        return Ok(Upstream { id: None, name: String::new(), own: None });
    }
    let Some(name) = given.operands.first() else {
        let head = repo.head(g.files())?;
        let own = head.branch().and_then(|branch| repo.upstream(g.files(), branch));
        let Some(full) = own else { return no_upstream(g, head.branch()) };
        let Some(id) = repo.read_ref(g.files(), &full) else { return fatal(format!("invalid upstream '{full}'")) };
        return Ok(Upstream { id: Some(id), name: full.clone(), own: Some(full) });
    };
    let name = if name == "-" { "@{-1}" } else { name.as_str() };
    match commit(g, repo, name)? {
        Some(id) => Ok(Upstream { id: Some(id), name: name.to_string(), own: None }),
        None => fatal(format!("invalid upstream '{name}'")),
    }
}

fn no_upstream<T>(g: &mut Git<'_, '_>, branch: Option<&str>) -> Result<T, Stop> {
    let Some(branch) = branch else {
        g.out("You are not currently on a branch.\nPlease specify which branch you want to rebase against.\nSee git-rebase(1) for details.\n\n    git rebase '<branch>'\n\n");
        return Err(Stop::Exit(1));
    };
    let remotes = g.repo()?.config(g.files()).subsections("remote");
    let remote = match remotes.as_slice() {
        [only] => only.as_str(),
        _ => "<remote>",
    };
    g.out(format!("There is no tracking information for the current branch.\nPlease specify which branch you want to rebase against.\nSee git-rebase(1) for details.\n\n    git rebase '<branch>'\n\nIf you wish to set tracking information for this branch you can do so with:\n\n    git branch --set-upstream-to={remote}/<branch> {branch}\n\n"));
    Err(Stop::Exit(1))
}

/// What is rebased: HEAD as it is, or a branch that is gone to first.
struct Target {
    /// `refs/heads/topic`, or `detached HEAD`.
    head_name: String,
    shown: String,
    id: ObjectId,
    goes_to: Option<super::switching::Goal>,
}

fn target(g: &mut Git<'_, '_>, repo: &Repo, name: Option<&String>) -> Result<Target, Stop> {
    if let Some(name) = name {
        let full = format!("refs/heads/{name}");
        let branch = repo.read_ref(g.files(), &full);
        let id = match branch {
            Some(id) => Some(id),
            None => commit(g, repo, name)?,
        };
        let Some(id) = id else { return fatal(format!("no such branch/commit '{name}'")) };
        let goal = super::switching::Goal {
            id: Some(id),
            branch: branch.map(|_| name.clone()),
            typed: name.clone(),
            quiet: true,
            force: false,
            stays: false,
            note: None,
        };
        let head_name = if branch.is_some() { full } else { "detached HEAD".into() };
        return Ok(Target { head_name, shown: name.clone(), id, goes_to: Some(goal) });
    }
    let head = repo.head(g.files())?;
    let Some(id) = head.id() else {
        return fatal("No such ref: HEAD");
    };
    let (head_name, shown) = match head.branch() {
        Some(branch) => (format!("refs/heads/{branch}"), branch.to_string()),
        None => ("detached HEAD".into(), "HEAD".into()),
    };
    Ok(Target { head_name, shown, id, goes_to: None })
}

/// A rebase wants a clean tree and index.
fn refuse_unclean(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let unstaged = needs_merge(g, repo)?;
    let staged = super::pick::dirty_index(g, repo)?;
    if unstaged {
        g.err("error: cannot rebase: You have unstaged changes.\n");
    }
    match (unstaged, staged) {
        (false, false) => return Ok(()),
        (false, true) => g.err("error: cannot rebase: Your index contains uncommitted changes.\n"),
        (true, true) => g.err("error: additionally, your index contains uncommitted changes.\n"),
        _ => {}
    }
    g.err("error: Please commit or stash them.\n");
    Err(Stop::Exit(1))
}

fn start(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let root = given.has("root");
    let most = if root { 1 } else { 2 };
    if given.operands.len() > most {
        g.err(super::options::usage(&SPEC));
        return Ok(129);
    }
    let named = given.operands.get(if root { 0 } else { 1 });
    let upstream = upstream(g, repo, given)?;
    let (onto, onto_name, squash_onto) = new_base(g, repo, given, &upstream)?;
    let target = target(g, repo, named)?;
    let settings = g.settings();
    let on = |g_option: &str, setting: &str| given.state(g_option).unwrap_or(settings.get_bool(setting) == Some(true));
    let explicit = given.has("interactive");
    let exec: Vec<String> = given.values("exec").iter().map(|line| (*line).to_string()).collect();
    for line in &exec {
        if line.trim().is_empty() {
            return fatal("--exec requires a command").or_else(|_: Stop| {
                g.err("error: empty exec command\n");
                Ok(1)
            });
        }
    }
    let empty = match given.value("empty") {
        Some("drop") => "drop",
        Some("keep") => "keep",
        Some("stop" | "ask") => "stop",
        Some(other) => {
            return fatal(format!(
                "unrecognized empty type '{other}'; valid values are \"drop\", \"keep\", and \"stop\"."
            ));
        }
        None if explicit => "stop",
        None if !exec.is_empty() => "keep",
        None => "drop",
    };
    let autosquash =
        given.state("autosquash").unwrap_or(explicit && settings.get_bool("rebase.autosquash") == Some(true));
    let forced = given.has("force-rebase") || given.has("no-ff");
    let mut autostash = None;
    if on("autostash", "rebase.autostash") {
        autostash = stash::create_autostash(g, repo)?;
    }
    if let Err(stop) = refuse_unclean(g, repo) {
        return Err(stop);
    }
    let restrict = fork_point(g, repo, given, &upstream, &target.id)?;
    let quiet = given.has("quiet");
    let stays = !explicit && exec.is_empty() && !autosquash && !root;
    if stays && in_place(g, repo, &onto, &upstream, restrict.as_ref(), &target.id)? {
        let what =
            if target.shown == "HEAD" { "HEAD is".to_string() } else { format!("Current branch {} is", target.shown) };
        if !forced && !given.has("signoff") {
            if let Some(goal) = &target.goes_to {
                go_to(g, repo, goal)?;
            }
            if !quiet {
                g.out(format!("{what} up to date.\n"));
            }
            if let Some(id) = autostash {
                stash::apply_autostash(g, repo, id)?;
            }
            return Ok(0);
        }
        if !quiet {
            g.out(format!("{what} up to date, rebase forced.\n"));
        }
    }
    if g.answers.is_empty()
        && !given.has("no-verify")
        && let Some(child) = hooks::hook(g, repo, "pre-rebase", &hook_words(given))
    {
        return process::wait_for(child, process::Resume::Again);
    }
    if g.answers.last().is_some_and(|code| *code != 0) {
        return fatal("The pre-rebase hook refused to rebase.");
    }
    if given.last(&["stat", "no-stat"]) == Some("stat")
        || given.has("verbose")
        || settings.get_bool("rebase.stat") == Some(true)
    {
        say_changes(g, repo, &target.id, &onto, given.has("verbose"))?;
    }
    let state = State {
        head_name: target.head_name,
        onto: onto.to_string(),
        orig_head: target.id.to_string(),
        interactive: true,
        quiet,
        verbose: given.has("verbose"),
        signoff: given.has("signoff"),
        drops_redundant: empty == "drop",
        keeps_redundant: empty == "keep",
        reschedules: on("reschedule-failed-exec", "rebase.reschedulefailedexec"),
        squash_onto,
    };
    begin(
        g,
        repo,
        &Begin {
            state,
            onto,
            onto_name,
            upstream: upstream.id,
            restrict,
            head: target.id,
            edits: explicit,
            autosquash,
            exec,
            forced,
            reapply: given.state("reapply-cherry-picks").unwrap_or(given.has("keep-base")),
            keep_empty: given.state("keep-empty") != Some(false),
            autostash,
        },
    )
}

fn hook_words(given: &Given) -> Vec<String> {
    let mut words = vec![given.operands.first().cloned().unwrap_or_else(|| "--root".into())];
    words.extend(given.operands.get(1).cloned());
    words
}

fn go_to(g: &mut Git<'_, '_>, repo: &Repo, goal: &super::switching::Goal) -> Result<(), Stop> {
    let who = g.logger();
    super::switching::move_files(g, repo, goal.id.as_ref(), false, "checkout", "switch branches")?;
    let message = format!("rebase: checkout {}", goal.typed);
    let on_it = repo.head(g.files())?.branch() == goal.branch.as_deref();
    match (&goal.branch, goal.id) {
        (Some(branch), Some(id)) => {
            if on_it {
                super::reset::move_head(g, repo, id, None, &message)?;
            }
            repo.attach_head(g.cx.files_mut(), &format!("refs/heads/{branch}"), &who, &message)?;
        }
        (None, Some(id)) => repo.detach_head(g.cx.files_mut(), id, &who, &message)?,
        _ => {}
    }
    Ok(())
}

/// Where the commits are put, what it is called, and an empty commit to start from where that is needed.
fn new_base(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    upstream: &Upstream,
) -> Result<(ObjectId, String, Option<ObjectId>), Stop> {
    let head = repo.head(g.files())?.id();
    if given.has("keep-base") {
        let (Some(head), Some(id)) = (head, upstream.id) else { return fatal("--keep-base needs an upstream") };
        let named = match given.operands.get(1) {
            Some(name) => commit(g, repo, name)?.unwrap_or(head),
            None => head,
        };
        return match repo.merge_bases(g.files(), &named, &id)?.as_slice() {
            [one] => Ok((
                *one,
                format!("{}...{}", upstream.name, given.operands.get(1).map_or("HEAD", String::as_str)),
                None,
            )),
            [] => fatal(format!("'{}': need exactly one merge base with branch", upstream.name)),
            _ => fatal(format!("'{}': need exactly one merge base with branch", upstream.name)),
        };
    }
    if let Some(name) = given.value("onto") {
        if let Some((left, right)) = name.split_once("...") {
            let side = |text: &str| commit(g, repo, if text.is_empty() { "HEAD" } else { text });
            if let (Some(a), Some(b)) = (side(left)?, side(right)?)
                && let [one] = repo.merge_bases(g.files(), &a, &b)?.as_slice()
            {
                return Ok((*one, name.to_string(), None));
            }
            return fatal(format!("'{name}': need exactly one merge base"));
        }
        return match commit(g, repo, name)? {
            Some(id) => Ok((id, name.to_string(), None)),
            None => fatal(format!("Does not point to a valid commit '{name}'")),
        };
    }
    match upstream.id {
        Some(id) => Ok((id, upstream.name.clone(), None)),
        None => {
            let when = g.when();
            let author = g.identity(super::cli::Whose::Author)?;
            let committer = g.identity(super::cli::Whose::Committer)?;
            let tree = repo.write_tree(g.cx.files_mut(), &git::FlatTree::new(), when)?;
            let commit = git::Commit { tree, parents: Vec::new(), author, committer, message: String::new() };
            let id = repo.write_commit(g.cx.files_mut(), &commit, when)?;
            Ok((id, id.to_string(), Some(id)))
        }
    }
}

/// The commit that this branch once started from, though upstream has thrown it away since.
fn fork_point(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    upstream: &Upstream,
    head: &ObjectId,
) -> Result<Option<ObjectId>, Stop> {
    let wanted = given.state("fork-point").unwrap_or(upstream.own.is_some() && !given.has("keep-base"));
    if !wanted {
        return Ok(None);
    }
    let full = match &upstream.own {
        Some(full) => Some(full.clone()),
        None => repo.full_ref_name(g.files(), &upstream.name),
    };
    let Some(full) = full else { return Ok(None) };
    super::merge_base::fork_point(g, repo, &full, head)
}

/// Whether the commits stand where they shall, one on the other.
fn in_place(
    g: &Git<'_, '_>,
    repo: &Repo,
    onto: &ObjectId,
    upstream: &Upstream,
    restrict: Option<&ObjectId>,
    head: &ObjectId,
) -> Result<bool, Stop> {
    if repo.merge_bases(g.files(), onto, head)?.as_slice() != [*onto] {
        return Ok(false);
    }
    if restrict.is_some_and(|id| id != onto) {
        return Ok(false);
    }
    if let Some(upstream) = &upstream.id
        && repo.merge_bases(g.files(), upstream, head)?.as_slice() != [*onto]
    {
        return Ok(false);
    }
    for id in repo.walk(g.files(), &[*head], &[*onto])? {
        if repo.read_commit(g.files(), &id)?.parents.len() > 1 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn say_changes(g: &mut Git<'_, '_>, repo: &Repo, head: &ObjectId, onto: &ObjectId, verbose: bool) -> Result<(), Stop> {
    let Some(base) = repo.merge_bases(g.files(), head, onto)?.first().copied() else { return Ok(()) };
    if verbose {
        g.out(format!("Changes from {base} to {onto}:\n"));
    }
    let text = super::merge::changed(g, repo, &base, onto)?;
    g.out(text);
    Ok(())
}
