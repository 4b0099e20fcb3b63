//! Paths of objects: which kind, namespace, name and subresource, and reading them.

use super::clock::Running;
use super::http::Request;
use super::server::json;
use super::table::{self, Form};
use super::{scale, status, write};
use cluster::{ENDPOINTS, FieldSelector, KindInfo, LabelSelector, Object, Selectors, Status, User};
use std::sync::Arc;

/// A whole reply.
#[derive(Debug)]
pub(super) struct Reply {
    pub code: u16,
    pub kind: &'static str,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn text(text: impl Into<String>) -> Self {
        Self { code: 200, kind: "text/plain", body: text.into().into_bytes() }
    }

    pub fn refused(refusal: &Status) -> Self {
        let body = status::of(refusal).to_json().into_bytes();
        Self { code: refusal.code, kind: "application/json", body }
    }
}

/// What a path leads to.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub kind: KindInfo,
    /// The version that was asked for: `v1` of autoscalers is another form of `v2`.
    pub version: String,
    /// Nothing for all namespaces; empty for kinds of the whole cluster.
    pub namespace: Option<String>,
    pub name: String,
    pub sub: String,
}

impl Target {
    /// `/apis/apps/v1/namespaces/shop/deployments/web/scale`
    pub fn of(running: &Running, path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (group, version, rest) = match parts[..] {
            ["api", version, ref rest @ ..] => ("", version, rest),
            ["apis", group, version, ref rest @ ..] => (group, version, rest),
            _ => return None,
        };
        let (namespace, rest) = match rest {
            // A namespace itself has the subresources status and finalize.
            ["namespaces", namespace, more @ ..] if !matches!(more, [] | ["status" | "finalize"]) => {
                (Some(*namespace), more)
            }
            other => (None, other),
        };
        let (plural, name, sub) = match rest {
            [plural] => (*plural, "", ""),
            [plural, name] => (*plural, *name, ""),
            [plural, name, sub] => (*plural, *name, *sub),
            _ => return None,
        };
        let kinds = running.world.cluster.store().kinds();
        let old = group == "autoscaling" && version == "v1";
        let served = if old { "v2" } else { version };
        let kind =
            kinds.iter().find(|kind| *kind.group == *group && *kind.version == *served && *kind.plural == *plural)?;
        if namespace.is_some() && !kind.namespaced {
            return None;
        }
        let namespace = if kind.namespaced { namespace.map(str::to_string) } else { Some(String::new()) };
        Some(Self { kind: kind.clone(), version: version.into(), namespace, name: name.into(), sub: sub.into() })
    }

    /// The namespace, or nothing where all are meant.
    pub fn space(&self) -> &str {
        self.namespace.as_deref().unwrap_or("")
    }

    /// Whether the autoscaler is wanted in its older form.
    pub fn older(&self) -> bool {
        *self.kind.version != *self.version
    }
}

pub(super) fn answer(running: &mut Running, user: Option<User>, request: &Request) -> Reply {
    let Some(target) = Target::of(running, &request.path) else { return Reply::refused(&status::nowhere()) };
    let done = match (request.method.as_str(), target.sub.as_str()) {
        ("GET", "") => read(running, user.as_ref(), request, &target),
        ("GET", "status") => one(running, user.as_ref(), &target).map(|object| json(running, 200, &object.value)),
        (_, "scale") => scale::answer(running, user, request, &target),
        _ => write::answer(running, user, request, &target),
    };
    done.unwrap_or_else(|refusal| Reply::refused(&refusal))
}

/// `labelSelector` and `fieldSelector`.
pub(super) fn selectors(request: &Request) -> Result<Selectors, Status> {
    let mut labels = LabelSelector::parse(request.asked("labelSelector"))?;
    if request.asked("labelSelector").is_empty() {
        labels = LabelSelector::default();
    }
    Ok(Selectors { labels, fields: FieldSelector::parse(request.asked("fieldSelector"))? })
}

/// One object, where the user may get it.
pub(super) fn one(running: &Running, user: Option<&User>, target: &Target) -> Result<Arc<Object>, Status> {
    let cluster = &running.world.cluster;
    let place = (target.space(), target.name.as_str());
    cluster.permit(user, "get", (target.kind.id, ""), place)?;
    if target.kind.id == ENDPOINTS {
        return cluster.endpoints(place.0, place.1);
    }
    cluster.get(target.kind.id, place.0, place.1).cloned()
}

/// The objects that a request asks for.
pub(super) fn many(
    running: &Running,
    user: Option<&User>,
    verb: &str,
    target: &Target,
    chosen: &Selectors,
) -> Result<Vec<Arc<Object>>, Status> {
    let cluster = &running.world.cluster;
    cluster.permit(user, verb, (target.kind.id, ""), (target.space(), ""))?;
    let namespace = target.namespace.as_deref();
    if target.kind.id == ENDPOINTS {
        let mut all = cluster.all_endpoints(namespace);
        all.retain(|object| chosen.matches(object));
        return Ok(all);
    }
    Ok(cluster.list(target.kind.id, namespace, chosen)?.into_iter().cloned().collect())
}

fn read(running: &Running, user: Option<&User>, request: &Request, target: &Target) -> Result<Reply, Status> {
    let form = Form::of(request);
    let objects = if target.name.is_empty() {
        many(running, user, "list", target, &selectors(request)?)?
    } else {
        vec![one(running, user, target)?]
    };
    let value = match form {
        Form::Table { whole } => table::table(running, &target.kind, &objects, whole, true),
        Form::Whole if target.name.is_empty() => table::list(running, &target.kind, &objects),
        Form::Whole => objects[0].value.clone(),
    };
    Ok(json(running, 200, &if target.older() { scale::older(&value) } else { value }))
}
