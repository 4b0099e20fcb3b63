//! `create ingress`.

use super::super::Command;
use super::super::flags::{Given, text, texts};
use super::super::kube::{Answer, Kube, Stop};
use super::{DRY_RUN, MISSING, OUTPUT, finish, meta, name_of};
use manifest::{Value, list, object};

pub(crate) const INGRESS: Command = Command {
    path: "create ingress",
    operands: "NAME --rule=host/path=service:port[,tls[=secret]]",
    summary: "Create an ingress with the specified name.",
    examples: &[
        ("One host", "kubectl create ingress web --rule=\"shop.encore/*=web:80\""),
        ("With TLS", "kubectl create ingress web --class=nginx --rule=\"shop.encore/*=web:80,tls=web-cert\""),
    ],
    flags: &[
        texts("annotation", '\0', "Annotation to insert in the ingress object, in the format annotation=value"),
        text("class", '\0', "", "Ingress Class to be used"),
        text("default-backend", '\0', "", "Default service for backend, in format of svcname:port"),
        DRY_RUN,
        OUTPUT,
        texts("rule", '\0', "Rule in format host/path=service:port[,tls=secretname]."),
    ],
    missing: MISSING,
    run,
};

const NOTHING: &str = "not enough information provided: every ingress has to either specify a default-backend (which catches all \
     traffic) or a list of rules (which catch specific paths)";

fn backend(service: &str) -> Value {
    let (name, port) = service.split_once(':').unwrap_or((service, ""));
    let port = match port.parse::<i64>() {
        Ok(number) => object! { "number" => number },
        Err(_) => object! { "name" => port },
    };
    object! { "service" => object! { "name" => name, "port" => port } }
}

/// A rule in its parts: host, path, service, and what follows `tls`.
struct Rule<'r> {
    host: &'r str,
    path: &'r str,
    service: &'r str,
    tls: Option<&'r str>,
}

fn read(text: &str) -> Result<Rule<'_>, Stop> {
    let wrong = || {
        let form = "host/path=svcname:svcport[,tls[=secret]]";
        Stop::error(format!("rule {text} is invalid and should be in format {form}"))
    };
    let (place, rest) = text.split_once('=').ok_or_else(wrong)?;
    let slash = place.find('/').ok_or_else(wrong)?;
    let (service, tls) = rest.split_once(',').map_or((rest, None), |(service, tls)| (service, Some(tls)));
    let tls = match tls {
        None => None,
        Some("tls") => Some(""),
        Some(other) => Some(other.strip_prefix("tls=").ok_or_else(wrong)?),
    };
    match service.split_once(':') {
        Some((name, port)) if !name.is_empty() && !port.is_empty() && !port.contains(':') => {}
        _ => return Err(wrong()),
    }
    Ok(Rule { host: &place[..slash], path: &place[slash..], service, tls })
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create ingress")?;
    let (rules, default) = (given.each("rule"), given.text("default-backend"));
    if rules.is_empty() && default.is_empty() {
        return Err(Stop::error(NOTHING));
    }
    let rules = rules.iter().map(|text| read(text)).collect::<Result<Vec<_>, _>>()?;
    let mut meta = meta(name);
    let mut annotations = Value::map();
    for text in given.each("annotation") {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => annotations.put(key, value),
            _ => {
                let told = format!("annotation {text} is invalid and should be in format key=[value]");
                return Err(Stop::error(told));
            }
        }
    }
    if !annotations.entries().is_empty() {
        meta.put("annotations", annotations);
    }
    let mut spec = Value::map();
    if !default.is_empty() {
        if default.split(':').count() != 2 {
            return Err(Stop::error("default-backend should be in format servicename:serviceport"));
        }
        spec.put("defaultBackend", backend(default));
    }
    if !given.text("class").is_empty() {
        spec.put("ingressClassName", given.text("class"));
    }
    let (hosts, tls) = (by_host(&rules), certificates(&rules));
    if !hosts.is_empty() {
        spec.put("rules", Value::list(hosts));
    }
    if !tls.is_empty() {
        spec.put("tls", Value::list(tls));
    }
    let value = object! {
        "apiVersion" => "networking.k8s.io/v1", "kind" => "Ingress", "metadata" => meta, "spec" => spec,
        "status" => object! { "loadBalancer" => Value::map() },
    };
    finish(kube, given, value, "failed to create ingress:")
}

/// The paths of one host stand together.
fn by_host(rules: &[Rule<'_>]) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    for rule in rules {
        let (path, kind) = rule.path.strip_suffix('*').map_or((rule.path, "Exact"), |path| (path, "Prefix"));
        let entry = object! { "backend" => backend(rule.service), "path" => path, "pathType" => kind };
        match out.iter_mut().find(|value| value.str_at("host") == rule.host) {
            Some(value) => value.at_mut("http.paths").make_list().push(entry),
            None => {
                let mut value = object! { "http" => object! { "paths" => list![entry] } };
                if !rule.host.is_empty() {
                    value.put("host", rule.host);
                }
                out.push(value);
            }
        }
    }
    out
}

/// The hosts of one secret stand together.
fn certificates(rules: &[Rule<'_>]) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    for rule in rules {
        let Some(secret) = rule.tls else { continue };
        let at = match out.iter().position(|value| value.str_at("secretName") == secret) {
            Some(at) => at,
            None => {
                out.push(if secret.is_empty() {
                    Value::map()
                } else {
                    object! { "secretName" => secret }
                });
                out.len() - 1
            }
        };
        let known = out[at].list_at("hosts").iter().any(|host| host.as_str() == Some(rule.host));
        if !rule.host.is_empty() && !known {
            out[at].at_mut("hosts").make_list().push(Value::from(rule.host));
        }
    }
    out
}
