//! The stack machine.

use crate::code::{Code, Op, Simple};
use crate::expand::{Ends, Expanded, Trouble};
use crate::jobs::Job;
use crate::vars::{Options, Var};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use world::{Behaviour, Cx, Fd, Pid, Step, StreamId};

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
    pub(crate) history: Vec<String>,
    pub(crate) last_background: Option<Pid>,
    pub(crate) jobs: Vec<Job>,
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
    Jobs { pids: Vec<Pid>, any: bool, status: bool },
}

/// Jumps that one step may take before others get their turn.
const OPS_PER_STEP: usize = 64;
/// A function that calls itself deeper than this is stopped.
const FRAMES_MAX: usize = 200;

impl From<Vec<String>> for Bash {
    /// `bash [-i] [-eux] [-o name] [-c text [name]] [file] [argument…]`. The file is read at the first step.
    fn from(args: Vec<String>) -> Self {
        Self { params: args, name: "bash".into(), source_line: 1, ..Self::default() }
    }
}

impl Behaviour for Bash {
    const PROGRAM: &'static str = "bash";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if !self.started {
            self.started = true;
            if let Some(code) = self.start(cx) {
                return Step::Done(code);
            }
        }
        if cx.world.take_interrupt(cx.pid) {
            self.unwind(cx);
            self.status = 130;
            self.signal("INT");
        }
        if !self.collect(cx) {
            return Step::Child;
        }
        for _ in 0..OPS_PER_STEP {
            if let Some(code) = self.exiting {
                self.unwind(cx);
                if !self.begin_exit_trap(code) {
                    return Step::Done(code);
                }
                continue;
            }
            if let Some(name) = self.pending.take()
                && self.run_trap(&name, cx)
            {
                continue;
            }
            let Some(frame) = self.frames.last_mut() else { return self.next_unit(cx) };
            let Some(op) = frame.code.get(frame.pc).cloned() else {
                self.leave_frame(cx);
                continue;
            };
            if self.frames.len() > FRAMES_MAX {
                self.complain(cx, "maximum function nesting level exceeded");
                self.unwind(cx);
                self.status = 1;
                continue;
            }
            match self.op(&op, cx) {
                Flow::Next => self.advance(cx),
                Flow::Jump => {}
                Flow::Wait => return Step::Child,
                Flow::Input => return Step::Stdin,
                Flow::Turn => {
                    self.advance(cx);
                    return Step::Again;
                }
                Flow::Spawned => {
                    self.advance(cx);
                    return Step::Child;
                }
            }
        }
        Step::Again
    }
}

/// What comes after an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Next,
    /// The place was set already.
    Jump,
    /// A child must end before this instruction is tried again.
    Wait,
    /// Standard input must bring more before this instruction is tried again.
    Input,
    /// Done, and others may have their turn.
    Turn,
    /// A child runs; its status is this instruction's.
    Spawned,
}

impl Bash {
    fn advance(&mut self, cx: &mut Cx<'_>) {
        self.forget_substs(cx);
        if let Some(frame) = self.frames.last_mut() {
            frame.trapped = false;
            frame.pc += 1;
        }
    }

    /// The command is over: its substitutions' outputs go, and the files that stood for some.
    pub(crate) fn forget_substs(&mut self, cx: &mut Cx<'_>) {
        self.substs.clear();
        if self.wait != Waiting::Nothing {
            return;
        }
        let micros = cx.micros();
        for path in std::mem::take(&mut self.files) {
            // Somebody may have removed it already.
            if cx.files().exists(&path) {
                cx.files_mut().remove_file(&path, micros).expect("a file that exists can be removed");
            }
        }
    }

    pub(crate) fn push_frame(&mut self, code: Arc<Code>) {
        let unchecked = self.frames.last().map_or(0, |frame| frame.unchecked);
        self.frames.push(Frame {
            code,
            pc: 0,
            loops: Vec::new(),
            cases: Vec::new(),
            saved: Vec::new(),
            unchecked,
            call: None,
            sourced: false,
            params: None,
            hidden: OrdMap::new(),
            place: None,
            status: None,
            trapped: false,
        });
    }

    pub(crate) fn leave_frame(&mut self, cx: &mut Cx<'_>) {
        let Some(mut frame) = self.frames.pop() else { return };
        while let Some(saved) = frame.saved.pop() {
            cx.restore_fds(saved);
        }
        if let Some(params) = frame.params {
            self.params = params;
        }
        if let Some(place) = frame.place {
            self.place = place;
        }
        if let Some(status) = frame.status {
            self.status = status;
        }
        self.unhide(frame.hidden);
    }

    /// Puts variables back.
    pub(crate) fn unhide(&mut self, hidden: OrdMap<String, Option<Var>>) {
        for (name, var) in hidden {
            match var {
                Some(var) => self.vars.insert(name, var),
                None => self.vars.remove(&name),
            };
        }
    }

    pub(crate) fn unwind(&mut self, cx: &mut Cx<'_>) {
        while !self.frames.is_empty() {
            self.leave_frame(cx);
        }
        // What was waited for has been ended: a dead child that nobody collects would wake the shell again and again.
        match std::mem::take(&mut self.wait) {
            Waiting::Children { pids, .. } | Waiting::Jobs { pids, .. } => {
                for pid in pids {
                    cx.reap(pid);
                }
            }
            Waiting::Subst { pid, .. } => {
                cx.reap(pid);
            }
            Waiting::Nothing => {}
        }
        self.forget_substs(cx);
        self.timers.clear();
        if self.interactive {
            self.source.clear();
        }
    }

    /// Prints an error as bash does: with the place, in a script.
    pub(crate) fn complain(&self, cx: &mut Cx<'_>, message: &str) {
        let prefix = if self.interactive || self.quiet_place {
            self.name.clone()
        } else {
            format!("{}: line {}", self.place.as_ref().unwrap_or(&self.name), self.line)
        };
        cx.err(format!("{prefix}: {message}\n"));
    }

    /// A word that has no expansion, an assignment that is refused: says so, and ends what it ends.
    pub(crate) fn trouble(&mut self, trouble: Trouble, cx: &mut Cx<'_>) -> Flow {
        // An unset variable that matters is told without a line where a person types.
        self.complain(cx, &trouble.message);
        self.status = 1;
        match trouble.ends {
            Ends::Command => {}
            Ends::Shell if !self.interactive => {
                self.exiting = Some(if self.text_given && self.level == 0 { 127 } else { 1 });
                return Flow::Jump;
            }
            // A subshell has no next line; a shell goes on there.
            Ends::Shell | Ends::Line => {
                if self.level > 0 {
                    self.exiting = Some(1);
                } else {
                    self.unwind(cx);
                }
                return Flow::Jump;
            }
        }
        Flow::Turn
    }

    fn op(&mut self, op: &Op, cx: &mut Cx<'_>) -> Flow {
        let flow = match op {
            Op::Simple(simple) => self.simple(simple, cx),
            Op::Pipeline(parts) => self.pipeline(parts, cx),
            Op::Subshell(code) => {
                let fds = cx.fds();
                let pid = cx.spawn_as(self.subshell(code, cx), fds);
                self.wait = Waiting::Children { pids: vec![pid], statuses: vec![None] };
                Flow::Spawned
            }
            Op::Background { code, text } => self.background(code, text, cx),
            Op::Redirect(simple) => self.open_redirect(simple, cx),
            Op::For { name, words, end } => {
                self.prepared(words, cx, |shell, cx| shell.begin_for(name, words, *end, cx))
            }
            Op::Case(subject) => self.prepared(subject, cx, |shell, cx| {
                let text = subject.words.first().map_or(Ok(String::new()), |word| shell.text(word, cx))?;
                shell.trace_text("case ", subject, " in", cx);
                shell.frame().cases.push(text);
                shell.status = 0;
                Ok(Flow::Next)
            }),
            Op::CaseArm { patterns, next } => {
                self.prepared(patterns, cx, |shell, cx| shell.case_arm(patterns, *next, cx))
            }
            Op::Arith(simple) => self.prepared(simple, cx, |shell, cx| shell.arith_command(simple, cx)),
            Op::Cond(simple) => self.prepared(simple, cx, |shell, cx| shell.condition(simple, cx)),
            Op::Check => self.check(cx),
            _ => self.jump(op, cx),
        };
        if self.options.noexec && !self.interactive && flow == Flow::Next {
            self.status = 0;
        }
        flow
    }

    /// Runs the substitutions, then does what needs them.
    fn prepared(
        &mut self,
        simple: &Arc<Simple>,
        cx: &mut Cx<'_>,
        then: impl FnOnce(&mut Self, &mut Cx<'_>) -> Expanded<Flow>,
    ) -> Flow {
        if !self.ready(simple, cx) {
            return Flow::Wait;
        }
        if !self.interactive {
            self.line = simple.line;
        }
        match then(self, cx) {
            Ok(flow) => flow,
            Err(trouble) => self.trouble(trouble, cx),
        }
    }

    pub(crate) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("an instruction runs in a frame")
    }

    fn arith_command(&mut self, simple: &Simple, cx: &mut Cx<'_>) -> Expanded<Flow> {
        let text = match simple.words.first() {
            Some(word) => self.text(word, cx)?,
            None => String::new(),
        };
        if self.options.xtrace {
            let plus = self.plus();
            cx.err(format!("{plus}(( {} ))\n", text.trim()));
        }
        match self.arithmetic(&text, cx) {
            Ok(value) => self.status = i32::from(value == 0),
            Err(trouble) => {
                let trouble = Trouble {
                    message: format!("((: {}", trouble.message),
                    ends: match trouble.ends {
                        Ends::Line => Ends::Command,
                        other => other,
                    },
                };
                if trouble.ends != Ends::Command {
                    return Err(trouble);
                }
                self.complain(cx, &trouble.message);
                self.status = 1;
            }
        }
        Ok(Flow::Next)
    }

    fn jump(&mut self, op: &Op, cx: &mut Cx<'_>) -> Flow {
        let status = self.status;
        match op {
            Op::Jump(to) => {
                self.frame().pc = *to;
                return Flow::Jump;
            }
            Op::JumpIfFailed(to) | Op::JumpIfOk(to) if (status != 0) == matches!(op, Op::JumpIfFailed(_)) => {
                self.frame().pc = *to;
                return Flow::Jump;
            }
            Op::Negate => self.status = i32::from(status == 0),
            Op::CheckOff => self.frame().unchecked += 1,
            Op::CheckOn => {
                let frame = self.frame();
                frame.unchecked = frame.unchecked.saturating_sub(1);
            }
            Op::While { end, enter } => {
                self.begin_loop(*end, None, String::new());
                self.frame().pc = *enter;
                return Flow::Jump;
            }
            Op::ForNext { end } => return self.for_next(*end, cx),
            Op::EndRound => {
                if let Some(current) = self.frame().loops.last_mut() {
                    current.status = status;
                }
            }
            Op::LoopStatus => self.status = self.frame().loops.last().map_or(0, |current| current.status),
            Op::EndLoop => {
                self.frame().loops.pop();
            }
            Op::Ok => self.status = 0,
            Op::EndRedirect => {
                if let Some(saved) = self.frame().saved.pop() {
                    cx.restore_fds(saved);
                }
            }
            Op::Define { name, body } => self.define(name, body, cx),
            Op::EndCase => {
                self.frame().cases.pop();
            }
            Op::Time { .. } => self.timers.push(cx.now()),
            Op::EndTime { posix } => self.say_time(*posix, cx),
            _ => {}
        }
        Flow::Next
    }

    fn define(&mut self, name: &str, body: &Arc<Code>, cx: &mut Cx<'_>) {
        let place = match &self.place {
            Some(place) => place.clone(),
            None if self.text_given => "environment".into(),
            None if self.reads_input => "main".into(),
            None => self.name.clone(),
        };
        if name.contains(['$', '\'', '"']) {
            self.complain(cx, &format!("`{name}': not a valid identifier"));
            self.status = 1;
            return;
        }
        self.functions.insert(name.to_string(), Function { code: body.clone(), place });
        self.status = 0;
    }

    fn say_time(&mut self, posix: bool, cx: &mut Cx<'_>) {
        let Some(began) = self.timers.pop() else { return };
        let micros = cx.now().as_micros().saturating_sub(began.as_micros());
        let (minutes, rest) = (micros / 60_000_000, micros % 60_000_000);
        let (secs, millis) = (rest / 1_000_000, rest % 1_000_000 / 1000);
        cx.err(if posix {
            format!("real {}.{:02}\nuser 0.00\nsys 0.00\n", minutes * 60 + secs, millis / 10)
        } else {
            format!("\nreal\t{minutes}m{secs}.{millis:03}s\nuser\t0m0.000s\nsys\t0m0.000s\n")
        });
    }
}
