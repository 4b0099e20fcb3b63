//! Checks of a whole lesson: what its parts say about each other must be true.

use super::part::Notes;
use crate::CompiledLesson;
use crate::cel::Kind;
use crate::plan::{Plan, Task};
use crate::proof::{Action, Script};

/// Notes what does not fit together.
pub(super) fn check(lesson: &CompiledLesson, notes: &mut Notes) {
    steps_that_expressions_name(&lesson.plan, notes);
    scripts(lesson, notes);
    no_early_solution(lesson, notes);
    expected_words(lesson, notes);
    if lesson.page.minutes == 0 {
        notes.add("lesson.md", 1, "`minutes` says how long the lesson takes");
    }
}

/// Only what is said of a try is filled in: in a goal or in the brief, a learner would read the braces.
pub(super) fn literal_picks<'p>(
    text: &str,
    body_line: usize,
    picks: impl Iterator<Item = &'p String>,
    notes: &mut Notes,
) {
    for name in picks {
        let braces = ["{", name, "}"].concat();
        for (number, line) in (1..).zip(text.lines()) {
            let shown = number >= body_line || line.trim_start().trim_start_matches("- ").starts_with("goal:");
            if shown && line.contains(&braces) {
                notes.add(
                    "lesson.md",
                    number,
                    format!("`{braces}` is not filled in here: tell it by a file of the world"),
                );
            }
        }
    }
}

fn steps_that_expressions_name(plan: &Plan, notes: &mut Notes) {
    for owned in plan.expressions() {
        owned.node.walk(&mut |node| {
            if let Kind::Since(step, _) = &node.kind
                && plan.step(step).is_none()
            {
                notes.add("lesson.md", 1, format!("{}: `since` names `{step}`, which is no step", owned.owner));
            }
        });
    }
    for step in &plan.steps {
        if let Task::Predict { after: Some(after), .. } = &step.task
            && plan.step(after).is_none()
        {
            notes.add("lesson.md", 1, format!("step `{}` is compared after `{after}`, which is no step", step.id));
        }
    }
}

/// Answers and predictions in scripts must name steps of that kind, and choices that exist.
fn scripts(lesson: &CompiledLesson, notes: &mut Notes) {
    let wrong = lesson.proofs.wrong.iter().map(|wrong| &wrong.script);
    for script in lesson.proofs.solutions.iter().chain(wrong) {
        for action in &script.actions {
            if let Some(message) = misfit(&lesson.plan, action) {
                notes.add(&script.file, 1, message);
            }
        }
    }
}

fn misfit(plan: &Plan, action: &Action) -> Option<String> {
    match action {
        Action::Answer { step, value } => match plan.step(step).map(|found| &found.task) {
            Some(Task::Answer { options, .. }) => {
                let said: String = value.words().collect();
                let fits = options.is_empty() || value.values().next().is_some() || options.contains(&said);
                (!fits).then(|| format!("step `{step}` has no option `{said}`"))
            }
            _ => Some(format!("`{step}` is no answer step")),
        },
        Action::Predict { step, choice } => match plan.step(step).map(|found| &found.task) {
            Some(Task::Predict { options, .. }) if options.contains(choice) => None,
            Some(Task::Predict { .. }) => Some(format!("step `{step}` has no option `{choice}`")),
            _ => Some(format!("`{step}` is no predict step")),
        },
        Action::Run { .. } | Action::Save { .. } | Action::Advance { .. } => None,
    }
}

/// No goal, and no hint but the last, may hold a line that solves a step. Short lines such as `cd ~/web` solve nothing
/// and stand in many sentences.
fn no_early_solution(lesson: &CompiledLesson, notes: &mut Notes) {
    const LINE_CHARS_MIN: usize = 12;
    let lines = acting_lines(&lesson.proofs.solutions);
    let telling = |text: &str| {
        let plain = unescape(text);
        lines.iter().find(|line| line.chars().count() >= LINE_CHARS_MIN && plain.contains(**line)).copied()
    };
    for step in &lesson.page.steps {
        if let Some(line) = telling(&step.goal) {
            notes.add("lesson.md", 1, format!("the goal of step `{}` prints its solution: `{line}`", step.id));
        }
        let early = step.hints.len().saturating_sub(1);
        for (index, hint) in step.hints.iter().take(early).enumerate() {
            if let Some(line) = telling(hint) {
                let message = format!("hint {} of step `{}` prints a solution: `{line}`", index + 1, step.id);
                notes.add("lesson.md", 1, message);
            }
        }
    }
}

fn acting_lines(scripts: &[Script]) -> Vec<&str> {
    let actions = scripts.iter().flat_map(|script| &script.actions);
    let lines = actions.filter_map(|action| match action {
        Action::Run { line, look: false, .. } => Some(line.as_str()),
        _ => None,
    });
    lines.collect()
}

/// The characters that the HTML writer escapes, back.
fn unescape(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

/// The words that a wrong answer must be told must stand in an explanation of that step.
fn expected_words(lesson: &CompiledLesson, notes: &mut Notes) {
    for wrong in &lesson.proofs.wrong {
        let Some(step) = lesson.plan.step(&wrong.expect.step) else {
            notes.add(&wrong.script.file, 1, format!("there is no step `{}`", wrong.expect.step));
            continue;
        };
        let feedback = match &step.task {
            Task::Answer { feedback, .. } => feedback.as_slice(),
            Task::Check(_) | Task::Predict { .. } => &[][..],
        };
        let mut said = step.explain.iter().chain(feedback).flat_map(|explain| explain.say.words());
        if !said.any(|words| words.contains(&wrong.expect.say)) {
            let message = format!("no explanation of step `{}` says “{}”", step.id, wrong.expect.say);
            notes.add(&wrong.script.file, 1, message);
        }
    }
}
