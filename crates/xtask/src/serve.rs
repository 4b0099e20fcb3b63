//! `cargo xtask serve`: the built site on loopback, sent as a good static host does: right types, packed by
//! brotli or gzip, for ever what is named by its content.

use crate::flags::{Flags, Usage};
use crate::process::say;
use crate::{files, pack, setup, site};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

const PORT: u16 = 8000;
const HEAD_BYTES_MAX: u64 = 64 * 1024;

pub fn run(mut flags: Flags) -> Result<()> {
    let wanted = flags.value("--port")?;
    flags.done()?;
    let port = wanted.map(|word| word.parse::<u16>().map_err(|_| Usage(format!("`{word}` is no port")))).transpose()?;
    setup::for_build()?;
    site::build_if_needed()?;
    let listener = bind(port)?;
    let address = listener.local_addr().context("asking for the address")?;
    say("serving dist/, Ctrl-C ends");
    println!("http://{address}/");
    let site = Arc::new(Site { root: site::dist(), packed: Mutex::default() });
    for stream in listener.incoming().flatten() {
        let site = Arc::clone(&site);
        std::thread::spawn(move || {
            if let Err(error) = site.answer(stream) {
                eprintln!("serve: {error:#}");
            }
        });
    }
    Ok(())
}

/// The port that is asked for, or the usual one, or any free one.
fn bind(port: Option<u16>) -> Result<TcpListener> {
    let open = |port: u16| TcpListener::bind(("127.0.0.1", port));
    match port {
        Some(port) => open(port).with_context(|| format!("port {port} cannot be used")),
        None => open(PORT).or_else(|_| open(0)).context("no port is free"),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Coding {
    Brotli,
    Gzip,
}

type Packed = BTreeMap<(PathBuf, Coding), (SystemTime, Arc<Vec<u8>>)>;

#[derive(Debug)]
struct Site {
    root: PathBuf,
    packed: Mutex<Packed>,
}

/// What the head of a request asks for.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    method: String,
    path: String,
    coding: Option<Coding>,
}

#[derive(Debug)]
struct Response {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Arc<Vec<u8>>,
}

impl Site {
    fn answer(&self, mut stream: TcpStream) -> Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(10))).context("setting a limit")?;
        let Some(request) = read_request(&stream) else {
            return Ok(());
        };
        let response = self.respond(&request)?;
        let mut head = format!("HTTP/1.1 {}\r\n", response.status);
        for (name, value) in &response.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n\r\n", response.body.len()));
        let body: &[u8] = if request.method == "HEAD" { &[] } else { &response.body };
        // A browser that goes away in the middle is no error of ours.
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).ok();
        Ok(())
    }

    fn respond(&self, request: &Request) -> Result<Response> {
        if !["GET", "HEAD"].contains(&request.method.as_str()) {
            return Ok(Response { status: "405 Method Not Allowed", headers: vec![], body: Arc::default() });
        }
        let below = request.path.trim_start_matches('/');
        let file = self.root.join(below);
        let inside = !below.split('/').any(|part| part == "..");
        if inside && file.is_dir() && !request.path.ends_with('/') {
            let headers = vec![("Location", format!("{}/", request.path))];
            return Ok(Response { status: "301 Moved Permanently", headers, body: Arc::default() });
        }
        let file = if file.is_dir() { file.join("index.html") } else { file };
        if inside && file.is_file() {
            return self.send("200 OK", &file, request.coding);
        }
        self.send("404 Not Found", &self.root.join("404.html"), request.coding)
    }

    fn send(&self, status: &'static str, file: &Path, coding: Option<Coding>) -> Result<Response> {
        let kind = media_type(file);
        let coding = coding.filter(|_| kind.packs);
        let lasting = files::relative(&self.root, file).starts_with("engine/") && !file.ends_with("current.json");
        let age = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
        let mut headers = vec![("Content-Type", kind.name.to_owned()), ("Cache-Control", age.to_owned())];
        let body = match coding {
            None => Arc::new(files::read(file)?),
            Some(coding) => {
                let word = if coding == Coding::Brotli { "br" } else { "gzip" };
                headers.push(("Content-Encoding", word.to_owned()));
                headers.push(("Vary", "Accept-Encoding".to_owned()));
                self.pack(file, coding)?
            }
        };
        Ok(Response { status, headers, body })
    }

    /// Packs a file once for as long as it stays as it is.
    fn pack(&self, file: &Path, coding: Coding) -> Result<Arc<Vec<u8>>> {
        let written = file.metadata().and_then(|data| data.modified()).context("looking at a file's time")?;
        let key = (file.to_path_buf(), coding);
        let known = self.packed.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((time, bytes)) = known
            && time == written
        {
            return Ok(bytes);
        }
        let raw = files::read(file)?;
        let bytes = Arc::new(match coding {
            Coding::Brotli => pack::brotli(&raw, pack::QUICK)?,
            Coding::Gzip => pack::gzip(&raw)?,
        });
        let entry = (written, Arc::clone(&bytes));
        self.packed.lock().unwrap_or_else(PoisonError::into_inner).insert(key, entry);
        Ok(bytes)
    }
}

/// Nothing when the browser only opened the connection, or sent what is no request.
fn read_request(stream: &TcpStream) -> Option<Request> {
    let lines = BufReader::new(stream.take(HEAD_BYTES_MAX)).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    parse(&head)
}

fn parse(head: &[String]) -> Option<Request> {
    let mut words = head.first()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let path = decode(target.split(['?', '#']).next()?);
    let accepted = head.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("accept-encoding").then(|| value.to_ascii_lowercase())
    });
    let accepts = |coding: &str| accepted.as_ref().is_some_and(|list| list.split(',').any(|one| one.trim() == coding));
    let coding = if accepts("br") { Some(Coding::Brotli) } else { accepts("gzip").then_some(Coding::Gzip) };
    Some(Request { method: method.to_owned(), path, coding })
}

/// Percent signs back to the bytes they stand for.
fn decode(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[derive(Debug, PartialEq, Eq)]
struct MediaType {
    name: &'static str,
    /// Whether packing it makes it smaller.
    packs: bool,
}

fn media_type(file: &Path) -> MediaType {
    let end = file.extension().unwrap_or_default().to_string_lossy().into_owned();
    let name = match end.as_str() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "md" | "txt" | "yaml" | "yml" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    MediaType { name, packs: !name.starts_with("image/png") && name != "application/octet-stream" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_without_its_query() {
        let head = ["GET /a%20b/?x=1 HTTP/1.1".to_owned(), "Accept-Encoding: gzip, br".to_owned()];
        let expected = Request { method: "GET".to_owned(), path: "/a b/".to_owned(), coding: Some(Coding::Brotli) };
        assert_eq!(parse(&head), Some(expected));
        assert_eq!(parse(&[]), None);
    }

    #[test]
    fn nothing_outside_the_site_is_sent() {
        let site = Site { root: PathBuf::from(env!("CARGO_MANIFEST_DIR")), packed: Mutex::default() };
        let request = |path: &str| Request { method: "GET".to_owned(), path: path.to_owned(), coding: None };
        assert_eq!(site.respond(&request("/Cargo.toml")).unwrap().status, "200 OK");
        assert_eq!(site.respond(&request("/src")).unwrap().status, "301 Moved Permanently");
        // There is no 404.html here, so a refusal is an error.
        assert!(site.respond(&request("/../sim/Cargo.toml")).is_err());
        assert!(site.respond(&request("//etc/passwd")).is_err());
    }

    #[test]
    fn wasm_has_its_type() {
        assert_eq!(media_type(Path::new("a_bg.wasm")), MediaType { name: "application/wasm", packs: true });
        assert_eq!(decode("%zz%"), "%zz%");
    }
}
