//! `wget` of a container: BusyBox 1.37's, which asks for one page after another and saves it.
//!
//! Its words are those that BusyBox prints where nothing is a terminal. The workstation's would be GNU Wget, which is not
//! here.

use super::curl_url::{Url, read_url};
use super::{curl, not_here};
use crate::getopt::{Tool, flag, missing, parse, value};
use workload::Response;
use world::Cx;

pub(super) const TOOL: Tool = Tool {
    name: "wget",
    usage: "[OPTION]... URL...",
    summary: "Get pages and save them. It is in containers only.",
    options: &[
        flag('q', "quiet", "say nothing"),
        flag('S', "server-response", "show the status and the headers"),
        flag('\0', "spider", "only look whether the page is there"),
        value('O', "output-document", "FILE", "save as FILE; - is standard output"),
        value('T', "timeout", "SEC", "give up after this long"),
        value('\0', "header", "STR", "send this header too"),
        value('P', "directory-prefix", "DIR", "save in DIR"),
        value('U', "user-agent", "STR", "send this name"),
        flag('\0', "no-check-certificate", "do not check certificates"),
        missing('c', "continue"),
        missing('o', "output-file"),
        missing('Y', "proxy"),
        missing('t', "tries"),
        missing('\0', "post-data"),
        missing('\0', "post-file"),
    ],
    trouble: 1,
};

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    if !cx.machine_id().0.starts_with(world::CONTAINER) {
        return not_here::say(cx);
    }
    let given = match parse(cx, &TOOL) {
        Ok(given) => given,
        Err(code) => return code,
    };
    if given.operands.is_empty() {
        cx.err("BusyBox v1.37.0 multi-call binary.\n\nUsage: wget [-qS] [--spider] [-O FILE] [--header STR] [-T SEC] URL...\n");
        return 1;
    }
    let headers = given.values("header");
    let ask = Ask {
        quiet: given.has("q"),
        shows_head: given.has("S"),
        spider: given.has("spider"),
        output: given.value("O").map(String::from),
        folder: given.value("P").map(String::from),
        host: curl::header(&headers, "host").map(String::from),
        shows: curl::bearer(&headers).to_string(),
    };
    for text in &given.operands {
        if let Err(message) = fetch(cx, &ask, text) {
            cx.err(format!("wget: {message}\n"));
            return 1;
        }
    }
    0
}

struct Ask {
    quiet: bool,
    shows_head: bool,
    spider: bool,
    output: Option<String>,
    folder: Option<String>,
    /// The host that a header names.
    host: Option<String>,
    /// The key that one shows.
    shows: String,
}

fn fetch(cx: &mut Cx<'_>, ask: &Ask, text: &str) -> Result<(), String> {
    let url = match read_url(text) {
        Ok(url) if url.scheme == "http" => url,
        Ok(_) => return Err(
            "note: TLS certificate validation not implemented\nwget: error getting response: Connection reset by peer"
                .into(),
        ),
        Err(_) => return Err(format!("not an http or ftp url: {text}")),
    };
    let to = target(cx, ask, &url)?;
    let answer = curl::reach(cx, (ask.host.as_deref().unwrap_or(&url.host), &ask.shows), &url);
    if matches!(answer, Err((6, _))) {
        return Err(format!("bad address '{}'", url.host));
    }
    let address = address(cx, &url.host);
    if !ask.quiet {
        cx.err(format!("Connecting to {} ({address}:{})\n", url.host, url.port));
    }
    let response = answer.map_err(|(code, _)| match code {
        // Unlike BusyBox: a wait for an answer that never comes costs no time here.
        28 => "download timed out".to_string(),
        _ => format!("can't connect to remote host ({address}): Connection refused"),
    })?;
    if ask.shows_head {
        let head = curl::head(cx, &response);
        for line in head.lines().filter(|line| !line.is_empty()) {
            cx.err(format!("  {line}\n"));
        }
    }
    if response.status >= 400 {
        return Err(format!("server returned error: HTTP/1.1 {} {}", response.status, response.reason));
    }
    if ask.spider {
        if !ask.quiet {
            cx.err("remote file exists\n");
        }
        return Ok(());
    }
    save(cx, ask, &to, &response)
}

/// The file that a page is saved as: `-` is standard output.
fn target(cx: &Cx<'_>, ask: &Ask, url: &Url) -> Result<String, String> {
    if let Some(file) = &ask.output {
        return Ok(file.clone());
    }
    let bare = url.path.split('?').next().unwrap_or("/");
    let name = match vfs::base_name(bare) {
        "" | "/" => "index.html",
        name => name,
    };
    let file = ask.folder.as_ref().map_or_else(|| name.to_string(), |folder| vfs::join(folder, name));
    if !ask.spider && cx.files().exists(&cx.path(&file)) {
        return Err(format!("can't open '{file}': File exists"));
    }
    Ok(file)
}

fn save(cx: &mut Cx<'_>, ask: &Ask, to: &str, response: &Response) -> Result<(), String> {
    let body = response.body.as_bytes();
    let stdout = to == "-";
    if !ask.quiet {
        cx.err(if stdout { "writing to stdout\n".to_string() } else { format!("saving to '{to}'\n") });
    }
    if stdout {
        cx.out(&response.body);
    } else {
        let (path, micros) = (cx.path(to), cx.micros());
        cx.files_mut().write(&path, body, micros).map_err(|error| format!("can't open '{to}': {error}"))?;
    }
    if !ask.quiet {
        let name: String = to.chars().take(20).collect();
        cx.err(format!("{name:<20} 100% |{}| {:>5}  0:00:00 ETA\n", "*".repeat(32), body.len()));
        cx.err(if stdout { "written to stdout\n".to_string() } else { format!("'{to}' saved\n") });
    }
    Ok(())
}

/// What a name leads to: a service's address, a headless one's first pod, or the node at which an ingress listens.
fn address(cx: &Cx<'_>, host: &str) -> String {
    let (namespace, service) = cx.world.service_behind(&cx.machine_id(), host).unwrap_or_default();
    let store = cx.world.cluster.store();
    let found = store.get(cluster::SERVICE, &namespace, &service);
    if let Some(ip) =
        found.map(|object| object.value.str_at("spec.clusterIP")).filter(|ip| !ip.is_empty() && *ip != "None")
    {
        return ip.to_string();
    }
    let mut slices = store.all(cluster::ENDPOINTSLICE, Some(&namespace));
    let slice = slices.find(|slice| slice.label("kubernetes.io/service-name") == service);
    let first =
        slice.and_then(|slice| slice.value.list_at("endpoints").first()?.list_at("addresses").first()?.as_str());
    let node = || {
        store
            .all(cluster::NODE, None)
            .next()?
            .value
            .list_at("status.addresses")
            .first()
            .map(|one| one.str_at("address"))
    };
    first.or_else(node).unwrap_or_default().to_string()
}
