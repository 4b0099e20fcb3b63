//! `kubectl exec`: runs a program inside a container.

use super::flags::{Given, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next, Phase, container, logs};
use cluster::{Object, POD};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use world::{Fd, Pid, Spawn, Step};

pub(crate) const COMMAND: Command = Command {
    path: "exec",
    operands: "(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
    summary: "Execute a command in a container.",
    examples: &[
        ("The date in a pod", "kubectl exec web-5d8f-abcde -- date"),
        ("A shell in a container", "kubectl exec -it web-5d8f-abcde -c web -- sh"),
        ("In the first pod of a deployment", "kubectl exec deploy/web -- cat /etc/hostname"),
    ],
    flags: &[
        text("container", 'c', "", "Container name; else the default or the first one."),
        switch("quiet", 'q', "Only print output from the remote session"),
        switch("stdin", 'i', "Pass stdin to the container"),
        switch("tty", 't', "Stdin is a TTY"),
    ],
    missing: &["filename", "f", "pod-running-timeout"],
    run,
};

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let dash = kube.cx.args().iter().position(|arg| arg == "--");
    let behind = dash.map_or(0, |at| kube.cx.args().len() - at - 1);
    let (before, command) = given.operands.split_at(given.operands.len().saturating_sub(behind));
    let Some(name) = before.first() else {
        return Err(Stop::error("pod, type/name or --filename must be specified"));
    };
    if before.len() > 1 {
        return Err(Stop::said(
            "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' \
             for help and examples",
        ));
    }
    if command.is_empty() {
        return Err(Stop::error("you must specify at least one command for the container"));
    }
    let pod = logs::pod_of(kube, name, false)?;
    let asked = given.text("container");
    let container = choose(kube, &pod, asked, given.has("quiet"))?;
    allowed(kube, &pod)?;
    ready(kube, &pod, &container)?;
    let tty = given.has("tty") && given.has("stdin");
    if tty && !kube.cx.stdin_is_terminal() && !given.has("quiet") {
        kube.err("Unable to use a TTY - input is not a terminal or the right kind of file\n");
    }
    let pid = start(kube, &pod, &container, command, given.has("stdin"))?;
    Kube::wait(Phase::Exec(Running { pid, debug: None }), Step::Child)
}

/// The container that is meant: asked for, marked as the default, or the first one.
pub(super) fn choose(kube: &mut Kube<'_, '_>, pod: &Object, asked: &str, quiet: bool) -> Result<String, Stop> {
    let phase = pod.value.str_at("status.phase");
    if matches!(phase, "Succeeded" | "Failed") {
        let told = format!("cannot exec into a container in a completed pod; current phase is {phase}");
        return Err(Stop::error(told));
    }
    let names = |list: &str| pod.value.list_at(list).iter().map(|c| c.str_at("name").to_string()).collect::<Vec<_>>();
    let (mains, inits) = (names("spec.containers"), names("spec.initContainers"));
    let mut all = mains.clone();
    all.extend(names("spec.ephemeralContainers").iter().map(|name| format!("{name} (ephem)")));
    all.extend(inits.iter().map(|name| format!("{name} (init)")));
    if !asked.is_empty() {
        return if container::spec_of(pod, asked).is_some() {
            Ok(asked.to_string())
        } else {
            let told = format!("container {asked} is not valid for pod {}", pod.name());
            Err(Stop::said(format!("Error from server (BadRequest): {told}")))
        };
    }
    let marked = pod.annotation("kubectl.kubernetes.io/default-container");
    if !marked.is_empty() && container::spec_of(pod, marked).is_some() {
        return Ok(marked.to_string());
    }
    let first = mains.first().cloned().unwrap_or_default();
    if all.len() > 1 && !quiet {
        kube.err(format!("Defaulted container \"{first}\" out of: {}\n", all.join(", ")));
    }
    Ok(first)
}

/// A web socket is opened by GET; where that is refused, the client tries POST.
pub(super) fn allowed(kube: &Kube<'_, '_>, pod: &Object) -> Result<(), Stop> {
    let place = (pod.namespace(), pod.name());
    kube.may("get", (POD, "exec"), place).or_else(|_| kube.may("create", (POD, "exec"), place))
}

/// What the kubelet says where there is nothing to go into.
pub(super) fn ready(kube: &Kube<'_, '_>, pod: &Object, name: &str) -> Result<(), Stop> {
    if pod.value.str_at("spec.nodeName").is_empty() {
        let told = format!("Error from server (BadRequest): pod {} does not have a host assigned", pod.name());
        return Err(Stop::said(told));
    }
    if !container::runs(kube, pod, name) {
        let told = format!("Internal error occurred: unable to upgrade connection: container not found (\"{name}\")");
        return Err(Stop::error(told));
    }
    Ok(())
}

/// Starts a program in a container, with this process's output and, where it is wanted, its input.
pub(super) fn start(
    kube: &mut Kube<'_, '_>,
    pod: &Object,
    name: &str,
    command: &[String],
    with_input: bool,
) -> Result<Pid, Stop> {
    let word = command[0].as_str();
    let folders = ["/usr/local/bin/", "/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"];
    let program = folders.iter().find_map(|folder| word.strip_prefix(folder)).unwrap_or(word).to_string();
    let machine = container::machine(kube, pod, name);
    let mut argv = command.to_vec();
    argv[0].clone_from(&program);
    let mut fds: OrdMap<u8, Fd> = OrdMap::new();
    for number in [1, 2] {
        fds.insert(number, kube.cx.fd(number));
    }
    fds.insert(0, if with_input { kube.cx.fd(0) } else { Fd::Null });
    let env = kube.cx.world.machine(&machine).map(|machine| machine.env.clone()).unwrap_or_default();
    let terminal = match (kube.cx.fd(0), kube.cx.fd(1)) {
        (Fd::Terminal(id), _) | (_, Fd::Terminal(id)) => Some(id),
        _ => None,
    };
    let folder = container::spec_of(pod, name).map_or("", |spec| spec.str_at("workingDir"));
    let spawn = Spawn {
        parent: Some(kube.cx.pid),
        machine,
        argv,
        env,
        cwd: if folder.is_empty() { "/".into() } else { folder.into() },
        fds,
        terminal,
        causes: kube.cx.causes(),
    };
    let known = container::has_program(kube, pod, name, &program) && !program.contains('/');
    let started = if known { kube.cx.world.spawn(spawn) } else { None };
    started.ok_or_else(|| {
        let why = if word.contains('/') {
            format!("stat {word}: no such file or directory")
        } else {
            "executable file not found in $PATH".to_string()
        };
        // Unlike kubectl: the number of the exec, which no one can look up, is left out.
        Stop::error(format!(
            "Internal error occurred: error executing command in container: failed to exec in container: OCI runtime exec \
             failed: exec failed: unable to start container process: exec: \"{word}\": {why}: unknown"
        ))
    })
}

/// A program in a container that is waited for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Running {
    pub(super) pid: Pid,
    /// Namespace, pod and name of an ephemeral container that ends with the program.
    pub(super) debug: Option<(String, String, String)>,
}

impl Running {
    pub fn step(self, kube: &mut Kube<'_, '_>) -> Answer {
        let ended = kube.cx.reap(self.pid);
        if let (Some(code), Some((namespace, pod, name))) = (ended, &self.debug) {
            return super::debug::ended(kube, (namespace, pod, name), code);
        }
        match ended {
            None => Kube::wait(Phase::Exec(self), Step::Child),
            Some(0) => Ok(Next::Done(0)),
            Some(code) => Err(Stop { message: format!("command terminated with exit code {code}\n"), code }),
        }
    }
}
