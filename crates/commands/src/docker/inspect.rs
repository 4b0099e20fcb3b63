//! `docker inspect`: all there is to say of an image or a container, as JSON or by a template.

use super::{Answer, Failed, Next, Row, Words, format, letter};
use crate::cobra::{Command, Given, text};
use manifest::{JsonStyle, Value, list, object};
use world::{Cx, Docker, Health, Lives, Standing, World};

const FLAG_F: crate::cobra::Flag = text("format", 'f', "Format output using a custom template");

pub(super) const INSPECT: Row = Row {
    command: Command {
        path: "docker inspect",
        operands: "NAME|ID [NAME|ID...]",
        summary: "Return low-level information on Docker objects",
        flags: &[
            FLAG_F,
            letter("size", 's', "Display total file sizes if the type is container"),
            text("type", '\0', "Only inspect objects of the given type"),
        ],
        missing: "",
    },
    words: Words::AtLeast(1),
    front: false,
    aliases: &[],
    run: any,
};

pub(super) const IMAGE: Row = Row {
    command: Command {
        path: "docker image inspect",
        operands: "IMAGE [IMAGE...]",
        summary: "Display detailed information on one or more images",
        flags: &[FLAG_F],
        missing: "platform",
    },
    words: Words::AtLeast(1),
    front: false,
    aliases: &[],
    run: |cx, given| inspect(cx, given, "image"),
};

pub(super) const CONTAINER: Row = Row {
    command: Command {
        path: "docker container inspect",
        operands: "CONTAINER [CONTAINER...]",
        summary: "Display detailed information on one or more containers",
        flags: &[FLAG_F],
        missing: "size s",
    },
    words: Words::AtLeast(1),
    front: false,
    aliases: &[],
    run: |cx, given| inspect(cx, given, "container"),
};

fn any(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let kind = given.text("type").unwrap_or_default().to_string();
    match kind.as_str() {
        "" | "image" | "container" => inspect(cx, given, &kind),
        other => Err(Failed::said(format!("docker inspect --type {other}: real, but not part of this sandbox yet"))),
    }
}

fn inspect(cx: &mut Cx<'_>, given: &Given, kind: &str) -> Answer {
    let host = cx.machine_id();
    let empty = Docker::default();
    let docker = cx.world.docker(&host).unwrap_or(&empty);
    let (mut found, mut errors) = (Vec::new(), String::new());
    for name in &given.words {
        let container = docker.find(name).filter(|_| kind != "image").map(|one| container(cx.world, one));
        match container.or_else(|| image(docker, name).filter(|_| kind != "container")) {
            Some(value) => found.push(value),
            None => {
                let what = if kind.is_empty() { "object" } else { kind };
                let lead = if kind.is_empty() {
                    "error: no such object: ".to_string()
                } else {
                    format!("Error response from daemon: No such {what}: ")
                };
                errors.push_str(&[&lead, name, "\n"].concat());
            }
        }
    }
    let mut out = String::new();
    match given.text("format").filter(|format| !format.is_empty()) {
        Some("json") => out = Value::list(found).to_json() + "\n",
        Some(template) => {
            for value in &mut found {
                // A field that JSON leaves out where there is nothing in it.
                if value.at("Config.Healthcheck").is_null() && !value.at("State").is_null() {
                    value.at_mut("Config").put("Healthcheck", Value::Null);
                }
                out.push_str(&format::print(template, value).map_err(Failed::said)?);
                out.push('\n');
            }
        }
        None => {
            // The list is printed even where nothing was found.
            let style = JsonStyle { indent: Some(4), ..JsonStyle::default() };
            out = Value::list(found).to_json_with(style).trim_end().to_string() + "\n";
        }
    }
    cx.out(out);
    let code = i32::from(!errors.is_empty());
    cx.err(errors);
    Ok(Next::Done(code))
}

fn image(docker: &Docker, name: &str) -> Option<Value> {
    let image = docker.store.find(name)?;
    let mut value = image.inspect();
    let texts = |names: Vec<&str>| Value::list(names.into_iter().map(Value::from).collect());
    value.put("RepoTags", texts(docker.store.names(&image.id)));
    value.put("RepoDigests", texts(docker.store.repo_digests(&image.id)));
    Some(value)
}

fn container(world: &World, one: &Standing) -> Value {
    let (status, code) = match one.lives {
        Lives::Created => ("created", 0),
        Lives::Running => ("running", 0),
        Lives::Exited(code) => ("exited", i64::from(code)),
    };
    let time = |at: Option<sim::Time>| at.map_or_else(|| "0001-01-01T00:00:00Z".to_string(), sim::Time::rfc3339);
    let machine = world.machine(&one.machine);
    let env = machine
        .map(|machine| machine.env.iter().map(|(name, value)| Value::from([name, "=", value].concat())).collect());
    let mut ports = Value::map();
    for (out, inside) in &one.ports {
        let key = format!("{inside}/tcp");
        ports.put(&key, list![object! { "HostIp" => "0.0.0.0", "HostPort" => out.to_string() }]);
    }
    let mounts = one.volumes.iter().map(|(from, to, read_only)| {
        object! {
            "Type" => "bind", "Source" => from.as_str(), "Destination" => to.as_str(), "Mode" => "", "RW" => !read_only,
            "Propagation" => "rprivate",
        }
    });
    let mut labels = Value::map();
    for (name, label) in &one.labels {
        labels.put(name, label.as_str());
    }
    let words = |words: &[String]| Value::list(words.iter().map(|word| Value::from(word.as_str())).collect());
    let mut value = object! {
        "Id" => one.id.as_str(), "Created" => one.created.rfc3339(),
        "Path" => one.argv.first().map(String::as_str).unwrap_or_default(),
        "Args" => words(one.argv.get(1..).unwrap_or_default()),
        "State" => object! {
            "Status" => status, "Running" => one.running(), "Paused" => false, "Restarting" => false, "OOMKilled" => false,
            "Dead" => false, "ExitCode" => code, "Error" => "", "StartedAt" => time(one.started),
            "FinishedAt" => time(one.finished),
        },
        "Image" => one.image_id.as_str(), "Name" => ["/", &one.name].concat(), "RestartCount" => 0, "Driver" => "overlay2",
        "Platform" => "linux",
        "HostConfig" => object! { "AutoRemove" => one.remove, "PortBindings" => ports.clone() },
        "Mounts" => Value::list(mounts.collect()),
        "Config" => object! {
            "Hostname" => machine.map_or("", |machine| machine.hostname.as_str()), "User" => one.user.as_str(),
            "Tty" => one.tty, "Env" => Value::list(env.unwrap_or_default()), "Cmd" => words(&one.argv),
            "Image" => one.image.as_str(), "WorkingDir" => one.cwd.as_str(), "Labels" => labels,
        },
        "NetworkSettings" => object! { "Ports" => ports, "IPAddress" => if one.running() { "172.17.0.2" } else { "" } },
    };
    if let Some(health) = &one.health {
        health_of(&mut value, health);
    }
    value
}

/// A health check and how it went.
#[inline(never)]
fn health_of(value: &mut Value, health: &Health) {
    let nanos = |time: std::time::Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
    value.at_mut("Config").put(
        "Healthcheck",
        object! {
            "Test" => Value::list(health.test.iter().map(|word| Value::from(word.as_str())).collect()),
            "Interval" => nanos(health.interval), "Timeout" => nanos(health.timeout), "StartPeriod" => nanos(health.start_period),
            "Retries" => i64::from(health.retries),
        },
    );
    let results = health.log.iter().map(|(begun, ended, code, output)| {
        object! {
            "Start" => begun.rfc3339(), "End" => ended.rfc3339(), "ExitCode" => i64::from(*code), "Output" => output.as_str(),
        }
    });
    value.at_mut("State").put(
        "Health",
        object! {
            "Status" => health.word(), "FailingStreak" => i64::from(health.failing), "Log" => Value::list(results.collect()),
        },
    );
}
