//! Starting and stopping Docker's containers: a command that is a program of the sandbox really runs; any other one is
//! what the image's program manifest says.

use crate::docker_containers::{Lives, Standing};
use crate::{DOCKER, Fd, Machine, MachineId, NOT_IN_IMAGES, Pid, Spawn, TerminalId, World};
use image::Job;
use manifest::Value;
use order::OrdMap;
use std::sync::Arc;
use workload::{Program, Start};

/// Programs that only stand for themselves: what they do is in the image's manifest.
const SERVERS: [&str; 5] = ["go", "nginx", "node", "python", "python3"];

impl World {
    /// Starts a container. With descriptors, its command is a child of the process that gives them; the command's pid is
    /// given back, if it is one. The error is the runtime's sentence.
    #[inline(never)]
    pub fn docker_start(
        &mut self,
        host: &MachineId,
        id: &str,
        with: Option<(Pid, OrdMap<u8, Fd>, Option<TerminalId>)>,
    ) -> Result<Option<Pid>, String> {
        let Some(one) = self.docker_mut(host).containers.get(id).cloned() else {
            return Err("No such container".into());
        };
        let image = self.docker_mut(host).store.images.get(&one.image_id).cloned();
        let program = image.as_ref().map(|image| self.program_of(&one.image, &image.program));
        let argv = self.words_of(&one);
        let name = argv.first().map(|word| vfs::base_name(word).to_string()).unwrap_or_default();
        let serves = program.flatten().filter(|_| one.own || SERVERS.contains(&name.as_str()));
        let started = match serves {
            Some(program) => {
                self.start_program(&one, program);
                None
            }
            None => Some(self.start_process(&one, argv, with)?),
        };
        let now = self.now();
        if let Some(one) = self.docker_mut(host).containers.get_mut(id) {
            (one.lives, one.started, one.finished) = (Lives::Running, Some(now), None);
            if let Some((pid, output)) = started {
                (one.pid, one.output) = (Some(pid), output);
            }
        }
        if one.health.is_some() {
            self.docker_watch(host, id);
        }
        Ok(started.map(|(pid, _)| pid))
    }

    /// The program behind an image: its own manifest, or what a well-known name stands for. A shell is none.
    #[inline(never)]
    fn program_of(&self, image: &str, manifest: &Value) -> Option<Program> {
        if !manifest.is_null() {
            let source = match manifest {
                Value::Str(text) => Err(Value::from_yaml(text).err().unwrap_or_else(|| "not a map of settings".into())),
                other => Program::read(other).map_err(|error| error.to_string()),
            };
            return Some(source.unwrap_or_else(|message| Program::broken(&format!("encore.yaml: {message}"))));
        }
        let name = image::ImageRef::familiar(image)?;
        let known = Program::public(&name.repository, name.tag_or_latest())?;
        (known.name != "shell").then_some(known)
    }

    /// The command, without what only starts it.
    fn words_of(&self, one: &Standing) -> Vec<String> {
        let mut argv = one.argv.clone();
        if argv.len() > 1 && argv[0].ends_with("docker-entrypoint.sh") {
            argv.remove(0);
        }
        argv
    }

    #[inline(never)]
    fn start_program(&mut self, one: &Standing, program: Program) {
        let env = self.machine(&one.machine).map(|machine| (*machine.env).clone()).unwrap_or_default();
        self.workload.start(
            &mut self.sim,
            Start {
                key: one.key(),
                program: Arc::new(program),
                env,
                cpu_cores: None,
                memory_limit: None,
                causes: Self::docker_causes(),
            },
        );
    }

    #[inline(never)]
    fn start_process(
        &mut self,
        one: &Standing,
        argv: Vec<String>,
        with: Option<(Pid, OrdMap<u8, Fd>, Option<TerminalId>)>,
    ) -> Result<(Pid, Option<crate::StreamId>), String> {
        let first = argv.first().cloned().unwrap_or_default();
        let argv = program_words(argv);
        let (env, known) = match self.machine(&one.machine) {
            Some(machine) => {
                let there =
                    !first.contains('/') || machine.files.exists(&first) || self.image_has(&one.machine, &argv[0]);
                (machine.env.clone(), there && !NOT_IN_IMAGES.contains(&argv[0].as_str()))
            }
            None => return Err("the container has no files".into()),
        };
        let (parent, fds, terminal, output) = match with {
            Some((parent, fds, terminal)) => (Some(parent), fds, terminal, None),
            None => {
                let (output, fds) = self.captured();
                (None, fds, None, Some(output))
            }
        };
        let (machine, cwd, causes) = (one.machine.clone(), one.cwd.clone(), Self::docker_causes());
        let spawn = Spawn { parent, machine, argv, env, cwd, fds, terminal, causes };
        let pid = if known { self.spawn(spawn) } else { None };
        pid.map(|pid| (pid, output)).ok_or_else(|| {
            if let Some(output) = output {
                self.take_capture(output);
            }
            let why = if first.contains('/') {
                format!("stat {first}: no such file or directory")
            } else {
                "executable file not found in $PATH".to_string()
            };
            format!(
                "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create \
                 failed: unable to start container process: error during container init: exec: \"{first}\": {why}: unknown"
            )
        })
    }

    /// A program inside a running container, as a child of a process.
    #[inline(never)]
    pub fn docker_exec(
        &mut self,
        one: &Standing,
        argv: Vec<String>,
        (env, cwd): (OrdMap<String, String>, String),
        (parent, fds, terminal): (Pid, OrdMap<u8, Fd>, Option<TerminalId>),
    ) -> Option<Pid> {
        let argv = program_words(argv);
        let name = argv.first()?;
        if NOT_IN_IMAGES.contains(&name.as_str()) && !self.image_has(&one.machine, name) {
            return None;
        }
        let mut all = (*self.machine(&one.machine)?.env).clone();
        all.extend(env);
        let (machine, causes) = (one.machine.clone(), Self::docker_causes());
        self.spawn(Spawn { parent: Some(parent), machine, argv, env: Arc::new(all), cwd, fds, terminal, causes })
    }

    /// Tells a container to stop; gives how long it takes and the exit code that it will have.
    #[inline(never)]
    pub fn docker_stop(&mut self, host: &MachineId, id: &str, kill: bool) -> Option<(std::time::Duration, i32)> {
        let one = self.docker(host)?.containers.get(id).filter(|one| one.running())?.clone();
        if kill {
            return Some((std::time::Duration::ZERO, 137));
        }
        if one.pid.is_some() {
            // A first process gets no signal that it has not asked for.
            return Some((std::time::Duration::from_secs(10), 137));
        }
        Some(self.workload.stop(&self.sim, &one.key()))
    }

    /// The time is over that a container had.
    #[inline(never)]
    pub fn docker_end(&mut self, host: &MachineId, id: &str, code: i32) {
        let Some(one) = self.docker(host).and_then(|docker| docker.containers.get(id)).cloned() else { return };
        let lines: Vec<u8> = self.docker_log(host, id);
        self.workload.retire(&one.key());
        if let Some(pid) = one.pid {
            self.kill(pid, code);
        }
        self.docker_over(host, id, code);
        // What it said stays, though its program is forgotten.
        if let Some(one) = self.docker_mut(host).containers.get_mut(id).filter(|one| one.log.len() < lines.len()) {
            one.log = lines;
        }
    }

    /// The command of a build's step begins, in a machine of its own.
    #[inline(never)]
    pub fn build_start(&mut self, job: Job, parent: Pid, fds: OrdMap<u8, Fd>, number: u32) -> (MachineId, Option<Pid>) {
        let machine = MachineId::new(&format!("{DOCKER}build-{parent}-{number}"));
        let mut env = job.env;
        let home =
            if job.user.is_empty() || job.user == "root" { "/root".into() } else { ["/home/", &job.user].concat() };
        env.entry("HOME".into()).or_insert(home);
        env.insert("HOSTNAME".into(), "buildkitsandbox".into());
        let env = Arc::new(env);
        let user = if job.user.is_empty() { "root".into() } else { job.user };
        self.add_machine(
            machine.clone(),
            Machine { hostname: "buildkitsandbox".into(), user, env: env.clone(), files: job.root },
        );
        let argv = program_words(job.argv);
        let causes = self.processes.get(&parent).map(|entry| entry.causes.clone()).unwrap_or_default();
        let spawn = Spawn {
            parent: Some(parent),
            machine: machine.clone(),
            argv,
            env,
            cwd: job.cwd,
            fds,
            terminal: None,
            causes,
        };
        let pid = self.spawn(spawn);
        (machine, pid)
    }

    /// The command is over: what its files are now.
    #[inline(never)]
    pub fn build_end(&mut self, machine: &MachineId) -> vfs::Vfs {
        for process in self.processes(machine) {
            self.kill(process.pid, 137);
        }
        let files = self.machine(machine).map(|host| host.files.clone()).unwrap_or_default();
        self.remove_machine(machine);
        files
    }
}

/// A command as the table of programs knows it: without its folder; what is only a builtin here, by way of a shell.
fn program_words(mut argv: Vec<String>) -> Vec<String> {
    const BUILT_IN: [&str; 7] = ["[", "echo", "false", "printf", "pwd", "test", "true"];
    if let Some(first) = argv.first_mut() {
        *first = vfs::base_name(first).to_string();
        if BUILT_IN.contains(&first.as_str()) {
            argv.splice(0..0, ["sh", "-c", "\"$0\" \"$@\""].map(String::from));
        }
    }
    argv
}
