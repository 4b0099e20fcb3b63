//! The brief: prose, steps with their state, questions, hints, quiz, closing words.

use lesson::{Block, LessonPage, NotYet, Plan, Progress, StepKind, StepPage, WorldFacts};
use order::OrdMap;
use screen::{Ask, AskKind, Choice, Explain, Finish, Fragment, Hint, Mood, Quiz, StepState, StepView};

/// What the brief is made from.
#[derive(Debug, Clone, Copy)]
pub struct Brief<'a> {
    pub page: &'a LessonPage,
    pub plan: &'a Plan,
    pub progress: &'a Progress,
    pub facts: WorldFacts<'a>,
    /// What was said of the open step at the last attempt.
    pub not_yet: Option<&'a NotYet>,
    /// What was said to the last answer of a step.
    pub feedback: &'a OrdMap<String, (bool, String)>,
}

const RUNGS: [&str; 4] = ["Nudge", "Where to look", "Command family", "Worked solution"];

#[inline(never)]
pub fn brief(from: Brief<'_>) -> screen::Brief {
    let page = from.page;
    let open = page.steps.iter().find(|step| !from.progress.has_passed(&step.id)).map(|step| step.id.as_str());
    let all_passed = open.is_none() && !page.steps.is_empty();
    let mut meta = format!("{} min", page.minutes);
    if !page.interview.is_empty() {
        meta.push_str(&format!(" · interview: {}", page.interview.join(", ")));
    }
    let quiz = if all_passed { quiz(from) } else { None };
    screen::Brief {
        id: page.id.clone(),
        title: page.title.clone(),
        meta,
        body: page
            .prose
            .iter()
            .map(|block| match block {
                Block::Html(html) => Fragment::Html(html.clone()),
                Block::Step(id) => Fragment::Step(id.clone()),
            })
            .collect(),
        steps: page.steps.iter().map(|step| step_of(from, step, open)).collect(),
        // The closing words would answer the questions.
        finish: (all_passed && quiz.as_ref().is_none_or(|quiz| quiz.done)).then(|| finish(from)),
        quiz,
    }
}

#[inline(never)]
fn step_of(from: Brief<'_>, step: &StepPage, open: Option<&str>) -> StepView {
    let pass = from.progress.passed.get(&step.id);
    let told = from.not_yet.filter(|told| told.step == step.id);
    let state = match pass {
        Some(pass) if pass.assisted => StepState::Assisted,
        Some(_) => StepState::Passed,
        None if open == Some(step.id.as_str()) && told.is_some_and(|told| !told.waits) => StepState::Failed,
        None if open == Some(step.id.as_str()) => StepState::Now,
        None => StepState::Todo,
    };
    let explain = told.filter(|_| pass.is_none()).map(|told| {
        let mood = if told.waits { Mood::Waiting } else { Mood::Wrong };
        explanation(mood, &told.say)
    });
    let seen = from.progress.hints.get(&step.id).map_or(0, |seen| seen.count as usize);
    let hints = step
        .hints
        .iter()
        .enumerate()
        .map(|(at, html)| {
            // The last rung is the worked solution, however many there are.
            let rung = if at + 1 == step.hints.len() { RUNGS[3] } else { RUNGS[at.min(2)] };
            Hint { rung: rung.into(), html: (at < seen).then(|| html.clone()) }
        })
        .collect();
    StepView { id: step.id.clone(), goal: step.goal.clone(), state, ask: ask_of(from, step), explain, hints }
}

/// The first sentence stands out.
fn explanation(mood: Mood, say: &str) -> Explain {
    let cut = say.find(". ").map_or(say.len(), |at| at + 1);
    Explain { mood, headline: marked(&say[..cut]), text: marked(say[cut..].trim()), rows: Vec::new() }
}

/// Plain text with code in back-ticks, as the page's little markup.
#[inline(never)]
fn marked(say: &str) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let parts: Vec<&str> = say.split('`').collect();
    let pairs = (parts.len() - 1) / 2;
    let mut text = String::new();
    for (at, part) in parts.iter().enumerate() {
        match at % 2 {
            1 if at / 2 < pairs => text.push_str(&format!("<code>{}</code>", escape(part))),
            1 => text.push_str(&format!("`{}", escape(part))),
            _ => text.push_str(&escape(part)),
        }
    }
    text
}

#[inline(never)]
fn ask_of(from: Brief<'_>, step: &StepPage) -> Option<Ask> {
    let kind = match step.kind {
        StepKind::Check => return None,
        StepKind::Answer => AskKind::Answer,
        StepKind::Predict => AskKind::Predict,
    };
    let mut choices: Vec<Choice> =
        step.options.iter().map(|option| Choice { id: option.id.clone(), text: option.html.clone() }).collect();
    if choices.is_empty() && kind == AskKind::Answer {
        let picked = lesson::choices(from.plan, from.progress, &from.facts, &step.id).unwrap_or_default();
        choices = picked.into_iter().map(|text| Choice { id: text.clone(), text }).collect();
    }
    let (given, feedback) = match kind {
        AskKind::Answer => {
            let given = from.progress.answers.get(&step.id).and_then(|all| all.last()).map(|given| given.value.clone());
            (
                given,
                from.feedback
                    .get(&step.id)
                    .map(|(right, say)| explanation(if *right { Mood::Right } else { Mood::Wrong }, say)),
            )
        }
        AskKind::Predict => {
            let prediction = from.progress.predictions.get(&step.id);
            let name = |id: &str| {
                choices.iter().find(|choice| choice.id == id).map_or_else(|| id.to_string(), |c| c.text.clone())
            };
            let compared = prediction.and_then(|prediction| {
                let (came, say) = prediction.came.as_ref()?;
                let right = *came == prediction.choice;
                let headline = if right { "You saw it coming." } else { "It went another way." };
                let (rows, mood) = if right {
                    (Vec::new(), Mood::Right)
                } else {
                    let both = [("You said", &prediction.choice), ("Instead", came)];
                    (both.map(|(word, id)| (word.to_string(), name(id))).into(), Mood::Wrong)
                };
                Some(Explain { mood, headline: headline.into(), text: marked(say), rows })
            });
            (prediction.map(|prediction| prediction.choice.clone()), compared)
        }
    };
    Some(Ask { kind, question: step.ask.clone(), choices, given, feedback })
}

/// The first question that is not answered right, or the last one.
#[inline(never)]
fn quiz(from: Brief<'_>) -> Option<Quiz> {
    let questions = &from.page.quiz;
    let right = |at: usize| {
        let id = &questions[at].id;
        from.progress.quiz.get(id).is_some_and(|question| question.right)
    };
    let number = (0..questions.len()).find(|at| !right(*at)).or_else(|| questions.len().checked_sub(1))?;
    let question = &questions[number];
    let given = from.progress.quiz.get(&question.id);
    let key = from.plan.quiz.get(number).map(|key| key.right.clone()).unwrap_or_default();
    let options = question.options.iter().enumerate().map(|(at, text)| {
        let at_u32 = u32::try_from(at).unwrap_or(u32::MAX);
        let said = given.filter(|given| given.choices.contains(&at_u32) || given.right);
        let feedback = said.map(|_| (key.contains(&at_u32), question.feedback.get(at).cloned().unwrap_or_default()));
        (text.clone(), feedback)
    });
    let done = (0..questions.len()).all(right);
    let before = number.checked_sub(1).filter(|_| !done).map(|before| praise(from, before));
    Some(Quiz {
        before,
        number: u32::try_from(number).unwrap_or(0),
        count: u32::try_from(questions.len()).unwrap_or(0),
        question: question.ask.clone(),
        several: question.many,
        options: options.collect(),
        picked: given.map(|given| given.choices.clone()).unwrap_or_default(),
        done,
    })
}

/// Why the answer to a question was right.
fn praise(from: Brief<'_>, number: usize) -> Explain {
    let right = from.plan.quiz.get(number).map(|key| key.right.as_slice()).unwrap_or_default();
    let said = from.page.quiz[number].feedback.iter().enumerate();
    let said = said.filter(|(at, _)| right.iter().any(|option| *option as usize == *at)).map(|(_, say)| say.as_str());
    let text = said.collect::<Vec<_>>().join(" ");
    Explain { mood: Mood::Right, headline: "Right.".into(), text, rows: Vec::new() }
}

fn finish(from: Brief<'_>) -> Finish {
    let (interview, parts): (Vec<_>, Vec<_>) =
        from.page.finish.iter().partition(|part| part.title.to_ascii_lowercase().contains("interview"));
    Finish {
        parts: parts.into_iter().map(|part| (part.title.clone(), part.html.clone())).collect(),
        interview: interview.first().map(|part| part.html.clone()),
        assisted: from.progress.passed.values().any(|pass| pass.assisted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_marked_and_all_else_stays_text() {
        assert_eq!(marked("At `a<b`, & `c`."), "At <code>a&lt;b</code>, &amp; <code>c</code>.");
        assert_eq!(marked("one ` alone"), "one ` alone");
        assert_eq!(marked("`a` and `b"), "<code>a</code> and `b");
    }
}
