//! Jobs and cron jobs.

use super::{World, learner};
use crate::{CRONJOB, DeleteOptions, JOB, PatchKind, condition};
use expect_test::expect;
use manifest::{Value, object};
use std::time::Duration;

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn job(spec: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: work}}\nspec:\n{spec}  template:\n    spec:\n      \
         restartPolicy: Never\n      containers: [{{name: main, image: 'work:1'}}]\n"
    )
}

fn world(code: i32) -> World {
    let mut world = World::new(1, 2);
    world.programs.ends.insert("work:1".into(), code);
    world
}

fn number(world: &World, field: &str) -> i64 {
    world.get(JOB, "work").value.at("status").int_at(field).unwrap_or(0)
}

fn reason(world: &World, kind: &str) -> String {
    let job = world.get(JOB, "work");
    condition(&job.value, kind).map_or(String::new(), |c| c.str_at("reason").to_string())
}

#[test]
fn a_job_runs_to_its_completions() {
    let mut world = world(0);
    world.apply(&job("  completions: 5\n  parallelism: 2\n"));
    world.run(Duration::from_millis(500));
    assert_eq!((world.pods().len(), number(&world, "active")), (2, 2));
    world.run(secs(60));
    assert_eq!((number(&world, "succeeded"), number(&world, "active"), world.pods().len()), (5, 0, 5));
    assert_eq!(reason(&world, "Complete"), "CompletionsReached");
    assert!(world.pods().iter().all(|pod| pod.finalizers().is_empty()));
    assert!(world.table(JOB).starts_with("work|Complete|5/5|"), "{}", world.table(JOB));
    assert!(world.events().iter().any(|e| e == "Normal Completed Job completed"));
    let version = world.cluster.store().version();
    world.run(secs(100));
    assert_eq!(world.cluster.store().version(), version);
}

#[test]
fn failures_back_off_and_end_the_job() {
    let mut world = world(3);
    world.apply(&job("  backoffLimit: 2\n"));
    world.run(secs(9));
    assert_eq!((number(&world, "failed"), world.pods().len()), (1, 1), "the next comes after 10 s");
    world.run(secs(10));
    assert_eq!(world.pods().len(), 2);
    world.run(secs(60));
    assert_eq!((number(&world, "failed"), reason(&world, "Failed").as_str()), (3, "BackoffLimitExceeded"));
    let told = "Warning BackoffLimitExceeded Job has reached the specified backoff limit";
    assert!(world.events().iter().any(|e| e == told));
}

#[test]
fn indexed_jobs_do_each_index_once() {
    let mut world = world(0);
    world.programs.keep_starts = true;
    world.apply(&job("  completions: 4\n  parallelism: 3\n  completionMode: Indexed\n"));
    world.run(secs(60));
    let job = world.get(JOB, "work");
    assert_eq!(job.value.str_at("status.completedIndexes"), "0-3");
    let mut indexes: Vec<String> = (world.programs.started.iter())
        .flat_map(|start| start.env.iter().filter(|(name, _)| name == "JOB_COMPLETION_INDEX").map(|(_, v)| v.clone()))
        .collect();
    indexes.sort();
    assert_eq!(indexes, ["0", "1", "2", "3"]);
    assert!(world.pods()[0].name().starts_with("work-0-"));
}

#[test]
fn a_failure_policy_decides_by_exit_code() {
    let policy =
        "  podFailurePolicy:\n    rules:\n    - {action: FailJob, onExitCodes: {operator: In, values: [42]}}\n";
    let mut fatal = world(42);
    fatal.apply(&job(policy));
    fatal.run(secs(10));
    let job_object = fatal.get(JOB, "work");
    let failed = condition(&job_object.value, "Failed").unwrap();
    assert_eq!(failed.str_at("reason"), "PodFailurePolicy");
    assert!(failed.str_at("message").ends_with("failed with exit code 42 matching FailJob rule at index 0"));
    let mut other = world(1);
    other.apply(&job(policy));
    other.run(secs(10));
    assert_eq!(reason(&other, "Failed"), "");
}

#[test]
fn suspending_deadlines_and_time_to_live() {
    let mut world = World::new(1, 2);
    world.apply(&job("  parallelism: 2\n  activeDeadlineSeconds: 60\n  ttlSecondsAfterFinished: 30\n"));
    world.run(secs(5));
    let suspend = |world: &mut World, on: bool| {
        let patch = object! { "spec" => object! { "suspend" => on } };
        let at = (JOB, "default", "work");
        world.cluster.patch(&mut world.sim, at, PatchKind::Merge, &patch, &learner()).unwrap();
    };
    suspend(&mut world, true);
    world.run(secs(40));
    assert_eq!((world.pods().len(), reason(&world, "Suspended").as_str()), (0, "JobSuspended"));
    assert!(world.table(JOB).starts_with("work|Suspended|0/1 of 2||"));
    suspend(&mut world, false);
    world.run(secs(5));
    assert_eq!(world.pods().len(), 2);
    world.run(secs(60));
    assert_eq!(reason(&world, "Failed"), "DeadlineExceeded");
    world.run(secs(40));
    assert!(world.list(JOB).is_empty() && world.pods().is_empty());
}

#[test]
fn deleting_a_job_takes_its_pods() {
    let mut world = World::new(1, 2);
    world.apply(&job("  parallelism: 3\n"));
    world.run(secs(5));
    world.cluster.delete(&mut world.sim, (JOB, "default", "work"), DeleteOptions::default(), &learner()).unwrap();
    world.run(secs(40));
    assert!(world.pods().is_empty());
}

#[test]
fn jobs_are_checked() {
    let mut world = World::new(1, 0);
    let value = Value::from_yaml(&job("").replace("Never", "Always")).unwrap();
    let status = world.cluster.create(&mut world.sim, JOB, "default", value, &learner()).unwrap_err();
    expect![[r#"Job.batch "work" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never""#]]
        .assert_eq(&status.message);
}

fn cron(rest: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: tick}}\nspec:\n  schedule: '*/2 * * * *'\n{rest}  \
         jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          \
         containers: [{{name: main, image: 'work:1'}}]\n"
    )
}

#[test]
fn a_cron_job_starts_jobs_and_keeps_three() {
    let mut world = world(0);
    world.apply(&cron(""));
    world.run(secs(60));
    assert!(world.list(JOB).is_empty());
    assert_eq!(world.table(CRONJOB), "tick|*/2 * * * *|<none>|False|0|<none>|60s\n");
    world.run(secs(60));
    assert_eq!(world.list(JOB).len(), 1, "18:42:10 plus two minutes is past 18:44");
    assert!(world.list(JOB)[0].name().starts_with("tick-29"));
    world.run(secs(60 * 12));
    let jobs = world.list(JOB);
    assert_eq!(jobs.len(), 3);
    assert!(world.events().iter().any(|e| e.starts_with("Normal SawCompletedJob Saw completed job: tick-")));
    assert!(world.get(CRONJOB, "tick").value.at("status.lastSuccessfulTime").as_str().is_some());
    world.cluster.delete(&mut world.sim, (CRONJOB, "default", "tick"), DeleteOptions::default(), &learner()).unwrap();
    world.run(secs(60));
    assert!(world.list(JOB).is_empty() && world.pods().is_empty());
}

#[test]
fn cron_jobs_forbid_or_replace() {
    let mut world = World::new(1, 2);
    world.apply(&cron("  concurrencyPolicy: Forbid\n"));
    world.run(secs(300));
    assert_eq!(world.list(JOB).len(), 1);
    let told =
        "Normal JobAlreadyActive Not starting job because prior execution is running and concurrency policy is Forbid";
    assert!(world.events().iter().any(|e| e.starts_with(told)));
    let mut world = World::new(1, 2);
    world.apply(&cron("  concurrencyPolicy: Replace\n"));
    world.run(secs(300));
    assert_eq!(world.list(JOB).len(), 1);
    assert!(world.events().iter().any(|e| e.starts_with("Normal SuccessfulDelete Deleted job tick-")));
}
