//! `git commit`.

use super::cli::{Answer, Git, Stop, Whose, Work, error, fatal};
use super::commit_make::{NewCommit, cleaned, edit, make, summary};
use super::options::{Dialect, Given, Spec, flag, value};
use super::status_text::Report;
use git::{Commit, Index, ObjectId, Pathspec, Repo, Signature, When};

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
            flag('\0', "reset-author", "with --amend: now I am the author"),
            flag('s', "signoff", "add a Signed-off-by line"),
            flag('e', "edit", "edit the message"),
            flag('v', "verbose", "show the diff in the editor"),
        ],
        &[
            flag('a', "all", "stage every tracked file first"),
            flag('i', "include", "stage these paths too"),
            flag('o', "only", "commit only these paths"),
            flag('n', "no-verify", "do not run hooks"),
            flag('\0', "dry-run", "only show what would be committed"),
            flag('\0', "amend", "make the last commit anew"),
            flag('\0', "allow-empty", "also without a change"),
            flag('\0', "allow-empty-message", "also without a message"),
        ],
    ],
    missing: &[
        "-c",
        "--reedit-message",
        "--fixup",
        "--squash",
        "--trailer",
        "-t",
        "--template",
        "--cleanup",
        "--status",
        "-S",
        "--gpg-sign",
        "--interactive",
        "-p",
        "--patch",
        "--short",
        "--branch",
        "--ahead-behind",
        "--porcelain",
        "--long",
        "-z",
        "--null",
        "--no-post-rewrite",
        "-u",
        "--untracked-files",
        "--pathspec-from-file",
    ],
    dialect: Dialect::Options,
};

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let work = g.work()?;
    let repo = work.repo.clone();
    let head = repo.head(g.files())?.id();
    let amended = match (given.has("amend"), head) {
        (true, Some(id)) => Some(repo.read_commit(g.files(), &id)?),
        (true, None) => return fatal("You have nothing to amend."),
        (false, _) => None,
    };
    let merging = repo.read_state(g.files(), "MERGE_HEAD").is_some();
    if amended.is_some() && merging {
        return fatal("You are in the middle of a merge -- cannot amend.");
    }
    if given.has("all") && !given.operands.is_empty() {
        return fatal(format!("paths '{} ...' with -a does not make sense", given.operands[0]));
    }
    if !given.has("all") && given.operands.is_empty() {
        refuse_unmerged(g, &repo)?;
    }
    let (index, real) = stage(g, &work, given, merging)?;
    let author = author(g, given, amended.as_ref())?;
    let (message, from_user) = message(g, &repo, given, amended.as_ref())?;
    if nothing_to_do(g, &repo, &index, given, amended.as_ref(), merging)? || given.has("dry-run") {
        return report(g, &work, &index, given, amended.as_ref());
    }
    let committer = g.identity(Whose::Committer)?;
    let mut message = message;
    if given.has("signoff") {
        let line = format!("Signed-off-by: {} <{}>\n", committer.name, committer.email);
        if !message.ends_with(&line) {
            let gap =
                if message.lines().last().is_some_and(|last| last.starts_with("Signed-off-by: ")) { "" } else { "\n" };
            message.push_str(&format!("{gap}{line}"));
        }
    }
    let edits = given.state("edit").unwrap_or(!from_user);
    let prepared = given.state("edit").is_none() && !message.trim().is_empty();
    if edits && !prepared {
        edit(g)?;
    }
    let message = cleaned(&message, edits);
    if message.is_empty() && !given.has("allow-empty-message") {
        g.err("Aborting commit due to empty commit message.\n");
        return Ok(1);
    }
    let when = g.when();
    let tree = repo.write_tree(g.cx.files_mut(), &index.flat(), when)?;
    let (parents, reason) = parents(g, &repo, head, amended.as_ref())?;
    let new = NewCommit { tree, parents, author, committer, message: message.clone(), reason };
    let id = make(g, &repo, new)?;
    repo.write_index(g.cx.files_mut(), real.as_ref().unwrap_or(&index), when)?;
    repo.write_state(g.cx.files_mut(), "COMMIT_EDITMSG", &message, when)?;
    if !given.has("quiet") {
        let show_date = given.has("amend") || given.value("date").is_some() || given.value("reuse-message").is_some();
        let text = summary(g, &repo, &id, show_date && !given.has("reset-author"), head.is_none())?;
        g.out(text);
    }
    Ok(0)
}

/// Without this, markers of a conflict would be committed.
pub(crate) fn refuse_unmerged(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    let index = repo.read_index(g.files())?;
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
fn stage(g: &mut Git<'_, '_>, work: &Work, given: &Given, merging: bool) -> Result<(Index, Option<Index>), Stop> {
    let repo = &work.repo;
    let mut index = repo.read_index(g.files())?;
    if !given.has("all") && given.operands.is_empty() {
        if given.has("only") && !given.has("amend") {
            return fatal("No paths with --include/--only does not make sense.");
        }
        return Ok((index, None));
    }
    let spec = g.pathspec(work, &given.operands)?;
    let tracked: Vec<String> = index.all().map(|(path, ..)| path.to_string()).collect();
    let known: Vec<&str> = tracked.iter().map(String::as_str).collect();
    if let Some(typed) = spec.unmatched(&known) {
        return error(format!("pathspec '{typed}' did not match any file(s) known to git"));
    }
    let only = !given.operands.is_empty() && !given.has("include");
    if only && merging {
        return fatal("cannot do a partial commit during a merge.");
    }
    let changed = repo.diff_unstaged(g.files(), &index, &spec)?;
    update(g, repo, &mut index, changed.iter().map(|change| change.path.clone()).collect())?;
    if !only {
        return Ok((index, None));
    }
    // Only these paths: HEAD's other files are committed as they were.
    let head = repo.head(g.files())?.id();
    let tree = match head {
        Some(id) => Some(repo.read_commit(g.files(), &id)?.tree),
        None => None,
    };
    let mut partial = Index::default();
    for (path, (mode, id)) in repo.flat_tree(g.files(), tree.as_ref())? {
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

fn author(g: &mut Git<'_, '_>, given: &Given, amended: Option<&Commit>) -> Result<Signature, Stop> {
    let reused = match given.value("reuse-message") {
        Some(name) => Some(reused(g, name)?),
        None => amended.cloned().filter(|_| !given.has("reset-author")),
    };
    let mut author = match (given.value("author"), reused) {
        (Some(text), _) => {
            let Some((name, email)) =
                text.split_once('<').and_then(|(name, rest)| Some((name.trim(), rest.split_once('>')?.0)))
            else {
                return fatal(format!("--author '{text}' is not 'Name <email>' and matches no existing author"));
            };
            let when = match amended {
                Some(commit) => commit.author.when,
                None => g.identity(Whose::Author).map_or(g.when(), |who| who.when),
            };
            Signature { name: name.into(), email: email.into(), when }
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

fn reused(g: &Git<'_, '_>, name: &str) -> Result<Commit, Stop> {
    let repo = g.repo()?;
    match repo.try_resolve(g.files(), name)? {
        Some(id) => Ok(repo.read_commit(g.files(), &id)?),
        None => fatal(format!("could not lookup commit '{name}'")),
    }
}

/// The message so far, and whether it needs no editor.
fn message(g: &mut Git<'_, '_>, repo: &Repo, given: &Given, amended: Option<&Commit>) -> Result<(String, bool), Stop> {
    let paragraphs = given.values("message");
    if !paragraphs.is_empty() {
        if given.value("file").is_some() {
            return fatal("options '-m' and '-F' cannot be used together");
        }
        let text: Vec<String> = paragraphs.iter().map(|text| format!("{}\n", text.trim_end_matches('\n'))).collect();
        return Ok((text.join("\n"), true));
    }
    if let Some(name) = given.value("file") {
        let text = if name == "-" {
            match g.cx.stdin_text() {
                Some(text) => text,
                None => return Err(Stop::Exit(world::Cx::WAIT)),
            }
        } else {
            let path = vfs::join(&g.cwd, name);
            match g.files().read_text(&path) {
                Ok(text) => text,
                Err(why) => return fatal(format!("could not read log file '{name}': {why}")),
            }
        };
        return Ok((text, true));
    }
    if let Some(name) = given.value("reuse-message") {
        return Ok((reused(g, name)?.message, true));
    }
    let no_edit = given.state("edit") == Some(false);
    if let Some(commit) = amended {
        return Ok((commit.message.clone(), no_edit));
    }
    let waiting = repo.read_state(g.files(), "MERGE_MSG").or_else(|| repo.read_state(g.files(), "SQUASH_MSG"));
    Ok((waiting.unwrap_or_default(), no_edit))
}

/// Whether the commit would hold no change.
fn nothing_to_do(
    g: &Git<'_, '_>,
    repo: &Repo,
    index: &Index,
    given: &Given,
    amended: Option<&Commit>,
    merging: bool,
) -> Result<bool, Stop> {
    if given.has("allow-empty") || merging || amended.is_some_and(|commit| commit.parents.len() > 1) {
        return Ok(false);
    }
    let base = match amended {
        Some(commit) => commit.parents.first().copied(),
        None => repo.head(g.files())?.id(),
    };
    let tree = match base {
        Some(id) => Some(repo.read_commit(g.files(), &id)?.tree),
        None => None,
    };
    let same = repo.flat_tree(g.files(), tree.as_ref())? == index.flat();
    Ok(same && !(amended.is_some() && base.is_none() && !index.flat().is_empty()))
}

/// `--dry-run`, and what is said where there is nothing to commit.
fn report(g: &mut Git<'_, '_>, work: &Work, index: &Index, given: &Given, amended: Option<&Commit>) -> Answer {
    let ignores = g.ignores(&work.repo);
    let status = work.repo.status(g.files(), index, &ignores, &Pathspec::default(), false)?;
    let report = Report {
        work,
        status: &status,
        color: g.colored("status", None),
        for_commit: true,
        amend: amended.is_some(),
        show_untracked: g.settings().get("status.showuntrackedfiles").as_deref() != Some("no"),
        show_ignored: false,
    };
    let text = report.long(g)?;
    let committable = report.committable(g);
    g.out(text);
    if amended.is_some() && !given.has("dry-run") {
        g.err("You asked to amend the most recent commit, but doing so would make\nit empty. You can repeat your command with --allow-empty, or you can\nremove the commit entirely with \"git reset HEAD^\".\n");
    }
    Ok(i32::from(!(committable && given.has("dry-run"))))
}

fn parents(
    g: &Git<'_, '_>,
    repo: &Repo,
    head: Option<ObjectId>,
    amended: Option<&Commit>,
) -> Result<(Vec<ObjectId>, String), Stop> {
    if let Some(commit) = amended {
        return Ok((commit.parents.clone(), "commit (amend)".into()));
    }
    let Some(head) = head else { return Ok((Vec::new(), "commit (initial)".into())) };
    let merged = repo.read_state(g.files(), "MERGE_HEAD").unwrap_or_default();
    let others: Vec<ObjectId> = merged.lines().filter_map(|line| git::parse_id(line.trim())).collect();
    let reason = if others.is_empty() { "commit" } else { "commit (merge)" };
    Ok((std::iter::once(head).chain(others).collect(), reason.into()))
}
