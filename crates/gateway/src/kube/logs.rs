//! The logs of containers. They are read by the world's own `kubectl logs`, in a copy of the world.

use super::clock::Running;
use super::http::{self, Request};
use super::resources::{Reply, Target};
use super::server::Shared;
use super::status;
use super::watch::BEAT;
use cluster::{POD, Status, User};
use std::net::TcpStream;
use std::sync::Arc;

fn target(running: &Running, request: &Request) -> Option<Target> {
    let target = Target::of(running, &request.path)?;
    (request.method == "GET" && target.sub == "log" && target.kind.id == POD).then_some(target)
}

pub(super) fn follows(request: &Request) -> bool {
    request.is_set("follow") && request.method == "GET" && request.path.ends_with("/log")
}

pub(super) fn answer(running: &Running, user: Option<&User>, request: &Request) -> Option<Reply> {
    let target = target(running, request)?;
    let done = read(running, user, request, &target);
    Some(done.map_or_else(|refusal| Reply::refused(&refusal), Reply::text))
}

/// The text, or what the kubelet says.
fn read(running: &Running, user: Option<&User>, request: &Request, target: &Target) -> Result<String, Status> {
    let (space, name) = (target.space(), target.name.as_str());
    let cluster = &running.world.cluster;
    cluster.permit(user, "get", (POD, "log"), (space, name))?;
    let pod = cluster.get(POD, space, name)?;
    let container = request.asked("container");
    let all = |list: &str| pod.value.list_at(list).iter().map(|c| c.str_at("name").to_string()).collect::<Vec<_>>();
    let mut names = all("spec.containers");
    if container.is_empty() && names.len() != 1 {
        let told = format!("a container name must be specified for pod {name}, choose one of: [{}]", names.join(" "));
        return Err(Status::bad_request(told));
    }
    names.extend(all("spec.initContainers"));
    let container = if container.is_empty() { names.first().map_or("", String::as_str) } else { container };
    if !names.iter().any(|own| own == container) {
        return Err(Status::bad_request(format!("container {container} is not valid for pod {name}")));
    }
    let mut words =
        vec!["kubectl".into(), "logs".into(), name.into(), format!("-n={space}"), format!("-c={container}")];
    for (flag, asked) in [("--previous", "previous"), ("--timestamps", "timestamps")] {
        if request.is_set(asked) {
            words.push(flag.into());
        }
    }
    for (flag, asked, unit) in [("--tail", "tailLines", ""), ("--since", "sinceSeconds", "s")] {
        if let Ok(number) = request.asked(asked).parse::<u64>() {
            words.push(format!("{flag}={number}{unit}"));
        }
    }
    let (text, code) = running.world.clone().run_apart("/", &words.join(" "));
    if code != 0 {
        let told = text.trim_end().trim_start_matches("Error from server (BadRequest): ");
        return Err(Status::bad_request(told));
    }
    let limit = request.asked("limitBytes").parse().unwrap_or(usize::MAX);
    Ok(text.chars().scan(0, |used, c| (*used < limit).then(|| (*used += c.len_utf8(), c).1)).collect())
}

/// Follows a log until its container ends or the client has enough.
pub(super) fn follow(
    request: &Request,
    user: Option<&User>,
    shared: &Arc<Shared>,
    stream: &mut TcpStream,
) -> std::io::Result<bool> {
    let first = {
        let running = shared.lock();
        let target = target(&running, request).ok_or_else(status::nowhere);
        target.and_then(|target| Ok((read(&running, user, request, &target)?, whole(&running, user, &target)?, target)))
    };
    let (text, mut before, target) = match first {
        Ok(first) => first,
        Err(refusal) => {
            let text = status::of(&refusal).to_json();
            http::send(stream, refusal.code, "application/json", text.as_bytes(), "")?;
            return Ok(true);
        }
    };
    http::begin_chunks(stream, "text/plain")?;
    http::chunk(stream, text.as_bytes())?;
    while !shared.stopped() && !http::hung_up(stream) {
        std::thread::sleep(BEAT * 5);
        let mut running = shared.lock();
        running.waited(BEAT * 5);
        let now = whole(&running, user, &target).unwrap_or_default();
        let lives = running.world.cluster.get(POD, target.space(), &target.name).is_ok_and(|pod| {
            pod.value.list_at("status.containerStatuses").iter().any(|status| !status.at("state.running").is_null())
        });
        drop(running);
        if let Some(new) = now.strip_prefix(before.as_str()) {
            http::chunk(stream, new.as_bytes())?;
            before = now;
        }
        if !lives {
            break;
        }
    }
    http::end_chunks(stream)?;
    Ok(false)
}

/// The whole log, so that what is new can be told from it.
fn whole(running: &Running, user: Option<&User>, target: &Target) -> Result<String, Status> {
    read(running, user, &Request::default(), target)
}
