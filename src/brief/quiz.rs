//! The questions at the end.

use super::step::explanation;
use crate::acts::Acts;
use crate::components::inline;
use order::Arrange;
use screen::{Input, Quiz, QuizPick};
use yew::prelude::*;

pub fn view(quiz: &Quiz, acts: &Acts) -> Html {
    html! { <Question key={quiz.number} quiz={quiz.clone()} acts={acts.clone()} /> }
}

#[derive(PartialEq, Properties)]
struct Props {
    quiz: Quiz,
    acts: Acts,
}

#[component]
fn Question(props: &Props) -> Html {
    let picked = use_state_eq(Vec::<u32>::new);
    let quiz = &props.quiz;
    let shown = if quiz.done { quiz.picked.clone() } else { (*picked).clone() };
    let onsubmit = {
        let (acts, options, question) = (props.acts.clone(), shown.clone(), quiz.number);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            acts.input(Input::Quiz(QuizPick { question, options: options.clone() }));
        })
    };
    let pick = {
        let (setter, before, several) = (picked.setter(), shown.clone(), quiz.several);
        Callback::from(move |at: u32| setter.set(toggled(&before, at, several)))
    };
    let options = (0..).zip(&quiz.options);
    let options = options.map(|(at, option)| draw(quiz, at, option, shown.contains(&at), &pick)).collect::<Html>();
    html! {
        <section class="quiz" aria-labelledby="quiz-h">
            { for quiz.before.as_ref().map(|before| explanation(before, "warn")) }
            <h2 id="quiz-h">{ heading(quiz) }</h2>
            <form class="ask" {onsubmit}>
                <fieldset><legend>{ inline(&quiz.question) }</legend>{ options }</fieldset>
                if !quiz.done {
                    <button class="btn primary" type="submit" disabled={shown.is_empty()}>{ "Answer" }</button>
                    // Below the button, which stays where it is for the next try.
                    { said(quiz).map(|(right, why)| verdict(right, why)).collect::<Html>() }
                }
            </form>
        </section>
    }
}

/// What was said to the options that were picked.
pub fn said(quiz: &Quiz) -> impl Iterator<Item = (bool, &String)> {
    quiz.options.iter().filter_map(|(_, feedback)| feedback.as_ref()).map(|(right, why)| (*right, why))
}

fn verdict(right: bool, why: &str) -> Html {
    let (state, word) = if right { ("ok", "Right.") } else { ("warn", "Not quite.") };
    html! { <div class="explain said" data-s={state} role="status"><b>{ word }</b>{ " " }{ inline(why) }</div> }
}

fn heading(quiz: &Quiz) -> String {
    match quiz.count {
        0 | 1 => "All steps are done. One question before you go".to_owned(),
        count if quiz.number == 0 => format!("All steps are done. {count} questions before you go"),
        count => format!("Question {} of {count}", quiz.number + 1),
    }
}

fn toggled(before: &[u32], at: u32, several: bool) -> Vec<u32> {
    if !several {
        return vec![at];
    }
    let mut picked: Vec<u32> = before.iter().copied().filter(|other| *other != at).collect();
    if picked.len() == before.len() {
        picked.push(at);
    }
    picked.arrange();
    picked
}

fn draw(quiz: &Quiz, at: u32, option: &(String, Option<(bool, String)>), checked: bool, pick: &Callback<u32>) -> Html {
    let (text, feedback) = option;
    let onchange = pick.reform(move |_: Event| at);
    let kind = if quiz.several { "checkbox" } else { "radio" };
    // Once all is answered, what was rightly left out is only explained.
    let left_out = quiz.done && !checked;
    let state = feedback.as_ref().filter(|_| !left_out).map(|(right, _)| if *right { "right" } else { "wrong" });
    let said = feedback.as_ref().filter(|_| quiz.done).map(|(right, why)| {
        let word = match right {
            true => "Right.",
            false if left_out => "",
            false => "Not quite.",
        };
        html! { <span class="fb"><b>{ word }</b>{ " " }{ inline(why) }</span> }
    });
    html! {
        <label class="opt" key={at} data-s={state}>
            <input type={kind} name="quiz" {checked} disabled={quiz.done} {onchange} />
            <span>{ inline(text) }</span>
            { for said }
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_or_several_can_be_picked() {
        assert_eq!(toggled(&[0], 2, false), [2]);
        assert_eq!(toggled(&[2], 0, true), [0, 2]);
        assert_eq!(toggled(&[0, 2], 0, true), [2]);
    }
}
