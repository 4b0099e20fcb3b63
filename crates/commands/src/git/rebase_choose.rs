//! What a rebase is of: upstream, the new base, the branch, and whether there is anything to do.

use super::cli::{Git, Stop, fatal};
use super::options::Given;
use git::{Kind, ObjectId, Repo};

/// What upstream is, with its name, and the reference where it is the branch's own.
pub(crate) struct Upstream {
    pub id: Option<ObjectId>,
    pub name: String,
    pub own: Option<String>,
}

pub(crate) fn commit(g: &Git<'_, '_>, repo: &Repo, name: &str) -> Result<Option<ObjectId>, Stop> {
    match repo.try_resolve(g.files(), name)? {
        Some(id) => Ok(repo.peel(g.files(), id, Kind::Commit)?),
        None => Ok(None),
    }
}

#[inline(never)]
pub(crate) fn upstream(g: &mut Git<'_, '_>, repo: &Repo, given: &Given) -> Result<Upstream, Stop> {
    if given.has("root") {
        return Ok(Upstream { id: None, name: String::new(), own: None });
    }
    let Some(name) = given.operands.first() else {
        let head = repo.head(g.files())?;
        let own = head.branch().and_then(|branch| repo.upstream(g.files(), branch));
        let Some(full) = own else { return no_upstream(g, head.branch()) };
        let Some(id) = repo.read_ref(g.files(), &full) else { return fatal(format!("invalid upstream '{full}'")) };
        return Ok(Upstream { id: Some(id), name: full.clone(), own: Some(full) });
    };
    let name = if name == "-" { "@{-1}" } else { name.as_str() };
    match commit(g, repo, name)? {
        Some(id) => Ok(Upstream { id: Some(id), name: name.to_string(), own: None }),
        None => fatal(format!("invalid upstream '{name}'")),
    }
}

#[inline(never)]
pub(crate) fn no_upstream<T>(g: &mut Git<'_, '_>, branch: Option<&str>) -> Result<T, Stop> {
    let Some(branch) = branch else {
        g.out("You are not currently on a branch.\nPlease specify which branch you want to rebase against.\nSee git-rebase(1) for details.\n\n    git rebase '<branch>'\n\n");
        return Err(Stop::Exit(1));
    };
    let remotes = g.repo()?.config(g.files()).subsections("remote");
    let remote = match remotes.as_slice() {
        [only] => only.as_str(),
        _ => "<remote>",
    };
    g.out(format!("There is no tracking information for the current branch.\nPlease specify which branch you want to rebase against.\nSee git-rebase(1) for details.\n\n    git rebase '<branch>'\n\nIf you wish to set tracking information for this branch you can do so with:\n\n    git branch --set-upstream-to={remote}/<branch> {branch}\n\n"));
    Err(Stop::Exit(1))
}

/// What is rebased: HEAD as it is, or a branch that is gone to first.
pub(crate) struct Target {
    /// `refs/heads/topic`, or `detached HEAD`.
    pub head_name: String,
    pub shown: String,
    pub id: ObjectId,
    pub goes_to: Option<super::switching::Goal>,
}

pub(crate) fn target(g: &mut Git<'_, '_>, repo: &Repo, name: Option<&String>) -> Result<Target, Stop> {
    if let Some(name) = name {
        let full = format!("refs/heads/{name}");
        let branch = repo.read_ref(g.files(), &full);
        let id = match branch {
            Some(id) => Some(id),
            None => commit(g, repo, name)?,
        };
        let Some(id) = id else { return fatal(format!("no such branch/commit '{name}'")) };
        let goal = super::switching::Goal {
            id: Some(id),
            branch: branch.map(|_| name.clone()),
            typed: name.clone(),
            quiet: true,
            force: false,
            stays: false,
            note: None,
            merge: None,
        };
        let head_name = if branch.is_some() { full } else { "detached HEAD".into() };
        return Ok(Target { head_name, shown: name.clone(), id, goes_to: Some(goal) });
    }
    let head = repo.head(g.files())?;
    let Some(id) = head.id() else {
        return fatal("No such ref: HEAD");
    };
    let (head_name, shown) = match head.branch() {
        Some(branch) => (format!("refs/heads/{branch}"), branch.to_string()),
        None => ("detached HEAD".into(), "HEAD".into()),
    };
    Ok(Target { head_name, shown, id, goes_to: None })
}

#[inline(never)]
pub(crate) fn go_to(g: &mut Git<'_, '_>, repo: &Repo, goal: &super::switching::Goal) -> Result<(), Stop> {
    let who = g.logger();
    super::switching::move_files(g, repo, goal.id.as_ref(), false, "checkout", "switch branches")?;
    let message = format!("rebase: checkout {}", goal.typed);
    let on_it = repo.head(g.files())?.branch() == goal.branch.as_deref();
    match (&goal.branch, goal.id) {
        (Some(branch), Some(id)) => {
            if on_it {
                super::reset::move_head(g, repo, id, None, &message)?;
            }
            repo.attach_head(g.cx.files_mut(), &format!("refs/heads/{branch}"), &who, &message)?;
        }
        (None, Some(id)) => repo.detach_head(g.cx.files_mut(), id, &who, &message)?,
        _ => {}
    }
    Ok(())
}

/// Where the commits are put, what it is called, and an empty commit to start from where that is needed.
#[inline(never)]
pub(crate) fn new_base(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    upstream: &Upstream,
) -> Result<(ObjectId, String, Option<ObjectId>), Stop> {
    let at = repo.head(g.files())?;
    let head = at.id();
    if given.has("keep-base") {
        let (Some(head), Some(id)) = (head, upstream.id) else { return fatal("--keep-base needs an upstream") };
        let named = match given.operands.get(1) {
            Some(name) => commit(g, repo, name)?.unwrap_or(head),
            None => head,
        };
        return match repo.merge_bases(g.files(), &named, &id)?.as_slice() {
            [one] => {
                let here = at.branch().unwrap_or("HEAD");
                let side = given.operands.get(1).map_or(here, String::as_str);
                Ok((*one, format!("{}...{side}", upstream.name), None))
            }
            [] => fatal(format!("'{}': need exactly one merge base with branch", upstream.name)),
            _ => fatal(format!("'{}': need exactly one merge base with branch", upstream.name)),
        };
    }
    if let Some(name) = given.value("onto") {
        if let Some((left, right)) = name.split_once("...") {
            let side = |text: &str| commit(g, repo, if text.is_empty() { "HEAD" } else { text });
            if let (Some(a), Some(b)) = (side(left)?, side(right)?)
                && let [one] = repo.merge_bases(g.files(), &a, &b)?.as_slice()
            {
                return Ok((*one, name.to_string(), None));
            }
            return fatal(format!("'{name}': need exactly one merge base"));
        }
        return match commit(g, repo, name)? {
            Some(id) => Ok((id, name.to_string(), None)),
            None => fatal(format!("Does not point to a valid commit '{name}'")),
        };
    }
    match upstream.id {
        Some(id) => Ok((id, upstream.name.clone(), None)),
        None => {
            let when = g.when();
            let author = g.identity(super::cli::Whose::Author)?;
            let committer = g.identity(super::cli::Whose::Committer)?;
            let tree = repo.write_tree(g.cx.files_mut(), &git::FlatTree::new(), when)?;
            let commit = git::Commit { tree, parents: Vec::new(), author, committer, message: String::new() };
            let id = repo.write_commit(g.cx.files_mut(), &commit, when)?;
            Ok((id, id.to_string(), Some(id)))
        }
    }
}

/// The commit that this branch once started from, though upstream has thrown it away since.
#[inline(never)]
pub(crate) fn fork_point(
    g: &Git<'_, '_>,
    repo: &Repo,
    given: &Given,
    upstream: &Upstream,
    head: &ObjectId,
) -> Result<Option<ObjectId>, Stop> {
    let wanted = given.state("fork-point").unwrap_or(upstream.own.is_some() && !given.has("keep-base"));
    if !wanted {
        return Ok(None);
    }
    let full = match &upstream.own {
        Some(full) => Some(full.clone()),
        None => repo.full_ref_name(g.files(), &upstream.name),
    };
    let Some(full) = full else { return Ok(None) };
    super::merge_base::fork_point(g, repo, &full, head)
}

/// Whether the commits stand where they shall, one on the other.
#[inline(never)]
pub(crate) fn in_place(
    g: &Git<'_, '_>,
    repo: &Repo,
    onto: &ObjectId,
    upstream: &Upstream,
    restrict: Option<&ObjectId>,
    head: &ObjectId,
) -> Result<bool, Stop> {
    if repo.merge_bases(g.files(), onto, head)?.as_slice() != [*onto] {
        return Ok(false);
    }
    if restrict.is_some_and(|id| id != onto) {
        return Ok(false);
    }
    if let Some(upstream) = &upstream.id
        && repo.merge_bases(g.files(), upstream, head)?.as_slice() != [*onto]
    {
        return Ok(false);
    }
    for id in repo.walk(g.files(), &[*head], &[*onto])? {
        if repo.read_commit(g.files(), &id)?.parents.len() > 1 {
            return Ok(false);
        }
    }
    Ok(true)
}
