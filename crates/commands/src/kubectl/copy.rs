//! `kubectl cp`: files from and to containers, as `tar` at both ends would bring them.

use super::container;
use super::exec;
use super::flags::{Given, number, switch, text};
use super::kube::{Answer, Kube, Stop};
use super::{Command, Next};
use cluster::POD;
use vfs::Vfs;
use world::MachineId;

pub(crate) const COMMAND: Command = Command {
    path: "cp",
    operands: "<file-spec-src> <file-spec-dest>",
    summary: "Copy files and directories to and from containers.",
    examples: &[
        ("A file into a pod", "kubectl cp notes.txt web-5d8f-abcde:/tmp/notes.txt"),
        ("A folder out of a pod of another namespace", "kubectl cp shop/web-5d8f-abcde:/etc ./etc"),
    ],
    flags: &[
        text("container", 'c', "", "Container name. If omitted, the default container."),
        switch("no-preserve", '\0', "Ownership and permissions are not kept in the container."),
        number("retries", 0, "How often a copy from a container is taken up again."),
    ],
    missing: &[],
    run,
};

/// A path, and the pod that it is in: namespace and name.
struct Place {
    pod: Option<(Option<String>, String)>,
    path: String,
}

fn place(text: &str) -> Result<Place, Stop> {
    let wrong = || Stop::error("filespec must match the canonical format: [[namespace/]pod:]file/path");
    let Some((pod, path)) = text.split_once(':') else { return Ok(Place { pod: None, path: text.into() }) };
    let parts: Vec<&str> = pod.split('/').collect();
    let pod = match parts[..] {
        [""] => return Err(wrong()),
        [name] => (None, name.to_string()),
        [namespace, name] => (Some(namespace.to_string()), name.to_string()),
        _ => return Err(wrong()),
    };
    Ok(Place { pod: Some(pod), path: path.into() })
}

fn run(kube: &mut Kube<'_, '_>, given: &Given) -> Answer {
    let [from, to] = &given.operands[..] else {
        return Err(Stop::error("source and destination are required"));
    };
    let (from, to) = (place(from)?, place(to)?);
    if from.pod.is_some() && to.pod.is_some() {
        return Err(Stop::error("one of src or dest must be a local file specification"));
    }
    if from.path.is_empty() || to.path.is_empty() {
        return Err(Stop::error("filepath can not be empty"));
    }
    match (&from.pod, &to.pod) {
        (Some(pod), _) => out_of(kube, given, pod, &from.path, &to.path),
        (_, Some(pod)) => into(kube, given, pod, &from.path, &to.path),
        _ => Err(Stop::error("one of src or dest must be a remote file specification")),
    }
}

fn machine(
    kube: &mut Kube<'_, '_>,
    given: &Given,
    (namespace, name): &(Option<String>, String),
) -> Result<MachineId, Stop> {
    let namespace = namespace.clone().unwrap_or_else(|| kube.namespace.clone());
    let pod = kube.get(POD, &namespace, name)?;
    let container = exec::choose(kube, &pod, given.text("container"), false)?;
    exec::allowed(kube, &pod)?;
    exec::ready(kube, &pod, &container)?;
    if !container::has_program(kube, &pod, &container, "tar") {
        return Err(Stop::error(
            "Internal error occurred: error executing command in container: failed to exec in container: OCI runtime exec \
             failed: exec failed: unable to start container process: exec: \"tar\": executable file not found in $PATH: \
             unknown",
        ));
    }
    Ok(container::machine(kube, &pod, &container))
}

/// A path of a container, whose programs start in its root folder.
fn absolute(path: &str) -> String {
    vfs::join("/", path)
}

fn last(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or("")
}

type Entries = Vec<(String, vfs::Kind, Vec<u8>)>;

/// Everything at and below a path, with paths that begin behind it.
fn read(files: &Vfs, path: &str) -> Option<Entries> {
    if !files.exists(path) {
        return None;
    }
    let one = |path: &str, rest: String, kind: vfs::Kind| {
        let bytes = match kind {
            vfs::Kind::File => files.read(path).map(|bytes| bytes.to_vec()).unwrap_or_default(),
            _ => Vec::new(),
        };
        (rest, kind, bytes)
    };
    if !files.is_dir(path) {
        return Some(vec![one(path, String::new(), vfs::Kind::File)]);
    }
    let mut all = vec![(String::new(), vfs::Kind::Dir, Vec::new())];
    for (entry, stat) in files.walk(path, &mut |_| true).ok()? {
        let full = if entry.starts_with('/') { entry.clone() } else { format!("{path}/{entry}") };
        let rest = full.strip_prefix(path).unwrap_or(&full).trim_start_matches('/').to_string();
        if !rest.is_empty() {
            all.push(one(&full, rest, stat.kind));
        }
    }
    Some(all)
}

/// Writes entries to a path; why it could not.
fn write(files: &mut Vfs, path: &str, entries: &Entries, now: u64) -> Result<(), String> {
    for (rest, kind, bytes) in entries {
        let full = if rest.is_empty() { path.to_string() } else { format!("{path}/{rest}") };
        let done = match kind {
            vfs::Kind::Dir => files.make_dir_all(&full, now),
            _ => files.make_dir_all(vfs::parent(&full), now).and_then(|()| files.write(&full, bytes.clone(), now)),
        };
        done.map_err(|why| format!("{full}: {why}"))?;
    }
    Ok(())
}

fn into(kube: &mut Kube<'_, '_>, given: &Given, pod: &(Option<String>, String), from: &str, to: &str) -> Answer {
    let source = kube.cx.path(from);
    let Some(entries) = read(kube.cx.files(), &source) else {
        return Err(Stop::error(format!("{from} doesn't exist in local filesystem")));
    };
    let id = machine(kube, given, pod)?;
    let now = kube.cx.micros();
    let target = absolute(to);
    let Some(host) = kube.cx.world.machine_mut(&id) else { return Ok(Next::Done(1)) };
    let target = if host.files.is_dir(&target) { absolute(&format!("{target}/{}", last(&source))) } else { target };
    let folder = vfs::parent(&target).to_string();
    if !host.files.is_dir(&folder) {
        let told = format!(
            "tar: {folder}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n"
        );
        return Err(Stop { message: format!("{told}command terminated with exit code 2\n"), code: 2 });
    }
    write(&mut host.files, &target, &entries, now).map_err(|why| Stop::error(format!("tar: {why}")))?;
    Ok(Next::Done(0))
}

fn out_of(kube: &mut Kube<'_, '_>, given: &Given, pod: &(Option<String>, String), from: &str, to: &str) -> Answer {
    let id = machine(kube, given, pod)?;
    let source = absolute(from);
    let entries = kube.cx.world.machine(&id).and_then(|host| read(&host.files, &source));
    // The real client prints what tar complains of to its standard output.
    if from.starts_with('/') {
        kube.out("tar: Removing leading `/' from member names\n");
    }
    let Some(entries) = entries else {
        kube.out(format!("tar: {from}: Cannot stat: No such file or directory\n"));
        kube.out("tar: Exiting with failure status due to previous errors\n");
        return Err(Stop { message: "command terminated with exit code 2\n".into(), code: 2 });
    };
    let target = kube.cx.path(to);
    let target = if kube.cx.files().is_dir(&target) && entries.len() == 1 && entries[0].0.is_empty() {
        format!("{}/{}", target.trim_end_matches('/'), last(&source))
    } else {
        target
    };
    let now = kube.cx.micros();
    write(kube.cx.files_mut(), &target, &entries, now).map_err(Stop::error)?;
    Ok(Next::Done(0))
}
