//! `kubectl run`: one pod, and a service in front of it where that is asked for.

use super::super::flags::{Flag, Given, Takes, switch, text, texts};
use super::super::kube::{Answer, Kube, Stop};
use super::super::{Command, Next};
use super::{DRY_RUN, OUTPUT, behind, labels, make, required};
use crate::kubectl::apply::DryRun;
use crate::kubectl::attached::Attached;
use crate::kubectl::kube::told;
use crate::kubectl::output::Output;
use cluster::POD;
use manifest::{Value, json_merge, list, object};

const ENV: Flag = Flag { long: "env", short: '\0', takes: Takes::Texts, help: "Environment variables: NAME=value." };

pub(crate) const RUN: Command = Command {
    path: "run",
    operands: "NAME --image=image [--env=\"key=value\"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] \
               [--command] -- [COMMAND] [args...]",
    summary: "Create and run a particular image in a pod.",
    examples: &[
        ("Start a pod", "kubectl run web --image=nginx"),
        ("Only print it", "kubectl run web --image=nginx --dry-run=client -o yaml"),
        ("A shell, and then nothing is left", "kubectl run try --rm -it --image=busybox -- sh"),
        ("Another command", "kubectl run once --image=busybox --restart=Never --command -- date"),
    ],
    flags: &[
        texts("annotations", '\0', "Annotations to apply to the pod."),
        switch("attach", '\0', "Stay with the container until its program ends; so does -i."),
        switch("command", '\0', "What stands behind -- is the command, not its arguments."),
        DRY_RUN,
        ENV,
        switch("expose", '\0', "Create a ClusterIP service in front of the pod. Needs --port."),
        text("image", '\0', "", "The image for the container to run."),
        text("image-pull-policy", '\0', "", "The image pull policy for the container."),
        text("labels", 'l', "", "Labels to apply to the pod: a=b,c=d."),
        OUTPUT,
        text("overrides", '\0', "", "JSON that is merged over the generated object."),
        text("port", '\0', "", "The port that this container exposes."),
        switch("privileged", '\0', "Run the container in privileged mode."),
        switch("quiet", 'q', "Only print output of the container."),
        text("restart", '\0', "Always", "Always, OnFailure or Never."),
        switch("rm", '\0', "Delete the pod after it ends; for attached containers."),
        switch("stdin", 'i', "Keep the container's stdin open, and type into it."),
        switch("tty", 't', "Allocate a TTY for the container."),
    ],
    missing: &[
        "allow-missing-template-keys",
        "cascade",
        "field-manager",
        "filename",
        "f",
        "force",
        "grace-period",
        "kustomize",
        "k",
        "leave-stdin-open",
        "override-type",
        "pod-running-timeout",
        "recursive",
        "R",
        "save-config",
        "show-managed-fields",
        "template",
        "timeout",
        "wait",
    ],
    run,
};

fn usage(message: impl std::fmt::Display) -> Stop {
    Stop::said(format!("error: {message}\nSee 'kubectl run -h' for help and examples"))
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    required(given, &["image"])?;
    let rest = behind(kube, given);
    let before = given.operands.len() - rest.len();
    let Some(name) = given.operands.first().filter(|_| before > 0) else {
        return Err(usage("NAME is required for run"));
    };
    let image = given.text("image");
    if image.is_empty() {
        return Err(Stop::error("--image is required"));
    }
    if !is_reference(image) {
        return Err(Stop::error(format!("Invalid image name {image:?}: invalid reference format")));
    }
    let port = given.text("port");
    if given.has("expose") && port.is_empty() {
        return Err(usage("--port must be set when exposing a service"));
    }
    let restart = given.text("restart");
    if !["Always", "OnFailure", "Never", ""].contains(&restart) {
        return Err(usage(format!("invalid restart policy: {restart}")));
    }
    let policy = given.text("image-pull-policy");
    if !["Always", "IfNotPresent", "Never", ""].contains(&policy) {
        return Err(usage(format!("invalid image pull policy: {policy}")));
    }
    let attached = attached(given)?;
    // Operands between the name and `--` are arguments too.
    let words: Vec<String> = given.operands[1..before].iter().chain(rest).cloned().collect();
    let (pod, marks) = pod(given, name, &words)?;
    if given.has("expose") {
        let number: i64 =
            port.parse().map_err(|_| Stop::error(format!("strconv.Atoi: parsing \"{port}\": invalid syntax")))?;
        let service = object! {
            "apiVersion" => "v1", "kind" => "Service", "metadata" => super::meta(name),
            "spec" => object! {
                "ports" => list![object! { "port" => number, "protocol" => "TCP", "targetPort" => number }],
                "selector" => marks,
            },
            "status" => object! { "loadBalancer" => Value::map() },
        };
        make(kube, given, service, "")?;
        if matches!(Output::parse(given.text("output"))?, Output::Yaml) {
            kube.out("---\n---\n");
        }
    }
    DryRun::parse(given)?;
    if !attached {
        make(kube, given, pod, "")?;
        return Ok(Next::Done(0));
    }
    // Who stays with the container is not told that it was made.
    let (writer, namespace) = (kube.writer(), kube.namespace.clone());
    let done = kube.cx.world.api(|cluster, sim| cluster.create(sim, POD, &namespace, pod, &writer));
    done.map_err(|status| Stop { message: told(&status, ""), code: 1 })?;
    let mut here = Attached::new(kube, name);
    here.stdin = given.has("stdin");
    here.tty = given.has("tty");
    here.quiet = given.has("quiet");
    here.remove = given.has("rm");
    here.once = restart == "Never" || restart == "OnFailure";
    here.step(kube)
}

/// Whether kubectl stays with the container.
fn attached(given: &Given) -> Result<bool, Stop> {
    if given.has("tty") && !given.has("stdin") {
        return Err(usage("-i/--stdin is required for containers with -t/--tty=true"));
    }
    let attached = given.has("attach") || given.has("stdin");
    if given.has("rm") && !attached {
        return Err(usage("--rm should only be used for attached containers"));
    }
    if attached && DryRun::parse(given)? != DryRun::No {
        let options =
            "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)";
        return Err(usage(options));
    }
    Ok(attached)
}

/// The pod and its labels.
fn pod(given: &Given, name: &str, words: &[String]) -> Result<(Value, Value), Stop> {
    let marks = match given.text("labels") {
        "" => object! { "run" => name },
        text => labels(text)?,
    };
    let mut container = object! { "image" => given.text("image"), "name" => name, "resources" => Value::map() };
    if !words.is_empty() {
        let field = if given.has("command") { "command" } else { "args" };
        container.put(field, words.iter().map(Value::from).collect::<Value>());
    }
    let mut env = Vec::new();
    for pair in given.each("env") {
        match pair.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                let mut entry = object! { "name" => key };
                if !value.is_empty() {
                    entry.put("value", value);
                }
                env.push(entry);
            }
            _ => return Err(Stop::error(format!("invalid env: {pair}"))),
        }
    }
    if !env.is_empty() {
        container.put("env", env);
    }
    let port = given.text("port");
    if !port.is_empty() {
        let number: i64 =
            port.parse().map_err(|_| Stop::error(format!("strconv.Atoi: parsing \"{port}\": invalid syntax")))?;
        container.put("ports", list![object! { "containerPort" => number }]);
    }
    if !given.text("image-pull-policy").is_empty() {
        container.put("imagePullPolicy", given.text("image-pull-policy"));
    }
    if given.has("privileged") {
        container.put("securityContext", object! { "privileged" => true });
    }
    if given.has("stdin") {
        container.put("stdin", true);
        container.put("stdinOnce", true);
    }
    if given.has("tty") {
        container.put("tty", true);
    }
    let mut meta = super::meta(name);
    meta.put("labels", marks.clone());
    for pair in given.each("annotations") {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(Stop::error(format!("invalid annotation format: {pair}")));
        };
        meta.at_mut("annotations").put(key, value);
    }
    let restart = if given.text("restart").is_empty() { "Always" } else { given.text("restart") };
    let pod = object! {
        "apiVersion" => "v1", "kind" => "Pod", "metadata" => meta,
        "spec" => object! {
            "containers" => list![container], "dnsPolicy" => "ClusterFirst", "restartPolicy" => restart,
        },
        "status" => Value::map(),
    };
    Ok((overridden(pod, given.text("overrides"))?, marks))
}

fn overridden(value: Value, overrides: &str) -> Result<Value, Stop> {
    if overrides.is_empty() {
        return Ok(value);
    }
    let change = Value::from_json(overrides).map_err(|why| Stop::error(format!("Invalid JSON Patch: {why}")))?;
    Ok(json_merge(&value, &change))
}

/// Whether an image's name has a form that registries know.
fn is_reference(text: &str) -> bool {
    let (path, digest) = text.split_once('@').map_or((text, None), |(path, digest)| (path, Some(digest)));
    let slash = path.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match path[slash..].find(':') {
        Some(colon) => (&path[..slash + colon], Some(&path[slash + colon + 1..])),
        None => (path, None),
    };
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let (host, rest) = name.split_once('/').filter(|(host, _)| host.contains(['.', ':'])).unwrap_or(("", name));
    let parts = rest.split('/').all(|part| !part.is_empty() && part.chars().all(good));
    let host = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'));
    let tag = tag.is_none_or(|tag| {
        !tag.is_empty() && tag.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    });
    parts && host && tag && digest.is_none_or(|digest| digest.contains(':'))
}
