use crate::{Behaviour, Cx, Fd, Machine, MachineId, Program, Programs, Read, Spawn, Step, World};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Time};
use std::time::Duration;

/// Counts lines of its input, sleeping a second after each.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Counter {
    lines: u32,
}

impl From<Vec<String>> for Counter {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Behaviour for Counter {
    const PROGRAM: &'static str = "counter";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        match cx.read_line() {
            Read::Line(_) => {
                self.lines += 1;
                Step::Until(cx.now() + Duration::from_secs(1))
            }
            Read::Wait => Step::Stdin,
            Read::End => {
                cx.out(format!("{}\n", self.lines));
                Step::Done(0)
            }
        }
    }
}

fn three_lines(cx: &mut Cx<'_>) -> i32 {
    cx.out("one\ntwo\nthree\n");
    0
}

fn programs() -> Programs {
    Programs::new([Program::once("three", three_lines), Program::steps::<Counter>("counter")])
}

fn pipeline() -> (World, crate::StreamId) {
    let start = Time::from_unix_secs(1_780_684_930);
    let mut world = World::new(7, start, programs());
    let id = MachineId::workstation();
    world.add_machine(id.clone(), Machine::new("encore", "learner", start.as_micros()));
    let (pipe, out) = (world.new_stream(), world.new_capture());
    for (name, fds) in
        [("three", vec![(1, Fd::Stream(pipe))]), ("counter", vec![(0, Fd::Stream(pipe)), (1, Fd::Stream(out))])]
    {
        let spawn = Spawn {
            parent: None,
            machine: id.clone(),
            argv: vec![name.into()],
            env: world.machine(&id).expect("just added").env.clone(),
            cwd: "/".into(),
            fds: fds.into_iter().collect::<OrdMap<_, _>>(),
            terminal: None,
            causes: Causes::none(),
        };
        world.spawn(spawn).expect("the program is in the table");
    }
    (world, out)
}

#[test]
fn a_pipeline_runs_in_virtual_time() {
    let (mut world, out) = pipeline();
    let start = world.now();
    let end = start + Duration::from_secs(10);
    while world.step(end).happened {}
    assert_eq!(world.capture(out), Some((&b"3\n"[..], true)));
    assert_eq!(world.process_count(), 0);
}

#[test]
fn a_snapshot_goes_on_as_the_original_does_from_every_step() {
    let (mut world, out) = pipeline();
    let world_end = world.now() + Duration::from_secs(10);
    let mut steps = 0;
    loop {
        let mut copy = World::restore(&world.snapshot(), programs()).expect("own bytes are readable");
        assert_eq!(copy.state_hash(), world.state_hash(), "after {steps} steps");
        while copy.step(world_end).happened {}
        assert_eq!(copy.capture(out), Some((&b"3\n"[..], true)));
        if !world.step(world_end).happened {
            break;
        }
        steps += 1;
    }
    assert!(steps >= 5);
}

#[test]
fn damaged_snapshots_are_refused() {
    let (world, _) = pipeline();
    let bytes = world.snapshot();
    assert!(World::restore(&bytes[..bytes.len() / 2], programs()).is_err());
}
