//! `curl`: one HTTP request after another to the services of this world, with the words of curl 7.88.
//!
//! It asks once and never again, sends nothing but GET and HEAD, and reaches nothing outside the world.

use super::curl_options::{Given, Stop, parse};
use super::curl_url::{Url, read_url};
use shell::clock::strftime;
use workload::Response;
use world::Cx;

const NAME: &str = "curl/7.88.1";
const TRY: &str = "try 'curl --help' or 'curl --manual' for more information";

/// How one request ended.
struct Done {
    /// curl's exit code: 0, or what went wrong.
    code: i32,
    error: String,
    status: u16,
    content_type: String,
    /// Bytes of the body that were written.
    size: usize,
    ms: u32,
}

impl Done {
    fn failed(code: i32, error: impl Into<String>) -> Self {
        Self { code, error: error.into(), status: 0, content_type: String::new(), size: 0, ms: 0 }
    }
}

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let given = match parse(&cx.args()) {
        Ok(given) => given,
        Err(Stop::Help(text)) => {
            cx.out(text);
            return 0;
        }
        Err(Stop::Nothing) => {
            cx.err(format!("curl: {TRY}\n"));
            return 2;
        }
        Err(Stop::Wrong(message)) => {
            cx.err(format!("curl: {message}\ncurl: {TRY}\n"));
            return 2;
        }
        Err(Stop::Missing(what)) => {
            cx.err(format!("curl: {what} is real curl, but not part of this sandbox yet\n"));
            return 2;
        }
    };
    let mut code = 0;
    for (at, text) in given.urls.iter().enumerate() {
        let done = match read_url(text) {
            Ok(url) => request(cx, &given, &url, given.outputs.get(at).map(String::as_str)),
            Err((code, error)) => Done::failed(code, error),
        };
        if done.code != 0 && given.tells_errors() {
            cx.err(format!("curl: ({}) {}\n", done.code, done.error));
        }
        if let Some(format) = &given.write_out {
            let (told, unknown) = write_out(format, text, &given, &done);
            cx.out(told);
            for name in unknown {
                cx.err(format!("curl: unknown --write-out variable: '{name}'\n"));
            }
        }
        code = done.code;
    }
    code
}

fn request(cx: &mut Cx<'_>, given: &Given, url: &Url, output: Option<&str>) -> Done {
    let method = given.method();
    let response = match ask(cx, given, url) {
        Ok(response) => response,
        Err((code, error)) => {
            if given.verbose {
                cx.err(format!("* {error}\n* Closing connection 0\n"));
            }
            return Done::failed(code, error);
        }
    };
    if let Some(limit) = given.max_ms.filter(|limit| response.ms > *limit) {
        return Done::failed(28, format!("Operation timed out after {limit} milliseconds with 0 bytes received"));
    }
    let head = head(cx, &response);
    if given.verbose {
        tell_exchange(cx, given, url, method, &head);
    }
    let refused = given.fail && response.status >= 400;
    let body = if method == "HEAD" || refused { "" } else { response.body.as_str() };
    let size = body.len();
    let mut text = String::new();
    if given.include || given.head {
        text.push_str(&head);
    }
    text.push_str(body);
    let mut done = Done {
        code: 0,
        error: String::new(),
        status: response.status,
        content_type: response.content_type.to_string(),
        size,
        ms: response.ms,
    };
    if !write(cx, output, &text) {
        (done.code, done.error, done.size) = (23, "Failure writing output to destination".into(), 0);
    } else if refused {
        (done.code, done.error) = (22, format!("The requested URL returned error: {}", response.status));
    }
    done
}

/// Asks the world. A service answers on the ports that it declares; the shop's own host on port 80.
fn ask(cx: &mut Cx<'_>, given: &Given, url: &Url) -> Result<Response, (i32, String)> {
    let headers: Vec<&str> = given.headers.iter().map(String::as_str).collect();
    let host = header(&headers, "host").unwrap_or(&url.host);
    reach(cx, (host, bearer(&headers)), url).map_err(|(code, why)| match given.max_ms {
        Some(limit) if code == 28 => (28, format!("Connection timed out after {limit} milliseconds")),
        _ => (code, why),
    })
}

/// The value of a header.
pub(super) fn header<'a>(headers: &[&'a str], wanted: &str) -> Option<&'a str> {
    headers.iter().find_map(|header| {
        let (name, value) = header.split_once(':')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim())
    })
}

/// The key that `Authorization: Bearer` shows; empty where there is none.
pub(super) fn bearer<'a>(headers: &[&'a str]) -> &'a str {
    let (scheme, key) = header(headers, "authorization").and_then(|value| value.split_once(' ')).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") { key.trim() } else { "" }
}

/// One request with a host's name and a key; the error is curl's code (6 no such host, 7 refused, 28 no answer) and words.
pub(super) fn reach(cx: &mut Cx<'_>, (header, shows): (&str, &str), url: &Url) -> Result<Response, (i32, String)> {
    let machine = cx.machine_id();
    if matches!(url.host.as_str(), "localhost" | "127.0.0.1") {
        let refused =
            format!("Failed to connect to {} port {} after 0 ms: Couldn't connect to server", url.host, url.port);
        return cx.world.docker_get(&machine, url.port, (&url.path, shows)).ok_or((7, refused));
    }
    if machine.0.starts_with(world::DOCKER)
        && let Some(one) = cx.world.docker_neighbour(&machine, &url.host)
    {
        let refused =
            format!("Failed to connect to {} port {} after 0 ms: Couldn't connect to server", url.host, url.port);
        return cx.world.workload.ask(&one.key(), url.port, (&url.path, shows), cx.now()).ok_or((7, refused));
    }
    let answer = cx.world.http_get(&machine, (&url.host, header), (&url.path, shows));
    let closed = |port: u16| {
        (7, format!("Failed to connect to {} port {port} after 1 ms: Couldn't connect to server", url.host))
    };
    match answer {
        // Unlike curl: a wait for an answer that never comes costs no time here.
        Err((6 | 28, _)) => answer,
        _ if !is_open(cx, &url.host, url.port) => Err(closed(url.port)),
        Err((7, _)) => Err(closed(url.port)),
        other => other,
    }
}

fn is_open(cx: &Cx<'_>, host: &str, port: u16) -> bool {
    // The shop's own host and an ingress are open on port 80 only.
    let service = host.contains('.').then(|| {
        let mut parts = host.split('.');
        (parts.next().unwrap_or_default().to_string(), parts.next().unwrap_or_default().to_string())
    });
    let (service, namespace) = service.unwrap_or_else(|| {
        let found = cx.world.service_behind(&cx.machine_id(), host).unwrap_or_default();
        (found.1, found.0)
    });
    match cx.world.cluster.store().get(cluster::SERVICE, &namespace, &service) {
        Some(object) => {
            object.value.list_at("spec.ports").iter().any(|one| one.int_at("port") == Some(i64::from(port)))
        }
        None => port == 80,
    }
}

/// The status line and the headers, with the blank line behind them. A terminal would not show the carriage returns.
pub(super) fn head(cx: &Cx<'_>, response: &Response) -> String {
    let date = strftime("%a, %d %b %Y %H:%M:%S GMT", cx.now());
    let lines = [
        format!("HTTP/1.1 {} {}", response.status, response.reason),
        format!("Content-Type: {}", response.content_type),
        format!("Date: {date}"),
        format!("Content-Length: {}", response.body.len()),
        String::new(),
    ];
    lines.iter().map(|line| format!("{line}\r\n")).collect()
}

/// What `-v` tells on standard error.
// Unlike curl: the lines about addresses are left out, since names lead to services here and not to addresses.
fn tell_exchange(cx: &mut Cx<'_>, given: &Given, url: &Url, method: &str, head: &str) {
    let port = if url.port == 80 { String::new() } else { format!(":{}", url.port) };
    let mut lines = vec![format!("{method} {} HTTP/1.1", url.path), format!("Host: {}{port}", url.host)];
    lines.push(format!("User-Agent: {NAME}"));
    lines.push("Accept: */*".into());
    lines.extend(given.headers.iter().cloned());
    lines.push(String::new());
    let mut text: String = lines.iter().map(|line| format!("> {line}\r\n")).collect();
    text.extend(head.split_inclusive('\n').map(|line| format!("< {line}")));
    text.push_str(&format!("* Connection #0 to host {} left intact\n", url.host));
    cx.err(text);
}

/// Whether the bytes got where they should.
fn write(cx: &mut Cx<'_>, output: Option<&str>, text: &str) -> bool {
    match output {
        None | Some("-") => cx.out(text),
        Some("/dev/null") => {}
        Some(name) => {
            let (path, micros) = (cx.path(name), cx.micros());
            return cx.files_mut().write(&path, text.as_bytes(), micros).is_ok();
        }
    }
    true
}

/// `-w`: the filled text, and the names in it that mean nothing.
fn write_out(format: &str, url: &str, given: &Given, done: &Done) -> (String, Vec<String>) {
    let (mut out, mut unknown) = (String::new(), Vec::new());
    let mut rest = format;
    while let Some(at) = rest.find(['%', '\\']) {
        out.push_str(&rest[..at]);
        let here = &rest[at..];
        let (text, len) = match here.as_bytes() {
            [b'%', b'%', ..] => ("%".to_string(), 2),
            [b'%', b'{', ..] => match here.find('}') {
                Some(end) => {
                    let name = &here[2..end];
                    let value = variable(name, url, given, done);
                    if value.is_none() {
                        unknown.push(name.to_string());
                    }
                    (value.unwrap_or_default(), end + 1)
                }
                None => ("%{".to_string(), 2),
            },
            [b'\\', ..] => escaped(here),
            _ => (here[..1].to_string(), 1),
        };
        out.push_str(&text);
        rest = &here[len..];
    }
    out.push_str(rest);
    (out, unknown)
}

/// `\n`, `\r` and `\t`; before any other letter the backslash stays.
fn escaped(here: &str) -> (String, usize) {
    match here.chars().nth(1) {
        Some('n') => ("\n".into(), 2),
        Some('r') => ("\r".into(), 2),
        Some('t') => ("\t".into(), 2),
        Some(other) => (format!("\\{other}"), 1 + other.len_utf8()),
        None => ("\\".into(), 1),
    }
}

// Unlike curl: the variables that this world has nothing to say about are told as unknown.
fn variable(name: &str, url: &str, given: &Given, done: &Done) -> Option<String> {
    Some(match name {
        "http_code" | "response_code" => format!("{:03}", done.status),
        "time_total" => format!("{}.{:03}000", done.ms / 1_000, done.ms % 1_000),
        "size_download" => done.size.to_string(),
        "content_type" => done.content_type.clone(),
        "method" => given.method().to_string(),
        "exitcode" => done.code.to_string(),
        "errormsg" => done.error.clone(),
        "url" => url.to_string(),
        "url_effective" => match read_url(url) {
            Ok(parts) => parts.to_string(),
            Err(_) => url.to_string(),
        },
        _ => return None,
    })
}
