//! `kubectl set resources` and `set serviceaccount`: other parts of a pod template.

use super::apply::DryRun;
use super::flags::{Given, text};
use super::kube::{Answer, Kube, Stop};
use super::output::Output;
use super::set_env::put;
use super::set_image::pod_spec;
use super::subjects;
use super::{Command, Next, Phase};
use cluster::{Quantity, canonical};
use manifest::Value;
use world::Step;

pub(crate) const RESOURCES: Command = Command {
    path: "set resources",
    operands: "(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]",
    summary: "Update resource requests/limits on objects with pod templates.",
    examples: &[("Limits for all containers", "kubectl set resources deployment web --limits=cpu=200m,memory=512Mi")],
    flags: &[
        subjects::ALL,
        text("containers", 'c', "*", "The names of containers to change, or * for all."),
        subjects::DRY_RUN,
        subjects::FILENAME,
        text("limits", '\0', "", "Limits: cpu=100m,memory=256Mi."),
        subjects::LOCAL,
        subjects::OUTPUT,
        subjects::RECURSIVE,
        text("requests", '\0', "", "Requests: cpu=100m,memory=256Mi."),
        subjects::SELECTOR,
    ],
    missing: subjects::MISSING,
    run: resources,
};

pub(crate) const SERVICE_ACCOUNT: Command = Command {
    path: "set serviceaccount",
    operands: "(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT",
    summary: "Update the service account of a resource.",
    examples: &[("Another account", "kubectl set serviceaccount deployment web robot")],
    flags: &[
        subjects::ALL,
        subjects::DRY_RUN,
        subjects::FILENAME,
        subjects::LOCAL,
        subjects::OUTPUT,
        subjects::RECURSIVE,
    ],
    missing: subjects::MISSING,
    run: service_account,
};

/// `cpu=1,memory=2Gi`
fn amounts(text: &str) -> Result<Vec<(String, Value)>, Stop> {
    let mut all = Vec::new();
    for pair in text.split(',').filter(|pair| !pair.is_empty()) {
        let Some((name, amount)) = pair.split_once('=') else {
            return Err(Stop::error(format!("invalid argument syntax {pair}, expected <resource>=<value>")));
        };
        if Quantity::parse(amount).is_none() {
            return Err(Stop::error(
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ));
        }
        all.push((name.to_string(), Value::from(canonical(amount).unwrap_or_else(|| amount.to_string()))));
    }
    Ok(all)
}

fn resources(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let Some(found) = subjects::chosen(kube, given, &given.operands)? else {
        return Kube::wait(Phase::Start, Step::Stdin);
    };
    let (limits, requests) = (given.text("limits"), given.text("requests"));
    if limits.is_empty() && requests.is_empty() {
        return Err(Stop::error(
            "you must specify an update to requests or limits (in the form of --requests/--limits)",
        ));
    }
    let wanted = [("limits", amounts(limits)?), ("requests", amounts(requests)?)];
    let name = given.text("containers");
    for subject in &found {
        let path = format!("{}.containers", pod_spec(&subject.kind.kind));
        let mut new = subject.value.clone();
        let mut any = false;
        for (at, container) in subject.value.list_at(&path).iter().enumerate() {
            if name != "*" && container.str_at("name") != name {
                continue;
            }
            any = true;
            for (field, all) in &wanted {
                for (resource, amount) in all {
                    new.at_mut(&format!("{path}[{at}].resources.{field}")).put(resource, amount.clone());
                }
            }
        }
        if !any {
            return Err(Stop::error(format!("unable to find container named {name}")));
        }
        put(kube, subject, new, "resource requirements updated", (given, dry, &output))?;
    }
    Ok(Next::Done(0))
}

fn service_account(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let Some((account, resources)) = given.operands.split_last() else {
        return Err(Stop::error("serviceaccount is required"));
    };
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let Some(found) = subjects::chosen(kube, given, resources)? else {
        return Kube::wait(Phase::Start, Step::Stdin);
    };
    for subject in &found {
        let mut new = subject.value.clone();
        new.set(&format!("{}.serviceAccountName", pod_spec(&subject.kind.kind)), account.as_str());
        put(kube, subject, new, "serviceaccount updated", (given, dry, &output))?;
    }
    Ok(Next::Done(0))
}
