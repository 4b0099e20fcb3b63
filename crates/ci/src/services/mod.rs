//! `services:` of a job: containers that run beside its steps. As the real runner does, ours calls `docker` for all of
//! it, in a script before the first step and in one behind the last.
//! <https://docs.github.com/en/actions/tutorials/use-containerized-services>; words and command lines: `actions/runner`,
//! `ContainerOperationProvider` and `DockerCommandManager`.

mod script;

use crate::contexts::{Place, TEMP, workspace};
use crate::engine::{Ask, Ci, Token};
use crate::expr::{Data, Scope};
use crate::matrix;
use crate::run::{JobRun, State, StepRun};
use crate::step::Plan;
use crate::workflow::{Wrong, known, wrong};
use manifest::{Mark, Value};
use order::OrdMap;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// The step before the file's own, and the one behind them.
pub(crate) const ID: &str = "__containers";
pub(crate) const STOP: &str = "__postcontainers";

/// One container that is to run.
pub(crate) struct Service {
    /// As the steps name it.
    pub alias: String,
    pub image: String,
    /// The container's.
    pub name: String,
    pub options: String,
    pub env: Vec<(String, String)>,
    pub ports: Vec<String>,
    pub volumes: Vec<String>,
    pub user: String,
    pub password: String,
    pub entrypoint: String,
    pub command: String,
}

const KEYS: [&str; 8] = ["image", "options", "env", "ports", "volumes", "credentials", "entrypoint", "command"];

/// What the file says, as JSON: that keeps the order of names.
#[inline(never)]
pub(crate) fn read(job: &Value, path: &str, spans: &OrdMap<String, Mark>) -> Result<Option<String>, Wrong> {
    let (own, here) = (job.at("services"), [path, ".services"].concat());
    let expression = |value: &Value| value.as_str().is_some_and(|text| text.contains("${{"));
    if own.is_null() || expression(own) {
        return Ok(own.as_str().map(|text| Data::text(text).to_json()));
    }
    if own.as_map().is_none() {
        return Err(wrong(&[&here, "="].concat(), "A mapping was expected".into()));
    }
    for (name, service) in own.entries().iter() {
        let below = [&here, ".", name].concat();
        known(service, &below, &KEYS)?;
        known(service.at("credentials"), &[&below, ".credentials"].concat(), &["username", "password"])?;
        for key in ["ports", "volumes"] {
            let list = service.at(key);
            if !list.is_null() && list.as_list().is_none() && !expression(list) {
                return Err(wrong(&[&below, ".", key, "="].concat(), "A sequence was expected".into()));
            }
        }
    }
    Ok((!own.entries().is_empty()).then(|| matrix::ordered(own, &here, spans).to_json()))
}

/// Letters and digits that are the same each time, and others for each job and name.
fn hex(job: &JobRun, name: &str) -> String {
    let digest = Sha256::digest([&job.machine, "/", name].concat());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The network of a job.
fn network(job: &JobRun) -> String {
    ["github_network_", &hex(job, "")].concat()
}

/// The services of a job and what is said of those that are left out.
#[inline(never)]
fn all(place: &Place<'_>, scope: Scope<'_>) -> Result<(Vec<Service>, String), String> {
    let (mut all, mut said) = (Vec::new(), String::new());
    let Some(json) = &place.job.services else { return Ok((all, said)) };
    let written = Data::from_json(json).ok_or("the services are damaged")?;
    let Data::Object(members) = matrix::resolved(&written, scope)? else {
        return Err("A mapping was expected".into());
    };
    for (alias, data) in members.iter() {
        let value = matrix::value(data);
        let text = |path: &str| crate::expr::to_text(value.at(path));
        let list = |path: &str| value.list_at(path).iter().map(crate::expr::to_text).collect();
        let image = if value.as_map().is_some() { text("image") } else { data.to_text() };
        if image.is_empty() {
            said.push_str(&format!(
                "The service '{alias}' will not be started because the container definition has an empty image.\n"
            ));
            continue;
        }
        let guid = hex(place.state, alias);
        let plain: String = image.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let pairs = data.member("env").map(|env| match env {
            Data::Object(pairs) => pairs.iter().map(|(key, value)| (key.clone(), value.to_text())).collect(),
            _ => Vec::new(),
        });
        all.push(Service {
            name: [&guid, "_", &plain, "_", &hex(place.state, &guid)[..6]].concat(),
            alias: alias.clone(),
            image,
            options: text("options"),
            env: pairs.unwrap_or_default(),
            ports: list("ports"),
            volumes: list("volumes"),
            user: text("credentials.username"),
            password: text("credentials.password"),
            entrypoint: text("entrypoint"),
            command: text("command"),
        });
    }
    Ok((all, said))
}

/// `Initialize containers`.
#[inline(never)]
pub(crate) fn plan(
    place: &Place<'_>,
    scope: Scope<'_>,
    mut env: OrdMap<String, String>,
    token: Token,
) -> Result<Plan, String> {
    let (services, said) = all(place, scope)?;
    if services.is_empty() {
        return Ok(Plan::After(Duration::ZERO, said));
    }
    for (at, service) in services.iter().enumerate() {
        env.insert(format!("{}{at}", script::PASSWORD), service.password.clone());
    }
    let script = script::start(&network(place.state), &services, &said);
    Ok(Plan::Now(ask(place, token, script, env)))
}

fn ask(place: &Place<'_>, token: Token, script: String, env: OrdMap<String, String>) -> Ask {
    let file = format!("{TEMP}/containers-{}.sh", token.step);
    Ask::Script {
        token,
        machine: place.state.machine.clone(),
        argv: vec!["bash".into(), file],
        script,
        directory: workspace(place.run),
        env,
        causes: place.causes(),
    }
}

/// Whether a job still has containers to stop: then that becomes its last step.
#[inline(never)]
pub(crate) fn to_stop(job: &JobRun) -> bool {
    let begun = job.steps.first().is_some_and(|step| !matches!(step.state, State::Skipped | State::Queued));
    begun && job.steps.last().is_none_or(|step| step.id != STOP)
}

pub(crate) fn stop_step() -> StepRun {
    StepRun::named(STOP.into(), "Stop containers".into())
}

impl Ci {
    /// `Stop containers`, however the job went.
    #[inline(never)]
    pub(crate) fn stop_containers(&self, token: Token) -> Option<Ask> {
        let place = crate::contexts::place(self.run(token.run)?, token.job)?;
        let env = place.env(self, None).unwrap_or_default();
        let contexts = place.contexts(self, &env);
        let (services, _) = all(&place, place.scope(&contexts)).unwrap_or_default();
        let outputs = &place.state.steps.first()?.outputs;
        let failed = |service: &Service| outputs.contains_key(&["failed ", &service.alias].concat());
        let script = script::stop(&network(place.state), &services, &failed);
        Some(ask(&place, token, script, OrdMap::new()))
    }
}

/// `job.services` and `job.container`.
#[inline(never)]
pub(crate) fn context(place: &Place<'_>, job: &mut Value) {
    let Some(first) = place.state.steps.first().filter(|step| step.id == ID) else { return };
    let mut services = Value::map();
    let network = network(place.state);
    for (key, value) in &first.outputs {
        let mut words = key.split(' ');
        let (Some(what), Some(alias)) = (words.next(), words.next()) else { continue };
        if services.get(alias).is_none() {
            let mut one = Value::map();
            one.put("id", "");
            one.put("ports", Value::map());
            one.put("network", network.as_str());
            services.put(alias, one);
        }
        match (what, words.next()) {
            ("id", None) => services.at_mut(alias).put("id", value.as_str()),
            ("port", Some(port)) => services.at_mut(&[alias, ".ports"].concat()).put(port, value.as_str()),
            _ => {}
        }
    }
    let mut container = Value::map();
    container.put("network", network);
    job.put("container", container);
    job.put("services", services);
}
