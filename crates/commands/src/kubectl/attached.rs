//! `kubectl run -it`: stays with the container that it made, until its program ends.

// Unlike kubectl: what a container printed before somebody came is shown too, and there is no `kubectl attach` to come back.

use super::kube::{Answer, Kube, Stop, told};
use super::{Next, Phase};
use cluster::{DeleteOptions, Object, POD};
use manifest::Value;
use serde::{Deserialize, Serialize};
use sim::Time;
use std::sync::Arc;
use std::time::Duration;
use workload::Key;
use world::{Fd, Pid, Step};

/// `--pod-running-timeout`.
const PATIENCE: Duration = Duration::from_secs(60);

/// So long a running program is waited for as what will end.
const SOON: Duration = Duration::from_secs(600);

/// A kubectl that stays with a container.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attached {
    pub namespace: String,
    /// The pod, and its container of the same name.
    pub name: String,
    /// Its input is ours.
    pub stdin: bool,
    pub tty: bool,
    pub quiet: bool,
    /// The pod goes when its program is over.
    pub remove: bool,
    /// It is over for good, and its exit code is ours.
    pub once: bool,
    until: Time,
    process: Option<Pid>,
    /// Lines of the log that were shown.
    shown: usize,
    /// The session is over; its exit code is waited for.
    over: bool,
}

impl Attached {
    pub fn new(kube: &Kube<'_, '_>, name: &str) -> Self {
        Self {
            namespace: kube.namespace.clone(),
            name: name.into(),
            stdin: false,
            tty: false,
            quiet: false,
            remove: false,
            once: false,
            until: kube.cx.now() + PATIENCE,
            process: None,
            shown: 0,
            over: false,
        }
    }

    fn pod(&self, kube: &Kube<'_, '_>) -> Option<Arc<Object>> {
        kube.store().get(POD, &self.namespace, &self.name).cloned()
    }

    pub fn step(mut self, kube: &mut Kube<'_, '_>) -> Answer {
        if let Some(pid) = self.process {
            let Some(code) = kube.cx.reap(pid) else { return Kube::wait(Phase::Attached(Box::new(self)), Step::Child) };
            let key = Key::new(&self.namespace, &self.name, &self.name);
            kube.cx.world.container_over(&key, code);
            self.process = None;
            self.over = true;
            self.until = kube.cx.now() + PATIENCE;
        }
        let Some(pod) = self.pod(kube) else { return Err(Stop::error(format!("pods {:?} not found", self.name))) };
        let ended = ended(&pod);
        if !self.stdin {
            self.show_log(kube);
        }
        if let Some(code) = ended.filter(|_| self.once || !self.stdin) {
            return self.finish(kube, Some(code));
        }
        if self.over && !self.once {
            if !self.remove && !self.quiet {
                let name = &self.name;
                let tty = if self.tty { " -i -t" } else { " -i" };
                kube.err(format!(
                    "Session ended, resume using 'kubectl attach {name} -c {name}{tty}' command when the pod is running\n"
                ));
            }
            return self.finish(kube, None);
        }
        if running(&pod) && self.stdin && !self.over {
            return self.enter(kube, &pod);
        }
        if !running(&pod) {
            if kube.cx.now() >= self.until {
                return Err(Stop::error("timed out waiting for the condition"));
            }
            let until = self.until;
            return Kube::wait(Phase::Attached(Box::new(self)), Step::Change(until));
        }
        // Most programs that somebody waits for are over soon; what runs on goes at the clock's own speed.
        let soon = self.until + SOON;
        let step = if kube.cx.now() < soon { Step::Change(soon) } else { Step::Follow };
        Kube::wait(Phase::Attached(Box::new(self)), step)
    }

    /// Its program runs, with our input and output.
    fn enter(mut self, kube: &mut Kube<'_, '_>, pod: &Object) -> Answer {
        if self.tty && !kube.cx.stdin_is_terminal() && !self.quiet {
            kube.err("Unable to use a TTY - input is not a terminal or the right kind of file\n");
        }
        if !self.quiet {
            kube.err("If you don't see a command prompt, try pressing enter.\n");
        }
        let fds = [0, 1, 2].map(|number| (number, kube.cx.fd(number))).into();
        let terminal = match (kube.cx.fd(0), kube.cx.fd(1)) {
            (Fd::Terminal(id), _) | (_, Fd::Terminal(id)) => Some(id),
            _ => None,
        };
        let (parent, causes) = (kube.cx.pid, kube.cx.causes());
        self.process = kube.cx.world.enter_container(pod, &self.name, parent, fds, terminal, causes);
        match self.process {
            Some(_) => Kube::wait(Phase::Attached(Box::new(self)), Step::Child),
            // A server has no shell to type into: what it prints is shown.
            None => {
                self.stdin = false;
                self.step(kube)
            }
        }
    }

    fn show_log(&mut self, kube: &mut Kube<'_, '_>) {
        let key = Key::new(&self.namespace, &self.name, &self.name);
        let Some(log) = kube.cx.world.workload.logs(&key, false) else { return };
        let text: String = log.since(self.shown).map(|line| format!("{}\n", line.text)).collect();
        self.shown = log.len();
        kube.out(text);
    }

    fn finish(self, kube: &mut Kube<'_, '_>, code: Option<i64>) -> Answer {
        let code = i32::try_from(code.unwrap_or(0)).unwrap_or(1);
        if self.remove {
            let (writer, place) = (kube.writer(), (POD, self.namespace.as_str(), self.name.as_str()));
            let options = DeleteOptions::default();
            let done = kube.cx.world.api(|cluster, sim| cluster.delete(sim, place, options, &writer));
            done.map_err(|status| Stop { message: told(&status, ""), code: 1 })?;
            kube.out(format!("pod \"{}\" deleted\n", self.name));
        }
        if code != 0 && self.once {
            let told = format!("pod {}/{} terminated (Error)\n", self.namespace, self.name);
            return Err(Stop { message: told, code });
        }
        Ok(Next::Done(0))
    }
}

fn status(pod: &Object) -> &Value {
    pod.value.list_at("status.containerStatuses").first().unwrap_or(&Value::Null)
}

fn running(pod: &Object) -> bool {
    !status(pod).at("state.running").is_null()
}

/// The exit code of a container that is over for good.
fn ended(pod: &Object) -> Option<i64> {
    let done = matches!(pod.value.str_at("status.phase"), "Succeeded" | "Failed");
    status(pod).int_at("state.terminated.exitCode").filter(|_| done)
}
