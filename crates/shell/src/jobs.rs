//! Children: what is collected, jobs in the background and stopped ones, `wait`, `jobs`.

use crate::run::Flow;
use crate::state::{Bash, Waiting};
use serde::{Deserialize, Serialize};
use world::{Cx, Pid};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub number: u32,
    /// All of a pipeline, first one first.
    pub pids: Vec<Pid>,
    pub statuses: Vec<Option<i32>>,
    pub text: String,
    /// Once all have ended: that of the last one.
    pub status: Option<i32>,
    /// When it was stopped, counted; 0 while it runs.
    pub stopped: u32,
}

impl Job {
    pub fn new(number: u32, pids: Vec<Pid>, text: String) -> Self {
        let statuses = vec![None; pids.len()];
        Self { number, pids, statuses, text, status: None, stopped: 0 }
    }

    fn pid(&self) -> Pid {
        self.pids.first().copied().unwrap_or(Pid(0))
    }

    /// Asks for exit codes, and whether it stands still.
    fn look(&mut self, cx: &mut Cx<'_>) -> bool {
        for (pid, status) in self.pids.iter().zip(self.statuses.iter_mut()) {
            if status.is_none() {
                *status = cx.reap(*pid);
            }
        }
        if self.status.is_none() && self.statuses.iter().all(Option::is_some) {
            self.status = self.statuses.last().copied().flatten();
        }
        let left = self.pids.iter().zip(&self.statuses).filter(|(_, status)| status.is_none());
        let mut stands = false;
        for (pid, _) in left {
            if !cx.world.is_stopped(*pid) {
                return false;
            }
            stands = true;
        }
        stands
    }
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
                    let left = pids.iter().zip(statuses.iter()).filter(|(_, status)| status.is_none());
                    let stands = self.interactive && left.clone().all(|(pid, _)| cx.world.is_stopped(*pid));
                    return stands && self.put_aside(cx);
                }
                let codes: Vec<i32> = statuses.iter().flatten().copied().collect();
                let failed = codes.iter().rev().find(|code| **code != 0).copied();
                let last = codes.last().copied().unwrap_or(0);
                self.status = if self.options.pipefail { failed.unwrap_or(0) } else { last };
                self.pipe_status = codes;
                if let Some(number) = self.ahead.take() {
                    self.jobs.retain(|job| job.number != number);
                }
                if self.replaced {
                    self.traps.remove("EXIT");
                    self.exiting = Some(self.status);
                }
            }
            Waiting::Subst { pid, stream, file } => {
                if self.interactive && cx.world.is_stopped(*pid) {
                    // It is no job of its own: Ctrl-Z does not concern it.
                    cx.world.resume(*pid);
                }
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
            let job = self.jobs.iter().position(|job| job.pids.contains(&pid));
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

    /// Notes which jobs have ended, stand still, or go on.
    pub(crate) fn note_ended(&mut self, cx: &mut Cx<'_>) {
        let mut last = self.jobs.iter().map(|job| job.stopped).max().unwrap_or(0);
        for job in self.jobs.iter_mut().filter(|job| job.status.is_none()) {
            match job.look(cx) {
                true if job.stopped == 0 => {
                    last += 1;
                    job.stopped = last;
                    self.news.push(job.number);
                }
                true => {}
                false => job.stopped = 0,
            }
        }
    }

    /// The jobs that `%+` and `%-` mean: stopped ones first, the one that was stopped last before the others.
    pub(crate) fn marked(&self) -> (Option<u32>, Option<u32>) {
        let mut rest: Vec<(u32, u32)> = self.jobs.iter().map(|job| (job.stopped, job.number)).collect();
        let mut next = || {
            let at = rest.iter().enumerate().max_by_key(|(_, job)| **job)?.0;
            Some(rest.swap_remove(at).1)
        };
        (next(), next())
    }

    pub(crate) fn reap_jobs(&mut self, cx: &mut Cx<'_>) {
        self.note_ended(cx);
        let marked = self.marked();
        let news = std::mem::take(&mut self.news);
        for job in self.jobs.iter().filter(|job| news.contains(&job.number) && job.stopped > 0) {
            cx.err(format!("\n{}", line(job, marked, false)));
        }
        let (ended, running): (Vec<Job>, Vec<Job>) =
            std::mem::take(&mut self.jobs).into_iter().partition(|job| job.status.is_some());
        self.jobs = running;
        for job in ended {
            cx.out(line(&job, marked, false));
        }
    }

    /// The job that `%1`, `%+`, `%-`, `%text` or a process number means.
    pub(crate) fn job(&self, spec: &str) -> Option<&Job> {
        let Some(name) = spec.strip_prefix('%') else {
            let pid: u32 = spec.parse().ok()?;
            return self.jobs.iter().find(|job| job.pids.contains(&Pid(pid)));
        };
        let (last, before) = self.marked();
        match name {
            "" | "+" | "%" => self.jobs.iter().find(|job| Some(job.number) == last),
            "-" => self.jobs.iter().find(|job| Some(job.number) == before.or(last)),
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

/// `[1]+`
pub(crate) fn mark(number: u32, (last, before): (Option<u32>, Option<u32>)) -> char {
    match Some(number) {
        same if same == last => '+',
        same if same == before => '-',
        _ => ' ',
    }
}

pub(crate) fn line(job: &Job, marked: (Option<u32>, Option<u32>), long: bool) -> String {
    let mark = mark(job.number, marked);
    let state = match job.status {
        None if job.stopped > 0 => "Stopped".into(),
        None => "Running".to_string(),
        Some(0) => "Done".into(),
        Some(143) => "Terminated".into(),
        Some(137) => "Killed".into(),
        Some(130) => "Interrupt".into(),
        Some(code) => format!("Exit {code}"),
    };
    let runs = if job.status.is_none() && job.stopped == 0 { " &" } else { "" };
    let pid = if long { format!("{} ", job.pid()) } else { String::new() };
    format!("[{}]{mark}  {pid}{state:<23} {}{runs}\n", job.number, job.text)
}

pub(crate) fn jobs(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    shell.note_ended(cx);
    let flag = |c: char| args.iter().any(|arg| arg.starts_with('-') && arg.contains(c));
    let marked = shell.marked();
    shell.leaving = true;
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
        let runs = job.status.is_none() && job.stopped == 0;
        let state = (!flag('r') || runs) && (!flag('s') || job.stopped > 0);
        if !state || !(wanted.is_empty() || wanted.contains(&job.number)) {
            continue;
        }
        text.push_str(&if flag('p') { format!("{}\n", job.pid()) } else { line(job, marked, flag('l')) });
    }
    cx.out(text);
    shell.jobs.retain(|job| job.status.is_none());
    shell.news.clear();
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
            Some(job) => pids.extend(job.pids.last()),
            None if spec.starts_with('%') => return shell.usage(cx, &format!("wait: {spec}: no such job"), 127),
            None if spec.parse::<u32>().is_ok() => {
                return shell.usage(cx, &format!("wait: pid {spec} is not a child of this shell"), 127);
            }
            None => return shell.usage(cx, &format!("wait: `{spec}': not a pid or valid job spec"), 1),
        }
    }
    if specs.is_empty() {
        pids = shell.jobs.iter().filter_map(|job| job.pids.last().copied()).collect();
        if any && pids.is_empty() {
            return shell.end(127);
        }
    }
    // Those that have ended already are collected at the next step.
    shell.wait = Waiting::Jobs { pids, any, status: any || !specs.is_empty(), into };
    Flow::Turn
}
