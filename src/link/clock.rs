//! Wall time for the worker: a tick in every frame while it has more to do or the world plays, and the heartbeat.

use super::{Link, Phase};
use crate::browser::{dom, js};
use screen::ToWorker;
use wasm_bindgen::JsValue;

/// A worker that says nothing for so long is dead.
const SILENCE_MAX_MS: f64 = 5_000.0;
/// After this silence it is asked for a sign of life.
const ASK_AFTER_MS: f64 = 2_000.0;
/// Replaying a long session at the start may take longer.
const OPENING_MAX_MS: f64 = 30_000.0;
const BEAT_MS: f64 = 1_000.0;
/// After so long without an input the worker may do what can wait.
const REST_MS: f64 = 1_500.0;
/// A tick that brought no word is repeated after this time.
const UNANSWERED_MS: f64 = 100.0;
/// What a tick may say at most: a tab that slept does not make the world jump.
const TICK_MAX_MS: f64 = 100.0;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Frames {
    /// A frame was asked for.
    waiting: bool,
    last_at: f64,
    unanswered_since: Option<f64>,
}

impl Frames {
    pub(super) fn answered(&mut self) {
        self.unanswered_since = None;
    }

    /// The milliseconds to tell the worker now; `None` while it still has the last tick.
    fn tick(&mut self, now: f64) -> Option<u32> {
        if self.unanswered_since.is_some_and(|since| now - since < UNANSWERED_MS) {
            return None;
        }
        let millis = (now - self.last_at).clamp(1.0, TICK_MAX_MS);
        self.last_at = now;
        self.unanswered_since = Some(now);
        Some(millis as u32)
    }
}

impl Link {
    /// Asks for a frame, if there is something to do in it.
    pub(super) fn wake(&self) {
        {
            let mut state = self.state.borrow_mut();
            let wanted = state.phase == Phase::Open && (state.busy || state.playing);
            if !wanted || state.frame.waiting {
                return;
            }
            state.frame.waiting = true;
            state.frame.last_at = js::now();
        }
        self.ask_for_frame();
    }

    fn ask_for_frame(&self) {
        js::tell(&js::global(), "requestAnimationFrame", &[self.frame.value()]);
    }

    pub(super) fn on_frame(&self) {
        let millis = {
            let mut state = self.state.borrow_mut();
            if state.phase != Phase::Open || !(state.busy || state.playing) {
                state.frame.waiting = false;
                return;
            }
            state.frame.tick(js::now())
        };
        if let Some(millis) = millis {
            self.send(&ToWorker::Tick { millis });
        }
        self.ask_for_frame();
    }

    pub(super) fn start_beats(&self) {
        let every = JsValue::from_f64(BEAT_MS);
        js::tell(&js::global(), "setInterval", &[self.beat.value(), &every]);
    }

    /// In a hidden tab nothing is expected: its frames stand still.
    pub(super) fn on_beat(&self) {
        let now = js::now();
        let (silent, asks) = {
            let mut state = self.state.borrow_mut();
            if dom::hidden() {
                state.heard_at = now;
            }
            let most = if state.phase == Phase::Opening { OPENING_MAX_MS } else { SILENCE_MAX_MS };
            let expected = matches!(state.phase, Phase::Opening | Phase::Open) && (state.busy || state.owed);
            let silence = if expected { now - state.heard_at } else { 0.0 };
            (silence > most, silence > ASK_AFTER_MS && state.phase == Phase::Open)
        };
        if self.may_rest(now) {
            self.send(&ToWorker::Rest);
        }
        if silent {
            self.died("it did not answer".to_owned());
        } else if asks {
            self.hello();
        }
    }

    /// Once after each spell of inputs.
    fn may_rest(&self, now: f64) -> bool {
        let mut state = self.state.borrow_mut();
        let idle = state.phase == Phase::Open && !state.busy && !state.playing && !state.owed;
        let rests = idle && state.restless_since.is_some_and(|since| now - since > REST_MS);
        if rests {
            state.restless_since = None;
        }
        rests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_waits_for_the_answer_to_the_last_one() {
        let mut frames = Frames::default();
        assert_eq!(frames.tick(16.0), Some(16));
        assert_eq!(frames.tick(32.0), None);
        frames.answered();
        assert_eq!(frames.tick(48.0), Some(32));
        assert_eq!(frames.tick(5_000.0), Some(100), "a tab that slept does not make the world jump");
    }
}
