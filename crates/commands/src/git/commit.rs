//! `git commit`.

use super::cli::{Answer, Git, Stop, Whose, Work, error, fatal};
use super::commit_make::cleaned;
use super::commit_message::{self, Whence, cleanup, named_commit, with_trailer};
use super::commit_report::{empty, nothing_to_do, report, show_in_editor};
use super::draft::{Cleanup, Draft, go};
use super::options::{Dialect, Given, Spec, flag, maybe, only, value};
use git::{Commit, Index, ObjectId, Repo, Signature, When};

pub(crate) const SPEC: Spec = Spec {
    name: "commit",
    usage: &[
        "commit [-a] [-s] [--amend] [--dry-run] [-m <msg> | -F <file>] [--author=<author>] [--date=<date>]\n                  [--allow-empty] [--no-edit] [-q] [--] [<pathspec>...]",
    ],
    options: &[
        &[flag('q', "quiet", "say nothing of a commit that was made")],
        &[
            value('F', "file", "file", "the message is in a file"),
            value('\0', "author", "author", "another author: Name <email>"),
            value('\0', "date", "date", "another date of the author"),
            value('m', "message", "message", "the message; several are paragraphs"),
            value('C', "reuse-message", "commit", "message and author of another commit"),
            value('c', "reedit-message", "commit", "the same, and edit the message"),
            value('\0', "fixup", "[(amend|reword):]commit", "a message that rebase --autosquash knows"),
            value('\0', "squash", "commit", "the same, and keep the message"),
            value('\0', "trailer", "token[(=|:)value]", "add a trailer line"),
            value('t', "template", "file", "start the editor with this file"),
            value('\0', "cleanup", "mode", "how the message is tidied"),
            flag('\0', "status", "show the status in the editor (default)"),
            flag('\0', "reset-author", "with --amend: now I am the author"),
            flag('s', "signoff", "add a Signed-off-by line"),
            flag('e', "edit", "edit the message"),
            flag('v', "verbose", "show the diff in the editor"),
        ],
        &[
            flag('a', "all", "stage every tracked file first"),
            flag('p', "patch", "choose hunk by hunk what is staged first"),
            flag('i', "include", "stage these paths too"),
            flag('o', "only", "commit only these paths"),
            flag('n', "no-verify", "do not run hooks"),
            flag('\0', "dry-run", "only show what would be committed"),
            flag('\0', "short", "show the status in the short form"),
            flag('\0', "branch", "with the branch"),
            flag('\0', "porcelain", "show it for scripts"),
            flag('\0', "long", "show it in the long form"),
            flag('\0', "amend", "make the last commit anew"),
            only('\0', "no-post-rewrite", "do not run the post-rewrite hook"),
            maybe('u', "untracked-files", "mode", "which untracked files the status shows"),
            flag('\0', "allow-empty", "also without a change"),
            flag('\0', "allow-empty-message", "also without a message"),
        ],
    ],
    missing: &[
        "-S",
        "--gpg-sign",
        "--interactive",
        "--ahead-behind",
        "-z",
        "--null",
        "--pathspec-from-file",
        "--pathspec-file-nul",
    ],
    dialect: Dialect::Options,
};

/// `-p`: asks first, and commits what is staged then.
fn by_hunks(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let words = g.words.iter().filter(|word| !matches!(word.as_str(), "-p" | "--patch")).cloned().collect();
    let mode = super::patch_mode::Mode::Add;
    super::patch_apply::start(g, mode, None, &given.operands, |session| session.commit = Some(words))
}

#[inline(never)]
pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    if given.has("patch") {
        return by_hunks(g, given);
    }
    let work = g.work()?;
    let repo = work.repo.clone();
    let head = repo.head(g.files())?.id();
    let amended = match (given.has("amend"), head) {
        (true, Some(id)) => Some(repo.read_commit(g.files(), &id)?),
        (true, None) => return fatal("You have nothing to amend."),
        (false, _) => None,
    };
    let whence = Whence::read(g, &repo);
    if amended.is_some() && whence != Whence::Commit {
        return fatal(format!("You are in the middle of {} -- cannot amend.", whence.name()));
    }
    if given.has("all") && !given.operands.is_empty() {
        return fatal(format!("paths '{} ...' with -a does not make sense", given.operands[0]));
    }
    refuse_reset_author(given, amended.is_some(), whence)?;
    let looks = ["dry-run", "short", "porcelain", "long"].iter().any(|name| given.has(name));
    if !given.has("all") && given.operands.is_empty() && !looks {
        refuse_unmerged(g, &repo)?;
    }
    let (index, real) = stage(g, &work, given, whence)?;
    if looks {
        return report(g, &work, &index, given, amended.as_ref());
    }
    let author = author(g, &repo, given, amended.as_ref(), whence)?;
    let mut message = commit_message::read(g, &repo, given, amended.as_ref())?;
    let no_change = nothing_to_do(g, &repo, &index, given, amended.as_ref(), whence)?;
    let committer = if no_change { g.logger() } else { g.identity(Whose::Committer)? };
    let edits = given.state("edit").unwrap_or(message.needs_editor) && !no_change;
    let cleanup = cleanup(g, given, edits)?;
    if cleanup != Cleanup::Verbatim {
        message.text = cleaned(&message.text, false);
    }
    if given.has("signoff") {
        let line = format!("Signed-off-by: {} <{}>", committer.name, committer.email);
        message.text = with_trailer(&message.text, &line);
    }
    for trailer in given.values("trailer") {
        let at = trailer.find(['=', ':']);
        let (token, value) = at.map_or((trailer, ""), |at| (&trailer[..at], trailer[at + 1..].trim()));
        message.text = with_trailer(&message.text, &format!("{}: {value}", token.trim()));
    }
    if no_change {
        empty(g, &work, &index, given, amended.as_ref(), whence)?;
        return Ok(1);
    }
    let (parents, reason) = parents(g, &repo, head, amended.as_ref(), whence)?;
    let mut draft = Draft::new(&parents, &author, &committer, message.text, &reason);
    draft.shows_date = shows_date(given, amended.as_ref(), whence);
    draft.cleanup = cleanup;
    draft.edits = edits;
    draft.verifies = !given.has("no-verify");
    draft.source = message.source;
    draft.template = message.template;
    draft.empty_message = given.has("allow-empty-message");
    draft.quiet = given.has("quiet");
    draft.initial = head.is_none();
    draft.amends = amended.as_ref().and(head).filter(|_| !given.has("no-post-rewrite")).map(|id| id.to_string());
    draft.keep = real.map(|index| index.to_bytes());
    let placed = repo.read_index(g.files()).is_ok_and(|now| now == index);
    draft.index = (!placed).then(|| index.to_bytes());
    if edits {
        let status = given.state("status").unwrap_or(g.settings().get_bool("commit.status") != Some(false));
        show_in_editor(g, &work, &mut draft, &index, given, amended.is_some(), status, whence)?;
    }
    go(g, draft, None)
}

fn refuse_reset_author(given: &Given, amends: bool, whence: Whence) -> Result<(), Stop> {
    if given.has("reset-author")
        && !amends
        && ["reuse-message", "reedit-message"].iter().all(|name| given.value(name).is_none())
        && whence != Whence::CherryPick
    {
        return fatal("--reset-author can be used only with -C, -c or --amend.");
    }
    Ok(())
}

/// Whether the author's date is worth a word.
pub(crate) fn shows_date(given: &Given, amended: Option<&Commit>, whence: Whence) -> bool {
    let reused = ["reuse-message", "reedit-message"].iter().any(|name| given.value(name).is_some());
    let theirs = amended.is_some() || reused || matches!(whence, Whence::CherryPick | Whence::Rebase);
    (theirs && !given.has("reset-author")) || given.value("date").is_some()
}

/// Without this, markers of a conflict would be committed.
pub(crate) fn refuse_unmerged(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let index = repo.read_index(g.files())?;
    say_unmerged(g, &index)
}

#[inline(never)]
fn say_unmerged(g: &mut Git<'_, '_>, index: &Index) -> Result<(), Stop> {
    let unmerged = index.unmerged();
    if unmerged.is_empty() {
        return Ok(());
    }
    for path in unmerged.keys() {
        g.out(format!("U\t{path}\n"));
    }
    g.err("error: Committing is not possible because you have unmerged files.\n");
    if g.advises("resolveConflict") {
        g.hint("Fix them up in the work tree, and then use 'git add/rm <file>'\nas appropriate to mark resolution and make a commit.");
    }
    fatal("Exiting because of an unresolved conflict.")
}

/// The index to be committed; and, where only some paths are, the one to be kept afterwards.
#[inline(never)]
fn stage(g: &mut Git<'_, '_>, work: &Work, given: &Given, whence: Whence) -> Result<(Index, Option<Index>), Stop> {
    let repo = &work.repo;
    let mut index = repo.read_index(g.files())?;
    if !given.has("all") && given.operands.is_empty() {
        if given.has("only") && !given.has("amend") {
            return fatal("No paths with --include/--only does not make sense.");
        }
        return Ok((index, None));
    }
    let only = !given.operands.is_empty() && !given.has("include");
    if only && whence != Whence::Commit {
        return fatal(format!("cannot do a partial commit during {}.", whence.name()));
    }
    let spec = g.pathspec(work, &given.operands)?;
    let head = repo.head(g.files())?.id();
    let committed = super::switching::flat(g, repo, head.as_ref())?;
    let mut tracked: order::OrdSet<String> = index.all().map(|(path, ..)| path.to_string()).collect();
    // A file that was taken out of the index is known to HEAD yet.
    let gone = committed.keys().filter(|path| only && !index.has(path)).cloned().collect::<Vec<String>>();
    tracked.extend(gone.iter().cloned());
    let known: Vec<&str> = tracked.iter().map(String::as_str).collect();
    if let Some(typed) = spec.unmatched(&known) {
        return error(format!("pathspec '{typed}' did not match any file(s) known to git"));
    }
    update(g, repo, &mut index, gone.into_iter().filter(|path| spec.matches(path)).collect())?;
    let changed = repo.diff_unstaged(g.files(), &index, &spec)?;
    update(g, repo, &mut index, changed.iter().map(|change| change.path.clone()).collect())?;
    let looks = ["dry-run", "short", "porcelain", "long"].iter().any(|name| given.has(name));
    if given.has("include") && !looks {
        say_unmerged(g, &index)?;
    }
    if !only {
        return Ok((index, None));
    }
    // Only these paths: HEAD's other files are committed as they were.
    let mut partial = Index::default();
    for (path, (mode, id)) in committed {
        if !spec.matches(&path) {
            partial.put(&path, git::IndexEntry::new(mode, id));
        }
    }
    let chosen: Vec<_> =
        index.staged().filter(|(path, _)| spec.matches(path)).map(|(p, e)| (p.to_string(), e.clone())).collect();
    for (path, entry) in chosen {
        partial.put(&path, entry);
    }
    Ok((partial, Some(index)))
}

/// Brings tracked files' content into the index.
#[inline(never)]
fn update(g: &mut Git<'_, '_>, repo: &Repo, index: &mut Index, paths: Vec<String>) -> Result<(), Stop> {
    let when = g.when();
    for path in paths {
        if repo.work_file(g.files(), &path, None, 0)?.is_none() {
            index.remove(&path);
        } else {
            let entry = repo.stage_file(g.cx.files_mut(), &path, when)?;
            index.put(&path, entry);
        }
    }
    Ok(())
}

#[inline(never)]
pub(crate) fn author(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    amended: Option<&Commit>,
    whence: Whence,
) -> Result<Signature, Stop> {
    let named = given.value("reuse-message").or(given.value("reedit-message"));
    let reused = match named {
        _ if given.has("reset-author") => None,
        Some(name) => Some(named_commit(g, repo, name)?),
        None if matches!(whence, Whence::CherryPick | Whence::Rebase) => {
            Some(named_commit(g, repo, "CHERRY_PICK_HEAD")?)
        }
        None => amended.cloned(),
    };
    let mut author = match (given.value("author"), reused) {
        (Some(text), reused) => {
            let found = match text.split_once('<').and_then(|(name, rest)| Some((name.trim(), rest.split_once('>')?.0)))
            {
                Some((name, email)) => Some((name.to_string(), email.to_string())),
                None => known_author(g, repo, text)?,
            };
            let Some((name, email)) = found else {
                return fatal(format!("--author '{text}' is not 'Name <email>' and matches no existing author"));
            };
            let when = match reused {
                Some(commit) => commit.author.when,
                None => g.identity(Whose::Author).map_or(g.when(), |who| who.when),
            };
            Signature { name, email, when }
        }
        (None, Some(commit)) => commit.author,
        (None, None) => g.identity(Whose::Author)?,
    };
    if let Some(text) = given.value("date") {
        author.when = match When::parse(text, 0).or_else(|| When::parse_approximate(text, g.when().secs).map(When::utc))
        {
            Some(when) => when,
            None => return fatal(format!("invalid date format: {text}")),
        };
    }
    Ok(author)
}

/// The author of the youngest commit by somebody whose name or address holds the words.
#[inline(never)]
fn known_author(g: &Git<'_, '_>, repo: &Repo, words: &str) -> Result<Option<(String, String)>, Stop> {
    let tips = repo.all_commit_tips(g.files())?;
    for id in repo.walk(g.files(), &tips, &[])? {
        let author = repo.read_commit(g.files(), &id)?.author;
        let line = format!("{} <{}>", author.name, author.email).to_lowercase();
        if line.contains(&words.to_lowercase()) {
            return Ok(Some((author.name, author.email)));
        }
    }
    Ok(None)
}

#[inline(never)]
pub(crate) fn parents(
    g: &Git<'_, '_>,
    repo: &Repo,
    head: Option<ObjectId>,
    amended: Option<&Commit>,
    whence: Whence,
) -> Result<(Vec<ObjectId>, String), Stop> {
    // A rebase that made these words its own says so: `rebase (continue)`.
    let action = |word: &str| g.cx.env("GIT_REFLOG_ACTION").unwrap_or_else(|| word.to_string());
    if let Some(commit) = amended {
        return Ok((commit.parents.clone(), action("commit (amend)")));
    }
    let Some(head) = head else { return Ok((Vec::new(), action("commit (initial)"))) };
    let merged = repo.read_state(g.files(), "MERGE_HEAD").unwrap_or_default();
    let others: Vec<ObjectId> = merged.lines().filter_map(|line| git::parse_id(line.trim())).collect();
    let reason = match whence {
        Whence::Merge => "commit (merge)",
        Whence::CherryPick => "commit (cherry-pick)",
        Whence::Rebase | Whence::Commit => "commit",
    };
    Ok((std::iter::once(head).chain(others).collect(), action(reason)))
}
