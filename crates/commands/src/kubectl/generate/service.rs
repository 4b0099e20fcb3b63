//! `create service`: clusterip, nodeport, loadbalancer, externalname.

use super::super::Command;
use super::super::flags::{Flag, Given, number, text, texts};
use super::super::kube::{Answer, Kube, Stop};
use super::{DRY_RUN, MISSING, OUTPUT, finish, name_of, required};
use manifest::{Value, object};

const TCP: Flag = texts("tcp", '\0', "Port pairs, as '<port>' or '<port>:<targetPort>'.");

pub(crate) const CLUSTER_IP: Command = Command {
    path: "create service clusterip",
    operands: "NAME [--tcp=<port>:<targetPort>]",
    summary: "Create a ClusterIP service with the specified name.",
    examples: &[("Create a service", "kubectl create service clusterip web --tcp=80:8080")],
    flags: &[
        text("clusterip", '\0', "", "The service's own address, or 'None' for a headless one."),
        DRY_RUN,
        OUTPUT,
        TCP,
    ],
    missing: MISSING,
    run: cluster_ip,
};

pub(crate) const NODE_PORT: Command = Command {
    path: "create service nodeport",
    operands: "NAME [--tcp=port:targetPort]",
    summary: "Create a NodePort service with the specified name.",
    examples: &[("Create a service", "kubectl create service nodeport web --tcp=80:8080")],
    flags: &[DRY_RUN, number("node-port", 0, "The port on each node."), OUTPUT, TCP],
    missing: MISSING,
    run: node_port,
};

pub(crate) const LOAD_BALANCER: Command = Command {
    path: "create service loadbalancer",
    operands: "NAME [--tcp=port:targetPort]",
    summary: "Create a LoadBalancer service with the specified name.",
    examples: &[("Create a service", "kubectl create service loadbalancer web --tcp=80:8080")],
    flags: &[DRY_RUN, OUTPUT, TCP],
    missing: MISSING,
    run: load_balancer,
};

pub(crate) const EXTERNAL_NAME: Command = Command {
    path: "create service externalname",
    operands: "NAME --external-name external.name",
    summary: "Create an ExternalName service with the specified name.",
    examples: &[("Point to another host", "kubectl create service externalname db --external-name db.example.com")],
    flags: &[DRY_RUN, text("external-name", '\0', "", "The name that the service points to."), OUTPUT, TCP],
    missing: MISSING,
    run: external_name,
};

/// `80:8080` of `--tcp`: as Go reads the two halves.
fn port(text: &str) -> Result<Value, Stop> {
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or("");
    let target = parts.next().unwrap_or(first);
    let wrong = |why: &str| Stop::error(format!("strconv.ParseUint: parsing \"{first}\": {why}"));
    let digits = !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit());
    let number: u16 = first.parse().map_err(|_| wrong(if digits { "value out of range" } else { "invalid syntax" }))?;
    let target = target.parse::<i64>().map_or_else(|_| Value::from(target), Value::from);
    Ok(object! {
        "name" => text.replace(':', "-"), "port" => i64::from(number), "protocol" => "TCP", "targetPort" => target,
    })
}

fn make(kube: &mut Kube<'_, '_>, given: &Given, kind: &str, word: &str, needs_port: bool) -> Answer {
    let name = name_of(kube, given, &format!("create service {word}"))?;
    let ports = given.all("tcp");
    if ports.is_empty() && needs_port {
        return Err(Stop::error("at least one tcp port specifier must be provided"));
    }
    let mut spec = object! { "selector" => object! { "app" => name }, "type" => kind };
    let mut all = Vec::new();
    for text in &ports {
        let mut port = port(text)?;
        if given.number("node-port") > 0 {
            port.put("nodePort", given.number("node-port"));
        }
        all.push(port);
    }
    if !all.is_empty() {
        spec.put("ports", Value::list(all));
    }
    for (flag, field) in [("clusterip", "clusterIP"), ("external-name", "externalName")] {
        if let Some(text) = given.value(flag).filter(|text| !text.is_empty()) {
            spec.put(field, text);
        }
    }
    let meta = object! { "creationTimestamp" => Value::Null, "labels" => object! { "app" => name }, "name" => name };
    let value = object! {
        "apiVersion" => "v1", "kind" => "Service", "metadata" => meta, "spec" => spec,
        "status" => object! { "loadBalancer" => Value::map() },
    };
    finish(kube, given, value, &format!("failed to create {kind} service:"))
}

fn cluster_ip(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    make(kube, given, "ClusterIP", "clusterip", given.text("clusterip") != "None")
}

fn node_port(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    make(kube, given, "NodePort", "nodeport", true)
}

fn load_balancer(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    make(kube, given, "LoadBalancer", "loadbalancer", true)
}

fn external_name(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    required(given, &["external-name"])?;
    make(kube, given, "ExternalName", "externalname", false)
}
