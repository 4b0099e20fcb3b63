//! Customers, and what they get: once a second the requests of that second go through the service graph.

use crate::meter::Part;
use crate::{HISTORY, Key, Network, Workload, curve};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Sim, Subject, Time};
use std::sync::Arc;

/// Who comes, where to, and how many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customers {
    /// The host name that they type.
    pub host: String,
    pub namespace: String,
    pub service: String,
    /// Requests a second on average.
    pub rate: f64,
    /// How much the day changes that, 0 to 1.
    pub daily: f64,
}

/// One second of one service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    pub at: Time,
    pub requests: f64,
    pub errors: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Requests by the version that answered.
    pub versions: OrdMap<String, f64>,
}

/// One request of a customer, for the ticker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    pub at: Time,
    pub status: u16,
    pub line: String,
    pub version: String,
    pub ms: u32,
}

const RECENT: usize = 24;
/// Calls of calls of calls end here.
const DEPTH_MAX: u32 = 8;
/// Customers give up after this long.
const TIMEOUT_MS: f64 = 5_000.0;
/// A failure rate above this is an outage worth an event.
const OUTAGE: f64 = 0.05;

/// Who sends a flow of requests: a container, and the key that it shows.
#[derive(Debug, Clone, Copy, Default)]
struct Sender<'a> {
    key: Option<&'a Key>,
    shows: &'a str,
}

/// What a flow of requests got from a service.
#[derive(Debug, Clone, Default)]
struct Answer {
    /// Share of requests that failed, and the status that they got.
    failed: f64,
    status: u16,
    p50_ms: f64,
    p99_ms: f64,
    versions: OrdMap<String, f64>,
    /// The shares that a version failed, its own fault or not.
    failing: OrdMap<String, f64>,
    causes: Causes,
    /// What each container did of it, where somebody counts.
    parts: Vec<Part>,
}

impl Workload {
    #[inline(never)]
    pub(crate) fn tick(&mut self, sim: &mut Sim, network: &dyn Network) {
        for container in self.containers.values_mut() {
            if container.requests_per_second != 0.0 || container.cpu_used_cores != 0.0 {
                let container = Arc::make_mut(container);
                container.requests_per_second = 0.0;
                container.cpu_used_cores = 0.0;
            }
        }
        let gone = |key: &Key| !network.exists(&key.namespace, &key.pod);
        self.containers.retain(|key, _| !gone(key));
        self.previous_logs.retain(|key, _| !gone(key));
        if let Some(meter) = &mut self.meter {
            meter.retain(&gone);
        }
        let Some(customers) = self.customers.clone() else { return };
        let wobble = 0.94 + 0.12 * sim.rng().unit();
        let rate = customers.rate * curve::daily(sim.now(), customers.daily) * wobble;
        let place = (customers.namespace.as_str(), customers.service.as_str());
        let answer = self.flow(sim, network, Sender::default(), place, rate, 0);
        self.tell_keys(sim.now());
        self.meter_cpu();
        self.tell(sim, &customers, &answer);
        self.show(sim, &answer);
    }

    /// Sends a flow of requests to a service, and on to those that it calls.
    #[inline(never)]
    fn flow(
        &mut self,
        sim: &mut Sim,
        network: &dyn Network,
        from: Sender<'_>,
        (space, service): (&str, &str),
        rate: f64,
        depth: u32,
    ) -> Answer {
        let answer = match network.endpoints(space, service) {
            _ if depth > DEPTH_MAX => failure(508),
            // No such name, or nobody behind it.
            None => failure(502),
            Some(endpoints) if endpoints.is_empty() => failure(503),
            Some(endpoints) => self.let_through(sim, network, (from, space), &endpoints, rate, depth),
        };
        if let Some(meter) = &mut self.meter {
            meter.count(service, rate, &answer.parts);
        }
        let series = self.samples.entry(format!("{space}/{service}")).or_default();
        let now = sim.now();
        let versions = answer.versions.iter().map(|(version, share)| (version.clone(), share * rate)).collect();
        // A service that several call gets its second in several parts.
        match series.back_mut().filter(|sample| sample.at == now) {
            Some(sample) => {
                let sample = Arc::make_mut(sample);
                sample.requests += rate;
                sample.errors += rate * answer.failed;
                sample.p99_ms = sample.p99_ms.max(answer.p99_ms);
            }
            None => series.push_back(Arc::new(Sample {
                at: now,
                requests: rate,
                errors: rate * answer.failed,
                p50_ms: answer.p50_ms,
                p99_ms: answer.p99_ms,
                versions,
            })),
        }
        while series.len() > HISTORY {
            series.pop_front();
        }
        answer
    }

    /// What network policies drop is waited for until customers give up; the rest is shared.
    #[expect(clippy::cast_precision_loss, reason = "a service has few endpoints")]
    #[inline(never)]
    fn let_through(
        &mut self,
        sim: &mut Sim,
        network: &dyn Network,
        (from, space): (Sender<'_>, &str),
        endpoints: &[(Key, u16)],
        rate: f64,
        depth: u32,
    ) -> Answer {
        let open: Vec<(Key, u16)> =
            endpoints.iter().filter(|(key, port)| network.passes(from.key, key, *port)).cloned().collect();
        if open.len() == endpoints.len() {
            return self.share(sim, network, (from.shows, space), endpoints, rate, depth);
        }
        let part = open.len() as f64 / endpoints.len() as f64;
        if open.is_empty() {
            return Answer { p50_ms: TIMEOUT_MS, p99_ms: TIMEOUT_MS, ..failure(504) };
        }
        let mut answer = self.share(sim, network, (from.shows, space), &open, rate * part, depth);
        answer.failed = 1.0 - part * (1.0 - answer.failed);
        answer.status = 504;
        answer.p99_ms = TIMEOUT_MS;
        for share in answer.versions.values_mut().chain(answer.failing.values_mut()) {
            *share *= part;
        }
        answer
    }

    #[expect(clippy::cast_precision_loss, reason = "a service has few endpoints")]
    #[inline(never)]
    fn share(
        &mut self,
        sim: &mut Sim,
        network: &dyn Network,
        (shows, space): (&str, &str),
        endpoints: &[(Key, u16)],
        rate: f64,
        depth: u32,
    ) -> Answer {
        let each = 1.0 / endpoints.len() as f64;
        let mut total = Answer { status: 200, ..Answer::default() };
        // By service, and the key that it is shown.
        let mut downstream: OrdMap<(String, String), f64> = OrdMap::new();
        let mut slow: Vec<(f64, f64)> = Vec::new();
        for (key, port) in endpoints {
            let now = sim.now();
            let Some(container) = self.containers.get_mut(key).filter(|c| c.listening(now) && c.program.serves(*port))
            else {
                // Ready by the cluster's word, but nobody listens there.
                total.failed += each;
                total.status = 502;
                continue;
            };
            let container = Arc::make_mut(container);
            let program = container.program.clone();
            let own = rate * each;
            let cores = container.cpu_cores.unwrap_or(1.0).max(0.01);
            let wanted = own * program.cpu_ms_per_request / 1_000.0;
            let utilisation = wanted / cores;
            container.requests_per_second = own;
            container.cpu_used_cores = wanted.min(cores);
            let dropped = curve::overload(utilisation);
            let refused = !container.accepts(shows);
            container.note_key(shows, own);
            let forced = container.forced_status().filter(|status| *status >= 500);
            let forced = if refused { Some(401) } else { forced };
            let error_ratio = if forced.is_some() { 1.0 } else { program.error_ratio };
            let failed = 1.0 - (1.0 - dropped) * (1.0 - error_ratio);
            let p50 = (program.latency_ms + program.cpu_ms_per_request) * curve::slowdown(utilisation);
            let p50 = p50 + container.forced_delay_ms();
            if self.meter.is_some() {
                let status = if dropped > 0.0 { 503 } else { forced.unwrap_or(500) };
                total.parts.push(Part {
                    key: key.clone(),
                    life: container.life,
                    share: each,
                    failed,
                    status,
                    broken: 0.0,
                    p50,
                });
            }
            slow.push((p50.min(TIMEOUT_MS), (p50 * 3.2).min(TIMEOUT_MS)));
            if own > 0.0 && failed > 0.0 {
                total.status = if dropped > 0.0 { 503 } else { forced.unwrap_or(500) };
            }
            if own > 0.0 && failed > 0.0 && !refused {
                container.log(now, format!("error: {:.0} % of requests failed in the last second", failed * 100.0));
            }
            total.failed += each * failed;
            *total.versions.entry(program.version.clone()).or_default() += each * (1.0 - failed);
            if failed > 0.0 {
                *total.failing.entry(program.version.clone()).or_default() += each * failed;
            }
            total.causes = total.causes.and(&container.causes).and(&network.causes(key));
            let passed = if refused { 0.0 } else { each * (1.0 - dropped) };
            let routes = program.routes.len().max(1) as f64;
            for route in &program.routes {
                for call in &route.calls {
                    *downstream.entry((call.clone(), container.sends().into())).or_default() += passed / routes;
                }
            }
        }
        total.p50_ms = slow.iter().map(|(p50, _)| p50).sum::<f64>() / (slow.len().max(1)) as f64;
        total.p99_ms = slow.iter().map(|(_, p99)| *p99).fold(0.0, f64::max);
        let from = endpoints.first().map(|(key, _)| key);
        self.call_on(sim, network, (from, space), &downstream, rate, depth, &mut total);
        total
    }

    /// The services that this one calls: their failures are its failures, their time is its time.
    #[expect(clippy::too_many_arguments, reason = "one place in a recursion")]
    #[inline(never)]
    fn call_on(
        &mut self,
        sim: &mut Sim,
        network: &dyn Network,
        (from, space): (Option<&Key>, &str),
        downstream: &OrdMap<(String, String), f64>,
        rate: f64,
        depth: u32,
        total: &mut Answer,
    ) {
        for ((service, shows), share) in downstream.iter().filter(|(_, share)| **share > 0.0) {
            let (target_space, name) = service.split_once('/').unwrap_or((space, service));
            let from = Sender { key: from, shows };
            let answer = self.flow(sim, network, from, (target_space, name), rate * share, depth + 1);
            let broken = share * answer.failed;
            if broken > 0.0 {
                total.status = if total.status == 200 { 502 } else { total.status };
            }
            for (version, part) in total.versions.iter_mut() {
                if broken > 0.0 {
                    *total.failing.entry(version.clone()).or_default() += *part * broken;
                }
                *part *= 1.0 - broken;
            }
            for part in &mut total.parts {
                part.broken = 1.0 - (1.0 - part.broken) * (1.0 - broken);
                part.p50 += share * answer.p50_ms;
            }
            total.failed = 1.0 - (1.0 - total.failed) * (1.0 - broken);
            total.p50_ms += share * answer.p50_ms;
            total.p99_ms = (total.p99_ms + share * answer.p99_ms).min(TIMEOUT_MS);
            total.causes = total.causes.and(&answer.causes);
        }
    }

    /// Writes down when what customers get changes.
    #[inline(never)]
    fn tell(&mut self, sim: &mut Sim, customers: &Customers, answer: &Answer) {
        let versions: Vec<String> = answer.versions.keys().cloned().collect();
        let broken = answer.failed > OUTAGE;
        let story = (versions, broken);
        if self.last_story.as_ref() == Some(&story) {
            return;
        }
        let text = match (&story.0[..], broken) {
            (_, true) => format!("{:.0} % of customers' requests fail", answer.failed * 100.0),
            ([], false) => "No customer gets a page".to_string(),
            ([one], false) => format!("All customers get version {one}"),
            (several, false) => format!("Customers get versions {}", several.join(" and ")),
        };
        let subject = Subject::new("Shop", customers.host.as_str());
        self.story_event = Some(sim.record("shop", "customers", subject, text, &answer.causes));
        self.last_story = Some(story);
    }

    /// Picks a few requests of this second for the ticker.
    #[inline(never)]
    fn show(&mut self, sim: &mut Sim, answer: &Answer) {
        const LINES: [&str; 4] = ["GET /", "GET /tickets", "GET /", "POST /cart"];
        for _ in 0..2 {
            let failed = sim.rng().unit() < answer.failed;
            // Of what fails, nobody may have answered.
            let (shares, all) = match failed {
                true => (&answer.failing, answer.failed),
                false => (&answer.versions, answer.versions.values().sum::<f64>()),
            };
            let mut pick = sim.rng().unit() * all;
            let mut version = String::new();
            for (name, share) in shares {
                version.clone_from(name);
                pick -= share;
                if pick <= 0.0 {
                    break;
                }
            }
            if failed && pick > 0.0 {
                version.clear();
            }
            let spread = 0.6 + sim.rng().unit() * 1.1;
            let line = LINES[usize::try_from(sim.rng().below(4)).expect("below four")];
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the time-out")]
            let ms = (answer.p50_ms * spread).clamp(1.0, TIMEOUT_MS) as u32;
            let status = if failed { if answer.status < 400 { 500 } else { answer.status } } else { 200 };
            self.recent.push_front(Served { at: sim.now(), status, line: line.into(), version, ms });
        }
        self.recent.truncate(RECENT);
    }
}

fn failure(status: u16) -> Answer {
    Answer { failed: 1.0, status, p50_ms: 2.0, p99_ms: 4.0, ..Answer::default() }
}
