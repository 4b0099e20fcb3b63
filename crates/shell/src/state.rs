//! What a shell knows at any moment: plain data, so that it can be cloned, hashed and saved.

use crate::code::Code;
use crate::jobs::Job;
use crate::vars::{Options, Var};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use world::{Fd, Pid, StreamId};

/// A shell: interactive, of a script, or a subshell.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Bash {
    pub(crate) started: bool,
    pub(crate) interactive: bool,
    /// `$0`, and what errors of a script begin with.
    pub(crate) name: String,
    /// What errors begin with inside a function or a sourced file.
    pub(crate) place: Option<String>,
    pub(crate) params: Vec<String>,
    pub(crate) vars: OrdMap<String, Var>,
    /// The environment that a child got last: the next one mostly gets the same. It follows from the variables.
    #[serde(skip)]
    pub(crate) last_env: Arc<OrdMap<String, String>>,
    /// How many fields words came to in this step.
    #[serde(skip)]
    pub(crate) expanded: usize,
    pub(crate) functions: OrdMap<String, Function>,
    pub(crate) aliases: OrdMap<String, String>,
    pub(crate) traps: OrdMap<String, String>,
    pub(crate) options: Options,
    pub(crate) frames: Vec<Frame>,
    pub(crate) status: i32,
    pub(crate) pipe_status: Vec<i32>,
    pub(crate) wait: Waiting,
    /// Outputs of the substitutions of the command in progress.
    pub(crate) substs: Vec<String>,
    /// Files that stand for `<( )` of the command in progress.
    pub(crate) files: Vec<String>,
    /// Files that stand for `>( )`, and the descriptors that lead to their readers.
    pub(crate) sinks: Vec<(String, u8)>,
    pub(crate) history: Vec<String>,
    pub(crate) last_background: Option<Pid>,
    pub(crate) jobs: Vec<Job>,
    /// Numbers of jobs that were found stopped and not yet told of.
    pub(crate) news: Vec<u32>,
    /// The job that `fg` waits for.
    pub(crate) ahead: Option<u32>,
    /// `exit` was asked to wait for stopped jobs, or they were looked at: the next one does not ask again.
    pub(crate) leaving: bool,
    /// The command in progress as it was typed.
    pub(crate) typed_unit: String,
    /// `$$` of a subshell is its parent's.
    pub(crate) pid_shown: Option<u32>,
    /// How many subshells deep, and how many of them are substitutions.
    pub(crate) level: u32,
    pub(crate) substituted: u32,
    /// Text not yet run, and the line number where it begins.
    pub(crate) source: String,
    pub(crate) source_line: u32,
    /// More source comes from standard input.
    pub(crate) reads_input: bool,
    pub(crate) line: u32,
    pub(crate) exiting: Option<i32>,
    /// The exit code while the EXIT trap runs.
    pub(crate) ending: Option<i32>,
    /// The command that was started takes this shell's place.
    pub(crate) replaced: bool,
    /// Its source came by `-c`.
    pub(crate) text_given: bool,
    pub(crate) began_secs: u64,
    pub(crate) random: u64,
    /// Where `getopts` is inside a word of several flags.
    pub(crate) option_at: usize,
    /// What `pushd` keeps, without the current folder.
    pub(crate) dirs: Vec<String>,
    /// Lists among the arguments of the `declare` at hand.
    pub(crate) lists: Vec<(usize, List)>,
    pub(crate) timers: Vec<Time>,
    /// `set -E`: functions and subshells have the ERR trap, too.
    pub(crate) errtrace: bool,
    /// A subshell of an interactive shell: its errors name no line.
    pub(crate) quiet_place: bool,
    /// A signal whose trap runs before the next instruction.
    pub(crate) pending: Option<String>,
    pub(crate) last_argument: String,
}

/// Items of an array with the keys that were written.
pub(crate) type List = Vec<(Option<String>, String)>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Function {
    pub code: Arc<Code>,
    /// The file it comes from.
    pub place: String,
}

/// A code in progress.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Frame {
    pub code: Arc<Code>,
    pub pc: usize,
    pub loops: Vec<Loop>,
    pub cases: Vec<String>,
    /// Descriptors to put back, innermost last.
    pub saved: Vec<OrdMap<u8, Fd>>,
    /// In how many conditions we are: failures do not count for `set -e`.
    pub unchecked: u32,
    /// The function's name.
    pub call: Option<Call>,
    /// A file being sourced: `return` ends it.
    pub sourced: bool,
    /// The caller's parameters.
    pub params: Option<Vec<String>>,
    /// Variables to put back: `local`, and assignments before a command.
    pub hidden: OrdMap<String, Option<Var>>,
    /// The caller's place.
    pub place: Option<Option<String>>,
    /// A trap leaves the status as it was.
    pub status: Option<i32>,
    /// The ERR or DEBUG trap has run for the instruction at hand.
    pub trapped: bool,
    /// A RETURN trap was set in this function or file: it runs at the end.
    pub returns: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Call {
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Loop {
    pub top: usize,
    pub end: usize,
    /// Of a `for`: its variable and the words to come, next one last.
    pub words: Option<(String, Vec<String>)>,
    pub unchecked: u32,
    pub saved: usize,
    /// The status of the round before.
    pub status: i32,
    /// As the script writes it, for `set -x`.
    pub text: String,
    /// Of a `select`: its menu is to be shown; the prompt has been shown.
    pub menu: bool,
    pub asked: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Waiting {
    #[default]
    Nothing,
    /// Children whose last one's status counts, with the statuses known so far.
    Children { pids: Vec<Pid>, statuses: Vec<Option<i32>> },
    Subst {
        pid: Pid,
        stream: StreamId,
        /// The output becomes a file.
        file: bool,
    },
    /// `wait`: for the first of them, or for all; the last one's status counts.
    Jobs {
        pids: Vec<Pid>,
        any: bool,
        status: bool,
        /// `-p`: the variable that gets the number of the one that ended.
        into: Option<String>,
    },
}
