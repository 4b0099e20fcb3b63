//! `head`, which ends a stream early.

use crate::getopt::{Given, Tool, flag, missing, parse, value};
use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Read, Step};

pub(super) const HEAD: Tool = Tool {
    name: "head",
    usage: "[OPTION]... [FILE]...",
    summary: "Print the beginning of files.",
    options: &[
        value('n', "lines", "NUM", "how many lines (default 10)"),
        value('c', "bytes", "NUM", "how many bytes"),
        flag('q', "quiet", "never print file names"),
        flag('v', "verbose", "always print file names"),
        missing('z', "zero-terminated"),
    ],
    trouble: 1,
};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Lines still to print from standard input.
    left: Option<i64>,
}

impl From<Vec<String>> for Head {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

/// `-5` is `-n 5`.
pub(super) fn number_option(args: Vec<String>) -> Vec<String> {
    args.into_iter()
        .map(|arg| match arg.strip_prefix('-') {
            Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => format!("-n{digits}"),
            _ => arg,
        })
        .collect()
}

/// How much: lines or bytes, and the sign that was given.
pub(super) struct Amount {
    pub bytes: bool,
    pub sign: Option<char>,
    pub count: i64,
}

pub(super) fn amount(cx: &mut Cx<'_>, tool: &Tool, given: &Given) -> Result<Amount, i32> {
    let bytes = given.last(&["n", "c"]) == Some("c");
    let text = given.value(if bytes { "c" } else { "n" }).unwrap_or("10");
    let sign = text.chars().next().filter(|c| matches!(c, '+' | '-'));
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    match digits.parse() {
        Ok(count) => Ok(Amount { bytes, sign, count }),
        Err(_) => {
            let what = if bytes { "bytes" } else { "lines" };
            cx.err(format!("{}: invalid number of {what}: ‘{text}’\n", tool.name));
            Err(1)
        }
    }
}

fn given(cx: &mut Cx<'_>, tool: &Tool) -> Result<(Given, Amount), i32> {
    let args = number_option(cx.args());
    cx.set_args(args);
    let given = parse(cx, tool)?;
    let amount = amount(cx, tool, &given)?;
    Ok((given, amount))
}

impl Behaviour for Head {
    const PROGRAM: &'static str = "head";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.left.is_none() {
            let (given, amount) = match given(cx, &HEAD) {
                Ok(all) => all,
                Err(code) => return Step::Done(code),
            };
            // Only plain lines of standard input can be printed as they come.
            if !given.operands.is_empty() || amount.bytes || amount.sign == Some('-') {
                return match cut(cx, &HEAD, &given, |bytes| beginning(bytes, &amount)) {
                    Cx::WAIT => Step::Stdin,
                    code => Step::Done(code),
                };
            }
            self.left = Some(amount.count);
        }
        while self.left > Some(0) {
            match cx.read_line() {
                Read::Line(line) => {
                    cx.out(line);
                    self.left = self.left.map(|left| left - 1);
                }
                Read::Wait => return Step::Stdin,
                Read::End => break,
            }
        }
        Step::Done(0)
    }
}

pub(super) fn units(bytes: &[u8], amount: &Amount) -> Vec<usize> {
    if amount.bytes {
        return (1..=bytes.len()).collect();
    }
    let mut at = 0;
    super::input::lines(bytes)
        .map(|line| {
            at += line.len();
            at
        })
        .collect()
}

fn beginning(bytes: &[u8], amount: &Amount) -> std::ops::Range<usize> {
    let ends = units(bytes, amount);
    let count = usize::try_from(amount.count).unwrap_or(usize::MAX);
    let keep = if amount.sign == Some('-') { ends.len().saturating_sub(count) } else { count.min(ends.len()) };
    0..if keep == 0 { 0 } else { ends[keep - 1] }
}

/// Prints one range of each input, with titles between several.
pub(super) fn cut(cx: &mut Cx<'_>, tool: &Tool, given: &Given, range: impl Fn(&[u8]) -> std::ops::Range<usize>) -> i32 {
    let names = if given.operands.is_empty() { vec!["-".to_string()] } else { given.operands.clone() };
    let Some(inputs) = super::input::all(cx, &names) else { return Cx::WAIT };
    let titles = (inputs.len() > 1 && !given.has("q")) || given.has("v");
    let (mut code, mut first) = (0, true);
    for (name, input) in inputs {
        let bytes = match input {
            Ok(bytes) => bytes,
            Err(_) if cx.files().is_dir(&cx.path(&name)) => {
                if titles {
                    let gap = if first { "" } else { "\n" };
                    cx.out(format!("{gap}==> {name} <==\n"));
                }
                cx.err(format!("{}: error reading '{name}': Is a directory\n", tool.name));
                (code, first) = (1, false);
                continue;
            }
            Err(error) => {
                cx.err(format!("{}: cannot open '{name}' for reading: {error}\n", tool.name));
                code = 1;
                continue;
            }
        };
        if titles {
            let gap = if first { "" } else { "\n" };
            let shown = if name == "-" { "standard input" } else { &name };
            cx.out(format!("{gap}==> {shown} <==\n"));
        }
        first = false;
        cx.out(&bytes[range(&bytes)]);
    }
    code
}
