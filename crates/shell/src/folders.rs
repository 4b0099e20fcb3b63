//! `cd`, `pwd`, `pushd`, `popd`, `dirs`.

use crate::run::Flow;
use crate::state::Bash;
use world::Cx;

/// Goes to a folder, or says why not.
fn go(shell: &mut Bash, target: &str, name: &str, cx: &mut Cx<'_>) -> bool {
    let path = cx.path(target);
    let wrong = match cx.files().stat(&path) {
        Err(error) => error.to_string(),
        Ok(stat) if stat.kind != vfs::Kind::Dir => "Not a directory".into(),
        Ok(_) => {
            let old = cx.cwd();
            shell.set("OLDPWD", &old);
            shell.set("PWD", &path);
            cx.set_cwd(path);
            shell.status = 0;
            return true;
        }
    };
    shell.complain(cx, &format!("{name}: {target}: {wrong}"));
    shell.status = 1;
    false
}

pub(crate) fn cd(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let mut args: Vec<&String> = args.iter().filter(|arg| !matches!(arg.as_str(), "-L" | "-P" | "-e" | "-@")).collect();
    if args.first().is_some_and(|arg| *arg == "--") {
        args.remove(0);
    } else if let Some(flag) = args.first().filter(|arg| arg.len() > 1 && arg.starts_with('-')) {
        let wrong = flag.chars().find(|c| !"-LPe@".contains(*c)).unwrap_or('-');
        shell.complain(cx, &format!("cd: -{wrong}: invalid option"));
        cx.err("cd: usage: cd [-L|[-P [-e]] [-@]] [dir]\n");
        return shell.end(2);
    }
    if args.len() > 1 {
        return shell.usage(cx, "cd: too many arguments", 1);
    }
    let mut shown = false;
    let target = match args.first().map(|arg| arg.as_str()) {
        None => match shell.value("HOME", cx) {
            Some(home) => home,
            None => return shell.usage(cx, "cd: HOME not set", 1),
        },
        Some("-") => match shell.value("OLDPWD", cx) {
            Some(old) => {
                shown = true;
                old
            }
            None => return shell.usage(cx, "cd: OLDPWD not set", 1),
        },
        Some("") => return shell.end(0),
        Some(path) => match in_cdpath(shell, path, cx) {
            Some(path) => {
                shown = true;
                path
            }
            None => path.to_string(),
        },
    };
    if go(shell, &target, "cd", cx) && shown {
        let cwd = cx.cwd();
        cx.out(format!("{cwd}\n"));
    }
    Flow::Turn
}

fn in_cdpath(shell: &Bash, path: &str, cx: &Cx<'_>) -> Option<String> {
    if path.starts_with(['/', '.']) {
        return None;
    }
    let cdpath = shell.value("CDPATH", cx)?;
    cdpath
        .split(':')
        .filter(|dir| !dir.is_empty() && *dir != ".")
        .map(|dir| format!("{dir}/{path}"))
        .find(|full| cx.files().is_dir(&cx.path(full)))
}

pub(crate) fn pwd(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let cwd = cx.cwd();
    let physical = args.first().is_some_and(|arg| arg == "-P");
    let cwd = if physical { cx.files().real_path(&cwd, true).unwrap_or(cwd) } else { cwd };
    cx.out(format!("{cwd}\n"));
    shell.end(0)
}

/// A folder as `dirs` shows it: home is `~`.
fn tilde(shell: &Bash, path: &str, cx: &Cx<'_>) -> String {
    let home = shell.value("HOME", cx).unwrap_or_default();
    match path.strip_prefix(home.as_str()) {
        Some(rest) if !home.is_empty() && (rest.is_empty() || rest.starts_with('/')) => format!("~{rest}"),
        _ => path.to_string(),
    }
}

fn show(shell: &mut Bash, cx: &mut Cx<'_>) -> Flow {
    let all: Vec<String> =
        std::iter::once(cx.cwd()).chain(shell.dirs.iter().cloned()).map(|dir| tilde(shell, &dir, cx)).collect();
    cx.out(format!("{}\n", all.join(" ")));
    shell.end(0)
}

/// `+2` or `-1` as a place in the list that begins with the current folder.
fn place(shell: &Bash, arg: &str) -> Option<Option<usize>> {
    let digits = arg.strip_prefix(['+', '-']).filter(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))?;
    let n: usize = digits.parse().ok()?;
    let count = shell.dirs.len() + 1;
    Some(if n >= count { None } else { Some(if arg.starts_with('+') { n } else { count - 1 - n }) })
}

pub(crate) fn pushd(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let here = cx.cwd();
    let Some(arg) = args.iter().find(|arg| *arg != "--") else {
        let Some(next) = shell.dirs.first().cloned() else {
            return shell.usage(cx, "pushd: no other directory", 1);
        };
        if !go(shell, &next, "pushd", cx) {
            return Flow::Turn;
        }
        shell.dirs[0] = here;
        return show(shell, cx);
    };
    if let Some(found) = place(shell, arg) {
        let Some(at) = found else {
            return shell.usage(cx, &format!("pushd: {arg}: directory stack index out of range"), 1);
        };
        let mut all: Vec<String> = std::iter::once(here).chain(std::mem::take(&mut shell.dirs)).collect();
        all.rotate_left(at);
        let target = all.remove(0);
        shell.dirs = all;
        go(shell, &target, "pushd", cx);
        return show(shell, cx);
    }
    let target = if arg == "-" { shell.value("OLDPWD", cx).unwrap_or_default() } else { arg.clone() };
    if !go(shell, &target, "pushd", cx) {
        return Flow::Turn;
    }
    shell.dirs.insert(0, here);
    show(shell, cx)
}

pub(crate) fn popd(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if shell.dirs.is_empty() {
        return shell.usage(cx, "popd: directory stack empty", 1);
    }
    if let Some(arg) = args.first() {
        match place(shell, arg) {
            Some(Some(at)) if at > 0 => {
                shell.dirs.remove(at - 1);
                return show(shell, cx);
            }
            Some(Some(_)) => {}
            Some(None) => return shell.usage(cx, &format!("popd: {arg}: directory stack index out of range"), 1),
            None => {
                shell.complain(cx, &format!("popd: {arg}: invalid argument"));
                cx.err("popd: usage: popd [-n] [+N | -N]\n");
                return shell.end(2);
            }
        }
    }
    let next = shell.dirs.remove(0);
    if !go(shell, &next, "popd", cx) {
        return Flow::Turn;
    }
    show(shell, cx)
}

pub(crate) fn dirs(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let flag = |c: char| args.iter().any(|arg| arg.starts_with('-') && arg.contains(c));
    if flag('c') {
        shell.dirs.clear();
        return shell.end(0);
    }
    if !(flag('v') || flag('p') || flag('l')) {
        return show(shell, cx);
    }
    let all: Vec<String> = std::iter::once(cx.cwd()).chain(shell.dirs.iter().cloned()).collect();
    let shown: Vec<String> =
        all.iter().map(|dir| if flag('l') { dir.clone() } else { tilde(shell, dir, cx) }).collect();
    let text: String = if flag('v') {
        shown.iter().enumerate().map(|(at, dir)| format!("{at:2}  {dir}\n")).collect()
    } else if flag('p') {
        shown.iter().map(|dir| format!("{dir}\n")).collect()
    } else {
        format!("{}\n", shown.join(" "))
    };
    cx.out(text);
    shell.end(0)
}

/// Unlike bash: new files have modes 644 and 755 whatever the mask is; another one than 022 is refused.
pub(crate) fn umask(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    match args.first().map(String::as_str) {
        None => cx.out("0022\n"),
        Some("-S") if args.len() == 1 => cx.out("u=rwx,g=rx,o=rx\n"),
        Some("-p") if args.len() == 1 => cx.out("umask 0022\n"),
        Some(mask)
            if mask.bytes().all(|byte| (b'0'..=b'7').contains(&byte)) && mask.trim_start_matches('0') == "22" => {}
        Some(mask) => {
            let message = format!("umask: {mask}: another mask is real bash, but not part of this sandbox yet");
            return shell.usage(cx, &message, 1);
        }
    }
    shell.end(0)
}
