//! What was asked of a sequence of picks or reverts, and how it is kept in `.git/sequencer/opts`.

use super::cli::{Git, Stop, fatal};
use git::{Config, Repo};
use serde::{Deserialize, Serialize};

/// What to do where a commit turns out to hold no change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Empty {
    #[default]
    Stop,
    Keep,
    Drop,
}

/// A sequence with what was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Going {
    pub reverts: bool,
    pub no_commit: bool,
    pub edit: Option<bool>,
    pub signoff: bool,
    pub mainline: Option<usize>,
    /// `-x`.
    pub names_origin: bool,
    pub fast_forward: bool,
    pub allow_empty: bool,
    pub allow_empty_message: bool,
    pub empty: Empty,
    /// `-X`.
    pub favor: Option<String>,
    /// Commits are read from the list on disk.
    pub listed: bool,
}

impl Going {
    pub fn command(&self) -> &'static str {
        if self.reverts { "revert" } else { "cherry-pick" }
    }

    /// What `--ff` cannot be given with; `edit` says whether `--edit` was given.
    pub fn check_fast_forward(&self, edit: bool) -> Result<(), Stop> {
        let others =
            [(self.signoff, "--signoff"), (self.no_commit, "--no-commit"), (self.names_origin, "-x"), (edit, "--edit")];
        match others.iter().find(|(given, _)| self.fast_forward && *given) {
            Some((_, name)) => fatal(format!("{}: {name} cannot be used with --ff", self.command())),
            None => Ok(()),
        }
    }

    /// `sequencer/opts`.
    #[inline(never)]
    pub fn options(&self) -> String {
        let mut config = Config::parse("");
        let mut add = |name: &str, on: bool| {
            if on {
                config.add(&format!("options.{name}"), "true");
            }
        };
        add("no-commit", self.no_commit);
        add("edit", self.edit == Some(true));
        add("allow-empty", self.allow_empty);
        add("allow-empty-message", self.allow_empty_message);
        add("drop-redundant-commits", self.empty == Empty::Drop);
        add("keep-redundant-commits", self.empty == Empty::Keep);
        add("signoff", self.signoff);
        add("record-origin", self.names_origin);
        add("allow-ff", self.fast_forward);
        if self.edit == Some(false) {
            config.add("options.edit", "false");
        }
        if let Some(name) = &self.favor {
            config.add("options.strategy-option", name);
        }
        if let Some(number) = self.mainline {
            config.add("options.mainline", &number.to_string());
        }
        config.text().to_string()
    }

    /// What was asked for when the sequence began; `edit` of now counts.
    pub fn read(g: &Git<'_, '_>, repo: &Repo, now: &Self) -> Self {
        let Some(text) = repo.read_state(g.files(), "sequencer/opts") else { return now.clone() };
        let config = Config::parse(&text);
        let on = |name: &str| config.get_bool(&format!("options.{name}"));
        Self {
            reverts: now.reverts,
            no_commit: on("no-commit") == Some(true),
            edit: now.edit.or_else(|| on("edit")),
            signoff: on("signoff") == Some(true),
            mainline: config.get("options.mainline").and_then(|text| text.parse().ok()),
            names_origin: on("record-origin") == Some(true),
            fast_forward: on("allow-ff") == Some(true),
            allow_empty: on("allow-empty") == Some(true),
            allow_empty_message: on("allow-empty-message") == Some(true),
            empty: match (on("keep-redundant-commits"), on("drop-redundant-commits")) {
                (Some(true), _) => Empty::Keep,
                (_, Some(true)) => Empty::Drop,
                _ => Empty::Stop,
            },
            favor: config.get("options.strategy-option").map(str::to_string),
            listed: true,
        }
    }
}
