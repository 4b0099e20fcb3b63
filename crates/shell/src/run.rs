//! The stack machine.

use crate::code::{Code, Op, Simple};
use crate::glob;
use crate::parse::{Unit, unit};
use crate::vars::{Options, Var};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use world::{Behaviour, Cx, Fd, Pid, Read, Step, StreamId};

/// A shell: interactive, of a script, or a subshell.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Bash {
    pub(crate) started: bool,
    pub(crate) interactive: bool,
    /// `$0`, and what errors of a script begin with.
    pub(crate) name: String,
    pub(crate) params: Vec<String>,
    pub(crate) vars: OrdMap<String, Var>,
    pub(crate) functions: OrdMap<String, Arc<Code>>,
    pub(crate) options: Options,
    pub(crate) options_allexport: bool,
    pub(crate) frames: Vec<Frame>,
    pub(crate) status: i32,
    pub(crate) wait: Waiting,
    /// Outputs of the substitutions of the command in progress.
    pub(crate) substs: Vec<String>,
    pub(crate) history: Vec<String>,
    pub(crate) last_background: Option<Pid>,
    pub(crate) jobs: Vec<Job>,
    /// `$$` of a subshell is its parent's.
    pub(crate) pid_shown: Option<u32>,
    /// Text not yet run, and the line number where it begins.
    pub(crate) source: String,
    pub(crate) source_line: u32,
    /// More source comes from standard input.
    pub(crate) reads_input: bool,
    pub(crate) line: u32,
    pub(crate) exiting: Option<i32>,
    /// Its source came by `-c`.
    pub(crate) text_given: bool,
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
    /// For a function: the caller's parameters, and the variables that `local` hid.
    pub call: Option<Call>,
}

/// The caller's parameters, and the variables that `local` hid.
pub(crate) type Call = (Vec<String>, OrdMap<String, Option<Var>>);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Loop {
    pub top: usize,
    pub end: usize,
    /// Of a `for`: its variable and the words to come, next one last.
    pub words: Option<(String, Vec<String>)>,
    pub unchecked: u32,
    pub saved: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Waiting {
    #[default]
    Nothing,
    /// Children whose last one's status counts, with the statuses known so far.
    Children {
        pids: Vec<Pid>,
        statuses: Vec<Option<i32>>,
    },
    Subst {
        pid: Pid,
        stream: StreamId,
    },
    /// `wait`.
    Jobs(Vec<Pid>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub number: u32,
    pub pid: Pid,
    pub text: String,
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
        }
        if !self.collect(cx) {
            return Step::Child;
        }
        for _ in 0..OPS_PER_STEP {
            if let Some(code) = self.exiting {
                self.unwind(cx);
                return Step::Done(code);
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
                Flow::Next => self.advance(),
                Flow::Jump => {}
                Flow::Wait => return Step::Child,
                Flow::Input => return Step::Stdin,
                Flow::Turn => {
                    self.advance();
                    return Step::Again;
                }
                Flow::Spawned => {
                    self.advance();
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
    fn advance(&mut self) {
        self.substs.clear();
        if let Some(frame) = self.frames.last_mut() {
            frame.pc += 1;
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
        });
    }

    pub(crate) fn leave_frame(&mut self, cx: &mut Cx<'_>) {
        let Some(mut frame) = self.frames.pop() else { return };
        while let Some(saved) = frame.saved.pop() {
            cx.restore_fds(saved);
        }
        if let Some((params, locals)) = frame.call {
            self.params = params;
            for (name, var) in locals {
                match var {
                    Some(var) => self.vars.insert(name, var),
                    None => self.vars.remove(&name),
                };
            }
        }
    }

    pub(crate) fn unwind(&mut self, cx: &mut Cx<'_>) {
        while !self.frames.is_empty() {
            self.leave_frame(cx);
        }
        // What was waited for has been ended: a dead child that nobody collects would wake the shell again and again.
        match std::mem::take(&mut self.wait) {
            Waiting::Children { pids, .. } | Waiting::Jobs(pids) => {
                for pid in pids {
                    cx.reap(pid);
                }
            }
            Waiting::Subst { pid, .. } => {
                cx.reap(pid);
            }
            Waiting::Nothing => {}
        }
        self.substs.clear();
        if self.interactive {
            self.source.clear();
        }
    }

    /// Prints an error as bash does: with the place, in a script.
    pub(crate) fn complain(&self, cx: &mut Cx<'_>, message: &str) {
        let prefix = if self.interactive { self.name.clone() } else { format!("{}: line {}", self.name, self.line) };
        cx.err(format!("{prefix}: {message}\n"));
    }

    /// The next command of the source; with a prompt where a person types it.
    fn next_unit(&mut self, cx: &mut Cx<'_>) -> Step {
        match unit(&self.source, self.source_line) {
            Unit::Command { code, next, lines } => {
                self.source.drain(..next);
                self.line = self.source_line;
                self.source_line += lines;
                self.push_frame(Arc::new(code));
                return Step::Again;
            }
            Unit::Nothing => self.source.clear(),
            Unit::Incomplete(what) => {
                if !self.reads_input {
                    if self.end_here_document(cx, &what) {
                        return Step::Again;
                    }
                    return self.syntax_error(cx, &what, true);
                }
            }
            Unit::Error(message) => return self.syntax_error(cx, &message, false),
        }
        if !self.reads_input {
            return Step::Done(self.status);
        }
        if self.interactive {
            let prompt = if self.source.is_empty() { self.prompt(cx) } else { "> ".into() };
            self.reap_jobs(cx);
            cx.show_prompt(Some(prompt));
        }
        match cx.read_line() {
            Read::Line(line) => {
                cx.show_prompt(None);
                let line = String::from_utf8_lossy(&line).into_owned();
                if self.interactive && !line.trim().is_empty() {
                    self.history.push(line.trim_end().to_string());
                }
                if self.interactive && self.source.is_empty() {
                    self.source_line = 1;
                }
                self.source.push_str(&line);
                Step::Again
            }
            Read::Wait => Step::Stdin,
            Read::End if self.interactive => {
                cx.show_prompt(None);
                cx.out("exit\n");
                Step::Done(self.status)
            }
            Read::End => {
                self.reads_input = false;
                Step::Again
            }
        }
    }

    /// Unlike other errors, bash names `-c` and shows the line.
    fn syntax_error(&mut self, cx: &mut Cx<'_>, message: &str, at_end: bool) -> Step {
        let lines = u32::try_from(self.source.matches('\n').count()).unwrap_or(0);
        let whole_lines = self.source.is_empty() || self.source.ends_with('\n');
        self.line = self.source_line;
        if at_end && message.starts_with("syntax error") {
            self.line += lines + u32::from(!whole_lines);
        }
        if self.interactive {
            self.complain(cx, message);
        } else {
            let given = if self.text_given { " -c:" } else { "" };
            let prefix = format!("{}:{given} line {}", self.name, self.line);
            cx.err(format!("{prefix}: {message}\n"));
            if message.contains("near unexpected token") {
                let line = self.source.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
                cx.err(format!("{prefix}: `{line}'\n"));
            }
        }
        self.status = 2;
        self.source.clear();
        if self.interactive { Step::Again } else { Step::Done(2) }
    }

    /// Collects ended children; true when nothing is waited for any more.
    fn collect(&mut self, cx: &mut Cx<'_>) -> bool {
        match &mut self.wait {
            Waiting::Nothing => return true,
            Waiting::Children { pids, statuses } => {
                for (pid, status) in pids.iter().zip(statuses.iter_mut()) {
                    if status.is_none() {
                        *status = cx.reap(*pid);
                    }
                }
                if statuses.iter().any(Option::is_none) {
                    return false;
                }
                let codes: Vec<i32> = statuses.iter().flatten().copied().collect();
                let failed = codes.iter().rev().find(|code| **code != 0).copied();
                let last = codes.last().copied().unwrap_or(0);
                self.status = if self.options.pipefail { failed.unwrap_or(0) } else { last };
            }
            Waiting::Subst { pid, stream } => {
                let Some(code) = cx.reap(*pid) else { return false };
                let bytes = cx.world.take_capture(*stream);
                let text = String::from_utf8_lossy(&bytes).replace('\0', "");
                self.substs.push(text.trim_end_matches('\n').to_string());
                self.status = code;
            }
            Waiting::Jobs(pids) => {
                while let Some(pid) = pids.first().copied() {
                    match cx.reap(pid) {
                        Some(code) => self.status = code,
                        None if cx.world.is_running(pid) => return false,
                        None => {}
                    }
                    pids.remove(0);
                }
            }
        }
        self.wait = Waiting::Nothing;
        true
    }

    fn reap_jobs(&mut self, cx: &mut Cx<'_>) {
        let mut jobs = std::mem::take(&mut self.jobs);
        jobs.retain(|job| match cx.reap(job.pid) {
            Some(code) => {
                let state = if code == 0 { "Done".to_string() } else { format!("Exit {code}") };
                cx.out(format!("[{}]+  {state:<23} {}\n", job.number, job.text));
                false
            }
            None => cx.world.is_running(job.pid),
        });
        self.jobs = jobs;
    }

    /// A copy of this shell that runs `code` and ends.
    pub(crate) fn subshell(&self, code: &Arc<Code>, cx: &Cx<'_>) -> Self {
        let mut child = self.clone();
        child.frames.clear();
        child.started = true;
        child.interactive = false;
        child.reads_input = false;
        child.source.clear();
        child.wait = Waiting::Nothing;
        child.substs.clear();
        child.jobs.clear();
        child.history.clear();
        child.pid_shown = Some(self.pid_shown.unwrap_or(cx.pid.0));
        let unchecked = self.frames.last().map_or(0, |frame| frame.unchecked);
        child.push_frame(code.clone());
        if let Some(frame) = child.frames.last_mut() {
            frame.unchecked = unchecked;
        }
        // In an interactive shell errors name only the shell; so do its subshells.
        child.name.clone_from(&self.name);
        child
    }

    fn op(&mut self, op: &Op, cx: &mut Cx<'_>) -> Flow {
        match op {
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
            Op::For { name, words, end } => self.begin_for(name, words, *end, cx),
            Op::Case(subject) => match self.ready(subject, cx) {
                Ok(true) => {
                    let text = subject.words.first().map_or(Ok(String::new()), |word| self.text(word, cx));
                    let text = text.unwrap_or_else(|message| self.fail(cx, &message));
                    self.frame().cases.push(text);
                    Flow::Next
                }
                _ => Flow::Wait,
            },
            Op::CaseArm { patterns, next } => self.case_arm(patterns, *next, cx),
            _ => self.jump(op, cx),
        }
    }

    pub(crate) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("an instruction runs in a frame")
    }

    /// Prints an error, sets status 1 and gives an empty text to go on with.
    fn fail(&mut self, cx: &mut Cx<'_>, message: &str) -> String {
        self.complain(cx, message);
        self.status = 1;
        String::new()
    }

    fn jump(&mut self, op: &Op, cx: &mut Cx<'_>) -> Flow {
        let status = self.status;
        match op {
            Op::Jump(to) => {
                let back = *to <= self.frame().pc;
                self.frame().pc = *to;
                self.substs.clear();
                // A loop gives others their turn in each round.
                if back {
                    self.frame().pc = to.wrapping_sub(1);
                    return Flow::Turn;
                }
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
            Op::Check if status != 0 && self.options.errexit && self.frame().unchecked == 0 => {
                self.exiting = Some(status);
                return Flow::Jump;
            }
            Op::While { end } => self.begin_loop(*end, None),
            Op::ForNext { end } => return self.for_next(*end),
            Op::EndLoop => {
                self.frame().loops.pop();
            }
            Op::Ok => self.status = 0,
            Op::EndRedirect => {
                if let Some(saved) = self.frame().saved.pop() {
                    cx.restore_fds(saved);
                }
            }
            Op::Define { name, body } => {
                self.functions.insert(name.clone(), body.clone());
                self.status = 0;
            }
            Op::EndCase => {
                self.frame().cases.pop();
            }
            _ => {}
        }
        Flow::Next
    }

    fn begin_loop(&mut self, end: usize, words: Option<(String, Vec<String>)>) {
        let frame = self.frame();
        let (top, unchecked, saved) = (frame.pc + 1, frame.unchecked, frame.saved.len());
        frame.loops.push(Loop { top, end, words, unchecked, saved });
    }

    fn begin_for(&mut self, name: &str, words: &Arc<Simple>, end: usize, cx: &mut Cx<'_>) -> Flow {
        if !matches!(self.ready(words, cx), Ok(true)) {
            return Flow::Wait;
        }
        match self.fields(&words.words, cx) {
            Ok(mut fields) => {
                fields.reverse();
                self.begin_loop(end, Some((name.to_string(), fields)));
            }
            Err(message) => {
                self.fail(cx, &message);
                self.begin_loop(end, Some((name.to_string(), Vec::new())));
            }
        }
        self.status = 0;
        Flow::Next
    }

    fn for_next(&mut self, end: usize) -> Flow {
        let next = self
            .frame()
            .loops
            .last_mut()
            .and_then(|l| l.words.as_mut())
            .and_then(|(name, words)| words.pop().map(|word| (name.clone(), word)));
        match next {
            Some((name, word)) => {
                self.set(&name, &word);
                Flow::Next
            }
            None => {
                self.frame().pc = end;
                Flow::Jump
            }
        }
    }

    fn case_arm(&mut self, patterns: &Arc<Simple>, next: usize, cx: &mut Cx<'_>) -> Flow {
        if !matches!(self.ready(patterns, cx), Ok(true)) {
            return Flow::Wait;
        }
        let subject = self.frame().cases.last().cloned().unwrap_or_default();
        for word in &patterns.words {
            match self.pattern(word, cx) {
                Ok(pattern) if glob::matches(&pattern, &subject) => return Flow::Next,
                Ok(_) => {}
                Err(message) => {
                    self.fail(cx, &message);
                }
            }
        }
        self.substs.clear();
        self.frame().pc = next;
        Flow::Jump
    }

    fn open_redirect(&mut self, simple: &Arc<Simple>, cx: &mut Cx<'_>) -> Flow {
        if !matches!(self.ready(simple, cx), Ok(true)) {
            return Flow::Wait;
        }
        let mut fds = cx.fds();
        match self.redirect(&simple.redirects, &mut fds, cx) {
            Ok(()) => {
                let saved = cx.replace_fds(fds);
                self.frame().saved.push(saved);
                Flow::Next
            }
            Err(message) => {
                self.fail(cx, &message);
                self.skip_redirected();
                Flow::Jump
            }
        }
    }

    /// Goes behind the end of the redirected command that begins here.
    fn skip_redirected(&mut self) {
        let frame = self.frame();
        let mut depth = 0;
        while let Some(op) = frame.code.get(frame.pc) {
            frame.pc += 1;
            match op {
                Op::Redirect(_) => depth += 1,
                Op::EndRedirect => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
    }
}
