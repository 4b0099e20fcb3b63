//! The Shop panel, and the stations of the hero's loop.

use ci::State;
use order::{Arrange, OrdMap};
use screen::{Request, Shop, Station, Ticket, VersionShare};
use workload::Sample;
use world::World;

/// Seconds of history in the curves.
const HISTORY: usize = 60;
const REQUESTS: usize = 8;

/// Encore as its customers see it.
#[inline(never)]
pub fn shop(world: &World) -> Shop {
    let Some(customers) = world.workload.customers() else {
        return Shop { stations: stations(world), ..Shop::default() };
    };
    let mut samples: Vec<&Sample> =
        world.workload.history(&customers.namespace, &customers.service).rev().take(HISTORY).collect();
    samples.reverse();
    let series = |value: fn(&Sample) -> f64| -> Vec<f64> { samples.iter().map(|sample| value(sample)).collect() };
    let errors = |sample: &Sample| if sample.requests > 0.0 { sample.errors / sample.requests * 100.0 } else { 0.0 };
    let last = samples.last();
    let shares = last.map(|sample| shares(sample)).unwrap_or_default();
    let main = shares.first().map(|share| share.version.clone()).unwrap_or_default();
    let program = world
        .workload
        .containers()
        .find(|(key, c)| {
            *key.namespace == *customers.namespace && c.program.name == customers.service && c.program.version == main
        })
        .map(|(_, container)| &container.program);
    let broken = last.is_some_and(|sample| errors(sample) > 95.0);
    let status = world.workload.recent().next().map_or(503, |request| request.status);
    Shop {
        host: customers.host.clone(),
        headline: program.map(|program| program.headline.clone()).unwrap_or_default(),
        tickets: tickets(program.map_or(&[][..], |program| &program.tickets)),
        outage: broken.then(|| outage(status)),
        version: main,
        shares,
        requests_per_second: last.map_or(0.0, |sample| sample.requests),
        requests_history: series(|sample| sample.requests),
        error_percent: last.map_or(0.0, |sample| errors(sample)),
        error_history: series(errors),
        p99_ms: last.map_or(0.0, |sample| sample.p99_ms),
        p99_history: series(|sample| sample.p99_ms),
        recent: world
            .workload
            .recent()
            .take(REQUESTS)
            .map(|request| Request {
                time: crate::clock_text(request.at),
                status: request.status,
                line: request.line.clone(),
                version: request.version.clone(),
                ms: request.ms,
            })
            .collect(),
        stations: stations(world),
    }
}

fn outage(status: u16) -> String {
    match status {
        502 => "502 Bad Gateway: nobody answers behind the shop window.".into(),
        503 => "503 Service Unavailable: no pod is ready to serve.".into(),
        500 => "500 Internal Server Error: every request fails.".into(),
        other => format!("{other}: every request fails."),
    }
}

/// Largest share first.
#[inline(never)]
fn shares(sample: &Sample) -> Vec<VersionShare> {
    let all: f64 = sample.versions.values().sum();
    let mut shares: Vec<VersionShare> = sample
        .versions
        .iter()
        .filter(|(_, rate)| **rate > 0.0)
        .map(|(version, rate)| VersionShare { version: version.clone(), percent: rate / all * 100.0 })
        .collect();
    shares.arrange_by(|a, b| b.percent.total_cmp(&a.percent));
    shares
}

fn tickets(rows: &[OrdMap<String, String>]) -> Vec<Ticket> {
    let text = |row: &OrdMap<String, String>, key: &str| row.get(key).cloned().unwrap_or_default();
    let ticket = |row: &OrdMap<String, String>| Ticket {
        day: text(row, "day"),
        name: text(row, "name"),
        detail: text(row, "detail"),
        price: text(row, "price"),
    };
    rows.iter().map(ticket).collect()
}

fn station(name: &str, text: String, state: &str, flow: bool) -> Station {
    Station { name: name.into(), text, state: state.into(), flow }
}

/// Flux's Kustomizations, where it has some.
#[inline(never)]
fn flux(world: &World) -> Option<Station> {
    let kind = gitops::flux::kind_of(&world.cluster, gitops::flux::KUSTOMIZATION)?;
    let (mut all, mut ready, mut asleep, mut busy) = (0, 0, 0, false);
    for one in world.cluster.store().all(kind, None) {
        let status = cluster::condition(&one.value, "Ready").map_or("", |ready| ready.str_at("status"));
        all += 1;
        ready += usize::from(status == "True");
        asleep += usize::from(one.value.bool_at("spec.suspend"));
        busy |= status == "Unknown";
    }
    let more = if asleep > 0 { format!(", {asleep} suspended") } else { String::new() };
    let state = match (busy, ready == all) {
        (true, _) => "running",
        (_, true) => "done",
        _ => "failed",
    };
    (all > 0).then(|| station("Flux", format!("{ready} of {all} ready{more}"), state, busy))
}

/// Push, CI, image, Argo CD or Flux, cluster, shop: where the newest change is.
#[inline(never)]
fn stations(world: &World) -> Vec<Station> {
    let run = world.ci.runs().last();
    let push = run.map_or_else(
        || "nothing pushed yet".into(),
        |run| format!("{} {}", &run.commit[..7.min(run.commit.len())], run.branch),
    );
    let ci = match run {
        None => station("CI", "waiting".into(), "idle", false),
        Some(run) => {
            let state = match run.state {
                State::Passed => "done",
                State::Failed | State::Cancelled => "failed",
                _ => "running",
            };
            let job = run.jobs.iter().find(|job| job.state == State::Running).map_or("", |job| job.name.as_str());
            let text =
                if job.is_empty() { format!("{} {}", run.workflow_name, run.state.word()) } else { job.to_string() };
            station("CI", text, state, run.state == State::Running)
        }
    };
    let image = run.and_then(|run| {
        let short = run.commit.get(..7)?;
        world
            .registry
            .tags()
            .find(|(_, tag, _)| *tag == short)
            .map(|(name, tag, _)| format!("{}:{tag}", name.rsplit('/').next().unwrap_or(name)))
    });
    let building = run.is_some_and(|run| run.state == State::Running);
    let image = match (image, building) {
        (Some(image), _) => station("Image", image, "done", false),
        (None, true) => station("Image", "being built".into(), "running", false),
        (None, false) => station("Image", "none yet".into(), "idle", false),
    };
    let app = world.argocd.applications(&world.cluster).next();
    let argocd = app.map_or_else(
        || flux(world).unwrap_or_else(|| station("Argo CD", "no application".into(), "idle", false)),
        |app| {
            let (sync, health) = (app.value.str_at("status.sync.status"), app.value.str_at("status.health.status"));
            let busy = gitops::is_operating(&app.value) || sync == "OutOfSync";
            let state = if busy {
                "running"
            } else if sync == "Synced" {
                "done"
            } else {
                "idle"
            };
            station("Argo CD", format!("{sync}, {health}"), state, busy)
        },
    );
    let pods: Vec<_> = world.cluster.store().all(cluster::POD, None).collect();
    let ready = pods.iter().filter(|pod| cluster::pod_ready(pod)).count();
    let rolling = ready < pods.len();
    let state = if rolling { "running" } else { "done" };
    let cluster = station("Cluster", format!("{ready} of {} pods ready", pods.len()), state, rolling);
    let shop =
        match world.workload.customers().and_then(|c| world.workload.history(&c.namespace, &c.service).next_back()) {
            None => station("Shop", "closed".into(), "idle", false),
            Some(sample) => {
                let failing = sample.errors > sample.requests * 0.05;
                let versions: Vec<&str> = sample.versions.keys().map(String::as_str).collect();
                station("Shop", versions.join(" → "), if failing { "failed" } else { "done" }, false)
            }
        };
    let pushed = station("Push", push, if run.is_some() { "done" } else { "idle" }, building);
    vec![pushed, ci, image, argocd, cluster, shop]
}
