//! `kubectl expose`: a service for what runs already.

use super::super::arguments::selectors;
use super::super::flags::{Given, text};
use super::super::kube::{Answer, Kube, Stop};
use super::super::{Command, Next, Phase, subjects};
use super::{DRY_RUN, OUTPUT, labels};
use crate::kubectl::apply::DryRun;
use crate::kubectl::output::Output;
use crate::kubectl::subjects::Subject;
use cluster::SERVICE;
use manifest::{Value, object};
use world::Step;

pub(crate) const EXPOSE: Command = Command {
    path: "expose",
    operands: "(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] \
               [--external-ip=external-ip-of-service] [--type=type]",
    summary: "Expose a resource as a new Kubernetes service.",
    examples: &[
        ("A service for a deployment", "kubectl expose deployment web --port=80 --target-port=8080"),
        ("Another name", "kubectl expose pod web-1 --port=80 --name=front"),
    ],
    flags: &[
        text("cluster-ip", '\0', "", "The address of the service, or 'None' for a headless one."),
        DRY_RUN,
        text("external-ip", '\0', "", "Additional external address."),
        subjects::FILENAME,
        text("labels", 'l', "", "Labels to apply to the service."),
        text("load-balancer-ip", '\0', "", "Address to assign to the load balancer."),
        text("name", '\0', "", "The name for the newly created object."),
        OUTPUT,
        text("port", '\0', "", "The port that the service should serve on."),
        text("protocol", '\0', "", "The network protocol for the service."),
        subjects::RECURSIVE,
        text("selector", '\0', "", "A label selector to use for this service."),
        text("session-affinity", '\0', "", "None or ClientIP."),
        text("target-port", '\0', "", "Name or number for the port on the container."),
        text("type", '\0', "", "ClusterIP, NodePort, LoadBalancer, or ExternalName."),
    ],
    missing: &[
        "allow-missing-template-keys",
        "field-manager",
        "kustomize",
        "k",
        "override-type",
        "overrides",
        "save-config",
        "show-managed-fields",
        "template",
    ],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let found = if given.all("filename").is_empty() {
        if given.operands.is_empty() {
            return Err(Stop::said(super::super::rollout::NOTHING));
        }
        let wanted = kube.wanted(&given.operands)?;
        if wanted.named.is_empty() {
            return Err(Stop::error("resource(s) were provided, but no name was specified"));
        }
        let objects = kube.objects(&wanted, false, &selectors("", "")?)?;
        objects.iter().map(|object| Subject::of(kube, object)).collect()
    } else {
        match subjects::chosen(kube, given, &given.operands)? {
            Some(found) => found,
            None => return Kube::wait(Phase::Start, Step::Stdin),
        }
    };
    for subject in &found {
        let service = service(given, subject)?;
        create(kube, given, service)?;
    }
    Ok(Next::Done(0))
}

fn create(kube: &mut Kube<'_, '_>, given: &Given, mut service: Value) -> Result<(), Stop> {
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    if kube.namespace_given {
        let namespace = kube.namespace.clone();
        service.set("metadata.namespace", namespace);
    }
    let name = service.str_at("metadata.name").to_string();
    let subject = Subject { kind: kube.info(SERVICE), namespace: kube.namespace.clone(), name, value: service.clone() };
    let shown = if dry == DryRun::Client {
        service
    } else {
        let writer = kube.writer().dry_run(dry == DryRun::Server);
        let namespace = kube.namespace.clone();
        let done = kube.cx.world.api(|cluster, sim| cluster.create(sim, SERVICE, &namespace, service, &writer));
        done.map_err(|status| super::super::kube::refused(&status))?.value.clone()
    };
    subjects::tell(kube, &subject, &shown, "exposed", (dry, &output))
}

/// The labels by which the pods of an object are found.
fn selector_of(subject: &Subject) -> Result<Value, Stop> {
    let wrong = |why: &str| {
        Err(Stop::error(format!("couldn't retrieve selectors via --selector flag or introspection: {why}")))
    };
    match &*subject.kind.kind {
        "Pod" => match subject.value.at("metadata.labels") {
            labels if labels.entries().is_empty() => wrong("the pod has no labels and cannot be exposed"),
            labels => Ok(labels.clone()),
        },
        "Service" => match subject.value.at("spec.selector") {
            selector if selector.entries().is_empty() => wrong("the service has no pod selector set"),
            selector => Ok(selector.clone()),
        },
        "ReplicationController" => Ok(subject.value.at("spec.selector").clone()),
        "Deployment" | "ReplicaSet" => {
            if !subject.value.list_at("spec.selector.matchExpressions").is_empty() {
                let shown = subject.value.at("spec.selector.matchExpressions").to_json();
                return wrong(&format!("couldn't convert expressions - \"{shown}\" to map-based selector format"));
            }
            Ok(subject.value.at("spec.selector.matchLabels").clone())
        }
        kind => {
            let group = &subject.kind.group;
            let shown = if group.is_empty() { kind.to_string() } else { format!("{kind}.{group}") };
            Err(Stop::error(format!("cannot expose a {shown}")))
        }
    }
}

/// Port and protocol of what the object's containers, or the service itself, have.
fn ports_of(subject: &Subject) -> Vec<(i64, String)> {
    let protocol = |port: &Value| match port.str_at("protocol") {
        "" => "TCP".to_string(),
        other => other.to_string(),
    };
    let mut found = Vec::new();
    if &*subject.kind.kind == "Service" {
        for port in subject.value.list_at("spec.ports") {
            found.push((port.int_at("port").unwrap_or(0), protocol(port)));
        }
        return found;
    }
    let path = if &*subject.kind.kind == "Pod" { "spec.containers" } else { "spec.template.spec.containers" };
    for container in subject.value.list_at(path) {
        for port in container.list_at("ports") {
            found.push((port.int_at("containerPort").unwrap_or(0), protocol(port)));
        }
    }
    found
}

fn service(given: &Given, subject: &Subject) -> Result<Value, Stop> {
    let selector = match given.text("selector") {
        "" => selector_of(subject)?,
        text => {
            selector_of(subject)
                .or_else(|stop| if stop.message.contains("cannot expose") { Err(stop) } else { Ok(Value::map()) })?;
            labels(text)?
        }
    };
    let known = ports_of(subject);
    let headless = given.text("cluster-ip") == "None";
    let numbers = match given.text("port") {
        "" if known.is_empty() && !headless => {
            return Err(Stop::error("couldn't find port via --port flag or introspection"));
        }
        "" => known.iter().map(|(port, _)| port.to_string()).collect(),
        text => vec![text.to_string()],
    };
    let target = match given.text("target-port") {
        "" => None,
        text => Some(text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from)),
    };
    let mut ports = Vec::new();
    for (at, text) in numbers.iter().enumerate() {
        let number: i64 =
            text.parse().map_err(|_| Stop::error(format!("strconv.Atoi: parsing \"{text}\": invalid syntax")))?;
        let own = known.iter().find(|(port, _)| *port == number).map_or("TCP", |(_, protocol)| protocol.as_str());
        let protocol = if given.text("protocol").is_empty() { own } else { given.text("protocol") };
        let mut port = object! { "port" => number, "protocol" => protocol };
        port.put("targetPort", target.clone().unwrap_or(Value::Int(number)));
        if numbers.len() > 1 {
            port.put("name", format!("port-{}", at + 1));
        }
        ports.push(port);
    }
    let mut spec = object! { "selector" => selector };
    if !ports.is_empty() {
        spec.put("ports", ports);
    }
    for (flag, field) in [("type", "type"), ("session-affinity", "sessionAffinity"), ("cluster-ip", "clusterIP")] {
        if !given.text(flag).is_empty() {
            spec.put(field, given.text(flag));
        }
    }
    if !["", "None", "ClientIP"].contains(&given.text("session-affinity")) {
        return Err(Stop::error(format!("unknown session affinity: {}", given.text("session-affinity"))));
    }
    if !given.text("external-ip").is_empty() {
        spec.put("externalIPs", manifest::list![given.text("external-ip")]);
    }
    if given.text("type") == "LoadBalancer" && !given.text("load-balancer-ip").is_empty() {
        spec.put("loadBalancerIP", given.text("load-balancer-ip"));
    }
    let name = if given.text("name").is_empty() { subject.name.as_str() } else { given.text("name") };
    let short: String = name.chars().take(if given.text("name").is_empty() { 63 } else { usize::MAX }).collect();
    let mut meta = super::meta(&short);
    let marks = match given.text("labels") {
        "" => subject.value.at("metadata.labels").clone(),
        text => labels(text)?,
    };
    if !marks.entries().is_empty() {
        meta.put("labels", marks);
    }
    Ok(object! {
        "apiVersion" => "v1", "kind" => "Service", "metadata" => meta, "spec" => spec,
        "status" => object! { "loadBalancer" => Value::map() },
    })
}
