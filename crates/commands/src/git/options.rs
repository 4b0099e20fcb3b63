//! Options as Git reads them: short ones combine, long ones may be cut short, `--no-` takes one back, options and
//! operands mix, `--` ends the options. One table per command drives parsing and `-h`.

/// Whether an option takes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    /// The value's name for the usage text.
    Value(&'static str),
    /// Only attached: `--color=always`, `-M90%`.
    Maybe(&'static str),
    /// The next word, where there is one: `--merged main`.
    IfAny(&'static str),
}

/// A row of a command's table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opt {
    /// `'\0'` where there is no short form.
    pub short: char,
    /// Empty where there is no long form.
    pub long: &'static str,
    pub takes: Takes,
    pub help: &'static str,
    /// `--no-<long>` takes it back.
    pub negatable: bool,
}

pub(crate) const fn flag(short: char, long: &'static str, help: &'static str) -> Opt {
    Opt { short, long, takes: Takes::Nothing, help, negatable: true }
}

/// A flag without a `--no-` form.
pub(crate) const fn only(short: char, long: &'static str, help: &'static str) -> Opt {
    Opt { short, long, takes: Takes::Nothing, help, negatable: false }
}

pub(crate) const fn value(short: char, long: &'static str, name: &'static str, help: &'static str) -> Opt {
    Opt { short, long, takes: Takes::Value(name), help, negatable: true }
}

pub(crate) const fn maybe(short: char, long: &'static str, name: &'static str, help: &'static str) -> Opt {
    Opt { short, long, takes: Takes::Maybe(name), help, negatable: true }
}

pub(crate) const fn if_any(short: char, long: &'static str, name: &'static str, help: &'static str) -> Opt {
    Opt { short, long, takes: Takes::IfAny(name), help, negatable: false }
}

/// How a wrong option is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `error: unknown option `foo'` and the usage; 129.
    Options,
    /// `git log` and `git show`: `fatal: unrecognized argument: --foo`; 128.
    Revisions,
    /// `git diff`: `error: invalid option: --foo`; 129.
    Diff,
}

/// What a command is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spec {
    pub name: &'static str,
    /// One way of calling it a line, without `git`.
    pub usage: &'static [&'static str],
    /// Groups of rows, one after another.
    pub options: &'static [&'static [Opt]],
    /// Options that the real command has and this sandbox does not: `--long` and `-s`.
    pub missing: &'static [&'static str],
    pub dialect: Dialect,
}

impl Spec {
    fn rows(&self) -> impl Iterator<Item = &'static Opt> {
        self.options.iter().flat_map(|group| group.iter())
    }
}

/// An option as it was given, its value, and whether it stands as it is or taken back.
type Row = (&'static Opt, Option<String>, bool);

/// What was given: options in order, operands, and where `--` stood among the operands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    options: Vec<Row>,
    pub operands: Vec<String>,
    pub dashes_at: Option<usize>,
}

impl Given {
    fn rows<'a, 'n>(&'a self, name: &'n str) -> impl DoubleEndedIterator<Item = &'a Row> + use<'a, 'n> {
        self.options.iter().filter(move |(opt, ..)| {
            opt.long == name || (opt.long.is_empty() && name.len() == 1 && name.starts_with(opt.short))
        })
    }

    /// Whether the option, by its long name, was given and not taken back.
    pub fn has(&self, name: &str) -> bool {
        self.rows(name).next_back().is_some_and(|(.., on)| *on)
    }

    /// Given, taken back, or neither.
    pub fn state(&self, name: &str) -> Option<bool> {
        self.rows(name).next_back().map(|(.., on)| *on)
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.rows(name).next_back().filter(|(.., on)| *on).and_then(|(_, value, _)| value.as_deref())
    }

    pub fn values(&self, name: &str) -> Vec<&str> {
        self.rows(name).filter_map(|(_, value, _)| value.as_deref()).collect()
    }

    pub fn count(&self, name: &str) -> usize {
        self.rows(name).count()
    }

    /// The long names of what was given, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.options.iter().filter(|(.., on)| *on).map(|(opt, ..)| opt.long)
    }

    /// Which of these was given last.
    pub fn last<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        self.options.iter().rev().find_map(|(opt, _, on)| {
            names
                .iter()
                .copied()
                .find(|name| *on && (opt.long == *name || (opt.long.is_empty() && opt.short.to_string() == *name)))
        })
    }

    /// Operands before and after `--`; without it, all count as before.
    pub fn split(&self) -> (&[String], &[String]) {
        self.operands.split_at(self.dashes_at.unwrap_or(self.operands.len()))
    }
}

/// Why the arguments cannot be read: the text for standard error and the exit code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub text: String,
    pub code: i32,
    /// `-h`: the text goes to standard output.
    pub help: bool,
}

fn refused(text: String, code: i32) -> Refused {
    Refused { text, code, help: false }
}

/// Reads a command's arguments.
#[inline(never)]
pub(crate) fn parse(args: &[String], spec: &Spec) -> Result<Given, Refused> {
    if args.len() == 1 && args[0] == "-h" {
        return Err(Refused { text: usage(spec), code: 129, help: true });
    }
    let mut given = Given::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == "--" {
            given.dashes_at = Some(given.operands.len());
            given.operands.extend(rest.by_ref().cloned());
        } else if let Some(long) = arg.strip_prefix("--") {
            let (name, inline) = long.split_once('=').map_or((long, None), |(n, v)| (n, Some(v.to_string())));
            let (opt, on) = find_long(name, spec)?;
            let value = match (opt.takes, inline) {
                (Takes::Nothing, Some(_)) => {
                    return Err(refused(format!("error: option `{}' takes no value\n", shown(opt, on)), 129));
                }
                (_, Some(_)) if !on => {
                    return Err(refused(format!("error: option `{}' takes no value\n", shown(opt, on)), 129));
                }
                (Takes::Value(_), None) if on => match rest.next() {
                    Some(value) => Some(value.clone()),
                    None => return Err(refused(format!("error: option `{}' requires a value\n", opt.long), 129)),
                },
                (Takes::IfAny(_), None) if on => rest.next().cloned(),
                (_, inline) => inline,
            };
            given.options.push((opt, value, on));
        } else if arg.len() > 1 && arg.starts_with('-') {
            read_short(&arg[1..], &mut rest, spec, &mut given)?;
        } else {
            given.operands.push(arg.clone());
        }
    }
    Ok(given)
}

fn shown(opt: &Opt, on: bool) -> String {
    if on { opt.long.into() } else { format!("no-{}", opt.long) }
}

#[inline(never)]
fn read_short(
    flags: &str,
    rest: &mut std::slice::Iter<'_, String>,
    spec: &Spec,
    given: &mut Given,
) -> Result<(), Refused> {
    // `-5` is short for `-n 5` where there is such an option.
    let number = spec.rows().find(|opt| opt.short == '#');
    if let Some(opt) = number
        && flags.bytes().all(|byte| byte.is_ascii_digit())
    {
        given.options.push((opt, Some(flags.into()), true));
        return Ok(());
    }
    for (at, c) in flags.char_indices() {
        if spec.missing.iter().any(|name| name.strip_prefix('-') == Some(&c.to_string())) {
            return Err(not_here(&format!("-{c}")));
        }
        let Some(opt) = spec.rows().find(|opt| opt.short == c) else {
            return Err(unknown(spec, &format!("-{flags}"), &format!("switch `{c}'")));
        };
        let tail = &flags[at + c.len_utf8()..];
        match opt.takes {
            Takes::Nothing => given.options.push((opt, None, true)),
            Takes::Maybe(_) => {
                given.options.push((opt, Some(tail.to_string()).filter(|tail| !tail.is_empty()), true));
                return Ok(());
            }
            Takes::Value(_) | Takes::IfAny(_) => {
                let value = if tail.is_empty() { rest.next().cloned() } else { Some(tail.to_string()) };
                let Some(value) = value else {
                    return Err(refused(format!("error: switch `{c}' requires a value\n"), 129));
                };
                given.options.push((opt, Some(value), true));
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The row that a long name, perhaps cut short, means; and whether it is meant as it is or taken back.
#[inline(never)]
fn find_long(name: &str, spec: &Spec) -> Result<(&'static Opt, bool), Refused> {
    let mut forms: Vec<(String, &'static Opt, bool)> = Vec::new();
    for opt in spec.rows().filter(|opt| !opt.long.is_empty()) {
        forms.push((opt.long.to_string(), opt, true));
        if opt.negatable {
            // `--no-verify` taken back is `--verify`.
            forms.push((opt.long.strip_prefix("no-").map_or(format!("no-{}", opt.long), str::to_string), opt, false));
        }
    }
    if let Some((_, opt, on)) = forms.iter().find(|(form, ..)| form == name) {
        return Ok((opt, *on));
    }
    let missing = spec.missing.iter().filter_map(|missing| missing.strip_prefix("--"));
    let near: Vec<&(String, &'static Opt, bool)> = forms.iter().filter(|(form, ..)| form.starts_with(name)).collect();
    let near_missing: Vec<&str> = missing.filter(|missing| missing.starts_with(name)).collect();
    match (near.as_slice(), near_missing.as_slice()) {
        (_, missing) if missing.contains(&name) => Err(not_here(&format!("--{name}"))),
        ([], [one]) => Err(not_here(&format!("--{one}"))),
        ([(_, opt, on)], []) => Ok((opt, *on)),
        ([], []) => Err(unknown(spec, &format!("--{name}"), &format!("option `{name}'"))),
        (near, missing) => {
            let mut names = near.iter().map(|(form, ..)| form.as_str()).chain(missing.iter().copied());
            let (one, two) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
            let text = format!("error: ambiguous option: {name} (could be --{one} or --{two})\n");
            Err(refused(text + &usage(spec), 129))
        }
    }
}

/// An option of the real command that this sandbox does not have.
fn not_here(option: &str) -> Refused {
    refused(format!("error: option `{option}' is real Git, but not part of this sandbox yet\n"), 129)
}

fn unknown(spec: &Spec, arg: &str, what: &str) -> Refused {
    match spec.dialect {
        Dialect::Options => refused(format!("error: unknown {what}\n{}", usage(spec)), 129),
        Dialect::Revisions => refused(format!("fatal: unrecognized argument: {arg}\n"), 128),
        Dialect::Diff => refused(format!("error: invalid option: {arg}\n{}", usage(spec)), 129),
    }
}

/// Where the help texts start.
const HELP_COLUMN: usize = 26;

/// What `-h` prints.
///
/// Unlike git: the texts are ours, and options that are not part of the sandbox are only named.
#[inline(never)]
pub(crate) fn usage(spec: &Spec) -> String {
    let mut text = String::new();
    for (n, line) in spec.usage.iter().enumerate() {
        text.push_str(&format!("{} git {line}\n", if n == 0 { "usage:" } else { "   or:" }));
    }
    text.push('\n');
    for group in spec.options {
        for opt in group.iter().filter(|opt| !opt.help.is_empty()) {
            let mut left = "    ".to_string();
            let no = if opt.negatable && !opt.long.starts_with("no-") { "[no-]" } else { "" };
            match (opt.short, opt.long) {
                ('#', _) => left.push_str("-<n>"),
                ('\0', long) => left.push_str(&format!("--{no}{long}")),
                (short, "") => left.push_str(&format!("-{short}")),
                (short, long) => left.push_str(&format!("-{short}, --{no}{long}")),
            }
            match opt.takes {
                Takes::Value(name) if opt.short != '#' => left.push_str(&format!(" <{name}>")),
                Takes::IfAny(name) => left.push_str(&format!(" [<{name}>]")),
                Takes::Maybe(name) => left.push_str(&format!("[=<{name}>]")),
                _ => {}
            }
            if left.chars().count() > HELP_COLUMN - 2 {
                text.push_str(&format!("{left}\n{:HELP_COLUMN$}{}\n", "", opt.help));
            } else {
                text.push_str(&format!("{left:<HELP_COLUMN$}{}\n", opt.help));
            }
        }
        text.push('\n');
    }
    if !spec.missing.is_empty() {
        text.push_str(&format!("real Git, but not part of this sandbox yet: {}\n\n", spec.missing.join(" ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: Spec = Spec {
        name: "try",
        usage: &["try [<options>]"],
        options: &[&[
            flag('a', "all", "everything"),
            value('m', "message", "text", "what to say"),
            flag('\0', "amend", "change the last"),
            maybe('M', "find-renames", "n", "renames"),
        ]],
        missing: &["--gone", "-g"],
        dialect: Dialect::Options,
    };

    fn read(args: &str) -> Result<Given, Refused> {
        parse(&args.split_whitespace().map(str::to_string).collect::<Vec<_>>(), &SPEC)
    }

    #[test]
    fn short_options_combine_and_long_ones_may_be_cut() {
        let given = read("-am hi --mess ho x -- -y").unwrap();
        assert!(given.has("all"));
        assert_eq!(given.values("message"), ["hi", "ho"]);
        assert_eq!(given.split(), (&["x".to_string()][..], &["-y".to_string()][..]));
        assert!(!read("-a --no-all").unwrap().has("all"));
        assert_eq!(read("-M90%").unwrap().value("find-renames"), Some("90%"));
    }

    #[test]
    fn mistakes_are_told_in_gits_words() {
        let text = |args: &str| read(args).unwrap_err().text.lines().next().unwrap().to_string();
        assert_eq!(text("--foo"), "error: unknown option `foo'");
        assert_eq!(text("-y"), "error: unknown switch `y'");
        assert_eq!(text("-m"), "error: switch `m' requires a value");
        assert_eq!(text("--a"), "error: ambiguous option: a (could be --all or --amend)");
        assert_eq!(text("--gone"), "error: option `--gone' is real Git, but not part of this sandbox yet");
    }
}
