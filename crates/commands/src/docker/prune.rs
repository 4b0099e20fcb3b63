//! What nobody needs any more: `docker image prune`, `container prune`, `builder prune`, `system prune`, `system df`.

use super::{Answer, FORMAT, Failed, Next, Row, Words, format, letter, table};
use crate::cobra::{Command, Given};
use image::{Registry, Store, size_words};
use manifest::{Value, object};
use order::OrdSet;
use world::Cx;

const FLAGS: &[crate::cobra::Flag] = &[
    letter("all", 'a', "Remove all unused images, not just dangling ones"),
    letter("force", 'f', "Do not prompt for confirmation"),
];

const fn row(path: &'static str, summary: &'static str, run: fn(&mut Cx<'_>, &Given) -> Answer) -> Row {
    Row {
        command: Command { path, operands: "", summary, flags: FLAGS, missing: "filter volumes keep-storage" },
        words: Words::Exactly(0),
        front: false,
        aliases: &[],
        run,
    }
}

pub(super) const IMAGES: Row =
    row("docker image prune", "Remove unused images", |cx, given| prune(cx, given, (true, false, false)));
pub(super) const CONTAINERS: Row =
    row("docker container prune", "Remove all stopped containers", |cx, given| prune(cx, given, (false, true, false)));
pub(super) const BUILDER: Row =
    row("docker builder prune", "Remove build cache", |cx, given| prune(cx, given, (false, false, true)));
pub(super) const SYSTEM: Row =
    row("docker system prune", "Remove unused data", |cx, given| prune(cx, given, (true, true, true)));
pub(super) const DF: Row = Row {
    command: Command {
        path: "docker system df",
        operands: "",
        summary: "Show docker disk usage",
        flags: &[FORMAT],
        missing: "verbose v",
    },
    words: Words::Exactly(0),
    front: false,
    aliases: &[],
    run: df,
};

/// Layers and the bytes that each counts for.
fn sizes(registry: &Registry, digests: &OrdSet<String>) -> u64 {
    digests.iter().filter_map(|digest| registry.layer(digest)).map(|layer| layer.size).sum()
}

fn layers_of_images(store: &Store) -> OrdSet<String> {
    store.images.values().flat_map(|image| image.layers.iter().cloned()).collect()
}

fn layers_of_cache(store: &Store) -> OrdSet<String> {
    store.cache.values().filter_map(|cached| cached.layer.clone()).collect()
}

fn prune(cx: &mut Cx<'_>, given: &Given, (images, containers, cache): (bool, bool, bool)) -> Answer {
    if !given.on("force") {
        // Unlike docker: it does not ask at the terminal; it says what it would ask, and how to answer.
        let what = match (images, containers, cache) {
            (true, true, true) => {
                "This will remove stopped containers, unused networks, dangling images and unused build cache"
            }
            (true, ..) => "This will remove all dangling images",
            (_, true, _) => "This will remove all stopped containers",
            _ => "This will remove all dangling build cache",
        };
        return Err(Failed::said(format!("WARNING! {what}.\nhint: --force answers with yes")));
    }
    let host = cx.machine_id();
    let mut out = String::new();
    let (store, registry) = cx.world.images(&host);
    let before =
        sizes(registry, &layers_of_images(store).iter().chain(layers_of_cache(store).iter()).cloned().collect());
    if containers {
        let stopped: Vec<String> = {
            let all = cx.world.docker_mut(&host).containers.values();
            all.filter(|one| !one.running()).map(|one| one.id.clone()).collect()
        };
        if !stopped.is_empty() {
            out.push_str(&["Deleted Containers:\n", &stopped.join("\n"), "\n\n"].concat());
        }
        for id in stopped {
            cx.world.docker_remove(&host, &id);
        }
    }
    if images {
        let docker = cx.world.docker_mut(&host);
        let unused = |id: &String| {
            let named =
                !docker.store.names(id).is_empty() || (!docker.store.repo_digests(id).is_empty() && !given.on("all"));
            docker.user_of(id).is_none() && (given.on("all") || !named)
        };
        let gone: Vec<String> = docker.store.images.keys().filter(|id| unused(id)).cloned().collect();
        if !gone.is_empty() {
            out.push_str("Deleted Images:\n");
        }
        for id in &gone {
            for name in docker.store.names(id).into_iter().map(String::from).collect::<Vec<_>>() {
                docker.store.tags.remove(&name);
                out.push_str(&["untagged: ", &name, "\n"].concat());
            }
            docker.store.digests.retain(|_, other| other != id);
            docker.store.images.remove(id);
            out.push_str(&["deleted: ", id, "\n"].concat());
        }
        if !gone.is_empty() {
            out.push('\n');
        }
    }
    if cache {
        let (store, _) = cx.world.images(&host);
        store.cache.clear();
        store.mounts.clear();
    }
    let (store, registry) = cx.world.images(&host);
    let after =
        sizes(registry, &layers_of_images(store).iter().chain(layers_of_cache(store).iter()).cloned().collect());
    cx.world.sweep_layers();
    let space = size_words(before.saturating_sub(after), 4);
    out.push_str(&[if cache && !images { "Total:\t" } else { "Total reclaimed space: " }, &space, "\n"].concat());
    cx.out(out);
    Ok(Next::Done(0))
}

fn df(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let host = cx.machine_id();
    let (mut total, mut active) = (0, 0);
    let (mut containers, mut running) = (0, 0);
    let mut used: OrdSet<String> = OrdSet::new();
    for one in cx.world.docker_mut(&host).containers.values() {
        containers += 1;
        running += usize::from(one.running());
        used.insert(one.image_id.clone());
    }
    let (store, registry) = cx.world.images(&host);
    let mut kept: OrdSet<String> = OrdSet::new();
    for image in store.images.values() {
        total += 1;
        if used.contains(&image.id) {
            active += 1;
            for layer in &image.layers {
                kept.insert(layer.clone());
            }
        }
    }
    let all = layers_of_images(store);
    let (size, kept) = (sizes(registry, &all), sizes(registry, &kept));
    let cache = layers_of_cache(store);
    let free: OrdSet<String> = cache.iter().filter(|digest| !all.contains(*digest)).cloned().collect();
    let entries = store.cache.keys().filter(|key| key.starts_with("sha256:")).count();
    let mounts = store.mounts.len();
    let row = |name: &str, total: usize, active: usize, size: u64, reclaim: u64| {
        let percent = (reclaim * 100).checked_div(size).unwrap_or(0);
        let share = if size > 0 && name != "Build Cache" { format!(" ({percent}%)") } else { String::new() };
        object! {
            "Type" => name, "TotalCount" => total.to_string(), "Active" => active.to_string(),
            "Size" => size_words(size, 4), "Reclaimable" => [size_words(reclaim, 4), share].concat(),
        }
    };
    let rows = [
        row("Images", total, active, size, size.saturating_sub(kept)),
        row("Containers", containers, running, 0, 0),
        row("Local Volumes", 0, 0, 0, 0),
        row("Build Cache", entries + mounts, 0, sizes(registry, &free), sizes(registry, &free)),
    ];
    let text = match given.text("format").filter(|format| !matches!(*format, "table" | "")) {
        Some(format) => format::rows(format, &rows, &str::to_uppercase).map_err(Failed::said)?,
        None => {
            let mut lines = vec![table::line(["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"])];
            let keys = ["Type", "TotalCount", "Active", "Size", "Reclaimable"];
            lines.extend(rows.iter().map(|row: &Value| keys.map(|key| row.str_at(key).to_string()).to_vec()));
            table::align(&lines)
        }
    };
    cx.out(text);
    Ok(Next::Done(0))
}
