//! Containers as machines: their files and environment, and commands that run in them. Where a container's command is a
//! program of the sandbox (`sh -c …`, `sleep`, `echo`), it really runs: what it prints is the container's log, and the
//! container ends when it does.

// Unlike Kubernetes: the first process of a container gets no SIGTERM, also where it has a trap for it.

use crate::{CONTAINER, Fd, Machine, MachineId, Pid, Programs, Spawn, StreamId, TerminalId, World};
use cluster::{CONFIGMAP, ContainerRef, ContainerStart, Object, POD};
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Time};
use std::sync::Arc;
use std::time::Duration;
use workload::Key;

/// Programs of the workstation that no image brings.
pub const NOT_IN_IMAGES: [&str; 9] = ["argocd", "code", "gh", "git", "jq", "kubectl", "nano", "vi", "yq"];

/// A command that a container is to run.
#[derive(Debug)]
pub(crate) struct Command {
    container: ContainerRef,
    argv: Vec<String>,
    restarts: i64,
}

/// The first process of a container.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Main {
    key: Key,
    uid: Arc<str>,
    life: u64,
    machine: MachineId,
    output: StreamId,
    /// A line that is not whole yet.
    partial: String,
}

impl Command {
    #[inline(never)]
    pub fn new(start: &ContainerStart, argv: Vec<String>) -> Self {
        Self { container: start.reference(), argv, restarts: i64::from(start.restart_count) }
    }
}

/// The name of a container's machine in its n-th life.
fn machine_id(pod: &Object, container: &str, restarts: i64) -> MachineId {
    MachineId::new(&format!("{CONTAINER}{}/{container}/{restarts}", pod.uid))
}

/// How often a container was started again.
fn restarts(pod: &Object, container: &str) -> i64 {
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    let all = lists.iter().flat_map(|list| pod.value.at("status").list_at(list));
    let status = all.into_iter().find(|status| status.str_at("name") == container);
    status.and_then(|status| status.int_at("restartCount")).unwrap_or(0)
}

impl World {
    /// The machine of a running container, made when somebody first goes in. Lives that are over leave none.
    #[inline(never)]
    pub fn container_machine(&mut self, pod: &Object, container: &str) -> MachineId {
        self.sweep_containers();
        self.machine_of(pod, container, restarts(pod, container))
    }

    fn machine_of(&mut self, pod: &Object, container: &str, restarts: i64) -> MachineId {
        let id = machine_id(pod, container, restarts);
        if self.machine(&id).is_none() {
            let made = self.make_container(pod, container);
            self.add_machine(id.clone(), made);
        }
        id
    }

    /// Machines of lives that are over, and that nobody is in.
    #[inline(never)]
    fn sweep_containers(&mut self) {
        let mut gone = Vec::new();
        for (id, _) in self.machines() {
            let Some(rest) = id.0.strip_prefix(CONTAINER) else { continue };
            let mut parts = rest.split('/');
            let (uid, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
            let pod = self.cluster.store().by_uid(uid).filter(|object| object.key.kind == POD);
            let lives = pod.is_some_and(|pod| machine_id(pod, name, restarts(pod, name)) == *id);
            if !lives && self.processes(id).is_empty() {
                gone.push(id.clone());
            }
        }
        for id in gone {
            self.remove_machine(&id);
        }
    }

    #[inline(never)]
    fn make_container(&self, pod: &Object, container: &str) -> Machine {
        let now = self.now().as_micros();
        let mut machine = Machine::new(pod.name(), "root", now);
        let image = container_spec(pod, container).map_or("", |spec| spec.str_at("image"));
        if let Ok(image) = self.registry.resolve(image)
            && !image.layers.is_empty()
        {
            machine.files = self.registry.root(&image.layers);
        }
        let key = Key::new(pod.namespace(), pod.name(), container);
        let mut env: OrdMap<String, String> = OrdMap::new();
        for (name, value) in [
            ("HOME", "/root"),
            ("HOSTNAME", pod.name()),
            ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ] {
            env.insert(name.into(), value.into());
        }
        if let Some(running) = self.workload.container(&key) {
            env.extend(running.env.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        machine.env = Arc::new(env);
        let (name, ip) = (pod.name(), pod.value.str_at("status.podIP"));
        let space = pod.namespace();
        let hosts = format!(
            "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost \
             ip6-loopback\n{ip}\t{name}\n"
        );
        let resolver = format!(
            "search {space}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"
        );
        let mut files = vec![
            ("/etc/hostname".to_string(), format!("{name}\n")),
            ("/etc/hosts".to_string(), hosts),
            ("/etc/resolv.conf".to_string(), resolver),
        ];
        files.extend(self.mounted(pod, container));
        for (path, text) in files {
            // A path that is taken by another file stays as it is: the mount that came first.
            let folder = machine.files.make_dir_all(vfs::parent(&path), now).is_ok();
            if folder && machine.files.write(&path, text.into_bytes(), now).is_err() {
                continue;
            }
        }
        for folder in ["/root", "/var", "/tmp", "/usr/local/bin"] {
            if machine.files.make_dir_all(folder, now).is_err() {
                continue;
            }
        }
        machine
    }

    /// The files of the config maps that are mounted.
    #[inline(never)]
    fn mounted(&self, pod: &Object, container: &str) -> Vec<(String, String)> {
        let Some(spec) = container_spec(pod, container) else { return Vec::new() };
        let mut files = Vec::new();
        for mount in spec.list_at("volumeMounts") {
            let volumes = pod.value.list_at("spec.volumes");
            let volume = volumes.iter().find(|volume| volume.str_at("name") == mount.str_at("name"));
            let Some(source) = volume.map(|volume| volume.at("configMap")).filter(|source| !source.is_null()) else {
                continue;
            };
            let store = self.cluster.store();
            let Some(map) = store.get(CONFIGMAP, pod.namespace(), source.str_at("name")) else { continue };
            let items = source.list_at("items");
            for (key, text) in map.value.map_at("data").iter() {
                let item = items.iter().find(|item| item.str_at("key") == key.as_ref());
                if !items.is_empty() && item.is_none() {
                    continue;
                }
                let name = item.map_or(key.as_ref(), |item| item.str_at("path"));
                let path = match mount.str_at("subPath") {
                    "" => format!("{}/{name}", mount.str_at("mountPath").trim_end_matches('/')),
                    sub if sub == name => mount.str_at("mountPath").to_string(),
                    _ => continue,
                };
                files.push((path, text.as_str().unwrap_or("").to_string()));
            }
        }
        files
    }

    /// Starts the program of a container whose input is open, for a process that stays with it. `None` where its program
    /// is no command.
    #[inline(never)]
    pub fn enter_container(
        &mut self,
        pod: &Object,
        container: &str,
        parent: Pid,
        fds: OrdMap<u8, Fd>,
        terminal: Option<TerminalId>,
        causes: Causes,
    ) -> Option<Pid> {
        let key = Key::new(pod.namespace(), pod.name(), container);
        if !self.workload.container(&key)?.program.runs_command {
            return None;
        }
        let spec = container_spec(pod, container)?;
        let list =
            |path: &str| spec.list_at(path).iter().filter_map(Value::as_str).map(String::from).collect::<Vec<_>>();
        let mut argv = words(&list("command"), &list("args"), true);
        if let Some(first) = argv.first_mut() {
            *first = vfs::base_name(first).to_string();
        }
        let machine = self.container_machine(pod, container);
        let env = self.machine(&machine).map(|host| host.env.clone()).unwrap_or_default();
        let cwd = match spec.str_at("workingDir") {
            "" => "/".to_string(),
            folder => folder.to_string(),
        };
        self.spawn(Spawn { parent: Some(parent), machine, argv, env, cwd, fds, terminal, causes })
    }

    /// The program of a container that was entered is over, and the container with it.
    #[inline(never)]
    pub fn container_over(&mut self, key: &Key, code: i32) {
        let Some(life) = self.workload.container(key).map(|one| one.life) else { return };
        if let Some(exit) = self.workload.end(key, life, code) {
            self.container_ended(&exit);
        }
    }

    /// Starts what containers are to run.
    #[inline(never)]
    pub(crate) fn start_commands(&mut self, commands: Vec<Command>) {
        for Command { container, argv, restarts } in commands {
            let key = crate::runtime::key_of(&container);
            let pod = self.cluster.store().by_uid(&container.uid).filter(|object| object.key.kind == POD).cloned();
            let (Some(pod), Some(life)) = (pod, self.workload.container(&key).map(|one| one.life)) else { continue };
            let machine = self.machine_of(&pod, &key.container, restarts);
            let env = self.machine(&machine).map(|host| host.env.clone()).unwrap_or_default();
            let output = self.new_capture();
            let cwd = container_spec(&pod, &key.container).map_or("", |spec| spec.str_at("workingDir"));
            let spawn = Spawn {
                parent: None,
                machine: machine.clone(),
                argv,
                env,
                cwd: if cwd.is_empty() { "/".into() } else { cwd.into() },
                fds: [(0, Fd::Null), (1, Fd::Stream(output)), (2, Fd::Stream(output))].into(),
                terminal: None,
                causes: pod.created_by.and(&pod.spec_by),
            };
            if let Some(pid) = self.spawn(spawn) {
                let uid = container.uid.clone();
                self.mains.insert(pid, Main { key, uid, life, machine, output, partial: String::new() });
            }
        }
    }

    /// Brings what commands printed into their containers' logs, and ends those whose container is over.
    #[inline(never)]
    pub(crate) fn tend_commands(&mut self) {
        for pid in self.mains.keys().copied().collect::<Vec<_>>() {
            let Some(mut main) = self.mains.remove(&pid) else { continue };
            let lives = self.cluster.store().by_uid(&main.uid).is_some()
                && self.workload.container(&main.key).is_some_and(|one| one.life == main.life);
            if lives {
                self.log_output(&mut main, false);
                self.mains.insert(pid, main);
            } else {
                self.end_machine(&main);
            }
        }
    }

    #[inline(never)]
    fn log_output(&mut self, main: &mut Main, last: bool) {
        let bytes = self.drain_capture(main.output);
        if bytes.is_empty() && !last {
            return;
        }
        main.partial.push_str(&String::from_utf8_lossy(&bytes));
        while let Some((line, rest)) = main.partial.split_once('\n') {
            self.workload.say(&self.sim, &main.key, main.life, line);
            main.partial = rest.to_string();
        }
        if last && !main.partial.is_empty() {
            self.workload.say(&self.sim, &main.key, main.life, &std::mem::take(&mut main.partial));
        }
    }

    /// Whatever still runs in a container whose first process is over is killed, and its files are gone.
    fn end_machine(&mut self, main: &Main) {
        for pid in self.processes(&main.machine).into_iter().map(|process| process.pid).collect::<Vec<_>>() {
            self.kill(pid, 137);
            // Nobody will ask how it ended.
            self.ended.retain(|(ended, _)| *ended != pid);
        }
        self.take_capture(main.output);
        self.remove_machine(&main.machine);
    }

    /// The first process of a container has ended, and the container with it. False: it was no such process.
    #[inline(never)]
    pub(crate) fn command_ended(&mut self, pid: Pid, code: i32) -> bool {
        let Some(mut main) = self.mains.remove(&pid) else { return false };
        self.log_output(&mut main, true);
        self.end_machine(&main);
        if let Some(exit) = self.workload.end(&main.key, main.life, code) {
            self.container_ended(&exit);
        }
        true
    }
}

/// What a container runs: its command and arguments; the shell of an image that brings nothing else.
#[inline(never)]
pub(crate) fn words(command: &[String], args: &[String], shell: bool) -> Vec<String> {
    let all: Vec<String> = command.iter().chain(args).cloned().collect();
    if all.is_empty() && shell { vec!["sh".into()] } else { all }
}

/// A probe's command, run on a copy of the container's machine: its exit code decides, and what it printed is what the
/// kubelet says.
#[inline(never)]
pub(crate) fn probe_inside(
    host: &Machine,
    (programs, now): (&Programs, Time),
    command: &[String],
    timeout: Duration,
) -> Result<(), String> {
    let mut apart = World::new(0, now, programs.clone());
    let machine = MachineId::new("probe");
    apart.add_machine(machine.clone(), host.clone());
    let output = apart.new_capture();
    let fds = [(0, Fd::Null), (1, Fd::Stream(output)), (2, Fd::Stream(output))].into();
    let mut argv = command.to_vec();
    if let Some(first) = argv.first_mut() {
        *first = vfs::base_name(first).to_string();
    }
    let (env, causes) = (host.env.clone(), Causes::none());
    let spawn = Spawn { parent: None, machine, argv, env, cwd: "/".into(), fds, terminal: None, causes };
    let Some(pid) = apart.spawn(spawn) else {
        let name = command.first().map(String::as_str).unwrap_or_default();
        return Err(format!("exec: \"{name}\": executable file not found in $PATH: unknown"));
    };
    let limit = now + timeout;
    let mut code = None;
    while code.is_none() && apart.step(limit).happened {
        code = apart.exit_code(pid);
    }
    match code {
        Some(0) => Ok(()),
        Some(_) => Err(String::from_utf8_lossy(&apart.take_capture(output)).into_owned()),
        None => Err(format!("command {:?} timed out", command.join(" "))),
    }
}

/// The machine of a container that runs now.
#[inline(never)]
pub(crate) fn running_machine<'m>(
    machines: &'m OrdMap<MachineId, Machine>,
    container: &ContainerRef,
) -> Option<&'m Machine> {
    let start = format!("{CONTAINER}{}/{}/", container.uid, container.container);
    let mut lives = machines.iter().filter(|(id, _)| id.0.starts_with(&start));
    lives.next_back().map(|(_, machine)| machine)
}

/// A container's part of the pod's spec.
#[inline(never)]
pub fn container_spec<'p>(pod: &'p Object, container: &str) -> Option<&'p Value> {
    let lists = ["spec.containers", "spec.initContainers", "spec.ephemeralContainers"];
    lists.iter().flat_map(|list| pod.value.list_at(list)).find(|spec| spec.str_at("name") == container)
}
