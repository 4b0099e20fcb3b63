//! Undo, redo, rewind, branch: every one is a place in the journal and a replay from the nearest keyframe.

use crate::journal::NodeId;
use crate::moment::Moment;
use crate::session::Session;
use sim::Time;

/// How long, in virtual time, a replay follows what its last input started.
const LAST_INPUT_MAX: std::time::Duration = std::time::Duration::from_secs(24 * 3_600);

impl Session {
    /// The moment just before the n-th input on the way to the head (0: the start; its length: now).
    #[inline(never)]
    pub fn moment_at(&mut self, at: usize) -> Moment {
        let path = self.journal.path();
        if at >= path.len() {
            return self.now.clone();
        }
        // The nearest keyframe at or before the place; else the start.
        let (mut next, mut moment) = path[..=at]
            .iter()
            .enumerate()
            .rev()
            .find_map(|(index, id)| self.keyframes.before(*id).map(|frame| (index, (**frame).clone())))
            .unwrap_or_else(|| (0, self.start.clone()));
        while next < at {
            self.replay_one(&mut moment, &path, next);
            next += 1;
            // A session that was opened again has none before its snapshot: the next look is not as long.
            self.keyframes.keep(path[next], moment.clone());
        }
        if let Some(node) = self.journal.node(path[at]) {
            moment.advance_to(&self.lesson, node.at);
        }
        moment
    }

    /// Replays the n-th input of a path and what it started, up to the next input's time.
    #[inline(never)]
    pub(crate) fn replay_one(&self, moment: &mut Moment, path: &[NodeId], at: usize) {
        let Some(node) = path.get(at).and_then(|id| self.journal.node(*id)) else { return };
        let until = path.get(at + 1).and_then(|id| self.journal.node(*id)).map_or(Time::MAX, |node| node.at);
        moment.advance_to(&self.lesson, node.at.max(moment.now()));
        if !node.skipped {
            moment.apply(&self.lesson, &node.input, &mut Vec::new());
        }
        if until < Time::MAX {
            moment.settle(&self.lesson, until);
            moment.advance_to(&self.lesson, until.max(moment.now()));
        }
    }

    /// Replays the whole journal from the start: what `verify-progress` and the tests do.
    #[inline(never)]
    pub fn replay_all(&self) -> Moment {
        let path = self.journal.path();
        let mut moment = self.start.clone();
        for at in 0..path.len() {
            self.replay_one(&mut moment, &path, at);
        }
        // What the last input started comes to rest, as it did when it was given; an endless loop is cut.
        let limit = moment.now() + LAST_INPUT_MAX;
        moment.settle(&self.lesson, limit);
        moment
    }

    /// Takes the last input back.
    pub fn undo(&mut self) -> bool {
        self.stop();
        let path = self.journal.path();
        let Some(last) = path.len().checked_sub(1) else { return false };
        let moment = self.moment_at(last);
        self.journal.undo();
        self.look_at_now(moment);
        true
    }

    /// Does again what was taken back last.
    #[inline(never)]
    pub fn redo(&mut self) -> bool {
        self.stop();
        let Some(id) = self.journal.redo() else { return false };
        let Some(node) = self.journal.node(id).cloned() else { return false };
        let mut said = Vec::new();
        self.now.advance_to(&self.lesson, node.at.max(self.now.now()));
        self.keyframes.keep(id, self.now.clone());
        if !node.skipped {
            self.now.apply(&self.lesson, &node.input, &mut said);
        }
        self.said.extend(said);
        self.changed_all();
        true
    }

    /// Looks at an earlier moment without going there; `None` returns to now.
    pub fn seek(&mut self, at: Option<usize>) {
        self.stop();
        let entries = self.journal.path().len();
        self.viewing = at.filter(|at| *at < entries).map(|at| (at, Box::new(self.moment_at(at))));
        self.changed_all();
    }

    /// Goes on from the moment being looked at.
    pub fn branch_here(&mut self) -> bool {
        let Some((at, moment)) = self.viewing.take() else { return false };
        if let Some(id) = self.journal.path().get(at) {
            self.journal.branch_before(*id);
        }
        self.look_at_now(*moment);
        self.say(true, "A new branch begins here; the old one is kept in the journal.");
        true
    }

    fn look_at_now(&mut self, moment: Moment) {
        self.now = moment;
        self.viewing = None;
        self.changed_all();
    }
}
