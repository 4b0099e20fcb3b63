//! Docker's containers: made of an image, each with a machine of its own.

use crate::docker::SPACE;
use crate::{DOCKER, Fd, Health, Machine, MachineId, Pid, StreamId, World};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Time};
use std::sync::Arc;
use workload::Key;

/// What a container does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lives {
    Created,
    Running,
    Exited(i32),
}

/// A container of Docker, running or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Standing {
    pub id: String,
    pub name: String,
    /// As it was asked for.
    pub image: String,
    pub image_id: String,
    pub argv: Vec<String>,
    pub cwd: String,
    pub user: String,
    /// The command is the image's own.
    pub own: bool,
    /// On the machine, and in the container.
    pub ports: Vec<(u16, u16)>,
    /// On the machine, in the container, and whether it is only read.
    pub volumes: Vec<(String, String, bool)>,
    pub labels: OrdMap<String, String>,
    pub created: Time,
    pub started: Option<Time>,
    pub finished: Option<Time>,
    pub lives: Lives,
    pub remove: bool,
    pub tty: bool,
    pub machine: MachineId,
    pub(crate) pid: Option<Pid>,
    pub health: Option<Box<Health>>,
    /// One that somebody has made; empty: Docker's own bridge.
    pub network: String,
    /// Its further names there.
    pub aliases: Vec<String>,
    /// The process of a `docker run` that stays with it.
    pub attached: Option<Pid>,
    pub(crate) output: Option<StreamId>,
    /// What its earlier lives printed.
    pub(crate) log: Vec<u8>,
}

/// What a container is to be.
#[derive(Debug, Clone, Default)]
pub struct NewContainer {
    pub name: String,
    pub image: String,
    pub image_id: String,
    pub argv: Vec<String>,
    pub own: bool,
    pub env: OrdMap<String, String>,
    pub cwd: String,
    pub user: String,
    pub hostname: String,
    pub ports: Vec<(u16, u16)>,
    pub volumes: Vec<(String, String, bool)>,
    pub labels: OrdMap<String, String>,
    pub remove: bool,
    pub tty: bool,
    pub health: Option<Box<Health>>,
    pub network: String,
    pub aliases: Vec<String>,
}

impl Standing {
    #[inline(never)]
    pub fn running(&self) -> bool {
        self.lives == Lives::Running
    }

    /// Its program among those that serve.
    #[inline(never)]
    pub fn key(&self) -> Key {
        Key::new(SPACE, &self.id, &self.name)
    }

    #[inline(never)]
    pub fn short(&self) -> &str {
        &self.id[..12.min(self.id.len())]
    }
}

impl World {
    /// Makes a container: its files are the image's layers, with a new one on top.
    #[inline(never)]
    pub fn docker_create(&mut self, host: &MachineId, new: NewContainer) -> Result<String, String> {
        let random: Vec<u64> = (0..4).map(|_| self.sim.rng().next_u64()).collect();
        let id: String = random.iter().map(|part| format!("{part:016x}")).collect();
        let docker = self.docker_mut(host);
        let layers = docker.store.images.get(&new.image_id).map(|image| image.layers.clone()).unwrap_or_default();
        let name = if new.name.is_empty() { name_of(random[0], docker) } else { new.name.clone() };
        let mut files = self.registry.root(&layers);
        let micros = self.now().as_micros();
        let hostname = if new.hostname.is_empty() { id[..12].to_string() } else { new.hostname.clone() };
        let hosts =
            format!("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n172.17.0.2\t{hostname}\n");
        for (path, text) in [("/etc/hostname", format!("{hostname}\n")), ("/etc/hosts", hosts)] {
            let made = files.make_dir_all("/etc", micros).and_then(|()| files.write(path, text.into_bytes(), micros));
            made.map_err(|error| format!("{path}: {error}"))?;
        }
        for folder in [new.cwd.as_str(), "/tmp"] {
            files.make_dir_all(folder, micros).map_err(|error| format!("{folder}: {error}"))?;
        }
        self.mount(host, &mut files, &new.volumes)?;
        let mut env = new.env;
        env.insert("HOSTNAME".into(), hostname.clone());
        let home =
            if new.user.is_empty() || new.user == "root" { "/root".into() } else { ["/home/", &new.user].concat() };
        env.entry("HOME".into()).or_insert(home);
        let user = if new.user.is_empty() { "root".into() } else { new.user.clone() };
        let machine = MachineId::new(&[DOCKER, &id].concat());
        self.add_machine(machine.clone(), Machine { hostname, user, env: Arc::new(env), files });
        let standing = Standing {
            id: id.clone(),
            name,
            image: new.image,
            image_id: new.image_id,
            argv: new.argv,
            cwd: new.cwd,
            user: new.user,
            own: new.own,
            ports: new.ports,
            volumes: new.volumes,
            labels: new.labels,
            created: self.now(),
            started: None,
            finished: None,
            lives: Lives::Created,
            remove: new.remove,
            tty: new.tty,
            machine,
            pid: None,
            health: new.health,
            network: new.network,
            aliases: new.aliases,
            attached: None,
            output: None,
            log: Vec::new(),
        };
        self.docker_mut(host).containers.insert(id.clone(), standing);
        Ok(id)
    }

    /// Folders and files of the machine, in a container.
    // Unlike docker: a mount is a copy, brought back when the container ends.
    #[inline(never)]
    fn mount(&self, host: &MachineId, files: &mut vfs::Vfs, volumes: &[(String, String, bool)]) -> Result<(), String> {
        let micros = self.now().as_micros();
        for (from, to, _) in volumes {
            let failed = |error: vfs::VfsError| format!("error mounting \"{from}\" to rootfs at \"{to}\": {error}");
            if files.exists(to) {
                files.remove_all(to, micros).map_err(failed)?;
            }
            files.make_dir_all(vfs::parent(to), micros).map_err(failed)?;
            match self.machine(host).filter(|machine| machine.files.exists(from)) {
                Some(machine) => files.graft(&machine.files, from, to, micros).map_err(failed)?,
                None => files.make_dir_all(to, micros).map_err(failed)?,
            }
        }
        Ok(())
    }

    /// What a container wrote into its mounts is on the machine now.
    #[inline(never)]
    fn bring_back(&mut self, host: &MachineId, one: &Standing) {
        let micros = self.now().as_micros();
        let Some(inside) = self.machine(&one.machine).map(|machine| machine.files.clone()) else { return };
        let Some(outside) = self.machine_mut(host) else { return };
        for (from, to, read_only) in &one.volumes {
            if *read_only || !inside.exists(to) {
                continue;
            }
            let mut files = outside.files.clone();
            let cleared = if files.exists(from) { files.remove_all(from, micros) } else { Ok(()) };
            let made = cleared.and_then(|()| files.make_dir_all(vfs::parent(from), micros));
            if made.and_then(|()| files.graft(&inside, to, from, micros)).is_ok() {
                outside.files = files;
            }
        }
    }

    /// A container's life is over.
    #[inline(never)]
    pub fn docker_over(&mut self, host: &MachineId, id: &str, code: i32) {
        let now = self.now();
        let Some(one) = self.docker_mut(host).containers.get_mut(id).filter(|one| one.running()) else { return };
        // Who stays with it wants its last words and its exit code, and removes it then.
        let removes = one.remove && one.attached.is_none();
        (one.lives, one.finished, one.pid, one.attached) = (Lives::Exited(code), Some(now), None, None);
        let output = one.output.take();
        let copy = one.clone();
        let bytes = output.map(|stream| self.take_capture(stream)).unwrap_or_default();
        if let Some(one) = self.docker_mut(host).containers.get_mut(id) {
            one.log.extend(bytes);
        }
        for process in self.processes(&copy.machine) {
            self.kill(process.pid, 137);
        }
        self.bring_back(host, &copy);
        if removes {
            self.docker_remove(host, id);
        }
    }

    /// A container and all that it wrote is gone.
    #[inline(never)]
    pub fn docker_remove(&mut self, host: &MachineId, id: &str) {
        if let Some(one) = self.docker_mut(host).containers.remove(id) {
            self.workload.forget(SPACE, id);
            self.remove_machine(&one.machine);
        }
    }

    /// What a container has printed so far.
    #[inline(never)]
    pub fn docker_log(&self, host: &MachineId, id: &str) -> Vec<u8> {
        let Some(one) = self.docker(host).and_then(|docker| docker.containers.get(id)) else { return Vec::new() };
        let mut log = one.log.clone();
        if let Some((bytes, _)) = one.output.and_then(|stream| self.capture(stream)) {
            log.extend_from_slice(bytes);
        }
        for line in self.workload.logs(&one.key(), false).into_iter().flat_map(|lines| lines.iter()) {
            log.extend_from_slice(line.text.as_bytes());
            log.push(b'\n');
        }
        log
    }

    /// Containers whose `docker run` was ended by Ctrl-C end with it.
    #[inline(never)]
    pub fn docker_settle(&mut self, host: &MachineId) {
        self.sweep_builds();
        let gone: Vec<String> = self.docker(host).map_or(Vec::new(), |docker| {
            let left = |one: &&Standing| one.running() && one.attached.is_some_and(|pid| !self.is_running(pid));
            docker.containers.values().filter(left).map(|one| one.id.clone()).collect()
        });
        for id in gone {
            let Some(one) = self.docker_mut(host).containers.get(&id).cloned() else { continue };
            self.workload.retire(&one.key());
            self.docker_over(host, &id, 130);
            if one.remove {
                self.docker_remove(host, &id);
            }
        }
    }

    /// Machines of builds that were ended in the middle of a `RUN`.
    #[inline(never)]
    fn sweep_builds(&mut self) {
        let parent = |id: &MachineId| -> Option<Pid> {
            let number = id.0.strip_prefix(DOCKER)?.strip_prefix("build-")?.split('-').next()?;
            number.parse().ok().map(Pid)
        };
        let left = |id: &MachineId| parent(id).is_some_and(|pid| !self.is_running(pid));
        let gone: Vec<MachineId> = self.machines.keys().filter(|id| left(id)).cloned().collect();
        for id in gone {
            self.remove_machine(&id);
        }
    }

    /// What answers to a path and a key at a port of the machine: a container that published it; in a container, its own program.
    #[inline(never)]
    pub fn docker_get(&self, host: &MachineId, port: u16, path: (&str, &str)) -> Option<workload::Response> {
        if let Some(id) = host.0.strip_prefix(DOCKER) {
            return self.workload.ask(&Key::new(SPACE, id, self.docker_name(id)?), port, path, self.now());
        }
        let docker = self.docker(host)?;
        let one =
            docker.containers.values().find(|one| one.running() && one.ports.iter().any(|(out, _)| *out == port))?;
        let (_, inside) = one.ports.iter().find(|(out, _)| *out == port)?;
        self.workload.ask(&one.key(), *inside, path, self.now())
    }

    /// Descriptors of a container's command that nobody stays with.
    #[inline(never)]
    pub(crate) fn captured(&mut self) -> (StreamId, OrdMap<u8, Fd>) {
        let output = self.new_capture();
        (output, [(0, Fd::Null), (1, Fd::Stream(output)), (2, Fd::Stream(output))].into())
    }

    /// A process that a container began with has ended.
    #[inline(never)]
    pub(crate) fn docker_ended(&mut self, pid: Pid, code: i32) -> bool {
        let of = |one: &Standing| one.pid == Some(pid);
        let found = self.docker.iter().find_map(|(host, docker)| {
            docker.containers.values().find(|one| of(one)).map(|one| (host.clone(), one.id.clone()))
        });
        let Some((host, id)) = found else { return false };
        self.docker_over(&host, &id, code);
        true
    }

    /// A program that serves has ended by itself.
    #[inline(never)]
    pub(crate) fn docker_program_ended(&mut self, id: &str, code: i32) {
        let host =
            self.docker.iter().find(|(_, docker)| docker.containers.contains_key(id)).map(|(host, _)| host.clone());
        if let Some(host) = host {
            self.docker_over(&host, id, code);
        }
    }

    /// Why containers run: nothing else than that somebody asked for them.
    #[inline(never)]
    pub(crate) fn docker_causes() -> Causes {
        Causes::none()
    }
}

/// `quiet_mandolin`: two words that no other container has.
// Unlike docker: the words are those of a festival.
#[inline(never)]
fn name_of(random: u64, docker: &crate::Docker) -> String {
    const HOW: [&str; 16] = [
        "amplified",
        "barefoot",
        "booming",
        "bright",
        "dusty",
        "early",
        "golden",
        "humming",
        "late",
        "loud",
        "muddy",
        "quiet",
        "sleepless",
        "sunny",
        "tuned",
        "wild",
    ];
    const WHAT: [&str; 16] = [
        "accordion",
        "banjo",
        "cello",
        "clarinet",
        "drum",
        "encore",
        "fiddle",
        "harp",
        "lantern",
        "mandolin",
        "poncho",
        "saxophone",
        "tambourine",
        "tent",
        "trumpet",
        "ukulele",
    ];
    for turn in 0..256 {
        let pick = usize::try_from(random.wrapping_add(turn) % 256).unwrap_or(0);
        let name = [HOW[pick / 16], "_", WHAT[pick % 16]].concat();
        if docker.find(&name).is_none() {
            return name;
        }
    }
    format!("{}_{}", HOW[0], docker.containers.len())
}
