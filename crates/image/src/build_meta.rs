//! Instructions: those that only set something, and the way from one to the next.

use crate::build::{Build, Finished, Next, Phase, Work};
use crate::build_words::list;
use crate::dockerfile::{pairs, quoted_words};
use crate::expand::{expand, expand_raw};
use crate::{Cached, History, Image, ImageRef, Instruction, Layer, Made, Record, Registry, Stage, Store, diff};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;
use vfs::Vfs;

const COMMENT: &str = "buildkit.dockerfile.v0";

impl Work {
    /// What a variable means here: `ENV` before `ARG`.
    pub fn variable(&self, name: &str) -> Option<String> {
        let arg = || self.args.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        self.config.get(name).map(String::from).or_else(arg)
    }

    pub fn note(&mut self, created_by: String, layer: Option<&Layer>, now: Time) {
        self.history.push(History {
            created: now,
            created_by,
            comment: COMMENT.into(),
            layer: layer.map(|layer| layer.digest.clone()),
            size: layer.map_or(0, |layer| layer.size),
        });
    }
}

impl Build {
    /// Goes through what only sets something, and does the next step that takes time.
    #[inline(never)]
    pub(crate) fn do_step(&mut self, store: &mut Store, registry: &mut Registry, now: Time) -> Next {
        loop {
            let Some(work) = &mut self.work else { return Next::Failed };
            let stage = &self.stages[work.stage];
            if work.at >= stage.to {
                let done = self.work.take().map(|work| (work.stage, work));
                self.finished.extend(done);
                self.needed.remove(0);
                self.phase = Phase::Stage;
                return Next::Wait(Duration::ZERO);
            }
            let made = self.file.instructions[work.at].clone();
            work.at += 1;
            if made.is_step() {
                work.number += 1;
                return match made.word.as_str() {
                    "RUN" => self.run(store, registry, &made, now),
                    "WORKDIR" => self.workdir(store, registry, &made, now),
                    _ => self.copy(store, registry, &made, now),
                };
            }
            if let Err(message) = self.set(&made, now) {
                let name = self.step_name(&made);
                self.log.push_str(&self.file.excerpt(&self.options.name, (made.first, made.last)));
                let whole = if message.contains("sandbox") { [&name, ": ", &message].concat() } else { message };
                self.log.push_str(&["ERROR: failed to build: failed to solve: ", &whole, "\n"].concat());
                return Next::Failed;
            }
        }
    }

    /// `[build 2/5] COPY . .`
    pub(crate) fn step_name(&self, made: &Instruction) -> String {
        let Some(work) = &self.work else { return made.written() };
        let known = |name: &str| work.variable(name);
        let written = made.written();
        let shown = expand_raw(&written, &known, self.file.escape).unwrap_or(written);
        let label = Stage::label(&self.stages, work.stage);
        ["[", &label, &work.number.to_string(), "/", &work.total.to_string(), "] ", &shown].concat()
    }

    /// An instruction that makes no layer.
    #[inline(never)]
    fn set(&mut self, made: &Instruction, now: Time) -> Result<(), String> {
        let escape = self.file.escape;
        let Some(work) = &mut self.work else { return Ok(()) };
        let fill = |work: &Work, text: &str| expand(text, &|name| work.variable(name), escape);
        let mut created_by = made.written();
        match made.word.as_str() {
            "ARG" => return self.declare(made, now),
            "ENV" | "LABEL" => {
                // All of a line see the variables as they were before it.
                let mut filled = Vec::new();
                for (name, value) in pairs(&made.rest, &made.word)? {
                    filled.push((fill(work, &name)?, fill(work, &value)?));
                }
                created_by.clone_from(&made.word);
                for (name, value) in filled {
                    created_by.push_str(&[" ", &name, "=", &value].concat());
                    if made.word == "ENV" {
                        work.config.set(&name, &value);
                    } else {
                        work.config.labels.insert(name, value);
                    }
                }
            }
            "USER" => work.config.user = fill(work, &made.rest)?,
            "STOPSIGNAL" => work.config.stop_signal = fill(work, &made.rest)?,
            "EXPOSE" => {
                for word in fill(work, &made.rest)?.split_whitespace() {
                    let port = if word.contains('/') { word.to_string() } else { [word, "/tcp"].concat() };
                    if !work.config.ports.contains(&port) {
                        work.config.ports.push(port);
                    }
                }
                created_by = format!("EXPOSE [{}]", work.config.ports.join(" "));
            }
            "VOLUME" => {
                let words = made.words();
                created_by = format!("VOLUME [{}]", words.join(" "));
                work.config.volumes.extend(words);
            }
            "CMD" | "ENTRYPOINT" | "SHELL" => {
                let words = command(made, work);
                created_by = list(&made.word, &words);
                let before = &self.file.instructions[self.stages[work.stage].from..work.at];
                set_command(work, &made.word, words, before.iter().any(|one| one.word == "CMD"));
            }
            "HEALTHCHECK" => {
                let rest = made.rest.trim_start_matches("CMD").trim();
                let words = match crate::dockerfile::json_words(rest) {
                    Some(words) => std::iter::once("CMD".to_string()).chain(words).collect(),
                    None if made.rest.eq_ignore_ascii_case("none") => vec!["NONE".to_string()],
                    None => vec!["CMD-SHELL".to_string(), rest.to_string()],
                };
                work.config.health = Some(words);
            }
            "ONBUILD" => work.config.on_build.push(made.rest.clone()),
            _ => {}
        }
        work.note(created_by, None, now);
        Ok(())
    }

    /// `ARG`: what the command line says, the default, or what stands before the first `FROM`.
    #[inline(never)]
    fn declare(&mut self, made: &Instruction, now: Time) -> Result<(), String> {
        let escape = self.file.escape;
        let Some(work) = &mut self.work else { return Ok(()) };
        for word in quoted_words(&made.rest) {
            let (name, default) = word.split_once('=').map_or((word.as_str(), None), |(n, v)| (n, Some(v)));
            let default = default.map(|text| expand(text, &|name| work.variable(name), escape)).transpose()?;
            let global = || self.globals.iter().rev().find(|(key, _)| key == name).map(|(_, v)| v.clone());
            let given = self.options.args.get(name).cloned();
            if let Some(value) = given.or(default).or_else(global).or_else(|| platform(name)) {
                work.args.push((name.to_string(), value));
            }
        }
        work.note(made.written(), None, now);
        Ok(())
    }

    #[inline(never)]
    fn workdir(&mut self, store: &mut Store, registry: &mut Registry, made: &Instruction, now: Time) -> Next {
        let name = self.step_name(made);
        let escape = self.file.escape;
        let Some(work) = &mut self.work else { return Next::Failed };
        let path = match expand(&made.rest, &|name| work.variable(name), escape) {
            Ok(path) => vfs::join(&work.config.workdir, &path),
            Err(message) => return self.fail(&name, (made.first, made.last), &message, &message),
        };
        work.config.workdir.clone_from(&path);
        let key = crate::sha256([&work.key, "\nWORKDIR ", &path].concat().as_bytes());
        let created_by = ["WORKDIR ", &path].concat();
        self.begin(&name, now);
        if self.reuse(store, registry, &key, &created_by, now) {
            return Next::Wait(Duration::ZERO);
        }
        let Some(work) = &mut self.work else { return Next::Failed };
        let mut root = work.root.clone();
        if let Err(error) = root.make_dir_all(&path, now.as_micros()) {
            let message = format!("mkdir {path}: {error}");
            return self.fail(&name, (made.first, made.last), &message, &message);
        }
        self.commit(store, registry, root, key, created_by, now);
        Next::Wait(Duration::from_millis(40))
    }

    /// Takes a step from the cache, if it is there and its layer too.
    #[inline(never)]
    pub(crate) fn reuse(&mut self, store: &mut Store, registry: &Registry, key: &str, by: &str, now: Time) -> bool {
        let Some(work) = &mut self.work else { return false };
        let Some(cached) = store.cache.get_mut(key).filter(|_| !self.options.no_cache) else { return false };
        let layer = match &cached.layer {
            None => None,
            Some(digest) => match registry.layer(digest) {
                Some(layer) => Some(layer.clone()),
                None => return false,
            },
        };
        cached.used = now;
        let created = cached.created;
        if let Some(layer) = &layer {
            crate::apply(&mut work.root, &layer.changes);
            work.layers.push(layer.digest.clone());
        }
        work.note(by.to_string(), layer.as_deref(), created);
        work.key = key.to_string();
        self.cached += 1;
        self.found();
        true
    }

    /// A step was done: what it changed is a layer, and is remembered.
    #[inline(never)]
    pub(crate) fn commit(
        &mut self,
        store: &mut Store,
        registry: &mut Registry,
        root: Vfs,
        key: String,
        by: String,
        now: Time,
    ) {
        let Some(work) = &mut self.work else { return };
        let changes = diff(&work.root, &root);
        // A layer without a file is a layer too, as Docker keeps it.
        let layer = Arc::new(Layer::new(changes));
        let cached = Cached { layer: Some(layer.digest.clone()), size: layer.size, created: now, used: now };
        store.cache.insert(key.clone(), cached);
        registry.layers.insert(layer.digest.clone(), layer.clone());
        work.layers.push(layer.digest.clone());
        work.note(by, Some(&layer), now);
        work.root = root;
        work.key = key;
        self.done += 1;
    }

    #[inline(never)]
    pub(crate) fn export(&mut self, store: &mut Store, registry: &Registry, now: Time, started: Time) -> Next {
        let Some((_, mut work)) = self.finished.pop_last() else { return Next::Failed };
        for (name, value) in &self.options.labels {
            work.config.labels.insert(name.clone(), value.clone());
        }
        let layers: Vec<Arc<Layer>> = work.layers.iter().filter_map(|digest| registry.layer(digest).cloned()).collect();
        // The same content, made from the cache, is the same image: its time is that of its newest part.
        let created = work.history.last().map_or(now, |line| line.created);
        let image = Arc::new(Image::new(Made {
            config: work.config,
            layers: &layers,
            history: work.history,
            root: &work.root,
            program: work.program,
            created,
            revision: self.options.revision.clone(),
        }));
        self.begin("exporting to image", now);
        self.say("exporting layers done");
        self.say(&["writing image ", &image.id, " done"].concat());
        store.images.insert(image.id.clone(), image.clone());
        for tag in &self.options.tags.clone() {
            if let Some(name) = ImageRef::familiar(tag) {
                self.say(&["naming to ", &name.canonical(), " done"].concat());
                store.tag(&name, &image);
            }
        }
        self.say(&["DONE ", &crate::duration(Duration::from_millis(30 + u64::from(self.done) * 20))].concat());
        self.open = None;
        self.log.push_str(&crate::lint::warnings(&self.file));
        let tag = self.options.tags.first().and_then(|tag| ImageRef::familiar(tag)).map(|name| name.tagged());
        store.record(Record {
            tag: tag.unwrap_or_default(),
            id: image.id.clone(),
            at: now,
            took: now.since(started),
            done: self.done,
            cached: self.cached,
            context_bytes: self.context_bytes,
        });
        Next::Done(Finished { id: image.id.clone(), digest: image.digest.clone() })
    }
}

/// A new entry point leaves the base's command behind, unless the stage has set its own.
fn set_command(work: &mut Work, word: &str, words: Vec<String>, has_cmd: bool) {
    match word {
        "CMD" => work.config.cmd = Some(words),
        "SHELL" => work.config.shell = Some(words),
        _ => {
            work.config.entrypoint = Some(words);
            if !has_cmd {
                work.config.cmd = None;
            }
        }
    }
}

/// The words of `CMD` and its like: of the JSON form, or a line for the shell.
pub(crate) fn command(made: &Instruction, work: &Work) -> Vec<String> {
    match &made.json {
        Some(words) => words.clone(),
        None => {
            let mut words = shell_of(work);
            words.push(made.rest.clone());
            words
        }
    }
}

pub(crate) fn shell_of(work: &Work) -> Vec<String> {
    work.config.shell.clone().unwrap_or_else(|| vec!["/bin/sh".into(), "-c".into()])
}

/// What BuildKit says of the platform, where a stage declares it.
fn platform(name: &str) -> Option<String> {
    let value = match name {
        "TARGETPLATFORM" | "BUILDPLATFORM" => "linux/amd64",
        "TARGETOS" | "BUILDOS" => "linux",
        "TARGETARCH" | "BUILDARCH" => "amd64",
        "TARGETVARIANT" | "BUILDVARIANT" => "",
        _ => return None,
    };
    Some(value.to_string())
}
