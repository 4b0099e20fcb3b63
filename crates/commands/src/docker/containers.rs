//! Containers made, started, stopped, named: all that takes a container's name and no more.

use super::running::Running;
use super::{Answer, Docker, Failed, Next, Row, Words, letter, run};
use crate::cobra::{Command, Flag, Given, Takes};
use serde::{Deserialize, Serialize};
use sim::Time;
use world::{Cx, Lives, Standing, Step};

const TIMEOUT: Flag = Flag {
    long: "timeout",
    short: 't',
    takes: Takes::Int,
    default: "",
    help: "Seconds to wait before killing the container",
};

const fn row(
    (path, operands): (&'static str, &'static str),
    summary: &'static str,
    flags: &'static [Flag],
    missing: &'static str,
    words: Words,
    aliases: &'static [&'static str],
    run: fn(&mut Cx<'_>, &Given) -> Answer,
) -> Row {
    Row { command: Command { path, operands, summary, flags, missing }, words, front: false, aliases, run }
}

const SOME: &str = "CONTAINER [CONTAINER...]";

pub(super) const CREATE: Row = Row {
    command: Command {
        path: "docker create",
        operands: "IMAGE [COMMAND] [ARG...]",
        summary: "Create a new container",
        flags: run::CREATE_FLAGS,
        missing: run::CREATE_MISSING,
    },
    words: Words::AtLeast(1),
    front: true,
    aliases: &["container create"],
    run: create,
};
pub(super) const START: Row = row(
    ("docker start", SOME),
    "Start one or more stopped containers",
    &[letter("attach", 'a', "Attach STDOUT/STDERR and forward signals")],
    "checkpoint checkpoint-dir detach-keys interactive i",
    Words::AtLeast(1),
    &["container start"],
    start,
);
pub(super) const STOP: Row = row(
    ("docker stop", SOME),
    "Stop one or more running containers",
    &[TIMEOUT],
    "signal s",
    Words::AtLeast(1),
    &["container stop"],
    |cx, given| stop(cx, given, false, false),
);
pub(super) const KILL: Row = row(
    ("docker kill", SOME),
    "Kill one or more running containers",
    &[],
    "signal s",
    Words::AtLeast(1),
    &["container kill"],
    |cx, given| stop(cx, given, true, false),
);
pub(super) const RESTART: Row = row(
    ("docker restart", SOME),
    "Restart one or more containers",
    &[TIMEOUT],
    "signal s",
    Words::AtLeast(1),
    &["container restart"],
    |cx, given| stop(cx, given, false, true),
);
pub(super) const RENAME: Row = row(
    ("docker rename", "CONTAINER NEW_NAME"),
    "Rename a container",
    &[],
    "",
    Words::Exactly(2),
    &["container rename"],
    rename,
);
pub(super) const PORT: Row = row(
    ("docker port", "CONTAINER [PRIVATE_PORT[/PROTO]]"),
    "List port mappings or a specific mapping for the container",
    &[],
    "",
    Words::Between(1, 2),
    &["container port"],
    port,
);
pub(super) const WAIT: Row = row(
    ("docker wait", SOME),
    "Block until one or more containers stop, then print their exit codes",
    &[],
    "",
    Words::AtLeast(1),
    &["container wait"],
    wait,
);

/// How often `wait` looks.
const LOOK: std::time::Duration = std::time::Duration::from_millis(500);

/// The container that a name means.
pub(super) fn find(cx: &mut Cx<'_>, name: &str) -> Result<Standing, Failed> {
    let host = cx.machine_id();
    let found = cx.world.docker_mut(&host).find(name).cloned();
    found.ok_or_else(|| Failed::daemon(format!("No such container: {name}")))
}

fn create(cx: &mut Cx<'_>, given: &Given) -> Answer {
    match run::create(cx, given)? {
        Some(id) => {
            cx.out([&id, "\n"].concat());
            Ok(Next::Done(0))
        }
        None => run::pull_first(cx, given),
    }
}

fn start(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let host = cx.machine_id();
    let mut code = 0;
    for name in &given.words {
        let done = find(cx, name).and_then(|one| {
            if !one.running() {
                cx.world
                    .docker_start(&host, &one.id, None)
                    .map_err(|why| Failed { text: ["Error response from daemon: ", &why, "\n"].concat(), code: 1 })?;
            }
            Ok(one)
        });
        match done {
            Ok(one) if given.on("attach") => {
                let shown = cx.world.docker_log(&host, &one.id).len();
                return Ok(Next::As(Docker::Run(Box::new(Running::follow(one.id, shown, true))), Step::Again));
            }
            Ok(_) => cx.out([name, "\n"].concat()),
            Err(failed) => {
                cx.err(failed.text);
                code = 1;
            }
        }
    }
    if code != 0 {
        cx.err("Error: failed to start containers: ".to_string() + &given.words.join(", ") + "\n");
    }
    Ok(Next::Done(code))
}

/// Containers that were told to stop, one after the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stopping {
    names: Vec<String>,
    kill: bool,
    again: bool,
    timeout_secs: Option<u64>,
    /// The one that stops, the time it has, and the exit code that it will have.
    now: Option<(String, Time, i32)>,
    code: i32,
}

fn stop(cx: &mut Cx<'_>, given: &Given, kill: bool, again: bool) -> Answer {
    let timeout_secs = given.number("timeout").and_then(|secs| u64::try_from(secs).ok());
    Stopping { names: given.words.clone(), kill, again, timeout_secs, now: None, code: 0 }.step(cx)
}

impl Stopping {
    pub fn step(mut self, cx: &mut Cx<'_>) -> Answer {
        let host = cx.machine_id();
        if let Some((id, until, code)) = self.now.take() {
            let runs =
                cx.world.docker(&host).and_then(|docker| docker.containers.get(&id)).is_some_and(Standing::running);
            if runs && cx.now() < until {
                self.now = Some((id, until, code));
                return Ok(Next::As(Docker::Stop(Box::new(self)), Step::Until(until)));
            }
            if runs {
                cx.world.docker_end(&host, &id, code);
            }
            self.over(cx, &id);
        }
        while let Some(name) = self.names.first().cloned() {
            match find(cx, &name) {
                Err(failed) => {
                    cx.err(failed.text);
                    self.code = 1;
                    self.names.remove(0);
                }
                Ok(one) => {
                    match cx.world.docker_stop(&host, &one.id, self.kill) {
                        Some((time, code)) => {
                            let limit =
                                self.timeout_secs.map_or(time, |secs| time.min(std::time::Duration::from_secs(secs)));
                            let until = cx.now() + limit;
                            self.now = Some((one.id, until, code));
                            return Ok(Next::As(Docker::Stop(Box::new(self)), Step::Until(until)));
                        }
                        None if self.kill => {
                            cx.err(format!("Error response from daemon: cannot kill container: {name}: container {} is not running\n", one.id));
                            self.code = 1;
                            self.names.remove(0);
                        }
                        None => self.over(cx, &one.id),
                    }
                }
            }
        }
        Ok(Next::Done(self.code))
    }

    /// One is done with: its name is printed, and it starts again where that was asked for.
    fn over(&mut self, cx: &mut Cx<'_>, id: &str) {
        let host = cx.machine_id();
        let name = self.names.remove(0);
        if self.again
            && let Err(why) = cx.world.docker_start(&host, id, None)
        {
            cx.err(["Error response from daemon: ", &why, "\n"].concat());
            self.code = 1;
            return;
        }
        cx.out([&name, "\n"].concat());
    }
}

fn rename(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let one = find(cx, &given.words[0])?;
    let host = cx.machine_id();
    let new = given.words[1].trim_start_matches('/');
    let docker = cx.world.docker_mut(&host);
    if let Some(other) = docker.containers.values().find(|other| other.name == new) {
        return Err(Failed::daemon(format!(
            "Error when allocating new name: Conflict. The container name \"/{new}\" is already in use by container \"{}\". You \
             have to remove (or rename) that container to be able to reuse that name.",
            other.id
        )));
    }
    if one.running() {
        return Err(Failed::said("docker rename of a running container: real, but not part of this sandbox yet"));
    }
    if let Some(one) = docker.containers.get_mut(&one.id) {
        one.name = new.to_string();
    }
    Ok(Next::Done(0))
}

fn port(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let one = find(cx, &given.words[0])?;
    let wanted = given.words.get(1).map(|text| text.trim_end_matches("/tcp").to_string());
    let fits = |inside: u16| wanted.as_ref().is_none_or(|text| *text == inside.to_string());
    let mut text = String::new();
    for (out, inside) in one.ports.iter().filter(|(_, inside)| one.running() && fits(*inside)) {
        let lead = if wanted.is_some() { String::new() } else { format!("{inside}/tcp -> ") };
        text.push_str(&format!("{lead}0.0.0.0:{out}\n{lead}[::]:{out}\n"));
    }
    if let Some(wanted) = wanted.filter(|_| text.is_empty()) {
        return Err(Failed::said(format!("Error: No public port '{wanted}/tcp' published for {}", given.words[0])));
    }
    cx.out(text);
    Ok(Next::Done(0))
}

fn wait(cx: &mut Cx<'_>, given: &Given) -> Answer {
    for name in &given.words {
        let one = find(cx, name)?;
        if one.running() {
            return Ok(Next::As(Docker::Start, Step::Change(cx.now() + LOOK)));
        }
    }
    let mut out = String::new();
    for name in &given.words {
        if let Lives::Exited(code) = find(cx, name)?.lives {
            out.push_str(&[&code.to_string(), "\n"].concat());
        } else {
            out.push_str("0\n");
        }
    }
    cx.out(out);
    Ok(Next::Done(0))
}
