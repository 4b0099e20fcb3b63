//! Commits that are melded into the one before them, and what `--continue` commits.

use super::cli::{Git, Stop, Whose};
use super::draft::Draft;
use super::pick::dirty_index;
use super::rebase_pick::{Line, commit, done, edited};
use super::rebase_run::{After, Flow, What};
use super::rebase_state::{self as files};
use super::rebase_todo::Command;
use git::{ObjectId, Repo};

/// Melds the index into HEAD.
#[inline(never)]
pub(crate) fn meld(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    line: &Line<'_>,
    tree: ObjectId,
    text: String,
) -> Result<Flow, Stop> {
    let head = repo.read_commit(g.files(), &line.head)?;
    let reason = format!("{} ({})", g.log_action("rebase"), line.item.command.name());
    let fixup = files::read(g, repo, "message-fixup");
    let edits = line.item.keeps_message == Some('c') || (fixup.is_none() && !line.melds_next);
    if edits {
        let committer = g.identity(Whose::Committer)?;
        let text = fixup.unwrap_or(text);
        let mut draft = Draft::new(&head.parents, &head.author, &committer, text, &reason);
        draft.shows_date = true;
        draft.verifies = false;
        draft.source = vec!["squash".into()];
        let what = What::Picked { id: line.id.to_string(), melds_next: line.melds_next, reword: false };
        return edited(g, repo, draft, true, After { what, forced: line.forced, action: g.action.clone() });
    }
    let text = if line.melds_next { text } else { fixup.unwrap_or(text) };
    commit(g, repo, tree, head.parents, head.author, text, reason)?;
    meld_ended(g, repo, line.melds_next);
    done(g, repo, line)
}

/// After the last of a chain, its messages are of no use.
pub(crate) fn meld_ended(g: &mut Git<'_, '_>, repo: &Repo, melds_next: bool) {
    // Unlike git: a squash that stopped for a conflict leaves no `.git/SQUASH_MSG` behind.
    if !melds_next {
        for name in ["message-squash", "message-fixup", "current-fixups"] {
            files::remove(g, repo, name);
        }
    }
}

pub(crate) fn commented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "#\n".into() } else { format!("# {line}\n") }).collect()
}

/// The message of what is melded so far, as the editor will show it; it is kept beside the list.
#[inline(never)]
pub(crate) fn meld_messages(g: &mut Git<'_, '_>, repo: &Repo, line: &Line<'_>) -> Result<String, Stop> {
    let squash = line.item.command == Command::Squash;
    let replaces = line.item.keeps_message.is_some();
    let fixups = files::read(g, repo, "current-fixups").unwrap_or_default();
    let count = fixups.lines().count();
    let seen_squash = fixups.lines().any(|line| line.starts_with("squash"));
    let mut text = if count > 0 {
        let before = files::read(g, repo, "message-squash").unwrap_or_default();
        let rest = before.split_once('\n').map_or("", |(_, rest)| rest);
        format!("# This is a combination of {} commits.\n{rest}", count + 2)
    } else {
        let body = repo.read_commit(g.files(), &line.head)?.message;
        if !squash && !replaces {
            files::write(g, repo, "message-fixup", &body)?;
        }
        let (title, body) = if replaces {
            ("The 1st commit message will be skipped:", commented(&body))
        } else {
            ("This is the 1st commit message:", body)
        };
        format!("# This is a combination of 2 commits.\n# {title}\n\n{body}")
    };
    let body = &line.commit.message;
    if squash || replaces {
        let marked = body.starts_with("amend!")
            || ((squash || seen_squash) && (body.starts_with("squash!") || body.starts_with("fixup!")));
        let cut = if marked { body.find("\n\n").map_or(body.len(), |at| at + 1) } else { 0 };
        text.push_str(&format!("\n# This is the commit message #{}:\n\n", count + 2));
        text.push_str(&commented(&body[..cut]));
        text.push_str(&body[cut..]);
        if replaces && !seen_squash {
            files::write(g, repo, "message-fixup", body[cut..].trim_start_matches('\n'))?;
        } else {
            files::remove(g, repo, "message-fixup");
        }
    } else {
        text.push_str(&format!("\n# The commit message #{} will be skipped:\n\n{}", count + 2, commented(body)));
    }
    files::write(g, repo, "message-squash", &text)?;
    let gap = if fixups.is_empty() { "" } else { "\n" };
    let entry = format!("{fixups}{gap}{} {}", line.item.command.name(), line.id);
    files::write(g, repo, "current-fixups", &entry)?;
    Ok(text)
}

/// `--continue`: commits what is staged. `None`: the list may go on.
#[inline(never)]
pub(crate) fn commit_staged(g: &mut Git<'_, '_>, repo: &Repo) -> Result<Option<i32>, Stop> {
    let head = repo.head(g.files())?.id();
    let clean = !dirty_index(g, repo)?;
    let amend = files::line(g, repo, "amend");
    if let Some(amend) = &amend
        && !clean
        && head.map(|id| id.to_string()).as_ref() != Some(amend)
    {
        g.err("error: \nYou have uncommitted changes in your working tree. Please, commit them\nfirst and then run 'git rebase --continue' again.\n");
        return Ok(Some(1));
    }
    let when = g.when();
    let melding = files::read(g, repo, "current-fixups").is_some();
    if clean {
        for name in ["CHERRY_PICK_HEAD", "MERGE_MSG"] {
            repo.remove_state(g.cx.files_mut(), name, when);
        }
        // What was resolved to nothing counts as left out; with it goes the only one that was melded.
        let only = files::read(g, repo, "current-fixups").is_some_and(|text| text.lines().count() < 2);
        if !melding || only {
            for name in ["current-fixups", "message-fixup", "message-squash"].iter().filter(|_| only) {
                files::remove(g, repo, name);
            }
            files::remove(g, repo, "amend");
            continued(g, repo)?;
            return Ok(None);
        }
    }
    let committer = g.identity(Whose::Committer)?;
    let text = files::read(g, repo, "message").unwrap_or_default();
    let (parents, author) = match (amend, head) {
        (Some(_), Some(id)) => {
            let commit = repo.read_commit(g.files(), &id)?;
            (commit.parents, commit.author)
        }
        (_, head) => {
            let author = match files::read_author(g, repo) {
                Some(author) => author,
                None => g.identity(Whose::Author)?,
            };
            let merged = repo.read_state(g.files(), "MERGE_HEAD").unwrap_or_default();
            (head.into_iter().chain(merged.lines().filter_map(git::parse_id)).collect(), author)
        }
    };
    let amends = head.is_some_and(|id| !parents.contains(&id));
    let mut draft = Draft::new(&parents, &author, &committer, text, &format!("{} (continue)", g.log_action("rebase")));
    draft.shows_date = amends;
    draft.verifies = !amends;
    draft.source = vec!["message".into()];
    match edited(g, repo, draft, amends, After { what: What::Continued, forced: false, action: g.action.clone() })? {
        Flow::End(code) => Ok(Some(code)),
        Flow::Next => Ok(None),
    }
}

/// What was resolved is a commit now.
#[inline(never)]
pub(crate) fn continued(g: &mut Git<'_, '_>, repo: &Repo) -> Result<(), Stop> {
    files::remove(g, repo, "amend");
    let next = files::read(g, repo, "git-rebase-todo").unwrap_or_default();
    let melds_next = next.split_whitespace().next().is_some_and(|word| matches!(word, "fixup" | "squash" | "f" | "s"));
    meld_ended(g, repo, melds_next);
    if let Some(id) = files::line(g, repo, "stopped-sha") {
        files::record(g, repo, &id, melds_next)?;
        files::remove(g, repo, "stopped-sha");
    }
    Ok(())
}
