//! What the pipelines ask for, done: runners, checkouts, scripts, builds.

use crate::{Fd, Machine, MachineId, Pid, Spawn, StreamId, World};
use ci::{Ask, Outcome, Token};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Causes;
use std::sync::Arc;

/// A script that a pipeline waits for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Script {
    token: Token,
    machine: MachineId,
    output: StreamId,
    env: OrdMap<String, String>,
    /// It builds an image, whose digest is its output.
    builds: bool,
}

/// Where `actions/checkout` leaves the token that Git sends to the forge.
pub const HEADER: &str = "http.https://forge.encore/.extraheader";
pub const BASIC: &str = "AUTHORIZATION: basic ";

/// The program that builds an image for a pipeline.
const BUILD: &str = "opsfest-build";

impl World {
    #[inline(never)]
    pub(crate) fn perform(&mut self, asks: Vec<Ask>) {
        for ask in asks {
            match ask {
                Ask::Machine { name } => {
                    let machine = Machine::new(&name, "runner", self.now().as_micros());
                    self.add_machine(MachineId::new(&name), machine);
                }
                Ask::Start(start) => self.start_due(&start),
                Ask::Drop { name } => self.remove_machine(&MachineId::new(&name)),
                Ask::Stop { token } => {
                    let pid = self.scripts.iter().find(|(_, script)| script.token == token).map(|(pid, _)| *pid);
                    if let Some(pid) = pid {
                        self.kill(pid, 143);
                    }
                }
                Ask::Pack { token, machine, base, wants } => {
                    let files = self.workspace(&MachineId::new(&machine), &base);
                    let more = self.ci.packed(&mut self.sim, token, wants, files);
                    self.perform(more);
                }
                Ask::Unpack { token, machine, files, outcome } => {
                    let outcome = match self.unpack(&MachineId::new(&machine), &files) {
                        Ok(()) => outcome,
                        Err(message) => Outcome { code: 1, log: format!("{message}\n"), ..Outcome::default() },
                    };
                    self.ci.done(&mut self.sim, token, outcome);
                }
                Ask::Checkout { token, machine, repo, reference, path, keeps, clean, tags, shown, .. } => {
                    let id = MachineId::new(&machine);
                    let prepared = self.prepare_checkout(&id, &repo, &path, clean);
                    let done = prepared.and_then(|before| {
                        let log = self.checkout(&id, &repo, &reference, (&path, &keeps))?;
                        let commit = self.after_checkout(&id, &repo, &reference, (&path, tags))?;
                        let outputs = [("ref".to_string(), shown), ("commit".to_string(), commit)].into();
                        Ok(Outcome { log: before + &log, outputs, ..Outcome::default() })
                    });
                    let outcome = done.unwrap_or_else(|message: String| Outcome {
                        code: 1,
                        log: format!("{message}\n"),
                        ..Outcome::default()
                    });
                    self.ci.done(&mut self.sim, token, outcome);
                }
                Ask::Script { token, machine, argv, script, directory, env, causes } => {
                    self.start_script(token, &machine, argv, &script, directory, env, causes);
                }
                Ask::Build { token, machine, context, dockerfile, tags, push, more, revision, causes } => {
                    let mut argv = vec![BUILD.to_string(), ["revision=", &revision].concat()];
                    argv.extend(dockerfile.map(|file| ["file=", &vfs::join(&context, &file)].concat()));
                    argv.extend(tags.iter().map(|tag| ["tag=", tag].concat()));
                    argv.extend(push.then(|| "push".to_string()));
                    argv.extend(more);
                    argv.push(["context=", &context].concat());
                    self.start_build(token, &machine, argv, causes);
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one ask")]
    #[inline(never)]
    fn start_script(
        &mut self,
        token: Token,
        machine: &str,
        argv: Vec<String>,
        script: &str,
        directory: String,
        env: OrdMap<String, String>,
        causes: Causes,
    ) {
        let id = MachineId::new(machine);
        let micros = self.now().as_micros();
        let lost = |world: &mut Self, log: String| {
            world.ci.done(&mut world.sim, token, Outcome { code: 1, log, ..Outcome::default() });
        };
        let Some(host) = self.machines.get_mut(&id) else {
            return lost(self, "the runner is gone\n".into());
        };
        let file = argv.last().cloned().unwrap_or_default();
        let mut full = (*host.env).clone();
        full.extend(env.iter().map(|(key, value)| (key.clone(), value.clone())));
        if let Some(first) = full.remove(ci::FIRST_ON_PATH) {
            let path = full.get("PATH").cloned().unwrap_or_default();
            full.insert("PATH".into(), [first, path].join(":"));
        }
        let prepared = host
            .files
            .make_dir_all(vfs::parent(&file), micros)
            .and_then(|()| host.files.write(&file, script.as_bytes().to_vec(), micros))
            .and_then(|()| host.files.make_dir_all(&directory, micros));
        for name in ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY", "GITHUB_PATH"] {
            if let Some(path) = env.get(name) {
                prepared.and_then(|()| host.files.write(path, Vec::new(), micros)).ok();
            }
        }
        if let Err(error) = prepared {
            return lost(self, format!("{file}: {error}\n"));
        }
        let output = self.new_capture();
        let fds = [(0, Fd::Null), (1, Fd::Stream(output)), (2, Fd::Stream(output))].into();
        let spawn = Spawn {
            parent: None,
            machine: id.clone(),
            argv,
            env: Arc::new(full),
            cwd: directory,
            fds,
            terminal: None,
            causes,
        };
        match self.spawn(spawn) {
            Some(pid) => {
                self.scripts.insert(pid, Script { token, machine: id, output, env, builds: false });
            }
            None => lost(self, "the runner has no such shell\n".into()),
        }
    }

    /// The files of a runner's folder, by their paths in it.
    #[inline(never)]
    fn workspace(&self, machine: &MachineId, base: &str) -> Vec<(String, Vec<u8>)> {
        let Some(host) = self.machines.get(machine) else { return Vec::new() };
        let entries = host.files.walk(base, &mut |path| vfs::base_name(path) != ".git").unwrap_or_default();
        let below = format!("{}/", base.trim_end_matches('/'));
        let file = |(path, stat): (String, vfs::Stat)| {
            let inside = path.strip_prefix(&below).filter(|inside| !inside.starts_with(".git/"))?;
            let bytes = (stat.kind == vfs::Kind::File).then(|| host.files.read(&path).ok())??;
            Some((inside.to_string(), bytes.to_vec()))
        };
        entries.into_iter().filter_map(file).collect()
    }

    fn unpack(&mut self, machine: &MachineId, files: &OrdMap<String, Arc<Vec<u8>>>) -> Result<(), String> {
        let micros = self.now().as_micros();
        let host = self.machines.get_mut(machine).ok_or("the runner is gone")?;
        for (path, bytes) in files {
            let made = host.files.make_dir_all(vfs::parent(path), micros);
            made.and_then(|()| host.files.write(path, bytes.to_vec(), micros))
                .map_err(|error| format!("{path}: {error}"))?;
        }
        Ok(())
    }

    /// A pipeline's script has ended.
    #[inline(never)]
    pub(crate) fn script_ended(&mut self, pid: Pid, code: i32) {
        let Some(script) = self.scripts.remove(&pid) else { return };
        let mut log = String::from_utf8_lossy(&self.take_capture(script.output)).into_owned();
        let read = |name: &str| {
            let path = script.env.get(name)?;
            self.machines.get(&script.machine)?.files.read_text(path).ok()
        };
        let mut outputs = assignments(&read("GITHUB_OUTPUT").unwrap_or_default());
        if script.builds && code == 0 {
            self.tell_built(&script.machine, &mut outputs, &mut log);
        }
        let env = assignments(&read("GITHUB_ENV").unwrap_or_default());
        let summary = read("GITHUB_STEP_SUMMARY").unwrap_or_default();
        let paths = read("GITHUB_PATH").unwrap_or_default().lines().map(str::to_string).collect();
        let outcome = Outcome { code, log, outputs, env, summary, paths, quiet: false };
        self.ci.done(&mut self.sim, script.token, outcome);
    }

    /// What a running script has printed so far.
    pub fn script_log(&self, token: Token) -> Option<String> {
        let script = self.scripts.values().find(|script| script.token == token)?;
        let (bytes, _) = self.capture(script.output)?;
        Some(self.ci.shown(token, &String::from_utf8_lossy(bytes)))
    }

    #[inline(never)]
    fn start_build(&mut self, token: Token, machine: &str, argv: Vec<String>, causes: Causes) {
        let id = MachineId::new(machine);
        let env = self.machines.get(&id).map(|host| host.env.clone()).unwrap_or_default();
        let (output, fds) = self.captured();
        let spawn =
            Spawn { parent: None, machine: id.clone(), argv, env, cwd: "/".into(), fds, terminal: None, causes };
        match self.spawn(spawn).filter(|_| self.machines.contains_key(&id)) {
            Some(pid) => {
                self.scripts.insert(pid, Script { token, machine: id, output, env: OrdMap::new(), builds: true });
            }
            None => {
                let outcome = Outcome { code: 1, log: "the runner is gone\n".into(), ..Outcome::default() };
                self.ci.done(&mut self.sim, token, outcome);
            }
        }
    }
}

/// `name=value` lines, and `name<<END … END` blocks, as steps write them to `$GITHUB_OUTPUT`.
#[inline(never)]
fn assignments(text: &str) -> OrdMap<String, String> {
    let mut found = OrdMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let equals = line.find('=').unwrap_or(usize::MAX);
        match line.split_once("<<") {
            Some((name, end)) if name.len() < equals => {
                let body: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
                found.insert(name.to_string(), body.join("\n"));
            }
            _ => {
                if let Some((name, value)) = line.split_once('=') {
                    found.insert(name.to_string(), value.to_string());
                }
            }
        }
    }
    found
}
