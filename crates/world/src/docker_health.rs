//! Docker's health checks, and the networks in which containers find each other by name.

use crate::{Fd, MachineId, Pid, Spawn, Standing, World};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::time::Duration;

/// The program that asks a container how it is, for as long as it runs.
pub const HEALTH: &str = "opsfest-health";

/// `--health-cmd` and its kin, and how it went so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// `CMD-SHELL` and a line.
    pub test: Vec<String>,
    pub interval: Duration,
    pub timeout: Duration,
    pub start_period: Duration,
    pub retries: u32,
    /// `None` while it starts.
    pub good: Option<bool>,
    pub failing: u32,
    /// The last five: begin, end, exit code, output.
    pub log: Vec<(Time, Time, i32, String)>,
}

/// Docker keeps as many results.
const RESULTS_MAX: usize = 5;

impl Health {
    /// Docker's word.
    pub fn word(&self) -> &'static str {
        match self.good {
            None => "starting",
            Some(true) => "healthy",
            Some(false) => "unhealthy",
        }
    }
}

/// A network that somebody has made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Network {
    pub id: String,
    pub created: Time,
    pub labels: OrdMap<String, String>,
}

impl World {
    /// A container with a health check has started.
    #[inline(never)]
    pub(crate) fn docker_watch(&mut self, host: &MachineId, id: &str) {
        let Some(one) = self.docker_mut(host).containers.get_mut(id) else { return };
        let Some(health) = &mut one.health else { return };
        (health.good, health.failing) = (None, 0);
        health.log.clear();
        // It is Docker that asks, not something in the container.
        let (machine, causes) = (host.clone(), Self::docker_causes());
        let env = self.machine(&machine).map(|machine| machine.env.clone()).unwrap_or_default();
        let argv = [HEALTH, &host.0, id].map(String::from).to_vec();
        let fds = OrdMap::new();
        self.spawn(Spawn { parent: None, machine, argv, env, cwd: "/".into(), fds, terminal: None, causes });
    }

    /// Begins one question: the command in the container. `Err`: it was answered at once.
    // Unlike docker: an image of which only the program is known runs no command; it is well once it listens.
    #[inline(never)]
    pub fn docker_probe(&mut self, one: &Standing, parent: Pid, output: Fd) -> Result<Pid, (i32, String)> {
        let bare = self.machine(&one.machine).is_none_or(|machine| !machine.files.exists("/bin/sh"));
        if bare {
            let up = self.workload.container(&one.key()).is_some_and(|running| running.listening(self.now()));
            return Err((i32::from(!up), String::new()));
        }
        let test = one.health.as_ref().map(|health| health.test.clone()).unwrap_or_default();
        let argv = match test.first().map(String::as_str) {
            Some("CMD-SHELL") => {
                ["sh", "-c"].iter().map(|word| (*word).to_string()).chain(test[1..].to_vec()).collect()
            }
            _ => test.get(1..).unwrap_or_default().to_vec(),
        };
        let name = argv.first().cloned().unwrap_or_default();
        let fds = [(0, Fd::Null), (1, output.clone()), (2, output)].into();
        self.docker_exec(one, argv, (OrdMap::new(), one.cwd.clone()), (parent, fds, None)).ok_or_else(|| {
            let why = "OCI runtime exec failed: exec failed: unable to start container process: exec: ";
            (127, format!("{why}\"{name}\": executable file not found in $PATH: unknown\n"))
        })
    }

    /// How a question was answered that began then.
    #[inline(never)]
    pub fn docker_probed(&mut self, host: &MachineId, id: &str, begun: Time, (code, output): (i32, String)) {
        let now = self.now();
        let Some(one) = self.docker_mut(host).containers.get_mut(id) else { return };
        let started = one.started.unwrap_or(now);
        let Some(health) = &mut one.health else { return };
        if code == 0 {
            (health.good, health.failing) = (Some(true), 0);
        } else if health.good.is_some() || begun.since(started) >= health.start_period {
            health.failing += 1;
            if health.failing >= health.retries {
                health.good = Some(false);
            }
        }
        health.log.push((begun, now, code, output));
        if health.log.len() > RESULTS_MAX {
            health.log.remove(0);
        }
    }
}
