//! A build at work: it hands over files, runs what a `RUN` asks for as a child process, and prints what the build says.
//!
//! `docker build` goes on as this; a pipeline starts it by itself.

use image::{Build, Finished, Ignore, ImageRef, Next, Options};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use vfs::{Kind, Vfs};
use world::{Behaviour, Cx, Fd, MachineId, Pid, Read, Step};

/// What is to be built.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The context's folder, and as it was written.
    pub context: String,
    pub shown: String,
    /// The Dockerfile, where it is not the context's.
    pub file: Option<String>,
    pub target: Option<String>,
    pub args: Vec<(String, String)>,
    pub labels: Vec<(String, String)>,
    pub tags: Vec<String>,
    pub secrets: Vec<(String, Vec<u8>)>,
    pub revision: Option<String>,
    pub no_cache: bool,
    pub quiet: bool,
    pub push: bool,
    pub id_file: Option<String>,
}

/// A command of a `RUN`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Child {
    machine: MachineId,
    pid: Option<Pid>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Building {
    request: Request,
    build: Option<Box<Build>>,
    child: Option<Child>,
    count: u32,
}

impl From<Vec<String>> for Building {
    /// As a pipeline starts it: `context=…`, `file=…`, `tag=…`, `revision=…`, `push`.
    #[inline(never)]
    fn from(args: Vec<String>) -> Self {
        let mut request = Request::default();
        for arg in &args {
            let (name, value) = arg.split_once('=').unwrap_or((arg, ""));
            let value = value.to_string();
            match name {
                "context" => {
                    request.shown.clone_from(&value);
                    request.context = value;
                }
                "file" => request.file = Some(value),
                "tag" => request.tags.push(value),
                "label" | "arg" => {
                    let (key, value) = value.split_once('=').unwrap_or((&value, ""));
                    let to = if name == "arg" { &mut request.args } else { &mut request.labels };
                    to.push((key.to_string(), value.to_string()));
                }
                "target" => request.target = Some(value),
                "no-cache" => request.no_cache = true,
                "revision" => request.revision = Some(value),
                "push" => request.push = true,
                _ => {}
            }
        }
        Self::new(request)
    }
}

impl Behaviour for Building {
    const PROGRAM: &'static str = "opsfest-build";

    #[inline(never)]
    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.build.is_none() {
            match self.open(cx) {
                Ok(build) => self.build = Some(Box::new(build)),
                Err(text) => {
                    cx.err(text);
                    return Step::Done(1);
                }
            }
        }
        let Some(mut build) = self.build.take() else { return Step::Done(1) };
        let step = self.go_on(cx, &mut build);
        let log = std::mem::take(&mut build.log);
        if !self.request.quiet || step == Step::Done(1) {
            cx.err(log);
        }
        self.build = Some(build);
        step
    }
}

impl Building {
    pub fn new(request: Request) -> Self {
        Self { request, build: None, child: None, count: 0 }
    }

    /// Reads the Dockerfile and what is sent with it.
    #[inline(never)]
    fn open(&self, cx: &Cx<'_>) -> Result<Build, String> {
        let (files, request) = (cx.files(), &self.request);
        if !files.is_dir(&request.context) {
            return Err(["ERROR: unable to prepare context: path \"", &request.shown, "\" not found\n"].concat());
        }
        for tag in &request.tags {
            if ImageRef::familiar(tag).is_none() {
                return Err(["ERROR: invalid tag \"", tag, "\": invalid reference format\n"].concat());
            }
        }
        let path = request.file.clone().unwrap_or_else(|| vfs::join(&request.context, "Dockerfile"));
        let name = vfs::base_name(&path).to_string();
        let Ok(text) = files.read_text(&path) else {
            return Err([
                "ERROR: failed to build: failed to solve: failed to read dockerfile: open ",
                &name,
                ": no such file or directory\n",
            ]
            .concat());
        };
        let own = [&path, ".dockerignore"].concat();
        let shared = vfs::join(&request.context, ".dockerignore");
        let ignore = files.read_text(&own).or_else(|_| files.read_text(&shared)).unwrap_or_default();
        let context = context(files, &request.context, &Ignore::parse(&ignore));
        let options = Options {
            name,
            target: request.target.clone(),
            args: request.args.iter().cloned().collect::<OrdMap<_, _>>(),
            labels: request.labels.clone(),
            tags: request.tags.clone(),
            no_cache: request.no_cache,
            revision: request.revision.clone(),
            secrets: request.secrets.iter().cloned().collect::<OrdMap<_, _>>(),
        };
        Build::new(&text, context, ignore.len() as u64, options).map_err(|error| error.0)
    }

    #[inline(never)]
    fn go_on(&mut self, cx: &mut Cx<'_>, build: &mut Build) -> Step {
        let host = cx.machine_id();
        if let Some(child) = self.child.take()
            && let Some(step) = self.listen(cx, build, child)
        {
            return step;
        }
        loop {
            let now = cx.now();
            let (store, registry) = cx.world.images(&host);
            match build.next(store, registry, now) {
                Next::Wait(time) if time.is_zero() => {}
                Next::Wait(time) => return Step::Until(now + time),
                Next::Run(job) => {
                    self.count += 1;
                    let stream = cx.world.new_stream();
                    let mut own = cx.fds();
                    own.insert(0, Fd::Input(stream));
                    cx.set_fds(own);
                    let fds = [(0, Fd::Null), (1, Fd::Stream(stream)), (2, Fd::Stream(stream))].into();
                    let (machine, pid) = cx.world.build_start(*job, cx.pid, fds, self.count);
                    self.child = Some(Child { machine, pid });
                    // A command that the image has not ends at once.
                    return if pid.is_some() { Step::Stdin } else { Step::Again };
                }
                Next::Done(finished) => return self.finish(cx, build, &finished),
                Next::Failed => return Step::Done(1),
            }
        }
    }

    /// Hears what the command prints, and whether it has ended. `None`: the build goes on.
    #[inline(never)]
    fn listen(&mut self, cx: &mut Cx<'_>, build: &mut Build, child: Child) -> Option<Step> {
        let now = cx.now();
        let mut code = 127;
        if let Some(pid) = child.pid {
            loop {
                match cx.read_line() {
                    Read::Line(line) => build.printed(String::from_utf8_lossy(&line).trim_end_matches('\n'), now),
                    Read::Wait => {
                        self.child = Some(child);
                        return Some(Step::Stdin);
                    }
                    Read::End => break,
                }
            }
            let Some(ended) = cx.reap(pid) else {
                self.child = Some(child);
                return Some(Step::Child);
            };
            code = ended;
        } else {
            build
                .printed("runc run failed: unable to start container process: executable file not found in $PATH", now);
        }
        let root = cx.world.build_end(&child.machine);
        let host = cx.machine_id();
        let (store, registry) = cx.world.images(&host);
        build.ran(store, registry, root, code, now).map(|_| Step::Done(1))
    }

    #[inline(never)]
    fn finish(&self, cx: &mut Cx<'_>, build: &mut Build, finished: &Finished) -> Step {
        let host = cx.machine_id();
        let image = cx.world.docker(&host).and_then(|docker| docker.store.images.get(&finished.id)).cloned();
        if let (true, Some(image)) = (self.request.push, image) {
            let (actor, causes) =
                (if self.request.revision.is_some() { "github-actions" } else { "docker" }, cx.causes());
            if let Some(why) = cx.world.ci.push_denied(&host.to_string()) {
                build.log.push_str(
                    &[
                        "ERROR: failed to build: failed to solve: failed to push ",
                        &self.request.tags.join(", "),
                        ": ",
                        why,
                        "\n",
                    ]
                    .concat(),
                );
                return Step::Done(1);
            }
            for tag in &self.request.tags {
                let Some(name) = ImageRef::familiar(tag) else { continue };
                cx.world.push_image(&host, &name, &image, actor, &causes);
                build.log.push_str(&["pushing manifest for ", tag, "@", &image.digest, " done\n"].concat());
            }
        }
        if let Some(path) = &self.request.id_file {
            let micros = cx.micros();
            if let Err(error) = cx.files_mut().write(path, finished.id.clone().into_bytes(), micros) {
                build.log.push_str(&format!("ERROR: {path}: {error}\n"));
                return Step::Done(1);
            }
        }
        if self.request.quiet {
            cx.out([&finished.id, "\n"].concat());
        }
        Step::Done(0)
    }
}

/// The context without what is ignored, with its folder as `/`.
#[inline(never)]
fn context(files: &Vfs, folder: &str, ignore: &Ignore) -> Vfs {
    let base = folder.trim_end_matches('/').len();
    let mut sent = Vfs::new();
    let mut enter = |path: &str| ignore.looks_into(&path[base + 1..]);
    for (path, stat) in files.walk(folder, &mut enter).unwrap_or_default() {
        let to = &path[base..];
        if ignore.ignores(&to[1..]) {
            continue;
        }
        // A folder may be ignored whose file is not.
        let made = sent.make_dir_all(vfs::parent(to), stat.mtime);
        let made = made.and_then(|()| match stat.kind {
            Kind::Dir => sent.make_dir_all(to, stat.mtime).and_then(|()| sent.set_mode(to, stat.mode)),
            _ => sent.graft(files, &path, to, stat.mtime),
        });
        if made.is_err() {
            break;
        }
    }
    sent
}
