//! The endpoints of secret scanning: its alerts, and what lets a refused push through.

use super::{Reply, Request};
use manifest::{Value, object};
use world::{Alert, Cx, FORGE};

fn gone(text: &str) -> Reply {
    Reply::Error(404, text.into())
}

#[inline(never)]
pub(super) fn answer(cx: &mut Cx<'_>, repo: &str, rest: &[&str], asked: &Request<'_>) -> Reply {
    let Some(alerts) = cx.world.secret_alerts(repo) else {
        return gone("Secret scanning is disabled on this repository.");
    };
    match (asked.method.as_str(), rest) {
        ("GET", ["alerts"]) => {
            // The newest stands first.
            let all: Vec<Value> = alerts.iter().enumerate().rev().map(|(at, one)| shown(repo, at + 1, one)).collect();
            Reply::Body(200, Value::list(all))
        }
        ("POST", ["push-protection-bypasses"]) => {
            let (id, reason) = (asked.body.str_at("placeholder_id"), asked.body.str_at("reason"));
            let known = ["false_positive", "used_in_tests", "will_fix_later"].contains(&reason);
            if !known || !cx.world.allow_placeholder(repo, id) {
                return Reply::Error(422, "Validation Failed".into());
            }
            Reply::Body(200, object! { "reason" => reason, "token_type" => "secret" })
        }
        (_, ["alerts", number, more @ ..]) => {
            let number: usize = number.parse().unwrap_or(0);
            let Some(alert) = number.checked_sub(1).and_then(|at| alerts.get(at)) else { return gone("Not Found") };
            match (asked.method.as_str(), more) {
                ("GET", []) => Reply::Body(200, shown(repo, number, alert)),
                ("GET", ["locations"]) => Reply::Body(200, Value::list(alert.places.iter().map(place).collect())),
                ("PATCH", []) => change(cx, repo, number, asked),
                _ => gone("Not Found"),
            }
        }
        _ => Reply::NotHere,
    }
}

fn change(cx: &mut Cx<'_>, repo: &str, number: usize, asked: &Request<'_>) -> Reply {
    let known = ["false_positive", "wont_fix", "revoked", "used_in_tests"];
    let new = match (asked.body.str_at("state"), asked.body.str_at("resolution")) {
        ("open", _) => None,
        ("resolved", how) if known.contains(&how) => Some((how, asked.account.as_str())),
        _ => return Reply::Error(422, "Validation Failed".into()),
    };
    cx.world.resolve_alert(repo, number, new);
    let alert = cx.world.secret_alerts(repo).and_then(|alerts| alerts.get(number - 1));
    alert.map_or_else(|| gone("Not Found"), |alert| Reply::Body(200, shown(repo, number, alert)))
}

fn shown(repo: &str, number: usize, alert: &Alert) -> Value {
    let api = format!("https://api.{FORGE}/repos/{repo}/secret-scanning/alerts/{number}");
    let mut out = object! {
        "number" => i64::try_from(number).unwrap_or(0),
        "created_at" => alert.created.rfc3339(),
        "url" => api.as_str(),
        "html_url" => format!("https://{FORGE}/{repo}/security/secret-scanning/{number}"),
        "locations_url" => format!("{api}/locations"),
        "state" => if alert.resolution.is_some() { "resolved" } else { "open" },
        "secret_type" => alert.kind_name.as_str(),
        "secret_type_display_name" => alert.kind.as_str(),
        "secret" => alert.secret.as_str(),
        "push_protection_bypassed" => alert.bypassed,
        "resolution" => Value::Null, "resolved_at" => Value::Null, "resolved_by" => Value::Null,
    };
    if let Some((how, at, by)) = &alert.resolution {
        out.put("resolution", how.as_str());
        out.put("resolved_at", at.rfc3339());
        out.put("resolved_by", object! { "login" => by.as_str() });
    }
    out
}

fn place(place: &world::LeakPlace) -> Value {
    let details = object! {
        "path" => place.path.as_str(), "commit_sha" => place.commit.as_str(),
        "start_line" => i64::from(place.line), "end_line" => i64::from(place.line),
        "start_column" => i64::from(place.columns.0), "end_column" => i64::from(place.columns.1),
    };
    object! { "type" => "commit", "details" => details }
}
