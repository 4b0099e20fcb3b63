//! Simple commands: from an instruction to an assignment, a function, a builtin or a process.

use crate::builtin;
use crate::code::{Assign, AssignValue, Simple};
use crate::expand::{Expanded, Trouble};
use crate::run::{Bash, Call, Flow, List, Waiting};
use crate::vars::{Value, Var};
use order::OrdMap;
use std::sync::Arc;
use vfs::Kind;
use world::{Cx, Fd};

/// A value that was written, expanded.
enum Written {
    Text(String),
    List(List),
}

impl Bash {
    pub(crate) fn simple(&mut self, simple: &Arc<Simple>, cx: &mut Cx<'_>) -> Flow {
        if !self.interactive && self.substs.is_empty() {
            self.line = simple.line;
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
            self.assign(&name, None, false, &value, cx)?;
            self.export(&name, None);
        }
        Ok(hidden)
    }

    /// An argument of `declare` that is an assignment, as text; a list is kept beside.
    fn declared(&mut self, assign: &Assign, argv: &mut Vec<String>, cx: &mut Cx<'_>) -> Expanded<()> {
        let mut text = assign.name.clone();
        if let Some(index) = &assign.index {
            let index = self.text(index, cx)?;
            text.push_str(&format!("[{index}]"));
        }
        match self.written(assign, cx)? {
            Written::Text(value) => {
                text.push_str(if assign.append { "+=" } else { "=" });
                text.push_str(&value);
            }
            Written::List(items) => {
                self.lists.push((argv.len(), items));
                if assign.append {
                    text.push('+');
                }
            }
        }
        argv.push(text);
        Ok(())
    }

    fn written(&mut self, assign: &Assign, cx: &mut Cx<'_>) -> Expanded<Written> {
        Ok(match &assign.value {
            AssignValue::Word(word) => Written::Text(self.text(word, cx)?),
            AssignValue::List(items) => {
                let mut list = List::new();
                for (key, word) in items {
                    match key {
                        Some(key) => list.push((Some(self.text(key, cx)?), self.text(word, cx)?)),
                        None => {
                            let mut fields = Vec::new();
                            self.word_fields(word, cx, &mut fields)?;
                            list.extend(fields.into_iter().map(|text| (None, text)));
                        }
                    }
                }
                Written::List(list)
            }
        })
    }

    fn apply(&mut self, assign: &Assign, cx: &mut Cx<'_>) -> Expanded<()> {
        let index = match &assign.index {
            Some(index) => Some(self.text(index, cx)?),
            None => None,
        };
        let written = self.written(assign, cx)?;
        if self.options.xtrace {
            let place = index.as_ref().map_or(String::new(), |index| format!("[{index}]"));
            let value = match &written {
                Written::Text(text) if text.is_empty() => String::new(),
                Written::Text(text) => crate::quote::word(text),
                Written::List(items) => {
                    let items: Vec<String> = items
                        .iter()
                        .map(|(key, text)| {
                            key.as_ref().map_or(String::new(), |key| format!("[{key}]=")) + &crate::quote::word(text)
                        })
                        .collect();
                    format!("({})", items.join(" "))
                }
            };
            let plus = self.plus();
            let sign = if assign.append { "+=" } else { "=" };
            cx.err(format!("{plus}{}{place}{sign}{value}\n", assign.name));
        }
        match written {
            Written::Text(value) => {
                let place = index.as_ref().map(|index| format!("{}[{index}]", assign.name));
                self.assign(&assign.name, index.as_deref(), assign.append, &value, cx).map_err(|trouble| {
                    // The name that bash shows for a bad index.
                    match place {
                        Some(place) if trouble.message.ends_with("bad array subscript") => {
                            Trouble { message: format!("{place}: bad array subscript"), ..trouble }
                        }
                        _ => trouble,
                    }
                })
            }
            Written::List(items) => self.assign_list(&assign.name, assign.append, items, cx),
        }
    }

    /// `name=(…)`.
    pub(crate) fn assign_list(&mut self, name: &str, append: bool, items: List, cx: &mut Cx<'_>) -> Expanded<()> {
        let name = self.meant(name);
        let var = self.vars.entry(name.clone()).or_default();
        if var.readonly {
            return Err(Trouble::discards(format!("{name}: readonly variable")));
        }
        if matches!(var.value, Value::Map(_)) {
            if !append {
                var.value = Value::Map(OrdMap::new());
            }
            let mut items = items.into_iter();
            while let Some((key, value)) = items.next() {
                let (key, value) = match key {
                    Some(key) => (key, value),
                    None => (value, items.next().map_or(String::new(), |(_, next)| next)),
                };
                self.assign(&name, Some(&key), false, &value, cx)?;
            }
            return Ok(());
        }
        let old = std::mem::take(&mut var.value);
        let kept = match old {
            Value::List(items) if append => items,
            Value::Text(text) if append => OrdMap::from([(0, text)]),
            _ => OrdMap::new(),
        };
        let mut next = kept.last_key_value().map_or(0, |(last, _)| last + 1);
        var.value = Value::List(kept);
        for (key, value) in items {
            if let Some(key) = key {
                next = self.list_index(&name, &key, cx)?;
            }
            self.assign(&name, Some(&next.to_string()), false, &value, cx)?;
            next += 1;
        }
        Ok(())
    }

    /// An assignment to what a text names: `x`, `x[3]`.
    pub(crate) fn assign_place(&mut self, place: &str, value: &str, cx: &mut Cx<'_>) -> Expanded<()> {
        let (name, index) = match place.split_once('[') {
            Some((name, rest)) if rest.ends_with(']') => (name, Some(rest[..rest.len() - 1].to_string())),
            _ => (place, None),
        };
        if !crate::parse::is_name(name) {
            return Err(format!("`{place}': not a valid identifier").into());
        }
        let index = match index {
            Some(text) if text.starts_with('$') => self.value(&text[1..], cx),
            other => other,
        };
        self.assign(name, index.as_deref(), false, value, cx)
    }

    fn call(
        &mut self,
        function: crate::run::Function,
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
            if let Some(program) = cx.world.programs().get(name) {
                return Ok(Target::Program(program.name.into()));
            }
            return match self.in_path(name, cx) {
                Some(path) => self.script(&path, cx).map_err(|what| (127, what)),
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
            Ok(_) => self.script(name, cx).map_err(|what| (127, what)),
        }
    }

    /// An executable file of that name in one of PATH's folders.
    pub(crate) fn in_path(&self, name: &str, cx: &Cx<'_>) -> Option<String> {
        let path = self.value("PATH", cx)?;
        path.split(':').filter(|dir| !dir.is_empty() && !name.is_empty()).map(|dir| format!("{dir}/{name}")).find(
            |file| cx.files().stat(&cx.path(file)).is_ok_and(|stat| stat.kind == Kind::File && stat.mode & 0o111 != 0),
        )
    }

    /// The command that runs a script: what its first line says.
    fn script(&self, path: &str, cx: &Cx<'_>) -> Result<Target, String> {
        let text = cx.files().read_text(&cx.path(path)).unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        let Some(line) = first.strip_prefix("#!") else {
            return Ok(Target::Script(vec!["bash".into(), path.into()]));
        };
        let mut words: Vec<String> = line.split_whitespace().map(String::from).collect();
        if words.first().is_some_and(|word| word.ends_with("/env")) {
            words.remove(0);
            words.retain(|word| word != "-S");
        }
        let interpreter = words.first().cloned().unwrap_or_default();
        let Some(program) = cx.world.programs().get(vfs::base_name(&interpreter)) else {
            return Err("cannot execute: required file not found".into());
        };
        words[0] = program.name.into();
        words.push(path.into());
        Ok(Target::Script(words))
    }
}

/// What a command name leads to.
pub(crate) enum Target {
    Program(String),
    /// The interpreter, its arguments, the file.
    Script(Vec<String>),
}
