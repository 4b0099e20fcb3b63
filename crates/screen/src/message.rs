//! The messages between page and worker.

use crate::{
    ArgoCd, Brief, Clock, Cluster, Describe, Diagnostic, FileView, Files, Git, Input, Look, Pipelines, Preview, Screen,
    Shop, TerminalTab, Why,
};
use serde::{Deserialize, Serialize};

/// From the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// The first message: refused if the build is another one.
    Hello { protocol: u32, build: String },
    /// Opens a lesson: fresh, or from what was saved. `lesson` is the compiled lesson's bytes, `seed` the learner's.
    Open {
        #[serde(with = "serde_bytes")]
        lesson: Vec<u8>,
        seed: u64,
        saved: Option<Saved>,
    },
    /// Something that the journal keeps.
    Do(Input),
    /// Something that it does not.
    Control(Control),
    /// A question; the answer comes as [`FromWorker::Reply`] with the same number.
    Ask { id: u32, look: Look },
    /// The learner has done nothing for a moment: time for what can wait, a snapshot above all.
    Rest,
    /// How much wall time has passed since the last tick, for Play; also the heartbeat.
    Tick { millis: u32 },
}

/// Moves of the clock and of the journal's head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Control {
    Play {
        speed: u32,
    },
    Pause,
    /// Runs until the next event of note.
    NextEvent,
    Undo,
    Redo,
    /// Looks at the moment after the n-th entry of the journal; `None` returns to now.
    Seek(Option<u32>),
    /// Goes on from the moment being looked at; what came after stays as another branch.
    BranchHere,
    /// Columns of the terminal.
    Resize {
        columns: u16,
    },
    /// Opens the repository that the Git panel shows.
    ShowRepo(String),
    OpenFile(String),
    ShowRun(u32),
    ShowNamespace(Option<String>),
    /// Looks into one node of a cluster that is drawn as a map.
    ShowNode(Option<String>),
    /// Lists the objects of a kind.
    ShowKind(Option<String>),
    /// Starts the lesson anew, as another branch of nothing: the old journal is offered for export first.
    Reset,
}

/// What is kept beside the page: in IndexedDB, in an exported file, or in a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The journal's bytes.
    #[serde(with = "serde_bytes")]
    pub journal: Vec<u8>,
    /// A snapshot at the journal's head, if one was kept: opens at once, and survives a change of build.
    #[serde(with = "serde_bytes")]
    pub snapshot: Option<Vec<u8>>,
    /// Inputs with these sequence numbers are skipped: they killed a worker.
    pub skip: Vec<u64>,
}

/// From the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    Hello {
        protocol: u32,
        build: String,
    },
    /// The lesson is open; all models follow as updates.
    Opened(Opened),
    /// Why it could not be opened.
    Refused(String),
    /// What changed, in one go.
    Updates(Vec<Update>),
    Reply {
        id: u32,
        reply: Reply,
    },
    /// An input is about to be applied: written ahead, so that a crash can name it.
    WriteAhead {
        sequence: u64,
        #[serde(with = "serde_bytes")]
        journal: Vec<u8>,
    },
    /// The input was applied; `snapshot` comes now and then.
    Kept {
        sequence: u64,
        #[serde(with = "serde_bytes")]
        journal: Vec<u8>,
        #[serde(with = "serde_bytes")]
        snapshot: Option<Vec<u8>>,
    },
    /// There is more to do: send a tick soon.
    Busy(bool),
    /// The panic hook's last words.
    Panicked(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub lesson: String,
    pub seed: u64,
    /// A sentence to show, where the saved session could not be taken as it was.
    pub notice: Option<String>,
}

/// A view model that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Update {
    Brief(Brief),
    Clock(Clock),
    Shop(Shop),
    Files(Files),
    File(Option<FileView>),
    Git(Git),
    Pipelines(Pipelines),
    ArgoCd(ArgoCd),
    Cluster(Cluster),
    /// The terminals that are open, in their order; others are gone.
    Terminals(Vec<TerminalTab>),
    Screen(Screen),
    /// Something to say once, in a toast.
    Say {
        tone: Tone,
        text: String,
    },
    /// Something to say until it is dismissed or over.
    Banner(Option<Banner>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    Ok,
    Warn,
    Bad,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Banner {
    pub kind: BannerKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BannerKind {
    Recovered,
    OtherBuild,
}

/// Answers to [`Look`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Why(Why),
    Describe(Describe),
    Diff(String),
    /// The session as a file, or as the fragment of a link.
    Export(#[serde(with = "serde_bytes")] Vec<u8>),
    Share(Result<String, String>),
    /// A bundle of a repository, for real Git.
    Bundle(Result<Vec<u8>, String>),
    Preview(Preview),
    Diagnostics(Vec<Diagnostic>),
    /// Completions of the word before the cursor, and how many bytes of it they replace.
    Complete {
        replace: u32,
        with: Vec<String>,
    },
    /// The canonical hash of the world now.
    StateHash(String),
    Nothing,
}
