//! `docker exec`.

use super::running::Running;
use super::{Answer, Docker, Failed, Next, Row, Words, letter, run};
use crate::cobra::{Command, Given, text, texts};
use order::OrdMap;
use world::{Cx, Fd, Step};

pub(super) const EXEC: Row = Row {
    command: Command {
        path: "docker exec",
        operands: "CONTAINER COMMAND [ARG...]",
        summary: "Execute a command in a running container",
        flags: &[
            texts("env", 'e', "Set environment variables"),
            letter("interactive", 'i', "Keep STDIN open even if not attached"),
            letter("tty", 't', "Allocate a pseudo-TTY"),
            text("workdir", 'w', "Working directory inside the container"),
        ],
        missing: "detach d detach-keys env-file privileged user u",
    },
    words: Words::AtLeast(2),
    front: true,
    aliases: &["container exec"],
    run,
};

fn run(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let host = cx.machine_id();
    let name = &given.words[0];
    let Some(one) = cx.world.docker_mut(&host).find(name).cloned() else {
        return Err(Failed::daemon(format!("No such container: {name}")));
    };
    if !one.running() {
        return Err(Failed::daemon(format!("container {} is not running", one.id)));
    }
    if given.on("tty") && given.on("interactive") && !cx.stdin_is_terminal() {
        return Err(Failed::said("the input device is not a TTY"));
    }
    let env: OrdMap<String, String> = given
        .texts("env")
        .iter()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    let argv = given.words[1..].to_vec();
    let word = argv[0].clone();
    let cwd = given.text("workdir").map_or_else(|| one.cwd.clone(), |path| vfs::join("/", path));
    let input = if given.on("interactive") { cx.fd(0) } else { Fd::Null };
    let with = (cx.pid, run::descriptors(cx, input), run::terminal(cx));
    match cx.world.docker_exec(&one, argv, (env, cwd), with) {
        Some(pid) => Ok(Next::As(Docker::Run(Box::new(Running::Command { id: None, pid })), Step::Child)),
        None => {
            let why = if word.contains('/') {
                format!("stat {word}: no such file or directory")
            } else {
                "executable file not found in $PATH".to_string()
            };
            let text = format!(
                "OCI runtime exec failed: exec failed: unable to start container process: exec: \"{word}\": {why}: unknown\n"
            );
            Err(Failed { text, code: 127 })
        }
    }
}
