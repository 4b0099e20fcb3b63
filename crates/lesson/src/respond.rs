//! What the learner says: answers, predictions, hints asked for, and the quiz.

use crate::cel::{Node, Past, Term, evaluate_with};
use crate::error::Error;
use crate::evaluate::pass;
use crate::facts::Facts;
use crate::plan::{Plan, StepPlan, Task};
use crate::progress::{Given, Prediction, Progress, Question, Seen};
use manifest::Value;
use order::Arrange;
use sim::Time;

/// What to say to an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    pub right: bool,
    /// Plain text with code in back-ticks.
    pub say: String,
}

/// How a question of the quiz went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graded {
    pub right: bool,
    /// The right options, counted from 0.
    pub key: Vec<u32>,
}

/// Answers longer than this are cut; no question asks for more.
const ANSWER_CHARS_MAX: usize = 200;

fn find<'p>(plan: &'p Plan, step: &str) -> Result<&'p StepPlan, Error> {
    plan.step(step).ok_or_else(|| Error::NoSuchStep(step.to_owned()))
}

fn wrong_kind(step: &str, wanted: &'static str) -> Error {
    Error::WrongKind { step: step.to_owned(), wanted }
}

/// Gives an answer. A right one passes the step once all earlier ones are passed.
pub fn answer(
    plan: &Plan,
    progress: &mut Progress,
    facts: &dyn Facts,
    step: &str,
    value: &str,
) -> Result<Feedback, Error> {
    let found = find(plan, step)?;
    let Task::Answer { accept, options, feedback, right, .. } = &found.task else {
        return Err(wrong_kind(step, "answer"));
    };
    let value: String = value.trim().chars().take(ANSWER_CHARS_MAX).collect();
    if !options.is_empty() && !options.contains(&value) {
        return Err(Error::NoSuchChoice { step: step.to_owned(), choice: value });
    }
    let names = [("answer", Value::from(value.as_str()))];
    let past = Past { owner: step, latches: &progress.latches, passed: &progress.passed };
    let holds = |node: &Node| evaluate_with(node, facts, past, &names) == Ok(Term::Data(Value::Bool(true)));
    // An answer for which `accept` has no value, such as a commit that does not exist, is a wrong one.
    let accepted = holds(&accept.root);
    let say = if accepted {
        right.render(facts, past, &names)
    } else {
        let said = feedback.iter().find(|explain| holds(&explain.when.root));
        said.map(|explain| explain.say.render(facts, past, &names)).unwrap_or_default()
    };
    progress.answers.entry(found.id.clone()).or_default().push(Given { at: facts.now(), value, right: accepted });
    *progress.attempts.entry(found.id.clone()).or_default() += 1;
    if accepted && is_open(plan, progress, found) {
        pass(progress, found, facts.now());
    }
    Ok(Feedback { right: accepted, say })
}

/// The first step that is not passed is this one.
fn is_open(plan: &Plan, progress: &Progress, step: &StepPlan) -> bool {
    plan.steps.iter().find(|other| !progress.has_passed(&other.id)).is_some_and(|open| open.id == step.id)
}

/// What a learner can pick from in an answer step: what the lesson lists, or what the world has now.
pub fn choices(plan: &Plan, progress: &Progress, facts: &dyn Facts, step: &str) -> Result<Vec<String>, Error> {
    match &find(plan, step)?.task {
        Task::Answer { pick: Some(pick), .. } => {
            let past = Past { owner: step, latches: &progress.latches, passed: &progress.passed };
            let found = evaluate_with(&pick.root, facts, past, &[])?.value();
            Ok(found.items().iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
        }
        Task::Answer { options, .. } | Task::Predict { options, .. } => Ok(options.clone()),
        Task::Check(_) => Err(wrong_kind(step, "answer or predict")),
    }
}

/// Makes a prediction, once. It passes the step once all earlier ones are passed.
pub fn predict(plan: &Plan, progress: &mut Progress, step: &str, choice: &str, now: Time) -> Result<(), Error> {
    let found = find(plan, step)?;
    let Task::Predict { options, .. } = &found.task else {
        return Err(wrong_kind(step, "predict"));
    };
    if !options.iter().any(|option| option == choice) {
        return Err(Error::NoSuchChoice { step: step.to_owned(), choice: choice.to_owned() });
    }
    if progress.has_passed(step) {
        return Err(Error::AlreadyPredicted(step.to_owned()));
    }
    let prediction = Prediction { at: now, choice: choice.to_owned(), came: None };
    progress.predictions.insert(found.id.clone(), prediction);
    if is_open(plan, progress, found) {
        pass(progress, found, now);
    }
    Ok(())
}

/// Takes the next hint of a step and gives its number, from 0; the last one again when there are no more.
pub fn hint(plan: &Plan, progress: &mut Progress, step: &str) -> Result<Option<u32>, Error> {
    let found = find(plan, step)?;
    if found.hints == 0 {
        return Ok(None);
    }
    let seen: &mut Seen = progress.hints.entry(found.id.clone()).or_default();
    seen.count = (seen.count + 1).min(found.hints);
    seen.solution = seen.count == found.hints;
    Ok(Some(seen.count - 1))
}

/// Grades a try at a question: right if exactly the right options are chosen.
pub fn question(plan: &Plan, progress: &mut Progress, id: &str, choices: &[u32], now: Time) -> Result<Graded, Error> {
    let key = plan.quiz.iter().find(|key| key.id == id).ok_or_else(|| Error::NoSuchQuestion(id.to_owned()))?;
    let mut choices = choices.to_vec();
    choices.arrange();
    choices.dedup();
    if let Some(option) = choices.iter().find(|option| **option >= key.options) {
        return Err(Error::NoSuchOption { question: id.to_owned(), option: *option });
    }
    let right = choices == key.right;
    progress.quiz.insert(id.to_owned(), Question { at: now, choices, right });
    Ok(Graded { right, key: key.right.clone() })
}
