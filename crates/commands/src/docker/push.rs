//! `docker push`.

use super::{Answer, Docker, Failed, Next, Row, Words, letter};
use crate::cobra::{Command, Given};
use image::ImageRef;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use world::{Cx, Step};

pub(super) const PUSH: Row = Row {
    command: Command {
        path: "docker push",
        operands: "NAME[:TAG]",
        summary: "Upload an image to a registry",
        flags: &[letter("quiet", 'q', "Suppress verbose output")],
        missing: "all-tags a disable-content-trust platform",
    },
    words: Words::Exactly(1),
    front: false,
    aliases: &["image push"],
    run,
};

const BYTES_PER_SEC: u64 = 12_000_000;

/// An image on its way out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pushing {
    name: String,
    id: String,
    quiet: bool,
}

fn run(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let text = &given.words[0];
    let Some(name) = ImageRef::familiar(text).filter(|name| name.digest.is_none()) else {
        return Err(Failed::said(super::images::invalid(text)));
    };
    let host = cx.machine_id();
    let quiet = given.on("quiet");
    if !quiet && name.tag.is_none() {
        cx.out("Using default tag: latest\n");
    }
    let full = name.canonical();
    let repository = full.rsplit_once(':').map_or(full.as_str(), |(path, _)| path);
    if !quiet {
        cx.out(["The push refers to repository [", repository, "]\n"].concat());
    }
    let (store, registry) = cx.world.images(&host);
    let Some(image) = store.tags.get(&name.tagged()).and_then(|id| store.images.get(id)).cloned() else {
        return Err(Failed::said(format!("An image does not exist locally with the tag: {}", name.repository)));
    };
    let mut lines = String::new();
    let mut wait = Duration::from_millis(700);
    for digest in image.layers.iter().rev() {
        let there = registry.has_layer(&name.repository, digest);
        lines.push_str(
            &[digest.get(7..19).unwrap_or(digest), if there { ": Layer already exists\n" } else { ": Pushed\n" }]
                .concat(),
        );
        let bytes = registry.layer(digest).map_or(0, |layer| layer.packed);
        wait += Duration::from_millis(if there { 0 } else { bytes * 1_000 / BYTES_PER_SEC });
    }
    let registry_host = name.host().to_string();
    if registry_host == "docker.io" {
        return Err(Failed::said(
            "push access denied, repository does not exist or may require authorization: server message: insufficient_scope: \
             authorization failed",
        ));
    }
    if !registry_host.ends_with(".encore") && !registry_host.starts_with("localhost") {
        return Err(Failed::said(format!(
            "Get \"https://{registry_host}/v2/\": dial tcp: lookup {registry_host}: no such host"
        )));
    }
    if let Some(why) = cx.world.ci.push_denied(&host.to_string()) {
        return Err(Failed::said(why));
    }
    if !quiet {
        cx.out(lines);
    }
    let pushing = Pushing { name: name.tagged(), id: image.id.clone(), quiet };
    Ok(Next::As(Docker::Push(Box::new(pushing)), Step::Until(cx.now() + wait)))
}

impl Pushing {
    pub fn step(self, cx: &mut Cx<'_>) -> Answer {
        let (host, causes) = (cx.machine_id(), cx.causes());
        let image = cx.world.docker(&host).and_then(|docker| docker.store.images.get(&self.id)).cloned();
        let (Some(image), Some(name)) = (image, ImageRef::familiar(&self.name)) else {
            return Err(Failed::said("image does not exist locally"));
        };
        cx.world.push_image(&host, &name, &image, "docker", &causes);
        let size = 400 + image.layers.len() * 120;
        let line = if self.quiet {
            [&name.canonical(), "\n"].concat()
        } else {
            format!("{}: digest: {} size: {size}\n", name.tag_or_latest(), image.digest)
        };
        cx.out(line);
        Ok(Next::Done(0))
    }
}
