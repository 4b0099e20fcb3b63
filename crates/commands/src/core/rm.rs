//! `rm` and `rmdir`.

use crate::getopt::{Tool, flag, missing, parse};
use vfs::{Kind, VfsError};
use world::Cx;

pub(super) const RM: Tool = Tool {
    name: "rm",
    usage: "[OPTION]... [FILE]...",
    summary: "Remove files; folders only with -r or -d.",
    options: &[
        flag('f', "force", "never mind what does not exist"),
        flag('r', "recursive", "folders with all in them"),
        flag('R', "", "as -r"),
        flag('d', "dir", "empty folders"),
        flag('v', "verbose", "say what was removed"),
        missing('i', "interactive"),
        missing('I', ""),
    ],
    trouble: 1,
};

pub(super) const RMDIR: Tool = Tool {
    name: "rmdir",
    usage: "[OPTION]... DIRECTORY...",
    summary: "Remove empty folders.",
    options: &[flag('p', "parents", "and those that become empty by it"), missing('v', "verbose")],
    trouble: 1,
};

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &RM) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let force = given.has("f");
    if given.operands.is_empty() && !force {
        cx.err("rm: missing operand\nTry 'rm --help' for more information.\n");
        return 1;
    }
    let recursive = given.has("r") || given.has("R");
    let mut code = 0;
    for name in &given.operands {
        let last = vfs::base_name(name);
        if matches!(last, "." | "..") {
            cx.err(format!("rm: refusing to remove '.' or '..' directory: skipping '{name}'\n"));
            code = 1;
            continue;
        }
        let (path, micros) = (cx.path(name), cx.micros());
        let files = cx.files_mut();
        let done = match files.lstat(&path) {
            Err(VfsError::NotFound | VfsError::NotADirectory) if force => continue,
            Err(error) => Err(error),
            Ok(stat) if stat.kind == Kind::Dir && given.has("d") && !recursive => files.remove_dir(&path, micros),
            Ok(stat) if stat.kind == Kind::Dir && !recursive => Err(VfsError::IsADirectory),
            Ok(_) if path == "/" => {
                cx.err("rm: it is dangerous to operate recursively on '/'\n");
                cx.err("rm: use --no-preserve-root to override this failsafe\n");
                return 1;
            }
            Ok(_) => files.remove_all(&path, micros),
        };
        match done {
            Ok(()) if given.has("v") => cx.out(format!("removed '{name}'\n")),
            Ok(()) => {}
            Err(error) => {
                cx.err(format!("rm: cannot remove '{name}': {error}\n"));
                code = 1;
            }
        }
    }
    code
}

pub(crate) fn rmdir(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &RMDIR) {
        Ok(given) => given,
        Err(code) => return code,
    };
    if given.operands.is_empty() {
        cx.err("rmdir: missing operand\nTry 'rmdir --help' for more information.\n");
        return 1;
    }
    let mut code = 0;
    for name in &given.operands {
        let mut name = name.trim_end_matches('/').to_string();
        loop {
            let (path, micros) = (cx.path(&name), cx.micros());
            if let Err(error) = cx.files_mut().remove_dir(&path, micros) {
                cx.err(format!("rmdir: failed to remove '{name}': {error}\n"));
                code = 1;
                break;
            }
            match name.rsplit_once('/') {
                Some((parent, _)) if given.has("p") && !parent.is_empty() => name = parent.to_string(),
                _ => break,
            }
        }
    }
    code
}
