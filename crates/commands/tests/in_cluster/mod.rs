//! A cluster and a shell in front of it, for the tests of kubectl.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod server;

use order::OrdMap;
use std::time::Duration;
use world::{Fd, Machine, MachineId, Spawn, World};

/// A workstation with bash and kubectl, and a cluster of three nodes.
pub struct Session {
    pub world: World,
}

impl Session {
    pub fn new() -> Self {
        let start = sim::Time::parse_rfc3339("2026-06-05T18:42:10Z").expect("a valid time");
        let mut world = World::new(1, start, commands::programs());
        let mut host = Machine::new("encore", "learner", start.as_micros());
        host.files.write("/home/learner/web.yaml", WEB.as_bytes().to_vec(), 0).expect("the home takes files");
        world.add_machine(MachineId::workstation(), host);
        for n in 1..=3 {
            let shape = cluster::NodeShape::worker(format!("node-{n}"), 4_000, 8 << 30);
            world.api(|cluster, sim| cluster.add_node(sim, &shape, &sim::Causes::none())).expect("a valid node");
        }
        Self { world }
    }

    /// Runs a line in bash: standard output, standard error, exit code.
    pub fn run(&mut self, line: &str) -> (String, String, i32) {
        let id = MachineId::workstation();
        let (out, err) = (self.world.new_capture(), self.world.new_capture());
        let spawn = Spawn {
            parent: None,
            env: self.world.machine(&id).expect("just added").env.clone(),
            machine: id,
            argv: ["bash", "-c", line].map(String::from).to_vec(),
            cwd: "/home/learner".into(),
            fds: OrdMap::from([(0, Fd::Null), (1, Fd::Stream(out)), (2, Fd::Stream(err))]),
            terminal: None,
            causes: sim::Causes::none(),
        };
        let pid = self.world.spawn(spawn).expect("bash is in the table");
        let limit = self.world.now() + Duration::from_secs(10_000);
        let mut code = None;
        for _ in 0..200_000 {
            code = self.world.exit_code(pid);
            if code.is_some() || !self.world.step(limit).happened {
                break;
            }
        }
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (out, err) = (text(self.world.take_capture(out)), text(self.world.take_capture(err)));
        (out, err, code.unwrap_or(-1))
    }

    /// Runs a line that must succeed and say nothing on standard error.
    pub fn ok(&mut self, line: &str) -> String {
        let (out, err, code) = self.run(line);
        assert_eq!((err.as_str(), code), ("", 0), "{line}\n{out}");
        out
    }

    /// Runs a line that must fail; what it says on standard error.
    pub fn fails(&mut self, line: &str) -> String {
        let (_, err, code) = self.run(line);
        assert_eq!(code, 1, "{line}\n{err}");
        err
    }

    pub fn wait(&mut self, secs: u64) {
        let until = self.world.now() + Duration::from_secs(secs);
        while self.world.step(until).happened {}
        self.ok(&format!("sleep {secs}"));
    }
}

/// A deployment and its service.
pub const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels: {app: web}\nspec:\n  \
     replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      \
     containers:\n      - name: web\n        image: nginx:1.27\n        ports: [{containerPort: 80}]\n        \
     readinessProbe: {httpGet: {path: /, port: 80}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  \
     selector: {app: web}\n  ports: [{port: 80}]\n";
