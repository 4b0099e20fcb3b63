//! Children of the shell's own code: substitutions, pipelines, background jobs, subshells. And `set -x`.

use crate::code::{Code, Guard, Simple};
use crate::jobs::Job;
use crate::run::Flow;
use crate::state::{Bash, Waiting};
use std::sync::Arc;
use world::{Cx, Fd};

impl Bash {
    /// Runs the command's substitutions one by one; true when all are there.
    pub(crate) fn ready(&mut self, simple: &Simple, cx: &mut Cx<'_>) -> bool {
        while let Some(subst) = simple.substs.get(self.substs.len()) {
            if subst.unless.as_ref().is_some_and(|guard| !self.needed(guard, cx)) {
                self.substs.push(String::new());
                continue;
            }
            if subst.sink {
                let path = self.open_sink(&subst.code, cx);
                self.substs.push(path);
                continue;
            }
            let stream = cx.world.new_capture();
            let mut fds = cx.fds();
            fds.insert(1, Fd::Stream(stream));
            let mut child = self.subshell(&subst.code, cx);
            child.options.errexit &= self.options.inherit_errexit;
            child.substituted += 1;
            let pid = cx.spawn_as(child, fds);
            self.wait = Waiting::Subst { pid, stream, file: subst.file };
            return false;
        }
        true
    }

    /// `>( )`: starts the command, and gives the file that stands for its input. The shell holds its other end
    /// until the command in progress is over.
    fn open_sink(&mut self, code: &Arc<Code>, cx: &mut Cx<'_>) -> String {
        let stream = cx.world.new_stream();
        let mut fds = cx.fds();
        let number = (0..=63).rev().find(|number| !fds.contains_key(number)).unwrap_or(63);
        fds.insert(0, Fd::Stream(stream));
        let child = self.subshell(code, cx);
        let pid = cx.spawn_as(child, fds);
        cx.world.send_to_background(pid);
        self.last_background = Some(pid);
        let mut own = cx.fds();
        own.insert(number, Fd::Stream(stream));
        cx.set_fds(own);
        let path = format!("/dev/fd/{number}");
        let micros = cx.micros();
        let files = cx.files_mut();
        let made = files.make_dir_all("/dev/fd", micros).and_then(|()| files.write(&path, Vec::new(), micros));
        if let Err(error) = made {
            self.complain(cx, &format!("{path}: {error}"));
        }
        self.sinks.push((path.clone(), number));
        path
    }

    /// The command is over: what a tool wrote to the file goes on to the reader, and the shell lets go of it.
    pub(crate) fn close_sinks(&mut self, cx: &mut Cx<'_>) {
        for (path, number) in std::mem::take(&mut self.sinks) {
            let bytes = cx.files().read(&path).map(std::borrow::Cow::into_owned).unwrap_or_default();
            // Writing nothing to a reader that has gone would end the shell.
            if !bytes.is_empty() {
                cx.write(number, &bytes);
            }
            let mut own = cx.fds();
            own.remove(&number);
            cx.set_fds(own);
            let micros = cx.micros();
            if cx.files().exists(&path) {
                cx.files_mut().remove_file(&path, micros).expect("a file that exists can be removed");
            }
        }
    }

    /// Whether the word of a `${name-word}` is looked at.
    fn needed(&self, guard: &Guard, cx: &Cx<'_>) -> bool {
        let value = match guard.name.as_str() {
            "@" | "*" => self.params.first().cloned(),
            name => self.value(name, cx),
        };
        let missing = value.is_none_or(|value| guard.colon && value.is_empty());
        missing != (guard.op == '+')
    }

    /// A copy of this shell that runs `code` and ends.
    pub(crate) fn subshell(&self, code: &Arc<Code>, cx: &Cx<'_>) -> Self {
        let mut child = self.clone();
        child.frames.clear();
        child.started = true;
        child.interactive = false;
        child.reads_input = false;
        child.source.clear();
        child.wait = Waiting::Nothing;
        child.substs.clear();
        child.files.clear();
        child.sinks.clear();
        child.jobs.clear();
        child.news.clear();
        child.ending = None;
        child.level += 1;
        child.traps.retain(|name, text| text.is_empty() || (name == "ERR" && self.errtrace));
        child.random = self.random.wrapping_add(u64::from(cx.pid.0) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        child.pid_shown = Some(self.pid_shown.unwrap_or(cx.pid.0));
        child.push_frame(code.clone());
        let unchecked = self.frames.last().map_or(0, |frame| frame.unchecked);
        // `return` and `local` work in a subshell of a function as in the function.
        let call = self.frames.iter().rev().find_map(|frame| frame.call.clone());
        if let Some(frame) = child.frames.last_mut() {
            frame.unchecked = unchecked;
            frame.call = call;
        }
        child.quiet_place = self.interactive || self.quiet_place;
        child
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
        if self.interactive && text.starts_with('%') && !text.contains(' ') {
            return crate::job_control::bg(self, &[text.to_string()], cx);
        }
        let mut fds = cx.fds();
        if self.interactive {
            fds.insert(0, Fd::Null);
        }
        let child = self.subshell(code, cx);
        let pid = cx.spawn_as(child, fds);
        cx.world.send_to_background(pid);
        let number = self.jobs.iter().map(|job| job.number).max().unwrap_or(0) + 1;
        self.jobs.push(Job::new(number, vec![pid], text.to_string()));
        self.last_background = Some(pid);
        if self.interactive {
            cx.err(format!("[{number}] {pid}\n"));
        }
        self.status = 0;
        Flow::Turn
    }

    /// PS4, its first character once for each substitution that we are in.
    pub(crate) fn plus(&self) -> String {
        let ps4 = self.vars.get("PS4").and_then(crate::vars::Var::scalar).unwrap_or("+ ").to_string();
        let first: String = ps4.chars().take(1).collect();
        first.repeat(self.substituted as usize) + &ps4
    }

    pub(crate) fn trace(&self, assigns: &[(String, String)], argv: &[String], cx: &mut Cx<'_>) {
        if !self.options.xtrace {
            return;
        }
        let plus = self.plus();
        let mut text = String::new();
        for (name, value) in assigns {
            text.push_str(&format!(
                "{plus}{name}={}\n",
                if value.is_empty() { String::new() } else { crate::quote::word(value) }
            ));
        }
        let words: Vec<String> = argv
            .iter()
            .map(|word| match word.split_once('=') {
                // An assignment among the arguments: only its value wants quotes.
                Some((name, value)) if crate::parse::is_name(name) && declares(&argv[0]) && !value.is_empty() => {
                    format!("{name}={}", crate::quote::word(value))
                }
                _ => crate::quote::word(word),
            })
            .collect();
        text.push_str(&format!("{plus}{}\n", words.join(" ")));
        // `export x=1` and `readonly x=1` show the assignment, too.
        if matches!(argv[0].as_str(), "export" | "readonly") {
            for word in argv.iter().skip(1).filter(|word| word.contains('=') && !word.starts_with('-')) {
                let (name, value) = word.split_once('=').unwrap_or((word, ""));
                text.push_str(&format!(
                    "{plus}{name}={}\n",
                    if value.is_empty() { String::new() } else { crate::quote::word(value) }
                ));
            }
        }
        cx.err(text);
    }

    /// The beginning of a compound command.
    pub(crate) fn trace_text(&self, before: &str, simple: &Simple, after: &str, cx: &mut Cx<'_>) {
        if self.options.xtrace {
            let plus = self.plus();
            cx.err(format!("{plus}{before}{}{after}\n", simple.text));
        }
    }
}

fn declares(name: &str) -> bool {
    matches!(name, "declare" | "typeset" | "local" | "export" | "readonly")
}
