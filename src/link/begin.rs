//! The beginning: whose lesson it is, what was kept of it, the lesson itself, the learner's seed.

use super::{Link, keep::Keeper};
use crate::browser::lock::{self, Held};
use crate::browser::storage::Store;
use crate::browser::{bytes, fetch, share};
use crate::state::{Action, Dialog, Notice, Plain, Sizes, Stage};
use screen::{Saved, Tone};
use std::rc::Rc;
use yew::platform::spawn_local;

/// What a session file begins with.
const FILE_MAGIC: &[u8] = b"opsfest session 1\n";

/// How to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Steps back if another tab has the lesson.
    Politely,
    /// Takes it away from the other tab.
    TakeOver,
}

/// Which session is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// The learner's own.
    Own,
    /// The one in the address, kept beside the own one.
    Shared,
    /// A fresh one that is not kept: the start page's.
    Nothing,
}

impl Link {
    /// Begins with the lesson of this page. A world in the address is asked about first.
    pub fn begin(&self, start: Start) {
        self.call();
        let Some(link) = self.me.upgrade() else {
            return;
        };
        spawn_local(async move {
            if !link.take(start).await {
                link.hang_up();
                link.emit(Action::Stage(Stage::Elsewhere));
                link.emit(Action::Notice(Notice::Elsewhere));
                return;
            }
            if share::in_address().is_some() {
                link.emit(Action::Dialog(Some(Dialog::OpenShared)));
            } else {
                link.go_on(Keeping::Own).await;
            }
        });
    }

    /// The answer to the question about the world in the address.
    pub fn answer_shared(&self, keeping: Keeping) {
        let Some(link) = self.me.upgrade() else {
            return;
        };
        spawn_local(async move { link.go_on(keeping).await });
    }

    async fn take(&self, start: Start) -> bool {
        let name = format!("opsfest:{}:{}", self.place.scope, self.place.lesson);
        let me = self.me.clone();
        let lost = Rc::new(move || {
            if let Some(link) = me.upgrade() {
                link.stop_keeping();
                link.hang_up();
                link.emit(Action::Stage(Stage::Elsewhere));
                link.emit(Action::Notice(Notice::TakenAway));
            }
        });
        lock::take(&name, start == Start::TakeOver, lost).await == Held::Here
    }

    /// Opens the session; what cannot be kept works without being kept.
    pub async fn go_on(&self, keeping: Keeping) {
        let store = match Store::open(&self.place.scope).await {
            Ok(store) => Some(store),
            Err(why) => {
                if keeping != Keeping::Nothing {
                    self.emit(Action::Notice(Notice::NothingKept(why)));
                }
                None
            }
        };
        let saved = self.saved(keeping, store.as_ref()).await;
        let seed = seed(store.as_ref()).await;
        if let Some(store) = &store
            && let Some(sizes) = store.setting("sizes").await
            && let Some(sizes) = Sizes::from_text(&sizes)
        {
            self.emit(Action::Sizes(sizes));
        }
        let url = self.place.url(&format!("lessons/{}.bin", self.place.lesson));
        match fetch::bytes(&url).await {
            Ok(lesson) => {
                self.set_keeper(keeping, store);
                self.open(lesson, seed, saved);
            }
            Err(why) => {
                let sentence = format!("The lesson could not be loaded: {why}.");
                self.emit(Action::Stage(Stage::Plain(Plain::Refused(sentence))));
            }
        }
    }

    fn set_keeper(&self, keeping: Keeping, store: Option<Store>) {
        let key = match keeping {
            Keeping::Own => self.place.lesson.to_string(),
            Keeping::Shared => format!("{}#shared", self.place.lesson),
            Keeping::Nothing => return,
        };
        self.state.borrow_mut().keeper = store.map(|store| Keeper::new(store, key));
    }

    fn not_opened(&self, why: String) -> Option<Saved> {
        let sentence = format!("The shared world could not be opened: {why}. This is a fresh one.");
        self.emit(Action::Notice(Notice::Opened(sentence)));
        None
    }

    /// Opens a session from a file in the place of the present one.
    pub fn replace_by_file(&self, file: Rc<Vec<u8>>) {
        let Some(link) = self.me.upgrade() else {
            return;
        };
        spawn_local(async move {
            let saved = match file.strip_prefix(FILE_MAGIC) {
                Some(packed) => unpack(packed).await,
                None => Err("it is no session of Opsfest".to_owned()),
            };
            match saved {
                Ok(saved) => link.replace(saved),
                Err(why) => {
                    let text = format!("The file could not be opened: {why}.");
                    link.emit(Action::Toast { tone: Tone::Bad, bold: "", text });
                }
            }
        });
    }

    async fn saved(&self, keeping: Keeping, store: Option<&Store>) -> Option<Saved> {
        match keeping {
            Keeping::Own => store?.session(&self.place.lesson).await.map(|(session, snapshot)| Saved {
                journal: session.journal,
                snapshot,
                skip: session.skip,
            }),
            Keeping::Nothing => None,
            Keeping::Shared => match share::in_address()? {
                Ok(bytes) => match unpack(&bytes).await {
                    Ok(saved) => {
                        self.emit(Action::Notice(Notice::Shared));
                        Some(saved)
                    }
                    Err(why) => self.not_opened(why),
                },
                Err(why) => self.not_opened(why),
            },
        }
    }
}

/// A session as it stands in a link: deflated.
async fn unpack(packed: &[u8]) -> Result<Saved, String> {
    let raw = bytes::inflate(packed).await?;
    postcard::from_bytes(&raw).map_err(|_| "it is damaged, or of another version".to_owned())
}

/// One seed for a browser: the same learner gets the same variables.
async fn seed(store: Option<&Store>) -> u64 {
    let Some(store) = store else {
        return bytes::new_seed();
    };
    if let Some(seed) = store.setting("seed").await.and_then(|seed| seed.parse().ok()) {
        return seed;
    }
    let seed = bytes::new_seed();
    // Where it cannot be kept, the next visit gets another one: no harm.
    store.set_setting("seed", &seed.to_string()).await.ok();
    seed
}
