//! `tee`: standard input to files and to standard output, line by line.

use crate::getopt::{Tool, flag, missing, parse};
use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Read, Step};

pub(super) const TOOL: Tool = Tool {
    name: "tee",
    usage: "[OPTION]... [FILE]...",
    summary: "Copy standard input to files and to standard output.",
    options: &[
        flag('a', "append", "append to the files"),
        flag('i', "ignore-interrupts", "has no effect here"),
        missing('p', ""),
        missing('\0', "output-error"),
    ],
    trouble: 1,
};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tee {
    /// Absolute paths; `None` before the start.
    files: Option<Vec<String>>,
    code: i32,
}

impl From<Vec<String>> for Tee {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Tee {
    fn start(&mut self, cx: &mut Cx<'_>) -> Result<(), i32> {
        let given = parse(cx, &TOOL)?;
        let mut files = Vec::new();
        for name in &given.operands {
            if name == "/dev/null" {
                continue;
            }
            let (path, micros) = (cx.path(name), cx.micros());
            let vfs = cx.files_mut();
            let opened = if vfs.is_dir(&path) {
                Err(vfs::VfsError::IsADirectory)
            } else if given.has("a") {
                vfs.append(&path, b"", micros)
            } else {
                vfs.write(&path, Vec::new(), micros)
            };
            match opened {
                Ok(()) => files.push(path),
                Err(error) => {
                    cx.err(format!("tee: {}: {error}\n", super::input::shown(name)));
                    self.code = 1;
                }
            }
        }
        self.files = Some(files);
        Ok(())
    }
}

impl Behaviour for Tee {
    const PROGRAM: &'static str = "tee";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.files.is_none()
            && let Err(code) = self.start(cx)
        {
            return Step::Done(code);
        }
        loop {
            match cx.read_line() {
                Read::Wait => return Step::Stdin,
                Read::End => return Step::Done(self.code),
                Read::Line(line) => {
                    cx.out(&line);
                    let micros = cx.micros();
                    for path in self.files.iter().flatten() {
                        if let Err(error) = cx.files_mut().append(path, &line, micros) {
                            cx.err(format!("tee: {path}: {error}\n"));
                            self.code = 1;
                        }
                    }
                }
            }
        }
    }
}
