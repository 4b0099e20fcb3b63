//! `tac`, `nl`, `paste`, `comm`, `fold`: lines side by side, numbered, backwards, compared.

use crate::getopt::{Tool, flag, missing, parse, value};
use std::cmp::Ordering;
use world::{Cx, Program};

pub(crate) fn programs() -> Vec<Program> {
    vec![
        Program::once("tac", tac),
        Program::once("nl", nl),
        Program::once("paste", paste),
        Program::once("comm", comm),
        Program::once("fold", fold),
    ]
}

pub(super) const TAC: Tool = Tool {
    name: "tac",
    usage: "[OPTION]... [FILE]...",
    summary: "Print files backwards, last line first.",
    options: &[missing('b', "before"), missing('r', "regex"), missing('s', "separator")],
    trouble: 1,
};

/// The texts of all inputs; what cannot be read is told.
fn texts(cx: &mut Cx<'_>, tool: &str, names: &[String], code: &mut i32) -> Option<Vec<(String, String)>> {
    let names = if names.is_empty() { vec!["-".to_string()] } else { names.to_vec() };
    let inputs = super::input::all(cx, &names)?;
    let mut all = Vec::new();
    for (name, input) in inputs {
        match input {
            Ok(bytes) => all.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) => {
                cx.err(match tool {
                    "tac" => format!("tac: failed to open '{name}' for reading: {error}\n"),
                    _ => format!("{tool}: {}: {error}\n", super::input::shown(&name)),
                });
                *code = 1;
                // It opens all of them first, and no further.
                if tool == "paste" {
                    break;
                }
            }
        }
    }
    Some(all)
}

fn tac(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TAC) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let mut code = 0;
    let Some(inputs) = texts(cx, "tac", &given.operands, &mut code) else { return Cx::WAIT };
    for (_, text) in inputs {
        let out: String = text.split_inclusive('\n').rev().collect();
        cx.out(out);
    }
    code
}

pub(super) const NL: Tool = Tool {
    name: "nl",
    usage: "[OPTION]... [FILE]...",
    summary: "Number lines.",
    options: &[
        value('b', "body-numbering", "STYLE", "a: all lines, t: lines that are not empty, n: none"),
        value('i', "line-increment", "N", "from one line to the next"),
        value('n', "number-format", "FORMAT", "ln, rn or rz"),
        value('s', "number-separator", "STRING", "what stands behind the number"),
        value('v', "starting-line-number", "N", "the first number"),
        value('w', "number-width", "N", "how wide numbers are"),
        missing('d', "section-delimiter"),
        missing('f', "footer-numbering"),
        missing('h', "header-numbering"),
        missing('l', "join-blank-lines"),
        missing('p', "no-renumber"),
    ],
    trouble: 1,
};

fn nl(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &NL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let style = given.value("b").unwrap_or("t");
    if !matches!(style, "a" | "t" | "n") {
        cx.err(format!("nl: invalid body numbering style: ‘{style}’\nTry 'nl --help' for more information.\n"));
        return 1;
    }
    let number = |name: &str, default: i64| given.value(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (mut at, step) = (number("v", 1), number("i", 1));
    let width = usize::try_from(number("w", 6)).unwrap_or(6).min(100);
    let separator = given.value("s").unwrap_or("\t");
    let mut code = 0;
    let Some(inputs) = texts(cx, "nl", &given.operands, &mut code) else { return Cx::WAIT };
    let mut out = String::new();
    for (_, text) in inputs {
        for line in text.lines() {
            if style == "a" || (style == "t" && !line.is_empty()) {
                out.push_str(&match given.value("n") {
                    Some("ln") => format!("{at:<width$}"),
                    Some("rz") => format!("{at:0width$}"),
                    _ => format!("{at:width$}"),
                });
                out.push_str(separator);
                at += step;
            } else {
                out.push_str(&" ".repeat(width + separator.chars().count()));
            }
            out.push_str(line);
            out.push('\n');
        }
    }
    cx.out(out);
    code
}

pub(super) const PASTE: Tool = Tool {
    name: "paste",
    usage: "[OPTION]... [FILE]...",
    summary: "Print lines of files side by side.",
    options: &[
        value('d', "delimiters", "LIST", "what stands between them, one after the other"),
        flag('s', "serial", "one file after the other, each on a line"),
        missing('z', "zero-terminated"),
    ],
    trouble: 1,
};

fn paste(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &PASTE) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let list = given.value("d").unwrap_or("\t").replace("\\t", "\t").replace("\\n", "\n").replace("\\\\", "\\");
    let list: Vec<Option<char>> = match list.as_str() {
        "" => vec![None],
        text => text.split("\\0").flat_map(|part| part.chars().map(Some)).collect(),
    };
    let mut code = 0;
    // Names of standard input that come twice share its lines.
    let stdins = given.operands.iter().filter(|name| *name == "-").count();
    let Some(inputs) = texts(cx, "paste", &given.operands, &mut code) else { return Cx::WAIT };
    if code != 0 {
        return code;
    }
    let mut columns: Vec<Vec<String>> =
        inputs.iter().map(|(_, text)| text.lines().map(String::from).collect()).collect();
    if stdins > 1 && !given.has("s") {
        let all: Vec<String> = inputs
            .iter()
            .find(|(name, _)| name == "-")
            .map_or(Vec::new(), |(_, text)| text.lines().map(String::from).collect());
        for (turn, index) in
            (0..).zip(inputs.iter().enumerate().filter(|(_, (name, _))| name == "-").map(|(index, _)| index))
        {
            columns[index] = all.iter().skip(turn).step_by(stdins).cloned().collect();
        }
    }
    let mut out = String::new();
    let put = |out: &mut String, items: &mut dyn Iterator<Item = &str>| {
        for (index, item) in items.enumerate() {
            if index > 0 {
                out.extend(list[(index - 1) % list.len()]);
            }
            out.push_str(item);
        }
        out.push('\n');
    };
    if given.has("s") {
        for column in &columns {
            put(&mut out, &mut column.iter().map(String::as_str));
        }
    } else {
        let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
        for row in 0..rows {
            put(&mut out, &mut columns.iter().map(|column| column.get(row).map_or("", String::as_str)));
        }
    }
    cx.out(out);
    code
}

pub(super) const COMM: Tool = Tool {
    name: "comm",
    usage: "[OPTION]... FILE1 FILE2",
    summary: "Compare two sorted files line by line.",
    options: &[
        flag('1', "", "leave out lines only in FILE1"),
        flag('2', "", "leave out lines only in FILE2"),
        flag('3', "", "leave out lines in both"),
        flag('\0', "nocheck-order", "do not check the order"),
        value('\0', "output-delimiter", "STRING", "what stands between columns"),
        missing('z', "zero-terminated"),
        missing('\0', "check-order"),
        missing('\0', "total"),
    ],
    trouble: 1,
};

fn comm(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &COMM) {
        Ok(given) => given,
        Err(code) => return code,
    };
    const HINT: &str = "Try 'comm --help' for more information.\n";
    match &given.operands[..] {
        [] => {
            cx.err(format!("comm: missing operand\n{HINT}"));
            return 1;
        }
        [one] => {
            cx.err(format!("comm: missing operand after ‘{one}’\n{HINT}"));
            return 1;
        }
        [_, _] => {}
        [_, _, extra, ..] => {
            cx.err(format!("comm: extra operand ‘{extra}’\n{HINT}"));
            return 1;
        }
    }
    let mut code = 0;
    let Some(inputs) = texts(cx, "comm", &given.operands, &mut code) else { return Cx::WAIT };
    let [(_, left), (_, right)] = &inputs[..] else { return code };
    let (left, right): (Vec<&str>, Vec<&str>) = (left.lines().collect(), right.lines().collect());
    let between = given.value("output-delimiter").unwrap_or("\t");
    let shows = [!given.has("1"), !given.has("2"), !given.has("3")];
    let (mut i, mut j, mut out) = (0, 0, String::new());
    let mut told = [false; 2];
    while i < left.len() || j < right.len() {
        let order = match (left.get(i), right.get(j)) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        let (column, line) = match order {
            Ordering::Less => (0, left[i]),
            Ordering::Greater => (1, right[j]),
            Ordering::Equal => (2, left[i]),
        };
        if shows[column] {
            for _ in shows[..column].iter().filter(|on| **on) {
                out.push_str(between);
            }
            out.push_str(line);
            out.push('\n');
        }
        i += usize::from(order != Ordering::Greater);
        j += usize::from(order != Ordering::Less);
        for (which, (lines, at)) in [(&left, i), (&right, j)].into_iter().enumerate() {
            let wrong = at > 0 && at < lines.len() && lines[at] < lines[at - 1];
            if wrong && !told[which] && !given.has("nocheck-order") {
                cx.out(std::mem::take(&mut out));
                cx.err(format!("comm: file {} is not in sorted order\n", which + 1));
                told[which] = true;
                code = 1;
            }
        }
    }
    cx.out(out);
    if code == 1 {
        cx.err("comm: input is not in sorted order\n");
    }
    code
}

pub(super) const FOLD: Tool = Tool {
    name: "fold",
    usage: "[OPTION]... [FILE]...",
    summary: "Break long lines.",
    options: &[
        flag('s', "spaces", "break at blanks"),
        value('w', "width", "N", "at most so many columns (80)"),
        flag('b', "bytes", "count bytes"),
    ],
    trouble: 1,
};

fn fold(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &FOLD) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let width: usize = match given.value("w").map(|text| (text, text.parse())) {
        None => 80,
        Some((_, Ok(width))) if width > 0 => width,
        Some((text, _)) => {
            cx.err(format!("fold: invalid number of columns: ‘{text}’\n"));
            return 1;
        }
    };
    let mut code = 0;
    let Some(inputs) = texts(cx, "fold", &given.operands, &mut code) else { return Cx::WAIT };
    let mut out = String::new();
    for (_, text) in inputs {
        for line in text.split_inclusive('\n') {
            let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
            let mut rest: Vec<char> = body.chars().collect();
            while rest.len() > width {
                let blank = rest[..width].iter().rposition(|c| *c == ' ').filter(|_| given.has("s"));
                let cut = blank.map_or(width, |at| at + 1);
                out.extend(rest.drain(..cut));
                out.push('\n');
            }
            out.extend(rest);
            out.push_str(end);
        }
    }
    cx.out(out);
    code
}
