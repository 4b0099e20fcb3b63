//! What `docker run`, `exec` and `logs -f` stay with until it ends.

use super::{Answer, Docker, Next};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use world::{Cx, Lives, Pid, Step};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Running {
    /// A process: of a container, or one more inside of it.
    Command { id: Option<String>, pid: Pid },
    /// What a container logs, from a byte on; its exit code is ours where we belong to it.
    Follow { id: String, shown: usize, ours: bool },
}

/// How often a log is looked at.
const LOOK: Duration = Duration::from_millis(200);

impl Running {
    pub fn follow(id: String, shown: usize, ours: bool) -> Self {
        Self::Follow { id, shown, ours }
    }

    // Unlike docker: what a container prints to the terminal that stays with it is not kept for `docker logs`.
    pub fn step(self, cx: &mut Cx<'_>) -> Answer {
        let host = cx.machine_id();
        match self {
            Self::Command { id, pid } => {
                let Some(code) = cx.reap(pid) else {
                    return Ok(Next::As(Docker::Run(Box::new(Self::Command { id, pid })), Step::Child));
                };
                if let Some(id) = id {
                    cx.world.docker_over(&host, &id, code);
                    remove(cx, &id);
                }
                Ok(Next::Done(code))
            }
            Self::Follow { id, shown, ours } => {
                let log = cx.world.docker_log(&host, &id);
                if let Some(new) = log.get(shown..).filter(|new| !new.is_empty()) {
                    cx.out(new);
                }
                let lives = cx.world.docker(&host).and_then(|docker| docker.containers.get(&id)).map(|one| one.lives);
                match lives {
                    Some(Lives::Running) => {
                        let next = Self::Follow { id, shown: log.len().max(shown), ours };
                        Ok(Next::As(Docker::Run(Box::new(next)), Step::Pace(cx.now() + LOOK)))
                    }
                    Some(Lives::Exited(code)) if ours => {
                        remove(cx, &id);
                        Ok(Next::Done(code))
                    }
                    _ => Ok(Next::Done(0)),
                }
            }
        }
    }
}

/// `--rm`: the container goes with its command.
fn remove(cx: &mut Cx<'_>, id: &str) {
    let host = cx.machine_id();
    let gone = cx.world.docker(&host).and_then(|docker| docker.containers.get(id)).is_some_and(|one| one.remove);
    if gone {
        cx.world.docker_remove(&host, id);
    }
}
