//! `kubectl autoscale`: a horizontal pod autoscaler for a workload.

use super::super::flags::{Given, number, text};
use super::super::kube::{Answer, Kube, Stop, refused};
use super::super::{Command, Next, Phase, subjects};
use super::{DRY_RUN, OUTPUT, required};
use crate::kubectl::apply::DryRun;
use crate::kubectl::output::Output;
use crate::kubectl::subjects::Subject;
use cluster::KindInfo;
use manifest::{Value, list, object};
use world::Step;

pub(crate) const AUTOSCALE: Command = Command {
    path: "autoscale",
    operands: "(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu-percent=CPU]",
    summary: "Creates an autoscaler that automatically chooses and sets the number of pods that run in a Kubernetes cluster.",
    examples: &[("Two to ten pods", "kubectl autoscale deployment web --min=2 --max=10 --cpu-percent=80")],
    flags: &[
        number("cpu-percent", -1, "The target average CPU utilization; negative takes the default."),
        DRY_RUN,
        subjects::FILENAME,
        number("max", -1, "The upper limit for the number of pods. Required."),
        number("min", -1, "The lower limit for the number of pods."),
        text("name", '\0', "", "The name for the newly created object; else that of the workload."),
        OUTPUT,
        subjects::RECURSIVE,
    ],
    missing: &[
        "allow-missing-template-keys",
        "field-manager",
        "kustomize",
        "k",
        "save-config",
        "show-managed-fields",
        "template",
    ],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    required(given, &["max"])?;
    let (min, max) = (given.number("min"), given.number("max"));
    if max < 1 {
        return Err(Stop::error(format!("--max=MAXPODS is required and must be at least 1, max: {max}")));
    }
    if max < min {
        let told = format!("--max=MAXPODS must be larger or equal to --min=MINPODS, max: {max}, min: {min}");
        return Err(Stop::error(told));
    }
    let Some(found) = subjects::chosen(kube, given, &given.operands)? else {
        return Kube::wait(Phase::Start, Step::Stdin);
    };
    for subject in &found {
        if !["Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"].contains(&&*subject.kind.kind) {
            let KindInfo { group, version, kind, plural, .. } = &subject.kind;
            return Err(Stop::error(format!(
                "cannot autoscale a {kind}: could not find scale subresource for {group}/{version}, Resource={plural} in \
                 discovery information"
            )));
        }
        create(kube, given, subject)?;
    }
    Ok(Next::Done(0))
}

fn create(kube: &mut Kube<'_, '_>, given: &Given, subject: &Subject) -> Result<(), Stop> {
    let (dry, output) = (DryRun::parse(given)?, Output::parse(given.text("output"))?);
    let name = if given.text("name").is_empty() { subject.name.as_str() } else { given.text("name") };
    let mut spec = object! {
        "maxReplicas" => given.number("max"),
        "scaleTargetRef" => object! {
            "apiVersion" => subject.kind.api_version(), "kind" => &subject.kind.kind, "name" => subject.name.as_str(),
        },
    };
    if given.number("min") > 0 {
        spec.put("minReplicas", given.number("min"));
    }
    let cpu = given.number("cpu-percent");
    if cpu >= 0 {
        spec.put("targetCPUUtilizationPercentage", cpu);
    }
    let mut meta = super::meta(name);
    if kube.namespace_given {
        meta.put("namespace", kube.namespace.as_str());
    }
    let scaler = object! {
        "apiVersion" => "autoscaling/v1", "kind" => "HorizontalPodAutoscaler", "metadata" => meta, "spec" => spec,
        "status" => object! { "currentReplicas" => 0, "desiredReplicas" => 0 },
    };
    let (shown, label) = if dry == DryRun::Client {
        (scaler, format!("horizontalpodautoscaler.autoscaling/{name}"))
    } else {
        (sent(kube, scaler, cpu, dry)?, format!("horizontalpodautoscaler.autoscaling/{name}"))
    };
    let text = match &output {
        // The real one's own word for a rehearsal.
        Output::Table { .. } if dry == DryRun::Client => format!("{label} created{}\n", dry.mark()),
        Output::Table { .. } => format!("{label} autoscaled{}\n", dry.mark()),
        Output::Name => format!("{label}\n"),
        other => other.print_value(&shown)?,
    };
    kube.out(text);
    Ok(())
}

/// The server keeps autoscalers in the version that it knows: v2 has a list of metrics.
fn sent(kube: &mut Kube<'_, '_>, mut scaler: Value, cpu: i64, dry: DryRun) -> Result<Value, Stop> {
    let Some(kind) = kube.kinds().find("horizontalpodautoscalers.autoscaling").cloned() else {
        return Err(Stop::said("Error from server (NotFound): the server could not find the requested resource"));
    };
    if &*kind.version != "v1" {
        scaler.put("apiVersion", kind.api_version());
        scaler.remove("spec.targetCPUUtilizationPercentage");
        scaler.remove("status");
        if cpu >= 0 {
            let target = object! { "averageUtilization" => cpu, "type" => "Utilization" };
            let resource = object! { "name" => "cpu", "target" => target };
            scaler.set("spec.metrics", list![object! { "resource" => resource, "type" => "Resource" }]);
        }
    }
    let (writer, namespace) = (kube.writer().dry_run(dry == DryRun::Server), kube.namespace.clone());
    let done = kube.cx.world.api(|cluster, sim| cluster.create(sim, kind.id, &namespace, scaler, &writer));
    done.map(|object| object.value.clone()).map_err(|status| refused(&status))
}
