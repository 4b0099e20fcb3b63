//! What a stage begins with: images looked up and loaded, the context sent.

use crate::build::{Build, Next, Phase, Work};
use crate::build_words::fixed;
use crate::{Cached, Config, Image, ImageRef, Registry, Stage, Store, base, sha256};
use manifest::Value;
use sim::Time;
use std::sync::Arc;
use std::time::Duration;
use vfs::Vfs;

/// What a workstation loads in a second, and what it unpacks.
const PULL_BYTES_PER_SEC: u64 = 25_000_000;
const UNPACK_BYTES_PER_SEC: u64 = 160_000_000;
/// What the context travels with.
const SEND_BYTES_PER_SEC: u64 = 90_000_000;

pub(crate) fn time_for(bytes: u64, per_sec: u64) -> Duration {
    Duration::from_millis(bytes.saturating_mul(1_000) / per_sec)
}

/// The image that a build means: what is here under that name, or what the registry has.
fn image_of(store: &Store, registry: &mut Registry, name: &ImageRef) -> Option<Arc<Image>> {
    // A registry's name asks the registry first, as BuildKit does; what is only here is found too.
    registry.find(name).or_else(|| store.find(&name.to_string()).cloned())
}

impl Build {
    /// Asks for the next image's metadata.
    #[inline(never)]
    pub(crate) fn look_up(&mut self, store: &mut Store, registry: &mut Registry, now: Time) -> Next {
        if self.wanted.is_empty() {
            self.phase = Phase::Ignore;
            return Next::Wait(Duration::ZERO);
        }
        let name = self.wanted.remove(0);
        let Some(reference) = ImageRef::familiar(&name) else {
            let whole = format!("failed to parse stage name {name:?}: invalid reference format");
            self.log.push_str(&["ERROR: failed to build: failed to solve: ", &whole, "\n"].concat());
            return Next::Failed;
        };
        let canonical = reference.canonical();
        let vertex = ["[internal] load metadata for ", &canonical].concat();
        self.begin(&vertex, now);
        if image_of(store, registry, &reference).is_some() {
            return Next::Wait(Duration::from_millis(if reference.host() == "docker.io" { 600 } else { 150 }));
        }
        let exists = base::known(&reference.repository) || reference.host() != "docker.io";
        let why = if exists {
            [&canonical, ": not found"].concat()
        } else {
            "pull access denied, repository does not exist or may require authorization: server message: \
             insufficient_scope: authorization failed"
                .to_string()
        };
        let whole = [&name, ": failed to resolve source metadata for ", &canonical, ": ", &why].concat();
        let lines = self.lines_of(&name);
        self.fail(&vertex, lines, &why, &whole)
    }

    /// The lines of the instruction that names an image.
    fn lines_of(&self, name: &str) -> (usize, usize) {
        let bases = self.stages.iter().filter(|stage| stage.base == name).map(|stage| stage.from);
        let copies = (0..self.file.instructions.len())
            .filter(|index| self.file.instructions[*index].flag("from").is_some_and(|from| from == name));
        let first = bases.chain(copies).next().and_then(|index| self.file.instructions.get(index));
        first.map_or((0, 0), |made| (made.first, made.last))
    }

    #[inline(never)]
    pub(crate) fn begin_stage(&mut self, store: &mut Store, registry: &mut Registry, now: Time) -> Next {
        let Some(&index) = self.needed.first() else {
            self.phase = Phase::Export;
            return Next::Wait(Duration::ZERO);
        };
        let stage = self.stages[index].clone();
        let steps = self.file.instructions[stage.from + 1..stage.to].iter().filter(|made| made.is_step()).count();
        let mut work = Work {
            stage: index,
            at: stage.from + 1,
            number: 0,
            total: steps as u32,
            root: Vfs::new(),
            layers: Vec::new(),
            config: Config { workdir: "/".into(), ..Config::default() },
            history: Vec::new(),
            args: Vec::new(),
            key: sha256(b"scratch"),
            program: Value::Null,
        };
        self.phase = if self.sent_context || !self.uses_context() { Phase::Steps } else { Phase::Context };
        let other = Stage::find(&self.stages, index, &stage.base).and_then(|other| self.finished.get(&other));
        if let Some(other) = other {
            work = Work { stage: index, at: work.at, number: 0, total: work.total, args: Vec::new(), ..other.clone() };
            self.work = Some(work);
            return Next::Wait(Duration::ZERO);
        }
        if stage.base == "scratch" {
            work.config.set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
            self.work = Some(work);
            return Next::Wait(Duration::ZERO);
        }
        let found = ImageRef::familiar(&stage.base).and_then(|name| Some((image_of(store, registry, &name)?, name)));
        let Some((image, name)) = found else { return Next::Failed };
        work.total += 1;
        work.number = 1;
        work.root = registry.root(&image.layers);
        work.layers.clone_from(&image.layers);
        work.config = image.config.clone();
        work.history.clone_from(&image.history);
        work.key.clone_from(&image.digest);
        work.program = image.program.clone();
        let pinned = [&name.canonical(), "@", &image.digest].concat();
        let pinned = if name.digest.is_some() { name.canonical() } else { pinned };
        let vertex =
            ["[", &Stage::label(&self.stages, index), "1/", &work.total.to_string(), "] FROM ", &pinned].concat();
        self.work = Some(work);
        self.begin(&vertex, now);
        self.load(store, registry, &image, &pinned, now)
    }

    /// Loads the layers that are not here.
    #[inline(never)]
    fn load(&mut self, store: &mut Store, registry: &Registry, image: &Image, pinned: &str, now: Time) -> Next {
        let missing: Vec<_> = image.layers.iter().filter(|digest| !store.has_layer(digest)).collect();
        if missing.is_empty() {
            self.found();
            return Next::Wait(Duration::ZERO);
        }
        self.say(&["resolve ", pinned, " done"].concat());
        let mut wait = Duration::from_millis(200);
        for layer in missing.iter().filter_map(|digest| registry.layer(digest)) {
            let (size, took) = (fixed(layer.packed), time_for(layer.packed, PULL_BYTES_PER_SEC));
            let unpack = time_for(layer.size, UNPACK_BYTES_PER_SEC);
            self.say(&[&layer.digest, " ", &size, " / ", &size, " ", &crate::duration(took), " done"].concat());
            self.say(&["extracting ", &layer.digest, " ", &crate::duration(unpack), " done"].concat());
            wait += took + unpack;
            let cached = Cached { layer: Some(layer.digest.clone()), size: layer.size, created: now, used: now };
            store.cache.insert(["pulled ", &layer.digest].concat(), cached);
        }
        Next::Wait(wait)
    }

    #[inline(never)]
    fn uses_context(&self) -> bool {
        self.needed.iter().any(|index| {
            let stage = &self.stages[*index];
            let mut all = self.file.instructions[stage.from..stage.to].iter();
            all.any(|made| {
                let from = |made: &crate::Instruction| made.flag("from").is_none() && made.heredocs.is_empty();
                let binds = made.flags.iter().any(|(name, value)| {
                    name == "mount" && !value.contains("type=") && !value.contains("from=")
                        || value.contains("type=bind") && !value.contains("from=")
                });
                matches!(made.word.as_str(), "COPY" | "ADD") && from(made) || made.word == "RUN" && binds
            })
        })
    }

    pub(crate) fn send_context(&mut self, now: Time) -> Next {
        self.begin("[internal] load build context", now);
        self.say(&["transferring context: ", &fixed(self.context_bytes), " done"].concat());
        self.sent_context = true;
        self.phase = Phase::Steps;
        Next::Wait(Duration::from_millis(20) + time_for(self.context_bytes, SEND_BYTES_PER_SEC))
    }
}
