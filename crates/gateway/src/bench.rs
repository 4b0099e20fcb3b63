//! Native figures, each a line `NAME value unit (compared with PEER: ratio)`.

use crate::{Usage, ended, lessons};
use cluster::crowd::Crowd;
use screen::Saved;
use session::{Lesson, Session};
use std::process::ExitCode;
use std::time::Duration;

#[expect(clippy::disallowed_types, reason = "a bench measures real time")]
type Clock = std::time::Instant;

/// A page lets the worker rest after so long without an input.
const REST_MILLIS: f64 = 1_500.0;
const REWIND_BUDGET_MILLIS: f64 = 200.0;
const PODS: u32 = 10_000;
const NODES: u32 = 100;
/// What a pod should take at most.
const POD_BUDGET_BYTES: f64 = 4_000.0;

/// The program `opsfest-bench`.
pub fn bench() -> ExitCode {
    ended(figures().map(|()| 0))
}

fn figures() -> Result<(), Usage> {
    let compiled = lessons::by_id("first-release")?;
    let lesson = Lesson::new(compiled.plan, compiled.page);
    // First, for memory is measured as it grows.
    crowd();
    let wrong = |error: &dyn std::fmt::Display| Usage(error.to_string());
    let mut session = session::hour_session(&lesson).map_err(|error| wrong(&error))?;
    rewind(&mut session, "rewind_hour");
    reopen(&mut session, lesson.clone()).map_err(|error| wrong(&error))?;
    steady(&lesson).map_err(|error| wrong(&error))
}

fn millis(clock: &Clock) -> f64 {
    clock.elapsed().as_secs_f64() * 1e3
}

fn print(name: &str, value: f64, unit: &str, peer: &str, whole: f64) {
    println!("{name} {value:.1} {unit} (compared with {peer}: {:.3})", value / whole);
}

/// Seeks every place of the journal.
fn rewind(session: &mut Session, name: &str) {
    let places = session.journal().path().len();
    let mut took: Vec<f64> = (0..places)
        .map(|at| {
            let clock = Clock::now();
            session.seek(Some(at));
            millis(&clock)
        })
        .collect();
    session.seek(None);
    took.sort_by(f64::total_cmp);
    let last = took.len() - 1;
    print(&format!("{name}_max"), took[last], "ms", "budget 200 ms", REWIND_BUDGET_MILLIS);
    print(&format!("{name}_p95"), took[last * 95 / 100], "ms", "budget 200 ms", REWIND_BUDGET_MILLIS);
}

/// An hour replayed from its journal alone, as a link or a hand-in is.
fn reopen(session: &mut Session, lesson: Lesson) -> Result<(), session::OpenError> {
    let whole = session.save(true);
    // As a page does that was closed and opened again: its snapshot is there, its keyframes are not.
    let (mut opened, _) = Session::open(lesson.clone(), &whole, "bench")?;
    let (last, clock) = (opened.journal().path().len() - 1, Clock::now());
    opened.seek(Some(last));
    print("rewind_reopened_hour_first", millis(&clock), "ms", "budget 200 ms", REWIND_BUDGET_MILLIS);
    rewind(&mut opened, "rewind_reopened_hour");
    let (mut rested, _) = Session::open(lesson.clone(), &whole, "bench")?;
    let clock = Clock::now();
    rested.recall(&mut || true);
    print("recall_reopened_hour", millis(&clock), "ms", "the time until a page rests", REST_MILLIS);
    rewind(&mut rested, "rewind_rested_hour");
    let saved = Saved { snapshot: None, ..whole };
    let seconds = session.now().now().since(session.began()).as_secs_f64();
    let clock = Clock::now();
    Session::open(lesson, &saved, "bench")?;
    let took = millis(&clock);
    print("replay_hour", took, "ms", "the hour itself", seconds * 1e3);
    Ok(())
}

/// Lesson 0 with its customers and nothing else to do.
fn steady(lesson: &Lesson) -> Result<(), session::StartError> {
    const SPAN: Duration = Duration::from_secs(1_800);
    let mut session = Session::start(lesson.clone(), 1, "bench")?;
    let clock = Clock::now();
    session.advance(SPAN);
    let rate = SPAN.as_secs_f64() / clock.elapsed().as_secs_f64();
    print("steady_lesson_0", rate, "virtual s/s", "real time", 1.0);
    Ok(())
}

fn crowd() {
    let mut crowd = Crowd::new(NODES);
    let (memory, clock) = (resident_bytes(), Clock::now());
    crowd.fill(PODS);
    let pods = f64::from(PODS);
    print("crowd_10000_pods", pods / clock.elapsed().as_secs_f64(), "pods/s", "real time", 1.0);
    let each = (resident_bytes() - memory) / pods;
    print("crowd_pod_memory", each, "bytes", "aim 4,000 bytes", POD_BUDGET_BYTES);
}

/// Resident memory of this process, where the system tells.
fn resident_bytes() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split_whitespace().nth(1).and_then(|pages| pages.parse::<f64>().ok()).unwrap_or(0.0) * 4_096.0
}
