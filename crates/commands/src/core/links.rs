//! `ln`, `mktemp`, `truncate`.

use crate::getopt::{Tool, flag, missing, parse, value};
use vfs::Kind;
use world::Cx;

pub(super) const LN: Tool = Tool {
    name: "ln",
    usage: "[OPTION]... TARGET... LINK_NAME",
    summary: "Make links.",
    options: &[
        flag('s', "symbolic", "symbolic links"),
        flag('f', "force", "replace what is there"),
        flag('n', "no-dereference", "a link to a folder is not that folder"),
        flag('v', "verbose", "say what was made"),
        flag('T', "no-target-directory", "LINK_NAME is always the link itself"),
        value('t', "target-directory", "DIR", "make the links in DIR"),
        flag('r', "relative", "links relative to where they are"),
        missing('b', "backup"),
        missing('i', "interactive"),
        missing('L', "logical"),
        missing('P', "physical"),
        missing('S', "suffix"),
    ],
    trouble: 1,
};

/// Unlike ln: there are no hard links, for files here have one name; it says so.
pub(crate) fn ln(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &LN) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let mut operands = given.operands.clone();
    if operands.is_empty() {
        cx.err("ln: missing file operand\nTry 'ln --help' for more information.\n");
        return 1;
    }
    let folder = match given.value("t") {
        Some(dir) => Some(dir.to_string()),
        None if operands.len() == 1 => Some(".".into()),
        None => {
            let last = operands.last().cloned().unwrap_or_default();
            let path = cx.path(&last);
            let link = cx.files().lstat(&path).is_ok_and(|stat| stat.kind == Kind::Symlink);
            let dir = cx.files().is_dir(&path) && !given.has("T") && !(given.has("n") && link);
            if !dir && operands.len() > 2 {
                let wrong = if cx.files().exists(&path) { "Not a directory" } else { "No such file or directory" };
                cx.err(format!("ln: target {}: {wrong}\n", quoted(&last)));
                return 1;
            }
            operands.pop();
            if dir { Some(last) } else { return one(cx, &given, &operands[0], &last) }
        }
    };
    let folder = folder.unwrap_or_default();
    let mut code = 0;
    for target in operands {
        let base = vfs::base_name(target.trim_end_matches('/')).to_string();
        let link = if folder == "." { base } else { format!("{}/{base}", folder.trim_end_matches('/')) };
        code |= one(cx, &given, &target, &link);
    }
    code
}

fn quoted(name: &str) -> String {
    format!("'{name}'")
}

fn one(cx: &mut Cx<'_>, given: &crate::getopt::Given, target: &str, link: &str) -> i32 {
    let (path, micros) = (cx.path(link), cx.micros());
    let symbolic = given.has("s");
    if !symbolic {
        match cx.files().stat(&cx.path(target)) {
            Err(error) => {
                cx.err(format!("ln: failed to access {}: {error}\n", quoted(target)));
                return 1;
            }
            Ok(stat) if stat.kind == Kind::Dir => {
                cx.err(format!("ln: {target}: hard link not allowed for directory\n"));
                return 1;
            }
            Ok(_) => {
                cx.err("ln: a hard link is real ln, but not part of this sandbox yet; `ln -s` makes a symbolic one\n");
                return 1;
            }
        }
    }
    if cx.files().lstat(&path).is_ok() {
        if given.has("f") && cx.path(target) == path {
            cx.err(format!("ln: {} and {} are the same file\n", quoted(target), quoted(link)));
            return 1;
        }
        if !given.has("f") {
            cx.err(format!("ln: failed to create symbolic link {}: File exists\n", quoted(link)));
            return 1;
        }
        if let Err(error) = cx.files_mut().remove_file(&path, micros) {
            cx.err(format!("ln: cannot remove {}: {error}\n", quoted(link)));
            return 1;
        }
    }
    let target = match given.has("r") {
        true => super::small::relative(&cx.path(target), vfs::parent(&path)),
        false => target.to_string(),
    };
    if let Err(error) = cx.files_mut().make_symlink(&target, &path, micros) {
        cx.err(format!("ln: failed to create symbolic link {}: {error}\n", quoted(link)));
        return 1;
    }
    if given.has("v") {
        cx.out(format!("'{link}' -> '{target}'\n"));
    }
    0
}

pub(super) const MKTEMP: Tool = Tool {
    name: "mktemp",
    usage: "[OPTION]... [TEMPLATE]",
    summary: "Make a file or folder with a name of its own.",
    options: &[
        flag('d', "directory", "a folder"),
        flag('u', "dry-run", "make nothing"),
        flag('q', "quiet", "no errors"),
        flag('t', "", "in TMPDIR"),
        value('p', "tmpdir", "[DIR]", "in DIR"),
        value('\0', "suffix", "SUFF", "behind the name"),
    ],
    trouble: 1,
};

pub(crate) fn mktemp(cx: &mut Cx<'_>) -> i32 {
    let mut args = cx.args();
    // `-p DIR` takes the next word, unlike `--tmpdir[=DIR]`.
    if let Some(at) = args.iter().position(|arg| arg == "-p").filter(|at| at + 1 < args.len()) {
        let dir = args.remove(at + 1);
        args[at] = format!("-p{dir}");
        cx.set_args(args);
    }
    let given = match parse(cx, &MKTEMP) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let template = given.operands.first().cloned();
    let text = template.clone().unwrap_or_else(|| "tmp.XXXXXXXXXX".into());
    let end = text.rfind('X').map_or(0, |at| at + 1);
    let count = text[..end].chars().rev().take_while(|c| *c == 'X').count();
    if count < 3 {
        cx.err(format!("mktemp: too few X's in template ‘{text}’\n"));
        return 1;
    }
    let mut chance = cx.world.sim.clone();
    let mut seed = chance.rng().next_u64() ^ cx.micros() ^ (u64::from(cx.pid.0) << 40);
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let random: String = (0..count)
        .map(|_| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            char::from(LETTERS[usize::try_from(seed >> 32).unwrap_or(0) % LETTERS.len()])
        })
        .collect();
    let name = format!("{}{random}{}{}", &text[..end - count], &text[end..], given.value("suffix").unwrap_or(""));
    let in_temp = template.is_none() || given.has("t") || given.has("p");
    let dir = given.value("p").filter(|dir| !dir.is_empty()).map(String::from);
    let name = if in_temp {
        format!("{}/{name}", dir.or_else(|| cx.env("TMPDIR")).unwrap_or_else(|| "/tmp".into()))
    } else {
        name
    };
    let (path, micros) = (cx.path(&name), cx.micros());
    if !given.has("u") {
        let made = if given.has("d") {
            cx.files_mut().make_dir(&path, micros)
        } else {
            cx.files_mut().write(&path, Vec::new(), micros)
        };
        let mode = if given.has("d") { 0o700 } else { 0o600 };
        if let Err(error) = made.and_then(|()| cx.files_mut().set_mode(&path, mode)) {
            let kind = if given.has("d") { "directory" } else { "file" };
            cx.err(format!("mktemp: failed to create {kind} via template ‘{text}’: {error}\n"));
            return 1;
        }
    }
    cx.out(name + "\n");
    0
}

pub(super) const TRUNCATE: Tool = Tool {
    name: "truncate",
    usage: "OPTION... FILE...",
    summary: "Make files shorter or longer.",
    options: &[
        value('s', "size", "SIZE", "to SIZE bytes, or by it with + or -"),
        flag('c', "no-create", "make no files"),
        missing('r', "reference"),
        missing('o', "io-blocks"),
    ],
    trouble: 1,
};

pub(crate) fn truncate(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TRUNCATE) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let Some(text) = given.value("s") else {
        cx.err("truncate: you must specify either ‘--size’ or ‘--reference’\nTry 'truncate --help' for more information.\n");
        return 1;
    };
    let (sign, digits) =
        text.strip_prefix('+').map(|d| ('+', d)).or(text.strip_prefix('-').map(|d| ('-', d))).unwrap_or(('=', text));
    let (digits, unit) = match digits.chars().last() {
        Some('K') => (&digits[..digits.len() - 1], 1 << 10),
        Some('M') => (&digits[..digits.len() - 1], 1 << 20),
        _ => (digits, 1),
    };
    let Some(size) = digits.parse::<usize>().ok().map(|n| n.saturating_mul(unit)).filter(|n| *n <= 64 << 20) else {
        cx.err(format!("truncate: Invalid number: ‘{text}’\n"));
        return 1;
    };
    let mut code = 0;
    for name in &given.operands {
        let (path, micros) = (cx.path(name), cx.micros());
        if given.has("c") && !cx.files().exists(&path) {
            continue;
        }
        let mut bytes = cx.files().read(&path).map(|bytes| bytes.into_owned()).unwrap_or_default();
        let new = match sign {
            '+' => bytes.len() + size,
            '-' => bytes.len().saturating_sub(size),
            _ => size,
        };
        bytes.resize(new, 0);
        if let Err(error) = cx.files_mut().write(&path, bytes, micros) {
            cx.err(format!("truncate: cannot open '{name}' for writing: {error}\n"));
            code = 1;
        }
    }
    code
}
