//! Builtins: the commands that change the shell itself.

use crate::run::{Bash, Flow, Waiting};
use world::{Cx, Read};

pub(crate) type Builtin = fn(&mut Bash, &[String], &mut Cx<'_>) -> Flow;

/// Their names, for `help`, `type` and completion.
pub const BUILTINS: &[&str] = &[
    ".", ":", "[", "break", "cd", "continue", "echo", "eval", "exit", "export", "false", "help", "history", "jobs",
    "local", "printf", "pwd", "read", "return", "set", "shift", "source", "test", "true", "type", "unset", "wait",
];

pub(crate) fn find(name: &str) -> Option<Builtin> {
    Some(match name {
        ":" | "true" => |shell, _, _| shell.end(0),
        "false" => |shell, _, _| shell.end(1),
        "echo" => crate::echo::echo,
        "printf" => crate::echo::printf,
        "test" => crate::test_builtin::test,
        "[" => crate::test_builtin::bracket,
        "cd" => cd,
        "pwd" => |shell, _, cx| {
            let cwd = cx.cwd();
            cx.out(format!("{cwd}\n"));
            shell.end(0)
        },
        "export" => export,
        "unset" => |shell, names, _| {
            for name in names {
                shell.vars.remove(name);
                shell.functions.remove(name);
            }
            shell.end(0)
        },
        "local" => local,
        "set" => set,
        "shift" => shift,
        "exit" => exit,
        "return" => leave_function,
        "break" | "continue" if name == "break" => |shell, args, cx| leave_loop(shell, args, cx, true),
        "continue" => |shell, args, cx| leave_loop(shell, args, cx, false),
        "eval" => |shell, args, cx| run_text(shell, args.join(" "), cx),
        "source" | "." => source,
        "read" => read,
        "history" => history,
        "jobs" => jobs,
        "wait" => wait,
        "type" => type_of,
        "help" => help,
        _ => return None,
    })
}

impl Bash {
    pub(crate) fn end(&mut self, status: i32) -> Flow {
        self.status = status;
        Flow::Turn
    }

    fn usage(&mut self, cx: &mut Cx<'_>, message: &str, status: i32) -> Flow {
        self.complain(cx, message);
        self.end(status)
    }
}

fn cd(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let args: Vec<&String> = args.iter().filter(|arg| !matches!(arg.as_str(), "--" | "-L" | "-P")).collect();
    if args.len() > 1 {
        return shell.usage(cx, "cd: too many arguments", 1);
    }
    let target = match args.first().map(|arg| arg.as_str()) {
        None => match shell.value("HOME", cx) {
            Some(home) => home,
            None => return shell.usage(cx, "cd: HOME not set", 1),
        },
        Some("-") => match shell.value("OLDPWD", cx) {
            Some(old) => {
                cx.out(format!("{old}\n"));
                old
            }
            None => return shell.usage(cx, "cd: OLDPWD not set", 1),
        },
        Some(path) => path.to_string(),
    };
    let path = cx.path(&target);
    match cx.files().stat(&path) {
        Err(error) => shell.usage(cx, &format!("cd: {target}: {error}"), 1),
        Ok(stat) if stat.kind != vfs::Kind::Dir => shell.usage(cx, &format!("cd: {target}: Not a directory"), 1),
        Ok(_) => {
            let old = cx.cwd();
            shell.set("OLDPWD", &old);
            shell.set("PWD", &path);
            cx.set_cwd(path);
            shell.end(0)
        }
    }
}

fn export(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if args.is_empty() || args == ["-p"] {
        let vars = shell.vars.iter().filter(|(_, var)| var.exported);
        let text: String = vars.map(|(name, var)| format!("declare -x {name}=\"{}\"\n", var.value)).collect();
        cx.out(text);
        return shell.end(0);
    }
    let mut status = 0;
    for arg in args {
        let (name, value) = arg.split_once('=').map_or((arg.as_str(), None), |(name, value)| (name, Some(value)));
        if crate::parse::is_name(name) {
            shell.export(name, value);
        } else {
            shell.complain(cx, &format!("export: `{arg}': not a valid identifier"));
            status = 1;
        }
    }
    shell.end(status)
}

fn local(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let Some(at) = shell.frames.iter().rposition(|frame| frame.call.is_some()) else {
        return shell.usage(cx, "local: can only be used in a function", 1);
    };
    for arg in args {
        let (name, value) = arg.split_once('=').unwrap_or((arg, ""));
        let old = shell.vars.get(name).cloned();
        if let Some((_, locals)) = &mut shell.frames[at].call {
            locals.entry(name.to_string()).or_insert(old);
        }
        shell.set(name, value);
    }
    shell.end(0)
}

fn set(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if args.is_empty() {
        let text: String = shell.vars.iter().map(|(name, var)| format!("{name}={}\n", var.value)).collect();
        cx.out(text);
        return shell.end(0);
    }
    match shell.set_options(args) {
        Ok(rest) => {
            if let Some(rest) = rest {
                shell.params = rest;
            }
            shell.end(0)
        }
        Err(message) => shell.usage(cx, &format!("set: {message}"), 2),
    }
}

impl Bash {
    /// Reads `-eux -o pipefail …`; what is left are parameters (`None`: none were given).
    pub(crate) fn set_options(&mut self, args: &[String]) -> Result<Option<Vec<String>>, String> {
        let mut at = 0;
        while let Some(arg) = args.get(at) {
            at += 1;
            let on = arg.starts_with('-');
            if arg == "--" {
                return Ok(Some(args[at..].to_vec()));
            }
            if arg.len() < 2 || !(on || arg.starts_with('+')) {
                return Ok(Some(args[at - 1..].to_vec()));
            }
            for flag in arg[1..].chars() {
                match flag {
                    'e' => self.options.errexit = on,
                    'u' => self.options.nounset = on,
                    'x' => self.options.xtrace = on,
                    'f' => self.options.noglob = on,
                    'a' => self.options_allexport = on,
                    'o' => {
                        let name = args.get(at).map_or("", String::as_str);
                        at += 1;
                        match name {
                            "errexit" => self.options.errexit = on,
                            "nounset" => self.options.nounset = on,
                            "xtrace" => self.options.xtrace = on,
                            "noglob" => self.options.noglob = on,
                            "pipefail" => self.options.pipefail = on,
                            "allexport" => self.options_allexport = on,
                            _ => return Err(format!("{name}: invalid option name")),
                        }
                    }
                    other => {
                        let sign = if on { '-' } else { '+' };
                        return Err(format!("{sign}{other}: is real bash, but not part of this sandbox yet"));
                    }
                }
            }
        }
        Ok(None)
    }
}

fn shift(shell: &mut Bash, args: &[String], _: &mut Cx<'_>) -> Flow {
    let count = args.first().and_then(|arg| arg.parse().ok()).unwrap_or(1);
    if count > shell.params.len() {
        return shell.end(1);
    }
    shell.params.drain(..count);
    shell.end(0)
}

fn exit(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if shell.interactive {
        cx.err("exit\n");
    }
    let code = match args.first().map(|arg| arg.parse::<i64>()) {
        None => shell.status,
        Some(Ok(code)) => i32::try_from(code.rem_euclid(256)).unwrap_or(0),
        Some(Err(_)) => {
            shell.complain(cx, &format!("exit: {}: numeric argument required", args[0]));
            2
        }
    };
    shell.exiting = Some(code);
    shell.end(code)
}

fn leave_function(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let status = args.first().and_then(|arg| arg.parse().ok()).unwrap_or(shell.status);
    if !shell.frames.iter().any(|frame| frame.call.is_some()) {
        return shell.usage(cx, "return: can only `return' from a function or sourced script", 1);
    }
    while let Some(frame) = shell.frames.last_mut() {
        let here = frame.call.is_some();
        frame.pc = frame.code.len();
        if here {
            break;
        }
        shell.leave_frame(cx);
    }
    shell.status = status;
    Flow::Jump
}

fn leave_loop(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>, leave: bool) -> Flow {
    let depth: usize = args.first().and_then(|arg| arg.parse().ok()).unwrap_or(1).max(1);
    let frame = shell.frame();
    if frame.loops.is_empty() {
        let name = if leave { "break" } else { "continue" };
        return shell.usage(cx, &format!("{name}: only meaningful in a `for', `while', or `until' loop"), 0);
    }
    let target = frame.loops.len().saturating_sub(depth);
    frame.loops.truncate(target + 1);
    let here = frame.loops[target].clone();
    frame.pc = if leave { here.end } else { here.top };
    frame.unchecked = here.unchecked;
    while shell.frame().saved.len() > here.saved {
        if let Some(saved) = shell.frame().saved.pop() {
            cx.restore_fds(saved);
        }
    }
    shell.status = 0;
    Flow::Jump
}

/// Parses and runs text in this shell.
fn run_text(shell: &mut Bash, text: String, cx: &mut Cx<'_>) -> Flow {
    let mut code = crate::code::Code::new();
    let mut rest = text.as_str();
    loop {
        match crate::parse::unit(rest, shell.line) {
            crate::parse::Unit::Command { code: more, next, .. } => {
                crate::compile::append(&mut code, more);
                rest = &rest[next..];
            }
            crate::parse::Unit::Nothing => break,
            crate::parse::Unit::Incomplete(what) | crate::parse::Unit::Error(what) => {
                return shell.usage(cx, &what, 2);
            }
        }
    }
    shell.status = 0;
    shell.substs.clear();
    shell.frame().pc += 1;
    shell.push_frame(std::sync::Arc::new(code));
    Flow::Jump
}

fn source(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let Some(name) = args.first() else {
        return shell.usage(cx, "source: filename argument required", 2);
    };
    match cx.files().read_text(&cx.path(name)) {
        Ok(text) => run_text(shell, text, cx),
        Err(error) => shell.usage(cx, &format!("{name}: {error}"), 1),
    }
}

fn read(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let names: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    match cx.read_line() {
        Read::Wait => Flow::Input,
        Read::End => shell.end(1),
        Read::Line(line) => {
            let line = String::from_utf8_lossy(&line).trim_end_matches('\n').to_string();
            let mut rest = line.trim();
            if names.is_empty() {
                shell.set("REPLY", &line);
            }
            for (index, name) in names.iter().enumerate() {
                let last = index + 1 == names.len();
                let (word, more) =
                    if last { (rest, "") } else { rest.split_once(char::is_whitespace).unwrap_or((rest, "")) };
                shell.set(name, word);
                rest = more.trim_start();
            }
            shell.end(0)
        }
    }
}

fn history(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    match args.first().map(String::as_str) {
        Some("-c") => shell.history.clear(),
        count => {
            let wanted = count.and_then(|n| n.parse::<usize>().ok()).unwrap_or(usize::MAX);
            let skip = shell.history.len().saturating_sub(wanted);
            let lines = shell.history.iter().enumerate().skip(skip);
            let text: String = lines.map(|(index, line)| format!("{:5}  {line}\n", index + 1)).collect();
            cx.out(text);
        }
    }
    shell.end(0)
}

fn jobs(shell: &mut Bash, _: &[String], cx: &mut Cx<'_>) -> Flow {
    let last = shell.jobs.last().map(|job| job.number);
    let text: String = shell
        .jobs
        .iter()
        .map(|job| {
            let mark = if Some(job.number) == last { '+' } else { ' ' };
            let state = if cx.world.is_running(job.pid) { "Running" } else { "Done" };
            format!("[{}]{mark}  {state:<23} {}\n", job.number, job.text)
        })
        .collect();
    cx.out(text);
    shell.end(0)
}

fn wait(shell: &mut Bash, _: &[String], _: &mut Cx<'_>) -> Flow {
    let pids = std::mem::take(&mut shell.jobs).into_iter().map(|job| job.pid).collect();
    shell.status = 0;
    // Those that have ended already are collected at the next step.
    shell.wait = Waiting::Jobs(pids);
    Flow::Turn
}

fn type_of(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let mut status = 0;
    for name in args.iter().filter(|arg| !arg.starts_with('-')) {
        if shell.functions.contains_key(name) {
            cx.out(format!("{name} is a function\n"));
        } else if find(name).is_some() {
            cx.out(format!("{name} is a shell builtin\n"));
        } else if cx.world.programs().get(name).is_some() {
            cx.out(format!("{name} is /usr/bin/{name}\n"));
        } else {
            shell.complain(cx, &format!("type: {name}: not found"));
            status = 1;
        }
    }
    shell.end(status)
}

/// Unlike bash: lists this sandbox's commands, because that is what somebody who types `help` here wants.
fn help(shell: &mut Bash, _: &[String], cx: &mut Cx<'_>) -> Flow {
    let names: Vec<&str> = cx.world.programs().names().filter(|name| !name.starts_with('[')).collect();
    let mut text = String::from("Shell builtins:\n");
    for line in wrapped(BUILTINS) {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str("Commands:\n");
    for line in wrapped(&names) {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str(
        "`COMMAND --help` tells more. Ctrl-C stops a command; what you did can be undone with the Undo button.\n",
    );
    cx.out(text);
    shell.end(0)
}

fn wrapped(words: &[&str]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words {
        let line = lines.last_mut().expect("there is a first line");
        if !line.is_empty() && line.len() + word.len() + 1 > 76 {
            lines.push((*word).to_string());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
