//! When a worker dies: a new one gets the session without the input that killed the old one.

use super::{Link, Phase};
use crate::state::{Action, Notice, Plain, Stage};
use yew::platform::spawn_local;

/// So many workers may die in a row before we stop trying.
const DEATHS_MAX: u32 = 3;

impl Link {
    /// Called while the dead worker's message is being handled: it is taken down after that.
    pub(super) fn died(&self, words: String) {
        let was = {
            let mut state = self.state.borrow_mut();
            let was = state.phase;
            state.phase = Phase::Silent;
            was
        };
        if was == Phase::Silent {
            return;
        }
        let me = self.me.clone();
        spawn_local(async move {
            if let Some(link) = me.upgrade() {
                link.recover(was, &words);
            }
        });
    }

    fn recover(&self, was: Phase, words: &str) {
        let report = self.report(words);
        let (input, hope) = self.leave_out(was);
        self.hang_up();
        self.keep();
        if !hope {
            self.emit(Action::Stage(Stage::Plain(Plain::Stopped(report))));
            return;
        }
        self.emit(Action::Stage(Stage::Starting));
        self.emit(Action::Notice(Notice::Recovered { input, report }));
        self.call();
    }

    /// Leaves out what killed the worker: the input that was being applied, else the snapshot. Gives the input's
    /// words, and whether another try makes sense.
    fn leave_out(&self, was: Phase) -> (String, bool) {
        let state = &mut *self.state.borrow_mut();
        state.deaths += 1;
        let mut hope = state.deaths <= DEATHS_MAX;
        let ahead = state.ahead.take();
        let opening = was != Phase::Open;
        match (ahead, &mut state.saved) {
            (Some(sequence), Some(saved)) => saved.skip.push(sequence),
            (None, Some(saved)) if opening => {
                hope &= saved.snapshot.take().is_some();
                state.snapshot_moved = true;
            }
            (None, None) if opening => hope = false,
            _ => {}
        }
        (state.last_input.clone(), hope)
    }

    /// The learner wants another try after we stopped trying.
    pub fn try_again(&self) {
        self.state.borrow_mut().deaths = 0;
        self.emit(Action::Stage(Stage::Starting));
        self.call();
    }
}
