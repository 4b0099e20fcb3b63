//! `opsfest hashes [--random N]`: the state hash after every solution of every lesson, or after random sessions of lesson
//! 0, to compare with the wasm build.

use crate::args::Given;
use crate::{Usage, lessons, proof};
use session::Lesson;

/// The lesson that random sessions are drawn in: their lines are about its shop.
const RANDOM_LESSON: &str = "first-release";

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &["--random"], &[])?;
    if let Some(text) = given.value("--random") {
        let seeds = text.parse().map_err(|_| Usage(format!("--random: \"{text}\" is no number")))?;
        let compiled = lessons::by_id(RANDOM_LESSON)?;
        let lesson = Lesson::new(compiled.plan, compiled.page);
        print!("{}", session::random_hashes(&lesson, seeds).map_err(Usage)?);
        return Ok(0);
    }
    for found in lessons::find(&given.operands)? {
        let Ok(lesson) = found.compiled else { continue };
        for script in &lesson.proofs.solutions {
            let session = proof::play(&lesson, script, 1, None).map_err(Usage)?;
            println!("{}/{} {}", lesson.page.id, script.file, session.now().state_hash());
        }
    }
    Ok(0)
}
