//! Quotas, limit ranges, roles, ingresses, network policies and definitions.

use super::{Cell, Printer, age, none_if_empty};
use crate::object::Object;
use crate::selector::LabelSelector;
use manifest::Value;
use sim::Time;

pub(crate) const QUOTA: Printer =
    Printer { columns: &[("NAME", false), ("REQUEST", false), ("LIMIT", false), ("AGE", false)], row: quota };

pub(crate) const LIMIT_RANGE: Printer = Printer { columns: &[("NAME", false), ("CREATED AT", false)], row: created };

pub(crate) const ROLE: Printer = Printer { columns: &[("NAME", false), ("CREATED AT", false)], row: created };

pub(crate) const DEFINITION: Printer = Printer { columns: &[("NAME", false), ("CREATED AT", false)], row: created };

pub(crate) const BINDING: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("ROLE", false),
        ("AGE", false),
        ("USERS", true),
        ("GROUPS", true),
        ("SERVICEACCOUNTS", true),
    ],
    row: binding,
};

pub(crate) const INGRESS: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("CLASS", false),
        ("HOSTS", false),
        ("ADDRESS", false),
        ("PORTS", false),
        ("AGE", false),
    ],
    row: ingress,
};

pub(crate) const INGRESS_CLASS: Printer = Printer {
    columns: &[("NAME", false), ("CONTROLLER", false), ("PARAMETERS", false), ("AGE", false)],
    row: ingress_class,
};

pub(crate) const NETWORK_POLICY: Printer =
    Printer { columns: &[("NAME", false), ("POD-SELECTOR", false), ("AGE", false)], row: network_policy };

fn created(object: &Object, _: Time) -> Vec<Cell> {
    vec![object.name().into(), object.value.str_at("metadata.creationTimestamp").into()]
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json(), str::to_string)
}

fn quota(object: &Object, now: Time) -> Vec<Cell> {
    let status = object.value.at("status");
    let (mut requests, mut limits) = (Vec::new(), Vec::new());
    for (name, hard) in status.map_at("hard").iter() {
        let used = status.map_at("used").get(name).map_or_else(|| "0".into(), text);
        let told = format!("{name}: {used}/{}", text(hard));
        if name.starts_with("limits") { limits.push(told) } else { requests.push(told) }
    }
    vec![object.name().into(), requests.join(", "), limits.join(", "), age(object, now)]
}

fn binding(object: &Object, now: Time) -> Vec<Cell> {
    let reference = object.value.at("roleRef");
    let of = |kind: &str| {
        let subjects = object.value.list_at("subjects").iter().filter(|s| s.str_at("kind") == kind);
        let name = |s: &Value| match kind {
            "ServiceAccount" => format!("{}/{}", s.str_at("namespace"), s.str_at("name")),
            _ => s.str_at("name").to_string(),
        };
        subjects.map(name).collect::<Vec<_>>().join(", ")
    };
    vec![
        object.name().into(),
        format!("{}/{}", reference.str_at("kind"), reference.str_at("name")),
        age(object, now),
        of("User"),
        of("Group"),
        of("ServiceAccount"),
    ]
}

fn ingress(object: &Object, now: Time) -> Vec<Cell> {
    let value = &object.value;
    let hosts: Vec<&str> =
        value.list_at("spec.rules").iter().map(|r| r.str_at("host")).filter(|host| !host.is_empty()).collect();
    let hosts = match hosts.len() {
        0 => "*".to_string(),
        1..=3 => hosts.join(","),
        more => format!("{} + {} more...", hosts[..3].join(","), more - 3),
    };
    let address = |a: &Value| if a.str_at("ip").is_empty() { a.str_at("hostname") } else { a.str_at("ip") }.to_string();
    let addresses: Vec<String> = value.list_at("status.loadBalancer.ingress").iter().map(address).collect();
    let ports = if value.list_at("spec.tls").is_empty() { "80" } else { "80, 443" };
    vec![
        object.name().into(),
        none_if_empty(value.str_at("spec.ingressClassName").into()),
        hosts,
        addresses.join(","),
        ports.into(),
        age(object, now),
    ]
}

fn ingress_class(object: &Object, now: Time) -> Vec<Cell> {
    let parameters = object.value.at("spec.parameters");
    let shown = if parameters.is_null() {
        "<none>".to_string()
    } else {
        let group = parameters.str_at("apiGroup");
        let dot = if group.is_empty() { "" } else { "." };
        format!("{}{dot}{group}/{}", parameters.str_at("kind"), parameters.str_at("name"))
    };
    vec![object.name().into(), object.value.str_at("spec.controller").into(), shown, age(object, now)]
}

fn network_policy(object: &Object, now: Time) -> Vec<Cell> {
    let selector = LabelSelector::from_value(object.value.at("spec.podSelector")).to_string();
    vec![object.name().into(), none_if_empty(selector), age(object, now)]
}
