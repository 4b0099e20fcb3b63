//! `COPY` and `ADD`: files of the context, of a stage or of an image.

use crate::build::{Build, Next};
use crate::build_from::time_for;
use crate::expand::expand;
use crate::ignore::fits;
use crate::{ImageRef, Instruction, Registry, Stage, Store, sha256, weight};
use sim::Time;
use std::time::Duration;
use vfs::{Kind, Stat, Vfs};

const COPY_BYTES_PER_SEC: u64 = 350_000_000;

/// What is copied: where it lies, and what it is called there.
#[derive(Debug)]
struct Source {
    path: String,
    folder: bool,
}

impl Build {
    #[inline(never)]
    pub(crate) fn copy(&mut self, store: &mut Store, registry: &mut Registry, made: &Instruction, now: Time) -> Next {
        let (name, lines) = (self.step_name(made), (made.first, made.last));
        let escape = self.file.escape;
        let Some(work) = &self.work else { return Next::Failed };
        let words: Result<Vec<String>, String> =
            made.words().iter().map(|word| expand(word, &|name| work.variable(name), escape)).collect();
        let (words, from) = match words.and_then(|words| Ok((words, self.source(registry, store, made)?))) {
            Ok(both) => both,
            Err(message) => return self.fail(&name, lines, &message, &message),
        };
        let Some((dest, sources)) = words.split_last() else { return Next::Failed };
        if let Some(message) = unknown(made, sources) {
            return self.fail(&name, lines, &message, &message);
        }
        let from = with_heredocs(from, made, now);
        let mut found = Vec::new();
        for source in sources.iter().map(|source| source.strip_prefix("<<").map_or(source.as_str(), heredoc_name)) {
            let here = find(&from, source);
            if here.is_empty() {
                self.begin(&name, now);
                let path = vfs::join("/", source);
                let refs = (reference(&work_key(self)), reference(&path));
                let message =
                    format!("failed to calculate checksum of ref {}::{}: {path:?}: not found", refs.0, refs.1);
                let whole = ["failed to compute cache key: ", &message].concat();
                return self.fail(&name, lines, &message, &whole);
            }
            found.extend(here);
        }
        let Some(work) = &self.work else { return Next::Failed };
        let into = vfs::join(&work.config.workdir, dest);
        let folder = dest.ends_with('/') || found.len() > 1 || dest == "." || dest == ".." || work.root.is_dir(&into);
        let (sum, bytes) = checksum(&from, &found);
        let flags: String = made.flags.iter().map(|(name, value)| ["--", name, "=", value].concat()).collect();
        let key = sha256(
            [work.key.as_str(), "\nCOPY ", &flags, &into, if folder { "/" } else { "" }, &sum].concat().as_bytes(),
        );
        let created_by =
            crate::History::shell(&name.split_once("] ").map_or(name.clone(), |(_, text)| text.to_string()));
        let mut root = work.root.clone();
        self.begin(&name, now);
        if self.reuse(store, registry, &key, &created_by, now) {
            return Next::Wait(Duration::ZERO);
        }
        let mode = made.flag("chmod").and_then(|mode| u32::from_str_radix(mode, 8).ok());
        for source in &found {
            if let Err(error) = lay(&mut root, &from, source, (&into, folder), mode, now.as_micros()) {
                let message = format!("cannot copy to {into}: {error}");
                return self.fail(&name, lines, &message, &message);
            }
        }
        self.commit(store, registry, root, key, created_by, now);
        Next::Wait(Duration::from_millis(30) + time_for(bytes, COPY_BYTES_PER_SEC))
    }

    /// Where `--from` points: a stage, an image, or the context.
    pub(crate) fn source(&self, registry: &mut Registry, store: &Store, made: &Instruction) -> Result<Vfs, String> {
        match made.flag("from") {
            Some(name) => self.files_of(registry, store, name),
            None => Ok(self.context.clone()),
        }
    }

    pub(crate) fn files_of(&self, registry: &mut Registry, store: &Store, name: &str) -> Result<Vfs, String> {
        let limit = self.work.as_ref().map_or(0, |work| work.stage);
        if let Some(work) = Stage::find(&self.stages, limit, name).and_then(|index| self.finished.get(&index)) {
            return Ok(work.root.clone());
        }
        let reference = ImageRef::familiar(name);
        let image = reference.and_then(|name| registry.find(&name)).or_else(|| store.find(name).cloned());
        let image = image.ok_or_else(|| format!("{name}: not found"))?;
        Ok(registry.root(&image.layers))
    }
}

fn work_key(build: &Build) -> String {
    build.work.as_ref().map(|work| work.key.clone()).unwrap_or_default()
}

/// What of the real instruction is not here.
#[inline(never)]
fn unknown(made: &Instruction, sources: &[String]) -> Option<String> {
    let flag = ["parents", "exclude", "keep-git-dir", "checksum"].into_iter().find(|flag| made.flag(flag).is_some());
    if let Some(flag) = flag {
        return Some(format!("{} --{flag}: real, but not part of this sandbox yet", made.word));
    }
    let archive = |source: &String| {
        [".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2"].iter().any(|end| source.ends_with(end))
            || source.contains("://")
            || source.ends_with(".git")
    };
    let source = sources.iter().find(|source| made.word == "ADD" && archive(source))?;
    Some(format!("ADD {source}: archives and addresses are real, but not part of this sandbox yet"))
}

/// Texts within the Dockerfile become files beside the others.
fn with_heredocs(mut from: Vfs, made: &Instruction, now: Time) -> Vfs {
    for heredoc in &made.heredocs {
        let path = ["/", &heredoc.name].concat();
        if from.write(&path, heredoc.text.clone().into_bytes(), now.as_micros()).is_err() {
            break;
        }
    }
    from
}

fn heredoc_name(mark: &str) -> &str {
    mark.trim_start_matches('-').trim_matches(['"', '\''])
}

/// Files and folders that a source means; `*` and its like fit whole paths.
fn find(from: &Vfs, source: &str) -> Vec<Source> {
    let path = vfs::join("/", source);
    let one = |path: String, stat: Stat| Source { path, folder: stat.kind == Kind::Dir };
    if !source.contains(['*', '?', '[']) {
        return from.stat(&path).ok().map(|stat| one(path, stat)).into_iter().collect();
    }
    let all = from.walk("/", &mut |_| true).unwrap_or_default();
    let fitting = all.into_iter().filter(|(other, _)| fits(path.as_bytes(), other.as_bytes()));
    fitting.map(|(path, stat)| one(path, stat)).collect()
}

/// Paths, modes and bytes, never times; and how much it is.
#[inline(never)]
fn checksum(from: &Vfs, found: &[Source]) -> (String, u64) {
    let (mut text, mut bytes) = (Vec::new(), 0);
    let mut add = |path: &str, name: &str, stat: Stat| {
        text.extend_from_slice(format!("\n{name} {:?} {:o} ", stat.kind, stat.mode).as_bytes());
        match stat.kind {
            Kind::File => {
                let content = from.read(path).unwrap_or_default();
                bytes += weight(&content);
                text.extend_from_slice(sha256(&content).as_bytes());
            }
            Kind::Symlink => text.extend_from_slice(from.read_link(path).unwrap_or_default().as_bytes()),
            Kind::Dir => {}
        }
    };
    for source in found {
        if source.folder {
            let base = source.path.trim_end_matches('/').len();
            for (path, stat) in from.walk(&source.path, &mut |_| true).unwrap_or_default() {
                add(&path, &path[base..], stat);
            }
        } else if let Ok(stat) = from.stat(&source.path) {
            add(&source.path, vfs::base_name(&source.path), stat);
        }
    }
    (sha256(&text), bytes)
}

/// Lays a file, or what is in a folder, into the root.
#[inline(never)]
fn lay(
    root: &mut Vfs,
    from: &Vfs,
    source: &Source,
    (into, folder): (&str, bool),
    mode: Option<u32>,
    micros: u64,
) -> vfs::Result<()> {
    if !source.folder {
        let to = if folder { vfs::join(into, vfs::base_name(&source.path)) } else { into.to_string() };
        root.make_dir_all(vfs::parent(&to), micros)?;
        return put(root, from, &source.path, &to, mode);
    }
    root.make_dir_all(into, micros)?;
    let base = source.path.trim_end_matches('/').len();
    for (path, stat) in from.walk(&source.path, &mut |_| true)? {
        let to = [into.trim_end_matches('/'), &path[base..]].concat();
        match stat.kind {
            Kind::Dir => {
                root.make_dir_all(&to, stat.mtime)?;
                root.set_mode(&to, mode.unwrap_or(stat.mode))?;
            }
            _ => put(root, from, &path, &to, mode)?,
        }
    }
    Ok(())
}

#[inline(never)]
fn put(root: &mut Vfs, from: &Vfs, path: &str, to: &str, mode: Option<u32>) -> vfs::Result<()> {
    let stat = from.lstat(path)?;
    if root.lstat(to).is_ok_and(|old| old.kind != Kind::File || stat.kind != Kind::File) {
        root.remove_all(to, stat.mtime)?;
    }
    match stat.kind {
        Kind::Symlink => root.make_symlink(from.read_link(path)?, to, stat.mtime),
        _ => {
            root.write(to, from.read(path)?.into_owned(), stat.mtime)?;
            root.set_mode(to, mode.unwrap_or(stat.mode))
        }
    }
}

/// The name of a snapshot, as BuildKit makes them: 25 letters and digits.
fn reference(of: &str) -> String {
    let hex = sha256(of.as_bytes());
    hex[7..].bytes().take(25).map(|byte| char::from(if byte.is_ascii_digit() { byte } else { byte + 8 })).collect()
}
