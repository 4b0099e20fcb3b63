//! Secret scanning: alerts of what the forge has found, and what may be pushed all the same.

use super::{Reply, Request};
use manifest::{Value, object};
use world::{Alert, Cx, FORGE};

type Answered = Result<Value, (u16, String)>;

#[inline(never)]
pub(super) fn answer(cx: &mut Cx<'_>, repo: &str, rest: &[&str], asked: &Request<'_>) -> Reply {
    answered(cx, repo, rest, asked)
        .map_or_else(|(code, message)| Reply::Error(code, message), |body| Reply::Body(200, body))
}

fn answered(cx: &mut Cx<'_>, repo: &str, rest: &[&str], asked: &Request<'_>) -> Answered {
    let gone = |text: &str| Err((404, text.to_string()));
    let Some(alerts) = cx.world.secret_alerts(repo) else {
        return gone("Secret scanning is disabled on this repository.");
    };
    let field = |name: &str| asked.body.get(name).and_then(Value::as_str);
    match (asked.method.as_str(), rest) {
        ("GET", ["alerts"]) => {
            // The newest stands first.
            let all: Vec<Value> = alerts.iter().enumerate().rev().map(|(at, one)| shown(repo, at + 1, one)).collect();
            Ok(Value::list(all))
        }
        ("POST", ["push-protection-bypasses"]) => {
            let (id, reason) = (field("placeholder_id").unwrap_or_default(), field("reason").unwrap_or_default());
            if !["false_positive", "used_in_tests", "will_fix_later"].contains(&reason)
                || !cx.world.allow_placeholder(repo, id)
            {
                return Err((422, "Validation Failed".into()));
            }
            Ok(object! { "reason" => reason, "token_type" => "secret" })
        }
        (_, ["alerts", number, more @ ..]) => {
            let number: usize = number.parse().unwrap_or(0);
            let Some(alert) = number.checked_sub(1).and_then(|at| alerts.get(at)) else { return gone("Not Found") };
            match (asked.method.as_str(), more) {
                ("GET", []) => Ok(shown(repo, number, alert)),
                ("GET", ["locations"]) => Ok(Value::list(alert.places.iter().map(place).collect())),
                ("PATCH", []) => change(cx, (repo, number), (field("state"), field("resolution")), &asked.account),
                _ => gone("Not Found"),
            }
        }
        _ => gone("Not Found"),
    }
}

fn change(
    cx: &mut Cx<'_>,
    (repo, number): (&str, usize),
    (state, resolution): (Option<&str>, Option<&str>),
    account: &str,
) -> Answered {
    let known = ["false_positive", "wont_fix", "revoked", "used_in_tests"];
    let new = match (state, resolution) {
        (Some("open"), _) => None,
        (Some("resolved"), Some(how)) if known.contains(&how) => Some((how, account)),
        _ => return Err((422, "Validation Failed".into())),
    };
    cx.world.resolve_alert(repo, number, new);
    let alert = cx.world.secret_alerts(repo).and_then(|alerts| alerts.get(number - 1));
    alert.map(|alert| shown(repo, number, alert)).ok_or((404, "Not Found".into()))
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
