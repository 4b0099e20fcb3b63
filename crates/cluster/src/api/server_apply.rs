//! Server-side apply: who owns which field (Kubernetes 1.32, `apimachinery/pkg/util/managedfields`).
//! Unlike kubernetes: fields have owners only from an object's first server-side apply on, and not those that
//! controllers write.

use super::{Apply, Writer, admit};
use crate::defaults;
use crate::engine::Cluster;
use crate::fields::{self, Path, Paths};
use crate::kinds::{KindId, behaviour_of};
use crate::object::Object;
use crate::status::{FieldError, Status};
use manifest::{Value, json_merge, object, strategic_merge};
use sim::Sim;
use std::sync::Arc;

/// One manager of an object.
struct Manager {
    name: String,
    operation: String,
    api: String,
    time: Value,
    owns: Paths,
}

fn managers(object: &Value) -> Vec<Manager> {
    let read = |entry: &Value| Manager {
        name: entry.str_at("manager").into(),
        operation: entry.str_at("operation").into(),
        api: entry.str_at("apiVersion").into(),
        time: entry.at("time").clone(),
        owns: fields::read(entry.at("fieldsV1")),
    };
    object.list_at("metadata.managedFields").iter().map(read).collect()
}

fn written(managers: &[Manager]) -> Value {
    let entry = |m: &Manager| {
        object! {
            "apiVersion" => &m.api, "fieldsType" => "FieldsV1", "fieldsV1" => fields::stored(&m.owns),
            "manager" => &m.name, "operation" => &m.operation, "time" => m.time.clone(),
        }
    };
    managers.iter().filter(|m| !m.owns.is_empty()).map(entry).collect()
}

fn conflict(found: &[(String, String, Path)]) -> Status {
    let who = |(name, api, _): &(String, String, Path)| format!("{name:?} using {api}");
    let told = match found {
        [one] => format!("conflict with {}: {}", who(one), fields::shown(&one.2)),
        all => {
            let mut lines: Vec<String> = Vec::new();
            let mut before = String::new();
            for item in all {
                if who(item) != before {
                    before = who(item);
                    lines.push(format!("conflicts with {before}:"));
                }
                lines.push(format!("- {}", fields::shown(&item.2)));
            }
            lines.join("\n")
        }
    };
    let more = if found.len() == 1 { "" } else { "s" };
    let message = format!("Apply failed with {} conflict{more}: {told}", found.len());
    let mut status = Status { code: 409, reason: "Conflict".into(), ..Status::bad_request(message) };
    let cause = |item: &(String, String, Path)| FieldError {
        reason: "FieldManagerConflict".into(),
        field: fields::shown(&item.2),
        message: format!("conflict with {}", who(item)),
    };
    status.details.causes = found.iter().map(cause).collect();
    status
}

impl Cluster {
    /// PATCH of `application/apply-patch+yaml`: the fields that the manager names are its own from now on.
    pub fn server_apply(
        &mut self,
        sim: &mut Sim,
        (kind, namespace): (KindId, &str),
        value: &Value,
        force: bool,
        writer: &Writer,
    ) -> Result<(Apply, Arc<Object>), Status> {
        let place = (namespace, value.str_at("metadata.name"));
        self.permit(writer.user.as_ref(), "patch", (kind, ""), place)?;
        let info = self.store.kinds().info(kind).clone();
        let mut applied = value.clone();
        defaults::upgrade(&mut applied);
        admit::decode(&self.store, &info, &applied)?;
        let own = fields::of(&info.kind, &applied);
        let mine = Manager {
            name: writer.name.to_string(),
            operation: "Apply".into(),
            api: info.api_version(),
            time: sim.now().rfc3339().into(),
            owns: own.clone(),
        };
        let name = applied.str_at("metadata.name").to_string();
        let Some(live) = self.store.get(kind, namespace, &name).cloned() else {
            applied.set("metadata.managedFields", written(&[mine]));
            return Ok((Apply::Created, self.create(sim, kind, namespace, applied, writer)?));
        };
        let (old, mut others): (Vec<Manager>, Vec<Manager>) =
            managers(&live.value).into_iter().partition(|m| m.name == mine.name && m.operation == "Apply");
        let mut found = Vec::new();
        for other in &others {
            let differs = |path: &&Path| fields::get(&live.value, path) != fields::get(&applied, path);
            let taken = own.intersection(&other.owns).filter(differs);
            found.extend(taken.map(|path| (other.name.clone(), other.api.clone(), path.clone())));
        }
        if !found.is_empty() && !force {
            return Err(conflict(&found));
        }
        for (_, _, path) in &found {
            for other in &mut others {
                other.owns.remove(path);
            }
        }
        let mut merged = match behaviour_of(kind) {
            Some(_) => strategic_merge(&info.kind, &live.value, &applied)
                .map_err(|why| Status::bad_request(why.to_string()))?,
            None => json_merge(&live.value, &applied),
        };
        let before = old.into_iter().next();
        for path in before.iter().flat_map(|before| before.owns.difference(&own)) {
            if !others.iter().any(|other| other.owns.contains(path)) {
                fields::remove(&mut merged, path);
            }
        }
        let same_fields = before.as_ref().is_some_and(|before| before.owns == own) && found.is_empty();
        if same_fields && merged == live.value {
            return Ok((Apply::Unchanged, live));
        }
        others.push(mine);
        merged.set("metadata.managedFields", written(&others));
        let new = self.update_decoded(sim, kind, namespace, merged, writer)?;
        Ok((Apply::Configured, new))
    }

    /// A write of another kind: what it changed is the writer's now.
    pub(super) fn take_ownership(&self, sim: &Sim, old: &Object, value: &mut Value, writer: &Writer) {
        let had = old.value.at("metadata.managedFields");
        if had.is_zero() || *value.at("metadata.managedFields") != *had {
            return;
        }
        let info = self.store.kinds().info(old.key.kind);
        let now = fields::of(&info.kind, value);
        let changed: Paths =
            now.iter().filter(|path| fields::get(&old.value, path) != fields::get(value, path)).cloned().collect();
        if changed.is_empty() {
            return;
        }
        let mut all = managers(&old.value);
        for manager in &mut all {
            manager.owns.retain(|path| !changed.contains(path));
        }
        let time: Value = sim.now().rfc3339().into();
        match all.iter_mut().find(|m| m.name == writer.name && m.operation == "Update") {
            Some(own) => {
                for path in changed.iter() {
                    own.owns.insert(path.clone());
                }
                own.time = time;
            }
            None => all.push(Manager {
                name: writer.name.to_string(),
                operation: "Update".into(),
                api: info.api_version(),
                time,
                owns: changed,
            }),
        }
        value.set("metadata.managedFields", written(&all));
    }
}
