//! `flux events`: what the controllers have told, the oldest first.

use super::get::kind_of;
use super::{Answer, Next, words};
use crate::cobra::Given;
use crate::kubectl::Kube;
use cluster::{EVENT, Object, human_duration, time_at};
use gitops::flux::{CHART, IMAGE_REPOSITORY, KUSTOMIZATION, POLICY, RELEASE, ROWS};
use order::Arrange;
use sim::Time;
use std::sync::Arc;

fn ago(at: Option<Time>, now: Time) -> String {
    at.map_or_else(|| "<unknown>".into(), |at| human_duration(now.since(at)))
}

fn last_seen(event: &Object, now: Time) -> String {
    let first = ago(time_at(&event.value, "firstTimestamp"), now);
    match event.value.int_at("count") {
        Some(count) if count > 1 => {
            format!("{} (x{count} over {first})", ago(time_at(&event.value, "lastTimestamp"), now))
        }
        _ => first,
    }
}

/// What is asked for: kind, name and namespace.
type Wanted = (String, String, Option<String>);

/// `--for`: the object, and what it refers to.
fn wanted(kube: &Kube<'_, '_>, selector: &str, space: Option<&str>) -> Result<Vec<Wanted>, String> {
    let (kind, name) = selector.split_once('/').unwrap_or((selector, ""));
    let row = ROWS.iter().position(|row| row.kind.eq_ignore_ascii_case(kind));
    let row = row.ok_or_else(|| format!("'{kind}' is not a recognized Flux kind"))?;
    let mut all: Vec<Wanted> = vec![(ROWS[row].kind.into(), name.into(), space.map(str::to_string))];
    if name.is_empty() {
        return Ok(all);
    }
    let kind = kind_of(kube, row)?;
    let own = kube.get(kind, &kube.namespace, name).map_err(|stop| super::get::server_words(&stop.message))?;
    let reference = match row {
        RELEASE => own.value.at("spec.chart.spec.sourceRef"),
        POLICY => own.value.at("spec.imageRepositoryRef"),
        KUSTOMIZATION | CHART => own.value.at("spec.sourceRef"),
        _ => manifest::Value::null(),
    };
    if !reference.is_null() {
        let space = match reference.str_at("namespace") {
            "" => kube.namespace.clone(),
            space => space.into(),
        };
        let of = if row == POLICY { ROWS[IMAGE_REPOSITORY].kind } else { reference.str_at("kind") };
        all.push((of.into(), reference.str_at("name").into(), Some(space.clone())));
        if row == RELEASE {
            all.push((ROWS[CHART].kind.into(), [&kube.namespace, "-", name].concat(), Some(space)));
        }
    }
    Ok(all)
}

pub(super) fn run(kube: &mut Kube<'_, '_>, given: &Given, _: &[usize]) -> Answer {
    if given.on("watch") {
        kube.err("flux events --watch: real, but not part of this sandbox yet\n");
        return Ok(Next::Exit(1));
    }
    let types: Vec<&str> = given.texts("types").iter().flat_map(|text| text.split(',')).collect();
    if let Some(bad) = types.iter().find(|name| !["normal", "warning"].contains(&name.to_lowercase().as_str())) {
        return Err(format!("type '{bad}' not supported. Supported types are Normal, Warning"));
    }
    let everywhere = given.on("all-namespaces");
    let own = kube.namespace.clone();
    let space = (!everywhere).then_some(own.as_str());
    let asked = match given.text("for").filter(|text| !text.is_empty()) {
        Some(selector) => Some(wanted(kube, selector, space)?),
        None => None,
    };
    let elsewhere =
        asked.iter().flatten().any(|(.., other)| other.as_deref().is_some_and(|other| Some(other) != space));
    kube.may("list", (EVENT, ""), (space.unwrap_or(""), "")).map_err(|stop| super::get::server_words(&stop.message))?;
    let fits = |event: &&Arc<Object>| {
        let value = &event.value;
        let (kind, name) = (value.str_at("involvedObject.kind"), value.str_at("involvedObject.name"));
        let one = |(of, called, at): &Wanted| {
            of == kind
                && (called.is_empty() || called == name)
                && at.as_deref().is_none_or(|at| at == event.namespace())
        };
        let chosen = match &asked {
            Some(all) => all.iter().any(one),
            None => space.is_none_or(|space| space == event.namespace()),
        };
        let typed = types.is_empty() || types.iter().any(|name| name.eq_ignore_ascii_case(value.str_at("type")));
        chosen && typed && ROWS.iter().any(|row| row.kind == kind)
    };
    let mut events: Vec<Arc<Object>> = kube.store().all(EVENT, None).filter(fits).cloned().collect();
    events.arrange_by_key(|event| (time_at(&event.value, "lastTimestamp").unwrap_or_default(), event.version));
    if events.is_empty() {
        let place = if everywhere { String::new() } else { format!(" in {own} namespace") };
        kube.err(format!("✗ No events found{place}.\n"));
        return Ok(Next::Exit(0));
    }
    let (now, shown) = (kube.cx.now(), everywhere || elsewhere);
    let row = |event: &Arc<Object>| {
        let text = |path: &str| event.value.str_at(path).to_string();
        let about =
            [event.value.str_at("involvedObject.kind"), "/", event.value.str_at("involvedObject.name")].concat();
        let mut row = vec![last_seen(event, now), text("type"), text("reason"), about, text("message")];
        if shown {
            row.insert(0, event.namespace().into());
        }
        row
    };
    let rows: Vec<Vec<String>> = events.iter().map(row).collect();
    let mut headings = vec!["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
    if shown {
        headings.insert(0, "NAMESPACE");
    }
    kube.out(words::table(&headings, &rows));
    Ok(Next::Exit(0))
}
