//! The persistent volume controller and a provisioner: claims and volumes find each other
//! (Kubernetes 1.32, `pkg/controller/volume/persistentvolume`, `pvcprotection`, and the external provisioner).

mod bind;

use super::{Action, Reconciled};
use crate::kinds;
use crate::object::{Key, Object};
use crate::pods::finished;
use crate::recorder::Note;
use crate::store::Store;
use manifest::Value;
use sim::Time;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use bind::{fits, pick};

pub(crate) const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
const PROVISIONER: &str = "volume.kubernetes.io/storage-provisioner";
/// What the provisioner takes.
const PROVISIONED_AFTER: Duration = Duration::from_millis(1_800);

/// Whether a pod that is not finished uses a claim.
fn used(store: &Store, claim: &Object) -> bool {
    store.all(kinds::POD, Some(claim.namespace())).filter(|pod| !finished(pod)).any(|pod| uses(pod, claim.name()))
}

#[inline(never)]
pub(crate) fn uses(pod: &Object, claim: &str) -> bool {
    pod.value.list_at("spec.volumes").iter().any(|v| v.str_at("persistentVolumeClaim.claimName") == claim)
}

fn without(object: &Object, finalizer: &str) -> Value {
    let mut value = object.value.clone();
    value.at_mut("metadata.finalizers").make_list().retain(|name| name.as_str() != Some(finalizer));
    value
}

/// Looks at a claim that changed or went.
#[inline(never)]
pub(crate) fn reconcile_claim(store: &Store, key: &Key, now: Time) -> Reconciled {
    let mut done = Reconciled::default();
    let Some(claim) = store.get_key(key) else {
        return done;
    };
    if claim.deleting() {
        if !used(store, claim) {
            let value = without(claim, "kubernetes.io/pvc-protection");
            done.actions.push(Action::Update { base: claim.clone(), value, because: claim.written_by.clone() });
        }
        return done;
    }
    match claim.value.str_at("spec.volumeName") {
        "" => find(store, claim, now, &mut done),
        volume => match store.get(kinds::PERSISTENTVOLUME, "", volume) {
            Some(volume) => bind::bind(claim, volume, &mut done),
            None if claim.value.str_at("status.phase") == "Bound" => lose(claim, &mut done),
            None => {}
        },
    }
    done
}

fn lose(claim: &Arc<Object>, done: &mut Reconciled) {
    let mut status = claim.value.at("status").clone();
    status.put("phase", "Lost");
    done.actions.push(Action::Status { base: claim.clone(), status });
    let told = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
    done.actions.push(Action::Event { about: claim.clone(), note: Note::warning("ClaimLost", told) });
}

/// The class of a claim or a volume: the old annotation's, or the field's (`GetPersistentVolumeClaimClass`).
#[inline(never)]
pub(crate) fn class_of(claim: &Value) -> &str {
    let annotations = claim.map_at("metadata.annotations");
    let old = annotations.get("volume.beta.kubernetes.io/storage-class").and_then(Value::as_str);
    old.unwrap_or_else(|| claim.str_at("spec.storageClassName"))
}

/// A volume for a claim: one that is there, or a new one.
#[inline(never)]
fn find(store: &Store, claim: &Arc<Object>, now: Time, done: &mut Reconciled) {
    let tell = |done: &mut Reconciled, note: Note| done.actions.push(Action::Event { about: claim.clone(), note });
    let name = class_of(&claim.value);
    let class = store.get(kinds::STORAGECLASS, "", name);
    let waits = class.is_some_and(|class| class.value.str_at("volumeBindingMode") == "WaitForFirstConsumer");
    let node = claim.annotation(SELECTED_NODE);
    if waits && node.is_empty() {
        let told = "waiting for first consumer to be created before binding";
        return tell(done, Note::normal("WaitForFirstConsumer", told));
    }
    if let Some(volume) = pick(store, claim, node) {
        return bind::bind(claim, volume, done);
    }
    let Some(class) = class else {
        let note = match name {
            "" => {
                let told = "no persistent volumes available for this claim and no storage class is set";
                Note::normal("FailedBinding", told)
            }
            name => Note::warning("ProvisioningFailed", format!("storageclass.storage.k8s.io \"{name}\" not found")),
        };
        return tell(done, note);
    };
    let provisioner = class.value.str_at("provisioner");
    if provisioner == "kubernetes.io/no-provisioner" {
        let told = "no volume plugin matched name: kubernetes.io/no-provisioner";
        return tell(done, Note::warning("ProvisioningFailed", told));
    }
    if claim.annotation(PROVISIONER).is_empty() {
        let mut value = claim.value.clone();
        value.at_mut("metadata.annotations").put(PROVISIONER, provisioner);
        value.at_mut("metadata.annotations").put("volume.beta.kubernetes.io/storage-provisioner", provisioner);
        done.actions.push(Action::Update { base: claim.clone(), value, because: claim.spec_by.clone() });
        let place = format!("{}/{}", claim.namespace(), claim.name());
        tell(
            done,
            Note::normal(
                "ExternalProvisioning",
                format!(
                    "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system \
             administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
                ),
            ),
        );
        let told = format!("External provisioner is provisioning volume for claim {place:?}");
        tell(done, Note::normal("Provisioning", told));
        return done.look_again(PROVISIONED_AFTER);
    }
    let volume = bind::provisioned(claim, class, node, now);
    let told = format!("Successfully provisioned volume {}", volume.str_at("metadata.name"));
    done.actions.push(Action::Create {
        kind: kinds::PERSISTENTVOLUME,
        namespace: "".into(),
        value: volume,
        because: claim.spec_by.clone(),
        announce: None,
    });
    tell(done, Note::normal("ProvisioningSucceeded", told));
    done.look_again(Duration::from_millis(20));
}

/// Looks at a volume: available, bound, released, or on its way out.
#[inline(never)]
pub(crate) fn reconcile_volume(store: &Store, key: &Key) -> Reconciled {
    let mut done = Reconciled::default();
    let Some(volume) = store.get_key(key) else { return done };
    let claim = volume.value.at("spec.claimRef");
    let uid = claim.str_at("uid");
    let held = !uid.is_empty() && store.by_uid(uid).is_some();
    if volume.deleting() {
        if !held {
            let value = without(volume, "kubernetes.io/pv-protection");
            done.actions.push(Action::Update { base: volume.clone(), value, because: volume.written_by.clone() });
        }
        return done;
    }
    let phase = match (uid.is_empty(), held) {
        (true, _) => "Available",
        (false, true) => "Bound",
        (false, false) => "Released",
    };
    if phase == "Released" && volume.value.str_at("spec.persistentVolumeReclaimPolicy") == "Delete" {
        done.actions.push(Action::Remove { key: key.clone(), because: volume.written_by.clone() });
    } else if volume.value.str_at("status.phase") != phase {
        let mut status = volume.value.at("status").clone();
        status.put("phase", phase);
        done.actions.push(Action::Status { base: volume.clone(), status });
    }
    done
}
