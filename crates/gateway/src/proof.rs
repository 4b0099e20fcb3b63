//! What a lesson must prove, one check each.

use lesson::{Action, CompiledLesson, Script, Wrong};
use session::{Lesson, Session};

/// How many seeds each solution must pass on.
pub(crate) const SEEDS: u64 = 20;
const BUILD: &str = "verify";
/// A check that knows only one way refuses right answers.
const SOLUTIONS_MIN: usize = 2;

/// A lesson's proof: what held, and what did not.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub passed: u32,
    pub failures: Vec<String>,
}

impl Report {
    fn check(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if holds {
            self.passed += 1;
        } else {
            self.failures.push(otherwise());
        }
    }
}

pub(crate) fn session(lesson: &CompiledLesson, seed: u64) -> Result<Session, String> {
    let lesson = Lesson::new(lesson.plan.clone(), lesson.page.clone());
    Session::start(lesson, seed, BUILD).map_err(|error| error.to_string())
}

/// Plays a script from the start; the session at its end.
pub(crate) fn play(
    lesson: &CompiledLesson,
    script: &Script,
    seed: u64,
    leave_out: Option<usize>,
) -> Result<Session, String> {
    let mut session = session(lesson, seed)?;
    for (index, action) in script.actions.iter().enumerate() {
        if leave_out != Some(index) {
            session.play_action(action);
        }
    }
    Ok(session)
}

pub(crate) fn prove(lesson: &CompiledLesson) -> Report {
    let mut report = Report::default();
    let start = match session(lesson, 0) {
        Ok(start) => start,
        Err(error) => {
            report.failures.push(error);
            return report;
        }
    };
    let early = start.passed();
    report.check(early.is_empty(), || format!("passed before anything was done: {}", early.join(", ")));
    let ways = lesson.proofs.solutions.len();
    report.check(ways >= SOLUTIONS_MIN, || {
        format!("there are {ways} solutions; a lesson wants at least {SOLUTIONS_MIN}")
    });
    for script in &lesson.proofs.solutions {
        solution(lesson, script, &mut report);
    }
    for wrong in &lesson.proofs.wrong {
        wrong_answer(lesson, wrong, &mut report);
    }
    report
}

fn all_steps(lesson: &CompiledLesson) -> Vec<String> {
    lesson.plan.steps.iter().map(|step| step.id.clone()).collect()
}

fn solution(lesson: &CompiledLesson, script: &Script, report: &mut Report) {
    let wanted = all_steps(lesson);
    for seed in 1..=SEEDS {
        match play(lesson, script, seed, None) {
            Ok(session) => {
                let passed = session.passed();
                report.check(passed == wanted, || {
                    let missing: Vec<_> = wanted.iter().filter(|step| !passed.contains(step)).cloned().collect();
                    let told =
                        session.not_yet().map(|(step, say)| format!("; {step} was told: {say}")).unwrap_or_default();
                    let broken = first_failing(lesson, script, seed).unwrap_or_default();
                    format!("{} on seed {seed} does not pass {}{told}{broken}", script.file, missing.join(", "))
                });
                if seed == 1 {
                    let replayed = session.replay_all().state_hash();
                    let original = session.now().state_hash();
                    report
                        .check(replayed == original, || format!("{}: a replay differs from the original", script.file));
                }
            }
            Err(error) => report.failures.push(error),
        }
    }
    for (index, action) in script.actions.iter().enumerate().filter(|(_, action)| action.acts()) {
        match play(lesson, script, 1, Some(index)) {
            Ok(session) => report.check(session.passed() != wanted, || {
                format!("{} passes without its line {}: {}", script.file, index + 1, shown(action))
            }),
            Err(error) => report.failures.push(error),
        }
    }
}

/// The first command of a script that ends in an error: often why a solution no longer is one.
fn first_failing(lesson: &CompiledLesson, script: &Script, seed: u64) -> Option<String> {
    let mut session = session(lesson, seed).ok()?;
    for (index, action) in script.actions.iter().enumerate() {
        let printed = session.play_action(action);
        if let Action::Run { line, .. } = action {
            let status = session.run_line("echo $?");
            if status.trim() != "0" {
                let (number, status) = (index + 1, status.trim());
                let last = printed.lines().last().unwrap_or_default();
                return Some(format!("; its line {number}, `{line}`, ended with {status} ({})", last.trim()));
            }
        }
    }
    None
}

fn shown(action: &Action) -> String {
    match action {
        Action::Run { line, .. } => line.clone(),
        Action::Save { path, .. } => format!("save {path}"),
        Action::Advance { secs } => format!("advance {secs}s"),
        Action::Answer { step, .. } => format!("answer {step}"),
        Action::Predict { step, .. } => format!("predict {step}"),
    }
}

fn wrong_answer(lesson: &CompiledLesson, wrong: &Wrong, report: &mut Report) {
    let file = &wrong.script.file;
    match play(lesson, &wrong.script, 1, None) {
        Ok(session) => {
            let open = all_steps(lesson).into_iter().find(|step| !session.passed().contains(step));
            report.check(open.as_deref() == Some(wrong.expect.step.as_str()), || {
                format!("{file}: the open step is {open:?}, not {}", wrong.expect.step)
            });
            let told = session.not_yet().map(|(_, say)| say).or_else(|| session.feedback(&wrong.expect.step));
            let told = told.unwrap_or_default();
            report.check(told.contains(&wrong.expect.say), || format!("{file}: the learner was told: {told}"));
        }
        Err(error) => report.failures.push(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failing_command_of_a_solution_is_named() {
        let mut lesson = crate::lessons::find(&["../../lessons/devops".into()])
            .ok()
            .and_then(|found| found.into_iter().next())
            .and_then(|found| found.compiled.ok())
            .expect("lesson 0 compiles");
        let mut script = lesson.proofs.solutions.remove(0);
        assert_eq!(first_failing(&lesson, &script, 1), None);
        let line = "ls /nowhere".to_owned();
        script.actions.insert(1, Action::Run { line, look: false, output: Vec::new() });
        let named = first_failing(&lesson, &script, 1).expect("a command fails");
        assert!(named.starts_with("; its line 2, `ls /nowhere`, ended with 2 (ls: cannot access"), "{named}");
    }
}
