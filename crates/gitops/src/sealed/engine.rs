//! When what is opened: new SealedSecrets and specs at once, all of them when the controller comes up, a Secret that was
//! deleted again; and a new key each thirty days.

use super::unseal::{kind_of, unseal};
use cluster::{ChangeKind, Cluster, Object, POD, SECRET, Writer, base64, condition, pod_ready};
use manifest::{Value, object};
use seal::rsa::PrivateKey;
use seal::{cert, der};
use serde::{Deserialize, Serialize};
use sim::{Causes, Due, Sim, Subject, Time};
use std::sync::Arc;
use std::time::Duration;

pub const NAMESPACE: &str = "kube-system";
pub const SERVICE: &str = "sealed-secrets-controller";
/// Secrets with this label are keys.
const KEY_LABEL: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";
const KEY_NAME: &str = "sealed-secrets-key";
// Unlike sealed-secrets: keys of 2048 bits. The real ones of 4096 would take seconds to make in a browser.
const KEY_BITS: usize = 2048;
const RENEWAL: Duration = Duration::from_secs(30 * 24 * 3600);
const VALID: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// From a change to its opening.
const SOON: Duration = Duration::from_millis(80);
const RETRIES: u32 = 5;

/// A key that was read, with its certificate, both as DER, and from when that is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Key {
    private: Vec<u8>,
    cert: Vec<u8>,
    from: String,
    made: Time,
}

/// A SealedSecret to open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Task {
    namespace: Arc<str>,
    name: Arc<str>,
    due: Due,
    tries: u32,
    causes: Causes,
}

/// The controller.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Sealed {
    /// It was installed: without that nobody looks at anything.
    pub on: bool,
    seen: u64,
    /// The uid of the pod that acts.
    pod: Arc<str>,
    keys: Vec<Key>,
    renew: Option<Due>,
    tasks: Vec<Task>,
}

impl Sealed {
    pub fn next_due(&self) -> Option<Due> {
        if !self.on {
            return None;
        }
        self.tasks.iter().map(|task| task.due).chain(self.renew).min()
    }

    /// Looks at what changed in the store since the last time.
    #[inline(never)]
    pub fn watch(&mut self, sim: &mut Sim, cluster: &mut Cluster) {
        let (from, version) = (self.seen, cluster.store().version());
        if version == from {
            return;
        }
        self.seen = version;
        let kind = kind_of(cluster);
        let Ok(changes) = cluster.store().changes_since(from) else {
            self.look_at_pods(sim, cluster);
            return self.wake_all(sim, cluster);
        };
        let mut pods = false;
        let mut found: Vec<Arc<Object>> = Vec::new();
        for change in changes {
            let (key, gone) = (change.key(), change.kind == ChangeKind::Deleted);
            if key.kind == POD {
                pods |= &*key.namespace == NAMESPACE;
            } else if Some(key.kind) == kind && !gone {
                let object = change.object();
                let known = object.value.int_at("status.observedGeneration").unwrap_or(0);
                if known != object.generation() {
                    found.push(object.clone());
                }
            } else if key.kind == SECRET && gone {
                let object = change.object();
                let owned = object.controller().is_some_and(|owner| owner.str_at("kind") == super::KIND);
                let owner = kind.and_then(|kind| cluster.store().get(kind, &key.namespace, &key.name));
                found.extend(owner.filter(|_| owned).cloned());
            }
        }
        for object in found {
            self.enqueue(sim, &object);
        }
        if pods {
            self.look_at_pods(sim, cluster);
        }
    }

    fn enqueue(&mut self, sim: &mut Sim, object: &Object) {
        let same = |task: &Task| *task.name == *object.key.name && *task.namespace == *object.key.namespace;
        if self.pod.is_empty() || self.tasks.iter().any(|task| same(task) && task.tries == 0) {
            return;
        }
        self.tasks.retain(|task| !same(task));
        let due = Due { at: sim.now() + SOON, seq: sim.next_seq() };
        let (namespace, name) = (object.key.namespace.clone(), object.key.name.clone());
        let causes = object.spec_by.and(&object.written_by);
        self.tasks.push(Task { namespace, name, due, tries: 0, causes });
    }

    fn wake_all(&mut self, sim: &mut Sim, cluster: &Cluster) {
        let Some(kind) = kind_of(cluster) else { return };
        let all: Vec<Arc<Object>> = cluster.store().all(kind, None).cloned().collect();
        for object in all {
            self.enqueue(sim, &object);
        }
    }

    /// A controller that comes up reads its keys anew, and opens everything.
    fn look_at_pods(&mut self, sim: &mut Sim, cluster: &mut Cluster) {
        let own = |pod: &&Arc<Object>| pod.label("name") == SERVICE && pod_ready(pod) && !pod.deleting();
        let ready: Vec<Arc<Object>> = cluster.store().all(POD, Some(NAMESPACE)).filter(own).cloned().collect();
        if ready.iter().any(|pod| *pod.uid == *self.pod) {
            return;
        }
        self.tasks.clear();
        self.renew = None;
        self.pod = ready.first().map_or_else(|| Arc::from(""), |pod| pod.uid.clone());
        if let Some(pod) = ready.first() {
            self.read_keys(cluster);
            if self.keys.is_empty() {
                self.make_key(sim, cluster, &pod.written_by);
            }
            let newest = self.keys.last().map_or(sim.now(), |key| key.made);
            let at = (newest + RENEWAL).max(sim.now());
            self.renew = Some(Due { at, seq: sim.next_seq() });
            self.wake_all(sim, cluster);
        }
    }

    fn read_keys(&mut self, cluster: &Cluster) {
        self.keys.clear();
        for secret in cluster.store().all(SECRET, Some(NAMESPACE)).filter(|secret| secret.label(KEY_LABEL) == "active")
        {
            let part = |name: &str, kind: &str| {
                let bytes = base64::decode(secret.value.at("data").get(name)?.as_str()?).ok()?;
                der::from_pem(kind, &String::from_utf8_lossy(&bytes))
            };
            let (private, public) = (part("tls.key", "RSA PRIVATE KEY"), part("tls.crt", cert::KIND));
            if let (Some(private), Some(public)) = (private, public)
                && let Some(read) = cert::read(&public)
            {
                self.keys.push(Key { private, cert: public, from: read.from, made: secret.created_at() });
            }
        }
        self.keys.sort_by(|one, other| one.from.cmp(&other.from));
    }

    fn make_key(&mut self, sim: &mut Sim, cluster: &mut Cluster, causes: &Causes) {
        let now = sim.now();
        let (from, until) = (digits(now), digits(now + VALID));
        let key = PrivateKey::generate(&mut chance(sim), KEY_BITS);
        let made = cert::make(&mut chance(sim), &key, &from, &until);
        let text = |kind: &str, bytes: &[u8]| base64::encode(der::to_pem(kind, bytes).as_bytes());
        let private = key.to_der();
        let mut labels = Value::map();
        labels.put(KEY_LABEL, "active");
        let mut data = Value::map();
        data.put("tls.crt", text(cert::KIND, &made));
        data.put("tls.key", text("RSA PRIVATE KEY", &private));
        let secret = object! {
            "apiVersion" => "v1", "kind" => "Secret", "type" => "kubernetes.io/tls",
            "metadata" => object! { "generateName" => KEY_NAME, "namespace" => NAMESPACE, "labels" => labels },
            "data" => data,
        };
        let writer = Writer::new("controller", causes.clone());
        if let Ok(object) = cluster.create(sim, SECRET, NAMESPACE, secret, &writer) {
            let subject = Subject::new("Secret", object.name());
            sim.record("sealed-secrets", SERVICE, subject, format!("New key written: {}", object.name()), causes);
            self.keys.push(Key { private, cert: made, from, made: now });
        }
    }

    /// Lets the earliest due thing happen.
    pub fn fire(&mut self, sim: &mut Sim, cluster: &mut Cluster) {
        let next = self.next_due();
        if self.renew.is_some() && self.renew == next {
            self.renew = Some(Due { at: sim.now() + RENEWAL, seq: sim.next_seq() });
            return self.make_key(sim, cluster, &Causes::none());
        }
        let Some(at) = self.tasks.iter().position(|task| Some(task.due) == next) else { return };
        let mut task = self.tasks.remove(at);
        let object = kind_of(cluster).and_then(|kind| cluster.store().get(kind, &task.namespace, &task.name)).cloned();
        let Some(object) = object else { return };
        let opened = self.open(sim, cluster, &object, &task.causes);
        let failed = opened.is_err();
        note(sim, cluster, &object, opened.err().as_deref().unwrap_or_default(), &task.causes);
        let immutable = object.value.bool_at("spec.template.immutable");
        if failed && !immutable && task.tries < RETRIES {
            let wait = Duration::from_millis(5) * 2_u32.pow(task.tries);
            task.tries += 1;
            task.due = Due { at: sim.now() + wait, seq: sim.next_seq() };
            self.tasks.push(task);
        }
    }

    fn private_keys(&self) -> Vec<PrivateKey> {
        self.keys.iter().filter_map(|key| PrivateKey::from_der(&key.private)).collect()
    }

    /// Opens one into its Secret; the error is what its condition says.
    fn open(&self, sim: &mut Sim, cluster: &mut Cluster, object: &Arc<Object>, causes: &Causes) -> Result<(), String> {
        let secret = unseal(&object.value, &self.private_keys());
        let fail = |sim: &mut Sim, cluster: &mut Cluster, reason: &'static str, told: &str| {
            cluster.tell(sim, object, (true, reason, told), "sealed-secrets");
        };
        let secret = secret.inspect_err(|told| {
            fail(sim, cluster, "ErrUnsealFailed", &format!("Failed to unseal: {told}"));
        })?;
        let writer = Writer::new("controller", causes.clone());
        let (namespace, name) = (object.namespace(), object.name());
        let written = match cluster.store().get(SECRET, namespace, name).cloned() {
            None => cluster.create(sim, SECRET, namespace, secret, &writer).map(drop).map_err(|status| status.message),
            Some(old) => match merged(object, &old, &secret) {
                Err(told) => {
                    fail(sim, cluster, "ErrUpdateFailed", &told);
                    return Err(format!("failed update: {told}"));
                }
                Ok(new) if new == old.value => Ok(()),
                Ok(new) => {
                    cluster.update(sim, SECRET, namespace, new, &writer).map(drop).map_err(|status| status.message)
                }
            },
        };
        written.inspect_err(|told| fail(sim, cluster, "ErrUpdateFailed", told))?;
        cluster.tell(sim, object, (false, "Unsealed", "SealedSecret unsealed successfully"), "sealed-secrets");
        Ok(())
    }

    /// The newest certificate, as `/v1/cert.pem` serves it; nothing where no controller answers.
    pub fn certificate(&self) -> Option<String> {
        let newest = self.keys.last().filter(|_| !self.pod.is_empty())?;
        Some(der::to_pem(cert::KIND, &newest.cert))
    }

    /// `/v1/verify`: whether it opens; nothing where no controller answers.
    pub fn verify(&self, sealed: &Value) -> Option<bool> {
        (!self.pod.is_empty()).then(|| unseal(sealed, &self.private_keys()).is_ok())
    }

    /// `/v1/rotate`: the same under the newest key; nothing where no controller answers.
    pub fn rotate(&self, sim: &mut Sim, sealed: &Value) -> Option<Result<Value, String>> {
        let keys = self.private_keys();
        let newest = keys.last().filter(|_| !self.pod.is_empty())?;
        Some(super::reseal(&mut chance(sim), sealed, &keys, &newest.public))
    }
}

/// The old Secret with what was opened, or why it is not touched.
fn merged(sealed: &Object, old: &Object, new: &Value) -> Result<Value, String> {
    let set = |name: &str| old.annotation(name) == "true";
    let owned = old.controller_uid() == &*sealed.uid;
    let (managed, patched) = (set("sealedsecrets.bitnami.com/managed"), set("sealedsecrets.bitnami.com/patch"));
    if !owned && !managed && !patched {
        return Err(format!("Resource \"{}\" already exists and is not managed by SealedSecret", old.name()));
    }
    let mut out = old.value.clone();
    for path in ["data", "metadata.annotations", "metadata.labels"] {
        let mut value = new.at(path).clone();
        if patched {
            let mut both = old.value.at(path).clone();
            for (key, one) in value.entries().iter() {
                both.put(key, one.clone());
            }
            value = both;
        }
        if value.entries().is_empty() {
            out.remove(path);
        } else {
            out.set(path, value);
        }
    }
    if !patched || managed {
        out.set("metadata.ownerReferences", new.at("metadata.ownerReferences").clone());
    }
    if let Some(kind) = new.get("type") {
        out.put("type", kind.clone());
    }
    Ok(out)
}

/// Writes how it went into the status, where that changed.
fn note(sim: &mut Sim, cluster: &mut Cluster, object: &Arc<Object>, told: &str, causes: &Causes) {
    let status = if told.is_empty() { "True" } else { "False" };
    let old = condition(&object.value, "Synced").cloned().unwrap_or_default();
    let moved = old.str_at("status") != status;
    if !moved && object.value.int_at("status.observedGeneration") == Some(object.generation()) {
        return;
    }
    let now = sim.now().rfc3339();
    let since = if moved { now.clone() } else { old.str_at("lastTransitionTime").to_string() };
    let mut new = object! {
        "type" => "Synced", "status" => status, "lastUpdateTime" => now, "lastTransitionTime" => since,
    };
    if !told.is_empty() {
        new.put("message", told);
    }
    let mut value = object.value.clone();
    value.remove("metadata.resourceVersion");
    let conditions = Value::list(vec![new]);
    value.put("status", object! { "conditions" => conditions, "observedGeneration" => object.generation() });
    let text = if told.is_empty() { "unsealed".to_string() } else { format!("not unsealed: {told}") };
    let subject = Subject::new(super::KIND, object.name());
    let event = sim.record("sealed-secrets", SERVICE, subject, format!("{}: {text}", object.name()), causes);
    let writer = Writer::new("controller", causes.and(&Causes::one(event)));
    if let Err(status) = cluster.update_status(sim, object.key.kind, object.namespace(), &value, &writer) {
        debug_assert!(false, "a status is written to what is there: {}", status.message);
    }
}

/// Bytes from the world's one source of chance.
pub fn chance(sim: &mut Sim) -> impl FnMut(&mut [u8]) + '_ {
    |bytes| bytes.chunks_mut(8).for_each(|part| part.copy_from_slice(&sim.rng().next_u64().to_le_bytes()[..part.len()]))
}

/// `20261127120000`
fn digits(time: Time) -> String {
    time.rfc3339().chars().filter(char::is_ascii_digit).take(14).collect()
}
