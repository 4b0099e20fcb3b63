//! Signals by name and number, and `kill`.

use crate::run::Flow;
use crate::state::Bash;
use world::{Cx, Pid};

/// Signals by their numbers.
pub(crate) const SIGNALS: [(i32, &str); 31] = [
    (1, "HUP"),
    (2, "INT"),
    (3, "QUIT"),
    (4, "ILL"),
    (5, "TRAP"),
    (6, "ABRT"),
    (7, "BUS"),
    (8, "FPE"),
    (9, "KILL"),
    (10, "USR1"),
    (11, "SEGV"),
    (12, "USR2"),
    (13, "PIPE"),
    (14, "ALRM"),
    (15, "TERM"),
    (16, "STKFLT"),
    (17, "CHLD"),
    (18, "CONT"),
    (19, "STOP"),
    (20, "TSTP"),
    (21, "TTIN"),
    (22, "TTOU"),
    (23, "URG"),
    (24, "XCPU"),
    (25, "XFSZ"),
    (26, "VTALRM"),
    (27, "PROF"),
    (28, "WINCH"),
    (29, "IO"),
    (30, "PWR"),
    (31, "SYS"),
];

/// A signal by name or number.
pub(crate) fn signal(text: &str) -> Option<(i32, &'static str)> {
    let upper = text.to_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    SIGNALS.into_iter().find(|(number, known)| *known == name || number.to_string() == name)
}

fn list_signals(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    for arg in args {
        match signal(arg).or_else(|| signal(&(arg.parse::<i32>().ok()? - 128).to_string())) {
            Some((number, _)) if arg.parse::<i32>().is_err() => cx.out(format!("{number}\n")),
            Some((_, name)) => cx.out(format!("{name}\n")),
            None => return shell.usage(cx, &format!("kill: {arg}: invalid signal specification"), 1),
        }
    }
    if args.is_empty() {
        let mut text = String::new();
        for (index, (number, name)) in SIGNALS.into_iter().enumerate() {
            text.push_str(&format!("{number:2}) SIG{name}"));
            text.push(if index % 5 == 4 || index == 30 { '\n' } else { '\t' });
        }
        cx.out(text);
    }
    shell.end(0)
}

pub(crate) fn kill(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    const USAGE: &str =
        "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n";
    let (mut sent, mut rest) = ((15, "TERM"), args);
    match args {
        [flag, rest @ ..] if matches!(flag.as_str(), "-l" | "-L") => return list_signals(shell, rest, cx),
        [flag, name, more @ ..] if matches!(flag.as_str(), "-s" | "-n") => match signal(name) {
            Some(found) => (sent, rest) = (found, more),
            None if name == "0" => (sent, rest) = ((0, ""), more),
            None => return shell.usage(cx, &format!("kill: {name}: invalid signal specification"), 1),
        },
        [flag, more @ ..] if flag.len() > 1 && flag.starts_with('-') && flag != "--" => match signal(&flag[1..]) {
            Some(found) => (sent, rest) = (found, more),
            None if flag == "-0" => (sent, rest) = ((0, ""), more),
            None => return shell.usage(cx, &format!("kill: {}: invalid signal specification", &flag[1..]), 1),
        },
        _ => {}
    }
    if rest.first().is_some_and(|arg| arg == "--") {
        rest = &rest[1..];
    }
    if rest.is_empty() {
        cx.err(USAGE);
        return shell.end(2);
    }
    let mut status = 0;
    for spec in rest {
        status |= kill_one(shell, spec, sent, cx);
    }
    shell.end(status)
}

fn kill_one(shell: &mut Bash, spec: &str, (number, name): (i32, &str), cx: &mut Cx<'_>) -> i32 {
    let pids: Vec<Pid> = match spec.starts_with('%') {
        true => shell.job(spec).map(|job| job.pids.clone()).unwrap_or_default(),
        false => spec.parse().ok().map(Pid).into_iter().collect(),
    };
    let Some(pid) = pids.first().copied() else {
        let what = if spec.starts_with('%') { "no such job" } else { "arguments must be process or job IDs" };
        shell.complain(cx, &format!("kill: {spec}: {what}"));
        return 1;
    };
    let own = pid == cx.pid || shell.pid_shown == Some(pid.0);
    if !own && !cx.world.is_running(pid) {
        shell.complain(cx, &format!("kill: ({pid}) - No such process"));
        return 1;
    }
    match number {
        // Only asks whether it is there, or says what a process here does anyway.
        0 | 17 | 23 | 28 => {}
        19..=22 if own => {
            shell.complain(cx, "kill: stopping the shell itself is real, but not part of this sandbox yet");
            return 1;
        }
        18 => pids.into_iter().for_each(|pid| cx.world.resume(pid)),
        19..=22 => pids.into_iter().for_each(|pid| cx.world.stop(pid)),
        _ if own && pid == cx.pid => shell.signal(name),
        _ if own => {
            shell.complain(cx, "kill: ending the shell from its subshell is real, but not part of this sandbox yet");
            return 1;
        }
        _ => pids.into_iter().for_each(|pid| cx.world.kill(pid, 128 + number)),
    }
    0
}
