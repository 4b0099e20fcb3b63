//! Options as cobra and pflag read them: long ones whole and never cut short, short ones combined, options and words
//! mixed, `--` ends the options.

use order::OrdMap;

/// What stands behind an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing, or `=true` and `=false`.
    Switch,
    Text,
    /// Text, each time one more.
    Texts,
    /// A whole number, not below zero.
    Uint,
    Int,
}

/// A row of a command's option table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flag {
    pub long: &'static str,
    /// `'\0'` where there is no short form.
    pub short: char,
    pub takes: Takes,
    /// As the help names it; empty where nothing is the default.
    pub default: &'static str,
    pub help: &'static str,
}

pub(crate) const fn switch(long: &'static str, help: &'static str) -> Flag {
    Flag { long, short: '\0', takes: Takes::Switch, default: "", help }
}

pub(crate) const fn text(long: &'static str, short: char, help: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Text, default: "", help }
}

pub(crate) const fn texts(long: &'static str, short: char, help: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Texts, default: "", help }
}

/// Options that every command of a tool knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Globals {
    pub flags: &'static [Flag],
    /// Those of the real tool that this sandbox does not have.
    pub missing: &'static str,
}

/// A command as its help names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Command {
    /// `argocd app get`
    pub path: &'static str,
    /// `APPNAME`
    pub operands: &'static str,
    pub summary: &'static str,
    pub flags: &'static [Flag],
    /// Options of the real command that this sandbox does not have; with blanks between;
    /// short ones as their letter.
    pub missing: &'static str,
}

impl Command {
    /// `get` of `argocd app get`.
    pub fn name(&self) -> &'static str {
        self.path.rsplit(' ').next().unwrap_or(self.path)
    }

    fn flag(&self, globals: &Globals, fits: impl Fn(&Flag) -> bool) -> Option<Flag> {
        self.flags.iter().chain(globals.flags).copied().find(|flag| fits(flag))
    }

    fn is_missing(&self, globals: &Globals, name: &str) -> bool {
        self.missing.split_whitespace().chain(globals.missing.split_whitespace()).any(|missing| missing == name)
    }
}

/// What was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    values: OrdMap<&'static str, Vec<String>>,
    pub words: Vec<String>,
}

impl Given {
    /// Whether a switch is on.
    pub fn on(&self, long: &str) -> bool {
        self.text(long).is_some_and(|value| value == "true")
    }

    /// The value given last.
    pub fn text(&self, long: &str) -> Option<&str> {
        self.values.get(long)?.last().map(String::as_str)
    }

    pub fn texts(&self, long: &str) -> &[String] {
        self.values.get(long).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn number(&self, long: &str) -> Option<i64> {
        self.text(long)?.parse().ok()
    }
}

/// Why a command line is not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    Help,
    Wrong(String),
    /// The option is real, and not here.
    Missing(String),
}

/// Reads what stands behind the command's name.
pub(crate) fn parse(args: &[String], command: &Command, globals: &Globals) -> Result<Given, Stop> {
    read(args, (command, globals), true)
}

/// The same, but the first word ends the options: what follows belongs to another command.
pub(crate) fn parse_front(args: &[String], command: &Command, globals: &Globals) -> Result<Given, Stop> {
    read(args, (command, globals), false)
}

fn read(args: &[String], (command, globals): (&Command, &Globals), mixed: bool) -> Result<Given, Stop> {
    let mut given = Given::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            given.words.extend(args.by_ref().cloned());
        } else if let Some(long) = arg.strip_prefix("--") {
            read_long(arg, long, &mut args, (command, globals), &mut given)?;
        } else if arg.len() > 1 && arg.starts_with('-') {
            read_short(&arg[1..], &mut args, (command, globals), &mut given)?;
        } else {
            given.words.push(arg.clone());
            if !mixed {
                given.words.extend(args.by_ref().cloned());
            }
        }
    }
    Ok(given)
}

type Rest<'a> = std::slice::Iter<'a, String>;

fn read_long(
    arg: &str,
    long: &str,
    rest: &mut Rest<'_>,
    (command, globals): (&Command, &Globals),
    given: &mut Given,
) -> Result<(), Stop> {
    let (name, inline) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_string())));
    if name.is_empty() || name.starts_with('-') {
        return Err(Stop::Wrong(format!("bad flag syntax: {arg}")));
    }
    if name == "help" {
        return Err(Stop::Help);
    }
    let Some(flag) = command.flag(globals, |flag| flag.long == name) else {
        let missing = name.len() > 1 && command.is_missing(globals, name);
        return Err(if missing {
            Stop::Missing(format!("--{name}"))
        } else {
            Stop::Wrong(format!("unknown flag: --{name}"))
        });
    };
    let value = match (inline, flag.takes) {
        (Some(value), _) => value,
        (None, Takes::Switch) => "true".into(),
        (None, _) => match rest.next() {
            Some(value) => value.clone(),
            None => return Err(Stop::Wrong(format!("flag needs an argument: --{name}"))),
        },
    };
    put(flag, &value, given)
}

fn read_short(
    letters: &str,
    rest: &mut Rest<'_>,
    (command, globals): (&Command, &Globals),
    given: &mut Given,
) -> Result<(), Stop> {
    for (at, letter) in letters.char_indices() {
        if letter == 'h' {
            return Err(Stop::Help);
        }
        let Some(flag) = command.flag(globals, |flag| flag.short == letter) else {
            let name = letter.to_string();
            let unknown = || Stop::Wrong(format!("unknown shorthand flag: '{letter}' in -{}", &letters[at..]));
            return Err(if command.is_missing(globals, &name) { Stop::Missing(format!("-{name}")) } else { unknown() });
        };
        let behind = &letters[at + letter.len_utf8()..];
        if let Some(value) = behind.strip_prefix('=') {
            return put(flag, value, given);
        }
        if flag.takes == Takes::Switch {
            put(flag, "true", given)?;
            continue;
        }
        if !behind.is_empty() {
            return put(flag, behind, given);
        }
        let Some(value) = rest.next() else {
            return Err(Stop::Wrong(format!("flag needs an argument: '{letter}' in -{}", &letters[at..])));
        };
        return put(flag, value, given);
    }
    Ok(())
}

fn put(flag: Flag, value: &str, given: &mut Given) -> Result<(), Stop> {
    let refuse = |call: &str| {
        let name = match flag.short {
            '\0' => format!("--{}", flag.long),
            short => format!("-{short}, --{}", flag.long),
        };
        Stop::Wrong(format!(
            "invalid argument \"{value}\" for \"{name}\" flag: strconv.{call}: parsing \"{value}\": invalid syntax"
        ))
    };
    let value = match flag.takes {
        Takes::Text | Takes::Texts => value.to_string(),
        Takes::Switch => match value {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => "true".into(),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => "false".into(),
            _ => return Err(refuse("ParseBool")),
        },
        Takes::Uint => value.parse::<u32>().map_err(|_| refuse("ParseUint"))?.to_string(),
        Takes::Int => value.parse::<i32>().map_err(|_| refuse("ParseInt"))?.to_string(),
    };
    given.values.entry(flag.long).or_default().push(value);
    Ok(())
}
