//! `git rebase`.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, maybe, only, value};
use super::rebase_choose::{Target, fork_point, go_to, in_place, new_base, target, upstream};
use super::rebase_meld::commit_staged;
use super::rebase_run::{apply_autostash, clear, go};
use super::rebase_start::{Begin, begin, edit_todo};
use super::rebase_state::{self as files, State};
use super::switching::overwrite;
use super::{hooks, process, stash};
use git::{ObjectId, Pathspec, RefChange, Repo};

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
        maybe('r', "rebase-merges", "mode", "make merges anew instead of leaving them out"),
        flag('\0', "update-refs", "move branches on the way too"),
        value('X', "strategy-option", "option", "ours or theirs: who wins a conflict"),
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
        "-S",
        "--gpg-sign",
        "-s",
        "--strategy",
        "--allow-empty-message",
    ],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    let action = given.last(&["continue", "skip", "abort", "quit", "edit-todo", "show-current-patch"]);
    let state = State::read(g, &repo);
    if repo.read_state(g.files(), "rebase-apply/applying").is_some() {
        return fatal("It looks like 'git am' is in progress. Cannot rebase.");
    }
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
            super::rerere::clear(g, &repo);
            super::reset::clear_branch_state(g, &repo);
            files::remove(g, &repo, "amend");
            super::rebase_meld::continued(g, &repo)?;
            go(g, &repo, &state, false)
        }
        "abort" => abort(g, &repo, &state),
        "quit" => quit(g, &repo),
        "edit-todo" => edit_todo(g, &repo),
        _ => show_patch(g, &repo),
    }
}

#[inline(never)]
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

#[inline(never)]
fn proceed(g: &mut Git<'_, '_>, repo: &Repo, state: &State) -> Answer {
    if needs_merge(g, repo)? {
        g.out("You must edit all merge conflicts and then\nmark them as resolved using git add\n");
        return Ok(1);
    }
    if super::rebase_todo::read(g, repo)?.is_none() {
        g.err("error: please fix this using 'git rebase --edit-todo'.\n");
        return Ok(1);
    }
    match commit_staged(g, repo)? {
        Some(code) => Ok(code),
        None => go(g, repo, state, false),
    }
}

#[inline(never)]
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
    super::rerere::clear(g, repo);
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

/// A rebase wants a clean tree and index.
#[inline(never)]
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

/// The lines of `--exec`, and what happens to commits that become empty.
#[inline(never)]
fn lines_and_empty(g: &mut Git<'_, '_>, given: &Given) -> Result<(Vec<String>, &'static str), Stop> {
    let explicit = given.has("interactive");
    let exec: Vec<String> = given.values("exec").iter().map(|line| (*line).to_string()).collect();
    for line in &exec {
        if line.trim().is_empty() {
            g.err("error: empty exec command\n");
            return Err(Stop::Exit(1));
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
    Ok((exec, empty))
}

/// Nothing is to be done: says so, unless it shall be done all the same. False: go on.
#[inline(never)]
fn up_to_date(g: &mut Git<'_, '_>, repo: &Repo, target: &Target, quiet: bool, forced: bool) -> Result<bool, Stop> {
    let what =
        if target.shown == "HEAD" { "HEAD is".to_string() } else { format!("Current branch {} is", target.shown) };
    if !forced && let Some(goal) = &target.goes_to {
        go_to(g, repo, goal)?;
    }
    if !quiet {
        g.out(format!("{what} up to date{}.\n", if forced { ", rebase forced" } else { "" }));
    }
    Ok(!forced)
}

pub(crate) fn start(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let root = given.has("root");
    let most = if root { 1 } else { 2 };
    if given.operands.len() > most {
        g.err(super::options::usage(&SPEC));
        return Ok(129);
    }
    let upstream = upstream(g, repo, given)?;
    let (onto, onto_name, squash_onto) = new_base(g, repo, given, &upstream)?;
    let target = target(g, repo, given.operands.get(most - 1))?;
    let settings = g.settings();
    let on = |g_option: &str, setting: &str| given.state(g_option).unwrap_or(settings.get_bool(setting) == Some(true));
    let explicit = given.has("interactive");
    let (exec, empty) = lines_and_empty(g, given)?;
    let autosquash =
        given.state("autosquash").unwrap_or(explicit && settings.get_bool("rebase.autosquash") == Some(true));
    let forced = given.has("force-rebase") || given.has("no-ff");
    let stashes = on("autostash", "rebase.autostash");
    let autostash = if stashes { stash::create_autostash(g, repo)? } else { None };
    refuse_unclean(g, repo)?;
    let restrict = fork_point(g, repo, given, &upstream, &target.id)?;
    let quiet = given.has("quiet");
    let stays = !explicit && exec.is_empty() && !autosquash && !root;
    if stays
        && in_place(g, repo, &onto, &upstream, restrict.as_ref(), &target.id)?
        && up_to_date(g, repo, &target, quiet, forced || given.has("signoff"))?
    {
        return autostash.map_or(Ok(0), |id| stash::apply_autostash(g, repo, id).map(|()| 0));
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
    say_changes(g, repo, given, &target.id, &onto)?;
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
        favor: super::merge_squash::favor(g, given)?.map(super::merge_squash::favor_name),
    };
    let plan = Begin {
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
        update_refs: on("update-refs", "rebase.updaterefs"),
        merges: merges(g, given)?,
    };
    begin(g, repo, &plan)
}

/// `--rebase-merges`, or as it is configured.
#[inline(never)]
fn merges(g: &Git<'_, '_>, given: &Given) -> Result<bool, Stop> {
    match (given.state("rebase-merges"), given.value("rebase-merges")) {
        (Some(true), None | Some("no-rebase-cousins")) => Ok(true),
        (Some(true), Some("rebase-cousins")) => {
            fatal("`--rebase-merges=rebase-cousins' is real Git, but not part of this sandbox yet")
        }
        (Some(true), Some(other)) => fatal(format!("Unknown rebase-merges mode: {other}")),
        (Some(false), _) => Ok(false),
        (None, _) => Ok(g.settings().get_bool("rebase.rebasemerges") == Some(true)),
    }
}

fn hook_words(given: &Given) -> Vec<String> {
    let mut words = vec![given.operands.first().cloned().unwrap_or_else(|| "--root".into())];
    words.extend(given.operands.get(1).cloned());
    words
}

/// `--stat`: what upstream has changed.
#[inline(never)]
fn say_changes(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, head: &ObjectId, onto: &ObjectId) -> Result<(), Stop> {
    let verbose = given.has("verbose");
    let asked = given.last(&["stat", "no-stat"]) == Some("stat");
    if !asked && !verbose && g.settings().get_bool("rebase.stat") != Some(true) {
        return Ok(());
    }
    let Some(base) = repo.merge_bases(g.files(), head, onto)?.first().copied() else { return Ok(()) };
    if verbose {
        g.out(format!("Changes from {base} to {onto}:\n"));
    }
    let text = super::merge_true::changed(g, repo, &base, onto)?;
    g.out(text);
    Ok(())
}
