//! A container as a machine: its files, its environment, and the programs that run in it. It is made when somebody first
//! goes in, and swept away when its life is over.

use super::kube::Kube;
use super::logs;
use cluster::{CONFIGMAP, Object, POD};
use manifest::Value;
use order::OrdMap;
use std::sync::Arc;
use workload::Key;
use world::{CONTAINER as PREFIX, Machine, MachineId};

/// Programs of the workstation that no image brings.
const NOT_IN_IMAGES: [&str; 9] = ["argocd", "code", "gh", "git", "jq", "kubectl", "nano", "vi", "yq"];

fn id_of(pod: &Object, container: &str) -> MachineId {
    let restarts = logs::restarts(pod, container);
    MachineId::new(&format!("{PREFIX}{}/{container}/{restarts}", pod.uid))
}

/// Whether the container runs.
pub(super) fn runs(kube: &Kube<'_, '_>, pod: &Object, container: &str) -> bool {
    let key = Key::new(pod.namespace(), pod.name(), container);
    kube.cx.world.workload.container(&key).is_some() || ephemeral(pod, container)
}

/// Whether it is an ephemeral container that runs.
fn ephemeral(pod: &Object, container: &str) -> bool {
    let mut all = pod.value.list_at("status.ephemeralContainerStatuses").iter();
    all.any(|status| status.str_at("name") == container && !status.at("state.running").is_null())
}

/// Whether its image has this program. The image of a pause container has none.
pub(super) fn has_program(kube: &Kube<'_, '_>, pod: &Object, container: &str, name: &str) -> bool {
    let key = Key::new(pod.namespace(), pod.name(), container);
    let empty = kube.cx.world.workload.container(&key).is_some_and(|c| c.program.name == "pause");
    !empty && !NOT_IN_IMAGES.contains(&name)
}

/// The machine of a running container.
pub(super) fn machine(kube: &mut Kube<'_, '_>, pod: &Object, container: &str) -> MachineId {
    sweep(kube);
    let id = id_of(pod, container);
    if kube.cx.world.machine(&id).is_none() {
        let made = make(kube, pod, container);
        kube.cx.world.add_machine(id.clone(), made);
    }
    id
}

/// Lives that are over, and that nobody is in, leave nothing.
fn sweep(kube: &mut Kube<'_, '_>) {
    let mut gone = Vec::new();
    for (id, _) in kube.cx.world.machines() {
        let Some(rest) = id.0.strip_prefix(PREFIX) else { continue };
        let mut parts = rest.split('/');
        let (uid, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let pod = kube.store().by_uid(uid).filter(|object| object.key.kind == POD);
        let lives = pod.is_some_and(|pod| id_of(pod, name) == *id);
        if !lives && kube.cx.world.processes(id).is_empty() {
            gone.push(id.clone());
        }
    }
    for id in gone {
        kube.cx.world.remove_machine(&id);
    }
}

fn make(kube: &Kube<'_, '_>, pod: &Object, container: &str) -> Machine {
    let now = kube.cx.micros();
    let mut machine = Machine::new(pod.name(), "root", now);
    let key = Key::new(pod.namespace(), pod.name(), container);
    let mut env: OrdMap<String, String> = OrdMap::new();
    for (name, value) in [
        ("HOME", "/root"),
        ("HOSTNAME", pod.name()),
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ] {
        env.insert(name.into(), value.into());
    }
    if let Some(running) = kube.cx.world.workload.container(&key) {
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
    files.extend(mounted(kube, pod, container));
    for (path, text) in files {
        // A path that is taken by another file stays as it is: the mount that came first.
        let folder = machine.files.make_dir_all(vfs::parent(&path), now).is_ok();
        if folder && machine.files.write(&path, text.into_bytes(), now).is_err() {
            continue;
        }
    }
    for folder in ["/root", "/var", "/usr/local/bin"] {
        if machine.files.make_dir_all(folder, now).is_err() {
            continue;
        }
    }
    machine
}

/// The files of the config maps that are mounted.
fn mounted(kube: &Kube<'_, '_>, pod: &Object, container: &str) -> Vec<(String, String)> {
    let Some(spec) = spec_of(pod, container) else { return Vec::new() };
    let mut files = Vec::new();
    for mount in spec.list_at("volumeMounts") {
        let volumes = pod.value.list_at("spec.volumes");
        let volume = volumes.iter().find(|volume| volume.str_at("name") == mount.str_at("name"));
        let Some(source) = volume.map(|volume| volume.at("configMap")).filter(|source| !source.is_null()) else {
            continue;
        };
        let Some(map) = kube.store().get(CONFIGMAP, pod.namespace(), source.str_at("name")) else { continue };
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

/// A container's part of the pod's spec.
pub(super) fn spec_of<'p>(pod: &'p Object, container: &str) -> Option<&'p Value> {
    let lists = ["spec.containers", "spec.initContainers", "spec.ephemeralContainers"];
    lists.iter().flat_map(|list| pod.value.list_at(list)).find(|spec| spec.str_at("name") == container)
}
