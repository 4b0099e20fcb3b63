//! `cut`.

use super::ranges::Ranges;
use crate::getopt::{Given, Tool, flag, missing, parse, value};
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "cut",
    usage: "OPTION... [FILE]...",
    summary: "Print parts of lines.",
    options: &[
        value('b', "bytes", "LIST", "these bytes"),
        value('c', "characters", "LIST", "these characters"),
        value('d', "delimiter", "DELIM", "what separates fields, instead of a tab"),
        value('f', "fields", "LIST", "these fields"),
        flag('s', "only-delimited", "leave out lines without a delimiter"),
        flag('n', "", "has no effect"),
        flag('\0', "complement", "all but these"),
        value('\0', "output-delimiter", "STRING", "what stands between fields in the output"),
        missing('z', "zero-terminated"),
    ],
    trouble: 1,
};

const HINT: &str = "Try 'cut --help' for more information.\n";

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let lists: Vec<(&str, String)> =
        ["b", "c", "f"].into_iter().filter_map(|name| Some((name, given.value(name)?.to_string()))).collect();
    let wrong = match &lists[..] {
        [] => Some("you must specify a list of bytes, characters, or fields".to_string()),
        [(kind, _)] => {
            let delimiter = given.value("d").unwrap_or("\t");
            if given.has("d") && *kind != "f" {
                Some("an input delimiter may be specified only when operating on fields".into())
            } else if given.has("s") && *kind != "f" {
                Some("suppressing non-delimited lines makes sense\n\tonly when operating on fields".into())
            } else if delimiter.len() > 1 {
                Some("the delimiter must be a single character".into())
            } else {
                None
            }
        }
        _ => Some("only one list may be specified".into()),
    };
    if let Some(message) = wrong {
        cx.err(format!("cut: {message}\n{HINT}"));
        return 1;
    }
    let (kind, list) = &lists[0];
    let ranges = match Ranges::parse(list, *kind == "f") {
        Ok(ranges) => ranges,
        Err(message) => {
            cx.err(format!("cut: {message}\n{HINT}"));
            return 1;
        }
    };
    let names = if given.operands.is_empty() { vec!["-".to_string()] } else { given.operands.clone() };
    let Some(inputs) = super::input::all(cx, &names) else { return Cx::WAIT };
    let (mut out, mut code) = (Vec::new(), 0);
    for (name, input) in inputs {
        match input {
            Ok(bytes) => {
                for line in super::input::lines(&bytes) {
                    one_line(line.strip_suffix(b"\n").unwrap_or(line), kind, &ranges, &given, &mut out);
                }
            }
            Err(error) => {
                cx.out(std::mem::take(&mut out));
                cx.err(format!("cut: {}: {error}\n", super::input::shown(&name)));
                code = 1;
            }
        }
    }
    cx.out(out);
    code
}

fn one_line(line: &[u8], kind: &str, ranges: &Ranges, given: &Given, out: &mut Vec<u8>) {
    let complement = given.has("complement");
    let wanted = |index: usize| ranges.has(index + 1) != complement;
    if kind != "f" {
        // As coreutils does, characters are bytes.
        let between = given.value("output-delimiter").map(str::as_bytes);
        let mut last = None;
        for (index, byte) in line.iter().enumerate().filter(|(index, _)| wanted(*index)) {
            if let (Some(between), Some(last)) = (between, last)
                && last + 1 != index
            {
                out.extend_from_slice(between);
            }
            out.push(*byte);
            last = Some(index);
        }
        out.push(b'\n');
        return;
    }
    let delimiter = given.value("d").unwrap_or("\t").bytes().next().unwrap_or(0);
    if !line.contains(&delimiter) {
        if !given.has("s") {
            out.extend_from_slice(line);
            out.push(b'\n');
        }
        return;
    }
    let own = [delimiter];
    let between = given.value("output-delimiter").map_or(&own[..], str::as_bytes);
    let fields = line.split(|byte| *byte == delimiter).enumerate().filter(|(index, _)| wanted(*index));
    for (count, (_, field)) in fields.enumerate() {
        if count > 0 {
            out.extend_from_slice(between);
        }
        out.extend_from_slice(field);
    }
    out.push(b'\n');
}
