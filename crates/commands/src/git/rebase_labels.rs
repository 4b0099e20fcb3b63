//! The lines of a rebase that makes merges anew: `label`, `reset` and `merge`.

use super::cli::{Answer, Git, Stop};
use super::draft::Draft;
use super::merging::{Join, Joined, base_label, common_files, conflict_style, join, keepers};
use super::rebase_pick::{commit, edited, stop_at};
use super::rebase_run::{After, Flow, What};
use super::rebase_state::{self as files};
use super::rebase_todo::Item;
use super::switching::{flat, move_files};
use git::{MergeLabels, ObjectId, RefChange, Repo};

const NAMES: &str = "refs/rewritten/";

/// `label`: where HEAD is now gets a name.
#[inline(never)]
pub(crate) fn label(g: &mut Git<'_, '_>, repo: &Repo, item: &Item) -> Result<Flow, Stop> {
    let Some(new) = repo.read_ref(g.files(), "HEAD") else { return Ok(Flow::End(1)) };
    let name = item.rest.split_whitespace().next().unwrap_or_default();
    let full = format!("{NAMES}{name}");
    let who = g.logger();
    let message = format!("{} (label): '{name}'", g.log_action("rebase"));
    repo.update_ref(g.cx.files_mut(), &RefChange { name: &full, new, who: &who, message: &message })?;
    let list = files::read(g, repo, "refs-to-delete").unwrap_or_default();
    if !list.lines().any(|line| line == full) {
        files::write(g, repo, "refs-to-delete", &format!("{list}{full}\n"))?;
    }
    Ok(Flow::Next)
}

fn named(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Result<Option<ObjectId>, Stop> {
    match repo.read_ref(g.files(), &format!("{NAMES}{name}")) {
        Some(id) => Ok(Some(id)),
        None => match repo.try_resolve(g.files(), name)? {
            Some(id) => Ok(repo.peel(g.files(), id, git::Kind::Commit)?),
            None => Ok(None),
        },
    }
}

/// `reset`: on from a name.
#[inline(never)]
pub(crate) fn reset(g: &mut Git<'_, '_>, repo: &Repo, item: &Item) -> Result<Flow, Stop> {
    let name = item.rest.split_whitespace().next().unwrap_or_default().to_string();
    if item.rest.starts_with("[new root]") {
        g.err("error: `reset [new root]' in a todo list is real Git, but not part of this sandbox yet\n");
        return Ok(Flow::End(1));
    }
    let Some(id) = named(g, repo, &name)? else {
        g.err(format!("error: could not read '{name}'.\n"));
        return Ok(Flow::End(1));
    };
    if repo.head(g.files())?.id() == Some(id) {
        return Ok(Flow::Next);
    }
    move_files(g, repo, Some(&id), false, "merge", "merge")?;
    let message = format!("{} (reset): '{name}'", g.log_action("rebase"));
    super::reset::move_head(g, repo, id, None, &message)?;
    Ok(Flow::Next)
}

/// `merge`: the same lines of history meet again.
#[inline(never)]
pub(crate) fn merge(g: &mut Git<'_, '_>, repo: &Repo, item: &Item, forced: bool) -> Result<Flow, Stop> {
    let Some(head) = repo.head(g.files())?.id() else { return Ok(Flow::End(1)) };
    let (names, subject) = item.rest.split_once('#').unwrap_or((&item.rest, ""));
    let mut others = Vec::new();
    for name in names.split_whitespace() {
        match named(g, repo, name)? {
            Some(id) => others.push((name.to_string(), id)),
            None => {
                g.err(format!("error: could not resolve '{name}'\n"));
                return Ok(Flow::End(1));
            }
        }
    }
    let [(name, theirs)] = others.as_slice() else {
        g.err("error: an octopus merge in a todo list is real Git, but not part of this sandbox yet\n");
        return Ok(Flow::End(1));
    };
    let original = match item.id {
        Some(id) => Some((id, repo.read_commit(g.files(), &id)?)),
        None => None,
    };
    if let Some((id, old)) = &original
        && !forced
        && item.keeps_message == Some('C')
        && old.parents == [head, *theirs]
    {
        move_files(g, repo, Some(id), false, "merge", "merge")?;
        super::reset::move_head(g, repo, *id, None, "rebase: fast-forward")?;
        return Ok(Flow::Next);
    }
    // Nothing is to be merged that is there already.
    if repo.is_ancestor(g.files(), theirs, &head)? {
        return Ok(Flow::Next);
    }
    let message = match &original {
        Some((_, old)) => old.message.clone(),
        None if subject.trim().is_empty() => format!("Merge branch '{name}'\n"),
        None => format!("{}\n", subject.trim()),
    };
    if let Some((_, old)) = &original {
        files::write_author(g, repo, &old.author)?;
    }
    match joined(g, repo, head, name, *theirs)? {
        Joined::Blocked => Ok(Flow::End(1)),
        Joined::Conflicts(_) => {
            let when = g.when();
            repo.write_state(g.cx.files_mut(), "MERGE_HEAD", &theirs.to_string(), when)?;
            repo.write_state(g.cx.files_mut(), "MERGE_MODE", "no-ff", when)?;
            repo.write_state(g.cx.files_mut(), "MERGE_MSG", &message, when)?;
            files::write(g, repo, "message", &message)?;
            conflict(g, repo, item, original.as_ref())
        }
        Joined::Clean(tree) => made(g, repo, item, (tree, vec![head, *theirs]), message, forced),
    }
}

/// Merges the files.
#[inline(never)]
fn joined(g: &mut Git<'_, '_>, repo: &Repo, head: ObjectId, name: &str, theirs: ObjectId) -> Result<Joined, Stop> {
    let bases = repo.merge_bases(g.files(), &head, &theirs)?;
    let base = common_files(g, repo, &bases, 0)?;
    let theirs_files = flat(g, repo, Some(&theirs))?;
    let labels = MergeLabels {
        ours: "HEAD".into(),
        base: base_label(g, repo, &bases),
        theirs: format!("{NAMES}{name}"),
        style: conflict_style(g),
        favor: None,
        keepers: keepers(g),
        ..MergeLabels::default()
    };
    let wish = Join { base, ours: None, theirs: theirs_files, labels, verb: "merge", before: "merge", terse: true };
    join(g, repo, &wish)
}

/// Commits what was merged; the words of a merge that there was not before are edited.
#[inline(never)]
fn made(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    item: &Item,
    (tree, parents): (ObjectId, Vec<ObjectId>),
    message: String,
    forced: bool,
) -> Result<Flow, Stop> {
    let author = match item.id {
        Some(id) => repo.read_commit(g.files(), &id)?.author,
        None => g.identity(super::cli::Whose::Author)?,
    };
    let reason = format!("{} (pick)", g.log_action("rebase"));
    if item.keeps_message == Some('c') || item.id.is_none() {
        let committer = g.identity(super::cli::Whose::Committer)?;
        // The merge is made first, and its words are edited after.
        let text = if item.id.is_some() { message.clone() } else { message.trim_end().to_string() };
        commit(g, repo, tree, parents.clone(), author.clone(), text, reason.clone())?;
        let mut draft = Draft::new(&parents, &author, &committer, message, &reason);
        draft.shows_date = true;
        draft.verifies = true;
        draft.source = vec!["merge".into()];
        let id = item.id.map_or(String::new(), |id| id.to_string());
        let what = What::Picked { id, melds_next: false, reword: false };
        return edited(g, repo, draft, true, After { what, forced, action: g.action.clone() });
    }
    commit(g, repo, tree, parents, author, message, reason)?;
    if let Some(id) = item.id {
        files::record(g, repo, &id.to_string(), false)?;
    }
    Ok(Flow::Next)
}

#[inline(never)]
fn conflict(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    item: &Item,
    original: Option<&(ObjectId, git::Commit)>,
) -> Result<Flow, Stop> {
    let Some((id, commit)) = original else { return Ok(Flow::End(1)) };
    let short = repo.short_id(g.files(), id, 7);
    super::rerere::auto(g, repo, None)?;
    g.err(format!("Could not apply {short}... {}\n", item.rest));
    stop_at(g, repo, id, commit, false, 0)?;
    Ok(Flow::End(1))
}

/// The names are forgotten.
pub(crate) fn clear(g: &mut Git<'_, '_>, repo: &Repo) -> Answer {
    let when = g.when();
    for name in files::read(g, repo, "refs-to-delete").unwrap_or_default().lines() {
        repo.delete_ref(g.cx.files_mut(), name, when)?;
        // A folder without names is none.
        let folder = repo.file("refs/rewritten");
        g.cx.files_mut().remove_dir(&folder, when.micros()).ok();
    }
    Ok(0)
}
