//! Processes are data: every running command can be cloned, hashed and written to a snapshot at any moment.

use crate::{Cx, MachineId, TerminalId};
use order::OrdMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sim::{Causes, Due, Time};
use std::fmt;
use std::sync::Arc;

/// A process's number, unique in its world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pid(pub u32);

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a process wants after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// It has ended, with this exit code.
    Done(i32),
    /// It has more to do.
    Again,
    /// It sleeps: a bounded wait, which may be fast-forwarded.
    Until(Time),
    /// It reads its standard input, which has nothing yet.
    Stdin,
    /// It waits for one of its children to end.
    Child,
    /// It waits for something to happen in the world, or for this time: a bounded wait.
    Change(Time),
    /// It follows what happens, without an end: only at the clock's own speed.
    Follow,
    /// It follows, and comes back at this time at the latest, without an end: at the clock's own speed.
    Pace(Time),
}

/// A program's behaviour, step by step. Each step costs [`crate::STEP`] of virtual time.
pub trait Behaviour: Clone + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name in the program table.
    const PROGRAM: &'static str;

    fn step(&mut self, cx: &mut Cx<'_>) -> Step;
}

/// A [`Behaviour`] whose type is forgotten.
pub(crate) trait Process: fmt::Debug + Send + Sync {
    fn step(&mut self, cx: &mut Cx<'_>) -> Step;
    fn freeze(&self) -> Vec<u8>;
    fn fork(&self) -> Box<dyn Process>;
}

impl<T: Behaviour> Process for T {
    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        Behaviour::step(self, cx)
    }
    fn freeze(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("a process's state is plain data")
    }
    fn fork(&self) -> Box<dyn Process> {
        Box::new(self.clone())
    }
}

/// A one-shot command: reads its arguments, does its work, returns its exit code, or [`Cx::WAIT`] when the
/// standard input that it asked for is not whole yet (it is then called again, having changed nothing).
pub type Main = fn(&mut Cx<'_>) -> i32;

/// A row of the program table.
#[derive(Clone, Copy)]
pub struct Program {
    pub name: &'static str,
    pub(crate) make: Make,
}

#[derive(Clone, Copy)]
pub(crate) enum Make {
    Once(Main),
    Steps { start: fn(&[String]) -> Box<dyn Process>, thaw: fn(&[u8]) -> Option<Box<dyn Process>> },
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Program {
    /// A command that does all its work in one step.
    pub const fn once(name: &'static str, main: Main) -> Self {
        Self { name, make: Make::Once(main) }
    }

    /// A command with state between steps; it starts from its arguments (without its name).
    pub const fn steps<T: Behaviour + From<Vec<String>>>(name: &'static str) -> Self {
        Self {
            name,
            make: Make::Steps {
                start: |args| Box::new(T::from(args.to_vec())),
                thaw: |bytes| Some(Box::new(postcard::from_bytes::<T>(bytes).ok()?)),
            },
        }
    }
}

/// All programs that machines can run; the session brings it, so that engines can start commands without knowing them.
#[derive(Debug, Clone, Default)]
pub struct Programs(Arc<OrdMap<&'static str, Program>>);

impl Programs {
    pub fn new(rows: impl IntoIterator<Item = Program>) -> Self {
        Self(Arc::new(rows.into_iter().map(|row| (row.name, row)).collect()))
    }

    pub fn get(&self, name: &str) -> Option<Program> {
        self.0.get(name).copied()
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.keys().copied()
    }
}

/// Where a file descriptor leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fd {
    Null,
    Terminal(TerminalId),
    /// Reading end or writing end of a stream, by the descriptor's use.
    Stream(StreamId),
    /// The reading end of a stream, whatever the descriptor's number is.
    Input(StreamId),
    /// Writes go to the end of this file of the process's machine.
    File(String),
}

/// A pipe, a captured output or a file being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StreamId(pub u32);

#[derive(Debug, Default)]
pub(crate) enum Body {
    /// A one-shot command: no state.
    Once,
    Live(Box<dyn Process>),
    /// As read from a snapshot; thawed at its next step.
    Frozen(Vec<u8>),
    /// Being stepped right now.
    #[default]
    Taken,
}

impl Clone for Body {
    fn clone(&self) -> Self {
        match self {
            Self::Once => Self::Once,
            Self::Live(process) => Self::Live(process.fork()),
            Self::Frozen(bytes) => Self::Frozen(bytes.clone()),
            Self::Taken => Self::Taken,
        }
    }
}

impl Serialize for Body {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = match self {
            Self::Once => None,
            Self::Live(process) => Some(process.freeze()),
            Self::Frozen(bytes) => Some(bytes.clone()),
            Self::Taken => return Err(serde::ser::Error::custom("a snapshot in the middle of a step")),
        };
        bytes.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Vec<u8>>::deserialize(deserializer)?.map_or(Self::Once, Self::Frozen))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    Ready(Due),
    Sleeping(Due),
    Stdin,
    Child,
    Change(Due),
    Follow,
    /// Ended, not yet waited for.
    Done(i32),
    Pace(Due),
    /// Stands still until it is told to go on.
    Stopped,
}

/// A row of a world's process table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    pub(crate) parent: Option<Pid>,
    pub(crate) machine: MachineId,
    pub(crate) program: String,
    pub(crate) args: Vec<String>,
    pub(crate) env: Arc<OrdMap<String, String>>,
    pub(crate) cwd: String,
    pub(crate) fds: OrdMap<u8, Fd>,
    pub(crate) terminal: Option<TerminalId>,
    pub(crate) body: Body,
    pub(crate) state: State,
    pub(crate) causes: Causes,
    pub(crate) started: Time,
}

/// A process as `ps` sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub pid: Pid,
    pub parent: Option<Pid>,
    /// The program's name, then its arguments.
    pub argv: Vec<String>,
    pub terminal: Option<TerminalId>,
    /// `R`: runs, `S`: waits, `T`: is stopped, `Z`: has ended and nobody has asked for its exit code.
    pub state: char,
    /// Its shell does not wait for it.
    pub background: bool,
    pub started: Time,
}

/// What a new process is to be.
#[derive(Debug, Clone)]
pub struct Spawn {
    pub parent: Option<Pid>,
    pub machine: MachineId,
    /// The program's name, then its arguments.
    pub argv: Vec<String>,
    pub env: Arc<OrdMap<String, String>>,
    pub cwd: String,
    /// 0, 1 and 2 that are not named read nothing and write nowhere.
    pub fds: OrdMap<u8, Fd>,
    pub terminal: Option<TerminalId>,
    pub causes: Causes,
}
