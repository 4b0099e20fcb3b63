//! `opsfest serve --kube`: the world's Kubernetes behind its real HTTP API, so that a real `kubectl` can be used on it.
//!
//! One thread a connection, one world behind a lock. It decides nothing: requests become calls of the cluster's doors.
//! It listens on this machine only, and answers in JSON whatever it is asked in.

mod body;
mod clock;
mod discovery;
mod exec;
mod http;
mod logs;
mod open_api;
mod protobuf;
mod resources;
mod reviews;
mod scale;
mod server;
mod status;
mod table;
mod watch;
mod websocket;
mod who;
mod write;

pub use clock::Pace;
pub use server::{Server, serve};

use crate::args::Given;
use crate::{Usage, lessons, proof};
use std::net::{SocketAddr, ToSocketAddrs};

/// The program: serves until it is ended.
pub(crate) fn run(args: &[String]) -> Result<i32, Usage> {
    let given = Given::read(args, &["--kube", "--kubeconfig", "--lesson", "--seed", "--speed"], &[])?;
    let address =
        given.value("--kube").ok_or_else(|| Usage("serve needs --kube ADDR, such as 127.0.0.1:6443".into()))?;
    let address = loopback(address)?;
    if let Some(word) = given.operands.first() {
        return Err(Usage(format!("serve takes no operand: {word}")));
    }
    let speed = match given.value("--speed") {
        None => 1,
        Some(text) => {
            let fits = text.parse().ok().filter(|speed| (1..=3_600).contains(speed));
            fits.ok_or_else(|| Usage(format!("--speed: \"{text}\" is no number from 1 to 3600")))?
        }
    };
    let seed = given.seed()?;
    let world = match given.value("--lesson") {
        Some(id) => proof::session(&lessons::by_id(id)?, seed).map_err(Usage)?.now().world.clone(),
        None => session::empty_world(seed.max(1)),
    };
    let server = serve(world, address, Pace::Always(speed)).map_err(|why| Usage(format!("{address}: {why}")))?;
    if let Some(path) = given.value("--kubeconfig") {
        std::fs::write(path, server.kubeconfig()).map_err(|why| Usage(format!("{path}: {why}")))?;
    }
    println!("The cluster answers at {}", server.url());
    server.wait();
    Ok(0)
}

/// An address of this machine, and of no other.
fn loopback(text: &str) -> Result<SocketAddr, Usage> {
    let found = text.to_socket_addrs().ok().and_then(|mut all| all.find(|address| address.ip().is_loopback()));
    found.ok_or_else(|| Usage(format!("--kube: \"{text}\" is no address of this machine, such as 127.0.0.1:6443")))
}
