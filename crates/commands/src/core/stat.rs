//! `stat`, `du`, `df`, `tree`.

use super::chmod::letters;
use crate::getopt::{Given, Tool, flag, missing, parse, value};
use shell::clock::strftime;
use sim::Time;
use vfs::{Kind, Stat};
use world::{Cx, Program};

pub(crate) fn programs() -> Vec<Program> {
    vec![Program::once("stat", stat), Program::once("du", du), Program::once("df", df), Program::once("tree", tree)]
}

pub(super) const STAT: Tool = Tool {
    name: "stat",
    usage: "[OPTION]... FILE...",
    summary: "Print what is known of files.",
    options: &[
        value('c', "format", "FORMAT", "in this format, with a line's end"),
        value('\0', "printf", "FORMAT", "in this format, with backslashes"),
        flag('L', "dereference", "follow links"),
        flag('t', "terse", "in one line"),
        missing('f', "file-system"),
    ],
    trouble: 1,
};

fn kind(stat: &Stat) -> &'static str {
    match stat.kind {
        Kind::File if stat.size == 0 => "regular empty file",
        Kind::File => "regular file",
        Kind::Dir => "directory",
        Kind::Symlink => "symbolic link",
    }
}

fn type_letter(stat: &Stat) -> char {
    match stat.kind {
        Kind::File => '-',
        Kind::Dir => 'd',
        Kind::Symlink => 'l',
    }
}

const MOMENT: &str = "%Y-%m-%d %H:%M:%S.%N %z";

fn stat(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &STAT) {
        Ok(given) => given,
        Err(code) => return code,
    };
    if given.operands.is_empty() {
        cx.err("stat: missing operand\nTry 'stat --help' for more information.\n");
        return 1;
    }
    let mut code = 0;
    for name in &given.operands {
        let path = cx.path(name);
        let found = if given.has("L") { cx.files().stat(&path) } else { cx.files().lstat(&path) };
        let stat = match found {
            Ok(stat) => stat,
            Err(error) => {
                cx.err(format!("stat: cannot statx '{name}': {error}\n"));
                code = 1;
                continue;
            }
        };
        let text = match (given.value("c"), given.value("printf")) {
            (Some(format), _) => formatted(cx, format, name, &path, &stat) + "\n",
            (None, Some(format)) => {
                formatted(cx, &shell::unescape(format, shell::Escapes::Format).0, name, &path, &stat)
            }
            _ if given.has("t") => formatted(cx, "%n %s %b %f %u %g 1 %i 1 0 0 %Y %Y %Y 0 4096\n", name, &path, &stat),
            _ => long(cx, name, &path, &stat),
        };
        cx.out(text);
    }
    code
}

fn long(cx: &Cx<'_>, name: &str, path: &str, stat: &Stat) -> String {
    let moment = strftime(MOMENT, Time::from_micros(stat.mtime));
    let user = &cx.machine().user;
    let target = cx.files().read_link(path).map_or(String::new(), |target| format!(" -> {target}"));
    format!(
        "  File: {name}{target}\n  Size: {:<15}\tBlocks: {:<10} IO Block: 4096   {}\nDevice: 0,1\tInode: {:<11} Links: 1\nAccess: ({:04o}/{}{})  Uid: ( 1000/{user:>8})   Gid: ( 1000/{user:>8})\nAccess: {moment}\nModify: {moment}\nChange: {moment}\n Birth: {moment}\n",
        stat.size,
        stat.size.div_ceil(4096) * 8,
        kind(stat),
        stat.ino,
        stat.mode & 0o7777,
        type_letter(stat),
        letters(stat.mode),
    )
}

fn formatted(cx: &Cx<'_>, format: &str, name: &str, path: &str, stat: &Stat) -> String {
    let time = Time::from_micros(stat.mtime);
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push_str(name),
            Some('N') => match cx.files().read_link(path) {
                Ok(target) => out.push_str(&format!("'{name}' -> '{target}'")),
                Err(_) => out.push_str(&format!("'{name}'")),
            },
            Some('s') => out.push_str(&stat.size.to_string()),
            Some('a') => out.push_str(&format!("{:o}", stat.mode & 0o7777)),
            Some('A') => out.push_str(&format!("{}{}", type_letter(stat), letters(stat.mode))),
            Some('f') => {
                let kind = match stat.kind {
                    Kind::File => 0o100_000,
                    Kind::Dir => 0o040_000,
                    Kind::Symlink => 0o120_000,
                };
                out.push_str(&format!("{:x}", kind | (stat.mode & 0o7777)));
            }
            Some('F') => out.push_str(kind(stat)),
            Some('U' | 'G') => out.push_str(&cx.machine().user),
            Some('u' | 'g') => out.push_str("1000"),
            Some('i') => out.push_str(&stat.ino.to_string()),
            Some('h') => out.push('1'),
            Some('b') => out.push_str(&(stat.size.div_ceil(4096) * 8).to_string()),
            Some('B') => out.push_str("512"),
            Some('o') => out.push_str("4096"),
            Some('y' | 'x' | 'z' | 'w') => out.push_str(&strftime(MOMENT, time)),
            Some('Y' | 'X' | 'Z' | 'W') => out.push_str(&time.unix_secs().to_string()),
            Some('%') => out.push('%'),
            Some(other) => out.extend(['%', other]),
            None => out.push('%'),
        }
    }
    out
}

pub(super) const DU: Tool = Tool {
    name: "du",
    usage: "[OPTION]... [FILE]...",
    summary: "Print how much files take.",
    options: &[
        flag('s', "summarize", "only a total for each argument"),
        flag('h', "human-readable", "as 1K 234M 2G"),
        flag('a', "all", "files, too"),
        flag('c', "total", "a grand total"),
        flag('b', "bytes", "real sizes in bytes"),
        flag('k', "", "in kilobytes, as it is anyway"),
        value('d', "max-depth", "N", "no folders deeper than N"),
        missing('m', ""),
        missing('x', "one-file-system"),
        missing('\0', "exclude"),
        missing('\0', "apparent-size"),
    ],
    trouble: 1,
};

fn human(bytes: u64) -> String {
    let mut size = bytes;
    let mut unit = 0;
    while size >= 1024 * 10 && unit < 4 {
        size = size.div_ceil(1024);
        unit += 1;
    }
    if size >= 1024 && unit < 4 {
        let tenths = (size * 10).div_ceil(1024);
        let letter = ["K", "M", "G", "T"][unit];
        return if tenths < 100 {
            format!("{}.{}{letter}", tenths / 10, tenths % 10)
        } else {
            format!("{}{letter}", tenths.div_ceil(10))
        };
    }
    format!("{size}{}", ["", "K", "M", "G", "T"][unit])
}

fn du(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &DU) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let names = if given.operands.is_empty() { vec![".".to_string()] } else { given.operands.clone() };
    let most =
        if given.has("s") { 0 } else { given.value("d").and_then(|text| text.parse().ok()).unwrap_or(usize::MAX) };
    let (mut code, mut total) = (0, 0);
    for name in names {
        match cx.files().lstat(&cx.path(&name)) {
            Ok(_) => {
                let mut out = String::new();
                total += du_one(cx, &given, &name, 0, most, &mut out);
                cx.out(out);
            }
            Err(error) => {
                cx.err(format!("du: cannot access '{name}': {error}\n"));
                code = 1;
            }
        }
    }
    if given.has("c") {
        let text = du_line(total, "total", &given);
        cx.out(text);
    }
    code
}

fn du_line(bytes: u64, name: &str, given: &Given) -> String {
    let size = if given.has("b") {
        bytes.to_string()
    } else if given.has("h") {
        human(bytes)
    } else {
        bytes.div_ceil(1024).to_string()
    };
    format!("{size}\t{name}\n")
}

fn du_one(cx: &Cx<'_>, given: &Given, name: &str, depth: usize, most: usize, out: &mut String) -> u64 {
    let path = cx.path(name);
    let Ok(stat) = cx.files().lstat(&path) else { return 0 };
    let own = if given.has("b") { stat.size } else { stat.size.div_ceil(4096) * 4096 };
    let mut sum = if stat.kind == Kind::Symlink && !given.has("b") { 0 } else { own };
    if stat.kind == Kind::Dir && depth < 60 {
        let names: Vec<String> = cx.files().names(&path).unwrap_or_default().into_iter().map(String::from).collect();
        for child in names {
            sum += du_one(cx, given, &format!("{}/{child}", name.trim_end_matches('/')), depth + 1, most, out);
        }
    }
    if depth <= most && (depth == 0 || stat.kind == Kind::Dir || given.has("a")) {
        out.push_str(&du_line(sum, name, given));
    }
    sum
}

pub(super) const DF: Tool = Tool {
    name: "df",
    usage: "[OPTION]... [FILE]...",
    summary: "Print how much room there is.",
    options: &[
        flag('h', "human-readable", "as 1K 234M 2G"),
        flag('k', "", "in kilobytes, as it is anyway"),
        flag('T', "print-type", "the kind of file system, too"),
        missing('a', "all"),
        missing('i', "inodes"),
        missing('t', "type"),
        missing('x', "exclude-type"),
        missing('\0', "output"),
        missing('\0', "total"),
    ],
    trouble: 1,
};

/// A machine's disk holds 20 GiB.
const DISK_KIB: u64 = 20 << 20;

fn df(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &DF) {
        Ok(given) => given,
        Err(code) => return code,
    };
    for name in &given.operands {
        if !cx.files().exists(&cx.path(name)) {
            cx.err(format!("df: {name}: No such file or directory\n"));
            return 1;
        }
    }
    let all = cx.files().walk("/", &mut |_| true).unwrap_or_default();
    let used: u64 = all.iter().map(|(_, stat)| stat.size.div_ceil(4096) * 4).sum();
    let free = DISK_KIB.saturating_sub(used);
    let size = |kib: u64| if given.has("h") { human(kib * 1024) } else { kib.to_string() };
    let (title, kind) = if given.has("T") { ("Type  ", "vfs   ") } else { ("", "") };
    let (blocks, available) = if given.has("h") { ("Size", "Avail") } else { ("1K-blocks", "Available") };
    let used_percent = format!("{}%", (used * 100).div_ceil(DISK_KIB));
    cx.out(format!("Filesystem     {title}{blocks:>9} {:>8} {available:>9} Use% Mounted on\n", "Used"));
    cx.out(format!(
        "{:<14} {kind}{:>9} {:>8} {:>9} {used_percent:>4} /\n",
        "sandbox",
        size(DISK_KIB),
        size(used),
        size(free)
    ));
    0
}

pub(super) const TREE: Tool = Tool {
    name: "tree",
    usage: "[OPTION]... [FOLDER]...",
    summary: "Print folders as a tree.",
    options: &[
        flag('a', "", "hidden files, too"),
        flag('d', "", "only folders"),
        flag('f', "", "whole paths"),
        flag('F', "", "a / behind folders"),
        value('L', "", "LEVEL", "no deeper than LEVEL"),
        value('I', "", "PATTERN", "leave out what matches"),
        flag('\0', "noreport", "no counts at the end"),
        flag('\0', "dirsfirst", "folders first"),
        missing('s', ""),
        missing('p', ""),
        missing('h', ""),
        missing('J', ""),
        missing('P', ""),
    ],
    trouble: 1,
};

fn tree(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TREE) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let names = if given.operands.is_empty() { vec![".".to_string()] } else { given.operands.clone() };
    let (mut counts, mut code) = ((0, 0), 0);
    let mut out = String::new();
    for name in &names {
        if !cx.files().is_dir(&cx.path(name)) {
            out.push_str(&format!("{name}  [error opening dir]\n"));
            code = 2;
            continue;
        }
        out.push_str(&format!("{name}\n"));
        counts.0 += 1;
        branch(cx, &given, name, "", 1, &mut out, &mut counts);
    }
    if !given.has("noreport") {
        let plural = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        out.push_str(&format!("\n{}", plural(counts.0, "directory", "directories")));
        out.push_str(&if given.has("d") { "\n".into() } else { format!(", {}\n", plural(counts.1, "file", "files")) });
    }
    cx.out(out);
    code
}

fn branch(
    cx: &Cx<'_>,
    given: &Given,
    dir: &str,
    before: &str,
    depth: usize,
    out: &mut String,
    counts: &mut (usize, usize),
) {
    let most: usize = given.value("L").and_then(|text| text.parse().ok()).unwrap_or(60);
    if depth > most {
        return;
    }
    let mut entries = cx.files().read_dir(&cx.path(dir)).unwrap_or_default();
    entries.retain(|(name, stat)| {
        let skipped =
            given.value("I").is_some_and(|all| all.split('|').any(|pattern| shell::glob_matches(pattern, name)));
        (given.has("a") || !name.starts_with('.')) && (!given.has("d") || stat.kind == Kind::Dir) && !skipped
    });
    if given.has("dirsfirst") {
        let (mut dirs, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, stat)| stat.kind == Kind::Dir);
        dirs.extend(files);
        entries = dirs;
    }
    let count = entries.len();
    for (index, (name, stat)) in entries.into_iter().enumerate() {
        let last = index + 1 == count;
        let path = format!("{}/{name}", dir.trim_end_matches('/'));
        let shown = if given.has("f") { path.clone() } else { name };
        let mark = if given.has("F") && stat.kind == Kind::Dir { "/" } else { "" };
        let target = cx.files().read_link(&cx.path(&path)).map_or(String::new(), |target| format!(" -> {target}"));
        out.push_str(&format!("{before}{} {shown}{mark}{target}\n", if last { "└──" } else { "├──" }));
        if stat.kind == Kind::Dir {
            counts.0 += 1;
            branch(
                cx,
                given,
                &path,
                &format!("{before}{}", if last { "    " } else { "│\u{a0}\u{a0} " }),
                depth + 1,
                out,
                counts,
            );
        } else {
            counts.1 += 1;
        }
    }
}
