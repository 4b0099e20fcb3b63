//! `git cherry-pick`.

use super::cli::{Answer, Git, Stop};
use super::options::{Dialect, Given, Spec, flag, only, value};
use super::sequencer::{Empty, Going};
use super::sequencer_ends;

pub(crate) const SPEC: Spec = Spec {
    name: "cherry-pick",
    usage: &[
        "cherry-pick [--edit] [-n] [-m <parent-number>] [-s] [-x] [--ff] <commit>...",
        "cherry-pick (--continue | --skip | --abort | --quit)",
    ],
    options: &[&[
        only('\0', "quit", "forget what is waiting"),
        only('\0', "continue", "go on after a conflict"),
        only('\0', "abort", "back to before the cherry-pick"),
        only('\0', "skip", "leave this commit out and go on"),
        only('n', "no-commit", "only change index and files"),
        only('\0', "commit", "make a commit (default)"),
        flag('e', "edit", "edit the message"),
        flag('s', "signoff", "add a Signed-off-by line"),
        value('X', "strategy-option", "option", "ours or theirs: who wins a conflict"),
        value('m', "mainline", "parent-number", "of a merge: what changed against this parent"),
        only('x', "", "name the commit it came from in the message"),
        flag('\0', "ff", "only move the branch where that is enough"),
        flag('\0', "allow-empty", "take commits that hold no change"),
        flag('\0', "allow-empty-message", "take commits without a message"),
        flag('\0', "keep-redundant-commits", "the same as --empty=keep"),
        value('\0', "empty", "stop|drop|keep", "what to do with a commit that changes nothing any more"),
    ]],
    missing: &["--cleanup", "--rerere-autoupdate", "--strategy", "-S", "--gpg-sign"],
    dialect: Dialect::Options,
};

/// `-m`.
pub(crate) fn mainline(g: &mut Git<'_, '_>, given: &Given) -> Result<Option<usize>, Stop> {
    match given.value("mainline").map(str::parse::<usize>) {
        None => Ok(None),
        Some(Ok(number)) if number > 0 => Ok(Some(number)),
        Some(_) => {
            g.err("error: option `mainline' expects a number greater than zero\n");
            Err(Stop::Exit(129))
        }
    }
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    let empty = match given.value("empty") {
        _ if given.has("keep-redundant-commits") => Empty::Keep,
        None | Some("stop") => Empty::Stop,
        Some("keep") => Empty::Keep,
        Some("drop") => Empty::Drop,
        Some(other) => {
            g.err(format!("error: invalid value for '--empty': '{other}'\n"));
            return Ok(129);
        }
    };
    let going = Going {
        reverts: false,
        no_commit: given.last(&["no-commit", "commit"]) == Some("no-commit"),
        edit: given.state("edit"),
        signoff: given.has("signoff"),
        mainline: mainline(g, given)?,
        // What is no such option is passed over here.
        favor: given.values("strategy-option").last().map(|name| (*name).to_string()),
        names_origin: given.has("x"),
        fast_forward: given.has("ff"),
        allow_empty: given.has("allow-empty") || empty == Empty::Keep,
        allow_empty_message: given.has("allow-empty-message"),
        empty,
        listed: false,
    };
    sequencer_ends::begin_or_end(g, &repo, given, &SPEC, going)
}
