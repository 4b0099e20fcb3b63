//! `cp`.

use crate::getopt::{Tool, flag, missing, parse};
use vfs::Kind;
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "cp",
    usage: "[OPTION]... SOURCE... DEST",
    summary: "Copy a file to DEST, or files into the folder DEST.",
    options: &[
        flag('r', "recursive", "folders with all in them"),
        flag('R', "", "as -r"),
        flag('a', "archive", "folders with all in them"),
        flag('f', "force", "replace what stands there"),
        flag('n', "no-clobber", "replace nothing"),
        flag('v', "verbose", "say what was copied"),
        missing('i', "interactive"),
        missing('p', "preserve"),
        missing('u', "update"),
        missing('l', "link"),
        missing('s', "symbolic-link"),
        missing('t', "target-directory"),
        missing('T', "no-target-directory"),
    ],
    trouble: 1,
};

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let Some((dest, sources)) = two_or_more("cp", &given.operands, cx) else { return 1 };
    let into = cx.files().is_dir(&cx.path(dest));
    if !into && (sources.len() > 1 || dest.ends_with('/')) {
        cx.err(format!("cp: target '{dest}': {}\n", missing_target(dest, cx)));
        return 1;
    }
    let recursive = given.has("r") || given.has("R") || given.has("a");
    let mut code = 0;
    for source in sources {
        let target = if into { inside(dest, source) } else { dest.clone() };
        match copy_one(cx, source, &target, [recursive, given.has("a")], given.has("n")) {
            Ok(true) if given.has("v") => cx.out(format!("'{source}' -> '{target}'\n")),
            Ok(_) => {}
            Err(message) => {
                cx.err(format!("cp: {message}\n"));
                code = 1;
            }
        }
    }
    code
}

/// Splits operands into sources and destination, or prints what is missing.
pub(crate) fn two_or_more<'a>(
    tool: &str,
    operands: &'a [String],
    cx: &mut Cx<'_>,
) -> Option<(&'a String, &'a [String])> {
    match operands {
        [] => cx.err(format!("{tool}: missing file operand\nTry '{tool} --help' for more information.\n")),
        [only] => {
            let tail = format!("Try '{tool} --help' for more information.");
            cx.err(format!("{tool}: missing destination file operand after '{only}'\n{tail}\n"));
        }
        [sources @ .., dest] => return Some((dest, sources)),
    }
    None
}

/// What coreutils says of a target that is no folder.
pub(crate) fn missing_target(dest: &str, cx: &Cx<'_>) -> &'static str {
    if cx.files().exists(&cx.path(dest.trim_end_matches('/'))) {
        "Not a directory"
    } else {
        "No such file or directory"
    }
}

pub(crate) fn inside(dir: &str, source: &str) -> String {
    format!("{}/{}", dir.trim_end_matches('/'), vfs::base_name(source))
}

fn copy_one(
    cx: &mut Cx<'_>,
    source: &str,
    target: &str,
    [recursive, all]: [bool; 2],
    keep: bool,
) -> Result<bool, String> {
    let (from, to, micros) = (cx.path(source), cx.path(target), cx.micros());
    let files = cx.files_mut();
    let stat = files.stat(&from).map_err(|error| format!("cannot stat '{source}': {error}"))?;
    if stat.kind == Kind::Dir && !recursive {
        return Err(format!("-r not specified; omitting directory '{source}'"));
    }
    if from == to {
        return Err(format!("'{source}' and '{target}' are the same file"));
    }
    if to.starts_with(&format!("{from}/")) {
        return Err(format!("cannot copy a directory, '{source}', into itself, '{target}'"));
    }
    let cannot = |error: vfs::VfsError| format!("cannot create regular file '{target}': {error}");
    if stat.kind == Kind::File {
        if keep && files.exists(&to) {
            return Ok(false);
        }
        if files.is_dir(&to) {
            return Err(format!("cannot overwrite directory '{target}' with non-directory"));
        }
        if !files.exists(&to) && files.lstat(&to).is_ok() {
            return Err(format!("not writing through dangling symlink '{target}'"));
        }
        let bytes = files.read(&from).map_err(cannot)?.into_owned();
        // A file that is there keeps its mode; `-a` takes that along too.
        let mode = files.stat(&to).map_or(stat.mode, |there| if all { stat.mode } else { there.mode });
        files.write(&to, bytes, micros).map_err(cannot)?;
        files.set_mode(&to, mode).map_err(cannot)?;
        return Ok(true);
    }
    merge_dir(cx, &from, &to, source, target, [all, keep])
}

fn merge_dir(
    cx: &mut Cx<'_>,
    from: &str,
    to: &str,
    source: &str,
    target: &str,
    [all, keep]: [bool; 2],
) -> Result<bool, String> {
    let micros = cx.micros();
    let files = cx.files_mut();
    if files.is_file(to) {
        return Err(format!("cannot overwrite non-directory '{target}' with directory '{source}'"));
    }
    if !files.exists(to) {
        files.copy_all(from, to, micros).map_err(|error| format!("cannot create directory '{target}': {error}"))?;
        return Ok(true);
    }
    let entries = files.read_dir(from).map_err(|error| format!("cannot access '{source}': {error}"))?;
    for (name, _) in entries {
        copy_one(cx, &format!("{source}/{name}"), &format!("{target}/{name}"), [true, all], keep)?;
    }
    Ok(true)
}
