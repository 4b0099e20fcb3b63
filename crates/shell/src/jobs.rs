//! Children: what is collected, background jobs, `wait`, `jobs`, `fg`, `bg`, `kill`, `disown`.

use crate::run::Flow;
use crate::state::{Bash, Waiting};
use serde::{Deserialize, Serialize};
use world::{Cx, Pid};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub number: u32,
    pub pid: Pid,
    pub text: String,
    /// Once it has ended.
    pub status: Option<i32>,
}

impl Bash {
    /// Collects ended children; true when nothing is waited for any more.
    pub(crate) fn collect(&mut self, cx: &mut Cx<'_>) -> bool {
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
                self.pipe_status = codes;
                if self.replaced {
                    self.traps.remove("EXIT");
                    self.exiting = Some(self.status);
                }
            }
            Waiting::Subst { pid, stream, file } => {
                let Some(code) = cx.reap(*pid) else { return false };
                let bytes = cx.world.take_capture(*stream);
                if *file {
                    self.wait = Waiting::Nothing;
                    return self.keep_as_file(bytes, cx);
                }
                let text = String::from_utf8_lossy(&bytes).replace('\0', "");
                self.substs.push(text.trim_end_matches('\n').to_string());
                self.status = code;
            }
            Waiting::Jobs { .. } => return self.collect_jobs(cx),
        }
        self.wait = Waiting::Nothing;
        true
    }

    /// The output of a `<( )` as a file.
    fn keep_as_file(&mut self, bytes: Vec<u8>, cx: &mut Cx<'_>) -> bool {
        let number = (0..=63).rev().find(|n| !cx.files().exists(&format!("/dev/fd/{n}"))).unwrap_or(63);
        let path = format!("/dev/fd/{number}");
        let micros = cx.micros();
        let files = cx.files_mut();
        let kept = files.make_dir_all("/dev/fd", micros).and_then(|()| files.write(&path, bytes, micros));
        if let Err(error) = kept {
            self.complain(cx, &format!("{path}: {error}"));
        }
        self.files.push(path.clone());
        self.substs.push(path);
        true
    }

    fn collect_jobs(&mut self, cx: &mut Cx<'_>) -> bool {
        self.note_ended(cx);
        let Waiting::Jobs { pids, any, status, into } = &mut self.wait else { return true };
        let (any, status, into) = (*any, *status, into.clone());
        let mut ended = None;
        let mut at = 0;
        while at < pids.len() {
            let pid = pids[at];
            let job = self.jobs.iter().position(|job| job.pid == pid);
            match job.map(|index| (index, self.jobs[index].status)) {
                Some((_, None)) if cx.world.is_running(pid) => at += 1,
                Some((index, code)) => {
                    if status {
                        self.status = code.unwrap_or(0);
                    }
                    self.jobs.remove(index);
                    pids.remove(at);
                    ended = Some(pid);
                    if any {
                        pids.clear();
                    }
                }
                None => {
                    pids.remove(at);
                }
            }
        }
        if !pids.is_empty() {
            return false;
        }
        self.wait = Waiting::Nothing;
        if let (Some(name), Some(pid)) = (into, ended) {
            self.set(&name, &pid.to_string());
        }
        true
    }

    /// Notes which jobs have ended.
    pub(crate) fn note_ended(&mut self, cx: &mut Cx<'_>) {
        for job in &mut self.jobs {
            if job.status.is_none() {
                job.status = cx.reap(job.pid);
            }
        }
    }

    pub(crate) fn reap_jobs(&mut self, cx: &mut Cx<'_>) {
        self.note_ended(cx);
        let last = self.jobs.last().map(|job| job.number);
        let before = self.jobs.iter().rev().nth(1).map(|job| job.number);
        let (ended, running): (Vec<Job>, Vec<Job>) =
            std::mem::take(&mut self.jobs).into_iter().partition(|job| job.status.is_some());
        self.jobs = running;
        for job in ended {
            cx.out(line(&job, last, before, false));
        }
    }

    /// The job that `%1`, `%+`, `%-`, `%text` or a process number means.
    fn job(&self, spec: &str) -> Option<&Job> {
        let Some(name) = spec.strip_prefix('%') else {
            let pid: u32 = spec.parse().ok()?;
            return self.jobs.iter().find(|job| job.pid.0 == pid);
        };
        match name {
            "" | "+" | "%" => self.jobs.last(),
            "-" => self.jobs.iter().rev().nth(1).or(self.jobs.last()),
            text => match text.parse::<u32>() {
                Ok(number) => self.jobs.iter().find(|job| job.number == number),
                Err(_) => match text.strip_prefix('?') {
                    Some(part) => self.jobs.iter().find(|job| job.text.contains(part)),
                    None => self.jobs.iter().find(|job| job.text.starts_with(text)),
                },
            },
        }
    }
}

fn line(job: &Job, last: Option<u32>, before: Option<u32>, long: bool) -> String {
    let mark = if Some(job.number) == last {
        '+'
    } else if Some(job.number) == before {
        '-'
    } else {
        ' '
    };
    let state = match job.status {
        None => "Running".to_string(),
        Some(0) => "Done".into(),
        Some(143) => "Terminated".into(),
        Some(137) => "Killed".into(),
        Some(130) => "Interrupt".into(),
        Some(code) => format!("Exit {code}"),
    };
    let runs = if job.status.is_none() { " &" } else { "" };
    let pid = if long { format!("{} ", job.pid) } else { String::new() };
    format!("[{}]{mark}  {pid}{state:<23} {}{runs}\n", job.number, job.text)
}

pub(crate) fn jobs(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    shell.note_ended(cx);
    let flag = |c: char| args.iter().any(|arg| arg.starts_with('-') && arg.contains(c));
    let last = shell.jobs.last().map(|job| job.number);
    let before = shell.jobs.iter().rev().nth(1).map(|job| job.number);
    for spec in args.iter().filter(|arg| !arg.starts_with('-')) {
        if shell.job(spec).is_none() {
            return shell.usage(cx, &format!("jobs: {spec}: no such job"), 1);
        }
    }
    let wanted: Vec<u32> = args
        .iter()
        .filter(|arg| !arg.starts_with('-'))
        .filter_map(|spec| shell.job(spec))
        .map(|job| job.number)
        .collect();
    let mut text = String::new();
    for job in &shell.jobs {
        let state = (!flag('r') || job.status.is_none()) && (!flag('s') || job.status.is_some());
        if !state || !(wanted.is_empty() || wanted.contains(&job.number)) {
            continue;
        }
        text.push_str(&if flag('p') { format!("{}\n", job.pid) } else { line(job, last, before, flag('l')) });
    }
    cx.out(text);
    shell.jobs.retain(|job| job.status.is_none());
    shell.end(0)
}

pub(crate) fn wait(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let any = args.iter().any(|arg| arg == "-n");
    let named = args.iter().position(|arg| arg == "-p");
    let into = named.and_then(|at| args.get(at + 1)).cloned();
    let words = args.iter().enumerate().filter(|(at, arg)| !arg.starts_with('-') && named.is_none_or(|p| *at != p + 1));
    let specs: Vec<&String> = words.map(|(_, arg)| arg).collect();
    let mut pids = Vec::new();
    shell.status = 0;
    for spec in &specs {
        match shell.job(spec) {
            Some(job) => pids.push(job.pid),
            None if spec.starts_with('%') => return shell.usage(cx, &format!("wait: {spec}: no such job"), 127),
            None if spec.parse::<u32>().is_ok() => {
                return shell.usage(cx, &format!("wait: pid {spec} is not a child of this shell"), 127);
            }
            None => return shell.usage(cx, &format!("wait: `{spec}': not a pid or valid job spec"), 1),
        }
    }
    if specs.is_empty() {
        pids = shell.jobs.iter().map(|job| job.pid).collect();
        if any && pids.is_empty() {
            return shell.end(127);
        }
    }
    // Those that have ended already are collected at the next step.
    shell.wait = Waiting::Jobs { pids, any, status: any || !specs.is_empty(), into };
    Flow::Turn
}

pub(crate) fn foreground(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>, name: &str) -> Flow {
    if !shell.interactive {
        return shell.usage(cx, &format!("{name}: no job control"), 1);
    }
    shell.note_ended(cx);
    let spec = args.first().map_or("%+", String::as_str);
    let spec = if spec.starts_with('%') { spec.to_string() } else { format!("%{spec}") };
    let Some(job) = shell.job(&spec).cloned() else {
        let shown = if args.is_empty() { "current" } else { args[0].as_str() };
        return shell.usage(cx, &format!("{name}: {shown}: no such job"), 1);
    };
    if name == "bg" {
        return shell.usage(cx, &format!("bg: job {} already in background", job.number), 0);
    }
    cx.out(format!("{}\n", job.text));
    shell.wait = Waiting::Jobs { pids: vec![job.pid], any: false, status: true, into: None };
    Flow::Turn
}

pub(crate) fn disown(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let specs: Vec<String> = args.iter().filter(|arg| !arg.starts_with('-')).cloned().collect();
    if args.iter().any(|arg| arg == "-a") {
        shell.jobs.clear();
        return shell.end(0);
    }
    if specs.is_empty() && shell.jobs.pop().is_none() {
        return shell.usage(cx, "disown: current: no such job", 1);
    }
    for spec in specs {
        match shell.job(&spec).map(|job| job.number) {
            Some(number) => shell.jobs.retain(|job| job.number != number),
            None => return shell.usage(cx, &format!("disown: {spec}: no such job"), 1),
        }
    }
    shell.end(0)
}

/// Signals by their numbers.
pub(crate) const SIGNALS: [(i32, &str); 31] = [
    (1, "HUP"),
    (2, "INT"),
    (3, "QUIT"),
    (4, "ILL"),
    (5, "TRAP"),
    (6, "ABRT"),
    (7, "BUS"),
    (8, "FPE"),
    (9, "KILL"),
    (10, "USR1"),
    (11, "SEGV"),
    (12, "USR2"),
    (13, "PIPE"),
    (14, "ALRM"),
    (15, "TERM"),
    (16, "STKFLT"),
    (17, "CHLD"),
    (18, "CONT"),
    (19, "STOP"),
    (20, "TSTP"),
    (21, "TTIN"),
    (22, "TTOU"),
    (23, "URG"),
    (24, "XCPU"),
    (25, "XFSZ"),
    (26, "VTALRM"),
    (27, "PROF"),
    (28, "WINCH"),
    (29, "IO"),
    (30, "PWR"),
    (31, "SYS"),
];

/// A signal by name or number.
pub(crate) fn signal(text: &str) -> Option<(i32, &'static str)> {
    let upper = text.to_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    SIGNALS.into_iter().find(|(number, known)| *known == name || number.to_string() == name)
}

fn list_signals(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    for arg in args {
        match signal(arg).or_else(|| signal(&(arg.parse::<i32>().ok()? - 128).to_string())) {
            Some((number, _)) if arg.parse::<i32>().is_err() => cx.out(format!("{number}\n")),
            Some((_, name)) => cx.out(format!("{name}\n")),
            None => return shell.usage(cx, &format!("kill: {arg}: invalid signal specification"), 1),
        }
    }
    if args.is_empty() {
        let mut text = String::new();
        for (index, (number, name)) in SIGNALS.into_iter().enumerate() {
            text.push_str(&format!("{number:2}) SIG{name}"));
            text.push(if index % 5 == 4 || index == 30 { '\n' } else { '\t' });
        }
        cx.out(text);
    }
    shell.end(0)
}

pub(crate) fn kill(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    const USAGE: &str =
        "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n";
    let (mut sent, mut rest) = ((15, "TERM"), args);
    match args {
        [flag, rest @ ..] if matches!(flag.as_str(), "-l" | "-L") => return list_signals(shell, rest, cx),
        [flag, name, more @ ..] if matches!(flag.as_str(), "-s" | "-n") => match signal(name) {
            Some(found) => (sent, rest) = (found, more),
            None if name == "0" => (sent, rest) = ((0, ""), more),
            None => return shell.usage(cx, &format!("kill: {name}: invalid signal specification"), 1),
        },
        [flag, more @ ..] if flag.len() > 1 && flag.starts_with('-') && flag != "--" => match signal(&flag[1..]) {
            Some(found) => (sent, rest) = (found, more),
            None if flag == "-0" => (sent, rest) = ((0, ""), more),
            None => return shell.usage(cx, &format!("kill: {}: invalid signal specification", &flag[1..]), 1),
        },
        _ => {}
    }
    if rest.first().is_some_and(|arg| arg == "--") {
        rest = &rest[1..];
    }
    if rest.is_empty() {
        cx.err(USAGE);
        return shell.end(2);
    }
    let mut status = 0;
    for spec in rest {
        status |= kill_one(shell, spec, sent, cx);
    }
    shell.end(status)
}

fn kill_one(shell: &mut Bash, spec: &str, (number, name): (i32, &str), cx: &mut Cx<'_>) -> i32 {
    let job = if spec.starts_with('%') { shell.job(spec).map(|job| job.pid) } else { spec.parse().ok().map(Pid) };
    let Some(pid) = job else {
        let what = if spec.starts_with('%') { "no such job" } else { "arguments must be process or job IDs" };
        shell.complain(cx, &format!("kill: {spec}: {what}"));
        return 1;
    };
    let own = pid == cx.pid || shell.pid_shown == Some(pid.0);
    if !own && !cx.world.is_running(pid) {
        shell.complain(cx, &format!("kill: ({pid}) - No such process"));
        return 1;
    }
    match number {
        // Only asks whether it is there, or says what a process here does anyway.
        0 | 17 | 18 | 23 | 28 => {}
        19..=22 => {
            shell.complain(
                cx,
                &format!("kill: stopping a process (SIG{name}) is real, but not part of this sandbox yet"),
            );
            return 1;
        }
        _ if own && pid == cx.pid => shell.signal(name),
        _ if own => {
            shell.complain(cx, "kill: ending the shell from its subshell is real, but not part of this sandbox yet");
            return 1;
        }
        _ => cx.world.kill(pid, 128 + number),
    }
    0
}
