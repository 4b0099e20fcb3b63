//! `wc`.

use crate::getopt::{Tool, flag, parse};
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "wc",
    usage: "[OPTION]... [FILE]...",
    summary: "Count lines, words and bytes.",
    options: &[
        flag('l', "lines", "lines"),
        flag('w', "words", "words"),
        flag('c', "bytes", "bytes"),
        flag('m', "chars", "characters"),
        flag('L', "max-line-length", "how wide the widest line is"),
    ],
    trouble: 1,
};

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let stdin = given.operands.is_empty();
    let names = if stdin { vec!["-".to_string()] } else { given.operands.clone() };
    let Some(inputs) = super::input::all(cx, &names) else { return Cx::WAIT };
    let chosen: Vec<bool> = ["l", "w", "m", "c", "L"].iter().map(|name| given.has(name)).collect();
    let chosen = if chosen.contains(&true) { chosen } else { vec![true, true, false, true, false] };
    let mut rows = Vec::new();
    let mut total = [0; 5];
    let mut code = 0;
    for (name, input) in inputs {
        let is_dir = cx.files().is_dir(&cx.path(&name));
        match input {
            Ok(bytes) => {
                let counts = count(&bytes);
                let widest = total[4].max(counts[4]);
                for (sum, n) in total.iter_mut().zip(counts) {
                    *sum += n;
                }
                total[4] = widest;
                rows.push((counts, name));
            }
            Err(error) => {
                cx.err(format!("wc: {}: {error}\n", super::input::shown(&name)));
                code = 1;
                if is_dir {
                    rows.push(([0; 5], name));
                }
            }
        }
    }
    if names.len() > 1 {
        rows.push((total, "total".into()));
    }
    let single = chosen.iter().filter(|on| **on).count() == 1 && rows.len() == 1;
    // As coreutils: wide enough for the sum of all sizes; seven for a pipe, whose size nobody knows.
    let width = match (single, stdin) {
        (true, _) => 1,
        (false, true) if !matches!(cx.fd(0), world::Fd::Input(_)) => 7,
        _ => total[3].to_string().len(),
    };
    for (counts, name) in rows {
        let numbers: Vec<String> =
            counts.iter().zip(&chosen).filter(|(_, on)| **on).map(|(n, _)| format!("{n:>width$}")).collect();
        let label = if stdin { String::new() } else { format!(" {name}") };
        cx.out(format!("{}{label}\n", numbers.join(" ")));
    }
    code
}

/// Lines, words, characters, bytes, the width of the widest line.
fn count(bytes: &[u8]) -> [usize; 5] {
    let text = String::from_utf8_lossy(bytes);
    [
        bytes.iter().filter(|byte| **byte == b'\n').count(),
        text.split_whitespace().count(),
        text.chars().count(),
        bytes.len(),
        text.lines().map(width).max().unwrap_or(0),
    ]
}

/// Columns: a tab goes to the next multiple of eight.
fn width(line: &str) -> usize {
    line.chars()
        .filter(|c| *c == '\t' || !c.is_control())
        .fold(0, |at, c| if c == '\t' { at + 8 - at % 8 } else { at + 1 })
}
