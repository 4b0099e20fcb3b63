//! `docker logs`.

use super::running::Running;
use super::{Answer, Docker, Failed, Next, Row, Words, letter};
use crate::cobra::{Command, Given, text};
use world::{Cx, Step};

pub(super) const LOGS: Row = Row {
    command: Command {
        path: "docker logs",
        operands: "CONTAINER",
        summary: "Fetch the logs of a container",
        flags: &[
            letter("follow", 'f', "Follow log output"),
            text("tail", 'n', "Number of lines to show from the end of the logs (default \"all\")"),
        ],
        missing: "details since timestamps t until",
    },
    words: Words::Exactly(1),
    front: false,
    aliases: &["container logs"],
    run,
};

fn run(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let (host, name) = (cx.machine_id(), &given.words[0]);
    let Some(id) = cx.world.docker_mut(&host).find(name).map(|one| one.id.clone()) else {
        return Err(Failed::daemon(format!("No such container: {name}")));
    };
    let log = cx.world.docker_log(&host, &id);
    let tail = given.text("tail").and_then(|text| text.parse::<usize>().ok());
    let from = tail.map_or(0, |lines| {
        let ends: Vec<usize> =
            log.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
        ends.len().checked_sub(lines + 1).map_or(0, |at| ends[at])
    });
    cx.out(&log[from..]);
    if given.on("follow") {
        return Ok(Next::As(Docker::Run(Box::new(Running::follow(id, log.len(), false))), Step::Again));
    }
    Ok(Next::Done(0))
}
