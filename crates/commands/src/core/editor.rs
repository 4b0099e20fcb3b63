//! `vi`, `nano`, `code`: the file opens in the Files panel, and the program waits until it is closed there, or until the
//! editor's own words for that are typed: `:wq`, `^X`.

use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Program, Read, Step};

pub(crate) fn programs() -> impl Iterator<Item = Program> {
    ["vi", "vim", "nvim", "nano", "code"].into_iter().map(Program::steps::<Editor>)
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Editor {
    /// Files still to be edited, the open one first; `None` before the arguments are read.
    files: Option<Vec<File>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct File {
    path: String,
    line: u32,
}

impl From<Vec<String>> for Editor {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Behaviour for Editor {
    const PROGRAM: &'static str = "vi";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        let is_code = cx.program() == "code";
        if self.files.is_none() {
            match read(cx, is_code) {
                Ok((files, waits)) => {
                    let Some(first) = files.first() else { return Step::Done(0) };
                    cx.edit(&cx.path(&first.path), first.line, waits);
                    if !waits {
                        return Step::Done(0);
                    }
                    self.files = Some(files);
                }
                Err(code) => return Step::Done(code),
            }
        }
        loop {
            let line = match cx.read_line() {
                Read::Line(line) => String::from_utf8_lossy(&line).trim().to_string(),
                // Ctrl-D closes no editor.
                Read::Wait | Read::End => return Step::Stdin,
            };
            match meant(&line) {
                Word::Close(code) => match self.next(cx, code) {
                    Some(code) => return Step::Done(code),
                    None => continue,
                },
                Word::Line(at) => {
                    if let Some(file) = self.files.as_ref().and_then(|files| files.first()) {
                        cx.edit(&cx.path(&file.path), at, true);
                    }
                }
                Word::Save => {}
                Word::Unknown => unknown(cx, &line),
            }
        }
    }
}

impl Editor {
    /// Goes to the next file; the exit code where that was the last one.
    fn next(&mut self, cx: &mut Cx<'_>, code: i32) -> Option<i32> {
        let files = self.files.get_or_insert_default();
        if !files.is_empty() {
            files.remove(0);
        }
        match files.first().filter(|_| code == 0) {
            Some(file) => {
                cx.edit(&cx.path(&file.path), file.line, true);
                None
            }
            None => Some(code),
        }
    }
}

/// What a line typed while the editor is open means.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    Close(i32),
    Save,
    Line(u32),
    Unknown,
}

fn meant(line: &str) -> Word {
    match line {
        ":q" | ":q!" | ":wq" | ":wq!" | ":x" | ":xit" | ":quit" | ":qa" | ":qa!" | ":wqa" | ":xa" | "ZZ" | "ZQ" => {
            Word::Close(0)
        }
        "^X" | "close" => Word::Close(0),
        ":cq" | ":cq!" => Word::Close(1),
        // The panel saves what it holds before it hands the word on.
        ":w" | ":w!" | ":wa" | ":write" | "^O" | "" => Word::Save,
        _ => match line.strip_prefix(':').and_then(|number| number.parse().ok()) {
            Some(number) => Word::Line(number),
            None => Word::Unknown,
        },
    }
}

fn unknown(cx: &mut Cx<'_>, line: &str) {
    let words = match cx.program().as_str() {
        "nano" => "^O saves, ^X closes",
        "code" => "`close` closes it",
        _ => {
            if let Some(command) = line.strip_prefix(':') {
                cx.err(format!("E492: Not an editor command: {command}\n"));
            }
            ":w saves, :wq saves and closes, :q! closes without saving, :cq makes the command that waits fail"
        }
    };
    cx.err(format!("The file is open in the Files panel: type there. Here, {words}.\n"));
}

/// Which files are to be opened, and whether the program waits for them.
fn read(cx: &mut Cx<'_>, is_code: bool) -> Result<(Vec<File>, bool), i32> {
    let program = cx.program();
    let (mut files, mut waits, mut line, mut ended) = (Vec::new(), !is_code, 1, false);
    for arg in cx.args() {
        let number = arg.strip_prefix('+').map(|at| at.split(',').next().unwrap_or_default());
        match arg.as_str() {
            "--" if !ended => ended = true,
            "-w" | "--wait" if is_code && !ended => waits = true,
            "-g" | "--goto" | "-r" | "--reuse-window" if is_code && !ended => {}
            _ if !ended && arg.len() > 1 && arg.starts_with('-') => {
                cx.err(format!("{program}: {arg}: real, but not part of this sandbox yet\n"));
                return Err(1);
            }
            _ if !ended && number.is_some_and(|at| at.bytes().all(|byte| byte.is_ascii_digit())) => {
                // `+` alone is the last line.
                line = number.and_then(|at| at.parse().ok()).unwrap_or(u32::MAX);
            }
            _ => {
                let (path, at) = goto(&arg).filter(|_| is_code).unwrap_or((&arg, line));
                files.push(File { path: path.to_string(), line: at });
                line = 1;
            }
        }
    }
    if files.is_empty() {
        cx.err(format!("{program}: name a file: this sandbox's editor opens one in the Files panel\n"));
        return Err(1);
    }
    if !cx.stdin_is_terminal() {
        cx.err(match program.as_str() {
            "nano" => "Standard input is not a terminal\n",
            "code" => "code: there is no window here to open a file in\n",
            _ => "Vim: Warning: Input is not from a terminal\nVim: Error reading input, exiting...\nVim: Finished.\n",
        });
        return Err(1);
    }
    check(cx, &files).map(|()| (files, waits))
}

/// `FILE:LINE` and `FILE:LINE:COLUMN`.
fn goto(arg: &str) -> Option<(&str, u32)> {
    let mut parts = arg.splitn(3, ':');
    let path = parts.next()?;
    Some((path, parts.next()?.parse().ok()?))
}

/// An editor makes no folders, and edits none.
fn check(cx: &mut Cx<'_>, files: &[File]) -> Result<(), i32> {
    for file in files {
        let path = cx.path(&file.path);
        let folder = cx.files().stat(&path).is_ok_and(|stat| stat.kind == vfs::Kind::Dir);
        let homeless = !cx.files().stat(vfs::parent(&path)).is_ok_and(|stat| stat.kind == vfs::Kind::Dir);
        let name = &file.path;
        let words = match (cx.program().as_str(), folder, homeless) {
            (_, false, false) => continue,
            ("nano", true, _) => format!("\"{name}\" is a directory\n"),
            ("nano", ..) => format!("Directory '{}' does not exist\n", vfs::parent(name)),
            (_, true, _) => format!("\"{name}\" is a directory\n"),
            _ => format!("\"{name}\" E212: Can't open file for writing\n"),
        };
        cx.err(words);
        return Err(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_close_an_editor() {
        assert_eq!(meant(":wq"), Word::Close(0));
        assert_eq!(meant("^X"), Word::Close(0));
        assert_eq!(meant(":cq"), Word::Close(1));
        assert_eq!(meant(":12"), Word::Line(12));
        assert_eq!(meant(":s/a/b/"), Word::Unknown);
        assert_eq!(goto("a/b.rs:12:3"), Some(("a/b.rs", 12)));
        assert_eq!(goto("a/b.rs"), None);
    }
}
