//! `uniq`.

use crate::getopt::{Tool, flag, missing, parse, value};
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "uniq",
    usage: "[OPTION]... [INPUT [OUTPUT]]",
    summary: "Leave out lines that repeat the line before.",
    options: &[
        flag('c', "count", "how often each line came"),
        flag('d', "repeated", "only lines that repeat, once each"),
        flag('D', "", "all lines that repeat"),
        flag('i', "ignore-case", "upper and lower case are equal"),
        flag('u', "unique", "only lines that do not repeat"),
        value('f', "skip-fields", "N", "leave N fields out of the comparison"),
        value('s', "skip-chars", "N", "leave N characters out of the comparison"),
        value('w', "check-chars", "N", "compare no more than N characters"),
        missing('z', "zero-terminated"),
        missing('\0', "group"),
        missing('\0', "all-repeated"),
    ],
    trouble: 1,
};

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    if let Some(extra) = given.operands.get(2) {
        cx.err(format!("uniq: extra operand ‘{extra}’\nTry 'uniq --help' for more information.\n"));
        return 1;
    }
    let mut numbers = [0, 0, usize::MAX];
    for (index, (option, what)) in [("f", "fields"), ("s", "bytes"), ("w", "bytes")].into_iter().enumerate() {
        if let Some(text) = given.value(option) {
            match text.parse() {
                Ok(number) => numbers[index] = number,
                Err(_) => {
                    let verb = if option == "w" { "compare" } else { "skip" };
                    cx.err(format!("uniq: {text}: invalid number of {what} to {verb}\n"));
                    return 1;
                }
            }
        }
    }
    let name = given.operands.first().cloned().unwrap_or_else(|| "-".into());
    let text = match super::input::bytes_of(cx, &name) {
        None => return Cx::WAIT,
        Some(Ok(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        Some(Err(error)) => {
            cx.err(format!("uniq: {}: {error}\n", super::input::shown(&name)));
            return 1;
        }
    };
    let fold = given.has("i");
    let key = |line: &str| {
        let mut rest = line;
        for _ in 0..numbers[0] {
            rest = rest.trim_start_matches([' ', '\t']);
            rest = rest.trim_start_matches(|c: char| c != ' ' && c != '\t');
        }
        let part: String = rest.chars().skip(numbers[1]).take(numbers[2]).collect();
        if fold { part.to_lowercase() } else { part }
    };
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        let key = key(line);
        match groups.last_mut() {
            Some((last, lines)) if *last == key => lines.push(line),
            _ => groups.push((key, vec![line])),
        }
    }
    let mut out = String::new();
    for (_, lines) in &groups {
        let count = lines.len();
        if (given.has("u") && count > 1) || ((given.has("d") || given.has("D")) && count == 1) {
            continue;
        }
        let shown = if given.has("D") { lines.as_slice() } else { &lines[..1] };
        for line in shown {
            if given.has("c") {
                out.push_str(&format!("{count:7} "));
            }
            out.push_str(line);
            out.push('\n');
        }
    }
    write(cx, given.operands.get(1), out)
}

fn write(cx: &mut Cx<'_>, name: Option<&String>, out: String) -> i32 {
    match name {
        None => cx.out(out),
        Some(name) => {
            let (path, micros) = (cx.path(name), cx.micros());
            if let Err(error) = cx.files_mut().write(&path, out.into_bytes(), micros) {
                cx.err(format!("uniq: {name}: {error}\n"));
                return 1;
            }
        }
    }
    0
}
