//! Tab completion: what the word before the cursor could become. It reads the option tables and the world, and changes
//! nothing.

use git::Repo;
use order::OrdSet;
use vfs::{Kind, Vfs};
use world::{MachineId, World};

/// What stands before the cursor, and what could stand there instead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the word begins, in bytes of the line; it ends at the cursor.
    pub start: usize,
    /// In order, each as it would be typed. A folder ends with a slash: no blank follows it.
    pub candidates: Vec<String>,
}

/// Where somebody types.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub world: &'a World,
    pub machine: &'a MachineId,
    /// The shell's folder.
    pub cwd: &'a str,
}

/// Completes the word before the cursor (a byte of the line).
pub fn complete(place: Place<'_>, line: &str, cursor: usize) -> Completion {
    let mut cursor = cursor.min(line.len());
    while !line.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let (words, start) = words_before(&line[..cursor]);
    let typed = &line[start..cursor];
    let mut found: OrdSet<String> = OrdSet::new();
    let bare = unquoted(typed);
    place.candidates(&words, &bare, &mut found);
    found.retain(|candidate| candidate.starts_with(bare.as_str()));
    if found.is_empty() && !bare.starts_with('-') {
        place.paths(
            &bare,
            words.is_empty(),
            words.first().is_some_and(|word| matches!(word.as_str(), "cd" | "pushd" | "rmdir")),
            &mut found,
        );
    }
    let quote = typed.chars().next().filter(|c| matches!(c, '"' | '\''));
    let candidates = found.into_iter().map(|text| quoted(&text, quote)).collect();
    Completion { start, candidates }
}

/// The words of the command that the cursor is in, and where the word begins at which it stands.
fn words_before(before: &str) -> (Vec<String>, usize) {
    let (mut words, mut word, mut start, mut quote) = (Vec::new(), String::new(), None, None);
    let mut escaped = false;
    for (at, c) in before.char_indices() {
        if escaped {
            word.push(c);
            escaped = false;
            continue;
        }
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => {
                start = start.or(Some(at));
                quote = Some(c);
            }
            (None, '\\') => {
                start = start.or(Some(at));
                escaped = true;
            }
            (None, c) if c.is_whitespace() || "<>".contains(c) => {
                if start.take().is_some() {
                    words.push(std::mem::take(&mut word));
                }
            }
            (None, '|' | ';' | '&' | '(' | '{' | '`') => {
                words.clear();
                word.clear();
                start = None;
            }
            (None, c) => {
                start = start.or(Some(at));
                word.push(c);
            }
        }
    }
    // Assignments and words that only lead to a command are none.
    let leads = |word: &String| {
        matches!(
            word.as_str(),
            "sudo"
                | "time"
                | "exec"
                | "command"
                | "env"
                | "xargs"
                | "watch"
                | "nohup"
                | "!"
                | "then"
                | "do"
                | "else"
                | "if"
                | "while"
                | "until"
        ) || word
            .split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    };
    while words.first().is_some_and(leads) {
        words.remove(0);
    }
    (words, start.unwrap_or(before.len()))
}

fn unquoted(typed: &str) -> String {
    let mut out = String::new();
    let mut chars = typed.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {}
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

/// As it is typed: in the quotes that were begun, or with backslashes.
fn quoted(text: &str, quote: Option<char>) -> String {
    if let Some(quote) = quote {
        let end = if text.ends_with('/') { String::new() } else { quote.to_string() };
        return format!("{quote}{text}{end}");
    }
    let mut out = String::new();
    for c in text.chars() {
        if " '\"\\|&;()<>*?[]$`!#{}".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

impl Place<'_> {
    fn files(&self) -> Option<&Vfs> {
        self.world.machine(self.machine).map(|machine| &machine.files)
    }

    fn candidates(&self, words: &[String], word: &str, found: &mut OrdSet<String>) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let Some((command, rest)) = words.split_first() else {
            if !word.contains('/') && !word.is_empty() {
                found.extend(
                    self.world.programs().names().filter(|name| !name.starts_with("opsfest-")).map(String::from),
                );
                found.extend(shell::BUILTINS.iter().map(|name| (*name).to_string()));
            }
            return;
        };
        let plain: Vec<&str> = rest.iter().filter(|word| !word.starts_with('-')).copied().collect();
        match *command {
            "git" => self.git(&plain, word, found),
            "kubectl" | "k" if plain.starts_with(&["argo", "rollouts"]) => self.rollouts(&plain[2..], found),
            "kubectl" | "k" => self.kubectl(rest, &plain, word, found),
            "argocd" => self.argocd(&plain, word, found),
            "flux" => self.flux(&plain, word, found),
            "docker" => found.extend(crate::docker::subcommands(&plain).into_iter().map(String::from)),
            "gh" => self.gh(&plain, word, found),
            "helm" => self.helm(&plain, word, found),
            "type" | "which" | "man" | "command" | "help" => {
                found.extend(self.world.programs().names().map(String::from))
            }
            "jq" | "yq" if word.starts_with('-') => {
                let flags = if *command == "jq" { crate::jq::FLAGS } else { crate::yq::FLAGS };
                found.extend(flags.split_whitespace().map(String::from));
            }
            tool if word.starts_with('-') => {
                let options = crate::core::tool(tool).map_or(&[][..], |tool| tool.options);
                for opt in options.iter().filter(|opt| !opt.missing) {
                    if !opt.long.is_empty() {
                        found.insert(format!("--{}", opt.long));
                    }
                    if opt.short != '\0' {
                        found.insert(format!("-{}", opt.short));
                    }
                }
            }
            _ => {}
        }
    }

    fn git(&self, plain: &[&str], word: &str, found: &mut OrdSet<String>) {
        let Some((name, rest)) = plain.split_first() else {
            found.extend(crate::git::subcommands().map(String::from));
            return;
        };
        if word.starts_with('-') {
            found.extend(crate::git::flags(name));
            return;
        }
        match (*name, rest) {
            ("push" | "pull" | "fetch", []) => self.remotes(found),
            ("remote", []) => found.extend(["add", "get-url", "remove", "rename", "set-url", "show"].map(String::from)),
            ("remote", _) => self.remotes(found),
            ("help", _) => found.extend(crate::git::subcommands().map(String::from)),
            (
                "switch" | "checkout" | "merge" | "rebase" | "branch" | "log" | "show" | "diff" | "revert" | "reset"
                | "cherry-pick" | "push" | "pull" | "fetch" | "rev-parse" | "tag",
                _,
            ) => self.references(found),
            _ => {}
        }
    }

    fn repository(&self) -> Option<(Repo, &Vfs)> {
        let files = self.files()?;
        Repo::discover(files, self.cwd).ok().map(|repo| (repo, files))
    }

    fn references(&self, found: &mut OrdSet<String>) {
        let Some((repo, files)) = self.repository() else { return };
        for prefix in ["refs/heads/", "refs/tags/", "refs/remotes/"] {
            found.extend(repo.refs(files, prefix).keys().map(|name| git::shorten_ref(name).to_string()));
        }
        found.insert("HEAD".into());
    }

    fn remotes(&self, found: &mut OrdSet<String>) {
        let Some((repo, files)) = self.repository() else { return };
        let Ok(config) = files.read_text(&repo.file("config")) else { return };
        for line in config.lines() {
            if let Some(name) = line.trim().strip_prefix("[remote \"").and_then(|rest| rest.strip_suffix("\"]")) {
                found.insert(name.to_string());
            }
        }
    }

    fn kubectl(&self, rest: &[&str], plain: &[&str], word: &str, found: &mut OrdSet<String>) {
        let store = self.world.cluster.store();
        if matches!(rest.last(), Some(&("-n" | "--namespace"))) {
            self.named("namespaces", None, found);
            return;
        }
        if matches!(rest.last(), Some(&("-o" | "--output"))) {
            found.extend(["custom-columns=", "json", "jsonpath=", "name", "wide", "yaml"].map(String::from));
            return;
        }
        if word.starts_with('-') {
            found.extend(crate::kubectl::flag_names(plain));
            return;
        }
        let namespace = rest.windows(2).find(|pair| matches!(pair[0], "-n" | "--namespace")).map(|pair| pair[1]);
        let plain: Vec<&str> = plain.iter().filter(|word| Some(**word) != namespace).copied().collect();
        found.extend(crate::kubectl::subcommands(&plain).into_iter().map(String::from));
        if !found.is_empty() {
            return;
        }
        match plain.as_slice() {
            ["logs" | "exec" | "attach" | "port-forward" | "cp"] => self.named("pods", namespace, found),
            ["get" | "describe" | "delete" | "scale" | "edit" | "explain" | "annotate" | "label" | "patch"]
            | ["rollout" | "set", _] => match word.split_once('/') {
                Some((kind, _)) => {
                    let mut names = OrdSet::new();
                    self.named(kind, namespace, &mut names);
                    found.extend(names.iter().map(|name| format!("{kind}/{name}")));
                }
                None => found.extend(store.kinds().iter().map(|info| info.plural.to_string())),
            },
            [_, kind, ..] if store.kinds().find(kind).is_some() => self.named(kind, namespace, found),
            ["rollout" | "set", _, kind, ..] => self.named(kind, namespace, found),
            _ => {}
        }
    }

    fn named(&self, kind: &str, namespace: Option<&str>, found: &mut OrdSet<String>) {
        let store = self.world.cluster.store();
        if let Some(info) = store.kinds().find(kind) {
            found.extend(store.all(info.id, namespace).map(|object| object.name().to_string()));
        }
    }

    fn argocd(&self, plain: &[&str], word: &str, found: &mut OrdSet<String>) {
        if word.starts_with('-') {
            found.extend(crate::argocd::flag_names(&plain[..plain.len().min(2)]));
            return;
        }
        found.extend(crate::argocd::subcommands(plain).into_iter().map(String::from));
        if found.is_empty() && plain.first() == Some(&"app") {
            found.extend(self.world.argocd.applications(&self.world.cluster).map(|app| app.name().to_string()));
        }
    }

    fn rollouts(&self, plain: &[&str], found: &mut OrdSet<String>) {
        found.extend(crate::rollouts::subcommands(plain).into_iter().map(String::from));
        if found.is_empty() {
            found.extend(crate::rollouts::names(self.world));
        }
    }

    fn flux(&self, plain: &[&str], word: &str, found: &mut OrdSet<String>) {
        if word.starts_with('-') {
            found.extend(crate::flux::flag_names(plain));
            return;
        }
        found.extend(crate::flux::subcommands(plain).into_iter().map(String::from));
        found.extend(crate::flux::names(self.world, plain));
    }

    fn helm(&self, plain: &[&str], word: &str, found: &mut OrdSet<String>) {
        if word.starts_with('-') {
            found.extend(crate::helm::flag_names(plain));
            return;
        }
        found.extend(crate::helm::subcommands(plain).into_iter().map(String::from));
        if found.is_empty() && !matches!(plain.first(), Some(&("install" | "template" | "create" | "show"))) {
            found.extend(crate::helm::release_names(self.world, None));
        }
    }

    fn gh(&self, plain: &[&str], word: &str, found: &mut OrdSet<String>) {
        match plain {
            [] => found.extend(["pr", "run", "workflow"].map(String::from)),
            [group @ ("pr" | "run" | "workflow")] => {
                found.extend(crate::gh::commands(group).map(|(name, _)| name.to_string()))
            }
            [group @ ("pr" | "run" | "workflow"), name, ..] if word.starts_with('-') => {
                let flags =
                    crate::gh::commands(group).filter(|(command, _)| command == name).flat_map(|(_, flags)| flags);
                found.extend(flags.map(|flag| format!("--{flag}")));
            }
            _ => {}
        }
    }

    /// Files and folders. `runs`: as a command, only what can be run, and folders.
    fn paths(&self, word: &str, runs: bool, folders: bool, found: &mut OrdSet<String>) {
        let Some(machine) = self.world.machine(self.machine) else { return };
        // `if=` and `--file=`: the path stands behind the sign.
        let (before, word) = word.rsplit_once('=').map_or(("", word), |(before, word)| (before, word));
        let before = if before.is_empty() { String::new() } else { format!("{before}=") };
        let (folder, name) = word.rsplit_once('/').map_or(("", word), |(folder, name)| (folder, name));
        if runs && !word.contains('/') {
            return;
        }
        let shown = if word.contains('/') { format!("{folder}/") } else { String::new() };
        let base = match folder.strip_prefix('~') {
            Some(rest) => format!("{}{rest}", machine.home()),
            None if word.starts_with('/') && folder.is_empty() => "/".into(),
            None => vfs::join(self.cwd, folder),
        };
        for (entry, stat) in machine.files.read_dir(&base).unwrap_or_default() {
            let dir = stat.kind == Kind::Dir || machine.files.is_dir(&vfs::join(&base, &entry));
            let fits = (!runs || dir || stat.mode & 0o111 != 0) && (!folders || dir);
            if fits && entry.starts_with(name) && (name.starts_with('.') || !entry.starts_with('.')) {
                found.insert(format!("{before}{shown}{entry}{}", if dir { "/" } else { "" }));
            }
        }
    }
}
