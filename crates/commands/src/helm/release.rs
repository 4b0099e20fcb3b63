//! Releases as Helm 3 keeps them: a Secret `sh.helm.release.v1.NAME.vN` each, with the release's JSON in it.

use crate::kubectl::Kube;
use cluster::{KindId, Object, Selectors};
use manifest::{Value, object};
use order::Arrange;
use std::sync::Arc;
use world::World;

const TYPE: &str = "helm.sh/release.v1";

fn secrets(kube: &Kube<'_, '_>) -> Option<KindId> {
    kube.kinds().of_manifest("v1", "Secret").map(|info| info.id)
}

fn secret_name(name: &str, version: i64) -> String {
    format!("sh.helm.release.v1.{name}.v{version}")
}

/// JSON, gzipped, in base 64: as it stands in the Secret, which puts its own base 64 around.
fn encoded(release: &Value) -> String {
    let packed = crate::core::compressed(release.to_json().as_bytes());
    helm::base64(helm::base64(&packed).as_bytes())
}

fn decoded(object: &Object) -> Option<Value> {
    let outer = helm::from_base64(object.value.str_at("data.release")).ok()?;
    let packed = helm::from_base64(&String::from_utf8(outer).ok()?).ok()?;
    let bytes = crate::core::uncompressed(&packed)?;
    Value::from_json(&String::from_utf8(bytes).ok()?).ok()
}

/// Every release of a namespace, or of all, by name and revision.
pub(super) fn all(kube: &Kube<'_, '_>, namespace: Option<&str>) -> Result<Vec<Value>, String> {
    let Some(kind) = secrets(kube) else {
        return Ok(Vec::new());
    };
    kube.may("list", (kind, ""), (namespace.unwrap_or(""), "")).map_err(|stop| super::plain(&stop.message))?;
    let objects = kube.store().list(kind, namespace, &Selectors::default());
    let ours = |object: &&Arc<Object>| object.value.str_at("type") == TYPE;
    let mut found: Vec<Value> = objects.into_iter().filter(ours).filter_map(|object| decoded(object)).collect();
    found.arrange_by(|a, b| {
        let key = |release: &Value| {
            (release.str_at("name").to_string(), release.str_at("namespace").to_string(), version(release))
        };
        key(a).cmp(&key(b))
    });
    Ok(found)
}

/// The revisions of one release, the oldest first.
pub(super) fn history(kube: &Kube<'_, '_>, name: &str) -> Result<Vec<Value>, String> {
    let namespace = kube.namespace.clone();
    let mut found = all(kube, Some(&namespace))?;
    found.retain(|release| release.str_at("name") == name);
    Ok(found)
}

pub(super) fn version(release: &Value) -> i64 {
    release.int_at("version").unwrap_or(0)
}

/// A revision, or the newest.
pub(super) fn find(kube: &Kube<'_, '_>, name: &str, revision: Option<i64>) -> Result<Value, String> {
    check_name(name).map_err(|_| format!("releaseContent: Release name is invalid: {name}"))?;
    let found = history(kube, name)?;
    let wanted = match revision.filter(|revision| *revision > 0) {
        Some(revision) => found.into_iter().find(|release| version(release) == revision),
        None => found.into_iter().last(),
    };
    wanted.ok_or_else(|| "release: not found".into())
}

/// Names of the releases in a namespace, for completion.
pub(crate) fn names(world: &World, namespace: Option<&str>) -> Vec<String> {
    let store = world.cluster.store();
    let Some(kind) = store.kinds().of_manifest("v1", "Secret").map(|info| info.id) else {
        return Vec::new();
    };
    let objects = store.list(kind, namespace, &Selectors::default());
    let ours = objects.into_iter().filter(|object| object.value.str_at("type") == TYPE);
    let mut all: Vec<String> = ours.map(|object| object.value.str_at("metadata.labels.name").to_string()).collect();
    all.dedup();
    all
}

/// The manifest in a release's Secret.
pub(crate) fn manifest_of(kube: &Kube<'_, '_>, namespace: &str, secret: &str) -> Option<String> {
    let object = kube.store().get(secrets(kube)?, namespace, secret)?;
    Some(decoded(object)?.str_at("manifest").to_string())
}

/// Writes a release: its Secret is made, or has its content changed.
pub(super) fn save(kube: &mut Kube<'_, '_>, release: &Value) -> Result<(), String> {
    let Some(kind) = secrets(kube) else {
        return Err("the cluster has no secrets".into());
    };
    let name = secret_name(release.str_at("name"), version(release));
    let namespace = release.str_at("namespace").to_string();
    let mut labels = object! {
        "name" => release.str_at("name"),
        "owner" => "helm",
        "status" => release.str_at("info.status"),
        "version" => version(release).to_string(),
    };
    let have = kube.store().get(kind, &namespace, &name).cloned();
    let stamp = if have.is_some() { "modifiedAt" } else { "createdAt" };
    let seconds = kube.cx.micros() / 1_000_000;
    labels.put(stamp, seconds.to_string());
    let mut secret = object! {
        "apiVersion" => "v1",
        "kind" => "Secret",
        "metadata" => object! { "name" => name.as_str(), "namespace" => namespace.as_str(), "labels" => labels },
        "type" => TYPE,
        "data" => object! { "release" => encoded(release) },
    };
    let mut writer = kube.writer();
    writer.name = "Helm".into();
    let done = kube.cx.world.api(|cluster, sim| match have {
        None => cluster.create(sim, kind, &namespace, secret, &writer),
        Some(have) => {
            let version = have.value.str_at("metadata.resourceVersion").to_string();
            if !version.is_empty() {
                secret.set("metadata.resourceVersion", version);
            }
            cluster.update(sim, kind, &namespace, secret, &writer)
        }
    });
    done.map(|_| ()).map_err(|status| status.message.to_string())
}

pub(super) fn purge(kube: &mut Kube<'_, '_>, name: &str) -> Result<(), String> {
    let Some(kind) = secrets(kube) else {
        return Ok(());
    };
    let namespace = kube.namespace.clone();
    for release in history(kube, name)? {
        let secret = secret_name(name, version(&release));
        let writer = kube.writer();
        let place = (kind, namespace.as_str(), secret.as_str());
        let done =
            kube.cx.world.api(|cluster, sim| cluster.delete(sim, place, cluster::DeleteOptions::default(), &writer));
        done.map_err(|status| status.message.to_string())?;
    }
    Ok(())
}

/// Helm's rule for names: lower case letters, digits, dashes and dots, 53 at most.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let word = |part: &str| {
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        edge(part.chars().next())
            && edge(part.chars().last())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if name.is_empty() {
        return Err("no name provided".into());
    }
    if name.len() > 53 || !name.split('.').all(word) {
        return Err("invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53".into());
    }
    Ok(())
}

/// A moment as JSON has it.
pub(super) fn moment(kube: &Kube<'_, '_>) -> String {
    helm::rfc3339(i64::try_from(kube.cx.micros()).unwrap_or(0))
}

/// `Mon Jan _2 15:04:05 2006` of such a moment.
pub(super) fn ansic(text: &str) -> String {
    helm::moment(text).map_or(String::new(), |at| helm::layout(at, "Mon Jan _2 15:04:05 2006"))
}
