//! `docker version` and `docker info`.

use super::{Answer, Failed, Next, Row, Words, format};
use crate::cobra::{Command, Flag, Given, text};
use manifest::{Value, object};
use world::Cx;

/// The Docker whose rules and words are followed here.
const NUMBER: &str = "28.2.2";
pub(super) const LINE: &str = "Docker version 28.2.2, build opsfest\n";

const F: Flag = text("format", 'f', "Format output using a custom template");

pub(super) const VERSION: Row = Row {
    command: Command {
        path: "docker version",
        operands: "",
        summary: "Show the Docker version information",
        flags: &[F],
        missing: "",
    },
    words: Words::Exactly(0),
    front: false,
    aliases: &[],
    run: version,
};

pub(super) const INFO: Row = Row {
    command: Command {
        path: "docker info",
        operands: "",
        summary: "Display system-wide information",
        flags: &[F],
        missing: "",
    },
    words: Words::Exactly(0),
    front: false,
    aliases: &["system info"],
    run: info,
};

// Unlike docker: no Go version, commit and build date follow, since none of them made this program.
fn version(cx: &mut Cx<'_>, given: &Given) -> Answer {
    // A template names the fields of the program; JSON has its own names.
    let api = if given.text("format") == Some("json") { "ApiVersion" } else { "APIVersion" };
    let side = || object! { "Version" => NUMBER, api => "1.50", "Os" => "linux", "Arch" => "amd64" };
    let value = object! { "Client" => side(), "Server" => side() };
    let plain = "Client:\n Version:           28.2.2\n API version:       1.50\n OS/Arch:           linux/amd64\n Context:           default\n\n\
                 Server:\n Engine:\n  Version:          28.2.2\n  API version:      1.50 (minimum version 1.24)\n  OS/Arch:          linux/amd64\n";
    show(cx, given, &value, plain.to_string())
}

fn info(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let host = cx.machine_id();
    let docker = cx.world.docker_mut(&host);
    let (all, running) = (docker.containers.len(), docker.containers.values().filter(|one| one.running()).count());
    let images = docker.store.images.len();
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let value = object! {
        "Containers" => number(all), "ContainersRunning" => number(running), "ContainersPaused" => 0,
        "ContainersStopped" => number(all - running), "Images" => number(images), "Driver" => "overlay2",
        "ServerVersion" => NUMBER, "OSType" => "linux", "Architecture" => "x86_64", "DockerRootDir" => "/var/lib/docker",
    };
    let plain = format!(
        "Client:\n Version:    {NUMBER}\n Context:    default\n Debug Mode: false\n\nServer:\n Containers: {all}\n  Running: {running}\n  \
         Paused: 0\n  Stopped: {}\n Images: {images}\n Server Version: {NUMBER}\n Storage Driver: overlay2\n Operating System: \
         Opsfest\n OSType: linux\n Architecture: x86_64\n Docker Root Dir: /var/lib/docker\n",
        all - running
    );
    show(cx, given, &value, plain)
}

fn show(cx: &mut Cx<'_>, given: &Given, value: &Value, plain: String) -> Answer {
    let text = match given.text("format").filter(|format| !format.is_empty()) {
        None => plain,
        Some("json") => value.to_json() + "\n",
        Some(template) => format::print(template, value).map_err(Failed::said)? + "\n",
    };
    cx.out(text);
    Ok(Next::Done(0))
}
