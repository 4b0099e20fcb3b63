//! What is kept: sessions and settings in one IndexedDB database for each place that the site lies at.

use super::later::later;
use super::{bytes, js};
use wasm_bindgen::JsValue;

pub const SESSIONS: &str = "sessions";
pub const SETTINGS: &str = "settings";
/// Snapshots lie apart from their sessions: they are large, and change seldom. Version 1 had them in the sessions.
const SNAPSHOTS: &str = "snapshots";
const VERSION: f64 = 2.0;

/// An open database.
#[derive(Debug, Clone)]
pub struct Store {
    database: JsValue,
}

/// A lesson's session as it is kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Session {
    pub journal: Vec<u8>,
    pub skip: Vec<u64>,
    /// Milliseconds since 1970.
    pub updated: f64,
    pub build: String,
    pub facts: Facts,
}

/// What happened to a session's snapshot since it was last kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotChange {
    Same,
    New(Vec<u8>),
    Gone,
}

/// What the start page shows of a session, without opening it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    pub title: String,
    /// Ids of the steps that are passed.
    pub passed: Vec<String>,
    pub steps: u32,
    /// The step to do, from 1.
    pub step: u32,
    /// The world's time: `Fri 18:41:02`.
    pub time: String,
    pub finished: bool,
}

impl Store {
    pub async fn open(scope: &str) -> Result<Self, String> {
        Self::try_open(&format!("opsfest:{scope}")).await.map_err(|error| js::words(&error))
    }

    async fn try_open(name: &str) -> Result<Self, JsValue> {
        let (name, version) = (JsValue::from_str(name), JsValue::from_f64(VERSION));
        let request = js::call(&js::part("indexedDB"), "open", &[&name, &version])?;
        let fresh = request.clone();
        let _upgrade = js::Listener::new(&request, "upgradeneeded", move |_| {
            let database = js::get(&fresh, "result");
            let there = js::get(&database, "objectStoreNames");
            for store in [SESSIONS, SETTINGS, SNAPSHOTS] {
                let known = js::call(&there, "contains", &[&JsValue::from_str(store)]);
                if known.is_ok_and(|known| known.is_truthy()) {
                    continue;
                }
                js::tell(&database, "createObjectStore", &[&JsValue::from_str(store)]);
            }
        });
        let database = answer(&request).await?;
        Ok(Self { database })
    }

    /// One request in a transaction of its own.
    async fn ask(&self, store: &str, mode: &str, method: &str, values: &[&JsValue]) -> Result<JsValue, JsValue> {
        let (name, mode) = (JsValue::from_str(store), JsValue::from_str(mode));
        let transaction = js::call(&self.database, "transaction", &[&name, &mode])?;
        let store = js::call(&transaction, "objectStore", &[&name])?;
        let request = js::call(&store, method, values)?;
        answer(&request).await
    }

    pub async fn setting(&self, key: &str) -> Option<String> {
        let value = self.ask(SETTINGS, "readonly", "get", &[&JsValue::from_str(key)]).await;
        value.ok()?.as_string()
    }

    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), String> {
        let (key, value) = (JsValue::from_str(key), JsValue::from_str(value));
        let kept = self.ask(SETTINGS, "readwrite", "put", &[&value, &key]).await;
        kept.map(|_| ()).map_err(|error| js::words(&error))
    }

    /// A session and its snapshot, if it has one.
    pub async fn session(&self, lesson: &str) -> Option<(Session, Option<Vec<u8>>)> {
        let key = JsValue::from_str(lesson);
        let value = self.ask(SESSIONS, "readonly", "get", &[&key]).await.ok()?;
        let apart = self.ask(SNAPSHOTS, "readonly", "get", &[&key]).await.ok();
        let snapshot = apart.filter(js::has).unwrap_or_else(|| js::get(&value, "snapshot"));
        let snapshot = bytes::from_js(&snapshot);
        Some((Session::from_js(&value)?, (!snapshot.is_empty()).then_some(snapshot)))
    }

    /// Keeps a session, and what became of its snapshot, both or neither.
    pub async fn keep_session(&self, lesson: &str, session: &Session, snapshot: SnapshotChange) -> Result<(), String> {
        let kept = self.try_keep(&JsValue::from_str(lesson), session, snapshot).await;
        kept.map(|_| ()).map_err(|error| js::words(&error))
    }

    async fn try_keep(&self, key: &JsValue, session: &Session, snapshot: SnapshotChange) -> Result<JsValue, JsValue> {
        let (sessions, snapshots) = (JsValue::from_str(SESSIONS), JsValue::from_str(SNAPSHOTS));
        let both = js::array(&[&sessions, &snapshots]);
        let transaction = js::call(&self.database, "transaction", &[&both, &JsValue::from_str("readwrite")])?;
        let beside = js::call(&transaction, "objectStore", &[&snapshots])?;
        match snapshot {
            SnapshotChange::Same => {}
            SnapshotChange::New(snapshot) => {
                js::call(&beside, "put", &[&bytes::to_js(&snapshot), key])?;
            }
            SnapshotChange::Gone => {
                js::call(&beside, "delete", &[key])?;
            }
        }
        let store = js::call(&transaction, "objectStore", &[&sessions])?;
        let request = js::call(&store, "put", &[&session.to_js(), key])?;
        answer(&request).await
    }

    /// All sessions with the lessons that they belong to.
    pub async fn sessions(&self) -> Vec<(String, Session)> {
        let keys = self.ask(SESSIONS, "readonly", "getAllKeys", &[]).await;
        let values = self.ask(SESSIONS, "readonly", "getAll", &[]).await;
        let (Ok(keys), Ok(values)) = (keys, values) else {
            return Vec::new();
        };
        let sessions = js::items(&values).into_iter().map(|value| Session::from_js(&value));
        let keys = js::items(&keys).into_iter().map(|key| js::text(&key));
        keys.zip(sessions).filter_map(|(key, session)| Some((key, session?))).collect()
    }
}

/// Waits for a request of IndexedDB.
async fn answer(request: &JsValue) -> Result<JsValue, JsValue> {
    let (answer, later) = later::<Result<JsValue, JsValue>>();
    let (failed, blocked) = (answer.clone(), answer.clone());
    let (good, bad) = (request.clone(), request.clone());
    let _success = js::Listener::new(request, "success", move |_| answer.give(Ok(js::get(&good, "result"))));
    let _error = js::Listener::new(request, "error", move |_| failed.give(Err(js::get(&bad, "error"))));
    let _blocked = js::Listener::new(request, "blocked", move |_| {
        blocked.give(Err(JsValue::from_str("another tab holds an older database open")));
    });
    later.await
}

impl Session {
    fn to_js(&self) -> JsValue {
        let facts = &self.facts;
        let skip: Vec<JsValue> = self.skip.iter().map(|&sequence| JsValue::from_f64(sequence as f64)).collect();
        let passed: Vec<JsValue> = facts.passed.iter().map(|id| JsValue::from_str(id)).collect();
        js::object(&[
            ("journal", bytes::to_js(&self.journal)),
            ("skip", js::array(&skip.iter().collect::<Vec<_>>())),
            ("updated", JsValue::from_f64(self.updated)),
            ("build", JsValue::from_str(&self.build)),
            ("title", JsValue::from_str(&facts.title)),
            ("passed", js::array(&passed.iter().collect::<Vec<_>>())),
            ("steps", JsValue::from_f64(f64::from(facts.steps))),
            ("step", JsValue::from_f64(f64::from(facts.step))),
            ("time", JsValue::from_str(&facts.time)),
            ("finished", JsValue::from_bool(facts.finished)),
        ])
    }

    fn from_js(value: &JsValue) -> Option<Self> {
        let text = |name: &str| js::text(&js::get(value, name));
        let number = |name: &str| js::number(&js::get(value, name));
        let journal = bytes::from_js(&js::get(value, "journal"));
        if journal.is_empty() {
            return None;
        }
        Some(Self {
            journal,
            skip: js::items(&js::get(value, "skip")).iter().map(|skip| js::number(skip) as u64).collect(),
            updated: number("updated"),
            build: text("build"),
            facts: Facts {
                title: text("title"),
                passed: js::items(&js::get(value, "passed")).iter().map(js::text).collect(),
                steps: number("steps") as u32,
                step: number("step") as u32,
                time: text("time"),
                finished: js::get(value, "finished").is_truthy(),
            },
        })
    }
}
