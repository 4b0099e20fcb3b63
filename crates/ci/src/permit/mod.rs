//! `permissions:` what the token of a job may do, and whose token a text is.
//! <https://docs.github.com/en/actions/tutorials/authenticate-with-github_token>

use crate::contexts::{TOKEN, place};
use crate::engine::Ci;
use crate::run::{Run, State};
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};

/// A level by each name that is given; `*` for all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Permissions(OrdMap<String, Access>);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Access {
    #[default]
    None,
    Read,
    Write,
}

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    /// The token of the job at work on a machine.
    Job,
    /// A personal access token, one of the secrets.
    Person,
    Nobody,
}

/// Under whose name a job's token acts.
pub const BOT: &str = "github-actions[bot]";

/// What a token may do where nothing is said.
pub(crate) fn usual(writes: bool) -> Permissions {
    let read = |scope: &str| (scope.to_string(), Access::Read);
    Permissions(if writes {
        [("*".to_string(), Access::Write)].into()
    } else {
        ["contents", "packages"].map(read).into()
    })
}

impl Access {
    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl Permissions {
    /// Of what has been found to be right.
    pub(crate) fn read(own: &Value) -> Option<Self> {
        let access = |word: &str| match word {
            "write" | "write-all" => Access::Write,
            "read" | "read-all" => Access::Read,
            _ => Access::None,
        };
        match own {
            Value::Null => None,
            Value::Str(word) => Some(Self([("*".to_string(), access(word))].into())),
            _ => {
                let one = |(name, level): (&std::sync::Arc<str>, &Value)| {
                    (name.to_string(), access(level.as_str().unwrap_or_default()))
                };
                Some(Self(own.entries().iter().map(one).collect()))
            }
        }
    }

    /// What is asked for beyond another's, and what that allows: `issues: write`, `issues: read`.
    #[inline(never)]
    pub(crate) fn beyond(&self, most: &Self) -> Option<(String, String)> {
        let (mut asked, mut allowed) = (Vec::new(), Vec::new());
        for scope in crate::job::PERMISSIONS {
            let own = self.of(scope);
            if own > most.of(scope) {
                asked.push([scope, ": ", own.word()].concat());
                allowed.push([scope, ": ", most.of(scope).word()].concat());
            }
        }
        (!asked.is_empty()).then(|| (asked.join(", "), allowed.join(", ")))
    }

    fn of(&self, scope: &str) -> Access {
        self.0.get(scope).or_else(|| self.0.get("*")).copied().unwrap_or_default()
    }
}

impl Ci {
    /// What the token of a job may do: of a called workflow never more than the job that calls.
    #[inline(never)]
    pub fn access(&self, run: &Run, job: usize, scope: &str) -> Access {
        let Some(place) = place(run, job) else { return Access::None };
        let caller = place.state.call.and_then(|which| run.calls.get(which)).map(|called| called.caller);
        let most = caller.map_or(Access::Write, |caller| self.access(run, caller, scope));
        let named = place.job.permissions.as_ref().or(place.workflow.permissions.as_ref());
        let own = match named {
            Some(named) => named.of(scope),
            None if caller.is_some() => most,
            None if self.settings(&run.repo).is_some_and(|settings| settings.token_writes) => Access::Write,
            None if ["contents", "packages"].contains(&scope) => Access::Read,
            None => Access::None,
        };
        own.min(most)
    }

    /// The job at work on a machine.
    #[inline(never)]
    pub fn job_on(&self, machine: &str) -> Option<(&Run, usize)> {
        self.runs.iter().rev().filter(|run| !run.state.finished()).find_map(|run| {
            let job = run.jobs.iter().position(|job| job.machine == machine && job.state == State::Running)?;
            Some((&**run, job))
        })
    }

    /// Whose token a text is.
    #[inline(never)]
    pub fn bearer(&self, token: &str) -> Bearer {
        if token == TOKEN {
            return Bearer::Job;
        }
        let own = self.settings.values().flat_map(|settings| {
            let environments = settings.environments.values().flat_map(|own| own.secrets.values());
            settings.secrets.values().chain(environments)
        });
        let known = self.secrets.values().chain(own).any(|secret| secret == token);
        let personal = token.starts_with("ghp_") || token.starts_with("github_pat_");
        if known && personal { Bearer::Person } else { Bearer::Nobody }
    }

    /// Why a machine may not push an image: the job at work there has logged in with its token.
    #[inline(never)]
    pub fn push_denied(&self, machine: &str) -> Option<&'static str> {
        let (run, job) = self.job_on(machine).filter(|(run, job)| run.jobs[*job].logged_in)?;
        let denied = self.access(run, job, "packages") < Access::Write;
        denied.then_some("denied: installation not allowed to Write organization package")
    }

    /// Somebody logs in to the registry on a machine with this password.
    #[inline(never)]
    pub fn logged_in(&mut self, machine: &str, password: &str) {
        let own = password == TOKEN;
        if let Some((number, job)) = self.job_on(machine).map(|(run, job)| (run.number, job))
            && let Some(run) = self.run_mut(number)
        {
            run.jobs[job].logged_in = own;
        }
    }

    /// Why a token may not push to a repository from a machine: the lines that Git shows. `Ok`: the account that pushes.
    #[inline(never)]
    pub fn may_push(&self, machine: &str, token: &str, repo: &str) -> Result<String, String> {
        let url = format!("https://forge.encore/{repo}/");
        match self.bearer(token) {
            Bearer::Person => Ok("encore-bot".into()),
            Bearer::Nobody => Err(format!(
                "remote: Invalid username or token. Password authentication is not supported for Git operations.\nfatal: \
                 Authentication failed for '{url}'\n"
            )),
            Bearer::Job => {
                let own = self.job_on(machine).filter(|(run, _)| run.repo == repo);
                if own.is_some_and(|(run, job)| self.access(run, job, "contents") == Access::Write) {
                    return Ok(BOT.into());
                }
                Err(format!(
                    "remote: Permission to {repo}.git denied to {BOT}.\nfatal: unable to access '{url}': The requested URL \
                     returned error: 403\n"
                ))
            }
        }
    }
}
