//! `file`: what a file holds, by its first bytes.

use crate::getopt::{Tool, flag, missing, parse};
use shell::clock::strftime;
use sim::Time;
use vfs::Kind;
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "file",
    usage: "[OPTION...] [FILE...]",
    summary: "Determine the type of files.",
    options: &[
        flag('b', "brief", "without the name"),
        flag('i', "mime", "as MIME type and character set"),
        flag('L', "dereference", "follow links"),
        flag('\0', "mime-type", "as MIME type"),
        missing('f', "files-from"),
        missing('z', "uncompress"),
        missing('s', "special-files"),
        missing('k', "keep-going"),
    ],
    trouble: 1,
};

/// Unlike file: it knows the kinds of files that people meet here, and takes all others for text or data.
pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    if given.operands.is_empty() {
        cx.err(format!("Usage: file {}\n", TOOL.usage));
        return 1;
    }
    let width = given.operands.iter().map(|name| name.chars().count()).max().unwrap_or(0) + 1;
    for name in &given.operands {
        let (text, mime, charset) = told(cx, name, given.has("L"));
        let what = match (given.has("mime-type"), given.has("i")) {
            (true, _) => mime.to_string(),
            (_, true) => format!("{mime}; charset={charset}"),
            _ => text,
        };
        let label = format!("{name}:");
        cx.out(if given.has("b") { what + "\n" } else { format!("{label:<width$} {what}\n") });
    }
    0
}

fn told(cx: &mut Cx<'_>, name: &str, follow: bool) -> (String, &'static str, &'static str) {
    let path = cx.path(name);
    let found = if follow { cx.files().stat(&path) } else { cx.files().lstat(&path) };
    let stat = match found {
        Ok(stat) => stat,
        Err(error) => return (format!("cannot open `{name}' ({error})"), "cannot open", "binary"),
    };
    match stat.kind {
        Kind::Dir => ("directory".into(), "inode/directory", "binary"),
        Kind::Symlink => {
            let target = cx.files().read_link(&path).unwrap_or_default();
            let broken = if cx.files().exists(&path) { "" } else { "broken " };
            (format!("{broken}symbolic link to {target}"), "inode/symlink", "binary")
        }
        Kind::File => content(&cx.files().read(&path).unwrap_or_default()),
    }
}

/// What bytes are: in words, as MIME type, and their character set.
fn content(bytes: &[u8]) -> (String, &'static str, &'static str) {
    let be =
        |at: usize| bytes.get(at..at + 4).map_or(0, |four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]));
    if bytes.is_empty() {
        return ("empty".into(), "inode/x-empty", "binary");
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return (gzip(bytes), "application/gzip", "binary");
    }
    if bytes.get(257..262) == Some(b"ustar") {
        let gnu = if bytes.get(262) == Some(&b' ') { " (GNU)" } else { "" };
        return (format!("POSIX tar archive{gnu}"), "application/x-tar", "binary");
    }
    if bytes.starts_with(b"DIRC") {
        return (format!("Git index, version {}, {} entries", be(4), be(8)), "application/octet-stream", "binary");
    }
    if bytes.starts_with(b"PACK") {
        return (format!("Git pack, version {}, {} objects", be(4), be(8)), "application/octet-stream", "binary");
    }
    if bytes.starts_with(b"# v2 git bundle") {
        return ("Git bundle".into(), "application/octet-stream", "binary");
    }
    if bytes.starts_with(&[0x78, 0x01]) || bytes.starts_with(&[0x78, 0x9c]) {
        return ("zlib compressed data".into(), "application/zlib", "binary");
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return ("PNG image data".into(), "image/png", "binary");
    }
    match std::str::from_utf8(bytes) {
        Ok(text)
            if !text.contains(|c: char| {
                c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\x0c' | '\x1b' | '\x08' | '\x07')
            }) =>
        {
            text_of(text)
        }
        _ => ("data".into(), "application/octet-stream", "binary"),
    }
}

fn text_of(text: &str) -> (String, &'static str, &'static str) {
    let (charset, words) =
        if text.is_ascii() { ("us-ascii", "ASCII text") } else { ("utf-8", "Unicode text, UTF-8 text") };
    let first = text.lines().next().unwrap_or("");
    if let Some(interpreter) = first.strip_prefix("#!") {
        let interpreter = interpreter.trim();
        let program = interpreter.split_whitespace().next().map_or("", vfs::base_name);
        let program = if program == "env" { interpreter.split_whitespace().nth(1).unwrap_or("") } else { program };
        let (what, mime) = match program {
            "bash" => ("Bourne-Again shell script, ".to_string(), "text/x-shellscript"),
            "sh" => ("POSIX shell script, ".into(), "text/x-shellscript"),
            "python3" | "python" => ("Python script, ".into(), "text/x-script.python"),
            "node" => ("Node.js script, ".into(), "application/javascript"),
            _ => (format!("a {interpreter} script, "), "text/plain"),
        };
        return (format!("{what}{words} executable"), mime, charset);
    }
    let mut words = words.to_string();
    let opens = text.trim_start().starts_with(['{', '[']);
    if opens && manifest::Value::from_json(text).is_ok() {
        return ("JSON text data".into(), "application/json", charset);
    }
    if text.lines().any(|line| line.len() > 300) {
        words.push_str(", with very long lines");
    }
    if text.contains("\r\n") {
        words.push_str(", with CRLF line terminators");
    } else if !text.contains('\n') {
        words.push_str(", with no line terminators");
    }
    (words, "text/plain", charset)
}

fn gzip(bytes: &[u8]) -> String {
    let le =
        |at: usize| bytes.get(at..at + 4).map_or(0, |four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
    let mut text = String::from("gzip compressed data");
    if bytes.get(3).is_some_and(|flags| flags & 8 != 0) {
        let name = bytes.get(10..).unwrap_or_default();
        let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
        text.push_str(&format!(", was \"{}\"", String::from_utf8_lossy(&name[..end])));
    }
    if le(4) != 0 {
        let time = strftime("%a %b %e %H:%M:%S %Y", Time::from_unix_secs(u64::from(le(4))));
        text.push_str(&format!(", last modified: {time}"));
    }
    text.push_str(match bytes.get(8) {
        Some(2) => ", max compression",
        Some(4) => ", max speed",
        _ => "",
    });
    let size = le(bytes.len().saturating_sub(4));
    text + &format!(", from Unix, original size modulo 2^32 {size}")
}
