//! `column`, `join`, `split`, `less` and `more`, `expr`.

use crate::getopt::{Tool, flag, missing, parse, value};
use world::{Cx, Program};

pub(crate) fn programs() -> Vec<Program> {
    vec![Program::once("column", column), Program::once("join", join), Program::once("split", split)]
}

/// A file's text, or standard input's; `None` while that is not whole, `Some(Err)` once the error was told.
fn text_of(cx: &mut Cx<'_>, tool: &str, name: &str) -> Option<Result<String, i32>> {
    Some(match super::input::bytes_of(cx, name)? {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => {
            cx.err(format!("{tool}: {name}: {error}\n"));
            Err(1)
        }
    })
}

pub(super) const COLUMN: Tool = Tool {
    name: "column",
    usage: "[OPTION]... [FILE]...",
    summary: "Put lines into columns.",
    options: &[
        flag('t', "table", "a table"),
        value('s', "separator", "STRING", "what separates columns of the input"),
        value('o', "output-separator", "STRING", "what stands between columns of the output"),
        value('N', "table-columns", "NAMES", "names of the columns"),
        missing('c', "output-width"),
        missing('x', "fillrows"),
        missing('J', "json"),
        missing('R', "table-right"),
    ],
    trouble: 1,
};

fn column(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &COLUMN) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let names = if given.operands.is_empty() { vec!["-".to_string()] } else { given.operands.clone() };
    let mut text = String::new();
    for name in &names {
        match text_of(cx, "column", name) {
            None => return Cx::WAIT,
            Some(Ok(more)) => text.push_str(&more),
            Some(Err(code)) => return code,
        }
    }
    if !given.has("t") && !given.has("N") {
        // Unlike column: lines stay below each other, for a terminal's width is not asked for.
        cx.out(text);
        return 0;
    }
    let cells = |line: &str| -> Vec<String> {
        match given.value("s") {
            Some(marks) => line.split(|c| marks.contains(c)).map(String::from).collect(),
            None => line.split_whitespace().map(String::from).collect(),
        }
    };
    let mut rows: Vec<Vec<String>> = text.lines().filter(|line| !line.trim().is_empty()).map(cells).collect();
    if let Some(names) = given.value("N") {
        rows.insert(0, names.split(',').map(String::from).collect());
    }
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    let between = given.value("o").unwrap_or("  ");
    let mut out = String::new();
    for row in rows {
        for (at, width) in widths.iter().enumerate() {
            let cell = row.get(at).map_or("", String::as_str);
            out.push_str(cell);
            if at + 1 < count {
                out.push_str(&" ".repeat(width - cell.chars().count()));
                out.push_str(between);
            }
        }
        out.push('\n');
    }
    cx.out(out);
    0
}

pub(super) const JOIN: Tool = Tool {
    name: "join",
    usage: "[OPTION]... FILE1 FILE2",
    summary: "Join lines of two sorted files on a field.",
    options: &[
        value('1', "", "FIELD", "the field of FILE1"),
        value('2', "", "FIELD", "the field of FILE2"),
        value('j', "", "FIELD", "the field of both"),
        value('a', "", "N", "also lines of file N that have no partner"),
        value('v', "", "N", "only those"),
        value('t', "", "CHAR", "what separates fields"),
        value('o', "", "FORMAT", "which fields, as 1.2,2.1,0"),
        value('e', "", "STRING", "instead of missing fields"),
        flag('i', "ignore-case", "upper and lower case are equal"),
        missing('z', "zero-terminated"),
        missing('\0', "header"),
        missing('\0', "check-order"),
        missing('\0', "nocheck-order"),
    ],
    trouble: 1,
};

fn join(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &JOIN) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let (first, second) = match both(cx, &given.operands) {
        Ok(both) => both,
        Err(code) => return code,
    };
    let mut texts = Vec::new();
    for name in [&first, &second] {
        match text_of(cx, "join", name) {
            None => return Cx::WAIT,
            Some(Ok(text)) => texts.push(text),
            Some(Err(code)) => return code,
        }
    }
    let field = |name: &str| {
        given.value(name).or(given.value("j")).and_then(|text| text.parse::<usize>().ok()).unwrap_or(1).max(1) - 1
    };
    let keys = [field("1"), field("2")];
    let separator = given.value("t").and_then(|text| text.chars().next());
    let rows: Vec<Vec<Vec<String>>> = texts.iter().map(|text| rows_of(text, separator)).collect();
    let key = |side: usize, at: usize| {
        let text = rows[side][at].get(keys[side]).cloned().unwrap_or_default();
        if given.has("i") { text.to_lowercase() } else { text }
    };
    let between = separator.map_or(" ".into(), String::from);
    let mut out = String::new();
    let put = |out: &mut String, pair: [Option<usize>; 2]| put_joined(out, &given, &rows, keys, &between, pair);
    let wants = |side: &str| given.values("a").contains(&side) || given.values("v").contains(&side);
    let paired = given.values("v").is_empty();
    let (mut i, mut j) = (0, 0);
    while i < rows[0].len() || j < rows[1].len() {
        let order = match (i < rows[0].len(), j < rows[1].len()) {
            (true, true) => key(0, i).cmp(&key(1, j)),
            (true, false) => std::cmp::Ordering::Less,
            _ => std::cmp::Ordering::Greater,
        };
        if order.is_lt() {
            if wants("1") {
                put(&mut out, [Some(i), None]);
            }
            i += 1;
        } else if order.is_gt() {
            if wants("2") {
                put(&mut out, [None, Some(j)]);
            }
            j += 1;
        } else {
            let same = key(0, i);
            let ends = [
                (i..rows[0].len()).take_while(|at| key(0, *at) == same).count() + i,
                (j..rows[1].len()).take_while(|at| key(1, *at) == same).count() + j,
            ];
            if paired {
                for a in i..ends[0] {
                    for b in j..ends[1] {
                        put(&mut out, [Some(a), Some(b)]);
                    }
                }
            }
            (i, j) = (ends[0], ends[1]);
        }
    }
    cx.out(out);
    0
}

/// The two files' names.
fn both(cx: &mut Cx<'_>, operands: &[String]) -> Result<(String, String), i32> {
    let [first, second] = operands else {
        let what = match operands {
            [] => "missing operand".to_string(),
            [one] => format!("missing operand after ‘{one}’"),
            [_, _, extra, ..] => format!("extra operand ‘{extra}’"),
            _ => String::new(),
        };
        cx.err(format!("join: {what}\nTry 'join --help' for more information.\n"));
        return Err(1);
    };
    Ok((first.clone(), second.clone()))
}

/// Lines cut into fields.
fn rows_of(text: &str, separator: Option<char>) -> Vec<Vec<String>> {
    let cells = |line: &str| match separator {
        Some(mark) => line.split(mark).map(String::from).collect(),
        None => line.split_whitespace().map(String::from).collect(),
    };
    text.lines().map(cells).collect()
}

fn put_joined(
    out: &mut String,
    given: &crate::getopt::Given,
    rows: &[Vec<Vec<String>>],
    keys: [usize; 2],
    between: &str,
    pair: [Option<usize>; 2],
) {
    let empty = given.value("e").unwrap_or("").to_string();
    let side = usize::from(pair[0].is_none());
    let shown = pair[side].and_then(|at| rows[side][at].get(keys[side]).cloned()).unwrap_or_default();
    let cell = |side: usize, index: usize| {
        pair[side].and_then(|at| rows[side][at].get(index).cloned()).unwrap_or(empty.clone())
    };
    let cells: Vec<String> = match given.value("o") {
        Some(format) => format
            .split([',', ' '])
            .map(|item| match item.split_once('.') {
                Some((side, index)) => cell(usize::from(side == "2"), index.parse::<usize>().unwrap_or(1).max(1) - 1),
                None => shown.clone(),
            })
            .collect(),
        None => {
            let mut cells = vec![shown.clone()];
            for side in 0..2 {
                if let Some(at) = pair[side] {
                    cells.extend(
                        rows[side][at]
                            .iter()
                            .enumerate()
                            .filter(|(index, _)| *index != keys[side])
                            .map(|(_, cell)| cell.clone()),
                    );
                }
            }
            cells
        }
    };
    out.push_str(&cells.join(between));
    out.push('\n');
}

pub(super) const SPLIT: Tool = Tool {
    name: "split",
    usage: "[OPTION]... [FILE [PREFIX]]",
    summary: "Cut a file into pieces.",
    options: &[
        value('l', "lines", "N", "N lines a piece (1000)"),
        value('b', "bytes", "SIZE", "SIZE bytes a piece"),
        flag('d', "numeric-suffixes", "numbers instead of letters"),
        value('a', "suffix-length", "N", "suffixes of N letters (2)"),
        value('\0', "additional-suffix", "SUFFIX", "behind each name"),
        missing('n', "number"),
        missing('C', "line-bytes"),
        missing('t', "separator"),
    ],
    trouble: 1,
};

fn split(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &SPLIT) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let name = given.operands.first().cloned().unwrap_or_else(|| "-".into());
    let bytes = match super::input::bytes_of(cx, &name) {
        None => return Cx::WAIT,
        Some(Ok(bytes)) => bytes,
        Some(Err(error)) => {
            cx.err(format!("split: cannot open '{name}' for reading: {error}\n"));
            return 1;
        }
    };
    let size = |text: &str| -> Option<usize> {
        let (digits, unit) = match text.chars().last()? {
            'K' | 'k' => (&text[..text.len() - 1], 1 << 10),
            'M' => (&text[..text.len() - 1], 1 << 20),
            _ => (text, 1),
        };
        digits.parse::<usize>().ok().map(|n| n * unit).filter(|n| *n > 0)
    };
    let (option, what) = if given.has("b") { ("b", "bytes") } else { ("l", "lines") };
    let Some(count) = given.value(option).map_or(Some(1000), size) else {
        let text = given.value(option).unwrap_or_default().to_string();
        cx.err(format!("split: invalid number of {what}: ‘{text}’\n"));
        return 1;
    };
    let pieces: Vec<Vec<u8>> = if given.has("b") {
        bytes.chunks(count).map(<[u8]>::to_vec).collect()
    } else {
        let lines: Vec<&[u8]> = super::input::lines(&bytes).collect();
        lines.chunks(count).map(<[&[u8]]>::concat).collect()
    };
    let prefix = given.operands.get(1).map_or("x", String::as_str);
    let length: usize = given.value("a").and_then(|text| text.parse().ok()).unwrap_or(2).min(10);
    let base = if given.has("d") { 10 } else { 26 };
    for (index, piece) in pieces.into_iter().enumerate() {
        let mut rest = index;
        let mut suffix: Vec<char> = Vec::new();
        for _ in 0..length {
            let digit = u8::try_from(rest % base).unwrap_or(0);
            suffix.insert(0, char::from(if base == 10 { b'0' + digit } else { b'a' + digit }));
            rest /= base;
        }
        if rest > 0 {
            cx.err("split: output file suffixes exhausted\n");
            return 1;
        }
        let suffix: String = suffix.into_iter().collect();
        let file = format!("{prefix}{suffix}{}", given.value("additional-suffix").unwrap_or(""));
        let (path, micros) = (cx.path(&file), cx.micros());
        if let Err(error) = cx.files_mut().write(&path, piece, micros) {
            cx.err(format!("split: {file}: {error}\n"));
            return 1;
        }
    }
    0
}
