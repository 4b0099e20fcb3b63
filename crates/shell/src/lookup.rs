//! What names stand for: `type`, `command`, `hash`, `alias`, `help`; and `history`.

use crate::builtin::{BUILTINS, find};
use crate::run::Flow;
use crate::state::Bash;
use world::Cx;

const KEYWORDS: [&str; 22] = [
    "if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do", "done", "in",
    "function", "time", "{", "}", "!", "[[", "]]", "coproc",
];

/// What a name is, in the order in which bash looks.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Alias(String),
    Keyword,
    Function,
    Builtin,
    File(String),
}

fn kinds(shell: &Bash, name: &str, functions: bool, cx: &Cx<'_>) -> Vec<Kind> {
    let mut all = Vec::new();
    if let Some(text) = shell.aliases.get(name).filter(|_| shell.options.expand_aliases) {
        all.push(Kind::Alias(text.clone()));
    }
    if KEYWORDS.contains(&name) {
        all.push(Kind::Keyword);
    }
    if functions && shell.functions.contains_key(name) {
        all.push(Kind::Function);
    }
    if find(name).is_some() {
        all.push(Kind::Builtin);
    }
    if name.contains('/') {
        if cx.files().stat(&cx.path(name)).is_ok_and(|stat| stat.mode & 0o111 != 0 && stat.kind == vfs::Kind::File) {
            all.push(Kind::File(name.into()));
        }
    } else if cx.world.programs().get(name).is_some()
        || matches!(name, "echo" | "printf" | "test" | "[" | "true" | "false" | "pwd" | "kill")
    {
        all.push(Kind::File(format!("/usr/bin/{name}")));
    } else if let Some(path) = shell.in_path(name, cx) {
        all.push(Kind::File(path));
    }
    all
}

pub(crate) fn type_of(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let flag = |c: char| args.iter().take_while(|arg| arg.starts_with('-')).any(|arg| arg.contains(c));
    let (all, short, path, no_functions) = (flag('a'), flag('t'), flag('p') || flag('P'), flag('f'));
    let mut status = 0;
    for name in args.iter().skip_while(|arg| arg.starts_with('-')) {
        let mut found = kinds(shell, name, !no_functions, cx);
        if flag('P') {
            found.retain(|kind| matches!(kind, Kind::File(_)));
        }
        if !all {
            found.truncate(1);
        }
        if found.is_empty() {
            status = 1;
            if !short && !path {
                shell.complain(cx, &format!("type: {name}: not found"));
            }
        }
        for kind in found {
            let text = match (&kind, short) {
                (Kind::File(file), false) if path => file.clone(),
                _ if path && !short => continue,
                (Kind::Alias(_), true) => "alias".into(),
                (Kind::Keyword, true) => "keyword".into(),
                (Kind::Function, true) => "function".into(),
                (Kind::Builtin, true) => "builtin".into(),
                (Kind::File(_), true) => "file".into(),
                (Kind::Alias(text), _) => format!("{name} is aliased to `{text}'"),
                (Kind::Keyword, _) => format!("{name} is a shell keyword"),
                // Unlike bash: the function's text is not printed.
                (Kind::Function, _) => format!("{name} is a function"),
                (Kind::Builtin, _) => format!("{name} is a shell builtin"),
                (Kind::File(file), _) => format!("{name} is {file}"),
            };
            cx.out(text + "\n");
        }
    }
    shell.end(status)
}

/// `command -v` and `command -V`; the rest is done where commands are run.
pub(crate) fn command(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let Some(flag) = args.first() else { return shell.end(0) };
    let names: Vec<String> = args[1..].to_vec();
    match flag.as_str() {
        "-V" => {
            let flow = type_of(shell, &names, cx);
            return flow;
        }
        "-v" => {}
        "-p" => {
            return shell.usage(cx, "command: -p: is real bash, but not part of this sandbox yet", 1);
        }
        other => {
            shell.complain(cx, &format!("command: {other}: invalid option"));
            cx.err("command: usage: command [-pVv] command [arg ...]\n");
            return shell.end(2);
        }
    }
    let mut status = i32::from(!names.is_empty());
    for name in &names {
        let Some(kind) = kinds(shell, name, true, cx).into_iter().next() else { continue };
        status = 0;
        cx.out(match kind {
            Kind::Alias(text) => format!("alias {name}={}\n", crate::quote::single(&text)),
            Kind::File(path) => path + "\n",
            _ => format!("{name}\n"),
        });
    }
    shell.end(status)
}

/// Nothing is remembered here, so that there is nothing to forget.
pub(crate) fn hash(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if args.is_empty() {
        cx.out("hash: hash table empty\n");
        return shell.end(0);
    }
    let mut status = 0;
    for name in args.iter().filter(|arg| !arg.starts_with('-')) {
        if kinds(shell, name, true, cx).is_empty() {
            shell.complain(cx, &format!("hash: {name}: not found"));
            status = 1;
        }
    }
    shell.end(status)
}

pub(crate) fn alias(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let mut status = 0;
    let line = |name: &str, text: &str| format!("alias {name}={}\n", crate::quote::single(text));
    let names: Vec<&String> = args.iter().filter(|arg| *arg != "-p").collect();
    if names.is_empty() {
        let text: String = shell.aliases.iter().map(|(name, text)| line(name, text)).collect();
        cx.out(text);
    }
    for arg in names {
        match arg.split_once('=') {
            Some((name, text)) if !name.is_empty() => {
                shell.aliases.insert(name.into(), text.into());
            }
            _ => match shell.aliases.get(arg) {
                Some(text) => {
                    let text = line(arg, text);
                    cx.out(text);
                }
                None => {
                    shell.complain(cx, &format!("alias: {arg}: not found"));
                    status = 1;
                }
            },
        }
    }
    shell.end(status)
}

pub(crate) fn unalias(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if args.is_empty() {
        cx.err("unalias: usage: unalias [-a] name [name ...]\n");
        return shell.end(2);
    }
    let mut status = 0;
    for name in args {
        if name == "-a" {
            shell.aliases.clear();
        } else if shell.aliases.remove(name).is_none() {
            shell.complain(cx, &format!("unalias: {name}: not found"));
            status = 1;
        }
    }
    shell.end(status)
}

pub(crate) fn history(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    match args.first().map(String::as_str) {
        Some("-c") => shell.history.clear(),
        Some("-d") => {
            match args.get(1).and_then(|n| n.parse::<usize>().ok()).filter(|n| (1..=shell.history.len()).contains(n)) {
                Some(n) => {
                    shell.history.remove(n - 1);
                }
                None => {
                    let shown = args.get(1).cloned().unwrap_or_default();
                    return shell.usage(cx, &format!("history: {shown}: history position out of range"), 1);
                }
            }
        }
        Some(flag) if flag.starts_with('-') => {
            return shell.usage(cx, &format!("history: {flag}: is real bash, but not part of this sandbox yet"), 1);
        }
        count => {
            let wanted = match count.map(|n| (n, n.parse::<usize>())) {
                None => usize::MAX,
                Some((_, Ok(n))) => n,
                Some((n, Err(_))) => return shell.usage(cx, &format!("history: {n}: numeric argument required"), 1),
            };
            let skip = shell.history.len().saturating_sub(wanted);
            let lines = shell.history.iter().enumerate().skip(skip);
            let text: String = lines.map(|(index, line)| format!("{:5}  {line}\n", index + 1)).collect();
            cx.out(text);
        }
    }
    shell.end(0)
}

/// Unlike bash: lists this sandbox's commands, because that is what somebody who types `help` here wants.
pub(crate) fn help(shell: &mut Bash, _: &[String], cx: &mut Cx<'_>) -> Flow {
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
