//! Ephemeral containers: what `kubectl debug` adds to a pod that runs (Kubernetes 1.32, `pkg/registry/core/pod/strategy.go`).
//!
//! Unlike kubernetes: such a container runs at once, without a pull; what runs in it is a shell that somebody opens.

use super::Writer;
use crate::engine::Cluster;
use crate::kinds;
use crate::object::Object;
use crate::recorder::Note;
use crate::status::{FieldError, Status};
use manifest::{Value, object};
use sim::Sim;
use std::sync::Arc;

const STATUSES: &str = "ephemeralContainerStatuses";

impl Cluster {
    /// PATCH of the subresource `ephemeralcontainers`, with one container more.
    pub fn add_ephemeral(
        &mut self,
        sim: &mut Sim,
        (namespace, name): (&str, &str),
        mut container: Value,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        self.permit(writer.user.as_ref(), "patch", (kinds::POD, "ephemeralcontainers"), (namespace, name))?;
        let writer = &writer.clone().on_behalf(None);
        let pod = self.get(kinds::POD, namespace, name)?.clone();
        self.check_ephemeral(&pod, &container)?;
        let image = container.str_at("image").to_string();
        let latest = image.ends_with(":latest") || !image.rsplit('/').next().unwrap_or("").contains(':');
        for (field, value) in [
            ("imagePullPolicy", if latest { "Always" } else { "IfNotPresent" }),
            ("terminationMessagePath", "/dev/termination-log"),
            ("terminationMessagePolicy", "File"),
        ] {
            if container.str_at(field).is_empty() {
                container.put(field, value);
            }
        }
        if container.at("resources").is_null() {
            container.put("resources", Value::map());
        }
        let own = container.str_at("name").to_string();
        let mut value = pod.value.clone();
        value.at_mut("spec.ephemeralContainers").make_list().push(container);
        let pod = self.replace(sim, &pod, value, writer)?;
        let node: Arc<str> = pod.value.str_at("spec.nodeName").into();
        if writer.dry_run || node.is_empty() {
            return Ok(pod);
        }
        let mut status = pod.value.at("status").clone();
        let hex: String = (0..4).map(|_| format!("{:016x}", sim.rng().next_u64())).collect();
        status.at_mut(STATUSES).make_list().push(object! {
            "containerID" => format!("containerd://{hex}"), "image" => image, "imageID" => "", "lastState" => Value::map(),
            "name" => own.as_str(), "ready" => false, "restartCount" => 0,
            "state" => object! { "running" => object! { "startedAt" => sim.now().rfc3339() } },
        });
        let pod = self.replace_status(sim, &pod, status, writer)?;
        for (reason, message) in
            [("Created", format!("Created container: {own}")), ("Started", format!("Started container {own}"))]
        {
            let mut note = Note::normal(reason, message).on(&node, None);
            note.field = Some(format!("spec.ephemeralContainers{{{own}}}"));
            self.event(sim, &pod, note);
        }
        Ok(pod)
    }

    fn check_ephemeral(&self, pod: &Object, container: &Value) -> Result<(), Status> {
        let at = format!("spec.ephemeralContainers[{}]", pod.value.list_at("spec.ephemeralContainers").len());
        let names = ["spec.containers", "spec.initContainers", "spec.ephemeralContainers"];
        let named = |wanted: &Value| names.iter().flat_map(|l| pod.value.list_at(l)).any(|c| c.at("name") == wanted);
        let mut wrong = Vec::new();
        if named(container.at("name")) {
            wrong.push(FieldError::duplicate(format!("{at}.name"), container.at("name")));
        }
        if container.str_at("image").is_empty() {
            wrong.push(FieldError::required(format!("{at}.image"), ""));
        }
        let target = container.at("targetContainerName");
        if !target.is_null() && !pod.value.list_at("spec.containers").iter().any(|c| c.at("name") == target) {
            wrong.push(FieldError::not_found(format!("{at}.targetContainerName"), target));
        }
        if wrong.is_empty() { Ok(()) } else { Err(Status::invalid(("", "Pod"), pod.name(), wrong)) }
    }

    /// The shell in an ephemeral container ended.
    pub fn end_ephemeral(
        &mut self,
        sim: &mut Sim,
        (namespace, name): (&str, &str),
        container: &str,
        code: i64,
        writer: &Writer,
    ) -> Result<(), Status> {
        let pod = self.get(kinds::POD, namespace, name)?.clone();
        let mut status = pod.value.at("status").clone();
        let now = sim.now().rfc3339();
        for own in status.at_mut(STATUSES).make_list().iter_mut().filter(|own| own.str_at("name") == container) {
            let (id, began) = (own.at("containerID").clone(), own.at("state.running.startedAt").clone());
            let reason = if code == 0 { "Completed" } else { "Error" };
            let ended = object! {
                "containerID" => id, "exitCode" => code, "finishedAt" => now.as_str(), "reason" => reason, "startedAt" => began,
            };
            own.put("state", object! { "terminated" => ended });
        }
        self.replace_status(sim, &pod, status, writer).map(drop)
    }
}
