//! Ctrl-Z and what comes after it: `fg`, `bg`, `disown`, and leaving with stopped jobs.

use crate::code::{Op, Part, Simple};
use crate::jobs::{Job, line, mark};
use crate::run::Flow;
use crate::state::{Bash, Waiting};
use world::{Cx, Pid};

impl Bash {
    /// What was waited for stands still: it becomes a job, and the shell goes on. True: nothing is waited for any more.
    pub(crate) fn put_aside(&mut self, cx: &mut Cx<'_>) -> bool {
        let Waiting::Children { pids, statuses } = std::mem::take(&mut self.wait) else { return true };
        let number = match self.ahead.take() {
            Some(number) => {
                if let Some(job) = self.jobs.iter_mut().find(|job| job.number == number) {
                    job.statuses = statuses;
                    job.stopped = 0;
                }
                number
            }
            None => {
                let number = self.jobs.iter().map(|job| job.number).max().unwrap_or(0) + 1;
                let mut job = Job::new(number, pids.clone(), self.command_text());
                job.statuses = statuses;
                self.jobs.push(job);
                number
            }
        };
        for pid in pids {
            cx.world.send_to_background(pid);
        }
        self.note_ended(cx);
        self.news.retain(|known| *known != number);
        let marked = self.marked();
        if let Some(job) = self.jobs.iter().find(|job| job.number == number) {
            cx.err(format!("\n{}", line(job, marked, false)));
        }
        self.status = 148;
        self.pipe_status = vec![148];
        self.leave_all_loops(cx);
        true
    }

    /// A loop whose command was stopped does not go on without it.
    fn leave_all_loops(&mut self, cx: &mut Cx<'_>) {
        let Some(outermost) = self.frames.last_mut().and_then(|frame| frame.loops.first().cloned()) else { return };
        let frame = self.frame();
        frame.pc = outermost.end;
        frame.unchecked = outermost.unchecked;
        frame.loops.truncate(1);
        while self.frame().saved.len() > outermost.saved {
            if let Some(saved) = self.frame().saved.pop() {
                cx.restore_fds(saved);
            }
        }
    }

    /// The command at hand: as it was typed, where nothing else was.
    fn command_text(&self) -> String {
        let Some(frame) = self.frames.last() else { return self.typed_unit.clone() };
        let waits = |op: &&Op| matches!(op, Op::Simple(_) | Op::Pipeline(_) | Op::Subshell(_));
        if self.frames.len() == 1 && frame.code.iter().filter(waits).count() == 1 && frame.loops.is_empty() {
            return self.typed_unit.clone();
        }
        let at = frame.pc.saturating_sub(1);
        op_text(frame.code.get(at))
    }

    /// Whether a job of this shell is stopped.
    fn has_stopped(&mut self, cx: &mut Cx<'_>) -> bool {
        self.note_ended(cx);
        self.jobs.iter().any(|job| job.status.is_none() && job.stopped > 0)
    }

    /// Leaving is asked about once while jobs are stopped; then they are ended. True: stay.
    pub(crate) fn stays_for_jobs(&mut self, cx: &mut Cx<'_>) -> bool {
        if !self.interactive || !self.has_stopped(cx) {
            return false;
        }
        if !std::mem::replace(&mut self.leaving, true) {
            cx.err("There are stopped jobs.\n");
            self.status = 1;
            return true;
        }
        let stopped = self.jobs.iter().filter(|job| job.stopped > 0).flat_map(|job| job.pids.clone());
        for pid in stopped.collect::<Vec<Pid>>() {
            cx.world.kill(pid, 143);
        }
        false
    }

    /// The job that an argument means; else the words of the complaint.
    fn wanted(&mut self, args: &[String], cx: &mut Cx<'_>, name: &str) -> Result<Job, String> {
        if !self.interactive {
            return Err(format!("{name}: no job control"));
        }
        self.note_ended(cx);
        let spec = args.first().map_or("%+", String::as_str);
        let spec = if spec.starts_with('%') { spec.to_string() } else { format!("%{spec}") };
        let shown = args.first().map_or("current", String::as_str);
        self.job(&spec).cloned().ok_or_else(|| format!("{name}: {shown}: no such job"))
    }
}

fn op_text(op: Option<&Op>) -> String {
    match op {
        Some(Op::Simple(simple)) => simple_text(simple),
        Some(Op::Pipeline(parts)) => {
            let texts: Vec<String> = parts.iter().map(|part| op_text(part.first())).collect();
            texts.join(" | ")
        }
        Some(Op::Subshell(code)) => format!("( {} )", op_text(code.first())),
        _ => "command".into(),
    }
}

/// The words of a command about as they were written.
fn simple_text(simple: &Simple) -> String {
    let words = simple.words.iter().map(|word| {
        let part = |part: &Part| match part {
            Part::Text { text, quoted: true } => crate::quote::word(text),
            Part::Text { text, .. } => text.clone(),
            Part::Tilde(name) => format!("~{name}"),
            Part::Param { param, .. } => format!("${}", param.name),
            Part::Subst { .. } => "$(...)".into(),
            Part::Arith { .. } => "$((...))".into(),
        };
        word.0.iter().map(part).collect::<String>()
    });
    words.collect::<Vec<String>>().join(" ")
}

pub(crate) fn fg(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let job = match shell.wanted(args, cx, "fg") {
        Ok(job) => job,
        Err(message) => return shell.usage(cx, &message, 1),
    };
    cx.out(format!("{}\n", job.text));
    for pid in &job.pids {
        cx.world.bring_to_foreground(*pid);
        cx.world.resume(*pid);
    }
    shell.ahead = Some(job.number);
    shell.wait = Waiting::Children { pids: job.pids, statuses: job.statuses };
    Flow::Spawned
}

pub(crate) fn bg(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let none: &[String] = &[];
    let each = if args.is_empty() { vec![none] } else { args.chunks(1).collect() };
    let mut status = 0;
    for args in each {
        let job = match shell.wanted(args, cx, "bg") {
            Ok(job) => job,
            Err(message) => {
                shell.complain(cx, &message);
                status = 1;
                continue;
            }
        };
        if job.stopped == 0 {
            shell.complain(cx, &format!("bg: job {} already in background", job.number));
            continue;
        }
        let mark = mark(job.number, shell.marked());
        cx.out(format!("[{}]{mark} {} &\n", job.number, job.text));
        for pid in job.pids {
            cx.world.resume(pid);
        }
        shell.note_ended(cx);
    }
    shell.end(status)
}

pub(crate) fn disown(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let all = args.iter().any(|arg| arg == "-a");
    let mut specs: Vec<String> = args.iter().filter(|arg| !arg.starts_with('-')).cloned().collect();
    if all {
        specs = shell.jobs.iter().map(|job| format!("%{}", job.number)).collect();
    } else if specs.is_empty() {
        if shell.jobs.is_empty() {
            return shell.usage(cx, "disown: current: no such job", 1);
        }
        specs.push("%+".into());
    }
    for spec in specs {
        let Some(job) = shell.job(&spec).cloned() else {
            return shell.usage(cx, &format!("disown: {spec}: no such job"), 1);
        };
        if job.stopped > 0 {
            let group = job.pids.first().map_or(0, |pid| pid.0);
            let number = job.number;
            shell.complain(cx, &format!("warning: deleting stopped job {number} with process group {group}"));
        }
        for pid in job.pids {
            cx.world.disown(pid);
        }
        shell.jobs.retain(|other| other.number != job.number);
    }
    shell.end(0)
}
