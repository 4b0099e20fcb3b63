//! "Why?": from an object back to the commit or the command that began it.

use screen::{Why, WhyStep};
use sim::{Causes, Event, EventId};
use world::World;

const STEPS_MAX: usize = 40;

/// The chain of causes of an object, newest first.
#[inline(never)]
pub fn why(world: &World, kind: &str, name: &str) -> Why {
    let subject = format!("{kind} {name}");
    let causes = causes_of(world, kind, name);
    let chain = world.sim.chain(&causes);
    let mut steps: Vec<WhyStep> = Vec::new();
    for id in chain.into_iter().rev() {
        let Some(event) = world.sim.event(id) else { continue };
        // Touches that say nothing to people are left out.
        let dull = matches!(&*event.text, "created" | "deleted")
            && steps.iter().any(|step| step.subject == event.subject.to_string());
        if !dull && steps.len() < STEPS_MAX {
            steps.push(step_of(world, id, event));
        }
    }
    let summary = summary(&subject, &steps);
    Why { subject, summary, steps }
}

#[inline(never)]
fn causes_of(world: &World, kind: &str, name: &str) -> Causes {
    let store = world.cluster.store();
    let (namespace, short) = name.split_once('/').unwrap_or(("", name));
    let object = store.kinds().find(kind).and_then(|info| store.get(info.id, namespace, short));
    if let Some(object) = object {
        return object.created_by.and(&object.spec_by).and(&object.written_by);
    }
    // What is no object is found by its latest event: a shop, a run, a commit.
    let last = (0..world.sim.events().len()).rev().find_map(|index| {
        let id = EventId(u32::try_from(index).ok()?);
        let event = world.sim.event(id)?;
        (event.subject.kind.eq_ignore_ascii_case(kind) && (*event.subject.name == *name || name.is_empty()))
            .then_some(id)
    });
    last.map(Causes::one).unwrap_or_default()
}

#[inline(never)]
fn step_of(world: &World, id: EventId, event: &Event) -> WhyStep {
    let commit = (&*event.subject.kind == "Commit").then(|| event.subject.name.split_once('@')).flatten();
    let text = match &*event.text {
        "created" | "deleted" | "deletion asked for" => format!("{} {}", event.subject, event.text),
        text if &*event.topic == "cluster" => format!("{}: {text}", event.subject),
        text => text.to_string(),
    };
    let _ = id;
    WhyStep {
        time: if event.at >= world.now() - std::time::Duration::from_secs(86_400) {
            crate::clock_text(event.at)
        } else {
            crate::when(event.at, world.now())
        },
        actor: event.actor.to_string(),
        text,
        topic: event.topic.to_string(),
        subject: event.subject.to_string(),
        root: event.causes.is_empty(),
        commit: commit.map(|(repo, id)| (repo.to_string(), id.to_string())),
    }
}

fn summary(subject: &str, steps: &[WhyStep]) -> String {
    let commit = steps.iter().find(|step| step.commit.is_some());
    let root = steps.iter().rev().find(|step| step.root && step.actor != "scenario");
    match (commit, root, steps.is_empty()) {
        (_, _, true) => format!("Nothing is recorded about {subject}."),
        (Some(commit), ..) => format!("It began with a commit. {}.", commit.text),
        (None, Some(root), _) => format!("It began here: {}.", root.text),
        (None, None, _) => "It was so from the start of the lesson.".into(),
    }
}
