//! What a commit changed, beside the pointer that rests on its row.

use crate::acts::Acts;
use crate::browser::{dom, js};
use crate::components::{diff, whole};
use screen::{Look, Reply};
use std::cell::Cell;
use std::rc::Rc;
use yew::platform::spawn_local;
use yew::prelude::*;

/// Longer than a pointer on its way stays on a row.
const REST_MS: u32 = 350;
const WIDTH_PX: f64 = 460.0;
const HEIGHT_PX: f64 = 300.0;

/// The shown diff, and how often the pointer has come or gone: what was asked for before is too late.
#[derive(Clone)]
pub struct Peek {
    shown: UseStateHandle<Option<Rc<str>>>,
    turn: Rc<Cell<u32>>,
}

#[hook]
pub fn use_peek() -> Peek {
    let turn = use_memo((), |()| Cell::new(0));
    Peek { shown: use_state_eq(|| None), turn }
}

impl Peek {
    /// The pointer has come to the row of a commit.
    pub fn over(&self, acts: &Acts, repo: &str, commit: &str) -> Callback<MouseEvent> {
        let (peek, acts) = (self.clone(), acts.clone());
        let (repo, commit) = (repo.to_owned(), commit.to_owned());
        Callback::from(move |event: MouseEvent| {
            let (shown, acts) = (peek.shown.setter(), acts.clone());
            let look = Look::CommitDiff { repo: repo.clone(), commit: commit.clone() };
            let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
            let turn = peek.turns();
            let turns = Rc::clone(&peek.turn);
            spawn_local(async move {
                js::sleep(REST_MS).await;
                if turns.get() != turn {
                    return;
                }
                acts.ask(look, move |_, reply| {
                    if let Reply::Diff(text) = reply
                        && turns.get() == turn
                    {
                        place(x, y);
                        shown.set(Some(text.into()));
                    }
                });
            });
        })
    }

    /// The pointer is gone.
    pub fn out(&self) -> Callback<MouseEvent> {
        let peek = self.clone();
        Callback::from(move |_| peek.hide())
    }

    /// The same is shown otherwise.
    pub fn hide(&self) {
        self.turns();
        self.shown.set(None);
    }

    fn turns(&self) -> u32 {
        self.turn.set(self.turn.get().wrapping_add(1));
        self.turn.get()
    }

    pub fn view(&self) -> Html {
        let text = self.shown.as_deref().unwrap_or_default();
        // A press on the row opens the same as a sheet, which the keyboard reaches.
        html! {
            <div class="peek" aria-hidden="true" hidden={text.is_empty()}>
                { diff(text, String::new()) }
            </div>
        }
    }
}

/// Below the pointer, or above it where there is no room.
fn place(x: f64, y: f64) {
    let size = |name: &str| js::number(&js::get(&js::global(), name));
    let (width, height) = (size("innerWidth"), size("innerHeight"));
    let left = (x + 16.0).min(width - WIDTH_PX - 8.0).max(8.0);
    let top = if y + 20.0 + HEIGHT_PX < height { y + 20.0 } else { (y - 12.0 - HEIGHT_PX).max(8.0) };
    dom::set_property(".peek", "left", &format!("{}px", whole(left)));
    dom::set_property(".peek", "top", &format!("{}px", whole(top)));
}
