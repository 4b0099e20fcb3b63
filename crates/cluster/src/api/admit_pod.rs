//! Admission of pods: what the API server's plugins look up in the store (Kubernetes 1.32, `plugin/pkg/admission`).

use crate::controllers::volume::class_of;
use crate::defaults;
use crate::engine::Cluster;
use crate::kinds::{self, KindId};
use crate::quota;
use crate::status::Status;
use manifest::Value;

impl Cluster {
    /// Completes an object by what the store knows, or refuses it.
    pub(super) fn admit_new(&self, kind: KindId, namespace: &str, value: &mut Value) -> Result<(), Status> {
        let told = self.limit(kind, namespace, value);
        if !told.is_empty() {
            let all = if told.len() == 1 { told[0].clone() } else { format!("[{}]", told.join(", ")) };
            return Err(Status::forbidden(self.store.kinds().info(kind).resource(), pod_name(value), &all));
        }
        match kind {
            kinds::POD => {
                self.admit_pod(namespace, value)?;
                if value.at("metadata.annotations").get("kubernetes.io/limit-ranger").is_some() {
                    let class = defaults::qos_class(value);
                    value.set("status.qosClass", class);
                }
            }
            kinds::PERSISTENTVOLUMECLAIM => self.admit_claim(value),
            kinds::INGRESS => self.admit_ingress(value),
            _ => {}
        }
        match quota::exceeded(&self.store, kind, namespace, value) {
            Some(why) => Err(Status::forbidden(self.store.kinds().info(kind).resource(), pod_name(value), &why)),
            None => Ok(()),
        }
    }

    /// An ingress without a class gets the default one.
    fn admit_ingress(&self, ingress: &mut Value) {
        let default = |class: &&std::sync::Arc<crate::object::Object>| {
            class.annotation("ingressclass.kubernetes.io/is-default-class") == "true"
        };
        if ingress.at("spec.ingressClassName").is_null()
            && let Some(class) = self.store.all(kinds::INGRESSCLASS, None).find(default)
        {
            ingress.set("spec.ingressClassName", &class.key.name);
        }
    }

    /// Completes a pod that is about to be created, or refuses it. What needs nothing of the store is done already.
    pub(super) fn admit_pod(&self, namespace: &str, pod: &mut Value) -> Result<(), Status> {
        self.service_account(namespace, pod)?;
        self.priority(pod)
    }

    /// `plugin/pkg/admission/priority`.
    fn priority(&self, pod: &mut Value) -> Result<(), Status> {
        let name = pod.str_at("spec.priorityClassName");
        let class = if name.is_empty() {
            self.store.all(kinds::PRIORITYCLASS, None).find(|class| class.value.bool_at("globalDefault"))
        } else {
            let found = self.store.get(kinds::PRIORITYCLASS, "", name);
            if found.is_none() {
                let why = format!("no PriorityClass with name {name} was found");
                return Err(Status::forbidden(("", "pods"), pod_name(pod), &why));
            }
            found
        };
        let Some(class) = class.cloned() else { return Ok(()) };
        pod.set("spec.priorityClassName", &class.key.name);
        pod.set("spec.priority", class.value.at("value").clone());
        pod.set("spec.preemptionPolicy", class.value.at("preemptionPolicy").clone());
        Ok(())
    }

    /// A claim without a class gets the default one (`plugin/pkg/admission/storage/storageclass/setdefault`).
    pub(super) fn admit_claim(&self, claim: &mut Value) {
        let default = |class: &&std::sync::Arc<crate::object::Object>| {
            class.annotation("storageclass.kubernetes.io/is-default-class") == "true"
        };
        if claim.at("spec.storageClassName").is_null()
            && class_of(claim).is_empty()
            && let Some(class) = self.store.all(kinds::STORAGECLASS, None).find(default)
        {
            claim.set("spec.storageClassName", &class.key.name);
        }
    }

    /// `plugin/pkg/admission/serviceaccount`.
    fn service_account(&self, namespace: &str, pod: &mut Value) -> Result<(), Status> {
        let name = pod.str_at("spec.serviceAccountName");
        let Some(account) = self.store.get(kinds::SERVICEACCOUNT, namespace, name) else {
            let why =
                format!("error looking up service account {namespace}/{name}: serviceaccount \"{name}\" not found");
            return Err(Status::forbidden(("", "pods"), pod_name(pod), &why));
        };
        let account = account.value.clone();
        let mount = |value: &Value, path: &str| value.at(path).as_bool();
        let own = mount(pod, "spec.automountServiceAccountToken");
        if own.is_none() && mount(&account, "automountServiceAccountToken") == Some(false) {
            defaults::remove_token(pod);
        }
        if pod.list_at("spec.imagePullSecrets").is_empty() && !account.list_at("imagePullSecrets").is_empty() {
            pod.set("spec.imagePullSecrets", account.at("imagePullSecrets").clone());
        }
        Ok(())
    }
}

/// The name that a refusal tells: of a pod without one, the base of its name.
pub(super) fn pod_name(pod: &Value) -> &str {
    match pod.str_at("metadata.name") {
        "" => pod.str_at("metadata.generateName"),
        name => name,
    }
}
