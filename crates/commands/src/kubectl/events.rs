//! `kubectl events`: what was told about objects, oldest first.

use super::flags::{Given, switch, text, texts};
use super::kube::{Answer, Kube, Stop};
use super::output::Output;
use super::{Command, Next, Phase, columns};
use cluster::{ChangeKind, EVENT, Object, Selectors, human_duration, time_at};
use order::Arrange;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use world::Step;

pub(crate) const COMMAND: Command = Command {
    path: "events",
    operands: "[(-o|--output=)json|yaml|name] [--for TYPE/NAME] [--watch] [--types=Normal,Warning]",
    summary: "Display events.",
    examples: &[
        ("List recent events", "kubectl events"),
        ("Those about one pod, as they happen", "kubectl events --for pod/web-5d8f-abcde --watch"),
        ("Only warnings", "kubectl events --types=Warning"),
    ],
    flags: &[
        switch("all-namespaces", 'A', "List across all namespaces."),
        text("for", '\0', "", "Only those about this resource."),
        switch("no-headers", '\0', "Print no headings."),
        text("output", 'o', "", "Output format. One of: (json, yaml, name)."),
        texts("types", '\0', "Only events of these types."),
        switch("watch", 'w', "After listing, watch for more events."),
    ],
    missing: &["allow-missing-template-keys", "chunk-size", "show-managed-fields", "template"],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let all = given.has("all-namespaces");
    let output = Output::parse(given.text("output"))?;
    let about = match given.text("for") {
        "" => None,
        word => {
            let Some((kind, name)) = word.split_once('/') else {
                return Err(Stop::error("--for must be in resource/name form"));
            };
            let info = kube.kinds().find(kind).ok_or_else(|| super::arguments::no_such_type(kind))?;
            Some((info.kind.to_string(), name.to_string()))
        }
    };
    let types = given.all("types");
    if let Some(wrong) = types.iter().find(|t| !t.eq_ignore_ascii_case("normal") && !t.eq_ignore_ascii_case("warning"))
    {
        let told = format!("valid --types are Normal or Warning: {wrong}");
        return Err(Stop::error(told));
    }
    let watch = Watch {
        namespace: (!all).then(|| kube.namespace.clone()),
        about,
        types,
        seen: kube.store().version(),
        headers: !given.has("no-headers"),
    };
    let mut events: Vec<Arc<Object>> = kube.list(&kube.info(EVENT), all, &Selectors::default())?;
    events.retain(|event| watch.shows(event));
    events.arrange_by_key(last_seen);
    if output != (Output::Table { wide: false }) {
        let text = output.print_objects(kube, &events, false)?;
        kube.out(text);
        return Ok(Next::Done(0));
    }
    if events.is_empty() && !given.has("watch") {
        let place = if all {
            "No events found.\n".to_string()
        } else {
            format!("No events found in {} namespace.\n", kube.namespace)
        };
        kube.err(place);
        return Ok(Next::Done(0));
    }
    let text = watch.table(kube, &events, watch.headers);
    kube.out(text);
    if given.has("watch") {
        return Kube::wait(Phase::Events(watch), Step::Follow);
    }
    Ok(Next::Done(0))
}

fn last_seen(event: &Arc<Object>) -> Option<Time> {
    time_at(&event.value, "lastTimestamp").or_else(|| time_at(&event.value, "firstTimestamp"))
}

/// How long ago, and how often where it was more than once: `2m (x5 over 10m)`.
pub(super) fn interval(event: &Object, now: Time) -> String {
    let ago =
        |path: &str| time_at(&event.value, path).map_or_else(|| "<unknown>".into(), |at| human_duration(now.since(at)));
    match event.value.int_at("count").unwrap_or(1) {
        count if count > 1 => format!("{} (x{count} over {})", ago("lastTimestamp"), ago("firstTimestamp")),
        _ => ago("firstTimestamp"),
    }
}

/// Which events, and up to where they were seen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Watch {
    namespace: Option<String>,
    /// Kind and name.
    about: Option<(String, String)>,
    types: Vec<String>,
    seen: u64,
    headers: bool,
}

impl Watch {
    fn shows(&self, event: &Object) -> bool {
        let value = &event.value;
        let about = |(kind, name): &(String, String)| {
            value.str_at("involvedObject.kind") == kind && value.str_at("involvedObject.name") == name
        };
        event.key.kind == EVENT
            && self.namespace.as_ref().is_none_or(|namespace| **namespace == *event.key.namespace)
            && self.about.as_ref().is_none_or(about)
            && (self.types.is_empty() || self.types.iter().any(|t| t.eq_ignore_ascii_case(value.str_at("type"))))
    }

    fn table(&self, kube: &Kube<'_, '_>, events: &[Arc<Object>], headers: bool) -> String {
        let now = kube.cx.now();
        let mut rows = Vec::new();
        if headers {
            rows.push(["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"].map(String::from).to_vec());
        }
        for event in events {
            let value = &event.value;
            let object = format!("{}/{}", value.str_at("involvedObject.kind"), value.str_at("involvedObject.name"));
            let text = |field: &str| value.str_at(field).trim().to_string();
            rows.push(vec![interval(event, now), text("type"), text("reason"), object, text("message")]);
        }
        if self.namespace.is_none() {
            let spaces = headers.then(|| "NAMESPACE".to_string()).into_iter();
            for (row, space) in rows.iter_mut().zip(spaces.chain(events.iter().map(|e| e.namespace().to_string()))) {
                row.insert(0, space);
            }
        }
        columns::table(&rows)
    }

    pub fn step(mut self, kube: &mut Kube<'_, '_>) -> Answer {
        let changes = kube.store().changes_since(self.seen).unwrap_or_default();
        let fresh: Vec<Arc<Object>> = (changes.into_iter())
            .filter(|change| change.kind != ChangeKind::Deleted && self.shows(change.object()))
            .map(|change| change.object().clone())
            .collect();
        self.seen = kube.store().version();
        if !fresh.is_empty() {
            let text = self.table(kube, &fresh, false);
            kube.out(text);
        }
        Kube::wait(Phase::Events(self), Step::Follow)
    }
}
