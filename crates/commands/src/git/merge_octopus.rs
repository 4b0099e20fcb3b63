//! Merges that are not between two: of several branches at once, and `-s ours`.

// Unlike git: conflicts of several branches are marked with HEAD and the branch, not with names of temporary files.

use super::cli::{Answer, Git, Stop, Whose};
use super::commit_make::{NewCommit, cleaned};
use super::merge::{FastForward, Theirs, Wish};
use super::merge_squash::{note_squash_of, wait_for_all};
use super::merge_true::{changed, commit_merge};
use super::merging::{Join, Joined, common_files, conflict_style, join};
use super::reset::move_head;
use super::switching::{flat, move_files, overwrite};
use git::{MergeLabels, ObjectId, Repo};
use order::Arrange;

/// `branches 'a', 'b' and 'c'`: what is merged, by kind.
#[inline(never)]
fn described(all: &[Theirs]) -> String {
    let mut kinds: Vec<(String, Vec<String>)> = Vec::new();
    for theirs in all {
        let (kind, name) = theirs.described.rsplit_once(" '").unwrap_or(("commit", &theirs.label));
        let name = ["'", name.trim_end_matches('\''), "'"].concat();
        match kinds.iter_mut().find(|(known, _)| known == kind) {
            Some((_, names)) => names.push(name),
            None => kinds.push((kind.to_string(), vec![name])),
        }
    }
    let list = |(kind, names): &(String, Vec<String>)| match names.as_slice() {
        [one] => format!("{kind} {one}"),
        [rest @ .., last] => {
            let plural = if kind.ends_with("ch") { "es" } else { "s" };
            format!("{kind}{plural} {} and {last}", rest.join(", "))
        }
        [] => String::new(),
    };
    let place = |kind: &str| ["branch", "remote-tracking branch", "tag"].iter().position(|known| *known == kind);
    kinds.arrange_by_key(|(kind, _)| place(kind).unwrap_or(3));
    kinds.iter().map(list).collect::<Vec<_>>().join(", ")
}

/// Those that bring something by themselves: not in HEAD, and in none of the others.
#[inline(never)]
pub(crate) fn reduced(g: &Git<'_, '_>, repo: &Repo, all: Vec<Theirs>) -> Result<Vec<Theirs>, Stop> {
    let head = repo.head(g.files())?.id();
    let mut kept: Vec<Theirs> = Vec::new();
    for (n, theirs) in all.iter().enumerate() {
        let mut needless = kept.iter().any(|other| other.id == theirs.id);
        if let Some(head) = &head {
            needless = needless || repo.is_ancestor(g.files(), &theirs.id, head)?;
        }
        for (m, other) in all.iter().enumerate() {
            needless =
                needless || (m != n && other.id != theirs.id && repo.is_ancestor(g.files(), &theirs.id, &other.id)?);
        }
        if !needless {
            kept.push(theirs.clone());
        }
    }
    Ok(kept)
}

/// What is known at the end.
struct Made<'a> {
    head: ObjectId,
    parents: Vec<ObjectId>,
    all: &'a [Theirs],
    message: String,
    action: String,
    strategy: &'a str,
}

/// One commit with all of them as parents.
#[inline(never)]
pub(crate) fn octopus(g: &mut Git<'_, '_>, repo: &Repo, all: &[Theirs], wish: &Wish) -> Answer {
    let Some(head) = repo.head(g.files())?.id() else {
        return super::cli::fatal("Can merge only exactly one commit into empty head");
    };
    if wish.fast_forward == FastForward::Only {
        return super::merge::diverging(g);
    }
    let when = g.when();
    repo.write_state(g.cx.files_mut(), "ORIG_HEAD", &format!("{head}\n"), when)?;
    let staged = super::merge_true::staged_changes(g, repo)?;
    if !staged.is_empty() {
        let list = staged.join("\n    ");
        g.out(format!("Error: Your local changes to the following files would be overwritten by merge\n    {list}\n"));
        g.err("Merge with strategy octopus failed.\n");
        move_head(g, repo, head, None, &format!("{}: updating HEAD", action(all)))?;
        return Ok(2);
    }
    let before = flat(g, repo, Some(&head))?;
    let (mut parents, mut done) = (vec![head], vec![head]);
    let mut only_moved = true;
    for (n, theirs) in all.iter().enumerate() {
        let bases = repo.merge_bases_of(g.files(), &theirs.id, &done)?;
        if bases.contains(&theirs.id) {
            g.out(format!("Already up to date with {}\n", theirs.label));
            continue;
        }
        let ahead = only_moved && done.len() == 1 && bases.contains(&done[0]);
        if ahead {
            g.out(format!("Fast-forwarding to: {}\n", theirs.label));
            move_files(g, repo, Some(&theirs.id), false, "merge", "merge")?;
            (parents, done) = (vec![theirs.id], vec![theirs.id]);
            // The work tree is there already; HEAD follows with the commit.
            continue;
        }
        only_moved = false;
        g.out(format!("Trying simple merge with {}\n", theirs.label));
        match simply(g, repo, &bases, theirs)? {
            Joined::Clean(_) => {
                parents.push(theirs.id);
                done.push(theirs.id);
            }
            Joined::Blocked => {
                g.err("Merge with strategy octopus failed.\n");
                return Ok(2);
            }
            Joined::Conflicts(paths) if n + 1 == all.len() => {
                return conflicts(g, repo, all, wish, &paths);
            }
            Joined::Conflicts(_) => {
                g.out("Automated merge did not work.\nShould not be doing an octopus.\n");
                overwrite(g, repo, &before)?;
                g.err("Merge with strategy octopus failed.\n");
                return Ok(2);
            }
        }
    }
    // What was only moved to stands first, in the place of HEAD.
    if parents[0] != head && parents.len() == 1 {
        move_head(g, repo, parents[0], Some(head), &format!("{}: Fast-forward", action(all)))?;
        return Ok(0);
    }
    let message = wish.message.clone().unwrap_or_else(|| message(g, repo, all));
    conclude(g, repo, wish, Made { head, parents, all, message, action: action(all), strategy: "octopus" })
}

/// Merges one more into the index as it is.
#[inline(never)]
fn simply(g: &mut Git<'_, '_>, repo: &Repo, bases: &[ObjectId], theirs: &Theirs) -> Result<Joined, Stop> {
    let base = common_files(g, repo, bases, 0)?;
    let ours = repo.read_index(g.files())?.flat();
    let labels = MergeLabels {
        ours: "HEAD".into(),
        base: "merged common ancestors".into(),
        theirs: theirs.label.clone(),
        style: conflict_style(g),
        favor: None,
        keepers: super::merging::keepers(g),
        ..MergeLabels::default()
    };
    let theirs = flat(g, repo, Some(&theirs.id))?;
    join(g, repo, &Join { base, ours: Some(ours), theirs, labels, verb: "octopus", before: "merge", terse: true })
}

fn action(all: &[Theirs]) -> String {
    let names: String = all.iter().map(|theirs| format!(" {}", theirs.label)).collect();
    format!("merge{names}")
}

fn message(g: &Git<'_, '_>, repo: &Repo, all: &[Theirs]) -> String {
    let Some(first) = all.first() else { return String::new() };
    let joined = Theirs { described: described(all), ..first.clone() };
    super::merge_true::standard_message(g, repo, &joined)
}

fn conflicts(g: &mut Git<'_, '_>, repo: &Repo, all: &[Theirs], wish: &Wish, paths: &[String]) -> Answer {
    let message = wish.message.clone().unwrap_or_else(|| message(g, repo, all));
    let ids: Vec<ObjectId> = all.iter().map(|theirs| theirs.id).collect();
    wait_for_all(g, repo, &ids, &message, Some(paths))?;
    super::rerere::auto(g, repo, wish.rerere)?;
    g.out("Automatic merge failed; fix conflicts and then commit the result.\n");
    Ok(1)
}

fn conclude(g: &mut Git<'_, '_>, repo: &Repo, wish: &Wish, made: Made<'_>) -> Answer {
    let when = g.when();
    let ids: Vec<ObjectId> = made.all.iter().map(|theirs| theirs.id).collect();
    if wish.squash {
        note_squash_of(g, repo, made.head, &ids, wish)?;
        g.err("Automatic merge went well; stopped before committing as requested\n");
        return Ok(0);
    }
    if !wish.commit {
        wait_for_all(g, repo, &ids, &made.message, None)?;
        g.err("Automatic merge went well; stopped before committing as requested\n");
        return Ok(0);
    }
    let (author, committer) = (g.identity(Whose::Author)?, g.identity(Whose::Committer)?);
    let index = repo.read_index(g.files())?;
    let tree = repo.write_index_tree(g.cx.files_mut(), &index, when)?;
    let mut message = cleaned(&made.message, false);
    if wish.signoff {
        let line = format!("Signed-off-by: {} <{}>", committer.name, committer.email);
        message = super::commit_message::with_trailer(&message, &line);
    }
    let said = format!("Merge made by the '{}' strategy.", made.strategy);
    let reason = format!("{}: {said}", made.action);
    commit_merge(g, repo, NewCommit { tree, parents: made.parents, author, committer, message, reason })?;
    if !wish.quiet {
        g.out(said + "\n");
        if wish.stat {
            let new = repo.head(g.files())?.id().unwrap_or(made.head);
            let text = changed(g, repo, &made.head, &new)?;
            g.out(text);
        }
    }
    Ok(0)
}

/// `-s ours`: their history, our files.
#[inline(never)]
pub(crate) fn ours(g: &mut Git<'_, '_>, repo: &Repo, all: &[Theirs], wish: &Wish) -> Answer {
    let Some(head) = repo.head(g.files())?.id() else {
        return super::cli::fatal("Can merge only exactly one commit into empty head");
    };
    let when = g.when();
    repo.write_state(g.cx.files_mut(), "ORIG_HEAD", &format!("{head}\n"), when)?;
    if all.is_empty() {
        g.out("Already up to date.\n");
        return Ok(0);
    }
    let parents = std::iter::once(head).chain(all.iter().map(|theirs| theirs.id)).collect();
    let message = wish.message.clone().unwrap_or_else(|| message(g, repo, all));
    conclude(g, repo, wish, Made { head, parents, all, message, action: action(all), strategy: "ours" })
}
