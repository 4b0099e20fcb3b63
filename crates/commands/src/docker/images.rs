//! `docker images` and `docker tag`.

use super::{Answer, FORMAT, Failed, NO_TRUNC, Next, QUIET, Row, Words, ago, format, letter, table};
use crate::cobra::{Command, Given, switch, texts};
use image::{Image, ImageRef, Store, size_words};
use manifest::{Value, object};
use order::{Arrange, OrdSet};
use world::Cx;

pub(super) const IMAGES: Row = Row {
    command: Command {
        path: "docker images",
        operands: "[REPOSITORY[:TAG]]",
        summary: "List images",
        flags: &[
            letter("all", 'a', "Show all images (default hides intermediate images)"),
            switch("digests", "Show digests"),
            texts("filter", 'f', "Filter output based on conditions provided"),
            FORMAT,
            NO_TRUNC,
            QUIET,
        ],
        missing: "tree",
    },
    words: Words::AtMost(1),
    front: false,
    aliases: &["image ls", "image list"],
    run: list,
};

pub(super) const TAG: Row = Row {
    command: Command {
        path: "docker tag",
        operands: "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
        summary: "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
        flags: &[],
        missing: "",
    },
    words: Words::Exactly(2),
    front: false,
    aliases: &["image tag"],
    run: tag,
};

fn tag(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let (source, target) = (&given.words[0], &given.words[1]);
    let Some(name) = ImageRef::familiar(target).filter(|name| name.digest.is_none()) else {
        return Err(Failed::said(format!(
            "Error parsing reference: \"{target}\" is not a valid repository/tag: {}",
            invalid(target)
        )));
    };
    let host = cx.machine_id();
    let (store, _) = cx.world.images(&host);
    let Some(image) = store.find(source).cloned() else { return Err(no_such(source)) };
    store.tag(&name, &image);
    Ok(Next::Done(0))
}

/// What is wrong with a name that is none (`distribution/reference`).
pub(super) fn invalid(text: &str) -> String {
    let name = text.split(['@', ':']).next().unwrap_or(text);
    let lower = ImageRef::parse(&name.to_ascii_lowercase()).is_some();
    if lower && name.chars().any(|c| c.is_ascii_uppercase()) {
        let path = if name.contains('/') { name.to_string() } else { ["library/", name].concat() };
        return ["invalid reference format: repository name (", &path, ") must be lowercase"].concat();
    }
    "invalid reference format".into()
}

/// The daemon names the tag that it looked for.
pub(super) fn no_such(name: &str) -> Failed {
    let shown = ImageRef::familiar(name).map_or_else(
        || name.to_string(),
        |found| {
            if found.digest.is_some() { name.to_string() } else { found.tagged() }
        },
    );
    Failed::daemon(format!("No such image: {shown}"))
}

/// A name of an image, or that it has none.
struct Named<'i> {
    image: &'i Image,
    repository: String,
    tag: String,
    digest: String,
}

fn all(store: &Store) -> Vec<Named<'_>> {
    let mut found = Vec::new();
    for image in store.images.values() {
        let digests = store.repo_digests(&image.id);
        let of = |repository: &str| {
            let fits = digests.iter().filter_map(|digest| digest.split_once('@')).find(|(name, _)| *name == repository);
            fits.map_or("<none>".to_string(), |(_, digest)| digest.to_string())
        };
        let names = store.names(&image.id);
        for name in &names {
            let (repository, tag) = name.rsplit_once(':').unwrap_or((name, "latest"));
            found.push(Named { image, repository: repository.into(), tag: tag.into(), digest: of(repository) });
        }
        if names.is_empty() {
            let repository =
                digests.first().and_then(|digest| digest.split_once('@')).map(|(name, _)| name.to_string());
            let repository = repository.unwrap_or_else(|| "<none>".into());
            found.push(Named { image, digest: of(&repository), repository, tag: "<none>".into() });
        }
    }
    // Newest first, as the daemon gives them.
    found.arrange_by(|a, b| {
        b.image.created.cmp(&a.image.created).then_with(|| (&a.repository, &a.tag).cmp(&(&b.repository, &b.tag)))
    });
    found
}

fn keeps(store: &Store, given: &Given, one: &Named<'_>) -> Result<bool, Failed> {
    if let Some(pattern) = given.words.first() {
        let familiar = ImageRef::familiar(pattern);
        let (repository, tag) = match &familiar {
            Some(name) => (name.repository.clone(), name.tag.clone()),
            None => (pattern.clone(), None),
        };
        if one.repository != repository || tag.is_some_and(|tag| tag != one.tag) {
            return Ok(false);
        }
    }
    for filter in given.texts("filter") {
        let (key, value) = filter.split_once('=').unwrap_or((filter, ""));
        let good = match key {
            "dangling" => (one.tag == "<none>") == matches!(value, "true" | "1" | ""),
            "label" => {
                let (name, wanted) = value.split_once('=').map_or((value, None), |(name, wanted)| (name, Some(wanted)));
                one.image.config.labels.get(name).is_some_and(|label| wanted.is_none_or(|wanted| wanted == label))
            }
            "reference" => {
                let pattern = if value.contains(':') { value.to_string() } else { [value, ":*"].concat() };
                glob(&pattern, &[&one.repository, ":", &one.tag].concat())
            }
            "before" | "since" => {
                let Some(other) = store.find(value) else { return Err(no_such(value)) };
                if key == "before" { one.image.created < other.created } else { one.image.created > other.created }
            }
            _ => return Err(Failed::daemon(format!("invalid filter '{key}'"))),
        };
        if !good {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `*` stands for anything but a slash.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            let reach = rest.find('/').unwrap_or(rest.len());
            (0..=reach).any(|at| rest.is_char_boundary(at) && glob(after, &rest[at..]))
        }),
    }
}

fn list(cx: &mut Cx<'_>, given: &Given) -> Answer {
    let (host, now) = (cx.machine_id(), cx.now());
    let (store, _) = cx.world.images(&host);
    let mut rows = Vec::new();
    for one in all(store) {
        if keeps(store, given, &one)? {
            rows.push(one);
        }
    }
    let id = |image: &Image| if given.on("no-trunc") { image.id.clone() } else { image.short().to_string() };
    let text = if given.on("quiet") {
        let mut seen: OrdSet<String> = OrdSet::new();
        let ids = rows.iter().map(|one| id(one.image));
        ids.filter(|id| seen.insert(id.clone())).map(|id| [&id, "\n"].concat()).collect::<String>()
    } else {
        let since = |image: &Image| [&ago(now, image.created), " ago"].concat();
        let size = |image: &Image| size_words(image.unpacked_bytes, 3);
        match given.text("format").filter(|format| !matches!(*format, "table" | "")) {
            Some(format) => {
                let values: Vec<Value> = rows.iter().map(|one| {
                    object! {
                        "Containers" => "N/A", "CreatedAt" => one.image.created.rfc3339(), "CreatedSince" => since(one.image),
                        "Digest" => one.digest.as_str(), "ID" => id(one.image), "Repository" => one.repository.as_str(),
                        "SharedSize" => "N/A", "Size" => size(one.image), "Tag" => one.tag.as_str(), "UniqueSize" => "N/A",
                    }
                }).collect();
                format::rows(format, &values, &header).map_err(Failed::said)?
            }
            None => {
                let digests = given.on("digests");
                let mut lines = vec![vec!["REPOSITORY".to_string(), "TAG".into()]];
                lines[0].extend(digests.then(|| "DIGEST".to_string()));
                lines[0].extend(["IMAGE ID", "CREATED", "SIZE"].map(String::from));
                for one in &rows {
                    let mut line = vec![one.repository.clone(), one.tag.clone()];
                    line.extend(digests.then(|| one.digest.clone()));
                    line.extend([id(one.image), since(one.image), size(one.image)]);
                    lines.push(line);
                }
                table::align(&lines)
            }
        }
    };
    cx.out(text);
    Ok(Next::Done(0))
}

fn header(name: &str) -> String {
    match name {
        "ID" => "IMAGE ID".into(),
        "CreatedSince" => "CREATED".into(),
        "CreatedAt" => "CREATED AT".into(),
        other => other.to_uppercase(),
    }
}
