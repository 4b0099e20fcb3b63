//! `kubectl debug`: a container beside those of a pod, or a pod on a node, to look around from.

use super::exec::{self, Running};
use super::flags::{Given, switch, text, texts};
use super::kube::{Answer, Kube, Stop, told};
use super::{Command, Next, Phase, generate};
use cluster::{NODE, Object, POD};
use manifest::{Value, list, object};
use world::Step;

pub(crate) const COMMAND: Command = Command {
    path: "debug",
    operands: "(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]",
    summary: "Create debugging sessions for troubleshooting workloads and nodes.",
    examples: &[
        ("A shell beside a pod's containers", "kubectl debug web-5d8f-abcde -it --image=busybox"),
        ("In sight of the processes of one of them", "kubectl debug web-5d8f-abcde -it --image=busybox --target=web"),
        ("A pod on a node, with its files below /host", "kubectl debug node/node-1 --image=busybox"),
    ],
    flags: &[
        switch("arguments-only", '\0', "What follows -- are arguments instead of a command."),
        switch("attach", '\0', "Wait for the container and go into it; so with -i."),
        text("container", 'c', "", "Container name to use for debug container."),
        texts("env", '\0', "Environment variables to set in the container."),
        text("image", '\0', "", "Container image to use for debug container."),
        text("profile", '\0', "legacy", "Options are \"legacy\" and \"general\"."),
        switch("quiet", 'q', "Suppress informational messages."),
        switch("stdin", 'i', "Keep stdin open on the container."),
        text("target", '\0', "", "Target processes in this container name."),
        switch("tty", 't', "Allocate a TTY for the debugging container."),
    ],
    missing: &[
        "copy-to",
        "custom",
        "filename",
        "f",
        "image-pull-policy",
        "keep-annotations",
        "keep-init-containers",
        "keep-labels",
        "keep-liveness",
        "keep-readiness",
        "keep-startup",
        "replace",
        "same-node",
        "set-image",
        "share-processes",
    ],
    run,
};

const LEGACY: &str = "--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly \
     specify a profile, for example \"--profile=general\".\n";

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let dash = kube.cx.args().iter().position(|arg| arg == "--");
    let behind = dash.map_or(0, |at| kube.cx.args().len() - at - 1);
    let (names, command) = given.operands.split_at(given.operands.len().saturating_sub(behind));
    if given.text("image").is_empty() {
        return Err(Stop::error("you must specify --image when not using --copy-to."));
    }
    let [name] = names else {
        return match names {
            [] => Err(Stop::error("NAME or filename is required for debug")),
            _ => Err(super::not_here::stop("debug of several objects at once")),
        };
    };
    let quiet = given.has("quiet");
    let target = given.text("target");
    if !target.is_empty() && !quiet {
        kube.out(format!(
            "Targeting container {target:?}. If you don't see processes from this container it may be because the container \
             runtime doesn't support this feature.\n"
        ));
    }
    if given.has("tty") && !given.has("stdin") {
        return Err(Stop::error("-i/--stdin is required for containers with -t/--tty=true"));
    }
    match given.text("profile") {
        "legacy" => kube.err(LEGACY),
        "general" => {}
        "baseline" | "netadmin" | "restricted" | "sysadmin" => {
            return Err(super::not_here::stop("debug --profile of this kind"));
        }
        other => return Err(Stop::error(format!("unknown profile: {other}"))),
    }
    let (kind, name) = name.split_once('/').unwrap_or(("pods", name));
    let found = kube.kinds().find(kind).cloned().ok_or_else(|| super::arguments::no_such_type(kind))?;
    let about = kube.fetch(&found, name)?;
    match found.id {
        POD => beside(kube, given, &about, command),
        NODE => on_node(kube, given, &about, command),
        _ => {
            let (group, version, kind) = (&found.group, &found.version, &found.kind);
            let group = if group.is_empty() { String::new() } else { group.to_string() };
            Err(Stop::error(format!("\"{group}/{version}, Kind={kind}\" not supported by debug")))
        }
    }
}

/// The container that the flags describe.
fn container(given: &Given, name: &str, command: &[String]) -> Value {
    let mut made = object! { "image" => given.text("image"), "name" => name };
    let variable = |pair: &String| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        object! { "name" => name, "value" => value }
    };
    let env: Value = given.all("env").iter().map(variable).collect();
    if !env.items().is_empty() {
        made.put("env", env);
    }
    if !command.is_empty() {
        let field = if given.has("arguments-only") { "args" } else { "command" };
        made.put(field, command.iter().map(Value::from).collect::<Value>());
    }
    for (flag, field) in [("stdin", "stdin"), ("tty", "tty")] {
        if given.has(flag) {
            made.put(field, true);
        }
    }
    made
}

fn beside(kube: &mut Kube<'_, '_>, given: &Given, pod: &Object, command: &[String]) -> Answer {
    let mut name = given.text("container").to_string();
    if name.is_empty() {
        name = format!("debugger-{}", generate::suffix(kube));
        if !given.has("quiet") {
            kube.out(format!("Defaulting debug container name to {name}.\n"));
        }
    }
    let mut made = container(given, &name, command);
    if !given.text("target").is_empty() {
        made.put("targetContainerName", given.text("target"));
    }
    if given.text("profile") == "general" {
        made.set("securityContext.capabilities.add", list!["SYS_PTRACE"]);
    }
    let writer = kube.writer();
    let place = (pod.namespace(), pod.name());
    // A patch that names a container which is there already changes nothing.
    let there = pod.value.list_at("spec.ephemeralContainers").iter().any(|own| own.str_at("name") == name);
    let pod = if there {
        kube.get(POD, place.0, place.1)?
    } else {
        let done = kube.cx.world.api(|cluster, sim| cluster.add_ephemeral(sim, place, made, &writer));
        done.map_err(|status| Stop { message: told(&status, ""), code: 1 })?
    };
    if !given.has("stdin") && !given.has("attach") {
        return Ok(Next::Done(0));
    }
    if !given.has("quiet") {
        kube.err("If you don't see a command prompt, try pressing enter.\n");
    }
    let words = if command.is_empty() { vec!["sh".to_string()] } else { command.to_vec() };
    let pid = exec::start(kube, &pod, &name, &words, given.has("stdin"))?;
    let debug = Some((pod.namespace().to_string(), pod.name().to_string(), name));
    Kube::wait(Phase::Exec(Running { pid, debug }), Step::Child)
}

/// The shell in a debug container ended, and the container with it.
pub(super) fn ended(kube: &mut Kube<'_, '_>, (namespace, pod, name): (&str, &str, &str), code: i32) -> Answer {
    let writer = kube.writer().on_behalf(None);
    let place = (namespace, pod);
    let done = kube.cx.world.api(|cluster, sim| cluster.end_ephemeral(sim, place, name, i64::from(code), &writer));
    // A pod that is gone by now has nothing to write down.
    match done {
        Err(status) if status.code != 404 => Err(Stop { message: told(&status, ""), code: 1 }),
        _ => Ok(Next::Done(0)),
    }
}

fn on_node(kube: &mut Kube<'_, '_>, given: &Given, node: &Object, command: &[String]) -> Answer {
    if given.has("stdin") || given.has("attach") {
        return Err(super::not_here::stop("debug of a node with -i"));
    }
    let name = match given.text("container") {
        "" => "debugger",
        name => name,
    };
    let pod = format!("node-debugger-{}-{}", node.name(), generate::suffix(kube));
    if !given.has("quiet") {
        kube.out(format!("Creating debugging pod {pod} with container {name} on node {}.\n", node.name()));
    }
    let mut made = container(given, name, command);
    made.put("terminationMessagePolicy", "File");
    made.put("volumeMounts", list![object! { "mountPath" => "/host", "name" => "host-root" }]);
    let value = object! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => object! { "name" => pod },
        "spec" => object! {
            "containers" => list![made], "hostIPC" => true, "hostNetwork" => true, "hostPID" => true,
            "nodeName" => node.name(), "restartPolicy" => "Never", "tolerations" => list![object! { "operator" => "Exists" }],
            "volumes" => list![object! { "hostPath" => object! { "path" => "/" }, "name" => "host-root" }],
        },
    };
    let (writer, namespace) = (kube.writer(), kube.namespace.clone());
    let done = kube.cx.world.api(|cluster, sim| cluster.create(sim, POD, &namespace, value, &writer));
    done.map_err(|status| Stop { message: told(&status, ""), code: 1 })?;
    Ok(Next::Done(0))
}
