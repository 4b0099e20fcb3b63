//! What crosses between page and worker: messages, inputs and view models, in the screen's words.
//!
//! Plain data that can be compared; never an engine's type, never a decision. Times that are shown are texts made
//! by the worker; times that are compared are microseconds since the Unix epoch.

mod argocd;
mod brief;
mod clock;
mod cluster;
mod files;
mod git;
mod input;
mod message;
mod pipelines;
mod shop;
mod terminal;
mod why;

pub use argocd::{App, ArgoCd, Change, HistoryRow, Resource};
pub use brief::{Ask, AskKind, Brief, Choice, Explain, Finish, Fragment, Hint, Mood, Quiz, StepState, StepView};
pub use clock::{Clock, Mark, MarkKind, Motion, Past};
pub use cluster::{Canary, Cluster, Describe, EventRow, Node, Pod, PodState, Rollout};
pub use files::{Conflict, ConflictPart, Diagnostic, FileView, Files, TreeItem};
pub use git::{CommitRow, Git, Lane, Preview, PullOffer, PullRow, RefKind, RefName, Repo, TreeDiff, TreeRow};
pub use input::{ArgoCdAct, Fault, Input, Look, PullAct, QuizPick, SyncHow, SyncedResource};
pub use message::{Banner, BannerKind, Control, FromWorker, Opened, Reply, Saved, ToWorker, Tone, Update};
pub use pipelines::{Job, Pipelines, Run, RunStep};
pub use shop::{Request, Shop, Station, Ticket, VersionShare};
pub use terminal::{Editing, Pager, Screen, Span, Style, TerminalLine, TerminalTab};
pub use why::{Why, WhyStep};

/// The form of the messages. A page and a worker that differ never talk.
pub const PROTOCOL: u32 = 10;
