//! Pages that say why there is no world, and what to do.

use crate::acts::Acts;
use crate::browser::dom;
use crate::components::{action, icon, logo};
use crate::state::{Action, Dialog, Plain};
use screen::Control;
use yew::prelude::*;

/// Icon, state, headline, sentence, advice.
struct Words {
    sign: &'static str,
    state: &'static str,
    title: &'static str,
    sentence: String,
    advice: &'static [&'static str],
}

pub fn plain(page: &Plain, root: &str, acts: &Acts) -> Html {
    let words = words(page);
    let advice = words.advice.iter().map(|line| html! { <li>{ *line }</li> }).collect::<Html>();
    html! {
        <main class="plain" data-s={words.state} id="work" tabindex="-1">
            { logo(root) }{ icon(words.sign) }
            <h1>{ words.title }</h1><p class="dim">{ words.sentence }</p>
            <ul>{ advice }</ul>
            <div class="row">
                { buttons(page, acts) }
                <a class="btn" href={root.to_owned()}>{ "Back to the line-up" }</a>
            </div>
        </main>
    }
}

fn words(page: &Plain) -> Words {
    match page {
        Plain::NoWorker(why) => Words {
            sign: "warn",
            state: "warn",
            title: "This page may not start a worker",
            sentence: format!(
                "The world runs in a worker, so that the page never freezes. Something blocks it: {}",
                if why.is_empty() { "it could not be loaded." } else { why.as_str() }
            ),
            advice: &[
                "Check the connection and try again.",
                "Open the page in a normal window, not inside another page.",
                "Switch off extensions that block workers for this address.",
            ],
        },
        Plain::Missing => Words {
            sign: "warn",
            state: "warn",
            title: "The connection was cut",
            sentence:
                "A part of the world is loaded when it is first used, and it did not arrive. All that you did is kept."
                    .into(),
            advice: &["Check the connection and try again."],
        },
        Plain::OtherBuild => Words {
            sign: "info",
            state: "warn",
            title: "A new version is here",
            sentence: "This page and its engine are of different builds. Reload.".to_owned(),
            advice: &["Your session is kept; it opens in the new version."],
        },
        Plain::Refused(why) => Words {
            sign: "warn",
            state: "bad",
            title: "This world could not be opened",
            sentence: why.clone(),
            advice: &["Try again.", "If it was a link or a file: ask for it once more, it may be cut."],
        },
        Plain::Stopped(_) => Words {
            sign: "bug",
            state: "bad",
            title: "The world stopped again and again",
            sentence: "What stopped it was left out each time, and that did not help. Your session is kept.".to_owned(),
            advice: &["Try again.", "Copy the report and send it to us; it holds no personal data."],
        },
    }
}

fn buttons(page: &Plain, acts: &Acts) -> Html {
    let reload = Callback::from(|_: MouseEvent| dom::reload());
    match page {
        Plain::OtherBuild => action("Reload", "primary", reload),
        Plain::Stopped(report) => {
            let report = report.clone();
            let copy = acts.click(move |acts| {
                let shown = |report| Action::Dialog(Some(Dialog::Report(report)));
                acts.copy(report.clone(), "The report is on the clipboard.", shown);
            });
            let again = acts.click(|acts| acts.link().try_again());
            html! { <>{ action("Try again", "primary", again) }{ action("Copy report", "", copy) }</> }
        }
        Plain::NoWorker(_) | Plain::Missing | Plain::Refused(_) => action("Try again", "primary", reload),
    }
}

/// The banner of a moment in the past.
pub fn past(time: &str, input: &str, acts: &Acts) -> Html {
    let led = if input.is_empty() { String::new() } else { format!(", after “{input}”") };
    html! {
        <div class="banner" data-s="now">
            { icon("rewind") }<p>{ format!("You are looking at {time}{led}.") }</p>
            { action("Continue from here", "primary", acts.on_control(Control::BranchHere)) }
            { action("Back to now", "", acts.on_control(Control::Seek(None))) }
        </div>
    }
}
