//! `opsfest verify-progress`: replays exported sessions and prints what was really solved in each: what was done, not
//! by whom.

use crate::args::Given;
use crate::{Usage, lessons};
use session::{Journal, Lesson, Session, decode_file};
use std::collections::BTreeMap;

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &[], &[])?;
    if given.operands.is_empty() {
        return Err(Usage("verify-progress takes session files".into()));
    }
    let mut seen: BTreeMap<Vec<u8>, String> = BTreeMap::new();
    let mut code = 0;
    for file in &given.operands {
        let bytes = std::fs::read(file).map_err(|error| Usage(format!("{file}: {error}")))?;
        match check(&bytes) {
            Ok((journal, line)) => {
                let twin = seen.insert(journal, file.clone());
                let twin = twin.map(|other| format!("; identical to {other}")).unwrap_or_default();
                println!("{file}: {line}{twin}");
            }
            Err(message) => {
                println!("{file}: {message}");
                code = 1;
            }
        }
    }
    Ok(code)
}

fn check(bytes: &[u8]) -> Result<(Vec<u8>, String), String> {
    let saved = decode_file(bytes).map_err(|error| error.to_string())?;
    let journal = Journal::read(&saved.journal).map_err(|error| error.to_string())?;
    let compiled = lessons::by_id(&journal.lesson).map_err(|Usage(message)| message)?;
    let here = env!("CARGO_PKG_VERSION");
    let steps = compiled.plan.steps.len();
    if !journal.build.is_empty() && journal.schema != session::SCHEMA {
        return Ok((saved.journal, format!("made by build {}; this is {here}, which cannot replay it", journal.build)));
    }
    let lesson = Lesson::new(compiled.plan, compiled.page);
    // Only the journal counts: a snapshot could say anything.
    let only = screen::Saved { journal: saved.journal.clone(), snapshot: None, skip: saved.skip };
    let (session, _) = Session::open(lesson, &only, &journal.build).map_err(|error| error.to_string())?;
    let passed = session.passed();
    let build = if journal.build == "verify" { String::new() } else { format!(", made by build {}", journal.build) };
    let line = format!("{} {} of {steps} steps: {}{build}", journal.lesson, passed.len(), passed.join(" "));
    Ok((saved.journal, line))
}
