//! `create namespace`, `create serviceaccount`, `create quota`.

use super::super::Command;
use super::super::flags::{Given, text};
use super::super::kube::{Answer, Kube, Stop};
use super::{DRY_RUN, MISSING, OUTPUT, finish, meta, name_of};
use cluster::{Quantity, canonical};
use manifest::{Value, object};

pub(crate) const NAMESPACE: Command = Command {
    path: "create namespace",
    operands: "NAME",
    summary: "Create a namespace with the specified name.",
    examples: &[("Create a namespace named shop", "kubectl create namespace shop")],
    flags: &[DRY_RUN, OUTPUT],
    missing: MISSING,
    run: namespace,
};

pub(crate) const SERVICE_ACCOUNT: Command = Command {
    path: "create serviceaccount",
    operands: "NAME",
    summary: "Create a service account with the specified name.",
    examples: &[("Create a service account", "kubectl create serviceaccount robot")],
    flags: &[DRY_RUN, OUTPUT],
    missing: MISSING,
    run: service_account,
};

pub(crate) const QUOTA: Command = Command {
    path: "create quota",
    operands: "NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2]",
    summary: "Create a resource quota with the specified name, hard limits, and optional scopes.",
    examples: &[("Limit a namespace", "kubectl create quota small --hard=cpu=1,memory=1G,pods=2")],
    flags: &[
        DRY_RUN,
        text("hard", '\0', "", "resource=quantity pairs that define a hard limit."),
        OUTPUT,
        text("scopes", '\0', "", "Quota scopes that must all match an object."),
    ],
    missing: MISSING,
    run: quota,
};

fn namespace(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create namespace")?;
    let value = object! {
        "apiVersion" => "v1", "kind" => "Namespace", "metadata" => meta(name), "spec" => Value::map(),
        "status" => Value::map(),
    };
    finish(kube, given, value, "")
}

fn service_account(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create serviceaccount")?;
    let value = object! { "apiVersion" => "v1", "kind" => "ServiceAccount", "metadata" => meta(name) };
    finish(kube, given, value, "failed to create serviceaccount:")
}

fn quota(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create quota")?;
    let mut spec = Value::map();
    let mut hard = Value::map();
    for pair in given.text("hard").split(',').filter(|pair| !pair.is_empty()) {
        let halves: Vec<&str> = pair.split('=').collect();
        let [key, amount] = halves[..] else {
            return Err(Stop::error(format!("Invalid argument syntax {pair}, expected <resource>=<value>")));
        };
        if Quantity::parse(amount).is_none() {
            return Err(Stop::error(
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ));
        }
        hard.put(key, canonical(amount).unwrap_or_else(|| amount.to_string()));
    }
    if !hard.entries().is_empty() {
        spec.put("hard", hard);
    }
    let scopes: Value = given.text("scopes").split(',').filter(|scope| !scope.is_empty()).map(Value::from).collect();
    if !scopes.items().is_empty() {
        spec.put("scopes", scopes);
    }
    let value = object! {
        "apiVersion" => "v1", "kind" => "ResourceQuota", "metadata" => meta(name), "spec" => spec,
        "status" => Value::map(),
    };
    finish(kube, given, value, "failed to create quota:")
}
