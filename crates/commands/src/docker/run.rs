//! `docker run`: an image to a container, and its command in it.

use super::running::Running;
use super::{Answer, Docker, Failed, Next, Row, Words, health, letter, network, pull};
use crate::cobra::{Command, Given, switch, text, texts};
use image::ImageRef;
use order::OrdMap;
use world::{Cx, Fd, NewContainer, Step, TerminalId};

const FLAGS: &[crate::cobra::Flag] = &[
    letter("detach", 'd', "Run container in background and print container ID"),
    text("entrypoint", '\0', "Overwrite the default ENTRYPOINT of the image"),
    texts("env", 'e', "Set environment variables"),
    texts("env-file", '\0', "Read in a file of environment variables"),
    text("health-cmd", '\0', "Command to run to check health"),
    text("health-interval", '\0', "Time between running the check (ms|s|m|h) (default 0s)"),
    text("health-retries", '\0', "Consecutive failures needed to report unhealthy"),
    text(
        "health-start-period",
        '\0',
        "Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)",
    ),
    text("health-timeout", '\0', "Maximum time to allow one check to run (ms|s|m|h) (default 0s)"),
    text("hostname", 'h', "Container host name"),
    letter("interactive", 'i', "Keep STDIN open even if not attached"),
    texts("label", 'l', "Set meta data on a container"),
    text("name", '\0', "Assign a name to the container"),
    text("network", '\0', "Connect a container to a network"),
    texts("network-alias", '\0', "Add network-scoped alias for the container"),
    switch("no-healthcheck", "Disable any container-specified HEALTHCHECK"),
    texts("publish", 'p', "Publish a container's port(s) to the host"),
    text("pull", '\0', "Pull image before running (\"always\", \"missing\", \"never\")"),
    letter("quiet", 'q', "Suppress the pull output"),
    switch("rm", "Automatically remove the container when it exits"),
    letter("tty", 't', "Allocate a pseudo-TTY"),
    text("user", 'u', "Username or UID (format: <name|uid>[:<group|gid>])"),
    texts("volume", 'v', "Bind mount a volume"),
    text("workdir", 'w', "Working directory inside the container"),
];

pub(super) const HEALTH: [&str; 5] =
    ["health-cmd", "health-interval", "health-retries", "health-start-period", "health-timeout"];

const MISSING: &str = "add-host annotation attach a blkio-weight cap-add cap-drop cgroup-parent cgroupns cidfile cpu-period \
    cpu-quota cpu-shares c cpus cpuset-cpus detach-keys device dns dns-option dns-search domainname expose gpus group-add \
    health-start-interval init ip ipc isolation label-file link log-driver log-opt \
    mac-address memory m memory-reservation memory-swap mount oom-kill-disable pid \
    pids-limit platform privileged publish-all P read-only restart runtime security-opt shm-size sig-proxy stop-signal \
    stop-timeout storage-opt sysctl tmpfs ulimit userns uts volume-driver volumes-from";

pub(super) const RUN: Row = Row {
    command: Command {
        path: "docker run",
        operands: "IMAGE [COMMAND] [ARG...]",
        summary: "Create and run a new container from an image",
        flags: FLAGS,
        missing: MISSING,
    },
    words: Words::AtLeast(1),
    front: true,
    aliases: &["container run"],
    run,
};

pub(super) const CREATE_FLAGS: &[crate::cobra::Flag] = FLAGS;
pub(super) const CREATE_MISSING: &str = MISSING;

pub(super) const SEE: &str = "\n\nRun 'docker run --help' for more information\n";

/// What goes wrong before a container runs.
fn failed(text: &str, code: i32) -> Failed {
    Failed { text: ["docker: ", text, SEE].concat(), code }
}

fn run(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let (detached, tty) = (given.on("detach"), given.on("tty"));
    if tty && !detached && given.on("interactive") && !cx.stdin_is_terminal() {
        return Err(Failed::said("the input device is not a TTY"));
    }
    let Some(id) = create(cx, given)? else { return pull_first(cx, given) };
    let host = cx.machine_id();
    let with = (!detached).then(|| {
        let input = if given.on("interactive") { cx.fd(0) } else { Fd::Null };
        (cx.pid, descriptors(cx, input), terminal(cx))
    });
    match cx.world.docker_start(&host, &id, with) {
        Err(why) => {
            let code = if why.contains("not found") || why.contains("no such file") { 127 } else { 126 };
            if given.on("rm") {
                cx.world.docker_remove(&host, &id);
            }
            let lead = if detached { [&id, "\n"].concat() } else { String::new() };
            cx.out(lead);
            Err(failed(&["Error response from daemon: ", &why].concat(), code))
        }
        Ok(_) if detached => {
            cx.out([&id, "\n"].concat());
            Ok(Next::Done(0))
        }
        Ok(started) => {
            if let Some(one) = cx.world.docker_mut(&host).containers.get_mut(&id) {
                one.attached = Some(cx.pid);
            }
            let (running, step) = match started {
                Some(pid) => (Running::Command { id: Some(id), pid }, Step::Child),
                None => (Running::follow(id, 0, true), Step::Again),
            };
            Ok(Next::As(Docker::Run(Box::new(running)), step))
        }
    }
}

pub(super) fn descriptors(cx: &Cx<'_>, input: Fd) -> OrdMap<u8, Fd> {
    [(0, input), (1, cx.fd(1)), (2, cx.fd(2))].into()
}

pub(super) fn terminal(cx: &Cx<'_>) -> Option<TerminalId> {
    match (cx.fd(0), cx.fd(1)) {
        (Fd::Terminal(id), _) | (_, Fd::Terminal(id)) => Some(id),
        _ => None,
    }
}

/// The image is not here: it is fetched, and the command begins again.
pub(super) fn pull_first(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let text = &given.words[0];
    let shown = ImageRef::familiar(text).map_or_else(
        || text.clone(),
        |name| {
            if name.digest.is_some() { text.clone() } else { name.tagged() }
        },
    );
    if !given.on("quiet") {
        cx.err(["Unable to find image '", &shown, "' locally\n"].concat());
    }
    pull::begin(cx, text, given.on("quiet"), true).map_err(|why| failed(why.text.trim_end(), 125))
}

/// Makes the container; `None` where its image must be pulled first.
pub(super) fn create(cx: &mut Cx<'_>, given: &Given) -> Result<Option<String>, Failed> {
    let host = cx.machine_id();
    let text = &given.words[0];
    if ImageRef::familiar(text).is_none() {
        return Err(failed(&super::images::invalid(text), 125));
    }
    let (store, _) = cx.world.images(&host);
    let Some(image) = store.find(text).cloned() else {
        if given.text("pull") == Some("never") {
            return Err(failed(&["Error response from daemon: No such image: ", text].concat(), 125));
        }
        return Ok(None);
    };
    let mut new = NewContainer {
        name: given.text("name").unwrap_or_default().to_string(),
        image: text.clone(),
        image_id: image.id.clone(),
        hostname: given.text("hostname").unwrap_or_default().to_string(),
        user: given.text("user").unwrap_or(&image.config.user).to_string(),
        remove: given.on("rm"),
        tty: given.on("tty"),
        aliases: given.texts("network-alias").to_vec(),
        ..NewContainer::default()
    };
    if given.on("no-healthcheck") || HEALTH.iter().any(|flag| given.text(flag).is_some()) {
        new.health = health::read(given)?;
    }
    if let Some(network) = given.text("network") {
        new.network = network::of(cx, network)?;
    }
    command(&mut new, given, &image)?;
    let workdir = if image.config.workdir.is_empty() { "/" } else { &image.config.workdir };
    new.cwd = vfs::join("/", given.text("workdir").unwrap_or(workdir));
    new.env = image.config.env.iter().cloned().collect();
    environment(cx, given, &mut new.env)?;
    for label in given.texts("label") {
        let (name, value) = label.split_once('=').unwrap_or((label, ""));
        new.labels.insert(name.to_string(), value.to_string());
    }
    ports(cx, given, &mut new)?;
    for volume in given.texts("volume") {
        new.volumes.push(mount(cx, volume)?);
    }
    if let Some(other) = cx.world.docker_mut(&host).find(&new.name).filter(|other| other.name == new.name) {
        return Err(failed(
            &format!(
                "Error response from daemon: Conflict. The container name \"/{}\" is already in use by container \"{}\". You \
                 have to remove (or rename) that container to be able to reuse that name.",
                new.name, other.id
            ),
            125,
        ));
    }
    let made = cx.world.docker_create(&host, new);
    made.map(Some).map_err(|why| failed(&["Error response from daemon: ", &why].concat(), 125))
}

/// What the container runs: words of the line behind the entry point, else the image's own.
fn command(new: &mut NewContainer, given: &Given, image: &image::Image) -> Result<(), Failed> {
    let words = &given.words[1..];
    let entry = match given.text("entrypoint") {
        Some("") => Vec::new(),
        Some(word) => vec![word.to_string()],
        None => image.config.entrypoint.clone().unwrap_or_default(),
    };
    let own = given.text("entrypoint").is_none();
    let cmd = if !words.is_empty() {
        words.to_vec()
    } else if own {
        image.config.cmd.clone().unwrap_or_default()
    } else {
        Vec::new()
    };
    new.own = own && words.is_empty();
    new.argv = entry.into_iter().chain(cmd).collect();
    if new.argv.is_empty() && !image.layers.is_empty() && image.program.is_null() {
        return Err(failed("Error response from daemon: no command specified", 125));
    }
    Ok(())
}

fn environment(cx: &Cx<'_>, given: &Given, env: &mut OrdMap<String, String>) -> Result<(), Failed> {
    let mut lines: Vec<String> = Vec::new();
    for file in given.texts("env-file") {
        let Ok(text) = cx.files().read_text(&cx.path(file)) else {
            return Err(failed(&["open ", file, ": no such file or directory"].concat(), 125));
        };
        lines.extend(text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(String::from));
    }
    lines.extend(given.texts("env").iter().cloned());
    for line in lines {
        match line.split_once('=') {
            Some((name, value)) => env.insert(name.to_string(), value.to_string()),
            None => cx.env(&line).and_then(|value| env.insert(line.clone(), value)),
        };
    }
    Ok(())
}

/// The first port that is given where none is asked for.
const PORT_FIRST: u16 = 32_768;

fn ports(cx: &mut Cx<'_>, given: &Given, new: &mut NewContainer) -> Result<(), Failed> {
    let host = cx.machine_id();
    let docker = cx.world.docker_mut(&host);
    let taken: Vec<u16> = docker
        .containers
        .values()
        .filter(|one| one.running())
        .flat_map(|one| one.ports.iter().map(|(out, _)| *out))
        .collect();
    for spec in given.texts("publish") {
        let bare = spec.strip_suffix("/tcp").unwrap_or(spec);
        let parts: Vec<&str> = bare.rsplitn(3, ':').collect();
        let number = |text: &str| {
            let wrong = || failed(&["invalid containerPort: ", text].concat(), 125);
            text.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(wrong)
        };
        let inside = number(parts[0])?;
        let out = match parts.get(1).filter(|text| !text.is_empty()) {
            Some(text) => text.parse::<u16>().map_err(|_| failed(&["invalid hostPort: ", text].concat(), 125))?,
            None => (PORT_FIRST..=u16::MAX).find(|port| !taken.contains(port)).unwrap_or(PORT_FIRST),
        };
        if taken.contains(&out) && !given.on("create-only") {
            return Err(failed(
                &format!(
                    "Error response from daemon: failed to set up container networking: driver failed programming external \
                     connectivity: Bind for 0.0.0.0:{out} failed: port is already allocated"
                ),
                125,
            ));
        }
        new.ports.push((out, inside));
    }
    Ok(())
}

fn mount(cx: &Cx<'_>, spec: &str) -> Result<(String, String, bool), Failed> {
    let parts: Vec<&str> = spec.split(':').collect();
    let (from, to, read_only) = match parts[..] {
        [from, to] => (from, to, false),
        [from, to, options] => (from, to, options.split(',').any(|option| option == "ro")),
        _ => {
            return Err(failed(
                &format!("{spec}: volumes without a source are real, but not part of this sandbox yet"),
                125,
            ));
        }
    };
    if !to.starts_with('/') {
        let why = format!(
            "invalid volume specification: '{spec}': invalid mount config for type \"bind\": invalid mount path: '{to}' mount path must be absolute"
        );
        return Err(failed(&why, 125));
    }
    // A name is a volume of Docker's, which lies where it keeps them.
    let path = if from.starts_with(['/', '.', '~']) {
        cx.path(from)
    } else {
        ["/var/lib/docker/volumes/", from, "/_data"].concat()
    };
    Ok((path, vfs::join("/", to), read_only))
}
