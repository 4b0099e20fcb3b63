//! `go mod download`, `go build`, `go test`.

use super::sizes;
use super::{Act, Plan, load_ms, missing, stand_in};
use world::Cx;

const LOAD_PER_SEC: u64 = 8_000_000;
/// A small server with the standard library, with and without its symbols.
const BINARY_BYTES: u64 = 9_700_000;
const STRIPPED_BYTES: u64 = 6_600_000;
const CACHE_BYTES: u64 = 61_000_000;
const COLD_MS: u64 = 14_000;
const WARM_MS: u64 = 900;

pub(super) fn plan(cx: &Cx<'_>) -> Plan {
    let args = cx.args();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.first().copied() {
        Some("version") => Ok(vec![Act::Say("go version go1.24.7 linux/amd64\n".into())]),
        Some("mod") if words.get(1) == Some(&"download") => download(cx),
        Some("mod") => Err(missing(&["go mod ", words.get(1).unwrap_or(&"")].concat())),
        Some("build" | "install") => build(cx, &words[1..]),
        Some("vet" | "fmt" | "generate") => Ok(vec![Act::Wait(1_200)]),
        Some("test") => {
            let mut acts = compile(cx)?;
            acts.push(Act::Say(format!("ok  \t{}\t0.012s\n", module(cx).unwrap_or_default())));
            Ok(acts)
        }
        Some(other) => Err(missing(&["go ", other].concat())),
        None => Err(missing("go")),
    }
}

fn module(cx: &Cx<'_>) -> Option<String> {
    let text = cx.files().read_text(&cx.path("go.mod")).ok()?;
    text.lines().find_map(|line| line.strip_prefix("module ")).map(|name| name.trim().to_string())
}

fn no_module() -> (String, i32) {
    ("go: go.mod file not found in current directory or any parent directory; see 'go help modules'\n".into(), 1)
}

fn cached(cx: &Cx<'_>) -> String {
    cx.env("GOCACHE").unwrap_or_else(|| vfs::join(&cx.env("HOME").unwrap_or_else(|| "/root".into()), ".cache/go-build"))
}

/// Every module that `go.mod` asks for and that is not there.
fn download(cx: &Cx<'_>) -> Plan {
    let Ok(text) = cx.files().read_text(&cx.path("go.mod")) else { return Err(no_module()) };
    let mut acts = Vec::new();
    let path = cx.env("GOPATH").unwrap_or_else(|| "/root/go".into());
    for line in text.lines() {
        let line = line.trim().trim_start_matches("require ").trim();
        let mut words = line.split_whitespace();
        let (Some(name), Some(version)) = (words.next(), words.next()) else { continue };
        if !name.contains('.') || !version.starts_with('v') {
            continue;
        }
        let folder = vfs::join(&path, &["pkg/mod/", name, "@", version, "/source"].concat());
        if cx.files().exists(&folder) {
            continue;
        }
        let package = sizes::go(name);
        acts.push(Act::Wait(180 + load_ms(package.bytes * 2, LOAD_PER_SEC)));
        acts.push(stand_in(folder, package.bytes * 2, &[name, "@", version].concat(), 0o444));
    }
    Ok(acts)
}

/// Compiling: what the cache has is quick.
fn compile(cx: &Cx<'_>) -> Plan {
    if module(cx).is_none() {
        return Err(no_module());
    }
    let mut acts = download(cx)?;
    let kept = vfs::join(&cached(cx), "objects");
    let warm = cx.files().exists(&kept);
    acts.push(Act::Wait(if warm { WARM_MS } else { COLD_MS }));
    if !warm {
        acts.push(stand_in(kept, CACHE_BYTES, "compiled packages", 0o644));
    }
    Ok(acts)
}

fn build(cx: &Cx<'_>, words: &[&str]) -> Plan {
    let mut acts = compile(cx)?;
    let out = words.iter().position(|word| *word == "-o").and_then(|at| words.get(at + 1));
    let name = module(cx).unwrap_or_default();
    let name = vfs::base_name(&name).to_string();
    let stripped = words.iter().any(|word| word.contains("-s") && word.contains("-w"));
    let path = match out {
        Some(out) if out.ends_with('/') || cx.files().is_dir(&cx.path(out)) => vfs::join(&cx.path(out), &name),
        Some(out) => cx.path(out),
        None => cx.path(&name),
    };
    // A program differs by its source: another one is another file.
    let sum = source_sum(cx);
    let size = (if stripped { STRIPPED_BYTES } else { BINARY_BYTES }) + sum % 4_096;
    acts.push(stand_in(path, size, &[&name, ", compiled"].concat(), 0o755));
    Ok(acts)
}

fn source_sum(cx: &Cx<'_>) -> u64 {
    let files = cx.files();
    let all = files.walk(&cx.cwd(), &mut |_| true).unwrap_or_default();
    let sources = all.iter().filter(|(path, _)| path.ends_with(".go"));
    sources.fold(7, |sum, (path, _)| {
        files
            .read(path)
            .unwrap_or_default()
            .iter()
            .fold(sum, |sum, byte| sum.wrapping_mul(131).wrapping_add(u64::from(*byte)))
    })
}
