//! A build at work: it goes from step to step, says what it does in BuildKit's words, and asks for what it cannot do.

use crate::build_run::Pending;
use crate::build_words::duration;
use crate::dockerfile::Wrong;
use crate::expand::expand;
use crate::{Config, Dockerfile, History, Job, Registry, Stage, Store};
use manifest::Value;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::time::Duration;
use vfs::Vfs;

/// What a build is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// The Dockerfile's name, for messages.
    pub name: String,
    pub target: Option<String>,
    pub args: OrdMap<String, String>,
    pub labels: Vec<(String, String)>,
    pub tags: Vec<String>,
    pub no_cache: bool,
    pub revision: Option<String>,
    /// `--secret`: id and content.
    pub secrets: OrdMap<String, Vec<u8>>,
}

/// Why a build cannot begin: what is printed, and the exit code is 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError(pub String);

/// What the build wants.
#[derive(Debug, Clone)]
pub enum Next {
    /// Call again after this long.
    Wait(Duration),
    /// Run this, then say so by [`Build::ran`].
    Run(Box<Job>),
    Done(Finished),
    /// It is over; all is said in the log.
    Failed,
}

/// A finished build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    pub id: String,
    pub digest: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    Definition,
    Metadata,
    Ignore,
    Stage,
    Context,
    Steps,
    Running,
    Export,
}

/// A stage being built.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Work {
    pub stage: usize,
    /// The next instruction.
    pub at: usize,
    pub number: u32,
    pub total: u32,
    pub root: Vfs,
    pub layers: Vec<String>,
    pub config: Config,
    pub history: Vec<History>,
    /// `ARG`s that are declared, in order.
    pub args: Vec<(String, String)>,
    /// What stands for all that was done so far.
    pub key: String,
    pub program: Value,
}

/// A running build.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Build {
    pub(crate) file: Dockerfile,
    pub(crate) stages: Vec<Stage>,
    /// Stages to build, in order; the first is at work.
    pub(crate) needed: Vec<usize>,
    pub(crate) options: Options,
    pub(crate) globals: Vec<(String, String)>,
    /// The build's context, from `/`.
    pub(crate) context: Vfs,
    pub(crate) context_bytes: u64,
    pub(crate) ignore_bytes: u64,
    pub(crate) phase: Phase,
    pub(crate) work: Option<Work>,
    pub(crate) finished: OrdMap<usize, Work>,
    /// Images that the stages begin with or copy from, by the name written: still to be looked up.
    pub(crate) wanted: Vec<String>,
    pub(crate) vertex: u32,
    /// The step that is being done: its number in the progress, and since when.
    pub(crate) open: Option<(u32, Time)>,
    pub(crate) sent_context: bool,
    pub(crate) started: Option<Time>,
    pub(crate) done: u32,
    pub(crate) cached: u32,
    pub(crate) pending: Option<Pending>,
    /// The last lines of the command that runs.
    pub(crate) tail: Vec<String>,
    /// What was said and not yet taken.
    pub log: String,
}

impl Build {
    /// Reads the Dockerfile; `context` is what is sent, with its folder as `/`.
    #[inline(never)]
    pub fn new(text: &str, context: Vfs, ignore_bytes: u64, options: Options) -> Result<Self, BuildError> {
        let head = Self::head(text.len() as u64);
        let fail = |wrong: &Wrong, file: Option<&Dockerfile>| {
            let mut out = head.clone();
            if let Some(file) = file.filter(|_| wrong.lines.0 > 0) {
                out.push_str(&file.excerpt(&options.name, wrong.lines));
            }
            out.push_str(&["ERROR: failed to build: failed to solve: ", &wrong.message, "\n"].concat());
            BuildError(out)
        };
        let bare = Dockerfile { text: text.to_string(), escape: '\\', instructions: Vec::new() };
        let file = Dockerfile::parse(text).map_err(|wrong| fail(&wrong, Some(&bare)))?;
        let (stages, before) = Stage::all(&file).map_err(|wrong| fail(&wrong, Some(&file)))?;
        let target = match &options.target {
            None => stages.len() - 1,
            Some(name) => Stage::find(&stages, stages.len(), name).ok_or_else(|| {
                let message = format!("target stage {name:?} could not be found");
                fail(&Wrong { lines: (0, 0), message }, None)
            })?,
        };
        let needed = Stage::needed(&stages, &file, target);
        let context_bytes = crate::config::weigh(&context);
        let mut build = Self {
            file,
            stages,
            needed,
            options,
            globals: Vec::new(),
            context,
            context_bytes,
            ignore_bytes,
            phase: Phase::Definition,
            work: None,
            finished: OrdMap::new(),
            wanted: Vec::new(),
            vertex: 0,
            open: None,
            sent_context: false,
            started: None,
            done: 0,
            cached: 0,
            pending: None,
            tail: Vec::new(),
            log: String::new(),
        };
        build.read_globals(before);
        build.name_bases().map_err(|message| {
            let wrong = Wrong { lines: (0, 0), message };
            BuildError([head, "ERROR: failed to build: failed to solve: ".into(), wrong.message, "\n".into()].concat())
        })?;
        Ok(build)
    }

    fn head(bytes: u64) -> String {
        let size = crate::build_words::fixed(bytes);
        format!(
            "#0 building with \"default\" instance using docker driver\n\n#1 [internal] load build definition from \
             Dockerfile\n#1 transferring dockerfile: {size} done\n#1 DONE 0.0s\n\n"
        )
    }

    /// `ARG`s before the first `FROM`: for the `FROM`s only, and as defaults of those that a stage declares again.
    #[inline(never)]
    fn read_globals(&mut self, before: usize) {
        for index in 0..before {
            for word in crate::dockerfile::quoted_words(&self.file.instructions[index].rest.clone()) {
                let (name, default) = word.split_once('=').map_or((word.as_str(), None), |(n, v)| (n, Some(v)));
                let known = |name: &str| self.globals.iter().rev().find(|(key, _)| key == name).map(|(_, v)| v.clone());
                let given = self.options.args.get(name).cloned();
                let value = given.or_else(|| expand(default?, &known, self.file.escape).ok());
                if let Some(value) = value {
                    self.globals.push((name.to_string(), value));
                }
            }
        }
    }

    /// Fills in the variables of the bases, and says which images are wanted.
    #[inline(never)]
    fn name_bases(&mut self) -> Result<(), String> {
        let globals = self.globals.clone();
        let known = move |name: &str| globals.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        for index in 0..self.stages.len() {
            let base = expand(&self.stages[index].base, &known, self.file.escape)?;
            if base.is_empty() {
                return Err(format!("base name ({}) should not be blank", self.stages[index].base));
            }
            self.stages[index].base = base;
        }
        for index in self.needed.clone() {
            let stage = &self.stages[index];
            let copies = self.file.instructions[stage.from..stage.to].iter().filter_map(|made| made.flag("from"));
            let names: Vec<String> = std::iter::once(stage.base.as_str()).chain(copies).map(String::from).collect();
            for name in names {
                let is_stage = Stage::find(&self.stages, index, &name).is_some();
                if name != "scratch" && !is_stage && !self.wanted.contains(&name) {
                    self.wanted.push(name);
                }
            }
        }
        Ok(())
    }

    /// Goes on until it has to wait for something.
    #[inline(never)]
    pub fn next(&mut self, store: &mut Store, registry: &mut Registry, now: Time) -> Next {
        self.close(now);
        let started = *self.started.get_or_insert(now);
        match self.phase {
            Phase::Definition => {
                self.log.push_str(&Self::head(self.file.text.len() as u64));
                self.vertex = 1;
                self.phase = Phase::Metadata;
                Next::Wait(Duration::from_millis(20))
            }
            Phase::Metadata => self.look_up(store, registry, now),
            Phase::Ignore => {
                self.begin("[internal] load .dockerignore", now);
                let size = crate::build_words::fixed(self.ignore_bytes.max(2));
                self.say(&["transferring context: ", &size, " done"].concat());
                self.phase = Phase::Stage;
                Next::Wait(Duration::from_millis(10))
            }
            Phase::Stage => self.begin_stage(store, registry, now),
            Phase::Context => self.send_context(now),
            Phase::Steps => self.do_step(store, registry, now),
            // It is told by `ran`.
            Phase::Running => Next::Wait(Duration::from_millis(10)),
            Phase::Export => self.export(store, registry, now, started),
        }
    }

    /// The head of a step in the progress.
    pub(crate) fn begin(&mut self, name: &str, now: Time) {
        self.vertex += 1;
        self.open = Some((self.vertex, now));
        self.log.push_str(&["#", &self.vertex.to_string(), " ", name, "\n"].concat());
    }

    /// A line of the step at work.
    pub(crate) fn say(&mut self, line: &str) {
        self.log.push_str(&["#", &self.vertex.to_string(), " ", line, "\n"].concat());
    }

    fn close(&mut self, now: Time) {
        if self.phase == Phase::Running {
            return;
        }
        if let Some((_, since)) = self.open.take() {
            let text = ["DONE ", &duration(now.since(since))].concat();
            self.say(&text);
            self.log.push('\n');
        }
    }

    /// The step was found in the cache.
    pub(crate) fn found(&mut self) {
        self.open = None;
        self.say("CACHED");
        self.log.push('\n');
    }

    /// A step failed: its name and last lines, the place in the file, and the sentence.
    #[inline(never)]
    pub(crate) fn fail(&mut self, name: &str, lines: (usize, usize), message: &str, whole: &str) -> Next {
        self.open = None;
        self.say(&["ERROR: ", message].concat());
        self.log.push_str(&["------\n > ", name, ":\n"].concat());
        for line in std::mem::take(&mut self.tail) {
            self.log.push_str(&[&line, "\n"].concat());
        }
        self.log.push_str("------\n");
        if lines.0 > 0 {
            self.log.push_str(&self.file.excerpt(&self.options.name, lines));
        }
        self.log.push_str(&["ERROR: failed to build: failed to solve: ", whole, "\n"].concat());
        Next::Failed
    }
}
