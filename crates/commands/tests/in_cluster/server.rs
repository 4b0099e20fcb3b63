//! The reading half of an API server over the sandbox's store, so that a real kubectl can look at the same objects.

use cluster::{Cluster, FieldSelector, KindInfo, LabelSelector, Selectors};
use manifest::{Value, list, object};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// Serves a copy of the cluster; the address that it listens on. It ends with the test.
pub fn serve(cluster: Cluster, now: sim::Time) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(&cluster, now, stream);
        }
    });
    format!("http://{address}")
}

fn answer(cluster: &Cluster, now: sim::Time, mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut first = String::new();
    if reader.read_line(&mut first).is_err() {
        return;
    }
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        line.clear();
    }
    let url = first.split(' ').nth(1).unwrap_or("/").to_string();
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let (code, body) = match lease(cluster, now, path).or_else(|| reply(cluster, path, query)) {
        Some(value) => ("200 OK", value),
        None => ("404 Not Found", missing(cluster, path)),
    };
    let text = body.to_json();
    let head = format!(
        "HTTP/1.1 {code}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        text.len()
    );
    let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes()));
    assert!(sent.is_ok(), "the client took the answer");
}

fn lease(cluster: &Cluster, now: sim::Time, path: &str) -> Option<Value> {
    let name = path.strip_prefix("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/")?;
    cluster.node_lease(now, name).ok()
}

fn missing(cluster: &Cluster, path: &str) -> Value {
    let found = place(cluster, path);
    let name = found.as_ref().and_then(|(_, _, name)| name.clone()).unwrap_or_default();
    let (resource, plural, group) =
        found.as_ref().map_or((String::new(), String::new(), String::new()), |(kind, ..)| {
            (kind.qualified(), kind.plural.to_string(), kind.group.to_string())
        });
    let message = if name.is_empty() {
        "the server could not find the requested resource".to_string()
    } else {
        format!("{resource} \"{name}\" not found")
    };
    object! {
        "apiVersion" => "v1", "kind" => "Status", "status" => "Failure", "message" => message, "reason" => "NotFound",
        "code" => 404, "details" => object! { "name" => name, "kind" => plural, "group" => group },
    }
}

fn decoded(text: &str) -> String {
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
                out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Kind, namespace and name of a path: `/apis/apps/v1/namespaces/default/deployments/web`.
fn place(cluster: &Cluster, path: &str) -> Option<(KindInfo, Option<String>, Option<String>)> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let (version, rest) = match parts[..] {
        ["api", version, ref rest @ ..] => (version.to_string(), rest),
        ["apis", group, version, ref rest @ ..] => (format!("{group}/{version}"), rest),
        _ => return None,
    };
    let (namespace, rest) = match rest {
        ["namespaces", namespace, more @ ..] if !more.is_empty() => (Some((*namespace).to_string()), more),
        other => (None, other),
    };
    let plural = rest.first()?;
    let kind = cluster.store().kinds().iter().find(|kind| kind.api_version() == version && *kind.plural == **plural)?;
    Some((kind.clone(), namespace, rest.get(1).map(|name| (*name).to_string())))
}

/// The kinds of one version of a group.
fn resources(cluster: &Cluster, version: &str) -> Value {
    let kinds = cluster.store().kinds();
    let verbs = list!["create", "delete", "get", "list", "patch", "update", "watch"];
    let row = |kind: &KindInfo| {
        let short: Value = kind.short_names.iter().map(Value::from).collect();
        let categories: Value = kind.categories.iter().map(Value::from).collect();
        object! {
            "name" => &kind.plural, "singularName" => &kind.singular, "namespaced" => kind.namespaced,
            "kind" => &kind.kind, "verbs" => verbs.clone(), "shortNames" => short, "categories" => categories,
        }
    };
    let here = || kinds.iter().filter(|kind| kind.api_version() == version);
    let scale = |kind: &KindInfo| {
        object! {
            "name" => format!("{}/scale", kind.plural), "singularName" => "", "namespaced" => true, "kind" => "Scale",
            "group" => "autoscaling", "version" => "v1", "verbs" => list!["get", "patch", "update"],
        }
    };
    let scaled = here().filter(|kind| matches!(&*kind.kind, "Deployment" | "ReplicaSet")).map(scale);
    let rows: Value = here().map(row).chain(scaled).collect();
    object! { "kind" => "APIResourceList", "apiVersion" => "v1", "groupVersion" => version, "resources" => rows }
}

fn reply(cluster: &Cluster, path: &str, query: &str) -> Option<Value> {
    let kinds = cluster.store().kinds();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts[..] {
        ["version"] => return Some(object! { "major" => "1", "minor" => "32", "gitVersion" => "v1.32.0" }),
        ["api"] => return Some(object! { "kind" => "APIVersions", "versions" => list!["v1"] }),
        ["apis"] => {
            let mut names: Vec<(String, String)> = Vec::new();
            for kind in kinds.iter().filter(|kind| !kind.group.is_empty()) {
                let pair = (kind.group.to_string(), kind.version.to_string());
                if !names.contains(&pair) {
                    names.push(pair);
                }
            }
            let group = |(group, version): &(String, String)| {
                let one = object! { "groupVersion" => format!("{group}/{version}"), "version" => version };
                object! { "name" => group, "versions" => list![one.clone()], "preferredVersion" => one }
            };
            let groups: Value = names.iter().map(group).collect();
            return Some(object! { "kind" => "APIGroupList", "apiVersion" => "v1", "groups" => groups });
        }
        ["api", _] | ["apis", _, _] => return Some(resources(cluster, &parts[1..].join("/"))),
        _ => {}
    }
    let (kind, namespace, name) = place(cluster, path)?;
    if let Some(name) = name {
        let object = cluster.store().get(kind.id, namespace.as_deref().unwrap_or(""), &name)?;
        return Some(object.value.clone());
    }
    let asked = |key: &str| {
        let pair = query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
        decoded(pair.unwrap_or(""))
    };
    let selectors = Selectors {
        labels: LabelSelector::parse(&asked("labelSelector")).ok()?,
        fields: FieldSelector::parse(&asked("fieldSelector")).ok()?,
    };
    let all = cluster.store().list(kind.id, namespace.as_deref(), &selectors);
    let items: Value = all.iter().map(|object| object.value.clone()).collect();
    Some(object! {
        "kind" => format!("{}List", kind.kind), "apiVersion" => kind.api_version(),
        "metadata" => object! { "resourceVersion" => cluster.store().version().to_string() }, "items" => items,
    })
}
