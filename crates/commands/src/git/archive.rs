//! `git archive`: a tree's files as a tar file, byte for byte as real Git writes it.

use super::cli::{Answer, Git, Stop, fatal};
use super::options::{Dialect, Given, Spec, flag, value};
use git::{Attr, Attributes, Kind, Mode, ObjectId, Repo};
use vfs::join;

pub(crate) const SPEC: Spec = Spec {
    name: "archive",
    usage: &["archive [<options>] <tree-ish> [<path>...]", "archive --list"],
    options: &[&[
        value('\0', "format", "fmt", "tar"),
        value('\0', "prefix", "prefix", "put before each name"),
        value('o', "output", "file", "write to this file"),
        flag('v', "verbose", "name the files on standard error"),
        flag('l', "list", "the formats there are"),
    ]],
    missing: &[
        "--add-file",
        "--add-virtual-file",
        "--worktree-attributes",
        "--mtime",
        "--remote",
        "--exec",
        "-0",
        "-1",
        "-9",
    ],
    dialect: Dialect::Options,
};

const BLOCK: usize = 512;
const RECORD: usize = 20 * BLOCK;

pub(crate) fn run(g: &mut Git<'_, '_>, given: &Given) -> Answer {
    if given.has("list") {
        g.out("tar\ntgz\ntar.gz\nzip\n");
        return Ok(0);
    }
    let Some((name, paths)) = given.operands.split_first() else {
        g.err(super::options::usage(&SPEC));
        return Ok(129);
    };
    let output = given.value("output");
    let by_name =
        output.and_then(|name| ["zip", "tgz", "tar.gz"].into_iter().find(|end| name.ends_with(&format!(".{end}"))));
    match given.value("format").or(by_name).unwrap_or("tar") {
        "tar" => {}
        format @ ("zip" | "tgz" | "tar.gz") => {
            return fatal(format!("archive format '{format}' is real Git, but not part of this sandbox yet"));
        }
        other => return fatal(format!("Unknown archive format '{other}'")),
    }
    let repo = g.repo()?;
    let Some(id) = repo.try_resolve(g.files(), name)? else {
        return fatal(format!("not a valid object name: {name}"));
    };
    let Some(tree) = repo.peel(g.files(), id, Kind::Tree)? else { return fatal("not a tree object") };
    let commit = repo.peel(g.files(), id, Kind::Commit).unwrap_or(None);
    let mtime = match commit {
        Some(id) => repo.read_commit(g.files(), &id)?.committer.when.secs,
        None => g.when().secs,
    };
    let prefix = g.work().map_or(String::new(), |work| work.prefix);
    let inside = if prefix.is_empty() { Some((Mode::TREE, tree)) } else { repo.tree_entry(g.files(), &tree, &prefix)? };
    let Some((_, tree)) = inside else { return fatal("current working directory is untracked") };
    let mut tar = Tar { bytes: Vec::new(), mtime, prefix: given.value("prefix").unwrap_or_default().to_string() };
    if let Some(id) = commit {
        tar.global(&id);
    }
    if tar.prefix.ends_with('/') {
        let prefix = tar.prefix.clone();
        tar.entry(&prefix, b'5', 0o775, b"", "");
        if given.has("verbose") {
            g.err(format!("{prefix}\n"));
        }
    }
    files(g, &repo, &tree, paths, given.has("verbose"), &mut tar)?;
    let bytes = tar.end();
    write(g, output, bytes)
}

/// Adds the files that are wanted, each behind the folders it lies in.
#[inline(never)]
fn files(
    g: &mut Git<'_, '_>,
    repo: &Repo,
    tree: &ObjectId,
    paths: &[String],
    verbose: bool,
    tar: &mut Tar,
) -> Result<(), Stop> {
    let attributes = Attributes::of_tree(repo, g.files(), tree)?;
    let flat = repo.flat_tree(g.files(), Some(tree))?;
    for path in paths {
        let path = path.trim_end_matches('/');
        let below = format!("{path}/");
        if !flat.keys().any(|file| file == path || file.starts_with(&below) || git::wildmatch(path, file, false))
            && path != "."
        {
            return fatal(format!("pathspec '{path}' did not match any files"));
        }
    }
    let wanted = |file: &str| {
        paths.is_empty()
            || paths.iter().any(|path| {
                let path = path.trim_end_matches('/');
                path == "."
                    || file == path
                    || file.starts_with(&format!("{path}/"))
                    || git::wildmatch(path, file, false)
            })
    };
    let mut folders: Vec<String> = Vec::new();
    for (path, (mode, id)) in flat.iter().filter(|(path, _)| wanted(path)) {
        let left_out = |path: &str| attributes.get(path, "export-ignore") == Some(Attr::Set);
        if left_out(path) || parents(path).iter().any(|folder| left_out(folder)) {
            continue;
        }
        for folder in parents(path) {
            if !folders.contains(&folder) {
                let name = format!("{}{folder}/", tar.prefix);
                tar.entry(&name, b'5', 0o775, b"", "");
                if verbose {
                    g.err(format!("{name}\n"));
                }
                folders.push(folder);
            }
        }
        let name = format!("{}{path}", tar.prefix);
        let bytes = repo.read_blob(g.files(), id)?.data().to_vec();
        match *mode {
            Mode::SYMLINK => tar.entry(&name, b'2', 0o777, b"", &String::from_utf8_lossy(&bytes)),
            Mode::EXECUTABLE => tar.entry(&name, b'0', 0o775, &bytes, ""),
            _ => tar.entry(&name, b'0', 0o664, &bytes, ""),
        }
        if verbose {
            g.err(format!("{name}\n"));
        }
    }
    Ok(())
}

fn write(g: &mut Git<'_, '_>, output: Option<&str>, bytes: Vec<u8>) -> Answer {
    let Some(name) = output else {
        if g.cx.stdout_is_terminal() {
            return fatal("refusing to write an archive to a terminal; use -o or redirect it");
        }
        g.out(bytes);
        return Ok(0);
    };
    let path = join(&g.cwd, name);
    let micros = g.cx.micros();
    match g.cx.files_mut().write(&path, bytes, micros) {
        Ok(()) => Ok(0),
        Err(why) => Err(Stop::Git(git::GitError::fatal(format!("could not create archive file '{name}': {why}")))),
    }
}

/// `a`, `a/b` of `a/b/c`.
fn parents(path: &str) -> Vec<String> {
    path.match_indices('/').map(|(at, _)| path[..at].to_string()).collect()
}

/// A tar file being made.
struct Tar {
    bytes: Vec<u8>,
    mtime: i64,
    prefix: String,
}

impl Tar {
    /// A comment for all of it: the commit.
    fn global(&mut self, id: &ObjectId) {
        let comment = format!("52 comment={id}\n");
        self.header("pax_global_header", b'g', 0o666, comment.len(), "");
        self.data(comment.as_bytes());
    }

    #[inline(never)]
    fn entry(&mut self, name: &str, kind: u8, mode: u32, data: &[u8], link: &str) {
        let mut extended = String::new();
        if split_name(name).is_none() {
            extended.push_str(&record("path", name));
        }
        if link.len() > 100 {
            extended.push_str(&record("linkpath", link));
        }
        if !extended.is_empty() {
            let id = git::hash_object(if kind == b'5' { Kind::Tree } else { Kind::Blob }, data);
            self.header(&format!("{id}.paxheader"), b'x', 0o666, extended.len(), "");
            self.data(extended.as_bytes());
            let short = format!("{id}.data");
            self.header(&short, kind, mode, data.len(), link.get(..100).unwrap_or(link));
        } else {
            self.header(name, kind, mode, data.len(), link);
        }
        self.data(data);
    }

    #[inline(never)]
    fn header(&mut self, name: &str, kind: u8, mode: u32, size: usize, link: &str) {
        let mut block = [0_u8; BLOCK];
        let mut put = |at: usize, text: &str| {
            let text = text.as_bytes();
            block[at..at + text.len()].copy_from_slice(text);
        };
        let (prefix, base) = split_name(name).unwrap_or(("", name));
        put(0, base);
        put(100, &format!("{mode:07o}"));
        put(108, "0000000");
        put(116, "0000000");
        put(124, &format!("{size:011o}"));
        put(136, &format!("{:011o}", self.mtime));
        put(148, "        ");
        put(157, link);
        put(257, "ustar\0");
        put(263, "00");
        put(265, "root");
        put(297, "root");
        put(329, "0000000");
        put(337, "0000000");
        put(345, prefix);
        block[156] = kind;
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:07o}\0").as_bytes());
        self.bytes.extend_from_slice(&block);
    }

    fn data(&mut self, data: &[u8]) {
        self.bytes.extend_from_slice(data);
        let end = self.bytes.len().div_ceil(BLOCK) * BLOCK;
        self.bytes.resize(end, 0);
    }

    fn end(mut self) -> Vec<u8> {
        let end = (self.bytes.len() + 2 * BLOCK).div_ceil(RECORD) * RECORD;
        self.bytes.resize(end, 0);
        self.bytes
    }
}

/// A name in its two fields: up to 155 bytes, a slash, up to 100.
fn split_name(name: &str) -> Option<(&str, &str)> {
    if name.len() <= 100 {
        return Some(("", name));
    }
    let inner = name.trim_end_matches('/');
    let at = inner.char_indices().rev().find(|(at, c)| *c == '/' && *at <= 155)?.0;
    (name.len() - at - 1 <= 100).then(|| (&name[..at], &name[at + 1..]))
}

/// A line of an extended header, which starts with its own length.
fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length += 1;
    }
    format!("{length} {key}={value}\n")
}
