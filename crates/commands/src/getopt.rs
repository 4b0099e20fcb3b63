//! Options as the core tools read them (GNU getopt): short ones combine, long ones may be cut short, operands and
//! options mix, `--` ends the options. One table per tool drives parsing, `--help` and completion.

use world::Cx;

/// A row of a tool's option table.
#[derive(Debug, Clone, Copy)]
pub struct Opt {
    /// `0 as char` where there is no short form.
    pub short: char,
    /// Empty where there is no long form.
    pub long: &'static str,
    /// The name of its argument; empty where it takes none.
    pub arg: &'static str,
    pub help: &'static str,
    /// It exists in the real tool and not here.
    pub missing: bool,
}

pub const fn flag(short: char, long: &'static str, help: &'static str) -> Opt {
    Opt { short, long, arg: "", help, missing: false }
}

pub const fn value(short: char, long: &'static str, arg: &'static str, help: &'static str) -> Opt {
    Opt { short, long, arg, help, missing: false }
}

/// An option of the real tool that this sandbox does not have: it says so.
pub const fn missing(short: char, long: &'static str) -> Opt {
    Opt { short, long, arg: "", help: "", missing: true }
}

/// What a tool is.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    pub name: &'static str,
    pub usage: &'static str,
    pub summary: &'static str,
    pub options: &'static [Opt],
    /// The exit code of a wrong option: 1 for most, 2 for `ls` and `grep`.
    pub trouble: i32,
}

/// Options in the order given, and operands.
#[derive(Debug, Clone, Default)]
pub struct Given {
    options: Vec<(Opt, String)>,
    pub operands: Vec<String>,
}

impl Given {
    /// Whether an option was given; named by its short form, or by its long form.
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(opt, _)| named(opt, name))
    }

    /// The argument given last.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.options.iter().rev().find(|(opt, _)| named(opt, name)).map(|(_, value)| value.as_str())
    }

    pub fn values(&self, name: &str) -> Vec<&str> {
        self.options.iter().filter(|(opt, _)| named(opt, name)).map(|(_, value)| value.as_str()).collect()
    }

    /// These options in the order given, with their arguments.
    pub fn in_order<'a>(&'a self, names: &[&'a str]) -> Vec<(&'a str, &'a str)> {
        let found = |opt: &Opt| names.iter().find(|name| named(opt, name)).copied();
        self.options.iter().filter_map(|(opt, value)| Some((found(opt)?, value.as_str()))).collect()
    }

    /// Which of these options was given last.
    pub fn last<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        self.options.iter().rev().find_map(|(opt, _)| names.iter().find(|name| named(opt, name)).copied())
    }
}

fn named(opt: &Opt, name: &str) -> bool {
    opt.long == name || (name.len() == 1 && name.starts_with(opt.short))
}

/// Reads the arguments of this process. On a mistake prints the tool's words and gives the exit code;
/// `--help` prints the help and gives 0.
pub fn parse(cx: &mut Cx<'_>, tool: &Tool) -> Result<Given, i32> {
    let args = cx.args();
    parse_words(cx, &args, tool)
}

/// The same with arguments that were made from those of this process.
pub fn parse_words(cx: &mut Cx<'_>, args: &[String], tool: &Tool) -> Result<Given, i32> {
    match read(args, tool) {
        Ok(given) => Ok(given),
        Err(Stop::Help) => {
            cx.out(help(tool));
            Err(0)
        }
        Err(Stop::Wrong(message)) => {
            // grep alone says how it is used before it tells where to read more.
            let usage = if tool.name == "grep" { format!("Usage: grep {}\n", tool.usage) } else { String::new() };
            let more = match tool.name {
                "tar" => "Try 'tar --help' or 'tar --usage'".into(),
                "gzip" | "gunzip" | "zcat" => "Try `gzip --help'".into(),
                name => format!("Try '{name} --help'"),
            };
            let name = if more.contains('`') { "gzip" } else { tool.name };
            cx.err(format!("{name}: {message}\n{usage}{more} for more information.\n"));
            Err(tool.trouble)
        }
        Err(Stop::Missing(option)) => {
            let name = tool.name;
            cx.err(format!("{name}: option '{option}' is real {name}, but not part of this sandbox yet\n"));
            Err(tool.trouble)
        }
    }
}

enum Stop {
    Help,
    Wrong(String),
    Missing(String),
}

fn read(args: &[String], tool: &Tool) -> Result<Given, Stop> {
    let mut given = Given::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            given.operands.extend(args.by_ref().cloned());
        } else if let Some(long) = arg.strip_prefix("--") {
            let (name, inline) = long.split_once('=').map_or((long, None), |(n, v)| (n, Some(v.to_string())));
            let opt = find_long(name, tool)?;
            let value = match (opt.arg.is_empty(), inline) {
                (true, Some(_)) => {
                    return Err(Stop::Wrong(format!("option '--{}' doesn't allow an argument", opt.long)));
                }
                (true, None) => String::new(),
                (false, Some(value)) => value,
                (false, None) => match args.next() {
                    Some(value) => value.clone(),
                    None => return Err(Stop::Wrong(format!("option '--{}' requires an argument", opt.long))),
                },
            };
            given.options.push((opt, value));
        } else if arg.len() > 1 && arg.starts_with('-') {
            read_short(&arg[1..], &mut args, tool, &mut given)?;
        } else {
            given.operands.push(arg.clone());
        }
    }
    Ok(given)
}

fn read_short(
    flags: &str,
    args: &mut std::slice::Iter<'_, String>,
    tool: &Tool,
    given: &mut Given,
) -> Result<(), Stop> {
    for (at, c) in flags.char_indices() {
        let Some(opt) = tool.options.iter().find(|opt| opt.short == c) else {
            return Err(Stop::Wrong(format!("invalid option -- '{c}'")));
        };
        if opt.missing {
            return Err(Stop::Missing(format!("-{c}")));
        }
        if opt.long == "help" {
            return Err(Stop::Help);
        }
        if opt.arg.is_empty() {
            given.options.push((*opt, String::new()));
            continue;
        }
        let rest = &flags[at + c.len_utf8()..];
        // `sed -i.bak`, `ls --color=auto`: an argument in brackets is optional and never the next word.
        let value = match (rest.is_empty(), opt.arg.starts_with('[')) {
            (false, _) | (true, true) => rest.to_string(),
            (true, false) => match args.next() {
                Some(value) => value.clone(),
                None => return Err(Stop::Wrong(format!("option requires an argument -- '{c}'"))),
            },
        };
        given.options.push((*opt, value));
        return Ok(());
    }
    Ok(())
}

fn find_long(name: &str, tool: &Tool) -> Result<Opt, Stop> {
    if name == "help" {
        return Err(Stop::Help);
    }
    let exact = tool.options.iter().find(|opt| opt.long == name);
    let mut near = tool.options.iter().filter(|opt| !opt.long.is_empty() && opt.long.starts_with(name));
    let opt = match (exact, near.next(), near.next()) {
        (Some(opt), ..) | (None, Some(opt), None) => *opt,
        (None, Some(_), Some(_)) => {
            let all = tool.options.iter().filter(|opt| opt.long.starts_with(name));
            let all: String = all.map(|opt| format!(" '--{}'", opt.long)).collect();
            return Err(Stop::Wrong(format!("option '--{name}' is ambiguous; possibilities:{all}")));
        }
        (None, None, _) => return Err(Stop::Wrong(format!("unrecognized option '--{name}'"))),
    };
    if opt.missing { Err(Stop::Missing(format!("--{}", opt.long))) } else { Ok(opt) }
}

/// The help text: ours, not the real tool's words.
fn help(tool: &Tool) -> String {
    let mut text = format!("Usage: {} {}\n{}\n", tool.name, tool.usage, tool.summary);
    let rows: Vec<(String, &str)> = tool
        .options
        .iter()
        .filter(|opt| !opt.missing)
        .map(|opt| {
            let short = if opt.short == '\0' { "    ".into() } else { format!("-{}", opt.short) };
            let comma = if opt.short != '\0' && !opt.long.is_empty() { ", " } else { "" };
            let long = if opt.long.is_empty() { String::new() } else { format!("--{}", opt.long) };
            let arg = if opt.arg.is_empty() { String::new() } else { format!(" {}", opt.arg) };
            (format!("{short}{comma}{long}{arg}"), opt.help)
        })
        .collect();
    let width = rows.iter().map(|(left, _)| left.len()).max().unwrap_or(0);
    for (left, help) in rows {
        text.push_str(&format!("  {left:<width$}  {help}\n"));
    }
    let gone: Vec<String> = tool
        .options
        .iter()
        .filter(|opt| opt.missing)
        .map(|opt| if opt.short == '\0' { format!("--{}", opt.long) } else { format!("-{}", opt.short) })
        .collect();
    if !gone.is_empty() {
        text.push_str(&format!("Real, but not part of this sandbox yet: {}\n", gone.join(" ")));
    }
    text
}
