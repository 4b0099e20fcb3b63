//! `opsfest hashes [--random N | --messages DIR]`: the state hash after every solution of every lesson, or after random
//! sessions of lesson 0, to compare with the wasm build. DIR gets what a page would send to open each solved session.

use crate::args::Given;
use crate::parts::{self, plain};
use crate::{Usage, lessons, proof};
use screen::{Look, Saved, ToWorker};
use session::{Lesson, LessonFile, Session};
use std::path::Path;

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &["--random", "--messages"], &[])?;
    if let Some(text) = given.value("--random") {
        let seeds = text.parse().map_err(|_| Usage(format!("--random: \"{text}\" is no number")))?;
        let compiled = lessons::by_id(lessons::FIRST)?;
        let lesson = Lesson::new(compiled.plan, compiled.page);
        print!("{}", session::random_hashes(&lesson, seeds).map_err(Usage)?);
        return Ok(0);
    }
    for found in lessons::find(&given.operands)? {
        let Ok(lesson) = found.compiled else { continue };
        for script in &lesson.proofs.solutions {
            let session = proof::play(&lesson, script, 1, None).map_err(Usage)?;
            println!("{}/{} {}", lesson.page.id, script.file, session.now().state_hash());
            if let Some(folder) = given.value("--messages") {
                let name = format!("{}/{}", lesson.page.id, script.file);
                write_messages(Path::new(folder), &name, &session)?;
            }
        }
    }
    Ok(0)
}

/// A solved session as the page gives it to a worker, and the question for its hash, in [`parts`]: the solution's name,
/// the build, then the messages Open, Tick and Ask.
fn write_messages(folder: &Path, name: &str, session: &Session) -> Result<(), Usage> {
    let lesson = &session.lesson;
    let file = LessonFile { plan: (*lesson.plan).clone(), page: (*lesson.page).clone() };
    let journal = session.journal();
    let saved = Saved { journal: journal.bytes(), snapshot: None, skip: Vec::new() };
    let open = ToWorker::Open { lesson: plain(&file), seed: journal.seed, saved: Some(saved) };
    let ask = ToWorker::Ask { id: 1, look: Look::StateHash };
    let tick = ToWorker::Tick { millis: 16 };
    let parts = [name.as_bytes().to_vec(), journal.build.as_bytes().to_vec(), plain(&open), plain(&tick), plain(&ask)];
    let path = folder.join(format!("{}.messages", name.replace('/', "-")));
    parts::write(&path, &parts)
}
