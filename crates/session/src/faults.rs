//! What the Cluster panel's buttons break, and mend again.

use crate::moment::{Moment, Said};
use screen::Fault;

/// What was done, in words.
pub(crate) fn told(fault: &Fault) -> String {
    match fault {
        Fault::CutPower { node } => format!("Cut the power of {node}"),
        Fault::PowerOn { node } => format!("Switch {node} on"),
        Fault::BadImage { deployment, .. } => format!("Give {deployment} an image that does not exist"),
        Fault::Drift { deployment, .. } => format!("Change {deployment} by hand"),
    }
}

impl Moment {
    #[inline(never)]
    pub(crate) fn fault(&mut self, fault: &Fault, said: &mut Vec<Said>) {
        let causes = self.note("cluster", "Click", &told(fault));
        let world = &mut self.world;
        let done = match fault {
            Fault::CutPower { node } => {
                let cut = world.cut_power(node, &causes);
                cut.map(|()| format!("{node} has no power. Kubernetes finds out when its heartbeat is missed."))
            }
            Fault::PowerOn { node } => world.power_on(node, &causes).map(|()| format!("{node} starts.")),
            Fault::BadImage { namespace, deployment } => world
                .break_image(namespace, deployment, &causes)
                .map(|image| format!("{namespace}/{deployment} shall run {image}, which no registry has.")),
            Fault::Drift { namespace, deployment } => world.drift(namespace, deployment, &causes).map(|replicas| {
                format!("{namespace}/{deployment} shall have {replicas} replicas now, whatever Git says.")
            }),
        };
        match done {
            Ok(text) => said.push(Said { good: true, text }),
            Err(status) => said.push(Said { good: false, text: status.to_string() }),
        }
    }
}
