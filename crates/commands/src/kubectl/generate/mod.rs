//! `kubectl create THING`, `run`, `expose`, `autoscale`: objects made from flags.

mod autoscale;
mod batch;
mod config;
mod config_data;
mod core;
mod deployment;
mod expose;
mod ingress;
mod policy;
mod rbac;
mod rbac_rules;
mod run;
mod service;
pub(super) mod token;

pub(super) use autoscale::AUTOSCALE;
pub(super) use batch::{CRONJOB, JOB};
pub(super) use config::{CONFIGMAP, SECRET_DOCKER, SECRET_GENERIC, SECRET_TLS};
pub(super) use core::{NAMESPACE, QUOTA, SERVICE_ACCOUNT};
pub(super) use deployment::DEPLOYMENT;
pub(super) use expose::EXPOSE;
pub(super) use ingress::INGRESS;
pub(super) use policy::{DISRUPTION_BUDGET, PRIORITY_CLASS};
pub(super) use rbac::{CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING};
pub(super) use run::RUN;
pub(super) use service::{CLUSTER_IP, EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT};
pub(super) use token::TOKEN;

use super::Next;
use super::apply::DryRun;
use super::flags::{Flag, Given, text};
use super::kube::{Answer, Kube, Stop, told};
use super::output::Output;
use super::subjects;
use manifest::{Value, object};

const DRY_RUN: Flag = subjects::DRY_RUN;
const OUTPUT: Flag = text("output", 'o', "", "Output format. One of: (json, yaml, name, jsonpath).");
const MISSING: &[&str] =
    &["allow-missing-template-keys", "field-manager", "save-config", "show-managed-fields", "template", "validate"];

/// Metadata as a new object has it before the server has seen it.
fn meta(name: &str) -> Value {
    object! { "creationTimestamp" => Value::Null, "name" => name }
}

/// The one name among the operands; what stands behind `--` is no name.
fn name_of<'g>(kube: &Kube<'_, '_>, given: &'g Given, path: &str) -> Result<&'g str, Stop> {
    let count = given.operands.len() - behind(kube, given).len();
    match &given.operands[..] {
        [name, ..] if count == 1 => Ok(name),
        _ => Err(Stop::said(format!(
            "error: exactly one NAME is required, got {count}\nSee 'kubectl {path} -h' for help and examples"
        ))),
    }
}

/// What stands behind `--`.
fn behind<'g>(kube: &Kube<'_, '_>, given: &'g Given) -> &'g [String] {
    let args = kube.cx.args();
    let count = args.iter().position(|arg| arg == "--").map_or(0, |at| args.len() - at - 1);
    &given.operands[given.operands.len().saturating_sub(count)..]
}

/// A flag that the command cannot do without.
fn required(given: &Given, names: &[&str]) -> Result<(), Stop> {
    let missing: Vec<String> =
        names.iter().filter(|name| !given.is_set(name)).map(|name| format!("\"{name}\"")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Stop::error(format!("required flag(s) {} not set", missing.join(", "))))
}

/// `deployment.apps`: how results name the kind of a value, whether the cluster knows it or not.
fn qualified(value: &Value) -> String {
    let kind = value.str_at("kind").to_ascii_lowercase();
    match value.str_at("apiVersion").split_once('/') {
        Some((group, _)) => format!("{kind}.{group}"),
        None => kind,
    }
}

/// Creates the object, or shows it. `failing` stands before what the server says; empty leaves its words as they are.
fn finish(kube: &mut Kube<'_, '_>, given: &Given, value: Value, failing: &str) -> Answer {
    make(kube, given, value, failing)?;
    Ok(Next::Done(0))
}

fn make(kube: &mut Kube<'_, '_>, given: &Given, mut value: Value, failing: &str) -> Result<(), Stop> {
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let found = kube.kinds().of_manifest(value.str_at("apiVersion"), value.str_at("kind")).cloned();
    let namespaced = found.as_ref().map_or(!CLUSTER_WIDE.contains(&value.str_at("kind")), |kind| kind.namespaced);
    if namespaced && kube.namespace_given {
        let namespace = kube.namespace.clone();
        value.set("metadata.namespace", namespace);
    }
    let name = format!("{}/{}", qualified(&value), value.str_at("metadata.name"));
    let shown = if dry == DryRun::Client {
        value
    } else {
        let Some(kind) = found else {
            let words = "the server could not find the requested resource";
            return Err(if failing.is_empty() {
                Stop::said(format!("Error from server (NotFound): {words}"))
            } else {
                Stop::error(format!("{failing} {words}"))
            });
        };
        let namespace = if namespaced { kube.namespace.clone() } else { String::new() };
        let writer = kube.writer().dry_run(dry == DryRun::Server);
        let done = kube.cx.world.api(|cluster, sim| cluster.create(sim, kind.id, &namespace, value, &writer));
        let made = done.map_err(|status| {
            if failing.is_empty() {
                Stop { message: told(&status, ""), code: 1 }
            } else {
                Stop::error(format!("{failing} {}", status.message))
            }
        })?;
        made.value.clone()
    };
    let text = match &output {
        Output::Table { .. } => format!("{name} created{}\n", dry.mark()),
        Output::Name => format!("{name}\n"),
        other => other.print_value(&shown)?,
    };
    kube.out(text);
    Ok(())
}

const CLUSTER_WIDE: [&str; 4] = ["ClusterRole", "ClusterRoleBinding", "Namespace", "PriorityClass"];

/// Five letters and digits that no other name has.
pub(super) fn suffix(kube: &mut Kube<'_, '_>) -> String {
    const SAFE: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let rng = |sim: &mut sim::Sim| usize::try_from(sim.rng().below(27)).unwrap_or(0);
    kube.cx.world.api(|_, sim| (0..5).map(|_| char::from(SAFE[rng(sim)])).collect())
}

/// `a=b,c=d`
fn labels(text: &str) -> Result<Value, Stop> {
    if text.is_empty() {
        return Err(Stop::error("no label spec passed"));
    }
    let mut labels = Value::map();
    for part in text.split(',') {
        let halves: Vec<&str> = part.split('=').collect();
        match halves[..] {
            ["", _] => return Err(Stop::error("unexpected empty label key")),
            [key, value] => labels.put(key, value),
            _ => return Err(Stop::error(format!("unexpected label spec: {part}"))),
        }
    }
    Ok(labels)
}
