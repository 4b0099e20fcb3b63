//! A container as a machine: its files, its environment, and the programs that run in it. It is made when somebody first
//! goes in, and swept away when its life is over.

use super::kube::Kube;
use cluster::Object;
use workload::Key;
use world::{MachineId, NOT_IN_IMAGES};

pub(super) use world::container_spec as spec_of;

/// Whether the container runs.
pub(super) fn runs(kube: &Kube<'_, '_>, pod: &Object, container: &str) -> bool {
    let key = Key::new(pod.namespace(), pod.name(), container);
    kube.cx.world.workload.container(&key).is_some() || ephemeral(pod, container)
}

/// Whether it is an ephemeral container that runs.
fn ephemeral(pod: &Object, container: &str) -> bool {
    let mut all = pod.value.list_at("status.ephemeralContainerStatuses").iter();
    all.any(|status| status.str_at("name") == container && !status.at("state.running").is_null())
}

/// Whether its image has this program. The image of a pause container has none.
pub(super) fn has_program(kube: &Kube<'_, '_>, pod: &Object, container: &str, name: &str) -> bool {
    let key = Key::new(pod.namespace(), pod.name(), container);
    let empty = kube.cx.world.workload.container(&key).is_some_and(|c| c.program.name == "pause");
    !empty && !NOT_IN_IMAGES.contains(&name)
}

/// The machine of a running container.
pub(super) fn machine(kube: &mut Kube<'_, '_>, pod: &Object, container: &str) -> MachineId {
    kube.cx.world.container_machine(pod, container)
}
