//! `git revert`.

use super::cherry_pick::mainline;
use super::cli::{Answer, Git, fatal};
use super::options::{Dialect, Given, Spec, flag, only, usage, value};
use super::sequencer::{self, Empty, Going};
use super::sequencer_ends;

pub(crate) const SPEC: Spec = Spec {
    name: "revert",
    usage: &[
        "revert [--[no-]edit] [-n] [-m <parent-number>] [-s] <commit>...",
        "revert (--continue | --skip | --abort | --quit)",
    ],
    options: &[&[
        only('\0', "quit", "forget what is waiting"),
        only('\0', "continue", "go on after a conflict"),
        only('\0', "abort", "back to before the revert"),
        only('\0', "skip", "leave this commit out and go on"),
        only('n', "no-commit", "only change index and files"),
        only('\0', "commit", "make a commit (default)"),
        flag('e', "edit", "edit the message"),
        flag('s', "signoff", "add a Signed-off-by line"),
        value('m', "mainline", "parent-number", "of a merge: go back to this parent"),
    ]],
    missing: &[
        "--cleanup",
        "--rerere-autoupdate",
        "--strategy",
        "-X",
        "--strategy-option",
        "-S",
        "--gpg-sign",
        "--reference",
    ],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    let going = Going {
        reverts: true,
        no_commit: given.last(&["no-commit", "commit"]) == Some("no-commit"),
        edit: given.state("edit"),
        signoff: given.has("signoff"),
        mainline: mainline(g, given)?,
        empty: Empty::Stop,
        ..Going::default()
    };
    match given.last(&["quit", "continue", "abort", "skip"]) {
        Some("continue") => return sequencer_ends::proceed(g, &repo, &going),
        Some("abort") => return sequencer_ends::abort(g, &repo, &going),
        Some("skip") => return sequencer_ends::skip(g, &repo, &going),
        Some(_) => return sequencer_ends::quit(g, &repo),
        None => {}
    }
    if given.operands.is_empty() {
        g.err(usage(&SPEC));
        return Ok(129);
    }
    let (todo, single) = sequencer::chosen(g, &repo, &given.operands, true)?;
    if todo.is_empty() {
        g.err("error: empty commit set passed\n");
        return fatal("revert failed");
    }
    sequencer::start(g, &repo, going, &todo, single)
}
