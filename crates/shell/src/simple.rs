//! Simple commands, pipelines and background jobs: from an instruction to processes.

use crate::builtin;
use crate::code::{Code, Simple};
use crate::run::{Bash, Flow, Job, Waiting};
use order::OrdMap;
use std::sync::Arc;
use vfs::Kind;
use world::{Cx, Fd};

impl Bash {
    /// Runs the command's substitutions one by one; true when all are there.
    pub(crate) fn ready(&mut self, simple: &Simple, cx: &mut Cx<'_>) -> Result<bool, String> {
        let Some(code) = simple.substs.get(self.substs.len()) else { return Ok(true) };
        let stream = cx.world.new_capture();
        let mut fds = cx.fds();
        fds.insert(1, Fd::Stream(stream));
        let mut child = self.subshell(code, cx);
        child.options.errexit = false;
        let pid = cx.spawn_as(child, fds);
        self.wait = Waiting::Subst { pid, stream };
        Ok(false)
    }

    pub(crate) fn simple(&mut self, simple: &Arc<Simple>, cx: &mut Cx<'_>) -> Flow {
        if !matches!(self.ready(simple, cx), Ok(true)) {
            return Flow::Wait;
        }
        if !self.interactive {
            self.line = simple.line;
        }
        match self.run_simple(simple, cx) {
            Ok(flow) => flow,
            Err(message) => {
                self.complain(cx, &message);
                self.status = 1;
                if message.ends_with("unbound variable") && !self.interactive {
                    self.exiting = Some(if self.text_given { 127 } else { 1 });
                }
                Flow::Turn
            }
        }
    }

    fn run_simple(&mut self, simple: &Arc<Simple>, cx: &mut Cx<'_>) -> Result<Flow, String> {
        let argv = self.fields(&simple.words, cx)?;
        let mut assigns = Vec::new();
        for (name, word) in &simple.assigns {
            assigns.push((name.clone(), self.text(word, cx)?));
        }
        self.trace(&assigns, &argv, cx);
        let mut fds = cx.fds();
        self.redirect(&simple.redirects, &mut fds, cx)?;
        let Some(name) = argv.first().cloned() else {
            for (name, value) in assigns {
                self.set(&name, &value);
            }
            if simple.substs.is_empty() {
                self.status = 0;
            }
            return Ok(Flow::Turn);
        };
        if let Some(body) = self.functions.get(&name).cloned() {
            return Ok(self.call(body, &argv, assigns, fds, cx));
        }
        if let Some(run) = builtin::find(&name) {
            // Assignments before a special builtin stay; before others they do not matter to what these do.
            for (name, value) in &assigns {
                self.set(name, value);
            }
            let saved = cx.replace_fds(fds);
            let flow = run(self, &argv[1..], cx);
            cx.restore_fds(saved);
            return Ok(flow);
        }
        self.external(argv, &assigns, fds, cx)
    }

    fn trace(&self, assigns: &[(String, String)], argv: &[String], cx: &mut Cx<'_>) {
        if !self.options.xtrace {
            return;
        }
        let mut words: Vec<String> = assigns.iter().map(|(name, value)| format!("{name}={}", quoted(value))).collect();
        words.extend(argv.iter().map(|word| quoted(word)));
        cx.err(format!("+ {}\n", words.join(" ")));
    }

    fn call(
        &mut self,
        body: Arc<Code>,
        argv: &[String],
        assigns: Vec<(String, String)>,
        fds: OrdMap<u8, Fd>,
        cx: &mut Cx<'_>,
    ) -> Flow {
        let mut locals = OrdMap::new();
        for (name, value) in assigns {
            locals.insert(name.clone(), self.vars.get(&name).cloned());
            self.set(&name, &value);
        }
        let saved = cx.replace_fds(fds);
        let params = std::mem::replace(&mut self.params, argv[1..].to_vec());
        // The caller's place moves on now: the function returns behind its call.
        self.substs.clear();
        self.frame().pc += 1;
        self.push_frame(body);
        let frame = self.frame();
        frame.saved.push(saved);
        frame.call = Some((params, locals));
        Flow::Jump
    }

    fn external(
        &mut self,
        mut argv: Vec<String>,
        assigns: &[(String, String)],
        fds: OrdMap<u8, Fd>,
        cx: &mut Cx<'_>,
    ) -> Result<Flow, String> {
        let name = argv[0].clone();
        match self.resolve(&name, cx) {
            Ok(Target::Program(program)) => argv[0] = program,
            Ok(Target::Script(path)) => {
                argv[0] = path;
                argv.insert(0, "bash".into());
            }
            Err((code, message)) => {
                let saved = cx.replace_fds(fds);
                self.complain(cx, &format!("{name}: {message}"));
                cx.restore_fds(saved);
                self.status = code;
                return Ok(Flow::Turn);
            }
        }
        let env = self.child_env(assigns);
        let pid = cx.spawn(argv, env, fds).ok_or_else(|| format!("{name}: command not found"))?;
        self.wait = Waiting::Children { pids: vec![pid], statuses: vec![None] };
        Ok(Flow::Spawned)
    }

    /// What a command name stands for; or bash's exit code and words.
    pub(crate) fn resolve(&self, name: &str, cx: &Cx<'_>) -> Result<Target, (i32, String)> {
        if !name.contains('/') {
            return match cx.world.programs().get(name) {
                Some(program) => Ok(Target::Program(program.name.into())),
                None => Err((127, "command not found".into())),
            };
        }
        let path = cx.path(name);
        match cx.files().stat(&path) {
            Err(error) => {
                let dir = vfs::parent(&path);
                let program = cx.world.programs().get(vfs::base_name(&path));
                match program.filter(|_| matches!(dir, "/bin" | "/usr/bin" | "/usr/local/bin")) {
                    Some(program) => Ok(Target::Program(program.name.into())),
                    None => Err((127, error.to_string())),
                }
            }
            Ok(stat) if stat.kind == Kind::Dir => Err((126, "Is a directory".into())),
            Ok(stat) if stat.mode & 0o111 == 0 => Err((126, "Permission denied".into())),
            Ok(_) => Ok(Target::Script(path)),
        }
    }

    pub(crate) fn pipeline(&mut self, parts: &[Arc<Code>], cx: &mut Cx<'_>) -> Flow {
        let mut pids = Vec::new();
        let mut input: Option<Fd> = None;
        for (index, part) in parts.iter().enumerate() {
            let mut fds = cx.fds();
            if let Some(fd) = input.take() {
                fds.insert(0, fd);
            }
            if index + 1 < parts.len() {
                let pipe = Fd::Stream(cx.world.new_stream());
                fds.insert(1, pipe.clone());
                input = Some(pipe);
            }
            let child = self.subshell(part, cx);
            pids.push(cx.spawn_as(child, fds));
        }
        let statuses = vec![None; pids.len()];
        self.wait = Waiting::Children { pids, statuses };
        Flow::Spawned
    }

    pub(crate) fn background(&mut self, code: &Arc<Code>, text: &str, cx: &mut Cx<'_>) -> Flow {
        let mut fds = cx.fds();
        if self.interactive {
            fds.insert(0, Fd::Null);
        }
        let child = self.subshell(code, cx);
        let pid = cx.spawn_as(child, fds);
        cx.world.send_to_background(pid);
        let number = self.jobs.iter().map(|job| job.number).max().unwrap_or(0) + 1;
        self.jobs.push(Job { number, pid, text: text.to_string() });
        self.last_background = Some(pid);
        if self.interactive {
            cx.err(format!("[{number}] {pid}\n"));
        }
        self.status = 0;
        Flow::Turn
    }
}

/// What a command name leads to.
pub(crate) enum Target {
    Program(String),
    Script(String),
}

/// A word as `set -x` prints it.
fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(safe) { word.into() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
