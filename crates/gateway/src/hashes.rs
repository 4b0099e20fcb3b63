//! `opsfest hashes`: the state hash after every solution of every lesson, to compare with the wasm build.

use crate::args::Given;
use crate::{Usage, lessons, proof};

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &[], &[])?;
    for found in lessons::find(&given.operands)? {
        let Ok(lesson) = found.compiled else { continue };
        for script in &lesson.proofs.solutions {
            let session = proof::play(&lesson, script, 1, None).map_err(Usage)?;
            println!("{}/{} {}", lesson.page.id, script.file, session.now().state_hash());
        }
    }
    Ok(0)
}
