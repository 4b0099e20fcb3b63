//! `chmod`, and how modes are written.

use crate::getopt::{Tool, flag, missing, parse, value};
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "chmod",
    usage: "[OPTION]... MODE[,MODE]... FILE...",
    summary: "Change what may be done with files.",
    options: &[
        flag('R', "recursive", "also all below folders"),
        flag('v', "verbose", "say what was done"),
        flag('c', "changes", "say what was changed"),
        flag('f', "silent", "no errors"),
        value('\0', "reference", "RFILE", "the mode of RFILE"),
        missing('\0', "preserve-root"),
    ],
    trouble: 1,
};

/// `755`, `u+x,go-w`; from the bits before.
pub(crate) fn mode_of(text: &str, before: u32) -> Option<u32> {
    if !text.is_empty() && text.bytes().all(|b| (b'0'..=b'7').contains(&b)) {
        return u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o7777);
    }
    let mut mode = before;
    for clause in text.split(',') {
        let at = clause.find(['+', '-', '='])?;
        let (who, mut rest) = clause.split_at(at);
        if !who.chars().all(|c| "ugoa".contains(c)) {
            return None;
        }
        let mut mask = 0;
        for (letter, bits) in [('u', 0o700), ('g', 0o070), ('o', 0o007)] {
            if who.is_empty() || who.contains(['a', letter]) {
                mask |= bits;
            }
        }
        // Without a who, the umask (022) is kept from being granted.
        let granted = if who.is_empty() { mask & !0o022 } else { mask };
        while let Some(op) = rest.chars().next() {
            let end = rest[1..].find(['+', '-', '=']).map_or(rest.len(), |at| at + 1);
            let mut bits = 0;
            for c in rest[1..end].chars() {
                bits |= match c {
                    'r' => 0o444,
                    'w' => 0o222,
                    'x' => 0o111,
                    'X' if mode & 0o111 != 0 => 0o111,
                    'X' | 's' | 't' => 0,
                    'u' => (mode >> 6 & 7) * 0o111,
                    'g' => (mode >> 3 & 7) * 0o111,
                    'o' => (mode & 7) * 0o111,
                    _ => return None,
                };
            }
            mode = match op {
                '+' => mode | (bits & granted),
                '-' => mode & !(bits & if who.is_empty() { granted } else { mask }),
                '=' => (mode & !mask) | (bits & granted),
                _ => return None,
            };
            rest = &rest[end..];
        }
    }
    Some(mode)
}

/// `rwxr-xr-x`.
pub(crate) fn letters(mode: u32) -> String {
    (0..9).rev().map(|bit| if mode >> bit & 1 == 1 { ['x', 'w', 'r'][bit % 3] } else { '-' }).collect()
}

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    // `-x` and `-w` are modes, not options.
    let mut args = cx.args();
    let is_mode =
        |arg: &String| arg.len() > 1 && arg.starts_with('-') && arg[1..].chars().all(|c| "rwxXst,+-=ugoa".contains(c));
    if let Some(at) = args.iter().position(is_mode).filter(|at| args.len() > at + 1) {
        let mode = args.remove(at);
        args.insert(0, format!("--opsfest-mode={mode}"));
    }
    let given_mode = args.first().and_then(|arg| arg.strip_prefix("--opsfest-mode=")).map(String::from);
    if given_mode.is_some() {
        args.remove(0);
    }
    cx.set_args(args);
    let mut given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let reference = given
        .value("reference")
        .map(|name| cx.files().stat(&cx.path(name)).map(|stat| format!("{:o}", stat.mode & 0o7777)));
    let text = match (given_mode, reference) {
        (Some(mode), _) | (None, Some(Ok(mode))) => mode,
        (None, Some(Err(error))) => {
            let name = given.value("reference").unwrap_or_default().to_string();
            cx.err(format!("chmod: failed to get attributes of {}: {error}\n", super::input::shown(&name)));
            return 1;
        }
        (None, None) if given.operands.is_empty() => {
            cx.err("chmod: missing operand\nTry 'chmod --help' for more information.\n");
            return 1;
        }
        (None, None) => given.operands.remove(0),
    };
    if given.operands.is_empty() {
        cx.err(format!("chmod: missing operand after ‘{text}’\nTry 'chmod --help' for more information.\n"));
        return 1;
    }
    if mode_of(&text, 0).is_none() {
        cx.err(format!("chmod: invalid mode: ‘{text}’\nTry 'chmod --help' for more information.\n"));
        return 1;
    }
    let mut code = 0;
    for name in given.operands.clone() {
        let path = cx.path(&name);
        let mut paths = vec![(name.clone(), path.clone())];
        if given.has("R") && cx.files().is_dir(&path) {
            let below = cx.files().walk(&path, &mut |_| true).unwrap_or_default();
            for (full, _) in below.into_iter().filter(|(full, _)| *full != path) {
                let rest = full.strip_prefix(&path).unwrap_or(&full).trim_start_matches('/').to_string();
                paths.push((format!("{}/{rest}", name.trim_end_matches('/')), vfs::join(&path, &rest)));
            }
        }
        for (shown, path) in paths {
            code |= one(cx, &shown, &path, &text, given.has("v"), given.has("c"), given.has("f"));
        }
    }
    code
}

fn one(cx: &mut Cx<'_>, shown: &str, path: &str, text: &str, verbose: bool, changes: bool, quiet: bool) -> i32 {
    let stat = match cx.files().stat(path) {
        Ok(stat) => stat,
        Err(error) => {
            if !quiet {
                cx.err(format!("chmod: cannot access '{shown}': {error}\n"));
            }
            return 1;
        }
    };
    let (before, after) = (stat.mode & 0o7777, mode_of(text, stat.mode & 0o7777).unwrap_or(stat.mode));
    if let Err(error) = cx.files_mut().set_mode(path, after) {
        cx.err(format!("chmod: changing permissions of '{shown}': {error}\n"));
        return 1;
    }
    let both = format!("{before:04o} ({}) to {after:04o} ({})", letters(before), letters(after));
    if before != after && (verbose || changes) {
        cx.out(format!("mode of '{shown}' changed from {both}\n"));
    } else if verbose {
        cx.out(format!("mode of '{shown}' retained as {after:04o} ({})\n", letters(after)));
    }
    0
}
