//! `touch`.

use crate::getopt::{Given, Tool, flag, parse, value};
use sim::Time;
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "touch",
    usage: "[OPTION]... FILE...",
    summary: "Set a file's time to now; make it where there is none.",
    options: &[
        flag('a', "", "nothing by itself: files here have one time"),
        flag('m', "", "nothing by itself: files here have one time"),
        flag('c', "no-create", "make no file"),
        value('d', "date", "STRING", "this time, not now"),
        value('r', "reference", "FILE", "the time of FILE"),
        value('t', "", "STAMP", "this time: [[CC]YY]MMDDhhmm[.ss]"),
        flag('h', "no-dereference", "links themselves; their time is what it is"),
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
    let micros = match time(cx, &given) {
        Ok(micros) => micros,
        Err(message) => {
            cx.err(format!("touch: {message}\n"));
            return 1;
        }
    };
    let mut code = 0;
    for name in &given.operands {
        let path = cx.path(name);
        // A link has no time of its own that could be set.
        if given.has("h") && cx.files().read_link(&path).is_ok() {
            continue;
        }
        let files = cx.files_mut();
        let done = if files.exists(&path) {
            files.set_mtime(&path, micros)
        } else if given.has("c") {
            Ok(())
        } else if name.ends_with('/') {
            Err(vfs::VfsError::NotFound)
        } else {
            files.write(&path, Vec::new(), micros).and_then(|()| files.set_mtime(&path, micros))
        };
        if let Err(error) = done {
            cx.err(format!("touch: cannot touch '{name}': {error}\n"));
            code = 1;
        }
    }
    code
}

/// The time that is asked for.
fn time(cx: &Cx<'_>, given: &Given) -> Result<u64, String> {
    if let Some(file) = given.value("r") {
        let stat = cx.files().stat(&cx.path(file));
        return stat.map(|stat| stat.mtime).map_err(|error| format!("failed to get attributes of '{file}': {error}"));
    }
    let found = match (given.value("d"), given.value("t")) {
        (Some(text), _) => (text, super::parse_date(text, cx.now())),
        (None, Some(text)) => (text, stamp(text, cx.now())),
        (None, None) => return Ok(cx.micros()),
    };
    found.1.map(Time::as_micros).ok_or_else(|| format!("invalid date format ‘{}’", found.0))
}

/// `[[CC]YY]MMDDhhmm[.ss]`
fn stamp(text: &str, now: Time) -> Option<Time> {
    let (digits, secs) = text.split_once('.').unwrap_or((text, "00"));
    if !digits.is_ascii() || !secs.is_ascii() || secs.len() != 2 {
        return None;
    }
    let this_year = now.civil().year.to_string();
    let (year, rest) = match digits.len() {
        8 => (this_year, digits),
        10 => (format!("{}{}", if &digits[..2] < "69" { "20" } else { "19" }, &digits[..2]), &digits[2..]),
        12 => (digits[..4].to_string(), &digits[4..]),
        _ => return None,
    };
    let part = |at: usize| rest.get(at..at + 2).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let (month, day, hour, minute) = (part(0)?, part(2)?, part(4)?, part(6)?);
    super::parse_date(&format!("{year}-{month}-{day} {hour}:{minute}:{secs}"), now)
}
