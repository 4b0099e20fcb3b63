//! `opsfest verify`: everything that a lesson must prove.

use crate::args::Given;
use crate::{Usage, lessons, proof};

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
