//! Checks against the world: which steps pass now, and what to say about the one that does not.

use crate::cel::{self, Past};
use crate::facts::Facts;
use crate::plan::{Plan, StepPlan, Task};
use crate::progress::{Pass, Progress};
use serde::{Deserialize, Serialize};
use sim::Time;

/// Why the checks are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Something happened in the world. Steps may pass; nothing is said about those that do not.
    AfterEvent,
    /// The learner did something that acts, and it has come to rest. The open step says why it is not passed yet.
    AfterAttempt,
}

/// What an evaluation changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Passed {
        step: String,
        at: Time,
        assisted: bool,
    },
    /// The open step was tried and is not passed.
    NotYet(NotYet),
    /// A prediction can now be compared with what happened.
    Compared {
        step: String,
        choice: String,
        came: String,
        say: String,
    },
}

/// What is said of a step that was tried and is not passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotYet {
    pub step: String,
    /// Plain text with code in back-ticks.
    pub say: String,
    /// Nothing is wrong: the world is still at work.
    pub waits: bool,
}

/// Looks at the world once: remembers what `once` and `held` need, passes steps in their order (several at once if
/// they hold), compares predictions, and after an attempt explains the open check.
pub fn evaluate(plan: &Plan, progress: &mut Progress, facts: &dyn Facts, moment: Moment) -> Vec<Change> {
    observe(plan, progress, facts);
    let mut changes = Vec::new();
    for step in &plan.steps {
        if progress.has_passed(&step.id) {
            continue;
        }
        if !done(step, progress, facts) {
            break;
        }
        changes.push(pass(progress, step, facts.now()));
        // `since` of a later step may look at the world from this moment on.
        observe(plan, progress, facts);
    }
    compare(plan, progress, facts, &mut changes);
    if moment == Moment::AfterAttempt {
        changes.extend(open_check(plan, progress).map(|step| step.id.clone()).and_then(|step| {
            *progress.attempts.entry(step.clone()).or_default() += 1;
            explain(plan, progress, facts, &step).map(Change::NotYet)
        }));
    }
    changes
}

/// Why a check step is not passed: the first explanation that holds, with its values. `None` where the step is
/// passed, is no check step, or no explanation holds.
pub fn explain(plan: &Plan, progress: &Progress, facts: &dyn Facts, step: &str) -> Option<NotYet> {
    let step = plan.step(step).filter(|step| !progress.has_passed(&step.id))?;
    step.explain.iter().enumerate().find_map(|(index, explain)| {
        let owner = step.explain_owner(index);
        let past = Past { owner: &owner, latches: &progress.latches, passed: &progress.passed };
        let told = || NotYet { step: step.id.clone(), say: explain.say.render(facts, past, &[]), waits: explain.waits };
        cel::holds(&explain.when, facts, past).then(told)
    })
}

/// The next moment at which a check may come true although nothing happens, so that the clock can stop there.
pub fn next_due(plan: &Plan, progress: &Progress, now: Time) -> Option<Time> {
    let open = plan.steps.iter().filter(|step| !progress.has_passed(&step.id));
    let dues = open.filter_map(|step| match &step.task {
        Task::Check(check) => progress.latches.next_due(check, &step.check_owner(), now),
        Task::Answer { .. } | Task::Predict { .. } => None,
    });
    dues.min()
}

/// Marks a step as passed.
pub(crate) fn pass(progress: &mut Progress, step: &StepPlan, at: Time) -> Change {
    let assisted = progress.assisted(&step.id);
    progress.passed.insert(step.id.clone(), Pass { at, assisted });
    Change::Passed { step: step.id.clone(), at, assisted }
}

/// Whether a step's task is done: the state is reached, a right answer or a prediction was given.
fn done(step: &StepPlan, progress: &Progress, facts: &dyn Facts) -> bool {
    match &step.task {
        Task::Check(check) => {
            let owner = step.check_owner();
            cel::holds(check, facts, Past { owner: &owner, latches: &progress.latches, passed: &progress.passed })
        }
        Task::Answer { .. } => progress.answers.get(&step.id).is_some_and(|given| given.iter().any(|one| one.right)),
        Task::Predict { .. } => progress.predictions.contains_key(&step.id),
    }
}

fn observe(plan: &Plan, progress: &mut Progress, facts: &dyn Facts) {
    let Progress { latches, passed, .. } = progress;
    for owned in plan.expressions() {
        latches.observe(owned.node, &owned.owner, facts, passed);
    }
}

/// The first step that is not passed, if it is a check.
fn open_check<'p>(plan: &'p Plan, progress: &Progress) -> Option<&'p StepPlan> {
    let open = plan.steps.iter().find(|step| !progress.has_passed(&step.id))?;
    matches!(open.task, Task::Check(_)).then_some(open)
}

/// Compares each prediction whose time has come with what happened.
fn compare(plan: &Plan, progress: &mut Progress, facts: &dyn Facts, changes: &mut Vec<Change>) {
    for step in &plan.steps {
        let Task::Predict { after, outcomes, .. } = &step.task else { continue };
        let waiting = progress.predictions.get(&step.id).is_some_and(|prediction| prediction.came.is_none());
        let due = after.as_ref().is_none_or(|after| progress.has_passed(after));
        if !waiting || !due {
            continue;
        }
        let found = outcomes.iter().enumerate().find_map(|(index, outcome)| {
            let owner = step.outcome_owner(index);
            let past = Past { owner: &owner, latches: &progress.latches, passed: &progress.passed };
            cel::holds(&outcome.when, facts, past)
                .then(|| (outcome.option.clone(), outcome.say.render(facts, past, &[])))
        });
        if let Some((came, say)) = found
            && let Some(prediction) = progress.predictions.get_mut(&step.id)
        {
            prediction.came = Some((came.clone(), say.clone()));
            let choice = prediction.choice.clone();
            changes.push(Change::Compared { step: step.id.clone(), choice, came, say });
        }
    }
}
