//! `opsfest verify`: everything that a lesson must prove.

use crate::args::Given;
use crate::lessons::{self, Found};
use crate::{Usage, proof};
use std::collections::BTreeMap;

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &[], &["--list"])?;
    let found = lessons::find(&given.operands)?;
    if given.has("--list") {
        for found in &found {
            if let Ok(lesson) = &found.compiled {
                println!(
                    "{}\t{}\t{}\t{}\t{}\t{}",
                    lesson.page.id,
                    lesson.page.title,
                    lesson.plan.steps.len(),
                    lesson.proofs.solutions.len(),
                    lesson.proofs.wrong.len(),
                    lesson.page.quiz.len()
                );
            }
        }
        return Ok(0);
    }
    let (mut passed, mut failed) = (0, 0);
    for (id, folders) in shared_ids(&found) {
        failed += 1;
        println!("{folders}: these lessons share the id {id}");
    }
    for found in found {
        match found.compiled {
            Err(diagnostics) => {
                failed += diagnostics.len().max(1);
                for line in diagnostics {
                    println!("{line}");
                }
            }
            Ok(lesson) => {
                let report = proof::prove(&lesson);
                println!("{}: {} held, {} did not", found.folder.display(), report.passed, report.failures.len());
                for failure in &report.failures {
                    println!("  {failure}");
                }
                passed += report.passed as usize;
                failed += report.failures.len();
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    Ok(i32::from(failed > 0))
}

/// Ids of more than one lesson, with the lessons' folders: progress is kept by id.
fn shared_ids(found: &[Found]) -> Vec<(String, String)> {
    let mut by_id: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for found in found {
        if let Ok(lesson) = &found.compiled {
            by_id.entry(&lesson.page.id).or_default().push(found.folder.display().to_string());
        }
    }
    let shared = by_id.into_iter().filter(|(_, folders)| folders.len() > 1);
    shared.map(|(id, folders)| (id.to_owned(), folders.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lessons_of_one_id_are_named() {
        let lessons = || lessons::find(&["../../lessons/devops".into()]).unwrap_or_default();
        assert_eq!(shared_ids(&lessons()), []);
        let twice: Vec<Found> = lessons().into_iter().chain(lessons()).collect();
        let shared = shared_ids(&twice);
        assert!(
            shared.iter().any(|(id, folders)| id == lessons::FIRST && folders.matches("00-").count() == 2),
            "{shared:?}"
        );
    }
}
