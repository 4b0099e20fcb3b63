//! `git am`: commits from mails, one after another. What waits lies in `.git/rebase-apply`, as real Git writes it.

use super::am_apply::one;
use super::am_mail::{self, Mail};
use super::am_show::show;
use super::cli::{Answer, Git, Stop, Whose, fatal};
use super::commit_make::{NewCommit, make};
use super::commit_message::with_trailer;
use super::options::{Dialect, Given, Spec, flag, maybe, only};
use super::pick::dirty_index;
use super::reset::reset_merge_files;
use git::{Repo, Signature, When, parse_patches};
use vfs::join as path_join;

pub(crate) const SPEC: Spec = Spec {
    name: "am",
    usage: &["am [<options>] [(<mbox> | <Maildir>)...]", "am [<options>] (--continue | --skip | --abort)"],
    options: &[&[
        flag('3', "3way", "merge where the patch does not fit"),
        flag('q', "quiet", "say nothing"),
        flag('s', "signoff", "add a line with your name"),
        flag('k', "keep", "keep [PATCH] in the subject"),
        only('\0', "continue", "go on after a conflict was resolved"),
        only('r', "resolved", "the same"),
        only('\0', "skip", "leave this patch out"),
        only('\0', "abort", "give up, and go back"),
        only('\0', "quit", "give up, and stay"),
        only('\0', "allow-empty", "commit a mail without a patch"),
        maybe('\0', "show-current-patch", "what", "show the mail, or its patch: raw, diff"),
        flag('\0', "committer-date-is-author-date", "take the author's date for both"),
        flag('\0', "ignore-date", "take the date of now for the author"),
    ]],
    missing: &[
        "-i",
        "--interactive",
        "-u",
        "--utf8",
        "--keep-non-patch",
        "-m",
        "--message-id",
        "--keep-cr",
        "-c",
        "--scissors",
        "--quoted-cr",
        "--whitespace",
        "--ignore-space-change",
        "--ignore-whitespace",
        "--directory",
        "--exclude",
        "--include",
        "-C",
        "-p",
        "--patch-format",
        "--reject",
        "--resolvemsg",
        "--retry",
        "-n",
        "--no-verify",
        "-b",
        "--binary",
        "-S",
        "--gpg-sign",
        "--empty",
    ],
    dialect: Dialect::Options,
};

const FOLDER: &str = "rebase-apply";

pub(crate) fn read(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Option<String> {
    repo.read_state(g.files(), &format!("{FOLDER}/{name}"))
}

fn write(g: &mut Git<'_, '_>, repo: &Repo, name: &str, text: &str) -> Result<(), Stop> {
    let when = g.when();
    Ok(repo.write_state(g.cx.files_mut(), &format!("{FOLDER}/{name}"), text, when)?)
}

pub(crate) fn on(g: &Git<'_, '_>, repo: &Repo, name: &str) -> bool {
    read(g, repo, name).is_some_and(|text| text.trim() == "t")
}

pub(crate) fn number(g: &Git<'_, '_>, repo: &Repo, name: &str) -> usize {
    read(g, repo, name).and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let repo = g.work()?.repo;
    let going = read(g, &repo, "applying").is_some();
    let wish = given.last(&["continue", "resolved", "skip", "abort", "quit", "show-current-patch", "allow-empty"]);
    match wish {
        Some(_) if !going => fatal("Resolve operation not in progress, we are not resuming."),
        Some("continue" | "resolved") => {
            resolved(g, &repo, false)?;
            go(g, &repo, given)
        }
        Some("allow-empty") => {
            resolved(g, &repo, true)?;
            go(g, &repo, given)
        }
        Some("skip") => {
            let head = repo.head(g.files())?.id();
            reset_merge_files(g, &repo, head.as_ref(), None)?;
            next(g, &repo)?;
            go(g, &repo, given)
        }
        Some("abort") => abort(g, &repo),
        Some("quit") => {
            clear(g, &repo);
            Ok(0)
        }
        Some(_) => show(g, &repo, given.value("show-current-patch")),
        None if going && given.operands.is_empty() && g.cx.stdin_is_terminal() => go(g, &repo, given),
        None if going => {
            fatal(format!("previous rebase directory {} still exists but mbox given.", shown(&repo, FOLDER)))
        }
        None => start(g, &repo, given),
    }
}

fn shown(repo: &Repo, name: &str) -> String {
    match &repo.common {
        None => format!(".git/{name}"),
        Some(_) => format!("{}/{name}", repo.git_dir),
    }
}

fn start(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let mut text = String::new();
    if given.operands.is_empty() {
        let Some(input) = g.cx.stdin_text() else { return Ok(world::Cx::WAIT) };
        text = input;
        if text.is_empty() {
            return Ok(0);
        }
    }
    let mut mails = Vec::new();
    for name in &given.operands {
        match g.files().read_text(&path_join(&g.cwd, name)) {
            Ok(read) if am_mail::is_mail(&read) => mails.extend(am_mail::split(&read)),
            Ok(_) => {
                g.err("Patch format detection failed.\n");
                return Ok(128);
            }
            Err(why) => return fatal(format!("could not open '{name}' for reading: {why}")),
        }
    }
    mails.extend(am_mail::split(&text));
    let on_off = |on: bool| if on { "t\n" } else { "f\n" };
    let three = given.state("3way").or(g.settings().get_bool("am.threeway")).unwrap_or(false);
    let head = repo.head(g.files())?.id();
    for (name, text) in [
        ("threeway", on_off(three)),
        ("quiet", on_off(given.has("quiet"))),
        ("sign", on_off(given.has("signoff"))),
        ("utf8", "t\n"),
        ("keep", on_off(given.has("keep"))),
        ("messageid", "f\n"),
        ("scissors", "\n"),
        ("quoted-cr", "\n"),
        ("apply-opt", "\n"),
        ("applying", ""),
        ("next", "1\n"),
        ("last", &format!("{}\n", mails.len())),
        ("abort-safety", &head.map_or(String::new(), |id| id.to_string())),
    ] {
        write(g, repo, name, text)?;
    }
    for (n, mail) in (1..).zip(&mails) {
        write(g, repo, &format!("{n:04}"), mail)?;
    }
    if let Some(id) = head {
        let when = g.when();
        repo.write_state(g.cx.files_mut(), "ORIG_HEAD", &format!("{id}\n"), when)?;
    }
    for path in repo.read_index(g.files())?.unmerged().keys() {
        g.out(format!("{path}: needs merge\n"));
    }
    if dirty_index(g, repo)? {
        write(g, repo, "dirtyindex", "t\n")?;
        let paths = super::merge_true::staged_changes(g, repo)?.join(" ");
        return fatal(format!("Dirty index: cannot apply patches (dirty: {paths})"));
    }
    go(g, repo, given)
}

/// Says what is done, unless it shall be quiet.
pub(crate) fn say(g: &mut Git<'_, '_>, repo: &Repo, text: &str) {
    if !on(g, repo, "quiet") {
        g.out([text, "\n"].concat());
    }
}

/// All mails from the current one on.
fn go(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    let last = number(g, repo, "last");
    loop {
        let now = number(g, repo, "next");
        if now > last {
            clear(g, repo);
            return Ok(0);
        }
        let text = read(g, repo, &format!("{now:04}")).unwrap_or_default();
        let mail = Mail::read(&text, on(g, repo, "keep"));
        note(g, repo, &mail)?;
        let mut message = mail.message();
        if on(g, repo, "sign") {
            let who = g.identity(Whose::Committer)?;
            message = with_trailer(&message, &format!("Signed-off-by: {} <{}>", who.name, who.email));
        }
        write(g, repo, "final-commit", &message)?;
        let patches = parse_patches(mail.patch.as_bytes(), 1).unwrap_or_default();
        if patches.is_empty() {
            g.out("Patch is empty.\n");
            return stopped(g, true);
        }
        say(g, repo, &format!("Applying: {}", mail.subject));
        if !one(g, repo, &mail, &patches)? {
            let number = format!("{now:04}");
            g.out(format!("Patch failed at {number} {}\n", mail.subject));
            if g.advises("mergeConflict") {
                g.hint("Use 'git am --show-current-patch=diff' to see the failed patch");
            }
            return stopped(g, false);
        }
        commit(g, repo, given)?;
        next(g, repo)?;
    }
}

/// Writes what is known of the mail.
#[inline(never)]
fn note(g: &mut Git<'_, '_>, repo: &Repo, mail: &Mail) -> Result<(), Stop> {
    let quote = |text: &str| ["'", &text.replace('\'', "'\\''"), "'\n"].concat();
    let script = [
        "GIT_AUTHOR_NAME=",
        &quote(&mail.name),
        "GIT_AUTHOR_EMAIL=",
        &quote(&mail.email),
        "GIT_AUTHOR_DATE=",
        &quote(&mail.date),
    ]
    .concat();
    let info =
        format!("Author: {}\nEmail: {}\nSubject: {}\nDate: {}\n\n", mail.name, mail.email, mail.subject, mail.date);
    let body = if mail.body.is_empty() { String::new() } else { format!("{}\n", mail.body) };
    for (name, text) in [("author-script", script), ("info", info), ("msg", body), ("patch", mail.patch.clone())] {
        write(g, repo, name, &text)?;
    }
    Ok(())
}

fn author(g: &Git<'_, '_>, repo: &Repo) -> Option<Signature> {
    let text = read(g, repo, "author-script")?;
    let part = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
        Some(value.strip_prefix('\'')?.strip_suffix('\'')?.replace("'\\''", "'"))
    };
    let when = When::parse(&part("GIT_AUTHOR_DATE")?, 0)?;
    Some(Signature { name: part("GIT_AUTHOR_NAME")?, email: part("GIT_AUTHOR_EMAIL")?, when })
}

/// Commits what lies in the index.
#[inline(never)]
fn commit(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Result<(), Stop> {
    let when = g.when();
    let index = repo.read_index(g.files())?;
    let tree = repo.write_index_tree(g.cx.files_mut(), &index, when)?;
    let head = repo.head(g.files())?.id();
    let mut committer = g.identity(Whose::Committer)?;
    let mut who = match author(g, repo) {
        Some(who) => who,
        None => g.identity(Whose::Author)?,
    };
    if given.has("ignore-date") {
        who.when = committer.when;
    }
    if given.has("committer-date-is-author-date") {
        committer.when = who.when;
    }
    if let Some(id) = head
        && repo.read_commit(g.files(), &id)?.tree == tree
        && on(g, repo, "threeway")
    {
        say(g, repo, "No changes -- Patch already applied.");
        return Ok(());
    }
    if head.is_none() {
        g.err("applying to an empty history\n");
    }
    let message = read(g, repo, "final-commit").unwrap_or_default();
    make(
        g,
        repo,
        NewCommit { tree, parents: head.into_iter().collect(), author: who, committer, message, reason: "am".into() },
    )?;
    Ok(())
}

/// `--continue`: what was resolved is committed.
#[inline(never)]
fn resolved(g: &mut Git<'_, '_>, repo: &Repo, empty: bool) -> Result<(), Stop> {
    let message = read(g, repo, "final-commit").unwrap_or_default();
    let subject = message.lines().next().unwrap_or_default().to_string();
    say(g, repo, &format!("Applying: {subject}"));
    let index = repo.read_index(g.files())?;
    if !index.unmerged().is_empty() {
        g.out("You still have unmerged paths in your index.\nYou should 'git add' each file with resolved conflicts to mark them as such.\nYou might run `git rm` on a file to accept \"deleted by them\" for it.\n");
        return Err(Stop::Exit(stopped(g, false)?));
    }
    let changed = dirty_index(g, repo)?;
    let bare = read(g, repo, "patch").is_none_or(|text| text.trim().is_empty());
    if !(changed || empty && bare) {
        let nothing =
            read(g, repo, "patch").is_none_or(|text| parse_patches(text.as_bytes(), 1).is_ok_and(|all| all.is_empty()));
        g.out("No changes - did you forget to use 'git add'?\nIf there is nothing left to stage, chances are that something else\nalready introduced the same changes; you might want to skip this patch.\n");
        return Err(Stop::Exit(stopped(g, nothing)?));
    }
    commit(g, repo, &Given::default())?;
    if !changed {
        say(g, repo, "No changes - recorded it as an empty commit.");
    }
    next(g, repo)
}

fn next(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let when = g.when();
    for name in ["author-script", "final-commit"] {
        repo.remove_state(g.cx.files_mut(), &format!("{FOLDER}/{name}"), when);
    }
    let head = repo.head(g.files())?.id();
    write(g, repo, "abort-safety", &head.map_or(String::new(), |id| id.to_string()))?;
    let now = number(g, repo, "next");
    write(g, repo, "next", &format!("{}\n", now + 1))
}

/// Says how to go on.
fn stopped(g: &mut Git<'_, '_>, empty: bool) -> Answer {
    if g.advises("mergeConflict") {
        let more =
            if empty { "To record the empty patch as an empty commit, run \"git am --allow-empty\".\n" } else { "" };
        g.hint(&format!("When you have resolved this problem, run \"git am --continue\".\nIf you prefer to skip this patch, run \"git am --skip\" instead.\n{more}To restore the original branch and stop patching, run \"git am --abort\".\nDisable this message with \"git config advice.mergeConflict false\""));
    }
    Ok(128)
}

fn clear(g: &mut Git<'_, '_>, repo: &Repo) {
    let when = g.when();
    repo.remove_state(g.cx.files_mut(), FOLDER, when);
}

#[inline(never)]
fn abort(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    let head = repo.head(g.files())?.id();
    if read(g, repo, "dirtyindex").is_some() {
        clear(g, repo);
        return Ok(0);
    }
    let safe = read(g, repo, "abort-safety").unwrap_or_default();
    if safe.trim() != head.map_or(String::new(), |id| id.to_string()) {
        g.err("warning: You seem to have moved HEAD since the last 'am' failure.\nNot rewinding to ORIG_HEAD\n");
        clear(g, repo);
        return Ok(0);
    }
    let back = repo.read_ref(g.files(), "ORIG_HEAD");
    reset_merge_files(g, repo, back.as_ref(), None)?;
    if let Some(id) = back {
        super::reset::move_head(g, repo, id, None, "am --abort")?;
    }
    clear(g, repo);
    Ok(0)
}
