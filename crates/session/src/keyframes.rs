//! Keyframes: forks of the moment before inputs, so that any moment is near one.

use crate::journal::NodeId;
use crate::moment::Moment;
use order::OrdMap;
use std::rc::Rc;

/// Forks by the node before which they stand. They share structure, so most cost little.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keyframes {
    before: OrdMap<NodeId, Rc<Moment>>,
}

/// More than this are thinned out: of the older half, every other goes.
const KEYFRAMES_MAX: usize = 256;

impl Keyframes {
    pub fn keep(&mut self, id: NodeId, moment: Moment) {
        self.before.insert(id, Rc::new(moment));
        if self.before.len() > KEYFRAMES_MAX {
            let old: Vec<NodeId> = self.before.keys().take(KEYFRAMES_MAX / 2).copied().collect();
            for id in old.iter().skip(1).step_by(2) {
                self.before.remove(id);
            }
        }
    }

    pub fn len(&self) -> usize {
        self.before.len()
    }

    pub fn before(&self, id: NodeId) -> Option<&Rc<Moment>> {
        self.before.get(&id)
    }
}
