//! `gh api`: of the forge's REST API what belongs to secret scanning.

use super::call::{Call, fail};
use super::flags::{Command, switch, value, values};
use super::{Answer, End};
use manifest::{JsonStyle, Value, object};
use world::{Alert, Cx, FORGE};

pub(super) const COMMAND: Command = Command {
    path: "gh api",
    operands: "<endpoint>",
    summary: "Make an authenticated GitHub API request",
    flags: &[
        value("method", 'X', "the HTTP method for the request"),
        values("raw-field", 'f', "add a string parameter in key=value format"),
        values("field", 'F', "add a typed parameter in key=value format"),
        switch("silent", '\0', "do not print the response body"),
    ],
    missing: "cache header H hostname include i input jq q paginate p preview slurp template t verbose",
};

pub(super) fn run(cx: &mut Cx<'_>, call: &Call) -> Answer {
    let Some(endpoint) = call.given.words.first() else { return fail("accepts 1 arg(s), received 0") };
    let (owner, name) = call.repo.split_once('/').unwrap_or_default();
    let path = endpoint.trim_start_matches('/').replace("{owner}", owner).replace("{repo}", name);
    let path = path.split_once('?').map_or(path.clone(), |(path, _)| path.to_string());
    let fields: Vec<(String, String)> = ["raw-field", "field"]
        .iter()
        .flat_map(|flag| call.given.texts(flag))
        .filter_map(|text| text.split_once('='))
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect();
    let method = call.given.text("method").unwrap_or(if fields.is_empty() { "GET" } else { "POST" }).to_uppercase();
    let words: Vec<&str> = path.split('/').collect();
    let ["repos", owner, name, "secret-scanning", rest @ ..] = words.as_slice() else {
        return fail(format!("gh api {endpoint}: real, but not part of this sandbox yet"));
    };
    let repo = format!("{owner}/{name}");
    let answer = answer(cx, &repo, (&method, rest), &fields);
    let (told, body) = match answer {
        Ok(body) => (None, body),
        Err((code, message)) => (
            Some(format!("gh: {message} (HTTP {code})")),
            object! { "message" => message, "status" => code.to_string() },
        ),
    };
    if !call.given.on("silent") {
        let terminal = cx.stdout_is_terminal();
        let style = JsonStyle { indent: terminal.then_some(2), escape_html: false };
        cx.out(body.to_json_with(style) + if terminal { "\n" } else { "" });
    }
    match told {
        Some(text) => fail(text),
        None => Ok(End::Exit(0)),
    }
}

type Answered = Result<Value, (u16, String)>;

fn answer(cx: &mut Cx<'_>, repo: &str, (method, rest): (&str, &[&str]), fields: &[(String, String)]) -> Answered {
    let gone = |text: &str| Err((404, text.to_string()));
    if cx.world.forge_repo(repo).is_none() {
        return gone("Not Found");
    }
    let Some(alerts) = cx.world.secret_alerts(repo) else {
        return gone("Secret scanning is disabled on this repository.");
    };
    let field = |name: &str| fields.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match (method, rest) {
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
            match (method, more) {
                ("GET", []) => Ok(shown(repo, number, alert)),
                ("GET", ["locations"]) => Ok(Value::list(alert.places.iter().map(place).collect())),
                ("PATCH", []) => change(cx, repo, number, (field("state"), field("resolution"))),
                _ => gone("Not Found"),
            }
        }
        _ => gone("Not Found"),
    }
}

fn change(cx: &mut Cx<'_>, repo: &str, number: usize, (state, resolution): (Option<&str>, Option<&str>)) -> Answered {
    let known = ["false_positive", "wont_fix", "revoked", "used_in_tests"];
    let account = Call::account(cx);
    let new = match (state, resolution) {
        (Some("open"), _) => None,
        (Some("resolved"), Some(how)) if known.contains(&how) => Some((how, account.as_str())),
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
