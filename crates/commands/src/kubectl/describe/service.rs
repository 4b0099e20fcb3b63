//! Services and endpoint slices.

use super::super::kube::Kube;
use super::parts::{Writer, annotations, int_or_text, labels};
use cluster::{ENDPOINTSLICE, Object};
use manifest::Value;
use std::sync::Arc;

fn joined(all: &[Value]) -> String {
    let texts: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
    if texts.is_empty() { "<none>".into() } else { texts.join(",") }
}

pub(super) fn write(kube: &Kube<'_, '_>, service: &Object, w: &mut Writer) {
    let spec = service.value.at("spec");
    w.pair(0, "Name", service.name());
    w.pair(0, "Namespace", service.namespace());
    labels(w, "Labels", service.labels());
    annotations(w, "Annotations", service.value.map_at("metadata.annotations"));
    let selector: Vec<String> =
        spec.map_at("selector").iter().map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or(""))).collect();
    w.pair(0, "Selector", if selector.is_empty() { "<none>".into() } else { selector.join(",") });
    w.pair(0, "Type", spec.str_at("type"));
    if !spec.str_at("ipFamilyPolicy").is_empty() {
        w.pair(0, "IP Family Policy", spec.str_at("ipFamilyPolicy"));
    }
    w.pair(0, "IP Families", joined(spec.list_at("ipFamilies")));
    w.pair(0, "IP", spec.str_at("clusterIP"));
    w.pair(0, "IPs", joined(spec.list_at("clusterIPs")));
    if !spec.list_at("externalIPs").is_empty() {
        w.pair(0, "External IPs", joined(spec.list_at("externalIPs")));
    }
    if !spec.str_at("externalName").is_empty() {
        w.pair(0, "External Name", spec.str_at("externalName"));
    }
    if !spec.str_at("loadBalancerIP").is_empty() {
        w.pair(0, "Desired LoadBalancer IP", spec.str_at("loadBalancerIP"));
    }
    let balancers = service.value.list_at("status.loadBalancer.ingress");
    if !balancers.is_empty() {
        let one = |b: &Value| match (b.str_at("ip"), b.str_at("ipMode")) {
            ("", _) => b.str_at("hostname").to_string(),
            (ip, "") => ip.to_string(),
            (ip, mode) => format!("{ip} ({mode})"),
        };
        w.pair(0, "LoadBalancer Ingress", balancers.iter().map(one).collect::<Vec<_>>().join(", "));
    }
    for port in spec.list_at("ports") {
        let name = Some(port.str_at("name")).filter(|name| !name.is_empty()).unwrap_or("<unset>");
        let protocol = port.str_at("protocol");
        w.pair(0, "Port", format!("{name}\t{}/{protocol}", port.int_at("port").unwrap_or(0)));
        w.pair(0, "TargetPort", format!("{}/{protocol}", int_or_text(port.at("targetPort"))));
        if let Some(node_port) = port.int_at("nodePort").filter(|n| *n > 0) {
            w.pair(0, "NodePort", format!("{name}\t{node_port}/{protocol}"));
        }
        w.pair(0, "Endpoints", endpoints_of(kube, service, port.str_at("name")));
    }
    w.pair(0, "Session Affinity", spec.str_at("sessionAffinity"));
    for (title, field) in
        [("External Traffic Policy", "externalTrafficPolicy"), ("Internal Traffic Policy", "internalTrafficPolicy")]
    {
        if !spec.str_at(field).is_empty() {
            w.pair(0, title, spec.str_at(field));
        }
    }
}

/// What stands behind a service's port of a name.
pub(super) fn endpoints_of(kube: &Kube<'_, '_>, service: &Object, name: &str) -> String {
    let slices: Vec<&Arc<Object>> = (kube.store().all(ENDPOINTSLICE, Some(service.namespace())))
        .filter(|slice| slice.label("kubernetes.io/service-name") == service.name())
        .collect();
    endpoints(&slices, name)
}

/// Ready addresses behind a port: three, and how many more.
fn endpoints(slices: &[&Arc<Object>], name: &str) -> String {
    if slices.is_empty() {
        return "<none>".into();
    }
    let mut all = Vec::new();
    for slice in slices {
        for port in slice.value.list_at("ports").iter().filter(|port| port.str_at("name") == name) {
            let number = port.int_at("port").unwrap_or(0);
            for endpoint in slice.value.list_at("endpoints") {
                if endpoint.at("conditions.ready").as_bool() != Some(false) {
                    all.push(format!("{}:{number}", endpoint.str_at("addresses[0]")));
                }
            }
        }
    }
    match all.len() {
        0..=3 => all.join(","),
        more => format!("{} + {} more...", all[..3].join(","), more - 3),
    }
}

pub(super) fn endpoints_object(object: &Object, w: &mut Writer) {
    super::parts::head(w, object);
    w.line(0, "Subsets:");
    for subset in object.value.list_at("subsets") {
        let shown = |field: &str| {
            let all: Vec<&str> = subset.list_at(field).iter().map(|address| address.str_at("ip")).collect();
            if all.is_empty() { "<none>".to_string() } else { all.join(",") }
        };
        w.pair(1, "Addresses", shown("addresses"));
        w.pair(1, "NotReadyAddresses", shown("notReadyAddresses"));
        let ports = subset.list_at("ports");
        if !ports.is_empty() {
            w.line(1, "Ports:");
            w.line(2, "Name\tPort\tProtocol");
            w.line(2, "----\t----\t--------");
        }
        for port in ports {
            let name = Some(port.str_at("name")).filter(|name| !name.is_empty()).unwrap_or("<unset>");
            w.line(2, &format!("{name}\t{}\t{}", port.int_at("port").unwrap_or(0), port.str_at("protocol")));
        }
        w.line(0, "");
    }
}

pub(super) fn endpoint_slice(slice: &Object, w: &mut Writer) {
    let unset = |text: String| if text.is_empty() { "<unset>".to_string() } else { text };
    w.pair(0, "Name", slice.name());
    w.pair(0, "Namespace", slice.namespace());
    labels(w, "Labels", slice.labels());
    annotations(w, "Annotations", slice.value.map_at("metadata.annotations"));
    w.pair(0, "AddressType", slice.value.str_at("addressType"));
    let ports = slice.value.list_at("ports");
    if ports.is_empty() {
        w.line(0, "Ports: <unset>");
    } else {
        w.line(0, "Ports:");
        w.line(1, "Name\tPort\tProtocol");
        w.line(1, "----\t----\t--------");
        for port in ports {
            let name = unset(port.str_at("name").to_string());
            w.line(1, &format!("{name}\t{}\t{}", unset(int_or_text(port.at("port"))), port.str_at("protocol")));
        }
    }
    let endpoints = slice.value.list_at("endpoints");
    if endpoints.is_empty() {
        return w.line(0, "Endpoints: <none>");
    }
    w.line(0, "Endpoints:");
    for endpoint in endpoints {
        let addresses: Vec<&str> = endpoint.list_at("addresses").iter().filter_map(Value::as_str).collect();
        w.pair(1, "- Addresses", addresses.join(", "));
        w.line(2, "Conditions:");
        let ready = endpoint.at("conditions.ready").as_bool();
        w.pair(3, "Ready", ready.map_or_else(|| "<unset>".into(), |ready| ready.to_string()));
        w.pair(2, "Hostname", unset(endpoint.str_at("hostname").to_string()));
        let target = endpoint.at("targetRef");
        if !target.is_null() {
            w.pair(2, "TargetRef", format!("{}/{}", target.str_at("kind"), target.str_at("name")));
        }
        w.pair(2, "NodeName", unset(endpoint.str_at("nodeName").to_string()));
        w.pair(2, "Zone", unset(endpoint.str_at("zone").to_string()));
    }
}
