//! Environments: what guards them, and the jobs that wait for a review, a timer or a branch that may deploy.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments>

use crate::contexts::place;
use crate::engine::{Ci, Tick};
use crate::expr::{self, Scope};
use crate::filter;
use crate::run::{Run, State};
use crate::workflow::{Wrong, known, text, wrong};
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, EventId, Sim, Subject, Time};
use std::time::Duration;

/// What a repository's owner has set for its workflows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub secrets: OrdMap<String, String>,
    pub vars: OrdMap<String, String>,
    pub environments: OrdMap<String, Environment>,
    /// The token of a job whose workflow names no `permissions` may write.
    pub token_writes: bool,
    /// When a secret or variable was set by hand: `secret NAME`, `variable ENVIRONMENT/NAME`.
    pub changed: OrdMap<String, Time>,
}

/// What a job must pass that names this environment, and what it then has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// One of them must approve.
    pub reviewers: Vec<String>,
    /// Not the one who started the run.
    pub prevent_self_review: bool,
    pub wait_minutes: u32,
    /// Patterns of branches and tags that may deploy; none: all.
    pub branches: Vec<String>,
    pub secrets: OrdMap<String, String>,
    pub vars: OrdMap<String, String>,
}

/// `environment:` of a job, as it stands in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    name: String,
    url: Option<String>,
}

/// How far a job has come with its environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    pub environment: String,
    /// Known once the job has ended.
    pub url: String,
    /// Somebody must still approve.
    pub pending: bool,
    pub since: Time,
    /// When the wait timer is over.
    pub until: Time,
    /// The approval, which is among what led to the job.
    pub because: Option<EventId>,
}

/// What a reviewer said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    pub environments: Vec<String>,
    pub approved: bool,
    pub comment: String,
    pub user: String,
    pub at: Time,
}

/// A job that nobody approves fails after this.
const PATIENCE: Duration = Duration::from_secs(30 * 24 * 3_600);
const REJECTED: &str = "The deployment was rejected or didn't satisfy other protection rules.";

impl Target {
    #[inline(never)]
    pub(crate) fn read(job: &Value, path: &str) -> Result<Option<Self>, Wrong> {
        let own = job.at("environment");
        let here = [path, ".environment"].concat();
        match own {
            Value::Null => Ok(None),
            Value::Map(_) => {
                known(own, &here, &["name", "url", "deployment"])?;
                let name = text(own.at("name"));
                let name =
                    name.ok_or_else(|| wrong(&[&here, "."].concat(), "Required property is missing: name".into()))?;
                Ok(Some(Self { name, url: text(own.at("url")) }))
            }
            name => Ok(Some(Self { name: expr::to_text(name), url: None })),
        }
    }
}

impl Ci {
    /// The settings of a repository, where there are any.
    pub fn settings(&self, repo: &str) -> Option<&Settings> {
        self.settings.get(repo)
    }

    pub fn settings_mut(&mut self, repo: &str) -> &mut Settings {
        self.settings.entry(repo.to_string()).or_default()
    }

    /// An environment by its name, in which case counts for nothing.
    pub fn environment(&self, repo: &str, name: &str) -> Option<&Environment> {
        let all = &self.settings.get(repo)?.environments;
        all.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, environment)| environment)
    }

    /// Whether a job must still wait for its environment. An error: it never gets there.
    #[inline(never)]
    pub(crate) fn gated(&mut self, sim: &mut Sim, number: u32, index: usize) -> Result<bool, String> {
        let now = sim.now();
        let Some(run) = self.run(number) else { return Ok(false) };
        let Some(gate) = &run.jobs[index].gate else { return self.arrive(sim, number, index) };
        if gate.pending && now.since(gate.since) >= PATIENCE {
            return Err(REJECTED.into());
        }
        Ok(gate.pending || gate.until > now)
    }

    /// A job comes to its environment: it is made where it is not there.
    #[inline(never)]
    fn arrive(&mut self, sim: &mut Sim, number: u32, index: usize) -> Result<bool, String> {
        let now = sim.now();
        let run = self.run(number).ok_or("the run is gone")?;
        let place = place(run, index).ok_or("the job is gone")?;
        let target = place.job.environment.as_ref().ok_or("the job has no environment")?;
        let contexts = place.contexts(self, &OrdMap::new());
        let name = expr::interpolate(&target.name, Scope::of(&contexts))?;
        if name.trim().is_empty() {
            return Ok(false);
        }
        let (repo, branch, tag) = (run.repo.clone(), run.branch.clone(), run.tag);
        let found = self.environment(&repo, &name).cloned().unwrap_or_default();
        let passes = |pattern: &String| filter::matches(pattern, &branch);
        if !found.branches.is_empty() && !found.branches.iter().any(passes) {
            let kind = if tag { "Tag" } else { "Branch" };
            return Err(format!(
                "{kind} \"{branch}\" is not allowed to deploy to {name} due to environment protection rules."
            ));
        }
        if self.environment(&repo, &name).is_none() {
            self.settings_mut(&repo).environments.insert(name.clone(), Environment::default());
        }
        let pending = !found.reviewers.is_empty();
        let until = now + Duration::from_secs(60 * u64::from(found.wait_minutes));
        let waits = pending || until > now;
        if pending {
            self.timers.set(sim, now + PATIENCE, Tick::Jobs(number));
        }
        if until > now {
            self.timers.set(sim, until, Tick::Jobs(number));
        }
        let Some(run) = self.run_mut(number) else { return Ok(waits) };
        let job = &mut run.jobs[index];
        let text = format!("Job “{}” waits for {} to be reviewed", job.name, name);
        job.gate = Some(Gate { environment: name, url: String::new(), pending, since: now, until, because: None });
        let (event, subject) = (run.event, Subject::new("Run", format!("{}#{number}", run.repo)));
        if pending {
            sim.record("ci", "github-actions", subject, text, &Causes::one(event));
        }
        Ok(waits)
    }

    /// Somebody approves or rejects what waits for these environments. An error is GitHub's word for why they may not.
    #[inline(never)]
    pub fn review(&mut self, sim: &mut Sim, number: u32, review: Review, causes: &Causes) -> Result<(), String> {
        let now = sim.now();
        let run = self.run(number).ok_or("Not Found")?;
        let named = |name: &str| review.environments.iter().any(|own| own.eq_ignore_ascii_case(name));
        let waits =
            |at: &usize| run.jobs[*at].gate.as_ref().is_some_and(|gate| gate.pending && named(&gate.environment));
        let waits = |at: &usize| run.jobs[*at].state == State::Waiting && waits(at);
        let jobs: Vec<usize> = (0..run.jobs.len()).filter(waits).collect();
        if jobs.is_empty() {
            return Err("There are no pending deployment requests to approve or reject".into());
        }
        if let Some(name) = review.environments.iter().find(|name| !self.may_review(run, name, &review.user)) {
            return Err(format!("{} is not allowed to review deployments to {name}", review.user));
        }
        let verb = if review.approved { "approved" } else { "rejected" };
        let subject = Subject::new("Run", format!("{}#{number}", run.repo));
        let text = format!("{} {verb} the deployment to {}", review.user, review.environments.join(", "));
        let because = Causes::one(run.event).and(causes);
        let event = sim.record("ci", review.user.clone(), subject, text, &because);
        let Some(run) = self.run_mut(number) else { return Ok(()) };
        for at in jobs {
            let job = &mut run.jobs[at];
            if let Some(gate) = &mut job.gate {
                gate.pending = false;
                gate.because = Some(event);
            }
            if !review.approved {
                crate::jobs::fail(job, REJECTED);
                job.finished = Some(now);
            }
        }
        run.reviews.push(Review { at: now, ..review });
        self.timers.set(sim, now, Tick::Jobs(number));
        Ok(())
    }

    /// Whether somebody may review a run's deployments to an environment.
    pub fn may_review(&self, run: &Run, environment: &str, user: &str) -> bool {
        self.environment(&run.repo, environment).is_some_and(|own| {
            own.reviewers.iter().any(|reviewer| reviewer == user) && !(own.prevent_self_review && run.actor == user)
        })
    }

    /// `environment.url` of a job that has ended.
    #[inline(never)]
    pub(crate) fn tell_url(&mut self, number: u32, index: usize) {
        let url = self.run(number).and_then(|run| {
            let place = place(run, index)?;
            let url = place.job.environment.as_ref()?.url.as_ref()?;
            let env = place.env(self, None).ok()?;
            let contexts = place.contexts(self, &env);
            expr::interpolate(url, place.scope(&contexts)).ok()
        });
        let gate = self.run_mut(number).and_then(|run| run.jobs.get_mut(index)?.gate.as_mut());
        if let (Some(gate), Some(url)) = (gate, url) {
            gate.url = url;
        }
    }

    /// What the secrets of a job's environment are, once it is there.
    pub(crate) fn of_environment(&self, run: &Run, index: usize) -> Option<&Environment> {
        let gate = run.jobs.get(index)?.gate.as_ref()?;
        self.environment(&run.repo, &gate.environment)
    }
}

impl Run {
    /// Environments that wait for a review, each once, in the order of the jobs.
    pub fn pending(&self) -> Vec<&Gate> {
        let mut all: Vec<&Gate> = Vec::new();
        let waiting = self.jobs.iter().filter(|job| job.state == State::Waiting);
        for gate in waiting.filter_map(|job| job.gate.as_ref()).filter(|gate| gate.pending) {
            if !all.iter().any(|other| other.environment == gate.environment) {
                all.push(gate);
            }
        }
        all
    }
}
