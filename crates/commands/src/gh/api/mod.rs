//! `gh api`: requests to the forge, as far as `routes` knows them.
//! Words: `pkg/cmd/api` of the tool; bodies: GitHub's REST documentation.

mod fields;
mod packages;
mod routes;
mod secrets;

use super::call::{Call, Fail, fail};
use super::flags::{Command, Given, switch, value, values};
use super::{Answer, End, token};
use manifest::Value;
use world::Cx;

pub(super) const COMMAND: Command = Command {
    path: "gh api",
    operands: "<endpoint>",
    summary: "Make an authenticated GitHub API request",
    flags: &[
        value("method", 'X', "the HTTP method (GET, or POST with fields)"),
        values("field", 'F', "a parameter, key=value; true, false, null and numbers have their types"),
        values("raw-field", 'f', "a text parameter, key=value"),
        values("header", 'H', "an HTTP header"),
        value("input", '\0', "the file that is the body (- for standard input)"),
        value("jq", 'q', "what jq makes of the answer"),
        switch("silent", '\0', "do not print the answer"),
    ],
    missing: "hostname preview p include i slurp paginate template t cache verbose",
};

/// What is asked of the forge.
pub(super) struct Request<'a> {
    pub method: String,
    /// Without query.
    pub path: Vec<&'a str>,
    pub query: Vec<(&'a str, &'a str)>,
    pub body: Value,
    /// Who asks.
    pub account: String,
}

/// An answer's status and body; the message of one that is an error.
pub(super) enum Reply {
    Body(u16, Value),
    Error(u16, String),
    NotHere,
}

/// `None`: standard input is not whole yet.
pub(super) fn run(cx: &mut Cx<'_>, given: &Given) -> Option<Answer> {
    let body = match body(cx, given) {
        Ok(body) => body?,
        Err(fail) => return Some(Err(fail)),
    };
    Some(request(cx, given, body))
}

/// The body that the options make; `None` where standard input is still open.
fn body(cx: &mut Cx<'_>, given: &Given) -> Result<Option<Value>, Fail> {
    let Some(file) = given.text("input") else { return fields::body(given).map(Some) };
    let text = match file {
        "-" => match cx.stdin_text() {
            Some(text) => text,
            None => return Ok(None),
        },
        file => match cx.files().read_text(&cx.path(file)) {
            Ok(text) => text,
            Err(_) => return fail(format!("open {file}: no such file or directory")),
        },
    };
    match Value::from_json(&text) {
        Ok(value) => Ok(Some(value)),
        Err(_) => fail("gh: Problems parsing JSON (HTTP 400)"),
    }
}

#[inline(never)]
fn request(cx: &mut Cx<'_>, given: &Given, body: Value) -> Answer {
    let [endpoint] = &given.words[..] else {
        return fail(format!("accepts 1 arg(s), received {}", given.words.len()));
    };
    let mut endpoint = endpoint.trim_start_matches('/').to_string();
    if endpoint.contains('{') {
        let call = Call::new(cx, Given::default())?;
        let (owner, name) = call.repo.split_once('/').unwrap_or_default();
        endpoint = endpoint.replace("{owner}", owner).replace("{repo}", name);
        endpoint = endpoint.replace("{branch}", call.branch.as_deref().unwrap_or("main"));
    }
    let method = given.text("method").map(str::to_uppercase);
    let method = method.unwrap_or_else(|| if body.is_null() { "GET".into() } else { "POST".into() });
    if token::on_runner(cx) {
        let scope = match (method.as_str(), endpoint.contains("/actions/caches")) {
            ("GET", _) => None,
            (_, true) => Some("actions"),
            _ if endpoint.contains("/packages/") => Some("packages"),
            // A job's token never approves, nor changes settings.
            _ => Some("administration"),
        };
        token::check(cx, "gh api", scope)?;
    }
    let (path, query) = endpoint.split_once('?').unwrap_or((&endpoint, ""));
    let asked = Request {
        method,
        path: path.split('/').collect(),
        query: query.split('&').filter_map(|pair| pair.split_once('=')).collect(),
        body,
        account: Call::account(cx),
    };
    let (status, answer, message) = match routes::answer(cx, &asked) {
        Reply::NotHere => return fail(format!("gh api {endpoint}: real, but not part of this sandbox yet")),
        Reply::Body(status, body) => (status, body, None),
        Reply::Error(status, message) => {
            let body = manifest::object! { "message" => &message, "status" => status.to_string() };
            (status, body, Some(message))
        }
    };
    let text = if status == 204 { String::new() } else { answer.to_json() };
    let shown = match given.text("jq").filter(|_| message.is_none()) {
        _ if given.on("silent") => String::new(),
        Some(program) => crate::jq::lines(program, &text).or_else(fail)?,
        None if cx.stdout_is_terminal() && !text.is_empty() => {
            [&crate::jq::lines(".", &text).unwrap_or(text), ""].concat()
        }
        None => text,
    };
    cx.out(shown);
    match message {
        Some(message) => fail(format!("gh: {message} (HTTP {status})")),
        None => Ok(End::Exit(0)),
    }
}
