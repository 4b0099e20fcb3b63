//! `gzip`, `gunzip`, `zcat`.

use crate::getopt::{Given, Tool, flag, missing, parse, value};
use world::{Cx, Program};

const OPTIONS: &[crate::getopt::Opt] = &[
    flag('c', "stdout", "write to standard output, keep files"),
    flag('d', "decompress", "decompress"),
    flag('f', "force", "overwrite what is there"),
    flag('k', "keep", "keep the files that were read"),
    flag('l', "list", "list what compressed files hold"),
    flag('n', "no-name", "neither keep nor restore name and time"),
    flag('N', "name", "keep and restore name and time"),
    flag('q', "quiet", "no warnings"),
    flag('t', "test", "test whether files are whole"),
    flag('v', "verbose", "say what was done"),
    flag('1', "fast", "compress faster"),
    flag('2', "", ""),
    flag('3', "", ""),
    flag('4', "", ""),
    flag('5', "", ""),
    flag('6', "", ""),
    flag('7', "", ""),
    flag('8', "", ""),
    flag('9', "best", "compress better"),
    value('S', "suffix", "SUF", "use SUF instead of .gz"),
    missing('r', "recursive"),
    missing('\0', "rsyncable"),
];

pub(super) const GZIP: Tool = Tool {
    name: "gzip",
    usage: "[OPTION]... [FILE]...",
    summary: "Compress or uncompress files (by default, compress them in place).",
    options: OPTIONS,
    trouble: 1,
};
pub(super) const GUNZIP: Tool = Tool { name: "gunzip", summary: "Uncompress files (by default, in place).", ..GZIP };
pub(super) const ZCAT: Tool = Tool { name: "zcat", summary: "Uncompress files to standard output.", ..GZIP };

pub(crate) fn programs() -> [Program; 3] {
    [
        Program::once("gzip", |cx| main(cx, &GZIP)),
        Program::once("gunzip", |cx| main(cx, &GUNZIP)),
        Program::once("zcat", |cx| main(cx, &ZCAT)),
    ]
}

/// The check sum of RFC 1952.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// Unlike gzip: the compressed bytes are of another deflater, so that their number may differ.
pub(super) fn compress(bytes: &[u8], name: Option<&str>, mtime_secs: u32, level: u8) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, if name.is_some() { 8 } else { 0 }];
    out.extend(mtime_secs.to_le_bytes());
    out.push(match level {
        9 => 2,
        1 => 4,
        _ => 0,
    });
    out.push(3);
    if let Some(name) = name {
        out.extend(name.bytes());
        out.push(0);
    }
    out.extend(miniz_oxide::deflate::compress_to_vec(bytes, level));
    out.extend(crc32(bytes).to_le_bytes());
    out.extend(u32::try_from(bytes.len() & 0xffff_ffff).unwrap_or(0).to_le_bytes());
    out
}

pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// What a compressed text may hold at most.
const BYTES_MAX: usize = 64 << 20;

/// All members, one after the other; else what gzip says of it.
pub(super) fn uncompress(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    const END: &str = "unexpected end of file";
    let (mut out, mut rest) = (Vec::new(), bytes);
    loop {
        if !is_gzip(rest) {
            return match (out.is_empty() && rest.len() == bytes.len(), rest.iter().all(|byte| *byte == 0)) {
                (true, _) if rest.is_empty() => Err(END),
                (true, _) => Err("not in gzip format"),
                (false, true) => Ok(out),
                (false, false) => Err("decompression OK, trailing garbage ignored"),
            };
        }
        let body = member(rest).ok_or(END)?;
        let (text, used) = inflate(&rest[body..], BYTES_MAX - out.len())?;
        let tail = rest.get(body + used..body + used + 8).ok_or(END)?;
        if tail[..4] != crc32(&text).to_le_bytes() {
            return Err("invalid compressed data--crc error");
        }
        out.extend(text);
        rest = &rest[body + used + 8..];
        if rest.is_empty() {
            return Ok(out);
        }
    }
}

/// Where the compressed data of a member begins.
fn member(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    }
    for text in [8, 16] {
        if flags & text != 0 {
            at += bytes.get(at..)?.iter().position(|byte| *byte == 0)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (at <= bytes.len()).then_some(at)
}

fn inflate(bytes: &[u8], most: usize) -> Result<(Vec<u8>, usize), &'static str> {
    use miniz_oxide::inflate::TINFLStatus;
    use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
    const FORMAT: &str = "invalid compressed data--format violated";
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut out = vec![0; (bytes.len() * 4).clamp(4096, most.max(4096))];
    let mut machine = DecompressorOxide::new();
    let (mut read, mut written) = (0, 0);
    loop {
        let (status, more, wrote) = decompress(&mut machine, &bytes[read..], &mut out, written, flags);
        read += more;
        written += wrote;
        match status {
            TINFLStatus::Done => {
                out.truncate(written);
                return Ok((out, read));
            }
            TINFLStatus::HasMoreOutput if out.len() < most => {
                let len = (out.len() * 2).min(most);
                out.resize(len, 0);
            }
            TINFLStatus::NeedsMoreInput | TINFLStatus::FailedCannotMakeProgress => {
                return Err("unexpected end of file");
            }
            _ => return Err(FORMAT),
        }
    }
}

fn main(cx: &mut Cx<'_>, tool: &Tool) -> i32 {
    let given = match parse(cx, tool) {
        Ok(given) => given,
        Err(code) => return code,
    };
    let unpack = tool.name != "gzip" || given.has("d") || given.has("l") || given.has("t");
    let to_stdout = tool.name == "zcat" || given.has("c");
    let mut code = 0;
    if given.has("l") {
        cx.out("         compressed        uncompressed  ratio uncompressed_name\n");
    }
    let names = if given.operands.is_empty() { vec!["-".to_string()] } else { given.operands.clone() };
    for name in &names {
        let one = if name == "-" {
            let Some(bytes) = cx.stdin() else { return Cx::WAIT };
            stream(cx, &bytes, unpack, &given)
        } else if unpack {
            unpack_file(cx, name, &given, to_stdout)
        } else {
            pack_file(cx, name, &given, to_stdout)
        };
        code = if code == 1 { 1 } else { one.max(code) };
        if one == 1 {
            code = 1;
        }
    }
    code
}

fn level(given: &Given) -> u8 {
    let last = given.last(&["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    last.and_then(|text| text.parse().ok()).unwrap_or(6)
}

fn stream(cx: &mut Cx<'_>, bytes: &[u8], unpack: bool, given: &Given) -> i32 {
    if !unpack {
        cx.out(compress(bytes, None, 0, level(given)));
        return 0;
    }
    match uncompress(bytes) {
        Ok(text) => {
            if !given.has("t") && !given.has("l") {
                cx.out(text);
            }
            0
        }
        Err(message) => {
            cx.err(format!("\ngzip: stdin: {message}\n"));
            1
        }
    }
}

/// The bytes of a file that is one; else says why not.
fn read(cx: &mut Cx<'_>, name: &str, to_stdout: bool) -> Result<Vec<u8>, i32> {
    let path = cx.path(name);
    if cx.files().is_dir(&path) {
        cx.err(format!("gzip: {name} is a directory -- ignored\n"));
        return Err(2);
    }
    if !to_stdout && cx.files().lstat(&path).is_ok_and(|stat| stat.kind == vfs::Kind::Symlink) {
        cx.err(format!("gzip: {name} is a symbolic link -- skipping\n"));
        return Err(2);
    }
    match cx.files().read(&path).map(std::borrow::Cow::into_owned) {
        Ok(bytes) => Ok(bytes),
        Err(error) => {
            cx.err(format!("gzip: {name}: {error}\n"));
            Err(1)
        }
    }
}

fn pack_file(cx: &mut Cx<'_>, name: &str, given: &Given, to_stdout: bool) -> i32 {
    let suffix = given.value("S").unwrap_or(".gz");
    let bytes = match read(cx, name, to_stdout) {
        Ok(bytes) => bytes,
        Err(code) => return code,
    };
    if !to_stdout && name.ends_with(suffix) && !given.has("f") {
        cx.err(format!("gzip: {name} already has {suffix} suffix -- unchanged\n"));
        return 0;
    }
    let mtime = cx.files().stat(&cx.path(name)).map_or(0, |stat| stat.mtime);
    let secs = u32::try_from(mtime / 1_000_000).unwrap_or(0);
    let kept = if given.has("n") { None } else { Some(vfs::base_name(name)) };
    let packed = compress(&bytes, kept, if kept.is_some() { secs } else { 0 }, level(given));
    let ratio = (bytes.len(), packed.len());
    finish(cx, name, &format!("{name}{suffix}"), packed, ratio, given, to_stdout)
}

fn unpack_file(cx: &mut Cx<'_>, name: &str, given: &Given, to_stdout: bool) -> i32 {
    let suffix = given.value("S").unwrap_or(".gz");
    let there = cx.files().exists(&cx.path(name));
    let name = if !there && !name.ends_with(suffix) { format!("{name}{suffix}") } else { name.to_string() };
    let bytes = match read(cx, &name, to_stdout) {
        Ok(bytes) => bytes,
        Err(code) => return code,
    };
    let target = match (name.strip_suffix(suffix).or_else(|| name.strip_suffix(".gz")), name.strip_suffix(".tgz")) {
        (Some(stem), _) => stem.to_string(),
        (None, Some(stem)) => format!("{stem}.tar"),
        _ if to_stdout || given.has("t") || given.has("l") => name.clone(),
        _ => {
            cx.err(format!("gzip: {name}: unknown suffix -- ignored\n"));
            return 2;
        }
    };
    let text = match uncompress(&bytes) {
        Ok(text) => text,
        Err(message) => {
            cx.err(format!("\ngzip: {name}: {message}\n"));
            return 1;
        }
    };
    if given.has("l") {
        let ratio = percent(text.len(), bytes.len().saturating_sub(18));
        cx.out(format!("{:>19} {:>19} {ratio} {target}\n", bytes.len(), text.len()));
        return 0;
    }
    if given.has("t") {
        if given.has("v") {
            cx.err(format!("{name}:\t OK\n"));
        }
        return 0;
    }
    let ratio = (text.len(), bytes.len());
    finish(cx, &name, &target, text, ratio, given, to_stdout)
}

/// Writes the result, to standard output or in place of the file.
fn finish(
    cx: &mut Cx<'_>,
    name: &str,
    target: &str,
    bytes: Vec<u8>,
    (plain, packed): (usize, usize),
    given: &Given,
    to_stdout: bool,
) -> i32 {
    let ratio = percent(plain, packed.saturating_sub(18));
    if to_stdout {
        cx.out(bytes);
        if given.has("v") {
            cx.err(format!("{name}:\t{ratio}\n"));
        }
        return 0;
    }
    let (from, to, micros) = (cx.path(name), cx.path(target), cx.micros());
    if cx.files().exists(&to) && !given.has("f") {
        cx.err(format!("gzip: {target} already exists;\tnot overwritten\n"));
        return 2;
    }
    let stat = cx.files().stat(&from);
    let files = cx.files_mut();
    let written = files.write(&to, bytes, micros).and_then(|()| match stat {
        Ok(stat) => files.set_mode(&to, stat.mode).and_then(|()| files.set_mtime(&to, stat.mtime)),
        Err(_) => Ok(()),
    });
    if let Err(error) = written {
        cx.err(format!("gzip: {target}: {error}\n"));
        return 1;
    }
    let keeps = given.has("k");
    if !keeps && let Err(error) = cx.files_mut().remove_file(&from, micros) {
        cx.err(format!("gzip: {name}: {error}\n"));
        return 1;
    }
    if given.has("v") {
        let what = if keeps { "created" } else { "replaced with" };
        cx.err(format!("{name}:\t{ratio} -- {what} {target}\n"));
    }
    0
}

/// How much smaller, as `  5.5%`.
fn percent(plain: usize, packed: usize) -> String {
    let (plain, packed) = (i64::try_from(plain).unwrap_or(0), i64::try_from(packed).unwrap_or(0));
    let tenths = if plain == 0 { 0 } else { (plain - packed) * 1000 / plain };
    let sign = if tenths < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10);
    format!("{text:>5}%")
}
