//! `docker pull`, and the pull that `docker run` begins with.

use super::{Answer, Docker, Failed, Next, Row, Words, letter, start};
use crate::cobra::{Command, Given};
use image::{Image, ImageRef};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use world::{Cx, Step};

pub(super) const PULL: Row = Row {
    command: Command {
        path: "docker pull",
        operands: "NAME[:TAG|@DIGEST]",
        summary: "Download an image from a registry",
        flags: &[letter("quiet", 'q', "Suppress verbose output")],
        missing: "all-tags a disable-content-trust platform",
    },
    words: Words::Exactly(1),
    front: false,
    aliases: &["image pull"],
    run,
};

/// What a workstation loads in a second.
const BYTES_PER_SEC: u64 = 25_000_000;

/// An image on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pulling {
    name: String,
    image: Arc<Image>,
    quiet: bool,
    /// For a `docker run`, which then goes on.
    then: bool,
}

fn run(cx: &mut Cx<'_>, given: &Given) -> Answer {
    begin(cx, &given.words[0], given.on("quiet"), false)
}

/// Says what is coming, and waits for it.
pub(super) fn begin(cx: &mut Cx<'_>, text: &str, quiet: bool, then: bool) -> Answer {
    let Some(name) = ImageRef::familiar(text) else { return Err(Failed::said(super::images::invalid(text))) };
    let image = find(cx, &name, text)?;
    let host = cx.machine_id();
    let mut lines = String::new();
    if name.tag.is_none() && name.digest.is_none() && !then {
        lines.push_str("Using default tag: latest\n");
    }
    let path = name.canonical();
    let path = path.split_once('/').map_or(path.as_str(), |(_, rest)| rest);
    let path = path.split(['@', ':']).next().unwrap_or(path);
    let what = name.digest.clone().unwrap_or_else(|| name.tag_or_latest().to_string());
    lines.push_str(&[&what, ": Pulling from ", path, "\n"].concat());
    let (store, registry) = cx.world.images(&host);
    let mut wait = Duration::from_millis(900);
    let known = store.images.contains_key(&image.id);
    for digest in image.layers.iter().filter(|_| !known) {
        let there = store.has_layer(digest);
        let hex = digest.get(7..19).unwrap_or(digest);
        if there {
            lines.push_str(&[hex, ": Already exists\n"].concat());
        } else {
            let bytes = registry.layer(digest).map_or(0, |layer| layer.packed);
            wait += Duration::from_millis(bytes * 1_000 / BYTES_PER_SEC);
            lines.push_str(&[hex, ": Pull complete\n"].concat());
        }
    }
    if !quiet {
        tell(cx, &lines, then);
    }
    let name = if name.digest.is_some() { name.to_string() } else { name.tagged() };
    Ok(Next::As(Docker::Pull(Box::new(Pulling { name, image, quiet, then })), Step::Until(cx.now() + wait)))
}

/// `docker run` keeps standard output for the container.
fn tell(cx: &mut Cx<'_>, text: &str, then: bool) {
    if then { cx.err(text) } else { cx.out(text) }
}

fn find(cx: &mut Cx<'_>, name: &ImageRef, text: &str) -> Result<Arc<Image>, Failed> {
    let host = name.host().to_string();
    let ours = |host: &str| host.ends_with(".encore") || host.starts_with("localhost");
    if let Some(found) = cx.world.remote_image(name) {
        return Ok(found);
    }
    let tagged = if name.digest.is_some() { text.to_string() } else { name.tagged() };
    if ours(&host) || image::known(&name.repository) || image::known(&["library/", &name.repository].concat()) {
        return Err(Failed::daemon(format!("manifest for {tagged} not found: manifest unknown: manifest unknown")));
    }
    if host != "docker.io" && !["ghcr.io", "quay.io", "gcr.io", "registry.k8s.io"].contains(&host.as_str()) {
        return Err(Failed::daemon(format!("Get \"https://{host}/v2/\": dial tcp: lookup {host}: no such host")));
    }
    Err(Failed::daemon(format!(
        "pull access denied for {}, repository does not exist or may require 'docker login': denied: requested access to the \
         resource is denied",
        name.repository
    )))
}

impl Pulling {
    pub fn step(self, cx: &mut Cx<'_>) -> Answer {
        let host = cx.machine_id();
        let Some(name) = ImageRef::familiar(&self.name) else { return Ok(Next::Done(1)) };
        let (store, _) = cx.world.images(&host);
        let same = store.images.contains_key(&self.image.id);
        store.take(&name, &self.image);
        let shown = if name.digest.is_some() { name.to_string() } else { name.tagged() };
        let status = if same { "Image is up to date for " } else { "Downloaded newer image for " };
        let mut text = ["Digest: ", &self.image.digest, "\nStatus: ", status, &shown, "\n"].concat();
        let canonical = [&name.canonical(), "\n"].concat();
        if !self.then {
            text.push_str(&canonical);
        }
        if self.quiet {
            text = if self.then { String::new() } else { canonical };
        }
        tell(cx, &text, self.then);
        if self.then { start(cx) } else { Ok(Next::Done(0)) }
    }
}
