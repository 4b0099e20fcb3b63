//! Containers: one life of a program.

use crate::program::Effect;
use crate::{Program, Timer, Workload};
use order::OrdMap;
use serde::{Deserialize, Serialize};
use sim::{Causes, Log, Sim, Time};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Which container: namespace, pod and container name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    pub namespace: Arc<str>,
    pub pod: Arc<str>,
    pub container: Arc<str>,
}

impl Key {
    pub fn new(namespace: &str, pod: &str, container: &str) -> Self {
        Self { namespace: namespace.into(), pod: pod.into(), container: container.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.namespace, self.pod, self.container)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub at: Time,
    pub text: Arc<str>,
}

/// A running program.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Container {
    pub program: Arc<Program>,
    pub env: OrdMap<String, String>,
    /// Cores that it may use; `None`: as many as it wants.
    pub cpu_cores: Option<f64>,
    pub started: Time,
    /// From here on it answers.
    pub listens: Time,
    pub logs: Log<LogLine>,
    pub causes: Causes,
    /// Which of all starts this is.
    pub life: u64,
    /// It takes no requests from here on: it was told to stop.
    stops: Option<Time>,
    killed_for_memory: bool,
    /// Its last minute of traffic, for metrics.
    pub requests_per_second: f64,
    pub cpu_used_cores: f64,
    /// Requests by what they showed, and whether that was accepted, since it was told last.
    pub(crate) shown_keys: OrdMap<(Arc<str>, bool), f64>,
}

/// What a container starts with.
#[derive(Debug, Clone)]
pub struct Start {
    pub key: Key,
    pub program: Arc<Program>,
    pub env: OrdMap<String, String>,
    pub cpu_cores: Option<f64>,
    /// Bytes; a program that needs more is killed.
    pub memory_limit: Option<u64>,
    pub causes: Causes,
}

/// A container ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    pub key: Key,
    pub code: i32,
    /// `Completed`, `Error`, `OOMKilled`.
    pub reason: String,
    pub causes: Causes,
}

/// Longer than any grace period.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3_600);
/// 128 and the number of SIGKILL.
const KILLED: i32 = 137;

/// A life keeps this many log lines: more than `kubectl logs` is asked for in a lesson.
const LOG_LINES_MAX: usize = 2_000;

impl Container {
    pub fn listening(&self, now: Time) -> bool {
        self.program.port != 0 && now >= self.listens && self.stops.is_none_or(|at| now < at)
    }

    pub(crate) fn log(&mut self, at: Time, text: impl Into<Arc<str>>) {
        if self.logs.len() < LOG_LINES_MAX {
            self.logs.push(LogLine { at, text: text.into() });
        }
    }
}

impl Workload {
    /// A container starts. What it will do by itself (crash, end) is decided by its program and environment.
    #[inline(never)]
    pub fn start(&mut self, sim: &mut Sim, start: Start) {
        let now = sim.now();
        self.next_life += 1;
        let life = self.next_life;
        let program = start.program;
        let mut container = Container {
            env: start.env,
            cpu_cores: start.cpu_cores,
            started: now,
            listens: now + program.startup,
            logs: Log::default(),
            causes: start.causes,
            life,
            stops: None,
            killed_for_memory: start.memory_limit.is_some_and(|limit| limit < program.memory_bytes),
            requests_per_second: 0.0,
            cpu_used_cores: 0.0,
            shown_keys: OrdMap::new(),
            program: program.clone(),
        };
        if !program.runs_command {
            container.log(now, program.greeting.as_str());
        }
        if let Some(after) = container.fate() {
            self.timers.set(sim, now + after, Timer::Exit(start.key.clone(), life));
        }
        if let Some(old) = self.containers.insert(start.key.clone(), Arc::new(container)) {
            self.previous_logs.insert(start.key, old.logs.clone());
        }
    }

    #[inline(never)]
    pub(crate) fn exit_by_itself(&mut self, sim: &Sim, key: &Key, life: u64) -> Option<Exit> {
        let now = sim.now();
        let container = self.containers.get_mut(key).filter(|container| container.life == life)?;
        let container = Arc::make_mut(container);
        let (code, says) = container.end();
        let reason = match (container.killed_for_memory, code) {
            (true, _) => "OOMKilled",
            (_, 0) => "Completed",
            _ => "Error",
        };
        if !says.is_empty() {
            container.log(now, says);
        }
        let causes = container.causes.clone();
        self.retire(key);
        Some(Exit { key: key.clone(), code, reason: reason.into(), causes })
    }

    /// What a container's command printed, a line at a time. False: it is another life by now.
    pub fn say(&mut self, sim: &Sim, key: &Key, life: u64, line: &str) -> bool {
        let Some(container) = self.containers.get_mut(key).filter(|container| container.life == life) else {
            return false;
        };
        Arc::make_mut(container).log(sim.now(), line);
        true
    }

    /// A container's command has ended.
    pub fn end(&mut self, key: &Key, life: u64, code: i32) -> Option<Exit> {
        let container = self.containers.get(key).filter(|container| container.life == life)?;
        let (causes, reason) = (container.causes.clone(), if code == 0 { "Completed" } else { "Error" });
        self.retire(key);
        Some(Exit { key: key.clone(), code, reason: reason.into(), causes })
    }

    /// A container was told to stop: how long it takes, and its exit code. The first process of a container gets no signal
    /// that it has not asked for: most commands wait until they are killed.
    #[inline(never)]
    pub fn stop(&mut self, sim: &Sim, key: &Key) -> (Duration, i32) {
        let now = sim.now();
        if self.containers.get(key).is_some_and(|container| container.program.runs_command) {
            return (NEVER, KILLED);
        }
        if let Some(container) = self.containers.get_mut(key) {
            let container = Arc::make_mut(container);
            container.log(now, "SIGTERM: finishing open requests");
            container.stops = Some(now + Duration::from_secs(1));
        }
        (Duration::from_secs(1), 0)
    }

    /// A container is gone; its logs stay readable as the previous life's.
    pub fn retire(&mut self, key: &Key) {
        if let Some(old) = self.containers.remove(key) {
            self.previous_logs.insert(key.clone(), old.logs.clone());
        }
    }

    /// A whole pod is gone with all its logs.
    pub fn forget(&mut self, namespace: &str, pod: &str) {
        let gone = |key: &Key| &*key.namespace == namespace && &*key.pod == pod;
        self.containers.retain(|key, _| !gone(key));
        self.previous_logs.retain(|key, _| !gone(key));
    }

    /// Log lines of this life, or of the one before. A container that has ended shows its last life.
    pub fn logs(&self, key: &Key, previous: bool) -> Option<&Log<LogLine>> {
        match self.containers.get(key).filter(|_| !previous) {
            Some(container) => Some(&container.logs),
            None => self.previous_logs.get(key),
        }
    }
}

impl Container {
    /// The status that every request gets by a fault, if one holds.
    pub(crate) fn forced_status(&self) -> Option<u16> {
        self.program.faults.iter().filter(|fault| self.meets(fault)).find_map(|fault| match fault.effect {
            Effect::Status(status) => Some(status),
            Effect::Exit(_) | Effect::Delay(_) => None,
        })
    }

    /// How much longer every request takes by faults, in milliseconds.
    pub(crate) fn forced_delay_ms(&self) -> f64 {
        let delays = self.program.faults.iter().filter(|fault| self.meets(fault)).map(|fault| match fault.effect {
            Effect::Delay(delay) => delay.as_secs_f64() * 1_000.0,
            Effect::Exit(_) | Effect::Status(_) => 0.0,
        });
        delays.sum()
    }

    /// Faults that will end this program, soonest first.
    fn ends(&self) -> Option<(Duration, i32, &str)> {
        let met = self.program.faults.iter().filter(|fault| self.meets(fault));
        met.filter_map(|fault| match fault.effect {
            Effect::Exit(code) => Some((fault.after, code, fault.say.as_str())),
            Effect::Status(_) | Effect::Delay(_) => None,
        })
        .min_by_key(|(after, ..)| *after)
    }

    /// When it will end by itself.
    #[inline(never)]
    fn fate(&self) -> Option<Duration> {
        if self.program.runs_command {
            return self.killed_for_memory.then_some(Duration::from_millis(700));
        }
        if self.killed_for_memory {
            return Some(Duration::from_millis(700));
        }
        if self.missing_env().is_some() {
            return Some(Duration::from_millis(200));
        }
        let fault = self.ends().map(|(after, ..)| after.max(Duration::from_millis(100)));
        [fault, self.program.ends_after].into_iter().flatten().min()
    }

    fn missing_env(&self) -> Option<&String> {
        let unset = |name: &str| self.env.get(name).is_none_or(String::is_empty);
        self.program.needs_env.iter().find(|names| names.split('|').all(unset))
    }

    fn meets(&self, fault: &crate::program::Fault) -> bool {
        fault
            .when
            .as_ref()
            .is_none_or(|(name, equal, value)| (self.env.get(name).map_or("", String::as_str) == value) == *equal)
    }

    /// The exit code, and its last words.
    fn end(&self) -> (i32, String) {
        if self.killed_for_memory {
            return (137, String::new());
        }
        if let Some(names) = self.missing_env() {
            let names = names.replace('|', " or ");
            return (1, format!("fatal: the environment variable {names} is not set"));
        }
        self.ends().map_or((0, String::new()), |(_, code, say)| (code, say.to_string()))
    }
}
