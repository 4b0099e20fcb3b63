//! `docker rm` and `docker rmi`.

use super::{Answer, Failed, Next, Row, Words, containers, letter};
use crate::cobra::{Command, Given, switch};
use image::ImageRef;
use order::OrdSet;
use world::Cx;

pub(super) const RM: Row = Row {
    command: Command {
        path: "docker rm",
        operands: "CONTAINER [CONTAINER...]",
        summary: "Remove one or more containers",
        flags: &[
            letter("force", 'f', "Force the removal of a running container (uses SIGKILL)"),
            letter("volumes", 'v', "Remove anonymous volumes associated with the container"),
        ],
        missing: "link l",
    },
    words: Words::AtLeast(1),
    front: false,
    aliases: &["container rm", "container remove"],
    run: rm,
};

pub(super) const RMI: Row = Row {
    command: Command {
        path: "docker rmi",
        operands: "IMAGE [IMAGE...]",
        summary: "Remove one or more images",
        flags: &[
            letter("force", 'f', "Force removal of the image"),
            switch("no-prune", "Do not delete untagged parents"),
        ],
        missing: "platform",
    },
    words: Words::AtLeast(1),
    front: false,
    aliases: &["image rm", "image remove"],
    run: rmi,
};

fn each(cx: &mut Cx<'_>, names: &[String], one: impl Fn(&mut Cx<'_>, &str) -> Result<String, Failed>) -> Answer {
    let mut code = 0;
    for name in names {
        match one(cx, name) {
            Ok(text) => cx.out(text),
            Err(failed) => {
                cx.err(failed.text);
                code = 1;
            }
        }
    }
    Ok(Next::Done(code))
}

fn rm(cx: &mut Cx<'_>, given: &Given) -> Answer {
    each(cx, &given.words, |cx, name| {
        let (host, one) = (cx.machine_id(), containers::find(cx, name)?);
        if one.running() {
            if !given.on("force") {
                return Err(Failed::daemon(format!(
                    "cannot remove container \"{name}\": container is running: stop the container before removing or force remove"
                )));
            }
            cx.world.docker_end(&host, &one.id, 137);
        }
        cx.world.docker_remove(&host, &one.id);
        Ok([name, "\n"].concat())
    })
}

fn rmi(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let answer = each(cx, &given.words, |cx, name| remove(cx, name, given.on("force")));
    cx.world.sweep_layers();
    answer
}

/// Takes a name away; the image goes with its last one.
fn remove(cx: &mut Cx<'_>, name: &str, force: bool) -> Result<String, Failed> {
    let host = cx.machine_id();
    let docker = cx.world.docker_mut(&host);
    let Some(image) = docker.store.find(name).cloned() else { return Err(super::images::no_such(name)) };
    let names: Vec<String> = docker.store.names(&image.id).into_iter().map(String::from).collect();
    let hex = image.id.trim_start_matches("sha256:");
    let by_id = hex.starts_with(name.trim_start_matches("sha256:"));
    let tagged = ImageRef::familiar(name).map(|name| name.tagged()).filter(|tagged| !by_id && names.contains(tagged));
    let mut out = String::new();
    if let Some(tagged) = tagged.filter(|_| names.len() > 1) {
        docker.store.tags.remove(&tagged);
        return Ok(["Untagged: ", &tagged, "\n"].concat());
    }
    if by_id && names.len() > 1 && !force {
        let text = format!(
            "conflict: unable to delete {} (must be forced) - image is referenced in multiple repositories",
            image.short()
        );
        return Err(Failed::daemon(text));
    }
    if let Some(user) = docker.user_of(&image.id) {
        let (verb, hint) = if user.running() { ("cannot be forced", "running") } else { ("must be forced", "stopped") };
        let shown = if by_id { image.short().to_string() } else { name.to_string() };
        if by_id && (user.running() || !force) {
            let text = format!(
                "conflict: unable to delete {shown} ({verb}) - image is being used by {hint} container {}",
                user.short()
            );
            return Err(Failed::daemon(text));
        }
        if !by_id && !force {
            let text = format!(
                "conflict: unable to remove repository reference \"{shown}\" (must force) - container {} is using its referenced image {}",
                user.short(),
                image.short()
            );
            return Err(Failed::daemon(text));
        }
        if user.running() {
            // Only the name goes: the container keeps its layers.
            for tag in names {
                docker.store.tags.remove(&tag);
                out.push_str(&["Untagged: ", &tag, "\n"].concat());
            }
            return Ok(out);
        }
    }
    for tag in names {
        docker.store.tags.remove(&tag);
        out.push_str(&["Untagged: ", &tag, "\n"].concat());
    }
    let digests: Vec<String> = docker.store.repo_digests(&image.id).into_iter().map(String::from).collect();
    for digest in digests {
        docker.store.digests.remove(&digest);
        out.push_str(&["Untagged: ", &digest, "\n"].concat());
    }
    docker.store.images.remove(&image.id);
    out.push_str(&["Deleted: ", &image.id, "\n"].concat());
    let kept: OrdSet<&String> = docker.store.images.values().flat_map(|other| &other.layers).collect();
    for layer in image.layers.iter().rev().filter(|layer| !kept.contains(*layer)) {
        out.push_str(&["Deleted: ", layer, "\n"].concat());
    }
    Ok(out)
}
