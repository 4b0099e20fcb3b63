//! The pull requests of the shown repository: how far each is, and what can be done with it.

use crate::acts::Acts;
use crate::components::{icon, state_word};
use screen::{Git, Input, PullAct, PullOffer, PullRow};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

const METHODS: [(&str, &str); 3] = [("merge", "Merge commit"), ("squash", "Squash"), ("rebase", "Rebase")];

/// Nothing where there is none, and none to be opened. In a preview nothing can be pressed.
pub fn pulls(git: &Git, acts: Option<&Acts>) -> Html {
    if git.pulls.is_empty() && git.offer.is_none() {
        return Html::default();
    }
    let rows = git.pulls.iter().map(|pull| row(git, pull, acts)).collect::<Html>();
    html! {
        <section class="pulls" aria-label="Pull requests">
            { for git.offer.as_ref().zip(acts).map(|(offer, acts)| offered(git, offer, acts)) }
            { rows }
        </section>
    }
}

fn offered(git: &Git, offer: &PullOffer, acts: &Acts) -> Html {
    let PullOffer { head, base, title } = offer.clone();
    let act = PullAct::Open { head, base, title };
    let open = acts.on_input(Input::Pull { repo: git.forge.clone(), act });
    html! {
        <div class="row">
            <code>{ &offer.head }</code><span class="dim">{ "is on the forge, without a pull request." }</span>
            <span class="grow"></span>
            <button class="btn small" type="button" onclick={open}>{ "Open pull request" }</button>
        </div>
    }
}

fn row(git: &Git, pull: &PullRow, acts: Option<&Acts>) -> Html {
    let state = match pull.state.as_str() {
        "open" => "run",
        "merged" => "ok",
        _ => "idle",
    };
    let is_open = matches!(pull.state.as_str(), "open" | "draft");
    html! {
        <article key={pull.number} aria-label={format!("Pull request {}", pull.number)}>
            <div class="row">
                { state_word(state, pull.state.clone()) }
                <b>{ format!("#{} {}", pull.number, pull.title) }</b>
                <span class="dim">{ format!("{} → {} · {}", pull.head, pull.base, pull.author) }</span>
                { match pull.checks.as_str() {
                    "" => Html::default(),
                    "failed" => state_word("bad", "checks failed"),
                    "running" => state_word("run", "checks running"),
                    _ => state_word("ok", "checks passed"),
                } }
                { match pull.review.as_str() {
                    "" => Html::default(),
                    "approved" => state_word("ok", "approved"),
                    other => state_word("warn", other.to_owned()),
                } }
            </div>
            if is_open && !pull.blocked.is_empty() {
                <p class="dim">{ icon("warn") }{ " " }{ pull.blocked.join(" ") }</p>
            }
            { for acts.map(|acts| html! { <Buttons repo={git.forge.clone()} pull={pull.clone()} {is_open} acts={acts.clone()} /> }) }
        </article>
    }
}

#[derive(PartialEq, Properties)]
struct Props {
    repo: String,
    pull: PullRow,
    is_open: bool,
    acts: Acts,
}

#[component]
fn Buttons(props: &Props) -> Html {
    let method = use_state_eq(|| METHODS[0].0.to_owned());
    let Props { repo, pull, is_open, acts } = props;
    let number = pull.number;
    let act = |act: PullAct| acts.on_input(Input::Pull { repo: repo.clone(), act });
    let diff = {
        let (repo, title) = (repo.clone(), pull.title.clone());
        acts.click(move |acts| acts.pull_diff(repo.clone(), number, title.clone()))
    };
    let onchange = {
        let method = method.setter();
        Callback::from(move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                method.set(select.value());
            }
        })
    };
    let option = |(value, label): &(&'static str, &'static str)| {
        html! { <option value={*value} selected={**value == *method}>{ *label }</option> }
    };
    html! {
        <div class="row">
            <button class="btn small" type="button" onclick={diff}>{ "Changes" }</button>
            if *is_open {
                if !pull.own {
                    <button class="btn small" type="button" onclick={act(PullAct::Approve { number })}>{ "Approve" }</button>
                }
                <select class="sel" aria-label="How to merge" {onchange}>{ METHODS.iter().map(option).collect::<Html>() }</select>
                <button class="btn small" type="button" disabled={!pull.blocked.is_empty()}
                    onclick={act(PullAct::Merge { number, method: (*method).clone() })}>{ "Merge" }</button>
                <button class="btn small ghost" type="button" onclick={act(PullAct::Close { number })}>{ "Close" }</button>
            }
        </div>
    }
}
