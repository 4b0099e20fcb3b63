//! `trap`, and what `set -e` and the traps do after a command.

use crate::run::Flow;
use crate::signals::{SIGNALS, signal};
use crate::state::Bash;
use std::sync::Arc;
use world::Cx;

/// What is not a signal.
const EVENTS: [&str; 4] = ["EXIT", "ERR", "DEBUG", "RETURN"];

impl Bash {
    /// At the end of the shell: whether its EXIT trap runs first.
    pub(crate) fn begin_exit_trap(&mut self, code: i32) -> bool {
        let Some(text) = self.traps.remove("EXIT").filter(|text| !text.is_empty()) else { return false };
        self.exiting = None;
        self.status = code;
        self.ending = Some(code);
        self.source.clear();
        match crate::parse::whole(&text, 1, self.options.extglob) {
            Ok(code) => {
                self.push_frame(Arc::new(code));
                true
            }
            Err(_) => false,
        }
    }

    pub(crate) fn run_trap(&mut self, name: &str, cx: &mut Cx<'_>) -> bool {
        let Some(text) = self.traps.get(name).filter(|text| !text.is_empty()).cloned() else { return false };
        match crate::parse::whole(&text, self.line, self.options.extglob) {
            Ok(code) => {
                self.push_frame(Arc::new(code));
                let status = self.status;
                let frame = self.frame();
                frame.status = Some(status);
                // A failure in a trap does not set it off again.
                frame.unchecked += 1;
                true
            }
            Err((_, message, _)) => {
                self.complain(cx, &message);
                false
            }
        }
    }

    /// A signal that comes to this shell.
    pub(crate) fn signal(&mut self, name: &str) {
        match self.traps.get(name) {
            Some(text) if text.is_empty() => {}
            Some(_) => self.pending = Some(name.to_string()),
            None if self.interactive && matches!(name, "INT" | "TERM" | "QUIT") => {}
            None => {
                let number = SIGNALS.into_iter().find(|(_, known)| *known == name).map_or(0, |(number, _)| number);
                self.exiting = Some(128 + number);
            }
        }
    }

    /// After a command: ERR trap, then `set -e`.
    pub(crate) fn check(&mut self, cx: &mut Cx<'_>) -> Flow {
        let status = self.status;
        if status == 0 || self.frame().unchecked > 0 {
            return Flow::Next;
        }
        let inherited = self.level > 0 || self.frames.iter().any(|frame| frame.call.is_some());
        if !self.frame().trapped && (!inherited || self.errtrace) && self.traps.contains_key("ERR") {
            self.frame().trapped = true;
            if self.run_trap("ERR", cx) {
                return Flow::Jump;
            }
        }
        if self.options.errexit {
            self.exiting = Some(status);
            return Flow::Jump;
        }
        Flow::Next
    }

    /// Before a simple command; true where the trap has to run first.
    pub(crate) fn debug_trap(&mut self, cx: &mut Cx<'_>) -> bool {
        let idle =
            self.frame().trapped || self.frames.iter().any(|frame| frame.call.is_some() || frame.status.is_some());
        if idle || !self.traps.contains_key("DEBUG") {
            return false;
        }
        self.frame().trapped = true;
        self.run_trap("DEBUG", cx)
    }
}

/// The name under which a trap is kept.
fn known(text: &str) -> Option<&'static str> {
    let upper = text.to_uppercase();
    if text == "0" {
        return Some("EXIT");
    }
    EVENTS.into_iter().find(|name| *name == upper).or_else(|| signal(text).map(|(_, name)| name))
}

fn shown(shell: &Bash, name: &str) -> String {
    let Some(text) = shell.traps.get(name) else { return String::new() };
    let prefix = if EVENTS.contains(&name) { "" } else { "SIG" };
    format!("trap -- {} {prefix}{name}\n", crate::quote::single(text))
}

pub(crate) fn trap(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let mut args = args;
    let print = args.first().is_some_and(|arg| arg == "-p");
    if args.first().is_some_and(|arg| arg == "-l") {
        return crate::signals::kill(shell, &["-l".to_string()], cx);
    }
    if args.first().is_some_and(|arg| arg == "--" || arg == "-p") {
        args = &args[1..];
    }
    if args.is_empty() || print {
        let names: Vec<&str> = ["EXIT"]
            .into_iter()
            .chain(SIGNALS.iter().map(|(_, name)| *name))
            .chain(["DEBUG", "ERR", "RETURN"])
            .collect();
        let wanted: Vec<&str> = args.iter().filter_map(|arg| known(arg)).collect();
        let text: String = names
            .into_iter()
            .filter(|name| args.is_empty() || wanted.contains(name))
            .map(|name| shown(shell, name))
            .collect();
        cx.out(text);
        return shell.end(0);
    }
    let (action, names) = match args {
        [only] => (None, std::slice::from_ref(only)),
        [action, names @ ..] => (Some(action.as_str()).filter(|action| *action != "-"), names),
        [] => return shell.end(0),
    };
    let mut status = 0;
    for name in names {
        let Some(name) = known(name) else {
            shell.complain(cx, &format!("trap: {name}: invalid signal specification"));
            status = 1;
            continue;
        };
        match action {
            Some(action) if name == "RETURN" => {
                // Functions that are called later do not have it.
                let here = shell.frames.iter_mut().rev().find(|frame| frame.call.is_some() || frame.sourced);
                if let Some(frame) = here {
                    frame.returns = true;
                }
                shell.traps.insert(name.into(), action.into())
            }
            Some(action) => shell.traps.insert(name.into(), action.into()),
            None => shell.traps.remove(name),
        };
    }
    shell.end(status)
}
