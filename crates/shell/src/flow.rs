//! `exit`, `return`, `shift`, `eval`, `source`.

use crate::run::Flow;
use crate::state::Bash;
use std::sync::Arc;
use world::Cx;

pub(crate) fn shift(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let count = match args.first().map(|arg| (arg, arg.parse::<i64>())) {
        None => 1,
        Some((arg, Ok(n))) if n < 0 => return shell.usage(cx, &format!("shift: {arg}: shift count out of range"), 1),
        Some((_, Ok(n))) => usize::try_from(n).unwrap_or(usize::MAX),
        Some((arg, Err(_))) => return shell.usage(cx, &format!("shift: {arg}: numeric argument required"), 1),
    };
    if count > shell.params.len() {
        return shell.end(1);
    }
    shell.params.drain(..count);
    shell.end(0)
}

/// A status as `exit` and `return` take it.
fn status_of(shell: &Bash, arg: Option<&String>) -> Result<i32, String> {
    match arg.map(|arg| arg.trim().parse::<i64>()) {
        None => Ok(shell.status),
        Some(Ok(code)) => Ok(i32::try_from(code.rem_euclid(256)).unwrap_or(0)),
        Some(Err(_)) => Err(format!("{}: numeric argument required", arg.map_or("", String::as_str))),
    }
}

pub(crate) fn exit(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if shell.interactive {
        cx.err("exit\n");
    }
    let code = match status_of(shell, args.first()) {
        Ok(_) if args.len() > 1 => return shell.usage(cx, "exit: too many arguments", 1),
        Ok(code) => code,
        Err(message) => {
            shell.complain(cx, &format!("exit: {message}"));
            2
        }
    };
    if shell.stays_for_jobs(cx) {
        return Flow::Turn;
    }
    // In the EXIT trap, the exit code that was given before stands.
    let code = match shell.ending {
        Some(ending) if args.is_empty() => ending,
        _ => code,
    };
    shell.status = code;
    shell.exiting = Some(code);
    Flow::Jump
}

pub(crate) fn leave_function(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if !shell.frames.iter().any(|frame| frame.call.is_some() || frame.sourced) {
        return shell.usage(cx, "return: can only `return' from a function or sourced script", 2);
    }
    let status = match status_of(shell, args.first()) {
        Ok(status) => status,
        Err(message) => {
            shell.complain(cx, &format!("return: {message}"));
            2
        }
    };
    while let Some(frame) = shell.frames.last_mut() {
        let here = frame.call.is_some() || frame.sourced;
        frame.pc = frame.code.len();
        if here {
            break;
        }
        shell.leave_frame(cx);
    }
    shell.status = status;
    Flow::Jump
}

/// Runs text in this shell: it comes next.
pub(crate) fn eval(shell: &mut Bash, text: &str, cx: &mut Cx<'_>) -> Flow {
    let (code, wrong) = match crate::parse::whole(text, shell.line, shell.options.extglob) {
        Ok(code) => (code, None),
        Err((code, message, line)) => (code, Some((message, line))),
    };
    if let Some((message, line)) = wrong {
        let before = std::mem::replace(&mut shell.line, line);
        let prefix = if shell.interactive { String::new() } else { "eval: ".into() };
        if shell.interactive {
            shell.complain(cx, &message);
        } else {
            let place = shell.place.clone().unwrap_or_else(|| shell.name.clone());
            let place = format!("{place}: {prefix}line {line}");
            cx.err(format!("{place}: {message}\n"));
            if message.contains("near unexpected token") {
                let near = text.lines().next().unwrap_or_default();
                cx.err(format!("{place}: `{near}'\n"));
            }
        }
        shell.line = before;
        if code.is_empty() {
            return shell.end(if message.starts_with("unexpected EOF") { 1 } else { 2 });
        }
    }
    run_next(shell, code);
    Flow::Jump
}

fn run_next(shell: &mut Bash, code: crate::code::Code) {
    shell.status = 0;
    shell.substs.clear();
    shell.frame().trapped = false;
    shell.frame().pc += 1;
    shell.push_frame(Arc::new(code));
}

pub(crate) fn source(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let args = if args.first().is_some_and(|arg| arg == "--") { &args[1..] } else { args };
    let Some(name) = args.first() else {
        shell.complain(cx, ".: filename argument required");
        cx.err(".: usage: . filename [arguments]\n");
        return shell.end(2);
    };
    let found = if name.contains('/') { None } else { shell.in_path(name, cx) };
    let path = cx.path(found.as_deref().unwrap_or(name));
    if cx.files().is_dir(&path) {
        return shell.usage(cx, &format!(".: {name}: is a directory"), 1);
    }
    let text = match cx.files().read_text(&path) {
        _ if name == "/dev/stdin" => match cx.stdin_text() {
            Some(text) => text,
            None => return Flow::Input,
        },
        Ok(text) => text,
        Err(error) => return shell.usage(cx, &format!("{name}: {error}"), 1),
    };
    let code = match crate::parse::whole(&text, 1, shell.options.extglob) {
        Ok(code) => code,
        Err((code, message, line)) => {
            if shell.interactive {
                shell.complain(cx, &message);
            } else {
                cx.err(format!("{name}: line {line}: {message}\n"));
                if message.contains("near unexpected token") {
                    let near = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
                    cx.err(format!("{name}: line {line}: `{near}'\n"));
                }
            }
            if code.is_empty() {
                return shell.end(2);
            }
            code
        }
    };
    run_next(shell, code);
    let params = (args.len() > 1).then(|| std::mem::replace(&mut shell.params, args[1..].to_vec()));
    let place = shell.place.replace(name.clone());
    let frame = shell.frame();
    frame.sourced = true;
    frame.params = params;
    frame.place = Some(place);
    Flow::Jump
}
