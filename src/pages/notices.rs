//! Banners above the workbench.

use super::plain::past;
use crate::acts::Acts;
use crate::components::{action, icon, icon_button};
use crate::link::Start;
use crate::state::{Action, Dialog, Notice, Stage};
use screen::{BannerKind, Past};
use std::rc::Rc;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub notices: Rc<Vec<Notice>>,
    pub past: Option<Past>,
    pub acts: Acts,
}

#[component]
pub fn Notices(props: &Props) -> Html {
    let acts = &props.acts;
    let notices = props.notices.iter().map(|notice| banner(notice, acts)).collect::<Html>();
    html! {
        <div class="banners" role="status">
            { for props.past.as_ref().map(|past_moment| past(&past_moment.time, &past_moment.input, acts)) }
            { notices }
        </div>
    }
}

fn banner(notice: &Notice, acts: &Acts) -> Html {
    let (state, sign, sentence) = words(notice);
    let dismissed = notice.clone();
    let close = acts.click(move |acts| acts.dispatch(Action::Dismiss(dismissed.clone())));
    let more = match notice {
        Notice::Recovered { report, .. } => copy_report(report.clone(), acts),
        Notice::Elsewhere | Notice::TakenAway => take_over(notice.clone(), acts),
        _ => Html::default(),
    };
    let stays = matches!(notice, Notice::Elsewhere | Notice::TakenAway);
    html! {
        <div class="banner" data-s={state}>
            { icon(sign) }<p>{ sentence }</p>{ more }
            if !stays {
                { icon_button("x", "Dismiss", close) }
            }
        </div>
    }
}

fn words(notice: &Notice) -> (&'static str, &'static str, String) {
    match notice {
        Notice::Recovered { input, .. } if input.is_empty() => {
            ("warn", "bug", "The sandbox crashed. Everything was replayed.".to_owned())
        }
        Notice::Recovered { input, .. } => {
            ("warn", "bug", format!("The sandbox crashed on “{input}”. Everything else was replayed."))
        }
        Notice::Elsewhere => ("warn", "info", "This lesson is open in another tab.".to_owned()),
        Notice::TakenAway => ("warn", "info", "This lesson went on in another tab.".to_owned()),
        Notice::NothingKept(why) => {
            ("warn", "info", format!("Nothing can be kept: {why}. You can play; export your session before you leave."))
        }
        Notice::Shared => {
            ("now", "share", "This is a shared world. Your own session of this lesson stays as it is.".to_owned())
        }
        Notice::Opened(sentence) => ("warn", "info", sentence.clone()),
        Notice::Worker(banner) => match banner.kind {
            BannerKind::Recovered => ("warn", "bug", banner.text.clone()),
            BannerKind::OtherBuild => ("warn", "info", banner.text.clone()),
        },
    }
}

fn copy_report(report: String, acts: &Acts) -> Html {
    let copy = acts.click(move |acts| {
        let shown = |report| Action::Dialog(Some(Dialog::Report(report)));
        acts.copy(report.clone(), "The report is on the clipboard.", shown);
    });
    action("Copy report", "", copy)
}

fn take_over(notice: Notice, acts: &Acts) -> Html {
    let take = acts.click(move |acts| {
        acts.dispatch(Action::Dismiss(notice.clone()));
        acts.dispatch(Action::Stage(Stage::Starting));
        acts.link().begin(Start::TakeOver);
    });
    action("Use it here", "primary", take)
}
