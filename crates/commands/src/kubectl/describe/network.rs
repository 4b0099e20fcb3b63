//! Ingresses, their classes, and network policies.

use super::super::kube::Kube;
use super::parts::{Writer, annotations, head, int_or_text, joined, labels, selector};
use super::service::endpoints_of;
use cluster::{Object, SERVICE};
use manifest::Value;
use order::OrdSet;

pub(super) fn ingress(kube: &Kube<'_, '_>, object: &Object, w: &mut Writer) {
    let spec = object.value.at("spec");
    w.pair(0, "Name", object.name());
    labels(w, "Labels", object.labels());
    w.pair(0, "Namespace", object.namespace());
    let address = |a: &Value| if a.str_at("ip").is_empty() { a.str_at("hostname") } else { a.str_at("ip") }.to_string();
    let all: OrdSet<String> = object.value.list_at("status.loadBalancer.ingress").iter().map(address).collect();
    w.pair(0, "Address", all.iter().filter(|a| !a.is_empty()).cloned().collect::<Vec<_>>().join(","));
    let class = spec.str_at("ingressClassName");
    w.pair(0, "Ingress Class", if class.is_empty() { "<none>" } else { class });
    let fallback = match spec.at("defaultBackend") {
        Value::Null => "<default>".to_string(),
        backend => self::backend(kube, object, backend),
    };
    w.pair(0, "Default backend", &fallback);
    if !spec.list_at("tls").is_empty() {
        w.line(0, "TLS:");
    }
    for tls in spec.list_at("tls") {
        let hosts = joined(tls.list_at("hosts"), ",");
        w.line(
            1,
            &match tls.str_at("secretName") {
                "" => format!("SNI routes {hosts}"),
                secret => format!("{secret} terminates {hosts}"),
            },
        );
    }
    w.line(0, "Rules:");
    w.line(1, "Host\tPath\tBackends");
    w.line(1, "----\t----\t--------");
    let mut any = false;
    for rule in spec.list_at("rules").iter().filter(|rule| !rule.at("http").is_null()) {
        any = true;
        let host = rule.str_at("host");
        w.line(1, &format!("{}\t", if host.is_empty() { "*" } else { host }));
        for path in rule.list_at("http.paths") {
            w.line(2, &format!("\t{} \t{}", path.str_at("path"), backend(kube, object, path.at("backend"))));
        }
    }
    if !any {
        w.line(1, &format!("*\t*\t{fallback}"));
    }
    annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
}

/// `web:80 (10.244.1.3:80)`
fn backend(kube: &Kube<'_, '_>, ingress: &Object, backend: &Value) -> String {
    let service = backend.at("service");
    if service.is_null() {
        let resource = backend.at("resource");
        let group = resource.str_at("apiGroup");
        let group = if group.is_empty() { "<none>" } else { group };
        return format!("APIGroup: {group}, Kind: {}, Name: {}", resource.str_at("kind"), resource.str_at("name"));
    }
    let (name, number) = (service.str_at("name"), service.int_at("port.number").unwrap_or(0));
    let port = if number == 0 { service.str_at("port.name").to_string() } else { number.to_string() };
    match kube.cx.world.cluster.get(SERVICE, ingress.namespace(), name) {
        Err(status) => format!("{name}:{port} (<error: {}>)", status.message),
        Ok(found) => {
            let ports = found.value.list_at("spec.ports");
            let chosen = ports.iter().rfind(|p| {
                (number != 0 && p.int_at("port") == Some(number)) || (number == 0 && p.str_at("name") == port)
            });
            let endpoints = endpoints_of(kube, found, chosen.map_or("", |p| p.str_at("name")));
            format!("{name}:{port} ({endpoints})")
        }
    }
}

pub(super) fn ingress_class(object: &Object, w: &mut Writer) {
    head(w, object);
    w.pair(0, "Controller", object.value.str_at("spec.controller"));
    let parameters = object.value.at("spec.parameters");
    if !parameters.is_null() {
        w.line(0, "Parameters:");
        if !parameters.at("apiGroup").is_null() {
            w.pair(1, "APIGroup", parameters.str_at("apiGroup"));
        }
        w.pair(1, "Kind", parameters.str_at("kind"));
        w.pair(1, "Name", parameters.str_at("name"));
    }
}

/// A direction of a network policy, in its words.
struct Direction {
    rules: &'static str,
    peers: &'static str,
    word: &'static str,
    peer: &'static str,
    any: &'static str,
}

const DIRECTIONS: [(&str, Direction); 2] = [
    ("Ingress", Direction { rules: "ingress", peers: "from", word: "ingress", peer: "From", any: "source" }),
    ("Egress", Direction { rules: "egress", peers: "to", word: "egress", peer: "To", any: "destination" }),
];

pub(super) fn policy(object: &Object, w: &mut Writer) {
    let spec = object.value.at("spec");
    w.pair(0, "Name", object.name());
    w.pair(0, "Namespace", object.namespace());
    let created = object.created_at().rfc3339().replace('T', " ").replace('Z', " +0000 UTC");
    w.pair(0, "Created on", created);
    labels(w, "Labels", object.labels());
    annotations(w, "Annotations", object.value.map_at("metadata.annotations"));
    w.line(0, "Spec:");
    let chosen = spec.at("podSelector");
    let everybody = chosen.map_at("matchLabels").is_empty() && chosen.list_at("matchExpressions").is_empty();
    let pods = match everybody {
        true => "<none> (Allowing the specific traffic to all pods in this namespace)".to_string(),
        false => selector(chosen),
    };
    w.line(1, &format!("PodSelector:     {pods}"));
    let types = spec.list_at("policyTypes");
    for (name, direction) in DIRECTIONS {
        let word = direction.word;
        if types.iter().any(|kind| kind.as_str() == Some(name)) {
            w.line(1, &format!("Allowing {word} traffic:"));
            rules(w, spec.list_at(direction.rules), &direction);
        } else {
            w.line(1, &format!("Not affecting {word} traffic"));
        }
    }
    w.line(1, &format!("Policy Types: {}", joined(types, ", ")));
}

fn rules(w: &mut Writer, rules: &[Value], direction: &Direction) {
    if rules.is_empty() {
        return w.line(2, &format!("<none> (Selected pods are isolated for {} connectivity)", direction.word));
    }
    for (at, rule) in rules.iter().enumerate() {
        ports(w, rule.list_at("ports"));
        let (peers, title) = (rule.list_at(direction.peers), direction.peer);
        if peers.is_empty() {
            w.line(2, &format!("{title}: <any> (traffic not restricted by {})", direction.any));
        }
        for peer in peers {
            w.line(2, &format!("{title}:"));
            for (title, field) in [("NamespaceSelector", "namespaceSelector"), ("PodSelector", "podSelector")] {
                if !peer.at(field).is_null() {
                    let chosen = selector(peer.at(field));
                    w.line(3, &format!("{title}: {}", if chosen.is_empty() { "<none>" } else { &chosen }));
                }
            }
            let block = peer.at("ipBlock");
            if !block.is_null() {
                w.line(3, "IPBlock:");
                w.line(4, &format!("CIDR: {}", block.str_at("cidr")));
                w.line(4, &format!("Except: {}", joined(block.list_at("except"), ", ")));
            }
        }
        if at + 1 < rules.len() {
            w.line(2, "----------");
        }
    }
}

fn ports(w: &mut Writer, ports: &[Value]) {
    if ports.is_empty() {
        w.line(2, "To Port: <any> (traffic allowed to all ports)");
    }
    for port in ports {
        let protocol = port.str_at("protocol");
        let protocol = if protocol.is_empty() { "TCP" } else { protocol };
        let number = if port.at("port").is_null() { "<nil>".into() } else { int_or_text(port.at("port")) };
        w.line(
            2,
            &match port.int_at("endPort") {
                None => format!("To Port: {number}/{protocol}"),
                Some(end) => format!("To Port Range: {number}-{end}/{protocol}"),
            },
        );
    }
}
