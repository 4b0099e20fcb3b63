//! `create job` and `create cronjob`.

use super::super::Command;
use super::super::flags::{Given, text};
use super::super::kube::{Answer, Kube, Stop};
use super::{DRY_RUN, MISSING, OUTPUT, behind, finish, meta, name_of, required};
use manifest::{Value, list, object};

pub(crate) const JOB: Command = Command {
    path: "create job",
    operands: "NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]",
    summary: "Create a job with the specified name.",
    examples: &[
        ("Run a command once", "kubectl create job hello --image=busybox -- date"),
        ("Run a cron job now", "kubectl create job now --from=cronjob/nightly"),
    ],
    flags: &[
        DRY_RUN,
        text("from", '\0', "", "The resource to create a Job from (only cronjob is supported)."),
        text("image", '\0', "", "Image name to run."),
        OUTPUT,
    ],
    missing: MISSING,
    run: job,
};

pub(crate) const CRONJOB: Command = Command {
    path: "create cronjob",
    operands: "NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags]",
    summary: "Create a cron job with the specified name.",
    examples: &[("Each night", "kubectl create cronjob nightly --image=busybox --schedule='0 3 * * *' -- date")],
    flags: &[
        DRY_RUN,
        text("image", '\0', "", "Image name to run."),
        OUTPUT,
        text("restart", '\0', "", "Job's restart policy: OnFailure or Never."),
        text("schedule", '\0', "", "A schedule in the Cron format the job should be run with."),
    ],
    missing: MISSING,
    run: cron_job,
};

/// What a job's pod does: one container that is named after the job.
fn template(kube: &Kube<'_, '_>, given: &Given, name: &str, restart: &str) -> Value {
    let command: Value = behind(kube, given).iter().map(Value::from).collect();
    let mut container = object! { "image" => given.text("image"), "name" => name, "resources" => Value::map() };
    if !command.items().is_empty() {
        container.put("command", command);
    }
    object! {
        "metadata" => object! { "creationTimestamp" => Value::Null },
        "spec" => object! { "containers" => list![container], "restartPolicy" => restart },
    }
}

fn job(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let name = name_of(kube, given, "create job")?;
    let (image, from) = (given.text("image"), given.text("from"));
    if image.is_empty() == from.is_empty() {
        return Err(Stop::error("either --image or --from must be specified"));
    }
    let mut value = object! { "apiVersion" => "batch/v1", "kind" => "Job", "metadata" => meta(name) };
    if from.is_empty() {
        value.set("spec", object! { "template" => template(kube, given, name, "Never") });
    } else {
        if !behind(kube, given).is_empty() {
            return Err(Stop::error("cannot specify --from and command"));
        }
        copy_cron_job(kube, from, &mut value)?;
    }
    value.put("status", Value::map());
    finish(kube, given, value, "failed to create job:")
}

/// A job by hand: what the cron job would make, and a note that it was asked for.
fn copy_cron_job(kube: &Kube<'_, '_>, from: &str, value: &mut Value) -> Result<(), Stop> {
    let wanted = kube.wanted(&[from.to_string()])?;
    let Some((kind, name)) = wanted.named.first() else {
        return Err(Stop::error("from must be an existing cronjob"));
    };
    let cron = kube.fetch(kind, name)?;
    if &*kind.kind != "CronJob" {
        return Err(Stop::error("from must be an existing cronjob"));
    }
    let template = cron.value.at("spec.jobTemplate");
    let mut annotations = object! { "cronjob.kubernetes.io/instantiate" => "manual" };
    for (key, text) in template.map_at("metadata.annotations").iter() {
        annotations.put(key, text.clone());
    }
    value.set("metadata.annotations", annotations);
    if !template.map_at("metadata.labels").is_empty() {
        value.set("metadata.labels", template.at("metadata.labels").clone());
    }
    let owner = object! {
        "apiVersion" => "batch/v1", "controller" => true, "kind" => "CronJob", "name" => cron.name(), "uid" => &cron.uid,
    };
    value.set("metadata.ownerReferences", list![owner]);
    value.set("spec", template.at("spec").clone());
    Ok(())
}

fn cron_job(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    required(given, &["image", "schedule"])?;
    let name = name_of(kube, given, "create cronjob")?;
    let restart = given.value("restart").filter(|text| !text.is_empty()).unwrap_or("OnFailure");
    let value = object! {
        "apiVersion" => "batch/v1", "kind" => "CronJob", "metadata" => meta(name),
        "spec" => object! {
            "jobTemplate" => object! {
                "metadata" => meta(name),
                "spec" => object! { "template" => template(kube, given, name, restart) },
            },
            "schedule" => given.text("schedule"),
        },
        "status" => Value::map(),
    };
    finish(kube, given, value, "failed to create cronjob:")
}
