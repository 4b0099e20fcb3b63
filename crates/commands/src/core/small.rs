//! Tools of a few lines.

use crate::getopt::{Tool, flag, parse, value};
use world::{Cx, Program};

pub(crate) fn programs() -> Vec<Program> {
    vec![
        Program::once("basename", basename),
        Program::once("clear", |cx| {
            cx.out("\x1b[H\x1b[2J\x1b[3J");
            0
        }),
        Program::once("dirname", dirname),
        Program::once("hostname", |cx| {
            let name = cx.machine().hostname.clone();
            cx.out(format!("{name}\n"));
            0
        }),
        Program::once("id", id),
        Program::once("nproc", |cx| {
            cx.out("2\n");
            0
        }),
        Program::once("uname", uname),
        Program::once("which", which),
        Program::once("whoami", |cx| {
            let name = cx.machine().user.clone();
            cx.out(format!("{name}\n"));
            0
        }),
        Program::once("yes", yes),
        Program::once("realpath", realpath),
        Program::once("readlink", readlink),
    ]
}

fn missing_operand(cx: &mut Cx<'_>) -> i32 {
    let name = cx.program();
    cx.err(format!("{name}: missing operand\nTry '{name} --help' for more information.\n"));
    1
}

fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() && path.starts_with('/') { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

fn dir(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() && path.starts_with('/') {
        return "/";
    }
    match trimmed.rsplit_once('/') {
        None => ".",
        Some((before, _)) => {
            let before = before.trim_end_matches('/');
            if before.is_empty() { "/" } else { before }
        }
    }
}

pub(super) const BASENAME: Tool = Tool {
    name: "basename",
    usage: "NAME [SUFFIX]\n  or:  basename OPTION... NAME...",
    summary: "Print NAME without its folder.",
    options: &[
        flag('a', "multiple", "all arguments are names"),
        value('s', "suffix", "SUFFIX", "take SUFFIX away; implies -a"),
        flag('z', "zero", "names end with a zero byte"),
    ],
    trouble: 1,
};

fn basename(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &BASENAME) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let Some(first) = given.operands.first() else { return missing_operand(cx) };
    let end = if given.has("z") { '\0' } else { '\n' };
    let many = given.has("a") || given.has("s");
    if !many && given.operands.len() > 2 {
        let extra = super::input::shown_always(&given.operands[2]);
        cx.err(format!("basename: extra operand {extra}\nTry 'basename --help' for more information.\n"));
        return 1;
    }
    let (names, suffix): (&[String], &str) = if many {
        (&given.operands, given.value("s").unwrap_or(""))
    } else {
        (std::slice::from_ref(first), given.operands.get(1).map_or("", String::as_str))
    };
    for name in names {
        let found = base(name);
        let cut = found.strip_suffix(suffix).filter(|rest| !rest.is_empty()).unwrap_or(found);
        cx.out(format!("{cut}{end}"));
    }
    0
}

pub(super) const DIRNAME: Tool = Tool {
    name: "dirname",
    usage: "[OPTION] NAME...",
    summary: "Print NAME's folder.",
    options: &[flag('z', "zero", "names end with a zero byte")],
    trouble: 1,
};

fn dirname(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &DIRNAME) {
        Ok(given) => given,
        Err(code) => return code,
    };
    if given.operands.is_empty() {
        return missing_operand(cx);
    }
    let end = if given.has("z") { '\0' } else { '\n' };
    for name in &given.operands {
        cx.out(format!("{}{end}", dir(name)));
    }
    0
}

fn which(cx: &mut Cx<'_>) -> i32 {
    let mut code = 0;
    for name in cx.args().iter().filter(|arg| *arg != "-a") {
        let built_in = matches!(name.as_str(), "echo" | "printf" | "test" | "[" | "true" | "false" | "pwd" | "kill");
        let here = cx.world.has_program(&cx.machine_id(), name);
        let found = cx.world.programs().get(name).filter(|_| here);
        let found = found.map(|program| format!("/usr/bin/{}", program.name));
        let found = found.or(built_in.then(|| format!("/usr/bin/{name}"))).or_else(|| {
            let path = cx.env("PATH").unwrap_or_default();
            let dirs =
                path.split(':').filter(|dir| !dir.is_empty() && !name.is_empty()).map(|dir| format!("{dir}/{name}"));
            dirs.into_iter()
                .find(|file| cx.files().is_file(file) && cx.files().stat(file).is_ok_and(|s| s.mode & 0o111 != 0))
        });
        match found {
            Some(path) => cx.out(path + "\n"),
            None => code = 1,
        }
    }
    code
}

fn id(cx: &mut Cx<'_>) -> i32 {
    let user = cx.machine().user.clone();
    let text = match cx.args().first().map(String::as_str) {
        None => format!("uid=1000({user}) gid=1000({user}) groups=1000({user})"),
        Some("-u" | "-g" | "-G") => "1000".into(),
        Some("-un" | "-nu" | "-gn" | "-ng") => user,
        Some(other) => {
            cx.err(format!("id: option '{other}' is real id, but not part of this sandbox yet\n"));
            return 1;
        }
    };
    cx.out(text + "\n");
    0
}

fn uname(cx: &mut Cx<'_>) -> i32 {
    let host = cx.machine().hostname.clone();
    let parts = ["Linux", &host, "6.1.0-opsfest", "#1 SMP", "x86_64", "GNU/Linux"];
    let args = cx.args();
    let letters: String = args.iter().filter_map(|arg| arg.strip_prefix('-')).collect();
    if let Some(bad) = letters.chars().find(|c| !"asnrvmpio".contains(*c)) {
        cx.err(format!("uname: invalid option -- '{bad}'\nTry 'uname --help' for more information.\n"));
        return 1;
    }
    let all = letters.contains('a');
    let shown: Vec<&str> = "snrvmo"
        .chars()
        .zip(parts)
        .filter(|(letter, _)| all || letters.contains(*letter) || (letters.is_empty() && *letter == 's'))
        .map(|(_, part)| part)
        .collect();
    cx.out(shown.join(" ") + "\n");
    0
}

/// Unlike yes: it ends after some lines, for nobody reads more of it here.
fn yes(cx: &mut Cx<'_>) -> i32 {
    let args = cx.args();
    let line = if args.is_empty() { "y".into() } else { args.join(" ") } + "\n";
    cx.out(line.repeat(10_000));
    0
}

pub(super) const REALPATH: Tool = Tool {
    name: "realpath",
    usage: "[OPTION]... FILE...",
    summary: "Print absolute paths without links.",
    options: &[
        flag('e', "canonicalize-existing", "all of the path must exist"),
        flag('m', "canonicalize-missing", "nothing need exist"),
        flag('s', "strip", "keep links"),
        flag('q', "quiet", "no errors"),
        value('\0', "relative-to", "DIR", "print it as seen from DIR"),
    ],
    trouble: 1,
};

fn realpath(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &REALPATH) {
        Ok(given) => given,
        Err(code) => return code,
    };
    if given.operands.is_empty() {
        return missing_operand(cx);
    }
    let mut code = 0;
    for name in &given.operands {
        let path = cx.path(name);
        let parent_there = cx.files().is_dir(vfs::parent(&path));
        let there = cx.files().exists(&path);
        if !there && (given.has("e") || !(parent_there || given.has("m"))) {
            if !given.has("q") {
                cx.err(format!("realpath: {name}: No such file or directory\n"));
            }
            code = 1;
            continue;
        }
        let real = if given.has("s") { path.clone() } else { cx.files().real_path(&path, true).unwrap_or(path) };
        let shown = match given.value("relative-to") {
            Some(dir) => relative(&real, &cx.path(dir)),
            None => real,
        };
        cx.out(shown + "\n");
    }
    code
}

pub(crate) fn relative(path: &str, from: &str) -> String {
    let parts = |text: &str| text.split('/').filter(|part| !part.is_empty()).map(String::from).collect::<Vec<_>>();
    let (to, from) = (parts(path), parts(from));
    let same = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_string(), from.len() - same);
    let all: Vec<String> = up.chain(to[same..].iter().cloned()).collect();
    if all.is_empty() { ".".into() } else { all.join("/") }
}

fn readlink(cx: &mut Cx<'_>) -> i32 {
    let args = cx.args();
    let follow = args.iter().any(|arg| matches!(arg.as_str(), "-f" | "-e" | "-m"));
    let mut code = 0;
    for name in args.iter().filter(|arg| !arg.starts_with('-')) {
        let path = cx.path(name);
        let found = if follow {
            cx.files()
                .real_path(&path, true)
                .ok()
                .or_else(|| cx.files().is_dir(vfs::parent(&path)).then(|| path.clone()))
        } else {
            cx.files().read_link(&path).ok().map(String::from)
        };
        match found {
            Some(text) => cx.out(text + "\n"),
            None => code = 1,
        }
    }
    code
}
