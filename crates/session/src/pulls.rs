//! What the panel's buttons do to pull requests: the same as `gh` does.

use crate::moment::{Moment, Said};
use screen::PullAct;
use world::{MachineId, MergeMethod, NewPull, PullChange, Review, Verdict, World};

/// What was done, in words.
pub(crate) fn told(act: &PullAct) -> String {
    match act {
        PullAct::Open { head, .. } => format!("Open a pull request for {head}"),
        PullAct::Merge { number, .. } => format!("Merge pull request {number}"),
        PullAct::Approve { number } => format!("Approve pull request {number}"),
        PullAct::Close { number } => format!("Close pull request {number}"),
    }
}

impl Moment {
    #[inline(never)]
    pub(crate) fn pull(&mut self, repo: &str, act: &PullAct, said: &mut Vec<Said>) {
        let causes = self.note("git", "Click", &told(act));
        let world = &mut self.world;
        let who = commands::merger(world, &MachineId::workstation(), None);
        let at = world.now();
        let done = match act {
            PullAct::Open { head, base, title } => {
                let (head, base, title) = (head.clone(), base.clone(), title.clone());
                let author = who.account.clone();
                let new = NewPull { title, body: String::new(), author, head, base, draft: false };
                world.open_pull(repo, new, &causes).map(|number| format!("Opened {repo}#{number}."))
            }
            PullAct::Merge { number, method } => {
                let method = match method.as_str() {
                    "squash" => MergeMethod::Squash,
                    "rebase" => MergeMethod::Rebase,
                    _ => MergeMethod::Merge,
                };
                let merged = world.merge_pull(repo, *number, method, &who, &causes);
                merged.map(|_| format!("Merged {repo}#{number}. Your clone gets it with git pull."))
            }
            PullAct::Approve { number } => {
                let review = Review { author: who.account, verdict: Verdict::Approved, body: String::new(), at };
                world.review_pull(repo, *number, review, &causes).map(|()| format!("Approved {repo}#{number}."))
            }
            PullAct::Close { number } => close(world, repo, *number, &who.account, &causes),
        };
        match done {
            Ok(text) => said.push(Said { good: true, text }),
            Err(text) => said.push(Said { good: false, text }),
        }
    }
}

fn close(world: &mut World, repo: &str, number: u32, actor: &str, causes: &sim::Causes) -> Result<String, String> {
    world.set_pull(repo, number, PullChange::Close, actor, causes)?;
    Ok(format!("Closed {repo}#{number}."))
}
