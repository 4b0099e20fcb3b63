//! `docker network`: networks in which containers find each other by name.

use super::{Answer, FORMAT, Failed, NO_TRUNC, Next, QUIET, Row, Words, format, letter, table};
use crate::cobra::{Command, Flag, Given, text, texts};
use manifest::{JsonStyle, Value, object};
use order::OrdMap;
use world::{Cx, Docker, Network, Standing};

const FILTER: Flag = texts("filter", 'f', "Provide filter values");

const fn row(
    (path, operands): (&'static str, &'static str),
    summary: &'static str,
    (flags, missing): (&'static [Flag], &'static str),
    words: Words,
    aliases: &'static [&'static str],
    run: fn(&mut Cx<'_>, &Given) -> Answer,
) -> Row {
    Row { command: Command { path, operands, summary, flags, missing }, words, front: false, aliases, run }
}

pub(super) const CREATE: Row = row(
    ("docker network create", "NETWORK"),
    "Create a network",
    (
        &[text("driver", 'd', "Driver to manage the Network"), texts("label", '\0', "Set metadata on a network")],
        "attachable aux-address config-from config-only gateway ingress internal ip-range ipam-driver ipam-opt ipv4 ipv6 opt o \
         scope subnet",
    ),
    Words::Exactly(1),
    &[],
    create,
);
pub(super) const LS: Row = row(
    ("docker network ls", ""),
    "List networks",
    (&[FILTER, FORMAT, NO_TRUNC, QUIET], ""),
    Words::Exactly(0),
    &["network list"],
    list,
);
pub(super) const RM: Row = row(
    ("docker network rm", "NETWORK [NETWORK...]"),
    "Remove one or more networks",
    (&[letter("force", 'f', "Do not error if the network does not exist")], ""),
    Words::AtLeast(1),
    &["network remove"],
    remove,
);
pub(super) const PRUNE: Row = row(
    ("docker network prune", ""),
    "Remove all unused networks",
    (&[FILTER, letter("force", 'f', "Do not prompt for confirmation")], ""),
    Words::Exactly(0),
    &[],
    prune,
);
pub(super) const INSPECT: Row = row(
    ("docker network inspect", "NETWORK [NETWORK...]"),
    "Display detailed information on one or more networks",
    (&[text("format", 'f', "Format output using a custom template")], "verbose v"),
    Words::AtLeast(1),
    &[],
    inspect,
);

/// Those that are always there, and their drivers.
const USUAL: [(&str, &str); 3] = [("bridge", "bridge"), ("host", "host"), ("none", "null")];

/// The network of a container as it was asked for: empty for the usual one.
pub(super) fn of(cx: &mut Cx<'_>, name: &str) -> Result<String, Failed> {
    let host = cx.machine_id();
    match name {
        "" | "bridge" | "default" => Ok(String::new()),
        name if cx.world.docker_mut(&host).networks.contains_key(name) => Ok(name.into()),
        name @ ("host" | "none") => {
            Err(Failed::said(format!("--network {name}: real, but not part of this sandbox yet")))
        }
        name => Err(Failed::daemon(format!("network {name} not found"))),
    }
}

fn labels(given: &[String]) -> OrdMap<String, String> {
    given.iter().map(|label| label.split_once('=').unwrap_or((label, ""))).map(|(k, v)| (k.into(), v.into())).collect()
}

fn create(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let (host, name) = (cx.machine_id(), given.words[0].clone());
    let driver = given.text("driver").unwrap_or("bridge");
    if driver != "bridge" {
        return Err(Failed::said(format!(
            "docker network create --driver {driver}: real, but not part of this sandbox yet"
        )));
    }
    if USUAL.iter().any(|(usual, _)| *usual == name) {
        return Err(Failed::daemon(format!("operation is not permitted on predefined {name} network")));
    }
    if cx.world.docker_mut(&host).networks.contains_key(&name) {
        return Err(Failed::daemon(format!("network with name {name} already exists")));
    }
    let id: String = (0..4).map(|_| format!("{:016x}", cx.world.sim.rng().next_u64())).collect();
    let network = Network { id: id.clone(), created: cx.now(), labels: labels(given.texts("label")) };
    cx.world.docker_mut(&host).networks.insert(name, network);
    cx.out([&id, "\n"].concat());
    Ok(Next::Done(0))
}

fn users<'d>(docker: &'d Docker, name: &'d str) -> impl Iterator<Item = &'d Standing> {
    docker.containers.values().filter(move |one| one.network == name && one.running())
}

/// Whether a network fits the filters.
fn fits(name: &str, labels: Option<&OrdMap<String, String>>, filters: &[String]) -> Result<bool, Failed> {
    for filter in filters {
        let (key, value) = filter.split_once('=').unwrap_or((filter, ""));
        let holds = match key {
            "name" => name.contains(value),
            "label" => {
                let (key, wanted) = value.split_once('=').map_or((value, None), |(key, wanted)| (key, Some(wanted)));
                let own = labels.and_then(|labels| labels.get(key));
                own.is_some_and(|own| wanted.is_none_or(|wanted| wanted == own))
            }
            _ => return Err(Failed::daemon(format!("invalid filter '{key}'"))),
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

fn list(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let host = cx.machine_id();
    let docker = cx.world.docker_mut(&host);
    let mut rows: Vec<Value> = Vec::new();
    let usual = USUAL.iter().map(|(name, driver)| (*name, *driver, id_of(name), None));
    let own = docker.networks.iter().map(|(name, one)| (name.as_str(), "bridge", one.id.clone(), Some(&one.labels)));
    let mut all: Vec<_> = usual.chain(own).collect();
    order::Arrange::arrange_by_key(&mut all[..], |(name, ..)| (*name).to_string());
    for (name, driver, id, labels) in all {
        if fits(name, labels, given.texts("filter"))? {
            let id = if given.on("no-trunc") { id.as_str() } else { &id[..12] };
            rows.push(object! { "ID" => id, "Name" => name, "Driver" => driver, "Scope" => "local" });
        }
    }
    let text = if given.on("quiet") {
        rows.iter().map(|row| [row.str_at("ID"), "\n"].concat()).collect()
    } else if let Some(format) = given.text("format").filter(|format| !matches!(*format, "table" | "")) {
        format::rows(format, &rows, &str::to_uppercase).map_err(Failed::said)?
    } else {
        let mut lines = vec![table::line(["NETWORK ID", "NAME", "DRIVER", "SCOPE"])];
        lines.extend(
            rows.iter().map(|row| ["ID", "Name", "Driver", "Scope"].map(|key| row.str_at(key).to_string()).to_vec()),
        );
        table::align(&lines)
    };
    cx.out(text);
    Ok(Next::Done(0))
}

/// The id of a network that is always there.
fn id_of(name: &str) -> String {
    name.bytes().cycle().take(32).map(|byte| format!("{byte:02x}")).collect()
}

fn remove(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let host = cx.machine_id();
    let mut code = 0;
    for name in &given.words {
        let docker = cx.world.docker_mut(&host);
        let users: Vec<String> =
            users(docker, name).map(|one| format!("name:\"{}\" id:\"{}\"", one.name, one.id)).collect();
        let why = if USUAL.iter().any(|(usual, _)| usual == name) {
            format!("{name} is a pre-defined network and cannot be removed")
        } else if !docker.networks.contains_key(name) {
            if given.on("force") {
                continue;
            }
            format!("network {name} not found")
        } else if !users.is_empty() {
            format!("error while removing network: network {name} has active endpoints ({})", users.join(", "))
        } else {
            docker.networks.remove(name);
            cx.out([name, "\n"].concat());
            continue;
        };
        code = 1;
        cx.err(["Error response from daemon: ", &why, "\n"].concat());
    }
    Ok(Next::Done(code))
}

fn prune(cx: &mut Cx<'_>, given: &Given) -> Answer {
    if !given.on("force") {
        return Err(Failed::said(
            "WARNING! This will remove all custom networks not used by at least one container.\nhint: --force answers with yes",
        ));
    }
    let host = cx.machine_id();
    let docker = cx.world.docker_mut(&host);
    let mut gone = Vec::new();
    for (name, network) in &docker.networks {
        let used = docker.containers.values().any(|one| one.network == *name);
        if !used && fits(name, Some(&network.labels), given.texts("filter"))? {
            gone.push(name.clone());
        }
    }
    for name in &gone {
        docker.networks.remove(name);
    }
    if !gone.is_empty() {
        cx.out(["Deleted Networks:\n", &gone.join("\n"), "\n\n"].concat());
    }
    Ok(Next::Done(0))
}

fn inspect(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let host = cx.machine_id();
    let docker = cx.world.docker_mut(&host);
    let (mut found, mut errors) = (Vec::new(), String::new());
    for name in &given.words {
        let Some(network) = docker.networks.get(name) else {
            errors.push_str(&["Error response from daemon: network ", name, " not found\n"].concat());
            continue;
        };
        let (mut labels, mut containers) = (Value::map(), Value::map());
        network.labels.iter().for_each(|(key, value)| labels.put(key, value.as_str()));
        users(docker, name).for_each(|one| containers.put(&one.id, object! { "Name" => one.name.as_str() }));
        found.push(object! {
            "Name" => name.as_str(), "Id" => network.id.as_str(), "Created" => network.created.rfc3339(), "Scope" => "local",
            "Driver" => "bridge", "Containers" => containers, "Labels" => labels,
        });
    }
    let mut out = String::new();
    match given.text("format").filter(|format| !format.is_empty()) {
        Some("json") => out = Value::list(found).to_json() + "\n",
        Some(template) => {
            for value in &found {
                out.push_str(&[&format::print(template, value).map_err(Failed::said)?, "\n"].concat());
            }
        }
        None => {
            let style = JsonStyle { indent: Some(4), ..JsonStyle::default() };
            out = Value::list(found).to_json_with(style).trim_end().to_string() + "\n";
        }
    }
    cx.out(out);
    let code = i32::from(!errors.is_empty());
    cx.err(errors);
    Ok(Next::Done(code))
}
