//! `opsfest apps DIR`: public applications, a folder each. Each is applied in a fresh world by the sandbox's kubectl and
//! must become ready. `cargo xtask conformance` runs it.

use crate::Usage;
use crate::args::Given;
use cluster::{DAEMONSET, DEPLOYMENT, JOB, KindId, NodeShape, POD, STATEFULSET, condition_true};
use std::path::{Path, PathBuf};
use std::time::Duration;
use world::{Fd, MachineId, Spawn, World};

/// An application is ready within this much virtual time, or is not.
const READY_WITHIN: Duration = Duration::from_secs(600);
/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(5);
/// Applying takes less than this much virtual time.
const APPLY_WITHIN: Duration = Duration::from_secs(120);

const NODES: u32 = 4;
const NODE_CPU_MILLI: i64 = 8_000;
const NODE_MEMORY_BYTES: i64 = 32 << 30;

pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &[], &["--verbose"])?;
    let [dir] = &given.operands[..] else { return Err(Usage("apps takes one folder".into())) };
    let folders = folders(Path::new(dir))?;
    if folders.is_empty() {
        return Err(Usage(format!("{dir}: no application's folder is in it")));
    }
    let mut passed = 0;
    let mut failures = Vec::new();
    for folder in &folders {
        match check(folder) {
            Ok(()) => passed += 1,
            Err(why) => failures.push(format!("{}: {}", name_of(folder), why.trim_end())),
        }
    }
    println!("kubernetes-apps {passed}/{}", folders.len());
    if given.has("--verbose") {
        for failure in &failures {
            println!("  {}", failure.replace('\n', "\n    "));
        }
    }
    Ok(i32::from(!failures.is_empty()))
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn told(path: &Path) -> impl Fn(std::io::Error) -> Usage {
    move |error| Usage(format!("{}: {error}", path.display()))
}

/// What lies in a folder, in order.
fn listed(dir: &Path) -> Result<Vec<PathBuf>, Usage> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(told(dir))? {
        found.push(entry.map_err(told(dir))?.path());
    }
    found.sort();
    Ok(found)
}

fn folders(dir: &Path) -> Result<Vec<PathBuf>, Usage> {
    Ok(listed(dir)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// Applies an application and waits for it.
fn check(folder: &Path) -> Result<(), String> {
    let mut world = world();
    let (files, kustomized) = copy(&mut world, folder).map_err(|Usage(message)| message)?;
    apply(&mut world, &files, kustomized)?;
    let limit = world.now() + READY_WITHIN;
    loop {
        let open = not_ready(&world);
        if open.is_empty() {
            return Ok(());
        }
        if world.now() >= limit {
            return Err(open.join("\n"));
        }
        let next = world.now() + LOOK;
        while world.step(next).happened {}
        world.advance_to(next);
    }
}

fn apply(world: &mut World, files: &[String], kustomized: bool) -> Result<(), String> {
    if kustomized {
        let (said, code) = run_line(world, &["kubectl", "apply", "-k", "app"]);
        if !said.contains("not part of this sandbox yet") {
            return if code == 0 { Ok(()) } else { Err(said) };
        }
    }
    let mut line = vec!["kubectl", "apply"];
    for file in files {
        line.extend(["-f", file]);
    }
    // A namespace that stands further down in the files is there the second time.
    if run_line(world, &line).1 == 0 {
        return Ok(());
    }
    let (said, code) = run_line(world, &line);
    if code == 0 { Ok(()) } else { Err(said) }
}

fn world() -> World {
    let mut world = session::empty_world(1);
    for n in 1..=NODES {
        let shape = NodeShape::worker(["node-", &n.to_string()].concat(), NODE_CPU_MILLI, NODE_MEMORY_BYTES);
        world.api(|cluster, sim| cluster.add_node(sim, &shape, &sim::Causes::none())).expect("a valid node");
    }
    world
}

/// Copies the files into `~/app`: those that are manifests, and whether there is a kustomization among them.
fn copy(world: &mut World, folder: &Path) -> Result<(Vec<String>, bool), Usage> {
    let micros = world.now().as_micros();
    let host = world.machine_mut(&MachineId::workstation()).ok_or_else(|| Usage("there is no workstation".into()))?;
    let home = host.home().to_string();
    let (mut manifests, mut kustomized) = (Vec::new(), false);
    host.files.make_dir_all(&format!("{home}/app"), micros).map_err(|error| Usage(error.to_string()))?;
    for path in listed(folder)?.iter().filter(|path| path.is_file()) {
        let (name, bytes) = (name_of(path), std::fs::read(path).map_err(told(path))?);
        if ["kustomization.yaml", "kustomization.yml"].contains(&name.as_str()) {
            kustomized = true;
        } else if name.ends_with(".yaml") || name.ends_with(".yml") {
            manifests.push(["app/", &name].concat());
        }
        host.files.write(&format!("{home}/app/{name}"), bytes, micros).map_err(|error| Usage(error.to_string()))?;
    }
    Ok((manifests, kustomized))
}

/// What a command said on standard error, and its exit code.
fn run_line(world: &mut World, argv: &[&str]) -> (String, i32) {
    let id = MachineId::workstation();
    let Some(host) = world.machine(&id) else { return (String::new(), 1) };
    let (env, cwd) = (host.env.clone(), host.home().to_string());
    let (out, err) = (world.new_capture(), world.new_capture());
    let fds = [(0, Fd::Null), (1, Fd::Stream(out)), (2, Fd::Stream(err))].into_iter().collect();
    let argv = argv.iter().map(|word| (*word).to_string()).collect();
    let spawn = Spawn { parent: None, machine: id, argv, env, cwd, fds, terminal: None, causes: sim::Causes::none() };
    let Some(pid) = world.spawn(spawn) else { return (String::new(), 127) };
    let limit = world.now() + APPLY_WITHIN;
    let mut code = None;
    while code.is_none() && world.step(limit).happened {
        code = world.exit_code(pid);
    }
    world.take_capture(out);
    let said = String::from_utf8_lossy(&world.take_capture(err)).into_owned();
    (said, code.unwrap_or(130))
}

/// One line for each thing that is to run and does not yet.
fn not_ready(world: &World) -> Vec<String> {
    let store = world.cluster.store();
    let count = |kind: KindId, have: &'static str, want: &'static str| {
        store.all(kind, None).filter_map(move |object| {
            let (have, want) = (object.value.int_at(have).unwrap_or(0), object.value.int_at(want).unwrap_or(1));
            let kind = object.value.str_at("kind");
            (have < want).then(|| format!("{kind} {}/{}: {have} of {want} ready", object.namespace(), object.name()))
        })
    };
    let mut open: Vec<String> = count(DEPLOYMENT, "status.availableReplicas", "spec.replicas").collect();
    open.extend(count(STATEFULSET, "status.readyReplicas", "spec.replicas"));
    open.extend(count(DAEMONSET, "status.numberAvailable", "status.desiredNumberScheduled"));
    open.extend(count(JOB, "status.succeeded", "spec.completions"));
    let runs = [DEPLOYMENT, STATEFULSET, DAEMONSET, JOB, POD];
    if runs.iter().all(|kind| store.all(*kind, None).next().is_none()) {
        open.push("nothing that runs was applied".into());
    }
    for pod in store.all(POD, None) {
        let over = pod.value.str_at("status.phase") == "Succeeded";
        if over || condition_true(&pod.value, "Ready") {
            continue;
        }
        open.push(format!("Pod {}/{}: {}{}", pod.namespace(), pod.name(), cluster::pod_status(pod), why(&pod.value)));
    }
    open
}

/// What the pod's conditions and waiting containers say of it.
fn why(pod: &manifest::Value) -> String {
    let lists = ["status.conditions", "status.initContainerStatuses", "status.containerStatuses"];
    let mut said = String::new();
    for item in lists.iter().flat_map(|list| pod.list_at(list)) {
        for message in [item.str_at("message"), item.str_at("state.waiting.message")] {
            if !message.is_empty() {
                said.push_str("; ");
                said.push_str(message);
            }
        }
    }
    said
}
