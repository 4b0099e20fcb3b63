//! Rules of the forge's branches, what they refuse, and the checks that they may ask for.

use crate::World;
use crate::forge::ForgeState;
use ci::State;
use serde::{Deserialize, Serialize};
use sim::Time;

/// The rules of a protected branch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchRules {
    /// Nothing is pushed to it: what comes, comes by a pull request.
    pub pull_request: bool,
    /// So many approving reviews.
    pub approvals: u32,
    /// Jobs that must have passed on the head commit, by name.
    pub checks: Vec<String>,
    /// Its history may be rewritten.
    pub force_pushes: bool,
    pub deletions: bool,
}

/// What a pipeline's job says of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub workflow: String,
    pub state: State,
    pub started: Option<Time>,
    pub finished: Option<Time>,
    /// The pipeline's number.
    pub run: u32,
}

impl Check {
    /// How `gh` sorts it: `pass`, `fail`, `pending`, `skipping`, `cancel`.
    pub fn bucket(&self) -> &'static str {
        match self.state {
            State::Passed => "pass",
            State::Failed => "fail",
            State::Skipped => "skipping",
            State::Cancelled => "cancel",
            State::Queued | State::Running | State::Waiting => "pending",
        }
    }
}

impl World {
    /// Protects a branch of a repository.
    pub fn protect(&mut self, repo: &str, branch: &str, rules: BranchRules) {
        self.forge.rules.entry(repo.to_string()).or_default().insert(branch.to_string(), rules);
    }

    pub fn rules(&self, repo: &str, branch: &str) -> Option<&BranchRules> {
        self.forge.rules.get(repo)?.get(branch)
    }

    /// The branches of a repository that have rules.
    pub fn protected_branches(&self, repo: &str) -> Vec<String> {
        self.forge.rules.get(repo).into_iter().flat_map(|rules| rules.keys().cloned()).collect()
    }

    /// Why a push to a repository of the forge is refused: what its hook prints. `deletes` and `forced` say what the
    /// push does to the branch.
    pub fn refusal(&self, repo: &str, reference: &str, deletes: bool, forced: bool) -> Option<String> {
        self.forge.refusal(repo, reference, deletes, forced)
    }

    /// What the pipelines say of a commit: the newest run of each workflow.
    #[inline(never)]
    pub fn checks(&self, repo: &str, commit: &str) -> Vec<Check> {
        let mut all: Vec<Check> = Vec::new();
        let here = |run: &&std::sync::Arc<ci::Run>| run.repo == repo && run.commit == commit;
        for run in self.ci.runs().iter().filter(here) {
            // A workflow for pushes and for pull requests checks a commit twice.
            let replaced = |check: &Check| {
                let earlier = self.ci.run(check.run);
                earlier.is_some_and(|e| e.workflow_name == run.workflow_name && e.pull.is_some() == run.pull.is_some())
            };
            all.retain(|check| !replaced(check));
            let check = |name: &str, state, started, finished| Check {
                name: name.into(),
                workflow: run.workflow_name.clone(),
                state,
                started,
                finished,
                run: run.number,
            };
            if run.jobs.is_empty() {
                all.push(check(&run.workflow_name, run.state, Some(run.created), run.finished));
            }
            all.extend(
                run.jobs
                    .iter()
                    .filter(|job| job.shown())
                    .map(|job| check(&job.name, job.state, job.started, job.finished)),
            );
        }
        all
    }
}

impl ForgeState {
    /// See [`World::refusal`].
    pub(crate) fn refusal(&self, repo: &str, reference: &str, deletes: bool, forced: bool) -> Option<String> {
        let rules = self.rules.get(repo)?.get(reference.strip_prefix("refs/heads/")?)?;
        let mut why = Vec::new();
        if deletes && !rules.deletions {
            why.push("Cannot delete this branch".to_string());
        } else if forced && !rules.force_pushes {
            why.push("Cannot force-push to this branch".to_string());
        } else if rules.pull_request && !deletes {
            why.push("Changes must be made through a pull request.".to_string());
        }
        for check in rules.checks.iter().filter(|_| !deletes) {
            why.push(format!("Required status check \"{check}\" is expected."));
        }
        if why.is_empty() {
            return None;
        }
        let list: Vec<String> = why.iter().map(|why| format!("\n- {why}\n")).collect();
        Some(format!("error: GH006: Protected branch update failed for {reference}.\n{}", list.concat()))
    }
}
