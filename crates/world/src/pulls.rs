//! Pull requests of the forge: opened on a branch, reviewed, merged, closed.

use crate::forge::FORGE;
use crate::{MachineId, World};
use git::{ObjectId, Repo};
use serde::{Deserialize, Serialize};
use sim::{Causes, EventId, Subject, Time};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// From 1, in each repository.
    pub number: u32,
    pub title: String,
    pub body: String,
    pub author: String,
    /// The branch that is to be merged.
    pub head: String,
    /// The branch that is to get it.
    pub base: String,
    pub state: PullState,
    pub draft: bool,
    pub created: Time,
    pub reviews: Vec<Review>,
    /// Where the branch stood when it was merged or closed, and where its base stood then: what it changed stays known.
    pub ended: Option<(String, String)>,
    /// The newest event of its life.
    pub event: EventId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PullState {
    Open,
    Closed,
    Merged,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub author: String,
    pub verdict: Verdict,
    pub body: String,
    pub at: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    Approved,
    ChangesRequested,
    Commented,
}

/// What a new pull request is to be.
#[derive(Debug, Clone)]
pub struct NewPull {
    pub title: String,
    pub body: String,
    pub author: String,
    pub head: String,
    pub base: String,
    pub draft: bool,
}

impl Pull {
    pub fn is_open(&self) -> bool {
        self.state == PullState::Open
    }

    /// The last verdict of each reviewer; comments change none.
    pub fn verdicts(&self) -> Vec<(&str, Verdict)> {
        let mut all: Vec<(&str, Verdict)> = Vec::new();
        for review in self.reviews.iter().filter(|review| review.verdict != Verdict::Commented) {
            all.retain(|(author, _)| *author != review.author);
            all.push((&review.author, review.verdict));
        }
        all
    }

    pub fn approvals(&self) -> usize {
        self.verdicts().iter().filter(|(_, verdict)| *verdict == Verdict::Approved).count()
    }

    pub fn changes_requested(&self) -> bool {
        self.verdicts().iter().any(|(_, verdict)| *verdict == Verdict::ChangesRequested)
    }
}

impl World {
    /// The pull requests of a repository, oldest first.
    pub fn pulls(&self, repo: &str) -> &[Pull] {
        self.forge.pulls.get(repo).map_or(&[], Vec::as_slice)
    }

    pub fn pull(&self, repo: &str, number: u32) -> Option<&Pull> {
        self.pulls(repo).iter().find(|pull| pull.number == number)
    }

    /// Opens one; `Err` in GitHub's words.
    #[inline(never)]
    pub fn open_pull(&mut self, repo: &str, new: NewPull, causes: &Causes) -> Result<u32, String> {
        let head = self.branch_of_forge(repo, &new.head).ok_or("Head sha can't be blank, Head ref must be a branch")?;
        let base = self.branch_of_forge(repo, &new.base).ok_or("Base sha can't be blank, Base ref must be a branch")?;
        let taken =
            self.pulls(repo).iter().find(|pull| pull.is_open() && pull.head == new.head && pull.base == new.base);
        if let Some(pull) = taken {
            return Err(format!(
                "a pull request for branch \"{}\" into branch \"{}\" already exists:\n{}",
                new.head,
                new.base,
                Self::pull_url(repo, pull.number)
            ));
        }
        let (found, files) = self.forge_repo(repo).ok_or("Could not resolve to a Repository")?;
        if found.is_ancestor(files, &head, &base).unwrap_or(false) {
            return Err(format!("No commits between {} and {}", new.base, new.head));
        }
        let number = self.pulls(repo).last().map_or(1, |last| last.number + 1);
        let because =
            self.commit_event(&head.to_string()).map_or_else(|| causes.clone(), |event| causes.and(&event.into()));
        let event = self.note_pull(repo, number, &new.author, format!("opened: {}", new.title), &because);
        let pull = Pull {
            number,
            title: new.title,
            body: new.body,
            author: new.author,
            head: new.head,
            base: new.base,
            state: PullState::Open,
            draft: new.draft,
            created: self.now(),
            reviews: Vec::new(),
            ended: None,
            event,
        };
        let author = pull.author.clone();
        self.forge.pulls.entry(repo.to_string()).or_default().push(pull);
        self.start_for_pull(repo, number, "opened", head, &author, event);
        Ok(number)
    }

    /// Closes an open one, opens a closed one again, or makes a draft ready.
    #[inline(never)]
    pub fn set_pull(
        &mut self,
        repo: &str,
        number: u32,
        to: PullChange,
        actor: &str,
        causes: &Causes,
    ) -> Result<(), String> {
        let pull = self.pull(repo, number).ok_or("Could not resolve to a PullRequest")?.clone();
        let word = match (to, pull.state) {
            (PullChange::Close, PullState::Open) => "closed",
            (PullChange::Reopen, PullState::Closed) => "reopened",
            (PullChange::Ready, PullState::Open) => "ready for review",
            (PullChange::Draft, PullState::Open) => "draft again",
            _ => return Err("it is not in a state for that".into()),
        };
        if to == PullChange::Reopen && self.branch_of_forge(repo, &pull.head).is_none() {
            return Err("Could not open the pull request. (reopenPullRequest)".into());
        }
        let ends = self.pull_ends(repo, &pull);
        let ended = ends.map(|(base, head)| (base.to_string(), head.to_string()));
        let event = self.note_pull(repo, number, actor, word.into(), &causes.and(&pull.event.into()));
        let Some(pull) = self.pull_mut(repo, number) else { return Ok(()) };
        pull.event = event;
        match to {
            PullChange::Close => (pull.state, pull.ended) = (PullState::Closed, ended),
            PullChange::Reopen => (pull.state, pull.ended) = (PullState::Open, None),
            PullChange::Ready => pull.draft = false,
            PullChange::Draft => pull.draft = true,
        }
        let action = match to {
            PullChange::Close => "closed",
            PullChange::Reopen => "reopened",
            PullChange::Ready => "ready_for_review",
            PullChange::Draft => "converted_to_draft",
        };
        if let Some((_, head)) = ends {
            self.start_for_pull(repo, number, action, head, actor, event);
        }
        Ok(())
    }

    /// Adds a review. Nobody approves their own.
    #[inline(never)]
    pub fn review_pull(&mut self, repo: &str, number: u32, review: Review, causes: &Causes) -> Result<(), String> {
        let pull = self.pull(repo, number).ok_or("Could not resolve to a PullRequest")?;
        let own = pull.author == review.author;
        match review.verdict {
            Verdict::Approved if own => return Err("Can not approve your own pull request".into()),
            Verdict::ChangesRequested if own => return Err("Can not request changes on your own pull request".into()),
            _ => {}
        }
        let word = match review.verdict {
            Verdict::Approved => "approved",
            Verdict::ChangesRequested => "changes requested",
            Verdict::Commented => "commented",
        };
        let causes = causes.and(&pull.event.into());
        let event = self.note_pull(repo, number, &review.author.clone(), word.into(), &causes);
        if let Some(pull) = self.pull_mut(repo, number) {
            pull.event = event;
            pull.reviews.push(review);
        }
        Ok(())
    }

    /// Where its base and its head stand: now, or when it ended.
    pub fn pull_ends(&self, repo: &str, pull: &Pull) -> Option<(ObjectId, ObjectId)> {
        if let Some((base, head)) = &pull.ended {
            return Some((git::parse_id(base)?, git::parse_id(head)?));
        }
        Some((self.branch_of_forge(repo, &pull.base)?, self.branch_of_forge(repo, &pull.head)?))
    }

    pub fn pull_url(repo: &str, number: u32) -> String {
        format!("https://{FORGE}/{repo}/pull/{number}")
    }

    /// Where a branch of the forge stands.
    pub fn branch_of_forge(&self, repo: &str, branch: &str) -> Option<ObjectId> {
        let (found, files) = self.forge_repo(repo)?;
        found.read_ref(files, &format!("refs/heads/{branch}"))
    }

    pub(crate) fn pull_mut(&mut self, repo: &str, number: u32) -> Option<&mut Pull> {
        self.forge.pulls.get_mut(repo)?.iter_mut().find(|pull| pull.number == number)
    }

    pub(crate) fn note_pull(&mut self, repo: &str, number: u32, actor: &str, text: String, causes: &Causes) -> EventId {
        let about = Subject::new("PullRequest", format!("{repo}#{number}"));
        self.sim.record("git", actor.to_string(), about, format!("Pull request {repo}#{number} {text}"), causes)
    }

    /// The forge itself moved a branch: as by a push.
    #[inline(never)]
    pub(crate) fn move_branch(&mut self, repo: &Repo, update: git::RefUpdate, actor: &str, causes: &Causes) {
        let who = git::Signature { name: actor.into(), email: format!("{actor}@encore"), when: self.when() };
        let forge = MachineId::new(FORGE);
        let when = self.when();
        let Some(machine) = self.machines.get_mut(&forge) else { return };
        let done = match update.new {
            Some(id) => {
                let change = git::RefChange { name: &update.name, new: id, who: &who, message: "pull request" };
                repo.update_ref(&mut machine.files, &change)
            }
            None => repo.delete_ref(&mut machine.files, &update.name, when),
        };
        if done.is_ok() {
            self.received_push(&forge, repo, &[update], actor, causes);
        }
    }
}

/// What can be done to a pull request beside merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullChange {
    Close,
    Reopen,
    Ready,
    Draft,
}
