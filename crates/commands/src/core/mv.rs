//! `mv`.

use super::cp::{inside, missing_target, two_or_more};
use crate::getopt::{Tool, flag, missing, parse};
use vfs::VfsError;
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "mv",
    usage: "[OPTION]... SOURCE... DEST",
    summary: "Rename a file or folder to DEST, or move some into the folder DEST.",
    options: &[
        flag('f', "force", "replace what stands there"),
        flag('n', "no-clobber", "replace nothing"),
        flag('v', "verbose", "say what was moved"),
        missing('i', "interactive"),
        missing('u', "update"),
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
    let Some((dest, sources)) = two_or_more("mv", &given.operands, cx) else { return 1 };
    let into = cx.files().is_dir(&cx.path(dest));
    if !into && sources.len() > 1 {
        cx.err(format!("mv: target '{dest}': {}\n", missing_target(dest, cx)));
        return 1;
    }
    let mut code = 0;
    for source in sources {
        let target = if into { inside(dest, source) } else { dest.clone() };
        match move_one(cx, source, &target, given.has("n")) {
            Ok(true) if given.has("v") => cx.out(format!("renamed '{source}' -> '{target}'\n")),
            Ok(_) => {}
            Err(message) => {
                cx.err(format!("mv: {message}\n"));
                code = 1;
            }
        }
    }
    code
}

fn move_one(cx: &mut Cx<'_>, source: &str, target: &str, keep: bool) -> Result<bool, String> {
    let (from, to, micros) = (cx.path(source), cx.path(target), cx.micros());
    let files = cx.files_mut();
    let stat = files.lstat(&from).map_err(|error| format!("cannot stat '{source}': {error}"))?;
    if from == to {
        return Err(format!("'{source}' and '{target}' are the same file"));
    }
    if keep && files.exists(&to) {
        return Ok(false);
    }
    if target.ends_with('/') && stat.kind != vfs::Kind::Dir && !files.is_dir(&to) {
        return Err(format!("cannot move '{source}' to '{target}': Not a directory"));
    }
    match files.rename(&from, &to, micros) {
        Ok(()) => Ok(true),
        Err(VfsError::Invalid) => Err(format!("cannot move '{source}' to a subdirectory of itself, '{target}'")),
        Err(VfsError::IsADirectory) => {
            Err(format!("cannot overwrite directory '{target}' with non-directory '{source}'"))
        }
        Err(VfsError::NotADirectory) if files.exists(&to) => {
            Err(format!("cannot overwrite non-directory '{target}' with directory '{source}'"))
        }
        // Behind a file there is nothing to look at.
        Err(VfsError::NotADirectory) => Err(format!("cannot stat '{target}': Not a directory")),
        Err(error) => Err(format!("cannot move '{source}' to '{target}': {error}")),
    }
}
