//! The sandbox's kubectl and the real one: output, errors and exit code are equal. Where no kubectl 1.32 is installed, this
//! says so and compares nothing.

mod in_cluster;
mod real_kubectl_lines;

use in_cluster::{Session, server};
use real_kubectl_lines::generators::GENERATORS;
use real_kubectl_lines::kinds::KINDS;
use real_kubectl_lines::local::LOCAL;
use real_kubectl_lines::reading::{READING, SETUP};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A real kubectl 1.32: on the path, or beside what the path leads to.
fn real() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|folder| folder.join("kubectl")).find(|file| file.is_file())?;
    let beside = std::fs::canonicalize(&found).ok()?.with_file_name("kubectl.1.32");
    if beside.is_file() {
        return Some(beside);
    }
    let told = Command::new(&found).args(["version", "--client"]).output().ok()?;
    String::from_utf8_lossy(&told.stdout).contains("Client Version: v1.32.").then_some(found)
}

const FILES: &[(&str, &[u8])] = &[
    ("vars", b"k1=v1\nk2=v2\n# c\n\nk3\n"),
    ("f.txt", b"hello\nworld\n"),
    ("bin", &[0, 1, 255]),
    ("d/a", b"1\n"),
    ("d/b", b"2\n"),
    (
        "pod.yaml",
        b"apiVersion: v1\nkind: Pod\nmetadata: {name: foo, labels: {a: b}, annotations: {x: z}}\nspec: {containers: [{name: c, image: nginx}]}\n",
    ),
    (
        "env.yaml",
        b"apiVersion: v1\nkind: Pod\nmetadata: {name: foo}\nspec: {containers: [{name: c, image: nginx, env: [{name: X, value: w}]}, {name: d, image: e}]}\n",
    ),
    ("dep.yaml", in_cluster::WEB.as_bytes()),
    ("kinds.yaml", include_bytes!("real_kubectl_lines/kinds.yaml")),
    ("daily.yaml", b"apiVersion: example.com/v1\nkind: CronTab\nmetadata: {name: daily}\nspec: {cron: '* *', apiURL: x, list: [1, {aB: c}]}\n"),
];

/// A folder with the files, that goes away.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("real-kubectl-{name}-{}", std::process::id()));
        for (file, bytes) in FILES {
            let file = path.join(file);
            std::fs::create_dir_all(file.parent().expect("a file has a folder")).expect("a folder of the test's own");
            std::fs::write(file, bytes).expect("a file of the test's own");
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        assert!(std::fs::remove_dir_all(&self.0).is_ok(), "the folder can be removed");
    }
}

fn session() -> Session {
    let mut s = Session::new();
    let machine = s.world.machine_mut(&world::MachineId::workstation()).expect("it was just added");
    for (file, bytes) in FILES {
        let path = format!("/home/learner/{file}");
        machine.files.make_dir_all(vfs::parent(&path), 0).expect("the home takes folders");
        machine.files.write(&path, bytes.to_vec(), 0).expect("the home takes files");
    }
    s
}

type Outcome = (String, String, i32);

fn run_real(kubectl: &Path, folder: &Folder, server: &str, line: &str) -> Outcome {
    let script = format!("kubectl() {{ {} {} \"$@\"; }}\n{line}", kubectl.display(), server);
    let done = Command::new("bash")
        .args(["-c", &script])
        .current_dir(&folder.0)
        .env_clear()
        .envs([("HOME", folder.0.as_os_str()), ("TZ", "UTC".as_ref()), ("PATH", "/usr/bin:/bin".as_ref())])
        .output()
        .expect("bash runs");
    let text = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.lines().filter(|line| !line.contains("memcache.go")).map(|line| format!("{line}\n")).collect::<String>()
    };
    (text(&done.stdout), text(&done.stderr), done.status.code().unwrap_or(-1))
}

/// The age of an event or of a node's pod, and the widths that follow from it, are another clock's.
fn without_ages(text: &str) -> String {
    let (mut out, mut events, mut in_pods) = (String::new(), false, false);
    for line in text.lines() {
        events = (events && line.starts_with(' ')) || line.starts_with("Events:");
        let words: Vec<&str> = line.split_whitespace().collect();
        in_pods = (in_pods && line.starts_with(' ')) || line.starts_with("Non-terminated");
        if in_pods && words.len() > 5 {
            out.push_str(&words[..words.len() - 1].join(" "));
        } else if events && words.len() > 3 {
            // `3s` or `3s (x2 over 5m)`
            let last = if words[3].starts_with("(x") { 6 } else { 3 };
            let shown = words.iter().enumerate().filter(|(at, _)| *at < 2 || *at >= last).map(|(_, word)| *word);
            out.push_str(&shown.collect::<Vec<_>>().join(" "));
        } else {
            out.push_str(line.trim_end());
        }
        out.push('\n');
    }
    out
}

fn compare(s: &mut Session, kubectl: &Path, folder: &Folder, server: &str, lines: &[&str]) {
    let mut wrong = Vec::new();
    for line in lines {
        let (out, err, code) = s.run(line);
        let ours = (without_ages(&out), err, code);
        let (out, err, code) = run_real(kubectl, folder, server, line);
        let real = (without_ages(&out), err, code);
        if ours != real {
            wrong.push(format!(
                "$ {line}\n--- sandbox ({})\n{}{}--- real ({})\n{}{}",
                ours.2, ours.0, ours.1, real.2, real.0, real.1
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), lines.len(), wrong.join("\n"));
}

macro_rules! or_skip {
    () => {
        match real() {
            Some(found) => found,
            None => {
                eprintln!("no kubectl 1.32 is installed: nothing is compared");
                return;
            }
        }
    };
}

#[test]
fn generators_print_what_the_real_ones_print() {
    let kubectl = or_skip!();
    let (mut s, folder) = (session(), Folder::new("generators"));
    let url = format!("--server={}", server::serve(s.world.cluster.clone(), s.world.now()));
    let lines: Vec<String> =
        GENERATORS.iter().map(|line| line.replacen("kubectl ", "kubectl --dry-run=client -oyaml ", 1)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    compare(&mut s, &kubectl, &folder, &url, &lines);
}

#[test]
fn what_needs_no_server_is_equal() {
    let kubectl = or_skip!();
    let (mut s, folder) = (session(), Folder::new("local"));
    let url = format!("--server={}", server::serve(s.world.cluster.clone(), s.world.now()));
    compare(&mut s, &kubectl, &folder, &url, LOCAL);
}

#[test]
fn the_same_objects_are_read_alike() {
    let kubectl = or_skip!();
    let (mut s, folder) = (session(), Folder::new("reading"));
    s.ok(SETUP);
    let url = format!("--server={}", server::serve(s.world.cluster.clone(), s.world.now()));
    compare(&mut s, &kubectl, &folder, &url, READING);
}

#[test]
fn every_kind_is_described_alike() {
    let kubectl = or_skip!();
    let (mut s, folder) = (session(), Folder::new("kinds"));
    s.ok("kubectl create ns team");
    s.ok("kubectl create ns empty");
    s.ok("kubectl apply -f dep.yaml -f kinds.yaml");
    s.ok("sleep 2; kubectl apply -f daily.yaml");
    s.wait(700);
    let url = format!("--server={}", server::serve(s.world.cluster.clone(), s.world.now()));
    compare(&mut s, &kubectl, &folder, &url, KINDS);
}
