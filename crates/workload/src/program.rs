//! Program manifests: how a program behaves, as data. `lessons/PROGRAM.md` documents them for authors.

use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Program {
    pub name: String,
    pub version: String,
    /// What customers read at the top of the page.
    pub headline: String,
    /// Where it listens; 0 for a program that serves nothing.
    pub port: u16,
    /// Further ports that it answers at: metrics, management, gRPC.
    pub more_ports: Vec<u16>,
    /// From start to listening.
    pub startup: Duration,
    pub health_path: String,
    pub health_ok: bool,
    /// Work of one request: CPU, and time that it waits anyway.
    pub cpu_ms_per_request: f64,
    pub latency_ms: f64,
    /// Share of requests that fail whatever else happens, 0 to 1.
    pub error_ratio: f64,
    pub memory_bytes: u64,
    /// Paths, and the services that each calls.
    pub routes: Vec<Route>,
    /// It exits at once where one of these is unset or empty; of `A|B` one is enough.
    pub needs_env: Vec<String>,
    /// The variable whose keys, with commas between them, a request must carry one of; empty: it serves everybody.
    pub accepts_keys: String,
    /// The variable with the key that it shows to the services that it calls.
    pub sends_key: String,
    pub faults: Vec<Fault>,
    /// Logged at start.
    pub greeting: String,
    pub tickets: Vec<OrdMap<String, String>>,
    /// It ends with code 0 after this long, as a job does.
    pub ends_after: Option<Duration>,
    /// It is a command that runs as a process elsewhere, which logs and ends it.
    pub runs_command: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub path: String,
    pub calls: Vec<String>,
}

/// An exit under a condition on the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// `NAME`, whether it must be equal, and the value; `None`: always.
    pub when: Option<(String, bool, String)>,
    pub after: Duration,
    pub effect: Effect,
    pub say: String,
}

/// What a fault does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// The program ends with this code.
    Exit(i32),
    /// Every request is answered with this status.
    Status(u16),
    /// Every request takes this much longer.
    Delay(Duration),
}

/// What is wrong with a program manifest: one sentence, with the setting's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramError(pub String);

impl std::fmt::Display for ProgramError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ProgramError {}

const SETTINGS: &[&str] = &[
    "name",
    "version",
    "headline",
    "port",
    "startup",
    "health",
    "cpu_ms_per_request",
    "latency_ms",
    "error_ratio",
    "memory",
    "requests",
    "needs_env",
    "accepts_keys",
    "sends_key",
    "faults",
    "log",
    "tickets",
    "ends_after",
    "description",
];

impl Program {
    /// Reads a manifest. Unknown settings are errors, so that a slip is seen.
    #[inline(never)]
    pub fn read(value: &Value) -> Result<Self, ProgramError> {
        let fail = |message: String| ProgramError(message);
        for key in value.entries().keys() {
            if !SETTINGS.contains(&&**key) {
                return Err(fail(format!("unknown setting \"{key}\"; there are {}", SETTINGS.join(", "))));
            }
        }
        let name = text(value, "name");
        if name.is_empty() {
            return Err(fail("the setting \"name\" is missing".into()));
        }
        let ports = ports(value.at("port"))?;
        Ok(Self {
            version: text(value, "version"),
            headline: text(value, "headline"),
            port: ports.first().copied().unwrap_or(0),
            more_ports: ports.get(1..).unwrap_or_default().to_vec(),
            startup: span(value, "startup")?.unwrap_or(Duration::from_secs(1)),
            health_path: match text(value, "health.path") {
                path if path.is_empty() => "/healthz".into(),
                path => path,
            },
            health_ok: value.at("health.ok").as_bool().unwrap_or(true),
            cpu_ms_per_request: number(value, "cpu_ms_per_request", 2.0)?,
            latency_ms: number(value, "latency_ms", 8.0)?,
            error_ratio: number(value, "error_ratio", 0.0)?.clamp(0.0, 1.0),
            memory_bytes: bytes(&text(value, "memory")).unwrap_or(64 << 20),
            routes: routes(value),
            needs_env: texts(value.at("needs_env")),
            accepts_keys: text(value, "accepts_keys"),
            sends_key: text(value, "sends_key"),
            faults: faults(value)?,
            greeting: match text(value, "log") {
                greeting if greeting.is_empty() => format!("{name} {} starting", text(value, "version")),
                greeting => greeting,
            },
            tickets: tickets(value),
            ends_after: span(value, "ends_after")?,
            runs_command: false,
            name,
        })
    }

    /// A command that somebody else runs as a process.
    pub fn command(name: &str) -> Self {
        let mut program =
            Self::read(&Value::from_yaml("{name: command, port: 0, log: ' ', memory: 4Mi}").expect("plain YAML"))
                .expect("a name is all that a manifest needs");
        program.name = name.into();
        program.runs_command = true;
        program
    }

    /// A program whose manifest is wrong: says so and exits with 1.
    pub fn broken(message: &str) -> Self {
        let say = message.to_string();
        let mut program = Self::read(&Value::from_yaml("{name: broken, log: ' '}").expect("plain YAML"))
            .expect("a name is all that a manifest needs");
        program.faults = vec![Fault { when: None, after: Duration::ZERO, effect: Effect::Exit(1), say }];
        program
    }

    /// Whether it listens at this port.
    pub fn serves(&self, port: u16) -> bool {
        self.port == port || self.more_ports.contains(&port)
    }

    /// The services that a request for this path calls; `None` where there is no such path.
    pub fn calls(&self, path: &str) -> Option<&[String]> {
        let path = path.split('?').next().unwrap_or(path);
        self.routes.iter().find(|route| route.path == path).map(|route| &route.calls[..])
    }
}

/// One port, or a list whose first is the main one.
#[inline(never)]
fn ports(value: &Value) -> Result<Vec<u16>, ProgramError> {
    let mut ports = Vec::new();
    for item in if value.items().is_empty() { std::slice::from_ref(value) } else { value.items() } {
        let Some(port) = item.as_i64() else {
            if item.is_null() {
                continue;
            }
            return Err(ProgramError("\"port\" is a number".into()));
        };
        let port =
            u16::try_from(port).map_err(|_| ProgramError(format!("\"port\": {port} is not a port (1 to 65535)")))?;
        ports.push(port);
    }
    Ok(ports)
}

fn text(value: &Value, path: &str) -> String {
    match value.at(path) {
        Value::Null => String::new(),
        Value::Str(text) => text.to_string(),
        other => other.to_json(),
    }
}

fn texts(value: &Value) -> Vec<String> {
    value.items().iter().filter_map(|item| item.as_str().map(String::from)).collect()
}

fn number(value: &Value, path: &str, default: f64) -> Result<f64, ProgramError> {
    match value.at(path) {
        Value::Null => Ok(default),
        other => {
            let number = other.as_f64().filter(|n| n.is_finite() && *n >= 0.0);
            number.ok_or_else(|| ProgramError(format!("\"{path}\" is a number, zero or more")))
        }
    }
}

/// `2s`, `500ms`, `1m30s`, or a plain number of seconds.
fn span(value: &Value, path: &str) -> Result<Option<Duration>, ProgramError> {
    let given = value.at(path);
    if let Some(secs) = given.as_f64().filter(|n| (0.0..1e7).contains(n)) {
        return Ok(Some(Duration::from_secs_f64(secs)));
    }
    let Some(text) = given.as_str() else { return Ok(None) };
    parse_span(text)
        .map(Some)
        .ok_or_else(|| ProgramError(format!("\"{path}\": \"{text}\" is no time; write 2s, 500ms or 1m30s")))
}

/// A time as Go writes it: `1m30s`, `250ms`.
#[inline(never)]
pub(crate) fn parse_span(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let number = manifest::float_of(&rest[..digits])?;
        rest = &rest[digits..];
        let (unit, length) = if rest.starts_with("ms") {
            (0.001, 2)
        } else if rest.starts_with('s') {
            (1.0, 1)
        } else if rest.starts_with('m') {
            (60.0, 1)
        } else if rest.starts_with('h') {
            (3_600.0, 1)
        } else {
            return None;
        };
        total += number * unit;
        rest = &rest[length..];
    }
    Duration::try_from_secs_f64(total).ok()
}

#[inline(never)]
fn bytes(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    let unit = match &text[digits..] {
        "" => 1,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "K" | "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        _ => return None,
    };
    number.checked_mul(unit)
}

fn routes(value: &Value) -> Vec<Route> {
    let listed: Vec<Route> = value
        .at("requests")
        .items()
        .iter()
        .map(|item| Route { path: text(item, "path"), calls: texts(item.at("calls")) })
        .collect();
    if listed.is_empty() { vec![Route { path: "/".into(), calls: Vec::new() }] } else { listed }
}

#[inline(never)]
fn faults(value: &Value) -> Result<Vec<Fault>, ProgramError> {
    let mut all = Vec::new();
    for item in value.at("faults").items() {
        let when = match text(item, "when") {
            condition if condition.is_empty() => None,
            condition => Some(condition_of(&condition)?),
        };
        all.push(Fault {
            when,
            after: span(item, "after")?.unwrap_or_default(),
            effect: effect(item)?,
            say: text(item, "say"),
        });
    }
    Ok(all)
}

#[inline(never)]
fn effect(item: &Value) -> Result<Effect, ProgramError> {
    let small = |path: &str| item.at(path).as_i64();
    if let Some(code) = small("exit") {
        return Ok(Effect::Exit(i32::try_from(code.rem_euclid(256)).unwrap_or(1)));
    }
    if let Some(status) = small("status") {
        let status = u16::try_from(status).ok().filter(|status| (100..600).contains(status));
        return status
            .map(Effect::Status)
            .ok_or_else(|| ProgramError("\"status\" is an HTTP status, 100 to 599".into()));
    }
    match span(item, "delay")? {
        Some(delay) => Ok(Effect::Delay(delay)),
        None => Err(ProgramError("a fault has one of \"exit\", \"status\" and \"delay\"".into())),
    }
}

/// `env.NAME == 'value'` or `!=`.
#[inline(never)]
fn condition_of(text: &str) -> Result<(String, bool, String), ProgramError> {
    let wrong = || ProgramError(format!("\"when\": \"{text}\" is no condition; write env.NAME == 'value' or !="));
    let (left, equal, right) = match (text.split_once("=="), text.split_once("!=")) {
        (Some((left, right)), _) => (left, true, right),
        (None, Some((left, right))) => (left, false, right),
        (None, None) => return Err(wrong()),
    };
    let name = left.trim().strip_prefix("env.").ok_or_else(wrong)?;
    let value = right.trim();
    let quoted = |mark: char| value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    let value = quoted('\'').or_else(|| quoted('"')).ok_or_else(wrong)?;
    Ok((name.to_string(), equal, value.to_string()))
}

fn tickets(value: &Value) -> Vec<OrdMap<String, String>> {
    let row = |item: &Value| item.entries().keys().map(|key| (key.to_string(), text(item, key))).collect();
    value.at("tickets").items().iter().map(row).collect()
}
