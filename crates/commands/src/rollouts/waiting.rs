//! Commands that go on: `get --watch`, `list --watch`, `status`.

use super::list::Look;
use super::{Answer, Next, get, misused, rollout};
use crate::cobra::Given;
use crate::kubectl::Kube;
use cluster::User;
use gitops::rollouts::{current_step, phase_of};
use manifest::Value;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::time::Duration;
use world::{Cx, Step};

/// How often a picture is drawn anew.
const REDRAW: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Task {
    Get { name: String, color: bool },
    List { look: Look, before: Vec<String> },
    Status { name: String, said: String },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    user: Option<User>,
    namespace: String,
    task: Task,
    until: Option<Time>,
    /// What was drawn last.
    drawn: String,
}

impl Waiting {
    pub(super) fn begin(kube: &mut Kube<'_, '_>, task: Task, until: Option<Time>) -> Answer {
        let waiting =
            Self { user: kube.user.clone(), namespace: kube.namespace.clone(), task, until, drawn: String::new() };
        Box::new(waiting).on(kube)
    }

    pub(super) fn step(self: Box<Self>, cx: &mut Cx<'_>) -> Answer {
        let mut kube = Kube::plain(cx, self.user.clone());
        kube.namespace.clone_from(&self.namespace);
        self.on(&mut kube)
    }

    fn on(mut self: Box<Self>, kube: &mut Kube<'_, '_>) -> Answer {
        let now = kube.cx.now();
        let late = self.until.is_some_and(|until| now >= until);
        match &mut self.task {
            Task::Get { name, color } => {
                let object = rollout(kube, name)?;
                let text = get::shown(kube, &object, *color);
                if text != self.drawn {
                    kube.out(["\x1b[H\x1b[2J", &text].concat());
                    self.drawn = text;
                }
                if late {
                    return Ok(Next::Exit(0));
                }
                let next = now + REDRAW;
                let next = self.until.map_or(next, |until| until.min(next));
                Ok(Next::Wait(self, Step::Pace(next)))
            }
            Task::List { look, before } => {
                let text = look.news(kube, before, false)?;
                kube.out(text);
                Ok(Next::Wait(self, Step::Follow))
            }
            Task::Status { name, said } => {
                let object = rollout(kube, name)?;
                let (phase, message) = phase_of(&object.value);
                let told = if message.is_empty() { phase.clone() } else { [&phase, " - ", &*message].concat() };
                if told != *said {
                    kube.out([&told, "\n"].concat());
                    *said = told;
                }
                match phase.as_str() {
                    "Healthy" => return Ok(Next::Exit(0)),
                    "Degraded" => {
                        return Err(["The rollout is in a degraded state with message: ", &message].concat());
                    }
                    _ if late => return Err("Rollout status watch exceeded timeout".into()),
                    _ => {}
                }
                let step = match self.until {
                    Some(until) => Step::Change(until),
                    // Nothing but a hand can end this one.
                    None if waits_for_hand(&object.value) => Step::Follow,
                    None => Step::Change(now + Duration::from_secs(60)),
                };
                Ok(Next::Wait(self, step))
            }
        }
    }
}

/// A pause without an end.
fn waits_for_hand(rollout: &Value) -> bool {
    let paused = rollout.list_at("status.pauseConditions").first().map_or("", |one| one.str_at("reason"));
    match paused {
        "" => rollout.bool_at("spec.paused"),
        "CanaryPauseStep" => current_step(rollout).1.at("pause.duration").is_null(),
        "BlueGreenPause" => rollout.at("spec.strategy.blueGreen.autoPromotionEnabled").as_bool() == Some(false),
        _ => true,
    }
}

pub(super) fn status(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let [name] = &given.words[..] else { return misused(kube, "status") };
    let object = rollout(kube, name).map_err(|told| told.replacen("rollouts.argoproj.io", "rollout.argoproj.io", 1))?;
    let text = given.text("timeout").unwrap_or("0s");
    let wrong = || format!("invalid argument \"{text}\" for \"-t, --timeout\" flag: time: invalid duration \"{text}\"");
    let limit = if text == "0" { Some(Duration::ZERO) } else { gitops::flux::parse_duration(text) };
    let limit = limit.ok_or_else(wrong)?;
    if given.text("watch") == Some("false") {
        let (phase, message) = phase_of(&object.value);
        let done = matches!(phase.as_str(), "Healthy" | "Degraded");
        kube.out(if done { [&phase, "\n"].concat() } else { [&phase, " - ", &*message, "\n"].concat() });
        if phase == "Degraded" {
            return Err(["The rollout is in a degraded state with message: ", &message].concat());
        }
        return Ok(Next::Exit(0));
    }
    let until = (!limit.is_zero()).then(|| kube.cx.now() + limit);
    Waiting::begin(kube, Task::Status { name: name.clone(), said: String::new() }, until)
}
