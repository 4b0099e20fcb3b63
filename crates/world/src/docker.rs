//! Docker on a machine: its images, its containers, and what it fetches from and brings to the registry.

use crate::docker_containers::Standing;
use crate::{MachineId, World};
use image::{Image, ImageRef, Registry, Store};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Subject};
use std::sync::Arc;

/// What the machines of Docker's containers and builds are called: this, and a number.
pub const DOCKER: &str = "docker:";

/// Where the programs of Docker's containers stand among those of pods.
pub(crate) const SPACE: &str = "docker:";

/// Programs that an image has only if they lie in it. All others come with its shell.
const OWN: [&str; 24] = [
    "apk", "apt", "apt-get", "argocd", "bash", "code", "curl", "docker", "gh", "git", "go", "jq", "kubectl", "nano",
    "nginx", "node", "npm", "npx", "pip", "pip3", "python", "python3", "wget", "yq",
];

/// A machine's Docker.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Docker {
    pub store: Store,
    /// By id, 64 letters and digits.
    pub containers: OrdMap<String, Standing>,
    /// By name; the three that are always there are not among them.
    pub networks: OrdMap<String, crate::Network>,
}

impl Docker {
    /// A container by name, id or the beginning of its id.
    #[inline(never)]
    pub fn find(&self, text: &str) -> Option<&Standing> {
        let name = text.strip_prefix('/').unwrap_or(text);
        let by_name = self.containers.values().find(|one| one.name == name);
        let by_id = || {
            let mut fits = self.containers.values().filter(|one| !text.is_empty() && one.id.starts_with(text));
            let first = fits.next();
            if fits.next().is_some() { None } else { first }
        };
        by_name.or_else(by_id)
    }

    /// Whether a container, running or not, was made of an image.
    #[inline(never)]
    pub fn user_of(&self, id: &str) -> Option<&Standing> {
        self.containers.values().find(|one| one.image_id == id)
    }
}

impl World {
    /// A machine's Docker, if it was ever used.
    #[inline(never)]
    pub fn docker(&self, host: &MachineId) -> Option<&Docker> {
        self.docker.get(host)
    }

    #[inline(never)]
    pub fn docker_mut(&mut self, host: &MachineId) -> &mut Docker {
        self.docker.entry(host.clone()).or_default()
    }

    /// A machine's images, and the registry.
    #[inline(never)]
    pub fn images(&mut self, host: &MachineId) -> (&mut Store, &mut Registry) {
        (&mut self.docker.entry(host.clone()).or_default().store, &mut self.registry)
    }

    /// What a name means outside of this machine: in the registry, or among the well-known public images.
    #[inline(never)]
    pub fn remote_image(&mut self, name: &ImageRef) -> Option<Arc<Image>> {
        if let Some(found) = self.registry.find(name) {
            return Some(found);
        }
        // A public image of which only the program is known.
        let (digest, size) = crate::runtime::public_image(&name.to_string())?;
        Some(Arc::new(Image::opaque(digest, size, manifest::Value::Null, None, self.now())))
    }

    /// An image goes to the registry; gives what was new of it: bytes.
    #[inline(never)]
    pub fn push_image(
        &mut self,
        host: &MachineId,
        name: &ImageRef,
        image: &Arc<Image>,
        actor: &'static str,
        causes: &Causes,
    ) {
        let about = Subject::new("Image", name.to_string());
        let event = self.sim.record("ci", actor, about, format!("Image {name} pushed"), causes);
        let pushed = Image { causes: event.into(), ..(**image).clone() };
        let at = self.now();
        self.registry.push(name, Image { created: image.created.max(at), ..pushed });
        let key = [&name.repository, "@", &image.digest].concat();
        self.docker_mut(host).store.digests.insert(key, image.id.clone());
    }

    /// Forgets layers that nobody needs any more.
    #[inline(never)]
    pub fn sweep_layers(&mut self) {
        let stores = self.docker.values().map(|docker| &docker.store);
        self.registry.sweep(stores);
    }

    /// Whether a machine has a program: one of the sandbox, and in a container of Docker's only if its image brings it.
    #[inline(never)]
    pub fn has_program(&self, machine: &MachineId, name: &str) -> bool {
        let known = self.programs().get(name).is_some();
        known && (!machine.0.starts_with(DOCKER) || self.image_has(machine, name))
    }

    /// The container on which a process of another one comes out by this name: both are in a network that has a name.
    #[inline(never)]
    pub fn docker_neighbour(&self, machine: &MachineId, name: &str) -> Option<&Standing> {
        let docker =
            self.docker.values().find(|docker| docker.containers.values().any(|one| one.machine == *machine))?;
        let own = docker.containers.values().find(|one| one.machine == *machine)?;
        let there = |one: &&Standing| {
            let named = one.name == name || one.short() == name || one.aliases.iter().any(|alias| alias == name);
            one.running() && named && one.network == own.network
        };
        docker.containers.values().find(there).filter(|_| !own.network.is_empty())
    }

    /// A machine is gone, and its containers with it.
    #[inline(never)]
    pub(crate) fn docker_gone(&mut self, host: &MachineId) {
        let Some(docker) = self.docker.remove(host) else { return };
        for one in docker.containers.values() {
            self.container_gone(&one.id, &one.machine);
        }
    }

    #[inline(never)]
    fn container_gone(&mut self, id: &str, machine: &MachineId) {
        self.workload.forget(SPACE, id);
        for process in self.processes(machine) {
            self.kill(process.pid, 137);
        }
        self.machines.remove(machine);
    }

    pub(crate) fn docker_name(&self, id: &str) -> Option<&str> {
        self.docker.values().find_map(|docker| Some(docker.containers.get(id)?.name.as_str()))
    }

    /// Whether a program is in the image of a container or a build.
    #[inline(never)]
    pub(crate) fn image_has(&self, machine: &MachineId, program: &str) -> bool {
        let Some(host) = self.machine(machine) else { return false };
        let files = &host.files;
        if OWN.contains(&program) {
            let path = host.env.get("PATH").map_or("/usr/local/bin:/usr/bin:/bin", String::as_str);
            return path.split(':').any(|folder| files.exists(&vfs::join(folder, program)));
        }
        files.exists("/bin/sh")
    }
}
