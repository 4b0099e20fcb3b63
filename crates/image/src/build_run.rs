//! `RUN`: what is to be run, with which folders mounted; what came of it is a layer.

use crate::build::{Build, Next, Phase};
use crate::build_meta::shell_of;
use crate::build_words::millis;
use crate::{History, Instruction, Registry, Store, sha256};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::time::Duration;
use vfs::Vfs;

/// A command to run in a file system of its own.
#[derive(Debug, Clone)]
pub struct Job {
    pub argv: Vec<String>,
    pub env: OrdMap<String, String>,
    pub cwd: String,
    pub user: String,
    pub root: Vfs,
}

/// A folder or file that a command sees and no layer keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    pub target: String,
    /// The cache's name, where it is one.
    pub cache: Option<String>,
    /// It was not there before: the folder too goes away.
    pub fresh: bool,
}

/// What is remembered while a command runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pending {
    key: String,
    created_by: String,
    name: String,
    shown: String,
    lines: (usize, usize),
    mounts: Vec<Mount>,
}

/// So many lines of a failed command are shown again.
const TAIL_MAX: usize = 10;

impl Build {
    #[inline(never)]
    pub(crate) fn run(&mut self, store: &mut Store, registry: &mut Registry, made: &Instruction, now: Time) -> Next {
        let (name, lines) = (self.step_name(made), (made.first, made.last));
        let Some(work) = &self.work else { return Next::Failed };
        let argv = argv(made, &shell_of(work));
        let shown = argv.join(" ");
        let env: OrdMap<String, String> =
            work.args.iter().chain(&work.config.env).map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut text = [&work.key, "\nRUN ", &shown, "\n", &work.config.workdir, "\n", &work.config.user].concat();
        for (name, value) in &env {
            text.push_str(&["\n", name, "=", value].concat());
        }
        for (name, value) in &made.flags {
            text.push_str(&["\n--", name, "=", value].concat());
        }
        let key = sha256(text.as_bytes());
        let args: Vec<String> = work.args.iter().map(|(name, value)| [name, "=", value].concat()).collect();
        let args = if args.is_empty() { String::new() } else { format!("|{} {} ", args.len(), args.join(" ")) };
        let created_by = History::shell(&["RUN ", &args, &shown].concat());
        let (mut root, cwd, user) = (work.root.clone(), work.config.workdir.clone(), work.config.user.clone());
        self.begin(&name, now);
        if self.reuse(store, registry, &key, &created_by, now) {
            return Next::Wait(Duration::ZERO);
        }
        let first = argv.first().cloned().unwrap_or_default();
        if first.starts_with('/') && !root.exists(&first) {
            let why = format!("exec: \"{first}\": stat {first}: no such file or directory");
            let line =
                ["0.060 runc run failed: unable to start container process: error during container init: ", &why]
                    .concat();
            self.say(&line);
            self.tail.push(line);
            let message = format!("process \"{shown}\" did not complete successfully: exit code: 1");
            return self.fail(&name, lines, &message, &message);
        }
        let mounts = match self.mount(store, registry, made, &mut root, now) {
            Ok(mounts) => mounts,
            Err(message) => return self.fail(&name, lines, &message, &message),
        };
        let micros = now.as_micros();
        for folder in [cwd.as_str(), "/tmp"] {
            if root.make_dir_all(folder, micros).is_err() {
                let message = format!("mkdir {folder}: not a directory");
                return self.fail(&name, lines, &message, &message);
            }
        }
        self.tail.clear();
        self.pending = Some(Pending { key, created_by, name, shown, lines, mounts });
        self.phase = Phase::Running;
        Next::Run(Box::new(Job { argv, env, cwd, user, root }))
    }

    /// A line that the command printed.
    pub fn printed(&mut self, line: &str, now: Time) {
        let since = self.open.map_or(now, |(_, since)| since);
        let text = [&millis(now.since(since)), " ", line].concat();
        self.say(&text);
        if self.tail.len() >= TAIL_MAX {
            self.tail.remove(0);
        }
        self.tail.push(text);
    }

    /// The command has ended. `None`: it goes on by [`Self::next`].
    #[inline(never)]
    pub fn ran(
        &mut self,
        store: &mut Store,
        registry: &mut Registry,
        mut root: Vfs,
        code: i32,
        now: Time,
    ) -> Option<Next> {
        let pending = self.pending.take()?;
        if code != 0 {
            let message = format!("process \"{}\" did not complete successfully: exit code: {code}", pending.shown);
            return Some(self.fail(&pending.name, pending.lines, &message, &message));
        }
        for mount in pending.mounts.iter().rev() {
            if let Some(cache) = &mount.cache {
                let mut kept = Vfs::new();
                if kept.graft(&root, &mount.target, "/kept", now.as_micros()).is_ok() {
                    store.mounts.insert(cache.clone(), kept);
                }
            }
            // What is mounted is gone after the command, and is no part of the layer.
            let gone = root.remove_all(&mount.target, now.as_micros()).is_ok();
            let before = self.work.as_ref().filter(|_| gone && !mount.fresh).map(|work| &work.root);
            if before.is_some_and(|before| root.graft(before, &mount.target, &mount.target, now.as_micros()).is_err()) {
                break;
            }
        }
        self.phase = Phase::Steps;
        self.commit(store, registry, root, pending.key, pending.created_by, now);
        None
    }

    #[inline(never)]
    fn mount(
        &self,
        store: &Store,
        registry: &mut Registry,
        made: &Instruction,
        root: &mut Vfs,
        now: Time,
    ) -> Result<Vec<Mount>, String> {
        let mut mounts = Vec::new();
        let cwd = self.work.as_ref().map_or("/", |work| work.config.workdir.as_str()).to_string();
        for (_, value) in made.flags.iter().filter(|(name, _)| name == "mount") {
            let get = |wanted: &[&str]| {
                let mut parts = value.split(',').filter_map(|part| part.split_once('='));
                parts.find(|(key, _)| wanted.contains(key)).map(|(_, text)| text)
            };
            let kind = get(&["type"]).unwrap_or("bind");
            let target = get(&["target", "dst", "destination"]);
            let micros = now.as_micros();
            let secret = kind == "secret";
            let default = secret.then(|| ["/run/secrets/", get(&["id"]).unwrap_or_default()].concat());
            let Some(target) = target.map(String::from).or(default).map(|path| vfs::join(&cwd, &path)) else {
                return Err("dockerfile parse error: target is required for mounts".into());
            };
            let fresh = !root.exists(&target);
            let from = match kind {
                "cache" => {
                    let id = get(&["id"]).unwrap_or(&target).to_string();
                    let kept = store.mounts.get(&id).cloned();
                    place(root, kept.as_ref().map(|kept| (kept, "/kept")), &target, micros)?;
                    mounts.push(Mount { target, cache: Some(id), fresh });
                    continue;
                }
                "tmpfs" => None,
                "secret" => {
                    let id = get(&["id"]).unwrap_or_default();
                    let Some(bytes) = self.options.secrets.get(id) else {
                        if get(&["required"]) == Some("true") {
                            return Err(format!("secret {id}: not found"));
                        }
                        continue;
                    };
                    let made = root.make_dir_all(vfs::parent(&target), micros);
                    made.and_then(|()| root.write(&target, bytes.clone(), micros))
                        .map_err(|error| error.to_string())?;
                    mounts.push(Mount { target, cache: None, fresh: true });
                    continue;
                }
                "bind" => Some(match get(&["from"]) {
                    Some(name) => self.files_of(registry, store, name)?,
                    None => self.context.clone(),
                }),
                other => return Err(format!("RUN --mount=type={other}: real, but not part of this sandbox yet")),
            };
            let source = vfs::join("/", get(&["source", "src"]).unwrap_or("."));
            place(root, from.as_ref().map(|from| (from, source.as_str())), &target, micros)?;
            mounts.push(Mount { target, cache: None, fresh });
        }
        Ok(mounts)
    }
}

/// Puts a folder or file of another file system in place; without one, an empty folder.
#[inline(never)]
fn place(root: &mut Vfs, from: Option<(&Vfs, &str)>, target: &str, micros: u64) -> Result<(), String> {
    let said = |error: vfs::VfsError| error.to_string();
    if root.exists(target) {
        root.remove_all(target, micros).map_err(said)?;
    }
    match from {
        Some((files, "/")) => {
            root.make_dir_all(target, micros).map_err(said)?;
            for name in files.names("/").map_err(said)? {
                let to = vfs::join(target, name);
                root.graft(files, &vfs::join("/", name), &to, micros).map_err(said)?;
            }
            Ok(())
        }
        Some((files, source)) => {
            root.make_dir_all(vfs::parent(target), micros).map_err(said)?;
            root.graft(files, source, target, micros).map_err(said)
        }
        None => root.make_dir_all(target, micros).map_err(said),
    }
}

/// The words to run: of the JSON form, a text of the file, or a line for the shell.
#[inline(never)]
fn argv(made: &Instruction, shell: &[String]) -> Vec<String> {
    if let Some(words) = &made.json {
        return words.clone();
    }
    let mut words = shell.to_vec();
    let alone = made.rest.starts_with("<<") && !made.rest.contains(char::is_whitespace);
    words.push(match made.heredocs.first() {
        Some(heredoc) if alone => heredoc.text.clone(),
        Some(_) => {
            let texts = made.heredocs.iter().map(|heredoc| [&heredoc.text, &heredoc.name, "\n"].concat());
            std::iter::once([&made.rest, "\n"].concat()).chain(texts).collect()
        }
        None => made.rest.clone(),
    });
    words
}
