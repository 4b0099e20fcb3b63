//! `git revert`.

use super::cli::{Answer, Git, Stop, Whose, error, fatal};
use super::commit_make::{NewCommit, cleaned, make, summary};
use super::merging::{Join, Joined, conflicts_comment, diff3, join};
use super::options::{Dialect, Given, Spec, flag, only, value};
use super::range::Range;
use super::reset::move_head;
use super::switching::{flat, overwrite};
use git::{Commit, Index, MergeLabels, ObjectId, Pathspec, Repo};

pub(crate) const SPEC: Spec = Spec {
    name: "revert",
    usage: &[
        "revert [--[no-]edit] [-n] [-m <parent-number>] <commit>...",
        "revert (--continue | --skip | --abort | --quit)",
    ],
    options: &[&[
        only('\0', "quit", "forget what is waiting"),
        only('\0', "continue", "go on after a conflict"),
        only('\0', "abort", "back to before the revert"),
        only('\0', "skip", "leave this commit out and go on"),
        flag('n', "no-commit", "only change the files"),
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
    match given.last(&["quit", "continue", "abort", "skip"]) {
        Some("continue") => return proceed(g, &repo, given),
        Some("abort") => return abort(g, &repo),
        Some("skip") => return skip(g, &repo, given),
        Some(_) => {
            clear(g, &repo);
            return Ok(0);
        }
        None => {}
    }
    if given.operands.is_empty() {
        g.err(super::options::usage(&SPEC));
        return Ok(129);
    }
    let mut todo = Vec::new();
    for name in &given.operands {
        let range = Range::read(g, &repo, std::slice::from_ref(name), Some(1))?;
        let (from, hidden) = range.commits(g, &repo)?;
        if range.dotted {
            todo.extend(repo.walk(g.files(), &from, &hidden)?);
        } else {
            todo.extend(from);
        }
    }
    let index = repo.read_index(g.files())?;
    if !index.unmerged().is_empty() {
        if given.state("no-commit") == Some(true) {
            return unmerged(g, &index);
        }
        g.err("error: Reverting is not possible because you have unmerged files.\n");
        g.hint("Fix them up in the work tree, and then use 'git add/rm <file>'\nas appropriate to mark resolution and make a commit.");
        return fatal("revert failed");
    }
    let head = repo.head(g.files())?.id();
    if todo.len() > 1 {
        let when = g.when();
        let head = head.map_or(String::new(), |id| format!("{id}\n"));
        repo.write_state(g.cx.files_mut(), "sequencer/head", &head, when)?;
    }
    run_all(g, &repo, &todo, given)
}

/// Without a commit to make, Git wants a tree of the index first, and says what stands in its way.
fn unmerged(g: &mut Git<'_, '_>, index: &Index) -> Answer {
    for (path, _, entry) in index.all().filter(|(_, stage, _)| *stage > 0) {
        g.err(format!("{path}: unmerged ({})\n", entry.id));
    }
    g.err("error: your index file is unmerged.\n");
    fatal("revert failed")
}

/// Reverts one after another; what is left is noted for `--continue`.
fn run_all(g: &mut Git<'_, '_>, repo: &Repo, todo: &[ObjectId], given: &Given) -> Answer {
    for (n, id) in todo.iter().enumerate() {
        let code = one(g, repo, id, given)?;
        if code != 0 {
            if todo.len() > 1 {
                let mut lines = String::new();
                for id in &todo[n..] {
                    let commit = repo.read_commit(g.files(), id)?;
                    lines.push_str(&format!("revert {} {}\n", repo.short_id(g.files(), id, 7), commit.subject()));
                }
                let when = g.when();
                repo.write_state(g.cx.files_mut(), "sequencer/todo", &lines, when)?;
            }
            return Ok(code);
        }
    }
    let when = g.when();
    repo.remove_state(g.cx.files_mut(), "sequencer", when);
    Ok(0)
}

/// The parent that a commit is taken back to.
fn parent(g: &mut Git<'_, '_>, id: &ObjectId, commit: &Commit, given: &Given) -> Result<Option<ObjectId>, Stop> {
    let mainline = match given.value("mainline").map(str::parse::<usize>) {
        None => None,
        Some(Ok(number)) if number > 0 => Some(number),
        Some(_) => {
            g.err("error: option `mainline' expects a number greater than zero\n");
            return Err(Stop::Exit(129));
        }
    };
    let failed = |g: &mut Git<'_, '_>, why: String| {
        g.err(format!("error: {why}\n"));
        fatal("revert failed")
    };
    match (commit.parents.len(), mainline) {
        (0, _) => Ok(None),
        (1, None | Some(1)) => Ok(commit.parents.first().copied()),
        (1, Some(_)) => failed(g, format!("mainline was specified but commit {id} is not a merge.")),
        (_, None) => failed(g, format!("commit {id} is a merge but no -m option was given.")),
        (count, Some(number)) if number <= count => Ok(Some(commit.parents[number - 1])),
        (_, Some(number)) => failed(g, format!("commit {id} does not have parent {number}")),
    }
}

fn message(id: &ObjectId, commit: &Commit, parent: Option<&ObjectId>) -> String {
    let subject = commit.subject();
    let title = match subject.strip_prefix("Revert \"").and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.starts_with("Revert \"") => format!("Reapply \"{inner}\""),
        _ => format!("Revert \"{subject}\""),
    };
    let which = match parent.filter(|_| commit.parents.len() > 1) {
        Some(parent) => format!("This reverts commit {id}, reversing\nchanges made to {parent}.\n"),
        None => format!("This reverts commit {id}.\n"),
    };
    format!("{title}\n\n{which}")
}

fn one(g: &mut Git<'_, '_>, repo: &Repo, id: &ObjectId, given: &Given) -> Answer {
    let commit = repo.read_commit(g.files(), id)?;
    let parent = parent(g, id, &commit, given)?;
    let no_commit = given.state("no-commit") == Some(true);
    if !no_commit && dirty_index(g, repo)? {
        g.err("error: your local changes would be overwritten by revert.\n");
        g.hint("commit your changes or stash them to proceed.");
        return fatal("revert failed");
    }
    let short = repo.short_id(g.files(), id, 7);
    let subject = commit.subject();
    let labels = MergeLabels {
        ours: "HEAD".into(),
        base: format!("{short} ({subject})"),
        theirs: parent.map_or_else(|| "(empty tree)".into(), |_| format!("parent of {short} ({subject})")),
        diff3: diff3(g),
    };
    let (base, theirs) = (flat(g, repo, Some(id))?, flat(g, repo, parent.as_ref())?);
    let text = message(id, &commit, parent.as_ref());
    let joined = join(g, repo, &Join { base, theirs, labels, verb: "merge", before: "merge" })?;
    let when = g.when();
    match joined {
        Joined::Blocked => fatal("revert failed"),
        Joined::Conflicts(paths) => {
            let text = text + &conflicts_comment(&paths);
            repo.write_state(g.cx.files_mut(), "MERGE_MSG", &text, when)?;
            repo.write_state(g.cx.files_mut(), "REVERT_HEAD", &format!("{id}\n"), when)?;
            g.err(format!("error: could not revert {short}... {subject}\n"));
            if g.advises("mergeConflict") {
                g.hint(ADVICE);
            }
            Ok(1)
        }
        Joined::Clean(_) if no_commit => {
            repo.write_state(g.cx.files_mut(), "MERGE_MSG", &text, when)?;
            repo.write_state(g.cx.files_mut(), "REVERT_HEAD", &format!("{id}\n"), when)?;
            Ok(0)
        }
        Joined::Clean(tree) => {
            // Unlike git: at a terminal the message is not opened in an editor, there is none.
            let head = repo.head(g.files())?.id();
            if Some(tree) == head.map(|id| repo.read_commit(g.files(), &id).map(|commit| commit.tree)).transpose()? {
                return nothing_left(g, repo);
            }
            let text = signed(g, text, given)?;
            conclude(g, repo, tree, head.into_iter().collect(), &text, true)?;
            Ok(0)
        }
    }
}

const ADVICE: &str = "After resolving the conflicts, mark them with
\"git add/rm <pathspec>\", then run
\"git revert --continue\".
You can instead skip this commit with \"git revert --skip\".
To abort and get back to the state before \"git revert\",
run \"git revert --abort\".
Disable this message with \"git config advice.mergeConflict false\"";

fn signed(g: &mut Git<'_, '_>, text: String, given: &Given) -> Result<String, Stop> {
    if !given.has("signoff") {
        return Ok(text);
    }
    let who = g.identity(Whose::Committer)?;
    Ok(format!("{text}\nSigned-off-by: {} <{}>\n", who.name, who.email))
}

/// The revert changes nothing: the status is shown, as `git commit` would.
fn nothing_left(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    let work = g.work()?;
    let index = repo.read_index(g.files())?;
    let ignores = g.ignores(repo);
    let status = repo.status(g.files(), &index, &ignores, &Pathspec::default(), false)?;
    let report = super::status_text::Report {
        work: &work,
        status: &status,
        color: g.colored("status", None),
        for_commit: true,
        amend: false,
        show_untracked: true,
        show_ignored: false,
    };
    let text = report.long(g)?;
    g.out(text);
    Ok(1)
}

fn conclude(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    tree: ObjectId,
    parents: Vec<ObjectId>,
    text: &str,
    show_date: bool,
) -> Result<(), Stop> {
    let author = g.identity(Whose::Author)?;
    let committer = g.identity(Whose::Committer)?;
    let message = cleaned(text, true);
    let id = make(g, repo, NewCommit { tree, parents, author, committer, message, reason: "revert".into() })?;
    let text = summary(g, repo, &id, show_date, false)?;
    g.out(text);
    Ok(())
}

pub(crate) fn dirty_index(g: &Git<'_, '_>, repo: &Repo) -> Result<bool, Stop> {
    let head = repo.head(g.files())?.id();
    let committed = flat(g, repo, head.as_ref())?;
    Ok(repo.read_index(g.files())?.flat() != committed)
}

fn in_progress(g: &Git<'_, '_>, repo: &Repo) -> bool {
    ["REVERT_HEAD", "sequencer/todo"].iter().any(|state| repo.read_state(g.files(), state).is_some())
}

fn clear(g: &mut Git<'_, '_>, repo: &Repo) {
    let when = g.when();
    for state in ["REVERT_HEAD", "MERGE_MSG", "sequencer"] {
        repo.remove_state(g.cx.files_mut(), state, when);
    }
}

/// What is left to revert, without the one that is waiting.
fn rest(g: &Git<'_, '_>, repo: &Repo) -> Result<Vec<ObjectId>, Stop> {
    let lines = repo.read_state(g.files(), "sequencer/todo").unwrap_or_default();
    let mut todo = Vec::new();
    for line in lines.lines().skip(1) {
        if let Some(name) = line.split(' ').nth(1) {
            todo.push(repo.resolve_commit(g.files(), name)?);
        }
    }
    Ok(todo)
}

fn proceed(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    if !in_progress(g, repo) {
        g.err("error: no cherry-pick or revert in progress\n");
        return fatal("revert failed");
    }
    let index = repo.read_index(g.files())?;
    if !index.unmerged().is_empty() {
        super::commit::refuse_unmerged(g, repo)?;
    }
    let todo = rest(g, repo)?;
    let when = g.when();
    let head = repo.head(g.files())?.id();
    if repo.read_state(g.files(), "REVERT_HEAD").is_some() && dirty_index(g, repo)? {
        let text = repo.read_state(g.files(), "MERGE_MSG").unwrap_or_default();
        let tree = repo.write_tree(g.cx.files_mut(), &index.flat(), when)?;
        conclude(g, repo, tree, head.into_iter().collect(), &text, false)?;
    }
    clear(g, repo);
    run_all(g, repo, &todo, given)
}

fn skip(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Answer {
    if !in_progress(g, repo) {
        return error("no revert in progress").or_else(|_: Stop| {
            g.err("error: no revert in progress\n");
            fatal("revert failed")
        });
    }
    let todo = rest(g, repo)?;
    back_to(g, repo, None)?;
    clear(g, repo);
    run_all(g, repo, &todo, given)
}

fn abort(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    if !in_progress(g, repo) {
        g.err("error: no cherry-pick or revert in progress\n");
        return fatal("revert failed");
    }
    let start = repo.read_state(g.files(), "sequencer/head").and_then(|text| git::parse_id(text.trim()));
    back_to(g, repo, start)?;
    clear(g, repo);
    Ok(0)
}

fn back_to(g: &mut Git<'_, '_>, repo: &Repo, start: Option<ObjectId>) -> Result<(), Stop> {
    let head = repo.head(g.files())?.id();
    let target = start.or(head);
    let files = flat(g, repo, target.as_ref())?;
    overwrite(g, repo, &files)?;
    if let Some(id) = target {
        move_head(g, repo, id, head, &format!("reset: moving to {id}"))?;
    }
    Ok(())
}
