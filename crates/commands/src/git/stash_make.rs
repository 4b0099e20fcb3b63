//! Making and keeping entries of the stash: commits of the index, of untracked files and of the work tree, and the
//! log of `refs/stash`.

// Unlike git: `stash push PATH` takes the change away also where git makes the entry and then fails to.

use super::cli::{Answer, Git, Stop, Whose, Work, fatal};
use super::switching::{flat, overwrite};
use git::{Commit, FlatTree, Head, Index, Kind, ObjectId, Pathspec, RefChange, Repo, Signature};

/// What is to be stashed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish {
    pub message: Option<String>,
    pub untracked: bool,
    pub ignored: bool,
    pub staged: bool,
    pub paths: Vec<String>,
    /// `--patch`: what was chosen.
    pub tree: Option<ObjectId>,
}

/// An entry that was made.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub id: ObjectId,
    pub message: String,
    index_tree: ObjectId,
    untracked: Vec<String>,
}

/// What an entry holds.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub id: ObjectId,
    pub base: ObjectId,
    pub base_tree: ObjectId,
    pub index_tree: ObjectId,
    pub work_tree: ObjectId,
    pub untracked_tree: Option<ObjectId>,
    /// Its place in the log, where it was named by that.
    pub number: Option<usize>,
    pub shown: String,
}

fn identity(g: &mut Git<'_, '_>, whose: Whose) -> Signature {
    let settings = g.settings();
    if settings.get("user.email").is_none() && g.cx.env("GIT_COMMITTER_EMAIL").is_none() {
        return Signature { name: "git".into(), email: "git@stash".into(), when: g.logger().when };
    }
    g.identity(whose).unwrap_or_else(|_| g.logger())
}

#[inline(never)]
fn commit(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    tree: ObjectId,
    parents: Vec<ObjectId>,
    message: String,
) -> Result<ObjectId, Stop> {
    let (author, committer) = (identity(g, Whose::Author), identity(g, Whose::Committer));
    let when = g.when();
    let commit = Commit { tree, parents, author, committer, message };
    Ok(repo.write_commit(g.cx.files_mut(), &commit, when)?)
}

fn untracked(g: &Git<'_, '_>, repo: &Repo, index: &Index, wish: &Wish, spec: &Pathspec) -> Result<Vec<String>, Stop> {
    if !wish.untracked {
        return Ok(Vec::new());
    }
    let ignores = g.ignores(repo);
    let all = repo.untracked_files(g.files(), index, &ignores, wish.ignored)?;
    Ok(all.into_iter().filter(|path| spec.matches(path)).collect())
}

/// Makes the commits; `None` where there is nothing to stash.
pub(crate) fn make(g: &mut Git<'_, '_>, work: &Work, wish: &Wish) -> Result<Option<Made>, Stop> {
    let repo = &work.repo;
    let head = repo.head(g.files())?;
    let index = repo.read_index(g.files())?;
    let spec = g.pathspec(work, &wish.paths)?;
    let others = untracked(g, repo, &index, wish, &spec)?;
    // With `-u` a path that nobody knows may still come to be one.
    if !wish.paths.is_empty() && !wish.untracked {
        refuse_unknown(g, work, &index, &spec, &others)?;
    }
    if !index.unmerged().is_empty() {
        for path in index.unmerged().keys() {
            g.out(format!("{path}: needs merge\n"));
        }
        g.err("error: could not write index\n");
        return Err(Stop::Exit(1));
    }
    let Some(base) = head.id() else {
        g.err("You do not have the initial commit yet\n");
        return Err(Stop::Exit(1));
    };
    let base_tree = repo.read_commit(g.files(), &base)?.tree;
    let staged = repo.diff_staged(g.files(), Some(&base_tree), &index, &spec)?;
    let unstaged = repo.diff_unstaged(g.files(), &index, &spec)?;
    if staged.is_empty() && unstaged.is_empty() && others.is_empty() {
        return Ok(None);
    }
    if wish.staged && staged.is_empty() {
        g.err("No staged changes\n");
        return Err(Stop::Exit(1));
    }
    let place = match &head {
        Head::Detached(_) => "(no branch)".to_string(),
        _ => head.branch().unwrap_or_default().to_string(),
    };
    let subject = repo.read_commit(g.files(), &base)?.subject();
    let label = format!("{place}: {} {subject}", repo.short_id(g.files(), &base, 7));
    let when = g.when();
    let index_tree = repo.write_index_tree(g.cx.files_mut(), &index, when)?;
    let index_commit = commit(g, repo, index_tree, vec![base], format!("index on {label}\n"))?;
    let mut parents = vec![base, index_commit];
    if wish.untracked {
        let mut files = FlatTree::new();
        for path in &others {
            let entry = repo.stage_file(g.cx.files_mut(), path, when)?;
            files.insert(path.clone(), (entry.mode, entry.id));
        }
        let tree = repo.write_tree(g.cx.files_mut(), &files, when)?;
        parents.push(commit(g, repo, tree, Vec::new(), format!("untracked files on {label}\n"))?);
    }
    let tree = match wish.tree {
        Some(tree) => tree,
        None if wish.staged => index_tree,
        None => work_files(g, repo, &index, &base, &spec)?,
    };
    let message = match &wish.message {
        Some(text) if !text.is_empty() => format!("On {place}: {text}"),
        _ => format!("WIP on {label}"),
    };
    let id = commit(g, repo, tree, parents, message.clone())?;
    Ok(Some(Made { id, message, index_tree, untracked: others }))
}

#[inline(never)]
fn refuse_unknown(
    g: &mut Git<'_, '_>,
    work: &Work,
    index: &Index,
    spec: &Pathspec,
    others: &[String],
) -> Result<(), Stop> {
    let known: Vec<&str> = index.all().map(|(path, ..)| path).chain(others.iter().map(String::as_str)).collect();
    let Some(typed) = spec.unmatched(&known) else { return Ok(()) };
    let prefix = if work.prefix.is_empty() { String::new() } else { format!("{}/", work.prefix) };
    let typed = format!(":(prefix:{}){prefix}{typed}", prefix.len());
    g.err(format!("error: pathspec '{typed}' did not match any file(s) known to git\nDid you forget to 'git add'?\n"));
    Err(Stop::Exit(1))
}

/// The tree of the work tree: the index, with what files hold that HEAD does not.
#[inline(never)]
fn work_files(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    index: &Index,
    base: &ObjectId,
    spec: &Pathspec,
) -> Result<ObjectId, Stop> {
    let when = g.when();
    let mut files = index.flat();
    let head = flat(g, repo, Some(base))?;
    let mut paths = index.unique_paths();
    paths.extend(head.keys().filter(|path| !index.has(path)).cloned());
    for path in paths.into_iter().filter(|path| spec.matches(path)) {
        let there = repo.work_file(g.files(), &path, index.get(&path, 0), index.written)?;
        match there {
            Some(file) if files.get(&path) == Some(&(file.mode, file.id)) => {}
            Some(_) => {
                let entry = repo.stage_file(g.cx.files_mut(), &path, when)?;
                files.insert(path, (entry.mode, entry.id));
            }
            // What was only ever staged is no change of the work tree, whose file is gone.
            None if !head.contains_key(&path) => {}
            None => {
                files.remove(&path);
            }
        }
    }
    Ok(repo.write_tree(g.cx.files_mut(), &files, when)?)
}

/// Puts an entry on top of `refs/stash`, which is always logged.
pub(crate) fn store(g: &mut Git<'_, '_>, repo: &Repo, id: ObjectId, message: &str) -> Result<(), Stop> {
    let who = g.logger();
    if repo.read_state(g.files(), "logs/refs/stash").is_none() {
        repo.write_state(g.cx.files_mut(), "logs/refs/stash", "", who.when)?;
    }
    Ok(repo.update_ref(g.cx.files_mut(), &RefChange { name: "refs/stash", new: id, who: &who, message })?)
}

/// Index and work tree without what was stashed.
#[inline(never)]
pub(crate) fn take_away(g: &mut Git<'_, '_>, work: &Work, wish: &Wish, made: &Made, keep: bool) -> Answer {
    let repo = &work.repo;
    let when = g.when();
    let head = repo.head(g.files())?.id();
    let committed = flat(g, repo, head.as_ref())?;
    let staged = repo.flat_tree(g.files(), Some(&made.index_tree))?;
    if wish.staged {
        return unstage(g, repo, head, &committed, &staged);
    }
    let target = if keep { &staged } else { &committed };
    if wish.paths.is_empty() {
        overwrite(g, repo, target)?;
        for path in committed.keys().filter(|path| !target.contains_key(*path)) {
            repo.remove_from_work(g.cx.files_mut(), path, when)?;
        }
        if let Some(id) = head {
            super::reset::move_head(g, repo, id, Some(id), "reset: moving to HEAD")?;
        }
    } else {
        let spec = g.pathspec(work, &wish.paths)?;
        let mut index = repo.read_index(g.files())?;
        let mut paths = index.unique_paths();
        paths.extend(target.keys().filter(|path| !index.has(path)).cloned());
        for path in paths.into_iter().filter(|path| spec.matches(path)) {
            match target.get(&path) {
                Some((mode, id)) => {
                    let entry = repo.write_to_work(g.cx.files_mut(), &path, *mode, id, when)?;
                    index.put(&path, entry);
                }
                None => {
                    repo.remove_from_work(g.cx.files_mut(), &path, when)?;
                    index.remove(&path);
                }
            }
        }
        repo.write_index(g.cx.files_mut(), &index, when)?;
    }
    // What was untracked beside its own removal in the index is back by now.
    for path in made.untracked.iter().filter(|path| !target.contains_key(*path)) {
        repo.remove_from_work(g.cx.files_mut(), path, when)?;
    }
    if wish.untracked {
        // As `git clean -d` does, which takes these away.
        let index = repo.read_index(g.files())?;
        let ignores = if wish.ignored { git::Ignores::only("") } else { git::Ignores::clone(&g.ignores(repo)) };
        let spec = g.pathspec(work, &wish.paths)?;
        let empty = repo.empty_folders(g.files(), &index, &ignores)?;
        for path in empty.iter().map(|path| path.trim_end_matches('/')).filter(|path| spec.matches(path)) {
            let full = repo.work_path(path)?;
            g.cx.files_mut().remove_all(&full, when.micros()).ok();
        }
    }
    if wish.paths.is_empty() {
        super::reset::clear_branch_state(g, repo);
    }
    Ok(0)
}

/// `--staged`: what is staged goes from the files, where it can be taken back, and then from the index.
#[inline(never)]
fn unstage(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    head: Option<ObjectId>,
    committed: &FlatTree,
    staged: &FlatTree,
) -> Answer {
    let when = g.when();
    let index = repo.read_index(g.files())?;
    let (mut text, mut whole) = (String::new(), Vec::new());
    let options = git::PatchOptions { context: 1, ..git::PatchOptions::default() };
    for change in Repo::diff_flat(committed, staged, &Pathspec::default()) {
        let there = repo.work_file(g.files(), &change.path, index.get(&change.path, 0), index.written)?;
        if there.map(|file| (file.mode, file.id)) == staged.get(&change.path).copied() {
            whole.push(change.path);
        } else {
            text += &git::patch(repo, g.files(), &change, &options)?;
        }
    }
    let patches = git::parse_patches(text.as_bytes(), 1).unwrap_or_default();
    let back: Vec<git::FilePatch> = patches.iter().map(git::FilePatch::reversed).collect();
    let onto = super::apply::Onto { index: false, work: true };
    match super::apply::check(g, repo, &back, onto, false)? {
        Some(result) => super::apply_write::write(g, repo, &result, onto)?,
        None => {
            g.err("Cannot remove worktree changes\n");
            return Ok(1);
        }
    }
    for path in whole {
        match committed.get(&path) {
            Some((mode, id)) => {
                repo.write_to_work(g.cx.files_mut(), &path, *mode, id, when)?;
            }
            None => repo.remove_from_work(g.cx.files_mut(), &path, when)?,
        }
    }
    super::reset::mixed(g, repo, head.as_ref(), &Pathspec::default(), false)?;
    if let Some(id) = head {
        super::reset::move_head(g, repo, id, Some(id), "reset: moving to HEAD")?;
    }
    Ok(0)
}

/// Stashes what is not committed for the time of a rebase or merge.
#[inline(never)]
pub(crate) fn create_autostash(g: &mut Git<'_, '_>, repo: &Repo) -> Result<Option<ObjectId>, Stop> {
    let work = g.work()?;
    if let Err(Stop::Exit(_)) = super::stash::refuse_unmerged(g, repo) {
        return fatal("Cannot autostash");
    }
    let wish = Wish { message: Some("autostash".into()), ..Wish::default() };
    let Some(made) = make(g, &work, &wish)? else { return Ok(None) };
    let short = repo.short_id(g.files(), &made.id, 7);
    g.out(format!("Created autostash: {short}\n"));
    let head = repo.head(g.files())?.id();
    let files = flat(g, repo, head.as_ref())?;
    overwrite(g, repo, &files)?;
    Ok(Some(made.id))
}

/// Reads what an argument names: nothing, a number, `stash@{1}`, any commit of that form.
pub(crate) fn named(g: &mut Git<'_, '_>, repo: &Repo, operands: &[String]) -> Result<Parts, Stop> {
    if operands.len() > 1 {
        let list: String = operands.iter().map(|name| format!(" '{name}'")).collect();
        g.err(format!("Too many revisions specified:{list}\n"));
        return Err(Stop::Exit(1));
    }
    let shown = match operands.first() {
        None => {
            if repo.read_ref(g.files(), "refs/stash").is_none() {
                g.err("No stash entries found.\n");
                return Err(Stop::Exit(1));
            }
            "refs/stash@{0}".to_string()
        }
        Some(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => format!("refs/stash@{{{name}}}"),
        Some(name) => name.clone(),
    };
    let Some(id) = repo.try_resolve(g.files(), &shown)? else {
        g.err(format!("error: {shown} is not a valid reference\n"));
        return Err(Stop::Exit(1));
    };
    let not_like = |g: &mut Git<'_, '_>| {
        g.err(format!("fatal: '{shown}' is not a stash-like commit\n"));
        Stop::Exit(128)
    };
    if repo.read_object(g.files(), &id)?.kind != Kind::Commit {
        return Err(not_like(g));
    }
    let commit = repo.read_commit(g.files(), &id)?;
    let (Some(base), Some(index)) = (commit.parents.first(), commit.parents.get(1)) else { return Err(not_like(g)) };
    let tree = |id: &ObjectId| repo.read_commit(g.files(), id).map(|commit| commit.tree);
    let (base_tree, index_tree) = (tree(base)?, tree(index)?);
    let untracked_tree = commit.parents.get(2).map(tree).transpose()?;
    let number = match shown.split_once("@{") {
        Some(("stash" | "refs/stash", rest)) => rest.trim_end_matches('}').parse().ok(),
        None if matches!(shown.as_str(), "stash" | "refs/stash") => Some(0),
        _ => None,
    };
    Ok(Parts { id, base: *base, base_tree, index_tree, work_tree: commit.tree, untracked_tree, number, shown })
}

/// Takes an entry out of the log.
#[inline(never)]
pub(crate) fn drop_entry(g: &mut Git<'_, '_>, repo: &Repo, number: usize) -> Result<(), Stop> {
    let when = g.when();
    let text = repo.read_state(g.files(), "logs/refs/stash").unwrap_or_default();
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let Some(at) = lines.len().checked_sub(number + 1) else { return fatal("no such entry") };
    let old = lines.remove(at)[..40].to_string();
    if let Some(next) = lines.get_mut(at) {
        next.replace_range(..40, &old);
    }
    if lines.is_empty() {
        return Ok(repo.delete_ref(g.cx.files_mut(), "refs/stash", when)?);
    }
    if number == 0
        && let Some(id) = lines.last().and_then(|line| git::parse_id(&line[41..81]))
    {
        repo.place_ref(g.cx.files_mut(), "refs/stash", &id, when)?;
    }
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    Ok(repo.write_state(g.cx.files_mut(), "logs/refs/stash", &text, when)?)
}
