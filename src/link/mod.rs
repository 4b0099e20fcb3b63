//! The link to the worker: starting it, speaking with it, keeping what it does, and starting another one when it dies.
//!
//! It holds no view of the world: what the worker says goes on to the page as actions.

mod begin;
mod clock;
mod hear;
mod keep;
mod recover;

pub use begin::{Keeping, Start};

use crate::browser::js::{self, Handler};
use crate::browser::storage::{Facts, Store};
use crate::browser::worker::{Engine, Heard};
use crate::place::Place;
use crate::state::{Action, Plain, Stage};
use screen::{Control, Input, Look, PROTOCOL, Reply, Saved, ToWorker};
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use yew::Callback;

pub struct Link {
    pub place: Place,
    events: Callback<Action>,
    me: Weak<Self>,
    state: RefCell<State>,
    /// Called in the next frame.
    frame: Handler,
    /// Called every second.
    beat: Handler,
}

type OnReply = Box<dyn FnOnce(Reply)>;

#[derive(Default)]
struct State {
    engine: Option<Engine>,
    phase: Phase,
    /// Compiled, as fetched.
    lesson: Vec<u8>,
    seed: u64,
    /// The session so far, as the next worker would get it.
    saved: Option<Saved>,
    /// Its snapshot is not the one in the database.
    snapshot_moved: bool,
    /// Lines typed before the world was there.
    early: Vec<Input>,
    /// The input that is being applied.
    ahead: Option<u64>,
    last_input: String,
    asked: Vec<(u32, OnReply)>,
    asked_count: u32,
    busy: bool,
    playing: bool,
    /// Something was sent that must be answered.
    owed: bool,
    heard_at: f64,
    /// When the last input was given, until the worker had its rest after it.
    restless_since: Option<f64>,
    /// Of the terminal; 0 before it was measured.
    columns: u16,
    frame: clock::Frames,
    /// Workers that died since an input was last applied.
    deaths: u32,
    keeper: Option<keep::Keeper>,
    facts: Facts,
}

/// How far the conversation with the present worker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    /// No worker, or a dead one.
    #[default]
    Silent,
    /// Started; it has not said hello.
    Calling,
    /// It said hello; there is no lesson to open yet.
    Greeted,
    /// The lesson was sent.
    Opening,
    Open,
}

impl Link {
    pub fn new(place: Place, events: Callback<Action>) -> Rc<Self> {
        let link = Rc::new_cyclic(|me: &Weak<Self>| {
            let (on_frame, on_beat) = (me.clone(), me.clone());
            Self {
                place,
                events,
                me: me.clone(),
                state: RefCell::default(),
                frame: Handler::new(move |_| {
                    if let Some(link) = on_frame.upgrade() {
                        link.on_frame();
                    }
                }),
                beat: Handler::new(move |_| {
                    if let Some(link) = on_beat.upgrade() {
                        link.on_beat();
                    }
                }),
            }
        });
        link.start_beats();
        link
    }

    /// Starts a worker, if none runs. The lesson follows when it has said hello and the lesson is here.
    pub fn call(&self) {
        if self.state.borrow().phase != Phase::Silent {
            return;
        }
        let me = self.me.clone();
        let heard = Rc::new(move |heard: Heard| {
            if let Some(link) = me.upgrade() {
                link.hear(heard);
            }
        });
        match Engine::start(&self.place.engine_folder(), &self.place.engine, heard) {
            Ok(engine) => {
                let mut state = self.state.borrow_mut();
                state.engine = Some(engine);
                state.phase = Phase::Calling;
                state.heard_at = js::now();
                drop(state);
                self.hello();
            }
            Err(why) => self.emit(Action::Stage(Stage::Plain(Plain::NoWorker(why)))),
        }
    }

    /// Always answered in kind: the beginning, and a sign of life.
    fn hello(&self) {
        self.send(&ToWorker::Hello { protocol: PROTOCOL, build: self.place.engine.to_string() });
    }

    /// Gives the lesson, and the session to go on with.
    fn open(&self, lesson: Vec<u8>, seed: u64, saved: Option<Saved>) {
        {
            let mut state = self.state.borrow_mut();
            state.lesson = lesson;
            state.seed = seed;
            state.saved = saved;
        }
        self.call();
        self.open_if_ready();
    }

    fn open_if_ready(&self) {
        let message = {
            let mut state = self.state.borrow_mut();
            if state.phase != Phase::Greeted || state.lesson.is_empty() {
                return;
            }
            state.phase = Phase::Opening;
            state.owed = true;
            state.heard_at = js::now();
            ToWorker::Open { lesson: state.lesson.clone(), seed: state.seed, saved: state.saved.clone() }
        };
        self.send(&message);
    }

    /// Opens another session in the place of the present one.
    fn replace(&self, saved: Saved) {
        {
            let mut state = self.state.borrow_mut();
            state.saved = Some(saved);
            state.snapshot_moved = true;
            state.ahead = None;
            state.deaths = 0;
        }
        self.hang_up();
        self.emit(Action::Stage(Stage::Starting));
        self.call();
    }

    /// Ends the worker.
    fn hang_up(&self) {
        let mut state = self.state.borrow_mut();
        let engine = state.engine.take();
        state.phase = Phase::Silent;
        state.busy = false;
        state.playing = false;
        state.owed = false;
        let asked = std::mem::take(&mut state.asked);
        drop(state);
        drop(engine);
        for (_, on_reply) in asked {
            on_reply(Reply::Nothing);
        }
    }

    fn send(&self, message: &ToWorker) {
        let state = self.state.borrow();
        if let (Some(engine), Ok(bytes)) = (&state.engine, postcard::to_allocvec(message)) {
            engine.send(&bytes);
        }
    }

    fn emit(&self, action: Action) {
        self.events.emit(action);
    }

    pub fn input(&self, input: Input) {
        let named = words(&input);
        {
            let mut state = self.state.borrow_mut();
            if state.phase != Phase::Open {
                drop(state);
                self.keep_for_later(input);
                return;
            }
            if let Some(named) = named {
                state.last_input = named;
            }
            state.restless_since = Some(js::now());
            state.expect_answer();
        }
        self.send(&ToWorker::Do(input));
    }

    /// A line typed before the world is there waits for it; nothing else can be done before.
    fn keep_for_later(&self, input: Input) {
        if let Input::Line { text, .. } = &input {
            let text = text.clone();
            self.state.borrow_mut().early.push(input);
            self.emit(Action::TypedAhead(text));
        }
    }

    pub fn control(&self, control: Control) {
        {
            let mut state = self.state.borrow_mut();
            if state.phase != Phase::Open {
                return;
            }
            if control == Control::Reset {
                // A snapshot of the old journal does not fit the new one.
                state.saved = None;
                state.snapshot_moved = true;
            }
        }
        self.send(&ToWorker::Control(control));
    }

    /// How wide the terminal is; every new worker is told.
    pub fn resize(&self, columns: u16) {
        let before = std::mem::replace(&mut self.state.borrow_mut().columns, columns);
        if before != columns {
            self.control(Control::Resize { columns });
        }
    }

    /// Asks; the answer comes to `on_reply`, `Nothing` if the worker dies meanwhile.
    pub fn ask(&self, look: Look, on_reply: impl FnOnce(Reply) + 'static) {
        let id = {
            let mut state = self.state.borrow_mut();
            if state.phase != Phase::Open {
                return;
            }
            state.asked_count += 1;
            let id = state.asked_count;
            state.asked.push((id, Box::new(on_reply)));
            state.expect_answer();
            id
        };
        self.send(&ToWorker::Ask { id, look });
    }

    pub fn playing(&self) -> bool {
        self.state.borrow().playing
    }

    pub fn store(&self) -> Option<Store> {
        self.state.borrow().keeper.as_ref().map(keep::Keeper::store)
    }

    /// What helps to find a fault. It holds no file and no answer of the learner's, but the last input.
    pub fn report(&self, what: &str) -> String {
        let state = self.state.borrow();
        let agent = js::text(&js::get(&js::part("navigator"), "userAgent"));
        format!(
            "Opsfest report\n{what}\nlesson: {}\nbuild: {}\nseed: {}\nlast input: {}\nworld time: {}\nbrowser: {agent}\n",
            self.place.lesson, self.place.engine, state.seed, state.last_input, state.facts.time
        )
    }
}

impl State {
    fn expect_answer(&mut self) {
        if !self.owed {
            self.owed = true;
            self.heard_at = js::now();
        }
    }
}

/// How an input is named to the learner; the clock's moves are not.
fn words(input: &Input) -> Option<String> {
    Some(match input {
        Input::Line { text, .. } => text.clone(),
        Input::Interrupt { .. } => "Ctrl-C".to_owned(),
        Input::EndOfInput { .. } => "Ctrl-D".to_owned(),
        Input::Suspend { .. } => "Ctrl-Z".to_owned(),
        Input::Save { path, .. } => format!("save {path}"),
        Input::Delete { path } => format!("delete {path}"),
        Input::Rename { from, .. } => format!("rename {from}"),
        Input::Advance { .. } => return None,
        Input::ArgoCd { app, .. } => format!("button of {app}"),
        Input::Rerun { run } => format!("run {run} again"),
        Input::Review { environment, approve: true, .. } => format!("approve {environment}"),
        Input::Review { environment, .. } => format!("reject {environment}"),
        Input::DeletePod { name, .. } => format!("delete pod {name}"),
        Input::Answer { step, .. } | Input::Predict { step, .. } => format!("answer to {step}"),
        Input::Quiz(_) => "answer to the quiz".to_owned(),
        Input::Hint { step, .. } => format!("hint for {step}"),
        Input::ImportBundle { name, .. } => format!("import {name}"),
        Input::Pull { repo, .. } => format!("pull request of {repo}"),
        Input::Fault(_) => "break something".to_owned(),
        Input::OpenTerminal { .. } => "open a terminal".to_owned(),
        Input::CloseTerminal { .. } => "close a terminal".to_owned(),
    })
}
