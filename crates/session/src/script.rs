//! Scripts in an empty world, for benches: what a shell script costs, without a page.

use std::time::Duration;
use world::{Fd, MachineId, Spawn, World};

/// Longer than any bench takes in the world's time.
const VIRTUAL_MAX: Duration = Duration::from_secs(365 * 86_400);

/// Runs a script on the workstation; what it printed, errors too, and its exit code.
#[inline(never)]
pub fn run_script(world: &mut World, text: &str) -> (String, i32) {
    let id = MachineId::workstation();
    let Some(host) = world.machine(&id) else { return (String::new(), 1) };
    let (env, cwd) = (host.env.clone(), host.home().to_string());
    let (input, out) = (world.stream_of(Vec::new()), world.new_capture());
    let fds = [(0, Fd::Stream(input)), (1, Fd::Stream(out)), (2, Fd::Stream(out))].into_iter().collect();
    let argv = ["bash", "-c", text].map(String::from).to_vec();
    let causes = sim::Causes::none();
    let spawn = Spawn { parent: None, machine: id, argv, env, cwd, fds, terminal: None, causes };
    let Some(pid) = world.spawn(spawn) else { return (String::new(), 127) };
    let limit = world.now() + VIRTUAL_MAX;
    let mut code = None;
    while code.is_none() && world.step(limit).happened {
        code = world.exit_code(pid);
    }
    let bytes = world.drain_capture(out);
    (String::from_utf8_lossy(&bytes).into_owned(), code.unwrap_or(130))
}
