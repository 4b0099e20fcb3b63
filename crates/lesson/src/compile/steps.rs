//! Steps: each is a goal with one task, the explanations of a failed try, and hints.

use super::is_identifier;
use super::markdown;
use super::part::{Notes, Part};
use crate::cel::{Expr, Kind, Node};
use crate::page::{OptionPage, StepKind, StepPage};
use crate::plan::{Explain, Outcome, StepPlan, Task};

/// Reads the steps of the front matter.
pub(super) fn steps(head: &Part<'_>, notes: &mut Notes) -> (Vec<StepPage>, Vec<StepPlan>) {
    let parts = head.parts("steps", notes);
    if parts.is_empty() {
        notes.at(head, None, "a lesson has at least one step");
    }
    let mut pages: Vec<StepPage> = Vec::new();
    let mut plans = Vec::new();
    for part in &parts {
        let (page, plan) = step(part, notes);
        if !is_identifier(&page.id) {
            notes.at(part, Some("id"), "a step's `id` has small letters, digits and dashes");
        }
        if pages.iter().any(|other| other.id == page.id) {
            notes.at(part, Some("id"), format!("another step already has the id `{}`", page.id));
        }
        pages.push(page);
        plans.push(plan);
    }
    (pages, plans)
}

/// What the page and the worker need of a task.
struct Parsed {
    kind: StepKind,
    ask: String,
    options: Vec<OptionPage>,
    task: Task,
}

fn step(part: &Part<'_>, notes: &mut Notes) -> (StepPage, StepPlan) {
    part.only(&["id", "goal", "check", "answer", "predict", "explain", "hints"], notes);
    let id = part.need_text("id", notes);
    let goal = inline(part, "goal", notes);
    let kinds = ["check", "answer", "predict"].into_iter().filter(|kind| part.has(kind)).count();
    if kinds != 1 {
        notes.at(part, None, "a step has exactly one of `check`, `answer` and `predict`");
    }
    let parsed = if let Some(inner) = part.get("answer") {
        answer(&inner, notes)
    } else if let Some(inner) = part.get("predict") {
        predict(&inner, notes)
    } else {
        let check = part.expr("check", notes);
        no_memory_in_loops(part, "check", &check.root, false, notes);
        Parsed { kind: StepKind::Check, ask: String::new(), options: Vec::new(), task: Task::Check(check) }
    };
    let explain = explanations(part, "explain", notes);
    if parsed.kind == StepKind::Check && explain.last().is_none_or(|last| last.when.source != "true") {
        notes.at(part, Some("explain"), "the last explanation must be `when: true`, so that no try stays unanswered");
    }
    let hint_texts = part.texts("hints", notes);
    let line = part.line();
    let hints: Vec<String> = hint_texts.iter().map(|text| markdown::blocks(text, part.file(), line, notes)).collect();
    let count = u32::try_from(hints.len()).unwrap_or(u32::MAX);
    let Parsed { kind, ask, options, task } = parsed;
    let plan = StepPlan { id: id.clone(), task, explain, hints: count };
    (StepPage { id, kind, goal, ask, options, hints }, plan)
}

fn inline(part: &Part<'_>, key: &str, notes: &mut Notes) -> String {
    let text = part.need_text(key, notes);
    markdown::inline(&text, part.file(), part.line(), notes)
}

fn answer(part: &Part<'_>, notes: &mut Notes) -> Parsed {
    part.only(&["ask", "accept", "pick", "options", "right", "feedback"], notes);
    let ask = inline(part, "ask", notes);
    let accept = part.expr("accept", notes);
    no_memory(part, "accept", &accept, notes);
    let pick = part.has("pick").then(|| part.expr("pick", notes));
    if let Some(pick) = &pick {
        no_memory(part, "pick", pick, notes);
    }
    let options = options(part, notes);
    let feedback = explanations(part, "feedback", notes);
    for explain in &feedback {
        no_memory(part, "feedback", &explain.when, notes);
    }
    if feedback.last().is_none_or(|last| last.when.source != "true") {
        notes.at(part, Some("feedback"), "the last feedback must be `when: true`, so that every wrong answer gets one");
    }
    let ids = options.iter().map(|option| option.id.clone()).collect();
    let right = part.template("right", notes);
    Parsed { kind: StepKind::Answer, ask, options, task: Task::Answer { accept, pick, options: ids, feedback, right } }
}

fn predict(part: &Part<'_>, notes: &mut Notes) -> Parsed {
    part.only(&["ask", "options", "after", "outcomes"], notes);
    let ask = inline(part, "ask", notes);
    let options = options(part, notes);
    if options.len() < 2 {
        notes.at(part, Some("options"), "a prediction needs at least two options");
    }
    let mut outcomes = Vec::new();
    for found in part.parts("outcomes", notes) {
        found.only(&["when", "option", "say"], notes);
        let when = found.expr("when", notes);
        no_memory_in_loops(&found, "when", &when.root, false, notes);
        let option = found.need_text("option", notes);
        if !options.iter().any(|known| known.id == option) {
            notes.at(&found, Some("option"), format!("there is no option `{option}`"));
        }
        outcomes.push(Outcome { when, option, say: found.template("say", notes) });
    }
    if outcomes.is_empty() {
        notes.at(part, None, "a prediction needs `outcomes`: it is compared with what happened");
    }
    let after = part.text("after", notes);
    let ids = options.iter().map(|option| option.id.clone()).collect();
    Parsed { kind: StepKind::Predict, ask, options, task: Task::Predict { options: ids, after, outcomes } }
}

fn options(part: &Part<'_>, notes: &mut Notes) -> Vec<OptionPage> {
    let mut options: Vec<OptionPage> = Vec::new();
    for found in part.parts("options", notes) {
        found.only(&["id", "text"], notes);
        let id = found.need_text("id", notes);
        if options.iter().any(|other| other.id == id) {
            notes.at(&found, Some("id"), format!("another option already has the id `{id}`"));
        }
        options.push(OptionPage { id, html: inline(&found, "text", notes) });
    }
    options
}

fn explanations(part: &Part<'_>, key: &str, notes: &mut Notes) -> Vec<Explain> {
    let mut all = Vec::new();
    for found in part.parts(key, notes) {
        let waits = key == "explain" && found.has("wait");
        let words = if waits { "wait" } else { "say" };
        found.only(&["when", words], notes);
        let when = found.expr("when", notes);
        no_memory_in_loops(&found, "when", &when.root, false, notes);
        let say = found.template(words, notes);
        for value in say.values() {
            no_memory_node(&found, words, value, notes);
        }
        all.push(Explain { when, say, waits });
    }
    all
}

fn is_memory(node: &Node) -> bool {
    matches!(node.kind, Kind::Once(_) | Kind::Held(..))
}

/// `once` and `held` are kept for the checks of steps; what is judged at one moment cannot use them.
fn no_memory(part: &Part<'_>, key: &str, expr: &Expr, notes: &mut Notes) {
    no_memory_node(part, key, &expr.root, notes);
}

fn no_memory_node(part: &Part<'_>, key: &str, node: &Node, notes: &mut Notes) {
    let mut found = false;
    node.walk(&mut |inner| found |= is_memory(inner));
    if found {
        notes.at(part, Some(key), format!("`{key}` is looked at once: `once` and `held` mean nothing in it"));
    }
}

/// One memory for all items of a list would mix them up.
fn no_memory_in_loops(part: &Part<'_>, key: &str, node: &Node, in_loop: bool, notes: &mut Notes) {
    if in_loop && is_memory(node) {
        notes.at(part, Some(key), format!("`{key}`: `once` and `held` cannot stand inside a macro over a list"));
        return;
    }
    let inside = in_loop || matches!(node.kind, Kind::Each { .. });
    for child in node.children() {
        no_memory_in_loops(part, key, child, inside, notes);
    }
}
