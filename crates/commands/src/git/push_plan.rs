//! Which references a push is about, by arguments and configuration.

use super::cli::{Git, Stop, fatal};
use super::hooks_to_world::Remote;
use super::options::Given;
use git::{Kind, ObjectId, Refspec, Repo};
use order::Arrange;

/// One reference to be pushed.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    /// As it is shown: `main`, `HEAD`.
    pub from: String,
    /// Its full name there.
    pub to: String,
    /// `None` deletes it.
    pub new: Option<ObjectId>,
    /// What it is there now.
    pub old: Option<ObjectId>,
    pub force: bool,
    /// The branch here that it comes from.
    pub local_branch: Option<String>,
}

/// The plan before the other side was looked at.
#[derive(Debug)]
pub(crate) struct Plan {
    items: Vec<Planned>,
    url: String,
    /// `--prune`: what was deleted here is to be deleted there, by these patterns from there to here.
    prunes: Vec<Refspec>,
}

/// Reads refspecs, or finds out what the current branch is pushed to.
#[inline(never)]
pub(crate) fn plan(g: &mut Git<'_, '_>, repo: &Repo, name: &str, given: &Given, url: &str) -> Result<Plan, Stop> {
    let mut items = Vec::new();
    let local = |full: &str| full.strip_prefix("refs/heads/").map(str::to_string);
    let kinds = [("all", "refs/heads/"), ("branches", "refs/heads/"), ("tags", "refs/tags/")];
    for (_, prefix) in kinds.iter().filter(|(option, _)| given.has(option)) {
        for (full, id) in repo.refs(g.files(), prefix) {
            let from = git::shorten_ref(&full).to_string();
            items.push(Planned {
                from,
                to: full.clone(),
                new: Some(id),
                old: None,
                force: false,
                local_branch: local(&full),
            });
        }
    }
    let specs = given.operands.get(1..).unwrap_or_default();
    if specs.is_empty() && !kinds.iter().any(|(option, _)| given.has(option)) {
        items.push(current(g, repo, name, given)?);
    }
    let mut missing = false;
    let mut prunes = Vec::new();
    for (_, prefix) in kinds.iter().filter(|(option, _)| given.has("prune") && given.has(option)) {
        let all = [*prefix, "*"].concat();
        prunes.push(Refspec { force: false, from: all.clone(), to: all });
    }
    for text in specs {
        if given.has("delete") {
            if text.contains(':') {
                return fatal("--delete only accepts plain target ref names");
            }
            items.push(Planned {
                from: String::new(),
                to: text.clone(),
                new: None,
                old: None,
                force: false,
                local_branch: None,
            });
            continue;
        }
        let spec = Refspec::parse(text);
        if spec.from.contains('*') {
            let to = if spec.to.is_empty() { spec.from.clone() } else { spec.to.clone() };
            let spec = Refspec { to, ..spec };
            for (full, id) in repo.refs(g.files(), "refs/") {
                if let Some(to) = spec.map(&full) {
                    let (from, local_branch) = (git::shorten_ref(&full).to_string(), local(&full));
                    items.push(Planned { from, to, new: Some(id), old: None, force: spec.force, local_branch });
                }
            }
            if given.has("prune") {
                prunes.push(Refspec { force: false, from: spec.to, to: spec.from });
            }
            continue;
        }
        match explicit(g, repo, text)? {
            Some(one) => items.push(one),
            None => {
                let from = Refspec::parse(text).from;
                g.err(format!("error: src refspec {from} does not match any\n"));
                missing = true;
            }
        }
    }
    if missing {
        g.err(format!("error: failed to push some refs to '{url}'\n"));
        return Err(Stop::Exit(1));
    }
    Ok(Plan { items, url: url.into(), prunes })
}

/// Annotated tags that the other side lacks, on commits that it has or gets.
#[inline(never)]
pub(crate) fn following_tags(
    g: &Git<'_, '_>,
    repo: &Repo,
    remote: &Remote,
    planned: &[Planned],
) -> Result<Vec<Planned>, Stop> {
    let there = remote.snapshot(g);
    let files = g.files();
    let mut tips: Vec<ObjectId> = planned.iter().filter_map(|one| one.new).collect();
    tips.extend(remote.repo.refs(&there, "refs/").into_values());
    let mut commits = Vec::new();
    for id in tips.into_iter().filter(|id| repo.has_object(files, id)) {
        commits.extend(repo.peel(files, id, Kind::Commit)?);
    }
    let reached = repo.reachable(files, &commits)?;
    let mut found = Vec::new();
    for (full, id) in repo.refs(files, "refs/tags/") {
        let known = remote.repo.read_ref(&there, &full).is_some() || planned.iter().any(|one| one.to == full);
        if known || repo.read_object(files, &id)?.kind != Kind::Tag {
            continue;
        }
        if repo.peel(files, id, Kind::Commit)?.is_some_and(|commit| reached.contains(&commit)) {
            let from = git::shorten_ref(&full).to_string();
            found.push(Planned { from, to: full, new: Some(id), old: None, force: false, local_branch: None });
        }
    }
    Ok(found)
}

/// `main`, `HEAD`, `topic:main`, `+main`, `:gone`.
#[inline(never)]
fn explicit(g: &Git<'_, '_>, repo: &Repo, text: &str) -> Result<Option<Planned>, Stop> {
    let spec = Refspec::parse(text);
    let old = None;
    if spec.from.is_empty() {
        return Ok(Some(Planned {
            from: String::new(),
            to: spec.to,
            new: None,
            old,
            force: spec.force,
            local_branch: None,
        }));
    }
    let head = repo.head(g.files())?;
    let from = if spec.from == "@" { "HEAD".to_string() } else { spec.from.clone() };
    let full = match (from.as_str(), head.branch()) {
        ("HEAD", Some(branch)) => Some(format!("refs/heads/{branch}")),
        _ => repo.full_ref_name(g.files(), &from),
    };
    let Some(id) = repo.try_resolve(g.files(), &from)? else { return Ok(None) };
    let to = match (spec.to.as_str(), &full) {
        ("", Some(full)) if full != "HEAD" => full.clone(),
        ("", _) if text.contains(':') => return fatal(format!("invalid refspec '{text}'")),
        ("", _) => spec.from.clone(),
        (to, _) => to.to_string(),
    };
    let local_branch = full.as_deref().and_then(|full| full.strip_prefix("refs/heads/")).map(str::to_string);
    let shown = if from == "HEAD" {
        "HEAD".to_string()
    } else {
        full.as_deref().map_or(from.clone(), |full| git::shorten_ref(full).to_string())
    };
    Ok(Some(Planned { from: shown, to, new: Some(id), old, force: spec.force, local_branch }))
}

/// `push.default=simple`: the current branch to the branch of the same name that it follows.
#[inline(never)]
fn current(g: &Git<'_, '_>, repo: &Repo, name: &str, given: &Given) -> Result<Planned, Stop> {
    let head = repo.head(g.files())?;
    let Some(branch) = head.branch().map(str::to_string) else {
        return fatal(format!(
            "You are not currently on a branch.\nTo push the history leading to the current (detached HEAD)\nstate now, use\n\n    git push {name} HEAD:<name-of-remote-branch>\n"
        ));
    };
    let settings = g.settings();
    let default = settings.get("push.default").unwrap_or("simple".into());
    let full = format!("refs/heads/{branch}");
    let same = |to: String| Planned {
        from: branch.clone(),
        to,
        new: head.id(),
        old: None,
        force: false,
        local_branch: Some(branch.clone()),
    };
    let config = repo.config(g.files());
    let follows = config.get(&format!("branch.{branch}.remote")).map(str::to_string);
    let merge = config.get(&format!("branch.{branch}.merge")).map(str::to_string);
    let elsewhere = !given.operands.is_empty() && follows.as_deref() != Some(name)
        || follows.is_none() && given.has("set-upstream");
    if default == "current"
        || elsewhere
            && default == "simple"
            && (given.has("set-upstream") || follows.as_deref().is_some_and(|own| own != name))
    {
        return Ok(same(full));
    }
    let automatic = settings.get_bool("push.autosetupremote") == Some(true);
    match (follows, merge) {
        (Some(_), Some(merge)) if merge == full || default == "upstream" => Ok(same(merge)),
        (Some(_), Some(merge)) => {
            let target = merge.trim_start_matches("refs/heads/").to_string();
            fatal(format!(
                "The upstream branch of your current branch does not match\nthe name of your current branch.  To push to the upstream branch\non the remote, use\n\n    git push {name} HEAD:{target}\n\nTo push to the branch of the same name on the remote, use\n\n    git push {name} HEAD\n\nTo choose either option permanently, see push.default in 'git help config'.\n\nTo avoid automatically configuring an upstream branch when its name\nwon't match the local branch, see option 'simple' of branch.autoSetupMerge\nin 'git help config'.\n"
            ))
        }
        _ if automatic || given.has("set-upstream") => Ok(same(full)),
        _ => fatal(format!(
            "The current branch {branch} has no upstream branch.\nTo push the current branch and set the remote as upstream, use\n\n    git push --set-upstream {name} {branch}\n\nTo have this happen automatically for branches without a tracking\nupstream, see 'push.autoSetupRemote' in 'git help config'.\n"
        )),
    }
}

/// Whether a word is HEAD on a branch.
fn known_branch(g: &Git<'_, '_>, repo: &Repo, word: &str) -> Result<bool, Stop> {
    Ok(word == "HEAD" && repo.head(g.files())?.branch().is_some())
}

/// What is no branch and no tag cannot tell of which kind its name there shall be.
fn unqualified<T>(g: &mut Git<'_, '_>, one: &Planned, url: &str) -> Result<T, Stop> {
    let Planned { from, to, .. } = one;
    g.err(format!("error: The destination you provided is not a full refname (i.e.,\nstarting with \"refs/\"). We tried to guess what you meant by:\n\n- Looking for a ref that matches '{to}' on the remote side.\n- Checking if the <src> being pushed ('{from}')\n  is a ref in \"refs/{{heads,tags}}/\". If so we add a corresponding\n  refs/{{heads,tags}}/ prefix on the remote side.\n\nNeither worked, so we gave up. You must fully qualify the ref.\n"));
    if g.advises("pushUnqualifiedRefName") {
        g.hint(&format!("The <src> part of the refspec is a commit object.\nDid you mean to create a new branch by pushing to\n'{from}:refs/heads/{to}'?"));
    }
    g.err(format!("error: failed to push some refs to '{url}'\n"));
    Err(Stop::Exit(1))
}

impl Plan {
    /// Gives names there their full form and says what they are now.
    #[inline(never)]
    pub fn refine(self, g: &mut Git<'_, '_>, repo: &Repo, remote: &Remote) -> Result<Vec<Planned>, Stop> {
        let there = remote.snapshot(g);
        let mut items = Vec::new();
        for mut one in self.items {
            if !one.to.starts_with("refs/") {
                one.to = match remote.repo.full_ref_name(&there, &one.to).filter(|full| full.starts_with("refs/")) {
                    Some(full) => full,
                    None if one.new.is_none() => {
                        g.err(format!("error: unable to delete '{}': remote ref does not exist\nerror: failed to push some refs to '{}'\n", one.to, self.url));
                        return Err(Stop::Exit(1));
                    }
                    None if one.local_branch.is_none()
                        && repo
                            .full_ref_name(g.files(), &one.from)
                            .is_some_and(|full| full.starts_with("refs/tags/")) =>
                    {
                        format!("refs/tags/{}", one.to)
                    }
                    None if one.local_branch.is_none() && !known_branch(g, repo, &one.from)? => {
                        return unqualified(g, &one, &self.url);
                    }
                    None => format!("refs/heads/{}", one.to),
                };
            }
            if one.new.is_none() && one.local_branch.is_some() {
                g.err(format!(
                    "error: src refspec {} does not match any\nerror: failed to push some refs to '{}'\n",
                    one.to, self.url
                ));
                return Err(Stop::Exit(1));
            }
            one.old = remote.repo.read_ref(&there, &one.to);
            items.push(one);
        }
        for (to, id) in remote.repo.refs(&there, "refs/") {
            let gone = |spec: &Refspec| spec.map(&to).is_some_and(|here| repo.read_ref(g.files(), &here).is_none());
            if self.prunes.iter().any(gone) && !items.iter().any(|one| one.to == to) {
                let (from, old) = (String::new(), Some(id));
                items.push(Planned { from, to, new: None, old, force: false, local_branch: None });
            }
        }
        // What is there already, as it is listed there; then what is new.
        items.arrange_by_key(|one| (one.old.is_none(), one.old.map(|_| one.to.clone())));
        Ok(items)
    }
}
