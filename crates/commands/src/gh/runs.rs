//! `gh run`: the pipelines' runs.

use super::call::{Call, Fail, fail};
use super::flags::{Command, switch, value};
use super::words::{ago, coloured, table};
use super::{Answer, End};
use ci::{JobRun, Level, Run, State};
use sim::Causes;
use world::{Cx, FORGE};

pub(super) const LIST: Command = Command {
    path: "gh run list",
    operands: "",
    summary: "List recent workflow runs",
    flags: &[
        value("limit", 'L', "at most so many (20)"),
        value("branch", 'b', "only of this branch"),
        value("workflow", 'w', "only of this workflow"),
        value("status", 's', "only in this state"),
        value("event", 'e', "only what this event started: push, pull_request, workflow_dispatch"),
        value("commit", 'c', "only of this commit"),
        value("user", 'u', "only what they started"),
    ],
    missing: "a all created jq q json template t",
};

pub(super) const VIEW: Command = Command {
    path: "gh run view",
    operands: "[<run-id>]",
    summary: "View a summary of a workflow run",
    flags: &[
        switch("verbose", 'v', "with the steps of all jobs"),
        switch("log", '\0', "the whole log"),
        switch("log-failed", '\0', "the log of the steps that failed"),
        switch("exit-status", '\0', "exit code 1 where the run failed"),
        value("job", 'j', "one job, by its id"),
    ],
    missing: "attempt a jq q json template t web w",
};

pub(super) const RERUN: Command = Command {
    path: "gh run rerun",
    operands: "[<run-id>]",
    summary: "Rerun a run",
    flags: &[],
    missing: "debug d failed job j",
};

pub(super) const CANCEL: Command = Command {
    path: "gh run cancel",
    operands: "[<run-id>]",
    summary: "Cancel a workflow run",
    flags: &[],
    missing: "force",
};

pub(super) const WATCH: Command = Command {
    path: "gh run watch",
    operands: "[<run-id>]",
    summary: "Watch a run until it completes, showing its progress",
    flags: &[switch("exit-status", '\0', "exit code 1 where the run fails"), value("interval", 'i', "seconds (3)")],
    missing: "compact",
};

/// Jobs have their own ids: a hundred of them fit behind a run's number.
const JOBS_MAX: u32 = 100;

fn job_id(run: &Run, at: usize) -> u32 {
    run.number * JOBS_MAX + u32::try_from(at + 1).unwrap_or(JOBS_MAX)
}

fn event(run: &Run) -> &str {
    &run.event_name
}

/// A state's sign and its colour.
fn sign(state: State) -> (&'static str, u8) {
    match state {
        State::Passed => ("✓", 32),
        State::Failed | State::Cancelled => ("X", 31),
        State::Skipped => ("-", 90),
        State::Queued | State::Running | State::Waiting => ("*", 33),
    }
}

fn symbol(cx: &Cx<'_>, state: State) -> String {
    let (sign, colour) = sign(state);
    coloured(cx, colour, sign)
}

/// Go's way to write a time of whole seconds.
fn elapsed(secs: u64) -> String {
    match secs {
        0..60 => format!("{secs}s"),
        60..3_600 => format!("{}m{}s", secs / 60, secs % 60),
        _ => format!("{}h{}m{}s", secs / 3_600, secs / 60 % 60, secs % 60),
    }
}

fn of_repo<'a>(cx: &'a Cx<'_>, call: &'a Call) -> impl Iterator<Item = &'a Run> {
    cx.world.ci.runs().iter().rev().map(|run| &**run).filter(|run| run.repo == call.repo)
}

/// The run that the first word names.
// Unlike gh: it does not ask which one where none is named, but takes the newest.
fn named(cx: &Cx<'_>, call: &Call, wanted: impl Fn(&Run) -> bool, none: &str) -> Result<Run, Fail> {
    let Some(word) = call.given.words.first() else {
        return of_repo(cx, call).find(|run| wanted(run)).map_or_else(|| fail(none), |run| Ok(run.clone()));
    };
    let number = word.rsplit('/').next().unwrap_or(word).parse::<u32>();
    let found = number.ok().and_then(|number| of_repo(cx, call).find(|run| run.number == number));
    match found {
        Some(run) => Ok(run.clone()),
        None => {
            let url = format!("https://api.{FORGE}/repos/{}/actions/runs/{word}", call.repo);
            fail(format!("failed to get run: HTTP 404: Not Found ({url}?exclude_pull_requests=true)"))
        }
    }
}

pub(super) fn list(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let given = &call.given;
    let limit = match given.text("limit").map(str::parse::<usize>) {
        None => 20,
        Some(Ok(limit)) if limit > 0 => limit,
        Some(_) => return fail(format!("invalid limit: {}", given.text("limit").unwrap_or_default())),
    };
    let is = |name: &str, value: &str| given.text(name).is_none_or(|wanted| wanted == value);
    let fits = |run: &&Run| {
        let file = run.path.rsplit('/').next().unwrap_or_default();
        is("branch", &run.branch)
            && (is("workflow", &run.workflow_name) || is("workflow", file))
            && (is("status", run.state.status()) || is("status", run.state.conclusion()))
            && is("event", event(run))
            && is("commit", &run.commit)
            && is("user", &run.actor)
    };
    let runs: Vec<&Run> = of_repo(cx, call).filter(fits).take(limit).collect();
    if runs.is_empty() {
        return fail("no runs found");
    }
    let now = cx.now();
    let took = |run: &Run| elapsed(run.finished.unwrap_or(now).since(run.created).as_secs());
    let title = |run: &Run| run.pull.as_ref().map_or_else(|| run.subject.clone(), |pull| pull.title.clone());
    let tail = |run: &Run| {
        vec![
            title(run),
            run.workflow_name.clone(),
            run.branch.clone(),
            event(run).to_string(),
            run.number.to_string(),
            took(run),
        ]
    };
    let text = if cx.stdout_is_terminal() {
        let titles = ["STATUS", "TITLE", "WORKFLOW", "BRANCH", "EVENT", "ID", "ELAPSED", "AGE"];
        let mut rows = vec![titles.map(String::from).to_vec()];
        for run in &runs {
            let mut row = vec![sign(run.state).0.to_string()];
            row.extend(tail(run));
            row.push(ago(now, run.created));
            rows.push(row);
        }
        table(&rows)
    } else {
        let line = |run: &&Run| {
            let cells = tail(run).join("\t");
            format!("{}\t{}\t{cells}\t{}\n", run.state.status(), run.state.conclusion(), run.created.rfc3339())
        };
        runs.iter().map(line).collect()
    };
    cx.out(text);
    Ok(End::Exit(0))
}

fn header(cx: &Cx<'_>, run: &Run) -> String {
    let number = run.pull.as_ref().map_or_else(String::new, |pull| format!(" {}#{}", run.repo, pull.number));
    let (sign, id) = (symbol(cx, run.state), coloured(cx, 36, &run.number.to_string()));
    let when = ago(cx.now(), run.created);
    format!("{sign} {} {}{number} · {id}\nTriggered via {} {when}\n", run.branch, run.workflow_name, event(run))
}

fn jobs(cx: &Cx<'_>, run: &Run, only: Option<usize>, verbose: bool) -> String {
    let mut text = String::new();
    for (at, job) in run.jobs.iter().enumerate().filter(|(at, job)| job.shown() && only.is_none_or(|only| only == *at))
    {
        let took = job.started.zip(job.finished).map(|(from, to)| to.since(from).as_secs());
        let took = took.map_or_else(String::new, |secs| format!(" in {}", elapsed(secs)));
        let id = coloured(cx, 36, &job_id(run, at).to_string());
        text.push_str(&format!("{} {}{took} (ID {id})\n", symbol(cx, job.state), job.name));
        if verbose || job.state == State::Failed {
            for step in &job.steps {
                text.push_str(&format!("  {} {}\n", symbol(cx, step.state), step.name));
            }
        }
    }
    text
}

// Unlike GitHub: that a process completed with an exit code is no annotation of its own.
fn annotations(cx: &Cx<'_>, run: &Run, only: Option<usize>) -> String {
    let mut text = String::new();
    for (_, job) in run.jobs.iter().enumerate().filter(|(at, _)| only.is_none_or(|only| only == *at)) {
        for one in &job.annotations {
            let sign = match one.level {
                Level::Error => coloured(cx, 31, "X"),
                Level::Warning => coloured(cx, 33, "!"),
                Level::Notice => "-".into(),
            };
            text.push_str(&format!("{sign} {}\n{}: {}#{}\n\n", one.message, job.name, one.file, one.line));
        }
    }
    text
}

pub(super) fn view(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let given = &call.given;
    let chosen = match given.text("job").map(str::parse::<u32>) {
        None => None,
        Some(Ok(id)) => Some(id),
        Some(Err(_)) => return fail("invalid job ID"),
    };
    let (run, only) = match chosen {
        None => (named(cx, call, |_| true, "no runs found")?, None),
        Some(id) => {
            let at = (id % JOBS_MAX) as usize;
            let run = of_repo(cx, call).find(|run| run.number == id / JOBS_MAX && at > 0 && at <= run.jobs.len());
            let Some(run) = run.cloned() else {
                let url = format!("https://api.{FORGE}/repos/{}/actions/jobs/{id}", call.repo);
                return fail(format!("failed to get job: HTTP 404: Not Found ({url})"));
            };
            (run, Some(at - 1))
        }
    };
    let code = i32::from(given.on("exit-status") && run.state == State::Failed);
    if given.on("log") || given.on("log-failed") {
        if !run.state.finished() {
            return fail(format!(
                "run {} is still in progress; logs will be available when it is complete",
                run.number
            ));
        }
        let failed = given.on("log-failed");
        let chosen = run.jobs.iter().enumerate().filter(|(at, _)| only.is_none_or(|only| only == *at));
        let text: String = chosen.map(|(_, job)| log(job, failed)).collect();
        cx.out(text);
        return Ok(End::Exit(code));
    }
    let mut text = format!("\n{}\n", header(cx, &run));
    if run.jobs.is_empty() {
        text.push_str("X This run likely failed because of a workflow file issue.\n\n");
        text.push_str(&format!("For more information, see: {}\n", url(&run)));
        cx.out(text);
        return Ok(End::Exit(code));
    }
    if only.is_none() {
        text.push_str("JOBS\n");
    }
    text.push_str(&jobs(cx, &run, only, given.on("verbose") || only.is_some()));
    let failed = run.jobs.iter().any(|job| job.state == State::Failed);
    text.push('\n');
    let said = annotations(cx, &run, only);
    if !said.is_empty() {
        text.push_str(&format!("ANNOTATIONS\n{said}\n"));
    }
    match (only, run.jobs.iter().filter(|job| job.shown()).count()) {
        _ if failed => text.push_str(&format!("To see what failed, try: gh run view {} --log-failed\n", run.number)),
        (Some(at), _) => {
            text.push_str(&format!("To see the full job log, try: gh run view --log --job={}\n", job_id(&run, at)));
        }
        (None, 1) => {
            let id = job_id(&run, 0);
            text.push_str(&format!("For more information about the job, try: gh run view --job={id}\n"));
        }
        _ => text.push_str("For more information about a job, try: gh run view --job=<job-id>\n"),
    }
    text.push_str(&format!("View this run on GitHub: {}\n", url(&run)));
    cx.out(text);
    Ok(End::Exit(code))
}

fn url(run: &Run) -> String {
    format!("https://{FORGE}/{}/actions/runs/{}", run.repo, run.number)
}

/// Job, step and line, between tabs.
// Unlike gh: each line bears the time at which its step began.
fn log(job: &JobRun, failed: bool) -> String {
    let mut text = String::new();
    for step in job.steps.iter().filter(|step| !failed || step.state == State::Failed) {
        let when = step.started.map(|time| time.rfc3339()).unwrap_or_default();
        for line in step.log.lines() {
            text.push_str(&format!("{}\t{}\t{when} {line}\n", job.name, step.name));
        }
    }
    text
}

pub(super) fn rerun(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let failed = |run: &Run| run.state == State::Failed && run.workflow.is_some();
    let run = named(cx, call, failed, "no recent runs have failed; please specify a specific run ID")?;
    if !run.state.finished() {
        return fail(format!("failed to rerun: run {} is still in progress", run.number));
    }
    if run.workflow.is_none() {
        return fail(format!("run {} cannot be rerun; its workflow file may be broken", run.number));
    }
    cx.world.rerun_pipeline(run.number, &Causes::from(run.event));
    if cx.stdout_is_terminal() {
        let sign = coloured(cx, 32, "✓");
        cx.out(format!("{sign} Requested rerun of run {}\n", run.number));
    }
    Ok(End::Exit(0))
}

pub(super) fn cancel(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let run = named(cx, call, |run| !run.state.finished(), "found no in progress runs to cancel")?;
    if run.state.finished() {
        return fail("Cannot cancel a workflow run that is completed");
    }
    cx.world.cancel_pipeline(run.number);
    let sign = coloured(cx, 32, "✓");
    cx.out(format!("{sign} Request to cancel workflow {} submitted.\n", run.number));
    Ok(End::Exit(0))
}

pub(super) fn watch(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let run = named(cx, call, |run| !run.state.finished(), "found no in progress runs to watch")?;
    let strict = call.given.on("exit-status");
    let interval = match call.given.text("interval").map(str::parse::<u32>) {
        None => 3,
        Some(Ok(secs)) if secs > 0 => secs,
        Some(_) => return fail("could not parse interval"),
    };
    if run.state.finished() {
        let conclusion = run.state.conclusion();
        cx.out(format!("Run {} ({}) has already completed with '{conclusion}'\n", run.workflow_name, run.number));
        return Ok(End::Exit(i32::from(strict && run.state != State::Passed)));
    }
    Ok(End::Watch(Watch { run: run.number, interval, strict }))
}

/// A run that is looked at until it ends.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Watch {
    run: u32,
    /// Between two looks, in seconds.
    pub interval: u32,
    /// Whether its failure is ours.
    strict: bool,
}

impl Watch {
    /// Draws it once; the exit code when it has ended.
    pub fn look(&self, cx: &mut Cx<'_>) -> Option<i32> {
        let run = cx.world.ci.run(self.run)?.clone();
        let screen = if cx.stdout_is_terminal() { "\x1b[H\x1b[J" } else { "" };
        let mut text =
            format!("{screen}Refreshing run status every {} seconds. Press Ctrl+C to quit.\n\n", self.interval);
        text.push_str(&header(cx, &run));
        if !run.jobs.is_empty() {
            text.push_str(&format!("\nJOBS\n{}", jobs(cx, &run, None, true)));
        }
        let ended = run.state.finished();
        if ended && cx.stdout_is_terminal() {
            let (sign, how) = (symbol(cx, run.state), run.state.conclusion());
            text.push_str(&format!("\n{sign} Run {} ({}) completed with '{how}'\n", run.workflow_name, run.number));
        }
        cx.out(text);
        ended.then(|| i32::from(self.strict && run.state != State::Passed))
    }
}
