//! What a learner does that the journal keeps, and what they ask that it does not.

use serde::{Deserialize, Serialize};

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// A line and Enter.
    Line {
        terminal: u32,
        text: String,
    },
    /// Ctrl-C.
    Interrupt {
        terminal: u32,
    },
    /// Ctrl-D.
    EndOfInput {
        terminal: u32,
    },
    /// The editor saved a file.
    Save {
        path: String,
        text: String,
    },
    Delete {
        path: String,
    },
    Rename {
        from: String,
        to: String,
    },
    /// The clock was moved to this time by Play, by "next event" or by a wait.
    Advance {
        to_micros: u64,
    },
    /// Something asked of Argo CD about an application.
    ArgoCd {
        app: String,
        act: ArgoCdAct,
    },
    /// Runs a pipeline again.
    Rerun {
        run: u32,
    },
    DeletePod {
        namespace: String,
        name: String,
    },
    Answer {
        step: String,
        value: String,
    },
    Predict {
        step: String,
        choice: String,
    },
    Quiz(QuizPick),
    /// Opens the n-th hint of a step.
    Hint {
        step: String,
        rung: u32,
    },
    /// A repository made elsewhere: becomes `~/NAME`, and an empty repository of that name on the forge.
    ImportBundle {
        name: String,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// Something done to a pull request of a repository of the forge.
    Pull {
        repo: String,
        act: PullAct,
    },
    /// Another terminal, in the folder of this one.
    OpenTerminal {
        beside: u32,
    },
    /// Its shell and all that it has started are hung up.
    CloseTerminal {
        terminal: u32,
    },
    /// Ctrl-Z.
    Suspend {
        terminal: u32,
    },
    /// Something is broken on purpose, or mended again.
    Fault(Fault),
    /// Says whether what waits for an environment in a run may go on.
    Review {
        run: u32,
        environment: String,
        approve: bool,
    },
}

/// What Argo CD's buttons do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArgoCdAct {
    Refresh,
    /// As the application's policy says, or as is said here.
    Sync(Option<SyncHow>),
    /// Back to the deployment with this number of its history.
    Rollback(u32),
    /// Ends the operation that is under way.
    Terminate,
}

/// How to sync, this one time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncHow {
    /// `prune`, `dry-run`, `apply-only`, `force`, and sync options such as `PruneLast=true`.
    pub with: Vec<String>,
    /// None: all of them.
    pub only: Vec<SyncedResource>,
}

/// A resource that a sync is confined to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncedResource {
    pub group: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

/// What can be broken to see what happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// A node loses its power.
    CutPower {
        node: String,
    },
    PowerOn {
        node: String,
    },
    /// A Deployment gets an image that no registry has.
    BadImage {
        namespace: String,
        deployment: String,
    },
    /// A Deployment is changed behind the back of whoever looks after it.
    Drift {
        namespace: String,
        deployment: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PullAct {
    Open {
        head: String,
        base: String,
        title: String,
    },
    /// `merge`, `squash` or `rebase`.
    Merge {
        number: u32,
        method: String,
    },
    Approve {
        number: u32,
    },
    Close {
        number: u32,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizPick {
    pub question: u32,
    pub options: Vec<u32>,
}

/// A question about the world as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    /// Why an object is as it is: kind and name as the panels give them (`Pod`, `shop/web-5d8f…`).
    Why {
        kind: String,
        name: String,
    },
    Describe {
        kind: String,
        namespace: String,
        name: String,
    },
    /// What an application would change.
    AppDiff {
        app: String,
    },
    CommitDiff {
        repo: String,
        commit: String,
    },
    /// What a pull request changes.
    PullDiff {
        repo: String,
        number: u32,
    },
    /// What a file of a repository changes from one tree to the next.
    TreeDiff {
        repo: String,
        diff: crate::TreeDiff,
    },
    /// What is wrong with a text that is not saved yet.
    Diagnose {
        path: String,
        text: String,
    },
    Export,
    Share,
    Bundle {
        repo: String,
    },
    /// What a line would do to the repository that is shown.
    Preview {
        terminal: u32,
        line: String,
    },
    Complete {
        terminal: u32,
        line: String,
        cursor: u32,
    },
    StateHash,
}
