//! `git config`.

use super::cli::{Answer, Git, Stop, fatal};
use super::config_show::{get, get_regexp, list, typed};
use super::include::with_includes;
use super::options::{Dialect, Given, Spec, flag, only, value};
use git::Config;
use vfs::{join, parent};

pub(crate) const SPEC: Spec = Spec {
    name: "config",
    usage: &[
        "config list [<file-option>]",
        "config get [<file-option>] [--all] <name>",
        "config set [<file-option>] <name> <value>",
        "config unset [<file-option>] <name>",
        "config [<file-option>] [--get | --get-all | --add | --unset | --unset-all] <name> [<value>]",
    ],
    options: &[
        &[
            flag('\0', "global", "the user's own file"),
            flag('\0', "system", "the machine's file"),
            flag('\0', "local", "the repository's file"),
            value('f', "file", "file", "this file"),
        ],
        &[
            only('l', "list", "every setting"),
            only('\0', "get", "one value"),
            only('\0', "get-all", "every value of a key"),
            only('\0', "get-regexp", "every key that matches, with its value"),
            only('\0', "replace-all", "one value in place of all"),
            only('\0', "rename-section", "give a section another name"),
            only('\0', "add", "one more value"),
            only('\0', "unset", "remove a key"),
            only('\0', "unset-all", "remove a key with all its values"),
            only('\0', "remove-section", "remove a section"),
            flag('\0', "all", "every value"),
        ],
        &[
            flag('\0', "name-only", "only the names"),
            flag('\0', "show-origin", "say which file it is from"),
            flag('\0', "show-scope", "say whose setting it is"),
            flag('z', "null", "a NUL behind each value"),
            value('\0', "type", "type", "as a bool, an int or a path"),
            flag('\0', "bool", "true or false"),
            flag('\0', "int", "a number"),
            flag('\0', "path", "the name of a file"),
            value('\0', "default", "value", "what to say where it is not set"),
        ],
    ],
    missing: &[
        "--worktree",
        "--blob",
        "--get-urlmatch",
        "-e",
        "--edit",
        "--get-color",
        "--get-colorbool",
        "--bool-or-int",
        "--bool-or-str",
        "--expiry-date",
        "--includes",
        "--comment",
        "--fixed-value",
        "--value",
    ],
    dialect: Dialect::Options,
};

/// A file with where it is.
pub(crate) struct Layer {
    pub path: String,
    pub shown: String,
    pub config: Config,
}

#[inline(never)]
pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    let words: Vec<&str> = given.operands.iter().map(String::as_str).collect();
    let with_words = [
        "list",
        "get",
        "get-all",
        "get-regexp",
        "add",
        "replace-all",
        "unset",
        "unset-all",
        "remove-section",
        "rename-section",
    ]
    .iter()
    .find(|name| given.has(name));
    let verb = match (with_words, words.first()) {
        (Some(verb), _) => (*verb).to_string(),
        (None, Some(&verb @ ("list" | "get" | "set" | "unset"))) => {
            return act(g, given, verb, &words[1..]);
        }
        (None, Some(&verb @ ("rename-section" | "remove-section"))) if words.len() > 1 => {
            return act(g, given, verb, &words[1..]);
        }
        (None, Some(&verb @ "edit")) => {
            g.err(format!("git: 'config {verb}' is real Git, but not part of this sandbox yet\n"));
            return Ok(1);
        }
        (None, Some(_)) if words.len() == 1 => "get".into(),
        (None, Some(_)) => "set".into(),
        (None, None) => {
            g.err("error: no action specified\n");
            return Ok(129);
        }
    };
    act(g, given, &verb, &words)
}

#[inline(never)]
fn act(g: &mut Git<'_, '_>, given: &Given, verb: &str, words: &[&str]) -> Answer {
    match (verb, words) {
        ("list", []) => list(g, given),
        ("get" | "get-all", [name]) => get(g, given, name, verb == "get-all" || given.has("all")),
        ("set" | "add", [name, value]) => set(g, given, name, value, verb == "add"),
        ("replace-all", [name, value]) => set_all(g, given, name, value),
        ("get-regexp", [pattern]) => get_regexp(g, given, pattern),
        ("rename-section", [from, to]) => rename_section(g, given, from, to),
        ("unset" | "unset-all", [name]) => unset(g, given, name, verb == "unset-all" || given.has("all")),
        ("remove-section", [name]) => {
            let mut layer = target(g, given)?;
            if !layer.config.remove_section(name) {
                return fatal(format!("no such section: {name}"));
            }
            save(g, &layer)
        }
        _ => {
            g.err(format!("error: wrong number of arguments\n{}", super::options::usage(&SPEC)));
            Ok(129)
        }
    }
}

fn load(g: &Git<'_, '_>, path: &str, shown: &str) -> Result<Layer, Stop> {
    let config = Config::parse(&g.files().read_text(path).unwrap_or_default());
    if let Some(line) = config.bad_line() {
        return fatal(format!("bad config line {line} in file {shown}"));
    }
    Ok(Layer { path: path.into(), shown: shown.into(), config })
}

pub(crate) fn global_path(g: &Git<'_, '_>) -> String {
    g.cx.env("GIT_CONFIG_GLOBAL").unwrap_or_else(|| join(&g.cx.env("HOME").unwrap_or_default(), ".gitconfig"))
}

/// The file that is written to.
#[inline(never)]
fn target(g: &Git<'_, '_>, given: &Given) -> Result<Layer, Stop> {
    if let Some(file) = given.value("file") {
        return load(g, &join(&g.cwd, file), file);
    }
    if given.has("system") {
        let path = g.system_config().unwrap_or_else(|| "/etc/gitconfig".into());
        return load(g, &path, &path);
    }
    if given.has("global") {
        let path = global_path(g);
        return load(g, &path, &path);
    }
    let Ok(repo) = g.repo() else {
        return if given.has("local") {
            fatal("--local can only be used inside a git repository")
        } else {
            fatal("not in a git directory")
        };
    };
    let path = repo.file("config");
    let shown = if repo.common.is_some() { path.as_str() } else { ".git/config" };
    load(g, &path, shown)
}

/// The files that are read, weakest first.
#[inline(never)]
pub(crate) fn sources(g: &Git<'_, '_>, given: &Given) -> Result<Vec<Layer>, Stop> {
    if given.value("file").is_some() || ["global", "local", "system"].iter().any(|name| given.has(name)) {
        let layer = target(g, given)?;
        if given.has("list") && !g.files().exists(&layer.path) {
            return fatal(format!("unable to read config file '{}': No such file or directory", layer.shown));
        }
        return Ok(vec![layer]);
    }
    let path = global_path(g);
    let mut layers = Vec::new();
    if let Some(path) = g.system_config() {
        layers.push(load(g, &path, &path)?);
    }
    layers.push(load(g, &path, &path)?);
    let repo = g.repo().ok();
    if let Some(repo) = &repo {
        let path = repo.file("config");
        let shown = if repo.common.is_some() { path.as_str() } else { ".git/config" };
        layers.push(load(g, &path, shown)?);
    }
    let mut all = Vec::new();
    for Layer { path, shown, config } in layers {
        for (from, config) in with_includes(g, repo.as_ref(), &path, config) {
            let shown = if from == path { shown.clone() } else { from.clone() };
            all.push(Layer { path: from, shown, config });
        }
    }
    Ok(all)
}

/// `--rename-section`.
#[inline(never)]
fn rename_section(g: &mut Git<'_, '_>, given: &Given, from: &str, to: &str) -> Answer {
    let layer = target(g, given)?;
    let header = |name: &str| match name.split_once('.') {
        Some((section, sub)) => format!("[{section} \"{sub}\"]"),
        None => format!("[{name}]"),
    };
    let (old, new) = (header(from), header(to));
    if !layer.config.text().lines().any(|line| line.trim() == old) {
        return fatal(format!("no such section: {from}"));
    }
    let line = |line: &str| if line.trim() == old { new.clone() } else { line.to_string() };
    let text: String = layer.config.text().lines().map(|text| line(text) + "\n").collect();
    save(g, &Layer { config: Config::parse(&text), ..layer })
}

/// `--replace-all`.
fn set_all(g: &mut Git<'_, '_>, given: &Given, name: &str, value: &str) -> Answer {
    check_key(g, name)?;
    let value = typed(g, given, name, value)?;
    let mut layer = target(g, given)?;
    if layer.config.get_all(name).len() > 1 {
        layer.config.unset(name);
    }
    layer.config.set(name, &value);
    save(g, &layer)
}

/// Refuses a key that no section or no name can be.
#[inline(never)]
pub(crate) fn check_key(g: &mut Git<'_, '_>, name: &str) -> Result<(), Stop> {
    let Some(dot) = name.rfind('.').filter(|dot| *dot > 0) else {
        g.err(format!("error: key does not contain a section: {name}\n"));
        return Err(Stop::Exit(2));
    };
    if dot + 1 == name.len() {
        g.err(format!("error: key does not contain variable name: {name}\n"));
        return Err(Stop::Exit(2));
    }
    let key = &name[dot + 1..];
    let sane = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !sane {
        g.err(format!("error: invalid key: {name}\n"));
        return Err(Stop::Exit(1));
    }
    Ok(())
}

#[inline(never)]
fn set(g: &mut Git<'_, '_>, given: &Given, name: &str, value: &str, more: bool) -> Answer {
    check_key(g, name)?;
    let value = &typed(g, given, name, value)?;
    let mut layer = target(g, given)?;
    let known = layer.config.get_all(name).len();
    if known > 1 && !more {
        g.err(format!("warning: {name} has multiple values\nerror: cannot overwrite multiple values with a single value\n       Use a regexp, --add or --replace-all to change {name}.\n"));
        return Ok(5);
    }
    if more {
        layer.config.add(name, value)
    } else {
        layer.config.set(name, value)
    }
    save(g, &layer)
}

#[inline(never)]
fn unset(g: &mut Git<'_, '_>, given: &Given, name: &str, all: bool) -> Answer {
    check_key(g, name)?;
    let mut layer = target(g, given)?;
    if layer.config.get_all(name).len() > 1 && !all {
        g.err(format!("warning: {name} has multiple values\n"));
        return Ok(5);
    }
    if !layer.config.unset(name) {
        return Ok(5);
    }
    save(g, &layer)
}

#[inline(never)]
fn save(g: &mut Git<'_, '_>, layer: &Layer) -> Answer {
    if layer.path.starts_with("/etc/") {
        // Only the superuser may, and nobody is that here.
        g.err(format!("error: could not lock config file {}: Permission denied\n", layer.shown));
        return Ok(255);
    }
    let micros = g.cx.micros();
    let text = layer.config.text().as_bytes().to_vec();
    let files = g.cx.files_mut();
    let done = files.make_dir_all(parent(&layer.path), micros).and_then(|()| files.write(&layer.path, text, micros));
    match done {
        Ok(()) => Ok(0),
        Err(why) => {
            g.err(format!("error: could not lock config file {}: {why}\n", layer.shown));
            Ok(4)
        }
    }
}
