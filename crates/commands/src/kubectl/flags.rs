//! Flags as kubectl reads them (pflag): `--name value`, `--name=value`, `-n value`, `-nvalue`, short switches together,
//! flags and operands mixed, `--` ends the flags. One table per command drives parsing and help.

use super::kube::Stop;
use super::{Command, not_here};
use order::OrdMap;

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A switch; its value when it is not given.
    Switch(bool),
    /// A text; its value when it is not given.
    Text(&'static str),
    /// A whole number.
    Number(i64),
    /// Several texts.
    Texts,
    /// A text, or another one when the flag stands alone: `--dry-run`.
    Maybe(&'static str, &'static str),
}

/// A row of a command's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flag {
    pub long: &'static str,
    /// `'\0'` where there is no short form.
    pub short: char,
    pub takes: Takes,
    pub help: &'static str,
}

pub(crate) const fn switch(long: &'static str, short: char, help: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Switch(false), help }
}

/// A switch that is on unless it is turned off.
pub(crate) const fn on(long: &'static str, help: &'static str) -> Flag {
    Flag { long, short: '\0', takes: Takes::Switch(true), help }
}

pub(crate) const fn text(long: &'static str, short: char, default: &'static str, help: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Text(default), help }
}

pub(crate) const fn number(long: &'static str, default: i64, help: &'static str) -> Flag {
    Flag { long, short: '\0', takes: Takes::Number(default), help }
}

pub(crate) const fn texts(long: &'static str, short: char, help: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Texts, help }
}

pub(crate) const fn maybe(long: &'static str, default: &'static str, alone: &'static str, help: &'static str) -> Flag {
    Flag { long, short: '\0', takes: Takes::Maybe(default, alone), help }
}

/// Flags of every command.
pub(crate) const GLOBAL: &[Flag] = &[
    text("as", '\0', "", "Username to impersonate for the operation."),
    texts("as-group", '\0', "Group to impersonate for the operation."),
    text("context", '\0', "", "The name of the kubeconfig context to use"),
    switch("help", 'h', "Help for the command"),
    text("kubeconfig", '\0', "", "Path to the kubeconfig file to use for CLI requests."),
    text("namespace", 'n', "", "If present, the namespace scope for this CLI request"),
    text("token", '\0', "", "Bearer token for authentication to the API server"),
];

/// Global flags of the real kubectl that are not here, and whether they take a value.
const GLOBAL_MISSING: &[(&str, bool)] = &[
    ("as-uid", true),
    ("cache-dir", true),
    ("certificate-authority", true),
    ("client-certificate", true),
    ("client-key", true),
    ("cluster", true),
    ("disable-compression", false),
    ("insecure-skip-tls-verify", false),
    ("match-server-version", false),
    ("password", true),
    ("profile", true),
    ("profile-output", true),
    ("request-timeout", true),
    ("server", true),
    ("s", true),
    ("tls-server-name", true),
    ("user", true),
    ("username", true),
    ("v", true),
    ("vmodule", true),
    ("warnings-as-errors", false),
];

/// Flags by their long names, in the order given, and operands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    values: OrdMap<&'static str, Vec<String>>,
    defaults: OrdMap<&'static str, String>,
    pub operands: Vec<String>,
}

impl Given {
    /// Whether a switch is on.
    pub fn has(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// Whether the flag was given at all.
    pub fn is_set(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The value given last.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(|all| all.last()).map(String::as_str)
    }

    /// The value given last, or the default.
    pub fn text(&self, name: &str) -> &str {
        self.value(name).or_else(|| self.defaults.get(name).map(String::as_str)).unwrap_or("")
    }

    pub fn number(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or(0)
    }

    /// Every value of a repeated flag as it stands.
    pub fn each(&self, name: &str) -> Vec<String> {
        self.values.get(name).cloned().unwrap_or_default()
    }

    /// Every value of a repeated flag; commas separate too.
    pub fn all(&self, name: &str) -> Vec<String> {
        let given = self.values.get(name).into_iter().flatten();
        given.flat_map(|value| value.split(',')).filter(|value| !value.is_empty()).map(str::to_string).collect()
    }
}

fn wrong(path: &str, message: &str) -> Stop {
    let command = if path.is_empty() { String::new() } else { format!("{path} ") };
    Stop { message: format!("error: {message}\nSee 'kubectl {command}--help' for usage.\n"), code: 1 }
}

/// A flag where no command is known.
pub(crate) fn unknown_flag(path: &str, arg: &str) -> Stop {
    let name = arg.trim_start_matches('-').split('=').next().unwrap_or("");
    if arg.starts_with("--") {
        return wrong(path, &format!("unknown flag: --{name}"));
    }
    let letter = name.chars().next().unwrap_or('-');
    wrong(path, &format!("unknown shorthand flag: '{letter}' in {arg}"))
}

/// The words that are no flags, and the flags with their values, as cobra looks for the command before it parses.
pub(crate) fn command_path(args: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut words, mut rest) = (Vec::new(), Vec::new());
    let mut args = args.iter().peekable();
    while let Some(arg) = args.next() {
        if arg == "--" {
            rest.push(arg.clone());
            rest.extend(args.cloned());
            break;
        }
        if !arg.starts_with('-') || arg == "-" {
            words.push(arg.clone());
            continue;
        }
        rest.push(arg.clone());
        let takes_next = !arg.contains('=') && wants_value(arg, &words);
        if takes_next && let Some(value) = args.next() {
            rest.push(value.clone());
        }
    }
    (words, rest)
}

/// Whether a flag's value is the next argument, by the table of the command named so far.
fn wants_value(arg: &str, words: &[String]) -> bool {
    let own = super::find(words).map_or(&[][..], |(command, _)| command.flags);
    let found = |flag: &&Flag| match arg.strip_prefix("--") {
        Some(long) => flag.long == long,
        None => arg.len() == 2 && arg.ends_with(flag.short),
    };
    let last_of_cluster = |flag: &&Flag| !arg.starts_with("--") && arg.len() > 2 && arg.ends_with(flag.short);
    let table = || GLOBAL.iter().chain(own);
    let text = |flag: &Flag| matches!(flag.takes, Takes::Text(_) | Takes::Number(_) | Takes::Texts);
    if let Some(flag) = table().find(found) {
        return text(flag);
    }
    if let Some(flag) = table().find(last_of_cluster).filter(|flag| text(flag)) {
        // `-An shop`: every letter before it must be a switch.
        let letters = arg[1..arg.len() - 1].chars();
        return flag.short != '\0'
            && letters.into_iter().all(|c| table().any(|f| f.short == c && matches!(f.takes, Takes::Switch(_))));
    }
    let name = arg.trim_start_matches('-');
    GLOBAL_MISSING.iter().any(|(missing, value)| *missing == name && *value)
}

/// Reads the flags of a command. Operands may stand among them.
pub(crate) fn parse(command: &Command, operands: &[String], rest: &[String]) -> Result<Given, Stop> {
    let mut given = Given { operands: operands.to_vec(), ..Given::default() };
    for flag in GLOBAL.iter().chain(command.flags) {
        let default = match flag.takes {
            Takes::Switch(on) => on.to_string(),
            Takes::Text(text) | Takes::Maybe(text, _) => text.to_string(),
            Takes::Number(n) => n.to_string(),
            Takes::Texts => continue,
        };
        given.defaults.insert(flag.long, default);
    }
    let mut args = rest.iter().cloned().collect::<std::collections::VecDeque<_>>();
    while let Some(arg) = args.pop_front() {
        if arg == "--" {
            given.operands.extend(args);
            break;
        }
        match arg.strip_prefix("--") {
            Some(long) => read_long(command, long, &mut args, &mut given)?,
            None => read_short(command, &arg, &mut args, &mut given)?,
        }
    }
    Ok(given)
}

type Args = std::collections::VecDeque<String>;

fn read_long(command: &Command, long: &str, args: &mut Args, given: &mut Given) -> Result<(), Stop> {
    let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_string())));
    let Some(flag) = GLOBAL.iter().chain(command.flags).find(|flag| flag.long == name) else {
        let real = command.missing.contains(&name) || GLOBAL_MISSING.iter().any(|(missing, _)| *missing == name);
        return Err(if real { not_here::flag(name) } else { wrong(command.path, &format!("unknown flag: --{name}")) });
    };
    let value = match (value, flag.takes) {
        (Some(value), _) => value,
        (None, Takes::Switch(_)) => "true".into(),
        (None, Takes::Maybe(_, alone)) => alone.into(),
        (None, _) => {
            args.pop_front().ok_or_else(|| wrong(command.path, &format!("flag needs an argument: --{name}")))?
        }
    };
    store(command, flag, value, given)
}

fn read_short(command: &Command, arg: &str, args: &mut Args, given: &mut Given) -> Result<(), Stop> {
    for (at, letter) in arg[1..].char_indices() {
        let Some(flag) = GLOBAL.iter().chain(command.flags).find(|flag| flag.short == letter) else {
            let text = letter.to_string();
            let real = command.missing.contains(&text.as_str()) || GLOBAL_MISSING.iter().any(|(name, _)| *name == text);
            let told = format!("unknown shorthand flag: '{letter}' in {arg}");
            return Err(if real { not_here::short_flag(letter) } else { wrong(command.path, &told) });
        };
        let tail = &arg[1 + at + letter.len_utf8()..];
        if let Some(value) = tail.strip_prefix('=') {
            return store(command, flag, value.to_string(), given);
        }
        match flag.takes {
            Takes::Switch(_) => store(command, flag, "true".into(), given)?,
            Takes::Maybe(_, alone) => store(command, flag, alone.into(), given)?,
            _ if !tail.is_empty() => return store(command, flag, tail.to_string(), given),
            _ => {
                let missing = || wrong(command.path, &format!("flag needs an argument: '{letter}' in {arg}"));
                let value = args.pop_front().ok_or_else(missing)?;
                return store(command, flag, value, given);
            }
        }
    }
    Ok(())
}

fn store(command: &Command, flag: &'static Flag, value: String, given: &mut Given) -> Result<(), Stop> {
    let short = if flag.short == '\0' { String::new() } else { format!("-{}, ", flag.short) };
    let refuse = |why: &str| {
        wrong(command.path, &format!("invalid argument \"{value}\" for \"{short}--{}\" flag: {why}", flag.long))
    };
    let value = match flag.takes {
        Takes::Switch(_) => match value.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => "true".to_string(),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => "false".to_string(),
            _ => return Err(refuse(&format!("strconv.ParseBool: parsing \"{value}\": invalid syntax"))),
        },
        Takes::Number(_) if value.parse::<i64>().is_err() => {
            return Err(refuse(&format!("strconv.ParseInt: parsing \"{value}\": invalid syntax")));
        }
        _ => value.clone(),
    };
    given.values.entry(flag.long).or_default().push(value);
    Ok(())
}
