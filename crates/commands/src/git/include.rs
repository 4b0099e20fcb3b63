//! Configuration files with what they include.

// Unlike git: remotes and upstreams are read from the repository's own file, without what it includes.

use super::cli::Git;
use git::{Config, ConfigPart, Repo, wildmatch};
use vfs::{join, parent};

/// Files that include each other deeper than this are not read.
const DEPTH_MAX: usize = 10;

/// A configuration file and what it includes, each piece with the path it is from, weakest first.
pub(crate) fn with_includes(g: &Git<'_, '_>, repo: Option<&Repo>, path: &str, config: Config) -> Vec<(String, Config)> {
    let mut layers = Vec::new();
    add(g, repo, path, config, 0, &mut layers);
    layers
}

fn add(
    g: &Git<'_, '_>,
    repo: Option<&Repo>,
    path: &str,
    config: Config,
    depth: usize,
    layers: &mut Vec<(String, Config)>,
) {
    for part in config.parts() {
        match part {
            ConfigPart::Own(config) => layers.push((path.to_string(), config)),
            ConfigPart::Include { condition, path: named } => {
                let other = located(g, path, &named);
                let wanted = depth < DEPTH_MAX && condition.is_none_or(|one| holds(g, repo, path, &one));
                if wanted && let Some(config) = Config::read(g.files(), &other) {
                    add(g, repo, &other, config, depth + 1, layers);
                }
            }
        }
    }
}

/// A path as a configuration file names it: from the home folder, or from the file's own.
fn located(g: &Git<'_, '_>, from: &str, path: &str) -> String {
    match path.strip_prefix("~/") {
        Some(rest) => join(&g.cx.env("HOME").unwrap_or_default(), rest),
        None => join(parent(from), path),
    }
}

#[inline(never)]
fn holds(g: &Git<'_, '_>, repo: Option<&Repo>, from: &str, condition: &str) -> bool {
    let Some(repo) = repo else { return false };
    let Some((kind, pattern)) = condition.split_once(':') else { return false };
    let below = |pattern: &str| if pattern.ends_with('/') { format!("{pattern}**") } else { pattern.to_string() };
    match kind {
        "gitdir" | "gitdir/i" => {
            let pattern = below(pattern);
            let pattern = if let Some(rest) = pattern.strip_prefix("~/") {
                join(&g.cx.env("HOME").unwrap_or_default(), rest)
            } else if let Some(rest) = pattern.strip_prefix("./") {
                join(parent(from), rest)
            } else if pattern.starts_with('/') {
                pattern
            } else {
                format!("**/{pattern}")
            };
            let (pattern, folder) = match kind {
                "gitdir" => (pattern, repo.git_dir.clone()),
                _ => (pattern.to_lowercase(), repo.git_dir.to_lowercase()),
            };
            wildmatch(&pattern, &folder, true) || wildmatch(&pattern, &format!("{folder}/"), true)
        }
        "onbranch" => {
            let head = repo.symbolic_target(g.files(), "HEAD");
            head.and_then(|head| Some(head.strip_prefix("refs/heads/")?.to_string()))
                .is_some_and(|branch| wildmatch(&below(pattern), &branch, true))
        }
        "hasconfig" => {
            let Some(pattern) = pattern.strip_prefix("remote.*.url:") else { return false };
            let config = repo.config(g.files());
            let urls =
                config.entries().iter().filter(|one| one.name.starts_with("remote.") && one.name.ends_with(".url"));
            urls.filter_map(|one| one.value.as_deref()).any(|url| wildmatch(&below(pattern), url, true))
        }
        _ => false,
    }
}
