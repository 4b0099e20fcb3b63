//! `mkdir`.

use crate::getopt::{Tool, flag, missing, parse};
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "mkdir",
    usage: "[OPTION]... DIRECTORY...",
    summary: "Make folders.",
    options: &[
        flag('p', "parents", "make all that lead there; fine where they stand already"),
        flag('v', "verbose", "say what was made"),
        missing('m', "mode"),
    ],
    trouble: 1,
};

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    if given.operands.is_empty() {
        cx.err("mkdir: missing operand\nTry 'mkdir --help' for more information.\n");
        return 1;
    }
    let mut code = 0;
    for name in &given.operands {
        let (path, micros) = (cx.path(name), cx.micros());
        let files = cx.files_mut();
        let made = if given.has("p") { files.make_dir_all(&path, micros) } else { files.make_dir(&path, micros) };
        match made {
            Ok(()) if given.has("v") => cx.out(format!("mkdir: created directory '{name}'\n")),
            Ok(()) => {}
            Err(error) => {
                cx.err(format!("mkdir: cannot create directory ‘{name}’: {error}\n"));
                code = 1;
            }
        }
    }
    code
}
