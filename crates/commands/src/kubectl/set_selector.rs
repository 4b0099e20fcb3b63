//! `kubectl set selector`: which pods a service finds.

use super::apply::DryRun;
use super::flags::{Given, text};
use super::kube::{Answer, Kube, Stop};
use super::output::Output;
use super::set_env::put;
use super::subjects;
use super::{Command, Next, Phase};
use cluster::{LabelSelector, SERVICE};
use manifest::Value;
use world::Step;

pub(crate) const COMMAND: Command = Command {
    path: "set selector",
    operands: "(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]",
    summary: "Set the selector on a resource.",
    examples: &[("Let a service find other pods", "kubectl set selector service web app=web,track=stable")],
    flags: &[
        subjects::ALL,
        subjects::DRY_RUN,
        subjects::FILENAME,
        subjects::LOCAL,
        subjects::OUTPUT,
        subjects::RECURSIVE,
        text("resource-version", '\0', "", "Only where this is the object's current version."),
    ],
    missing: subjects::MISSING,
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let Some((expression, resources)) = given.operands.split_last() else {
        return Err(Stop::error("one selector is required"));
    };
    LabelSelector::parse(expression).map_err(|status| Stop::error(&status.message))?;
    let mut selector = Value::map();
    for pair in expression.split(',').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) =
            pair.split_once("==").or_else(|| pair.split_once('=')).filter(|_| !pair.contains("!="))
        else {
            let told = format!("match expression {pair} not supported on this object");
            return Err(Stop::error(told));
        };
        selector.put(key.trim(), value.trim());
    }
    let dry = DryRun::parse(given)?;
    let output = Output::parse(given.text("output"))?;
    let Some(found) = subjects::chosen(kube, given, resources)? else {
        return Kube::wait(Phase::Start, Step::Stdin);
    };
    for subject in &found {
        if subject.kind.id != SERVICE {
            return Err(Stop::error("setting a selector is only supported for Services"));
        }
        let mut new = subject.value.clone();
        new.set("spec.selector", selector.clone());
        let version = given.text("resource-version");
        if !version.is_empty() && version != new.str_at("metadata.resourceVersion") {
            let told = "the object has been modified; please apply your changes to the latest version and try again";
            return Err(Stop::said(format!(
                "Error from server (Conflict): Operation cannot be fulfilled on services \"{}\": {told}",
                subject.name
            )));
        }
        // Told also where nothing changes.
        if new == subject.value {
            subjects::tell(kube, subject, &new, "selector updated", (dry, &output))?;
        } else {
            put(kube, subject, new, "selector updated", (given, dry, &output))?;
        }
    }
    Ok(Next::Done(0))
}
