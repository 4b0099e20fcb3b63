//! The way of one commit: pipeline, registry, repository of what should run, controller, cluster, customers. What led to
//! what is read from the causes of events, so that it holds for any repositories and any controller, at any moment.

use ci::{Run, State};
use cluster::pod_ready;
use image::Image;
use order::OrdSet;
use screen::Station;
use sim::{Event, EventId};
use world::World;

/// Events that are looked through; the oldest of a longer way are left out.
const EVENTS_MAX: usize = 20_000;

fn station(name: &str, text: String, state: &str, flow: bool) -> Station {
    Station { name: name.into(), text, state: state.into(), flow }
}

/// The stations of a run's commit, in order.
#[inline(never)]
pub(crate) fn way(world: &World, run: &Run) -> Vec<Station> {
    let short = run.commit.get(..7).unwrap_or(&run.commit);
    let led_to = descendants(world, &run.commit);
    let newest = |wanted: &dyn Fn(&Event) -> bool| led_to.iter().rev().copied().find(|event| wanted(event));
    let (runs, failed) = match run.state {
        State::Passed => (false, false),
        State::Failed | State::Cancelled => (false, true),
        _ => (true, false),
    };
    let waits = |name: &str, before: bool| match (before, failed) {
        (true, _) => station(name, "on its way".into(), "running", true),
        (false, true) => station(name, "not reached".into(), "failed", false),
        (false, false) => station(name, "not yet".into(), "idle", false),
    };
    let mut stations = vec![station("Commit", [short, " ", &run.subject].concat(), "done", runs)];
    let job = run.jobs.iter().find(|job| job.state == State::Running).map_or(run.state.word(), |job| &job.name);
    let state = if runs {
        "running"
    } else if failed {
        "failed"
    } else {
        "done"
    };
    stations.push(station("Pipeline", job.into(), state, runs));
    let image = built(world, &run.commit, newest(&is_push_of_image));
    let told = image.as_ref().map(|(name, image)| station("Registry", tagged(world, name, image), "done", false));
    let has_image = told.is_some();
    stations.push(told.unwrap_or_else(|| waits("Registry", runs)));
    let has_nodes = world.cluster.store().all(cluster::NODE, None).next().is_some();
    if !has_nodes {
        // Nothing runs anywhere in this world: the registry is the end.
        return stations;
    }
    let own = [run.repo.as_str(), "@"].concat();
    let pushed = newest(&|event| &*event.subject.kind == "Push" && !event.subject.name.starts_with(&own));
    let asked = pushed.map(|event| station("Deploy repository", event.subject.name.to_string(), "done", false));
    stations.push(asked.unwrap_or_else(|| waits("Deploy repository", runs && has_image)));
    let told = newest(&is_of_controller);
    let applied = newest(&|event| is_of_controller(event) && has_applied(event)).is_some();
    let by = told.map(|event| {
        // Flux begins with the object's name; Argo CD ends with details.
        let own = [&event.subject.name, ": "].concat();
        let text = event.text.strip_prefix(&own).or(event.text.split(':').next()).unwrap_or_default().to_string();
        station("Controller", text, if applied { "done" } else { "running" }, !applied)
    });
    stations.push(by.unwrap_or_else(|| waits("Controller", pushed.is_some())));
    let (all, ready) = image.as_ref().map_or((0, 0), |(_, image)| pods(world, image));
    stations.push(match (all, applied) {
        (0, before) => waits("Cluster", before),
        _ => {
            let text = [&ready.to_string(), " of ", &all.to_string(), " pods are ready"].concat();
            station("Cluster", text, if ready < all { "running" } else { "done" }, ready < all)
        }
    });
    let share = image.as_ref().filter(|_| ready > 0).map_or(0, |(_, image)| share(world, image, short));
    stations.push(match share {
        0 => waits("Customers", ready > 0),
        share => station(
            "Customers",
            [&share.to_string(), " % get it"].concat(),
            if share < 100 { "running" } else { "done" },
            false,
        ),
    });
    stations
}

/// What Argo CD and Flux say themselves of what they deploy; that somebody wrote to such an object is no news of it.
fn is_of_controller(event: &Event) -> bool {
    ["argocd", "flux"].contains(&&*event.topic)
        && ["Application", "Kustomization", "HelmRelease"].contains(&&*event.subject.kind)
}

/// Whether what Git asks for is in the cluster by this event.
fn has_applied(event: &Event) -> bool {
    ["Synced ", "Healed "].iter().any(|start| event.text.starts_with(start))
        || [": Reconciliation finished in ", " succeeded for release "].iter().any(|part| event.text.contains(part))
}

/// All events that a commit led to, oldest first.
#[inline(never)]
fn descendants<'w>(world: &'w World, commit: &str) -> Vec<&'w Event> {
    let log = world.sim.events();
    let from = world.commit_event(commit);
    let start = from.map_or(0, |id| id.0 as usize).max(log.len().saturating_sub(EVENTS_MAX));
    let mut reached: OrdSet<EventId> = from.into_iter().collect();
    let mut found = Vec::new();
    for (index, event) in (start..).zip(log.since(start)) {
        if event.causes.iter().any(|cause| reached.contains(&cause)) {
            reached.insert(EventId(u32::try_from(index).unwrap_or(u32::MAX)));
            found.push(event);
        }
    }
    found
}

fn is_push_of_image(event: &Event) -> bool {
    &*event.subject.kind == "Image" && event.text.ends_with(" pushed")
}

/// The image that was built from a commit: its repository and what it is. One that equals an earlier one, byte by byte, is
/// known by its push.
#[inline(never)]
fn built<'w>(world: &'w World, commit: &str, pushed: Option<&Event>) -> Option<(&'w str, &'w Image)> {
    let all = || world.registry.images();
    let ours = all().find(|(_, image)| image.revision.as_deref() == Some(commit));
    let same = || {
        let digest = &world.registry.resolve(&pushed?.subject.name).ok()?.digest;
        all().find(|(_, image)| image.digest == *digest)
    };
    ours.or_else(same).map(|(name, image)| (name, &**image))
}

/// `web:2f1c9a0`, by a tag that means it now, or else `web@343e9c6d1ff6`.
#[inline(never)]
fn tagged(world: &World, name: &str, image: &Image) -> String {
    let tag = world.registry.tags().find(|(other, _, digest)| *other == name && *digest == image.digest);
    let text = tag.map_or_else(|| ["@", &image.digest].concat(), |(_, tag, _)| [":", tag].concat());
    let short = crate::image_version(&text);
    let colon = if short.starts_with('@') { "" } else { ":" };
    [name.rsplit('/').next().unwrap_or(name), colon, &short].concat()
}

/// Pods of an image, under whatever name, and how many of them are ready.
#[inline(never)]
fn pods(world: &World, image: &Image) -> (usize, usize) {
    let is_it = |name: &str| {
        name.ends_with(&image.digest) || world.registry.resolve(name).is_ok_and(|other| other.digest == image.digest)
    };
    let runs = |pod: &cluster::Object| {
        let started = pod.value.list_at("status.containerStatuses").iter().map(|one| one.str_at("imageID"));
        let mut started = started.filter(|id| !id.is_empty()).peekable();
        match started.peek() {
            // What a tag means may have changed since.
            Some(_) => started.any(|id| id.ends_with(&image.digest)),
            None => pod.value.list_at("spec.containers").iter().any(|one| is_it(one.str_at("image"))),
        }
    };
    let (mut all, mut ready) = (0, 0);
    for pod in world.cluster.store().all(cluster::POD, None).filter(|pod| runs(pod) && !pod.deleting()) {
        all += 1;
        ready += usize::from(pod_ready(pod));
    }
    (all, ready)
}

/// The part of a hundred of the last requests that this image's program answered.
#[inline(never)]
fn share(world: &World, image: &Image, short: &str) -> u32 {
    let own = image.program.str_at("version");
    let version = if own.is_empty() { short } else { own };
    let customers = world.workload.customers();
    let last = customers.and_then(|at| world.workload.history(&at.namespace, &at.service).next_back());
    let share = last.map_or(0.0, |sample| {
        sample.versions.get(version).map_or(0.0, |answered| answered / sample.requests.max(f64::MIN_POSITIVE))
    });
    // A part of a hundred fits.
    (share * 100.0).clamp(0.0, 100.0) as u32
}
