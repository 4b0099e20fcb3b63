//! Simple commands: from an instruction to an assignment, a function, a builtin or a process.

use crate::assign::Written;
use crate::builtin;
use crate::code::Simple;
use crate::expand::Expanded;
use crate::resolve::Target;
use crate::run::Flow;
use crate::state::{Bash, Call, Waiting};
use crate::vars::Var;
use order::OrdMap;
use std::sync::Arc;
use world::{Cx, Fd};

impl Bash {
    pub(crate) fn simple(&mut self, simple: &Arc<Simple>, cx: &mut Cx<'_>) -> Flow {
        if !self.interactive && self.substs.is_empty() {
            self.line = simple.line;
        }
        if self.options.noexec && !self.interactive {
            return Flow::Next;
        }
        if self.debug_trap(cx) {
            return Flow::Jump;
        }
        if !self.ready(simple, cx) {
            return Flow::Wait;
        }
        match self.run_simple(simple, cx) {
            Ok(flow) => {
                if matches!(flow, Flow::Next | Flow::Turn) {
                    self.pipe_status = vec![self.status];
                }
                flow
            }
            Err(trouble) => self.trouble(trouble, cx),
        }
    }

    fn run_simple(&mut self, simple: &Arc<Simple>, cx: &mut Cx<'_>) -> Expanded<Flow> {
        self.lists.clear();
        let mut argv = Vec::new();
        for (index, word) in simple.words.iter().enumerate() {
            match simple.declared.iter().find(|(at, _)| *at == index) {
                Some((_, assign)) => self.declared(assign, &mut argv, cx)?,
                None => self.word_fields(word, cx, &mut argv)?,
            }
        }
        let Some(name) = argv.first().cloned() else {
            return self.only_assignments(simple, cx);
        };
        let mut assigns = Vec::new();
        for assign in &simple.assigns {
            match (self.written(assign, cx)?, &assign.index) {
                (Written::Text(value), None) => {
                    let old =
                        if assign.append { self.value(&assign.name, cx).unwrap_or_default() } else { String::new() };
                    assigns.push((assign.name.clone(), old + &value));
                }
                // Arrays cannot be handed to a command.
                _ => {
                    let shown = assign.index.as_ref().map(|index| self.text(index, cx)).transpose()?;
                    self.complain(
                        cx,
                        &format!("`{}[{}]': not a valid identifier", assign.name, shown.unwrap_or_default()),
                    );
                }
            }
        }
        self.leaving &= matches!(name.as_str(), "exit" | "jobs");
        if name.starts_with('%') && self.interactive {
            // A job's name alone brings it to the foreground.
            argv.insert(0, "fg".into());
        }
        let name = argv[0].clone();
        self.trace(&assigns, &argv, cx);
        let mut fds = cx.fds();
        self.redirect(&simple.redirects, &mut fds, cx)?;
        self.last_argument = argv.last().cloned().unwrap_or_default();
        let mut argv = &argv[..];
        let mut functions = true;
        // `command` and `builtin` in front only choose what is run.
        while let [first, rest @ ..] = argv
            && matches!(first.as_str(), "command" | "builtin")
            && rest.first().is_some_and(|next| !next.starts_with('-') || next == "--")
        {
            functions = false;
            argv = if rest[0] == "--" { &rest[1..] } else { rest };
            if first == "builtin" && builtin::find(&argv[0]).is_none() {
                return Err(format!("builtin: {}: not a shell builtin", argv[0]).into());
            }
        }
        let name = if functions { name } else { argv.first().cloned().unwrap_or_default() };
        if name == "exec" {
            return self.exec(&argv[1..], &assigns, fds, cx);
        }
        if functions && let Some(function) = self.functions.get(&name).cloned() {
            return self.call(function, argv, assigns, fds, cx);
        }
        if let Some(run) = builtin::find(&name) {
            return self.run_builtin(run, argv, assigns, fds, cx);
        }
        self.external(argv.to_vec(), &assigns, fds, cx)
    }

    fn only_assignments(&mut self, simple: &Simple, cx: &mut Cx<'_>) -> Expanded<Flow> {
        for assign in &simple.assigns {
            self.apply(assign, cx)?;
        }
        let mut fds = cx.fds();
        self.redirect(&simple.redirects, &mut fds, cx)?;
        if simple.substs.is_empty() {
            self.status = 0;
        }
        Ok(Flow::Next)
    }

    fn run_builtin(
        &mut self,
        run: builtin::Builtin,
        argv: &[String],
        assigns: Vec<(String, String)>,
        fds: OrdMap<u8, Fd>,
        cx: &mut Cx<'_>,
    ) -> Expanded<Flow> {
        let hidden = self.hide(assigns, cx)?;
        let plain = fds == cx.fds();
        let saved = if plain { None } else { Some(cx.replace_fds(fds)) };
        let frames = self.frames.len();
        let flow = run(self, &argv[1..], cx);
        if flow == Flow::Jump && self.frames.len() > frames {
            // Text that was pushed to run next keeps what was meant for it.
            let frame = self.frame();
            frame.saved.extend(saved);
            for (name, var) in hidden {
                frame.hidden.entry(name).or_insert(var);
            }
            return Ok(flow);
        }
        if let Some(saved) = saved {
            cx.restore_fds(saved);
        }
        self.unhide(hidden);
        Ok(flow)
    }

    /// Sets variables for one command; what they were.
    fn hide(&mut self, assigns: Vec<(String, String)>, cx: &mut Cx<'_>) -> Expanded<OrdMap<String, Option<Var>>> {
        let mut hidden = OrdMap::new();
        for (name, value) in assigns {
            hidden.entry(name.clone()).or_insert(self.vars.get(&name).cloned());
            // A variable that may not change is told of, and the command runs all the same.
            match self.assign(&name, None, false, &value, cx) {
                Ok(()) => self.export(&name, None),
                Err(trouble) => self.complain(cx, &trouble.message),
            }
        }
        Ok(hidden)
    }

    fn call(
        &mut self,
        function: crate::state::Function,
        argv: &[String],
        assigns: Vec<(String, String)>,
        fds: OrdMap<u8, Fd>,
        cx: &mut Cx<'_>,
    ) -> Expanded<Flow> {
        let hidden = self.hide(assigns, cx)?;
        let saved = if fds == cx.fds() { None } else { Some(cx.replace_fds(fds)) };
        let params = std::mem::replace(&mut self.params, argv[1..].to_vec());
        let place = self.place.replace(function.place);
        // The caller's place moves on now: the function returns behind its call.
        self.substs.clear();
        self.frame().trapped = false;
        self.frame().pc += 1;
        self.push_frame(function.code);
        let frame = self.frame();
        frame.saved.extend(saved);
        frame.call = Some(Call { name: argv[0].clone() });
        frame.params = Some(params);
        frame.hidden = hidden;
        frame.place = Some(place);
        Ok(Flow::Jump)
    }

    /// `exec`: redirects that stay, or a command in place of the shell.
    fn exec(
        &mut self,
        args: &[String],
        assigns: &[(String, String)],
        fds: OrdMap<u8, Fd>,
        cx: &mut Cx<'_>,
    ) -> Expanded<Flow> {
        let args = if args.first().is_some_and(|arg| arg == "--") { &args[1..] } else { args };
        let Some(name) = args.first() else {
            cx.set_fds(fds);
            self.status = 0;
            return Ok(Flow::Turn);
        };
        if name.starts_with('-') {
            return Err(format!("exec: {name}: is real bash, but not part of this sandbox yet").into());
        }
        match self.resolve(name, cx) {
            Ok(_) => {
                self.replaced = true;
                self.external(args.to_vec(), assigns, fds, cx)
            }
            Err((code, message)) => {
                let message = if message == "command not found" { "not found" } else { &message };
                self.complain(cx, &format!("exec: {name}: {message}"));
                self.status = code;
                if !self.interactive {
                    self.exiting = Some(code);
                    return Ok(Flow::Jump);
                }
                Ok(Flow::Turn)
            }
        }
    }

    fn external(
        &mut self,
        mut argv: Vec<String>,
        assigns: &[(String, String)],
        fds: OrdMap<u8, Fd>,
        cx: &mut Cx<'_>,
    ) -> Expanded<Flow> {
        let name = argv[0].clone();
        match self.resolve(&name, cx) {
            Ok(Target::Program(program)) => argv[0] = program,
            Ok(Target::Script(command)) => {
                argv.splice(0..1, command);
            }
            Err((code, message)) => {
                let saved = cx.replace_fds(fds);
                // The shell of an image is no bash where it is called sh.
                if code == 127 && cx.program() == "sh" && cx.machine_id().0.starts_with(world::DOCKER) {
                    cx.err(["/bin/sh: ", &name, ": not found\n"].concat());
                } else {
                    self.complain(cx, &format!("{name}: {message}"));
                }
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
}
