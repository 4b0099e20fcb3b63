//! The container-runtime port: the cluster asks, the registry and the workload answer.

use crate::containers::{Command, NOT_IN_IMAGES, probe_inside, running_machine};
use crate::{Machine, MachineId, Programs};
use cluster::{Cluster, ContainerRef, ContainerStart, ProbeAction, PulledImage, Quantity, Runtime, Stopped, Usage};
use image::{Registry, RegistryError};
use manifest::Value;
use order::OrdMap;
use sim::{Causes, Sim, Time};
use std::sync::Arc;
use std::time::Duration;
use workload::{Container, Key, Network, Program, Start, Workload};

/// The program of images that bring a shell and nothing that serves.
const SHELL: &str = "shell";

/// What a node can load in a second.
const PULL_BYTES_PER_SEC: u64 = 25_000_000;

/// What a program takes that nobody calls.
const IDLE_CPU_MILLI: i64 = 1;

pub(crate) struct Port<'a> {
    pub workload: &'a mut Workload,
    pub registry: &'a Registry,
    pub programs: &'a Programs,
    pub machines: &'a OrdMap<MachineId, Machine>,
    /// Containers whose program is a command, which the world runs.
    pub commands: Vec<Command>,
}

pub(crate) fn key_of(container: &ContainerRef) -> Key {
    Key { namespace: container.namespace.clone(), pod: container.pod.clone(), container: container.container.clone() }
}

/// A well-known public image: repository and tag.
fn public(image: &str) -> Option<(Program, String)> {
    let name = image::ImageRef::parse(image)?;
    let tag = name.tag_or_latest().to_string();
    Some((Program::public(&name.repository, &tag)?, tag))
}

/// Words of an image's own command, where the pod gives none (the kubelet's `command` is Docker's entry point).
fn words_of(image: &image::Image, start: &ContainerStart) -> Vec<String> {
    let config = &image.config;
    if !start.command.is_empty() {
        return start.command.iter().chain(&start.args).cloned().collect();
    }
    let args = if start.args.is_empty() { config.cmd.clone().unwrap_or_default() } else { start.args.to_vec() };
    config.entrypoint.iter().flatten().cloned().chain(args).collect()
}

/// Digest and size of a public image. One that has no content here is known by its name only.
pub(crate) fn public_image(image: &str) -> Option<(String, u64)> {
    let name = image::ImageRef::familiar(image)?;
    if let Some((found, _)) = image::public(&name.repository, name.tag_or_latest()) {
        return name.digest.is_none_or(|digest| digest == found.digest).then_some((found.digest, found.size_bytes));
    }
    public(image)?;
    let mut rng = sim::Rng::new(image.bytes().fold(7, |h: u64, b| h.wrapping_mul(31).wrapping_add(u64::from(b))));
    let hex: String = (0..4).map(|_| format!("{:016x}", rng.next_u64())).collect();
    Some((format!("sha256:{hex}"), 30_000_000 + rng.below(60_000_000)))
}

impl Port<'_> {
    /// The image's own environment, and what the pod says over it.
    fn environment(&self, start: &ContainerStart) -> OrdMap<String, String> {
        let image = self.registry.resolve(&start.image).ok();
        let own = image.into_iter().flat_map(|image| image.config.env.iter().cloned());
        own.chain(start.env.iter().cloned()).collect()
    }

    fn program(&self, image: &str) -> (Program, Causes) {
        match self.registry.resolve(image) {
            Ok(found) => {
                let read = match &found.program {
                    // It brings no manifest: what it runs is a command.
                    Value::Null => Ok(Program { name: SHELL.into(), ..Program::command(SHELL) }),
                    Value::Str(source) => {
                        Err(Value::from_yaml(source).err().unwrap_or_else(|| "not a map of settings".into()))
                    }
                    program => Program::read(program).map_err(|error| error.to_string()),
                };
                let mut program = read.unwrap_or_else(|message| Program::broken(&format!("encore.yaml: {message}")));
                if program.version.is_empty() {
                    let revision = found.revision.as_deref().and_then(|id| id.get(..7));
                    program.version = revision.map_or_else(|| tag_of(image), String::from);
                }
                (program, found.causes.clone())
            }
            Err(_) => {
                let program =
                    public(image).map_or_else(|| Program::broken("exec format error"), |(program, _)| program);
                (program, Causes::none())
            }
        }
    }
}

/// Whether a shell is only there to start the image's own program (`sh -c "exec redis-server …"`), which is none of the
/// sandbox: its name has a part of the image's name in it.
fn starts_own(argv: &[String], image: &str) -> bool {
    let Some(script) = argv.iter().skip(1).find(|word| !word.starts_with('-')) else { return false };
    let line = script.lines().rfind(|line| line.trim_start().starts_with("exec ")).unwrap_or(script);
    let mut words = line.split_whitespace().filter(|word| *word != "exec");
    let word = vfs::base_name(words.next().unwrap_or_default());
    let name = image::ImageRef::parse(image).map(|name| name.repository).unwrap_or_default();
    vfs::base_name(&name).split('-').any(|part| part.len() >= 4 && word.contains(part))
}

fn tag_of(image: &str) -> String {
    image::ImageRef::parse(image).map(|name| name.tag_or_latest().to_string()).unwrap_or_default()
}

impl Runtime for Port<'_> {
    fn pull(&mut self, sim: &mut Sim, image: &str) -> Result<PulledImage, String> {
        let (digest, size_bytes) = match self.registry.resolve(image) {
            Ok(found) => (found.digest.clone(), found.size_bytes),
            Err(error) => {
                let known = matches!(error, RegistryError::NotFound(_)).then(|| public_image(image)).flatten();
                known.ok_or_else(|| pull_error(image, &error))?
            }
        };
        let repository = image::ImageRef::parse(image).map(|name| name.repository).unwrap_or_default();
        let jitter = Duration::from_millis(sim.rng().below(400));
        let duration = Duration::from_millis(400 + size_bytes * 1_000 / PULL_BYTES_PER_SEC) + jitter;
        Ok(PulledImage { digest: format!("{repository}@{digest}"), size_bytes, duration })
    }

    fn start(&mut self, sim: &mut Sim, start: &ContainerStart) -> Result<(), String> {
        let (mut program, causes) = self.program(&start.image);
        let shell = program.name == SHELL;
        let built = self.registry.resolve(&start.image).ok().filter(|image| image.program.is_null());
        let mut argv = match built {
            Some(image) => words_of(image, start),
            None => crate::containers::words(&start.command, &start.args, shell && start.stdin),
        };
        if let Some(first) = argv.first().filter(|_| built.is_some() || public(&start.image).is_some()).cloned() {
            let name = vfs::base_name(&first);
            let here = self.programs.get(name).is_some() && !NOT_IN_IMAGES.contains(&name);
            if here && !(name.ends_with("sh") && starts_own(&argv, &start.image)) {
                program = Program::command(name);
                argv[0] = name.to_string();
                // With an open input it waits for somebody to come.
                if !start.stdin {
                    self.commands.push(Command::new(start, argv));
                }
            } else if shell {
                return Err(format!(
                    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create \
                     failed: unable to start container process: exec: \"{first}\": {}: unknown",
                    if first.contains('/') {
                        format!("stat {first}: no such file or directory")
                    } else {
                        "executable file not found in $PATH".into()
                    }
                ));
            }
        }
        let limit = |name: &str| start.resources.at("limits").get(name).and_then(quantity);
        self.workload.start(
            sim,
            Start {
                key: key_of(&start.reference()),
                program: Arc::new(program),
                env: self.environment(start),
                cpu_cores: limit("cpu").map(|cpu| {
                    #[expect(clippy::cast_precision_loss, reason = "a few thousand thousandths")]
                    let cores = cpu.milli() as f64 / 1_000.0;
                    cores
                }),
                memory_limit: limit("memory").and_then(|memory| u64::try_from(memory.units()).ok()),
                causes,
            },
        );
        Ok(())
    }

    fn probe(&mut self, sim: &mut Sim, container: &ContainerRef, action: &ProbeAction) -> Result<(), String> {
        let key = key_of(container);
        let now = sim.now();
        let found = self.workload.container(&key);
        match action {
            ProbeAction::Http { scheme, host, port, path, .. } => {
                let asked = u16::try_from(*port).ok().and_then(|port| self.workload.ask(&key, port, (path, ""), now));
                match asked {
                    Some(response) if (200..400).contains(&response.status) => Ok(()),
                    Some(response) => Err(format!("HTTP probe failed with statuscode: {}", response.status)),
                    None => {
                        let scheme = scheme.to_ascii_lowercase();
                        Err(format!(
                            "Get \"{scheme}://{host}:{port}{path}\": dial tcp {host}:{port}: connect: connection refused"
                        ))
                    }
                }
            }
            ProbeAction::Tcp { host, port, .. } => {
                if serves(found, now, *port) {
                    Ok(())
                } else {
                    Err(format!("dial tcp {host}:{port}: connect: connection refused"))
                }
            }
            ProbeAction::Exec { command, timeout } if found.is_some_and(|c| c.program.runs_command) => {
                match running_machine(self.machines, container) {
                    Some(host) => probe_inside(host, (self.programs, now), command, *timeout),
                    None => Err(String::new()),
                }
            }
            ProbeAction::Exec { .. } => {
                if found.is_some_and(|c| now >= c.listens && c.program.health_ok) {
                    Ok(())
                } else {
                    Err(String::new())
                }
            }
            ProbeAction::Grpc { port, .. } => {
                if serves(found, now, *port) {
                    Ok(())
                } else {
                    Err(format!("timeout: failed to connect service \":{port}\" within 1s: context deadline exceeded"))
                }
            }
        }
    }

    fn stop(&mut self, sim: &mut Sim, container: &ContainerRef) -> Stopped {
        let (after, exit_code) = self.workload.stop(sim, &key_of(container));
        Stopped { after, exit_code }
    }

    fn usage(&self, sim: &Sim, container: &ContainerRef) -> Option<Usage> {
        let found = self.workload.container(&key_of(container))?;
        #[expect(clippy::cast_possible_truncation, reason = "a machine has fewer cores than that")]
        let busy = (found.cpu_used_cores * 1_000.0).round() as i64;
        // Until it listens it has taken little of its memory.
        let share = if sim.now() >= found.listens { 1 } else { 4 };
        let memory_bytes = i64::try_from(found.program.memory_bytes).unwrap_or(i64::MAX) / share;
        Some(Usage { cpu_milli: busy.max(IDLE_CPU_MILLI), memory_bytes })
    }

    fn settled(&self, sim: &Sim, container: &ContainerRef) -> bool {
        self.workload.container(&key_of(container)).is_none_or(|found| sim.now() >= found.listens)
    }
}

fn serves(container: Option<&Container>, now: Time, port: i64) -> bool {
    let port = u16::try_from(port).unwrap_or(0);
    container.is_some_and(|one| one.listening(now) && one.program.serves(port))
}

fn quantity(value: &Value) -> Option<Quantity> {
    match value {
        Value::Str(text) => Quantity::parse(text),
        other => Quantity::parse(&other.to_json()),
    }
}

fn pull_error(image: &str, error: &RegistryError) -> String {
    match error {
        RegistryError::NotFound(_) => {
            format!("rpc error: code = NotFound desc = failed to pull and unpack image \"{image}\": {error}")
        }
        RegistryError::Invalid => {
            format!("rpc error: code = InvalidArgument desc = failed to parse image \"{image}\": {error}")
        }
    }
}

/// What the machine of a container is called: this, the uid of its pod, and more.
pub const CONTAINER: &str = "container:";

/// The pod whose container a machine is.
pub(crate) fn pod_behind(cluster: &Cluster, machine: &crate::MachineId) -> Option<Arc<cluster::Object>> {
    let uid = machine.0.strip_prefix(CONTAINER)?.split('/').next()?;
    cluster.store().by_uid(uid).filter(|object| object.key.kind == cluster::POD).cloned()
}

/// Services, as the cluster has them: who answers behind a name.
pub(crate) struct Net<'a> {
    pub cluster: &'a Cluster,
    pub host: Option<(&'a str, &'a str, &'a str)>,
    /// The pod that asks; nobody for those outside of the cluster.
    pub from: Option<Arc<cluster::Object>>,
}

impl Network for Net<'_> {
    fn endpoints(&self, namespace: &str, service: &str) -> Option<Vec<(Key, u16)>> {
        let store = self.cluster.store();
        store.get(cluster::SERVICE, namespace, service)?;
        let mut found = Vec::new();
        for slice in store.all(cluster::ENDPOINTSLICE, Some(namespace)) {
            if slice.label("kubernetes.io/service-name") != service {
                continue;
            }
            let port = slice.value.list_at("ports").first().and_then(|port| port.int_at("port")).unwrap_or(0);
            let Ok(port) = u16::try_from(port) else { continue };
            for endpoint in slice.value.list_at("endpoints") {
                let pod = endpoint.str_at("targetRef.name");
                let Some(object) =
                    store.get(cluster::POD, namespace, pod).filter(|_| endpoint.bool_at("conditions.ready"))
                else {
                    continue;
                };
                let containers = object.value.list_at("spec.containers");
                let declares = |container: &&Value| {
                    container.list_at("ports").iter().any(|p| p.int_at("containerPort") == Some(i64::from(port)))
                };
                let container = containers.iter().find(declares).or_else(|| containers.first());
                let name = container.map_or("", |container| container.str_at("name"));
                found.push((Key::new(namespace, pod, name), port));
            }
        }
        Some(found)
    }

    #[inline(never)]
    fn host(&self, name: &str) -> Option<(String, String)> {
        if let Some((host, namespace, service)) = self.host
            && host == name
        {
            return Some((namespace.into(), service.into()));
        }
        if let Some(from) = self.from.as_ref().filter(|_| !name.contains('.')) {
            // A pod's search list begins with its own namespace.
            let there = self.cluster.store().get(cluster::SERVICE, from.namespace(), name).is_some();
            return there.then(|| (from.namespace().to_string(), name.to_string()));
        }
        let mut parts = name.split('.');
        let (service, namespace) = (parts.next()?, parts.next()?);
        let rest: Vec<&str> = parts.collect();
        let good = matches!(rest[..], [] | ["svc"] | ["svc", "cluster", "local"]);
        let exists = self.cluster.store().get(cluster::SERVICE, namespace, service).is_some();
        (good && exists).then(|| (namespace.to_string(), service.to_string()))
    }

    fn passes(&self, from: Option<&Key>, to: &Key, port: u16) -> bool {
        let store = self.cluster.store();
        if store.all(cluster::NETWORKPOLICY, None).next().is_none() {
            return true;
        }
        let pod = |key: &Key| store.get(cluster::POD, &key.namespace, &key.pod);
        let Some(to) = pod(to) else { return true };
        let from = match from {
            Some(key) => pod(key),
            None => self.from.as_ref(),
        };
        match from {
            Some(from) => self.cluster.traffic_allowed(from, to, i64::from(port), "TCP"),
            None => self.cluster.outside_allowed(to, i64::from(port), "TCP"),
        }
    }

    fn causes(&self, key: &Key) -> Causes {
        let pod = self.cluster.store().get(cluster::POD, &key.namespace, &key.pod);
        pod.map(|pod| pod.created_by.and(&pod.spec_by)).unwrap_or_default()
    }

    fn exists(&self, namespace: &str, pod: &str) -> bool {
        namespace == crate::docker::SPACE || self.cluster.store().get(cluster::POD, namespace, pod).is_some()
    }
}
