//! `actions/cache`: files that a later run finds again, and `hashFiles()`.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching>; words: `actions/cache` v4 and the
//! toolkit's `cache` package.

mod post;
pub(crate) mod setup;

use crate::contexts::{place, reference, workspace};
use crate::engine::{Ask, Ci, Outcome, Token, Wants};
use crate::run::Run;
use order::{Arrange, OrdMap};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sim::{Sim, Time};
use std::sync::Arc;
use std::time::Duration;

/// Files that a run has left for others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cache {
    pub id: u32,
    pub repo: String,
    pub key: String,
    /// `refs/heads/main`: who may have it.
    pub reference: String,
    /// The paths as they were asked for: another list never fits.
    paths: Vec<String>,
    /// By their full paths.
    files: OrdMap<String, Arc<Vec<u8>>>,
    pub bytes: usize,
    pub created: Time,
    pub used: Time,
}

/// `with:` of `actions/cache`, `actions/cache/restore` and `actions/cache/save`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    pub key: String,
    pub restore: Vec<String>,
    pub paths: Vec<String>,
    pub fail_on_miss: bool,
    pub lookup_only: bool,
    pub restores: bool,
    pub saves: bool,
    /// The package manager, where an action `setup-…` asks for it.
    pub manager: String,
    /// What the step's outputs are besides.
    pub outputs: OrdMap<String, String>,
}

/// What is to be saved when the job is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Post {
    name: String,
    key: String,
    paths: Vec<String>,
    /// The very key was found.
    hit: bool,
    /// An action `setup-…` says it in words of its own.
    manager: bool,
}

/// How long one is kept that nobody asks for, and what a repository may keep.
const UNUSED_MAX: Duration = Duration::from_secs(7 * 24 * 3_600);
const BYTES_MAX: usize = 10 << 30;
/// What a key may be.
const KEY_MAX: usize = 512;
/// What a runner's caches lie in.
const BASE: &str = "/home/runner";

impl Wanted {
    #[inline(never)]
    pub(crate) fn read(name: &str, with: &OrdMap<String, String>) -> Result<Self, String> {
        let get = |key: &str| with.get(key).map(|value| value.trim().to_string()).filter(|value| !value.is_empty());
        let list = |key: &str| -> Vec<String> {
            let text = get(key).unwrap_or_default();
            text.lines().map(|line| line.trim().to_string()).filter(|line| !line.is_empty()).collect()
        };
        let key = get("key").ok_or("Input required and not supplied: key")?;
        let paths = list("path");
        if paths.is_empty() {
            return Err("Input required and not supplied: path".into());
        }
        let on = |key: &str| get(key).as_deref() == Some("true");
        let all = Self {
            restore: list("restore-keys"),
            fail_on_miss: on("fail-on-cache-miss"),
            lookup_only: on("lookup-only"),
            restores: name != "actions/cache/save",
            saves: name != "actions/cache/restore",
            key,
            paths,
            ..Self::default()
        };
        for key in [&all.key].into_iter().chain(&all.restore) {
            if key.len() > KEY_MAX {
                return Err(format!("Key Validation Error: {key} cannot be larger than {KEY_MAX} characters."));
            }
            if key.contains(',') {
                return Err(format!("Key Validation Error: {key} cannot contain commas."));
            }
        }
        if all.restore.len() > 9 {
            return Err("Key Validation Error: Keys are limited to a maximum of 10.".into());
        }
        Ok(all)
    }
}

/// The references whose caches a run may have, its own first.
fn scopes(run: &Run) -> Vec<String> {
    let mut all = vec![reference(run)];
    if let Some(pull) = &run.pull {
        all.push(["refs/heads/", &pull.base].concat());
    }
    all.push("refs/heads/main".into());
    all
}

impl Ci {
    pub fn caches(&self, repo: &str) -> impl Iterator<Item = &Cache> {
        self.caches.iter().filter(move |cache| cache.repo == repo)
    }

    /// Whether there was one to delete.
    pub fn delete_caches(&mut self, repo: &str, wanted: impl Fn(&Cache) -> bool) -> bool {
        let before = self.caches.len();
        self.caches.retain(|cache| cache.repo != repo || !wanted(cache));
        self.caches.len() < before
    }

    /// The cache that fits a key and its stand-ins best.
    #[inline(never)]
    fn find_cache(&self, run: &Run, wanted: &Wanted) -> Option<usize> {
        for scope in scopes(run) {
            let own = |cache: &Cache| cache.repo == run.repo && cache.reference == scope && cache.paths == wanted.paths;
            let exact = self.caches.iter().position(|cache| own(cache) && cache.key == wanted.key);
            if exact.is_some() {
                return exact;
            }
            for key in [&wanted.key].into_iter().chain(&wanted.restore) {
                let fits = |(_, cache): &(usize, &Cache)| own(cache) && cache.key.starts_with(key.as_str());
                let newest =
                    self.caches.iter().enumerate().filter(fits).max_by_key(|(_, cache)| (cache.created, cache.id));
                if let Some((at, _)) = newest {
                    return Some(at);
                }
            }
        }
        None
    }

    /// A step asks for a cache: it gets the files, and what is to be saved is noted.
    #[inline(never)]
    pub(crate) fn cache(&mut self, sim: &mut Sim, token: Token, wanted: Wanted) -> Vec<Ask> {
        let now = sim.now();
        self.caches.retain(|cache| now.since(cache.used) < UNUSED_MAX);
        let Some(run) = self.run(token.run) else { return Vec::new() };
        let Some(at) = place(run, token.job) else { return Vec::new() };
        let machine = at.state.machine.clone();
        let name = at.state.steps.get(token.step).map(|step| step.name.clone()).unwrap_or_default();
        if !wanted.restores {
            let post = Post { name, key: wanted.key, paths: wanted.paths, hit: false, manager: false };
            if let Some(job) = self.run_mut(token.run).and_then(|run| run.jobs.get_mut(token.job)) {
                job.saving = Some(post);
            }
            return vec![Ask::Pack { token, machine, base: BASE.into(), wants: Wants::Save }];
        }
        let found = self.find_cache(run, &wanted);
        let exact = found.is_some_and(|at| self.caches[at].key == wanted.key);
        if wanted.saves
            && let Some(job) = self.run_mut(token.run).and_then(|run| run.jobs.get_mut(token.job))
        {
            let post = Post {
                name: ["Post ", &name].concat(),
                key: wanted.key.clone(),
                paths: wanted.paths.clone(),
                hit: exact,
                manager: !wanted.manager.is_empty(),
            };
            job.posts.push(post);
        }
        let output = |key: &str, value: &str| (key.to_string(), value.to_string());
        let Some(at) = found else {
            self.done(sim, token, missed(&wanted));
            return Vec::new();
        };
        let cache = &mut self.caches[at];
        cache.used = now;
        let mut log = format!("Cache hit for{}: {}\n", if exact { "" } else { " restore-key" }, cache.key);
        let mut files = OrdMap::new();
        if wanted.lookup_only {
            log.push_str("Lookup only - skipping download\n");
            log.push_str(&format!("Cache found and can be restored from key: {}\n", cache.key));
        } else {
            files = cache.files.clone();
            log.push_str(&format!(
                "Received {bytes} of {bytes} (100.0%), 0.0 MBs/sec\nCache Size: ~{} MB ({bytes} B)\nCache restored \
                 successfully\nCache restored from key: {}\n",
                megabytes(cache.bytes),
                cache.key,
                bytes = cache.bytes,
            ));
        }
        let hit = if exact { "true" } else { "false" };
        let mut outputs = wanted.outputs;
        outputs.extend([
            output("cache-hit", hit),
            output("cache-primary-key", &wanted.key),
            output("cache-matched-key", &cache.key),
        ]);
        vec![Ask::Unpack { token, machine, files, outcome: Outcome { log, outputs, ..Outcome::default() } }]
    }

    /// The files of a workspace have come that a step's `hashFiles()` asks about: the step begins anew.
    #[inline(never)]
    pub(crate) fn listed(&mut self, sim: &mut Sim, token: Token, files: &[(String, Vec<u8>)]) -> Vec<Ask> {
        let listing = files.iter().map(|(path, bytes)| (path.clone(), Sha256::digest(bytes).to_vec())).collect();
        let Some(job) = self.run_mut(token.run).and_then(|run| run.jobs.get_mut(token.job)) else { return Vec::new() };
        job.listing = Some(listing);
        if job.frames.is_empty() { self.begin_step(sim, token) } else { self.inner(sim, token) }
    }
}

/// Nothing fits.
#[inline(never)]
fn missed(wanted: &Wanted) -> Outcome {
    if wanted.fail_on_miss {
        let log = format!(
            "::error::Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: {}\n",
            wanted.key
        );
        return Outcome { code: 1, quiet: true, log, ..Outcome::default() };
    }
    if !wanted.manager.is_empty() {
        let mut outputs = wanted.outputs.clone();
        outputs.insert("cache-hit".into(), "false".into());
        outputs.insert("cache-primary-key".into(), wanted.key.clone());
        let log = [&wanted.manager, " cache is not found\n"].concat();
        return Outcome { log, outputs, ..Outcome::default() };
    }
    let keys: Vec<&str> = [&wanted.key].into_iter().chain(&wanted.restore).map(String::as_str).collect();
    let log = format!("Cache not found for input keys: {}\n", keys.join(", "));
    let outputs = [("cache-primary-key".to_string(), wanted.key.clone())].into();
    Outcome { log, outputs, ..Outcome::default() }
}

fn megabytes(bytes: usize) -> usize {
    (bytes + (1 << 19)) >> 20
}

/// Whether a text calls `hashFiles`.
pub(crate) fn asks(text: &str) -> bool {
    text.as_bytes().windows(10).any(|part| part.eq_ignore_ascii_case(b"hashfiles("))
}

/// `hashFiles()`: the SHA-256 of the SHA-256s of the files that the patterns name, in the order of a walk.
#[inline(never)]
pub(crate) fn hash(listing: &OrdMap<String, Vec<u8>>, base: &str, patterns: &[String]) -> Result<String, String> {
    let below = [base, "/"].concat();
    let all = || patterns.iter().flat_map(|text| text.lines()).map(str::trim).filter(|line| !line.is_empty());
    let roots: Vec<&str> = all().filter(|line| !line.starts_with('!')).map(|line| root(line, &below)).collect();
    let named = |path: &str| {
        let mut taken = false;
        for pattern in all() {
            let (out, pattern) = pattern.strip_prefix('!').map_or((false, pattern), |pattern| (true, pattern));
            let pattern = pattern.strip_prefix(below.as_str()).unwrap_or(pattern).trim_start_matches("./");
            if crate::artifacts::names(pattern, path) {
                taken = !out;
            }
        }
        taken
    };
    let mut found: Vec<_> = listing.iter().filter(|(path, _)| named(path)).collect();
    found.arrange_by_key(|(path, _)| {
        let inside = |root: &&str| {
            root.is_empty() || path.strip_prefix(*root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        // Where one lies in another, the outer one is walked.
        let outer = roots.iter().filter(|root| inside(root)).min_by_key(|root| root.len());
        let at = roots.iter().position(|root| Some(root) == outer);
        (at, path.split('/').map(str::to_string).collect::<Vec<_>>())
    });
    if found.is_empty() {
        return Ok(String::new());
    }
    let mut all = Sha256::new();
    found.iter().for_each(|(_, digest)| all.update(digest));
    Ok(all.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Where the walk for a pattern begins: what stands before its first part with a sign.
fn root<'p>(pattern: &'p str, below: &str) -> &'p str {
    let pattern = pattern.strip_prefix(below).unwrap_or(pattern).trim_start_matches("./");
    match pattern.find(['*', '?', '[']) {
        Some(at) => pattern[..at].rfind('/').map_or("", |end| &pattern[..end]),
        None => pattern.trim_end_matches('/'),
    }
}

/// Patterns of a step relative to [`BASE`]; those outside cannot be kept here.
#[inline(never)]
fn inside(run: &Run, paths: &[String]) -> Result<Vec<String>, String> {
    let base = [BASE, "/"].concat();
    let one = |path: &String| {
        let (mark, path) = path.strip_prefix('!').map_or(("", path.as_str()), |path| ("!", path));
        let full = match path.strip_prefix('~') {
            Some(home) => [BASE, home].concat(),
            None => vfs::join(&workspace(run), path),
        };
        let inside = full.strip_prefix(&base);
        let inside = inside.ok_or_else(|| format!("{path}: the sandbox keeps caches of what is in {BASE} only"))?;
        Ok([mark, inside].concat())
    };
    paths.iter().map(one).collect()
}

/// The files that patterns name, of those in [`BASE`].
#[inline(never)]
fn taken(files: Vec<(String, Vec<u8>)>, patterns: &[String]) -> OrdMap<String, Arc<Vec<u8>>> {
    let takes = |path: &str| {
        let mut taken = false;
        for pattern in patterns {
            match pattern.strip_prefix('!') {
                Some(out) => taken &= !crate::artifacts::names(out, path),
                None => taken |= crate::artifacts::names(pattern, path),
            }
        }
        taken
    };
    let own = files.into_iter().filter(|(path, _)| takes(path));
    own.map(|(path, bytes)| ([BASE, "/", &path].concat(), Arc::new(bytes))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_the_hashes_in_the_order_of_a_walk() {
        let listing = |files: &[(&str, &str)]| {
            files.iter().map(|(path, text)| ((*path).to_string(), Sha256::digest(text).to_vec())).collect()
        };
        let files =
            listing(&[("a/package-lock.json", "one\n"), ("a-b/package-lock.json", "two\n"), ("c.txt", "three\n")]);
        let hash = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_string()).collect();
            hash(&files, "/home/runner/work/web/web", &patterns).unwrap()
        };
        // printf of the binary sha256 of `one`, then of `two`, into sha256sum.
        let both = "b3e00007a221fb65fa01a1d9b968f4b3f290fe1f8a53061187adb40118314e5f";
        assert_eq!(hash(&["**/package-lock.json"]), both);
        assert_eq!(hash(&["/home/runner/work/web/web/**/package-lock.json", "c.md"]), both);
        assert_ne!(hash(&["**/package-lock.json", "!a/**"]), both);
        assert_eq!(hash(&["a/*.json", "a-b/*.json"]), both);
        assert_ne!(hash(&["a-b/*.json", "a/*.json"]), both, "the walks follow the patterns");
        assert_eq!(hash(&["*.lock"]), "");
        assert!(asks("x ${{ HashFiles('a') }}") && !asks("hash"));
    }
}
