//! `Endpoints`, the older form of endpoint slices: one object a service, told when somebody looks.
//!
//! Unlike kubernetes: they are no objects of the store and cannot be watched; each change of a pod would write its
//! service's whole list anew.

use crate::engine::Cluster;
use crate::kinds;
use crate::object::{Key, Object};
use crate::status::Status;
use manifest::{Value, object};
use order::OrdMap;
use std::sync::Arc;

impl Cluster {
    /// The endpoints of every service with a selector in a namespace, or in all.
    pub fn all_endpoints(&self, namespace: Option<&str>) -> Vec<Arc<Object>> {
        let services = self.store.all(kinds::SERVICE, namespace);
        services.filter(|service| has_endpoints(service)).map(|service| Arc::new(self.told(service))).collect()
    }

    /// The endpoints of one service.
    pub fn endpoints(&self, namespace: &str, name: &str) -> Result<Arc<Object>, Status> {
        let service = self.store.get(kinds::SERVICE, namespace, name).filter(|service| has_endpoints(service));
        let missing = || Status::not_found(("", "endpoints"), name);
        service.map(|service| Arc::new(self.told(service))).ok_or_else(missing)
    }

    fn told(&self, service: &Arc<Object>) -> Object {
        // Addresses with the same ports are a subset.
        let mut subsets: OrdMap<String, (Value, Vec<Value>, Vec<Value>)> = OrdMap::new();
        let (mut version, mut trigger) = (service.version, String::new());
        let slices = self.store.all(kinds::ENDPOINTSLICE, Some(service.namespace()));
        for slice in slices.filter(|slice| slice.label("kubernetes.io/service-name") == service.name()) {
            version = version.max(slice.version);
            let when = slice.annotation(TRIGGER);
            if *trigger < *when {
                trigger = when.into();
            }
            let mut ports = slice.value.at("ports").clone();
            for port in ports.make_list() {
                if port.str_at("name").is_empty() {
                    port.remove("name");
                }
            }
            let (_, ready, waiting) = subsets.entry(ports.to_json()).or_insert_with(|| (ports, Vec::new(), Vec::new()));
            for endpoint in slice.value.list_at("endpoints") {
                let list =
                    if endpoint.at("conditions.ready").as_bool() == Some(false) { &mut *waiting } else { &mut *ready };
                list.push(address(endpoint));
            }
        }
        let mut value = object! { "apiVersion" => "v1", "kind" => "Endpoints" };
        let mut metadata = object! {
            "creationTimestamp" => service.created_at().rfc3339(), "name" => service.name(),
            "namespace" => service.namespace(), "resourceVersion" => version.to_string(),
            "uid" => format!("{}e", &service.uid[..service.uid.len().saturating_sub(1)]),
        };
        if !trigger.is_empty() {
            metadata.put("annotations", object! { TRIGGER => trigger });
        }
        if !service.labels().is_empty() {
            metadata.put("labels", service.value.at("metadata.labels").clone());
        }
        value.put("metadata", metadata);
        let mut all = Vec::new();
        for (ports, ready, waiting) in subsets.values() {
            let mut subset = Value::map();
            for (name, list) in [("addresses", ready), ("notReadyAddresses", waiting)] {
                if !list.is_empty() {
                    subset.put(name, Value::list(list.clone()));
                }
            }
            if !subset.entries().is_empty() {
                subset.put("ports", ports.clone());
                all.push(subset);
            }
        }
        if !all.is_empty() {
            value.put("subsets", Value::list(all));
        }
        let key = Key::new(kinds::ENDPOINTS, service.key.namespace.clone(), service.key.name.clone());
        Object { key, value, version, ..(**service).clone() }
    }
}

const TRIGGER: &str = "endpoints.kubernetes.io/last-change-trigger-time";

fn has_endpoints(service: &Object) -> bool {
    !service.value.map_at("spec.selector").is_empty()
}

fn address(endpoint: &Value) -> Value {
    let mut address = object! { "ip" => endpoint.str_at("addresses[0]") };
    for (from, to) in [("hostname", "hostname"), ("nodeName", "nodeName"), ("targetRef", "targetRef")] {
        if !endpoint.at(from).is_null() {
            address.put(to, endpoint.at(from).clone());
        }
    }
    address
}
