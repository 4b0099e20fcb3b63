//! `tar`: archives in the format of GNU tar, byte for byte, plain or with gzip.

use super::tar_header::{self, Broken, Member};
use super::{chmod, gzip, tar_create, tar_extract};
use crate::getopt::{Given, Tool, flag, missing, parse, value};
use shell::clock::strftime;
use sim::Time;
use vfs::Kind;
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "tar",
    usage: "[OPTION...] [FILE]...",
    summary: "Save many files in one archive, and take them out of it.",
    options: &[
        flag('c', "create", "create an archive"),
        flag('x', "extract", "extract files from an archive"),
        flag('\0', "get", "the same as --extract"),
        flag('t', "list", "list what an archive holds"),
        value('f', "file", "ARCHIVE", "the archive; - is standard input or output"),
        value('C', "directory", "DIR", "change to DIR first"),
        flag('z', "gzip", "with gzip"),
        flag('a', "auto-compress", "with gzip if the archive's name says so"),
        flag('v', "verbose", "name the files; -vv: all of them"),
        flag('h', "dereference", "what links lead to, not the links"),
        flag('O', "to-stdout", "extract to standard output"),
        flag('k', "keep-old-files", "do not replace files that are there"),
        flag('p', "preserve-permissions", "modes as they are in the archive"),
        flag('m', "touch", "do not restore times"),
        flag('P', "absolute-names", "keep the slash at the beginning of names"),
        value('\0', "exclude", "PATTERN", "leave out what fits"),
        value('\0', "strip-components", "N", "cut N folders off the names"),
        value('\0', "owner", "NAME[:UID]", "this owner in the archive"),
        value('\0', "group", "NAME[:GID]", "this group in the archive"),
        value('\0', "mtime", "DATE", "this time in the archive"),
        value('\0', "sort", "ORDER", "name or none; here always by name"),
        flag('\0', "numeric-owner", "numbers for owners"),
        flag('\0', "no-same-owner", "files are the user's (they always are)"),
        flag('\0', "no-recursion", "folders without what is in them"),
        value('T', "files-from", "FILE", "names from FILE"),
        missing('A', "catenate"),
        missing('d', "diff"),
        missing('j', "bzip2"),
        missing('J', "xz"),
        missing('r', "append"),
        missing('u', "update"),
        missing('w', "interactive"),
        missing('X', "exclude-from"),
        missing('S', "sparse"),
        missing('Z', "compress"),
        missing('l', "check-links"),
        missing('b', "blocking-factor"),
        missing('\0', "delete"),
        missing('\0', "wildcards"),
        missing('\0', "transform"),
        missing('\0', "zstd"),
        missing('\0', "exclude-vcs"),
        missing('\0', "one-top-level"),
        missing('\0', "format"),
    ],
    trouble: 64,
};

pub(super) const HINT: &str = "Try 'tar --help' or 'tar --usage' for more information.\n";
const FATAL: &str = "tar: Error is not recoverable: exiting now\n";
pub(super) const FAILED: &str = "tar: Exiting with failure status due to previous errors\n";

/// What the parts share.
pub(super) struct Job<'g> {
    pub given: &'g Given,
    pub names: Vec<String>,
    pub verbose: usize,
}

impl Job<'_> {
    /// `--exclude`: a pattern fits a name, one of its ends behind a slash, or a folder above.
    pub fn excluded(&self, name: &str) -> bool {
        let name = name.trim_end_matches('/');
        self.given.values("exclude").iter().any(|pattern| {
            let pattern = pattern.trim_end_matches('/');
            let mut tail = Some(name);
            while let Some(text) = tail {
                // `*` goes over slashes, as in the real one.
                let ends = text.match_indices('/').map(|(at, _)| &text[..at]).chain([text]);
                if ends.into_iter().any(|part| shell::glob_matches(pattern, part)) {
                    return true;
                }
                tail = text.split_once('/').map(|(_, rest)| rest);
            }
            false
        })
    }
}

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    match old_style(&cx.args()) {
        Ok(args) => cx.set_args(args),
        Err(letter) => {
            cx.err(format!("tar: Old option '{letter}' requires an argument.\n{HINT}"));
            return 2;
        }
    }
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let modes = given.in_order(&["c", "x", "t", "get"]);
    let Some((mode, _)) = modes.last().copied() else {
        let all = "'-Acdtrux', '--delete' or '--test-label' options";
        cx.err(format!("tar: You must specify one of the {all}\n{HINT}"));
        return 2;
    };
    if modes.iter().any(|(other, _)| *other != mode) {
        cx.err(format!(
            "tar: You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option\n{HINT}"
        ));
        return 2;
    }
    let mut names = given.operands.clone();
    if let Some(list) = given.value("T") {
        let Some(text) = super::input::bytes_of(cx, list) else { return Cx::WAIT };
        match text {
            Ok(bytes) => names.extend(String::from_utf8_lossy(&bytes).lines().map(String::from)),
            Err(error) => {
                cx.err(format!("tar: {list}: Cannot open: {error}\n{FATAL}"));
                return 2;
            }
        }
    }
    let verbose = given.in_order(&["v"]).len();
    let job = Job { given: &given, names, verbose };
    // The archive is named from where tar was started.
    let archive = given.value("f").unwrap_or("-").to_string();
    let path = cx.path(&archive);
    if mode == "c" { create(cx, &job, &archive, &path) } else { read(cx, &job, &archive, &path, mode) }
}

/// `-C`: the folder that names are read from.
fn enter(cx: &mut Cx<'_>, given: &Given) -> Result<(), i32> {
    for dir in given.values("C") {
        let path = cx.path(dir);
        if !cx.files().is_dir(&path) {
            let why = if cx.files().exists(&path) { "Not a directory" } else { "No such file or directory" };
            cx.err(format!("tar: {dir}: Cannot open: {why}\n{FATAL}"));
            return Err(2);
        }
        cx.set_cwd(path);
    }
    Ok(())
}

fn create(cx: &mut Cx<'_>, job: &Job<'_>, archive: &str, path: &str) -> i32 {
    if job.names.is_empty() {
        cx.err(format!("tar: Cowardly refusing to create an empty archive\n{HINT}"));
        return 2;
    }
    if archive == "-" && cx.stdout_is_terminal() {
        cx.err(format!("tar: Refusing to write archive contents to terminal (missing -f option?)\n{FATAL}"));
        return 2;
    }
    let home = cx.cwd();
    if let Err(code) = enter(cx, job.given) {
        return code;
    }
    let (bytes, code) = tar_create::create(cx, job, archive, path);
    cx.set_cwd(home);
    let zipped = job.given.has("z") || (job.given.has("a") && (archive.ends_with(".gz") || archive.ends_with(".tgz")));
    let bytes = if zipped { gzip::compress(&bytes, None, 0, 6) } else { bytes };
    if archive == "-" {
        cx.out(bytes);
    } else {
        let micros = cx.micros();
        if let Err(error) = cx.files_mut().write(path, bytes, micros) {
            cx.err(format!("tar: {archive}: Cannot open: {error}\n{FATAL}"));
            return 2;
        }
    }
    if code != 0 {
        cx.err(FAILED);
    }
    code
}

fn read(cx: &mut Cx<'_>, job: &Job<'_>, archive: &str, path: &str, mode: &str) -> i32 {
    let bytes = match archive_bytes(cx, job, archive, path) {
        Ok(bytes) => bytes,
        Err(code) => return code,
    };
    let (members, broken) = tar_header::read(&bytes);
    let mut found = vec![false; job.names.len()];
    let wanted: Vec<Member> = members.into_iter().filter(|member| wanted(job, &member.name, &mut found)).collect();
    // The folder is entered once there is something to do in it.
    if !wanted.is_empty()
        && let Err(code) = enter(cx, job.given)
    {
        return code;
    }
    let mut code = 0;
    if mode == "t" {
        let mut width = 19;
        let rooted = wanted.iter().any(|member| member.name.starts_with('/'));
        if rooted && !job.given.has("P") {
            cx.err("tar: Removing leading `/' from member names\n");
        }
        for member in &wanted {
            let text = if job.verbose > 0 { long(job, member, &mut width) } else { member.name.clone() };
            cx.out(text + "\n");
        }
    } else {
        code = tar_extract::extract(cx, job, wanted);
    }
    match broken {
        Some(Broken::NotTar) => {
            cx.err("tar: This does not look like a tar archive\n");
            code = 2;
        }
        Some(Broken::Cut) => {
            cx.err(format!("tar: Unexpected EOF in archive\n{FATAL}"));
            return 2;
        }
        None => {}
    }
    for (name, found) in job.names.iter().zip(&found) {
        if !found {
            cx.err(format!("tar: {name}: Not found in archive\n"));
            code = 2;
        }
    }
    if code != 0 {
        cx.err(FAILED);
    }
    code
}

/// The archive, uncompressed; else the exit code.
fn archive_bytes(cx: &mut Cx<'_>, job: &Job<'_>, archive: &str, path: &str) -> Result<Vec<u8>, i32> {
    let Some(bytes) = super::input::bytes_of(cx, if archive == "-" { "-" } else { path }) else { return Err(Cx::WAIT) };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(_) if cx.files().is_dir(path) => {
            cx.err(format!(
                "tar: {archive}: Cannot read: Is a directory\ntar: At beginning of tape, quitting now\n{FATAL}"
            ));
            return Err(2);
        }
        Err(error) => {
            let why = format!("{archive}: Cannot open: {error}\n");
            cx.err(if job.given.has("z") {
                format!("tar (child): {why}tar (child): Error is not recoverable: exiting now\ntar: Child returned status 2\n{FATAL}")
            } else {
                format!("tar: {why}{FATAL}")
            });
            return Err(2);
        }
    };
    if gzip::is_gzip(&bytes) {
        match gzip::uncompress(&bytes) {
            Ok(bytes) => Ok(bytes),
            Err(message) => {
                cx.err(format!("\ngzip: stdin: {message}\ntar: Child returned status 1\n{FATAL}"));
                Err(2)
            }
        }
    } else if job.given.has("z") {
        cx.err(format!("\ngzip: stdin: not in gzip format\ntar: Child returned status 1\n{FATAL}"));
        Err(2)
    } else {
        Ok(bytes)
    }
}

fn wanted(job: &Job<'_>, name: &str, found: &mut [bool]) -> bool {
    let bare = name.trim_end_matches('/');
    let mut named = job.names.is_empty();
    for (index, asked) in job.names.iter().enumerate() {
        let asked = asked.trim_end_matches('/');
        if bare == asked || bare.strip_prefix(asked).is_some_and(|rest| rest.starts_with('/')) {
            found[index] = true;
            named = true;
        }
    }
    named && !job.excluded(name)
}

/// A line of `-tv`; the column of sizes grows with what is in it.
pub(super) fn long(job: &Job<'_>, member: &Member, width: &mut usize) -> String {
    let letter = match member.kind {
        _ if member.hard => 'h',
        Kind::File => '-',
        Kind::Dir => 'd',
        Kind::Symlink => 'l',
    };
    let numeric = job.given.has("numeric-owner");
    let name = |name: &str, id: u32| if numeric || name.is_empty() { id.to_string() } else { name.to_string() };
    let who = format!("{}/{}", name(&member.user, member.uid), name(&member.group, member.gid));
    let size = member.data.len().to_string();
    *width = (*width).max(who.len() + 1 + size.len());
    let gap = " ".repeat(*width - who.len() - size.len());
    let time = strftime("%Y-%m-%d %H:%M", Time::from_unix_secs(member.mtime_secs));
    let target = match (member.kind, member.hard) {
        (_, true) => format!(" link to {}", member.target),
        (Kind::Symlink, _) => format!(" -> {}", member.target),
        _ => String::new(),
    };
    format!("{letter}{} {who}{gap}{size} {time} {}{target}", chmod::letters(member.mode), member.name)
}

/// `tar cf a.tar …`: letters without a dash, whose arguments follow in their order.
fn old_style(args: &[String]) -> Result<Vec<String>, char> {
    let Some(first) = args.first().filter(|first| !first.starts_with('-') && !first.is_empty()) else {
        return Ok(args.to_vec());
    };
    let mut rest = args[1..].iter();
    let mut out = Vec::new();
    for letter in first.chars() {
        out.push(format!("-{letter}"));
        let takes = TOOL.options.iter().any(|opt| opt.short == letter && !opt.arg.is_empty());
        if takes {
            out.push(rest.next().cloned().ok_or(letter)?);
        }
    }
    out.extend(rest.cloned());
    Ok(out)
}
