//! `docker ps`.

use super::{Answer, FORMAT, Failed, NO_TRUNC, Next, QUIET, Row, Words, ago, format, letter, table};
use crate::cobra::{Command, Flag, Given, Takes, texts};
use manifest::{Value, object};
use order::Arrange;
use sim::Time;
use world::{Cx, Docker, Lives, Standing};

pub(super) const PS: Row = Row {
    command: Command {
        path: "docker ps",
        operands: "",
        summary: "List containers",
        flags: &[
            letter("all", 'a', "Show all containers (default shows just running)"),
            texts("filter", 'f', "Filter output based on conditions provided"),
            FORMAT,
            Flag {
                long: "last",
                short: 'n',
                takes: Takes::Int,
                default: "-1",
                help: "Show n last created containers (includes all states)",
            },
            letter("latest", 'l', "Show the latest created container (includes all states)"),
            NO_TRUNC,
            QUIET,
        ],
        missing: "size s",
    },
    words: Words::Exactly(0),
    front: false,
    aliases: &["container ls", "container list", "container ps"],
    run,
};

fn run(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let (host, now) = (cx.machine_id(), cx.now());
    let empty = Docker::default();
    let docker = cx.world.docker(&host).unwrap_or(&empty);
    let mut all: Vec<&Standing> = docker.containers.values().collect();
    all.arrange_by(|a, b| b.created.cmp(&a.created));
    let last = if given.on("latest") { Some(1) } else { given.number("last").filter(|n| *n >= 0) };
    let everything =
        given.on("all") || last.is_some() || given.texts("filter").iter().any(|filter| filter.starts_with("status="));
    all.retain(|one| everything || one.running());
    for filter in given.texts("filter") {
        let (key, value) = filter.split_once('=').unwrap_or((filter, ""));
        match key {
            "name" => all.retain(|one| one.name.contains(value)),
            "id" => all.retain(|one| one.id.starts_with(value)),
            "ancestor" => all.retain(|one| {
                one.image == value || docker.store.find(value).is_some_and(|image| image.id == one.image_id)
            }),
            "status" => all.retain(|one| state(one) == value),
            "network" => all.retain(|one| one.network == value || (one.network.is_empty() && value == "bridge")),
            "health" => all.retain(|one| one.health.as_ref().map_or("none", |health| health.word()) == value),
            "exited" => all.retain(|one| one.lives == Lives::Exited(value.parse().unwrap_or(-1))),
            "label" => {
                let (name, wanted) = value.split_once('=').map_or((value, None), |(name, wanted)| (name, Some(wanted)));
                all.retain(|one| one.labels.get(name).is_some_and(|label| wanted.is_none_or(|wanted| wanted == label)));
            }
            _ => return Err(Failed::daemon(format!("invalid filter '{key}'"))),
        }
    }
    all.truncate(last.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX));
    let rows: Vec<Value> = all.iter().map(|one| row(one, now, given.on("no-trunc"))).collect();
    let text = if given.on("quiet") {
        rows.iter().map(|row| [row.str_at("ID"), "\n"].concat()).collect()
    } else if let Some(format) = given.text("format").filter(|format| !matches!(*format, "table" | "")) {
        format::rows(format, &rows, &header).map_err(Failed::said)?
    } else {
        let mut lines = vec![table::line(["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"])];
        let keys = ["ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names"];
        lines.extend(rows.iter().map(|row| keys.map(|key| row.str_at(key).to_string()).to_vec()));
        table::align(&lines)
    };
    cx.out(text);
    Ok(Next::Done(0))
}

fn state(one: &Standing) -> &'static str {
    match one.lives {
        Lives::Created => "created",
        Lives::Running => "running",
        Lives::Exited(_) => "exited",
    }
}

fn row(one: &Standing, now: Time, whole: bool) -> Value {
    let command = one.argv.join(" ");
    let command = if whole { command } else { table::cut(&command, 20) };
    let status = match one.lives {
        Lives::Created => "Created".to_string(),
        Lives::Running => {
            let health = match one.health.as_ref().map(|health| health.word()) {
                None => String::new(),
                Some("starting") => " (health: starting)".into(),
                Some(word) => [" (", word, ")"].concat(),
            };
            ["Up ", &ago(now, one.started.unwrap_or(now)), &health].concat()
        }
        Lives::Exited(code) => format!("Exited ({code}) {} ago", ago(now, one.finished.unwrap_or(now))),
    };
    let ports: Vec<String> = one
        .ports
        .iter()
        .filter(|_| one.running())
        .map(|(out, inside)| format!("0.0.0.0:{out}->{inside}/tcp, [::]:{out}->{inside}/tcp"))
        .collect();
    object! {
        "ID" => if whole { one.id.as_str() } else { one.short() }, "Image" => one.image.as_str(),
        "Command" => ["\"", &command, "\""].concat(), "CreatedAt" => one.created.rfc3339(),
        "RunningFor" => [&ago(now, one.created), " ago"].concat(), "Status" => status, "State" => state(one),
        "Ports" => ports.join(", "), "Names" => one.name.as_str(), "Networks" => if one.network.is_empty() { "bridge" } else { one.network.as_str() }, "LocalVolumes" => "0",
        "Mounts" => one.volumes.iter().map(|(from, ..)| from.as_str()).collect::<Vec<_>>().join(","),
    }
}

fn header(name: &str) -> String {
    match name {
        "ID" => "CONTAINER ID".into(),
        "RunningFor" => "CREATED".into(),
        "CreatedAt" => "CREATED AT".into(),
        other => other.to_uppercase(),
    }
}
