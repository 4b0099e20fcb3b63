//! Programs in containers: `exec` through a web socket. The program is started by the world's own `kubectl exec`; it gets
//! its input once that is whole.

use super::http::Request;
use super::resources::{Reply, Target};
use super::server::Shared;
use super::websocket::{self, Message};
use super::{http, status};
use cluster::{POD, Status, User};
use manifest::{Value, list, object};
use std::io::BufReader;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use world::{Fd, MachineId, Spawn, World};

const PROTOCOL: &str = "v5.channel.k8s.io";
const INPUT_MAX: usize = 16 << 20;
/// A program may take this much virtual time.
const LIMIT: Duration = Duration::from_secs(600);

pub(super) fn is_one(request: &Request) -> bool {
    request.path.ends_with("/exec") && request.path.contains("/pods/")
}

pub(super) fn run(
    request: &Request,
    user: Option<&User>,
    shared: &Arc<Shared>,
    stream: &mut TcpStream,
    reader: &mut BufReader<TcpStream>,
) -> std::io::Result<bool> {
    let target = match allowed(request, user, shared) {
        Ok(target) => target,
        Err(refusal) => {
            let reply = Reply::refused(&refusal);
            http::send(stream, reply.code, reply.kind, &reply.body, "")?;
            return Ok(true);
        }
    };
    if !websocket::wanted(request) || !request.header("sec-websocket-protocol").contains(PROTOCOL) {
        websocket::only_these(stream)?;
        return Ok(true);
    }
    websocket::agree(request, PROTOCOL, stream)?;
    let mut input = Vec::new();
    if request.is_set("stdin") {
        loop {
            match websocket::read(reader, stream)? {
                // Channel 255 says that a stream has ended.
                Message::Data(255, _) => break,
                Message::Data(0, bytes) if input.len() + bytes.len() <= INPUT_MAX => input.extend(bytes),
                Message::Data(..) => {}
                Message::Closed => return Ok(false),
            }
        }
    }
    let command: Vec<String> =
        request.query.iter().filter(|(key, _)| key == "command").map(|(_, value)| value.clone()).collect();
    let done = {
        let mut running = shared.lock();
        start(&mut running.world, &target, request.asked("container"), &command, input)
    };
    websocket::send(stream, 1, &done.out)?;
    let refused = done.code != 0 && done.err.starts_with("error: ");
    websocket::send(stream, 2, if refused { b"" } else { done.err.as_bytes() })?;
    websocket::send(stream, 3, done.status().to_json().as_bytes())?;
    websocket::close(stream)?;
    Ok(false)
}

fn allowed(request: &Request, user: Option<&User>, shared: &Arc<Shared>) -> Result<Target, Status> {
    let running = shared.lock();
    let target = Target::of(&running, &request.path).filter(|target| target.kind.id == POD && target.sub == "exec");
    let target = target.ok_or_else(status::nowhere)?;
    let verb = if request.method == "GET" { "get" } else { "create" };
    let place = (target.space(), target.name.as_str());
    running.world.cluster.permit(user, verb, (POD, "exec"), place)?;
    let pod = running.world.cluster.get(POD, place.0, place.1)?;
    let container = request.asked("container");
    let there = pod.value.list_at("spec.containers").iter().any(|c| c.str_at("name") == container);
    if !there && !container.is_empty() {
        return Err(Status::bad_request(format!("container {container} is not valid for pod {}", target.name)));
    }
    Ok(target)
}

/// What a program came to.
struct Done {
    out: Vec<u8>,
    err: String,
    code: i32,
}

impl Done {
    /// The status that the client reads from the last channel.
    fn status(&self) -> Value {
        if self.code == 0 {
            return object! { "metadata" => Value::map(), "status" => "Success" };
        }
        if let Some(told) = self.err.strip_prefix("error: Internal error occurred: ") {
            return object! {
                "code" => 500, "message" => format!("Internal error occurred: {}", told.trim_end()),
                "metadata" => Value::map(), "reason" => "InternalError", "status" => "Failure",
            };
        }
        let cause = object! { "message" => self.code.to_string(), "reason" => "ExitCode" };
        object! {
            "details" => object! { "causes" => list![cause] },
            "message" => format!("command terminated with non-zero exit code: exit status {}", self.code),
            "metadata" => Value::map(), "reason" => "NonZeroExitCode", "status" => "Failure",
        }
    }
}

fn start(world: &mut World, target: &Target, container: &str, command: &[String], input: Vec<u8>) -> Done {
    let id = MachineId::workstation();
    let Some(env) = world.machine(&id).map(|machine| machine.env.clone()) else {
        return Done { out: Vec::new(), err: "there is no workstation".into(), code: 1 };
    };
    let mut argv: Vec<String> = ["kubectl", "exec", "-q", "-i"].map(String::from).to_vec();
    argv.extend([target.name.clone(), format!("--namespace={}", target.space())]);
    if !container.is_empty() {
        argv.push(format!("--container={container}"));
    }
    argv.push("--".into());
    argv.extend(command.iter().cloned());
    let (stdin, out, err) = (world.stream_of(input), world.new_capture(), world.new_capture());
    let fds = [(0, Fd::Stream(stdin)), (1, Fd::Stream(out)), (2, Fd::Stream(err))].into_iter().collect();
    let causes = sim::Causes::none();
    let spawn = Spawn { parent: None, machine: id, argv, env, cwd: "/".into(), fds, terminal: None, causes };
    let Some(pid) = world.spawn(spawn) else { return Done { out: Vec::new(), err: String::new(), code: 127 } };
    let limit = world.now() + LIMIT;
    let mut code = None;
    while code.is_none() && world.step(limit).happened {
        code = world.exit_code(pid);
    }
    if code.is_none() {
        world.kill(pid, 137);
    }
    let out = world.take_capture(out);
    let text = String::from_utf8_lossy(&world.take_capture(err)).into_owned();
    let code = code.unwrap_or(137);
    // The client tells the exit code itself.
    let told = format!("command terminated with exit code {code}\n");
    Done { out, err: text.strip_suffix(&told).unwrap_or(&text).to_string(), code }
}

#[test]
fn the_last_channel_tells_the_exit_code() {
    let done = Done { out: Vec::new(), err: String::new(), code: 3 };
    assert_eq!(done.status().str_at("details.causes[0].message"), "3");
    assert_eq!(Done { code: 0, ..done }.status().str_at("status"), "Success");
}
