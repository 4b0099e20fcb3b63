//! The pod failure policy (Kubernetes 1.32, `pkg/controller/job/pod_failure_policy.go`).

use crate::object::Object;
use manifest::Value;

/// What a failed pod means for its job.
pub(super) enum Action {
    Count,
    Ignore,
    FailJob(String),
}

#[inline(never)]
pub(super) fn judge(policy: &Value, pod: &Object) -> Action {
    for (at, rule) in policy.list_at("rules").iter().enumerate() {
        let exit = rule.get("onExitCodes").filter(|codes| !codes.is_null()).map(|codes| exit_code(codes, pod));
        let told = match exit {
            Some(None) => continue,
            Some(Some((container, code))) => {
                let place = format!("{}/{}", pod.namespace(), pod.name());
                format!("Container {container} for pod {place} failed with exit code {code}")
            }
            None => {
                let Some(kind) = met(rule.list_at("onPodConditions"), pod) else { continue };
                format!("Pod {}/{} has condition {kind}", pod.namespace(), pod.name())
            }
        };
        return match rule.str_at("action") {
            "Ignore" => Action::Ignore,
            "FailJob" => Action::FailJob(format!("{told} matching FailJob rule at index {at}")),
            _ => Action::Count,
        };
    }
    Action::Count
}

/// The container that ended with one of the codes.
#[inline(never)]
fn exit_code(demand: &Value, pod: &Object) -> Option<(String, i64)> {
    let name = demand.str_at("containerName");
    let listed = |code: i64| demand.list_at("values").iter().any(|v| v.as_i64() == Some(code));
    let statuses = ["status.containerStatuses", "status.initContainerStatuses"];
    statuses.iter().flat_map(|path| pod.value.list_at(path)).find_map(|status| {
        let code = status.int_at("state.terminated.exitCode").filter(|code| *code != 0)?;
        let wanted = name.is_empty() || status.str_at("name") == name;
        let fits = listed(code) == (demand.str_at("operator") == "In");
        (wanted && fits).then(|| (status.str_at("name").to_string(), code))
    })
}

fn met(patterns: &[Value], pod: &Object) -> Option<String> {
    let have = pod.value.list_at("status.conditions");
    patterns.iter().find_map(|pattern| {
        let state = pattern.str_at("status");
        let state = if state.is_empty() { "True" } else { state };
        let fits = |c: &&Value| c.at("type") == pattern.at("type") && c.str_at("status") == state;
        have.iter().find(fits).map(|c| c.str_at("type").to_string())
    })
}
