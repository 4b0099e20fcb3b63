//! Builds without a world: a `RUN` writes its own words into `/ran`.

use super::vfs_of;
use crate::*;
use sim::Time;
use std::time::Duration;
use vfs::Vfs;

struct Bench {
    store: Store,
    registry: Registry,
    now: Time,
}

/// What a build came to.
struct Outcome {
    id: Option<String>,
    log: String,
}

impl Bench {
    fn new() -> Self {
        Self { store: Store::default(), registry: Registry::default(), now: Time::from_unix_secs(1_760_000_000) }
    }

    fn build(&mut self, dockerfile: &str, context: &Vfs, change: impl FnOnce(&mut Options)) -> Outcome {
        let mut options = Options { name: "Dockerfile".into(), tags: vec!["web".into()], ..Options::default() };
        change(&mut options);
        let mut build = match Build::new(dockerfile, context.clone(), 0, options) {
            Ok(build) => build,
            Err(error) => return Outcome { id: None, log: error.0 },
        };
        for _ in 0..1_000 {
            match build.next(&mut self.store, &mut self.registry, self.now) {
                Next::Wait(time) => self.now = self.now + time,
                Next::Run(job) => {
                    self.now = self.now + Duration::from_secs(2);
                    let mut root = job.root;
                    let line = job.argv.last().cloned().unwrap_or_default();
                    if line == "false" {
                        build.printed("no such luck", self.now);
                    }
                    let code = i32::from(line == "false");
                    root.append("/ran", [&line, "\n"].concat().as_bytes(), self.now.as_micros()).expect("a file");
                    if let Some(Next::Failed) = build.ran(&mut self.store, &mut self.registry, root, code, self.now) {
                        return Outcome { id: None, log: build.log };
                    }
                }
                Next::Done(done) => return Outcome { id: Some(done.id), log: build.log },
                Next::Failed => return Outcome { id: None, log: build.log },
            }
        }
        panic!("a build ends");
    }

    fn image(&self) -> &Image {
        self.store.find("web").expect("it was built")
    }

    fn root(&self) -> Vfs {
        self.registry.root(&self.image().layers)
    }
}

/// Steps that were found in the cache, by their instruction.
fn cached(log: &str) -> Vec<String> {
    let lines: Vec<&str> = log.lines().collect();
    let hits = lines.windows(2).filter(|pair| pair[1].ends_with(" CACHED") && !pair[0].contains("] FROM "));
    hits.map(|pair| pair[0].split_once("] ").map_or("", |(_, text)| text).to_string()).collect()
}

const NODE: &str = "FROM alpine:3.20\nWORKDIR /app\nCOPY package.json .\nRUN install\nCOPY . .\nCMD [\"node\"]\n";

fn context(line: &str) -> Vfs {
    vfs_of(&[("/package.json", "{}"), ("/server.js", line)])
}

#[test]
fn what_is_above_a_change_is_cached_and_times_do_not_count() {
    let mut bench = Bench::new();
    let first = bench.build(NODE, &context("a"), |_| ());
    assert!(first.id.is_some() && cached(&first.log).is_empty(), "{}", first.log);
    let again = bench.build(NODE, &context("a"), |_| ());
    assert_eq!(cached(&again.log), ["WORKDIR /app", "COPY package.json .", "RUN install", "COPY . ."]);
    assert_eq!(again.id, first.id, "the same layers are the same image");
    let mut touched = context("a");
    touched.set_mtime("/package.json", 99_000_000).expect("there");
    assert_eq!(cached(&bench.build(NODE, &touched, |_| ()).log).len(), 4, "times do not count");
    let changed = bench.build(NODE, &context("b"), |_| ());
    assert_eq!(cached(&changed.log), ["WORKDIR /app", "COPY package.json .", "RUN install"]);
    assert_ne!(changed.id, first.id);
    let mut other = context("b");
    other.write("/package.json", *b"{\"x\": 1}", 1).expect("a file");
    assert_eq!(
        cached(&bench.build(NODE, &other, |_| ()).log),
        ["WORKDIR /app"],
        "what follows a changed step is done anew"
    );
    let mut executable = context("b");
    executable.set_mode("/package.json", 0o755).expect("there");
    assert_eq!(cached(&bench.build(NODE, &executable, |_| ()).log), ["WORKDIR /app"], "modes count");
    assert!(cached(&bench.build(NODE, &context("b"), |options| options.no_cache = true).log).is_empty());
}

#[test]
fn arguments_count_where_they_are_declared() {
    let text = "FROM alpine:3.20\nRUN one\nARG VERSION=1\nRUN two\n";
    let mut bench = Bench::new();
    bench.build(text, &Vfs::new(), |_| ());
    let with = |value: &str| {
        let value = value.to_string();
        move |options: &mut Options| {
            options.args.insert("VERSION".into(), value);
        }
    };
    assert_eq!(cached(&bench.build(text, &Vfs::new(), with("1")).log), ["RUN one", "RUN two"]);
    assert_eq!(cached(&bench.build(text, &Vfs::new(), with("2")).log), ["RUN one"]);
    let env = "FROM alpine:3.20\nENV MODE=a\nRUN two\n";
    bench.build(env, &Vfs::new(), |_| ());
    assert!(
        cached(&bench.build(&env.replace("=a", "=b"), &Vfs::new(), |_| ()).log).is_empty(),
        "the environment counts"
    );
    let label = "FROM alpine:3.20\nRUN one\nLABEL a=b\nCMD x\n";
    assert_eq!(cached(&bench.build(label, &Vfs::new(), |_| ()).log), ["RUN one"], "settings break no cache");
    assert_eq!(bench.image().config.cmd.as_deref(), Some(&["/bin/sh".to_string(), "-c".into(), "x".into()][..]));
}

#[test]
fn stages_leave_behind_what_is_not_copied() {
    let text = "ARG BASE=alpine:3.20\nFROM golang:1.24-alpine AS build\nWORKDIR /src\nCOPY . .\nRUN compile\n\nFROM debian AS unused\nRUN never\n\n\
                FROM ${BASE}\nCOPY --from=build /ran /bin/app\nCOPY --from=busybox /bin/busybox /bin/bb\nUSER 65532\nENTRYPOINT [\"/bin/app\"]\n";
    let mut bench = Bench::new();
    let built = bench.build(text, &context("a"), |_| ());
    assert!(built.id.is_some(), "{}", built.log);
    assert!(!built.log.contains("never") && built.log.contains("[build 2/4] WORKDIR /src"), "{}", built.log);
    assert!(built.log.contains("[stage-2 2/3] COPY --from=build /ran /bin/app"), "{}", built.log);
    let (image, root) = (bench.image(), bench.root());
    assert!(image.unpacked_bytes < 12_000_000, "{}", image.unpacked_bytes);
    assert_eq!(root.read_text("/bin/app").as_deref(), Ok("compile\n"));
    assert!(!root.exists("/src") && root.exists("/bin/bb"));
    assert_eq!(image.config.user, "65532");
    let only = bench.build(text, &context("a"), |options| options.target = Some("build".into()));
    assert!(only.id.is_some() && bench.image().unpacked_bytes > 200_000_000);
    let none = bench.build(text, &context("a"), |options| options.target = Some("nope".into()));
    assert!(none.log.ends_with("failed to solve: target stage \"nope\" could not be found\n"), "{}", none.log);
}

#[test]
fn a_file_removed_in_a_later_layer_still_weighs() {
    let big = stand_in(300_000_000, "photos");
    let files = vfs_of(&[("/photos", &big), ("/a", "x")]);
    let mut bench = Bench::new();
    bench.build("FROM alpine:3.20\nCOPY . /app/\n", &files, |_| ());
    let whole = bench.image().unpacked_bytes;
    let mut root = bench.root();
    root.remove_file("/app/photos", 5).expect("there");
    let layer = Layer::new(diff(&bench.root(), &root));
    assert_eq!((layer.size, layer.changes.len()), (0, 1), "only a whiteout");
    assert!(whole > 300_000_000);
}

#[test]
fn copies_go_where_docker_puts_them() {
    let files = vfs_of(&[("/src/a.js", "a"), ("/src/lib/b.js", "b"), ("/one.txt", "1"), ("/two.txt", "2")]);
    let mut bench = Bench::new();
    let text = "FROM scratch\nWORKDIR /w\nCOPY src app\nCOPY one.txt renamed\nCOPY one.txt dir/\nCOPY *.txt all/\nCOPY --chmod=755 src/a.js /bin/run\n\
                COPY <<EOF /motd\nhello\nEOF\nADD two.txt .\n";
    let built = bench.build(text, &files, |_| ());
    assert!(built.id.is_some(), "{}", built.log);
    let root = bench.root();
    for path in [
        "/w/app/a.js",
        "/w/app/lib/b.js",
        "/w/renamed",
        "/w/dir/one.txt",
        "/w/all/one.txt",
        "/w/all/two.txt",
        "/motd",
        "/w/two.txt",
    ] {
        assert!(root.is_file(path), "{path}");
    }
    assert_eq!(root.stat("/bin/run").expect("there").mode, 0o755);
    assert!(built.log.contains("[ 1/8]") || built.log.contains("[1/8] WORKDIR /w"), "{}", built.log);
}

#[test]
fn failures_are_told_with_their_place() {
    let mut bench = Bench::new();
    let failed = bench.build("FROM alpine:3.20\nRUN false\n", &Vfs::new(), |_| ());
    let tail = "#5 2.000 no such luck\n#5 ERROR: process \"/bin/sh -c false\" did not complete successfully: exit code: 1\n------\n > [2/2] RUN \
                false:\n2.000 no such luck\n------\nDockerfile:2\n--------------------\n   1 |     FROM alpine:3.20\n   2 | >>> RUN false\n   3 |     \n\
                --------------------\nERROR: failed to build: failed to solve: process \"/bin/sh -c false\" did not complete successfully: exit code: \
                1\n";
    assert!(failed.log.ends_with(tail), "{}", failed.log);
    let missing = bench.build("FROM alpine:3.20\nCOPY nope .\n", &Vfs::new(), |_| ()).log;
    assert!(
        missing.contains("ERROR: failed to calculate checksum of ref ")
            && missing.trim_end().ends_with(": \"/nope\": not found"),
        "{missing}"
    );
    let unknown = bench.build("FROM nosuchthing\n", &Vfs::new(), |_| ()).log;
    assert!(
        unknown.trim_end().ends_with(
            "nosuchthing: failed to resolve source metadata for docker.io/library/nosuchthing:latest: pull access denied, repository does \
             not exist or may require authorization: server message: insufficient_scope: authorization failed"
        ),
        "{unknown}"
    );
    let version = bench.build("FROM alpine:0.1\n", &Vfs::new(), |_| ()).log;
    assert!(version.trim_end().ends_with("alpine:0.1: failed to resolve source metadata for docker.io/library/alpine:0.1: docker.io/library/alpine:0.1: not found"), "{version}");
    let bare = bench.build("FROM scratch\nRUN ls\n", &Vfs::new(), |_| ()).log;
    assert!(bare.contains("exec: \"/bin/sh\": stat /bin/sh: no such file or directory"), "{bare}");
}

#[test]
fn cache_mounts_stay_out_of_the_image_and_come_back() {
    let text = "FROM alpine:3.20\nRUN --mount=type=cache,target=/cache one\n";
    let mut bench = Bench::new();
    let built = bench.build(text, &Vfs::new(), |_| ());
    assert!(built.id.is_some(), "{}", built.log);
    assert!(!bench.root().exists("/cache") && bench.store.mounts.contains_key("/cache"));
    let secret = "FROM alpine:3.20\nRUN --mount=type=secret,id=token one\n";
    let with = |options: &mut Options| {
        options.secrets.insert("token".into(), b"s3cret".to_vec());
    };
    bench.build(secret, &Vfs::new(), with);
    assert!(!bench.root().exists("/run/secrets/token"));
    let required =
        bench.build("FROM alpine:3.20\nRUN --mount=type=secret,id=t,required=true one\n", &Vfs::new(), |_| ()).log;
    assert!(required.trim_end().ends_with("secret t: not found"), "{required}");
}
