//! `ls`.

use crate::getopt::{Given, Tool, flag, missing, parse, value};
use order::Arrange;
use shell::clock::strftime;
use sim::Time;
use std::time::Duration;
use vfs::{Kind, Stat};
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "ls",
    usage: "[OPTION]... [FILE]...",
    summary: "List files and folders.",
    options: &[
        flag('a', "all", "hidden ones too"),
        flag('A', "almost-all", "hidden ones too, but not . and .."),
        flag('l', "", "with mode, owner, size and time"),
        flag('1', "", "one a line"),
        flag('d', "directory", "folders themselves, not what is in them"),
        flag('F', "classify", "/ behind folders, * behind programs, @ behind links"),
        flag('p', "", "/ behind folders"),
        flag('h', "human-readable", "sizes as 1.2K"),
        flag('r', "reverse", "in reverse order"),
        flag('t', "", "newest first"),
        flag('S', "", "largest first"),
        flag('R', "recursive", "folders with all in them"),
        flag('C', "", "in columns"),
        value('\0', "color", "[WHEN]", "colours: always, never, auto"),
        missing('i', "inode"),
        missing('s', "size"),
        missing('n', "numeric-uid-gid"),
        missing('X', ""),
        missing('\0', "full-time"),
    ],
    trouble: 2,
};

type Entry = (String, Stat, String);

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let names = if given.operands.is_empty() { vec![".".to_string()] } else { given.operands.clone() };
    let (mut files, mut dirs, mut code) = (Vec::new(), Vec::new(), 0);
    for name in names {
        let path = cx.path(&name);
        let stat = if given.has("l") { cx.files().lstat(&path) } else { cx.files().stat(&path) };
        match stat {
            Err(error) => {
                cx.err(format!("ls: cannot access '{name}': {error}\n"));
                code = 2;
            }
            Ok(stat) if stat.kind == Kind::Dir && !given.has("d") => dirs.push((name, stat, path)),
            Ok(stat) => files.push((name, stat, path)),
        }
    }
    let titled = given.operands.len() > 1 || given.has("R");
    sort(&mut files, &given);
    sort(&mut dirs, &given);
    let mut first = files.is_empty();
    print(cx, &files, &given, false);
    let mut queue: Vec<Entry> = dirs.into_iter().rev().collect();
    while let Some((name, _, path)) = queue.pop() {
        if !first {
            cx.out("\n");
        }
        first = false;
        if titled {
            cx.out(format!("{name}:\n"));
        }
        let entries = list(cx, &path, &given);
        print(cx, &entries, &given, true);
        if given.has("R") {
            let below = entries.iter().rev().filter(|(n, s, _)| s.kind == Kind::Dir && n != "." && n != "..");
            queue.extend(below.map(|(n, s, p)| (format!("{}/{n}", name.trim_end_matches('/')), *s, p.clone())));
        }
    }
    code
}

fn list(cx: &Cx<'_>, path: &str, given: &Given) -> Vec<Entry> {
    let mut entries: Vec<Entry> = cx
        .files()
        .read_dir(path)
        .unwrap_or_default()
        .into_iter()
        .filter(|(name, _)| !name.starts_with('.') || given.has("a") || given.has("A"))
        .map(|(name, stat)| {
            let full = vfs::join(path, &name);
            (name, stat, full)
        })
        .collect();
    if given.has("a") {
        for name in [".", ".."] {
            let full = vfs::join(path, name);
            if let Ok(stat) = cx.files().stat(&full) {
                entries.push((name.into(), stat, full));
            }
        }
    }
    sort(&mut entries, given);
    entries
}

fn sort(entries: &mut [Entry], given: &Given) {
    entries.arrange_by(|a, b| a.0.cmp(&b.0));
    match given.last(&["t", "S"]) {
        Some("t") => entries.arrange_by_key(|entry| std::cmp::Reverse(entry.1.mtime)),
        Some(_) => entries.arrange_by_key(|entry| std::cmp::Reverse(entry.1.size)),
        None => {}
    }
    if given.has("r") {
        entries.reverse();
    }
}

fn print(cx: &mut Cx<'_>, entries: &[Entry], given: &Given, total: bool) {
    if given.has("l") {
        long(cx, entries, given, total);
        return;
    }
    let names: Vec<String> = entries.iter().map(|entry| shown(entry, given, cx)).collect();
    let columns = cx.columns().filter(|_| !given.has("1")).or(given.has("C").then_some(80));
    let text = match columns {
        Some(width) => in_columns(&names, width),
        None => names.iter().map(|name| format!("{name}\n")).collect(),
    };
    cx.out(text);
}

/// A name with its mark and, on a terminal, its colour.
fn shown((name, stat, _): &Entry, given: &Given, cx: &Cx<'_>) -> String {
    let executable = stat.kind == Kind::File && stat.mode & 0o111 != 0;
    let mark = match stat.kind {
        Kind::Dir if given.has("F") || given.has("p") => "/",
        Kind::Symlink if given.has("F") => "@",
        Kind::File if given.has("F") && executable => "*",
        _ => "",
    };
    let wanted = match given.value("color") {
        Some("never" | "none" | "no") => false,
        Some("always" | "yes" | "force" | "") => true,
        _ => cx.stdout_is_terminal(),
    };
    let colour = match stat.kind {
        _ if !wanted => "",
        Kind::Dir => "1;34",
        Kind::Symlink => "1;36",
        Kind::File if executable => "1;32",
        Kind::File => "",
    };
    let quoted = if cx.stdout_is_terminal() && name.contains([' ', '\'', '"', '*', '?', '$', '&', ';', '(', ')', '|']) {
        format!("'{name}'")
    } else {
        name.clone()
    };
    if colour.is_empty() { format!("{quoted}{mark}") } else { format!("\x1b[{colour}m{quoted}\x1b[0m{mark}") }
}

fn width_of(name: &str) -> usize {
    world::strip_ansi(name).chars().count()
}

/// As many columns as fit, filled downwards, two blanks between.
fn in_columns(names: &[String], width: usize) -> String {
    if names.is_empty() {
        return String::new();
    }
    let widths: Vec<usize> = names.iter().map(|name| width_of(name)).collect();
    for columns in (1..=names.len().min(width / 3 + 1)).rev() {
        let rows = names.len().div_ceil(columns);
        let column_width =
            |column: usize| widths.iter().skip(column * rows).take(rows).max().map_or(0, |widest| widest + 2);
        let columns_used = names.len().div_ceil(rows);
        let all: usize = (0..columns_used).map(column_width).sum();
        if columns > 1 && (all > width + 2 || columns_used < columns) {
            continue;
        }
        let mut out = String::new();
        for row in 0..rows {
            for column in 0..columns_used {
                let index = column * rows + row;
                let Some(name) = names.get(index) else { break };
                out.push_str(name);
                if index + rows < names.len() {
                    out.push_str(&" ".repeat(column_width(column) - widths[index]));
                }
            }
            out.push('\n');
        }
        return out;
    }
    String::new()
}

fn long(cx: &mut Cx<'_>, entries: &[Entry], given: &Given, total: bool) {
    let size = |bytes: u64| if given.has("h") { human(bytes) } else { bytes.to_string() };
    let user = cx.machine().user.clone();
    if total {
        let blocks: u64 = entries.iter().map(|(_, stat, _)| stat.size.div_ceil(4096) * 4).sum();
        let blocks = if given.has("h") { human(blocks * 1024) } else { blocks.to_string() };
        cx.out(format!("total {blocks}\n"));
    }
    let width = entries.iter().map(|(_, stat, _)| size(stat.size).len()).max().unwrap_or(0);
    let links: Vec<usize> = entries.iter().map(|entry| link_count(entry, cx)).collect();
    let link_width = links.iter().map(|n| n.to_string().len()).max().unwrap_or(0);
    for (entry, links) in entries.iter().zip(links) {
        let (_, stat, path) = entry;
        let target = match stat.kind {
            Kind::Symlink => cx.files().read_link(path).map(|to| format!(" -> {to}")).unwrap_or_default(),
            _ => String::new(),
        };
        let time = Time::from_micros(stat.mtime);
        // Older than half a year: the year instead of the time of day.
        let old = cx.now().since(time) > Duration::from_secs(15_778_476);
        let when = strftime(if old { "%b %e  %Y" } else { "%b %e %H:%M" }, time);
        let line = format!(
            "{} {links:>link_width$} {user} {user} {:>width$} {when} {}{target}\n",
            mode_text(stat),
            size(stat.size),
            shown(entry, given, cx),
        );
        cx.out(line);
    }
}

fn link_count((_, stat, path): &Entry, cx: &Cx<'_>) -> usize {
    match stat.kind {
        Kind::Dir => {
            let entries = cx.files().read_dir(path).unwrap_or_default();
            2 + entries.iter().filter(|(_, stat)| stat.kind == Kind::Dir).count()
        }
        Kind::File | Kind::Symlink => 1,
    }
}

fn mode_text(stat: &Stat) -> String {
    let mut text = String::from(match stat.kind {
        Kind::Dir => "d",
        Kind::Symlink => "l",
        Kind::File => "-",
    });
    for shift in [6, 3, 0] {
        let bits = stat.mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(if bits & 1 != 0 { 'x' } else { '-' });
    }
    text
}

#[expect(clippy::cast_precision_loss, reason = "sizes are shown with two digits")]
fn human(bytes: u64) -> String {
    if bytes < 1024 {
        return bytes.to_string();
    }
    let mut value = bytes as f64;
    for unit in ["K", "M", "G", "T"] {
        value /= 1024.0;
        if value < 1024.0 {
            // Always rounded up, as coreutils does.
            let tenths = (value * 10.0).ceil() / 10.0;
            return if tenths < 10.0 { format!("{tenths:.1}{unit}") } else { format!("{:.0}{unit}", value.ceil()) };
        }
    }
    format!("{value:.0}P")
}
