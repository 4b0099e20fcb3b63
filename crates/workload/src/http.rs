//! One request, for `curl` and for probes.

use crate::{Container, Key, Network, Workload};
use sim::Time;

/// What a server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub reason: &'static str,
    pub content_type: &'static str,
    pub body: String,
    pub version: String,
    pub ms: u32,
}

/// No status: nobody answered, and nobody refused, until the client gave up.
pub const TIMED_OUT: u16 = 0;

#[inline(never)]
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        401 => "Unauthorized",
        404 => "Not Found",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        508 => "Loop Detected",
        _ => "Error",
    }
}

/// Which of so many endpoints a number picks.
fn at(count: usize, pick: u64) -> usize {
    usize::try_from(pick % count.max(1) as u64).unwrap_or_default()
}

/// The container that [`Workload::request`] asks.
pub fn chosen(network: &dyn Network, (namespace, service): (&str, &str), pick: u64) -> Option<Key> {
    let endpoints = network.endpoints(namespace, service)?;
    endpoints.get(at(endpoints.len(), pick)).map(|(key, _)| key.clone())
}

impl Workload {
    /// Asks one container, which is shown `shows`. `None`: connection refused.
    pub fn ask(&self, key: &Key, port: u16, (path, shows): (&str, &str), now: Time) -> Option<Response> {
        let container = self.containers.get(key)?;
        if !container.listening(now) || !container.program.serves(port) {
            return None;
        }
        Some(answer(container, path, shows))
    }

    /// Asks a service, which is shown a key (or an empty text), choosing one of its endpoints by `pick`. `None`: nobody there at all.
    #[inline(never)]
    pub fn request(
        &self,
        network: &dyn Network,
        (namespace, service): (&str, &str),
        (path, shows): (&str, &str),
        now: Time,
        pick: u64,
    ) -> Option<Response> {
        let endpoints = network.endpoints(namespace, service)?;
        if endpoints.is_empty() {
            return Some(plain(503, "no healthy upstream\n".into()));
        }
        let (key, port) = &endpoints[at(endpoints.len(), pick)];
        if !network.passes(None, key, *port) {
            return Some(plain(TIMED_OUT, String::new()));
        }
        let Some(container) = self.containers.get(key).filter(|c| c.listening(now) && c.program.serves(*port)) else {
            return Some(plain(502, "bad gateway: connection refused\n".into()));
        };
        let response = answer(container, path, shows);
        if response.status == 401 {
            return Some(response);
        }
        let calls = container.program.calls(path).unwrap_or(&[]);
        for call in calls {
            let (space, name) = call.split_once('/').unwrap_or((namespace, call));
            let behind = network.endpoints(space, name).unwrap_or_default();
            let listens = |to: &Key| self.containers.get(to).filter(|c| c.listening(now));
            let mut up = behind.iter().filter(|(to, port)| network.passes(Some(key), to, *port));
            let name_of = &container.program.name;
            let body = match up.find_map(|(to, _)| listens(to)) {
                None => format!("{name_of} cannot reach {name}\n"),
                Some(called) if !called.accepts(container.sends()) => {
                    format!("{name_of}: {name} answered 401 Unauthorized\n")
                }
                Some(_) => continue,
            };
            return Some(Response { version: response.version, ..plain(502, body) });
        }
        Some(response)
    }
}

impl Response {
    /// What an ingress controller says where no rule fits.
    pub fn not_found(text: &str) -> Self {
        plain(404, text.into())
    }

    /// What it says where a rule's service is not there.
    pub fn unavailable() -> Self {
        plain(503, "503 Service Temporarily Unavailable\n".into())
    }
}

fn plain(status: u16, body: String) -> Response {
    Response { status, reason: reason(status), content_type: "text/plain", body, version: String::new(), ms: 2 }
}

#[inline(never)]
fn answer(container: &Container, path: &str, shows: &str) -> Response {
    let program = &container.program;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few milliseconds")]
    let ms = (program.latency_ms + program.cpu_ms_per_request).clamp(1.0, 60_000.0) as u32;
    let with = |status: u16, content_type: &'static str, body: String| Response {
        status,
        reason: reason(status),
        content_type,
        body,
        version: program.version.clone(),
        ms,
    };
    let bare = path.split('?').next().unwrap_or(path);
    // A server whose page is asked for by probes shows that page.
    let page = bare == "/" && program.health_ok && !program.headline.is_empty();
    if bare == program.health_path && !page {
        return match program.health_ok {
            true => with(200, "text/plain", "ok\n".into()),
            false => with(503, "text/plain", "not ok\n".into()),
        };
    }
    if !container.accepts(shows) {
        return with(401, "application/json", "{\"error\":\"this key is not accepted\"}\n".into());
    }
    if let Some(status) = container.forced_status() {
        return with(status, "text/plain", format!("{}\n", reason(status)));
    }
    if bare == "/version" {
        return with(200, "text/plain", format!("{}\n", program.version));
    }
    match program.calls(bare) {
        Some(_) if bare == "/" && !program.headline.is_empty() => {
            let text = format!("{}\n{} {}\n", program.headline, program.name, program.version);
            with(200, "text/plain", text)
        }
        Some(_) => with(
            200,
            "application/json",
            format!("{{\"service\":\"{}\",\"version\":\"{}\"}}\n", program.name, program.version),
        ),
        None => with(404, "text/plain", "404 page not found\n".into()),
    }
}
