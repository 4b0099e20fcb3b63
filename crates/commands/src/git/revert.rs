//! `git revert`.

use super::cherry_pick::mainline;
use super::cli::{Answer, Git};
use super::options::{Dialect, Given, Spec, flag, only, value};
use super::sequencer::{Empty, Going};
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
        value('X', "strategy-option", "option", "ours or theirs: who wins a conflict"),
        value('m', "mainline", "parent-number", "of a merge: go back to this parent"),
    ]],
    missing: &["--cleanup", "--rerere-autoupdate", "--strategy", "-S", "--gpg-sign", "--reference"],
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
        // What is no such option is passed over here.
        favor: given.values("strategy-option").last().map(|name| (*name).to_string()),
        empty: Empty::Stop,
        ..Going::default()
    };
    sequencer_ends::begin_or_end(g, &repo, given, &SPEC, going)
}
