//! `set` and `shopt`.

use crate::run::Flow;
use crate::state::Bash;
use world::Cx;

/// What `set -o` lists, with its letter; a space where it has none.
const NAMES: [(&str, char); 27] = [
    ("allexport", 'a'),
    ("braceexpand", 'B'),
    ("emacs", ' '),
    ("errexit", 'e'),
    ("errtrace", 'E'),
    ("functrace", 'T'),
    ("hashall", 'h'),
    ("histexpand", 'H'),
    ("history", ' '),
    ("ignoreeof", ' '),
    ("interactive-comments", ' '),
    ("keyword", 'k'),
    ("monitor", 'm'),
    ("noclobber", 'C'),
    ("noexec", 'n'),
    ("noglob", 'f'),
    ("nolog", ' '),
    ("notify", 'b'),
    ("nounset", 'u'),
    ("onecmd", 't'),
    ("physical", 'P'),
    ("pipefail", ' '),
    ("posix", ' '),
    ("privileged", 'p'),
    ("verbose", 'v'),
    ("vi", ' '),
    ("xtrace", 'x'),
];

/// The options of `shopt` that are here.
const SHOPT: [&str; 9] = [
    "dotglob",
    "expand_aliases",
    "extglob",
    "failglob",
    "globstar",
    "inherit_errexit",
    "nocaseglob",
    "nocasematch",
    "nullglob",
];

/// Real ones that are not here, or that change nothing here.
const SHOPT_MISSING: [&str; 25] = [
    "autocd",
    "assoc_expand_once",
    "cdable_vars",
    "cdspell",
    "checkhash",
    "checkjobs",
    "checkwinsize",
    "cmdhist",
    "compat44",
    "direxpand",
    "dirspell",
    "execfail",
    "extdebug",
    "extquote",
    "force_fignore",
    "globasciiranges",
    "gnu_errfmt",
    "histappend",
    "histverify",
    "hostcomplete",
    "huponexit",
    "lastpipe",
    "localvar_inherit",
    "progcomp",
    "sourcepath",
];

impl Bash {
    fn option_place(&mut self, name: &str) -> Option<&mut bool> {
        let o = &mut self.options;
        Some(match name {
            "allexport" => &mut o.allexport,
            "errexit" => &mut o.errexit,
            "errtrace" => &mut self.errtrace,
            "noclobber" => &mut o.noclobber,
            "noexec" => &mut o.noexec,
            "noglob" => &mut o.noglob,
            "nounset" => &mut o.nounset,
            "pipefail" => &mut o.pipefail,
            "verbose" => &mut o.verbose,
            "xtrace" => &mut o.xtrace,
            "dotglob" => &mut o.dotglob,
            "expand_aliases" => &mut o.expand_aliases,
            "extglob" => &mut o.extglob,
            "failglob" => &mut o.failglob,
            "globstar" => &mut o.globstar,
            "inherit_errexit" => &mut o.inherit_errexit,
            "nocaseglob" => &mut o.nocaseglob,
            "nocasematch" => &mut o.nocasematch,
            "nullglob" => &mut o.nullglob,
            _ => return None,
        })
    }

    /// Whether an option of `set -o` is on; `None` for a name that is none.
    pub(crate) fn option(&self, name: &str) -> Option<bool> {
        let mut copy = Self { options: self.options, errtrace: self.errtrace, ..Self::default() };
        match copy.option_place(name) {
            Some(on) => Some(*on),
            None => NAMES.iter().any(|(known, _)| *known == name).then_some(
                matches!(name, "braceexpand" | "hashall" | "interactive-comments")
                    || (self.interactive && matches!(name, "emacs" | "histexpand" | "history" | "monitor")),
            ),
        }
    }

    fn turn(&mut self, name: &str, on: bool) -> Result<(), String> {
        if let Some(place) = self.option_place(name) {
            *place = on;
            return Ok(());
        }
        match self.option(name) {
            // What is so already.
            Some(is) if is == on => Ok(()),
            Some(_)
                if matches!(
                    name,
                    "posix" | "hashall" | "monitor" | "notify" | "history" | "histexpand" | "functrace"
                ) =>
            {
                Ok(())
            }
            Some(_) => Err(format!("{name}: is real bash, but not part of this sandbox yet")),
            None => Err(format!("{name}: invalid option name")),
        }
    }

    /// Reads `-eux -o pipefail …`; what is left are parameters (`None`: none were given).
    pub(crate) fn set_options(&mut self, args: &[String]) -> Result<Option<Vec<String>>, String> {
        let mut at = 0;
        while let Some(arg) = args.get(at) {
            at += 1;
            let on = arg.starts_with('-');
            if arg == "--" {
                return Ok(Some(args[at..].to_vec()));
            }
            if arg == "-" {
                self.options.xtrace = false;
                self.options.verbose = false;
                return Ok((at < args.len()).then(|| args[at..].to_vec()));
            }
            if arg.len() < 2 || !(on || arg.starts_with('+')) {
                return Ok(Some(args[at - 1..].to_vec()));
            }
            for flag in arg[1..].chars() {
                if flag == 'o' {
                    let name = args.get(at).map_or("", String::as_str).to_string();
                    at += 1;
                    self.turn(&name, on)?;
                    continue;
                }
                match NAMES.iter().find(|(_, letter)| *letter == flag && flag != ' ') {
                    Some((name, _)) => self.turn(name, on)?,
                    None => return Err(format!("{}{flag}: invalid option", if on { '-' } else { '+' })),
                }
            }
        }
        Ok(None)
    }
}

pub(crate) fn set(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    if args.is_empty() {
        let text: String = shell.vars.iter().map(|(name, var)| crate::shown::plain(name, var)).collect();
        cx.out(text);
        return shell.end(0);
    }
    if let [only] = args
        && (only == "-o" || only == "+o")
    {
        let mut text = String::new();
        for (name, _) in NAMES {
            let on = shell.option(name).unwrap_or(false);
            text.push_str(&if only == "-o" {
                format!("{name:<15}\t{}\n", if on { "on" } else { "off" })
            } else {
                format!("set {}o {name}\n", if on { '-' } else { '+' })
            });
        }
        cx.out(text);
        return shell.end(0);
    }
    match shell.set_options(args) {
        Ok(rest) => {
            if let Some(rest) = rest {
                shell.params = rest;
            }
            shell.end(0)
        }
        Err(message) => {
            shell.complain(cx, &format!("set: {message}"));
            let names = message.ends_with("invalid option name");
            if message.ends_with("invalid option") {
                cx.err("set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n");
            }
            shell.end(if names || message.ends_with("option") { 2 } else { 1 })
        }
    }
}

pub(crate) fn shopt(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let (mut on, mut quiet, mut print, mut of_set) = (None, false, false, false);
    let mut names = Vec::new();
    for arg in args {
        match arg.strip_prefix('-') {
            Some(flags) if !flags.is_empty() => {
                for flag in flags.chars() {
                    match flag {
                        's' => on = Some(true),
                        'u' => on = Some(false),
                        'q' => quiet = true,
                        'p' => print = true,
                        'o' => of_set = true,
                        other => {
                            shell.complain(cx, &format!("shopt: -{other}: invalid option"));
                            cx.err("shopt: usage: shopt [-pqsu] [-o] [optname ...]\n");
                            return shell.end(2);
                        }
                    }
                }
            }
            _ => names.push(arg.as_str()),
        }
    }
    let all = names.is_empty();
    if all {
        names = if of_set { NAMES.iter().map(|(name, _)| *name).collect() } else { SHOPT.to_vec() };
    }
    let mut status = 0;
    for name in names {
        let known = if of_set { shell.option(name).is_some() } else { SHOPT.contains(&name) };
        if !known {
            let what = if SHOPT_MISSING.contains(&name) {
                "is real bash, but not part of this sandbox yet"
            } else {
                "invalid shell option name"
            };
            shell.complain(cx, &format!("shopt: {name}: {what}"));
            status = 1;
            continue;
        }
        let is = shell.option_place(name).is_some_and(|place| *place);
        match on {
            Some(on) if !all => {
                if let Err(message) = shell.turn(name, on) {
                    shell.complain(cx, &format!("shopt: {message}"));
                    status = 1;
                }
            }
            _ if on.is_some_and(|on| on != is) => {}
            _ => {
                if !all {
                    status |= i32::from(!is);
                }
                if !quiet {
                    cx.out(if print {
                        format!("shopt -{} {name}\n", if is { 's' } else { 'u' })
                    } else {
                        format!("{name:<15}\t{}\n", if is { "on" } else { "off" })
                    });
                }
            }
        }
    }
    shell.end(status)
}
