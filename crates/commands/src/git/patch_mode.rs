//! What `--patch` does in each command: its words, what is compared, and where chosen hunks go.

use serde::{Deserialize, Serialize};

/// Which command asks hunk by hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    Add,
    Stash,
    /// `reset -p`, `restore -p --staged`.
    ResetHead,
    ResetOther,
    /// `checkout -p`, `restore -p`.
    WorkFromIndex,
    /// `checkout -p HEAD`: the index too.
    BothFromHead,
    BothFromOther,
    /// `restore -p --source HEAD`.
    WorkFromHead,
    WorkFromOther,
}

impl Mode {
    /// What is done with a hunk, and where.
    #[inline(never)]
    fn verb(self) -> (&'static str, &'static str) {
        match self {
            Self::Add => ("stage", ""),
            Self::Stash => ("stash", ""),
            Self::ResetHead => ("unstage", ""),
            Self::ResetOther => ("apply", " to index"),
            Self::WorkFromIndex | Self::WorkFromHead => ("discard", " from worktree"),
            Self::BothFromHead => ("discard", " from index and worktree"),
            Self::BothFromOther => ("apply", " to index and worktree"),
            Self::WorkFromOther => ("apply", " to worktree"),
        }
    }

    /// `Stage this hunk`.
    pub fn question(self, what: &str) -> String {
        let (verb, place) = self.verb();
        let (first, rest) = verb.split_at(1);
        first.to_ascii_uppercase() + rest + " " + what + place
    }

    /// The first lines of what `?` prints.
    #[inline(never)]
    pub fn help(self) -> String {
        let (verb, place) = self.verb();
        [
            "y - ",
            verb,
            " this hunk",
            place,
            "\nn - do not ",
            verb,
            " this hunk",
            place,
            "\nq - quit; do not ",
            verb,
            " this hunk or any of the remaining ones",
            "\na - ",
            verb,
            " this hunk and all later hunks in the file",
            "\nd - do not ",
            verb,
            " this hunk or any of the later hunks in the file\n",
        ]
        .concat()
    }

    /// What an edited hunk is marked for.
    pub fn purpose(self) -> &'static str {
        match self.verb().0 {
            "stage" => "staging",
            "stash" => "stashing",
            "unstage" => "unstaging",
            "discard" => "discarding",
            _ => "applying",
        }
    }

    /// Chosen hunks are taken back, not put on.
    pub fn takes_back(self) -> bool {
        matches!(self, Self::ResetHead | Self::WorkFromIndex | Self::BothFromHead | Self::WorkFromHead)
    }

    /// The other commit is what is shown as new.
    pub fn turned(self) -> bool {
        matches!(self, Self::ResetOther | Self::BothFromOther | Self::WorkFromOther)
    }

    pub fn on_index(self) -> bool {
        !matches!(self, Self::WorkFromIndex | Self::WorkFromHead | Self::WorkFromOther)
    }

    pub fn on_work(self) -> bool {
        !matches!(self, Self::Add | Self::Stash | Self::ResetHead | Self::ResetOther)
    }
}
