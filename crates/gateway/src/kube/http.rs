//! HTTP/1.1 as far as an API server needs it: requests with a length or in chunks, replies whole or in chunks. What a
//! request may cost is bounded: its head, its body, and the time that it takes to arrive.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const LINE_MAX: u64 = 16 << 10;
const HEADERS_MAX: usize = 100;
const BODY_MAX: usize = 8 << 20;
/// A client that says nothing for this long is let go.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// A request.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub method: String,
    /// Without the query, decoded.
    pub path: String,
    pub query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// A header by its name in small letters.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Every header of a name.
    pub fn headers<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter of the query; empty where it is not given.
    pub fn asked(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub fn is_set(&self, name: &str) -> bool {
        matches!(self.asked(name), "true" | "1")
    }
}

/// Why no request came.
#[derive(Debug)]
pub(super) enum Silence {
    /// The other end is done.
    Closed,
    /// It is no HTTP, or too much of it: the code, and why.
    Refused(u16, &'static str),
}

/// Reads one request.
pub(super) fn read(reader: &mut BufReader<TcpStream>) -> Result<Request, Silence> {
    let first = line(reader)?;
    let mut words = first.split(' ');
    let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next()) else {
        return Err(Silence::Refused(400, "malformed request line"));
    };
    let named = !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
    if !named || !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return Err(Silence::Refused(400, "malformed request line"));
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key, true), decoded(value, true))
    };
    let query = query.split('&').filter(|part| !part.is_empty()).take(HEADERS_MAX).map(pair).collect();
    let mut request = Request { method: method.into(), path: decoded(path, false), query, ..Request::default() };
    loop {
        let text = line(reader)?;
        if text.is_empty() {
            break;
        }
        let Some((name, value)) = text.split_once(':') else {
            return Err(Silence::Refused(400, "malformed header"));
        };
        if request.headers.len() >= HEADERS_MAX {
            return Err(Silence::Refused(431, "too many headers"));
        }
        request.headers.push((name.trim().to_ascii_lowercase(), value.trim().into()));
    }
    request.body = body(reader, &request)?;
    Ok(request)
}

/// A line without its end.
fn line(reader: &mut BufReader<TcpStream>) -> Result<String, Silence> {
    let mut bytes = Vec::new();
    let read = reader.by_ref().take(LINE_MAX).read_until(b'\n', &mut bytes).map_err(|_| Silence::Closed)?;
    if read == 0 {
        return Err(Silence::Closed);
    }
    if bytes.last() != Some(&b'\n') {
        return Err(Silence::Refused(431, "line too long"));
    }
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    String::from_utf8(bytes).map_err(|_| Silence::Refused(400, "not text"))
}

fn body(reader: &mut BufReader<TcpStream>, request: &Request) -> Result<Vec<u8>, Silence> {
    if request.header("transfer-encoding").eq_ignore_ascii_case("chunked") {
        return chunked(reader);
    }
    let length = match request.header("content-length") {
        "" => return Ok(Vec::new()),
        text => text.parse::<usize>().map_err(|_| Silence::Refused(400, "bad content length"))?,
    };
    exactly(reader, length)
}

fn exactly(reader: &mut BufReader<TcpStream>, length: usize) -> Result<Vec<u8>, Silence> {
    if length > BODY_MAX {
        return Err(Silence::Refused(413, "body too large"));
    }
    let mut bytes = Vec::new();
    let read = reader.by_ref().take(length as u64).read_to_end(&mut bytes).map_err(|_| Silence::Closed)?;
    if read == length { Ok(bytes) } else { Err(Silence::Closed) }
}

fn chunked(reader: &mut BufReader<TcpStream>) -> Result<Vec<u8>, Silence> {
    let mut all = Vec::new();
    loop {
        let head = line(reader)?;
        let length = head.split(';').next().unwrap_or("").trim();
        let length = usize::from_str_radix(length, 16).map_err(|_| Silence::Refused(400, "bad chunk"))?;
        if length == 0 {
            while !line(reader)?.is_empty() {}
            return Ok(all);
        }
        if all.len() + length > BODY_MAX {
            return Err(Silence::Refused(413, "body too large"));
        }
        all.extend(exactly(reader, length)?);
        line(reader)?;
    }
}

/// `%2F` and, in queries, `+`.
fn decoded(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if plus && bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn phrase(code: u16) -> &'static str {
    match code {
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        410 => "Gone",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

/// Sends a whole reply.
pub(super) fn send(stream: &mut TcpStream, code: u16, kind: &str, body: &[u8], more: &str) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {code} {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{more}\r\n",
        phrase(code),
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

/// Begins a reply whose parts follow.
pub(super) fn begin_chunks(stream: &mut TcpStream, kind: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n");
    stream.write_all(head.as_bytes())
}

pub(super) fn chunk(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut all = format!("{:x}\r\n", bytes.len()).into_bytes();
    all.extend_from_slice(bytes);
    all.extend_from_slice(b"\r\n");
    stream.write_all(&all)
}

pub(super) fn end_chunks(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"0\r\n\r\n")
}

/// Whether the other end has gone, without waiting for it.
pub(super) fn hung_up(stream: &TcpStream) -> bool {
    if stream.set_nonblocking(true).is_err() {
        return true;
    }
    let gone = match stream.peek(&mut [0]) {
        Ok(read) => read == 0,
        Err(why) => why.kind() != std::io::ErrorKind::WouldBlock,
    };
    stream.set_nonblocking(false).is_err() || gone
}
