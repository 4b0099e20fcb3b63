//! The set of a Rollout's template: the one that is there, or a new one.

use super::sets::{DESIRED, HASH, HISTORY, LAST_APPLIED, REVISION, revision};
use super::work::{Work, owner_reference};
use cluster::{Object, REPLICASET};
use manifest::{Map, Value, list, object};
use std::time::Duration;

impl Work<'_> {
    /// Where no set has the template's hash: the one with the same template once defaults are filled in, as after an `undo`.
    pub fn same_set(&mut self, hash: &str) -> Option<String> {
        if self.sets.new.is_some() || self.sets.all.is_empty() {
            return None;
        }
        let (namespace, value) = (self.object.namespace().to_string(), self.new_set(hash, 0));
        let writer = self.writer().dry_run(true);
        let wanted = self.cluster.create(self.sim, REPLICASET, &namespace, value, &writer).ok()?;
        let bare = |set: &Object| {
            let mut template = set.value.at("spec.template").clone();
            template.at_mut("metadata.labels").remove(HASH);
            template
        };
        let wanted = bare(&wanted);
        self.sets.all.iter().find(|set| bare(set) == wanted).map(|set| set.label(HASH).to_string())
    }

    /// The set of the template, without pods.
    fn new_set(&self, hash: &str, number: i64) -> Value {
        let name = [self.object.name(), "-", hash].concat();
        let mut template = self.template().clone();
        template.at_mut("metadata.labels").put(HASH, hash);
        let mut selector = self.selector().clone();
        selector.at_mut("matchLabels").put(HASH, hash);
        let mut annotations = self.inherited();
        annotations.insert(DESIRED, self.replicas().to_string().into());
        annotations.insert(REVISION, number.to_string().into());
        let mut value = object! {
            "apiVersion" => "apps/v1", "kind" => "ReplicaSet",
            "metadata" => object! {
                "annotations" => annotations, "labels" => template.at("metadata.labels").clone(), "name" => name,
                "namespace" => self.object.namespace(), "ownerReferences" => list![owner_reference(&self.object)],
            },
            "spec" => object! { "replicas" => 0_i64, "selector" => selector, "template" => template },
        };
        if let Some(wait) = self.spec().int_at("minReadySeconds") {
            value.set("spec.minReadySeconds", wait);
        }
        value
    }

    /// Makes the set of this template, without pods yet.
    pub fn make_set(&mut self, hash: &str) {
        let next = self.sets.all.iter().map(|set| revision(set)).max().unwrap_or(0) + 1;
        let (name, value) = ([self.object.name(), "-", hash].concat(), self.new_set(hash, next));
        let writer = self.writer();
        let namespace = self.object.namespace().to_string();
        match self.cluster.create(self.sim, REPLICASET, &namespace, value, &writer) {
            Ok(_) => {
                self.set_revision(&next.to_string());
                let told = format!("Created ReplicaSet {name} (revision {next})");
                self.event(false, "NewReplicaSetCreated", &told);
                let told = format!("Created new replica set \"{name}\"");
                self.patch_conditions(&[("Progressing", "True", "NewReplicaSetCreated", &told)]);
            }
            Err(status) => {
                let told = format!("Failed to create new replica set \"{name}\": {}", status.message);
                self.event(true, "ReplicaSetCreateError", &told);
                self.patch_conditions(&[("Progressing", "False", "ReplicaSetCreateError", &told)]);
                self.wake_in(Duration::from_secs(5));
            }
        }
    }

    pub(super) fn inherited(&self) -> Map {
        let own = [LAST_APPLIED, REVISION, HISTORY, DESIRED];
        let all = self.object.value.map_at("metadata.annotations");
        all.iter().filter(|(key, _)| !own.contains(&key.as_ref())).map(|(k, v)| (k.clone(), v.clone())).collect()
    }
}
