//! `on:`: which events start a workflow.

use crate::workflow::{Wrong, known, list, matches, missing};
use manifest::Value;
use serde::{Deserialize, Serialize};

/// What happened to a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullEvent {
    pub number: u32,
    /// GitHub's word: `opened`, `synchronize`, `reopened`, `closed`, `ready_for_review`, `converted_to_draft`.
    pub action: String,
    pub title: String,
    pub base: String,
    pub head: String,
    pub draft: bool,
}

/// The events that a workflow is for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct On {
    /// Branch patterns of `push`; `None` where pushes do not start it.
    push: Option<Vec<String>>,
    pull_request: Option<OnPull>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct OnPull {
    /// Patterns of base branches.
    branches: Vec<String>,
    types: Vec<String>,
}

/// What starts a workflow for pull requests that names no types.
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request>
const USUAL: [&str; 3] = ["opened", "synchronize", "reopened"];
const TYPES: [&str; 6] = ["opened", "synchronize", "reopened", "closed", "ready_for_review", "converted_to_draft"];

/// Events that nothing in this sandbox makes: a workflow that waits for them would wait without a word.
const NOT_HERE: [&str; 20] = [
    "branch_protection_rule",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "issue_comment",
    "issues",
    "label",
    "merge_group",
    "pull_request_review",
    "pull_request_target",
    "registry_package",
    "release",
    "repository_dispatch",
    "schedule",
    "status",
    "workflow_call",
    "workflow_run",
];

impl On {
    pub(crate) fn read(on: &Value) -> Result<Self, Wrong> {
        let mut read = Self::default();
        match on {
            Value::Str(event) => read.add(event, Value::null())?,
            Value::List(events) => {
                for event in events.iter() {
                    read.add(event.as_str().unwrap_or_default(), Value::null())?;
                }
            }
            _ => {
                for (event, filter) in on.entries().iter() {
                    read.add(event, filter)?;
                }
            }
        }
        Ok(read)
    }

    fn add(&mut self, event: &str, filter: &Value) -> Result<(), Wrong> {
        let patterns = || {
            let mut patterns = list(filter, "branches");
            patterns.extend(list(filter, "branches-ignore").into_iter().map(|pattern| format!("!{pattern}")));
            patterns
        };
        match event {
            "push" => {
                missing(filter, &["paths", "paths-ignore"])?;
                known(filter, &["branches", "branches-ignore", "tags", "tags-ignore"])?;
                // Tags alone mean: branches do not start it.
                let tags = !filter.at("tags").is_null() || !filter.at("tags-ignore").is_null();
                self.push = Some(patterns()).filter(|patterns| !(patterns.is_empty() && tags));
            }
            "pull_request" => {
                missing(filter, &["paths", "paths-ignore"])?;
                known(filter, &["branches", "branches-ignore", "types"])?;
                let types = list(filter, "types");
                if let Some(other) = types.iter().find(|word| !TYPES.contains(&word.as_str())) {
                    let message = format!("'{other}' is real GitHub Actions, but not part of this sandbox yet");
                    return Err(("types:".into(), message));
                }
                self.pull_request = Some(OnPull { branches: patterns(), types });
            }
            // It is started by hand, which costs nothing to allow.
            "workflow_dispatch" => {}
            _ if NOT_HERE.contains(&event) => {
                let message = format!("'{event}' is real GitHub Actions, but not part of this sandbox yet");
                return Err((event.to_string(), message));
            }
            _ => return Err((event.to_string(), format!("Unexpected value '{event}'"))),
        }
        Ok(())
    }

    pub fn is_for_push_to(&self, branch: &str) -> bool {
        self.push.as_ref().is_some_and(|patterns| passes(patterns, branch))
    }

    pub fn is_for_pull(&self, event: &PullEvent) -> bool {
        self.pull_request.as_ref().is_some_and(|on| {
            let named = on.types.contains(&event.action);
            let usual = on.types.is_empty() && USUAL.contains(&event.action.as_str());
            (named || usual) && passes(&on.branches, &event.base)
        })
    }
}

/// Whether a branch passes patterns of which the last that matches counts; `!` before one takes away.
fn passes(patterns: &[String], branch: &str) -> bool {
    let mut hit = patterns.iter().all(|pattern| pattern.starts_with('!'));
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(negated) if matches(negated, branch) => hit = false,
            None if matches(pattern, branch) => hit = true,
            _ => {}
        }
    }
    hit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> Result<On, Wrong> {
        On::read(&Value::from_yaml(text).unwrap())
    }

    fn pull(action: &str, base: &str) -> PullEvent {
        let (base, head) = (base.to_string(), "topic".to_string());
        PullEvent { number: 1, action: action.into(), title: String::new(), base, head, draft: false }
    }

    #[test]
    fn pushes_pass_their_branches() {
        let any = on("push").unwrap();
        assert!(any.is_for_push_to("topic") && !any.is_for_pull(&pull("opened", "main")));
        let some = on("push: {branches: [main, 'release/**', '!release/old']}").unwrap();
        let hits = ["main", "release/1/2", "release/old", "topic"].map(|branch| some.is_for_push_to(branch));
        assert_eq!(hits, [true, true, false, false]);
        assert!(!on("push: {tags: ['v*']}").unwrap().is_for_push_to("main"));
    }

    #[test]
    fn pulls_pass_their_types_and_the_branch_they_go_to() {
        let usual = on("[push, pull_request]").unwrap();
        let hits = ["opened", "synchronize", "closed"].map(|action| usual.is_for_pull(&pull(action, "main")));
        assert_eq!(hits, [true, true, false]);
        let some = on("pull_request: {branches: main, types: [closed]}").unwrap();
        assert!(some.is_for_pull(&pull("closed", "main")));
        assert!(!some.is_for_pull(&pull("closed", "next")) && !some.is_for_pull(&pull("opened", "main")));
    }

    #[test]
    fn what_would_never_start_is_told() {
        for (text, says) in [
            ("schedule: [{cron: '0 5 * * *'}]", "not part of this sandbox"),
            ("push: {paths: [src/**]}", "'paths' is real"),
            ("pull_request: {types: [labeled]}", "'labeled' is real"),
            ("pushes", "Unexpected value 'pushes'"),
            ("push: {branch: main}", "Unexpected value 'branch'"),
        ] {
            let (_, message) = on(text).unwrap_err();
            assert!(message.contains(says), "{text}: {message}");
        }
    }
}
