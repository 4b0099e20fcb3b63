//! Plugins: `kubectl argo rollouts` starts the program `kubectl-argo-rollouts`.

use super::kube::{Answer, Kube};
use super::{Next, Phase};
use serde::{Deserialize, Serialize};
use world::{Cx, Pid, Step};

/// The words that begin a command, and the program behind them.
const PLUGINS: [(&[&str], &str); 1] = [(&["argo", "rollouts"], crate::rollouts::NAME)];

/// A plugin that is waited for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Running(Pid);

/// Starts the plugin that the words mean; nothing where they mean none.
pub(super) fn start(cx: &mut Cx<'_>, args: &[String]) -> Option<Answer> {
    let means =
        |(words, _): &&(&[&str], &str)| args.len() >= words.len() && words.iter().zip(args).all(|(a, b)| a == b);
    let (words, program) = PLUGINS.iter().find(means)?;
    let argv = std::iter::once((*program).to_string()).chain(args[words.len()..].iter().cloned()).collect();
    let (env, fds) = (cx.env_all(), cx.fds());
    let pid = cx.spawn(argv, env, fds)?;
    Some(Kube::wait(Phase::Plugin(Running(pid)), Step::Child))
}

impl Running {
    pub fn step(self, kube: &mut Kube<'_, '_>) -> Answer {
        match kube.cx.reap(self.0) {
            Some(code) => Ok(Next::Done(code)),
            None => Kube::wait(Phase::Plugin(self), Step::Child),
        }
    }
}
