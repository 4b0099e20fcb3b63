//! Options as cobra and pflag read them: long ones whole and never cut short, short ones combined, options and words
//! mixed, `--` ends the options.

use order::OrdMap;

/// What stands behind an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
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
pub(super) struct Flag {
    pub long: &'static str,
    /// `'\0'` where there is no short form.
    pub short: char,
    pub takes: Takes,
    /// As the help names it; empty where nothing is the default.
    pub default: &'static str,
    pub help: &'static str,
}

pub(super) const fn switch(long: &'static str, help: &'static str) -> Flag {
    Flag { long, short: '\0', takes: Takes::Switch, default: "", help }
}

pub(super) const fn text(long: &'static str, short: char, help: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Text, default: "", help }
}

pub(super) const fn texts(long: &'static str, short: char, help: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Texts, default: "", help }
}

pub(super) const APP_NAMESPACE: Flag = text("app-namespace", 'N', "the namespace that the application object lives in");
pub(super) const TIMEOUT: Flag = Flag {
    long: "timeout",
    short: '\0',
    takes: Takes::Uint,
    default: "",
    help: "give up after this many seconds; 0 waits as long as it takes",
};

/// Options that every command knows.
pub(super) const GLOBAL: &[Flag] = &[
    Flag {
        long: "logformat",
        short: '\0',
        takes: Takes::Text,
        default: "json",
        help: "how errors are written: json or text",
    },
    text("server", '\0', "address of the Argo CD server"),
];

const GLOBAL_MISSING: &str = "argocd-context auth-token client-crt client-crt-key config controller-name core grpc-web \
    grpc-web-root-path header H http-retry-max insecure kube-context loglevel plaintext port-forward \
    port-forward-namespace prompts-enabled redis-compress redis-haproxy-name redis-name repo-server-name \
    server-crt server-name";

/// A command as its help names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Command {
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

    fn flag(&self, fits: impl Fn(&Flag) -> bool) -> Option<Flag> {
        self.flags.iter().chain(GLOBAL).copied().find(|flag| fits(flag))
    }

    fn is_missing(&self, name: &str) -> bool {
        self.missing.split(' ').chain(GLOBAL_MISSING.split(' ')).any(|missing| missing == name)
    }
}

/// What was given.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
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
pub(super) enum Stop {
    Help,
    Wrong(String),
    /// The option is real, and not here.
    Missing(String),
}

/// Divides a command line into the words that lead to a subcommand, and everything else.
pub(super) fn split(args: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut path, mut rest): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let deep_enough = match path.first().map(String::as_str) {
            None => false,
            Some("app") => path.len() == 2,
            Some("help") => false,
            Some(_) => true,
        };
        if arg == "--" || deep_enough {
            rest.push(arg.clone());
            rest.extend(args.by_ref().cloned());
            break;
        }
        if let Some(long) = arg.strip_prefix("--") {
            rest.push(arg.clone());
            let takes_next = GLOBAL.iter().any(|flag| flag.long == long && flag.takes != Takes::Switch);
            if takes_next {
                rest.extend(args.next().cloned());
            }
        } else if arg.starts_with('-') {
            rest.push(arg.clone());
        } else {
            path.push(arg.clone());
        }
    }
    (path, rest)
}

/// Reads what stands behind the command's name.
pub(super) fn parse(args: &[String], command: &Command) -> Result<Given, Stop> {
    let mut given = Given::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            given.words.extend(args.by_ref().cloned());
        } else if let Some(long) = arg.strip_prefix("--") {
            read_long(arg, long, &mut args, command, &mut given)?;
        } else if arg.len() > 1 && arg.starts_with('-') {
            read_short(&arg[1..], &mut args, command, &mut given)?;
        } else {
            given.words.push(arg.clone());
        }
    }
    Ok(given)
}

type Rest<'a> = std::slice::Iter<'a, String>;

fn read_long(arg: &str, long: &str, rest: &mut Rest<'_>, command: &Command, given: &mut Given) -> Result<(), Stop> {
    let (name, inline) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_string())));
    if name.is_empty() || name.starts_with('-') {
        return Err(Stop::Wrong(format!("bad flag syntax: {arg}")));
    }
    if name == "help" {
        return Err(Stop::Help);
    }
    let Some(flag) = command.flag(|flag| flag.long == name) else {
        let missing = name.len() > 1 && command.is_missing(name);
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

fn read_short(letters: &str, rest: &mut Rest<'_>, command: &Command, given: &mut Given) -> Result<(), Stop> {
    for (at, letter) in letters.char_indices() {
        if letter == 'h' {
            return Err(Stop::Help);
        }
        let Some(flag) = command.flag(|flag| flag.short == letter) else {
            let name = letter.to_string();
            let unknown = || Stop::Wrong(format!("unknown shorthand flag: '{letter}' in -{}", &letters[at..]));
            return Err(if command.is_missing(&name) { Stop::Missing(format!("-{name}")) } else { unknown() });
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

#[cfg(test)]
mod tests {
    use super::{APP_NAMESPACE, Command, Stop, TIMEOUT, parse, split, switch, text};

    const COMMAND: Command = Command {
        path: "argocd app get",
        operands: "APPNAME",
        summary: "Show",
        flags: &[APP_NAMESPACE, TIMEOUT, switch("refresh", "first"), text("output", 'o', "form")],
        missing: "revision q",
    };

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_string).collect()
    }

    fn stop(line: &str, expect: &str) {
        let told = match parse(&words(line), &COMMAND) {
            Ok(_) => "good".to_string(),
            Err(Stop::Help) => "help".into(),
            Err(Stop::Wrong(message)) => message,
            Err(Stop::Missing(flag)) => format!("{flag} is missing"),
        };
        assert_eq!(told, expect, "{line}");
    }

    #[test]
    fn mistakes_are_told_as_pflag_tells_them() {
        stop("web --bogus", "unknown flag: --bogus");
        stop("web -xo", "unknown shorthand flag: 'x' in -xo");
        stop("web -o", "flag needs an argument: 'o' in -o");
        stop("web --timeout", "flag needs an argument: --timeout");
        let wrong = "strconv.ParseUint: parsing \"x\": invalid syntax";
        stop("--timeout x", &format!("invalid argument \"x\" for \"--timeout\" flag: {wrong}"));
        stop("--=x", "bad flag syntax: --=x");
        stop("--revision main", "--revision is missing");
        stop("-q", "-q is missing");
        stop("--insecure", "--insecure is missing");
        stop("web -oyaml -h", "help");
    }

    #[test]
    fn values_stand_beside_or_behind_their_option() {
        for line in ["web -o yaml", "-oyaml web", "-o=yaml web", "--output yaml web", "web --output=yaml"] {
            let given = parse(&words(line), &COMMAND).unwrap();
            assert_eq!((given.text("output"), given.words.clone()), (Some("yaml"), words("web")), "{line}");
        }
        assert!(parse(&words("--refresh"), &COMMAND).unwrap().on("refresh"));
        assert!(!parse(&words("--refresh=false"), &COMMAND).unwrap().on("refresh"));
    }

    #[test]
    fn the_subcommand_is_found_behind_global_options() {
        let (path, rest) = split(&words("--server argocd.encore app --logformat=text get web -o yaml"));
        assert_eq!(path, words("app get"));
        assert_eq!(rest, words("--server argocd.encore --logformat=text web -o yaml"));
    }
}
