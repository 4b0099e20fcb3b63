//! Digests, names, sizes, `.dockerignore`, Dockerfiles, the rules of the cache.

mod building;
mod dockerfiles;

use crate::*;
use std::io::Write;
use std::process::{Command, Stdio};
use vfs::Vfs;

fn vfs_of(files: &[(&str, &str)]) -> Vfs {
    let mut made = Vfs::new();
    for (path, text) in files {
        made.make_dir_all(vfs::parent(path), 1_000_000).expect("a folder");
        made.write(path, text.as_bytes().to_vec(), 1_000_000).expect("a file");
    }
    made
}

#[test]
fn the_digest_is_that_of_a_tar_archive_which_tar_reads() {
    let mut after = vfs_of(&[("/app/server.js", "listen(8080)\n"), ("/etc/motd", "Encore\n")]);
    after.make_symlink("server.js", "/app/index.js", 2_000_000).expect("a link");
    let long = ["/app/", &"deep/".repeat(24), "file.txt"].concat();
    after.make_dir_all(vfs::parent(&long), 1).expect("folders");
    after.write(&long, *b"far down\n", 1).expect("a file");
    let before = vfs_of(&[("/gone.txt", "old\n")]);
    let layer = Layer::new(diff(&before, &after));
    let archive = tar(&layer.changes);
    assert_eq!(layer.digest, sha256(&archive));
    // The very bytes, seen by the real tools where they are.
    let run = |program: &str, args: &[&str]| -> Option<String> {
        let mut child = Command::new(program).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        child.stdin.take()?.write_all(&archive).ok()?;
        Some(String::from_utf8_lossy(&child.wait_with_output().ok()?.stdout).into_owned())
    };
    match run("sha256sum", &[]) {
        Some(sum) => assert_eq!(["sha256:", sum.split(' ').next().unwrap_or("")].concat(), layer.digest),
        None => eprintln!("sha256sum is not here: not compared"),
    }
    match run("tar", &["-tvf", "-"]) {
        Some(list) => {
            for part in ["app/server.js", "app/index.js -> server.js", ".wh.gone.txt", &long[1..]] {
                assert!(list.contains(part), "{part} in {list}");
            }
        }
        None => eprintln!("tar is not here: not compared"),
    }
    // Laid over the old files, a layer gives the new ones.
    let mut laid = before.clone();
    apply(&mut laid, &layer.changes);
    assert!(diff(&laid, &after).is_empty(), "{:?}", diff(&laid, &after));
}

#[test]
fn a_stand_in_counts_for_what_it_says() {
    assert_eq!(weight(stand_in(121_000_000, "node 22").as_bytes()), 121_000_000);
    assert_eq!(weight(b"stands for nothing\n"), 19, "a number that is none is none");
    assert_eq!(weight(b"plain\n"), 6);
}

#[test]
fn sizes_are_written_as_dockers() {
    for (bytes, expect) in [
        (0, "0B"),
        (999, "999B"),
        (1_234, "1.23kB"),
        (8_310_000, "8.31MB"),
        (161_200_000, "161MB"),
        (1_117_000_000, "1.12GB"),
        (100_000, "100kB"),
        (999_999, "1MB"),
        (10_000_000, "10MB"),
        (2_500_000, "2.5MB"),
    ] {
        assert_eq!(size_words(bytes, 3), expect, "{bytes}");
    }
}

#[test]
fn names_are_familiar_or_whole() {
    let whole = |text: &str| ImageRef::familiar(text).map(|name| name.canonical()).unwrap_or_default();
    assert_eq!(whole("alpine"), "docker.io/library/alpine:latest");
    assert_eq!(whole("docker.io/library/alpine:3"), "docker.io/library/alpine:3");
    assert_eq!(whole("encore/web"), "docker.io/encore/web:latest");
    assert_eq!(whole("registry.encore/web:1"), "registry.encore/web:1");
    assert_eq!(whole("localhost:5000/web"), "localhost:5000/web:latest");
    assert_eq!(whole("UPPER"), "");
}

#[test]
fn tags_move_digests_stay_and_retention_takes_the_oldest() {
    let mut registry = Registry::default();
    let name = |tag: &str| ImageRef::parse(&["registry.encore/web:", tag].concat()).expect("a name");
    let image =
        |n: u64| Image::opaque(sha256(&[n as u8]), 1, manifest::Value::Null, None, sim::Time::from_unix_secs(n));
    registry.push(&name("stable"), image(1));
    registry.push(&name("stable"), image(2));
    assert_eq!(registry.resolve("registry.encore/web:stable").expect("there").digest, image(2).digest);
    let by_digest = ["registry.encore/web@", &image(1).digest].concat();
    assert_eq!(registry.resolve(&by_digest).expect("digests stay").digest, image(1).digest);
    assert!(registry.resolve("registry.encore/web").unwrap_err().to_string().contains("web:latest: not found"));
    for n in 3..8 {
        registry.push(&name(&["v", &n.to_string()].concat()), image(n));
    }
    let rules = Retention { tags_max: Some(2), untagged: Some(std::time::Duration::from_secs(3)) };
    registry.retain("registry.encore/web", rules, sim::Time::from_unix_secs(8));
    let tags: Vec<_> = registry.tags().map(|(_, tag, _)| tag.to_string()).collect();
    assert_eq!(tags, ["v6", "v7"]);
    assert!(registry.resolve(&by_digest).is_err(), "what no tag names goes after its time");
    let untagged = ["registry.encore/web@", &image(5).digest].concat();
    assert!(registry.resolve(&untagged).is_err(), "5 is 3 s old: gone");
}

#[test]
fn what_is_ignored() {
    let ignore = Ignore::parse("# no\nnode_modules\n*.log\n**/*.tmp\n!keep.log\nphotos/raw\n/dist/\n");
    for (path, out) in [
        ("node_modules", true),
        ("node_modules/a/b.js", true),
        ("src/node_modules", false),
        ("a.log", true),
        ("src/a.log", false),
        ("keep.log", false),
        ("x/y/z.tmp", true),
        ("z.tmp", true),
        ("photos/raw/1.jpg", true),
        ("photos/1.jpg", false),
        ("dist/a.js", true),
        ("Dockerfile", false),
    ] {
        assert_eq!(ignore.ignores(path), out, "{path}");
    }
    assert!(Ignore::parse("*\n!src").looks_into("src"));
}

#[test]
fn every_public_image_is_made_and_the_same_twice() {
    let mut seen = 0;
    for (name, tag, most) in [
        ("alpine", "3.20", 9_000_000),
        ("node", "22", 1_200_000_000),
        ("node", "22-alpine", 170_000_000),
        ("node", "22-slim", 240_000_000),
        ("python", "3.12-slim", 140_000_000),
        ("golang", "1.24-alpine", 260_000_000),
        ("nginx", "alpine", 60_000_000),
        ("debian", "bookworm-slim", 80_000_000),
        ("gcr.io/distroless/static-debian12", "latest", 2_500_000),
        ("busybox", "latest", 5_000_000),
        ("gcr.io/distroless/nodejs22-debian12", "latest", 150_000_000),
        ("ubuntu", "24.04", 90_000_000),
        ("hello-world", "latest", 20_000),
    ] {
        let (image, layers) = public(name, tag).unwrap_or_else(|| panic!("{name}:{tag}"));
        assert_eq!(public(name, tag).expect("again").0.digest, image.digest);
        assert!(
            image.unpacked_bytes <= most && image.unpacked_bytes > most / 2,
            "{name}:{tag} {}",
            image.unpacked_bytes
        );
        assert_eq!(layers.len(), image.layers.len());
        seen += 1;
    }
    assert_eq!(seen, 13);
    assert!(public("alpine", "0.1").is_none() && public("nope", "latest").is_none());
    let (one, two) = (public("node", "20").expect("20").0, public("node", "22").expect("22").0);
    assert_ne!(one.digest, two.digest, "versions differ");
    assert_eq!(one.layers[0], two.layers[0], "what is below them does not");
}
