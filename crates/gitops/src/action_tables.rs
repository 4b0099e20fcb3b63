//! Argo CD's own examples of actions (`action_cases.txt`).

use crate::actions::{Deed, actions, deed};
use manifest::{Value, json_merge, object};
use sim::Time;

fn read(text: &str) -> Value {
    Value::from_json(text).expect("the object is JSON")
}

/// What an object is after an action.
fn after(value: &Value, deed: &Deed) -> Value {
    let status = |change: &Value| object! { "status" => change.clone() };
    match deed {
        Deed::Nothing => value.clone(),
        Deed::Create(job) => job.clone(),
        Deed::Change(change) => json_merge(value, change),
        Deed::Status(change) => json_merge(value, &status(change)),
        Deed::Both(change, other) => json_merge(&json_merge(value, change), &status(other)),
    }
}

#[test]
fn actions_are_argo_cds_own() {
    let now = Time::from_unix_secs(1_780_684_930);
    let text = include_str!("action_cases.txt").replace("@now", &now.rfc3339());
    let text =
        text.replace("@flux", now.rfc3339().trim_end_matches('Z')).replace("hello-00000000000", "hello-2606051842");
    let (mut count, mut wrong) = (0, Vec::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        count += 1;
        let (told, wanted) = match line.split('\t').collect::<Vec<_>>()[..] {
            ["list", wanted, object] => {
                let shown = actions(&read(object))
                    .into_iter()
                    .map(|one| [one.name, if one.disabled { "!" } else { "" }].concat());
                (shown.collect::<Vec<_>>().join(","), wanted.to_string())
            }
            ["do", action, replicas, object, wanted] => {
                let value = read(object);
                let done = deed(&value, action, (replicas != "-").then_some(replicas), now).expect("there is one");
                (after(&value, &done.expect("it works")).to_json(), read(wanted).to_json())
            }
            ["fail", action, _, wanted, object] => {
                let done = deed(&read(object), action, Some("not_a_number"), now).expect("there is one");
                (done.expect_err("it fails"), wanted.to_string())
            }
            _ => panic!("a case: {line}"),
        };
        if told != wanted {
            wrong.push(format!("{line}\n  {told}\n  {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 100, "{count}");
}
