//! The brief: what to do and why, the steps, hints, the quiz, and the closing words.

mod ask;
mod finish;
mod hints;
mod place;
mod quiz;
mod step;

use crate::acts::Acts;
use crate::browser::{dom, js};
use crate::components::{full_name, icon};
use crate::place::Place;
use crate::state::{Action, Dialog, Sheet, SheetContent};
use screen::{Brief, Cluster, Fragment, Input, PodState, StepState, StepView};
use std::rc::Rc;
use step::Step;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub brief: Option<Rc<Brief>>,
    /// The prerendered brief, until the world is open.
    pub ready_made: AttrValue,
    pub acts: Acts,
    pub sheet: Option<Rc<Sheet>>,
    pub cluster: Option<Rc<Cluster>>,
    /// A file whose changes are in the editor only.
    pub unsaved: Option<String>,
    pub place: Place,
}

#[component]
pub fn BriefPanel(props: &Props) -> Html {
    let told = props.brief.as_ref().map(|brief| verdicts(brief)).unwrap_or_default();
    use_follow(props.brief.as_ref().and_then(|brief| reading(brief)), told);
    place::use_place(props.brief.is_some(), &props.place);
    let Some(brief) = &props.brief else {
        let raw = Html::from_html_unchecked(props.ready_made.clone());
        return html! { <section class="brief" aria-label="Brief" tabindex="0">{ raw }</section> };
    };
    let acts = &props.acts;
    let now = current(brief);
    let text = Text::of(brief);
    html! {
        <section class="brief" aria-label="Brief">
            <header><h1>{ &brief.title }</h1><p>{ &brief.meta }</p></header>
            { prose(&text.before) }
            { steps(brief, &text, props) }
            { prose(&text.after) }
            { for brief.quiz.as_ref().map(|quiz| quiz::view(quiz, acts)) }
            { for brief.finish.as_ref().map(|finish| finish::view(finish, &props.place)) }
            <footer>
                { for now.map(|step| hint_buttons(step, acts)) }
                <span class="grow"></span>
                { why_button(props) }
            </footer>
        </section>
    }
}

fn current(brief: &Brief) -> Option<&StepView> {
    brief.steps.iter().find(|step| matches!(step.state, StepState::Now | StepState::Failed))
}

/// What is to be read now: something that changes when another thing is, where it stands, and how it is shown.
fn reading(brief: &Brief) -> Option<(String, &'static str, &'static str)> {
    if let Some(step) = current(brief) {
        let opened = hints::opened(step);
        let place = if opened > 0 { ".step[aria-current] .hints li:last-child" } else { ".step[aria-current]" };
        return Some((format!("{} {opened}", step.id), place, "nearest"));
    }
    if brief.finish.is_some() {
        // The verdict on the last answer stands right above the closing words.
        let last = if brief.quiz.is_some() { ".quiz .opt:has(:checked)" } else { ".finish" };
        return Some((String::new(), last, "start"));
    }
    brief.quiz.as_ref().map(|quiz| (quiz.number.to_string(), ".quiz", "start"))
}

/// What was said to answers: the number of the step, from 1, and the words; 0 is the quiz.
fn verdicts(brief: &Brief) -> Vec<(usize, String)> {
    let of_step = |(at, step): (usize, &StepView)| {
        let answer = step.ask.as_ref().and_then(|ask| ask.feedback.as_ref());
        let failed = step.state == StepState::Failed;
        let passed = matches!(step.state, StepState::Passed | StepState::Assisted);
        let behind = step.explain.as_ref().filter(|_| passed || failed);
        // The figures in what went wrong may change each second.
        let text = |said: &screen::Explain| if failed { String::new() } else { said.text.clone() };
        answer.or(behind).map(|said| (at + 1, format!("{} {}", said.headline, text(said))))
    };
    let steps = brief.steps.iter().enumerate().filter_map(of_step);
    let said = brief.quiz.iter().filter(|quiz| !quiz.done).flat_map(quiz::said);
    steps.chain(said.map(|(_, why)| (0, why.clone()))).collect()
}

/// Brings into view what is to be read when that changes: the next step, a hint, a question, the closing words, and
/// before all of these what was said to an answer.
#[hook]
fn use_follow(reading: Option<(String, &'static str, &'static str)>, told: Vec<(usize, String)>) {
    let seen = use_mut_ref(|| None);
    use_effect_with((reading, told), move |now| {
        let Some((before, told_before)) = seen.replace(Some(now.clone())) else { return };
        let (reading, told) = now;
        if before.is_some()
            && before != *reading
            && let Some((_, selector, block)) = reading
        {
            show(selector, block);
        }
        match told.iter().find(|one| before.is_some() && !told_before.contains(one)) {
            Some((0, _)) => show(".quiz .said", "nearest"),
            Some((number, _)) => show(&format!(".steps > li:nth-child({number}) .explain"), "nearest"),
            None => {}
        }
    });
}

fn show(selector: &str, block: &'static str) {
    if let Some(place) = dom::find(selector) {
        js::tell(&place, "scrollIntoView", &[&js::object(&[("block", block.into())])]);
    }
}

/// The prose before, between and after the places of the steps.
#[derive(Debug, Default)]
struct Text {
    before: String,
    /// For each step, what stands right before its place.
    between: Vec<(String, String)>,
    after: String,
}

impl Text {
    fn of(brief: &Brief) -> Self {
        let mut text = Self::default();
        let mut now = String::new();
        for fragment in &brief.body {
            match fragment {
                Fragment::Html(html) => now.push_str(html),
                Fragment::Step(id) if text.between.is_empty() => {
                    text.before = std::mem::take(&mut now);
                    text.between.push((id.clone(), String::new()));
                }
                Fragment::Step(id) => text.between.push((id.clone(), std::mem::take(&mut now))),
            }
        }
        if text.between.is_empty() {
            text.before = now;
        } else {
            text.after = now;
        }
        text
    }

    fn before_step(&self, id: &str) -> String {
        let found = self.between.iter().find(|(step, _)| step == id);
        found.map(|(_, html)| html.clone()).unwrap_or_default()
    }
}

fn prose(html: &str) -> Html {
    if html.is_empty() {
        return Html::default();
    }
    // Made from Markdown when the site was built: safe by construction.
    let raw = Html::from_html_unchecked(html.to_owned().into());
    html! { <div class="prose">{ raw }</div> }
}

/// One list, whatever stands between the steps: what leads to a step stands inside of it.
fn steps(brief: &Brief, text: &Text, props: &Props) -> Html {
    let Props { acts, unsaved, .. } = props;
    let step = |(at, step): (usize, &StepView)| {
        let intro = text.before_step(&step.id);
        html! {
            <Step key={step.id.clone()} number={at as u32 + 1} step={step.clone()} {intro} unsaved={unsaved.clone()}
                acts={acts.clone()} />
        }
    };
    let steps = brief.steps.iter().enumerate().map(step).collect::<Html>();
    html! { <ol class="steps" aria-label="Steps">{ steps }</ol> }
}

/// The next hint opens at the press of a button; the last one is the worked solution, which is asked for twice.
fn hint_buttons(step: &StepView, acts: &Acts) -> Html {
    let Some(last) = step.hints.len().checked_sub(1) else {
        return Html::default();
    };
    let opened = hints::opened(step);
    let hint = acts.on_input(Input::Hint { step: step.id.clone(), rung: opened as u32 });
    let (id, rung) = (step.id.clone(), last as u32);
    let solution = acts.click(move |acts| {
        let dialog = Dialog::Solution { step: id.clone(), rung };
        acts.dispatch(Action::Dialog(Some(dialog)));
    });
    html! {
        <>
            if opened < last {
                <button class="btn" type="button" onclick={hint}>{ format!("Hint {} of {last}", opened + 1) }</button>
            }
            if opened <= last {
                <button class="btn ghost" type="button" onclick={solution}>{ "Show a solution" }</button>
            }
        </>
    }
}

/// "Why?" about what is open, else about what is in trouble, else about what customers see.
fn why_button(props: &Props) -> Html {
    let Some((kind, name)) = subject(props) else { return Html::default() };
    let onclick = props.acts.click(move |acts| acts.why(kind.clone(), name.clone()));
    html! { <button class="btn ghost" type="button" {onclick}>{ icon("why") }{ "Why?" }</button> }
}

fn subject(props: &Props) -> Option<(String, String)> {
    if let Some(sheet) = &props.sheet
        && let SheetContent::Object(object) = &sheet.content
    {
        return Some((object.kind.clone(), full_name(object)));
    }
    // A world without a cluster has no customers either.
    props.cluster.as_ref().filter(|cluster| !cluster.nodes.is_empty())?;
    let pods = props.cluster.iter().flat_map(|cluster| cluster.nodes.iter().flat_map(|node| &node.pods));
    let worst = pods.filter(|pod| pod.state != PodState::Ready && pod.state != PodState::Completed);
    match worst.max_by_key(|pod| pod.state == PodState::Crash) {
        Some(pod) => Some(("Pod".to_owned(), format!("{}/{}", pod.namespace, pod.name))),
        None => Some(("Shop".to_owned(), String::new())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_between_steps_leads_to_the_next_one() {
        let html = |text: &str| Fragment::Html(text.to_owned());
        let place = |id: &str| Fragment::Step(id.to_owned());
        let body = vec![html("a"), place("1"), html("b"), html("c"), place("2"), html("d")];
        let text = Text::of(&Brief { body, ..Brief::default() });
        assert_eq!((text.before.as_str(), text.after.as_str()), ("a", "d"));
        assert_eq!((text.before_step("1"), text.before_step("2")), (String::new(), "bc".to_owned()));
    }
}
