//! Watches: the changes of a kind's objects as lines of JSON, for as long as the client listens.
#![expect(clippy::disallowed_types, reason = "real clients wait in real time")]

use super::clock::Running;
use super::http::{self, Request};
use super::resources::{self, Target};
use super::server::Shared;
use super::table::{self, Form};
use super::{scale, status};
use cluster::{ChangeKind, Object, Selectors, Status, User};
use manifest::{Value, object};
use std::collections::BTreeSet;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Between two looks.
pub(super) const BEAT: Duration = Duration::from_millis(10);
/// A watch without a limit of its own ends then, and the client begins another.
const LIMIT: Duration = Duration::from_secs(30 * 60);

pub(super) fn is_one(request: &Request) -> bool {
    request.method == "GET" && request.is_set("watch")
}

/// One watch.
struct Watch {
    target: Target,
    chosen: Selectors,
    form: Form,
    /// The newest version that was told.
    seen: u64,
    /// The objects that the client knows.
    known: BTreeSet<Arc<str>>,
    /// What was there when the watch began without a version, and was not told yet.
    first: Vec<Arc<Object>>,
    headings: bool,
}

pub(super) fn run(
    request: &Request,
    user: Option<&User>,
    shared: &Arc<Shared>,
    stream: &mut TcpStream,
) -> std::io::Result<bool> {
    let mut watch = match begin(request, user, shared) {
        Ok(watch) => watch,
        Err(refusal) => {
            let text = status::of(&refusal).to_json();
            http::send(stream, refusal.code, "application/json", text.as_bytes(), "")?;
            return Ok(true);
        }
    };
    http::begin_chunks(stream, "application/json")?;
    let limit = request.asked("timeoutSeconds").parse().map_or(LIMIT, Duration::from_secs).min(LIMIT);
    let start = Instant::now();
    while start.elapsed() < limit && !shared.stopped() {
        let news = watch.news(&shared.lock());
        match news {
            Ok(lines) => http::chunk(stream, lines.as_bytes())?,
            Err(refusal) => {
                let line = object! { "object" => status::of(&refusal), "type" => "ERROR" }.to_json() + "\n";
                http::chunk(stream, line.as_bytes())?;
                break;
            }
        }
        if http::hung_up(stream) {
            return Ok(false);
        }
        std::thread::sleep(BEAT);
        shared.lock().waited(BEAT);
    }
    http::end_chunks(stream)?;
    Ok(true)
}

fn begin(request: &Request, user: Option<&User>, shared: &Arc<Shared>) -> Result<Watch, Status> {
    let running = shared.lock();
    let mut target = Target::of(&running, &request.path).ok_or_else(status::nowhere)?;
    let mut chosen = resources::selectors(request)?;
    if !target.name.is_empty() {
        // An older form: one object is watched by its path.
        chosen.fields = cluster::FieldSelector::equal("metadata.name", &target.name);
        target.name.clear();
    }
    if target.kind.id == cluster::ENDPOINTS || !target.sub.is_empty() {
        return Err(status::not_allowed());
    }
    let all = resources::many(&running, user, "watch", &target, &chosen)?;
    let asked = request.asked("resourceVersion");
    let form = Form::of(request);
    let watch = Watch { target, chosen, form, seen: 0, known: BTreeSet::new(), first: Vec::new(), headings: true };
    if matches!(asked, "" | "0") {
        return Ok(Watch { seen: running.world.cluster.store().version(), first: all, ..watch });
    }
    let wrong = |_| Status::bad_request(format!("invalid resourceVersion {asked:?}"));
    let seen = asked.parse().map_err(wrong)?;
    // What came before that version is known to the client, also where it has changed since.
    let created = |object: &Object| object.value.str_at("metadata.resourceVersion").parse::<u64>().unwrap_or(0);
    let added: BTreeSet<Arc<str>> = (running.world.cluster.store().changes_since(seen).unwrap_or_default().into_iter())
        .filter(|change| change.kind == ChangeKind::Added)
        .map(|change| change.object().uid.clone())
        .collect();
    let mut known: BTreeSet<Arc<str>> =
        all.iter().filter(|o| created(o) <= seen || !added.contains(&o.uid)).map(|o| o.uid.clone()).collect();
    let gone = running.world.cluster.store().changes_since(seen).unwrap_or_default();
    let gone =
        gone.into_iter().filter(|change| change.kind == ChangeKind::Deleted && !added.contains(&change.object().uid));
    known.extend(gone.map(|change| change.object().uid.clone()));
    Ok(Watch { seen, known, ..watch })
}

impl Watch {
    fn matches(&self, object: &Object) -> bool {
        object.key.kind == self.target.kind.id
            && self.target.namespace.as_ref().is_none_or(|space| **space == *object.key.namespace)
    }

    /// The lines since the last look.
    fn news(&mut self, running: &Running) -> Result<String, Status> {
        let store = running.world.cluster.store();
        let mut lines = String::new();
        for object in std::mem::take(&mut self.first) {
            self.known.insert(object.uid.clone());
            lines.push_str(&self.line(running, "ADDED", &object));
        }
        if self.seen == store.version() {
            return Ok(lines);
        }
        for change in store.changes_since(self.seen)? {
            let object = change.object();
            if !self.matches(object) {
                continue;
            }
            let chosen = self.chosen.matches(object) && change.kind != ChangeKind::Deleted;
            let was = self.known.contains(&object.uid);
            let kind = match (was, chosen) {
                (false, true) => "ADDED",
                (true, true) => "MODIFIED",
                (true, false) => "DELETED",
                (false, false) => continue,
            };
            if chosen {
                self.known.insert(object.uid.clone());
            } else {
                self.known.remove(&object.uid);
            }
            lines.push_str(&self.line(running, kind, object));
        }
        self.seen = store.version();
        Ok(lines)
    }

    fn line(&mut self, running: &Running, kind: &str, object: &Arc<Object>) -> String {
        let value = match self.form {
            Form::Table { whole } => {
                let headings = std::mem::take(&mut self.headings);
                table::table(running, &self.target.kind, std::slice::from_ref(object), whole, headings)
            }
            Form::Whole if self.target.older() => scale::older(&object.value),
            Form::Whole => object.value.clone(),
        };
        let event: Value = object! { "object" => running.told(&value), "type" => kind };
        event.to_json() + "\n"
    }
}
