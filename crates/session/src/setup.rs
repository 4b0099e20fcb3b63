//! The script by which a scenario prepares a machine: what happened there before the lesson begins.
//!
//! It never outlasts the start of the lesson, and leaves nothing behind but what its commands did.

use crate::start::{StartError, wrong};
use sim::{Causes, Time};
use world::{Fd, MachineId, Spawn, World};

/// Runs a script by the machine's shell, at home, and waits for its end. A command that fails ends it, and is told to
/// the author of the lesson.
#[inline(never)]
pub(crate) fn run(world: &mut World, machine: &MachineId, script: &str, limit: Time) -> Result<(), StartError> {
    let host = world.machine(machine).ok_or_else(|| wrong("the machine is missing"))?;
    let (env, cwd) = (host.env.clone(), host.home().to_string());
    let (input, said) = (world.stream_of(Vec::new()), world.new_capture());
    let fds = [(0, Fd::Stream(input)), (1, Fd::Stream(said)), (2, Fd::Stream(said))].into_iter().collect();
    let argv = ["bash", "-e", "-c", script].map(String::from).to_vec();
    let spawn =
        Spawn { parent: None, machine: machine.clone(), argv, env, cwd, fds, terminal: None, causes: Causes::none() };
    let pid = world.spawn(spawn).ok_or_else(|| wrong("there is no shell for `setup`"))?;
    let mut code = None;
    while code.is_none() && world.step(limit).happened {
        code = world.exit_code(pid);
    }
    let said = world.drain_capture(said);
    let last = String::from_utf8_lossy(&said).trim_end().lines().last().unwrap_or("it said nothing").to_owned();
    match code {
        Some(0) => Ok(()),
        Some(code) => Err(wrong(format!("`setup` ended with {code}: {last}"))),
        None => Err(wrong(format!("`setup` did not end before the lesson begins: {last}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::empty_world;
    use std::time::Duration;

    fn after(script: &str) -> (World, Result<(), StartError>) {
        let mut world = empty_world(1);
        let limit = world.now() + Duration::from_secs(60);
        let ran = run(&mut world, &MachineId::workstation(), script, limit);
        (world, ran)
    }

    #[test]
    fn a_script_leaves_what_its_commands_did_and_nothing_else() {
        let (world, ran) = after("export WHO=Ida\ngit init -q shop\ncd shop\necho $WHO > README\ngit add .\n");
        assert_eq!(ran, Ok(()));
        let host = world.machine(&MachineId::workstation()).expect("the workstation is there");
        assert_eq!(host.files.read_text("/home/learner/shop/README").as_deref(), Ok("Ida\n"));
        assert!(host.files.read("/home/learner/shop/.git/index").is_ok());
        assert!(!host.env.contains_key("WHO"));
    }

    #[test]
    fn a_command_that_fails_ends_it_and_is_told() {
        let (world, ran) = after("cat nothing\necho too late > file\n");
        let told = ran.expect_err("cat fails").to_string();
        assert_eq!(told, "world.yaml: `setup` ended with 1: cat: nothing: No such file or directory");
        let host = world.machine(&MachineId::workstation()).expect("the workstation is there");
        assert!(host.files.read("/home/learner/file").is_err());
    }

    #[test]
    fn a_script_that_waits_for_ever_is_told() {
        let (_, ran) = after("echo waiting\nsleep 9999\n");
        let told = ran.expect_err("it sleeps").to_string();
        assert_eq!(told, "world.yaml: `setup` did not end before the lesson begins: waiting");
    }
}
