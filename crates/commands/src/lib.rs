//! The tools: one folder a tool, one file a subcommand. Each reads and acts through the world's doors and runs
//! others only by `spawn`; none keeps state of its own, and none prints what does not come from the world.

mod argocd;
mod cobra;
pub mod complete;
pub mod core;
mod docker;
mod flux;
pub mod getopt;
mod gh;
mod git;
mod helm;
mod jq;
pub mod kubectl;
mod packages;
mod rollouts;
mod secrets;
mod yq;

pub use gh::merger;
pub use kubectl::{TOLD, impersonated, owner, token_for, user_of_token};

use shell::Bash;
use world::{Program, Programs};

/// Every program of the sandbox.
pub fn programs() -> Programs {
    let shells = [Program::steps::<Bash>("bash"), Program::steps::<Bash>("sh")];
    Programs::new(
        shells
            .into_iter()
            .chain(core::programs())
            .chain([flux::program(), git::program(), helm::program(), jq::program(), kubectl::program(), yq::program()])
            .chain([rollouts::program()])
            .chain(argocd::programs())
            .chain(gh::programs())
            .chain(docker::programs())
            .chain(packages::programs())
            .chain(secrets::programs()),
    )
}
