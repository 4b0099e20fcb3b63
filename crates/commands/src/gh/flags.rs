//! Options as `gh` reads them (cobra, pflag): long ones whole, short ones combined, words anywhere.

/// A row of a command's option table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flag {
    pub long: &'static str,
    /// `'\0'` where there is no short form.
    pub short: char,
    /// The name of its argument; empty for a switch.
    pub arg: &'static str,
    pub help: &'static str,
}

pub(super) const fn switch(long: &'static str, short: char, help: &'static str) -> Flag {
    Flag { long, short, arg: "", help }
}

pub(super) const fn value(long: &'static str, short: char, arg: &'static str, help: &'static str) -> Flag {
    Flag { long, short, arg, help }
}

/// Known to every command.
pub(super) const REPO: Flag = value("repo", 'R', "[HOST/]OWNER/REPO", "another repository than that of the folder");

#[derive(Debug, Clone, Copy)]
pub(super) struct Command {
    pub name: &'static str,
    pub operands: &'static str,
    pub summary: &'static str,
    pub flags: &'static [Flag],
    /// Long options of the real command that are not here, with blanks between.
    pub missing: &'static str,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    values: Vec<(&'static str, String)>,
    pub words: Vec<String>,
}

impl Given {
    pub fn on(&self, long: &str) -> bool {
        self.text(long).is_some_and(|value| value != "false")
    }

    /// The value given last.
    pub fn text(&self, long: &str) -> Option<&str> {
        self.values.iter().rev().find(|(name, _)| *name == long).map(|(_, value)| value.as_str())
    }
}

/// Why a command line is not run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Help,
    Missing(String),
    Wrong(String),
}

pub(super) fn parse(args: &[String], command: &Command) -> Result<Given, Stop> {
    let mut given = Given::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            given.words.extend(args.by_ref().cloned());
        } else if let Some(long) = arg.strip_prefix("--") {
            let (name, inline) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let flag = find(command, name, |flag| flag.long == name, || format!("--{name}"))?;
            let text = match inline {
                Some(value) => value.to_string(),
                None if flag.arg.is_empty() => "true".into(),
                None => args.next().cloned().ok_or_else(|| Stop::Wrong(format!("flag needs an argument: --{name}")))?,
            };
            given.values.push((flag.long, text));
        } else if arg.len() > 1 && arg.starts_with('-') {
            let letters: Vec<char> = arg[1..].chars().collect();
            for (at, letter) in letters.iter().enumerate() {
                let name = letter.to_string();
                let flag = find(command, &name, |flag| flag.short == *letter, || format!("'{letter}' in {arg}"))?;
                if flag.arg.is_empty() {
                    given.values.push((flag.long, "true".into()));
                    continue;
                }
                let rest: String = letters[at + 1..].iter().collect();
                let rest = rest.strip_prefix('=').unwrap_or(&rest).to_string();
                let text = if rest.is_empty() { args.next().cloned() } else { Some(rest) };
                let text = text.ok_or_else(|| Stop::Wrong(format!("flag needs an argument: '{letter}' in {arg}")))?;
                given.values.push((flag.long, text));
                break;
            }
        } else {
            given.words.push(arg.clone());
        }
    }
    Ok(given)
}

fn find(command: &Command, name: &str, fits: impl Fn(&Flag) -> bool, shown: impl Fn() -> String) -> Result<Flag, Stop> {
    if name == "help" || name == "h" {
        return Err(Stop::Help);
    }
    if let Some(flag) = command.flags.iter().chain([&REPO]).find(|flag| fits(flag)) {
        return Ok(*flag);
    }
    if command.missing.split(' ').any(|missing| missing == name) {
        return Err(Stop::Missing(format!("gh pr {} {}", command.name, shown())));
    }
    let kind = if name.len() == 1 { "unknown shorthand flag" } else { "unknown flag" };
    Err(Stop::Wrong(format!("{kind}: {}", shown())))
}

pub(super) fn help(command: &Command) -> String {
    let mut text = format!("Usage:  gh pr {} {} [flags]\n\nFlags:\n", command.name, command.operands);
    for flag in command.flags.iter().chain([&REPO]) {
        let short = if flag.short == '\0' { "    ".into() } else { format!("-{}, ", flag.short) };
        text.push_str(&format!("  {short}--{:<22} {}\n", format!("{} {}", flag.long, flag.arg), flag.help));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAND: Command = Command {
        name: "merge",
        operands: "",
        summary: "",
        flags: &[switch("squash", 's', ""), switch("delete-branch", 'd', ""), value("body", 'b', "text", "")],
        missing: "auto",
    };

    fn read(line: &str) -> Result<Given, Stop> {
        parse(&line.split(' ').map(String::from).collect::<Vec<_>>(), &COMMAND)
    }

    #[test]
    fn options_and_words_mix() {
        let given = read("-sd 3 --body=x -b y").expect("all known");
        assert!(given.on("squash") && given.on("delete-branch"));
        assert_eq!((given.text("body"), given.words.join(",")), (Some("y"), "3".to_string()));
        assert!(!read("--squash=false").expect("known").on("squash"));
        assert_eq!(read("--auto").err(), Some(Stop::Missing("gh pr merge --auto".into())));
        assert_eq!(read("-x").err(), Some(Stop::Wrong("unknown shorthand flag: 'x' in -x".into())));
        assert_eq!(read("-b").err(), Some(Stop::Wrong("flag needs an argument: 'b' in -b".into())));
    }
}
