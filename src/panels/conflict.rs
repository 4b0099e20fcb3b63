//! A file in conflict: each place with what was there, and what both sides made of it; a press takes one.

use crate::components::icon;
use screen::{Conflict, ConflictPart};
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub conflict: Conflict,
    /// The text as it stands in the editor.
    pub text: String,
    pub ontake: Callback<String>,
}

#[component]
pub fn ConflictBar(props: &Props) -> Html {
    let at = use_state_eq(|| 0usize);
    let places = places(&props.text);
    let Some(place) = places.get((*at).min(places.len().saturating_sub(1))) else {
        let path = &props.conflict.path;
        return html! {
            <div class="diag" data-s="ok" role="status">
                { icon("check") }
                <span>{ "No marker is left. Save the file, then tell Git: " }<code>{ format!("git add {path}") }</code></span>
            </div>
        };
    };
    let number = places.iter().position(|other| other == place).unwrap_or_default();
    let base = props.conflict.parts.iter().find(|part| part.ours == place.ours && part.theirs == place.theirs);
    let base = base.or_else(|| props.conflict.parts.iter().find(|part| holds(part, place)));
    let take = |with: String| {
        let (text, place, ontake) = (props.text.clone(), place.clone(), props.ontake.clone());
        Callback::from(move |_: MouseEvent| ontake.emit(resolved(&text, &place, &with)))
    };
    let go = |to: usize| {
        let at = at.setter();
        Callback::from(move |_: MouseEvent| at.set(to))
    };
    let count = places.len();
    let both = format!("{}{}", place.ours, place.theirs);
    html! {
        <section class="conflict" aria-label="Conflict">
            <div class="row">
                <b role="status">{ format!("Conflict {} of {count}", number + 1) }</b>
                if count > 1 {
                    <button class="btn small" type="button" onclick={go((number + count - 1) % count)}>{ "Previous" }</button>
                    <button class="btn small" type="button" onclick={go((number + 1) % count)}>{ "Next" }</button>
                }
                <span class="grow"></span>
                <button class="btn small" type="button" onclick={take(both)}>{ "Take both" }</button>
            </div>
            <div class="sides">
                { side(&place.our_label, "yours", &place.ours, Some(take(place.ours.clone()))) }
                { for base.map(|part| side("base", "before both", &part.base, None)) }
                { side(&place.their_label, "theirs", &place.theirs, Some(take(place.theirs.clone()))) }
            </div>
        </section>
    }
}

fn side(label: &str, word: &'static str, text: &str, take: Option<Callback<MouseEvent>>) -> Html {
    html! {
        <div>
            <div class="row">
                <b class="mono">{ label.to_owned() }</b><span class="dim">{ word }</span><span class="grow"></span>
                if let Some(onclick) = take {
                    <button class="btn small" type="button" {onclick} aria-label={format!("Take {word}")}>{ "Take" }</button>
                }
            </div>
            <pre role="group" tabindex="0" aria-label={format!("Text of {label}")}>{ if text.is_empty() { "(nothing)" } else { text } }</pre>
        </div>
    }
}

fn holds(part: &ConflictPart, place: &Place) -> bool {
    part.ours.contains(&place.ours) && part.theirs.contains(&place.theirs)
}

/// A place with markers: lines `from` to `to`, without `to`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place {
    from: usize,
    to: usize,
    our_label: String,
    their_label: String,
    ours: String,
    theirs: String,
}

/// The places in a text, as its markers say. One that does not end is none.
fn places(text: &str) -> Vec<Place> {
    let mut all = Vec::new();
    let mut now = None::<Place>;
    let mut side = 0;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let said = line.trim_end();
        if let Some(label) = marker(said, "<<<<<<<") {
            (now, side) = (Some(Place { from: at, our_label: label.to_owned(), ..Place::default() }), 0);
            continue;
        }
        let Some(place) = &mut now else { continue };
        if marker(said, "|||||||").is_some() && side == 0 {
            side = 1;
        } else if said == "=======" && side < 2 {
            side = 2;
        } else if let Some(label) = marker(said, ">>>>>>>").filter(|_| side == 2) {
            place.their_label = label.to_owned();
            place.to = at + 1;
            all.extend(now.take());
        } else if side == 0 {
            place.ours.push_str(line);
        } else if side == 2 {
            place.theirs.push_str(line);
        }
    }
    all
}

/// The label behind a marker.
fn marker<'a>(line: &'a str, marker: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(marker)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix(' ') }
}

/// The text with a place replaced.
fn resolved(text: &str, place: &Place, with: &str) -> String {
    let lines = || text.split_inclusive('\n');
    let before = lines().take(place.from);
    before.chain(std::iter::once(with)).chain(lines().skip(place.to)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "a\n<<<<<<< HEAD\nx\n||||||| 1234567\nb\n=======\ny\n>>>>>>> topic\nc\n<<<<<<< HEAD\nonly a start\n";

    #[test]
    fn places_are_found_and_replaced() {
        let found = places(TEXT);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].our_label.as_str(), found[0].their_label.as_str()), ("HEAD", "topic"));
        assert_eq!((found[0].ours.as_str(), found[0].theirs.as_str()), ("x\n", "y\n"));
        assert!(resolved(TEXT, &found[0], "y\n").starts_with("a\ny\nc\n<<<<<<<"));
        assert_eq!(places("<<<<<<<< not one\n=======\n>>>>>>> x\n"), []);
    }
}
