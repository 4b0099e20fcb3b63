//! The stack machine.

use crate::code::Code;
use crate::expand::{Ends, Trouble};
use crate::state::{Bash, Frame, Waiting};
use crate::vars::Var;
use order::OrdMap;
use std::sync::Arc;
use world::{Behaviour, Cx, Step};

/// Jumps that one step may take before others get their turn.
const OPS_PER_STEP: usize = 64;
/// Fields that one step may expand words to: long lists take long, and Ctrl-C is to get in.
const FIELDS_PER_STEP: usize = 2_000;
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
            if let Some(number) = self.ahead.take() {
                self.jobs.retain(|job| job.number != number);
            }
            self.status = 130;
            self.signal("INT");
        }
        if !self.collect(cx) {
            return Step::Child;
        }
        self.expanded = 0;
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
                if std::mem::take(&mut frame.returns) && self.run_trap("RETURN", cx) {
                    continue;
                }
                self.leave_frame(cx);
                continue;
            };
            if self.frames.len() > FRAMES_MAX {
                self.complain(cx, "maximum function nesting level exceeded");
                self.unwind(cx);
                self.status = 1;
                continue;
            }
            if self.expanded > FIELDS_PER_STEP {
                return Step::Again;
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
        self.close_sinks(cx);
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
            returns: false,
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

    pub(crate) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("an instruction runs in a frame")
    }
}
