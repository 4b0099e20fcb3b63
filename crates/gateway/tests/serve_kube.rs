//! `opsfest serve --kube` without a kubectl: what its HTTP answers, and that no request ends it or makes it grow.
#![expect(clippy::disallowed_types, reason = "a server is waited for in real time")]

use gateway::kube::{Pace, Server, serve};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn server() -> Server {
    let mut world = session::empty_world(1);
    for n in 1..=2 {
        let shape = cluster::NodeShape::worker(format!("node-{n}"), 4_000, 8 << 30);
        world.api(|cluster, sim| cluster.add_node(sim, &shape, &sim::Causes::none())).expect("a valid node");
    }
    serve(world, ([127, 0, 0, 1], 0).into(), Pace::WhileWatched(50)).expect("a free port")
}

/// Sends bytes, and reads until the server or the patience ends.
fn talk(server: &Server, bytes: &[u8]) -> String {
    let url = server.url();
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a time-out");
    // A server that refuses early may close before it has read everything.
    let sent = stream.write_all(bytes).and_then(|()| stream.shutdown(std::net::Shutdown::Write));
    let mut out = Vec::new();
    let read = stream.read_to_end(&mut out);
    assert!(sent.is_ok() || read.is_ok() || !out.is_empty() || bytes.len() > 1_000, "nobody answered");
    String::from_utf8_lossy(&out).into_owned()
}

fn ask(server: &Server, method: &str, path: &str, more: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n{more}Content-Length: {length}\r\n\r\n{body}");
    let reply = talk(server, text.as_bytes());
    let code = reply.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    (code, reply.split_once("\r\n\r\n").map_or(String::new(), |(_, body)| body.to_string()))
}

#[test]
fn objects_are_made_read_and_deleted() {
    let server = server();
    let path = "/api/v1/namespaces/default/configmaps";
    let body = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"y"}}"#;
    let (code, text) = ask(&server, "POST", path, "User-Agent: kubectl/v1.32\r\n", body);
    assert_eq!(code, 201, "{text}");
    let (code, text) = ask(&server, "GET", &format!("{path}/a"), "", "");
    assert!(code == 200 && text.contains(r#""data":{"x":"y"}"#), "{text}");
    let table = "Accept: application/json;as=Table;v=v1;g=meta.k8s.io\r\n";
    let (code, text) = ask(&server, "GET", &format!("{path}?limit=500"), table, "");
    assert!(code == 200 && text.contains(r#""kind":"Table""#) && text.contains(r#""cells":["a","1""#), "{text}");
    let (code, text) = ask(
        &server,
        "PATCH",
        &format!("{path}/a"),
        "Content-Type: application/merge-patch+json\r\n",
        r#"{"data":{"x":null}}"#,
    );
    assert!(code == 200 && !text.contains(r#""x":"y""#), "{text}");
    let (code, text) = ask(&server, "DELETE", &format!("{path}/a"), "", "");
    assert!(code == 200 && text.contains(r#""status":"Success""#), "{text}");
    let (code, text) = ask(&server, "GET", &format!("{path}/a"), "", "");
    assert!(code == 404 && text.contains(r#"configmaps \"a\" not found"#), "{text}");
    let (code, _) = ask(&server, "GET", "/apis/nope/v1/things", "", "");
    assert_eq!(code, 404);
    assert_eq!(ask(&server, "GET", "/readyz", "", ""), (200, "ok".into()));
}

#[test]
fn a_watch_tells_what_changes() {
    let server = server();
    let url = server.url();
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a time-out");
    let text = "GET /api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=2 HTTP/1.1\r\n\r\n";
    stream.write_all(text.as_bytes()).expect("it takes requests");
    let body = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"#;
    let path = "/api/v1/namespaces/default/configmaps";
    assert_eq!(ask(&server, "POST", path, "", body).0, 201);
    assert_eq!(ask(&server, "DELETE", &format!("{path}/a"), "", "").0, 200);
    let mut out = String::new();
    let began = Instant::now();
    let mut bytes = [0; 4_096];
    while began.elapsed() < Duration::from_secs(5) && !out.contains("DELETED") {
        let Ok(read) = stream.read(&mut bytes) else { break };
        out.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    assert!(out.contains(r#""type":"ADDED""#) && out.contains(r#""type":"DELETED""#), "{out}");
}

/// A small generator, so that each run sends the same.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % below
    }

    fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.next(words.len())]
    }
}

/// A request that is wrong somewhere.
fn wrong(dice: &mut Dice) -> Vec<u8> {
    const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "get", "", "GET GET", "OPTIONS"];
    const PATHS: &[&str] = &[
        "/api/v1/namespaces/default/pods",
        "/api/v1/namespaces/default/pods/x/exec?command=ls",
        "/api/v1/namespaces/default/pods/x/log?follow=true",
        "/api/v1/pods?watch=true&resourceVersion=x",
        "/api/v1/namespaces//pods/",
        "/apis/apps/v1/namespaces/default/deployments/x/scale",
        "/apis/%ff/%00/../..",
        "/openapi/v3/apis/nope",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        "nopath",
        "/api/v1/namespaces/default/serviceaccounts/default/token",
        "/api/v1/nodes?labelSelector=%21%21%3D&fieldSelector=,,=",
    ];
    const HEADERS: &[&str] = &[
        "",
        "no colon\r\n",
        "Content-Type: application/json-patch+json\r\n",
        "Content-Type: application/strategic-merge-patch+json\r\n",
        "Content-Type: application/apply-patch+yaml\r\n",
        "Content-Length: 99999999999\r\n",
        "Content-Length: -1\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Upgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n",
        "Authorization: Bearer a.b.c\r\n",
        "Impersonate-User: \r\n",
        "Accept: application/json;as=Table;v=v1;g=meta.k8s.io\r\n",
    ];
    const BODIES: &[&str] = &[
        "",
        "{",
        "[]",
        "null",
        "{\"kind\":\"Pod\"}",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":7},\"spec\":[]}",
        "k8s\0\u{1}\u{2}\u{3}",
        "k8s\0\n\u{c}\n\u{2}v1\u{12}\u{6}Secret\u{12}\u{7f}",
        "[{\"op\":\"add\",\"path\":\"/a/b/c/d\"}]",
        "zzzz\r\nhello",
        "ffffffffffffffff\r\n",
    ];
    let mut text = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", dice.of(METHODS), dice.of(PATHS));
    text.push_str(dice.of(HEADERS));
    let mut body = dice.of(BODIES).to_string();
    if dice.next(20) == 0 {
        body = "[".repeat(20_000);
    }
    if !text.contains("Content-Length") && !text.contains("Transfer") {
        text.push_str(&format!("Content-Length: {}\r\n", body.len() + dice.next(2)));
    }
    text.push_str("\r\n");
    text.push_str(&body);
    let mut bytes = text.into_bytes();
    match dice.next(6) {
        0 => bytes.truncate(dice.next(bytes.len())),
        1 => {
            let at = dice.next(bytes.len());
            bytes[at] = u8::try_from(dice.next(256)).unwrap_or(0);
        }
        2 => bytes = (0..dice.next(2_000)).map(|_| u8::try_from(dice.next(256)).unwrap_or(0)).collect(),
        _ => {}
    }
    bytes
}

#[test]
fn a_thousand_malformed_requests_neither_end_it_nor_make_it_grow() {
    let server = server();
    let before = server.world();
    let mut dice = Dice(7);
    let mut answered = 0;
    for _ in 0..1_000 {
        let bytes = wrong(&mut dice);
        answered += usize::from(talk(&server, &bytes).starts_with("HTTP/1.1 "));
    }
    assert!(answered > 500, "only {answered} were answered");
    let began = Instant::now();
    while server.connections() > 0 && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(server.connections(), 0, "every connection has ended");
    let after = server.world();
    let (old, new) = (before.cluster.store(), after.cluster.store());
    let count =
        |store: &cluster::Store| store.kinds().iter().map(|kind| store.all(kind.id, None).count()).sum::<usize>();
    assert_eq!(count(old), count(new), "nothing was stored");
    assert_eq!(ask(&server, "GET", "/readyz", "", ""), (200, "ok".into()), "it still answers");
}

#[test]
fn too_many_connections_are_refused() {
    let server = server();
    let url = server.url();
    let all: Vec<TcpStream> =
        (0..140).map(|_| TcpStream::connect(url.trim_start_matches("http://")).expect("it listens")).collect();
    let began = Instant::now();
    while server.connections() < 128 && began.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(server.connections(), 128);
    drop(all);
}
