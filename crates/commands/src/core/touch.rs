//! `touch`.

use crate::getopt::{Tool, flag, missing, parse};
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "touch",
    usage: "[OPTION]... FILE...",
    summary: "Set a file's time to now; make it where there is none.",
    options: &[
        flag('c', "no-create", "make no file"),
        missing('d', "date"),
        missing('r', "reference"),
        missing('t', ""),
    ],
    trouble: 1,
};

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    if given.operands.is_empty() {
        cx.err("touch: missing file operand\nTry 'touch --help' for more information.\n");
        return 1;
    }
    let mut code = 0;
    for name in &given.operands {
        let (path, micros) = (cx.path(name), cx.micros());
        let files = cx.files_mut();
        let done = if files.exists(&path) {
            files.set_mtime(&path, micros)
        } else if given.has("c") {
            Ok(())
        } else if name.ends_with('/') {
            Err(vfs::VfsError::NotFound)
        } else {
            files.write(&path, Vec::new(), micros)
        };
        if let Err(error) = done {
            cx.err(format!("touch: cannot touch '{name}': {error}\n"));
            code = 1;
        }
    }
    code
}
