//! `md5sum`, `sha1sum`, `sha256sum`, `base64`.

use super::digest::{md5, sha1, sha256};
use crate::getopt::{Tool, flag, missing, parse, value};
use world::{Cx, Program};

pub(crate) fn programs() -> Vec<Program> {
    vec![
        Program::once("md5sum", |cx| sum(cx, "md5sum", md5)),
        Program::once("sha1sum", |cx| sum(cx, "sha1sum", sha1)),
        Program::once("sha256sum", |cx| sum(cx, "sha256sum", sha256)),
        Program::once("base64", base64),
    ]
}

const SUM: Tool = Tool {
    name: "",
    usage: "[OPTION]... [FILE]...",
    summary: "Print or check checksums.",
    options: &[
        flag('b', "binary", "mark files as read in binary mode"),
        flag('t', "text", "read in text mode (the default)"),
        flag('c', "check", "read checksums from the files and check them"),
        flag('\0', "quiet", "when checking, say only what is wrong"),
        flag('\0', "status", "when checking, say nothing"),
        missing('w', "warn"),
        missing('z', "zero"),
        missing('\0', "tag"),
        missing('\0', "ignore-missing"),
        missing('\0', "strict"),
    ],
    trouble: 1,
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sum(cx: &mut Cx<'_>, name: &'static str, digest: fn(&[u8]) -> Vec<u8>) -> i32 {
    let given = match parse(cx, &Tool { name, ..SUM }) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let names = if given.operands.is_empty() { vec!["-".to_string()] } else { given.operands.clone() };
    let Some(inputs) = super::input::all(cx, &names) else { return Cx::WAIT };
    let mut code = 0;
    for (file, input) in inputs {
        match input {
            Err(error) => {
                cx.err(format!("{name}: {}: {error}\n", super::input::shown(&file)));
                code = 1;
            }
            Ok(bytes) if given.has("c") => {
                let verbose = (!given.has("quiet") && !given.has("status"), !given.has("status"));
                code |= check(cx, name, digest, &file, &String::from_utf8_lossy(&bytes), verbose);
            }
            Ok(bytes) => {
                let mark = if given.has("b") { '*' } else { ' ' };
                cx.out(format!("{} {mark}{file}\n", hex(&digest(&bytes))));
            }
        }
    }
    code
}

fn check(
    cx: &mut Cx<'_>,
    name: &str,
    digest: fn(&[u8]) -> Vec<u8>,
    list: &str,
    text: &str,
    (says_ok, says_wrong): (bool, bool),
) -> i32 {
    let (mut wrong, mut missing, mut lines) = (0, 0, 0);
    for line in text.lines() {
        let Some((sum, file)) = line.split_once(' ').map(|(sum, file)| (sum, file.trim_start_matches([' ', '*'])))
        else {
            continue;
        };
        if sum.len() != digest(b"").len() * 2 || !sum.bytes().all(|b| b.is_ascii_hexdigit()) {
            continue;
        }
        lines += 1;
        let read = cx.files().read(&cx.path(file)).map(|bytes| hex(&digest(&bytes)));
        match read {
            Ok(found) if found == sum.to_lowercase() => {
                if says_ok {
                    cx.out(format!("{file}: OK\n"));
                }
            }
            Ok(_) => {
                wrong += 1;
                if says_wrong {
                    cx.out(format!("{file}: FAILED\n"));
                }
            }
            Err(error) => {
                missing += 1;
                cx.err(format!("{name}: {file}: {error}\n"));
                if says_wrong {
                    cx.out(format!("{file}: FAILED open or read\n"));
                }
            }
        }
    }
    if lines == 0 {
        let list = if list == "-" { "'standard input'" } else { list };
        cx.err(format!("{name}: {list}: no properly formatted checksum lines found\n"));
        return 1;
    }
    if missing > 0 && says_wrong {
        let what = if missing == 1 { "file" } else { "files" };
        cx.err(format!("{name}: WARNING: {missing} listed {what} could not be read\n"));
    }
    if wrong > 0 && says_wrong {
        let what = if wrong == 1 { "checksum" } else { "checksums" };
        cx.err(format!("{name}: WARNING: {wrong} computed {what} did NOT match\n"));
    }
    i32::from(wrong + missing > 0)
}

pub(super) const BASE64: Tool = Tool {
    name: "base64",
    usage: "[OPTION]... [FILE]",
    summary: "Encode or decode base64.",
    options: &[
        flag('d', "decode", "decode"),
        flag('i', "ignore-garbage", "when decoding, leave out what is no base64"),
        value('w', "wrap", "COLS", "break lines after COLS characters (76); 0: never"),
    ],
    trouble: 1,
};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for index in 0..4 {
            if index > group.len() {
                out.push('=');
            } else {
                let digit = (word >> (18 - 6 * index)) & 63;
                out.push(char::from(ALPHABET[digit as usize]));
            }
        }
    }
    out
}

/// The bytes so far, and whether all of it was base64.
pub(crate) fn decode(text: &[u8], garbage: bool) -> (Vec<u8>, bool) {
    let (mut out, mut word, mut count, mut padding) = (Vec::new(), 0_u32, 0, 0);
    for byte in text.iter().filter(|byte| **byte != b'\n') {
        if *byte == b'=' {
            padding += 1;
            continue;
        }
        let Some(digit) = ALPHABET.iter().position(|c| c == byte).filter(|_| padding == 0) else {
            if garbage {
                continue;
            }
            if count > 1 {
                word <<= 6 * (4 - count);
                out.extend(&word.to_be_bytes()[1..count]);
            }
            return (out, false);
        };
        word = word << 6 | u32::try_from(digit).unwrap_or(0);
        count += 1;
        if count == 4 {
            out.extend(&word.to_be_bytes()[1..]);
            (word, count) = (0, 0);
        }
    }
    match count {
        0 => {}
        1 => return (out, false),
        _ => {
            word <<= 6 * (4 - count);
            out.extend(&word.to_be_bytes()[1..count]);
        }
    }
    (out, (count + padding) % 4 == 0)
}

fn base64(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(cx, &BASE64) {
        Ok(given) => given,
        Err(code) => return code,
    };
    if let Some(extra) = given.operands.get(1) {
        cx.err(format!("base64: extra operand ‘{extra}’\nTry 'base64 --help' for more information.\n"));
        return 1;
    }
    let width = match given.value("w").map(|text| (text, text.parse::<usize>())) {
        None => 76,
        Some((_, Ok(width))) => width,
        Some((text, Err(_))) => {
            cx.err(format!("base64: invalid wrap size: ‘{text}’\n"));
            return 1;
        }
    };
    let name = given.operands.first().cloned().unwrap_or_else(|| "-".into());
    let bytes = match super::input::bytes_of(cx, &name) {
        None => return Cx::WAIT,
        Some(Ok(bytes)) => bytes,
        Some(Err(error)) => {
            let verb = if cx.files().is_dir(&cx.path(&name)) { "read error".to_string() } else { name.clone() };
            cx.err(format!("base64: {verb}: {error}\n"));
            return 1;
        }
    };
    if given.has("d") {
        let (out, whole) = decode(&bytes, given.has("i"));
        cx.out(out);
        if !whole {
            cx.err("base64: invalid input\n");
        }
        return i32::from(!whole);
    }
    let text = encode(&bytes);
    if width == 0 {
        cx.out(text);
        return 0;
    }
    let mut out = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(width.min(rest.len()));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    cx.out(out);
    0
}
