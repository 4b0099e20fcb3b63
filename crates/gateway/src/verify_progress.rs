//! `opsfest verify-progress`: replays exported sessions and prints what was really solved in each: what was done, not
//! by whom.

use crate::args::Given;
use crate::{Usage, lessons};
use session::{Journal, Lesson, Session, decode_file};
use std::collections::BTreeMap;

/// What `opsfest verify` writes as its build.
const OWN_BUILD: &str = "verify";

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &[], &[])?;
    if given.operands.is_empty() {
        return Err(Usage("verify-progress takes session files".into()));
    }
    let mut seen: BTreeMap<Vec<u8>, String> = BTreeMap::new();
    let mut code = 0;
    for file in &given.operands {
        // One file that is no session does not hide the others.
        match std::fs::read(file).map_err(|error| error.to_string()).and_then(|bytes| check(&bytes)) {
            Ok((journal, line)) => {
                let twin = seen.get(&journal).map(|other| format!("; identical to {other}")).unwrap_or_default();
                println!("{file}: {line}{twin}");
                seen.entry(journal).or_insert_with(|| file.clone());
            }
            Err(message) => {
                println!("{file}: {message}");
                code = 2;
            }
        }
    }
    Ok(code)
}

/// The journal, and what is said of it.
fn check(bytes: &[u8]) -> Result<(Vec<u8>, String), String> {
    let saved = decode_file(bytes).map_err(|error| error.to_string())?;
    if let Some(build) = build_of_other_schema(&saved.journal) {
        let here = env!("CARGO_PKG_VERSION");
        let line = format!("made by build {build}; this is {here}, which cannot replay it");
        return Ok((saved.journal, line));
    }
    let journal = Journal::read(&saved.journal).map_err(|error| error.to_string())?;
    let compiled = lessons::by_id(&journal.lesson).map_err(|Usage(message)| message)?;
    let lesson = Lesson::new(compiled.plan, compiled.page);
    // Only the journal counts: a snapshot could say anything.
    let only = screen::Saved { journal: saved.journal.clone(), snapshot: None, skip: saved.skip };
    let (session, _) = Session::open(lesson, &only, &journal.build).map_err(|error| error.to_string())?;
    Ok((saved.journal, told(&session, &journal)))
}

/// The build of a journal whose form this build does not know. Schema and build come first in every form.
fn build_of_other_schema(journal: &[u8]) -> Option<String> {
    let ((schema, build), _) = postcard::take_from_bytes::<(u32, String)>(journal).ok()?;
    (schema != session::SCHEMA).then_some(build)
}

fn told(session: &Session, journal: &Journal) -> String {
    let replayed = session.replay_all();
    let steps = &session.lesson.plan.steps;
    let passed = |id: &String| replayed.progress.passed.contains_key(id);
    let solved: Vec<&str> = steps.iter().map(|step| &step.id).filter(|id| passed(id)).map(String::as_str).collect();
    let whole = if solved.len() == steps.len() { "solved" } else { "not solved" };
    let mut line = format!("{} {whole}, {} of {} steps", journal.lesson, solved.len(), steps.len());
    if !solved.is_empty() {
        line.push_str(&format!(": {}", solved.join(" ")));
    }
    if journal.build != OWN_BUILD {
        line.push_str(&format!("; made by build {}", journal.build));
    }
    // Another build may have replayed it otherwise: what it noted is told, and nobody is accused.
    let noted: Vec<&str> = journal.passed.iter().filter(|id| !passed(id)).map(String::as_str).collect();
    if !noted.is_empty() {
        line.push_str(&format!(", which noted as passed what this one does not replay: {}", noted.join(" ")));
    }
    line
}
