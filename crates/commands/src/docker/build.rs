//! `docker build`: options to a request.

use super::building::{Building, Request};
use super::{Answer, Docker, Failed, Next, Row, Words, letter};
use crate::cobra::{Command, Given, switch, text, texts};
use world::{Cx, Step};

pub(super) const BUILD: Row = Row {
    command: Command {
        path: "docker build",
        operands: "PATH | URL | -",
        summary: "Build an image from a Dockerfile",
        flags: &[
            texts("build-arg", '\0', "Set build-time variables"),
            text("file", 'f', "Name of the Dockerfile (default: \"PATH/Dockerfile\")"),
            text("iidfile", '\0', "Write the image ID to a file"),
            texts("label", '\0', "Set metadata for an image"),
            switch("load", "Shorthand for \"--output=type=docker\""),
            switch("no-cache", "Do not use cache when building the image"),
            text("platform", '\0', "Set target platform for build"),
            text("progress", '\0', "Set type of progress output (\"auto\", \"plain\", \"quiet\")"),
            switch("pull", "Always attempt to pull all referenced images"),
            switch("push", "Shorthand for \"--output=type=registry\""),
            letter("quiet", 'q', "Suppress the build output and print image ID on success"),
            texts("secret", '\0', "Secret to expose to the build (format: \"id=mysecret[,src=/local/secret]\")"),
            texts("tag", 't', "Image identifier (format: \"[registry/]repository[:tag]\")"),
            text("target", '\0', "Set the target build stage to build"),
        ],
        missing: "add-host allow annotation attest build-context builder cache-from cache-to call cgroup-parent check compress \
                  cpu-period cpu-quota cpu-shares c cpuset-cpus cpuset-mems debug D force-rm isolation m memory memory-swap \
                  metadata-file network no-cache-filter o output provenance rm sbom security-opt shm-size squash ssh ulimit",
    },
    words: Words::Exactly(1),
    front: false,
    aliases: &["buildx build", "builder build", "image build"],
    run,
};

fn run(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let context = given.words[0].clone();
    if context == "-" || context.contains("://") {
        return Err(Failed::said(format!("docker build {context}: real, but not part of this sandbox yet")));
    }
    if let Some(platform) = given.text("platform").filter(|platform| *platform != "linux/amd64") {
        return Err(Failed::said(format!(
            "docker build --platform {platform}: real, but not part of this sandbox yet"
        )));
    }
    match given.text("progress").unwrap_or("auto") {
        "auto" | "plain" | "tty" | "quiet" | "" => {}
        "rawjson" => {
            return Err(Failed::said("docker build --progress rawjson: real, but not part of this sandbox yet"));
        }
        other => return Err(Failed::said(format!("ERROR: invalid progress mode {other}"))),
    }
    for tag in given.texts("tag") {
        if image::ImageRef::familiar(tag).is_none() {
            return Err(Failed::said(format!("ERROR: invalid tag \"{tag}\": {}", why(tag))));
        }
    }
    let mut request = Request {
        context: cx.path(&context),
        shown: context,
        file: given.text("file").map(|file| cx.path(file)),
        target: given.text("target").filter(|target| !target.is_empty()).map(String::from),
        tags: given.texts("tag").to_vec(),
        no_cache: given.on("no-cache"),
        quiet: given.on("quiet") || given.text("progress") == Some("quiet"),
        push: given.on("push"),
        id_file: given.text("iidfile").map(|file| cx.path(file)),
        ..Request::default()
    };
    for arg in given.texts("build-arg") {
        let (name, value) = match arg.split_once('=') {
            Some((name, value)) => (name, Some(value.to_string())),
            None => (arg.as_str(), cx.env(arg)),
        };
        request.args.extend(value.map(|value| (name.to_string(), value)));
    }
    for label in given.texts("label") {
        let (name, value) = label.split_once('=').unwrap_or((label, ""));
        request.labels.push((name.to_string(), value.to_string()));
    }
    for secret in given.texts("secret") {
        let get = |wanted: &[&str]| {
            let mut parts = secret.split(',').filter_map(|part| part.split_once('='));
            parts.find(|(key, _)| wanted.contains(key)).map(|(_, value)| value.to_string())
        };
        let Some(id) = get(&["id"]) else {
            return Err(Failed::said(format!("ERROR: invalid secret {secret}: id is required")));
        };
        let named = get(&["env"]).or_else(|| get(&["src", "source"]).is_none().then(|| id.clone()));
        let from_env = named.and_then(|name| cx.env(&name)).map(String::into_bytes);
        let path = get(&["src", "source"]).unwrap_or_else(|| id.clone());
        let bytes = from_env.or_else(|| cx.files().read(&cx.path(&path)).ok().map(|bytes| bytes.into_owned()));
        match bytes {
            Some(bytes) => request.secrets.push((id, bytes)),
            None => {
                let path = cx.path(&path);
                return Err(Failed::said(format!(
                    "ERROR: failed to stat {path}: stat {path}: no such file or directory"
                )));
            }
        }
    }
    Ok(Next::As(Docker::Build(Box::new(Building::new(request))), Step::Again))
}

/// What `distribution/reference` says of a name that is none.
fn why(tag: &str) -> &'static str {
    let path = tag.rsplit_once(':').map_or(tag, |(path, _)| path);
    if path.chars().any(|c| c.is_ascii_uppercase()) && image::ImageRef::parse(&tag.to_ascii_lowercase()).is_some() {
        "repository name must be lowercase"
    } else {
        "invalid reference format"
    }
}
