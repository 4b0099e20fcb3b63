//! `--health-cmd` and its kin, and the program that asks a container how it is for as long as it runs.

use super::Failed;
use crate::cobra::Given;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::time::Duration;
use world::{Behaviour, Cx, Fd, Health, MachineId, Pid, Read, Standing, Step};

/// What the flags ask for.
// Unlike docker: the HEALTHCHECK of an image is not carried out; only that of the command line is.
pub(super) fn read(given: &Given) -> Result<Option<Box<Health>>, Failed> {
    let wrong = |text: &str| Failed { text: ["docker: ", text, super::run::SEE].concat(), code: 125 };
    let asked = super::run::HEALTH.iter().any(|flag| given.text(flag).is_some());
    let command = given.text("health-cmd").unwrap_or_default();
    if given.on("no-healthcheck") {
        if asked {
            return Err(wrong("--no-healthcheck conflicts with --health-* options"));
        }
        return Ok(None);
    }
    let time = |name: &str, usual: u64| match given.text(name) {
        None | Some("0s" | "0") => Ok(Duration::from_secs(usual)),
        Some(text) => gitops::parse_duration(text).ok_or_else(|| {
            wrong(&format!("invalid argument \"{text}\" for \"--{name}\" flag: time: invalid duration \"{text}\""))
        }),
    };
    let retries = match given.text("health-retries") {
        None => 3,
        Some(text) => text.parse::<u32>().map_err(|_| {
            wrong(&format!(
                "invalid argument \"{text}\" for \"--health-retries\" flag: strconv.ParseInt: parsing \"{text}\": invalid syntax"
            ))
        })?,
    };
    let health = Health {
        test: vec!["CMD-SHELL".into(), command.into()],
        interval: time("health-interval", 30)?,
        timeout: time("health-timeout", 30)?,
        start_period: time("health-start-period", 0)?,
        retries: if retries == 0 { 3 } else { retries },
        good: None,
        failing: 0,
        log: Vec::new(),
    };
    Ok((!command.is_empty()).then(|| Box::new(health)))
}

/// One watch over one container.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Watch {
    asked: Option<(Pid, Time)>,
    /// When the life began that it watches.
    life: Option<Time>,
    waited: bool,
}

impl From<Vec<String>> for Watch {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

/// How often it looks whether the command has ended.
const LOOK: Duration = Duration::from_millis(100);

impl Behaviour for Watch {
    const PROGRAM: &'static str = world::HEALTH;

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        let args = cx.args();
        let [host, id] = &args[..] else { return Step::Done(1) };
        let host = MachineId::new(host);
        let one = cx.world.docker(&host).and_then(|docker| docker.containers.get(id)).filter(|one| one.running());
        let Some(one) = one.cloned() else { return Step::Done(0) };
        let Some(health) = one.health.clone() else { return Step::Done(0) };
        if *self.life.get_or_insert(one.started.unwrap_or_default()) != one.started.unwrap_or_default() {
            return Step::Done(0);
        }
        if let Some((pid, begun)) = self.asked {
            return self.wait(cx, (&host, id), &health, (pid, begun));
        }
        if !self.waited {
            self.waited = true;
            return Step::Until(cx.now() + health.interval);
        }
        self.waited = false;
        self.ask(cx, &host, &one)
    }
}

impl Watch {
    fn ask(&mut self, cx: &mut Cx<'_>, host: &MachineId, one: &Standing) -> Step {
        let (begun, stream) = (cx.now(), cx.world.new_stream());
        let mut own = cx.fds();
        own.insert(0, Fd::Input(stream));
        cx.set_fds(own);
        match cx.world.docker_probe(one, cx.pid, Fd::Stream(stream)) {
            Ok(pid) => {
                self.asked = Some((pid, begun));
                Step::Until(begun + LOOK)
            }
            Err(answer) => {
                cx.world.docker_probed(host, &one.id, begun, answer);
                Step::Again
            }
        }
    }

    fn wait(
        &mut self,
        cx: &mut Cx<'_>,
        (host, id): (&MachineId, &str),
        health: &Health,
        (pid, begun): (Pid, Time),
    ) -> Step {
        let answer = match cx.reap(pid) {
            Some(code) => {
                let mut output = Vec::new();
                while let Read::Line(line) = cx.read_line() {
                    output.extend(line);
                }
                (code, String::from_utf8_lossy(&output).into_owned())
            }
            None if cx.now() < begun + health.timeout => return Step::Until(cx.now() + LOOK),
            None => {
                cx.world.kill(pid, 137);
                (-1, format!("Health check exceeded timeout ({}s)", health.timeout.as_secs_f64()))
            }
        };
        self.asked = None;
        cx.world.docker_probed(host, id, begun, answer);
        Step::Again
    }
}
