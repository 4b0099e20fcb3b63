//! `xargs`.

// Unlike xargs: a reader that ends early is not told of, so a command it stops is not reported.

use super::run_list::{Item, Progress, RunList};
use crate::getopt::{Given, Tool, flag, missing, parse, value};
use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Step};

pub(super) const TOOL: Tool = Tool {
    name: "xargs",
    usage: "[OPTION]... COMMAND [INITIAL-ARGS]...",
    summary: "Run COMMAND with arguments read from standard input.",
    options: &[
        flag('0', "null", "items end with a zero byte"),
        value('d', "delimiter", "CHARACTER", "what items end with"),
        value('I', "", "R", "replace R in the arguments by each line"),
        value('i', "replace", "[R]", "as -I{}"),
        value('L', "max-lines", "N", "at most N lines for each command"),
        value('n', "max-args", "N", "at most N arguments for each command"),
        value('P', "max-procs", "N", "the commands run one after the other all the same"),
        flag('r', "no-run-if-empty", "run nothing without input"),
        flag('t', "verbose", "print commands before they run"),
        value('a', "arg-file", "FILE", "read from FILE"),
        flag('x', "exit", "has no effect here"),
        value('s', "max-chars", "N", "has no effect here"),
        value('E', "", "END", "stop at this item"),
        missing('p', "interactive"),
        missing('o', "open-tty"),
        missing('\0', "process-slot-var"),
        missing('\0', "show-limits"),
    ],
    trouble: 1,
};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Xargs {
    list: Option<RunList>,
}

impl From<Vec<String>> for Xargs {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

/// Options end at the command.
fn split(cx: &mut Cx<'_>) -> Result<(Given, Vec<String>), i32> {
    let args = cx.args();
    let mut at = 0;
    while let Some(arg) = args.get(at).filter(|arg| arg.len() > 1 && arg.starts_with('-')) {
        at += 1;
        if arg == "--" {
            break;
        }
        let takes = match arg.strip_prefix("--") {
            Some(long) => {
                !long.contains('=')
                    && TOOL
                        .options
                        .iter()
                        .any(|opt| opt.long == long && !opt.arg.is_empty() && !opt.arg.starts_with('['))
            }
            None => {
                let letters: Vec<char> = arg[1..].chars().collect();
                let first =
                    letters.iter().position(|c| TOOL.options.iter().any(|opt| opt.short == *c && !opt.arg.is_empty()));
                first.is_some_and(|place| {
                    place + 1 == letters.len()
                        && TOOL.options.iter().any(|opt| opt.short == letters[place] && !opt.arg.starts_with('['))
                })
            }
        };
        at += usize::from(takes);
    }
    let command = args[at.min(args.len())..].to_vec();
    cx.set_args(args[..at.min(args.len())].to_vec());
    let given = parse(cx, &TOOL);
    cx.set_args(args);
    Ok((given?, command))
}

/// Words as xargs reads them: blanks separate, quotes and backslashes keep together. Each with its line.
fn words(text: &str) -> Result<Vec<(usize, String)>, String> {
    let (mut out, mut word, mut some, mut line) = (Vec::new(), String::new(), false, 0);
    let mut chars = text.chars();
    let mut last_blank = false;
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\n' => {
                if some {
                    out.push((line, std::mem::take(&mut word)));
                    some = false;
                }
                // A line that ends with a blank goes on.
                line += usize::from(c == '\n' && !last_blank);
            }
            '\'' | '"' => {
                some = true;
                loop {
                    match chars.next() {
                        None | Some('\n') => {
                            let kind = if c == '\'' { "single" } else { "double" };
                            return Err(format!(
                                "unmatched {kind} quote; by default quotes are special to xargs unless you use the -0 option"
                            ));
                        }
                        Some(end) if end == c => break,
                        Some(inner) => word.push(inner),
                    }
                }
            }
            '\\' => {
                some = true;
                word.extend(chars.next());
            }
            c => {
                some = true;
                word.push(c);
            }
        }
        last_blank = matches!(c, ' ' | '\t');
    }
    if some {
        out.push((line, word));
    }
    Ok(out)
}

fn items_of(given: &Given, text: &str, by_lines: bool) -> Result<Vec<(usize, String)>, String> {
    let delimiter = if given.has("0") {
        Some('\0')
    } else {
        given.value("d").map(|d| shell::unescape(d, shell::Escapes::Format).0.chars().next().unwrap_or('\0'))
    };
    if let Some(delimiter) = delimiter {
        let body = text.strip_suffix(delimiter).unwrap_or(text);
        return Ok(if text.is_empty() {
            Vec::new()
        } else {
            body.split(delimiter).map(String::from).enumerate().collect()
        });
    }
    if by_lines {
        let lines = text.lines().map(|line| line.trim_start_matches([' ', '\t']).to_string());
        return Ok(lines.filter(|line| !line.is_empty()).enumerate().collect());
    }
    words(text)
}

fn commands(given: &Given, command: &[String], text: &str) -> Result<Vec<Vec<String>>, String> {
    let replace = given
        .value("I")
        .map(String::from)
        .or(given.value("i").map(|r| if r.is_empty() { "{}".into() } else { r.into() }));
    let mut items = items_of(given, text, replace.is_some())?;
    if let Some(end) = given.value("E")
        && let Some(at) = items.iter().position(|(_, item)| item == end)
    {
        items.truncate(at);
    }
    let number = |name: &str, what: &str| match given.value(name).map(|text| (text, text.parse::<usize>())) {
        None => Ok(None),
        Some((_, Ok(n))) if n > 0 => Ok(Some(n)),
        Some((text, Ok(_))) => Err(format!("value {text} for -{what} option should be >= 1")),
        Some((text, Err(_))) => Err(format!("invalid number \"{text}\" for -{what} option")),
    };
    let (most, lines) = (number("n", "n")?, number("L", "L")?);
    if let Some(replace) = replace {
        return Ok(items
            .into_iter()
            .map(|(_, item)| command.iter().map(|arg| arg.replace(&replace, &item)).collect())
            .collect());
    }
    let mut all: Vec<Vec<String>> = Vec::new();
    let (mut count, mut first_line) = (0, 0);
    for (line, item) in items {
        let full = most.is_some_and(|most| count >= most) || lines.is_some_and(|lines| line >= first_line + lines);
        if all.is_empty() || full {
            all.push(command.to_vec());
            (count, first_line) = (0, line);
        }
        if let Some(last) = all.last_mut() {
            last.push(item);
        }
        count += 1;
    }
    if all.is_empty() && !given.has("r") {
        all.push(command.to_vec());
    }
    Ok(all)
}

impl Xargs {
    fn begin(&self, cx: &mut Cx<'_>) -> Result<Option<RunList>, i32> {
        let (given, mut command) = split(cx)?;
        if command.is_empty() {
            command.push("echo".into());
        }
        let text = match given.value("a") {
            Some(name) => match cx.files().read_text(&cx.path(name)) {
                Ok(text) => text,
                Err(error) => {
                    cx.err(format!("xargs: Cannot open input file ‘{name}’: {error}\n"));
                    return Err(1);
                }
            },
            None => {
                if cx.stdin_is_terminal() {
                    return Ok(None);
                }
                match cx.stdin_text() {
                    Some(text) => text,
                    None => return Ok(None),
                }
            }
        };
        match commands(&given, &command, &text) {
            Ok(all) => {
                let mut items = Vec::new();
                for argv in all {
                    if given.has("t") {
                        items.push(Item::Err(argv.join(" ") + "\n"));
                    }
                    items.push(Item::Run(argv));
                }
                Ok(Some(RunList::new(items)))
            }
            Err(message) => {
                cx.err(format!("xargs: {message}\n"));
                Err(1)
            }
        }
    }
}

impl Behaviour for Xargs {
    const PROGRAM: &'static str = "xargs";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.list.is_none() {
            match self.begin(cx) {
                Ok(Some(list)) => self.list = Some(list),
                Ok(None) => return Step::Stdin,
                Err(code) => return Step::Done(code),
            }
        }
        let env = cx.env_all();
        let Some(list) = &mut self.list else { return Step::Stdin };
        let waits = matches!(list.step(cx, &env, true), Progress::Waits);
        if list.codes.last() == Some(&255) {
            list.drop_rest();
            cx.err("xargs: exited with status 255; aborting\n");
            return Step::Done(124);
        }
        if waits {
            return Step::Child;
        }
        if let Some(name) = &list.missing {
            cx.err(format!("xargs: {name}: No such file or directory\n"));
            return Step::Done(127);
        }
        Step::Done(if list.codes.iter().any(|code| *code != 0) { 123 } else { 0 })
    }
}
