//! Merging a pull request, in the three ways that GitHub has.

use crate::forge::FORGE;
use crate::pulls::{Pull, PullState};
use crate::rules::Check;
use crate::{MachineId, World};
use git::{Commit, FlatTree, MergeLabels, ObjectId, RefUpdate, Repo, Signature, When};
use serde::{Deserialize, Serialize};
use sim::Causes;
use vfs::Vfs;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MergeMethod {
    Merge,
    Squash,
    Rebase,
}

/// Who presses the button: a name and an address for the commits, and the name of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merger {
    pub name: String,
    pub email: String,
    pub account: String,
}

/// Whether a pull request can be merged now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mergeable {
    Clean,
    /// The trees do not merge.
    Conflicts,
    Draft,
    /// What the rules of the base branch still want.
    Blocked(Vec<String>),
    Gone,
}

impl World {
    /// Whether the pull request can be merged, and what is missing.
    #[inline(never)]
    pub fn mergeable(&self, repo: &str, pull: &Pull) -> Mergeable {
        let Some((base, head)) = self.pull_ends(repo, pull) else { return Mergeable::Gone };
        let Some((found, files)) = self.forge_repo(repo) else { return Mergeable::Gone };
        if pull.draft {
            return Mergeable::Draft;
        }
        if !matches!(merged_tree(&found, &mut files.clone(), base, head, self.when()), Ok(Some(_))) {
            return Mergeable::Conflicts;
        }
        let wants = self.wants(repo, pull, &head);
        if wants.is_empty() { Mergeable::Clean } else { Mergeable::Blocked(wants) }
    }

    /// What the rules of the base branch still want of it.
    #[inline(never)]
    fn wants(&self, repo: &str, pull: &Pull, head: &ObjectId) -> Vec<String> {
        let mut wants = Vec::new();
        let Some(rules) = self.rules(repo, &pull.base) else { return wants };
        if pull.changes_requested() {
            wants.push("Changes were requested by a reviewer.".to_string());
        }
        let approvals = pull.approvals();
        if approvals < rules.approvals as usize {
            let missing = rules.approvals as usize - approvals;
            let s = if missing == 1 { "" } else { "s" };
            wants.push(format!("{missing} more approving review{s} required."));
        }
        let checks = self.checks(repo, &head.to_string());
        for name in &rules.checks {
            match checks.iter().find(|check| check.name == *name).map(Check::bucket) {
                Some("pass" | "skipping") => {}
                Some("fail") => wants.push(format!("Required status check \"{name}\" is failing.")),
                Some(_) => wants.push(format!("Required status check \"{name}\" is in progress.")),
                None => wants.push(format!("Required status check \"{name}\" is expected.")),
            }
        }
        wants
    }

    /// Merges; gives the new tip of the base branch. `Err` in GitHub's words.
    #[inline(never)]
    pub fn merge_pull(
        &mut self,
        repo: &str,
        number: u32,
        method: MergeMethod,
        who: &Merger,
        causes: &Causes,
    ) -> Result<ObjectId, String> {
        let pull = self.pull(repo, number).ok_or("Could not resolve to a PullRequest")?.clone();
        match self.mergeable(repo, &pull) {
            Mergeable::Clean if pull.is_open() => {}
            Mergeable::Draft => return Err("Pull Request is still a draft".into()),
            Mergeable::Blocked(wants) => return Err(wants.join(" ")),
            Mergeable::Conflicts => return Err("the merge commit cannot be cleanly created".into()),
            Mergeable::Clean | Mergeable::Gone => return Err("it is not open".into()),
        }
        let (base, head) = self.pull_ends(repo, &pull).ok_or("its branch is gone")?;
        let (found, _) = self.forge_repo(repo).ok_or("Could not resolve to a Repository")?;
        let when = self.when();
        let forge = MachineId::new(FORGE);
        let files = &mut self.machines.get_mut(&forge).ok_or("the forge is gone")?.files;
        let account =
            Merge { repo: &found, base, head, when, pull: &pull, owner: repo.split('/').next().unwrap_or(repo), who };
        let made = match method {
            MergeMethod::Merge => account.commit(files),
            MergeMethod::Squash => account.squash(files),
            MergeMethod::Rebase => account.rebase(files),
        };
        let tip = made.map_err(|error| error.to_string())?.ok_or("the merge commit cannot be cleanly created")?;
        let causes = causes.and(&pull.event.into());
        let event = self.note_pull(repo, number, &who.account, "merged".into(), &causes);
        let subject = self.forge_repo(repo).and_then(|(found, files)| found.read_commit(files, &tip).ok());
        let subject = subject.map_or_else(String::new, |commit| commit.subject());
        self.note_commit(repo, &tip.to_string(), &subject, &who.account, &event.into());
        if let Some(pull) = self.pull_mut(repo, number) {
            pull.event = event;
            pull.state = PullState::Merged;
            pull.ended = Some((base.to_string(), head.to_string()));
        }
        let update = RefUpdate { name: format!("refs/heads/{}", pull.base), old: Some(base), new: Some(tip) };
        self.move_branch(&found, update, &who.account, &event.into());
        self.start_for_pull(repo, number, "closed", head, &who.account, event);
        Ok(tip)
    }

    /// Deletes the branch of a pull request on the forge, as is done after merging.
    pub fn delete_pull_branch(&mut self, repo: &str, branch: &str, actor: &str, causes: &Causes) -> bool {
        let (Some(old), Some((found, _))) = (self.branch_of_forge(repo, branch), self.forge_repo(repo)) else {
            return false;
        };
        let update = RefUpdate { name: format!("refs/heads/{branch}"), old: Some(old), new: None };
        self.move_branch(&found, update, actor, causes);
        true
    }
}

/// The tree of a merge of two commits; `None` where they conflict.
#[inline(never)]
fn merged_tree(
    repo: &Repo,
    files: &mut Vfs,
    ours: ObjectId,
    theirs: ObjectId,
    when: When,
) -> git::Result<Option<ObjectId>> {
    let base = repo.merge_bases(files, &ours, &theirs)?.first().copied();
    let base = base.map(|id| flat(repo, files, id)).transpose()?.unwrap_or_default();
    let (ours, theirs) = (flat(repo, files, ours)?, flat(repo, files, theirs)?);
    merge(repo, files, [&base, &ours, &theirs], when)
}

fn flat(repo: &Repo, files: &Vfs, commit: ObjectId) -> git::Result<FlatTree> {
    repo.flat_tree(files, Some(&repo.read_commit(files, &commit)?.tree))
}

fn merge(repo: &Repo, files: &mut Vfs, trees: [&FlatTree; 3], when: When) -> git::Result<Option<ObjectId>> {
    let merged = repo.merge_trees(files, trees[0], trees[1], trees[2], &MergeLabels::default(), when)?;
    if !merged.clean {
        return Ok(None);
    }
    repo.write_tree(files, &merged.files, when).map(Some)
}

/// One merge being made.
struct Merge<'a> {
    repo: &'a Repo,
    base: ObjectId,
    head: ObjectId,
    when: When,
    pull: &'a Pull,
    owner: &'a str,
    who: &'a Merger,
}

impl Merge<'_> {
    fn author(&self) -> Signature {
        Signature { name: self.who.name.clone(), email: self.who.email.clone(), when: self.when }
    }

    /// The forge makes the commit for somebody.
    fn committer(&self) -> Signature {
        Signature { name: "Forge".into(), email: format!("noreply@{FORGE}"), when: self.when }
    }

    fn write(&self, files: &mut Vfs, tree: ObjectId, parents: Vec<ObjectId>, message: String) -> git::Result<ObjectId> {
        let commit = Commit { tree, parents, author: self.author(), committer: self.committer(), message };
        self.repo.write_commit(files, &commit, self.when)
    }

    /// The branch's own commits, oldest first; merges are no commits of their own here.
    #[inline(never)]
    fn commits(&self, files: &Vfs) -> git::Result<Vec<Commit>> {
        let mut ids = self.repo.walk(files, &[self.head], &[self.base])?;
        ids.reverse();
        let mut all = Vec::new();
        for id in ids {
            let commit = self.repo.read_commit(files, &id)?;
            if commit.parents.len() < 2 {
                all.push(commit);
            }
        }
        Ok(all)
    }

    fn commit(&self, files: &mut Vfs) -> git::Result<Option<ObjectId>> {
        let Some(tree) = merged_tree(self.repo, files, self.base, self.head, self.when)? else { return Ok(None) };
        let Pull { number, head, title, .. } = self.pull;
        let message = format!("Merge pull request #{number} from {}/{head}\n\n{title}\n", self.owner);
        self.write(files, tree, vec![self.base, self.head], message).map(Some)
    }

    #[inline(never)]
    fn squash(&self, files: &mut Vfs) -> git::Result<Option<ObjectId>> {
        let Some(tree) = merged_tree(self.repo, files, self.base, self.head, self.when)? else { return Ok(None) };
        let commits = self.commits(files)?;
        let number = self.pull.number;
        let message = match commits.as_slice() {
            [only] => {
                let (subject, body) = only.message.split_once('\n').unwrap_or((&only.message, ""));
                format!("{subject} (#{number})\n{body}")
            }
            _ => {
                let list: Vec<String> =
                    commits.iter().map(|commit| format!("* {}\n", commit.message.trim_end())).collect();
                format!("{} (#{number})\n\n{}", self.pull.title, list.join("\n"))
            }
        };
        self.write(files, tree, vec![self.base], message).map(Some)
    }

    #[inline(never)]
    fn rebase(&self, files: &mut Vfs) -> git::Result<Option<ObjectId>> {
        let mut tip = self.base;
        for commit in self.commits(files)? {
            let before = commit.parents.first().map(|id| flat(self.repo, files, *id)).transpose()?.unwrap_or_default();
            let now = flat(self.repo, files, tip)?;
            let new = self.repo.flat_tree(files, Some(&commit.tree))?;
            let Some(tree) = merge(self.repo, files, [&before, &now, &new], self.when)? else { return Ok(None) };
            let next = Commit { tree, parents: vec![tip], committer: self.committer(), ..commit };
            tip = self.repo.write_commit(files, &next, self.when)?;
        }
        Ok(Some(tip))
    }
}
