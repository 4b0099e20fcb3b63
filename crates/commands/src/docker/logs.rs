//! `docker logs`.

use super::running::Running;
use super::{Answer, Docker, Failed, Next, Row, Words, letter};
use crate::cobra::{Command, Given, switch, text};
use world::{Cx, Step};

pub(super) const LOGS: Row = Row {
    command: Command {
        path: "docker logs",
        operands: "CONTAINER",
        summary: "Fetch the logs of a container",
        flags: &[
            switch("details", "Show extra details provided to logs"),
            letter("follow", 'f', "Follow log output"),
            text("tail", 'n', "Number of lines to show from the end of the logs (default \"all\")"),
        ],
        missing: "since timestamps t until",
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
    // With no labels among its details, a line has a blank where they would stand.
    let mut shown = log[from..].to_vec();
    if given.on("details") {
        let lines = shown.split_inclusive(|byte| *byte == b'\n').flat_map(|line| [b" ", line].concat());
        shown = lines.collect();
    }
    cx.out(&shown);
    if given.on("follow") {
        return Ok(Next::As(Docker::Run(Box::new(Running::follow(id, log.len(), false))), Step::Again));
    }
    Ok(Next::Done(0))
}
