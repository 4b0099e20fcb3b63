//! `seq`.

use crate::getopt::{Tool, flag, parse, value};
use shell::format;
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "seq",
    usage: "[OPTION]... [FIRST [INCREMENT]] LAST",
    summary: "Print numbers from FIRST to LAST.",
    options: &[
        value('f', "format", "FORMAT", "a format as printf's"),
        value('s', "separator", "STRING", "what stands between the numbers"),
        flag('w', "equal-width", "equal width by zeros in front"),
    ],
    trouble: 1,
};

/// More numbers than this are not printed.
const NUMBERS_MAX: usize = 1_000_000;
const HINT: &str = "Try 'seq --help' for more information.\n";

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    // A negative number is no option.
    let mut args = cx.args();
    let negative = |arg: &String| {
        arg.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
    };
    if let Some(at) = args.iter().position(negative).filter(|_| !args.contains(&"--".to_string())) {
        args.insert(at, "--".into());
        cx.set_args(args);
    }
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let mut numbers = Vec::new();
    for text in &given.operands {
        match manifest::float_of(text.trim()).filter(|number| number.is_finite()) {
            Some(number) => numbers.push(number),
            None => {
                cx.err(format!("seq: invalid floating point argument: ‘{text}’\n{HINT}"));
                return 1;
            }
        }
    }
    let (first, step, last) = match span(cx, &numbers, &given.operands) {
        Ok(span) => span,
        Err(code) => return code,
    };
    let places = |text: &String| text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let precision =
        given.operands[..given.operands.len().saturating_sub(1).max(1)].iter().map(places).max().unwrap_or(0);
    let precision = if given.operands.len() == 1 { 0 } else { precision };
    let mut texts = Vec::new();
    let mut count = 0_u32;
    loop {
        let at = first + f64::from(count) * step;
        // A last number that only rounding pushed over the end belongs to it.
        let over = (at - last) * step.signum();
        if over > step.abs() * 1e-9 || texts.len() >= NUMBERS_MAX {
            break;
        }
        let at = if at == 0.0 { 0.0 } else { at };
        texts.push(match given.value("f") {
            Some(format) => formatted(format, at),
            None => format!("{at:.precision$}"),
        });
        count += 1;
    }
    if given.has("w") {
        let width = texts.iter().map(String::len).max().unwrap_or(0);
        for text in &mut texts {
            let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
            *text = format!("{sign}{digits:0>fill$}", fill = width - sign.len());
        }
    }
    if !texts.is_empty() {
        let between = given.value("s").unwrap_or("\n");
        cx.out(texts.join(between) + "\n");
    }
    0
}

/// First, step and last.
fn span(cx: &mut Cx<'_>, numbers: &[f64], operands: &[String]) -> Result<(f64, f64, f64), i32> {
    let (first, step, last) = match *numbers {
        [] => {
            cx.err(format!("seq: missing operand\n{HINT}"));
            return Err(1);
        }
        [last] => (1.0, 1.0, last),
        [first, last] => (first, 1.0, last),
        [first, step, last] => (first, step, last),
        _ => {
            cx.err(format!("seq: extra operand ‘{}’\n{HINT}", operands[3]));
            return Err(1);
        }
    };
    if step == 0.0 {
        let shown = &operands[1];
        cx.err(format!("seq: invalid Zero increment value: ‘{shown}’\n{HINT}"));
        return Err(1);
    }
    Ok((first, step, last))
}

fn formatted(format: &str, value: f64) -> String {
    let chars: Vec<char> = format.chars().collect();
    let (mut out, mut at) = (String::new(), 0);
    while at < chars.len() {
        if chars[at] != '%' || chars.get(at + 1) == Some(&'%') {
            out.push(chars[at]);
            at += if chars[at] == '%' { 2 } else { 1 };
            continue;
        }
        let (spec, length) = format::read(&chars[at + 1..], &mut || 0);
        out.push_str(&spec.float(value));
        at += 1 + length;
    }
    out
}
