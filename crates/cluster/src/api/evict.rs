//! The eviction subresource: a delete that respects budgets (Kubernetes 1.32, `pkg/registry/core/pod/storage/eviction.go`).

use super::{DeleteOptions, Writer};
use crate::controllers::disruption::budgets_of;
use crate::engine::Cluster;
use crate::kinds;
use crate::object::Object;
use crate::pods::{pod_ready, set_condition};
use crate::status::{FieldError, Status};
use manifest::object;
use sim::Sim;
use std::sync::Arc;

const TOO_MANY: &str = "Cannot evict pod as it would violate the pod's disruption budget.";

fn too_many(why: String) -> Status {
    let cause = FieldError { reason: "DisruptionBudget".into(), field: String::new(), message: why };
    let mut status = Status { code: 429, reason: "TooManyRequests".into(), ..Status::bad_request(TOO_MANY) };
    status.details.causes = vec![cause];
    status
}

impl Cluster {
    /// POST of an Eviction: deletes the pod where its budget allows that.
    pub fn evict(
        &mut self,
        sim: &mut Sim,
        (namespace, name): (&str, &str),
        options: DeleteOptions,
        writer: &Writer,
    ) -> Result<Arc<Object>, Status> {
        self.permit(writer.user.as_ref(), "create", (kinds::POD, "eviction"), (namespace, name))?;
        let writer = &writer.clone().on_behalf(None);
        let pod = self.get(kinds::POD, namespace, name)?.clone();
        let counts = !matches!(pod.value.str_at("status.phase"), "Succeeded" | "Failed" | "Pending") && !pod.deleting();
        if counts {
            self.spend_budget(sim, &pod, writer)?;
        }
        if writer.dry_run {
            return Ok(pod);
        }
        if counts {
            self.mark_disrupted(sim, &pod, ("EvictionByEvictionAPI", "Eviction API: evicting"), writer);
        }
        self.delete(sim, (kinds::POD, namespace, name), options, writer)
    }

    /// Takes one disruption from the pod's budget, or says why there is none.
    fn spend_budget(&mut self, sim: &mut Sim, pod: &Arc<Object>, writer: &Writer) -> Result<(), Status> {
        let budgets: Vec<Arc<Object>> = budgets_of(&self.store, pod).cloned().collect();
        if budgets.len() > 1 {
            let told =
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
            return Err(Status { code: 500, reason: "InternalError".into(), ..Status::bad_request(told) });
        }
        let Some(budget) = budgets.first() else { return Ok(()) };
        let status = budget.value.at("status");
        let number = |field: &str| status.int_at(field).unwrap_or(0);
        let (has, needs) = (number("currentHealthy"), number("desiredHealthy"));
        if !pod_ready(pod) {
            let always = budget.value.str_at("spec.unhealthyPodEvictionPolicy") == "AlwaysAllow";
            if always || (has >= needs && needs > 0) {
                return Ok(());
            }
        }
        let name = budget.name();
        if number("observedGeneration") < budget.generation() {
            return Err(too_many(format!("The disruption budget {name} is still being processed by the server.")));
        }
        if number("disruptionsAllowed") <= 0 {
            let told = format!("The disruption budget {name} needs {needs} healthy pods and has {has} currently");
            return Err(too_many(told));
        }
        if writer.dry_run {
            return Ok(());
        }
        let mut status = status.clone();
        status.put("disruptionsAllowed", number("disruptionsAllowed") - 1);
        status.at_mut("disruptedPods").put(pod.name(), sim.now().rfc3339());
        self.replace_status(sim, budget, status, writer).map(drop)
    }

    /// The condition that tells why a pod is about to go.
    pub(crate) fn mark_disrupted(
        &mut self,
        sim: &mut Sim,
        pod: &Arc<Object>,
        (reason, message): (&str, &str),
        writer: &Writer,
    ) {
        let mut status = pod.value.at("status").clone();
        let condition = object! {
            "lastProbeTime" => manifest::Value::Null, "message" => message, "reason" => reason, "status" => "True",
            "type" => "DisruptionTarget",
        };
        set_condition(&mut status, condition, &sim.now().rfc3339());
        // The pod was just read, so its status can be written.
        self.replace_status(sim, pod, status, writer).expect("the pod is in the store");
    }
}
