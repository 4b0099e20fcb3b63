//! Keeping the session in the browser's database, as the worker writes it ahead.

use super::Link;
use crate::browser::js;
use crate::browser::storage::{Session, SnapshotChange, Store};
use crate::state::{Action, Notice};
use yew::platform::spawn_local;

/// Where the session is kept.
#[derive(Debug, Clone)]
pub(super) struct Keeper {
    store: Store,
    key: String,
    /// A write is under way; what comes meanwhile is written after it.
    writing: bool,
    again: bool,
}

impl Keeper {
    pub(super) fn new(store: Store, key: String) -> Self {
        Self { store, key, writing: false, again: false }
    }

    pub(super) fn store(&self) -> Store {
        self.store.clone()
    }
}

impl Link {
    /// Writes the session, now or after the write that is under way.
    pub(super) fn keep(&self) {
        {
            let mut state = self.state.borrow_mut();
            let nothing = state.saved.as_ref().is_none_or(|saved| saved.journal.is_empty());
            let Some(keeper) = &mut state.keeper else {
                return;
            };
            if nothing || std::mem::replace(&mut keeper.writing, true) {
                keeper.again = !nothing;
                return;
            }
        }
        let me = self.me.clone();
        spawn_local(async move {
            while let Some(link) = me.upgrade() {
                let Some((keeper, session, snapshot)) = link.next_write() else {
                    return;
                };
                drop(link);
                let written = keeper.store.keep_session(&keeper.key, &session, snapshot).await;
                if let (Err(why), Some(link)) = (written, me.upgrade()) {
                    link.emit(Action::Notice(Notice::NothingKept(why)));
                }
                if me.upgrade().is_none_or(|link| !link.write_again()) {
                    return;
                }
            }
        });
    }

    fn next_write(&self) -> Option<(Keeper, Session, SnapshotChange)> {
        let state = &mut *self.state.borrow_mut();
        let keeper = state.keeper.clone()?;
        let saved = state.saved.as_ref()?;
        let snapshot = match &saved.snapshot {
            _ if !std::mem::take(&mut state.snapshot_moved) => SnapshotChange::Same,
            Some(snapshot) => SnapshotChange::New(snapshot.clone()),
            None => SnapshotChange::Gone,
        };
        let session = Session {
            journal: saved.journal.clone(),
            skip: saved.skip.clone(),
            updated: js::call(&js::part("Date"), "now", &[]).map(|now| js::number(&now)).unwrap_or_default(),
            build: self.place.engine.to_string(),
            facts: state.facts.clone(),
        };
        Some((keeper, session, snapshot))
    }

    fn write_again(&self) -> bool {
        let mut state = self.state.borrow_mut();
        let Some(keeper) = &mut state.keeper else {
            return false;
        };
        keeper.writing = keeper.again;
        std::mem::take(&mut keeper.again)
    }

    /// Another tab has the lesson now: nothing is written any more.
    pub(super) fn stop_keeping(&self) {
        self.state.borrow_mut().keeper = None;
    }
}
