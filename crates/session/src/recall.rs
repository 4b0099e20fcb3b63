//! A session opened from a snapshot has no keyframes of what lies before it. While nothing else is to be done they are
//! made again, some at a time, so that looking back is as quick as it was before.

use crate::journal::NodeId;
use crate::moment::Moment;
use crate::session::Session;

/// How far the way to the snapshot was gone again.
#[derive(Debug)]
pub(crate) struct Recall {
    /// The way from the start to the snapshot, and on: branches made later do not change it.
    path: Vec<NodeId>,
    /// The place that was reached, and the moment before its input.
    next: usize,
    moment: Moment,
}

impl Recall {
    pub fn new(path: Vec<NodeId>, start: Moment) -> Self {
        Self { path, next: 0, moment: start }
    }
}

impl Session {
    /// Whether there are moments before the snapshot that take long to look at.
    pub fn can_recall(&self) -> bool {
        self.recall.is_some()
    }

    /// How many moments can be looked at without a replay.
    pub fn keyframes(&self) -> usize {
        self.keyframes.len()
    }

    /// Makes keyframes while `go_on` says that there is time.
    #[inline(never)]
    pub fn recall(&mut self, go_on: &mut dyn FnMut() -> bool) {
        let Some(mut recall) = self.recall.take() else { return };
        while go_on() {
            let Some(id) = recall.path.get(recall.next).copied() else { return };
            match self.keyframes.before(id) {
                // A look back was quicker.
                Some(frame) => recall.moment = (**frame).clone(),
                None => self.keyframes.keep(id, recall.moment.clone()),
            }
            self.replay_one(&mut recall.moment, &recall.path, recall.next);
            recall.next += 1;
        }
        self.recall = Some(recall);
    }
}
