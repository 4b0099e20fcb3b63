//! Namespaces, nodes, services, endpoint slices, config maps, secrets, service accounts and events.

use super::{Cell, Printer, age, labels, none_if_empty, since};
use crate::object::{Object, condition, time_at};
use manifest::Value;
use sim::Time;

pub(crate) const NAMESPACE: Printer =
    Printer { columns: &[("NAME", false), ("STATUS", false), ("AGE", false)], row: namespace };

pub(crate) const NODE: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("STATUS", false),
        ("ROLES", false),
        ("AGE", false),
        ("VERSION", false),
        ("INTERNAL-IP", true),
        ("EXTERNAL-IP", true),
        ("OS-IMAGE", true),
        ("KERNEL-VERSION", true),
        ("CONTAINER-RUNTIME", true),
    ],
    row: node,
};

pub(crate) const SERVICE: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("TYPE", false),
        ("CLUSTER-IP", false),
        ("EXTERNAL-IP", false),
        ("PORT(S)", false),
        ("AGE", false),
        ("SELECTOR", true),
    ],
    row: service,
};

pub(crate) const ENDPOINT_SLICE: Printer = Printer {
    columns: &[("NAME", false), ("ADDRESSTYPE", false), ("PORTS", false), ("ENDPOINTS", false), ("AGE", false)],
    row: endpoint_slice,
};

pub(crate) const ENDPOINTS: Printer =
    Printer { columns: &[("NAME", false), ("ENDPOINTS", false), ("AGE", false)], row: endpoints };

pub(crate) const CONFIG_MAP: Printer =
    Printer { columns: &[("NAME", false), ("DATA", false), ("AGE", false)], row: config_map };

pub(crate) const SECRET: Printer =
    Printer { columns: &[("NAME", false), ("TYPE", false), ("DATA", false), ("AGE", false)], row: secret };

pub(crate) const SERVICE_ACCOUNT: Printer =
    Printer { columns: &[("NAME", false), ("SECRETS", false), ("AGE", false)], row: service_account };

pub(crate) const EVENT: Printer = Printer {
    columns: &[
        ("LAST SEEN", false),
        ("TYPE", false),
        ("REASON", false),
        ("OBJECT", false),
        ("SUBOBJECT", true),
        ("SOURCE", true),
        ("MESSAGE", false),
        ("FIRST SEEN", true),
        ("COUNT", true),
        ("NAME", true),
    ],
    row: event,
};

fn namespace(object: &Object, now: Time) -> Vec<Cell> {
    vec![object.name().into(), object.value.str_at("status.phase").into(), age(object, now)]
}

fn node(object: &Object, now: Time) -> Vec<Cell> {
    let mut status = match condition(&object.value, "Ready").map(|ready| ready.str_at("status")) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    }
    .to_string();
    if object.value.bool_at("spec.unschedulable") {
        status.push_str(",SchedulingDisabled");
    }
    let roles: Vec<&str> =
        object.labels().keys().filter_map(|key| key.strip_prefix("node-role.kubernetes.io/")).collect();
    let address = |kind: &str| {
        let found = object.value.list_at("status.addresses").iter().find(|a| a.str_at("type") == kind);
        none_if_empty(found.map_or("", |a| a.str_at("address")).to_string())
    };
    let info = |field: &str| object.value.at("status.nodeInfo").str_at(field).to_string();
    vec![
        object.name().into(),
        status,
        none_if_empty(roles.join(",")),
        age(object, now),
        info("kubeletVersion"),
        address("InternalIP"),
        address("ExternalIP"),
        info("osImage"),
        info("kernelVersion"),
        info("containerRuntimeVersion"),
    ]
}

fn service(object: &Object, now: Time) -> Vec<Cell> {
    let spec = object.value.at("spec");
    let ports: Vec<String> = spec.list_at("ports").iter().map(service_port).collect();
    vec![
        object.name().into(),
        spec.str_at("type").into(),
        none_if_empty(spec.str_at("clusterIP").into()),
        external_ip(&object.value),
        none_if_empty(ports.join(",")),
        age(object, now),
        labels(spec.map_at("selector")),
    ]
}

fn service_port(port: &Value) -> String {
    let (number, protocol) = (port.int_at("port").unwrap_or(0), port.str_at("protocol"));
    match port.int_at("nodePort").filter(|n| *n > 0) {
        Some(node_port) => format!("{number}:{node_port}/{protocol}"),
        None => format!("{number}/{protocol}"),
    }
}

fn external_ip(service: &Value) -> String {
    let texts = |all: &[Value], field: &str| {
        let text = |v: &Value| if field.is_empty() { v.as_str().unwrap_or("") } else { v.str_at(field) }.to_string();
        all.iter().map(text).filter(|t| !t.is_empty()).collect::<Vec<_>>()
    };
    let own = texts(service.list_at("spec.externalIPs"), "");
    match service.str_at("spec.type") {
        "ExternalName" => service.str_at("spec.externalName").to_string(),
        "LoadBalancer" => {
            let mut all = texts(service.list_at("status.loadBalancer.ingress"), "ip");
            all.extend(texts(service.list_at("status.loadBalancer.ingress"), "hostname"));
            all.extend(own);
            if all.is_empty() { "<pending>".into() } else { all.join(",") }
        }
        _ => none_if_empty(own.join(",")),
    }
}

/// At most three, then how many more.
fn shortened(all: &[String]) -> String {
    match all.len() {
        0..=3 => all.join(","),
        more => format!("{} + {} more...", all[..3].join(","), more - 3),
    }
}

fn endpoint_slice(object: &Object, now: Time) -> Vec<Cell> {
    let ports: Vec<String> =
        object.value.list_at("ports").iter().map(|p| p.int_at("port").map_or("*".into(), |n| n.to_string())).collect();
    let addresses: Vec<String> = (object.value.list_at("endpoints").iter())
        .flat_map(|e| e.list_at("addresses"))
        .filter_map(|a| a.as_str().map(str::to_string))
        .collect();
    let unset = |text: String| if text.is_empty() { "<unset>".into() } else { text };
    vec![
        object.name().into(),
        object.value.str_at("addressType").into(),
        unset(shortened(&ports)),
        unset(shortened(&addresses)),
        age(object, now),
    ]
}

fn endpoints(object: &Object, now: Time) -> Vec<Cell> {
    let mut all = Vec::new();
    for subset in object.value.list_at("subsets") {
        let addresses = subset.list_at("addresses").iter().map(|a| a.str_at("ip"));
        for port in subset.list_at("ports") {
            let number = port.int_at("port").unwrap_or(0);
            all.extend(addresses.clone().map(|ip| format!("{ip}:{number}")));
        }
        if subset.list_at("ports").is_empty() {
            all.extend(addresses.map(str::to_string));
        }
    }
    vec![object.name().into(), none_if_empty(shortened(&all)), age(object, now)]
}

fn config_map(object: &Object, now: Time) -> Vec<Cell> {
    let count = object.value.map_at("data").len() + object.value.map_at("binaryData").len();
    vec![object.name().into(), count.to_string(), age(object, now)]
}

fn secret(object: &Object, now: Time) -> Vec<Cell> {
    let count = object.value.map_at("data").len();
    vec![object.name().into(), object.value.str_at("type").into(), count.to_string(), age(object, now)]
}

fn service_account(object: &Object, now: Time) -> Vec<Cell> {
    vec![object.name().into(), object.value.list_at("secrets").len().to_string(), age(object, now)]
}

fn event(object: &Object, now: Time) -> Vec<Cell> {
    let value = &object.value;
    let (first, last) = (time_at(value, "firstTimestamp"), time_at(value, "lastTimestamp"));
    let involved = value.at("involvedObject");
    let (component, host) = (value.str_at("source.component"), value.str_at("source.host"));
    let source = if host.is_empty() { component.to_string() } else { format!("{component}, {host}") };
    vec![
        since(last.or(first), now),
        value.str_at("type").into(),
        value.str_at("reason").into(),
        format!("{}/{}", involved.str_at("kind").to_ascii_lowercase(), involved.str_at("name")),
        involved.str_at("fieldPath").into(),
        source,
        value.str_at("message").trim().into(),
        since(first.or(last), now),
        value.int_at("count").unwrap_or(1).to_string(),
        object.name().into(),
    ]
}
