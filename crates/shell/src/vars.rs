//! Variables, positional and special parameters.

use crate::expand::{Expanded, Trouble};
use crate::state::Bash;
use order::{Arrange, OrdMap};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use world::Cx;

/// What a variable holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Value {
    /// Declared, without a value.
    #[default]
    Unset,
    Text(String),
    List(OrdMap<u64, String>),
    Map(OrdMap<String, String>),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Var {
    pub value: Value,
    pub exported: bool,
    pub readonly: bool,
    pub integer: bool,
    /// `l` or `u`: values become lower or upper case.
    pub case: Option<char>,
    /// Its value is the name of the variable that is meant.
    pub nameref: bool,
}

impl Var {
    pub fn text(value: &str) -> Self {
        Self { value: Value::Text(value.into()), ..Self::default() }
    }

    /// The value that `$name` gives.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Unset => None,
            Value::Text(text) => Some(text),
            Value::List(items) => items.get(&0).map(String::as_str),
            Value::Map(items) => items.get("0").map(String::as_str),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Options {
    /// `-e`: the first failure ends the shell.
    pub errexit: bool,
    /// `-u`: an unset variable is an error.
    pub nounset: bool,
    /// `-x`: commands are printed before they run.
    pub xtrace: bool,
    pub pipefail: bool,
    /// `-f`: no globs.
    pub noglob: bool,
    pub allexport: bool,
    /// `-n`: commands are read and not run.
    pub noexec: bool,
    /// `-v`: lines are printed as they are read.
    pub verbose: bool,
    /// `-C`: `>` does not overwrite.
    pub noclobber: bool,
    pub nullglob: bool,
    pub dotglob: bool,
    pub globstar: bool,
    pub extglob: bool,
    pub nocaseglob: bool,
    pub nocasematch: bool,
    pub failglob: bool,
    pub inherit_errexit: bool,
    pub expand_aliases: bool,
}

/// Where bash's table of 1024 lists keeps a key: what an associative array is walked by.
fn bucket(key: &str) -> u32 {
    key.bytes().fold(2_166_136_261_u32, |hash, byte| hash.wrapping_mul(16_777_619) ^ u32::from(byte)) & 1023
}

/// The keys of an associative array in the order in which bash lists them.
pub(crate) fn map_keys(items: &OrdMap<String, String>) -> Vec<String> {
    let mut keys: Vec<(u32, String)> = items.keys().map(|key| (bucket(key), key.clone())).collect();
    keys.arrange();
    keys.into_iter().map(|(_, key)| key).collect()
}

impl Bash {
    /// Takes over the environment that the process got.
    pub(crate) fn import_env(&mut self, cx: &Cx<'_>) {
        for (name, value) in cx.env_all().iter() {
            self.vars.entry(name.clone()).or_insert_with(|| Var { exported: true, ..Var::text(value) });
        }
        let cwd = cx.cwd();
        self.set("PWD", &cwd);
        let level = self.vars.get("SHLVL").and_then(Var::scalar).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
        self.export("SHLVL", Some(&(level + 1).to_string()));
        if self.vars.get("OPTIND").is_none() {
            self.set("OPTIND", "1");
        }
        self.set("IFS", " \t\n");
        self.began_secs = cx.now().unix_secs();
        // The world's own chance, without using it up: a shell more changes nothing else.
        let mut chance = cx.world.sim.clone();
        self.random = (chance.rng().next_u64() ^ cx.micros() ^ (u64::from(cx.pid.0) << 32)) | 1;
    }

    /// The variable that a name means, through references.
    pub(crate) fn meant(&self, name: &str) -> String {
        let mut name = name.to_string();
        for _ in 0..8 {
            match self.vars.get(&name) {
                Some(Var { nameref: true, value: Value::Text(to), .. }) if !to.is_empty() => name.clone_from(to),
                _ => break,
            }
        }
        name
    }

    /// The shell's own change of a variable.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let allexport = self.options.allexport;
        let var = self.vars.entry(name.into()).or_default();
        var.exported |= allexport;
        var.value = Value::Text(value.into());
    }

    pub(crate) fn set_list(&mut self, name: &str, items: impl IntoIterator<Item = String>) {
        let items = (0..).zip(items).collect();
        self.vars.entry(name.into()).or_default().value = Value::List(items);
    }

    /// An assignment that somebody wrote.
    pub(crate) fn assign(
        &mut self,
        name: &str,
        index: Option<&str>,
        append: bool,
        value: &str,
        cx: &mut Cx<'_>,
    ) -> Expanded<()> {
        let name = self.meant(name);
        let name = name.as_str();
        if let Some((array, rest)) = name.split_once('[').filter(|_| index.is_none()) {
            let (array, key) = (array.to_string(), rest.trim_end_matches(']').to_string());
            return self.assign(&array, Some(&key), append, value, cx);
        }
        let (readonly, integer, case, is_map, is_list) =
            self.vars.get(name).map_or((false, false, None, false, false), |var| {
                let (is_map, is_list) = (matches!(var.value, Value::Map(_)), matches!(var.value, Value::List(_)));
                (var.readonly, var.integer, var.case, is_map, is_list)
            });
        if readonly {
            return Err(Trouble::discards(format!("{name}: readonly variable")));
        }
        match name {
            "RANDOM" => self.random = value.parse::<u64>().unwrap_or(0) << 1 | 1,
            "SECONDS" => self.began_secs = cx.now().unix_secs().saturating_sub(value.parse::<u64>().unwrap_or(0)),
            "OPTIND" => self.option_at = 0,
            _ => {}
        }
        let key = match index {
            Some(key) if is_map => Some(Key::Name(key.to_string())),
            Some(text) => Some(Key::Number(self.list_index(name, text, cx)?)),
            None if is_map => Some(Key::Name("0".into())),
            None if is_list => Some(Key::Number(0)),
            None => None,
        };
        let old = match (&key, append) {
            (_, false) => String::new(),
            (key, true) => self.item(name, key.as_ref()).unwrap_or_default(),
        };
        let value = if integer {
            let (a, b) = (self.arithmetic(&old, cx).unwrap_or(0), self.arithmetic(value, cx)?);
            a.wrapping_add(b).to_string()
        } else {
            old + value
        };
        let value = match case {
            Some('l') => value.to_lowercase(),
            Some(_) => value.to_uppercase(),
            None => value,
        };
        let allexport = self.options.allexport;
        let var = self.vars.entry(name.into()).or_default();
        var.exported |= allexport;
        match key {
            None => var.value = Value::Text(value),
            Some(Key::Name(key)) => {
                if let Value::Map(items) = &mut var.value {
                    items.insert(key, value);
                }
            }
            Some(Key::Number(at)) => {
                let before = std::mem::take(&mut var.value);
                let mut items = match before {
                    Value::List(items) => items,
                    Value::Text(text) => OrdMap::from([(0, text)]),
                    _ => OrdMap::new(),
                };
                items.insert(at, value);
                var.value = Value::List(items);
            }
        }
        Ok(())
    }

    fn item(&self, name: &str, key: Option<&Key>) -> Option<String> {
        let value = &self.vars.get(name)?.value;
        match (value, key) {
            (Value::Map(items), Some(Key::Name(key))) => items.get(key).cloned(),
            (Value::List(items), Some(Key::Number(at))) => items.get(at).cloned(),
            (Value::Text(text), None | Some(Key::Number(0))) => Some(text.clone()),
            _ => None,
        }
    }

    /// An index as a number; a negative one counts from the end.
    pub(crate) fn list_index(&mut self, name: &str, text: &str, cx: &Cx<'_>) -> Expanded<u64> {
        let at = self.arithmetic(text, cx)?;
        let len = match self.vars.get(name).map(|var| &var.value) {
            Some(Value::List(items)) => items.last_key_value().map_or(0, |(last, _)| last + 1),
            Some(Value::Text(_)) => 1,
            _ => 0,
        };
        let place = if at < 0 { i64::try_from(len).unwrap_or(i64::MAX) + at } else { at };
        u64::try_from(place).map_err(|_| Trouble::from(format!("{name}[{text}]: bad array subscript")))
    }

    pub(crate) fn export(&mut self, name: &str, value: Option<&str>) {
        let var = self.vars.entry(name.into()).or_default();
        var.exported = true;
        if let Some(value) = value {
            var.value = Value::Text(value.into());
        }
    }

    /// What children get, with the assignments before their command.
    pub(crate) fn child_env(&mut self, extra: &[(String, String)]) -> Arc<OrdMap<String, String>> {
        let exported = self.vars.iter().filter(|(_, var)| var.exported);
        let exported = exported.filter_map(|(name, var)| Some((name.as_str(), var.scalar()?)));
        if !exported.clone().eq(self.last_env.iter().map(|(name, value)| (name.as_str(), value.as_str()))) {
            self.last_env = Arc::new(exported.map(|(name, value)| (name.to_string(), value.to_string())).collect());
        }
        let mut env = self.last_env.clone();
        if !extra.is_empty() {
            Arc::make_mut(&mut env).extend(extra.iter().cloned());
        }
        env
    }

    /// A number of 15 bits.
    pub(crate) fn roll(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 20) & 0x7fff
    }

    /// A variable or a special parameter; `None` where it is unset.
    pub(crate) fn value(&self, name: &str, cx: &Cx<'_>) -> Option<String> {
        match name {
            "?" => Some(self.status.to_string()),
            "$" => Some(self.pid_shown.unwrap_or(cx.pid.0).to_string()),
            "!" => self.last_background.map(|pid| pid.to_string()),
            "#" => Some(self.params.len().to_string()),
            "-" => Some(self.flags()),
            "_" => Some(self.last_argument.clone()),
            "0" => Some(self.name.clone()),
            "@" | "*" => (!self.params.is_empty()).then(|| self.params.join(" ")),
            "LINENO" => Some(self.line.to_string()),
            "SECONDS" => Some(cx.now().unix_secs().saturating_sub(self.began_secs).to_string()),
            "EPOCHSECONDS" => Some(cx.now().unix_secs().to_string()),
            "BASHPID" => Some(cx.pid.to_string()),
            "PPID" => Some("1".into()),
            "UID" | "EUID" => Some("1000".into()),
            "BASH" => Some("/bin/bash".into()),
            "BASH_VERSION" => Some("5.2.15(1)-release".into()),
            "HOSTNAME" => Some(cx.machine().hostname.clone()),
            "OSTYPE" => Some("linux-gnu".into()),
            "HOSTTYPE" => Some("x86_64".into()),
            "SHELLOPTS" | "BASHOPTS" => Some(String::new()),
            "FUNCNAME" | "BASH_SOURCE" | "PIPESTATUS" => self.special_list(name).into_iter().next(),
            "BASH_SUBSHELL" => Some(self.level.to_string()),
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
                let index: usize = digits.parse().ok()?;
                self.params.get(index.checked_sub(1)?).cloned()
            }
            _ => {
                let name = self.meant(name);
                self.vars.get(&name).and_then(Var::scalar).map(String::from)
            }
        }
    }

    /// The arrays that the shell keeps itself.
    pub(crate) fn special_list(&self, name: &str) -> Vec<String> {
        let calls = self.frames.iter().rev().filter_map(|frame| frame.call.as_ref());
        match name {
            "PIPESTATUS" => self.pipe_status.iter().map(i32::to_string).collect(),
            "FUNCNAME" => {
                let mut names: Vec<String> = calls.map(|call| call.name.clone()).collect();
                if !names.is_empty() && !self.text_given {
                    names.push("main".into());
                }
                names
            }
            "BASH_SOURCE" => {
                let place = self.place.as_ref().unwrap_or(&self.name).clone();
                let own = if self.text_given && self.place.is_none() { "environment".to_string() } else { place };
                let mut all: Vec<String> = calls.map(|_| own.clone()).collect();
                if !self.text_given && !self.interactive {
                    all.push(own);
                }
                all
            }
            _ => Vec::new(),
        }
    }

    fn flags(&self) -> String {
        let mut flags = String::new();
        let o = &self.options;
        for (on, flag) in [
            (o.allexport, 'a'),
            (o.errexit, 'e'),
            (o.noglob, 'f'),
            (true, 'h'),
            (self.interactive, 'i'),
            (self.interactive, 'm'),
            (o.noexec, 'n'),
            (o.nounset, 'u'),
            (o.verbose, 'v'),
            (o.xtrace, 'x'),
            (true, 'B'),
            (o.noclobber, 'C'),
            (self.interactive, 'H'),
            (self.text_given, 'c'),
            (self.reads_input, 's'),
        ] {
            if on {
                flags.push(flag);
            }
        }
        flags
    }
}

enum Key {
    Number(u64),
    Name(String),
}
