//! `sed`: its options and its files.

use super::sed_run::Editor;
use super::sed_script::parse as parse_script;
use crate::getopt::{Given, Tool, flag, missing, parse, value};
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "sed",
    usage: "[OPTION]... {SCRIPT} [FILE]...",
    summary: "Edit text line by line.",
    options: &[
        flag('n', "quiet", "print only what the script prints"),
        flag('\0', "silent", "as -n"),
        flag('E', "regexp-extended", "extended regular expressions"),
        flag('r', "", "as -E"),
        value('e', "expression", "SCRIPT", "a script; may be given several times"),
        value('f', "file", "FILE", "a script in a file"),
        value('i', "in-place", "[SUFFIX]", "change the files; keep the old as FILE+SUFFIX"),
        flag('s', "separate", "each file by itself"),
        flag('z', "null-data", "lines end with a zero byte"),
        flag('u', "unbuffered", "has no effect here"),
        flag('\0', "posix", "has no effect here"),
        missing('l', "line-length"),
        missing('\0', "debug"),
        missing('\0', "sandbox"),
        missing('\0', "follow-symlinks"),
    ],
    trouble: 1,
};

/// The script of the options, or the first operand.
#[inline(never)]
fn script(cx: &mut Cx<'_>, given: &mut Given) -> Result<(String, String), i32> {
    let mut scripts = Vec::new();
    let mut place = "-e expression #1".to_string();
    for (name, text) in given.in_order(&["e", "f"]) {
        if name == "e" {
            scripts.push(text.to_string());
            continue;
        }
        match cx.files().read_text(&cx.path(text)) {
            Ok(body) => scripts.push(body.trim_end_matches('\n').to_string()),
            Err(error) => {
                cx.err(format!("sed: couldn't open file {text}: {error}\n"));
                return Err(4);
            }
        }
        place = format!("file {text} line 1");
    }
    if scripts.is_empty() {
        if given.operands.is_empty() {
            cx.err("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n");
            return Err(1);
        }
        scripts.push(given.operands.remove(0));
    }
    Ok((scripts.join("\n"), place))
}

#[inline(never)]
pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let mut given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let (script, place) = match script(cx, &mut given) {
        Ok(script) => script,
        Err(code) => return code,
    };
    let extended = given.has("E") || given.has("r");
    let commands = match parse_script(&script, extended) {
        Ok(commands) => commands,
        Err(message) => {
            match message.strip_prefix('!') {
                Some(message) => cx.err(format!("sed: {message}\n")),
                None => cx.err(format!("sed: {place}, {message}\n")),
            }
            return 1;
        }
    };
    let quiet = given.has("n") || given.has("silent") || script.starts_with("#n\n");
    let end = if given.has("z") { '\0' } else { '\n' };
    let mut editor = Editor::new(commands, quiet, end);
    match given.value("i").map(String::from) {
        Some(suffix) => in_place(cx, &given.operands, &mut editor, &suffix),
        None => stream(cx, &given.operands, &mut editor, given.has("s")),
    }
}

fn cannot_read(cx: &mut Cx<'_>, name: &str, error: &str) -> i32 {
    if cx.files().is_dir(&cx.path(name)) {
        cx.err(format!("sed: couldn't read {name}: Is a directory\n"));
    } else {
        cx.err(format!("sed: can't read {name}: {error}\n"));
    }
    2
}

#[inline(never)]
fn stream(cx: &mut Cx<'_>, names: &[String], editor: &mut Editor, separate: bool) -> i32 {
    let names = if names.is_empty() { vec!["-".to_string()] } else { names.to_vec() };
    let Some(inputs) = super::input::all(cx, &names) else { return Cx::WAIT };
    let (mut texts, mut code) = (Vec::new(), 0);
    for (name, input) in inputs {
        match input {
            Ok(bytes) => texts.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) => code = cannot_read(cx, &name, &error),
        }
    }
    let groups: Vec<Vec<(String, String)>> =
        if separate { texts.into_iter().map(|text| vec![text]).collect() } else { vec![texts] };
    for group in groups {
        let out = editor.edit(group, cx);
        cx.out(out);
        if editor.over {
            break;
        }
    }
    editor.write_files(cx);
    if editor.code == 0 { code } else { editor.code }
}

#[inline(never)]
fn in_place(cx: &mut Cx<'_>, names: &[String], editor: &mut Editor, suffix: &str) -> i32 {
    let mut code = 0;
    if names.is_empty() {
        cx.err("sed: no input files\n");
        return 1;
    }
    for name in names {
        let path = cx.path(name);
        if cx.files().is_dir(&path) {
            cx.err(format!("sed: couldn't edit {name}: not a regular file\n"));
            code = 4;
            continue;
        }
        let bytes = match cx.files().read(&path) {
            Ok(bytes) => bytes.into_owned(),
            Err(error) => {
                code = cannot_read(cx, name, &error.to_string());
                continue;
            }
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let out = editor.edit(vec![(name.clone(), text)], cx);
        let micros = cx.micros();
        let kept = match suffix.contains('*') {
            true => format!("{}/{}", vfs::parent(&path), suffix.replace('*', vfs::base_name(&path))),
            false => format!("{path}{suffix}"),
        };
        let files = cx.files_mut();
        let kept = if suffix.is_empty() { Ok(()) } else { files.write(&kept, bytes, micros) };
        // A new file takes the place of a link, which is not followed.
        if files.lstat(&path).is_ok_and(|stat| stat.kind == vfs::Kind::Symlink) {
            files.remove_file(&path, micros).ok();
        }
        if let Err(error) = kept.and_then(|()| files.write(&path, out, micros)) {
            cx.err(format!("sed: couldn't write {name}: {error}\n"));
            code = 4;
        }
        if editor.over {
            break;
        }
    }
    editor.write_files(cx);
    if editor.code == 0 { code } else { editor.code }
}
