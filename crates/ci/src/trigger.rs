//! `on:`: which events start a workflow.

use crate::call::OnCall;
use crate::clock::{self, OnRun};
use crate::filter::passes;
use crate::inputs::{self, Input};
use crate::workflow::{Wrong, known, list, wrong};
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
    push: Option<OnPush>,
    pull_request: Option<OnPull>,
    /// `workflow_dispatch` and what it asks for.
    pub dispatch: Option<Vec<Input>>,
    pub(crate) call: Option<OnCall>,
    pub(crate) schedule: Vec<String>,
    pub(crate) run: Option<OnRun>,
}

/// Patterns; those of `…-ignore` begin with `!`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct OnPush {
    branches: Vec<String>,
    tags: Vec<String>,
    paths: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct OnPull {
    /// Patterns of base branches.
    branches: Vec<String>,
    paths: Vec<String>,
    types: Vec<String>,
}

/// What starts a workflow for pull requests that names no types.
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request>
const USUAL: [&str; 3] = ["opened", "synchronize", "reopened"];
const TYPES: [&str; 6] = ["opened", "synchronize", "reopened", "closed", "ready_for_review", "converted_to_draft"];

/// Events that nothing in this sandbox makes: a workflow that waits for them would wait without a word.
const NOT_HERE: [&str; 17] = [
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
    "status",
];

impl On {
    #[inline(never)]
    pub(crate) fn read(on: &Value, path: &str) -> Result<Self, Wrong> {
        let mut read = Self::default();
        match on {
            Value::Str(event) => read.add(event, Value::null(), path)?,
            Value::List(events) => {
                for (at, event) in events.iter().enumerate() {
                    let here = format!("{path}[{at}]");
                    read.add(event.as_str().unwrap_or_default(), Value::null(), &here)?;
                }
            }
            _ => {
                for (event, filter) in on.entries().iter() {
                    read.add(event, filter, &[path, ".", event].concat())?;
                }
            }
        }
        Ok(read)
    }

    #[inline(never)]
    fn add(&mut self, event: &str, filter: &Value, path: &str) -> Result<(), Wrong> {
        match event {
            "push" => {
                known(filter, path, &["branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore"])?;
                let (branches, tags) = (patterns(filter, path, "branches")?, patterns(filter, path, "tags")?);
                self.push = Some(OnPush { branches, tags, paths: patterns(filter, path, "paths")? });
            }
            "pull_request" => {
                known(filter, path, &["branches", "branches-ignore", "types", "paths", "paths-ignore"])?;
                let types = list(filter, "types");
                if let Some(other) = types.iter().find(|word| !TYPES.contains(&word.as_str())) {
                    let message = format!("'{other}' is real GitHub Actions, but not part of this sandbox yet");
                    return Err(wrong(&[path, ".types"].concat(), message));
                }
                let (branches, paths) = (patterns(filter, path, "branches")?, patterns(filter, path, "paths")?);
                self.pull_request = Some(OnPull { branches, paths, types });
            }
            "schedule" => self.schedule = clock::schedules(filter, path)?,
            "workflow_run" => self.run = Some(OnRun::read(filter, path)?),
            "workflow_call" => self.call = Some(OnCall::read(filter, path)?),
            "workflow_dispatch" => self.dispatch = Some(inputs::read(filter, path)?),
            _ if NOT_HERE.contains(&event) => {
                let message = format!("'{event}' is real GitHub Actions, but not part of this sandbox yet");
                return Err(wrong(path, message));
            }
            _ => return Err(wrong(path, format!("Unexpected value '{event}'"))),
        }
        Ok(())
    }

    /// Whether a push of a branch or a tag starts it that changed these files.
    pub fn is_for_push(&self, name: &str, tag: bool, changed: &[String]) -> bool {
        let Some(on) = &self.push else { return false };
        // Tags alone mean: branches do not start it. And the other way.
        let (own, other) = if tag { (&on.tags, &on.branches) } else { (&on.branches, &on.tags) };
        let named = if own.is_empty() { other.is_empty() } else { passes(own, name) };
        named && (tag || on_paths(&on.paths, changed))
    }

    pub fn is_for_pull(&self, event: &PullEvent, changed: &[String]) -> bool {
        self.pull_request.as_ref().is_some_and(|on| {
            let named = on.types.contains(&event.action);
            let usual = on.types.is_empty() && USUAL.contains(&event.action.as_str());
            (named || usual) && passes(&on.branches, &event.base) && on_paths(&on.paths, changed)
        })
    }
}

/// One file that passes is enough.
fn on_paths(patterns: &[String], changed: &[String]) -> bool {
    patterns.is_empty() || changed.iter().any(|path| passes(patterns, path))
}

/// A filter and its `…-ignore`, of which there may be one.
#[inline(never)]
pub(crate) fn patterns(filter: &Value, path: &str, key: &str) -> Result<Vec<String>, Wrong> {
    let ignore = [key, "-ignore"].concat();
    let mut patterns = list(filter, key);
    let ignored = list(filter, &ignore);
    if !patterns.is_empty() && !ignored.is_empty() {
        let message = format!("you may only define one of `{key}` and `{ignore}` for a single event");
        return Err(wrong(&[path, ".", &ignore].concat(), message));
    }
    if !patterns.is_empty() && patterns.iter().all(|pattern| pattern.starts_with('!')) {
        // Unlike GitHub: it says so, where GitHub never starts the workflow.
        let message = format!("`{key}` has only patterns with `!`: use `{ignore}`");
        return Err(wrong(&[path, ".", key].concat(), message));
    }
    patterns.extend(ignored.into_iter().map(|pattern| ["!", &pattern].concat()));
    Ok(patterns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> Result<On, Wrong> {
        On::read(&Value::from_yaml(text).unwrap(), "on")
    }

    fn pull(action: &str, base: &str) -> PullEvent {
        let (base, head) = (base.to_string(), "topic".to_string());
        PullEvent { number: 1, action: action.into(), title: String::new(), base, head, draft: false }
    }

    #[test]
    fn pushes_pass_their_branches_and_tags() {
        let any = on("push").unwrap();
        assert!(any.is_for_push("topic", false, &[]) && any.is_for_push("v1", true, &[]));
        assert!(!any.is_for_pull(&pull("opened", "main"), &[]));
        let some = on("push: {branches: [main, 'release/**', '!release/old']}").unwrap();
        let hits = ["main", "release/1/2", "release/old", "topic"].map(|branch| some.is_for_push(branch, false, &[]));
        assert_eq!(hits, [true, true, false, false]);
        assert!(!some.is_for_push("main", true, &[]), "branches alone mean no tags");
        let tags = on("push: {tags: ['v*']}").unwrap();
        assert!(!tags.is_for_push("main", false, &[]) && tags.is_for_push("v1.2", true, &[]));
        assert!(!tags.is_for_push("x", true, &[]));
        let ignore = on("push: {branches-ignore: [main]}").unwrap();
        assert!(ignore.is_for_push("topic", false, &[]) && !ignore.is_for_push("main", false, &[]));
    }

    #[test]
    fn pushes_pass_the_files_they_change() {
        let files = |names: &[&str]| names.iter().map(|name| (*name).to_string()).collect::<Vec<_>>();
        let some = on("push: {paths: ['src/**', '!src/docs/**']}").unwrap();
        assert!(some.is_for_push("main", false, &files(&["README.md", "src/a/b.rs"])));
        assert!(!some.is_for_push("main", false, &files(&["src/docs/a.md"])));
        let ignore = on("push: {paths-ignore: ['**.md']}").unwrap();
        assert!(!ignore.is_for_push("main", false, &files(&["README.md", "docs/a.md"])));
        assert!(ignore.is_for_push("main", false, &files(&["README.md", "a.rs"])));
        assert!(ignore.is_for_push("v1", true, &[]), "tags have no paths");
    }

    #[test]
    fn pulls_pass_their_types_and_the_branch_they_go_to() {
        let usual = on("[push, pull_request]").unwrap();
        let hits = ["opened", "synchronize", "closed"].map(|action| usual.is_for_pull(&pull(action, "main"), &[]));
        assert_eq!(hits, [true, true, false]);
        let some = on("pull_request: {branches: main, types: [closed]}").unwrap();
        assert!(some.is_for_pull(&pull("closed", "main"), &[]));
        assert!(!some.is_for_pull(&pull("closed", "next"), &[]) && !some.is_for_pull(&pull("opened", "main"), &[]));
    }

    #[test]
    fn what_would_never_start_is_told() {
        for (text, says) in [
            ("release: {types: [published]}", "not part of this sandbox"),
            ("schedule: [{cron: '0 25 * * *'}]", "Invalid cron string"),
            ("push: {branches: ['!main']}", "use `branches-ignore`"),
            ("push: {paths: [a], paths-ignore: [b]}", "only define one of"),
            ("pull_request: {types: [labeled]}", "'labeled' is real"),
            ("pushes", "Unexpected value 'pushes'"),
            ("push: {branch: main}", "Unexpected value 'branch'"),
        ] {
            let (_, message) = on(text).unwrap_err();
            assert!(message.contains(says), "{text}: {message}");
        }
    }
}
