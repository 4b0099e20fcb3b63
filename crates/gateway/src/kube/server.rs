//! Listening, and a thread for each connection.

use super::clock::{Pace, Running};
use super::http::{self, Request, Silence};
use super::resources::Reply;
use super::{discovery, exec, logs, open_api, resources, reviews, status, watch, who};
use manifest::Value;
use std::io::BufReader;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use world::World;

/// More connections at a time are refused.
const CONNECTIONS_MAX: usize = 128;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    running: Mutex<Running>,
    open: AtomicUsize,
    stopped: AtomicBool,
}

impl Shared {
    /// The world, as far as its clock has come. A request that ended badly leaves it as the doors left it.
    pub fn lock(&self) -> MutexGuard<'_, Running> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.catch_up();
        running
    }

    pub fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// A server that runs; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Listens at an address of this machine.
pub fn serve(world: World, address: SocketAddr, pace: Pace) -> std::io::Result<Server> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    let shared = Arc::new(Shared {
        running: Mutex::new(Running::new(world, pace)),
        open: AtomicUsize::new(0),
        stopped: AtomicBool::new(false),
    });
    let others = shared.clone();
    let thread = std::thread::Builder::new().name("kube".into()).spawn(move || listen(&listener, &others))?;
    Ok(Server { address, shared, thread: Some(thread) })
}

impl Server {
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A file for `kubectl --kubeconfig`.
    pub fn kubeconfig(&self) -> String {
        let url = self.url();
        format!(
            "apiVersion: v1\nclusters:\n- cluster:\n    server: {url}\n  name: encore\ncontexts:\n- context:\n    cluster: \
             encore\n    user: learner\n  name: encore\ncurrent-context: encore\nkind: Config\npreferences: {{}}\nusers:\n- \
             name: learner\n  user: {{}}\n"
        )
    }

    /// The world as it is now.
    pub fn world(&self) -> World {
        self.shared.lock().world.clone()
    }

    /// Puts another world in the place of the one that is served, with a pace of its own.
    pub fn set(&self, world: World, pace: Pace) {
        *self.shared.lock() = Running::new(world, pace);
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.shared.open.load(Ordering::Relaxed)
    }

    pub(crate) fn wait(mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            eprintln!("opsfest: the server ended");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // One more connection wakes the listener, which then sees that it is over.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken)
            && thread.join().is_err()
        {
            eprintln!("opsfest: the server ended badly");
        }
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopped() {
            return;
        }
        let Ok(mut stream) = stream else { continue };
        if shared.open.load(Ordering::Relaxed) >= CONNECTIONS_MAX {
            refuse(&mut stream, 503, "too many connections");
            continue;
        }
        shared.open.fetch_add(1, Ordering::Relaxed);
        let own = Open(shared.clone());
        let started = std::thread::Builder::new().name("kube client".into()).spawn(move || talk(stream, &own.0));
        if started.is_err() {
            continue;
        }
    }
}

/// Counts a connection for as long as it is open, also where its thread ends badly.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

fn refuse(stream: &mut TcpStream, code: u16, why: &str) {
    let text = status::plain(code, why).to_json();
    // Who does not listen to a refusal is gone already.
    http::send(stream, code, "application/json", text.as_bytes(), "Connection: close\r\n").ok();
}

/// One request after the other, until one end has enough.
fn talk(mut stream: TcpStream, shared: &Arc<Shared>) {
    let ready = stream.set_read_timeout(Some(http::PATIENCE)).and_then(|()| stream.set_nodelay(true));
    let Ok(reading) = ready.and_then(|()| stream.try_clone()) else { return };
    let mut reader = BufReader::new(reading);
    while !shared.stopped() {
        let request = match http::read(&mut reader) {
            Ok(request) => request,
            Err(Silence::Closed) => return,
            Err(Silence::Refused(code, why)) => return refuse(&mut stream, code, why),
        };
        let close = request.header("connection").eq_ignore_ascii_case("close");
        match answer(&request, shared, &mut stream, &mut reader) {
            Ok(true) if !close => {}
            _ => return,
        }
    }
}

/// Answers; whether the connection can be used again.
fn answer(
    request: &Request,
    shared: &Arc<Shared>,
    stream: &mut TcpStream,
    reader: &mut BufReader<TcpStream>,
) -> std::io::Result<bool> {
    let user = match who::asks(&shared.lock().world, request) {
        Ok(user) => user,
        Err(refusal) => return reply(stream, &Reply::refused(&refusal)),
    };
    if watch::is_one(request) {
        return watch::run(request, user.as_ref(), shared, stream);
    }
    if logs::follows(request) {
        return logs::follow(request, user.as_ref(), shared, stream);
    }
    if exec::is_one(request) {
        return exec::run(request, user.as_ref(), shared, stream, reader);
    }
    let mut running = shared.lock();
    let found = discovery::answer(&running, request)
        .or_else(|| open_api::answer(&running, request))
        .or_else(|| reviews::answer(&mut running, user.as_ref(), request))
        .or_else(|| logs::answer(&running, user.as_ref(), request));
    let done = found.unwrap_or_else(|| resources::answer(&mut running, user, request));
    drop(running);
    reply(stream, &done)
}

fn reply(stream: &mut TcpStream, reply: &Reply) -> std::io::Result<bool> {
    http::send(stream, reply.code, reply.kind, &reply.body, "")?;
    Ok(true)
}

/// A value as a reply.
pub(super) fn json(running: &Running, code: u16, value: &Value) -> Reply {
    Reply { code, kind: "application/json", body: running.told(value).to_json().into_bytes() }
}
