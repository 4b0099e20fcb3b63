//! Jobs and cron jobs.

use super::workload::containers;
use super::{Cell, Printer, age, none_if_empty, since};
use crate::object::{Object, condition_true, time_at};
use crate::selector::LabelSelector;
use sim::Time;

pub(crate) const JOB: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("STATUS", false),
        ("COMPLETIONS", false),
        ("DURATION", false),
        ("AGE", false),
        ("CONTAINERS", true),
        ("IMAGES", true),
        ("SELECTOR", true),
    ],
    row: job,
};

pub(crate) const CRON_JOB: Printer = Printer {
    columns: &[
        ("NAME", false),
        ("SCHEDULE", false),
        ("TIMEZONE", false),
        ("SUSPEND", false),
        ("ACTIVE", false),
        ("LAST SCHEDULE", false),
        ("AGE", false),
        ("CONTAINERS", true),
        ("IMAGES", true),
        ("SELECTOR", true),
    ],
    row: cron_job,
};

fn job(object: &Object, now: Time) -> Vec<Cell> {
    let value = &object.value;
    let is = |kind: &str| condition_true(value, kind);
    let status = match () {
        () if is("Complete") => "Complete",
        () if is("Failed") => "Failed",
        () if object.deleting() => "Terminating",
        () if is("Suspended") => "Suspended",
        () if is("FailureTarget") => "FailureTarget",
        () if is("SuccessCriteriaMet") => "SuccessCriteriaMet",
        () => "Running",
    };
    let won = value.int_at("status.succeeded").unwrap_or(0);
    let completions = match (value.int_at("spec.completions"), value.int_at("spec.parallelism").unwrap_or(0)) {
        (Some(wanted), _) => format!("{won}/{wanted}"),
        (None, many) if many > 1 => format!("{won}/1 of {many}"),
        (None, _) => format!("{won}/1"),
    };
    let (started, ended) = (time_at(value, "status.startTime"), time_at(value, "status.completionTime"));
    let duration = started.map_or_else(String::new, |started| since(Some(started), ended.unwrap_or(now)));
    let mut cells = vec![object.name().into(), status.into(), completions, duration, age(object, now)];
    cells.extend(containers(value.list_at("spec.template.spec.containers")));
    cells.push(none_if_empty(LabelSelector::from_value(value.at("spec.selector")).to_string()));
    cells
}

fn cron_job(object: &Object, now: Time) -> Vec<Cell> {
    let value = &object.value;
    let last = time_at(value, "status.lastScheduleTime");
    let mut cells = vec![
        object.name().into(),
        value.str_at("spec.schedule").into(),
        none_if_empty(value.str_at("spec.timeZone").into()),
        if value.bool_at("spec.suspend") { "True" } else { "False" }.into(),
        value.list_at("status.active").len().to_string(),
        last.map_or("<none>".into(), |at| since(Some(at), now)),
        age(object, now),
    ];
    cells.extend(containers(value.list_at("spec.jobTemplate.spec.template.spec.containers")));
    cells.push(none_if_empty(LabelSelector::from_value(value.at("spec.jobTemplate.spec.selector")).to_string()));
    cells
}
